//! The invites as a tree of links between positions.
//!
//! petgraph lists a node's edges latest first and keeps no levels. The questions about invites want
//! the invitees in order, a page of a branch from anywhere, and a climb that touches nothing else:
//! 28 bytes a person give all of them without a search.
//!
//! A position is a person's index in the graph: the order in which people were added. Far memory is
//! what an answer costs in a great community, so that whoever adds many at once adds them in
//! [`walk_order`]: then a page of a branch lies in one piece.

use std::iter;

use crate::platform::terms::PersonRow;

/// Stands for no position; the graph ends one below it.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Links {
    row: u32,
    inviter: u32,
    /// Steps up to the root.
    depth: u32,
    first_invitee: u32,
    last_invitee: u32,
    /// The next of the same inviter's invitees.
    next_invitee: u32,
}

/// Who was let in by whom, invitees in ascending order of row.
#[derive(Default)]
pub(super) struct Tree {
    links: Vec<Links>,
    /// By row less one; [`NONE`] for a row that was never added.
    positions: Vec<u32>,
}

impl Tree {
    pub(super) fn with_capacity(people: usize) -> Self {
        Self {
            links: Vec::with_capacity(people),
            positions: Vec::with_capacity(people),
        }
    }

    /// Adds a person who is not here, below `inviter` or as a root: at once where they come after
    /// the inviter's other invitees, as people join; else after a walk to the place. `None` for a row
    /// that is not from 1 to 2³² − 1, which changes nothing.
    pub(super) fn add(&mut self, person: PersonRow, inviter: Option<u32>) -> Option<u32> {
        let (row, index) = (u32::try_from(person.0).ok()?, index_of(person)?);
        let position = u32::try_from(self.links.len()).ok().filter(|&end| end != NONE)?;
        if self.positions.len() <= index {
            self.positions.resize(index + 1, NONE);
        }
        self.positions[index] = position;
        self.links.push(Links {
            row,
            inviter: inviter.unwrap_or(NONE),
            depth: inviter.map_or(0, |inviter| self.depth(inviter) + 1),
            first_invitee: NONE,
            last_invitee: NONE,
            next_invitee: NONE,
        });
        if let Some(inviter) = inviter {
            self.attach(position, inviter);
        }
        Some(position)
    }

    fn attach(&mut self, newcomer: u32, inviter: u32) {
        let row = self.at(newcomer).row;
        let before = match some(self.at(inviter).last_invitee) {
            Some(last) if self.at(last).row < row => Some(last),
            _ => self
                .invitees_from(self.first_invitee(inviter))
                .take_while(|&invitee| self.at(invitee).row < row)
                .last(),
        };
        let after = match before {
            Some(before) => std::mem::replace(&mut self.links[before as usize].next_invitee, newcomer),
            None => std::mem::replace(&mut self.links[inviter as usize].first_invitee, newcomer),
        };
        self.links[newcomer as usize].next_invitee = after;
        if after == NONE {
            self.links[inviter as usize].last_invitee = newcomer;
        }
    }

    /// Where a person stands; `None` for one who is not here.
    pub(super) fn position(&self, person: PersonRow) -> Option<u32> {
        some(*self.positions.get(index_of(person)?)?)
    }

    pub(super) fn row(&self, position: u32) -> PersonRow {
        PersonRow(i64::from(self.at(position).row))
    }

    pub(super) fn inviter(&self, person: u32) -> Option<u32> {
        some(self.at(person).inviter)
    }

    pub(super) fn depth(&self, person: u32) -> u32 {
        self.at(person).depth
    }

    /// From `person`, themself first, up to the root.
    pub(super) fn chain(&self, person: u32) -> impl Iterator<Item = u32> {
        iter::successors(Some(person), |&below| self.inviter(below))
    }

    /// From `start`, somebody's first invitee or any later one, to the last.
    pub(super) fn invitees_from(&self, start: Option<u32>) -> impl Iterator<Item = u32> {
        iter::successors(start, |&invitee| self.next_invitee(invitee))
    }

    pub(super) fn first_invitee(&self, person: u32) -> Option<u32> {
        some(self.at(person).first_invitee)
    }

    /// The next of the invitees of `invitee`'s inviter.
    pub(super) fn next_invitee(&self, invitee: u32) -> Option<u32> {
        some(self.at(invitee).next_invitee)
    }

    /// Those of `root`'s branch who come after `person`, who is `root` or within it: the inviter
    /// before the invitees, the invitees in order. Nothing but `person` says how far the walk has
    /// come, so that a page starts where the former one ended.
    pub(super) fn branch_after(&self, root: u32, person: u32) -> impl Iterator<Item = u32> {
        let next = move |&person: &u32| {
            self.first_invitee(person).or_else(|| {
                self.chain(person)
                    .take_while(|&above| above != root)
                    .find_map(|above| self.next_invitee(above))
            })
        };
        iter::successors(next(&person), next)
    }

    /// Whether `person` is `root` or below.
    pub(super) fn is_within(&self, root: u32, person: u32) -> bool {
        self.climb(person, self.depth(root)) == root
    }

    /// The deepest who is above both or one of them; `None` in different trees.
    pub(super) fn nearest_common(&self, one: u32, other: u32) -> Option<u32> {
        let level = self.depth(one).min(self.depth(other));
        let (mut one, mut other) = (self.climb(one, level), self.climb(other, level));
        while one != other {
            (one, other) = (self.inviter(one)?, self.inviter(other)?);
        }
        Some(one)
    }

    /// From `person` up to the level `depth`; `person` where they are not below it.
    fn climb(&self, mut person: u32, depth: u32) -> u32 {
        while let Links {
            inviter, depth: own, ..
        } = self.at(person)
            && own > depth
        {
            person = inviter;
        }
        person
    }

    fn at(&self, position: u32) -> Links {
        self.links[position as usize]
    }
}

/// The place of a row in the list of positions.
fn index_of(person: PersonRow) -> Option<usize> {
    let index = u32::try_from(person.0.checked_sub(1)?).ok()?;
    usize::try_from(index).ok().filter(|_| index != NONE)
}

fn some(position: u32) -> Option<u32> {
    (position != NONE).then_some(position)
}

/// The order of a walk over all trees: roots by row, an inviter before their invitees, the invitees by
/// row. `members` are rows in ascending order, each with who let them in; the answer has their places
/// in the list. Whoever's inviter does not stand before them in the list is walked to as a root.
pub(super) fn walk_order(members: &[(PersonRow, Option<PersonRow>)]) -> Vec<u32> {
    let mut place_of = vec![
        NONE;
        members
            .last()
            .and_then(|&(last, _)| index_of(last))
            .map_or(0, |last| last + 1)
    ];
    let mut inviters = Vec::with_capacity(members.len());
    for (&(person, inviter), place) in members.iter().zip(0..) {
        let inviter = inviter.and_then(index_of).and_then(|inviter| place_of.get(inviter));
        inviters.push(inviter.copied().unwrap_or(NONE));
        if let Some(here) = index_of(person).and_then(|index| place_of.get_mut(index)) {
            *here = place;
        }
    }
    // How many there are in each one's branch, themself included: the last come first, so that
    // everybody is counted before they are added to their inviter.
    let mut sizes = vec![1_u32; members.len()];
    for place in (0..members.len()).rev() {
        if let Some(inviter) = some(inviters[place]) {
            sizes[inviter as usize] += sizes[place];
        }
    }
    // Where the next invitee of each one goes, and the next root.
    let (mut free, mut free_root) = (vec![0_u32; members.len()], 0);
    let mut order = vec![0; members.len()];
    for (place, here) in (0..members.len()).zip(0..) {
        let next = match some(inviters[place]) {
            Some(inviter) => &mut free[inviter as usize],
            None => &mut free_root,
        };
        let at = *next;
        *next += sizes[place];
        free[place] = at + 1;
        order[at as usize] = here;
    }
    order
}

#[cfg(test)]
pub(super) const BYTES: usize = size_of::<Links>() + size_of::<u32>();
