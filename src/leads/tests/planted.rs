//! What each kind finds in synthetic communities in which rings were planted, beside chance and beside whoever is reported
//! most.

use std::collections::HashMap;

use super::Dice;
use crate::{
    leads::{
        LeadKind,
        kinds::{self, Finding},
        snapshot::{DAY, Rows, Sanction, Snapshot},
    },
    moderation::ReasonCode,
};

const NOW: u32 = 720 * DAY;
const HONEST: u32 = 20_000;
const RINGS: usize = 20;
/// How many leads an abuse team looks at.
const TOP: usize = 20;

/// A ring: one who lets in many false members within some days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ring {
    /// Some months ago. A third of the false members is banned by now; the one who let them in is not.
    Old,
    /// In these days. Nobody is banned yet.
    Fresh,
    /// By an account that was taken over and is banned; the false members are not.
    Taken,
}

struct Community {
    snapshot: Snapshot,
    reports: HashMap<u32, u32>,
    /// Everybody of each ring.
    rings: Vec<(Ring, Vec<u32>)>,
}

fn community(seed: u64) -> Community {
    let mut dice = Dice(seed);
    let mut snapshot = Snapshot::at(NOW);
    let mut reports: HashMap<u32, u32> = HashMap::new();
    let day = |row: u32| 1 + row * 700 / HONEST;
    let mut inviters = vec![0; HONEST as usize + 1];
    for row in 1..=HONEST {
        // Half of all come by somebody who came lately, the others by whoever let somebody in before.
        let inviter = match row {
            ..=20 => 0,
            _ if dice.chance(0.5) => dice.one(row.saturating_sub(2000).max(1), row),
            _ => match inviters[dice.one(1, row) as usize] {
                0 => dice.one(1, row),
                inviter => inviter,
            },
        };
        inviters[row as usize] = inviter;
        snapshot.join(row, inviter, day(row) * DAY + dice.one(0, DAY));
        // Whoever is known to many is reported by some.
        if inviter != 0 && dice.chance(0.04) {
            *reports.entry(inviter).or_default() += 1;
        }
        if dice.chance(0.02) {
            *reports.entry(row).or_default() += 1;
        }
        if dice.chance(0.015) {
            let at = (day(row) + dice.one(1, 60)).min(719) * DAY;
            let reason = if dice.chance(0.5) {
                ReasonCode::Spam
            } else {
                ReasonCode::Abuse
            };
            snapshot.sanction(Sanction {
                person: row,
                at,
                reason,
            });
        }
    }
    let (mut next, mut rings) = (HONEST + 1, Vec::new());
    for ring in [Ring::Old, Ring::Fresh, Ring::Taken] {
        for _ in 0..RINGS {
            let begun = match ring {
                Ring::Old => NOW - dice.one(50, 200) * DAY,
                Ring::Fresh => NOW - 6 * DAY,
                Ring::Taken => NOW - dice.one(15, 200) * DAY,
            };
            let leader = loop {
                let one = dice.one(1, HONEST);
                let joined = snapshot.joined(one).unwrap_or(NOW);
                if joined < begun && !snapshot.is_sanctioned(one) {
                    break one;
                }
            };
            let many = if ring == Ring::Old {
                dice.one(15, 45)
            } else {
                dice.one(10, 30)
            };
            let mut people = vec![leader];
            for _ in 0..many {
                // Most by the one, some by those who were let in before.
                let inviter = if dice.chance(0.7) {
                    leader
                } else {
                    people[dice.one(0, people.len() as u32) as usize]
                };
                let joined = begun + dice.one(0, 5 * DAY);
                snapshot.join(next, inviter, joined.max(snapshot.joined(inviter).unwrap_or(0)));
                if ring == Ring::Old && dice.chance(0.33) {
                    let at = joined + dice.one(2, 40) * DAY;
                    snapshot.sanction(Sanction {
                        person: next,
                        at,
                        reason: ReasonCode::Spam,
                    });
                }
                // A false member is reported far more often than an honest one.
                let often = if ring == Ring::Fresh { 0.05 } else { 0.4 };
                for _ in 0..5 {
                    if dice.chance(often) {
                        *reports.entry(next).or_default() += 1;
                    }
                }
                people.push(next);
                next += 1;
            }
            if ring == Ring::Taken {
                let at = begun + dice.one(6, 12) * DAY;
                snapshot.sanction(Sanction {
                    person: leader,
                    at,
                    reason: ReasonCode::Security,
                });
            }
            rings.push((ring, people));
        }
    }
    Community {
        snapshot,
        reports,
        rings,
    }
}

/// Which share of a list is of a ring of this sort, and which share of these rings is in it.
fn measure(community: &Community, sort: Ring, list: &[u32]) -> (f64, f64) {
    let rings: Vec<_> = community.rings.iter().filter(|(ring, _)| *ring == sort).collect();
    let of: Rows = rings.iter().flat_map(|(_, people)| people.iter().copied()).collect();
    let hits = list.iter().filter(|&&row| of.has(row)).count();
    let listed: Rows = list.iter().copied().collect();
    let found = rings
        .iter()
        .filter(|(_, people)| people.iter().any(|&row| listed.has(row)));
    (
        hits as f64 / list.len().max(1) as f64,
        found.count() as f64 / rings.len() as f64,
    )
}

/// Those who are reported most and not banned.
fn most_reported(community: &Community) -> Vec<u32> {
    let mut all: Vec<(u32, u32)> = community.reports.iter().map(|(&row, &count)| (count, row)).collect();
    all.retain(|&(_, row)| !community.snapshot.is_sanctioned(row));
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.into_iter().map(|(_, row)| row).take(TOP).collect()
}

fn by_chance(community: &Community, dice: &mut Dice) -> Vec<u32> {
    let all: Vec<u32> = community.snapshot.people().map(|(row, _)| row).collect();
    (0..TOP).map(|_| all[dice.one(0, all.len() as u32) as usize]).collect()
}

#[test]
fn planted_rings_are_found_where_chance_and_reports_miss_them() {
    const SEEDS: u64 = 5;
    let mut sums: HashMap<LeadKind, [(f64, f64); 3]> = HashMap::new();
    for seed in 0..SEEDS {
        let community = community(seed);
        let (reported, mut dice) = (most_reported(&community), Dice(seed ^ 0xFEED));
        for kind in kinds::all() {
            let sort = match kind.kind() {
                LeadKind::BadRate | LeadKind::Accountability => Ring::Old,
                LeadKind::Velocity => Ring::Fresh,
                LeadKind::Exposure => Ring::Taken,
            };
            let found: Vec<Finding> = kind.find(&community.snapshot);
            let listed: Vec<u32> = found.iter().map(|lead| lead.person).take(TOP).collect();
            let lists = [listed, reported.clone(), by_chance(&community, &mut dice)];
            let sums = sums.entry(kind.kind()).or_default();
            for (sum, list) in sums.iter_mut().zip(lists) {
                let (precision, recall) = measure(&community, sort, &list);
                *sum = (sum.0 + precision / SEEDS as f64, sum.1 + recall / SEEDS as f64);
            }
        }
    }
    println!("| lead | precision | recall | most reports first | by chance |");
    for &kind in LeadKind::ALL {
        let [(precision, recall), reports, chance] = sums[&kind];
        let pair = |(precision, recall): (f64, f64)| format!("{precision:.2} / {recall:.2}");
        println!(
            "| {kind} | {precision:.2} | {recall:.2} | {} | {} |",
            pair(reports),
            pair(chance)
        );
    }
    for (kind, [(precision, recall), reports, chance]) in sums {
        assert!(precision >= 0.7 && recall >= 0.6, "{kind}: {precision} {recall}");
        for (other, beside) in [("reports", reports), ("chance", chance)] {
            assert!(
                recall > beside.1 && precision > beside.0,
                "{kind}: {precision} {recall}, {other} {beside:?}"
            );
        }
    }
}
