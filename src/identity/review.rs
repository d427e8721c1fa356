//! Reviewers look at a case, one at a time, and decide.

use std::time::Duration;

use metrics::gauge;

use super::{
    CaseState, Document, FullName, Way,
    records::{self, Case, NewRefusal},
    rules, submission,
};
use crate::{
    invites::{self, Invite},
    people,
    platform::{
        idempotency::KeyReused,
        ledger::{Event, Tx, events::Verdict},
        store::{
            CommandError, Conn, Disposition, Guard, StoreError, from_query,
            throttle::{self, Rate, Throttled},
        },
        terms::{
            Id, PersonRow, Reason, Role, Standing, Timestamp, kinds,
            metrics::{CASES_OLDEST_SECONDS, CASES_OPEN},
        },
        vault::{Blind, DataKey, Field, Vault, VaultError},
    },
    policy::{Policy, Review},
};

/// For how long a claim holds; claiming again prolongs it.
pub const LEASE: Duration = Duration::from_secs(15 * 60);

/// In how long a reviewer is shown so many names at most.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What a claim shows, and to nobody else.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// The case as it stands now.
    pub case: Case,
    /// The name as it was entered.
    pub name: FullName,
    /// The document that is to bear it.
    pub document: Document,
    /// What else is known of the document.
    pub known: Known,
}

/// What is known of a document beside whoever gave it. Newcomers are told nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Members who stand behind it.
    pub members: usize,
    /// Others who have given it, at any time, and are no members by it.
    pub others: i64,
    /// Whether a final refusal binds it.
    pub refused: bool,
    /// How often somebody was sent back who gave it, or came by the same address or invite.
    pub sent_back: i64,
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
    /// The newcomer's way has ended.
    #[error("the newcomer's way has ended, and nobody waits for a decision")]
    Lapsed,
    /// Another reviewer has it.
    #[error("another reviewer has the case")]
    Claimed,
    /// Nobody has it: it must be claimed before it is decided.
    #[error("claim the case before you decide it; a claim ends after 15 minutes")]
    NotClaimed,
    /// The reviewer, their inviter or somebody whom they let in has let the newcomer in.
    #[error("you, your inviter or somebody whom you let in has let this newcomer in: another reviewer decides")]
    TooClose,
    /// The reviewer has as many cases as the policy lets them have at once.
    #[error("you have {0} cases: decide one or give it back first")]
    TooManyClaims(u32),
    /// The reviewer was shown as many names as the policy lets them see in a day. So many seconds must pass;
    /// whether the owners are told now, or were before.
    #[error("you were shown as many names as a reviewer is in a day")]
    EnoughNames {
        /// Seconds until the next one.
        wait: u32,
        /// Whether this is the first time that day.
        told: bool,
    },
    /// No place is free behind the document: approve it, and one person would have too many accounts.
    #[error("as many members as the policy allows stand behind this document")]
    NoPlace,
    /// A final refusal binds the document.
    #[error("a final refusal binds this document until an admin lifts it")]
    Bound,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(CaseError);

impl CommandError for CaseError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            // That the owners are to be told must be remembered.
            Self::EnoughNames { told: true, .. } => Disposition::Keep,
            _ => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for CaseError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl Case {
    /// Where it stands at `now`: whoever has waited in vain waits no longer.
    pub fn state_at(&self, now: Timestamp) -> CaseState {
        match self.state {
            CaseState::Open if self.waits_until.is_some_and(|until| until <= now) => CaseState::Withdrawn,
            state => state,
        }
    }

    /// Who has it at this moment, and until when. At the end of its time a claim is over.
    pub fn held(&self, now: Timestamp) -> Option<(PersonRow, Timestamp)> {
        self.claim
            .filter(|(_, until)| self.state_at(now) == CaseState::Open && *until > now)
    }

    /// For how long it has waited, or did until it was decided or given up.
    pub fn age(&self, now: Timestamp) -> Duration {
        let lapsed = self.waits_until.filter(|until| *until <= now);
        self.decided_at.or(lapsed).unwrap_or(now).since(self.opened_at)
    }

    /// By which way its newcomer came.
    fn way(&self, invite: &Invite) -> Way {
        Way {
            flow: self.flow,
            invite_row: invite.row,
            sole_use: invite.max_uses == 1,
            address_blind: self.address_blind.clone(),
        }
    }

    /// Why a guarded change of it came to nothing.
    fn refusal(&self, now: Timestamp) -> CaseError {
        match (self.state_at(now), self.held(now)) {
            (CaseState::Open, Some(_)) => CaseError::Claimed,
            (CaseState::Open, None) => CaseError::NotClaimed,
            (CaseState::Withdrawn, _) => CaseError::Lapsed,
            _ => CaseError::Decided,
        }
    }
}

fn known(conn: &mut Conn, id: Id<kinds::Case>) -> Result<Case, CaseError> {
    records::case(conn, id)?.ok_or(CaseError::Unknown)
}

/// A case, and the invite that its newcomer holds a use of: without one nobody waits for a decision.
fn standing(conn: &mut Conn, id: Id<kinds::Case>, now: Timestamp) -> Result<(Case, Invite), CaseError> {
    let case = known(conn, id)?;
    match invites::held_by(conn, case.flow)? {
        Some((invite, until)) if until > now => Ok((case, invite)),
        _ => Err(gone(conn, id, now)?),
    }
}

/// Why a case has no hold any more.
fn gone(conn: &mut Conn, id: Id<kinds::Case>, now: Timestamp) -> Result<CaseError, CaseError> {
    let case = known(conn, id)?;
    Ok(match case.state_at(now) {
        CaseState::Open => CaseError::Lapsed,
        _ => case.refusal(now),
    })
}

/// Whether a reviewer may decide about somebody whom `inviter` let in.
pub(super) fn apart(
    conn: &mut Conn,
    review: &Review,
    reviewer: PersonRow,
    inviter: PersonRow,
) -> Result<bool, StoreError> {
    let own = people::inviter_of(conn, reviewer)?.map(|member| member.row);
    let above = people::inviter_of(conn, inviter)?.map(|member| member.row);
    if !rules::too_close(reviewer, own, inviter, above) {
        return Ok(true);
    }
    if !review.sole_owner {
        return Ok(false);
    }
    let owner = people::member(conn, reviewer)?
        .is_some_and(|member| member.role == Role::Owner && member.standing == Standing::Active);
    Ok(owner && people::count_active(conn, &review.reviewers)? == 1)
}

/// Shows a case to one reviewer, who alone may decide it for [`LEASE`]. That they looked, and the
/// commitment to why, stand in the ledger before they see anything.
///
/// # Errors
/// [`CaseError`]; nothing is shown then.
pub fn claim(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    reason: &Reason,
) -> Result<Claimed, CaseError> {
    let (mut case, invite) = standing(tx.conn, id, tx.now)?;
    if case.state_at(tx.now) != CaseState::Open {
        return Err(case.refusal(tx.now));
    }
    if !apart(tx.conn, review, reviewer, invite.inviter)? {
        return Err(CaseError::TooClose);
    }
    // What is counted from here on is still so when it is written.
    people::lock_reviewer(tx.conn, tx.guards, reviewer)?;
    within_limits(tx, vault, review, &case, reviewer)?;
    let until = tx.now.after(LEASE);
    if !records::take_claim(tx.conn, &case, reviewer, until, tx.now)? && tx.guards.on(Guard::CaseClaimedOnce) {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    case.claim = Some((reviewer, until));
    let key = vault.key(tx.conn, case.subject)?;
    let note = key.seal_note(reason, tx.rng)?;
    records::insert_disclosure(tx.conn, &case, reviewer, &note.sealed, tx.now)?;
    tx.record(Event::CaseClaimed {
        case: id,
        reason: note.commitment,
    });
    shown(tx.conn, vault, &key, case, &invite)
}

/// Whether a reviewer may have one case more, and see one name more. What they have or saw already costs
/// nothing again.
fn within_limits(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    case: &Case,
    reviewer: PersonRow,
) -> Result<(), CaseError> {
    if records::claims_of(tx.conn, reviewer, case, tx.now)? >= i64::from(review.claims) {
        return Err(CaseError::TooManyClaims(review.claims));
    }
    let shown = records::shown_to(tx.conn, reviewer, case, tx.now.before(DAY))?;
    let names = u32::try_from(shown.len()).unwrap_or(u32::MAX);
    if names < review.names_per_day {
        return Ok(());
    }
    let oldest = shown.into_iter().min().unwrap_or(tx.now);
    let wait = DAY.saturating_sub(tx.now.since(oldest)).as_secs().saturating_add(1);
    let bucket = [b"names-withheld/".as_slice(), &reviewer.0.to_be_bytes()].concat();
    let bucket = vault.blind(Blind::Throttle, &bucket);
    let told = match throttle::admit(tx.conn, tx.guards, &bucket, Rate::at_most(1, DAY), tx.now) {
        Ok(()) => true,
        Err(Throttled::Wait(_)) => false,
        Err(Throttled::Store(error)) => return Err(error.into()),
    };
    if told {
        tx.record(Event::NamesWithheld {
            person: reviewer,
            shown: names,
        });
    }
    Err(CaseError::EnoughNames {
        wait: u32::try_from(wait).unwrap_or(u32::MAX),
        told,
    })
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
    let (case, invite) = standing(conn, id, now)?;
    let key = vault.key(conn, case.subject)?;
    shown(conn, vault, &key, case, &invite)
}

fn shown(conn: &mut Conn, vault: &Vault, key: &DataKey, case: Case, invite: &Invite) -> Result<Claimed, CaseError> {
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
        sent_back: records::sent_back(conn, &case.way(invite), Some(&blind), case.subject)?,
    };
    Ok(Claimed {
        case,
        name,
        document,
        known,
    })
}

/// Decides a case, once, by whoever has claimed it. What it is about cannot change while it is open,
/// so they decide about what they were shown. The answer is what it came to: a newcomer who has been
/// sent back as often as the policy grants, by whichever ways in, is refused instead.
///
/// Whoever is to go on keeps their place for as long as any newcomer does, from now on. A final refusal binds
/// the use of the invite, the address and the document.
///
/// # Errors
/// [`CaseError`]; nothing is changed then.
pub fn decide(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    id: Id<kinds::Case>,
    reviewer: PersonRow,
    verdict: Verdict,
    reason: &Reason,
) -> Result<Verdict, CaseError> {
    let (case, invite) = standing(tx.conn, id, tx.now)?;
    if !apart(tx.conn, &policy.review, reviewer, invite.inviter)? {
        return Err(CaseError::TooClose);
    }
    let blind = submission::document_blind(tx.conn, vault, case.subject)?;
    let (_, mut history) = records::history(tx.conn, case.subject)?;
    let elsewhere = records::sent_back(tx.conn, &case.way(&invite), Some(&blind), case.subject)?;
    history.elsewhere = usize::try_from(elsewhere).unwrap_or(usize::MAX);
    let verdict = rules::settled(verdict, &history, policy.review.resubmissions);
    // As every step has it: first the hold, then the case.
    let until = tx.now.after(DAY.saturating_mul(policy.join.hold_days));
    if verdict == Verdict::Refused {
        invites::bind(tx, &invite, case.flow)?;
    } else if !invites::prolong(tx, case.flow, until)? {
        return Err(gone(tx.conn, id, tx.now)?);
    }
    let note = vault.key(tx.conn, case.subject)?.seal_note(reason, tx.rng)?;
    let settled = records::settle(tx.conn, &case, reviewer, verdict.into(), &note.sealed, tx.now)?;
    if !settled && tx.guards.on(Guard::CaseDecidedOnce) {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    match verdict {
        Verdict::Approved => {
            if records::binds_document(tx.conn, &blind)? {
                return Err(CaseError::Bound);
            }
            let accounts = policy.join.accounts_per_person;
            if !submission::take_place(tx, &blind, case.subject, accounts, Some(until))? {
                return Err(CaseError::NoPlace);
            }
        }
        Verdict::Retry => {}
        Verdict::Refused => {
            records::give_up_slots(tx.conn, case.subject)?;
            let refusal = Id::new(tx.now, tx.rng);
            let new = NewRefusal {
                id: refusal,
                case: &case,
                invite_row: invite.row,
                document_blind: &blind,
                by: reviewer,
            };
            records::insert_refusal(tx.conn, &new, tx.now)?;
            tx.record(Event::RefusalBound { refusal, case: id });
        }
    }
    tx.record(Event::CaseDecided {
        case: id,
        flow: case.flow,
        verdict,
        reason: note.commitment,
    });
    Ok(verdict)
}

/// Gives a claimed case back to the queue: one's own, or, where `any` says so, another's.
///
/// # Errors
/// [`CaseError`]; nothing is changed then.
pub fn give_back(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: Id<kinds::Case>,
    by: PersonRow,
    any: bool,
    reason: &Reason,
) -> Result<(), CaseError> {
    let case = known(tx.conn, id)?;
    let Some((reviewer, _)) = case.held(tx.now).filter(|(reviewer, _)| any || *reviewer == by) else {
        return Err(case.refusal(tx.now));
    };
    if !records::take_back(tx.conn, &case, reviewer, tx.now)? {
        return Err(known(tx.conn, id)?.refusal(tx.now));
    }
    let note = vault.key(tx.conn, case.subject)?.seal_note(reason, tx.rng)?;
    records::insert_release(tx.conn, &case, by, &note.sealed, tx.now)?;
    tx.record(Event::ClaimReleased {
        case: id,
        person: reviewer,
        reason: note.commitment,
    });
    Ok(())
}

/// Sets the gauges of the queue: how many cases are open, and how old the oldest is.
pub fn measure(conn: &mut Conn, now: Timestamp) -> Result<(), StoreError> {
    let (open, oldest) = records::queue(conn, now)?;
    let age = oldest.map_or(Duration::ZERO, |oldest| now.since(oldest));
    gauge!(CASES_OPEN).set(open as f64);
    gauge!(CASES_OLDEST_SECONDS).set(age.as_secs_f64());
    Ok(())
}
