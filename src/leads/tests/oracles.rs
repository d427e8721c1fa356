use std::collections::HashMap;

use super::Dice;
use crate::{
    leads::{
        kinds::{Accountability, BadRate, Exposure, Kind, Velocity},
        snapshot::{DAY, Sanction, Snapshot},
        stats::{beta_above, gamma_poisson_tail, wilson},
    },
    moderation::ReasonCode,
};

fn ban(person: u32, at: u32) -> Sanction {
    Sanction {
        person,
        at,
        reason: ReasonCode::Spam,
    }
}

/// One who let 40 people in, of whom 9 are banned, among 2 000 of whom 1 in 50 is.
#[test]
fn a_branch_is_bad_beside_the_community() {
    let now = 1000 * DAY;
    let mut snapshot = Snapshot::at(now);
    snapshot.join(1, 0, 0);
    snapshot.join(2, 1, 10 * DAY);
    let mut row = 3;
    for place in 0..40 {
        snapshot.join(row, 2, 100 * DAY);
        if place < 9 {
            snapshot.sanction(ban(row, 110 * DAY));
        }
        row += 1;
    }
    for place in 0..1959 {
        snapshot.join(row, 1, 50 * DAY);
        if place % 63 == 0 {
            snapshot.sanction(ban(row, 60 * DAY));
        }
        row += 1;
    }
    // Not yet grown, below the fourth step, and banned: of these nobody is counted.
    snapshot.join(row, 2, now - 29 * DAY);
    snapshot.sanction(ban(row, now));
    let mut below = 3;
    for step in 1..=4 {
        snapshot.join(row + step, below, 200 * DAY);
        below = row + step;
    }
    let rule = BadRate::default();
    let found = rule.find(&snapshot);
    assert_eq!(found.iter().map(|lead| lead.person).collect::<Vec<_>>(), [2]);
    let figures = &found[0].figures;
    // 40, and two of the four below the first of them, who are two and three steps down.
    assert_eq!((figures["people"], figures["banned"]), (42.0, 9.0));
    let (low, high) = wilson(9, 42);
    assert_eq!((figures["rate_low"], figures["rate_high"]), (low, high));
    let base = figures["community_rate"];
    let sure = beta_above(20.0 * base + 9.0, 20.0 * (1.0 - base) + 33.0, 3.0 * base);
    assert!(sure >= 0.95 && (figures["probability"] - sure).abs() < 1e-12);
    assert!(
        found[0]
            .words
            .starts_with("9 of the 42 people whom they and those below them let in (up to 3 steps down")
    );
    // With a bound that is out of reach nobody is found, and with none at all nobody fails.
    assert!(BadRate { ratio: 1000.0, ..rule }.find(&snapshot).is_empty());
    assert!(rule.find(&Snapshot::at(now)).is_empty());
}

/// A tree whose people are put under others now and then, and some of whom are banned.
fn community(seed: u64) -> (Snapshot, Vec<(u32, u32, u32)>) {
    let mut dice = Dice(seed);
    let now = 1000 * DAY;
    let mut snapshot = Snapshot::at(now);
    // Who stood under whom from when on.
    let mut edges = Vec::new();
    let many = 120;
    for row in 1..=many {
        let inviter = if row < 4 { 0 } else { dice.one(1, row) };
        snapshot.join(row, inviter, row * DAY);
        edges.push((row, inviter, 0));
    }
    for time in 0..25 {
        let person = dice.one(20, many + 1);
        // Never below oneself: whoever came earlier and was never moved.
        let under = dice.one(1, 20);
        let at = (200 + 20 * time) * DAY;
        snapshot.put_under(person, under, at);
        edges.push((person, under, at));
    }
    for _ in 0..30 {
        let person = dice.one(4, many + 1);
        if !snapshot.is_sanctioned(person) {
            snapshot.sanction(ban(person, dice.one(150, 900) * DAY));
        }
    }
    (snapshot, edges)
}

/// Under whom somebody stood then, by the list of edges alone.
fn under(edges: &[(u32, u32, u32)], person: u32, at: u32) -> u32 {
    let known = edges.iter().filter(|edge| edge.0 == person && edge.2 <= at);
    known.max_by_key(|edge| edge.2).map_or(0, |edge| edge.1)
}

#[test]
fn accountability_is_the_sum_over_everybody_below_as_of_the_ban() {
    for seed in 0..20 {
        let (snapshot, edges) = community(seed);
        let rule = Accountability::default();
        let mut expected: HashMap<u32, (f64, u32)> = HashMap::new();
        for sanction in snapshot.sanctions() {
            for above in 1..=120 {
                // How many steps up they stand, if they do.
                let (mut at, mut steps) = (sanction.person, 0);
                while at != 0 && at != above {
                    at = under(&edges, at, sanction.at);
                    steps += 1;
                }
                if at == above && steps > 0 {
                    let age = f64::from(snapshot.now - sanction.at) / f64::from(rule.half_life);
                    let entry = expected.entry(above).or_default();
                    entry.0 += rule.per_step.powi(steps - 1) * 2_f64.powf(-age);
                    entry.1 += 1;
                }
            }
        }
        let sums = rule.sums(&snapshot);
        assert_eq!(sums.len(), expected.len());
        for (person, (sum, count)) in &expected {
            let found = sums[person];
            assert!(
                (found.0 - sum).abs() < 1e-9 && found.1 == *count,
                "{seed}, {person}: {found:?} {sum} {count}"
            );
        }
        let found = rule.find(&snapshot);
        let enough = |person: &u32| {
            let of = expected.get(person);
            of.is_some_and(|(sum, count)| *sum >= rule.least && *count >= rule.fewest)
                && !snapshot.is_sanctioned(*person)
        };
        let mut listed: Vec<u32> = found.iter().map(|lead| lead.person).collect();
        listed.sort_unstable();
        let mut own: Vec<u32> = expected.keys().copied().filter(enough).collect();
        own.retain(|person| {
            let below = expected
                .keys()
                .filter(|below| enough(below) && snapshot.inviter(**below) == *person);
            below
                .map(|below| expected[below].0 / 2.0)
                .all(|part| part < rule.by_one * expected[person].0)
        });
        own.sort_unstable();
        assert_eq!(listed, own);
        assert!(found.is_sorted_by(|one, other| one.strength >= other.strength));
    }
}

#[test]
fn exposed_is_whose_first_edge_off_the_banned_is_young_enough() {
    let mut met = 0;
    for seed in 0..40 {
        let (mut snapshot, edges) = community(seed);
        // Bans soon after joining, so that some of those whom they let in came just before.
        let mut dice = Dice(seed ^ 77);
        for _ in 0..6 {
            let person = dice.one(4, 60);
            if !snapshot.is_sanctioned(person) {
                snapshot.sanction(ban(person, (person + dice.one(1, 40)) * DAY));
            }
        }
        let asked_for = snapshot.sanctions()[0].person;
        let mut changed = Snapshot::at(snapshot.now);
        for (row, joined) in snapshot.people() {
            changed.join(row, under(&edges, row, 0), joined);
        }
        for &(person, under, at) in edges.iter().filter(|edge| edge.2 > 0) {
            changed.put_under(person, under, at);
        }
        for (place, sanction) in snapshot.sanctions().iter().enumerate() {
            let reason = if place == 0 {
                ReasonCode::Request
            } else {
                sanction.reason
            };
            changed.sanction(Sanction { reason, ..*sanction });
        }
        let rule = Exposure {
            recent: 1000 * DAY,
            ..Exposure::default()
        };
        let mut pairs = Vec::new();
        rule.pairs(&changed, |above, row, _| pairs.push((above, row)));
        let mut expected = Vec::new();
        for sanction in changed
            .sanctions()
            .iter()
            .filter(|sanction| sanction.person != asked_for)
        {
            for row in 1..=120_u32 {
                // The way up by the edges by which each came in.
                let mut below = row;
                while under(&edges, below, 0) != 0 && under(&edges, below, 0) != sanction.person {
                    below = under(&edges, below, 0);
                }
                let is_below = under(&edges, below, 0) == sanction.person && row != sanction.person;
                if is_below && below * DAY >= sanction.at.saturating_sub(rule.before) {
                    expected.push((sanction.person, row));
                }
            }
        }
        pairs.sort_unstable();
        expected.sort_unstable();
        assert_eq!(pairs, expected, "{seed}");
        met += expected.len();
        let found = rule.find(&changed);
        for lead in &found {
            let exposed: Vec<_> = expected.iter().filter(|pair| pair.0 == lead.person).collect();
            let banned = exposed.iter().filter(|pair| changed.is_sanctioned(pair.1)).count();
            assert_eq!(lead.figures["exposed"], exposed.len() as f64);
            assert_eq!(lead.evidence as usize, exposed.len() - banned);
        }
    }
    assert!(met > 100, "{met} were exposed");
}

#[test]
fn haste_is_measured_by_what_was_to_be_expected() {
    let now = 1000 * DAY;
    let mut snapshot = Snapshot::at(now);
    for row in 1..=1000 {
        snapshot.join(row, 0, 100 * DAY);
    }
    let mut next = 1001;
    let mut lets_in = |snapshot: &mut Snapshot, inviter: u32, many: u32, at: u32| {
        for _ in 0..many {
            snapshot.join(next, inviter, at);
            next += 1;
        }
    };
    // In the four weeks before everybody let in one, one of them thirty; in these days one of them fifteen, and that one six.
    for row in 1..=1000 {
        lets_in(&mut snapshot, row, if row == 500 { 30 } else { 1 }, now - 20 * DAY);
    }
    lets_in(&mut snapshot, 7, 15, now - 3 * DAY);
    lets_in(&mut snapshot, 500, 6, now - 3 * DAY);
    lets_in(&mut snapshot, 8, 4, now - 3 * DAY);
    lets_in(&mut snapshot, 9, 15, now - 8 * DAY);
    let found = Velocity::default().find(&snapshot);
    assert_eq!(found.iter().map(|lead| lead.person).collect::<Vec<_>>(), [7]);
    let figures = &found[0].figures;
    // The cohort: 1 000 members, of whom each but two let in one in 28 days, one 30, and one 16.
    let (mean, squares) = ((998.0 + 30.0 + 16.0) / 1000.0, (998.0 + 900.0 + 256.0) / 1000.0);
    let spread: f64 = mean * mean / (squares - mean * mean - mean);
    assert!(spread > 5.0, "{spread}");
    let shape = 5.0;
    let expected = (shape + 1.0) / (shape / mean + 1.0) / 4.0;
    assert!((figures["expected"] - expected).abs() < 1e-9, "{figures:?} {expected}");
    assert!((figures["chance"] - gamma_poisson_tail(15, shape + 1.0, expected)).abs() < 1e-12);
    assert!(
        figures["z"] > 5.0 && figures["false_discovery_rate"] <= 0.05,
        "{figures:?}"
    );
    // Whoever is banned already is none.
    snapshot.sanction(ban(7, now - DAY));
    assert!(Velocity::default().find(&snapshot).is_empty());
    assert!(Velocity::default().find(&Snapshot::at(now)).is_empty());
}
