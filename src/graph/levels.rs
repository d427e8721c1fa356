//! A branch level by level, for a drawing: whoever it is about first, then their invitees, then theirs. Where not everybody
//! of a level has a place, each inviter of that level gets the same share, so that one who let in thousands hides nobody
//! else's invitees.

use super::{
    InviteGraph, LiveGraph, Place,
    history::{Ended, Second, Walk},
};
use crate::platform::terms::{PersonRow, Timestamp};

/// Somebody in a branch that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drawn {
    /// Who, and how they stand.
    pub place: Place,
    /// The place of their inviter in the list; none for the first.
    pub parent: Option<u32>,
    /// How many they let in themself.
    pub invitees: u32,
    /// How many are below them; none as of a past time, for which it would have to be counted.
    pub below: Option<u32>,
}

/// A branch level by level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Levels {
    /// Whoever it is about, and whoever is below them, an inviter before their invitees.
    pub people: Vec<Drawn>,
    /// Whether everybody is in it down to the depth that was asked for.
    pub whole: bool,
}

impl InviteGraph {
    /// Up to `limit` people of a branch, the first included, and at most `depth` steps down. It costs a look at each that
    /// it answers. `None` for one who is not in the graph.
    pub fn levels(&self, person: PersonRow, depth: u32, limit: usize) -> Option<Levels> {
        let row = self.row(person)?;
        let drawn = |row: u32, parent: Option<u32>, depth: u32| {
            let node = self.tree.at(row);
            Drawn {
                place: self.place_at(row, depth),
                parent,
                invitees: node.invitees,
                below: Some(node.people),
            }
        };
        let first = drawn(row, None, self.tree.depth(row));
        Some(fill(first, depth, limit, |parent, place, share, into| {
            let below = parent.place.depth + 1;
            let list = self.row(parent.place.person).map_or(0, |row| self.tree.at(row).first);
            let invitees = self.tree.invitees_from(list).take(share);
            into.extend(invitees.map(|row| drawn(row, Some(place), below)));
        }))
    }
}

impl LiveGraph {
    /// See [`InviteGraph::levels`]; as of a past time by a walk over the invitees of everybody in the answer, by steps.
    pub fn levels(&self, person: PersonRow, depth: u32, limit: usize, as_of: Option<Timestamp>) -> Option<Levels> {
        let Some(at) = as_of else {
            return self.read(|graph| graph.levels(person, depth, limit));
        };
        let first = self.read(|graph| graph.as_of(at).place(person))?;
        let second = Second::of(at);
        let drawn = |place: Place, parent: Option<u32>| Drawn {
            place,
            parent,
            invitees: self.invitees_then(place.person, second, |_| true),
            below: None,
        };
        Some(fill(drawn(first, None), depth, limit, |parent, place, share, into| {
            let mut rows = Vec::with_capacity(share);
            self.invitees_then(parent.place.person, second, |row| {
                if rows.len() < share {
                    rows.push(row);
                }
                rows.len() < share
            });
            let below = parent.place.depth + 1;
            for row in rows {
                let place_then = self.read(|graph| graph.place_then(row, below, second));
                into.push(drawn(place_then, Some(place)));
            }
        }))
    }

    /// Shows whom a person had let in then, one after the other, until `show` has seen enough; how many it was shown.
    fn invitees_then(&self, person: PersonRow, at: Second, mut show: impl FnMut(u32) -> bool) -> u32 {
        let Some(row) = super::row_of(person) else { return 0 };
        let (mut walk, mut shown) = (Walk::new(row, at, false), 0);
        let mut step = |graph: &InviteGraph| {
            for _ in 0..super::live::STEP {
                match walk.step(&graph.tree, &graph.history) {
                    Ok(None) => {}
                    Ok(Some((row, _))) => {
                        shown += 1;
                        if !show(row) {
                            return false;
                        }
                    }
                    Err(Ended) => return false,
                }
            }
            true
        };
        while self.read(&mut step) {}
        shown
    }
}

/// Fills the levels one after the other. `open` adds so many invitees of somebody who stands at this place in the list.
fn fill(first: Drawn, depth: u32, limit: usize, mut open: impl FnMut(Drawn, u32, usize, &mut Vec<Drawn>)) -> Levels {
    let (mut people, mut whole, mut level) = (vec![first], true, 0..1);
    for _ in 0..depth {
        let invitees: Vec<u32> = people[level.clone()].iter().map(|drawn| drawn.invitees).collect();
        let shares = shares(&invitees, limit.saturating_sub(people.len()));
        whole &= shares == invitees;
        let end = people.len();
        for (place, share) in level.zip(shares).filter(|(_, share)| *share > 0) {
            let (parent, number) = (people[place], u32::try_from(place).unwrap_or(u32::MAX));
            open(parent, number, share as usize, &mut people);
        }
        level = end..people.len();
        if level.is_empty() {
            break;
        }
    }
    Levels { people, whole }
}

/// How many each gets of what they want, where there is room for so many: all, or the same for each who wants more than
/// that; what is left over goes to the first.
fn shares(wanted: &[u32], room: usize) -> Vec<u32> {
    let taken = |most: u32| wanted.iter().map(|&want| u64::from(want.min(most))).sum::<u64>();
    let room = room as u64;
    if taken(u32::MAX) <= room {
        return wanted.to_vec();
    }
    // The greatest share for which there is room.
    let (mut fits, mut too_much) = (0, u32::MAX);
    while too_much - fits > 1 {
        let middle = fits + (too_much - fits) / 2;
        if taken(middle) <= room {
            fits = middle;
        } else {
            too_much = middle;
        }
    }
    let mut left = room - taken(fits);
    let share = |&want: &u32| {
        let more = want > fits && left > 0;
        left -= u64::from(more);
        want.min(fits) + u32::from(more)
    };
    wanted.iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_gets_the_same_share_and_no_place_stays_free() {
        for (wanted, room, given) in [
            (&[3, 0, 2][..], 5, &[3, 0, 2][..]),
            (&[3, 0, 2], 4, &[2, 0, 2]),
            (&[1000, 1, 1], 6, &[4, 1, 1]),
            (&[1000, 1000, 1], 6, &[3, 2, 1]),
            (&[5, 5, 5], 2, &[1, 1, 0]),
            (&[5, 5], 0, &[0, 0]),
            (&[u32::MAX, u32::MAX], 3, &[2, 1]),
            (&[], 3, &[]),
        ] {
            assert_eq!(shares(wanted, room), given, "{wanted:?} into {room}");
        }
    }
}
