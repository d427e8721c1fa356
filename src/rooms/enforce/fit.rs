//! The seats of rooms, fitted to whom each is for, and who is heard there.

use std::sync::Arc;

use futures_util::FutureExt;

use super::{
    super::{
        Held, ParticipantRole, RoomName, admission,
        commands::{fit, refit},
        records,
        servers::{Call, Capability},
    },
    room::in_turn,
    work::{Halt, News, Work},
};
use crate::platform::{
    ledger::{Actor, Lease},
    store::StoreError,
    terms::TicketId,
};

impl Work {
    /// The open rooms with seats that the policy does not allow.
    pub(super) async fn unfit(&self, rooms: &[Held]) -> Result<Vec<Held>, StoreError> {
        let current = Arc::clone(&self.enforcer.policy);
        let mut open: Vec<Held> = rooms.iter().filter(|room| room.open).cloned().collect();
        let found = self.enforcer.ledger.store().read(move |conn| {
            let policy = current.in_force(conn)?;
            let mut unfit = Vec::new();
            for room in open.drain(..) {
                let (enter, speak) = admission::demands(&policy.policy, &room);
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
    pub(super) async fn refit(&self, lease: Lease, rooms: &[Held]) -> Result<(), Halt> {
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
                let held = records::lock_room(tx.conn, name)?;
                let policy = current.in_force(tx.conn)?;
                if let Some(room) = held.filter(|room| room.open) {
                    refit(tx, &policy.policy, &room)?;
                }
            }
            Ok::<_, StoreError>(true)
        });
        if written.await?.value { Ok(()) } else { Err(Halt::Lost) }
    }

    /// Fits the seats to roles and branches that changed, in the rooms that ask for these.
    pub(super) async fn fit(&self, lease: Lease, rooms: &[Held], news: &News) -> Result<(), Halt> {
        if !news.moved && news.roles.is_empty() {
            return Ok(());
        }
        let mut names: Vec<RoomName> = rooms
            .iter()
            .filter(|room| room.open && room.who.asks_of_roles_or_branches())
            .map(|room| room.name.clone())
            .collect();
        if names.is_empty() {
            return Ok(());
        }
        names.sort_unstable();
        let (current, vault) = (Arc::clone(&self.enforcer.policy), self.enforcer.vault.clone());
        let (moved, roles) = (news.moved, news.roles.clone());
        let written = self.enforcer.ledger.write(Actor::System, move |tx| {
            if !lease.holds(tx)? {
                return Ok(false);
            }
            for name in &names {
                let held = records::lock_room(tx.conn, name)?;
                let policy = current.in_force(tx.conn)?;
                if let Some(room) = held.filter(|room| room.open) {
                    fit(tx, &vault, &policy.policy, &room, (!moved).then_some(roles.as_slice()))?;
                }
            }
            Ok::<_, StoreError>(true)
        });
        if written.await?.value { Ok(()) } else { Err(Halt::Lost) }
    }

    /// Lets those be heard on the server who may speak now, and nobody else. Whoever is not there yet comes with a ticket
    /// that says so, and what fails here is found when the room is looked through.
    pub(super) async fn voices(&self, rooms: &[Held], news: &News) -> Result<(), Halt> {
        if !self.server.can(Capability::Muting) {
            return Ok(());
        }
        for room in rooms.iter().filter(|room| room.open && room.failure.is_none()) {
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
            let served = self.served(room)?;
            let (peer, served) = (&self.server.peer, &served);
            let good = found.await?;
            let mut calls: Vec<Call<'_, ()>> = Vec::new();
            for ticket in good.iter().filter(|ticket| ticket.is_good(now)) {
                let (id, part) = (peer.participant(ticket.id), ticket.part);
                let call = async move {
                    match part {
                        ParticipantRole::Speaker => peer.let_speak(served, &id).await,
                        ParticipantRole::Listener | ParticipantRole::Hidden => peer.mute(served, &id).await,
                    }
                };
                calls.push(call.boxed());
            }
            for error in in_turn(calls).await.into_iter().filter_map(Result::err) {
                tracing::debug!(server = %self.server.id, room = room.row.0, %error, "a voice is not changed at once");
            }
        }
        Ok(())
    }
}
