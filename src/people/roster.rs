//! Everybody's role, standing and assurance, in memory: what each request is judged by.

use std::sync::{PoisonError, RwLock};

use super::records;
use crate::{
    ledger::{Entry, Event, Projection},
    store::{Conn, StoreError},
    terms::{Assurance, Id, PersonRow, Role, Standing, kinds},
};

/// What is known of one member without asking the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seat {
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// Their role.
    pub role: Role,
    /// Where they stand.
    pub standing: Standing,
    /// How surely we know who they are.
    pub assurance: Assurance,
}

/// Everybody, by row. Rows are dense, so a vector it is; a row that no member has is empty.
#[derive(Default)]
pub struct Roster {
    seats: RwLock<Vec<Option<Seat>>>,
}

impl Roster {
    /// The member's seat, or none.
    pub fn seat(&self, row: PersonRow) -> Option<Seat> {
        let seats = self.seats.read().unwrap_or_else(PoisonError::into_inner);
        usize::try_from(row.0)
            .ok()
            .and_then(|index| seats.get(index).copied().flatten())
    }

    /// The public ids of these members, in the same order; unknown rows are left out.
    pub fn ids(&self, rows: &[PersonRow]) -> Vec<(PersonRow, Id<kinds::Person>)> {
        rows.iter()
            .filter_map(|&row| self.seat(row).map(|seat| (row, seat.id)))
            .collect()
    }
}

impl Roster {
    fn change(&self, row: PersonRow, change: impl FnOnce(&mut Option<Seat>)) {
        let Ok(index) = usize::try_from(row.0) else { return };
        let mut seats = self.seats.write().unwrap_or_else(PoisonError::into_inner);
        if seats.len() <= index {
            seats.resize(index + 1, None);
        }
        change(&mut seats[index]);
    }
}

/// How many rows are read at once.
const PAGE: i64 = 10_000;

impl Projection for Roster {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut last = PersonRow(0);
        loop {
            let page = records::seats(conn, last, PAGE)?;
            let Some(&(row, ..)) = page.last() else { return Ok(()) };
            last = row;
            for (row, seat) in page {
                self.change(row, |known| *known = Some(seat));
            }
        }
    }

    fn apply(&self, _: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::PersonFounded {
                person,
                id,
                role,
                assurance,
            } => {
                self.arrive(
                    *person,
                    Seat {
                        id: *id,
                        role: *role,
                        standing: Standing::Active,
                        assurance: *assurance,
                    },
                );
            }
            Event::MemberAdmitted {
                person, id, assurance, ..
            } => {
                self.arrive(
                    *person,
                    Seat {
                        id: *id,
                        role: Role::Member,
                        standing: Standing::Active,
                        assurance: *assurance,
                    },
                );
            }
            Event::RoleChanged { person, after, .. } => self.amend(*person, |seat| seat.role = *after),
            Event::PersonBanned { person, .. } => self.amend(*person, |seat| seat.standing = Standing::Banned),
            Event::AssuranceLowered { person, after, .. } => self.amend(*person, |seat| seat.assurance = *after),
            Event::BanLifted { person, .. } => self.amend(*person, |seat| seat.standing = Standing::Active),
            _ => {}
        }
        Ok(())
    }
}

impl Roster {
    /// Somebody whom the load has seen already keeps what has become of them since.
    fn arrive(&self, row: PersonRow, seat: Seat) {
        self.change(row, |known| {
            known.get_or_insert(seat);
        });
    }

    fn amend(&self, row: PersonRow, amend: impl FnOnce(&mut Seat)) {
        self.change(row, |seat| {
            if let Some(seat) = seat {
                amend(seat);
            }
        });
    }
}
