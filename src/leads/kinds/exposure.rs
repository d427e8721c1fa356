//! Who came in by way of somebody from shortly before they were banned.

use std::collections::{BTreeMap, HashMap};

use super::{Finding, Kind, strongest_first};
use crate::{
    leads::{
        LeadKind,
        snapshot::{DAY, Rows, Snapshot},
        stats::anscombe,
    },
    moderation::ReasonCode,
    platform::terms::Timestamp,
};

/// Whoever was banned was perhaps not themself, or not honest, for some time before. Exposed is who came in by an invite
/// of theirs from `before` that time on, and everybody who came in below those, wherever they were put since. Whoever was
/// let in earlier, and their branch, is not. Of bans that somebody asked for nothing follows.
#[derive(Debug, Clone, Copy)]
pub struct Exposure {
    /// How long before the ban, in seconds.
    pub before: u32,
    /// How long before that is looked at for what was usual, in seconds.
    pub usual: u32,
    /// Bans that are older, in seconds, are passed over: whoever came then has shown since who they are.
    pub recent: u32,
}

impl Default for Exposure {
    fn default() -> Self {
        Self {
            before: 14 * DAY,
            usual: 56 * DAY,
            recent: 180 * DAY,
        }
    }
}

/// Who came in by way of one who was banned.
#[derive(Debug, Clone, Copy, Default)]
struct Exposed {
    since: u32,
    people: u32,
    banned: u32,
    /// How many of them by an invite of theirs.
    first: u32,
    /// How many whoever was banned had let in in the time that is looked at for what was usual.
    usual: u32,
}

impl Exposure {
    /// From when on each who was banned exposes whom they let in.
    fn since(&self, snapshot: &Snapshot) -> HashMap<u32, u32> {
        let mut since: HashMap<u32, u32> = HashMap::new();
        let oldest = snapshot.now.saturating_sub(self.recent);
        let told = snapshot.sanctions().iter().filter(|sanction| sanction.at >= oldest);
        for sanction in told.filter(|sanction| sanction.reason != ReasonCode::Request) {
            let from = sanction.at.saturating_sub(self.before);
            let known = since.entry(sanction.person).or_insert(from);
            *known = from.min(*known);
        }
        since
    }

    /// Everybody who is exposed, with whoever exposes them.
    pub(in crate::leads) fn pairs(&self, snapshot: &Snapshot, mut met: impl FnMut(u32, u32, bool)) {
        let since = self.since(snapshot);
        let Some(&first) = since.values().min() else { return };
        let banned: Rows = since.keys().copied().collect();
        for (row, _) in snapshot.people().filter(|&(_, joined)| joined >= first) {
            let mut below = row;
            for above in snapshot.above_first(row) {
                let joined = snapshot.joined(below).unwrap_or(0);
                // Whoever stands further up was there earlier.
                if joined < first {
                    break;
                }
                if banned.has(above) && since.get(&above).is_some_and(|&from| joined >= from) {
                    met(above, row, below == row);
                }
                below = above;
            }
        }
    }
}

impl Kind for Exposure {
    fn kind(&self) -> LeadKind {
        LeadKind::Exposure
    }

    fn find(&self, snapshot: &Snapshot) -> Vec<Finding> {
        let since = self.since(snapshot);
        let mut found: HashMap<u32, Exposed> = HashMap::new();
        self.pairs(snapshot, |above, row, is_first| {
            let exposed = found.entry(above).or_default();
            exposed.people += 1;
            exposed.banned += u32::from(snapshot.is_sanctioned(row));
            exposed.first += u32::from(is_first);
        });
        for (row, joined) in snapshot.people() {
            let inviter = snapshot.let_in_by(row);
            if let (Some(exposed), Some(&from)) = (found.get_mut(&inviter), since.get(&inviter))
                && (from.saturating_sub(self.usual)..from).contains(&joined)
            {
                exposed.usual += 1;
            }
        }
        let found = found.into_iter().map(|(person, exposed)| {
            let since = since.get(&person).copied().unwrap_or_default();
            (person, Exposed { since, ..exposed })
        });
        let found = found.filter(|(_, exposed)| exposed.people > exposed.banned);
        strongest_first(
            found
                .map(|(person, exposed)| self.finding(snapshot, person, exposed))
                .collect(),
        )
    }
}

impl Exposure {
    fn finding(&self, snapshot: &Snapshot, person: u32, exposed: Exposed) -> Finding {
        let Exposed {
            since,
            people,
            banned,
            first,
            usual,
        } = exposed;
        let left = people - banned;
        let joined = snapshot.joined(person).unwrap_or(0);
        // Of whoever had just joined nothing is known, so that nothing was to be expected.
        let known = since.saturating_sub(joined.max(since.saturating_sub(self.usual)));
        let expected = f64::from(usual) * f64::from(self.before) / f64::from(known.max(self.before));
        let z = anscombe(first, expected);
        Finding {
            person,
            strength: z.max(0.0),
            evidence: left,
            since: Some(since),
            figures: BTreeMap::from([
                ("exposed", f64::from(people)),
                ("banned", f64::from(banned)),
                ("by_their_invites", f64::from(first)),
                ("expected", expected),
                ("z", z),
            ]),
            words: format!(
                "They are banned or suspended. {people} people came in by way of them from {} on, {} days before that: {first} by \
                 their own invites, where {expected:.1} were to be expected by what they did before (z = {z:.1}), the rest \
                 below those. {banned} of them are put out too, {left} are not.",
                day(since),
                self.before / DAY,
            ),
        }
    }
}

/// The day of a moment, in UTC: 2026-09-30.
fn day(seconds: u32) -> String {
    let moment = Timestamp::from_seconds(i64::from(seconds)).to_string();
    moment.split('T').next().unwrap_or_default().to_owned()
}
