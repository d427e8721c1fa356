//! What follows from an identity that was given and the cases about it. Pure.

use std::time::Duration;

use super::{Answer, Case, CaseError, Demands, Finding, Verified};
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
    /// How surely the community knows who they are.
    pub assurance: Assurance,
    /// The verifiers' answer that decides; none where none was given, or none that decides.
    pub answer: Option<Answer>,
}

/// What is known about one subject.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct History {
    /// Whether a name and a document were given. Their form was checked then.
    pub given: bool,
    /// Each verifier's answers, oldest first; the verifiers in the order of precedence.
    pub answers: Vec<Vec<Answer>>,
    /// How often a newcomer who is probably the same was asked, in other flows, to give them again.
    pub elsewhere: usize,
}

impl History {
    /// How often they were asked to give them again.
    pub(super) fn retries(&self) -> usize {
        let retries = |answer: &&Answer| matches!(answer, Answer::Retry { .. });
        self.elsewhere + self.answers.iter().flatten().filter(retries).count()
    }

    /// The answer that decides: the newest one that does, of the first verifier that has one.
    fn deciding(&self) -> Option<Answer> {
        self.answers
            .iter()
            .find_map(|answers| answers.iter().rev().copied().find(|answer| answer.decides()))
    }
}

/// The assurance that somebody has reached. This is the only rule that decides it.
///
/// `contact`: whether they have proved a contact; without one nothing else counts. Where `demands` has a review, an
/// identity that was given before no verifier had been asked must be given again. A retry beyond those that the policy
/// allows is a refusal.
pub(super) fn reached(history: &History, contact: bool, demands: &Demands) -> Reached {
    let answer = match history.deciding() {
        Some(Answer::Retry { .. }) if history.retries() > demands.resubmissions as usize => {
            Some(Answer::Final(Finding::Refused))
        }
        answer => answer,
    };
    let asked = history.answers.iter().any(|answers| !answers.is_empty());
    let assurance = match answer {
        _ if !contact => Assurance::None,
        _ if !history.given => Assurance::Contact,
        None if demands.review && !asked => Assurance::Contact,
        // Also where no source could tell: that does not count against them.
        None | Some(Answer::Pending | Answer::NoRecord | Answer::Unavailable) => Assurance::Checked,
        Some(Answer::Final(Finding::Verified(Verified {
            name: true,
            document: true,
        }))) => Assurance::Verified,
        Some(Answer::Final(Finding::Verified(_))) => Assurance::Checked,
        Some(Answer::Retry { .. } | Answer::Expired | Answer::Final(Finding::Refused)) => Assurance::Contact,
    };
    Reached { assurance, answer }
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
    match history.deciding() {
        // What a verifier looks at does not change meanwhile.
        Some(Answer::Pending) => Err(NotNow::Waiting),
        Some(Answer::Final(_) | Answer::Expired) => Err(NotNow::Decided),
        _ if history.retries() > resubmissions as usize => Err(NotNow::TooMany),
        _ if submissions > i64::from(resubmissions) + 1 => Err(NotNow::TooMany),
        Some(Answer::Retry { .. } | Answer::NoRecord | Answer::Unavailable) | None => Ok(()),
    }
}

/// Whether verifiers are asked about what is given now. Whoever was asked to give it again is verified again, also where
/// the policy has changed since.
pub(super) fn wants_verifiers(history: &History, review: bool) -> bool {
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

    const DEMANDS: Demands = Demands {
        review: false,
        resubmissions: 1,
        wait: Duration::from_secs(1),
    };
    const REVIEWED: Demands = Demands {
        review: true,
        ..DEMANDS
    };
    const RETRY: Answer = Answer::Retry { after: None };
    const REFUSED: Answer = Answer::Final(Finding::Refused);
    const VERIFIED: Answer = verified(true, true);

    const fn verified(name: bool, document: bool) -> Answer {
        Answer::Final(Finding::Verified(Verified { name, document }))
    }

    fn answered(answers: &[&[Answer]]) -> History {
        History {
            given: true,
            answers: answers.iter().map(|answers| answers.to_vec()).collect(),
            elsewhere: 0,
        }
    }

    fn history(cases: &[CaseState]) -> History {
        let answers: Vec<Answer> = cases.iter().copied().map(Answer::from).collect();
        answered(&[&answers])
    }

    #[test]
    fn assurance_is_decided_by_one_table() {
        use Answer::{Expired, NoRecord, Pending, Unavailable};
        let (checked, contact, verified_) = (Assurance::Checked, Assurance::Contact, Assurance::Verified);
        for (answers, assurance, deciding) in [
            // One verifier.
            (&[&[][..]][..], checked, None),
            (&[&[Pending]], checked, Some(Pending)),
            (&[&[VERIFIED]], verified_, Some(VERIFIED)),
            (&[&[verified(true, false)]], checked, Some(verified(true, false))),
            (&[&[verified(false, true)]], checked, Some(verified(false, true))),
            (&[&[RETRY]], contact, Some(RETRY)),
            (&[&[Expired]], contact, Some(Expired)),
            (&[&[REFUSED]], contact, Some(REFUSED)),
            (&[&[NoRecord]], checked, None),
            (&[&[Unavailable]], checked, None),
            // Its newest answer that decides.
            (&[&[RETRY, Pending]], checked, Some(Pending)),
            (&[&[RETRY, VERIFIED]], verified_, Some(VERIFIED)),
            (&[&[RETRY, RETRY]], contact, Some(REFUSED)),
            (&[&[VERIFIED, Unavailable]], verified_, Some(VERIFIED)),
            (&[&[RETRY, NoRecord]], contact, Some(RETRY)),
            // People take precedence over a source, whatever it says, once they are asked.
            (&[&[], &[VERIFIED]], verified_, Some(VERIFIED)),
            (&[&[], &[REFUSED]], contact, Some(REFUSED)),
            (&[&[Pending], &[REFUSED]], checked, Some(Pending)),
            (&[&[VERIFIED], &[REFUSED]], verified_, Some(VERIFIED)),
            (&[&[REFUSED], &[VERIFIED]], contact, Some(REFUSED)),
            (&[&[VERIFIED], &[NoRecord]], verified_, Some(VERIFIED)),
            (&[&[NoRecord], &[Unavailable]], checked, None),
            // Being asked again is counted over all of them.
            (&[&[RETRY], &[RETRY]], contact, Some(REFUSED)),
        ] {
            let known = answered(answers);
            let told = Reached {
                assurance,
                answer: deciding,
            };
            assert_eq!(reached(&known, true, &DEMANDS), told, "{answers:?}");
            let asked = answers.iter().any(|answers| !answers.is_empty());
            let demanded = if asked { assurance } else { contact };
            assert_eq!(reached(&known, true, &REVIEWED).assurance, demanded, "{answers:?}");
            // Without a proved contact nothing counts, nor does an answer without a submission.
            assert_eq!(
                reached(&known, false, &REVIEWED).assurance,
                Assurance::None,
                "{answers:?}"
            );
            let nothing = History { given: false, ..known };
            assert_eq!(reached(&nothing, true, &DEMANDS).assurance, contact, "{answers:?}");
        }
        assert_eq!(reached(&History::default(), false, &DEMANDS).assurance, Assurance::None);
    }

    #[test]
    fn a_review_that_is_demanded_later_is_asked_for() {
        assert_eq!(may_submit(&history(&[]), 1, 0), Ok(()));
        assert_eq!(may_submit(&history(&[]), 2, 0), Err(NotNow::TooMany));
        assert!(wants_verifiers(&history(&[]), true));
        // What proves nothing keeps nobody from giving it again.
        assert_eq!(may_submit(&answered(&[&[Answer::NoRecord]]), 1, 0), Ok(()));
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
        assert!(wants_verifiers(&anew(1), false));
        assert_eq!(settled(Verdict::Retry, &anew(1), 1), Verdict::Refused);
        assert_eq!(may_submit(&anew(2), 0, 1), Err(NotNow::TooMany));
    }

    #[test]
    fn nothing_is_given_while_it_is_looked_at_or_when_it_is_decided() {
        use CaseState::{Approved, Open, Refused, Retry};
        assert_eq!(may_submit(&history(&[Open]), 1, 9), Err(NotNow::Waiting));
        assert_eq!(may_submit(&history(&[Retry, Approved]), 2, 9), Err(NotNow::Decided));
        assert_eq!(may_submit(&history(&[Refused]), 1, 9), Err(NotNow::Decided));
        assert!(wants_verifiers(&history(&[Retry]), false));
        assert!(!wants_verifiers(&history(&[]), false));
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
