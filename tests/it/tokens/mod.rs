//! Sessions, keys and services, as commands and through the gate.

mod algorithms;
mod http;
mod keys;
mod published;
mod sessions;
mod sign_in;
mod throttle;

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use tokio::task::JoinSet;
use vouchsafe::{
    credentials::{self, passwords::hash},
    notify::EmailAddress,
    people::{self, Contact, Member, Newcomer, Roster},
    platform::{
        config::{Config, SigningAlgorithm, TokenConfig},
        ledger::{Actor, Ledger, ReadModel, Tx},
        store::{Guards, StoreError},
        terms::{Assurance, Clock, ManualClock, Role, SystemRng, Timestamp},
        vault::{Blind, Field, Keyring, Vault},
    },
    tokens::{Audience, RefreshError, Request, Session, Tokens, start_session},
};

use crate::support::{
    db::{Database, Setup},
    service::hall,
};

pub(super) const START: Timestamp = Timestamp::from_seconds(1_790_000_000);
pub(super) const MONTH: Duration = Duration::from_secs(30 * 86_400);
pub(super) const PASSWORD: &str = "pelican-drawer-cinnamon";

/// What every replica of one community shares.
#[derive(Clone)]
pub(super) struct World {
    pub(super) clock: Arc<ManualClock>,
    pub(super) vault: Vault,
    pub(super) guards: Guards,
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Guards::default())
    }

    /// One whose keyring is from before there were peppers for passwords.
    pub(super) fn old(guards: Guards) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyring.toml");
        Keyring::write_new(&path, &SystemRng).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let start = text.find("[[passwords]]").unwrap();
        let end = start + text[start..].find("[[wrapping]]").unwrap();
        std::fs::write(&path, text[..start].to_owned() + &text[end..]).unwrap();
        Self {
            vault: Vault::open(&path, false, &SystemRng).unwrap(),
            ..Self::with(guards)
        }
    }

    pub(super) fn with(guards: Guards) -> Self {
        Self {
            clock: Arc::new(ManualClock::new(START)),
            vault: Vault::new(Keyring::generate(&SystemRng)),
            guards,
        }
    }

    pub(super) fn ledger(&self, db: &Database) -> Ledger {
        db.ledger(Setup {
            clock: self.clock.clone(),
            guards: self.guards.clone(),
            pool_size: 24,
            ..Setup::default()
        })
    }

    /// A replica that serves: its memory is loaded and follows the feed.
    pub(super) async fn replica(&self, db: &Database) -> Replica {
        self.replica_with(db, Config::default().token.algorithm).await
    }

    /// One that signs with this algorithm.
    pub(super) async fn replica_with(&self, db: &Database, algorithm: SigningAlgorithm) -> Replica {
        let ledger = self.ledger(db);
        let roster = Arc::new(Roster::default());
        let issuer = "https://club.example.org".parse().unwrap();
        let config = TokenConfig {
            audience: "https://club.example.org/v1".into(),
            algorithm,
            ..Config::default().token
        };
        let tokens = Tokens::open(ledger.clone(), self.vault.clone(), roster.clone(), &config, &issuer)
            .await
            .unwrap();
        let mut projections = tokens.projections();
        projections.push(roster);
        let read_model = ReadModel::load(ledger.clone(), projections, None).await.unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        tasks.spawn(read_model.clone().keep_up());
        Replica {
            ledger,
            tokens,
            read_model,
            _tasks: tasks,
        }
    }

    /// A member with an address and, where it is given, a password.
    pub(super) async fn member(&self, ledger: &Ledger, address: &str, password: Option<&str>) -> Member {
        let vault = self.vault.clone();
        let address = EmailAddress::parse(address).unwrap();
        let phc = password.map(|password| hash::hash(password, &self.vault, &SystemRng).unwrap());
        ledger
            .write(Actor::Operator, move |tx| {
                let (subject, key) = vault.new_subject(tx).map_err(StoreError::from)?;
                let newcomer = Newcomer {
                    subject: Some(subject),
                    handle: None,
                    role: Role::Member,
                    assurance: Assurance::Checked,
                    locale: "en".into(),
                };
                let member = people::found(tx, &newcomer)?;
                let sealed = key.seal(Field::Contact, address.kept().as_bytes(), tx.rng);
                let contact = Contact {
                    blind: &vault.blind(Blind::Contact, address.normalised().as_bytes()),
                    sealed: &sealed.map_err(StoreError::from)?,
                    proved_at: tx.now,
                };
                people::add_contact(tx, member.row, &contact)?;
                if let Some(phc) = phc {
                    credentials::set_password(tx, member.row, &phc)?;
                }
                Ok::<_, StoreError>(member)
            })
            .await
            .unwrap()
            .value
    }

    pub(super) fn later(&self, span: Duration) {
        self.clock.set(self.clock.now().after(span));
    }
}

pub(super) struct Replica {
    pub(super) ledger: Ledger,
    pub(super) tokens: Tokens,
    pub(super) read_model: ReadModel,
    _tasks: JoinSet<()>,
}

impl Replica {
    pub(super) async fn start(&self, member: &Member) -> Session {
        let row = member.row;
        let written = self
            .ledger
            .write(Actor::Person(row), move |tx| start_session(tx, row, MONTH))
            .await
            .unwrap();
        written.value.expect("a member in good standing")
    }

    /// A session's access and refresh token.
    pub(super) fn grant(&self, session: &Session) -> (String, SecretString) {
        let granted = self.tokens.grant(session).unwrap();
        (granted.access_token, granted.refresh_token.into())
    }

    /// Spends a refresh token, and gives the next one.
    pub(super) async fn refresh(&self, token: &SecretString) -> Result<(String, SecretString), RefreshError> {
        self.refresh_as(token, "").await
    }

    /// The same by a client that calls itself so.
    pub(super) async fn refresh_as(
        &self,
        token: &SecretString,
        agent: &str,
    ) -> Result<(String, SecretString), RefreshError> {
        let request = Request {
            audience: Audience::Ours,
            agent: agent.to_owned(),
        };
        let written = self.tokens.refresh(token.clone(), request).await?;
        Ok(self.grant(&written.value))
    }

    /// A session's token for the hall.
    pub(super) fn for_hall(&self, session: &Session) -> String {
        self.tokens.grant_for(session, &hall()).unwrap().access_token
    }

    /// Waits until memory has seen everything that is written now.
    pub(super) async fn settle(&self) {
        let row = self
            .ledger
            .write(Actor::System, |tx| {
                tx.record(vouchsafe::platform::ledger::Event::SignInCodeMade(
                    vouchsafe::platform::ledger::events::SignInCodeMade {
                        person: vouchsafe::platform::terms::PersonRow(1),
                    },
                ));
                Ok::<_, StoreError>(())
            })
            .await
            .unwrap();
        assert!(
            self.read_model
                .wait(row.position.unwrap(), Duration::from_secs(10))
                .await
        );
    }
}

/// A copy with its last character but one changed.
pub(super) fn bent(token: &SecretString) -> SecretString {
    let mut text = token.expose_secret().to_owned().into_bytes();
    let place = text.len() - 2;
    text[place] = if text[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(text).unwrap().into()
}
