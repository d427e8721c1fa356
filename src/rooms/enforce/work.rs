//! One room server's enforcer: follows the feed, and begins anew wherever it is in doubt.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use metrics::gauge;
use tokio::{sync::Notify, time::sleep};

use super::{
    super::{
        records,
        servers::{Capability, PATIENCE, Participant, Server, ServerError, Trouble},
    },
    Enforcer,
    out::Outs,
    voices::Excused,
};
use crate::platform::{
    ledger::{Actor, ConsumerError, Event, ExternalConsumer, Lease, events},
    store::StoreError,
    terms::{PersonRow, RoomRow, RoomServerId, TicketId, Timestamp, metrics::ROOM_SERVERS_FAILING},
};

/// How many events are taken at once.
pub(super) const BATCH: i64 = 10_000;
/// How often those who are in the rooms are looked through.
const LOOK: Duration = Duration::from_millis(500);
/// How often the whole lists are held against ours.
const AGREE: Duration = Duration::from_secs(5);
/// How many times as long as a look took its rooms are left alone after it.
pub(super) const REST: u32 = 10;
/// How long a failing server is left alone, at first and at most.
const PAUSE: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// Why a step was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Halt {
    /// The room server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The lease has passed on.
    #[error("the lease has passed to another replica")]
    Lost,
}

impl Halt {
    /// Whether one room is in trouble, and nothing is said of the others: a key that the keyring lacks, a row that
    /// contradicts itself.
    pub(super) const fn is_of_a_room(&self) -> bool {
        match self {
            Self::Server(error) => error.is_of_a_room(),
            Self::Store(error) => matches!(error, StoreError::Internal(_)),
            Self::Lost => false,
        }
    }
}

impl From<ConsumerError> for Halt {
    fn from(error: ConsumerError) -> Self {
        match error {
            ConsumerError::Lost => Self::Lost,
            ConsumerError::Store(error) => Self::Store(error),
        }
    }
}

/// One server's enforcement.
pub(super) struct Work {
    pub(super) enforcer: Arc<Enforcer>,
    pub(super) server: Arc<Server>,
    /// The rooms that are there and know our secret: in others nobody is ours to put out.
    ours: Mutex<HashSet<RoomRow>>,
    /// The rooms that the server rejects, as the rows say.
    failing: Mutex<Arc<HashSet<RoomRow>>>,
    /// The rooms with somebody who is still there after their connection was ended.
    stays: Mutex<HashSet<RoomRow>>,
    /// How long the last ones took to go.
    pub(super) outs: Outs,
    /// Somebody was to go: the connections are looked through at once.
    pub(super) wanted: Notify,
    /// Where the server tells one stay of somebody from another: who was to go, by room, in which stay and since when.
    told_to_go: Mutex<HashMap<RoomRow, HashMap<String, Told>>>,
    /// Whose voice was just taken by us.
    excused: Mutex<Excused>,
    /// Up to when mutes that are over were looked for.
    mutes_lifted: Mutex<Option<Timestamp>>,
    /// When somebody was last seen in a room.
    seen: Mutex<HashMap<RoomRow, Instant>>,
    /// Since when this replica looks.
    begun: Instant,
}

/// A stay that was to end.
pub(super) struct Told {
    stay: String,
    since: Instant,
}

/// What is known of a server between two steps.
struct State {
    /// Whether it agreed with us when it was last asked.
    agrees: bool,
    /// Since when the whole lists were not compared.
    compared: Instant,
    /// When the rooms are looked through again.
    look: Instant,
    pause: Duration,
    /// Since when nothing there answers as it should.
    silent: Option<Instant>,
    /// What was last written down about its health.
    told: Option<Option<String>>,
}

impl Work {
    pub(super) fn new(enforcer: Arc<Enforcer>, server: Arc<Server>) -> Self {
        Self {
            enforcer,
            server,
            ours: Mutex::default(),
            failing: Mutex::default(),
            stays: Mutex::default(),
            outs: Outs::default(),
            wanted: Notify::new(),
            told_to_go: Mutex::default(),
            excused: Mutex::default(),
            mutes_lifted: Mutex::default(),
            seen: Mutex::default(),
            begun: Instant::now(),
        }
    }

    /// Whose voice was just taken by us.
    pub(super) fn excused(&self) -> MutexGuard<'_, Excused> {
        self.excused.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Up to when mutes that are over were looked for; none where nobody has.
    pub(super) fn mutes_lifted(&self) -> Option<Timestamp> {
        *self.mutes_lifted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, from now on.
    pub(super) fn set_mutes_lifted(&self, at: Timestamp) {
        *self.mutes_lifted.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }

    /// Who was to go, by room.
    pub(super) fn told_to_go(&self) -> MutexGuard<'_, HashMap<RoomRow, HashMap<String, Told>>> {
        self.told_to_go.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one of those in `out` has been there since they were told to go a while ago. They are remembered.
    pub(super) fn is_still_there(&self, room: RoomRow, present: &[Participant], out: &[&str]) -> bool {
        let mut all = self.told_to_go();
        let before = all.remove(&room).unwrap_or_default();
        let mut now = HashMap::new();
        let mut stays = false;
        for one in present.iter().filter(|one| out.contains(&one.id.as_str())) {
            let Some(stay) = one.stay.clone() else { continue };
            let known = before.get(&one.id).filter(|told| told.stay == stay);
            let since = known.map_or_else(Instant::now, |told| told.since);
            stays |= since.elapsed() >= PATIENCE;
            now.insert(one.id.clone(), Told { stay, since });
        }
        all.insert(room, now);
        stays
    }

    /// Somebody is in a room.
    pub(super) fn has_somebody(&self, room: RoomRow) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(room, Instant::now());
    }

    /// Whether nobody was in a room for as long as what they were given there may let them in again. What was before
    /// this replica looked is not known.
    pub(super) fn is_long_empty(&self, room: RoomRow) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let last = seen.get(&room).copied().unwrap_or(self.begun);
        last.elapsed() >= self.server.kind.lingers()
    }

    /// The rooms that are there and know our secret.
    pub(super) fn ours(&self) -> MutexGuard<'_, HashSet<RoomRow>> {
        self.ours.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rooms that the server rejects.
    pub(super) fn failing(&self) -> Arc<HashSet<RoomRow>> {
        Arc::clone(&self.failing.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The same, changed.
    pub(super) fn set_failing(&self, failing: HashSet<RoomRow>) {
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(failing);
    }

    /// The rooms with somebody who is still there after their connection was ended.
    pub(super) fn stays(&self) -> MutexGuard<'_, HashSet<RoomRow>> {
        self.stays.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Follows the feed until the lease is lost.
    pub(super) async fn follow(&self, mut reader: ExternalConsumer) -> Result<(), Halt> {
        let mut head = self.enforcer.ledger.head();
        self.excused().forget();
        let mut state = State {
            agrees: false,
            compared: Instant::now(),
            look: Instant::now(),
            pause: PAUSE.0,
            silent: None,
            told: None,
        };
        loop {
            let begun = Instant::now();
            let done = self.step(&mut reader, &mut state).await;
            let rest = match done {
                Ok(()) => {
                    state.pause = PAUSE.0;
                    state.silent = None;
                    None
                }
                Err(Halt::Lost) => return Err(Halt::Lost),
                Err(halt) => {
                    state.agrees = false;
                    let mut pause = state.pause;
                    match &halt {
                        // It was restarted: the first thing is to fill it again.
                        Halt::Server(error) if error.trouble == Trouble::NoRoom && state.pause == PAUSE.0 => {}
                        // A port that refuses at once, and one that never answers, are told after the same time.
                        Halt::Server(error) if error.is_silence() => {
                            let due = *state.silent.get_or_insert(begun) + PATIENCE;
                            match due.checked_duration_since(Instant::now()) {
                                Some(wait) if !wait.is_zero() => pause = pause.min(wait),
                                _ => self.tell_failure(&reader.lease(), &mut state, error).await,
                            }
                        }
                        Halt::Server(error) => self.tell_failure(&reader.lease(), &mut state, error).await,
                        error => {
                            tracing::warn!(server = %self.server.id, %error, "the enforcement on a room server stands still")
                        }
                    }
                    state.pause = (state.pause * 2).min(PAUSE.1);
                    // The lease is kept: another replica would fare no better.
                    match reader.note().await {
                        Err(ConsumerError::Lost) => return Err(Halt::Lost),
                        Ok(()) | Err(ConsumerError::Store(_)) => {}
                    }
                    Some(pause)
                }
            };
            match rest {
                Some(pause) => sleep(pause).await,
                None => {
                    let next = state.look.saturating_duration_since(Instant::now());
                    tokio::select! {
                        changed = head.changed() => if changed.is_err() { return Ok(()) },
                        () = sleep(next) => {}
                    }
                }
            }
        }
    }

    /// Does what is due: what the feed says, or, where the server's state is in doubt, everything.
    async fn step(&self, reader: &mut ExternalConsumer, state: &mut State) -> Result<(), Halt> {
        if !state.agrees || state.compared.elapsed() >= AGREE {
            // Whatever is in the feed by now is in the tables that are read next.
            let pos = self.enforcer.ledger.head().borrow().pos;
            let begun = Instant::now();
            let lease = reader.lease();
            let doubt = !state.agrees;
            let ended = self.passed_by(reader, pos).await?;
            reader.keep(self.agree(&lease, doubt)).await??;
            self.carried_out(&ended);
            reader.pass(pos);
            reader.note().await?;
            state.agrees = true;
            // A full house takes its time to compare, and is compared the more rarely.
            state.compared = Instant::now() + begun.elapsed() * REST;
            self.server.reach(reader.pos(), self.failing());
            self.tell(&lease, state, None).await;
        }
        while reader.pos() < self.enforcer.ledger.head().borrow().pos {
            let next = reader.next(&KINDS, BATCH).await?;
            let last = next.last;
            if let Some(bad) = next.unreadable.first() {
                tracing::warn!(
                    server = %self.server.id, position = bad.pos, why = bad.why,
                    "an event about rooms cannot be read: everything is compared in its place"
                );
                // It is in the tables that are read then.
                state.agrees = false;
                break;
            }
            let mut news = News::default();
            for entry in &next.entries {
                news.take(&entry.envelope.event, self.server.id);
            }
            if news.is_any() {
                let lease = reader.lease();
                reader.keep(self.act(&lease, news)).await??;
                reader.pass(last);
                reader.note().await?;
            }
            reader.pass(last);
            self.server.reach(last, self.failing());
        }
        if state.look <= Instant::now() {
            let begun = Instant::now();
            let lease = reader.lease();
            reader.keep(self.look(&lease)).await??;
            // Where no list keeps them out, looking is what does.
            let rest = if self.server.can(Capability::List) { REST } else { 1 };
            state.look = Instant::now() + LOOK.max(begun.elapsed() * rest);
            if reader.is_due() {
                reader.note().await?;
            }
        }
        Ok(())
    }

    fn gauge(&self, fails: bool) {
        gauge!(ROOM_SERVERS_FAILING, "server" => self.server.id.to_string()).set(f64::from(u8::from(fails)));
    }

    /// Takes back what it reports of the server: whoever has the lease reports it.
    pub(super) fn retire(&self) {
        self.gauge(false);
    }

    /// Writes that the server fails, when that is new. The log says more than admins are told.
    async fn tell_failure(&self, lease: &Lease, state: &mut State, error: &ServerError) {
        let told = Some(error.told.clone());
        if state.told.as_ref() != Some(&told) {
            tracing::warn!(server = %self.server.id, why = %error, "a room server fails");
        }
        self.tell(lease, state, told).await;
    }

    /// Writes the health of the server, when that changes; nothing where the lease is lost.
    async fn tell(&self, lease: &Lease, state: &mut State, failure: Option<String>) {
        self.gauge(failure.is_some() || !self.failing().is_empty());
        if state.told.as_ref() == Some(&failure) {
            return;
        }
        // It fails as before, for another reason.
        let goes_on = failure.is_some() && matches!(state.told, Some(Some(_)));
        if failure.is_none() {
            tracing::info!(server = %self.server.id, "a room server is well");
        }
        let (lease, row, why) = (lease.clone(), self.server.row, failure.clone());
        let written = self
            .enforcer
            .ledger
            .write(Actor::System, move |tx| {
                let held = lease.holds(tx)?;
                match &why {
                    _ if !held => {}
                    Some(why) if goes_on => records::set_reason(tx.conn, row, why)?,
                    why => records::set_health(tx.conn, row, tx.now, why.as_deref())?,
                }
                Ok::<_, StoreError>(held)
            })
            .await;
        match written {
            Ok(held) if held.value => state.told = Some(failure),
            // The next note finds it lost.
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(server = %self.server.id, %error, "a room server's health was not written down")
            }
        }
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.retire();
    }
}

/// The types of event that concern room servers: those that [`News::take`] knows.
const KINDS: [&str; 10] = [
    "ticket_issued",
    "ticket_ended",
    "ticket_changed",
    "role_changed",
    "reparented",
    "room_created",
    "room_changed",
    "room_spread",
    "room_withdrawn",
    "policy_changed",
];

/// What the feed says that concerns room servers.
#[derive(Default)]
pub(super) struct News {
    /// The tickets that were issued or have ended, by room.
    pub(super) tickets: HashMap<RoomRow, HashSet<TicketId>>,
    /// The tickets by which somebody may speak now, or may no longer, by room.
    pub(super) changed: HashMap<RoomRow, HashSet<TicketId>>,
    /// The rooms that were made or changed.
    pub(super) rooms: HashSet<RoomRow>,
    /// Whether all rooms may ask for something else now.
    pub(super) policy: bool,
    /// Whose role is another.
    pub(super) roles: Vec<PersonRow>,
    /// Whether somebody stands in another branch.
    pub(super) moved: bool,
}

impl News {
    fn take(&mut self, event: &Event, server: RoomServerId) {
        match event {
            Event::TicketIssued(events::TicketIssued { ticket, room, .. })
            | Event::TicketEnded(events::TicketEnded { ticket, room, .. }) => {
                self.tickets.entry(*room).or_default().insert(*ticket);
            }
            Event::RoomCreated(events::RoomCreated { room, .. })
            | Event::RoomChanged(events::RoomChanged { room, .. }) => {
                self.rooms.insert(*room);
            }
            Event::RoomSpread(events::RoomSpread { room, server: on })
            | Event::RoomWithdrawn(events::RoomWithdrawn { room, server: on }) => {
                self.rooms.extend((*on == server).then_some(*room));
            }
            Event::TicketChanged(events::TicketChanged { ticket, room, .. }) => {
                self.changed.entry(*room).or_default().insert(*ticket);
            }
            Event::PolicyChanged(_) => self.policy = true,
            Event::RoleChanged(events::RoleChanged { person, .. }) => self.roles.push(*person),
            Event::Reparented(_) => self.moved = true,
            _ => {}
        }
    }

    fn is_any(&self) -> bool {
        let of_rooms = !self.rooms.is_empty() || !self.tickets.is_empty() || !self.changed.is_empty();
        of_rooms || self.policy || self.moved || !self.roles.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::KINDS;
    use crate::platform::ledger::Event;

    #[test]
    fn every_event_that_is_wanted_is_one() {
        assert!(KINDS.iter().all(|kind| Event::KINDS.contains(kind)));
    }
}
