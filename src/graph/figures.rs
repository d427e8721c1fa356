//! What is kept of each person's branch in numbers, so that no question walks over it.
//!
//! Whoever joins, and whose standing changes, brings the figures of everybody above them up to date: as many steps as
//! they stand below the root. A community that is loaded is counted once, from the last position to the first, for an
//! inviter stands before their invitees.

use super::{BranchFigures, tree::Tree};
use crate::platform::terms::Standing;

/// A branch in numbers, without the one whose branch it is. 20 bytes a person.
#[derive(Clone, Copy, Default)]
pub(super) struct Kept {
    size: u32,
    /// The most steps below.
    height: u32,
    active: u32,
    banned: u32,
    invitees: u32,
}

/// What is kept, by position.
#[derive(Default)]
pub(super) struct Figures(Vec<Kept>);

impl Figures {
    pub(super) fn with_capacity(people: usize) -> Self {
        Self(Vec::with_capacity(people))
    }

    /// Somebody was added at the end, in good standing.
    pub(super) fn add(&mut self, tree: &Tree, position: u32) {
        self.0.push(Kept::default());
        if let Some(inviter) = tree.inviter(position)
            && let Some(kept) = self.0.get_mut(inviter as usize)
        {
            kept.invitees += 1;
        }
        for (above, steps) in tree.chain(position).skip(1).zip(1..) {
            if let Some(kept) = self.0.get_mut(above as usize) {
                kept.size += 1;
                kept.active += 1;
                kept.height = kept.height.max(steps);
            }
        }
    }

    /// Somebody's standing changed.
    pub(super) fn change(&mut self, tree: &Tree, position: u32, before: Standing, after: Standing) {
        if before == after {
            return;
        }
        for above in tree.chain(position).skip(1) {
            let Some(kept) = self.0.get_mut(above as usize) else {
                continue;
            };
            if let Some(count) = kept.of(before) {
                *count -= 1;
            }
            if let Some(count) = kept.of(after) {
                *count += 1;
            }
        }
    }

    /// Counts everybody anew.
    pub(super) fn count(&mut self, tree: &Tree, standings: &[Standing]) {
        self.0.clear();
        self.0.resize(standings.len(), Kept::default());
        for (index, &standing) in standings.iter().enumerate().rev() {
            // A position is four bytes wide.
            let position = index as u32;
            let below = self.0.get(position as usize).copied().unwrap_or_default();
            let inviter = tree.inviter(position);
            let Some(above) = inviter.and_then(|inviter| self.0.get_mut(inviter as usize)) else {
                continue;
            };
            above.invitees += 1;
            above.size += below.size + 1;
            above.height = above.height.max(below.height + 1);
            above.active += below.active;
            above.banned += below.banned;
            if let Some(count) = above.of(standing) {
                *count += 1;
            }
        }
    }

    /// A branch in numbers.
    pub(super) fn branch(&self, position: u32) -> Option<BranchFigures> {
        let kept = self.0.get(position as usize)?;
        Some(BranchFigures {
            size: kept.size,
            depth: kept.height,
            active: kept.active,
            banned: kept.banned,
            left: kept.size - kept.active - kept.banned,
        })
    }

    /// How many somebody let in themself.
    pub(super) fn invitees(&self, position: u32) -> Option<u32> {
        self.0.get(position as usize).map(|kept| kept.invitees)
    }
}

impl Kept {
    /// The count of those who stand so; the rest of them have left.
    const fn of(&mut self, standing: Standing) -> Option<&mut u32> {
        match standing {
            Standing::Active => Some(&mut self.active),
            Standing::Frozen | Standing::Quarantined | Standing::Suspended | Standing::Banned => Some(&mut self.banned),
            Standing::Left => None,
        }
    }
}

#[cfg(test)]
pub(super) const BYTES: usize = size_of::<Kept>();
