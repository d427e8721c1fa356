//! What leads are computed of: who came in by whom and when, and who is under a sanction, as of one moment.
//!
//! Eight bytes a person, and twelve a sanction, while it is looked through.

use crate::{
    graph::LiveGraph,
    moderation::ReasonCode,
    platform::terms::{PersonRow, Timestamp},
};

/// How many rows are copied while memory is held.
const STRIDE: u32 = 2000;

/// Seconds of a day.
pub const DAY: u32 = 24 * 60 * 60;

/// The community as of one moment. People are rows, times are seconds since 1970.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The moment.
    pub now: u32,
    people: Vec<Person>,
    moves: Vec<Move>,
    sanctions: Vec<Sanction>,
    sanctioned: Rows,
}

#[derive(Debug, Clone, Copy)]
struct Person {
    /// 0 for a root.
    inviter: u32,
    /// [`NEVER`] for a row that nobody has.
    joined: u32,
}

const NEVER: u32 = u32::MAX;
const NOBODY: Person = Person {
    inviter: 0,
    joined: NEVER,
};

/// A ban or a suspension that is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sanction {
    /// On whom.
    pub person: u32,
    /// Since when.
    pub at: u32,
    /// Why.
    pub reason: ReasonCode,
}

/// Somebody was put under another inviter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// Who.
    pub person: u32,
    /// When.
    pub at: u32,
    /// Under whom they stood before; 0 where they were a root.
    pub before: u32,
}

/// A set of rows, a bit each.
#[derive(Debug, Default)]
pub struct Rows(Vec<u64>);

impl Rows {
    /// Whether the row is in the set.
    pub fn has(&self, row: u32) -> bool {
        self.0
            .get(row as usize / 64)
            .is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Puts the row into the set.
    pub fn put(&mut self, row: u32) {
        let place = row as usize / 64;
        if self.0.len() <= place {
            self.0.resize(place + 1, 0);
        }
        self.0[place] |= 1 << (row % 64);
    }
}

impl FromIterator<u32> for Rows {
    fn from_iter<T: IntoIterator<Item = u32>>(rows: T) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|row| set.put(row));
        set
    }
}

impl Snapshot {
    /// An empty community at a moment.
    pub fn at(now: u32) -> Self {
        Self {
            now,
            people: vec![NOBODY],
            ..Self::default()
        }
    }

    /// Everybody up to the row `last` who had joined by `now`, as memory has them, and these sanctions. Memory is let go
    /// after every few people.
    pub fn of(graph: &LiveGraph, last: PersonRow, now: Timestamp, sanctions: Vec<Sanction>) -> Self {
        let mut snapshot = Self::at(seconds(now));
        let last = u32::try_from(last.0).unwrap_or(0);
        snapshot.people.reserve_exact(last as usize);
        let mut next = 1;
        while next <= last {
            let end = last.min(next.saturating_add(STRIDE - 1));
            graph.read(|graph| {
                for row in next..=end {
                    let person = PersonRow(i64::from(row));
                    let Some(place) = graph.place(person).filter(|place| place.joined_at <= now) else {
                        continue;
                    };
                    let inviter = graph.inviter(person).and_then(|inviter| u32::try_from(inviter.0).ok());
                    snapshot.join(row, inviter.unwrap_or(0), seconds(place.joined_at));
                }
            });
            next = end.saturating_add(1);
            if next == u32::MAX {
                break;
            }
        }
        // Whoever was given another inviter is judged by the one of the time, and so is that one.
        let row = |person: PersonRow| u32::try_from(person.0).unwrap_or(0);
        let moves = graph.read(|graph| graph.moves());
        snapshot.moves = moves
            .into_iter()
            .map(|(person, before, at)| Move {
                person: row(person),
                at: seconds(at),
                before: before.map_or(0, row),
            })
            .collect();
        snapshot.moves.sort_unstable();
        for sanction in sanctions {
            snapshot.sanction(sanction);
        }
        snapshot
    }

    /// Adds somebody who joined under `inviter`, 0 for a root.
    pub fn join(&mut self, row: u32, inviter: u32, joined: u32) {
        let place = row as usize;
        if self.people.len() <= place {
            self.people.resize(place + 1, NOBODY);
        }
        self.people[place] = Person { inviter, joined };
    }

    /// Adds a sanction that is in force. Of several on one person the first counts.
    pub fn sanction(&mut self, sanction: Sanction) {
        if self.is_sanctioned(sanction.person) {
            return;
        }
        self.sanctioned.put(sanction.person);
        self.sanctions.push(sanction);
    }

    /// Puts somebody under another inviter, and keeps where they stood.
    pub fn put_under(&mut self, person: u32, inviter: u32, at: u32) {
        let before = self.inviter(person);
        self.moves.push(Move { person, at, before });
        self.moves.sort_unstable();
        if let Some(person) = self.people.get_mut(person as usize) {
            person.inviter = inviter;
        }
    }

    /// Everybody, by row, and when they joined.
    pub fn people(&self) -> impl Iterator<Item = (u32, u32)> {
        let rows = (0..).zip(&self.people);
        rows.filter(|(_, person)| person.joined != NEVER)
            .map(|(row, person)| (row, person.joined))
    }

    /// The sanctions that are in force.
    pub fn sanctions(&self) -> &[Sanction] {
        &self.sanctions
    }

    /// Whether somebody is under a sanction.
    pub fn is_sanctioned(&self, row: u32) -> bool {
        self.sanctioned.has(row)
    }

    /// When somebody joined; none for a row that nobody has.
    pub fn joined(&self, row: u32) -> Option<u32> {
        let person = self.people.get(row as usize)?;
        (person.joined != NEVER).then_some(person.joined)
    }

    /// Under whom somebody stands now; 0 for a root.
    pub fn inviter(&self, row: u32) -> u32 {
        self.people.get(row as usize).map_or(0, |person| person.inviter)
    }

    /// Under whom somebody stood then; 0 for a root.
    pub fn inviter_at(&self, row: u32, at: u32) -> u32 {
        let first = self.moves.partition_point(|moved| moved.person < row);
        let moves = self.moves[first..].iter().take_while(|moved| moved.person == row);
        let next = moves.clone().find(|moved| moved.at > at);
        next.map_or_else(|| self.inviter(row), |moved| moved.before)
    }

    /// Who let somebody in, wherever they were put since; 0 for a root.
    pub fn let_in_by(&self, row: u32) -> u32 {
        self.inviter_at(row, 0)
    }

    /// Those above somebody now, the nearest first.
    pub fn above(&self, row: u32) -> impl Iterator<Item = u32> {
        self.climb(row, |row| self.inviter(row))
    }

    /// Those who stood above somebody then.
    pub fn above_at(&self, row: u32, at: u32) -> impl Iterator<Item = u32> {
        self.climb(row, move |row| self.inviter_at(row, at))
    }

    /// Whoever let somebody in, and whoever let these in, wherever they were put since.
    pub fn above_first(&self, row: u32) -> impl Iterator<Item = u32> {
        self.climb(row, |row| self.let_in_by(row))
    }

    fn climb(&self, row: u32, up: impl Fn(u32) -> u32) -> impl Iterator<Item = u32> {
        let mut at = row;
        // No chain is longer than there are people, whatever the store says.
        (0..self.people.len()).map_while(move |_| {
            at = up(at);
            (at != 0).then_some(at)
        })
    }
}

/// Whole seconds since 1970, from 0 to 2³² − 2.
pub fn seconds(at: Timestamp) -> u32 {
    u32::try_from(at.seconds().clamp(0, i64::from(NEVER) - 1)).unwrap_or(0)
}
