//! How much of what was put out lately came in by somebody.

use std::collections::{BTreeMap, HashMap};

use super::{Finding, Kind, strongest_first};
use crate::leads::{
    LeadKind,
    snapshot::{DAY, Snapshot},
};

/// Adds up, over everybody below who is banned, `per_step` to the power of the steps between, less the first, times one
/// half for each `half_life` since the ban. Who stood above is asked as of the ban: whoever is put under another inviter
/// later takes nothing along. Where nearly all of a sum came by way of one invitee who has a lead of their own, it is
/// theirs alone.
#[derive(Debug, Clone, Copy)]
pub struct Accountability {
    /// What is left from one step to the next.
    pub per_step: f64,
    /// After how long a ban counts half, in seconds.
    pub half_life: u32,
    /// How many steps up are counted: beyond, next to nothing is left.
    pub steps: usize,
    /// From which sum on it is a lead.
    pub least: f64,
    /// And from how many banned people on.
    pub fewest: u32,
    /// From which share on that came by way of one invitee the lead is theirs alone.
    pub by_one: f64,
}

impl Default for Accountability {
    fn default() -> Self {
        Self {
            per_step: 0.5,
            half_life: 180 * DAY,
            steps: 20,
            least: 1.5,
            fewest: 3,
            by_one: 0.75,
        }
    }
}

impl Accountability {
    /// The sum for each who has one, and how many are banned below them.
    pub(in crate::leads) fn sums(&self, snapshot: &Snapshot) -> HashMap<u32, (f64, u32)> {
        let mut sums: HashMap<u32, (f64, u32)> = HashMap::new();
        for sanction in snapshot.sanctions() {
            let age = f64::from(snapshot.now.saturating_sub(sanction.at));
            let mut weight = (-age / f64::from(self.half_life)).exp2();
            for above in snapshot.above_at(sanction.person, sanction.at).take(self.steps) {
                let (sum, count) = sums.entry(above).or_default();
                *sum += weight;
                *count += 1;
                weight *= self.per_step;
            }
        }
        sums
    }
}

impl Kind for Accountability {
    fn kind(&self) -> LeadKind {
        LeadKind::Accountability
    }

    fn find(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let sums = self.sums(snapshot);
        let enough = |person: u32| {
            let of = sums.get(&person);
            of.is_some_and(|&(sum, count)| sum >= self.least && count >= self.fewest) && !snapshot.is_sanctioned(person)
        };
        // Who came by way of an invitee who has a lead too, by inviter: the greatest part of each sum.
        let mut by_one: HashMap<u32, f64> = HashMap::new();
        for (&person, &(sum, _)) in sums.iter().filter(|&(&person, _)| enough(person)) {
            let part = by_one.entry(snapshot.inviter(person)).or_default();
            *part = part.max(sum * self.per_step);
        }
        let is_theirs = |person: u32, sum: f64| by_one.get(&person).is_some_and(|part| *part >= self.by_one * sum);
        let found = sums.iter().map(|(&person, &of)| (person, of));
        let found = found.filter(|&(person, (sum, _))| enough(person) && !is_theirs(person, sum));
        let found = found.map(|(person, (sum, count))| Finding {
            person,
            strength: sum,
            evidence: count,
            since: None,
            figures: BTreeMap::from([("sum", sum), ("banned", f64::from(count))]),
            words: format!(
                "{count} people who were below them when they were banned or suspended add up to {sum:.2}: each counts 1 for whoever \
                 let them in and {} times as much a step further up, and half as much every {} days.",
                self.per_step,
                self.half_life / DAY,
            ),
        });
        strongest_first(found.collect())
    }
}
