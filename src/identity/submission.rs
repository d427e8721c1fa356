//! A newcomer gives a name and a document, and takes a place under that document.

use super::{
    Document, FullName,
    records::{self, Sealed},
    rules::{self, NotNow, Reached},
};
use crate::{
    ledger::{Event, Tx},
    store::{CommandError, Conn, Disposition, Guard, StoreError, from_query},
    terms::{Id, Timestamp, kinds},
    vault::{Blind, DataKey, Field, Subject, Vault, VaultError},
};

/// What the policy asks of whoever gives a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demands {
    /// How many accounts one person may have.
    pub accounts_per_person: u8,
    /// Whether a reviewer is to see it.
    pub review: bool,
    /// How often a reviewer may send somebody back.
    pub resubmissions: u32,
    /// Until when the place is kept; from then on somebody else may take it.
    pub slot_until: Timestamp,
}

/// What was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Submitted {
    /// How often the newcomer has given a name now.
    pub submission: u32,
    /// The case that was opened, where a reviewer is to see it.
    pub case: Option<Id<kinds::Case>>,
}

/// Why a name and a document are not taken. None says anything about anybody else.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The person has as many accounts as the policy grants.
    #[error("no account can be opened with these details: check them, or ask an admin of the community")]
    LimitReached,
    /// They were sent back more often than the policy grants.
    #[error("the name and document have been given as often as they can be: ask an admin of the community")]
    TooManySubmissions,
    /// A reviewer has decided for good.
    #[error("the name and document have been decided upon and cannot be given again")]
    Decided,
    /// A reviewer is about to look, or another request gave them at the same time.
    #[error("the name and document have been given and wait for a reviewer: there is nothing to do until then")]
    Waiting,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SubmitError);

impl CommandError for SubmitError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::LimitReached | Self::TooManySubmissions | Self::Decided | Self::Waiting => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for SubmitError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

/// Seals a newcomer's name and document under `key`, takes a place under the document (a place that
/// they took before is given up), and opens a case where a reviewer is to see it.
///
/// # Errors
/// [`SubmitError`]; nothing is changed then.
pub fn submit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &DataKey,
    flow: Id<kinds::Flow>,
    name: &FullName,
    document: &Document,
    demands: &Demands,
) -> Result<Submitted, SubmitError> {
    let subject = key.subject();
    let (before, history) = records::history(tx.conn, subject)?;
    rules::may_submit(&history, demands.resubmissions).map_err(|why| match why {
        NotNow::Waiting => SubmitError::Waiting,
        NotNow::Decided => SubmitError::Decided,
        NotNow::TooMany => SubmitError::TooManySubmissions,
    })?;
    let json = document
        .to_json()
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    let sealed = Sealed {
        name: key.seal(Field::Name, name.expose_entered().as_bytes(), tx.chance)?,
        document: key.seal(Field::Document, &json, tx.chance)?,
    };
    // First of all: of two submissions for one subject at once, one goes on.
    if !records::keep_identity(tx.conn, subject, before, &sealed, tx.now)? && tx.guards.on(Guard::IdentityOnce) {
        return Err(SubmitError::Waiting);
    }
    records::give_up_slots(tx.conn, subject)?;
    let blind = vault.blind(Blind::Document, &document.canonical());
    if !take_place(tx, &blind, subject, demands)? {
        return Err(SubmitError::LimitReached);
    }
    let submission = u32::try_from(before.unwrap_or(0).saturating_add(1)).unwrap_or(u32::MAX);
    tx.record(Event::IdentityGiven { flow, submission });
    let case = rules::wants_case(&history, demands.review).then(|| Id::new(tx.now, tx.chance));
    if let Some(case) = case {
        records::insert_case(tx.conn, case, subject, flow, tx.now)?;
        tx.record(Event::CaseOpened { case, flow });
    }
    Ok(Submitted { submission, case })
}

/// Takes one of the places under a document; false where all are taken.
fn take_place(tx: &mut Tx<'_>, blind: &[u8], subject: Subject, demands: &Demands) -> Result<bool, StoreError> {
    let known = records::slots(tx.conn, blind)?;
    for number in rules::free_slots(&known, demands.accounts_per_person, tx.now) {
        // What was read may have changed: the primary key decides who has the place. Without the
        // guard everybody has a number of their own, and what was read is all there is.
        let number = if tx.guards.on(Guard::IdentitySlots) {
            number
        } else {
            i64::from(u8::MAX) + subject.0
        };
        if records::take_slot(tx.conn, blind, number, subject, demands.slot_until, tx.now)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the place of somebody who becomes a member theirs for good. False where they have none: its
/// time had run out and another person's flow has taken it, so that they may not become a member by it.
pub fn confirm(tx: &mut Tx<'_>, subject: Subject) -> Result<bool, StoreError> {
    Ok(records::confirm_slots(tx.conn, subject)? > 0)
}

/// Gives back the place that was kept for somebody who does not become a member, and takes their
/// open case out of the reviewers' queue. A member's place stays.
pub fn release(tx: &mut Tx<'_>, subject: Subject) -> Result<(), StoreError> {
    records::give_up_slots(tx.conn, subject)?;
    for case in records::withdraw_cases(tx.conn, subject)? {
        tx.record(Event::CaseWithdrawn { case });
    }
    Ok(())
}

/// How far somebody's real name has come, under what the policy asks now: whether a reviewer is to
/// see it, and how often they may be sent back.
pub fn reached(conn: &mut Conn, subject: Subject, review: bool, resubmissions: u32) -> Result<Reached, StoreError> {
    let (_, history) = records::history(conn, subject)?;
    Ok(rules::reached(&history, review, resubmissions))
}
