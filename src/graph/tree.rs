//! The invites as a tree of links between positions.
//!
//! petgraph lists a node's edges latest first and keeps no levels. The questions about invites want
//! the invitees in order, a page of a branch from anywhere, and a climb that touches nothing else:
//! sixteen bytes a person beside the graph give all of them without a search.
//!
//! A position is a person's index in the graph. All positions that go in are below
//! [`Tree::grow_to`]'s last length; [`super::InviteGraph`] sees to it.

use std::iter;

/// Stands for no position; the graph ends one below it.
const NONE: u32 = u32::MAX;

#[derive(Clone, Copy)]
struct Links {
    inviter: u32,
    /// Steps up to the root.
    depth: u32,
    /// The last of the person's invitees. The invitees form a ring, so the first is next to it.
    last_invitee: u32,
    /// The next of the same inviter's invitees; the first follows the last.
    next_in_ring: u32,
}

/// Who was let in by whom, invitees in ascending order of position.
#[derive(Default)]
pub(super) struct Tree {
    links: Vec<Links>,
}

impl Tree {
    pub(super) fn with_capacity(people: usize) -> Self {
        Self {
            links: Vec::with_capacity(people),
        }
    }

    /// Makes room for `len` positions, each a root without invitees until it is attached.
    pub(super) fn grow_to(&mut self, len: usize) {
        let alone = Links {
            inviter: NONE,
            depth: 0,
            last_invitee: NONE,
            next_in_ring: NONE,
        };
        self.links.resize(len.max(self.links.len()), alone);
    }

    /// Puts `newcomer`, a root without invitees, below `inviter`: at once where the newcomer is the
    /// first or last of the invitees, as people join; else after a walk to the place.
    pub(super) fn attach(&mut self, newcomer: u32, inviter: u32) {
        let (first, last) = (self.first_invitee(inviter), self.at(inviter).last_invitee);
        let (before, after) = match first {
            None => (newcomer, newcomer),
            Some(first) if last < newcomer => (last, first),
            Some(first) => self
                .invitees_from(Some(first))
                .take_while(|&invitee| invitee < newcomer)
                .last()
                .map_or((last, first), |before| (before, self.at(before).next_in_ring)),
        };
        self.links[newcomer as usize] = Links {
            inviter,
            depth: self.at(inviter).depth + 1,
            last_invitee: NONE,
            next_in_ring: after,
        };
        self.links[before as usize].next_in_ring = newcomer;
        if first.is_none() || last < newcomer {
            self.links[inviter as usize].last_invitee = newcomer;
        }
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
        some(self.at(person).last_invitee).map(|last| self.at(last).next_in_ring)
    }

    /// The next of the invitees of `invitee`'s inviter.
    pub(super) fn next_invitee(&self, invitee: u32) -> Option<u32> {
        let last = self.at(self.inviter(invitee)?).last_invitee;
        (invitee != last).then(|| self.at(invitee).next_in_ring)
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

fn some(position: u32) -> Option<u32> {
    (position != NONE).then_some(position)
}

#[cfg(test)]
pub(super) const BYTES: usize = size_of::<Links>();
