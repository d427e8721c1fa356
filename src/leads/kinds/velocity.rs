//! Somebody lets in many more people in these days than was to be expected of them.

use std::collections::{BTreeMap, HashMap};

use super::{Finding, Kind, strongest_first};
use crate::leads::{
    LeadKind,
    snapshot::{DAY, Snapshot},
    stats::{anscombe, benjamini_hochberg, gamma_poisson_tail},
};

/// Expects of somebody what they did in the `reference` before, shrunk to what those did who have been members as long: a
/// Gamma prior of the cohort's mean and spread, so that counts are negative binomial. Among all members who may be flagged,
/// the share of false discoveries is held at `discoveries` (Benjamini and Hochberg).
#[derive(Debug, Clone, Copy)]
pub struct Velocity {
    /// The days that are looked at, in seconds.
    pub window: u32,
    /// The days before, in seconds.
    pub reference: u32,
    /// The share of false discoveries.
    pub discoveries: f64,
    /// And from how many on.
    pub fewest: u32,
}

impl Default for Velocity {
    fn default() -> Self {
        Self {
            window: 7 * DAY,
            reference: 28 * DAY,
            discoveries: 0.05,
            fewest: 5,
        }
    }
}

/// By how long somebody has been a member at the window's end: less than 30 days, than 180, and longer.
const COHORTS: [u32; 2] = [30 * DAY, 180 * DAY];

/// Those who have been members as long.
#[derive(Debug, Clone, Copy, Default)]
struct Cohort {
    members: u64,
    /// Days of membership in the reference.
    days: f64,
    /// Whom they let in there.
    count: f64,
    /// The squares of what each let in there.
    squares: f64,
}

/// What is expected of whom, as a Gamma distribution of people a day.
#[derive(Debug, Clone, Copy)]
struct Prior {
    shape: f64,
    days: f64,
}

impl Cohort {
    fn add(&mut self, other: Self) {
        self.members += other.members;
        self.days += other.days;
        self.count += other.count;
        self.squares += other.squares;
    }

    /// The prior of the cohort's mean and variance; none where nobody let anybody in.
    fn prior(&self) -> Option<Prior> {
        if self.count <= 0.0 || self.days <= 0.0 {
            return None;
        }
        let members = self.members.max(1) as f64;
        let mean = self.count / members;
        let variance = self.squares / members - mean * mean;
        // What a Poisson distribution does not explain is the spread of rates. However alike the members, the cohort
        // weighs no more than five people whom somebody let in themself.
        let shape = (mean * mean / (variance - mean).max(1e-9)).clamp(0.05, 5.0);
        let rate = self.count / self.days;
        Some(Prior {
            shape,
            days: shape / rate,
        })
    }
}

fn cohort_of(age: u32) -> usize {
    COHORTS.iter().take_while(|&&bound| age >= bound).count()
}

/// Days of membership between two times.
fn days(joined: u32, from: u32, to: u32) -> f64 {
    f64::from(to.saturating_sub(joined.max(from))) / f64::from(DAY)
}

impl Kind for Velocity {
    fn kind(&self) -> LeadKind {
        LeadKind::Velocity
    }

    fn find(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let start = snapshot.now.saturating_sub(self.window);
        let before = start.saturating_sub(self.reference);
        let (mut recent, mut earlier): (HashMap<u32, u32>, HashMap<u32, u32>) = Default::default();
        let mut cohorts = [Cohort::default(); COHORTS.len() + 1];
        let mut members = 0;
        for (row, joined) in snapshot.people() {
            let inviter = snapshot.let_in_by(row);
            if inviter != 0 && joined >= start {
                *recent.entry(inviter).or_default() += 1;
            } else if inviter != 0 && joined >= before {
                *earlier.entry(inviter).or_default() += 1;
            }
            if !snapshot.is_sanctioned(row) {
                members += 1;
                let cohort = &mut cohorts[cohort_of(snapshot.now - joined.min(snapshot.now))];
                cohort.members += 1;
                cohort.days += days(joined, before, start);
            }
        }
        for (&row, &count) in earlier.iter().filter(|&(&row, _)| !snapshot.is_sanctioned(row)) {
            let Some(joined) = snapshot.joined(row) else { continue };
            let cohort = &mut cohorts[cohort_of(snapshot.now - joined.min(snapshot.now))];
            cohort.count += f64::from(count);
            cohort.squares += f64::from(count) * f64::from(count);
        }
        let mut all = Cohort::default();
        cohorts.iter().for_each(|cohort| all.add(*cohort));
        let mut seen = Vec::new();
        for (row, count) in recent.into_iter().filter(|&(row, _)| !snapshot.is_sanctioned(row)) {
            let Some(joined) = snapshot.joined(row) else { continue };
            let cohort = &cohorts[cohort_of(snapshot.now - joined.min(snapshot.now))];
            let Some(prior) = cohort.prior().or_else(|| all.prior()) else {
                continue;
            };
            let had = earlier.get(&row).copied().unwrap_or(0);
            let shape = prior.shape + f64::from(had);
            let rate = shape / (prior.days + days(joined, before, start));
            let expected = rate * days(joined, start, snapshot.now);
            seen.push(Seen {
                row,
                count,
                had,
                expected,
                chance: gamma_poisson_tail(count, shape, expected),
            });
        }
        let chances: Vec<f64> = seen.iter().map(|seen| seen.chance).collect();
        let rates = benjamini_hochberg(&chances, members);
        let found = seen.into_iter().zip(rates);
        let found = found.filter(|(seen, rate)| *rate <= self.discoveries && seen.count >= self.fewest);
        strongest_first(found.map(|(seen, rate)| self.finding(&seen, rate)).collect())
    }
}

/// Somebody who let people in lately.
struct Seen {
    row: u32,
    count: u32,
    had: u32,
    expected: f64,
    chance: f64,
}

impl Velocity {
    fn finding(&self, seen: &Seen, rate: f64) -> Finding {
        let &Seen {
            row,
            count,
            had,
            expected,
            chance,
        } = seen;
        let z = anscombe(count, expected);
        Finding {
            person: row,
            strength: -chance.max(f64::MIN_POSITIVE).log10(),
            evidence: count,
            since: None,
            figures: BTreeMap::from([
                ("let_in", f64::from(count)),
                ("let_in_before", f64::from(had)),
                ("expected", expected),
                ("z", z),
                ("chance", chance),
                ("false_discovery_rate", rate),
            ]),
            words: format!(
                "They let {count} people in within {} days. After {had} in the {} days before, and by what members of their \
                 time here do, {expected:.1} were to be expected: z = {z:.1}, a chance of {chance:.1e}. Of leads of this \
                 strength, at most {} are expected to be chance alone.",
                self.window / DAY,
                self.reference / DAY,
                percent_of(rate),
            ),
        }
    }
}

fn percent_of(rate: f64) -> String {
    match rate {
        rate if rate < 0.001 => "0.1 %".to_owned(),
        rate => super::percent(rate),
    }
}
