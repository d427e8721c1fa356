//! Everybody's role, standing and assurance, in memory: what each request is judged by. And what
//! they are called outside: what answers about many people are full of.

mod seats;

use std::{
    io,
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use super::{Handle, Name, marks::Marks, records};
use crate::platform::{
    ledger::{Copied, Entry, Event, In, Kept, Projection, Restore, events},
    store::{Conn, StoreError},
    terms::{Assurance, Id, PersonRow, Role, Standing, kinds},
};
use seats::Seats;

/// What is known of one member without asking the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberSnapshot {
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// Their role.
    pub role: Role,
    /// Where they stand.
    pub standing: Standing,
    /// How surely we know who they are.
    pub assurance: Assurance,
}

impl MemberSnapshot {
    /// The role in which they may act now: whoever is under a sanction acts as a member alone.
    pub const fn acting_role(&self) -> Role {
        match self.role {
            Role::Owner | Role::Admin | Role::Auditor | Role::Reviewer if !self.standing.is_good() => Role::Member,
            role => role,
        }
    }
}

/// Everybody: where they stand, and what they are called.
#[derive(Default)]
pub struct Roster {
    seats: RwLock<Seats>,
    marks: Marks,
}

impl Roster {
    /// The member's seat, or none. They stand by their mark where that is graver.
    pub fn snapshot(&self, row: PersonRow) -> Option<MemberSnapshot> {
        let mut snapshot = self.read().snapshot(row)?;
        if let Some(marked) = self.marks.of(row) {
            snapshot.standing = snapshot.standing.max(marked);
        }
        Some(snapshot)
    }

    /// The last row that a member has; 0 where there is none.
    pub fn last_row(&self) -> PersonRow {
        self.read().last()
    }

    /// The row of the member with this public id, or none.
    pub fn row(&self, id: Id<kinds::Person>) -> Option<PersonRow> {
        self.read().row(id)
    }

    /// What these members are called, in the same order; none for unknown rows. Nothing but looking is
    /// done here, so that far memory is fetched for many of them at a time.
    pub fn names(&self, rows: impl IntoIterator<Item = PersonRow>) -> Vec<Option<Name>> {
        let seats = self.read();
        let name = |row| {
            let id = seats.snapshot(row)?.id;
            Some(Name {
                id,
                handle: seats.handle(row),
            })
        };
        rows.into_iter().map(name).collect()
    }

    /// The seats of these members as they are kept, without marks, in the same order; none for unknown rows.
    pub fn snapshots(&self, rows: impl IntoIterator<Item = PersonRow>) -> Vec<Option<MemberSnapshot>> {
        let seats = self.read();
        rows.into_iter().map(|row| seats.snapshot(row)).collect()
    }

    /// What these members are called, each with their seat as it is kept, without marks.
    pub fn seats(&self, rows: impl IntoIterator<Item = PersonRow>) -> Vec<Option<(MemberSnapshot, Option<Handle>)>> {
        let seats = self.read();
        rows.into_iter()
            .map(|row| Some((seats.snapshot(row)?, seats.handle(row))))
            .collect()
    }

    fn read(&self) -> RwLockReadGuard<'_, Seats> {
        self.seats.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Seats> {
        self.seats.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many rows are read at once.
const PAGE: i64 = 10_000;

impl Kept for Roster {
    fn name(&self) -> &'static str {
        "roster"
    }

    fn copy(&self) -> Copied {
        let copy = self.read().copy();
        Box::new(move |to| copy.write(to))
    }

    fn read(&self, from: &mut In<'_>) -> io::Result<Restore<'_>> {
        let seats = Seats::read(from)?;
        Ok(Box::new(move |conn| {
            // Marks are few, and say what the store says now.
            self.marks.load(conn)?;
            *self.write() = seats;
            Ok(())
        }))
    }
}

impl Projection for Roster {
    fn kept(&self) -> Option<&dyn Kept> {
        Some(self)
    }

    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        self.marks.load(conn)?;
        let (mut seats, mut last) = (Seats::default(), PersonRow(0));
        loop {
            let page = records::seats(conn, last, PAGE)?;
            let Some(&(row, ..)) = page.last() else { break };
            last = row;
            for (row, snapshot, handle) in page {
                seats.put(row, &snapshot, handle.as_deref().and_then(Handle::new));
            }
        }
        *self.write() = seats;
        Ok(())
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::PersonFounded(events::PersonFounded {
                person,
                id,
                role,
                assurance,
            }) => {
                let snapshot = MemberSnapshot {
                    id: *id,
                    role: *role,
                    standing: Standing::Active,
                    assurance: *assurance,
                };
                self.arrive(conn, *person, snapshot)?;
            }
            Event::MemberAdmitted(events::MemberAdmitted {
                person, id, assurance, ..
            }) => {
                let snapshot = MemberSnapshot {
                    id: *id,
                    role: Role::Member,
                    standing: Standing::Active,
                    assurance: *assurance,
                };
                self.arrive(conn, *person, snapshot)?;
            }
            Event::PersonLeft(events::PersonLeft { person, .. }) => self.write().leave(*person),
            Event::RoleChanged(events::RoleChanged { person, after, .. }) => {
                self.amend(*person, |snapshot| snapshot.role = *after)
            }
            // Read anew: the ledger would keep it for ever.
            Event::HandleChanged(events::HandleChanged { person }) => {
                let handle = records::names(conn, &[*person])?
                    .remove(person)
                    .and_then(|name| name.handle);
                self.write().rename(*person, handle);
            }
            Event::PersonBanned(events::PersonBanned { person, .. }) => {
                self.amend(*person, |snapshot| snapshot.standing = Standing::Banned)
            }
            Event::AssuranceLowered(events::AssuranceLowered { person, after, .. }) => {
                self.amend(*person, |snapshot| snapshot.assurance = *after)
            }
            Event::BanLifted(events::BanLifted { person, standing, .. }) => self.amend(*person, |snapshot| {
                snapshot.standing = standing.unwrap_or(Standing::Active)
            }),
            Event::PersonSanctioned(events::PersonSanctioned { person, standing, .. })
            | Event::SanctionLifted(events::SanctionLifted { person, standing, .. }) => {
                self.amend(*person, |snapshot| snapshot.standing = *standing)
            }
            _ => {}
        }
        // Their own standing first: whoever asks in between finds one of the two.
        self.marks.apply(conn, entry)
    }
}

impl Roster {
    /// Somebody whom the load has seen already keeps what has become of them since. The handle is in
    /// the store alone: the ledger would keep it for ever.
    fn arrive(&self, conn: &mut Conn, row: PersonRow, snapshot: MemberSnapshot) -> Result<(), StoreError> {
        if self.snapshot(row).is_none() {
            let handle = records::names(conn, &[row])?.remove(&row).and_then(|name| name.handle);
            self.write().put(row, &snapshot, handle);
        }
        Ok(())
    }

    fn amend(&self, row: PersonRow, amend: impl FnOnce(&mut MemberSnapshot)) {
        self.write().amend(row, amend);
    }
}
