//! What happened in a synthetic community, in the order of time. Pure: the same for the same seed.
//!
//! A newcomer is let in by somebody who let in others before (one in five: preferential attachment, Barabási and Albert
//! 1999), by anybody (a random recursive tree, whose height is about e·ln n: 44 of ten million), or by somebody who has
//! just come in (one in four). The community grows faster from year to year: the time of the n-th invite goes by the root of n.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use crate::platform::terms::{Id, InviteId, PersonId, PersonRow, Rng, SanctionId, Timestamp};

/// From the community's first moment to its last.
pub(super) const SPAN: Duration = Duration::from_secs(5 * 365 * 86_400);
/// For how long an invite holds.
const LIFETIME: Duration = Duration::from_secs(14 * 86_400);
/// Of a thousand invites so many are not taken.
const UNUSED: u64 = 100;
/// Of a thousand members so many are banned, and so many of those whose inviter is.
const BANNED: u64 = 4;
const BANNED_BELOW: u64 = 150;
/// Of a hundred bans so many are lifted again.
const LIFTED: u64 = 15;
/// Of a thousand newcomers so many are vouched for, and so many are complained of.
const VOUCHED: u64 = 50;
const REPORTED: u64 = 15;
const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(86_400);

/// Something that happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    /// The owner is there.
    Found { person: PersonRow, id: PersonId },
    /// Somebody gives an invite, which nobody will take where it is `unused`.
    Invite { by: PersonRow, invite: Given, unused: bool },
    /// Somebody comes in by it.
    Join {
        person: PersonRow,
        id: PersonId,
        by: PersonRow,
        invite: Given,
    },
    /// Its giver was put out before anybody came.
    Lapse { by: PersonRow, invite: Given },
    /// One stands up for another.
    Vouch { from: PersonRow, to: PersonRow },
    /// One complains of another.
    Report { from: PersonRow, on: PersonRow },
    /// Somebody is put out.
    Ban { person: PersonRow, sanction: SanctionId },
    /// They are back.
    Lift { person: PersonRow },
}

/// An invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    /// Its row.
    pub(super) row: i64,
    /// Its public id.
    pub(super) id: InviteId,
    /// Since when.
    pub(super) at: Timestamp,
}

impl Given {
    /// Until when it holds.
    pub(super) fn expires_at(&self) -> Timestamp {
        self.at.after(LIFETIME)
    }
}

/// What waits for its time.
#[derive(Debug, Clone, Copy)]
enum Due {
    Join(u32, Given),
    Ban(u32),
    Lift(u32),
}

/// What waits, by its time and in the order of its coming.
struct Waiting(Timestamp, u64, Due);

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}
impl Eq for Waiting {}
impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// Numbers as good as random ones, the same for the same seed (SplitMix64: Steele, Lea and Flood 2014).
struct Numbers(AtomicU64);

impl Numbers {
    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut mixed = self.0.fetch_add(STEP, Relaxed).wrapping_add(STEP);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Below `bound`; the bias of 2⁻³² at most is of no account here.
    fn below(&self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    fn within(&self, least: Duration, most: Duration) -> Duration {
        let span = u64::try_from((most - least).as_micros()).unwrap_or(u64::MAX);
        least + Duration::from_micros(self.below(span))
    }
}

impl Rng for Numbers {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// What a community comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Members.
    pub people: u64,
    /// Invites, taken or not.
    pub invites: u64,
    /// Vouches.
    pub vouches: u64,
    /// Complaints.
    pub reports: u64,
    /// Bans, lifted or not.
    pub bans: u64,
    /// The most invites between the owner and anybody.
    pub depth: u8,
}

/// What is to become of a member.
#[derive(Clone, Copy, Default)]
struct Fate {
    inviter: u32,
    depth: u8,
    /// A ban awaits them, or has come.
    doomed: bool,
    banned: bool,
}

/// A community that grows.
pub(super) struct Growth {
    numbers: Numbers,
    begins: Timestamp,
    wanted: u64,
    /// By row less one.
    people: Vec<Fate>,
    due: BinaryHeap<Reverse<Waiting>>,
    turn: u64,
    totals: Totals,
}

impl Growth {
    /// A community that begins at this time and ends with so many people, from 1 to 2³² − 2.
    pub(super) fn new(seed: u64, people: u32, begins: Timestamp) -> Self {
        Self {
            numbers: Numbers(AtomicU64::new(seed)),
            begins,
            wanted: u64::from(people.max(1)),
            people: Vec::new(),
            due: BinaryHeap::new(),
            turn: 0,
            totals: Totals::default(),
        }
    }

    /// What has come of it so far.
    pub(super) fn totals(&self) -> Totals {
        self.totals
    }

    /// Tells what happens until the next invite is given, the giving included; false once everybody is there.
    pub(super) fn step(&mut self, tell: &mut impl FnMut(Timestamp, Deed)) -> bool {
        if self.people.is_empty() {
            let id = Id::new(self.begins, &self.numbers);
            let person = self.arrive(Fate::default());
            tell(self.begins, Deed::Found { person, id });
        }
        let at = self.time_of(self.totals.invites + 1);
        while self.totals.people < self.wanted
            && let Some(Reverse(next)) = self.due.peek()
            && next.0 <= at
            && let Some(Reverse(Waiting(at, _, due))) = self.due.pop()
        {
            self.happen(at, due, tell);
        }
        if self.totals.people >= self.wanted {
            return false;
        }
        if let Some(by) = self.inviter() {
            self.invite(by, at, tell);
        }
        true
    }

    /// Invites that were given and not taken yet.
    pub(super) fn open(self) -> impl Iterator<Item = (PersonRow, Given)> {
        self.due.into_iter().filter_map(|Reverse(Waiting(.., due))| match due {
            Due::Join(by, invite) => Some((row(by), invite)),
            Due::Ban(_) | Due::Lift(_) => None,
        })
    }

    /// When the n-th invite is given.
    fn time_of(&self, n: u64) -> Timestamp {
        let all = self.wanted as f64 / (1.0 - UNUSED as f64 / 1000.0);
        self.begins.after(SPAN.mul_f64((n as f64 / all).sqrt()))
    }

    /// Who gives the next one; none where each of some who were asked is banned.
    fn inviter(&self) -> Option<u32> {
        let (numbers, count) = (&self.numbers, self.people.len() as u64);
        (0..16).find_map(|_| {
            let place = match numbers.below(100) {
                0..20 => u64::from(self.people[numbers.below(count) as usize].inviter),
                20..75 => numbers.below(count),
                _ => count - 1 - numbers.below(count.div_ceil(1000)),
            };
            (!self.people[place as usize].banned).then_some(place as u32)
        })
    }

    fn invite(&mut self, by: u32, at: Timestamp, tell: &mut impl FnMut(Timestamp, Deed)) {
        self.totals.invites += 1;
        let invite = Given {
            row: i64::try_from(self.totals.invites).unwrap_or(i64::MAX),
            id: Id::new(at, &self.numbers),
            at,
        };
        let unused = self.numbers.below(1000) < UNUSED;
        tell(
            at,
            Deed::Invite {
                by: row(by),
                invite,
                unused,
            },
        );
        if !unused {
            // Most come within the day, some let it wait.
            let most = if self.numbers.below(4) == 0 { 10 * DAY } else { DAY };
            let after = self.numbers.within(MINUTE, most);
            self.wait(at.after(after), Due::Join(by, invite));
        }
    }

    fn wait(&mut self, at: Timestamp, due: Due) {
        self.turn += 1;
        self.due.push(Reverse(Waiting(at, self.turn, due)));
    }

    fn happen(&mut self, at: Timestamp, due: Due, tell: &mut impl FnMut(Timestamp, Deed)) {
        match due {
            Due::Join(by, invite) if self.people[by as usize].banned => {
                tell(at, Deed::Lapse { by: row(by), invite });
            }
            Due::Join(by, invite) => self.join(at, by, invite, tell),
            Due::Ban(place) => {
                self.people[place as usize].banned = true;
                self.totals.bans += 1;
                let sanction = Id::new(at, &self.numbers);
                tell(
                    at,
                    Deed::Ban {
                        person: row(place),
                        sanction,
                    },
                );
                if self.numbers.below(100) < LIFTED {
                    let after = self.numbers.within(DAY, 20 * DAY);
                    self.wait(at.after(after), Due::Lift(place));
                }
            }
            Due::Lift(place) => {
                self.people[place as usize].banned = false;
                tell(at, Deed::Lift { person: row(place) });
            }
        }
    }

    fn join(&mut self, at: Timestamp, by: u32, invite: Given, tell: &mut impl FnMut(Timestamp, Deed)) {
        let id = Id::new(at, &self.numbers);
        let above = self.people[by as usize];
        let banned = if above.doomed { BANNED_BELOW } else { BANNED };
        let fate = Fate {
            inviter: by,
            depth: above.depth.saturating_add(1),
            doomed: self.numbers.below(1000) < banned,
            banned: false,
        };
        let place = self.people.len() as u32;
        let person = self.arrive(fate);
        tell(
            at,
            Deed::Join {
                person,
                id,
                by: row(by),
                invite,
            },
        );
        if fate.doomed {
            let after = self.numbers.within(DAY, 90 * DAY);
            self.wait(at.after(after), Due::Ban(place));
        }
        // Somebody who was there already, and is not who let them in.
        let other = |numbers: &Numbers| Some(numbers.below(u64::from(place)) as u32).filter(|&other| other != by);
        if self.numbers.below(1000) < VOUCHED
            && let Some(from) = other(&self.numbers)
        {
            self.totals.vouches += 1;
            tell(
                at,
                Deed::Vouch {
                    from: row(from),
                    to: person,
                },
            );
        }
        if self.numbers.below(1000) < if fate.doomed { 20 * REPORTED } else { REPORTED }
            && let Some(from) = other(&self.numbers)
        {
            self.totals.reports += 1;
            tell(
                at,
                Deed::Report {
                    from: row(from),
                    on: person,
                },
            );
        }
    }

    fn arrive(&mut self, fate: Fate) -> PersonRow {
        self.people.push(fate);
        self.totals.people += 1;
        self.totals.depth = self.totals.depth.max(fate.depth);
        PersonRow(self.people.len() as i64)
    }
}

/// Everybody's row is one more than their place.
fn row(place: u32) -> PersonRow {
    PersonRow(i64::from(place) + 1)
}

/// A handle that can be spoken, another one for each row: five syllables of a hundred, in no order.
pub(super) fn handle(person: PersonRow) -> String {
    const CONSONANTS: &[u8; 20] = b"bcdfghjklmnpqrstvwxz";
    const VOWELS: &[u8; 5] = b"aeiou";
    // An odd factor gives each number below 2³³ another one, and 2³³ is less than 100⁵.
    let mut left = (person.0 as u64).wrapping_mul(0x9e37_79b1) & ((1 << 33) - 1);
    let mut handle = String::with_capacity(10);
    for _ in 0..5 {
        let syllable = (left % 100) as usize;
        handle.push(char::from(CONSONANTS[syllable / 5]));
        handle.push(char::from(VOWELS[syllable % 5]));
        left /= 100;
    }
    handle
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn grow(seed: u64, people: u32) -> (Vec<(Timestamp, Deed)>, Totals) {
        let mut growth = Growth::new(seed, people, Timestamp::from_seconds(1_600_000_000));
        let mut deeds = Vec::new();
        while growth.step(&mut |at, deed| deeds.push((at, deed))) {}
        (deeds, growth.totals())
    }

    #[test]
    fn a_community_is_the_same_for_the_same_seed_and_in_the_order_of_time() {
        let (deeds, totals) = grow(7, 5000);
        assert_eq!(grow(7, 5000).0, deeds);
        assert_ne!(grow(8, 5000).0, deeds);
        assert!(deeds.is_sorted_by_key(|(at, _)| *at));
        assert_eq!(totals.people, 5000);
        assert!(
            totals.bans > 10 && totals.vouches > 150 && totals.reports > 50,
            "{totals:?}"
        );
        assert!((15..40).contains(&totals.depth), "{totals:?}");
    }

    #[test]
    fn nobody_comes_before_their_inviter_or_by_somebody_who_is_out() {
        let (deeds, _) = grow(1, 3000);
        let (mut members, mut out, mut given, mut taken) =
            (HashSet::new(), HashSet::new(), HashSet::new(), HashSet::new());
        for (at, deed) in deeds {
            match deed {
                Deed::Found { person, .. } => assert!(members.insert(person)),
                Deed::Invite { by, invite, .. } => {
                    assert!(members.contains(&by) && !out.contains(&by));
                    assert!(given.insert(invite.row));
                }
                Deed::Join { person, by, invite, .. } => {
                    assert!(members.contains(&by) && !out.contains(&by));
                    assert!(given.contains(&invite.row) && taken.insert(invite.row) && at < invite.expires_at());
                    assert!(members.insert(person));
                }
                Deed::Lapse { by, .. } => assert!(out.contains(&by)),
                Deed::Vouch { from, to } | Deed::Report { from, on: to } => {
                    assert!(from != to && members.contains(&from) && members.contains(&to));
                }
                Deed::Ban { person, .. } => assert!(members.contains(&person) && out.insert(person)),
                Deed::Lift { person } => assert!(out.remove(&person)),
            }
        }
    }

    #[test]
    fn everybody_has_a_handle_of_their_own() {
        let handles: HashSet<_> = (1..=200_000).map(|row| handle(PersonRow(row))).collect();
        assert_eq!(handles.len(), 200_000);
        assert!(
            handles
                .iter()
                .all(|handle| crate::people::handle(handle).as_ref() == Ok(handle))
        );
    }
}
