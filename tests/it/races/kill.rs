//! The binary under `kill -9`, at any moment, while people come in: who was told that they are a
//! member is one, and nobody is one by halves.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::{
    credentials,
    notify::EmailAddress,
    people,
    platform::{
        ledger::Ledger,
        store::{Backend, Guards, StoreError},
        terms::{SeededRng, SystemRng},
        vault::{Blind, Field, Vault, VaultError},
    },
};

use super::{admin, home, stop};
use crate::support::{
    db::{Database, Setup},
    invariants::{sound, sound_soon},
    service::{Home, text},
};

/// How long a start may take until requests are taken.
const READY: Duration = Duration::from_secs(5);
const CLIENTS: usize = 6;
/// Links, each for so many.
const LINKS: usize = 20;
const USES: usize = 100;

/// What outlives the kills: the database, seen past the service, and what clients were told.
struct World {
    home: Home,
    ledger: Ledger,
    vault: Vault,
    codes: Vec<String>,
    next: AtomicUsize,
    /// Public ids of members by their address, as they were told.
    told: Mutex<BTreeMap<String, String>>,
    odd: Mutex<Vec<String>>,
}

/// One life of the binary.
struct Life {
    child: Child,
    base: String,
}

impl Drop for Life {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl World {
    async fn new(db: &Database) -> Self {
        let home = home(db, Guards::default());
        let service = home.start().await;
        let (_, token) = admin(&service, "inviter").await;
        let mut codes = Vec::new();
        for _ in 0..LINKS {
            let (_, code) = super::link(&service, &token, USES).await;
            codes.push(code);
        }
        stop(vec![service]).await;
        let vault = Vault::open(&home.config.vault.keyring_file, false, &SystemRng).unwrap();
        Self {
            ledger: db.ledger(Setup::default()),
            home,
            vault,
            codes,
            next: AtomicUsize::new(0),
            told: Mutex::default(),
            odd: Mutex::default(),
        }
    }

    /// What the binary writes in its last life.
    fn log(&self) -> PathBuf {
        self.home.mailbox().with_extension("log")
    }

    /// Starts the binary, and waits until it takes requests.
    async fn live(&self, client: &reqwest::Client) -> Life {
        let config = &self.home.config;
        let port = TcpListener::bind(("127.0.0.1", 0))
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let listen = format!("127.0.0.1:{port}");
        let begun = Instant::now();
        let child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
            .args(["serve", "--set"])
            .arg(format!("http.listen={listen}"))
            .env_clear()
            .env("VOUCHSAFE_STORE__URL", config.store.url.expose_secret())
            .env("VOUCHSAFE_STORE__WAIT_MS", config.store.wait_ms.to_string())
            .env("VOUCHSAFE_VAULT__KEYRING_FILE", &config.vault.keyring_file)
            .env("VOUCHSAFE_MAIL__MAILBOX_DIR", &config.mail.mailbox_dir)
            .env("VOUCHSAFE_TEXTS__FOLDER", &config.texts.folder)
            .env("VOUCHSAFE_PASSWORD__HASH_WAIT_MS", "8000")
            .env("VOUCHSAFE_THROTTLE__PER_ADDRESS_PER_MINUTE", "1000000")
            .env("VOUCHSAFE_THROTTLE__CODES_PER_ADDRESS_PER_HOUR", "1000000")
            .env("VOUCHSAFE_LOG__FILTER", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.log()).unwrap())
            .spawn()
            .unwrap();
        let mut life = Life {
            child,
            base: format!("http://{listen}"),
        };
        let url = format!("{}/readyz", life.base);
        while !matches!(client.get(&url).send().await, Ok(answer) if answer.status() == 200) {
            assert!(begun.elapsed() < READY, "not ready within {READY:?}");
            if let Some(ended) = life.child.try_wait().unwrap() {
                let said = std::fs::read_to_string(self.log()).unwrap_or_default();
                panic!("the service ended with {ended}: {said}");
            }
            sleep(Duration::from_millis(10)).await;
        }
        life
    }

    /// How many were told that they are members.
    fn count(&self) -> usize {
        self.told.lock().unwrap().len()
    }

    /// The one-time code of a flow, as its mail would say it.
    async fn proof_of(&self, flow: &str) -> Option<String> {
        let (vault, id) = (self.vault.clone(), flow.parse().expect("a flow's id"));
        let opened = self.ledger.store().read(move |conn| {
            let flow = vouchsafe::onboarding::queries::flow(conn, id)?;
            let Some((subject, (sealed, _))) = flow.and_then(|flow| Some((flow.subject, flow.proof?))) else {
                return Ok(None);
            };
            let code = vault.key(conn, subject)?.open_text(Field::Proof, &sealed)?;
            Ok::<_, VaultError>(Some(code.to_string()))
        });
        opened.await.unwrap()
    }

    /// Everybody who was told that they are a member is one, whole.
    async fn keeps_its_word(&self, told: Vec<(String, String)>) -> Vec<String> {
        let vault = self.vault.clone();
        let broken = self.ledger.store().read(move |conn| {
            let mut broken = Vec::new();
            for (email, id) in told {
                let address = EmailAddress::parse(&email).expect("an address");
                let blind = vault.blind(Blind::Contact, address.normalised().as_bytes());
                let member = match people::by_contact(conn, &blind)? {
                    Some(row) => people::member(conn, row)?,
                    None => None,
                };
                let whole = match &member {
                    Some(member) => {
                        member.id.to_string() == id
                            && people::inviter_of(conn, member.row)?.is_some()
                            && credentials::has_password(conn, member.row)?
                    }
                    None => false,
                };
                if !whole {
                    broken.push(email);
                }
            }
            Ok::<_, StoreError>(broken)
        });
        broken.await.unwrap()
    }
}

/// Somebody on their way in, over as many lives of the service as it takes.
struct Walker {
    email: String,
    /// Where they are: the flow and its token.
    at: Option<(String, String)>,
}

/// Where one client has come to when the connection broke, or it was told to stop.
async fn walk(world: &World, client: &reqwest::Client, base: &str, over: &AtomicBool, walker: &mut Option<Walker>) {
    while !over.load(Ordering::SeqCst) {
        let who = walker.get_or_insert_with(|| Walker {
            email: format!(
                "newcomer-{}@vouch.example.org",
                world.next.fetch_add(1, Ordering::SeqCst)
            ),
            at: None,
        });
        match step(world, client, base, who).await {
            Ok(true) => *walker = None,
            Ok(false) => {}
            // The service is gone, as was to be expected.
            Err(_) => return,
        }
    }
}

/// One step; true when they are a member.
async fn step(world: &World, client: &reqwest::Client, base: &str, who: &mut Walker) -> reqwest::Result<bool> {
    let post = async |token: &str, path: String, body: Value| {
        let answer = client
            .post(format!("{base}{path}"))
            .bearer_auth(token)
            .json(&body)
            .send()
            .await?;
        let status = answer.status().as_u16();
        reqwest::Result::Ok((status, answer.json::<Value>().await?))
    };
    let odd = |what: &str, status: u16, body: &Value| {
        world.odd.lock().unwrap().push(format!("{what}: {status} {body}"));
    };
    let Some((flow, token)) = who.at.clone() else {
        let number: usize = world.next.load(Ordering::SeqCst);
        let code = &world.codes[number % LINKS];
        let (status, body) = post("", "/v1/onboarding".into(), json!({ "code": code })).await?;
        match status {
            201 => who.at = Some((text(&body["flow"]), text(&body["flow_token"]))),
            _ => odd("begin", status, &body),
        }
        return Ok(false);
    };
    let path = format!("/v1/onboarding/{flow}");
    let view = client.get(format!("{base}{path}")).bearer_auth(&token).send().await?;
    let view: Value = view.json().await?;
    match (view["state"].as_str(), view["next"].as_str()) {
        // The last answer was lost, what it said was not.
        (Some("member"), _) => return Ok(true),
        (_, Some("contact")) => {
            let (status, body) = post(&token, format!("{path}/contact"), json!({ "email": who.email })).await?;
            if status != 200 {
                odd("contact", status, &body);
            }
            let Some(code) = world.proof_of(&flow).await else {
                return Ok(false);
            };
            let (status, body) = post(&token, format!("{path}/contact/proof"), json!({ "code": code })).await?;
            if status != 200 {
                odd("proof", status, &body);
            }
        }
        (_, Some("credentials")) => {
            let body = json!({ "password": super::PASSWORD });
            let (status, body) = post(&token, format!("{path}/password"), body).await?;
            if status != 201 {
                odd("password", status, &body);
                return Ok(false);
            }
            let mut told = world.told.lock().unwrap();
            told.insert(who.email.clone(), text(&body["person"]));
            return Ok(true);
        }
        _ => odd("view", 0, &view),
    }
    Ok(false)
}

/// Kills the binary so often, and looks each time.
async fn survives(backend: Backend, kills: usize) {
    let db = Database::fresh(backend);
    let world = World::new(&db).await;
    let client = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let rng = SeededRng::new(50);
    let mut walkers: Vec<Option<Walker>> = (0..CLIENTS).map(|_| None).collect();
    let (mut seen, mut resumed) = (0, 0);
    for kill in 0..kills {
        let mut life = world.live(&client).await;
        let over = AtomicBool::new(false);
        let (base, done) = (life.base.clone(), &over);
        let walking = join_all(
            walkers
                .iter_mut()
                .map(|walker| walk(&world, &client, &base, done, walker)),
        );
        let killing = async {
            // Every other time somebody must have come in, however slow the machine is just now.
            let (begun, told) = (Instant::now(), world.count());
            while kill % 2 == 1 && world.count() == told && begun.elapsed() < READY {
                sleep(Duration::from_millis(5)).await;
            }
            sleep(Duration::from_millis(rng.below([400, 100][kill % 2]))).await;
            block_in_place(|| {
                life.child.kill().unwrap();
                life.child.wait().unwrap();
            });
            over.store(true, Ordering::SeqCst);
        };
        tokio::join!(walking, killing);
        resumed += walkers.iter().flatten().filter(|walker| walker.at.is_some()).count();

        match block_in_place(|| sound(&db)) {
            // On PostgreSQL nobody is there now to give the last events their place.
            Err(what) if backend == Backend::Postgres && what.ends_with("wait for their place") => {}
            outcome => drop(outcome.unwrap_or_else(|what| panic!("kill {kill}: {what}"))),
        }
        let fresh: Vec<_> = {
            let told = world.told.lock().unwrap();
            told.clone().into_iter().collect()
        };
        seen = fresh.len();
        let broken = world.keeps_its_word(fresh).await;
        assert!(broken.is_empty(), "kill {kill}: told and not kept: {broken:?}");
    }
    // Once more, and in peace: everything is sequenced, and whoever was interrupted goes on.
    let life = world.live(&client).await;
    for who in walkers.iter_mut().flatten() {
        let mut steps = 0;
        while !step(&world, &client, &life.base, who).await.unwrap() {
            steps += 1;
            assert!(steps < 10, "{} gets no further", who.email);
        }
    }
    let sound = sound_soon(&db).await.unwrap();
    let told: Vec<_> = world.told.lock().unwrap().clone().into_iter().collect();
    assert!(world.keeps_its_word(told).await.is_empty());
    let odd = world.odd.into_inner().unwrap();
    assert!(odd.is_empty(), "{odd:?}");
    assert!(
        seen >= kills / 2 && resumed >= kills,
        "too little was going on: {seen} came in, {resumed} were interrupted"
    );
    assert!(sound > seen as i64);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite() {
    survives(Backend::Sqlite, 50).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres() {
    survives(Backend::Postgres, 50).await;
}
