//! What follows from tickets on the room servers: who is on their lists, and who must go.
//!
//! Each server has an enforcer, on one replica at a time, with a lease and a cursor of its own; so a
//! server that hangs delays nobody else. It follows the feed: a new ticket goes on the list, one that
//! has ended comes off and its participant is put out. What it does is said by the tickets as they
//! stand in the store, not by the event alone, so that doing it twice changes nothing.
//!
//! Nothing is taken for done because it was said once. At the start, after every failure and every few
//! seconds the whole list is held against ours ([`Work::agree`]): that fills a server that was
//! restarted and remembers nothing, and finds what was lost between a call and its answer. Those who
//! are in a room are looked through every second, for a token on a Janus list is bound to nobody: who
//! is there under an id that is no good ticket's, or that is there twice, goes.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use metrics::{counter, gauge};
use secrecy::ExposeSecret;
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    Room, Ticket,
    janus::{self, Janus, JanusError},
    records, refit,
    rules::{self, Present},
    servers::{Server, Servers},
};
use crate::{
    ledger::{Actor, Event, Lease, Ledger, Projection, Reader, ReaderError},
    policy::Current,
    store::StoreError,
    terms::{RoomRow, TicketId, Timestamp},
    vault::Vault,
};

/// Gauge: 1 where a room server (`server`) does not do what it is told, 0 where it does.
pub const ROOM_SERVERS_FAILING: &str = "vouchsafe_room_server_failing";
/// Counter: participants who were put out because their id was no good ticket's.
const INTRUDERS: &str = "vouchsafe_room_intruders_total";

/// How many events are taken at once.
const BATCH: i64 = 10_000;
/// How often those who are in the rooms are looked through.
const LOOK: Duration = Duration::from_millis(500);
/// How often the whole lists are held against ours.
const AGREE: Duration = Duration::from_secs(5);
/// How many times as long as a look took its rooms are left alone after it.
const REST: u32 = 10;
/// How many calls a server has from us at once.
const AT_ONCE: usize = 8;
/// Up to how many are put out one by one without asking first who is there.
const FEW: usize = 32;
/// How long the handles of a server are searched at one look.
const PATIENCE: Duration = Duration::from_millis(300);
/// How long a failing server is left alone, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Enforces on every server that this replica has the lease of.
pub struct Enforcer {
    /// Where the feed is.
    pub ledger: Ledger,
    /// Derives tokens and secrets.
    pub vault: Vault,
    /// What rooms ask for.
    pub policy: Arc<Current>,
    /// The servers.
    pub servers: Arc<Servers>,
    /// This process, among all replicas.
    pub owner: String,
}

impl Enforcer {
    /// Runs until it is dropped.
    pub async fn run(self) {
        let enforcer = Arc::new(self);
        let mut servers = enforcer.servers.watch();
        let mut tasks = JoinSet::new();
        let mut running = BTreeMap::new();
        loop {
            let wanted = Arc::clone(&servers.borrow_and_update());
            running.retain(|row, (server, task): &mut (Arc<Server>, tokio::task::AbortHandle)| {
                let stays = wanted.get(row).is_some_and(|wanted| Arc::ptr_eq(wanted, server));
                if !stays {
                    task.abort();
                }
                stays
            });
            for (row, server) in wanted.iter() {
                running.entry(*row).or_insert_with(|| {
                    let task = tasks.spawn(Arc::clone(&enforcer).serve(Arc::clone(server)));
                    (Arc::clone(server), task)
                });
            }
            tokio::select! {
                changed = servers.changed() => if changed.is_err() { return },
                Some(ended) = tasks.join_next() => if let Err(error) = ended && error.is_panic() {
                    tracing::error!(%error, "the enforcer of a room server fell over");
                    // It is begun anew with the next change; until then its lease passes on.
                    running.retain(|_, (_, task)| !task.is_finished());
                },
            }
        }
    }

    /// Enforces on one server, whenever this replica has its lease.
    async fn serve(self: Arc<Self>, server: Arc<Server>) {
        let http = loop {
            match janus::http() {
                Ok(http) => break http,
                Err(error) => tracing::error!(%error, "no HTTP client for room servers"),
            }
            sleep(Duration::from_secs(5)).await;
        };
        let work = Work {
            janus: Janus::new(http, server.address.clone()),
            enforcer: self,
            server,
            kicked: Mutex::default(),
        };
        loop {
            match Reader::take(&work.enforcer.ledger, &work.server.cursor(), &work.enforcer.owner).await {
                Ok(Some(reader)) => {
                    if let Err(error) = work.follow(reader).await {
                        tracing::info!(server = %work.server.id, %error, "another replica enforces on a room server");
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(server = %work.server.id, %error, "a room server is not watched"),
            }
            sleep(Duration::from_millis(500)).await;
        }
    }
}

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
enum Halt {
    /// The room server.
    #[error(transparent)]
    Janus(#[from] JanusError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lease has passed on.
    #[error("the lease has passed to another replica")]
    Lost,
}

impl From<ReaderError> for Halt {
    fn from(error: ReaderError) -> Self {
        match error {
            ReaderError::Lost => Self::Lost,
            ReaderError::Store(error) => Self::Store(error),
        }
    }
}

/// One server's enforcement.
struct Work {
    enforcer: Arc<Enforcer>,
    server: Arc<Server>,
    janus: Janus,
    /// Intruders who were put out at the last look, by room.
    kicked: Mutex<HashMap<RoomRow, HashSet<String>>>,
}

/// What is known of a server between two steps.
struct State {
    /// Whether it agreed with us when it was last asked.
    agrees: bool,
    /// Since when the whole lists were not compared.
    compared: Instant,
    /// When the rooms are looked through again.
    look: Instant,
    /// Closed rooms that are gone from the server.
    gone: HashSet<RoomRow>,
    pause: Duration,
    /// What was last written down about its health.
    told: Option<Option<String>>,
}

impl Work {
    /// Follows the feed until the lease is lost.
    async fn follow(&self, mut reader: Reader) -> Result<(), Halt> {
        let mut horizon = self.enforcer.ledger.horizon();
        let mut state = State {
            agrees: false,
            compared: Instant::now(),
            look: Instant::now(),
            gone: HashSet::new(),
            pause: PAUSE.0,
            told: None,
        };
        loop {
            let done = self.step(&mut reader, &mut state).await;
            let rest = match done {
                Ok(()) => {
                    state.pause = PAUSE.0;
                    None
                }
                Err(Halt::Lost) => return Err(Halt::Lost),
                Err(halt) => {
                    state.agrees = false;
                    state.gone.clear();
                    match &halt {
                        // It was restarted: the first thing is to fill it again.
                        Halt::Janus(JanusError::NoRoom) if state.pause == PAUSE.0 => {}
                        Halt::Janus(error) => self.tell(&mut state, Some(error.to_string())).await,
                        error => {
                            tracing::warn!(server = %self.server.id, %error, "the enforcement on a room server stands still")
                        }
                    }
                    let pause = state.pause;
                    state.pause = (pause * 2).min(PAUSE.1);
                    // The lease is kept: another replica would fare no better.
                    match reader.note().await {
                        Err(ReaderError::Lost) => return Err(Halt::Lost),
                        Ok(()) | Err(ReaderError::Store(_)) => {}
                    }
                    Some(pause)
                }
            };
            match rest {
                Some(pause) => sleep(pause).await,
                None => {
                    let next = state.look.saturating_duration_since(Instant::now());
                    tokio::select! {
                        changed = horizon.changed() => if changed.is_err() { return Ok(()) },
                        () = sleep(next) => {}
                    }
                }
            }
        }
    }

    /// Does what is due: what the feed says, or, where the server's state is in doubt, everything.
    async fn step(&self, reader: &mut Reader, state: &mut State) -> Result<(), Halt> {
        if !state.agrees || state.compared.elapsed() >= AGREE {
            // Whatever is in the feed by now is in the tables that are read next.
            let pos = self.enforcer.ledger.horizon().borrow().pos;
            let begun = Instant::now();
            reader.keep(self.agree(&mut state.gone)).await??;
            reader.pass(pos);
            reader.note().await?;
            state.agrees = true;
            // A full house takes its time to compare, and is compared the more rarely.
            state.compared = Instant::now() + begun.elapsed() * REST;
            self.server.reach(reader.pos());
            self.tell(state, None).await;
        }
        while reader.pos() < self.enforcer.ledger.horizon().borrow().pos {
            let entries = reader.next(BATCH).await?;
            let Some(last) = entries.last().map(|entry| entry.pos) else {
                break;
            };
            let mut news = News::default();
            for entry in &entries {
                news.take(&entry.envelope.event);
            }
            if news.is_any() {
                let lease = reader.lease();
                reader.keep(self.act(lease, news, &mut state.gone)).await??;
                reader.pass(last);
                reader.note().await?;
            }
            reader.pass(last);
            self.server.reach(last);
        }
        if state.look <= Instant::now() {
            let begun = Instant::now();
            let lease = reader.lease();
            reader.keep(self.look(lease)).await??;
            state.look = Instant::now() + LOOK.max(begun.elapsed() * REST);
            if reader.is_due() {
                reader.note().await?;
            }
        }
        Ok(())
    }
}

/// What the feed says that concerns room servers.
#[derive(Default)]
struct News {
    /// The tickets that were issued or have ended, by room.
    tickets: HashMap<RoomRow, HashSet<TicketId>>,
    /// The rooms that were made or changed.
    rooms: HashSet<RoomRow>,
    /// Whether all rooms may ask for something else now.
    policy: bool,
}

impl News {
    fn take(&mut self, event: &Event) {
        match event {
            Event::TicketIssued { ticket, room, .. } | Event::TicketEnded { ticket, room, .. } => {
                self.tickets.entry(*room).or_default().insert(*ticket);
            }
            Event::RoomCreated { room, .. } | Event::RoomChanged { room, .. } => {
                self.rooms.insert(*room);
            }
            Event::PolicyChanged { .. } => self.policy = true,
            _ => {}
        }
    }

    fn is_any(&self) -> bool {
        self.policy || !self.rooms.is_empty() || !self.tickets.is_empty()
    }
}

/// Does these, [`AT_ONCE`] at a time, until one fails.
async fn several(works: Vec<BoxFuture<'_, Result<(), Halt>>>) -> Result<(), Halt> {
    stream::iter(works).buffer_unordered(AT_ONCE).try_collect().await
}

impl Work {
    fn now(&self) -> Timestamp {
        self.enforcer.ledger.now()
    }

    async fn rooms(&self) -> Result<Vec<Room>, StoreError> {
        let row = self.server.row;
        self.enforcer
            .ledger
            .store()
            .read(move |conn| Ok(records::rooms_of(conn, row)?))
            .await
    }

    async fn good(&self, room: &Room) -> Result<Vec<Ticket>, StoreError> {
        let (row, now) = (room.row, self.now());
        self.enforcer
            .ledger
            .store()
            .read(move |conn| Ok(records::good(conn, row, now)?))
            .await
    }

    /// Brings every room of the server into agreement with ours.
    async fn agree(&self, gone: &mut HashSet<RoomRow>) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        if rooms.is_empty() {
            // Nothing to agree on: it is only asked whether it is there.
            self.janus.info().await?;
            return Ok(());
        }
        let closed: HashSet<RoomRow> = rooms.iter().filter(|room| !room.open).map(|room| room.row).collect();
        let due = rooms.iter().filter(|room| room.open || !gone.contains(&room.row));
        several(due.map(|room| self.agree_on(room).boxed()).collect()).await?;
        *gone = closed;
        Ok(())
    }

    /// Brings one room into agreement: the room itself, its list, and who is in it.
    async fn agree_on(&self, room: &Room) -> Result<(), Halt> {
        let secret = room.secret(&self.enforcer.vault)?;
        let secret = secret.expose_secret();
        if !room.open {
            return Ok(self.janus.destroy(&room.name, secret).await?);
        }
        if self.janus.ensure_room(&room.name, secret).await? {
            tracing::info!(server = %self.server.id, room = room.row.0, "a room was made on its server");
        }
        // Read before the list: whatever is added after is added by us, behind this.
        let good = self.good(room).await?;
        let ours: HashSet<String> = self.tokens(&good)?.into_iter().collect();
        let theirs = self.janus.allowed(&room.name, secret).await?;
        let extra: Vec<String> = theirs.difference(&ours).cloned().collect();
        let missing: Vec<String> = ours.difference(&theirs).cloned().collect();
        if !extra.is_empty() {
            self.janus.disallow(&room.name, secret, &extra).await?;
        }
        if !missing.is_empty() {
            self.janus.allow(&room.name, secret, &missing).await?;
        }
        self.look_into(room).await
    }

    fn tokens(&self, tickets: &[Ticket]) -> Result<Vec<String>, StoreError> {
        let token = |ticket: &Ticket| Ok(ticket.token(&self.enforcer.vault)?.expose_secret().to_owned());
        tickets.iter().map(token).collect()
    }

    /// Does what the feed says.
    async fn act(&self, lease: Lease, news: News, gone: &mut HashSet<RoomRow>) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        if news.policy {
            self.refit(lease, &rooms).await?;
        }
        for room in &rooms {
            if news.policy && room.open || news.rooms.contains(&room.row) {
                self.agree_on(room).await?;
                if room.open {
                    gone.remove(&room.row);
                } else {
                    gone.insert(room.row);
                }
            } else if let Some(ids) = news.tickets.get(&room.row).filter(|_| room.open) {
                match self.seat(room, ids).await {
                    // It was restarted since, and remembers nothing.
                    Err(Halt::Janus(JanusError::NoRoom)) => self.agree_on(room).await?,
                    done => done?,
                }
            }
        }
        Ok(())
    }

    /// Ends the seats that a new policy no longer allows.
    async fn refit(&self, lease: Lease, rooms: &[Room]) -> Result<(), Halt> {
        let (current, open) = (
            Arc::clone(&self.enforcer.policy),
            rooms.iter().filter(|room| room.open).cloned().collect::<Vec<_>>(),
        );
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(false);
            }
            // The newest, also where memory has not come so far.
            current.load(tx.conn)?;
            let policy = current.get()?;
            for room in &open {
                refit(tx, &policy.policy, room)?;
            }
            Ok::<_, StoreError>(true)
        });
        if written.await?.value { Ok(()) } else { Err(Halt::Lost) }
    }

    /// Puts tickets on a room's list, or takes them off and their participants out, as they stand now.
    async fn seat(&self, room: &Room, ids: &HashSet<TicketId>) -> Result<(), Halt> {
        let (row, ids) = (room.row, ids.iter().copied().collect::<Vec<_>>());
        let tickets = self
            .enforcer
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::tickets_of(conn, row, &ids)?))
            .await?;
        let now = self.now();
        let (good, ended): (Vec<_>, Vec<_>) = tickets.into_iter().partition(|ticket| ticket.is_good(now));
        if !ended.is_empty() {
            self.unseat(room, &ended).await?;
        }
        if !good.is_empty() {
            let secret = room.secret(&self.enforcer.vault)?;
            self.janus
                .allow(&room.name, secret.expose_secret(), &self.tokens(&good)?)
                .await?;
        }
        Ok(())
    }

    /// Takes tickets off a room's list, then puts their participants out: in the other order they would
    /// be back at once.
    async fn unseat(&self, room: &Room, ended: &[Ticket]) -> Result<(), Halt> {
        let secret = room.secret(&self.enforcer.vault)?;
        let secret = secret.expose_secret();
        self.janus.disallow(&room.name, secret, &self.tokens(ended)?).await?;
        let mut ids: Vec<String> = ended.iter().map(|ticket| ticket.id.to_string()).collect();
        if ids.len() > FEW {
            let present = self.janus.participants(&room.name, secret).await?;
            let present: HashSet<String> = present.into_iter().map(|one| one.id).collect();
            ids.retain(|id| present.contains(id));
        }
        self.kick(room, secret, &ids).await
    }

    async fn kick<T: AsRef<str>>(&self, room: &Room, secret: &str, ids: &[T]) -> Result<(), Halt> {
        let kick = |id: &T| {
            let (janus, name, secret, id) = (
                self.janus.clone(),
                room.name.clone(),
                secret.to_owned(),
                id.as_ref().to_owned(),
            );
            async move { Ok(janus.kick(&name, &secret, &id).await?) }.boxed()
        };
        several(ids.iter().map(kick).collect()).await
    }

    /// Looks through those who are in the rooms, and clears away the tickets whose time is over.
    async fn look(&self, lease: Lease) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        self.expire(lease, &rooms).await?;
        let open = rooms.iter().filter(|room| room.open);
        several(open.map(|room| self.look_into(room).boxed()).collect()).await
    }

    /// Puts out who is in a room and should not be.
    async fn look_into(&self, room: &Room) -> Result<(), Halt> {
        let secret = room.secret(&self.enforcer.vault)?;
        let secret = secret.expose_secret();
        let present = self.janus.participants(&room.name, secret).await?;
        if present.is_empty() {
            return Ok(());
        }
        // Read after: whoever came in by a ticket that was good then is known now.
        let good = self.good(room).await?;
        let good: HashMap<String, _> = good.iter().map(|ticket| (ticket.id.to_string(), ticket.part)).collect();
        let silent: HashSet<&str> = present
            .iter()
            .filter(|one| !one.setup)
            .map(|one| one.id.as_str())
            .collect();
        let present: Vec<Present<'_>> = present
            .iter()
            .map(|one| Present {
                id: &one.id,
                muted: one.muted,
            })
            .collect();
        let order = rules::order(&present, &good);
        for id in &order.mute {
            self.janus.mute(&room.name, secret, id).await?;
        }
        if !order.out.is_empty() {
            counter!(INTRUDERS).increment(order.out.len() as u64);
            tracing::warn!(
                server = %self.server.id, room = room.row.0, count = order.out.len(),
                "participants are put out whose ids are no good ticket's"
            );
            self.kick(room, secret, &order.out).await?;
        }
        let before = {
            let mut kicked = self.kicked.lock().unwrap_or_else(PoisonError::into_inner);
            let now = order.out.iter().map(|id| (*id).to_owned()).collect();
            kicked.insert(room.row, now).unwrap_or_default()
        };
        let stubborn: HashSet<String> = before.into_iter().filter(|id| silent.contains(id.as_str())).collect();
        if !stubborn.is_empty() {
            // They say and hear nothing as they are, and it takes a call for each client of the server:
            // what is not done in time is done the next time.
            if let Ok(done) = timeout(PATIENCE, self.janus.detach(&room.name, &stubborn)).await {
                done?;
            }
        }
        Ok(())
    }

    /// A ticket ends for us by comparison; on the server, by being taken off.
    async fn expire(&self, lease: Lease, rooms: &[Room]) -> Result<(), Halt> {
        let (row, now) = (self.server.row, self.now());
        let overdue = self
            .enforcer
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::overdue(conn, row, now, BATCH)?))
            .await?;
        if overdue.is_empty() {
            return Ok(());
        }
        for room in rooms.iter().filter(|room| room.open) {
            let of_room: Vec<Ticket> = overdue
                .iter()
                .filter(|ticket| ticket.room == room.row)
                .cloned()
                .collect();
            if !of_room.is_empty() {
                self.unseat(room, &of_room).await?;
            }
        }
        let ids: Vec<TicketId> = overdue.iter().map(|ticket| ticket.id).collect();
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            let held = lease.holds(tx)?;
            if held {
                records::end(tx.conn, &ids, tx.now)?;
            }
            Ok::<_, StoreError>(held)
        });
        if written.await?.value { Ok(()) } else { Err(Halt::Lost) }
    }

    /// Writes down how the server fares, when that changes.
    async fn tell(&self, state: &mut State, failure: Option<String>) {
        gauge!(ROOM_SERVERS_FAILING, "server" => self.server.id.to_string())
            .set(f64::from(u8::from(failure.is_some())));
        // Only what changes: each attempt may fail in another way.
        if state
            .told
            .as_ref()
            .is_some_and(|told| told.is_some() == failure.is_some())
        {
            return;
        }
        match &failure {
            Some(why) => tracing::warn!(server = %self.server.id, why, "a room server fails"),
            None => tracing::info!(server = %self.server.id, "a room server does what it is told"),
        }
        let (row, why) = (self.server.row, failure.clone());
        let written = self
            .enforcer
            .ledger
            .write(Actor::System, move |tx| {
                Ok::<_, StoreError>(records::set_health(tx.conn, row, tx.now, why.as_deref())?)
            })
            .await;
        match written {
            Ok(_) => state.told = Some(failure),
            Err(error) => {
                tracing::warn!(server = %self.server.id, %error, "a room server's health was not written down")
            }
        }
    }
}
