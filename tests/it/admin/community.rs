//! A community for the admin's tests: members, invites as rows, and memory that follows the feed.

use std::{sync::Arc, time::Duration};

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary},
};
use tokio::task::JoinSet;
use vouchsafe::{
    graph::LiveGraph,
    moderation::{ReasonCode, RoleError, RoleReason, Sanction, SanctionError, SanctionKind, commands as moderation},
    people::{self, Admission, Contact, Member, Newcomer, Roster},
    platform::{
        idempotency::Key,
        ledger::{Actor, Ledger, Position, ReadModel},
        store::{Conn, Guards, StoreError},
        terms::{Assurance, Id, InviteId, PersonId, PersonRow, Reason, Role, SanctionId, Standing, SystemRng},
        vault::{Keyring, Vault},
    },
    tokens,
};

use crate::support::db::{Database, Setup};

pub struct Community {
    pub ledger: Ledger,
    pub vault: Vault,
    pub read_model: ReadModel,
    pub graph: Arc<LiveGraph>,
    pub roster: Arc<Roster>,
    _tasks: JoinSet<()>,
}

fn newcomer(handle: &str, role: Role) -> Newcomer {
    Newcomer {
        subject: None,
        handle: Some(handle.into()),
        role,
        assurance: Assurance::Contact,
        locale: "en".into(),
    }
}

impl Community {
    pub async fn new(db: &Database) -> Self {
        Self::guarded(db, Guards::default()).await
    }

    pub async fn guarded(db: &Database, guards: Guards) -> Self {
        let ledger = db.ledger(Setup {
            guards,
            pool_size: 20,
            ..Setup::default()
        });
        Self::over(ledger, Vault::new(Keyring::generate(&SystemRng))).await
    }

    /// What another replica, or this one after a restart, has in memory.
    pub async fn over(ledger: Ledger, vault: Vault) -> Self {
        let (graph, roster) = (Arc::new(LiveGraph::default()), Arc::new(Roster::default()));
        let read_model = ReadModel::load(ledger.clone(), vec![roster.clone(), graph.clone()], None)
            .await
            .unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        tasks.spawn(read_model.clone().keep_up());
        Self {
            ledger,
            vault,
            read_model,
            graph,
            roster,
            _tasks: tasks,
        }
    }

    /// Waits until memory holds what was written.
    pub async fn seen(&self, position: Option<Position>) {
        let seen = self.read_model.wait(position.unwrap(), Duration::from_secs(20)).await;
        assert!(seen, "memory never held a write");
    }

    pub async fn found(&self, handle: &str, role: Role) -> Member {
        let newcomer = newcomer(handle, role);
        let written = self
            .ledger
            .write(Actor::Operator, move |tx| people::found(tx, &newcomer))
            .await
            .unwrap();
        self.seen(written.position).await;
        written.value
    }

    pub async fn admit(&self, inviter: &Member, handle: &str) -> Member {
        self.admit_as(inviter, newcomer(handle, Role::Member)).await
    }

    pub async fn admit_verified(&self, inviter: &Member, handle: &str) -> Member {
        let newcomer = Newcomer {
            assurance: Assurance::Verified,
            ..newcomer(handle, Role::Member)
        };
        self.admit_as(inviter, newcomer).await
    }

    async fn admit_as(&self, inviter: &Member, newcomer: Newcomer) -> Member {
        let inviter = inviter.row;
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let invite = Id::new(tx.now, tx.rng);
            let by = Admission {
                inviter,
                invite_row: invite_row(tx.conn, invite, inviter),
                invite,
                flow: None,
            };
            people::admit(tx, &newcomer, &by)
        });
        let written = written.await.unwrap();
        self.seen(written.position).await;
        written.value
    }

    pub async fn vouch(&self, from: &Member, to: &Member) {
        let (from, to) = (from.row, to.row);
        let written = self
            .ledger
            .write(Actor::Person(from), move |tx| people::vouch(tx, from, to));
        self.seen(written.await.unwrap().position).await;
    }

    pub async fn give_contact(&self, member: &Member, blind: Vec<u8>) {
        let row = member.row;
        let written = self.ledger.write(Actor::Newcomer, move |tx| {
            let contact = Contact {
                blind: &blind,
                sealed: b"sealed",
                proved_at: tx.now,
            };
            people::add_contact(tx, row, &contact)
        });
        assert!(written.await.unwrap().value);
    }

    pub async fn member(&self, member: &Member) -> Member {
        let row = member.row;
        let read = self
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(people::member(conn, row)?));
        read.await.unwrap().unwrap()
    }

    pub async fn sign_in(&self, member: &Member) -> bool {
        let row = member.row;
        let started = self.ledger.write(Actor::Person(row), move |tx| {
            tokens::start_session(tx, row, Duration::from_secs(3600))
        });
        started.await.unwrap().value.is_some()
    }

    pub async fn ban(&self, by: &Member, target: &Member) -> Result<Sanction, SanctionError> {
        self.ban_for(by, target, ReasonCode::Spam, "invites by the dozen").await
    }

    pub async fn ban_for(
        &self,
        by: &Member,
        target: &Member,
        reason: ReasonCode,
        note: &str,
    ) -> Result<Sanction, SanctionError> {
        self.ban_as(Actor::Person(by.row), target.id, reason, note).await
    }

    pub async fn ban_as(
        &self,
        by: Actor,
        target: PersonId,
        reason: ReasonCode,
        note: &str,
    ) -> Result<Sanction, SanctionError> {
        let (vault, note) = (self.vault.clone(), Reason::parse(note).unwrap());
        let written = self
            .ledger
            .write(by, move |tx| {
                let new = moderation::NewSanction {
                    id: Id::new(tx.now, tx.rng),
                    kind: SanctionKind::Ban,
                    until: None,
                    reason,
                    note: &note,
                };
                moderation::sanction(tx, &vault, &Key::none(), target, &new)
            })
            .await?;
        self.seen(written.position).await;
        Ok(written.value)
    }

    pub async fn lift(&self, by: &Member, target: &Member, sanction: SanctionId) -> Result<Sanction, SanctionError> {
        let (vault, by, target) = (self.vault.clone(), by.row, target.id);
        let written = self
            .ledger
            .write(Actor::Person(by), move |tx| {
                let note = Reason::parse("a mistake of ours").unwrap();
                moderation::lift(tx, &vault, target, sanction, &note)
            })
            .await?;
        self.seen(written.position).await;
        Ok(written.value)
    }

    pub async fn give_role(&self, by: &Member, target: &Member, role: Role) -> Result<bool, RoleError> {
        let (by, target) = (by.row, target.id);
        let written = self.ledger.write(Actor::Person(by), move |tx| {
            moderation::give_role(tx, target, role, RoleReason::Duty)
        });
        written.await.map(|written| written.value)
    }

    /// Where somebody stands, in memory.
    pub fn standing(&self, member: &Member) -> Option<Standing> {
        self.graph
            .read(|graph| graph.place(member.row))
            .map(|place| place.standing)
    }
}

/// Writes an open link of a member that was used up; its row.
pub fn invite_row(conn: &mut Conn, invite: InviteId, inviter: PersonRow) -> i64 {
    let row: Row = sql_query(
        "INSERT INTO invites (uid, inviter, kind, code_hash, key_version, locale, max_uses, uses, created_at, \
         expires_at) VALUES ($1, $2, 'link', $3, 1, 'en', 1, 1, 0, 1) RETURNING id",
    )
    .bind::<Binary, _>(invite.as_bytes().as_slice())
    .bind::<BigInt, _>(inviter.0)
    .bind::<Binary, _>(invite.as_bytes().as_slice())
    .get_result(conn)
    .unwrap();
    row.id
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}
