//! Everybody's seat, packed: some 43 bytes a person.
//!
//! | bytes | for |
//! |---|---|
//! | 16 | the public id |
//! | 4 + about 11 | where the handle stands among all handles, and its letters |
//! | 2 + 2 | role, standing, assurance; and nothing, so that all of these but the letters stand together |
//! | about 8 | the way back from an id to its row |
//!
//! What an answer about many people costs is far memory: a seat is one piece of it, the letters of a handle another.

use std::io;

use hashbrown::HashTable;
use uuid::Uuid;

use crate::{
    people::{Handle, MemberSnapshot},
    platform::{
        ledger::{Column, In, Out, plain},
        terms::{Assurance, Id, PersonRow, Role, Standing, kinds},
    },
};

/// So many tables share the way back, so that none of them stands still for long when it grows: at ten million people
/// each has 40 000.
const TABLES: usize = 256;

/// Everybody's seat by row. Rows are dense; a row that no member has is empty.
pub(super) struct Seats {
    seats: Column<Seat>,
    letters: Letters,
    rows: Vec<HashTable<u32>>,
}

/// Somebody's seat.
#[derive(Clone, Copy, Default)]
struct Seat {
    id: [u8; 16],
    /// See [`Letters`]; 0 stands for none.
    handle: u32,
    packed: Packed,
}

plain!(Packed { 0: u16 });
plain!(Seat {
    id: [u8; 16],
    handle: u32,
    packed: Packed
});

/// Role, standing and assurance in three bits each, and whether somebody is there.
#[derive(Clone, Copy, Default)]
struct Packed(u16);

const THERE: u16 = 1 << 15;

impl Packed {
    fn of(snapshot: &MemberSnapshot) -> Self {
        Self(THERE | snapshot.role as u16 | (snapshot.standing as u16) << 3 | (snapshot.assurance as u16) << 6)
    }

    /// None where nobody is there.
    fn read(self, id: [u8; 16]) -> Option<MemberSnapshot> {
        let word = |shift: u16| usize::from(self.0 >> shift & 7);
        if self.0 & THERE == 0 {
            return None;
        }
        Some(MemberSnapshot {
            id: Id::from_uuid(Uuid::from_bytes(id)),
            role: *Role::ALL.get(word(0))?,
            standing: *Standing::ALL.get(word(3))?,
            assurance: *Assurance::ALL.get(word(6))?,
        })
    }
}

// Each fits into three bits.
const _: () = assert!(Role::ALL.len() <= 8 && Standing::ALL.len() <= 8 && Assurance::ALL.len() <= 8);

impl Default for Seats {
    fn default() -> Self {
        Self {
            seats: Column::default(),
            letters: Letters::default(),
            rows: (0..TABLES).map(|_| HashTable::new()).collect(),
        }
    }
}

impl Seats {
    pub(super) fn snapshot(&self, row: PersonRow) -> Option<MemberSnapshot> {
        let seat = self.seats.get(index(row)?);
        seat.packed.read(seat.id)
    }

    /// The last row that somebody has, or one after it.
    pub(super) fn last(&self) -> PersonRow {
        PersonRow(i64::try_from(self.seats.end()).unwrap_or(i64::MAX))
    }

    pub(super) fn handle(&self, row: PersonRow) -> Option<Handle> {
        self.letters.read(self.seats.get(index(row)?).handle)
    }

    pub(super) fn row(&self, id: Id<kinds::Person>) -> Option<PersonRow> {
        let id = *id.as_bytes();
        let found = self.rows[table(&id)].find(hash(&id), |&row| self.seats.get(row as usize).id == id);
        found.map(|&row| PersonRow(i64::from(row)))
    }

    /// A copy that shares what it has with this one.
    pub(super) fn copy(&self) -> Snapshot {
        Snapshot {
            seats: self.seats.clone(),
            letters: self.letters.clone(),
        }
    }

    /// Reads what a copy wrote, and makes the way back from ids anew.
    pub(super) fn read(from: &mut In<'_>) -> io::Result<Self> {
        let end = u32::try_from(from.number()?).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
        let letters = Letters {
            bytes: Column::read(from)?,
            end,
        };
        let seats: Column<Seat> = Column::read(from)?;
        // Each way back is made at its full size, and by itself, so that it stays near while it is filled.
        let mut by_table: Vec<Vec<u32>> = vec![Vec::new(); TABLES];
        let there = seats.iter().filter(|(_, seat)| seat.packed.0 & THERE != 0);
        for (row, seat) in there {
            by_table[table(&seat.id)].push(row as u32);
        }
        let id = |row: u32| seats.get(row as usize).id;
        let fill = |rows: Vec<u32>| {
            let mut table = HashTable::with_capacity(rows.len());
            for row in rows {
                table.insert_unique(hash(&id(row)), row, |&row| hash(&id(row)));
            }
            table
        };
        let rows = by_table.into_iter().map(fill).collect();
        Ok(Self { seats, letters, rows })
    }

    /// Puts somebody there who was not. A row beyond 2³² − 1 is nobody's.
    pub(super) fn put(&mut self, row: PersonRow, snapshot: &MemberSnapshot, handle: Option<Handle>) {
        let Some(row) = index(row) else { return };
        let id = *snapshot.id.as_bytes();
        let seat = Seat {
            id,
            handle: handle.map_or(0, |handle| self.letters.add(&handle)),
            packed: Packed::of(snapshot),
        };
        self.seats.set(row, seat);
        let seats = &self.seats;
        self.rows[table(&id)].insert_unique(hash(&id), row as u32, |&row| hash(&seats.get(row as usize).id));
    }

    /// Notes that somebody has left. Of their handle no letter stays.
    pub(super) fn leave(&mut self, row: PersonRow) {
        self.amend(row, |snapshot| snapshot.standing = Standing::Left);
        if let Some(seat) = index(row).and_then(|row| self.seats.find_mut(row)) {
            self.letters.clear(seat.handle);
            seat.handle = 0;
        }
    }

    /// Changes somebody's seat; their id stays.
    pub(super) fn amend(&mut self, row: PersonRow, amend: impl FnOnce(&mut MemberSnapshot)) {
        if let (Some(mut snapshot), Some(row)) = (self.snapshot(row), index(row)) {
            amend(&mut snapshot);
            let packed = Packed::of(&snapshot);
            self.seats.set(
                row,
                Seat {
                    packed,
                    ..self.seats.get(row)
                },
            );
        }
    }
}

/// Everybody's seat as it was.
pub(super) struct Snapshot {
    seats: Column<Seat>,
    letters: Letters,
}

impl Snapshot {
    pub(super) fn write(self, to: &mut Out<'_>) -> io::Result<()> {
        to.number(u64::from(self.letters.end))?;
        self.letters.bytes.write(to)?;
        self.seats.write(to)
    }
}

impl Seats {
    /// Calls somebody otherwise. Of their former handle no letter stays.
    pub(super) fn rename(&mut self, row: PersonRow, handle: Option<Handle>) {
        if self.snapshot(row).is_none() {
            return;
        }
        if let Some(seat) = index(row).and_then(|row| self.seats.find_mut(row)) {
            self.letters.clear(seat.handle);
            seat.handle = handle.map_or(0, |handle| self.letters.add(&handle));
        }
    }
}

fn index(row: PersonRow) -> Option<usize> {
    u32::try_from(row.0).ok().and_then(|row| usize::try_from(row).ok())
}

// An id ends with 62 random bits of ours (RFC 9562 §5.7), which nobody chooses.
fn table(id: &[u8; 16]) -> usize {
    usize::from(id[15])
}

fn hash(id: &[u8; 16]) -> u64 {
    let [.., a, b, c, d, e, f, g, h] = *id;
    u64::from_be_bytes([h, g, f, e, d, c, b, a])
}

/// All handles, one behind the other: the length of each, and its letters.
#[derive(Clone, Default)]
struct Letters {
    bytes: Column<u8>,
    end: u32,
}

impl Letters {
    /// Adds a handle; where it stands, one more than its place, since 0 stands for none. None fits behind four gigabytes.
    fn add(&mut self, handle: &str) -> u32 {
        let (Ok(length), Ok(size)) = (u8::try_from(handle.len()), u32::try_from(handle.len())) else {
            return 0;
        };
        let Some(end) = self.end.checked_add(1 + size).filter(|&end| end < u32::MAX) else {
            return 0;
        };
        let start = self.end as usize;
        self.bytes.set(start, length);
        for (place, byte) in handle.bytes().enumerate() {
            self.bytes.set(start + 1 + place, byte);
        }
        self.end = end;
        start as u32 + 1
    }

    /// Wipes a handle; its place stays empty.
    fn clear(&mut self, place: u32) {
        let Some(start) = place.checked_sub(1).map(|start| start as usize) else {
            return;
        };
        for place in 1..=usize::from(self.bytes.get(start)) {
            self.bytes.set(start + place, 0);
        }
    }

    fn read(&self, place: u32) -> Option<Handle> {
        let start = place.checked_sub(1)? as usize;
        let length = usize::from(self.bytes.get(start));
        Handle::from_bytes((0..length).map(|place| self.bytes.get(start + 1 + place)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::{Rng as _, SeededRng, Timestamp};

    #[test]
    fn everybody_is_found_as_they_were_put() {
        let (mut seats, rng) = (Seats::default(), SeededRng::new(5));
        let mut put = Vec::new();
        for row in 1..=20_000 {
            let mut word = [0; 4];
            rng.fill(&mut word);
            let pick = |byte: u8, count: usize| usize::from(byte) % count;
            let snapshot = MemberSnapshot {
                id: Id::new(Timestamp::from_seconds(row), &rng),
                role: Role::ALL[pick(word[0], Role::ALL.len())],
                standing: Standing::ALL[pick(word[1], Standing::ALL.len())],
                assurance: Assurance::ALL[pick(word[2], Assurance::ALL.len())],
            };
            let handle = (word[3] > 20).then(|| "a".repeat(3 + pick(word[3], 28)));
            // Now and then a row is nobody's.
            let row = PersonRow(row * 3 / 2);
            seats.put(row, &snapshot, handle.as_deref().and_then(Handle::new));
            put.push((row, snapshot, handle));
        }
        // The same after a restart, and what is put then is found too.
        let mut bytes = Vec::new();
        seats.copy().write(&mut Out::new(&mut bytes)).unwrap();
        let mut read = Seats::read(&mut In::new(&mut &bytes[..], bytes.len() as u64)).unwrap();
        for seats in [&seats, &read] {
            for (row, snapshot, handle) in &put {
                assert_eq!(seats.snapshot(*row), Some(*snapshot));
                assert_eq!(seats.row(snapshot.id), Some(*row));
                assert_eq!(seats.handle(*row).as_deref(), handle.as_deref());
            }
        }
        let (row, snapshot) = (
            PersonRow(40_000),
            MemberSnapshot {
                id: Id::new(Timestamp::default(), &rng),
                ..put[0].1
            },
        );
        read.put(row, &snapshot, Handle::new("late"));
        assert_eq!(
            (read.row(snapshot.id), read.handle(row).as_deref()),
            (Some(row), Some("late"))
        );
        for cut in [0, 7, bytes.len() / 2, bytes.len() - 1] {
            assert!(Seats::read(&mut In::new(&mut &bytes[..cut], bytes.len() as u64)).is_err());
        }
        for row in [
            PersonRow(0),
            PersonRow(-1),
            PersonRow(2),
            PersonRow(1 << 33),
            PersonRow(i64::MAX),
        ] {
            assert_eq!((seats.snapshot(row), seats.handle(row).as_deref()), (None, None));
        }
        assert_eq!(seats.row(Id::new(Timestamp::default(), &rng)), None);
    }

    #[test]
    fn whoever_leaves_has_no_handle_and_no_letter_of_it_stays() {
        let (mut seats, rng) = (Seats::default(), SeededRng::new(7));
        let snapshot = MemberSnapshot {
            id: Id::new(Timestamp::default(), &rng),
            role: Role::Member,
            standing: Standing::Active,
            assurance: Assurance::Contact,
        };
        seats.put(PersonRow(1), &snapshot, Handle::new("canary"));
        seats.put(
            PersonRow(2),
            &MemberSnapshot {
                id: Id::new(Timestamp::default(), &rng),
                ..snapshot
            },
            Handle::new("stays"),
        );
        seats.leave(PersonRow(1));
        // Once more, and of somebody who is not there.
        seats.leave(PersonRow(1));
        seats.leave(PersonRow(9));
        assert_eq!(seats.handle(PersonRow(1)).as_deref(), None);
        assert_eq!(seats.handle(PersonRow(2)).as_deref(), Some("stays"));
        assert_eq!(
            seats.snapshot(PersonRow(1)).map(|seat| seat.standing),
            Some(Standing::Left)
        );
        let mut bytes = Vec::new();
        seats.copy().write(&mut Out::new(&mut bytes)).unwrap();
        assert!(!bytes.windows(6).any(|part| part == b"canary"));
    }

    #[test]
    fn a_change_leaves_the_id_and_whoever_is_not_there_stays_away() {
        let (mut seats, rng) = (Seats::default(), SeededRng::new(6));
        let snapshot = MemberSnapshot {
            id: Id::new(Timestamp::default(), &rng),
            role: Role::Member,
            standing: Standing::Active,
            assurance: Assurance::Contact,
        };
        seats.put(PersonRow(7), &snapshot, None);
        seats.amend(PersonRow(7), |snapshot| snapshot.standing = Standing::Banned);
        seats.amend(PersonRow(8), |snapshot| snapshot.standing = Standing::Banned);
        let banned = MemberSnapshot {
            standing: Standing::Banned,
            ..snapshot
        };
        assert_eq!(
            (seats.snapshot(PersonRow(7)), seats.snapshot(PersonRow(8))),
            (Some(banned), None)
        );
    }
}
