//! What happened in the sample community, in the order of time. Pure: the same for the same seed.

use std::{collections::HashSet, time::Duration};

use super::names::{NAMES, name};
use crate::platform::terms::{Role, SeededRng};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// From the community's first moment until now: some eighteen months.
pub(super) const SPAN: Duration = Duration::from_secs(547 * DAY);
/// From then on a reviewer sees everybody who joins.
const REVIEWED: u64 = 543 * DAY;
/// Members who came in one by one, and the owner.
const GROWN: usize = 1940;
/// Who came in by one leaked link.
const LEAKED: usize = 45;
/// Whom those let in.
const BELOW: usize = 15;
/// Who waits for a reviewer.
const PENDING: usize = 20;
/// Whom a reviewer has refused.
const REFUSED: usize = 3;
/// Invites that nobody used in time, and such as were taken back.
const EXPIRED: usize = 14;
const REVOKED: usize = 13;
/// Invites that can be used now: links, and such as go to an address.
const LINKS: usize = 8;
const LETTERS: usize = 3;
/// The most invites between the owner and anybody.
const DEEPEST: u32 = 12;
/// The most whom anybody lets in one by one.
const MOST: usize = 50;

/// Somebody in the sample community, by their place among its people. The owner is 0.
pub(super) type Who = usize;

/// Somebody in the sample community.
pub(super) struct Person {
    pub(super) handle: String,
    pub(super) name: String,
    pub(super) chinese: bool,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deed {
    /// The owner is there, and with them the rules of its growth.
    Found,
    /// Somebody gives the invite of this number: a link for so many, or to an address of its own.
    Invite { by: Who, invite: usize, uses: Option<u32> },
    /// They take it back.
    Revoke { by: Who, invite: usize },
    /// Somebody comes in by it.
    Join { who: Who, invite: usize },
    /// The rules become stricter: a reviewer sees everybody.
    Review,
    /// Somebody wants to come in by an invite and is seen by a reviewer, who refuses them or has not
    /// looked yet.
    Apply {
        who: Who,
        invite: usize,
        refused_by: Option<Who>,
    },
    /// One stands up for another.
    Vouch { from: Who, to: Who },
    /// One complains of another.
    Report { from: Who, on: Who },
    /// The owner gives a role.
    Appoint { who: Who, role: Role },
    /// Somebody is put out.
    Ban { who: Who, by: Who },
}

/// Everything that happened.
pub(super) struct Plan {
    pub(super) people: Vec<Person>,
    /// When each invite was given, after the first moment.
    pub(super) invites: Vec<Duration>,
    /// What happened when, after the first moment.
    pub(super) moments: Vec<(Duration, Deed)>,
}

/// What is known of a member while the plan is made.
struct Member {
    joined: u64,
    depth: u32,
    inviter: Who,
    children: usize,
}

struct Maker<'a> {
    rng: &'a SeededRng,
    members: Vec<Member>,
    invites: Vec<Duration>,
    moments: Vec<(Duration, Deed)>,
}

/// Plans the sample community.
pub(super) fn plan(rng: &SeededRng) -> Plan {
    let mut maker = Maker {
        rng,
        members: vec![Member {
            joined: 0,
            depth: 0,
            inviter: 0,
            children: 0,
        }],
        invites: Vec::new(),
        moments: Vec::new(),
    };
    maker.tell(0, Deed::Found);
    maker.tell(REVIEWED, Deed::Review);
    let leader = maker.grow();
    let staff = maker.appoint(leader);
    maker.leak(leader, staff.admin);
    maker.good_and_bad_words(leader);
    maker.idle_invites(&staff);
    let newcomers = maker.members.len();
    maker.applicants(&staff);

    let Maker {
        invites, mut moments, ..
    } = maker;
    // Of one moment, what was told first came first.
    moments.sort_by_key(|(at, _)| *at);
    Plan {
        people: people(rng, newcomers + PENDING + REFUSED),
        invites,
        moments,
    }
}

/// Who keeps the community.
struct Staff {
    admin: Who,
    reviewer: Who,
    auditors: [Who; 2],
}

impl Maker<'_> {
    fn tell(&mut self, at: u64, deed: Deed) {
        self.moments.push((Duration::from_secs(at), deed));
    }

    fn invite(&mut self, at: u64, by: Who, uses: Option<u32>) -> usize {
        let invite = self.invites.len();
        self.invites.push(Duration::from_secs(at));
        self.tell(at, Deed::Invite { by, invite, uses });
        invite
    }

    fn join(&mut self, at: u64, inviter: Who, invite: usize) -> Who {
        let who = self.members.len();
        let depth = self.members[inviter].depth + 1;
        self.members[inviter].children += 1;
        self.members.push(Member {
            joined: at,
            depth,
            inviter,
            children: 0,
        });
        self.tell(at, Deed::Join { who, invite });
        who
    }

    /// Somebody who joined before `at`, anybody alike.
    fn anybody(&self, at: u64) -> Who {
        let there = self.members.partition_point(|member| member.joined + HOUR < at).max(1);
        self.rng.below(there as u64) as usize
    }

    /// Lets members in one by one, ever faster. Half of them are let in by somebody who joined
    /// lately, half by those who have let in many. Answers who will leak a link.
    fn grow(&mut self) -> Who {
        let mut leader = 0;
        for turn in 1..GROWN {
            // Three times as fast at the end as in the beginning.
            let (turn, all) = (turn as u64, GROWN as u64);
            let at = HOUR + (REVIEWED - 2 * DAY) * turn * (3 * all - turn) / (2 * all * all);
            let inviter = loop {
                let there = self.members.partition_point(|member| member.joined + HOUR < at).max(1);
                let candidate = if self.rng.below(2) == 0 {
                    there - 1 - self.rng.below(there.min(150) as u64) as usize
                } else {
                    self.members[self.anybody(at)].inviter
                };
                let member = &self.members[candidate];
                let free = candidate != leader && member.depth < DEEPEST && member.children < MOST;
                if free || there == 1 || candidate == 0 {
                    break candidate;
                }
            };
            let known = (at - self.members[inviter].joined) / 2;
            let given = at - (5 * MINUTE + self.rng.below(2 * DAY)).min(known);
            let invite = self.invite(given, inviter, Some(1));
            let who = self.join(at, inviter, invite);
            if leader == 0 && at > 430 * DAY && self.members[who].depth < DEEPEST - 2 {
                leader = who;
            }
        }
        leader
    }

    fn appoint(&mut self, leader: Who) -> Staff {
        // Those who have let in many of the first two hundred, and of the others such as never invite.
        let mut known: Vec<Who> = (1..200).collect();
        known.sort_by_key(|&who| std::cmp::Reverse(self.members[who].children));
        let mut quiet = (200..GROWN).filter(|&who| who != leader && self.members[who].children == 0);
        let auditors = [quiet.next().unwrap_or(200), quiet.next().unwrap_or(201)];
        let [admin, second, reviewer, third] = [known[0], known[1], known[2], known[3]];
        let roles = [
            (admin, Role::Admin),
            (second, Role::Admin),
            (reviewer, Role::Reviewer),
            (third, Role::Reviewer),
            (known[4], Role::Reviewer),
            (auditors[0], Role::Auditor),
            (auditors[1], Role::Auditor),
        ];
        for (day, (who, role)) in (300..).zip(roles) {
            self.tell(day * DAY, Deed::Appoint { who, role });
        }
        Staff {
            admin,
            reviewer,
            auditors,
        }
    }

    /// A link for many that went where it should not: who came by it, what was said of them, and what
    /// was done about it.
    fn leak(&mut self, leader: Who, admin: Who) {
        let begin = 500 * DAY;
        let leaked = self.invite(begin, leader, Some(60));
        let first = self.members.len();
        for _ in 0..LEAKED {
            let at = begin + HOUR + self.rng.below(36 * HOUR);
            self.join(at, leader, leaked);
        }
        for _ in 0..BELOW {
            let by = first + self.rng.below(LEAKED as u64) as usize;
            let given = self.members[by].joined + HOUR;
            let invite = self.invite(given, by, Some(1));
            self.join(given + HOUR + self.rng.below(8 * HOUR), by, invite);
        }
        let branch = (self.members.len() - first) as u64;
        for _ in 0..25 {
            let at = begin + 40 * HOUR + self.rng.below(30 * HOUR);
            let on = if self.rng.below(4) == 0 {
                leader
            } else {
                first + self.rng.below(branch) as usize
            };
            let from = self.rng.below(GROWN as u64 / 2) as usize;
            self.tell(at, Deed::Report { from, on });
        }
        let mut put_out = HashSet::from([leader]);
        while put_out.len() < 12 {
            put_out.insert(first + self.rng.below(branch) as usize);
        }
        let mut put_out: Vec<Who> = put_out.into_iter().collect();
        put_out.sort_unstable();
        for (turn, who) in (0..).zip(put_out) {
            self.tell(begin + 3 * DAY + turn * 2 * MINUTE, Deed::Ban { who, by: admin });
        }
    }

    fn good_and_bad_words(&mut self, leader: Who) {
        for turn in 0..320 {
            let at = 20 * DAY + self.rng.below(520 * DAY);
            let there = self.members[..GROWN].partition_point(|member| member.joined + HOUR < at) as u64;
            let (from, to) = (self.rng.below(there) as usize, self.rng.below(there) as usize);
            if from != to && from != leader && to != leader {
                let deed = if turn % 16 == 0 {
                    Deed::Report { from, on: to }
                } else {
                    Deed::Vouch { from, to }
                };
                self.tell(at, deed);
            }
        }
    }

    /// Invites by which nobody came in.
    fn idle_invites(&mut self, staff: &Staff) {
        for turn in 0..EXPIRED + REVOKED {
            let at = 30 * DAY + self.rng.below(450 * DAY);
            let by = self.inviter(at, staff);
            let invite = self.invite(at, by, Some(1));
            if turn >= EXPIRED {
                self.tell(at + 5 * HOUR, Deed::Revoke { by, invite });
            }
        }
        for turn in 0..LINKS + LETTERS {
            let at = REVIEWED + HOUR + self.rng.below(3 * DAY);
            let (by, uses) = if turn < LINKS {
                (self.inviter(at, staff), Some(1 + self.rng.below(5) as u32))
            } else {
                (0, None)
            };
            self.invite(at, by, uses);
        }
    }

    /// One of those who came in one by one before `at` and may invite.
    fn inviter(&self, at: u64, staff: &Staff) -> Who {
        let there = self.members[..GROWN]
            .partition_point(|member| member.joined + HOUR < at)
            .max(1);
        loop {
            let who = self.rng.below(there as u64) as usize;
            let leads = self.members[GROWN..].iter().any(|member| member.inviter == who);
            if !leads && !staff.auditors.contains(&who) {
                return who;
            }
        }
    }

    /// Those who want to come in now.
    fn applicants(&mut self, staff: &Staff) {
        for turn in 0..PENDING + REFUSED {
            let at = REVIEWED + 2 * HOUR + self.rng.below(3 * DAY);
            let by = self.inviter(at, staff);
            let invite = self.invite(at - HOUR, by, Some(1));
            let refused_by = (turn < REFUSED).then_some(staff.reviewer);
            let who = self.members.len() + turn;
            self.tell(
                at,
                Deed::Apply {
                    who,
                    invite,
                    refused_by,
                },
            );
        }
    }
}

/// So many people, each with a handle of their own.
fn people(rng: &SeededRng, count: usize) -> Vec<Person> {
    let mut taken = HashSet::from(["owner".to_owned()]);
    let mut people = vec![Person {
        handle: "owner".into(),
        name: String::new(),
        chinese: false,
    }];
    while people.len() < count {
        let (name, wanted) = name(rng.below(NAMES));
        let mut handle = wanted.clone();
        let mut others = 1;
        while !taken.insert(handle.clone()) {
            others += 1;
            handle = format!("{wanted}{others}");
        }
        people.push(Person {
            handle,
            name,
            chinese: rng.below(3) > 0,
        });
    }
    people
}

impl Plan {
    /// When the rules became stricter, after the first moment.
    pub(super) fn reviewed(&self) -> Duration {
        Duration::from_secs(REVIEWED)
    }

    /// How often something happened.
    pub(super) fn count(&self, wanted: impl Fn(&Deed) -> bool) -> usize {
        self.moments.iter().filter(|(_, deed)| wanted(deed)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_community() {
        let [one, same, other] = [7, 7, 8].map(|seed| plan(&SeededRng::new(seed)));
        assert_eq!(one.moments, same.moments);
        assert_ne!(one.moments, other.moments);
    }

    #[test]
    fn it_is_of_the_promised_shape() {
        let plan = plan(&SeededRng::new(1));
        let joined = plan.count(|deed| matches!(deed, Deed::Join { .. }));
        assert_eq!(joined + 1, GROWN + LEAKED + BELOW);
        assert_eq!(plan.count(|deed| matches!(deed, Deed::Apply { .. })), PENDING + REFUSED);
        assert!(plan.moments.is_sorted_by_key(|(at, _)| *at));
        assert!(plan.moments.iter().all(|(at, _)| *at < SPAN));
        let handles: HashSet<&str> = plan.people.iter().map(|person| person.handle.as_str()).collect();
        assert_eq!(handles.len(), plan.people.len());
    }
}
