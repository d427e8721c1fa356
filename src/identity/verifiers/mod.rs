//! Verifiers: whoever can tell whether a name and a document belong to the newcomer who gave them.
//!
//! An answer may come at once, in days, or never. So a verifier is asked within the transaction that takes the
//! submission, and its answers are rows: a verifier only says what its rows say by now. One that asks a source over the
//! network does so in a job, outside of any transaction, and writes the source's answer into its rows by a command.
//!
//! Each verifier is one file here, and one line in [`ALL`]. What its answers come to is decided by
//! [`rules::reached`](super::rules::reached) alone.

mod review;

use std::time::Duration;

pub(super) use review::Review;

use super::{SubmitError, Way};
use crate::platform::{
    ledger::Tx,
    store::{Conn, StoreError},
    terms::{CaseId, Timestamp},
    vault::Subject,
};

/// What a verifier says about a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It has not decided yet.
    Pending,
    /// The name and the document are to be given again, not before `after` where it is set. This counts against the
    /// submissions that the policy allows.
    Retry {
        /// When they may be given again.
        after: Option<Timestamp>,
    },
    /// Its source has no record of the person. This proves nothing, and does not count against them.
    NoRecord,
    /// Its source could not be asked. This proves nothing, and does not count against them.
    Unavailable,
    /// Nobody waits for its decision any more: its time is over, or the newcomer left.
    Expired,
    /// It has decided.
    Final(Finding),
}

impl Answer {
    /// Whether it decides what comes next. An answer that proves nothing does not.
    pub const fn decides(self) -> bool {
        !matches!(self, Self::NoRecord | Self::Unavailable)
    }
}

/// What a verifier has decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// These belong to the newcomer.
    Verified(Verified),
    /// They do not. The newcomer is refused.
    Refused,
}

/// What was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Whether the name belongs to the document.
    pub name: bool,
    /// Whether the document exists and is valid.
    pub document: bool,
}

/// What a verifier is asked about. It holds neither the name nor the document: these are sealed in the submission.
pub(super) struct Request<'a> {
    /// Who gave the submission.
    pub(super) subject: Subject,
    /// How they come in.
    pub(super) way: &'a Way,
    /// The blind index of the document.
    pub(super) document_blind: &'a [u8],
    /// How long an answer is waited for at most.
    pub(super) wait: Duration,
}

/// A verifier. It keeps its state in rows of its own.
pub(super) trait Verifier: Sync {
    /// Asks it about a submission, in the transaction that takes the submission. The answer is the case that was
    /// opened, where a reviewer is asked.
    ///
    /// # Errors
    /// [`SubmitError`]; the submission is not taken then.
    fn request(&self, tx: &mut Tx<'_>, request: &Request<'_>) -> Result<Option<CaseId>, SubmitError>;

    /// Its answers about a subject, one for each time that it was asked, oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    fn answers(&self, conn: &mut Conn, subject: Subject) -> Result<Vec<Answer>, StoreError>;

    /// Nobody waits for its decision about a subject any more. Does nothing where it is not pending.
    ///
    /// # Errors
    /// [`StoreError`].
    fn withdraw(&self, tx: &mut Tx<'_>, subject: Subject) -> Result<(), StoreError>;
}

/// All verifiers, in the order of precedence: people first, so that their decision overrides a source's.
pub(super) const ALL: [&dyn Verifier; 1] = [&Review];

/// The answers of all verifiers about a subject, in the order of [`ALL`].
pub(super) fn answers(conn: &mut Conn, subject: Subject) -> Result<Vec<Vec<Answer>>, StoreError> {
    ALL.iter().map(|verifier| verifier.answers(conn, subject)).collect()
}
