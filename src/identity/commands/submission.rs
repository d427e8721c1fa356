//! A newcomer gives a name and a document. An account under that document becomes theirs with the last step.
//!
//! Nobody who gives a document is told whether another person has given it: every document is accepted, with the same
//! work and the same answer. A newcomer for whom no account is left waits for a reviewer, and the reviewer is told.

use std::time::Duration;

use crate::{
    identity::{
        Answer, Demands, Document, FullName, SubmitError, Submitted, Way,
        queries::{self, document_blind},
        records::{self, Sealed},
        rules::{self, NotNow},
        verifiers::{self, Request, Review, Verifier as _},
    },
    platform::{
        ledger::{Event, Tx, events},
        store::StoreError,
        terms::Timestamp,
        vault::{Blind, DataKey, Field, Subject, Vault},
    },
};

/// How many others may give the same document within [`ATTEMPTS_IN`] before a reviewer has to look at it.
const ATTEMPTS: i64 = 5;
/// See [`ATTEMPTS`].
const ATTEMPTS_IN: Duration = Duration::from_secs(24 * 60 * 60);

/// Seals a newcomer's name and document under `key`, replacing what they gave before, and opens a case where a
/// reviewer has to see it.
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
    let (before, mut history) = queries::history(tx.conn, subject)?;
    // Counted by their own address and invite alone, so that an invented document tells them nothing.
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
    if !records::keep_identity(tx.conn, subject, before, &sealed, tx.now)? {
        return Err(SubmitError::Waiting);
    }
    records::give_up_slots(tx.conn, subject)?;
    let submission = u32::try_from(before.unwrap_or(0).saturating_add(1)).unwrap_or(u32::MAX);
    tx.record(Event::IdentityGiven(events::IdentityGiven {
        flow: way.flow,
        submission,
    }));
    let mut case = None;
    if rules::wants_verifiers(&history, demands.review) {
        let request = Request {
            subject,
            way,
            document_blind: &blind,
            wait: demands.wait,
        };
        for verifier in verifiers::ALL {
            case = verifier.request(tx, &request)?.or(case);
        }
    }
    Ok(Submitted { submission, case })
}

/// Opens a case about a subject who has given a name and a document. Does nothing where a case is open.
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
    if Review.answers(tx.conn, subject)?.last() == Some(&Answer::Pending) {
        return Ok(());
    }
    let request = Request {
        subject,
        way,
        document_blind: &document_blind(tx.conn, vault, subject)?,
        wait,
    };
    Review.request(tx, &request)?;
    Ok(())
}

/// Takes one of the accounts that a document allows, until `until` or for good; false where all are taken.
pub(super) fn take_place(
    tx: &mut Tx<'_>,
    blind: &[u8],
    subject: Subject,
    accounts: u8,
    until: Option<Timestamp>,
) -> Result<bool, StoreError> {
    let known = records::slots(tx.conn, blind, subject)?;
    for number in rules::free_slots(&known, accounts, tx.now) {
        // What was read may have changed: the primary key decides who has the place.
        if records::take_slot(tx.conn, blind, number, subject, until, tx.now)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Takes an account under their document for a newcomer who becomes a member, for good. False where a reviewer has
/// to look first: no account is left, a final refusal binds the document, or many others have given it lately.
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

/// Frees the account that was reserved for a newcomer who does not become a member, and withdraws their open case.
/// A member's account stays.
pub fn release(tx: &mut Tx<'_>, subject: Subject) -> Result<(), StoreError> {
    records::give_up_slots(tx.conn, subject)?;
    for verifier in verifiers::ALL {
        verifier.withdraw(tx, subject)?;
    }
    Ok(())
}
