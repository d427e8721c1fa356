//! What another policy would mean for those who are here, before it is put in its place. Nothing is changed and nothing sealed is
//! opened: people are looked at in memory, some thousands at a time, and of invites the newest.

use std::collections::BTreeMap;

use serde_json::Value;

use super::memory::Memory;
use crate::{
    people::{Handle, MemberSnapshot},
    platform::terms::{Assurance, PersonId, PersonRow, Role, Standing, Timestamp},
    policy::{InviteDenied, Inviter, Policy, Tally, may_give_role, may_label, may_review, may_still_invite},
};

/// How many people are shown of those who fall below a demand.
pub const SHOWN: usize = 50;

/// How many rows are looked at before memory is let go.
const STEP: i64 = 16_384;

/// A value of the policy that would be another.
#[derive(Debug, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct PolicyDifference {
    /// Its key, as it stands in the document.
    #[schema(example = "rooms.speak")]
    pub path: String,
    /// What it is; null where it says nothing.
    pub from: Value,
    /// What it would be.
    pub to: Value,
}

/// Members who meet a demand now and would not then.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FallsBelow {
    /// The demand, by the key of the policy that makes it.
    pub demand: &'static str,
    /// What it asks for: an assurance, hours, or roles.
    pub from: Value,
    /// What it would ask for.
    pub to: Value,
    /// How many members in good standing it would shut out.
    pub people: u64,
    /// Up to 50 of them, those who joined first.
    pub sample: Vec<FallsBelowPerson>,
}

/// Somebody who would not meet a demand.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct FallsBelowPerson {
    /// Their public id.
    pub id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    pub handle: Option<Handle>,
    /// How surely we know who they are.
    pub assurance: Assurance,
}

/// Somebody as a demand looks at them.
struct Looked {
    seat: MemberSnapshot,
    joined_at: Timestamp,
}

/// A demand: its key, and whether somebody meets it under a policy.
struct Demand {
    key: &'static str,
    asks: fn(&Policy) -> Value,
    meets: fn(&Policy, &Looked, Timestamp) -> bool,
}

/// What may shut a member out. Demands on newcomers shut nobody out who is in.
const DEMANDS: [Demand; 8] = [
    Demand {
        key: "invite.assurance",
        asks: |policy| word(policy.invite.assurance),
        meets: |policy, looked, now| {
            !is_denied(policy, looked, now, |denied| {
                matches!(denied, InviteDenied::Assurance { .. })
            })
        },
    },
    Demand {
        key: "invite.min_membership_hours",
        asks: |policy| policy.invite.min_membership_hours.into(),
        meets: |policy, looked, now| {
            !is_denied(policy, looked, now, |denied| {
                matches!(denied, InviteDenied::TooNew { .. })
            })
        },
    },
    Demand {
        key: "invite.open_links_by",
        asks: |policy| words(&policy.invite.open_links_by),
        meets: |policy, looked, _| policy.invite.open_links_by.contains(&looked.seat.role),
    },
    Demand {
        key: "invite.labels_by",
        asks: |policy| words(&policy.invite.labels_by),
        meets: |policy, looked, _| may_label(policy, looked.seat.role).is_ok(),
    },
    Demand {
        key: "invite.roles_by",
        asks: |policy| words(&policy.invite.roles_by),
        meets: |policy, looked, _| may_give_role(policy, looked.seat.role, Role::Reviewer).is_ok(),
    },
    Demand {
        key: "review.reviewers",
        asks: |policy| words(&policy.review.reviewers),
        meets: |policy, looked, _| may_review(policy, looked.seat.role),
    },
    Demand {
        key: "rooms.enter",
        asks: |policy| word(policy.rooms.enter),
        meets: |policy, looked, _| looked.seat.assurance >= policy.rooms.enter,
    },
    Demand {
        key: "rooms.speak",
        asks: |policy| word(policy.rooms.speak.max(policy.rooms.enter)),
        meets: |policy, looked, _| looked.seat.assurance >= policy.rooms.speak.max(policy.rooms.enter),
    },
];

fn word(assurance: Assurance) -> Value {
    assurance.as_str().into()
}

fn words(roles: &[Role]) -> Value {
    roles.iter().map(|role| role.as_str()).collect::<Vec<_>>().into()
}

/// Whether the policy keeps somebody from inviting for such a reason.
fn is_denied(policy: &Policy, looked: &Looked, now: Timestamp, such: fn(&InviteDenied) -> bool) -> bool {
    let inviter = Inviter {
        role: looked.seat.role,
        standing: looked.seat.standing,
        assurance: looked.seat.assurance,
        joined_at: looked.joined_at,
        tally: Tally::default(),
    };
    may_still_invite(policy, &inviter, false, now).is_err_and(|denied| such(&denied))
}

/// Which values would be others, in the order of their keys. A list is one value.
pub fn differences(from: &Policy, to: &Policy) -> Result<Vec<PolicyDifference>, serde_json::Error> {
    let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
    lay(String::new(), serde_json::to_value(from)?, &mut before);
    lay(String::new(), serde_json::to_value(to)?, &mut after);
    let mut keys: Vec<_> = before.keys().chain(after.keys()).cloned().collect();
    keys.sort_unstable();
    keys.dedup();
    let differs = keys.into_iter().filter_map(|path| {
        let from = before.remove(&path).unwrap_or_default();
        let to = after.remove(&path).unwrap_or_default();
        (from != to).then_some(PolicyDifference { path, from, to })
    });
    Ok(differs.collect())
}

fn lay(path: String, value: Value, into: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() {
                    name
                } else {
                    format!("{path}.{name}")
                };
                lay(path, value, into);
            }
        }
        value => {
            into.insert(path, value);
        }
    }
}

/// How many members in good standing have each assurance, and who would fall below which demand.
#[derive(Debug, Default)]
pub struct Weighed {
    /// By assurance, the lowest first.
    pub members: Vec<(Assurance, u64)>,
    /// The demands that would shut anybody out.
    pub below: Vec<FallsBelow>,
}

/// Looks at everybody.
pub fn weigh(memory: Memory<'_>, from: &Policy, to: &Policy, now: Timestamp) -> Weighed {
    let asked = DEMANDS
        .iter()
        .filter(|demand| (demand.asks)(from) != (demand.asks)(to) || is_of_roles(demand, from, to));
    let mut below: Vec<(&Demand, u64, Vec<PersonRow>)> = asked.map(|demand| (demand, 0, Vec::new())).collect();
    let mut members: Vec<_> = Assurance::ALL.iter().map(|&assurance| (assurance, 0)).collect();
    let (mut row, last) = (1, memory.roster.last_row().0);
    while row <= last {
        let rows = || (row..=last.min(row + STEP - 1)).map(PersonRow);
        let seats = memory.roster.snapshots(rows());
        let joined = memory
            .graph
            .read(|graph| rows().map(|row| graph.joined_at(row)).collect::<Vec<_>>());
        for ((row, seat), joined_at) in rows().zip(seats).zip(joined) {
            let (Some(seat), Some(joined_at)) = (seat, joined_at) else {
                continue;
            };
            if seat.standing != Standing::Active || seat.role == Role::Service {
                continue;
            }
            if let Some((_, count)) = members.iter_mut().find(|(assurance, _)| *assurance == seat.assurance) {
                *count += 1;
            }
            let looked = Looked { seat, joined_at };
            for (demand, people, sample) in &mut below {
                if (demand.meets)(from, &looked, now) && !(demand.meets)(to, &looked, now) {
                    *people += 1;
                    if sample.len() < SHOWN {
                        sample.push(row);
                    }
                }
            }
        }
        row += STEP;
    }
    let shown = |rows: Vec<PersonRow>| {
        let seats = memory.roster.seats(rows);
        let person = |(seat, handle): (MemberSnapshot, Option<Handle>)| FallsBelowPerson {
            id: seat.id,
            handle,
            assurance: seat.assurance,
        };
        seats.into_iter().flatten().map(person).collect()
    };
    let below = below.into_iter().filter(|(_, people, _)| *people > 0);
    Weighed {
        members,
        below: below
            .map(|(demand, people, sample)| FallsBelow {
                demand: demand.key,
                from: (demand.asks)(from),
                to: (demand.asks)(to),
                people,
                sample: shown(sample),
            })
            .collect(),
    }
}

/// Whose wait begins or ends with their role: who is no longer without a limit waits.
fn is_of_roles(demand: &Demand, from: &Policy, to: &Policy) -> bool {
    demand.key == "invite.min_membership_hours" && from.invite.unlimited_roles != to.invite.unlimited_roles
}

/// Countries whose phone numbers or documents are taken now and would not be, by the names that the policies give them.
pub fn newly_refused(from: (&[String], &[String]), to: (&[String], &[String])) -> Vec<String> {
    let upper = |one: &String| one.to_ascii_uppercase();
    let takes = |(alone, blocked): (&[String], &[String]), country: &str| {
        let named = |list: &[String]| list.iter().any(|one| one.eq_ignore_ascii_case(country));
        !named(blocked) && (alone.is_empty() || named(alone))
    };
    let mut named: Vec<_> = [from.0, from.1, to.0, to.1].into_iter().flatten().map(upper).collect();
    named.sort_unstable();
    named.dedup();
    named.retain(|country| takes(from, country) && !takes(to, country));
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::preset;

    fn policy(edit: &[(&str, &str)]) -> Policy {
        let mut text = preset("open-circle").unwrap().to_owned();
        for (one, other) in edit {
            assert!(text.contains(one), "{one}");
            text = text.replace(one, other);
        }
        Policy::from_toml(&text, &[]).unwrap()
    }

    #[test]
    fn what_differs_is_told_by_its_key() {
        let (from, mut to) = (policy(&[]), policy(&[]));
        assert_eq!(differences(&from, &to).unwrap(), []);
        to.rooms.speak = Assurance::Verified;
        to.invite.unlimited_roles = vec![Role::Owner];
        to.community.colour = serde_json::from_value("#aabbcc".into()).unwrap();
        let told = differences(&from, &to).unwrap();
        let paths: Vec<_> = told.iter().map(|one| one.path.as_str()).collect();
        assert_eq!(paths, ["community.colour", "invite.unlimited_roles", "rooms.speak"]);
        assert_eq!(told[1].to, serde_json::json!(["owner"]));
        assert_eq!((&told[2].from, &told[2].to), (&"contact".into(), &"verified".into()));
    }

    #[test]
    fn countries_are_refused_by_either_list() {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let (none, cn, gb) = (list(&[]), list(&["cn"]), list(&["GB"]));
        assert_eq!(newly_refused((&none, &none), (&none, &gb)), ["GB"]);
        assert_eq!(newly_refused((&none, &gb), (&none, &gb)), Vec::<String>::new());
        // Of all that a list of those alone leaves out, only those are named that a policy names.
        assert_eq!(newly_refused((&list(&["CN", "GB"]), &none), (&cn, &none)), ["GB"]);
        assert_eq!(newly_refused((&cn, &none), (&none, &none)), Vec::<String>::new());
    }
}
