//! What is kept of each person's branch in numbers, so that no question walks over it.
//!
//! Whoever joins, and whose standing or assurance changes, brings the figures of everybody above them up to date: as many
//! steps as they stand below the root. A community that is loaded is counted once, from the last row to the first.

use super::tree::{NONE, Node, Tree, mark, some};
use crate::platform::{
    ledger::{Column, plain},
    terms::Standing,
};

/// A branch in numbers beyond those in its [`Node`], without the one whose branch it is: 16 bytes a person.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Kept {
    /// In good standing.
    pub(super) active: u32,
    /// Their assurance is `verified`.
    pub(super) verified: u32,
    /// Under a sanction. The rest has left.
    pub(super) sanctioned: u32,
    /// Joined within the last week.
    pub(super) recent: u32,
}

plain!(Kept {
    active: u32,
    verified: u32,
    sanctioned: u32,
    recent: u32
});

/// What is kept, by row.
#[derive(Clone, Default)]
pub(super) struct Figures(pub(super) Column<Kept>);

/// How a standing is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    Active,
    Sanctioned,
    Left,
}

impl Counted {
    pub(super) const fn of(standing: Standing) -> Self {
        match standing {
            Standing::Active => Self::Active,
            Standing::Frozen | Standing::Quarantined | Standing::Suspended | Standing::Banned => Self::Sanctioned,
            Standing::Left => Self::Left,
        }
    }
}

impl Kept {
    /// Somebody alone.
    pub(super) fn of(standing: Standing, verified: bool, recent: bool) -> Self {
        Self {
            active: u32::from(Counted::of(standing) == Counted::Active),
            verified: u32::from(verified),
            sanctioned: u32::from(Counted::of(standing) == Counted::Sanctioned),
            recent: u32::from(recent),
        }
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            active: self.active + other.active,
            verified: self.verified + other.verified,
            sanctioned: self.sanctioned + other.sanctioned,
            recent: self.recent + other.recent,
        }
    }

    const fn minus(self, other: Self) -> Self {
        Self {
            active: self.active.saturating_sub(other.active),
            verified: self.verified.saturating_sub(other.verified),
            sanctioned: self.sanctioned.saturating_sub(other.sanctioned),
            recent: self.recent.saturating_sub(other.recent),
        }
    }
}

/// Somebody as they are counted.
pub(super) fn alone(node: &Node) -> Kept {
    Kept::of(
        standing_of(node.standing),
        node.is(mark::VERIFIED),
        node.is(mark::RECENT),
    )
}

/// A standing by its place among all.
pub(super) fn standing_of(place: u8) -> Standing {
    let known = Standing::ALL.get(usize::from(place));
    known.copied().unwrap_or(Standing::Active)
}

/// A height that had to be lowered: which person's, and how far their invitees have been looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lowering {
    person: u32,
    next: u32,
    tallest: u16,
}

impl Figures {
    pub(super) fn get(&self, row: u32) -> Kept {
        self.0.get(row as usize)
    }

    /// A place for somebody of whom nothing is counted yet.
    pub(super) fn put(&mut self, row: u32) {
        self.0.set(row as usize, Kept::default());
    }

    /// Counts a branch of so many people, and so high, in at `above` and everybody above them.
    pub(super) fn add(&mut self, tree: &mut Tree, above: u32, people: u32, sum: Kept, height: u16) {
        let (mut row, mut height) = (above, height);
        while row != NONE {
            height = height.saturating_add(1);
            let inviter = tree.at(row).inviter;
            tree.change(row, |node| {
                node.people += people;
                node.height = node.height.max(height);
            });
            self.change(row, |kept| kept.plus(sum));
            row = inviter;
        }
    }

    /// Counts a branch of so many people out at `above` and everybody above them. Heights stay: see [`Self::lower`].
    pub(super) fn remove(&mut self, tree: &mut Tree, above: u32, people: u32, sum: Kept) {
        let mut row = above;
        while row != NONE {
            let inviter = tree.at(row).inviter;
            tree.change(row, |node| node.people -= people);
            self.change(row, |kept| kept.minus(sum));
            row = inviter;
        }
    }

    /// Counts one person otherwise than before, at everybody above them.
    pub(super) fn exchange(&mut self, tree: &Tree, person: u32, before: Kept, after: Kept) {
        if before == after {
            return;
        }
        for above in tree.chain(person).skip(1) {
            self.change(above, |kept| kept.plus(after).minus(before));
        }
    }

    /// Changes what is kept of somebody's branch.
    pub(super) fn change(&mut self, row: u32, change: impl FnOnce(Kept) -> Kept) {
        if let Some(kept) = self.0.find_mut(row as usize) {
            *kept = change(*kept);
        }
    }

    /// Counts everybody anew. People are in their inviter's list, and there is no circle. From the last row to the
    /// first: whoever is reached has everybody of their branch counted, but for those whose inviter came after
    /// them, and these are carried up by themselves.
    pub(super) fn count(&mut self, tree: &mut Tree) {
        for row in (1..tree.end()).rev() {
            let Some(&node) = tree.get(row) else { continue };
            let (people, sum) = (node.people + 1, self.get(row).plus(alone(&node)));
            let (mut above, mut height) = (node.inviter, node.height);
            while above != NONE {
                height = height.saturating_add(1);
                let inviter = tree.at(above).inviter;
                tree.change(above, |node| {
                    node.people += people;
                    node.height = node.height.max(height);
                });
                self.change(above, |kept| kept.plus(sum));
                if above < row {
                    break;
                }
                above = inviter;
            }
        }
    }
}

impl Lowering {
    /// Begins where a branch of this height was taken away; none where it was not what made the inviter's height.
    pub(super) fn begin(tree: &Tree, inviter: u32, height: u16) -> Option<Self> {
        let node = tree.get(inviter)?;
        (node.height <= height.saturating_add(1)).then_some(Self {
            person: inviter,
            next: node.first,
            tallest: 0,
        })
    }

    /// Looks at up to `most` invitees; none once the heights are right.
    pub(super) fn go_on(mut self, tree: &mut Tree, most: usize) -> Option<Self> {
        let mut left = most;
        while left > 0 {
            left -= 1;
            if let Some(invitee) = some(self.next) {
                let node = tree.at(invitee);
                self.tallest = self.tallest.max(node.height.saturating_add(1));
                self.next = node.next;
                continue;
            }
            let node = tree.at(self.person);
            if node.height == self.tallest {
                return None;
            }
            let tallest = self.tallest;
            tree.change(self.person, |node| node.height = tallest);
            self = Self {
                person: some(node.inviter)?,
                next: tree.at(node.inviter).first,
                tallest: 0,
            };
        }
        Some(self)
    }
}
