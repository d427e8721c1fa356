//! Names and documents, the places that a person has, and the reviewers' cases, as commands.

use std::{
    fmt::{Debug, Write as _},
    fs, mem,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use vouchsafe::{
    identity::{
        self, CaseError, CaseState, Claimed, Country, Demands, Document, DocumentKind, FullName, LEASE, Reached,
        Reason, SubmitError, Submitted,
    },
    ledger::{Actor, Ledger, events::Verdict},
    people::{self, Newcomer},
    store::{Backend, Conn, Guard, Guards, StoreError},
    terms::{Assurance, Clock, Id, ManualClock, PersonRow, Role, SystemChance, Timestamp, kinds},
    vault::{Keyring, Subject, Vault},
};

use crate::support::{
    db::{Database, Setup, ensure, needs, on_both},
    turnstile::{in_turn, needs_apart},
};

const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
const HOUR: Duration = Duration::from_secs(3600);
const MICRO: Duration = Duration::from_micros(1);
/// Long enough to be found nowhere by accident.
pub(super) const NAME: &str = "Zéphyrine Kanarienvogel·Nachtigall";
const NUMBER: &str = "11010519491231002X";

/// A community with reviewers, and newcomers at its door.
#[derive(Clone)]
pub(super) struct Scene {
    pub(super) ledger: Ledger,
    pub(super) vault: Vault,
    clock: Arc<ManualClock>,
}

/// Somebody on their way in.
#[derive(Clone, Copy)]
pub(super) struct Stranger {
    subject: Subject,
    flow: Id<kinds::Flow>,
}

impl Scene {
    pub(super) fn new(db: &Database, guards: Guards) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let ledger = db.ledger(Setup {
            clock: clock.clone(),
            guards,
            pool_size: 20,
            ..Setup::default()
        });
        let vault = Vault::new(Keyring::generate(&SystemChance));
        Self { ledger, vault, clock }
    }

    pub(super) async fn stranger(&self) -> Stranger {
        let vault = self.vault.clone();
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let (subject, _) = vault.new_subject(tx).map_err(StoreError::from)?;
            Ok::<_, StoreError>(Stranger {
                subject,
                flow: Id::new(tx.now, tx.chance),
            })
        });
        written.await.unwrap().value
    }

    pub(super) async fn reviewer(&self) -> PersonRow {
        let newcomer = Newcomer {
            subject: None,
            handle: None,
            role: Role::Reviewer,
            assurance: Assurance::Verified,
            locale: "en".into(),
        };
        let written = self
            .ledger
            .write(Actor::Operator, move |tx| people::found(tx, &newcomer));
        written.await.unwrap().value.row
    }

    pub(super) async fn submit(
        &self,
        who: Stranger,
        document: Document,
        demands: Demands,
    ) -> Result<Submitted, SubmitError> {
        let vault = self.vault.clone();
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let key = vault.key(tx.conn, who.subject)?;
            let name = FullName::parse(NAME).unwrap();
            identity::submit(tx, &vault, &key, who.flow, &name, &document, &demands)
        });
        written.await.map(|written| written.value)
    }

    async fn confirm(&self, who: Stranger) -> bool {
        let written = self
            .ledger
            .write(Actor::Newcomer, move |tx| identity::confirm(tx, who.subject));
        written.await.unwrap().value
    }

    async fn release(&self, who: Stranger) {
        let written = self
            .ledger
            .write(Actor::Newcomer, move |tx| identity::release(tx, who.subject));
        written.await.unwrap();
    }

    async fn reached(&self, who: Stranger, demands: Demands) -> (Assurance, Option<CaseState>) {
        let Demands {
            review, resubmissions, ..
        } = demands;
        let read = self
            .ledger
            .store()
            .read(move |conn| identity::reached(conn, who.subject, review, resubmissions));
        let Reached { assurance, review } = read.await.unwrap();
        (assurance, review)
    }

    async fn claim(&self, case: Id<kinds::Case>, reviewer: PersonRow) -> Result<Claimed, CaseError> {
        let vault = self.vault.clone();
        let written = self.ledger.write(Actor::Person(reviewer), move |tx| {
            let reason = Reason::parse("my turn: canary-look").unwrap();
            identity::claim(tx, &vault, case, reviewer, &reason)
        });
        written.await.map(|written| written.value)
    }

    async fn decide(&self, case: Id<kinds::Case>, reviewer: PersonRow, verdict: Verdict) -> Result<Verdict, CaseError> {
        let vault = self.vault.clone();
        let written = self.ledger.write(Actor::Person(reviewer), move |tx| {
            let reason = Reason::parse("as it says: canary-verdict").unwrap();
            identity::decide(tx, &vault, case, reviewer, verdict, &reason, REVIEWED.resubmissions)
        });
        written.await.map(|written| written.value)
    }

    async fn open_cases(&self) -> Vec<Id<kinds::Case>> {
        let read = self
            .ledger
            .store()
            .read(|conn| Ok::<_, StoreError>(identity::cases(conn, CaseState::Open, None, 100)?));
        read.await.unwrap().into_iter().map(|case| case.id).collect()
    }
}

pub(super) const REVIEWED: Demands = Demands {
    accounts_per_person: 1,
    review: true,
    resubmissions: 1,
    slot_until: Timestamp::from_seconds(START.seconds() + 3600),
};
const PLAIN: Demands = Demands {
    review: false,
    ..REVIEWED
};

pub(super) fn passport(number: &str) -> Document {
    Document::parse(
        Country::CN,
        DocumentKind::Passport,
        number,
        jiff::civil::date(2026, 9, 1),
    )
    .unwrap()
}

/// Twenty people hold up the same document at once; `accounts` of them may come in.
async fn one_person(db: &Database, accounts: u8) {
    let scene = Scene::new(db, Guards::default());
    let demands = Demands {
        accounts_per_person: accounts,
        ..PLAIN
    };
    let mut racing = Vec::new();
    for turn in 0..20 {
        let (scene, who) = (scene.clone(), scene.stranger().await);
        // Typed in two ways, it is the same document.
        let typed = if turn % 2 == 0 { "E12345678" } else { "e 1234-5678" };
        racing.push(tokio::spawn(async move {
            scene.submit(who, passport(typed), demands).await
        }));
    }
    let mut taken = 0;
    for one in racing {
        match one.await.unwrap() {
            Ok(_) => taken += 1,
            Err(SubmitError::LimitReached) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(taken, accounts, "people came in");
    let rows = db.figures("SELECT COUNT(*) AS n FROM identity_slots");
    assert_eq!(rows, [i64::from(accounts)]);
}

on_both! {
    async fn one_person_has_one_account(db: &Database) {
        one_person(db, 1).await;
    }

    async fn one_person_has_two_accounts_where_the_policy_grants_them(db: &Database) {
        one_person(db, 2).await;
    }

    async fn a_place_is_kept_until_its_time_and_no_longer(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (first, second, third) = (scene.stranger().await, scene.stranger().await, scene.stranger().await);
        let later = Demands { slot_until: REVIEWED.slot_until.after(HOUR), ..PLAIN };
        scene.submit(first, passport("E12345678"), PLAIN).await.unwrap();

        scene.clock.set(PLAIN.slot_until.before(MICRO));
        let refused = scene.submit(second, passport("E12345678"), later).await.unwrap_err();
        assert!(matches!(refused, SubmitError::LimitReached));
        assert_eq!(scene.reached(second, PLAIN).await, (Assurance::None, None), "a refusal leaves nothing behind");
        scene.clock.set(PLAIN.slot_until);
        scene.submit(second, passport("E12345678"), later).await.unwrap();

        assert!(!scene.confirm(first).await, "somebody else has the place");
        scene.release(first).await;
        assert!(scene.confirm(second).await);
        // A member's place has no end, and nobody gives it back for them.
        scene.release(second).await;
        scene.clock.set(later.slot_until.after(HOUR));
        let refused = scene.submit(third, passport("E12345678"), later).await.unwrap_err();
        assert!(matches!(refused, SubmitError::LimitReached));
        assert!(!scene.confirm(third).await);
    }

    async fn who_gives_another_document_gives_up_the_place_under_the_first(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.stranger().await, scene.stranger().await);
        let first = scene.submit(one, passport("E11111111"), PLAIN).await.unwrap();
        assert_eq!(first, Submitted { submission: 1, case: None });
        scene.submit(other, passport("E22222222"), PLAIN).await.unwrap();
        // A refusal changes nothing: the first place is still theirs.
        let refused = scene.submit(one, passport("E22222222"), PLAIN).await.unwrap_err();
        assert!(matches!(refused, SubmitError::LimitReached));
        let refused = scene.submit(other, passport("E11111111"), PLAIN).await.unwrap_err();
        assert!(matches!(refused, SubmitError::LimitReached));

        let again = scene.submit(one, passport("E33333333"), PLAIN).await.unwrap();
        assert_eq!(again, Submitted { submission: 2, case: None });
        scene.submit(other, passport("E11111111"), PLAIN).await.unwrap();
        scene.release(other).await;
        scene.submit(one, passport("E11111111"), PLAIN).await.unwrap();
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM identity_slots"), [1]);
        assert_eq!(scene.reached(one, PLAIN).await, (Assurance::Checked, None));
    }

    async fn a_name_given_twice_at_once_is_given_once(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let who = scene.stranger().await;
        let racing: Vec<_> = (0..8)
            .map(|turn| {
                let scene = scene.clone();
                let document = passport(&format!("E0000000{turn}"));
                tokio::spawn(async move { scene.submit(who, document, REVIEWED).await })
            })
            .collect();
        let mut given = 0;
        for one in racing {
            match one.await.unwrap() {
                Ok(_) => given += 1,
                Err(error) => assert!(matches!(error, SubmitError::Waiting), "{error}"),
            }
        }
        assert_eq!((given, scene.open_cases().await.len()), (1, 1));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM identity_slots"), [1]);
    }

    async fn a_case_has_one_reviewer_and_one_verdict(db: &Database) {
        needs(Guard::CaseClaimedOnce, db.target().backend(), one_reviewer).await;
        needs(Guard::CaseDecidedOnce, db.target().backend(), one_reviewer).await;
    }

    async fn one_reviewer_at_a_time_sees_a_case(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.reviewer().await, scene.reviewer().await);
        let who = scene.stranger().await;
        let case = scene.submit(who, passport("e 12345678"), REVIEWED).await.unwrap().case.unwrap();
        assert_eq!(scene.reached(who, REVIEWED).await, (Assurance::Checked, Some(CaseState::Open)));

        let refused = scene.decide(case, one, Verdict::Approved).await.unwrap_err();
        assert!(matches!(refused, CaseError::NotClaimed));
        let shown = scene.claim(case, one).await.unwrap();
        assert_eq!(shown.name.expose_entered(), NAME);
        assert_eq!(shown.document.canonical(), passport("E12345678").canonical());
        assert_eq!(shown.case.held(START), Some((one, START.after(LEASE))));

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
        let unknown = Id::new(START, &SystemChance);
        assert!(matches!(scene.claim(unknown, one).await.unwrap_err(), CaseError::Unknown));
    }

    async fn a_case_is_decided_once(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let (one, other) = (scene.reviewer().await, scene.reviewer().await);
        let who = scene.stranger().await;
        let case = scene.submit(who, passport("E12345678"), REVIEWED).await.unwrap().case.unwrap();
        // What a reviewer looks at does not change under their eyes.
        let refused = scene.submit(who, passport("E87654321"), REVIEWED).await.unwrap_err();
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
        assert!(scene.open_cases().await.is_empty());
    }

    async fn who_is_sent_back_too_often_is_refused(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let reviewer = scene.reviewer().await;
        let (who, other) = (scene.stranger().await, scene.stranger().await);
        for (submission, comes_to, state) in
            [(1, Verdict::Retry, CaseState::Retry), (2, Verdict::Refused, CaseState::Refused)]
        {
            let submitted = scene.submit(who, passport("E12345678"), REVIEWED).await.unwrap();
            assert_eq!(submitted.submission, submission);
            let case = submitted.case.unwrap();
            scene.claim(case, reviewer).await.unwrap();
            assert_eq!(scene.decide(case, reviewer, Verdict::Retry).await.unwrap(), comes_to);
            assert_eq!(scene.reached(who, REVIEWED).await, (Assurance::Contact, Some(state)));
        }
        let refused = scene.submit(who, passport("E12345678"), REVIEWED).await.unwrap_err();
        assert!(matches!(refused, SubmitError::Decided));
        // The document is free for whoever it belongs to.
        let case = scene.submit(other, passport("E12345678"), REVIEWED).await.unwrap().case.unwrap();
        scene.claim(case, reviewer).await.unwrap();
        assert_eq!(scene.decide(case, reviewer, Verdict::Approved).await.unwrap(), Verdict::Approved);
        assert_eq!(scene.reached(other, REVIEWED).await, (Assurance::Verified, Some(CaseState::Approved)));
        assert!(scene.confirm(other).await);
    }

    async fn cases_come_oldest_first_and_page_by_page(db: &Database) {
        let scene = Scene::new(db, Guards::default());
        let mut opened = Vec::new();
        for turn in 0..5 {
            let who = scene.stranger().await;
            let document = passport(&format!("E0000000{turn}"));
            opened.extend(scene.submit(who, document, REVIEWED).await.unwrap().case);
            // The clock may go back; the order is that in which they were opened.
            scene.clock.set(START.before(HOUR));
        }
        let read = scene.ledger.store().read(|conn: &mut Conn| {
            let mut after = None;
            let mut seen = Vec::new();
            loop {
                let page = identity::cases(conn, CaseState::Open, after, 2)?;
                let Some(last) = page.last() else { return Ok::<_, StoreError>(seen) };
                after = Some(last.id);
                seen.extend(page.iter().map(|case| case.id));
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
        let case = scene.submit(who, document, REVIEWED).await.unwrap().case.unwrap();
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

/// Two hold up the document behind which one place is left.
async fn last_place(db: &Database, guards: Guards, accounts: u8) -> Result<(), String> {
    let scene = Scene::new(db, guards);
    let demands = Demands {
        accounts_per_person: accounts,
        ..PLAIN
    };
    for _ in 1..accounts {
        let who = scene.stranger().await;
        scene.submit(who, passport("E12345678"), demands).await.unwrap();
    }
    let (one, other) = (scene.stranger().await, scene.stranger().await);
    let (first, second) = in_turn(
        db,
        "identity_slots",
        scene.submit(one, passport("E12345678"), demands),
        scene.submit(other, passport("E12345678"), demands),
    )
    .await;
    one_of(&first, &second, &SubmitError::LimitReached)
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
        scene.submit(who, passport("E11111111"), REVIEWED),
        scene.submit(who, passport("E22222222"), REVIEWED),
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
    let submitted = scene.submit(who, passport("E12345678"), REVIEWED).await.unwrap();
    let case = submitted.case.unwrap();
    let (first, second) = tokio::join!(scene.claim(case, one), scene.claim(case, other));
    let reviewer = match (&first, &second) {
        (Ok(_), Err(CaseError::Claimed)) => one,
        (Err(CaseError::Claimed), Ok(_)) => other,
        _ => return Err("not one reviewer was shown the case".into()),
    };
    let decide = |verdict| scene.decide(case, reviewer, verdict);
    let decided = tokio::join!(decide(Verdict::Approved), decide(Verdict::Refused));
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
