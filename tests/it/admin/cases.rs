//! Names and documents, the accounts that a person may have, and the reviewers' cases, as commands.

use std::{
    fmt::{Debug, Write as _},
    fs, mem,
    path::PathBuf,
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use vouchsafe::{
    identity::{
        Answer, CaseError, CaseState, Country, Document, DocumentKind, Finding, FullName, LEASE, SubmitError,
        Submitted, Verified, commands as identity, queries,
    },
    platform::{
        ledger::{Actor, events::Verdict},
        store::{Backend, Conn, Guard, Guards, StoreError},
        terms::{Assurance, Clock, Id, SystemRng},
    },
};

use super::scene::{DAY, HOUR, MICRO, NAME, NUMBER, PLAIN, REVIEWED, START, Scene, passport};
use crate::support::{
    db::{Database, ensure, needs, on_both},
    turnstile::{in_turn, needs_apart},
};

/// Twenty people hold up the same document at once; `accounts` of them come in.
async fn one_person(db: &Database, accounts: u8) {
    let scene = Scene::new(db, Guards::default());
    let mut racing = Vec::new();
    for turn in 0..20 {
        let (scene, who) = (scene.clone(), scene.stranger().await);
        // Typed in two ways, it is the same document. Whoever gives it hears nothing of the others.
        let typed = if turn % 2 == 0 { "E12345678" } else { "e 1234-5678" };
        racing.push(tokio::spawn(async move {
            scene.submit(&who, passport(typed), PLAIN).await.unwrap();
            scene
                .ledger
                .write(Actor::Newcomer, {
                    let (vault, subject) = (scene.vault.clone(), who.subject);
                    move |tx| identity::confirm(tx, &vault, subject, accounts)
                })
                .await
                .unwrap()
                .value
        }));
    }
    let mut taken = 0;
    for one in racing {
        taken += u8::from(one.await.unwrap());
    }
    assert!(taken <= accounts, "{taken} people came in");
    // Of a crowd with one document all wait for a reviewer in the end, but for those who were first.
    let rows = db.figures("SELECT COUNT(*) AS n FROM identity_slots WHERE claimed_until IS NULL");
    assert_eq!(rows, [i64::from(taken)]);
}

on_both! {
    async fn one_person_has_one_account(db: &Database) {
        one_person(db, 1).await;
    }

    async fn one_person_has_two_accounts_where_the_policy_grants_them(db: &Database) {
        one_person(db, 2).await;
        let scene = Scene::new(db, Guards::default());
        for (comes_in, accounts) in [(true, 2), (false, 1), (true, 2), (false, 2)] {
            let who = scene.stranger().await;
            scene.submit(&who, passport("E87654321"), PLAIN).await.unwrap();
            assert_eq!(scene.confirm(&who, accounts).await, comes_in);
        }
    }

    /// Giving a document takes no place. An approval keeps one until its time, and only a member's has no end.
    async fn a_place_is_kept_by_an_approval_until_its_time_and_no_longer(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (first, second) = (scene.stranger().await, scene.stranger().await);
        let (third, fourth) = (scene.stranger().await, scene.stranger().await);
        let [one, other, last] = [&first, &second, &fourth].map(|who| (who, passport("E12345678")));
        let (one, other) = (scene.case_of(one.0, one.1).await, scene.case_of(other.0, other.1).await);
        scene.submit(&third, passport("E12345678"), PLAIN).await.unwrap();
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM identity_slots"), [0]);

        scene.judge(one, Verdict::Approved).await.unwrap();
        let until = START.after(DAY * scene.policy.join.hold_days);
        assert_eq!(db.figures("SELECT claimed_until AS n FROM identity_slots"), [until.micros()]);
        // The reviewer of the other is told, and cannot give the place away; nor does anybody come in by it.
        let reviewer = scene.reviewer().await;
        let known = scene.claim(other, reviewer).await.unwrap().known;
        assert_eq!((known.members, known.others), (0, 2));
        let refused = scene.decide(other, reviewer, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NoPlace), "{refused:?}");
        assert!(!scene.confirm(&third, 1).await);

        scene.clock.set(until.before(MICRO));
        scene.claim(other, reviewer).await.unwrap();
        let refused = scene.decide(other, reviewer, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NoPlace), "{refused:?}");
        scene.clock.set(until);
        scene.decide(other, reviewer, Verdict::Approved).await.unwrap();
        assert!(scene.confirm(&second, 1).await);
        scene.release(&first).await;
        // A member's place has no end, and nobody gives it back for them.
        scene.release(&second).await;
        let hold = format!("UPDATE holds SET until = {}", scene.clock.now().after(DAY * 90).micros());
        db.run(&hold);
        let case = scene.case_of(last.0, last.1).await;
        scene.clock.set(scene.clock.now().after(DAY * 29));
        let known = scene.claim(case, reviewer).await.unwrap().known;
        assert_eq!((known.members, known.others), (1, 2));
        let refused = scene.decide(case, reviewer, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NoPlace), "{refused:?}");
        assert!(!scene.confirm(&third, 1).await);
    }

    /// As a version before this one wrote it: a place that was taken by giving a number alone.
    async fn a_place_that_nobody_has_proved_yields(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.stranger().await, scene.stranger().await);
        scene.submit(&one, passport("E12345678"), PLAIN).await.unwrap();
        db.run(&format!(
            "INSERT INTO identity_slots (blind, slot, subject_id, claimed_until) \
             SELECT document_blind, 0, subject_id, {} FROM identities",
            START.after(DAY * 14).micros()
        ));
        scene.submit(&other, passport("E12345678"), PLAIN).await.unwrap();
        assert!(scene.confirm(&other, 1).await, "a number that was only given blocks nobody");
        assert!(!scene.confirm(&one, 1).await);
        let members = db.figures("SELECT subject_id AS n FROM identity_slots WHERE claimed_until IS NULL");
        assert_eq!(members, [other.subject.0]);
    }

    async fn a_document_that_many_give_is_looked_at(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        for _ in 0..5 {
            let who = scene.stranger().await;
            scene.submit(&who, passport("E12345678"), PLAIN).await.unwrap();
        }
        let owner = scene.stranger().await;
        scene.submit(&owner, passport("E12345678"), PLAIN).await.unwrap();
        assert!(!scene.confirm(&owner, 1).await, "the sixth in a day");
        scene.clock.set(START.after(DAY).before(MICRO));
        assert!(!scene.confirm(&owner, 1).await);
        // Whoever has it cannot be kept out by others who try its number: a reviewer lets them in, or a day.
        scene.clock.set(START.after(DAY));
        db.run(&format!("UPDATE identities SET given_at = {} WHERE subject_id <> {}", START.micros() - 1, owner.subject.0));
        assert!(scene.confirm(&owner, 1).await);
    }

    async fn who_gives_another_document_is_counted_by_the_new_one(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.stranger().await, scene.stranger().await);
        let first = scene.submit(&one, passport("E11111111"), PLAIN).await.unwrap();
        assert_eq!(first, Submitted { submission: 1, case: None });
        let again = scene.submit(&one, passport("E33333333"), PLAIN).await.unwrap();
        assert_eq!(again, Submitted { submission: 2, case: None });
        scene.submit(&other, passport("E11111111"), PLAIN).await.unwrap();
        assert!(scene.confirm(&one, 1).await);
        assert!(scene.confirm(&other, 1).await);
        assert_eq!(scene.reached(&one, PLAIN).await, (Assurance::Checked, None));
        // One flow asks so often and no more.
        let third = scene.stranger().await;
        for turn in 0..=PLAIN.resubmissions + 1 {
            scene.submit(&third, passport(&format!("E4444444{turn}")), PLAIN).await.unwrap();
        }
        let refused = scene.submit(&third, passport("E44444449"), PLAIN).await.unwrap_err();
        assert!(matches!(refused, SubmitError::TooManySubmissions), "{refused:?}");
    }

    async fn a_name_given_twice_at_once_is_given_once(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let who = scene.stranger().await;
        let racing: Vec<_> = (0..8)
            .map(|turn| {
                let (scene, who) = (scene.clone(), who.clone());
                let document = passport(&format!("E0000000{turn}"));
                tokio::spawn(async move { scene.submit(&who, document, REVIEWED).await })
            })
            .collect();
        let mut given = 0;
        for one in racing {
            match one.await.unwrap() {
                Ok(_) => given += 1,
                Err(error) => assert!(matches!(error, SubmitError::Waiting), "{error}"),
            }
        }
        assert_eq!((given, scene.cases(CaseState::Open).await.len()), (1, 1));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM identities"), [1]);
    }

    async fn a_case_has_one_reviewer_and_one_verdict(db: &Database) {
        needs(Guard::CaseClaimedOnce, db.target().backend(), one_reviewer).await;
        needs(Guard::CaseDecidedOnce, db.target().backend(), one_reviewer).await;
    }

    async fn one_reviewer_at_a_time_sees_a_case(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.reviewer().await, scene.reviewer().await);
        let who = scene.stranger().await;
        let case = scene.submit(&who, passport("e 12345678"), REVIEWED).await.unwrap().case.unwrap();
        assert_eq!(scene.reached(&who, REVIEWED).await, (Assurance::Checked, Some(Answer::Pending)));

        let refused = scene.decide(case, one, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NotClaimed));
        let shown = scene.claim(case, one).await.unwrap();
        assert_eq!(shown.name.expose_entered(), NAME);
        assert_eq!(shown.document.canonical(), passport("E12345678").canonical());
        assert_eq!(shown.case.claim_at(START), Some((one, START.after(LEASE))));

        scene.clock.set(START.after(LEASE).before(MICRO));
        assert!(matches!(scene.claim(case, other).await.unwrap_err(), CaseError::Claimed));
        let refused = scene.decide(case, other, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::Claimed));
        // One's own claim is prolonged.
        scene.claim(case, one).await.unwrap();
        let end = scene.clock.now().after(LEASE);
        scene.clock.set(end.before(MICRO));
        assert!(matches!(scene.claim(case, other).await.unwrap_err(), CaseError::Claimed));

        // At its end it is over for both purposes, and free for whoever comes first.
        scene.clock.set(end);
        let refused = scene.decide(case, one, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NotClaimed));
        let racing: Vec<_> = [one, other, one, other, other]
            .into_iter()
            .map(|reviewer| {
                let scene = scene.clone();
                tokio::spawn(async move { scene.claim(case, reviewer).await.map(|_| reviewer) })
            })
            .collect();
        let mut winners = Vec::new();
        for claim in racing {
            winners.extend(claim.await.unwrap().ok());
        }
        winners.dedup();
        assert_eq!(winners.len(), 1, "{winners:?}");
        // Each look, and its reason, is kept.
        let looks = db.figures("SELECT COUNT(*) AS n FROM disclosures");
        assert_eq!(looks, db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'case_claimed'"));
        let unknown = Id::new(START, &SystemRng);
        assert!(matches!(scene.claim(unknown, one).await.unwrap_err(), CaseError::Unknown));
    }

    async fn a_case_is_decided_once(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.reviewer().await, scene.reviewer().await);
        let who = scene.stranger().await;
        let case = scene.submit(&who, passport("E12345678"), REVIEWED).await.unwrap().case.unwrap();
        // What a reviewer looks at does not change under their eyes.
        let refused = scene.submit(&who, passport("E87654321"), REVIEWED).await.unwrap_err();
        assert!(matches!(refused, SubmitError::Waiting));
        scene.claim(case, one).await.unwrap();
        let racing: Vec<_> = [Verdict::Approved, Verdict::Refused, Verdict::Retry, Verdict::Approved]
            .into_iter()
            .map(|verdict| {
                let scene = scene.clone();
                tokio::spawn(async move { scene.decide(case, one, verdict).await })
            })
            .collect();
        let mut decided = Vec::new();
        for decision in racing {
            match decision.await.unwrap() {
                Ok(verdict) => decided.push(verdict),
                Err(error) => assert!(matches!(error, CaseError::Decided), "{error}"),
            }
        }
        assert_eq!(decided.len(), 1, "{decided:?}");
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'case_decided'"), [1]);
        assert!(matches!(scene.decide(case, other, Verdict::Refused).await.unwrap_err(), CaseError::Decided));
        assert!(matches!(scene.claim(case, other).await.unwrap_err(), CaseError::Decided));
        assert!(scene.cases(CaseState::Open).await.is_empty());
    }

    async fn who_is_sent_back_too_often_is_refused(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let reviewer = scene.reviewer().await;
        let (who, other) = (scene.stranger().await, scene.stranger().await);
        for (submission, comes_to, state) in
            [(1, Verdict::Retry, Answer::Retry { after: None }), (2, Verdict::Refused, Answer::Final(Finding::Refused))]
        {
            let submitted = scene.submit(&who, passport("E12345678"), REVIEWED).await.unwrap();
            assert_eq!(submitted.submission, submission);
            let case = submitted.case.unwrap();
            scene.claim(case, reviewer).await.unwrap();
            assert_eq!(scene.decide(case, reviewer, Verdict::Retry).await.unwrap(), comes_to);
            assert_eq!(scene.reached(&who, REVIEWED).await, (Assurance::Contact, Some(state)));
        }
        let refused = scene.submit(&who, passport("E12345678"), REVIEWED).await.unwrap_err();
        assert!(matches!(refused, SubmitError::Decided));
        // Another document is nothing to them.
        let case = scene.submit(&other, passport("E87654321"), REVIEWED).await.unwrap().case.unwrap();
        scene.claim(case, reviewer).await.unwrap();
        assert_eq!(scene.decide(case, reviewer, Verdict::Approved).await.unwrap(), Verdict::Approved);
        let both = Verified { name: true, document: true };
        assert_eq!(scene.reached(&other, REVIEWED).await, (Assurance::Verified, Some(Answer::Final(Finding::Verified(both)))));
        assert!(scene.confirm(&other, 1).await);
    }

    async fn cases_come_oldest_first_and_page_by_page(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let mut opened = Vec::new();
        for turn in 0..5 {
            let who = scene.stranger().await;
            let document = passport(&format!("E0000000{turn}"));
            opened.extend(scene.submit(&who, document, REVIEWED).await.unwrap().case);
            // The clock may go back; the order is that in which they were opened.
            scene.clock.set(START.before(HOUR));
        }
        let now = scene.clock.now();
        let read = scene.ledger.store().read(move |conn: &mut Conn| {
            let mut after = None;
            let mut seen = Vec::new();
            loop {
                let page = queries::cases(conn, CaseState::Open, after, 2, now)?;
                let Some(last) = page.last() else { return Ok::<_, StoreError>(seen) };
                after = Some(last.case.id);
                seen.extend(page.iter().map(|found| found.case.id));
            }
        });
        assert_eq!(read.await.unwrap(), opened);
    }

    async fn names_and_numbers_stand_nowhere_in_the_open(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let reviewer = scene.reviewer().await;
        let who = scene.stranger().await;
        let today = jiff::civil::date(2026, 9, 1);
        let document = Document::parse(Country::CN, DocumentKind::CnResidentId, NUMBER, today).unwrap();
        let case = scene.submit(&who, document, REVIEWED).await.unwrap().case.unwrap();
        let claimed = scene.claim(case, reviewer).await.unwrap();
        scene.decide(case, reviewer, Verdict::Retry).await.unwrap();

        let name = FullName::parse(NAME).unwrap();
        let canaries = [NAME, name.expose_normalised(), NUMBER, "canary-look", "canary-verdict"];
        let kept = format!("{claimed:?}\n{}", everything_recorded(&mut db.connect()));
        for canary in canaries {
            assert!(!kept.contains(canary), "{canary}");
        }
        for kind in ["identity_given", "case_opened", "case_claimed", "case_decided"] {
            assert!(kept.contains(kind), "{kind}");
        }
        if db.target().backend() == Backend::Sqlite {
            scene.ledger.close().await;
            let bytes = files_of(db);
            let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
            assert!(holds("case_decided"), "the search finds what is there");
            for canary in canaries {
                assert!(!holds(canary), "{canary}");
            }
        }
    }
}

/// One of the two, and not both.
fn one_of<T: Debug>(
    first: &Result<T, SubmitError>,
    second: &Result<T, SubmitError>,
    late: &SubmitError,
) -> Result<(), String> {
    let told = match (first, second) {
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => Some(error),
        _ => None,
    };
    let clean = told.is_some_and(|told| mem::discriminant(told) == mem::discriminant(late));
    ensure(clean, format!("{first:?}, {second:?}"))
}

/// Two come in with the document behind which one place is left.
async fn last_place(db: &Database, guards: Guards, accounts: u8) -> Result<(), String> {
    let scene = Scene::new(db, guards);
    let mut newcomers = Vec::new();
    for _ in 0..=accounts {
        let who = scene.stranger().await;
        scene.submit(&who, passport("E12345678"), PLAIN).await.unwrap();
        newcomers.push(who);
    }
    let (one, other) = (newcomers.pop().unwrap(), newcomers.pop().unwrap());
    for who in newcomers {
        assert!(scene.confirm(&who, accounts).await);
    }
    let (first, second) = in_turn(
        db,
        "identity_slots",
        scene.confirm(&one, accounts),
        scene.confirm(&other, accounts),
    )
    .await;
    ensure(first != second, format!("{first:?}, {second:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_person_has_one_account_because_of_the_slots() {
    for accounts in [1, 2] {
        let check = async |db: &Database, guards| last_place(db, guards, accounts).await;
        needs_apart(Guard::IdentitySlots, check).await;
    }
}

/// Somebody gives two documents at once: one of them is theirs, and one case is opened.
async fn one_document(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = Scene::new(db, guards);
    let who = scene.stranger().await;
    let (first, second) = in_turn(
        db,
        "identities",
        scene.submit(&who, passport("E11111111"), REVIEWED),
        scene.submit(&who, passport("E22222222"), REVIEWED),
    )
    .await;
    one_of(&first, &second, &SubmitError::Waiting)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_given_once_because_it_follows_on_what_was_read() {
    needs_apart(Guard::IdentityOnce, one_document).await;
}

/// Two reviewers want one case at once, and whoever has it decides it twice at once.
async fn one_reviewer(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = Scene::new(db, guards);
    let (one, other) = (scene.reviewer().await, scene.reviewer().await);
    let who = scene.stranger().await;
    let submitted = scene.submit(&who, passport("E12345678"), REVIEWED).await.unwrap();
    let case = submitted.case.unwrap();
    let (first, second) = tokio::join!(scene.claim(case, one), scene.claim(case, other));
    let reviewer = match (&first, &second) {
        (Ok(_), Err(CaseError::Claimed)) => one,
        (Err(CaseError::Claimed), Ok(_)) => other,
        _ => return Err("not one reviewer was shown the case".into()),
    };
    let decide = |verdict| scene.decide(case, reviewer, verdict);
    let decided = tokio::join!(decide(Verdict::Approved), decide(Verdict::Retry));
    match decided {
        (Ok(_), Err(CaseError::Decided)) | (Err(CaseError::Decided), Ok(_)) => Ok(()),
        _ => Err(format!("{decided:?}")),
    }
}

/// The bodies of all events.
fn everything_recorded(conn: &mut Conn) -> String {
    #[derive(QueryableByName)]
    struct Body {
        #[diesel(sql_type = Text)]
        body: String,
    }
    let all: Vec<Body> = match conn {
        Conn::Sqlite(conn) => sql_query("SELECT body FROM events").load(conn),
        Conn::Postgres(conn) => sql_query("SELECT body FROM events").load(conn),
    }
    .unwrap();
    all.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{}", row.body);
        text
    })
}

/// SQLite's file, and what stands beside it.
fn files_of(db: &Database) -> Vec<u8> {
    let folder: PathBuf = db.path().parent().unwrap().to_owned();
    fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| fs::read(entry.unwrap().path()).unwrap())
        .collect()
}
