//! What follows from an identity that was given and the cases about it. Pure.

use std::time::Duration;

use super::{Case, CaseError};
use crate::platform::{
    ledger::events::Verdict,
    terms::{Assurance, PersonRow, Timestamp, words},
};

words! {
    /// Where a case stands.
    CaseState {
        /// It waits for a reviewer, or one looks at it now.
        Open = "open",
        /// The name and document are accepted.
        Approved = "approved",
        /// They are to be given again.
        Retry = "retry",
        /// Final.
        Refused = "refused",
        /// The newcomer's way ended before anybody decided.
        Withdrawn = "withdrawn",
    }
}

impl From<Verdict> for CaseState {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Approved => Self::Approved,
            Verdict::Retry => Self::Retry,
            Verdict::Refused => Self::Refused,
        }
    }
}

impl Case {
    /// Its state at `now`. A case whose time to wait is over is withdrawn, also where its row says that it is open.
    pub fn state_at(&self, now: Timestamp) -> CaseState {
        match self.state {
            CaseState::Open if self.waits_until.is_some_and(|until| until <= now) => CaseState::Withdrawn,
            state => state,
        }
    }

    /// Who has claimed it at `now`, and until when. A claim is over at the end of its time.
    pub fn claim_at(&self, now: Timestamp) -> Option<(PersonRow, Timestamp)> {
        self.claim
            .filter(|(_, until)| self.state_at(now) == CaseState::Open && *until > now)
    }

    /// How long it has waited, or waited until it was decided or withdrawn.
    pub fn age(&self, now: Timestamp) -> Duration {
        let lapsed = self.waits_until.filter(|until| *until <= now);
        self.decided_at.or(lapsed).unwrap_or(now).since(self.opened_at)
    }

    /// Why a change that depends on its state and its claim was refused.
    pub(super) fn refusal(&self, now: Timestamp) -> CaseError {
        match (self.state_at(now), self.claim_at(now)) {
            (CaseState::Open, Some(_)) => CaseError::Claimed,
            (CaseState::Open, None) => CaseError::NotClaimed,
            (CaseState::Withdrawn, _) => CaseError::Lapsed,
            _ => CaseError::Decided,
        }
    }
}

/// How far somebody's real name has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// How surely we know who they are, by their name and document. [`Assurance::Contact`] says that
    /// these are to be given again, or never will be: it claims nothing about a contact.
    pub assurance: Assurance,
    /// Where the newest case about them stands; none where there was none.
    pub review: Option<CaseState>,
}

/// What stands in the rows about one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History {
    /// Whether a name and a document were given.
    pub given: bool,
    /// The cases, oldest first.
    pub cases: Vec<CaseState>,
    /// How often somebody was sent back by other ways in who is likely the same.
    pub elsewhere: usize,
}

impl History {
    /// How often they were sent back.
    pub(super) fn retries(&self) -> usize {
        self.elsewhere + self.cases.iter().filter(|state| **state == CaseState::Retry).count()
    }

    /// The newest case's state; a retry that the policy no longer grants is a refusal.
    fn newest(&self, resubmissions: u32) -> Option<CaseState> {
        match self.cases.last().copied() {
            Some(CaseState::Retry) if self.retries() > resubmissions as usize => Some(CaseState::Refused),
            newest => newest,
        }
    }
}

/// What they have reached. `review`: whether the policy wants a reviewer's eye; an identity that
/// was given before it did is to be given again.
pub(super) fn reached(history: &History, review: bool, resubmissions: u32) -> Reached {
    let newest = history.newest(resubmissions);
    let assurance = match newest {
        None if !history.given => Assurance::None,
        None if review => Assurance::Contact,
        None | Some(CaseState::Open) => Assurance::Checked,
        Some(CaseState::Approved) => Assurance::Verified,
        Some(CaseState::Retry | CaseState::Refused | CaseState::Withdrawn) => Assurance::Contact,
    };
    Reached {
        assurance,
        review: newest,
    }
}

/// Why a name and a document are not taken now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotNow {
    Waiting,
    Decided,
    TooMany,
}

/// Whether a name and a document may be given, for the first time or again: as often as somebody may be sent
/// back, and once more where the policy began to ask for a review meanwhile.
pub(super) fn may_submit(history: &History, submissions: i64, resubmissions: u32) -> Result<(), NotNow> {
    match history.cases.last() {
        // A reviewer decides about what they were shown: it does not change under their eyes.
        Some(CaseState::Open) => Err(NotNow::Waiting),
        Some(CaseState::Approved | CaseState::Refused | CaseState::Withdrawn) => Err(NotNow::Decided),
        _ if history.retries() > resubmissions as usize => Err(NotNow::TooMany),
        _ if submissions > i64::from(resubmissions) + 1 => Err(NotNow::TooMany),
        Some(CaseState::Retry) | None => Ok(()),
    }
}

/// Whether what is given now is to be seen by a reviewer. Who was sent back is seen again, also
/// where the policy has changed since.
pub(super) fn wants_case(history: &History, review: bool) -> bool {
    review || history.retries() > 0
}

/// What a verdict comes to: sending somebody back more often than the policy grants is a refusal.
pub(super) fn settled(verdict: Verdict, history: &History, resubmissions: u32) -> Verdict {
    match verdict {
        Verdict::Retry if history.retries() >= resubmissions as usize => Verdict::Refused,
        verdict => verdict,
    }
}

/// One of the places that a person has here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    /// From 0.
    pub number: i64,
    /// Until when it is kept for a newcomer; none where a member stands behind it.
    pub claimed_until: Option<Timestamp>,
    /// Whether a member or a reviewer's approval stands behind it: what nobody has proved yields.
    pub proved: bool,
}

impl Slot {
    /// Whether it may be taken by somebody else: from the moment on at which the claim ends, and before that
    /// where nobody has proved it. `take_slot`'s statement repeats it.
    fn yields(self, now: Timestamp) -> bool {
        self.claimed_until.is_some_and(|until| until <= now || !self.proved)
    }
}

/// The numbers of the places that are free, where a person may have `accounts`. A place beyond that
/// number, from a time when the policy granted more, counts as well.
pub(super) fn free_slots(known: &[Slot], accounts: u8, now: Timestamp) -> Vec<i64> {
    let live: Vec<i64> = known
        .iter()
        .filter(|slot| !slot.yields(now))
        .map(|slot| slot.number)
        .collect();
    let room = usize::from(accounts).saturating_sub(live.len());
    (0..i64::from(accounts))
        .filter(|number| !live.contains(number))
        .take(room)
        .collect()
}

/// Whether a reviewer is too close to a newcomer to decide about them: they, their own inviter or somebody whom
/// they let in has let the newcomer in. `inviter` is the newcomer's, `above` that one's, and `own` the
/// reviewer's.
pub(super) fn too_close(
    reviewer: PersonRow,
    own: Option<PersonRow>,
    inviter: PersonRow,
    above: Option<PersonRow>,
) -> bool {
    inviter == reviewer || own == Some(inviter) || above == Some(reviewer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn history(cases: &[CaseState]) -> History {
        History {
            given: true,
            cases: cases.to_vec(),
            elsewhere: 0,
        }
    }

    #[test]
    fn what_is_reached_follows_the_newest_case() {
        use CaseState::{Approved, Open, Refused, Retry};
        let told = |history: &History, review| {
            let Reached { assurance, review } = reached(history, review, 1);
            (assurance, review)
        };
        assert_eq!(told(&History::default(), true), (Assurance::None, None));
        for (cases, assurance, newest) in [
            (&[][..], Assurance::Checked, None),
            (&[Open], Assurance::Checked, Some(Open)),
            (&[Approved], Assurance::Verified, Some(Approved)),
            (&[Retry], Assurance::Contact, Some(Retry)),
            (&[Retry, Open], Assurance::Checked, Some(Open)),
            (&[Retry, Approved], Assurance::Verified, Some(Approved)),
            (&[Retry, Retry], Assurance::Contact, Some(Refused)),
            (&[Refused], Assurance::Contact, Some(Refused)),
        ] {
            assert_eq!(told(&history(cases), false), (assurance, newest), "{cases:?}");
        }
        // The policy began to ask for a review: nobody would ever open a case otherwise.
        assert_eq!(told(&history(&[]), true), (Assurance::Contact, None));
        assert_eq!(may_submit(&history(&[]), 1, 0), Ok(()));
        assert_eq!(may_submit(&history(&[]), 2, 0), Err(NotNow::TooMany));
        assert!(wants_case(&history(&[]), true));
    }

    #[test]
    fn being_sent_back_is_bounded() {
        use CaseState::{Open, Retry};
        for (before, resubmissions, verdict) in [
            (0, 0, Verdict::Refused),
            (0, 1, Verdict::Retry),
            (1, 1, Verdict::Refused),
            (2, 3, Verdict::Retry),
            (3, 3, Verdict::Refused),
        ] {
            let mut cases = vec![Retry; before];
            cases.push(Open);
            let history = history(&cases);
            assert_eq!(
                settled(Verdict::Retry, &history, resubmissions),
                verdict,
                "{before} of {resubmissions}"
            );
            assert_eq!(settled(Verdict::Approved, &history, 0), Verdict::Approved);
        }
        // What was granted under another policy is taken back with it.
        assert_eq!(may_submit(&history(&[Retry]), 1, 1), Ok(()));
        assert_eq!(may_submit(&history(&[Retry]), 1, 0), Err(NotNow::TooMany));
        // By whichever ways in.
        let anew = |elsewhere| History {
            elsewhere,
            ..History::default()
        };
        assert_eq!(may_submit(&anew(1), 0, 1), Ok(()));
        assert!(wants_case(&anew(1), false));
        assert_eq!(settled(Verdict::Retry, &anew(1), 1), Verdict::Refused);
        assert_eq!(may_submit(&anew(2), 0, 1), Err(NotNow::TooMany));
    }

    #[test]
    fn nothing_is_given_while_it_is_looked_at_or_when_it_is_decided() {
        use CaseState::{Approved, Open, Refused, Retry};
        assert_eq!(may_submit(&history(&[Open]), 1, 9), Err(NotNow::Waiting));
        assert_eq!(may_submit(&history(&[Retry, Approved]), 2, 9), Err(NotNow::Decided));
        assert_eq!(may_submit(&history(&[Refused]), 1, 9), Err(NotNow::Decided));
        assert!(wants_case(&history(&[Retry]), false));
        assert!(!wants_case(&history(&[]), false));
    }

    #[test]
    fn a_place_is_free_from_the_moment_its_claim_ends() {
        let now = Timestamp::from_seconds(100);
        let slot = |number, micros: Option<i64>| Slot {
            number,
            claimed_until: micros.map(|micros| Timestamp::from_micros(now.micros() + micros)),
            proved: true,
        };
        let unproved = |number, micros| Slot {
            proved: false,
            ..slot(number, Some(micros))
        };
        assert_eq!(free_slots(&[unproved(0, 9)], 1, now), [0]);
        assert_eq!(free_slots(&[], 2, now), [0, 1]);
        assert_eq!(free_slots(&[slot(0, Some(1))], 1, now), Vec::<i64>::new());
        assert_eq!(free_slots(&[slot(0, Some(0))], 1, now), [0]);
        assert_eq!(free_slots(&[slot(0, None)], 1, now), Vec::<i64>::new());
        assert_eq!(free_slots(&[slot(0, None), slot(1, Some(-1))], 2, now), [1]);
        // The policy once granted two, and grants one now.
        assert_eq!(free_slots(&[slot(1, None)], 1, now), Vec::<i64>::new());
        assert_eq!(free_slots(&[slot(1, Some(0))], 1, now), [0]);
        assert_eq!(free_slots(&[slot(2, None)], 2, now), [0]);
    }

    #[test]
    fn whoever_is_close_to_a_newcomer_decides_nothing_about_them() {
        let [me, mine, theirs, stranger] = [1, 2, 3, 4].map(PersonRow);
        for (own, inviter, above, close) in [
            (Some(theirs), me, Some(theirs), true),
            (None, me, None, true),
            (Some(theirs), theirs, None, true),
            (Some(theirs), mine, Some(me), true),
            (Some(theirs), stranger, Some(theirs), false),
            (Some(theirs), stranger, None, false),
            (None, stranger, None, false),
        ] {
            assert_eq!(
                too_close(me, own, inviter, above),
                close,
                "{own:?} {inviter:?} {above:?}"
            );
        }
    }
}
