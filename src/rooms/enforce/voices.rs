//! Who is heard in a room: told to its server at once where that changed, and where a look finds it otherwise.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt, TryFutureExt, stream};

use super::{
    super::{
        Held, ParticipantRole, records,
        rules::Order,
        servers::{Call, Capability, ServedRoom, ServerError},
    },
    work::{Halt, News, Work},
};
use crate::platform::{
    ledger::Lease,
    store::StoreError,
    terms::{RoomRow, TicketId},
};

/// For how long voices are changed in one turn: evictions wait behind it.
const VOICES: Duration = Duration::from_millis(100);
/// How many calls a server has from us at once.
const AT_ONCE: usize = 8;
/// Of how many it is remembered that they were just told to be silent.
const MOST: usize = 100_000;

/// Whose voice was taken by us, and may be heard on the server until it is told: that is not held against them.
#[derive(Default)]
pub(super) struct Excused {
    tickets: HashSet<TicketId>,
    /// The rooms that were looked through since. What was told to the others before is not known.
    looked: HashSet<RoomRow>,
}

impl Excused {
    /// These may only listen from now on.
    pub(super) fn silence(&mut self, tickets: impl IntoIterator<Item = TicketId>) {
        self.tickets.extend(tickets);
        if self.tickets.len() > MOST {
            self.forget();
        }
    }

    /// Events were passed by: nothing is held against anybody until each room was looked through.
    pub(super) fn forget(&mut self) {
        *self = Self::default();
    }

    fn excuses(&self, room: RoomRow, ticket: TicketId) -> bool {
        !self.looked.contains(&room) || self.tickets.contains(&ticket)
    }

    /// A room was looked through: whoever of these may only listen is silent by now.
    pub(super) fn settle<'t>(&mut self, room: RoomRow, tickets: impl Iterator<Item = &'t TicketId>) {
        self.looked.insert(room);
        for ticket in tickets {
            self.tickets.remove(ticket);
        }
    }
}

/// Does as many of these as there is time for, [`AT_ONCE`] at a time; what came of each. The next look finds the rest.
async fn in_turn<T>(works: Vec<Call<'_, T>>, until: Instant) -> Vec<Result<T, ServerError>> {
    let mut due = Vec::with_capacity(works.len());
    for work in works {
        due.push(async move {
            match Instant::now() < until {
                true => Some(work.await),
                false => None,
            }
        });
    }
    let done: Vec<_> = stream::iter(due).buffer_unordered(AT_ONCE).collect().await;
    done.into_iter().flatten().collect()
}

impl Work {
    /// Lets those be heard on the server who may speak now, and nobody else. Whoever is not there yet comes with a ticket
    /// that says so, and what fails here is found when the room is looked through.
    pub(super) async fn voices(&self, rooms: &[Held], news: &News) -> Result<(), Halt> {
        if !self.server.can(Capability::Muting) {
            return Ok(());
        }
        let until = Instant::now() + VOICES;
        for room in rooms.iter().filter(|room| room.open) {
            let Some(ids) = news.changed.get(&room.row) else {
                continue;
            };
            let (held, ids, now) = (
                room.clone(),
                ids.iter().copied().collect::<Vec<TicketId>>(),
                self.enforcer.ledger.now(),
            );
            let found = self.enforcer.ledger.store();
            let found = found.read(move |conn| Ok::<_, StoreError>(records::tickets_of(conn, &held, &ids)?));
            let good: Vec<_> = found.await?.into_iter().filter(|ticket| ticket.is_good(now)).collect();
            let silent = good.iter().filter(|ticket| ticket.part != ParticipantRole::Speaker);
            self.excused().silence(silent.map(|ticket| ticket.id));
            if room.failure.is_some() || Instant::now() >= until {
                continue;
            }
            let (peer, served) = (&self.server.peer, &self.served(room)?);
            let mut calls: Vec<Call<'_, TicketId>> = Vec::new();
            for ticket in &good {
                let (ticket, part, id) = (ticket.id, ticket.part, peer.participant(ticket.id));
                let call = async move {
                    match part {
                        ParticipantRole::Speaker => peer.let_speak(served, &id).await,
                        ParticipantRole::Listener | ParticipantRole::Hidden => peer.mute(served, &id).await,
                    }
                };
                calls.push(call.map_ok(move |()| ticket).boxed());
            }
            for done in in_turn(calls, until).await {
                match done {
                    Ok(ticket) => {
                        self.excused().tickets.remove(&ticket);
                    }
                    Err(error) if error.is_silence() => return Err(error.into()),
                    Err(error) => {
                        tracing::debug!(server = %self.server.id, room = room.row.0, %error, "a voice is not changed at once");
                    }
                }
            }
        }
        Ok(())
    }

    /// Mutes whoever is heard in a room and may not speak, and lets be heard whoever may. `tickets` are those that are good
    /// there, by the participant's id.
    pub(super) async fn fit_voices(
        &self,
        lease: &Lease,
        (room, served): (RoomRow, &ServedRoom),
        order: &Order<'_>,
        tickets: &HashMap<String, TicketId>,
    ) -> Result<(), Halt> {
        let (peer, until) = (&self.server.peer, Instant::now() + VOICES);
        let mut calls: Vec<Call<'_, Option<TicketId>>> = Vec::new();
        for id in &order.mute {
            let ticket = tickets.get(*id).copied();
            calls.push(peer.mute(served, id).map_ok(move |()| ticket).boxed());
        }
        for id in &order.hush {
            calls.push(peer.mute(served, id).map_ok(|()| None).boxed());
        }
        for id in &order.lift {
            calls.push(peer.let_speak(served, id).map_ok(|()| None).boxed());
        }
        let wanted = calls.len();
        let (done, failed): (Vec<_>, Vec<_>) = in_turn(calls, until).await.into_iter().partition(Result::is_ok);
        let muted: Vec<TicketId> = done.iter().flatten().copied().flatten().collect();
        let spoke: Vec<TicketId> = {
            let mut excused = self.excused();
            let spoke = muted.iter().filter(|ticket| !excused.excuses(room, **ticket));
            let spoke = spoke.copied().collect();
            match done.len() == wanted {
                true => excused.settle(room, tickets.values()),
                // The rest may be heard until the next look.
                false => muted.iter().for_each(|ticket| {
                    excused.tickets.remove(ticket);
                }),
            }
            spoke
        };
        if !spoke.is_empty() {
            // What follows where it was not the first time comes by the feed.
            self.heard(lease.clone(), spoke).await?;
        }
        match failed.into_iter().find_map(Result::err) {
            Some(error) => Err(error.into()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_a_moment_ago_is_held_against_nobody() {
        let ticket: TicketId = "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap();
        let (room, mut excused) = (RoomRow(1), Excused::default());
        assert!(excused.excuses(room, ticket), "nothing is known of the room yet");
        excused.settle(room, std::iter::empty());
        assert!(!excused.excuses(room, ticket));
        excused.silence([ticket]);
        assert!(excused.excuses(room, ticket));
        excused.settle(room, [ticket].iter());
        assert!(!excused.excuses(room, ticket));
        excused.forget();
        assert!(excused.excuses(room, ticket));
    }
}
