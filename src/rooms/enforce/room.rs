//! What is done on a room server: its rooms, their lists, and who is in them.

use std::collections::{HashMap, HashSet};

use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use metrics::counter;

use super::{
    super::{
        Grant, Held, Ticket,
        commands::heard,
        records,
        rules::{self, Present},
        servers::{Call, Capability, ServedRoom, ServerError, Trouble},
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

/// Does all of these, [`AT_ONCE`] at a time. What fails keeps nothing else from being done; then the first
/// failure is told.
async fn several(works: Vec<BoxFuture<'_, Result<(), Halt>>>) -> Result<(), Halt> {
    let done: Vec<_> = stream::iter(works).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().collect()
}

impl Work {
    pub(super) fn now(&self) -> Timestamp {
        self.enforcer.ledger.now()
    }

    pub(super) async fn rooms(&self) -> Result<Vec<Held>, StoreError> {
        let row = self.server.row;
        let rooms = self.enforcer.ledger.store();
        rooms.read(move |conn| Ok(records::rooms_of(conn, row)?)).await
    }

    /// The rooms; those that the server rejects, as their rows say, are remembered.
    async fn rooms_as_noted(&self) -> Result<Vec<Held>, StoreError> {
        let rooms = self.rooms().await?;
        let failing = rooms.iter().filter(|room| room.failure.is_some());
        self.set_failing(failing.map(|room| room.row).collect());
        Ok(rooms)
    }

    pub(super) async fn good(&self, room: &Held) -> Result<Vec<Ticket>, StoreError> {
        let (room, now) = (room.clone(), self.now());
        let found = self.enforcer.ledger.store();
        found.read(move |conn| Ok(records::good(conn, &room, now)?)).await
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
            self.server.peer.check().await?;
            return Ok(());
        }
        let due = rooms.iter().filter(|room| room.open || !room.cleared);
        several(due.map(|room| self.agree_on(lease, room).boxed()).collect()).await
    }

    /// Brings one room into agreement. What concerns this room alone is written at the room, and the others go on.
    async fn agree_on(&self, lease: &Lease, room: &Held) -> Result<(), Halt> {
        match self.settle(lease, room).await {
            Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
            // Without a list there, a ticket of the closed room opens it until it expires, or longer.
            Ok(()) if !room.open && !self.is_opened_still(room).await? => self.note(lease, room, None, true).await,
            Ok(()) if room.failure.is_some() => {
                tracing::info!(server = %self.server.id, room = room.row.0, "a room is as it should be again");
                self.note(lease, room, None, false).await
            }
            done => done,
        }
    }

    /// Writes why the server rejects this room.
    async fn fails(&self, lease: &Lease, room: &Held, error: &Halt) -> Result<(), Halt> {
        let why = error.to_string();
        if matches!(error, Halt::Server(error) if error.trouble == Trouble::NotOurs) {
            self.ours().remove(&room.row);
        }
        if room.failure.as_ref() == Some(&why) {
            return Ok(());
        }
        tracing::warn!(server = %self.server.id, room = room.row.0, why, "a room is not as it should be");
        self.note(lease, room, Some(why), false).await
    }

    /// Writes whether the server accepts a room, before the cursor passes what was to be done there.
    async fn note(&self, lease: &Lease, room: &Held, failure: Option<String>, cleared: bool) -> Result<(), Halt> {
        let (lease, row, name, server) = (lease.clone(), room.row, room.name.clone(), self.server.row);
        let fails = failure.is_some();
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            let held = lease.holds(tx)?;
            match held {
                true if cleared => {
                    // Held, so that nobody opens it or puts it back meanwhile.
                    records::lock_room(tx.conn, &name)?;
                    if records::room_on(tx.conn, &name, server)?.is_some_and(|room| !room.open) {
                        records::clear(tx.conn, row, server, tx.now)?;
                    }
                }
                true => records::set_failure(tx.conn, row, server, failure.as_deref())?,
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

    /// The tickets that have ended and still open the room; none where the server keeps a list.
    async fn void(&self, room: &Held, limit: i64) -> Result<Vec<Ticket>, StoreError> {
        if self.server.can(Capability::List) {
            return Ok(Vec::new());
        }
        let (room, now) = (room.clone(), self.now());
        let found = self.enforcer.ledger.store();
        found
            .read(move |conn| Ok(records::void(conn, &room, now, limit)?))
            .await
    }

    /// Whether somebody may have what opens a room after it was closed.
    async fn is_opened_still(&self, room: &Held) -> Result<bool, StoreError> {
        if self.server.can(Capability::List) {
            return Ok(false);
        }
        let (held, since) = (room.clone(), self.now().before(self.server.kind.lingers()));
        let found = self.enforcer.ledger.store().read(move |conn| {
            let some = !records::void(conn, &held, since, 1)?.is_empty();
            Ok::<_, StoreError>((some, records::had_tickets(conn, &held)?))
        });
        let (void, ever) = found.await?;
        Ok(void || ever && !self.is_long_empty(room.row))
    }

    pub(super) fn served(&self, room: &Held) -> Result<ServedRoom, StoreError> {
        room.served(&self.enforcer.vault)
    }

    fn grants(&self, tickets: &[Ticket]) -> Result<Vec<Grant>, StoreError> {
        tickets
            .iter()
            .map(|ticket| ticket.grant(&self.enforcer.vault))
            .collect()
    }

    /// The room itself, its list, and who is in it.
    async fn settle(&self, lease: &Lease, room: &Held) -> Result<(), Halt> {
        let served = self.served(room)?;
        if !room.open {
            self.server.peer.close(&served).await?;
            self.ours().remove(&room.row);
            return match self.is_watched_closed(room) {
                true => self.look_into(lease, room).await,
                false => self.keep_out(room, &served).await,
            };
        }
        if self.server.peer.prepare(&served).await? {
            tracing::info!(server = %self.server.id, room = room.row.0, "a room was made on its server");
        }
        if self.server.can(Capability::List) {
            // Read before the list: whatever is added after is added by us, behind this.
            let good = self.grants(&self.good(room).await?)?;
            self.server.peer.set_list(&served, &good).await?;
        }
        self.ours().insert(room.row);
        if self.server.can(Capability::Observation) {
            self.look_into(lease, room).await?;
        } else {
            self.keep_out(room, &served).await?;
        }
        if self.stays().contains(&room.row) {
            return Err(self.stays_put().into());
        }
        Ok(())
    }

    /// Whether those who come into a room that is closed are seen, and are to be put out.
    fn is_watched_closed(&self, room: &Held) -> bool {
        !room.open && !room.cleared && !self.server.can(Capability::List) && self.server.can(Capability::Observation)
    }

    /// Puts everybody out whose ticket has ended and who may have come back by it, since the server keeps no list.
    async fn keep_out(&self, room: &Held, served: &ServedRoom) -> Result<(), Halt> {
        if !self.server.can(Capability::Removal) {
            return Ok(());
        }
        let void = self.grants(&self.void(room, BATCH).await?)?;
        self.in_batches(&void, |grants| self.server.peer.evict(served, grants))
            .await
    }

    /// Tells the server of these tickets: of all by one call where it takes many, else of each by itself.
    async fn in_batches<'g>(
        &self,
        grants: &'g [Grant],
        call: impl Fn(&'g [Grant]) -> Call<'g, ()>,
    ) -> Result<(), Halt> {
        let size = match self.server.can(Capability::Bulk) {
            true => grants.len().max(1),
            false => 1,
        };
        let calls = grants.chunks(size).map(|some| {
            let done = call(some);
            async move { Ok(done.await?) }.boxed()
        });
        several(calls.collect()).await
    }

    /// Does what the feed says.
    pub(super) async fn act(&self, lease: &Lease, news: News) -> Result<(), Halt> {
        let rooms = self.rooms_as_noted().await?;
        if news.policy {
            self.refit(lease.clone(), &rooms).await?;
        }
        self.fit(lease.clone(), &rooms, &news).await?;
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
                    Err(Halt::Server(error)) if error.trouble == Trouble::NoRoom => self.agree_on(lease, room).await,
                    Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
                    done => done,
                }
            };
            Some(seat.boxed())
        });
        several(concerned.collect()).await?;
        self.voices(&rooms, &news).await
    }

    /// Puts tickets on a room's list, or takes them off and their participants out, as they stand now.
    async fn seat(&self, room: &Held, ids: &HashSet<TicketId>) -> Result<(), Halt> {
        let (held, ids) = (room.clone(), ids.iter().copied().collect::<Vec<_>>());
        let tickets = self
            .enforcer
            .ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::tickets_of(conn, &held, &ids)?))
            .await?;
        let now = self.now();
        let (good, ended): (Vec<_>, Vec<_>) = tickets.into_iter().partition(|ticket| ticket.is_good(now));
        if !ended.is_empty() {
            self.unseat(room, &ended).await?;
            self.carried_out(&ended);
        }
        if self.server.can(Capability::List) {
            let served = self.served(room)?;
            let good = self.grants(&good)?;
            self.in_batches(&good, |grants| self.server.peer.admit(&served, grants))
                .await?;
        }
        Ok(())
    }

    /// Takes tickets off a room's list and puts their participants out.
    async fn unseat(&self, room: &Held, ended: &[Ticket]) -> Result<(), Halt> {
        if !self.server.can(Capability::List) && !self.server.can(Capability::Removal) {
            return Ok(());
        }
        let (served, grants) = (self.served(room)?, self.grants(ended)?);
        let done = self
            .in_batches(&grants, |grants| self.server.peer.evict(&served, grants))
            .await;
        // Whose they were may sit there under another's id.
        self.wanted.notify_one();
        done
    }

    /// Looks through those who are in the rooms, and clears away the tickets whose time is over.
    pub(super) async fn look(&self, lease: &Lease) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        let expired = self.expire(lease.clone(), &rooms).await;
        self.lift_mutes(lease.clone(), &rooms).await?;
        let observed = self.server.can(Capability::Observation);
        let due = rooms
            .iter()
            .filter(|room| observed && room.open && self.ours().contains(&room.row) || self.is_watched_closed(room));
        let look = async |room| match self.look_into(lease, room).await {
            Err(halt) if halt.is_of_a_room() => self.fails(lease, room, &halt).await,
            done => done,
        };
        several(due.map(|room| look(room).boxed()).collect()).await?;
        expired
    }

    /// Puts out who is in a room and should not be.
    async fn look_into(&self, lease: &Lease, room: &Held) -> Result<(), Halt> {
        let served = self.served(room)?;
        let present = match self.server.peer.observe(&served).await {
            // Names of megabytes. Whoever has one is sought out among the connections, where each is asked for by
            // itself; nobody else is hurt.
            Err(error) if error.trouble == Trouble::TooLong => {
                tracing::warn!(server = %self.server.id, room = room.row.0, "the participants of a room are too long to be read");
                self.wanted.notify_one();
                return Ok(());
            }
            present => present?,
        };
        if present.is_empty() {
            self.told_to_go().remove(&room.row);
            self.excused().settle(room.row, std::iter::empty());
            return Ok(());
        }
        self.has_somebody(room.row);
        // Read after: whoever came in by a ticket that was good then is known now.
        let good = match room.open {
            true => self.good(room).await?,
            false => Vec::new(),
        };
        let named = |ticket: &Ticket| self.server.peer.participant(ticket.id);
        let by_id: HashMap<String, TicketId> = good.iter().map(|ticket| (named(ticket), ticket.id)).collect();
        let good: HashMap<String, _> = good.iter().map(|ticket| (named(ticket), ticket.part)).collect();
        let seen: Vec<Present<'_>> = present
            .iter()
            .map(|one| Present {
                id: &one.id,
                display: &one.display,
                muted: one.muted,
                may_speak: one.may_speak,
            })
            .collect();
        let order = rules::order(&seen, &good);
        if !order.out.is_empty() && self.server.can(Capability::Removal) {
            counter!(ROOM_INTRUDERS_TOTAL).increment(order.out.len() as u64);
            tracing::warn!(
                server = %self.server.id, room = room.row.0, count = order.out.len(),
                "participants are put out whose ids are no good ticket's, or whose names are too long"
            );
            // Some are not moved by that: their connections are sought out.
            self.wanted.notify_one();
            let out: Vec<String> = order.out.iter().map(|id| (*id).to_owned()).collect();
            self.server.peer.remove(&served, &out).await?;
        }
        if self.server.can(Capability::Muting) {
            self.fit_voices(lease, (room.row, &served), &order, &by_id).await?;
        }
        if self.is_still_there(room.row, &present, &order.out) {
            return Err(self.stays_put().into());
        }
        Ok(())
    }

    /// The server shows somebody who, as it says, was put out.
    fn stays_put(&self) -> ServerError {
        let title = self.server.kind.title();
        let cause = format!("{title} says that it was done, but somebody who was put out is still there");
        ServerError::new(Trouble::Disagrees, cause)
    }

    /// Writes down that listeners were heard.
    pub(super) async fn heard(&self, lease: Lease, tickets: Vec<TicketId>) -> Result<(), Halt> {
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
    async fn expire(&self, lease: Lease, rooms: &[Held]) -> Result<(), Halt> {
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
