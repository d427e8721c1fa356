//! What is done on a room server: its rooms, their lists, and who is in them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use metrics::counter;
use secrecy::ExposeSecret;

use super::{
    super::{
        Room, RoomName, Ticket, heard,
        janus::JanusError,
        records, refit,
        rules::{self, Present},
    },
    work::{BATCH, Halt, News, Work},
};
use crate::platform::{
    ledger::{Actor, Lease},
    store::StoreError,
    terms::{TicketId, Timestamp, metrics::ROOM_INTRUDERS_TOTAL},
};

/// How many calls a server has from us at once.
const AT_ONCE: usize = 8;
/// Up to how many are put out one by one without asking first who is there.
const FEW: usize = 32;

/// Does all of these, [`AT_ONCE`] at a time. What fails keeps nothing else from being done; then the first
/// failure is told.
async fn several(works: Vec<BoxFuture<'_, Result<(), Halt>>>) -> Result<(), Halt> {
    let done: Vec<_> = stream::iter(works).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

impl Work {
    fn now(&self) -> Timestamp {
        self.enforcer.ledger.now()
    }

    pub(super) async fn rooms(&self) -> Result<Vec<Room>, StoreError> {
        let row = self.server.row;
        let rooms = self.enforcer.ledger.store();
        rooms.read(move |conn| Ok(records::rooms_of(conn, row)?)).await
    }

    /// The rooms, for those who bring them into agreement: the server is in trouble in those that the rows say.
    async fn rooms_as_noted(&self) -> Result<Vec<Room>, StoreError> {
        let rooms = self.rooms().await?;
        let failing = rooms.iter().filter(|room| room.failure.is_some());
        self.set_failing(failing.map(|room| room.row).collect());
        Ok(rooms)
    }

    pub(super) async fn good(&self, room: &Room) -> Result<Vec<Ticket>, StoreError> {
        let (row, now) = (room.row, self.now());
        self.enforcer
            .ledger
            .store()
            .read(move |conn| Ok(records::good(conn, row, now)?))
            .await
    }

    /// Brings every room of the server into agreement with ours. Where the server was in doubt, the feed
    /// may have been left out: then the seats are fitted to the policy whatever it said.
    pub(super) async fn agree(&self, lease: &Lease, doubt: bool) -> Result<(), Halt> {
        let rooms = self.rooms_as_noted().await?;
        let unfit = if doubt {
            rooms.clone()
        } else {
            self.unfit(&rooms).await?
        };
        self.refit(lease.clone(), &unfit).await?;
        if rooms.is_empty() {
            // Nothing to agree on: it is only asked whether it is there.
            self.janus.info().await?;
            return Ok(());
        }
        let due = rooms.iter().filter(|room| room.open || !room.cleared);
        several(due.map(|room| self.agree_on(lease, room).boxed()).collect()).await
    }

    /// Brings one room into agreement. Its own trouble stays its own: it is written down, and the others go on.
    async fn agree_on(&self, lease: &Lease, room: &Room) -> Result<(), Halt> {
        match self.settle(lease, room).await {
            Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
            Ok(()) if !room.open => self.note(lease, room, None, true).await,
            Ok(()) if room.failure.is_some() => {
                tracing::info!(server = %self.server.id, room = room.row.0, "a room is as it should be again");
                self.note(lease, room, None, false).await
            }
            done => done,
        }
    }

    /// Writes down that the server does not do what it is told in this room.
    async fn fails(&self, lease: &Lease, room: &Room, error: &Halt) -> Result<(), Halt> {
        let why = error.to_string();
        if matches!(error, Halt::Janus(JanusError::NotOurs)) {
            self.ours().remove(&room.row);
        }
        if room.failure.as_ref() == Some(&why) {
            return Ok(());
        }
        tracing::warn!(server = %self.server.id, room = room.row.0, why, "a room is not as it should be");
        self.note(lease, room, Some(why), false).await
    }

    /// Writes down how a room fares, before the cursor passes what was to be done there.
    async fn note(&self, lease: &Lease, room: &Room, failure: Option<String>, cleared: bool) -> Result<(), Halt> {
        let (lease, row) = (lease.clone(), room.row);
        let fails = failure.is_some();
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            let held = lease.holds(tx)?;
            match held {
                true if cleared => records::clear(tx.conn, row, tx.now)?,
                true => records::set_failure(tx.conn, row, failure.as_deref())?,
                false => {}
            }
            Ok::<_, StoreError>(held)
        });
        if !written.await?.value {
            return Err(Halt::Lost);
        }
        // Several rooms are brought into agreement at once; nothing is awaited between the two lines.
        let mut failing = HashSet::clone(&self.failing());
        if fails {
            failing.insert(row);
        } else {
            failing.remove(&row);
        }
        self.set_failing(failing);
        Ok(())
    }

    /// The room itself, its list, and who is in it.
    async fn settle(&self, lease: &Lease, room: &Room) -> Result<(), Halt> {
        let secret = room.secret(&self.enforcer.vault)?;
        let secret = secret.expose_secret();
        if !room.open {
            return match self.janus.destroy(&room.name, secret).await {
                // What is there is another's: of ours nothing is left.
                Ok(()) | Err(JanusError::NotOurs) => {
                    self.ours().remove(&room.row);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            };
        }
        if self.janus.ensure_room(&room.name, secret).await? {
            tracing::info!(server = %self.server.id, room = room.row.0, "a room was made on its server");
        }
        // Read before the list: whatever is added after is added by us, behind this.
        let good = self.good(room).await?;
        let ours: HashSet<String> = self.tokens(&good)?.into_iter().collect();
        let theirs = self.janus.allowed(&room.name, secret).await?;
        self.ours().insert(room.row);
        let extra: Vec<String> = theirs.difference(&ours).cloned().collect();
        let missing: Vec<String> = ours.difference(&theirs).cloned().collect();
        if !extra.is_empty() {
            self.janus.disallow(&room.name, secret, &extra).await?;
        }
        if !missing.is_empty() {
            self.janus.allow(&room.name, secret, &missing).await?;
        }
        self.look_into(lease, room).await?;
        if self.stays().contains(&room.row) {
            return Err(JanusError::Disagrees("somebody who was put out is still there").into());
        }
        Ok(())
    }

    fn tokens(&self, tickets: &[Ticket]) -> Result<Vec<String>, StoreError> {
        let token = |ticket: &Ticket| Ok(ticket.token(&self.enforcer.vault)?.expose_secret().to_owned());
        tickets.iter().map(token).collect()
    }

    /// Does what the feed says.
    pub(super) async fn act(&self, lease: &Lease, news: News) -> Result<(), Halt> {
        let rooms = self.rooms_as_noted().await?;
        if news.policy {
            self.refit(lease.clone(), &rooms).await?;
        }
        let concerned = rooms.iter().filter_map(|room| {
            if news.policy && room.open || news.rooms.contains(&room.row) {
                return Some(self.agree_on(lease, room).boxed());
            }
            let ids = news.tickets.get(&room.row).filter(|_| room.open)?;
            let seat = async move {
                if room.failure.is_some() {
                    // Perhaps it is well again; if not, nobody is told that it is.
                    return self.agree_on(lease, room).await;
                }
                match self.seat(room, ids).await {
                    // It was restarted since, and remembers nothing.
                    Err(Halt::Janus(JanusError::NoRoom)) => self.agree_on(lease, room).await,
                    Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
                    done => done,
                }
            };
            Some(seat.boxed())
        });
        several(concerned.collect()).await
    }

    /// The open rooms with seats that the policy does not allow.
    async fn unfit(&self, rooms: &[Room]) -> Result<Vec<Room>, StoreError> {
        let current = Arc::clone(&self.enforcer.policy);
        let mut open: Vec<Room> = rooms.iter().filter(|room| room.open).cloned().collect();
        let found = self.enforcer.ledger.store().read(move |conn| {
            let policy = current.in_force(conn)?;
            let mut unfit = Vec::new();
            for room in open.drain(..) {
                let (enter, speak) = rules::demands(&policy.policy, &room);
                if records::has_unfit(conn, room.row, enter, speak)? {
                    unfit.push(room);
                }
            }
            Ok::<_, StoreError>(unfit)
        });
        found.await
    }

    /// Ends the seats that the policy does not allow. Each room is held meanwhile, so that whoever gives
    /// its seats out at the same time has given them before this, or goes by the same policy.
    async fn refit(&self, lease: Lease, rooms: &[Room]) -> Result<(), Halt> {
        let current = Arc::clone(&self.enforcer.policy);
        let mut names: Vec<RoomName> = rooms
            .iter()
            .filter(|room| room.open)
            .map(|room| room.name.clone())
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        // In the order in which everybody holds them.
        names.sort_unstable();
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(false);
            }
            for name in &names {
                let held = records::lock_room(tx.conn, tx.guards, name)?;
                let policy = current.in_force(tx.conn)?;
                if let Some(room) = held.filter(|room| room.open) {
                    refit(tx, &policy.policy, &room)?;
                }
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
        // Whose they were may sit there under another's id.
        self.wanted.notify_one();
        let mut ids: Vec<String> = ended.iter().map(|ticket| ticket.id.to_string()).collect();
        if ids.len() > FEW {
            match self.janus.participants(&room.name, secret).await {
                Ok(present) => {
                    let present: HashSet<String> = present.into_iter().map(|one| one.id).collect();
                    ids.retain(|id| present.contains(id));
                }
                // Then each is put out unasked.
                Err(JanusError::TooLong) => {}
                Err(error) => return Err(error.into()),
            }
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
    pub(super) async fn look(&self, lease: &Lease) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        let expired = self.expire(lease.clone(), &rooms).await;
        let due = rooms.iter().filter(|room| room.open && self.ours().contains(&room.row));
        let look = async |room| match self.look_into(lease, room).await {
            Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
            done => done,
        };
        several(due.map(|room| look(room).boxed()).collect()).await?;
        expired
    }

    /// Puts out who is in a room and should not be.
    async fn look_into(&self, lease: &Lease, room: &Room) -> Result<(), Halt> {
        let secret = room.secret(&self.enforcer.vault)?;
        let secret = secret.expose_secret();
        let present = match self.janus.participants(&room.name, secret).await {
            // Names of megabytes. Whoever has one is sought out among the connections, where each is asked for by
            // itself; nobody else is hurt.
            Err(JanusError::TooLong) => {
                tracing::warn!(server = %self.server.id, room = room.row.0, "the participants of a room are too long to be read");
                self.wanted.notify_one();
                return Ok(());
            }
            present => present?,
        };
        if present.is_empty() {
            return Ok(());
        }
        // Read after: whoever came in by a ticket that was good then is known now.
        let good = self.good(room).await?;
        let by_id: HashMap<String, TicketId> = good.iter().map(|ticket| (ticket.id.to_string(), ticket.id)).collect();
        let good: HashMap<String, _> = good.iter().map(|ticket| (ticket.id.to_string(), ticket.part)).collect();
        let present: Vec<Present<'_>> = present
            .iter()
            .map(|one| Present {
                id: &one.id,
                display: &one.display,
                muted: one.muted,
            })
            .collect();
        let order = rules::order(&present, &good);
        let mut spoke = Vec::new();
        for id in &order.mute {
            self.janus.mute(&room.name, secret, id).await?;
            spoke.extend(by_id.get(*id).copied());
        }
        if !spoke.is_empty() {
            // What follows where it was not the first time comes by the feed.
            self.heard(lease.clone(), spoke).await?;
        }
        if !order.out.is_empty() {
            counter!(ROOM_INTRUDERS_TOTAL).increment(order.out.len() as u64);
            tracing::warn!(
                server = %self.server.id, room = room.row.0, count = order.out.len(),
                "participants are put out whose ids are no good ticket's, or whose names are too long"
            );
            // Some are not moved by that: their connections are sought out.
            self.wanted.notify_one();
            self.kick(room, secret, &order.out).await?;
        }
        Ok(())
    }

    /// Writes down that listeners were heard.
    async fn heard(&self, lease: Lease, tickets: Vec<TicketId>) -> Result<(), Halt> {
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            let held = lease.holds(tx)?;
            if held {
                heard(tx, &tickets)?;
            }
            Ok::<_, StoreError>(held)
        });
        if written.await?.value { Ok(()) } else { Err(Halt::Lost) }
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
        let (mut ids, mut first) = (Vec::new(), Ok(()));
        for room in rooms {
            let of_room: Vec<Ticket> = overdue
                .iter()
                .filter(|ticket| ticket.room == room.row)
                .cloned()
                .collect();
            // A closed room is not on the server at all.
            let done = match room.open && !of_room.is_empty() {
                true => match self.unseat(room, &of_room).await {
                    // The list is compared until it agrees, and the ticket is good no more.
                    Err(halt) if halt.is_of_a_room() => self.fails(&lease, room, &halt).await,
                    done => done,
                },
                false => Ok(()),
            };
            match done {
                Ok(()) => ids.extend(of_room.iter().map(|ticket| ticket.id)),
                Err(halt) => first = first.and(Err(halt)),
            }
        }
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            let held = lease.holds(tx)?;
            if held {
                records::end(tx.conn, &ids, tx.now)?;
            }
            Ok::<_, StoreError>(held)
        });
        if written.await?.value { first } else { Err(Halt::Lost) }
    }
}
