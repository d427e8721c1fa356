//! Of whom somebody and those below them let in, more are put out than in the community as a whole.

use std::collections::{BTreeMap, HashMap};

use super::{Finding, Kind, percent, strongest_first};
use crate::leads::{
    LeadKind,
    snapshot::{DAY, Rows, Snapshot},
    stats::{beta_above, beta_below, wilson},
};

/// Of those that are one within the other the smallest is flagged: what one branch explains does not count above it.
///
/// Flags a branch where, with a Beta prior around the community's rate, the probability that the branch's rate is more
/// than `ratio` times the community's is at least `sure`.
#[derive(Debug, Clone, Copy)]
pub struct BadRate {
    /// How many steps down are counted.
    pub steps: usize,
    /// How long ago somebody has joined to be counted, in seconds.
    pub matured: u32,
    /// How many times the community's rate.
    pub ratio: f64,
    /// How many people's weight the prior has.
    pub prior: f64,
    /// From which probability on.
    pub sure: f64,
}

impl Default for BadRate {
    fn default() -> Self {
        Self {
            steps: 3,
            matured: 30 * DAY,
            ratio: 3.0,
            prior: 20.0,
            sure: 0.95,
        }
    }
}

/// A branch, as far as it is counted.
#[derive(Debug, Clone, Copy, Default)]
struct Counted {
    people: u32,
    banned: u32,
}

impl Counted {
    fn add(&mut self, banned: bool) {
        self.people += 1;
        self.banned += u32::from(banned);
    }
    fn less(self, other: Self) -> Self {
        Self {
            people: self.people.saturating_sub(other.people),
            banned: self.banned.saturating_sub(other.banned),
        }
    }
}

impl Kind for BadRate {
    fn kind(&self) -> LeadKind {
        LeadKind::BadRate
    }

    fn find(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let until = snapshot.now.saturating_sub(self.matured);
        let matured = || {
            let people = snapshot.people().filter(move |&(_, joined)| joined <= until);
            people.map(|(row, _)| row).filter(|&row| snapshot.inviter(row) != 0)
        };
        // Only a branch with somebody banned can be flagged.
        let mut of = Rows::default();
        let mut site = Counted::default();
        for row in matured() {
            let banned = snapshot.is_sanctioned(row);
            site.add(banned);
            if banned {
                snapshot.above(row).take(self.steps).for_each(|above| of.put(above));
            }
        }
        // By the number of steps down, less one.
        let mut branches: HashMap<u32, Vec<Counted>> = HashMap::new();
        for row in matured() {
            let above = snapshot.above(row).take(self.steps).enumerate();
            for (steps, above) in above.filter(|&(_, above)| of.has(above)) {
                let levels = branches
                    .entry(above)
                    .or_insert_with(|| vec![Counted::default(); self.steps]);
                levels[steps].add(snapshot.is_sanctioned(row));
            }
        }
        let base = f64::from(site.banned) / f64::from(site.people.max(1));
        let all = |levels: &[Counted]| Counted {
            people: levels.iter().map(|level| level.people).sum(),
            banned: levels.iter().map(|level| level.banned).sum(),
        };
        let mut flagged: Vec<_> = branches
            .iter()
            .filter(|(_, levels)| self.sure(all(levels), base) >= self.sure)
            .map(|(&person, _)| (snapshot.above(person).count(), person))
            .collect();
        // The deepest first.
        flagged.sort_unstable_by(|one, other| other.cmp(one));
        let mut explained: HashMap<u32, Counted> = HashMap::new();
        let mut found = Vec::new();
        for (_, person) in flagged {
            let Some(levels) = branches.get(&person) else { continue };
            let left = all(levels).less(explained.get(&person).copied().unwrap_or_default());
            if self.sure(left, base) < self.sure {
                continue;
            }
            found.push(self.finding(person, all(levels), left, base));
            for (up, above) in snapshot.above(person).take(self.steps).enumerate() {
                // As much of their branch as is counted up there, but what was explained before.
                let within = all(&levels[..self.steps - up - 1]);
                let part = within.less(explained.get(&person).copied().unwrap_or_default());
                let known = explained.entry(above).or_default();
                known.people += part.people;
                known.banned += part.banned;
            }
        }
        strongest_first(found)
    }
}

impl BadRate {
    /// The branch's distribution: the prior, and what was counted.
    fn posterior(&self, counted: Counted, base: f64) -> (f64, f64) {
        (
            base * self.prior + f64::from(counted.banned),
            (1.0 - base) * self.prior + f64::from(counted.people - counted.banned),
        )
    }

    /// The probability that the branch's rate is above the bound.
    fn sure(&self, counted: Counted, base: f64) -> f64 {
        let (alpha, beta) = self.posterior(counted, base);
        beta_above(alpha, beta, self.ratio * base)
    }

    fn finding(&self, person: u32, counted: Counted, left: Counted, base: f64) -> Finding {
        let Counted { people, banned } = counted;
        let sure = self.sure(counted, base);
        let (alpha, beta) = self.posterior(left, base);
        let unsure = beta_below(alpha, beta, self.ratio * base);
        let rate = f64::from(banned) / f64::from(people.max(1));
        let (low, high) = wilson(banned, people);
        Finding {
            person,
            // Digits of the improbability: it still tells branches apart where the probability is 1.
            strength: -unsure.max(f64::MIN_POSITIVE).log10(),
            evidence: banned,
            since: None,
            figures: BTreeMap::from([
                ("people", f64::from(people)),
                ("banned", f64::from(banned)),
                ("rate", rate),
                ("rate_low", low),
                ("rate_high", high),
                ("community_rate", base),
                ("probability", sure),
            ]),
            words: format!(
                "{banned} of the {people} people whom they and those below them let in (up to {} steps down, at least {} \
                 days ago) are banned or suspended: {} (95 % interval {} to {}). In the whole community it is {}. The probability that \
                 the rate here is more than {} times that is {}.",
                self.steps,
                self.matured / DAY,
                percent(rate),
                percent(low),
                percent(high),
                percent(base),
                self.ratio,
                if sure > 0.9995 {
                    "above 99.9 %".to_owned()
                } else {
                    percent(sure)
                },
            ),
        }
    }
}
