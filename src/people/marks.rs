//! Marks: where many people stand before each has a row that says so.
//!
//! An action on many takes effect in the transaction that approves it, by a few rows that name everybody; the sanctions of
//! each are written after that, by a job. A mark says only more than somebody's own row: the graver of the two counts.
//! With each person's own sanction their mark goes, so that what is decided about them by hand afterwards holds.
//!
//! Who asks memory ([`super::Roster::snapshot`]) is told by [`Marks`]. Who asks the store is told by the rows: whoever
//! signs in, invites, redeems or takes a seat.

use std::{
    collections::BTreeMap,
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
};

use super::records;
use crate::platform::{
    ledger::{Entry, Event, events},
    store::{Conn, StoreError},
    terms::{ActionId, PersonRow, Standing},
};

/// People by whom one row of marks speaks.
pub(super) const BLOCK: i64 = 1024;

/// Some people, by blocks of their rows: a character each, `1` where they are marked.
pub(super) type Blocks = BTreeMap<i64, String>;

/// These people as rows of marks.
pub(super) fn blocks(people: &[PersonRow]) -> Blocks {
    let mut found: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    for person in people {
        let block = found
            .entry(person.0.div_euclid(BLOCK))
            .or_insert_with(|| vec![b'0'; BLOCK as usize]);
        block[person.0.rem_euclid(BLOCK) as usize] = b'1';
    }
    found
        .into_iter()
        .map(|(block, who)| (block, String::from_utf8(who).unwrap_or_default()))
        .collect()
}

/// Everybody who is marked, in memory.
#[derive(Default)]
pub struct Marks {
    /// Whether there are any, so that nobody waits for the lock where there are none.
    any: AtomicBool,
    marks: RwLock<Vec<Mark>>,
}

/// Whom one action has marked, and where it puts them.
struct Mark {
    action: ActionId,
    standing: Standing,
    /// A bit for each person, by the block of their row.
    people: BTreeMap<i64, Box<[u64; 16]>>,
}

fn place(person: PersonRow) -> (i64, usize, u64) {
    let within = person.0.rem_euclid(BLOCK);
    (person.0.div_euclid(BLOCK), within as usize / 64, 1 << (within % 64))
}

impl Marks {
    /// Where somebody stands by marks alone; none where they have none.
    pub fn of(&self, person: PersonRow) -> Option<Standing> {
        if !self.any.load(Ordering::Acquire) {
            return None;
        }
        let (block, word, bit) = place(person);
        let marks = self.marks.read().unwrap_or_else(PoisonError::into_inner);
        let on = |mark: &&Mark| mark.people.get(&block).is_some_and(|words| words[word] & bit != 0);
        marks.iter().filter(on).map(|mark| mark.standing).max()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Mark>)) {
        let mut marks = self.marks.write().unwrap_or_else(PoisonError::into_inner);
        change(&mut marks);
        self.any.store(!marks.is_empty(), Ordering::Release);
    }

    /// Reads every mark afresh.
    pub(super) fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut found: Vec<Mark> = Vec::new();
        for row in records::marks(conn, None)? {
            take(&mut found, row);
        }
        self.change(|marks| *marks = found);
        Ok(())
    }

    /// Takes an event in.
    pub(super) fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match &entry.envelope.event {
            Event::ActionApproved(events::ActionApproved { action, .. }) => {
                let mut found = Vec::new();
                for row in records::marks(conn, Some(*action))? {
                    take(&mut found, row);
                }
                self.change(|marks| {
                    marks.retain(|mark| mark.action != *action);
                    marks.extend(found);
                });
            }
            Event::PersonSanctioned(events::PersonSanctioned {
                action: Some(action),
                person,
                ..
            }) if self.any.load(Ordering::Acquire) => {
                let (block, word, bit) = place(*person);
                self.change(|marks| {
                    let own = marks.iter_mut().filter(|mark| mark.action == *action);
                    for words in own.filter_map(|mark| mark.people.get_mut(&block)) {
                        words[word] &= !bit;
                    }
                });
            }
            Event::ActionApplied(events::ActionApplied { action, .. })
            | Event::ActionUndoing(events::ActionUndoing { action, .. }) => {
                self.change(|marks| marks.retain(|mark| mark.action != *action));
            }
            _ => {}
        }
        Ok(())
    }
}

/// Puts a row with the others of its action.
fn take(marks: &mut Vec<Mark>, row: records::MarkRow) {
    let mut words = Box::new([0_u64; 16]);
    for (within, _) in row.who.bytes().enumerate().filter(|(_, mark)| *mark == b'1') {
        if let Some(word) = words.get_mut(within / 64) {
            *word |= 1 << (within % 64);
        }
    }
    match marks.iter_mut().find(|mark| mark.action == row.action) {
        Some(mark) => {
            mark.people.insert(row.block, words);
        }
        None => marks.push(Mark {
            action: row.action,
            standing: row.standing,
            people: BTreeMap::from([(row.block, words)]),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::Id;

    #[test]
    fn whoever_is_in_the_rows_is_marked_and_nobody_else() {
        let people: Vec<PersonRow> = [1, 63, 64, 1023, 1024, 5000].map(PersonRow).into();
        let marks = Marks::default();
        let action = Id::from_uuid(uuid::Uuid::nil());
        let rows = blocks(&people);
        assert_eq!(rows.len(), 3);
        marks.change(|marks| {
            for (block, who) in rows {
                let row = records::MarkRow {
                    action,
                    block,
                    standing: Standing::Frozen,
                    rank: 1,
                    who,
                };
                take(marks, row);
            }
        });
        for row in 0..6000 {
            let expected = people.contains(&PersonRow(row)).then_some(Standing::Frozen);
            assert_eq!(marks.of(PersonRow(row)), expected, "{row}");
        }
        marks.change(Vec::clear);
        assert_eq!(marks.of(PersonRow(1)), None);
    }
}
