//! Reviewers look at a case, one at a time, and decide.

use std::time::Duration;

use metrics::gauge;
use secrecy::{ExposeSecret, SecretString};

use super::{
    CaseState, Document, FullName,
    records::{self, Case},
    rules,
};
use crate::{
    ledger::{Event, Tx, events::Verdict},
    store::{CommandError, Conn, Disposition, Guard, StoreError, from_query},
    terms::{
        Id, PersonRow, Timestamp, kinds,
        metrics::{CASES_OLDEST_SECONDS, CASES_OPEN},
    },
    vault::{DataKey, Field, Vault, VaultError},
};

/// For how long a claim holds; claiming again prolongs it.
pub const LEASE: Duration = Duration::from_secs(15 * 60);

/// The longest reason, in Unicode code points.
const LONGEST_REASON: usize = 500;

/// Why a reviewer looked, or decided as they did: their own words, sealed under the newcomer's key.
#[derive(Debug, Clone)]
pub struct Reason(SecretString);

/// The text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give a reason of 1 to 500 characters")]
pub struct ReasonError;

impl Reason {
    /// Reads a reason as it was entered; white space around it does not belong to it.
    ///
    /// # Errors
    /// Nothing but white space, or more than 500 characters.
    pub fn parse(entered: &str) -> Result<Self, ReasonError> {
        let entered = entered.trim();
        if entered.is_empty() || entered.chars().nth(LONGEST_REASON).is_some() {
            return Err(ReasonError);
        }
        Ok(Self(entered.into()))
    }
}

/// What a claim shows, and to nobody else.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The case as it stands now.
    pub case: Case,
    /// The name as it was entered.
    pub name: FullName,
    /// The document that is to bear it.
    pub document: Document,
}

/// Why a case is not shown, or not decided.
#[derive(Debug, thiserror::Error)]
pub enum CaseError {
    /// There is no such case.
    #[error("there is no such case")]
    Unknown,
    /// It has been decided.
    #[error("the case has been decided")]
    Decided,
    /// Another reviewer has it.
    #[error("another reviewer has the case")]
    Claimed,
    /// Nobody has it: it must be claimed before it is decided.
    #[error("claim the case before you decide it; a claim ends after 15 minutes")]
    NotClaimed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(CaseError);

impl CommandError for CaseError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::Decided | Self::Claimed | Self::NotClaimed => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for CaseError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl Case {
    /// Who has it at this moment, and until when. At the end of its time a claim is over.
    pub fn held(&self, now: Timestamp) -> Option<(PersonRow, Timestamp)> {
        self.claim
            .filter(|(_, until)| self.state == CaseState::Open && *until > now)
    }

    /// For how long it has waited, or did until it was decided.
    pub fn age(&self, now: Timestamp) -> Duration {
        self.decided_at.unwrap_or(now).since(self.opened_at)
    }

    /// Why a guarded change of it came to nothing.
    fn refusal(&self, now: Timestamp) -> CaseError {
        match (self.state, self.held(now)) {
            (CaseState::Open, Some(_)) => CaseError::Claimed,
            (CaseState::Open, None) => CaseError::NotClaimed,
            _ => CaseError::Decided,
        }
    }
}

fn known(conn: &mut Conn, id: Id<kinds::Case>) -> Result<Case, CaseError> {
    records::case(conn, id)?.ok_or(CaseError::Unknown)
}

/// Shows a case to one reviewer, who alone may decide it for [`LEASE`]. That they looked, and the
/// commitment to why, stand in the ledger before they see anything.
///
/// # Errors
/// [`CaseError`]; nothing is shown then.
pub fn claim(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    reason: &Reason,
) -> Result<Claimed, CaseError> {
    let mut case = known(tx.conn, id)?;
    let until = tx.now.after(LEASE);
    if !records::take_claim(tx.conn, &case, reviewer, until, tx.now)? && tx.guards.on(Guard::CaseClaimedOnce) {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    case.claim = Some((reviewer, until));
    let key = vault.key(tx.conn, case.subject)?;
    let note = key.seal_note(reason.0.expose_secret(), tx.chance)?;
    records::insert_disclosure(tx.conn, &case, reviewer, &note.sealed, tx.now)?;
    tx.record(Event::CaseClaimed {
        case: id,
        reason: note.commitment,
    });
    shown(tx.conn, &key, case)
}

/// What a claim has shown already to the reviewer who still has the case.
///
/// # Errors
/// [`CaseError`]; nothing is shown then.
pub fn claimed(
    conn: &mut Conn,
    vault: &Vault,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    now: Timestamp,
) -> Result<Claimed, CaseError> {
    let case = known(conn, id)?;
    if case.held(now).is_none_or(|(by, _)| by != reviewer) {
        return Err(case.refusal(now));
    }
    let key = vault.key(conn, case.subject)?;
    shown(conn, &key, case)
}

fn shown(conn: &mut Conn, key: &DataKey, case: Case) -> Result<Claimed, CaseError> {
    // What was taken at the time may be read under stricter rules by now.
    let unreadable = |_| StoreError::Internal("a sealed identity is not what was given".into());
    let sealed = records::identity(conn, case.subject)?;
    let name = FullName::parse(&key.open_text(Field::Name, &sealed.name)?).map_err(|_| unreadable(()))?;
    let document = Document::from_json(&key.open(Field::Document, &sealed.document)?).map_err(|_| unreadable(()))?;
    Ok(Claimed { case, name, document })
}

/// Decides a case, once, by whoever has claimed it. What it is about cannot change while it is open,
/// so they decide about what they were shown. The answer is what it came to: a newcomer who has been
/// sent back `resubmissions` times is refused instead, and a refused one's place is given back.
///
/// # Errors
/// [`CaseError`]; nothing is changed then.
pub fn decide(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    verdict: Verdict,
    reason: &Reason,
    resubmissions: u32,
) -> Result<Verdict, CaseError> {
    let case = known(tx.conn, id)?;
    let (_, history) = records::history(tx.conn, case.subject)?;
    let verdict = rules::settled(verdict, &history, resubmissions);
    let note = vault
        .key(tx.conn, case.subject)?
        .seal_note(reason.0.expose_secret(), tx.chance)?;
    let settled = records::settle(tx.conn, &case, reviewer, verdict.into(), &note.sealed, tx.now)?;
    if !settled && tx.guards.on(Guard::CaseDecidedOnce) {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    if verdict == Verdict::Refused {
        records::give_up_slots(tx.conn, case.subject)?;
    }
    tx.record(Event::CaseDecided {
        case: id,
        flow: case.flow,
        verdict,
        reason: note.commitment,
    });
    Ok(verdict)
}

/// Sets the gauges of the queue: how many cases are open, and how old the oldest is.
pub fn measure(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let (open, oldest) = records::queue(conn)?;
    let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
    gauge!(CASES_OPEN).set(open as f64);
    gauge!(CASES_OLDEST_SECONDS).set(age.as_secs_f64());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_some_words_and_not_a_report() {
        assert!(Reason::parse(" \n ").is_err());
        assert_eq!(
            Reason::parse(" the photo is cut ").unwrap().0.expose_secret(),
            "the photo is cut"
        );
        assert!(Reason::parse(&"字".repeat(500)).is_ok());
        assert!(Reason::parse(&"字".repeat(501)).is_err());
    }
}
