//! A newcomer gives a name and a document, and a place under that document becomes theirs with the last step.
//!
//! Whether a document is another's is told to nobody who gives it: what is given is taken, whatever else is
//! known of the document, by the same work and with the same answer. Who takes part in the last step without a
//! place waits for a reviewer, and the reviewer is told.

use std::time::Duration;

use super::{
    CaseState, Document, FullName,
    records::{self, Sealed},
    rules::{self, NotNow, Reached},
};
use crate::{
    invites,
    platform::{
        ledger::{Event, Tx},
        store::{CommandError, Conn, Disposition, Guard, StoreError, from_query},
        terms::{Id, Timestamp, kinds},
        vault::{Blind, DataKey, Field, Subject, Vault, VaultError},
    },
};

/// By which way somebody comes: what is decided about them is counted and bound by its parts.
#[derive(Debug, Clone)]
pub struct Way {
    /// The flow.
    pub flow: Id<kinds::Flow>,
    /// The invite's row.
    pub invite_row: i64,
    /// Whether nobody else may come by that invite.
    pub sole_use: bool,
    /// The blind index of the address that they have proved.
    pub address_blind: Option<Vec<u8>>,
}

/// What the policy asks of whoever gives a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demands {
    /// Whether a reviewer is to see it.
    pub review: bool,
    /// How often a reviewer may send somebody back.
    pub resubmissions: u32,
    /// How long a case waits at most.
    pub wait: Duration,
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
    /// They were sent back more often than the policy grants.
    #[error("the name and document have been given as often as they can be: ask an admin of the community")]
    TooManySubmissions,
    /// A reviewer has decided for good.
    #[error("the name and document have been decided upon and cannot be given again")]
    Decided,
    /// A reviewer is about to look, or another request gave them at the same time.
    #[error("the name and document have been given and wait for a reviewer: there is nothing to do until then")]
    Waiting,
    /// The use of the invite is no longer held.
    #[error("the use is no longer held")]
    NotHeld,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(SubmitError);

impl CommandError for SubmitError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::TooManySubmissions | Self::Decided | Self::Waiting | Self::NotHeld => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for SubmitError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

/// Others who may give the same document in [`ATTEMPTS_IN`] before a person has to look at it.
const ATTEMPTS: i64 = 5;
/// See [`ATTEMPTS`].
const ATTEMPTS_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// Seals a newcomer's name and document under `key` in the place of what they gave before, and opens a case
/// where a reviewer is to see it.
///
/// # Errors
/// [`SubmitError`]; nothing is changed then.
pub fn submit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &DataKey,
    way: &Way,
    name: &FullName,
    document: &Document,
    demands: &Demands,
) -> Result<Submitted, SubmitError> {
    let subject = key.subject();
    let (before, mut history) = records::history(tx.conn, subject)?;
    // By their own address and invite alone: by a document that they may have invented they learn nothing.
    let elsewhere = records::sent_back(tx.conn, way, None, subject)?;
    history.elsewhere = usize::try_from(elsewhere).unwrap_or(usize::MAX);
    rules::may_submit(&history, before.unwrap_or(0), demands.resubmissions).map_err(|why| match why {
        NotNow::Waiting => SubmitError::Waiting,
        NotNow::Decided => SubmitError::Decided,
        NotNow::TooMany => SubmitError::TooManySubmissions,
    })?;
    let json = document
        .to_json()
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    let blind = vault.blind(Blind::Document, &document.canonical());
    let sealed = Sealed {
        name: key.seal(Field::Name, name.expose_entered().as_bytes(), tx.rng)?,
        document: key.seal(Field::Document, &json, tx.rng)?,
        blind: Some(blind.clone()),
    };
    // First of all: of two submissions for one subject at once, one goes on.
    if !records::keep_identity(tx.conn, subject, before, &sealed, tx.now)? && tx.guards.on(Guard::IdentityOnce) {
        return Err(SubmitError::Waiting);
    }
    records::give_up_slots(tx.conn, subject)?;
    let submission = u32::try_from(before.unwrap_or(0).saturating_add(1)).unwrap_or(u32::MAX);
    tx.record(Event::IdentityGiven {
        flow: way.flow,
        submission,
    });
    let case = match rules::wants_case(&history, demands.review) {
        true => Some(open_case(tx, subject, way, &blind, demands.wait)?),
        false => None,
    };
    Ok(Submitted { submission, case })
}

/// Asks a reviewer about somebody who has given a name and a document and waits for no reviewer yet. Where one
/// is asked already, nothing.
///
/// # Errors
/// [`SubmitError`]; nothing is changed then.
pub fn ask_reviewer(
    tx: &mut Tx<'_>,
    vault: &Vault,
    subject: Subject,
    way: &Way,
    wait: Duration,
) -> Result<(), SubmitError> {
    let (_, history) = records::history(tx.conn, subject)?;
    if history.cases.last() == Some(&CaseState::Open) {
        return Ok(());
    }
    let blind = document_blind(tx.conn, vault, subject)?;
    open_case(tx, subject, way, &blind, wait)?;
    Ok(())
}

/// A case keeps its place: the use of the invite is held for as long as it may wait.
fn open_case(
    tx: &mut Tx<'_>,
    subject: Subject,
    way: &Way,
    document_blind: &[u8],
    wait: Duration,
) -> Result<Id<kinds::Case>, SubmitError> {
    let waits_until = tx.now.after(wait);
    if !invites::prolong(tx, way.flow, waits_until)? {
        return Err(SubmitError::NotHeld);
    }
    let case = Id::new(tx.now, tx.rng);
    let new = records::NewCase {
        id: case,
        subject,
        way,
        document_blind,
        waits_until,
    };
    records::insert_case(tx.conn, &new, tx.now)?;
    tx.record(Event::CaseOpened { case, flow: way.flow });
    Ok(case)
}

/// The blind index of the document that somebody gave.
pub(super) fn document_blind(conn: &mut Conn, vault: &Vault, subject: Subject) -> Result<Vec<u8>, StoreError> {
    let sealed = records::identity(conn, subject)?;
    let key = match sealed.blind {
        Some(blind) => return Ok(blind),
        None => vault.key(conn, subject)?,
    };
    let document = Document::from_json(&key.open(Field::Document, &sealed.document)?)
        .map_err(|_| StoreError::Internal("a sealed identity is not what was given".into()))?;
    Ok(vault.blind(Blind::Document, &document.canonical()))
}

/// Takes one of the places under a document, for good where `until` says nothing; false where all are taken.
pub(super) fn take_place(
    tx: &mut Tx<'_>,
    blind: &[u8],
    subject: Subject,
    accounts: u8,
    until: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let known = records::slots(tx.conn, blind, subject)?;
    for number in rules::free_slots(&known, accounts, tx.now) {
        // What was read may have changed: the primary key decides who has the place. Without the
        // guard everybody has a number of their own, and what was read is all there is.
        let number = if tx.guards.on(Guard::IdentitySlots) {
            number
        } else {
            i64::from(u8::MAX) + subject.0
        };
        if records::take_slot(tx.conn, blind, number, subject, until, tx.now)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a place under the document of somebody who becomes a member theirs for good. False where a reviewer
/// has to look first: no place is free, a final refusal binds the document, or many have given it of late.
pub fn confirm(tx: &mut Tx<'_>, vault: &Vault, subject: Subject, accounts: u8) -> Result<bool, StoreError> {
    // A reviewer has approved it, and so it was kept.
    if records::confirm_slots(tx.conn, subject)? > 0 {
        return Ok(true);
    }
    let blind = document_blind(tx.conn, vault, subject)?;
    let since = tx.now.before(ATTEMPTS_IN);
    if records::binds_document(tx.conn, &blind)?
        || records::given_by_others(tx.conn, &blind, subject, since)? >= ATTEMPTS
    {
        return Ok(false);
    }
    take_place(tx, &blind, subject, accounts, None)
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
