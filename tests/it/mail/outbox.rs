//! The outbox through outages, refusals and deaths, on both databases, with a real SMTP server.

mod books;
mod texts;

use std::{collections::HashMap, sync::Arc, time::Duration};

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use tokio::{sync::oneshot, task::JoinHandle, time::sleep};
use vouchsafe::{
    notify::{
        AT_ONCE, Channel, DeadLetter, EmailAddress, Letter, LetterId, Locale, Mail, Postman, Sender, SmtpSettings,
        Subject, Transport, backlog, dead, post, retry,
    },
    platform::{
        ledger::{Actor, Ledger},
        store::{Guard, Guards, StoreError, schema::outbox},
        terms::{ManualClock, SystemRng, Timestamp},
        vault::{self, Keyring, Vault},
    },
};

use crate::support::{
    db::{Database, Setup, ensure, needs, on_both},
    smtp::{Fault, Kind, SmtpServer, header},
    turnstile::{in_turn, needs_apart},
};

const HOUR: Duration = Duration::from_secs(60 * 60);
const TERM: Duration = Duration::from_secs(30);

/// A database, a clock that stands until it is moved, and keys.
struct Office<'a> {
    db: &'a Database,
    clock: Arc<ManualClock>,
    vault: Vault,
    ledger: Ledger,
    guards: Guards,
}

impl<'a> Office<'a> {
    fn over(db: &'a Database) -> Self {
        Self::guarded(db, Guards::default())
    }

    fn guarded(db: &'a Database, guards: Guards) -> Self {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_795_377_600)));
        Self {
            ledger: open(db, &clock, &guards),
            guards,
            vault: Vault::new(Keyring::generate(&SystemRng)),
            db,
            clock,
        }
    }

    /// Posts letters to `reader0@example.org` and on, in one transaction; their shared subject.
    async fn post(&self, count: usize) -> vault::Subject {
        let vault = self.vault.clone();
        let posted = self.ledger.write(Actor::System, move |tx| {
            let (subject, key) = vault.new_subject(tx)?;
            for number in 0..count {
                post(tx, &key, "contact-code", uuid::Uuid::nil(), &letter(number))?;
            }
            Ok::<_, StoreError>(subject)
        });
        posted.await.unwrap().value
    }

    /// A postman over a ledger of its own, as another replica has it.
    fn postman(&self, settings: &SmtpSettings, name: &str) -> Postman {
        let from = EmailAddress::parse("no-reply@vouch.example.org").unwrap();
        Postman {
            ledger: open(self.db, &self.clock, &self.guards),
            vault: self.vault.clone(),
            carrier: Arc::new(Mail {
                transport: Transport::smtp(settings).unwrap(),
                sender: Sender::new(&from, name).unwrap(),
            }),
            at_once: AT_ONCE,
            term: TERM,
            matters: Vec::new(),
            bell: Arc::default(),
        }
    }

    async fn rows(&self) -> Vec<Row> {
        let rows = self.ledger.store().read(|conn| {
            let rows: Vec<(String, i64, bool, bool, Option<String>)> = outbox::table
                .order(outbox::id)
                .select((
                    outbox::state,
                    outbox::attempts,
                    outbox::letter_sealed.is_not_null(),
                    outbox::claim.is_not_null(),
                    outbox::last_error,
                ))
                .load(conn)?;
            Ok::<_, StoreError>(rows)
        });
        let row = |(state, attempts, sealed, claimed, error)| Row {
            state,
            attempts,
            sealed,
            claimed,
            error,
        };
        rows.await.unwrap().into_iter().map(row).collect()
    }

    /// Waits for the outbox to look so, for at most 30 s.
    async fn until(&self, holds: impl Fn(&[Row]) -> bool) -> Vec<Row> {
        for _ in 0..600 {
            let rows = self.rows().await;
            if holds(&rows) {
                return rows;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("it never came to that: {:#?}", self.rows().await)
    }

    async fn dead(&self, after: Option<LetterId>) -> Vec<DeadLetter> {
        self.ledger
            .store()
            .read(move |conn| dead(conn, after, 10))
            .await
            .unwrap()
    }

    async fn retry(&self, id: LetterId) -> bool {
        let retried = self.ledger.write(Actor::System, move |tx| retry(tx, id)).await;
        retried.unwrap().value
    }
}

#[derive(Debug)]
struct Row {
    state: String,
    attempts: i64,
    sealed: bool,
    claimed: bool,
    error: Option<String>,
}

fn open(db: &Database, clock: &Arc<ManualClock>, guards: &Guards) -> Ledger {
    db.ledger(Setup {
        clock: clock.clone(),
        guards: guards.clone(),
        ..Setup::default()
    })
}

fn letter(number: usize) -> Letter {
    Letter {
        to: EmailAddress::parse(&format!("reader{number}@example.org")).unwrap(),
        locale: Locale::En,
        subject: Subject::parse("Your code").unwrap(),
        heading: "Your code".into(),
        paragraphs: vec!["Enter it to prove that the address is yours.".into()],
        code: Some("canary-481516".into()),
        button: None,
        footer: vec![],
        stop: None,
    }
}

/// A running postman, and what ends it.
struct Running {
    task: JoinHandle<()>,
    shutdown: oneshot::Sender<()>,
}

fn start(postman: Postman) -> Running {
    let (shutdown, told) = oneshot::channel::<()>();
    let task = tokio::spawn(postman.run(async move {
        let _ = told.await;
    }));
    Running { task, shutdown }
}

impl Running {
    async fn end(self) {
        self.shutdown.send(()).unwrap();
        self.task.await.unwrap();
    }

    /// As a killed process ends: nothing more is done.
    async fn kill(self) {
        self.task.abort();
        assert!(self.task.await.unwrap_err().is_cancelled());
    }
}

fn count(rows: &[Row], state: &str) -> usize {
    rows.iter().filter(|row| row.state == state).count()
}

fn tried(rows: &[Row], attempts: i64) -> usize {
    let put_off = |row: &&Row| row.state == "waiting" && row.attempts == attempts && !row.claimed;
    rows.iter().filter(put_off).count()
}

/// However many letters are due: a server that is back is not run over.
fn few_at_once(rows: &[Row]) -> bool {
    let under_way = rows.iter().filter(|row| row.claimed).count();
    assert!(under_way <= AT_ONCE, "{under_way} letters under way at once");
    true
}

/// How often each letter came, by `Message-ID`; letters of one id have to be the same bytes.
fn arrivals(server: &SmtpServer) -> HashMap<String, usize> {
    let mut seen: HashMap<String, (Vec<u8>, usize)> = HashMap::new();
    for mail in server.mails() {
        let id = mail.message_id().unwrap().to_owned();
        let bytes = mail.raw_message().to_vec();
        let (first, count) = seen.entry(id).or_insert_with(|| (bytes.clone(), 0));
        assert!(*first == bytes, "the same letter looked different the second time");
        *count += 1;
    }
    seen.into_iter().map(|(id, (_, count))| (id, count)).collect()
}

/// Somebody's claim runs out while they wait for the mail server's answer.
async fn late(db: &Database, guards: Guards) -> Result<(), String> {
    let office = Office::guarded(db, guards);
    let (silent, server) = (SmtpServer::start_as(Kind::Plain), SmtpServer::start_as(Kind::Plain));
    silent.fault_next(1, Fault::Tarpit);
    office.post(1).await;
    let patient = SmtpSettings {
        timeout: Duration::from_secs(3),
        ..silent.settings()
    };
    let late = start(office.postman(&patient, ""));
    office.until(|rows| rows[0].claimed).await;
    // As if the first one's clock stood still.
    office.clock.advance(TERM);
    let other = start(office.postman(&server.settings(), ""));
    office.until(|rows| count(rows, "sent") == 1).await;
    other.end().await;
    late.end().await;
    let row = office.rows().await.remove(0);
    let as_sent = (row.state.as_str(), row.attempts, &row.error) == ("sent", 0, &None);
    ensure(as_sent, format!("{row:?}"))
}

/// A postman stands in the middle of a claim when another one looks.
async fn apart(db: &Database, guards: Guards) -> Result<(), String> {
    let office = Office::guarded(db, guards);
    let server = SmtpServer::start_as(Kind::Plain);
    office.post(3).await;
    let first = async { start(office.postman(&server.settings(), "")) };
    let second = async {
        let second = start(office.postman(&server.settings(), ""));
        sleep(Duration::from_millis(600)).await;
        second
    };
    let running = in_turn(db, "outbox", first, second).await;
    office.until(|rows| count(rows, "sent") == 3).await;
    running.0.end().await;
    running.1.end().await;
    let came = arrivals(&server);
    ensure(came.len() == 3, format!("{came:?}"))?;
    ensure(came.values().all(|&times| times == 1), format!("{came:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_takes_a_letter_that_is_being_claimed() {
    needs_apart(Guard::LettersClaimed, apart).await;
}

on_both! {
    async fn an_outage_loses_nothing(db: &Database) {
        let office = Office::over(db);
        let mut server = SmtpServer::start_as(Kind::Plain);
        let settings = server.settings();
        server.stop();
        office.post(60).await;
        let running = start(office.postman(&settings, ""));

        let rows = office.until(|rows| few_at_once(rows) && tried(rows, 1) == 60).await;
        for row in &rows {
            assert_eq!(row.error.as_deref(), Some("connect: the connection failed"));
        }

        server.start_again();
        server.fail_next(30, 451);
        office.clock.advance(HOUR);
        let rows = office
            .until(|rows| few_at_once(rows) && count(rows, "sent") == 30 && tried(rows, 2) == 30)
            .await;
        let put_off = rows.iter().find(|row| row.state == "waiting").unwrap();
        assert_eq!(
            put_off.error.as_deref(),
            Some("recipient: 451 4.3.0"),
            "codes, and no address"
        );

        server.fault_next(10, Fault::Cut);
        office.clock.advance(HOUR);
        office
            .until(|rows| count(rows, "sent") == 50 && tried(rows, 3) == 10)
            .await;

        office.clock.advance(HOUR);
        let rows = office
            .until(|rows| few_at_once(rows) && count(rows, "sent") == 60)
            .await;
        assert!(rows.iter().all(|row| !row.sealed && !row.claimed));
        running.end().await;

        let arrivals = arrivals(&server);
        assert_eq!(arrivals.len(), 60);
        assert_eq!(arrivals.values().filter(|&&times| times == 2).count(), 10);
        assert_eq!(arrivals.values().sum::<usize>(), 70, "twice only what was cut off");
        let mut readers: Vec<_> = server
            .mails()
            .iter()
            .map(|mail| header(mail, "X-Envelope-To"))
            .collect();
        readers.sort();
        readers.dedup();
        assert_eq!(readers.len(), 60);
    }

    async fn a_refusal_is_seen_and_can_be_retried(db: &Database) {
        let office = Office::over(db);
        let server = SmtpServer::start_as(Kind::Plain);
        server.fail_next(1, 550);
        office.post(5).await;
        let running = start(office.postman(&server.settings(), ""));
        let rows = office
            .until(|rows| count(rows, "sent") == 4 && count(rows, "dead") == 1)
            .await;
        assert!(rows.iter().all(|row| row.sealed == (row.state == "dead")));

        let all = office.dead(None).await;
        let [letter] = all.as_slice() else { panic!("{all:?}") };
        assert_eq!((letter.kind.as_str(), letter.attempts), ("contact-code", 1));
        assert_eq!(letter.last_error, "recipient: 550 5.1.1");
        assert_eq!(letter.created_at, Timestamp::from_seconds(1_795_377_600));
        assert!(office.dead(Some(letter.id)).await.is_empty());
        let counted = office.ledger.store().read(|conn| backlog(conn, Channel::Mail)).await.unwrap();
        assert_eq!((counted.waiting, counted.dead), (0, 1));
        assert!(office.retry(letter.id).await);
        office.until(|rows| count(rows, "sent") == 5).await;
        assert!(
            !office.retry(letter.id).await,
            "what is delivered is not delivered again"
        );
        running.end().await;
        let arrivals = arrivals(&server);
        assert!(arrivals.len() == 5 && arrivals.values().all(|&times| times == 1));
        let id = format!("{}@vouch.example.org", letter.id.uuid().hyphenated());
        assert!(arrivals.contains_key(&id), "the retried letter keeps its Message-ID");
    }

    async fn two_postmen_deliver_each_letter_once(db: &Database) {
        let office = Office::over(db);
        let server = SmtpServer::start_as(Kind::Plain);
        office.post(60).await;
        let postman = |name| Postman {
            at_once: 3,
            ..office.postman(&server.settings(), name)
        };
        let running = [postman("left"), postman("right")].map(start);
        office.until(|rows| count(rows, "sent") == 60).await;
        for one in running {
            one.end().await;
        }
        let mails = server.mails();
        for name in ["left", "right"] {
            let by = mails
                .iter()
                .filter(|mail| mail.from().unwrap().first().unwrap().name() == Some(name));
            assert!(by.count() > 0, "{name} delivered nothing: the two did not race");
        }
        let mut ids: Vec<_> = mails.iter().map(|mail| mail.message_id().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!((ids.len(), mails.len()), (60, 60));
    }

    async fn what_a_killed_postman_had_claimed_falls_to_another(db: &Database) {
        let office = Office::over(db);
        let (silent, server) = (SmtpServer::start_as(Kind::Plain), SmtpServer::start_as(Kind::Plain));
        silent.fault_next(1, Fault::Tarpit);
        office.post(1).await;
        let killed = start(office.postman(&silent.settings(), ""));
        office.until(|rows| rows[0].claimed).await;
        killed.kill().await;

        let heir = start(office.postman(&server.settings(), ""));
        office.clock.advance(TERM - Duration::from_secs(1));
        sleep(Duration::from_millis(800)).await;
        assert!(
            server.mails().is_empty(),
            "another's claim is not touched before its term"
        );
        office.clock.advance(Duration::from_secs(1));
        let rows = office.until(|rows| count(rows, "sent") == 1).await;
        assert_eq!(rows[0].attempts, 0);
        heir.end().await;
        assert_eq!((server.mails().len(), silent.mails().len()), (1, 0));
    }

    async fn a_late_postman_does_not_overwrite_the_books(db: &Database) {
        needs(Guard::LetterFence, db.target().backend(), late).await;
    }

    async fn a_letter_without_its_reader_is_taken_out(db: &Database) {
        let office = Office::over(db);
        let server = SmtpServer::start_as(Kind::Plain);
        let subject = office.post(1).await;
        office.post(1).await;
        let vault = office.vault.clone();
        let erased = office.ledger.write(Actor::System, move |tx| {
            vault.erase(tx, subject)?;
            Ok::<_, StoreError>(())
        });
        erased.await.unwrap();
        let running = start(office.postman(&server.settings(), ""));
        let rows = office
            .until(|rows| count(rows, "sent") == 1 && count(rows, "dead") == 1)
            .await;
        assert!(rows.iter().all(|row| !row.sealed));
        let letter = office.dead(None).await.remove(0);
        assert_eq!(letter.last_error, "erased");
        assert!(!office.retry(letter.id).await, "nothing is left of it");
        running.end().await;
        assert_eq!(server.mails().len(), 1);
    }

    async fn a_shutdown_ends_what_was_begun(db: &Database) {
        let office = Office::over(db);
        let server = SmtpServer::start_as(Kind::Plain);
        server.fault_next(1, Fault::Tarpit);
        office.post(40).await;
        let settings = SmtpSettings {
            timeout: Duration::from_secs(2),
            ..server.settings()
        };
        let postman = Postman {
            at_once: 2,
            ..office.postman(&settings, "")
        };
        let running = start(postman);
        office.until(|rows| count(rows, "sent") > 0).await;
        running.end().await;
        let rows = office.rows().await;
        assert!(rows.iter().all(|row| !row.claimed), "nothing is left claimed");
        assert_eq!(tried(&rows, 1), 1, "the slow letter was waited for");
        assert_eq!(count(&rows, "sent"), server.mails().len());
        assert!(count(&rows, "sent") < 40, "it went on after the shutdown");
    }
}
