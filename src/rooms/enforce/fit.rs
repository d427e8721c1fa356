//! The seats of rooms, fitted to whom each is for, and who is heard there.

use std::{collections::HashMap, sync::Arc, time::Duration};

use super::{
    super::{
        Held, RoomName, admission,
        commands::{fit, refit},
        records,
    },
    work::{Halt, News, Work},
};
use crate::platform::{
    ledger::{Actor, Lease},
    store::StoreError,
    terms::{PersonRow, RoomRow},
};

/// How long ago mutes may have ended without anybody having looked.
const UNKNOWN: Duration = Duration::from_secs(60 * 60);

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

    /// Lets those speak again whose mute is over, and who are there.
    pub(super) async fn lift_mutes(&self, lease: Lease, rooms: &[Held]) -> Result<(), Halt> {
        let now = self.enforcer.ledger.now();
        let since = self.mutes_lifted().unwrap_or_else(|| now.before(UNKNOWN));
        let found = self.enforcer.ledger.store();
        let over = found.read(move |conn| Ok::<_, StoreError>(records::mutes_over(conn, since, now)?));
        let mut by_room: HashMap<RoomRow, Vec<PersonRow>> = HashMap::new();
        for (room, person) in over.await? {
            by_room.entry(room).or_default().push(person);
        }
        let concerned = rooms.iter().filter(|room| room.open);
        let mut concerned: Vec<(RoomName, Vec<PersonRow>)> = concerned
            .filter_map(|room| Some((room.name.clone(), by_room.remove(&room.row)?)))
            .collect();
        if !concerned.is_empty() {
            concerned.sort_unstable_by(|one, other| one.0.cmp(&other.0));
            let (current, vault) = (Arc::clone(&self.enforcer.policy), self.enforcer.vault.clone());
            let written = self.enforcer.ledger.write(Actor::System, move |tx| {
                if !lease.holds(tx)? {
                    return Ok(false);
                }
                for (name, people) in &concerned {
                    let held = records::lock_room(tx.conn, name)?;
                    let policy = current.in_force(tx.conn)?;
                    if let Some(room) = held.filter(|room| room.open) {
                        fit(tx, &vault, &policy.policy, &room, Some(people))?;
                    }
                }
                Ok::<_, StoreError>(true)
            });
            if !written.await?.value {
                return Err(Halt::Lost);
            }
        }
        self.set_mutes_lifted(now);
        Ok(())
    }
}
