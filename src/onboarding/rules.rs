//! Where a newcomer stands, from what they have shown and what is demanded now.

use super::Flow;
use crate::{
    identity::{Answer, Finding, Reached},
    platform::terms::Timestamp,
    policy::{Policy, Proved, Step, next_demand},
};

/// Where a flow stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This is to be done next; [`Step::Review`] is the reviewer's to do.
    Next(Step),
    /// They are a member.
    Member,
    /// A reviewer has refused them for good.
    Refused,
    /// They gave up.
    Ended,
    /// Its time is over; opening the invite again begins anew.
    Lapsed,
}

/// Where a flow stands at `now`. An end is a comparison: nothing has to be cleaned up for it to
/// take effect.
pub fn progress(
    policy: &Policy,
    flow: &Flow,
    held_until: Option<Timestamp>,
    reached: &Reached,
    now: Timestamp,
) -> Progress {
    if flow.person.is_some() {
        return Progress::Member;
    }
    if reached.answer == Some(Answer::Final(Finding::Refused)) {
        return Progress::Refused;
    }
    if flow.ended_at.is_some() {
        return Progress::Ended;
    }
    let until = if flow.proved_at.is_some() {
        held_until
    } else {
        Some(flow.expires_at)
    };
    if until.is_none_or(|until| now >= until) {
        return Progress::Lapsed;
    }
    // Whoever is asked about waits, also where the policy would ask nobody now.
    if flow.proved_at.is_some() && reached.answer == Some(Answer::Pending) {
        return Progress::Next(Step::Review);
    }
    let proved = Proved {
        assurance: reached.assurance,
        credentials: false,
    };
    Progress::Next(next_demand(policy, &proved).unwrap_or(Step::Credentials))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        identity::Verified,
        platform::{
            terms::{Assurance, Id, PersonRow, SeededRng},
            vault::Subject,
        },
        policy::preset,
    };

    const APPROVED: Answer = Answer::Final(Finding::Verified(Verified {
        name: true,
        document: true,
    }));
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    fn flow() -> Flow {
        Flow {
            row: 1,
            id: Id::new(NOW, &SeededRng::new(1)),
            token_hash: Vec::new(),
            invite_row: 1,
            subject: Subject(1),
            locale: "en".into(),
            expires_at: Timestamp::from_seconds(2_000),
            address: None,
            proof: None,
            proofs: None,
            proof_failures: 0,
            proved_at: None,
            person: None,
            ended_at: None,
        }
    }

    fn policy(name: &str) -> Policy {
        Policy::from_toml(preset(name).unwrap(), &["cn_resident_id", "passport"]).unwrap()
    }

    fn reached(assurance: Assurance, answer: Option<Answer>) -> Reached {
        Reached { assurance, answer }
    }

    #[test]
    fn goes_on_step_by_step() {
        let nothing = reached(Assurance::None, None);
        let mut flow = flow();
        let reviewed = policy("reviewed");
        let until = Some(Timestamp::from_seconds(9_000));
        let at = |flow: &Flow, reached: &Reached| progress(&reviewed, flow, until, reached, NOW);
        assert_eq!(at(&flow, &nothing), Progress::Next(Step::Contact));
        // Whatever a verifier says, the contact comes first.
        assert_eq!(
            at(&flow, &reached(Assurance::None, Some(APPROVED))),
            Progress::Next(Step::Contact)
        );
        flow.proved_at = Some(NOW);
        let nothing = reached(Assurance::Contact, None);
        assert_eq!(at(&flow, &nothing), Progress::Next(Step::Identity));
        assert_eq!(
            at(&flow, &reached(Assurance::Checked, Some(Answer::Pending))),
            Progress::Next(Step::Review)
        );
        assert_eq!(
            at(&flow, &reached(Assurance::Contact, Some(Answer::Retry { after: None }))),
            Progress::Next(Step::Identity)
        );
        assert_eq!(
            at(&flow, &reached(Assurance::Verified, Some(APPROVED))),
            Progress::Next(Step::Credentials)
        );
        assert_eq!(
            at(
                &flow,
                &reached(Assurance::Contact, Some(Answer::Final(Finding::Refused)))
            ),
            Progress::Refused
        );
        // Where nobody is asked about, as a rule, somebody is all the same.
        assert_eq!(
            progress(
                &policy("real-name"),
                &flow,
                until,
                &reached(Assurance::Checked, Some(Answer::Pending)),
                NOW
            ),
            Progress::Next(Step::Review)
        );
        flow.person = Some(PersonRow(1));
        assert_eq!(at(&flow, &nothing), Progress::Member);
    }

    #[test]
    fn ends_by_comparison() {
        let (circle, nothing) = (policy("open-circle"), reached(Assurance::None, None));
        let contact = reached(Assurance::Contact, None);
        let mut flow = flow();
        let at = |flow: &Flow, held, now| {
            let reached = if flow.proved_at.is_some() { &contact } else { &nothing };
            progress(&circle, flow, held, reached, Timestamp::from_seconds(now))
        };
        assert_eq!(at(&flow, None, 1_999), Progress::Next(Step::Contact));
        assert_eq!(at(&flow, None, 2_000), Progress::Lapsed);
        flow.proved_at = Some(NOW);
        let held = Some(Timestamp::from_seconds(5_000));
        assert_eq!(at(&flow, held, 4_999), Progress::Next(Step::Credentials));
        assert_eq!(at(&flow, held, 5_000), Progress::Lapsed);
        assert_eq!(
            at(&flow, None, 1_000),
            Progress::Lapsed,
            "the reservation went to another newcomer"
        );
        flow.ended_at = Some(NOW);
        assert_eq!(at(&flow, held, 1_000), Progress::Ended);
    }
}
