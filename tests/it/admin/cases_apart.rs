//! Who may not see or decide a case, how many a reviewer has and sees, for how long a case waits, and what a final
//! refusal binds.

use vouchsafe::{
    identity::{CaseError, CaseState, Demands, LEASE, LiftError, SubmitError, commands, queries},
    platform::{
        ledger::{Actor, events::Verdict},
        store::{Guard, Guards},
        terms::{Clock, Id, PersonRow, Reason, Role, Timestamp, kinds},
    },
};

use super::scene::{DAY, MICRO, PLAIN, REVIEWED, START, Scene, passport};
use crate::support::{
    db::{Database, ensure, on_both},
    turnstile::{in_turn, needs_apart},
};

impl Scene {
    /// The refusals that bind.
    async fn refusals(&self) -> Vec<Id<kinds::Refusal>> {
        let vault = self.vault.clone();
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::refusals(conn, &vault, false, None, 100));
        read.await.unwrap().into_iter().map(|found| found.refusal.id).collect()
    }

    async fn lift(&self, refusal: Id<kinds::Refusal>, by: PersonRow) -> Result<(), LiftError> {
        let (vault, review) = (self.vault.clone(), self.policy.review.clone());
        let written = self.ledger.write(Actor::Person(by), move |tx| {
            let reason = Reason::parse("it was another of that name").unwrap();
            commands::lift(tx, &vault, &review, refusal, by, &reason)
        });
        written.await.map(|_| ())
    }

    /// The cases that so many newcomers wait with.
    async fn waiting(&self, many: usize) -> Vec<Id<kinds::Case>> {
        let mut cases = Vec::new();
        for turn in 0..many {
            let who = self.stranger().await;
            cases.push(self.case_of(&who, passport(&format!("E{turn:08}"))).await);
        }
        cases
    }
}

on_both! {
    async fn nobody_decides_about_those_whom_they_or_their_next_let_in(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let root = scene.member(None, Role::Owner).await;
        let inviter = scene.member(Some(root), Role::Admin).await;
        let reviewer = scene.member(Some(inviter), Role::Reviewer).await;
        let sibling = scene.member(Some(inviter), Role::Admin).await;
        let puppet = scene.member(Some(reviewer), Role::Admin).await;
        let below = scene.member(Some(puppet), Role::Admin).await;
        let elsewhere = scene.member(None, Role::Admin).await;
        for (turn, (who, close)) in [
            (reviewer, true),
            (inviter, true),
            (puppet, true),
            (root, false),
            (sibling, false),
            (below, false),
            (elsewhere, false),
        ]
        .into_iter()
        .enumerate()
        {
            let newcomer = scene.stranger_of(who).await;
            let case = scene.case_of(&newcomer, passport(&format!("E1000000{turn}"))).await;
            let met = scene.claim(case, reviewer).await;
            if close {
                assert!(matches!(met, Err(CaseError::TooClose)), "{turn}: {met:?}");
                // Nor by a claim that was made before this was so.
                db.run(&format!(
                    "UPDATE cases SET claimed_by = {}, claimed_until = {} WHERE state = 'open'",
                    reviewer.0,
                    START.after(LEASE).micros()
                ));
                let met = scene.decide(case, reviewer, Verdict::Approved).await;
                assert!(matches!(met, Err(CaseError::TooClose)), "{turn}: {met:?}");
                db.run("UPDATE cases SET claimed_by = NULL, claimed_until = NULL");
                scene.judge(case, Verdict::Approved).await.unwrap();
            } else {
                met.unwrap();
                scene.decide(case, reviewer, Verdict::Approved).await.unwrap();
            }
        }
        let looks = db.figures("SELECT COUNT(*) AS n FROM disclosures WHERE person = 3");
        assert_eq!(looks, [4], "a refused claim shows nothing");
    }

    async fn an_owner_alone_decides_where_the_policy_says_so(db: &Database) {
        let mut scene = Scene::new(db, Guards::default());
        let owner = scene.member(None, Role::Owner).await;
        let newcomer = scene.stranger_of(owner).await;
        let case = scene.case_of(&newcomer, passport("E12345678")).await;
        assert!(matches!(scene.claim(case, owner).await, Err(CaseError::TooClose)));
        scene.policy.review.sole_owner = true;
        scene.claim(case, owner).await.unwrap();
        // Once somebody else could decide, they are to.
        let second = scene.reviewer().await;
        assert!(matches!(scene.decide(case, owner, Verdict::Approved).await, Err(CaseError::TooClose)));
        db.run(&format!("UPDATE people SET standing = 'banned' WHERE id = {}", second.0));
        scene.decide(case, owner, Verdict::Approved).await.unwrap();
        // It is for owners: an admin who is the only reviewer is not the one to answer for it.
        db.run(&format!("UPDATE people SET role = 'admin' WHERE id = {}", owner.0));
        let newcomer = scene.stranger_of(owner).await;
        let case = scene.case_of(&newcomer, passport("E87654321")).await;
        assert!(matches!(scene.claim(case, owner).await, Err(CaseError::TooClose)));
    }

    async fn a_reviewer_has_so_many_cases_at_once(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (reviewer, admin) = (scene.reviewer().await, scene.member(None, Role::Admin).await);
        let cases = scene.waiting(5).await;
        for &case in &cases[..3] {
            scene.claim(case, reviewer).await.unwrap();
        }
        // One's own case is no further one.
        scene.claim(cases[0], reviewer).await.unwrap();
        let refused = scene.claim(cases[3], reviewer).await.unwrap_err();
        assert!(matches!(refused, CaseError::TooManyClaims(3)), "{refused:?}");
        // Decided, given back, taken by an admin, or over: each makes room for one.
        scene.decide(cases[0], reviewer, Verdict::Retry).await.unwrap();
        scene.claim(cases[3], reviewer).await.unwrap();
        scene.give_back(cases[1], reviewer, false).await.unwrap();
        scene.claim(cases[4], reviewer).await.unwrap();
        assert!(scene.claim(cases[1], reviewer).await.is_err());
        let other = scene.reviewer().await;
        assert!(matches!(scene.give_back(cases[2], other, false).await, Err(CaseError::Claimed)));
        scene.give_back(cases[2], admin, true).await.unwrap();
        assert!(matches!(scene.decide(cases[2], reviewer, Verdict::Retry).await, Err(CaseError::NotClaimed)));
        assert!(matches!(scene.give_back(cases[2], admin, true).await, Err(CaseError::NotClaimed)));
        scene.claim(cases[2], other).await.unwrap();
        scene.claim(cases[1], reviewer).await.unwrap();
        assert!(matches!(scene.give_back(cases[0], admin, true).await, Err(CaseError::Decided)));
        scene.clock.set(START.after(LEASE));
        let more = scene.waiting(1).await;
        scene.claim(more[0], reviewer).await.unwrap();
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM case_releases"), [2]);
        let told = db.figures("SELECT subject AS n FROM events WHERE kind = 'claim_released' ORDER BY id");
        assert_eq!(told, [reviewer.0; 2]);
    }

    async fn a_reviewer_sees_so_many_names_in_a_day_and_wanting_more_is_told_once(db: &Database) {
        let mut scene = Scene::new(db, Guards::default());
        (scene.policy.review.names_per_day, scene.policy.review.claims) = (2, 10);
        let reviewer = scene.reviewer().await;
        let cases = scene.waiting(5).await;
        scene.claim(cases[0], reviewer).await.unwrap();
        scene.clock.advance(LEASE);
        scene.claim(cases[1], reviewer).await.unwrap();
        // What they saw already is shown again.
        scene.claim(cases[1], reviewer).await.unwrap();
        for told_now in [true, false] {
            let refused = scene.claim(cases[2], reviewer).await.unwrap_err();
            let CaseError::EnoughNames { wait, told } = refused else { panic!("{refused:?}") };
            assert_eq!((wait, told), (24 * 3600 - 15 * 60 + 1, told_now));
        }
        let told = || db.figures("SELECT subject AS n FROM events WHERE kind = 'names_withheld'");
        assert_eq!(told(), [reviewer.0]);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM cases WHERE claimed_until IS NOT NULL"), [2]);
        // Another reviewer has a day of their own.
        scene.claim(cases[2], scene.reviewer().await).await.unwrap();
        // In any 24 hours, not from midnight on.
        scene.clock.set(START.after(DAY).before(MICRO));
        assert!(matches!(scene.claim(cases[3], reviewer).await, Err(CaseError::EnoughNames { told: false, .. })));
        scene.clock.set(START.after(DAY));
        scene.claim(cases[3], reviewer).await.unwrap();
        assert!(scene.claim(cases[4], reviewer).await.is_err());
        scene.clock.set(START.after(DAY).after(LEASE));
        assert!(scene.claim(cases[4], reviewer).await.is_ok());
        assert_eq!(told(), [reviewer.0]);
    }

    /// A case keeps the place of whoever waits, for as long as the policy says, and not longer.
    async fn a_case_waits_and_keeps_its_place_until_its_time(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let who = scene.stranger().await;
        let case = scene.case_of(&who, passport("E12345678")).await;
        let (reviewer, until) = (scene.reviewer().await, START.after(REVIEWED.wait));
        let held = || Timestamp::from_micros(db.figures("SELECT until AS n FROM holds")[0]);
        assert_eq!(held(), until);
        scene.clock.set(until.before(MICRO));
        assert_eq!(scene.cases(CaseState::Open).await, [case]);
        scene.claim(case, reviewer).await.unwrap();
        scene.clock.set(until);
        // From that moment on it is nobody's, and leaves the queue by itself.
        assert!(scene.cases(CaseState::Open).await.is_empty());
        assert_eq!(scene.cases(CaseState::Withdrawn).await, [case]);
        for met in [
            scene.decide(case, reviewer, Verdict::Approved).await.map(|_| ()),
            scene.claim(case, reviewer).await.map(|_| ()),
            scene.give_back(case, reviewer, false).await,
        ] {
            assert!(matches!(met, Err(CaseError::Lapsed)), "{met:?}");
        }
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'case_decided'"), [0]);
        vouchsafe::onboarding::commands::lapse(&scene.ledger).await.unwrap();
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM cases WHERE state = 'withdrawn'"), [1]);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'case_withdrawn'"), [1]);

        // A decision in time gives the newcomer the time that every newcomer has.
        let who = scene.stranger().await;
        let case = scene.case_of(&who, passport("E87654321")).await;
        scene.clock.advance(REVIEWED.wait - DAY);
        scene.judge(case, Verdict::Retry).await.unwrap();
        let until = scene.clock.now().after(DAY * scene.policy.join.hold_days);
        assert_eq!(db.figures(&format!("SELECT until AS n FROM holds WHERE invite_id = {}", who.way.invite_row)), [until.micros()]);
    }

    async fn a_final_refusal_binds_until_it_is_lifted(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let who = scene.stranger().await;
        let case = scene.case_of(&who, passport("E12345678")).await;
        scene.judge(case, Verdict::Refused).await.unwrap();
        let invite = format!("FROM invites WHERE id = {}", who.way.invite_row);
        assert_eq!(db.figures(&format!("SELECT bound * 100 + held * 10 + uses AS n {invite}")), [100]);
        let blind = who.way.address_blind.clone().unwrap();
        let bound = async || {
            let blind = blind.clone();
            let read = scene.ledger.store().read(move |conn| queries::binds_address(conn, &blind));
            read.await.unwrap()
        };
        assert!(bound().await);

        // With the same document by another way, a lenient reviewer is told, and cannot.
        let again = scene.stranger().await;
        let case = scene.case_of(&again, passport("e 12345678")).await;
        let reviewer = scene.reviewer().await;
        assert!(scene.claim(case, reviewer).await.unwrap().known.refused);
        let refused = scene.decide(case, reviewer, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::Bound), "{refused:?}");
        // Nor does anybody come in with it where nobody is asked.
        let plain = scene.stranger().await;
        scene.submit(&plain, passport("E12345678"), PLAIN).await.unwrap();
        assert!(!scene.confirm(&plain, 1).await);

        // Whoever let them in lifts nothing, nor their next; another admin does, once.
        let [refusal] = scene.refusals().await[..] else { panic!("not one refusal") };
        let host = PersonRow(db.figures(&format!("SELECT inviter AS n {invite}"))[0]);
        for close in [host, scene.member(Some(host), Role::Admin).await] {
            assert!(matches!(scene.lift(refusal, close).await, Err(LiftError::TooClose)));
        }
        let admin = scene.member(None, Role::Admin).await;
        scene.lift(refusal, admin).await.unwrap();
        assert!(matches!(scene.lift(refusal, admin).await, Err(LiftError::Unknown)));
        assert_eq!(db.figures(&format!("SELECT bound AS n {invite}")), [0]);
        assert!(!bound().await);
        assert!(scene.refusals().await.is_empty());
        scene.decide(case, reviewer, Verdict::Approved).await.unwrap();
        let told = db.figures("SELECT COUNT(*) AS n FROM events WHERE kind IN ('refusal_bound', 'refusal_lifted')");
        assert_eq!(told, [2]);
    }

    /// Whoever begins anew does not begin at none: by the same address, invite or document they are the same.
    async fn being_sent_back_is_counted_over_all_ways_in(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let first = scene.stranger().await;
        let case = scene.case_of(&first, passport("E12345678")).await;
        assert_eq!(scene.judge(case, Verdict::Retry).await.unwrap(), Verdict::Retry);
        let (mut address, mut invite, document) =
            (scene.stranger().await, scene.stranger().await, scene.stranger().await);
        address.way.address_blind = first.way.address_blind.clone();
        invite.way.address_blind = None;
        // Their flow was given up, and its hold with it; the row stands for the invite that both came by.
        invite.way.invite_row = first.way.invite_row;
        db.run(&format!("UPDATE holds SET invite_id = {} WHERE invite_id <> {}", first.way.invite_row, first.way.invite_row));
        db.run("UPDATE invites SET max_uses = 9, held = 0");
        db.run(&format!("UPDATE invites SET max_uses = 9, held = 4 WHERE id = {}", first.way.invite_row));
        for (who, number) in [(&address, "E11111111"), (&document, "E12345678")] {
            let case = scene.case_of(who, passport(number)).await;
            let reviewer = scene.reviewer().await;
            assert_eq!(scene.claim(case, reviewer).await.unwrap().known.sent_back, 1, "{number}");
            assert_eq!(scene.decide(case, reviewer, Verdict::Retry).await.unwrap(), Verdict::Refused, "{number}");
        }
        // Many come by one link, and none answers for the others; by an invite for one it is the same person.
        db.run("UPDATE refusals SET lifted_at = 1, lifted_by = refused_by");
        db.run(&format!("UPDATE invites SET max_uses = 1, bound = 0, held = 1 WHERE id = {}", first.way.invite_row));
        let case = scene.case_of(&invite, passport("E22222222")).await;
        assert_eq!(scene.judge(case, Verdict::Retry).await.unwrap(), Verdict::Refused);
        // Their own history is told to them; more than the policy grants is refused at once.
        let mut anew = scene.stranger().await;
        anew.way.address_blind = first.way.address_blind.clone();
        let less = Demands { resubmissions: 0, ..PLAIN };
        let refused = scene.submit(&anew, passport("E33333333"), less).await.unwrap_err();
        assert!(matches!(refused, SubmitError::TooManySubmissions), "{refused:?}");
        // Where nobody is asked as a rule, a reviewer is asked about them all the same.
        assert!(scene.submit(&anew, passport("E33333333"), PLAIN).await.unwrap().case.is_some());
    }
}

/// One reviewer wants two cases at once, and may have one.
async fn one_claim(db: &Database, guards: Guards) -> Result<(), String> {
    let mut scene = Scene::new(db, guards);
    scene.policy.review.claims = 1;
    let reviewer = scene.reviewer().await;
    let cases = scene.waiting(2).await;
    let (first, second) = in_turn(
        db,
        "cases",
        scene.claim(cases[0], reviewer),
        scene.claim(cases[1], reviewer),
    )
    .await;
    ensure(first.is_ok(), "the first has none")?;
    ensure(
        matches!(second, Err(CaseError::TooManyClaims(1))),
        format!("{:?}", second.map(|shown| shown.case.id)),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_has_so_many_cases_because_they_are_counted_one_after_the_other() {
    needs_apart(Guard::ReviewerHeld, one_claim).await;
}

/// The same for the names of a day.
async fn one_name(db: &Database, guards: Guards) -> Result<(), String> {
    let mut scene = Scene::new(db, guards);
    scene.policy.review.names_per_day = 1;
    let reviewer = scene.reviewer().await;
    let cases = scene.waiting(2).await;
    let (first, second) = in_turn(
        db,
        "disclosures",
        scene.claim(cases[0], reviewer),
        scene.claim(cases[1], reviewer),
    )
    .await;
    ensure(first.is_ok(), "the first shows none")?;
    ensure(
        matches!(second, Err(CaseError::EnoughNames { told: true, .. })),
        format!("{:?}", second.map(|shown| shown.case.id)),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reviewer_sees_so_many_names_because_they_are_counted_one_after_the_other() {
    needs_apart(Guard::ReviewerHeld, one_name).await;
}
