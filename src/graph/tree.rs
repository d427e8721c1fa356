//! The invites as a tree of links between rows.
//!
//! The invitees of somebody are a list in ascending order of row, which is the order of joining. How far somebody
//! stands below the root is not kept: a climb tells it, and whoever is given another inviter takes a whole branch
//! along without a write to any of it. Row 0 is nobody's and stands for none.

use std::iter;

use crate::platform::ledger::{Column, plain};

/// Stands for nobody.
pub(super) const NONE: u32 = 0;

/// What is so of a person, a bit each.
pub(super) mod mark {
    /// The row is a person's.
    pub(in super::super) const THERE: u8 = 1;
    /// Their assurance is `verified`.
    pub(in super::super) const VERIFIED: u8 = 2;
    /// They are counted among those who joined within the last week.
    pub(in super::super) const RECENT: u8 = 4;
    /// Their standing changed once.
    pub(in super::super) const CHANGED: u8 = 8;
    /// Their assurance changed once.
    pub(in super::super) const LOWERED: u8 = 16;
    /// They had another inviter once.
    pub(in super::super) const MOVED: u8 = 32;
    /// Somebody whom they let in was given another inviter once.
    pub(in super::super) const LOST: u8 = 64;
}

/// A person: 32 bytes, half a cache line, so that a step of a climb fetches one.
#[derive(Clone, Copy, Default)]
#[repr(C, align(32))]
pub(super) struct Node {
    /// Who let them in.
    pub(super) inviter: u32,
    /// The first and the last of those whom they let in.
    pub(super) first: u32,
    pub(super) last: u32,
    /// The next of the same inviter's invitees.
    pub(super) next: u32,
    /// When they joined, in seconds since 1970: until 2106.
    pub(super) joined: u32,
    /// How many are below them.
    pub(super) people: u32,
    /// How many they let in themself.
    pub(super) invitees: u32,
    /// The most steps below, up to 65 535.
    pub(super) height: u16,
    /// Where they stand, by its place among all standings.
    pub(super) standing: u8,
    /// What is so of them: see [`mark`].
    pub(super) marks: u8,
}

impl Node {
    pub(super) const fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }
}

plain!(Node {
    inviter: u32,
    first: u32,
    last: u32,
    next: u32,
    joined: u32,
    people: u32,
    invitees: u32,
    height: u16,
    standing: u8,
    marks: u8,
});

/// Who was let in by whom.
#[derive(Clone, Default)]
pub(super) struct Tree {
    pub(super) nodes: Column<Node>,
    /// How many people.
    pub(super) len: usize,
}

/// Where a search for a place in a list has come.
pub(super) enum Sought {
    /// The place is behind this one, or in front of all.
    Behind(u32),
    /// The search goes on from here.
    Further(u32),
}

impl Tree {
    /// A person; none where the row is nobody's.
    #[inline]
    pub(super) fn get(&self, row: u32) -> Option<&Node> {
        self.nodes.find(row as usize).filter(|node| node.is(mark::THERE))
    }

    /// A person; of nobody there is nothing.
    #[inline]
    pub(super) fn at(&self, row: u32) -> Node {
        self.nodes.get(row as usize)
    }

    /// Changes a person.
    #[inline]
    pub(super) fn change(&mut self, row: u32, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.find_mut(row as usize) {
            change(node);
        }
    }

    /// Puts a person at a row that is nobody's, with their inviter named and in nobody's list.
    pub(super) fn put(&mut self, row: u32, node: Node) {
        self.nodes.set(row as usize, node);
        self.len += 1;
    }

    /// One more than the greatest row that has a place.
    pub(super) fn end(&self) -> u32 {
        u32::try_from(self.nodes.end()).unwrap_or(u32::MAX)
    }

    /// From `row`, themself first, up to the root.
    #[inline]
    pub(super) fn chain(&self, row: u32) -> impl Iterator<Item = u32> {
        iter::successors(some(row), |&below| some(self.at(below).inviter))
    }

    /// Steps up to the root.
    pub(super) fn depth(&self, row: u32) -> u32 {
        self.chain(row).skip(1).zip(1..).last().map_or(0, |(_, steps)| steps)
    }

    /// The invitees from `start` on: somebody's first one, or any later one.
    pub(super) fn invitees_from(&self, start: u32) -> impl Iterator<Item = u32> {
        iter::successors(some(start), |&invitee| some(self.at(invitee).next))
    }

    /// Those of `root`'s branch who come after `row`, who is `root` or within it and stands `depth` steps below the
    /// top: the inviter before the invitees, the invitees in order; each with how deep they stand. Nothing but `row`
    /// says how far the walk has come, so that a page starts where the former one ended.
    pub(super) fn branch_after(&self, root: u32, row: u32, depth: u32) -> impl Iterator<Item = (u32, u32)> {
        let next = move |&(row, depth): &(u32, u32)| {
            let (mut here, mut depth) = (self.at(row), depth);
            if let Some(first) = some(here.first) {
                return Some((first, depth + 1));
            }
            let mut row = row;
            while row != root {
                if let Some(next) = some(here.next) {
                    return Some((next, depth));
                }
                row = some(here.inviter)?;
                here = self.at(row);
                depth = depth.saturating_sub(1);
            }
            None
        };
        iter::successors(next(&(row, depth)), next)
    }

    /// Whether `row` is `root` or below.
    pub(super) fn is_within(&self, root: u32, row: u32) -> bool {
        self.chain(row).any(|above| above == root)
    }

    /// The deepest who is above both or one of them; `None` in different trees.
    pub(super) fn nearest_common(&self, one: u32, other: u32) -> Option<u32> {
        let (ones, others) = (self.depth(one), self.depth(other));
        let climb = |row, steps: u32| self.chain(row).nth(steps as usize);
        let mut one = climb(one, ones.saturating_sub(others))?;
        let mut other = climb(other, others.saturating_sub(ones))?;
        while one != other {
            (one, other) = (some(self.at(one).inviter)?, some(self.at(other).inviter)?);
        }
        Some(one)
    }

    /// Behind whom `row` stands in the list of `inviter`'s invitees: at once where it is the last, else after a
    /// search from `from` (or the first) over `most` of them.
    pub(super) fn seek(&self, inviter: u32, row: u32, from: u32, most: usize) -> Sought {
        let list = self.at(inviter);
        if list.last == NONE || list.last < row {
            return Sought::Behind(list.last);
        }
        let mut before = from;
        let start = if from == NONE { list.first } else { self.at(from).next };
        for (invitee, seen) in self.invitees_from(start).zip(0..) {
            if invitee >= row {
                return Sought::Behind(before);
            }
            if seen == most {
                return Sought::Further(before);
            }
            before = invitee;
        }
        Sought::Behind(before)
    }

    /// Puts `row` into the list of its inviter, behind `before`.
    pub(super) fn link(&mut self, row: u32, before: u32) {
        let inviter = self.at(row).inviter;
        let after = match before {
            NONE => self.at(inviter).first,
            before => self.at(before).next,
        };
        self.change(row, |node| node.next = after);
        match before {
            NONE => self.change(inviter, |node| node.first = row),
            before => self.change(before, |node| node.next = row),
        }
        self.change(inviter, |node| {
            if after == NONE {
                node.last = row;
            }
            node.invitees += 1;
        });
    }

    /// Takes `row` out of the list of its inviter, where it stands behind `before`.
    pub(super) fn unlink(&mut self, row: u32, before: u32) {
        let Node { inviter, next, .. } = self.at(row);
        match before {
            NONE => self.change(inviter, |node| node.first = next),
            before => self.change(before, |node| node.next = next),
        }
        self.change(inviter, |node| {
            if next == NONE {
                node.last = before;
            }
            node.invitees -= 1;
        });
        self.change(row, |node| node.next = NONE);
    }
}

/// None for nobody.
pub(super) const fn some(row: u32) -> Option<u32> {
    match row {
        NONE => None,
        row => Some(row),
    }
}
