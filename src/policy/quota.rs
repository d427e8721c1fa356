//! How many places a member may give, and how many are left. Pure: what the policy says and what is counted go in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Invite;
use crate::platform::terms::{Assurance, Role};

/// As many places a policy or an admin may give at once.
pub const MOST_PLACES: u32 = 1_000_000;

/// More places for a role, for an assurance, or for both together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MorePlaces {
    /// For members in this role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// For members of whom at least this is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assurance: Option<Assurance>,
    /// How many places they may give. It counts where it is more than `quota_per_member`.
    #[schemars(range(min = 0, max = 1_000_000))]
    pub places: u32,
}

/// What is counted of a member, in plain figures.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Places that admins have given them, less those that admins have taken.
    pub granted: i64,
    /// Their invitees in good standing who have been members for long enough.
    pub settled: u64,
    /// Their invitees who are under a sanction.
    pub sanctioned: u64,
    /// Uses made of their invites.
    pub used: u64,
    /// Uses that their open invites may still have, those that are held for somebody included.
    pub open: u64,
}

/// The places of a member: what is left, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// Uses made of their invites. They never come back.
    pub used: u64,
    /// Places in invites that are open. They come back when the invite is over.
    pub open: u64,
    /// What limits them; none where their role has no limit.
    pub limit: Option<Limit>,
}

/// What limits a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// What the policy gives.
    pub given: u32,
    /// What their invitees in good standing have earned them.
    pub earned: u32,
    /// What admins have given, less what admins have taken.
    pub granted: i64,
    /// What their invitees under a sanction take from them.
    pub taken: u64,
    /// All of it together, and never less than none.
    pub quota: u64,
    /// What is left of it.
    pub left: u64,
}

impl Places {
    /// Whether so many more can be given.
    pub fn allow(&self, wanted: u32) -> bool {
        self.limit.is_none_or(|limit| u64::from(wanted) <= limit.left)
    }
}

/// The places of a member in this role, of whom so much is known.
pub fn places(rule: &Invite, role: Role, assurance: Assurance, tally: &Tally) -> Places {
    let Tally { used, open, .. } = *tally;
    let limit = (!rule.unlimited_roles.contains(&role)).then(|| {
        let more = rule.quotas.iter().filter(|more| {
            more.role.is_none_or(|named| named == role) && more.assurance.is_none_or(|least| assurance >= least)
        });
        let given = more
            .map(|more| more.places)
            .fold(rule.quota_per_member, std::cmp::Ord::max);
        let earned = tally.settled.saturating_mul(rule.earn_places.into());
        let earned = u32::try_from(earned).unwrap_or(u32::MAX).min(rule.earn_at_most);
        let taken = tally.sanctioned.saturating_mul(rule.take_places.into());
        // 128 bits hold any sum of these.
        let all = i128::from(given) + i128::from(earned) + i128::from(tally.granted) - i128::from(taken);
        let quota = u64::try_from(all.max(0)).unwrap_or(u64::MAX);
        Limit {
            given,
            earned,
            granted: tally.granted,
            taken,
            quota,
            left: quota.saturating_sub(used.saturating_add(open)),
        }
    });
    Places { used, open, limit }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rule() -> Invite {
        Invite {
            quota_per_member: 5,
            earn_places: 2,
            earn_at_most: 7,
            take_places: 3,
            ..Invite::default()
        }
    }

    fn limit(rule: &Invite, tally: Tally) -> Limit {
        let places = places(rule, Role::Member, Assurance::Contact, &tally);
        places.limit.unwrap()
    }

    #[test]
    fn each_figure_counts_for_itself() {
        let none = Tally::default();
        let of = |tally| {
            let limit = limit(&rule(), tally);
            (
                limit.given,
                limit.earned,
                limit.granted,
                limit.taken,
                limit.quota,
                limit.left,
            )
        };
        assert_eq!(of(none), (5, 0, 0, 0, 5, 5));
        assert_eq!(of(Tally { settled: 3, ..none }), (5, 6, 0, 0, 11, 11));
        assert_eq!(of(Tally { settled: 4, ..none }), (5, 7, 0, 0, 12, 12), "the cap");
        assert_eq!(of(Tally { sanctioned: 1, ..none }), (5, 0, 0, 3, 2, 2));
        assert_eq!(
            of(Tally { sanctioned: 2, ..none }),
            (5, 0, 0, 6, 0, 0),
            "never below none"
        );
        assert_eq!(of(Tally { granted: 4, ..none }), (5, 0, 4, 0, 9, 9));
        assert_eq!(of(Tally { granted: -9, ..none }), (5, 0, -9, 0, 0, 0));
        assert_eq!(
            of(Tally {
                used: 2,
                open: 2,
                ..none
            }),
            (5, 0, 0, 0, 5, 1)
        );
        assert_eq!(
            of(Tally {
                used: 4,
                open: 2,
                ..none
            }),
            (5, 0, 0, 0, 5, 0)
        );
        // What is taken is taken of all, earned and granted places included.
        let all = Tally {
            granted: 1,
            settled: 9,
            sanctioned: 4,
            used: 1,
            open: 0,
        };
        assert_eq!(of(all), (5, 7, 1, 12, 1, 0));
        let most = Tally {
            granted: i64::MAX,
            settled: u64::MAX,
            sanctioned: u64::MAX,
            used: u64::MAX,
            open: u64::MAX,
        };
        assert_eq!(of(most).5, 0);
        let least = Tally {
            granted: i64::MIN,
            ..most
        };
        assert_eq!((of(least).4, of(least).5), (0, 0));
    }

    #[test]
    fn the_greatest_that_fits_role_and_assurance() {
        let more = |role, assurance, places| MorePlaces {
            role,
            assurance,
            places,
        };
        let rule = Invite {
            quotas: vec![
                more(Some(Role::Reviewer), None, 40),
                more(None, Some(Assurance::Checked), 30),
                more(Some(Role::Reviewer), Some(Assurance::Verified), 50),
                more(None, Some(Assurance::Contact), 2),
            ],
            ..rule()
        };
        let given = |role, assurance| {
            let places = places(&rule, role, assurance, &Tally::default());
            places.limit.map(|limit| limit.given)
        };
        assert_eq!(
            given(Role::Member, Assurance::Contact),
            Some(5),
            "less than everybody has takes nothing"
        );
        assert_eq!(given(Role::Member, Assurance::Checked), Some(30));
        assert_eq!(given(Role::Member, Assurance::Verified), Some(30));
        assert_eq!(given(Role::Reviewer, Assurance::Contact), Some(40));
        assert_eq!(given(Role::Reviewer, Assurance::Checked), Some(40));
        assert_eq!(given(Role::Reviewer, Assurance::Verified), Some(50));
        assert_eq!(given(Role::Owner, Assurance::Contact), None, "no limit");
    }

    fn tallies() -> impl Strategy<Value = Tally> {
        let small = || prop_oneof![0_u64..40, any::<u64>()];
        let granted = prop_oneof![-40_i64..40, any::<i64>()];
        (granted, small(), small(), small(), small()).prop_map(|(granted, settled, sanctioned, used, open)| Tally {
            granted,
            settled,
            sanctioned,
            used,
            open,
        })
    }

    fn rules() -> impl Strategy<Value = Invite> {
        (0_u32..60, 0_u32..6, 0_u32..30, 0_u32..6).prop_map(|(quota, earn, most, take)| Invite {
            quota_per_member: quota,
            earn_places: earn,
            earn_at_most: most,
            take_places: take,
            ..Invite::default()
        })
    }

    proptest! {
        #[test]
        fn what_is_left_is_the_quota_less_what_is_out(rule in rules(), tally in tallies()) {
            let limit = limit(&rule, tally);
            prop_assert!(limit.left <= limit.quota);
            prop_assert!(limit.earned <= rule.earn_at_most);
            let out = u128::from(tally.used) + u128::from(tally.open);
            prop_assert_eq!(u128::from(limit.left), u128::from(limit.quota).saturating_sub(out));
        }

        #[test]
        fn what_helps_never_takes_and_what_takes_never_helps(rule in rules(), tally in tallies(), by in 1_u64..9) {
            let now = limit(&rule, tally).left;
            let left = |tally| limit(&rule, tally).left;
            let settled = left(Tally { settled: tally.settled.saturating_add(by), ..tally });
            prop_assert!(settled >= now);
            let granted = left(Tally { granted: tally.granted.saturating_add(by as i64), ..tally });
            prop_assert!(granted >= now);
            let sanctioned = left(Tally { sanctioned: tally.sanctioned.saturating_add(by), ..tally });
            prop_assert!(sanctioned <= now);
            let used = left(Tally { used: tally.used.saturating_add(by), ..tally });
            prop_assert!(used <= now);
            let open = left(Tally { open: tally.open.saturating_add(by), ..tally });
            prop_assert!(open <= now);
            let richer = Invite { quota_per_member: rule.quota_per_member + 1, ..rule.clone() };
            prop_assert!(limit(&richer, tally).left >= now);
        }

        /// Issue, end and use in any order: what an end gives back is what the issue has taken, a use gives nothing back,
        /// and what is out is never more than the quota was when it was given.
        #[test]
        fn a_refund_is_what_was_taken(rule in rules(), steps in prop::collection::vec((0_u8..3, 1_u32..5), 0..60)) {
            let mut tally = Tally::default();
            let mut out: Vec<u32> = Vec::new();
            for (step, size) in steps {
                let before = places(&rule, Role::Member, Assurance::Contact, &tally);
                let left = before.limit.unwrap().left;
                match step {
                    0 if before.allow(size) => {
                        tally.open += u64::from(size);
                        out.push(size);
                        prop_assert_eq!(limit(&rule, tally).left, left - u64::from(size));
                    }
                    0 => prop_assert!(u64::from(size) > left),
                    1 => if let Some(size) = out.pop() {
                        tally.open -= u64::from(size);
                        prop_assert_eq!(limit(&rule, tally).left, left + u64::from(size));
                    },
                    _ => if let Some(size) = out.pop() {
                        tally.open -= u64::from(size);
                        tally.used += u64::from(size);
                        prop_assert_eq!(limit(&rule, tally).left, left);
                    },
                }
                prop_assert!(tally.used + tally.open <= limit(&rule, tally).quota);
            }
        }
    }
}
