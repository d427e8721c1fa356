//! What may be read of cases, refusals and identities.

use std::{collections::HashMap, time::Duration};

use metrics::gauge;
use zeroize::Zeroizing;

use super::{
    Case, CaseError, CaseState, Claimed, Demands, Document, FullName, Known, Reached, Refusal, Way, records,
    rules::{self, History},
    verifiers,
};
use crate::{
    invites::{self, Invite},
    people,
    platform::{
        store::{Conn, StoreError},
        terms::{
            Id, PersonId, PersonRow, Timestamp, kinds,
            metrics::{CASES_OLDEST_SECONDS, CASES_OPEN},
        },
        vault::{Blind, DataKey, Field, Subject, Vault, VaultError},
    },
};

/// A case, and the public id of who decided it.
#[derive(Debug, Clone)]
pub struct CaseDetails {
    /// The case.
    pub case: Case,
    /// Who decided it; none while nobody has.
    pub decided_by: Option<PersonId>,
}

/// A case by its public id.
///
/// # Errors
/// [`StoreError`].
pub fn case(conn: &mut Conn, id: Id<kinds::Case>) -> Result<Option<CaseDetails>, StoreError> {
    let found = records::case(conn, id)?.into_iter().collect();
    Ok(with_deciders(conn, found)?.pop())
}

/// The cases that are in this state at `now`, those that were opened first in front; after `after`, and `limit` at
/// most.
///
/// # Errors
/// [`StoreError`].
pub fn cases(
    conn: &mut Conn,
    state: CaseState,
    after: Option<Id<kinds::Case>>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<CaseDetails>, StoreError> {
    let found = records::cases(conn, state, after, limit, now)?;
    with_deciders(conn, found)
}

fn with_deciders(conn: &mut Conn, cases: Vec<Case>) -> Result<Vec<CaseDetails>, StoreError> {
    let rows: Vec<PersonRow> = cases.iter().filter_map(|case| case.decided_by).collect();
    let ids = public_ids(conn, &rows)?;
    let decided_by = |case: &Case| case.decided_by.and_then(|row| ids.get(&row).copied());
    let details = cases.into_iter().map(|case| CaseDetails {
        decided_by: decided_by(&case),
        case,
    });
    Ok(details.collect())
}

fn public_ids(conn: &mut Conn, rows: &[PersonRow]) -> Result<HashMap<PersonRow, PersonId>, StoreError> {
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let names = people::names(conn, rows)?;
    Ok(names.into_iter().map(|(row, name)| (row, name.id)).collect())
}

/// The flows and subjects of cases whose time to wait is over, but whose rows say that they are open.
///
/// # Errors
/// [`StoreError`].
pub fn lapsed(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<(Id<kinds::Flow>, Subject)>, StoreError> {
    Ok(records::lapsed(conn, now, limit)?)
}

/// Whether a final refusal binds this address.
///
/// # Errors
/// [`StoreError`].
pub fn binds_address(conn: &mut Conn, blind: &[u8]) -> Result<bool, StoreError> {
    Ok(records::binds_address(conn, blind)?)
}

/// How far the real name of a subject has come, under what the policy demands now. `contact`: whether they have proved a
/// contact.
///
/// # Errors
/// [`StoreError`].
pub fn reached(conn: &mut Conn, subject: Subject, contact: bool, demands: &Demands) -> Result<Reached, StoreError> {
    let (_, history) = history(conn, subject)?;
    Ok(rules::reached(&history, contact, demands))
}

/// How often a subject has given an identity (none: never), and what the verifiers say about it.
pub(super) fn history(conn: &mut Conn, subject: Subject) -> Result<(Option<i64>, History), StoreError> {
    let submissions = records::submissions(conn, subject)?;
    let history = History {
        given: submissions.is_some(),
        answers: verifiers::answers(conn, subject)?,
        elsewhere: 0,
    };
    Ok((submissions, history))
}

/// What a claim showed, for the reviewer whose claim still lasts.
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
    if case.claim_at(now).is_none_or(|(by, _)| by != reviewer) {
        return Err(case.refusal(now));
    }
    let (case, invite) = waiting(conn, id, now)?;
    let key = vault.key(conn, case.subject)?;
    shown(conn, vault, &key, case, &invite)
}

/// What a claim shows.
pub(super) fn shown(
    conn: &mut Conn,
    vault: &Vault,
    key: &DataKey,
    case: Case,
    invite: &Invite,
) -> Result<Claimed, CaseError> {
    // What was taken at the time may be read under stricter rules by now.
    let unreadable = |_| StoreError::Internal("a sealed identity is not what was given".into());
    let sealed = records::identity(conn, case.subject)?;
    let name = FullName::parse(&key.open_text(Field::Name, &sealed.name)?).map_err(|_| unreadable(()))?;
    let document = Document::from_json(&key.open(Field::Document, &sealed.document)?).map_err(|_| unreadable(()))?;
    let blind = vault.blind(Blind::Document, &document.canonical());
    let slots = records::slots(conn, &blind, case.subject)?;
    let members = slots.iter().filter(|slot| slot.claimed_until.is_none()).count();
    let given = records::given_by_others(conn, &blind, case.subject, Timestamp::from_micros(0))?;
    let known = Known {
        members,
        others: given.saturating_sub_unsigned(members as u64).max(0),
        refused: records::binds_document(conn, &blind)?,
        sent_back: records::sent_back(conn, &way_of(&case, invite), Some(&blind), case.subject)?,
    };
    Ok(Claimed {
        case,
        name,
        document,
        known,
    })
}

/// A case by its public id.
pub(super) fn known(conn: &mut Conn, id: Id<kinds::Case>) -> Result<Case, CaseError> {
    records::case(conn, id)?.ok_or(CaseError::Unknown)
}

/// A case, and the invite of which its newcomer has reserved a use. Without a reservation nobody waits for a
/// decision.
pub(super) fn waiting(conn: &mut Conn, id: Id<kinds::Case>, now: Timestamp) -> Result<(Case, Invite), CaseError> {
    let case = known(conn, id)?;
    match invites::held_by(conn, case.flow)? {
        Some((invite, until)) if until > now => Ok((case, invite)),
        _ => Err(why_not_waiting(conn, id, now)?),
    }
}

/// Why nobody waits for the decision of a case any more.
pub(super) fn why_not_waiting(conn: &mut Conn, id: Id<kinds::Case>, now: Timestamp) -> Result<CaseError, CaseError> {
    let case = known(conn, id)?;
    Ok(match case.state_at(now) {
        CaseState::Open => CaseError::Lapsed,
        _ => case.refusal(now),
    })
}

/// How the newcomer of a case came in.
pub(super) fn way_of(case: &Case, invite: &Invite) -> Way {
    Way {
        flow: case.flow,
        invite_row: invite.row,
        sole_use: invite.max_uses == 1,
        address_blind: case.address_blind.clone(),
    }
}

/// The blind index of the document that a subject gave.
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

/// A refusal, who gave and who lifted it, and why in words.
pub struct RefusalDetails {
    /// The refusal.
    pub refusal: Refusal,
    /// Who refused.
    pub refused_by: Option<PersonId>,
    /// Who lifted it; none while it is in force.
    pub lifted_by: Option<PersonId>,
    /// Why it was refused; none where the newcomer was erased.
    pub reason: Option<Zeroizing<String>>,
    /// Why it was lifted, likewise.
    pub lift_reason: Option<Zeroizing<String>>,
}

/// The refusals that are in force, or those that were lifted, newest first; after `after`, and `limit` at most.
///
/// # Errors
/// [`StoreError`].
pub fn refusals(
    conn: &mut Conn,
    vault: &Vault,
    lifted: bool,
    after: Option<Id<kinds::Refusal>>,
    limit: i64,
) -> Result<Vec<RefusalDetails>, StoreError> {
    let found = records::refusals(conn, lifted, after, limit)?;
    with_words(conn, vault, found)
}

/// One refusal with what is looked up for it.
///
/// # Errors
/// [`StoreError`].
pub fn refusal_details(conn: &mut Conn, vault: &Vault, refusal: Refusal) -> Result<RefusalDetails, StoreError> {
    with_words(conn, vault, vec![refusal])?
        .pop()
        .ok_or_else(|| StoreError::Internal("a refusal without its details".into()))
}

fn with_words(conn: &mut Conn, vault: &Vault, refusals: Vec<Refusal>) -> Result<Vec<RefusalDetails>, StoreError> {
    let rows: Vec<PersonRow> = refusals
        .iter()
        .flat_map(|refusal| [Some(refusal.refused_by), refusal.lifted_by])
        .flatten()
        .collect();
    let ids = public_ids(conn, &rows)?;
    let id = |row| ids.get(&row).copied();
    refusals
        .into_iter()
        .map(|refusal| {
            let key = match vault.key(conn, refusal.subject) {
                Ok(key) => Some(key),
                Err(VaultError::Erased) => None,
                Err(error) => return Err(error.into()),
            };
            let open = |sealed: &Option<Vec<u8>>| match (&key, sealed) {
                (Some(key), Some(sealed)) => key.open_note(sealed).map(Some),
                _ => Ok(None),
            };
            Ok(RefusalDetails {
                refused_by: id(refusal.refused_by),
                lifted_by: refusal.lifted_by.and_then(id),
                reason: open(&refusal.note_sealed)?,
                lift_reason: open(&refusal.lift_note_sealed)?,
                refusal,
            })
        })
        .collect()
}

/// The queue, and the last 30 days, in figures.
#[derive(Debug, Default)]
pub struct CaseFigures {
    /// Cases that wait.
    pub open: u64,
    /// Those of them that somebody has claimed.
    pub claimed: u64,
    /// When the oldest of them was opened.
    pub oldest: Option<Timestamp>,
    /// How many seconds each decided one took, the shortest first.
    pub took: Vec<u64>,
    /// How many were approved.
    pub approved: u64,
    /// How many are to be given again.
    pub retry: u64,
    /// How many were refused.
    pub refused: u64,
    /// By whoever decided: how many, and how many of them were approved; whoever decided most first.
    pub by: Vec<(PersonId, u64, u64)>,
}

/// So many decisions are looked at.
const DECISIONS: i64 = 20_000;

/// The queue, and the last 30 days, in figures.
///
/// # Errors
/// [`StoreError`].
pub fn figures(conn: &mut Conn, now: Timestamp) -> Result<CaseFigures, StoreError> {
    let (open, oldest) = records::queue(conn, now)?;
    let claimed = records::claimed(conn, now)?;
    let decided = records::decided_since(conn, now.before(super::DAY.saturating_mul(30)), DECISIONS)?;
    let mut figures = CaseFigures {
        open: u64::try_from(open).unwrap_or_default(),
        claimed: u64::try_from(claimed).unwrap_or_default(),
        oldest,
        ..CaseFigures::default()
    };
    let mut by: HashMap<PersonRow, (u64, u64)> = HashMap::new();
    for (state, opened_at, decided_at, reviewer) in decided {
        figures.took.push(decided_at.since(opened_at).as_secs());
        let approved = u64::from(state == CaseState::Approved);
        figures.approved += approved;
        figures.retry += u64::from(state == CaseState::Retry);
        figures.refused += u64::from(state == CaseState::Refused);
        let one = by.entry(reviewer).or_default();
        one.0 += 1;
        one.1 += approved;
    }
    figures.took.sort_unstable();
    let rows: Vec<_> = by.keys().copied().collect();
    let ids = public_ids(conn, &rows)?;
    let named = by
        .into_iter()
        .filter_map(|(row, (decided, approved))| Some((*ids.get(&row)?, decided, approved)));
    figures.by = named.collect();
    figures
        .by
        .sort_unstable_by_key(|(id, decided, _)| (std::cmp::Reverse(*decided), *id));
    Ok(figures)
}

/// Sets the gauges of the queue: how many cases are open, and how old the oldest one is.
///
/// # Errors
/// [`StoreError`].
pub fn measure(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let (open, oldest) = records::queue(conn, now)?;
    let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
    gauge!(CASES_OPEN).set(open as f64);
    gauge!(CASES_OLDEST_SECONDS).set(age.as_secs_f64());
    Ok(())
}
