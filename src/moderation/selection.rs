//! Whom an action on many is on: chosen from memory, so that a branch of a hundred thousand is a matter of milliseconds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SanctionKind, rules};
use crate::{
    graph::{LiveGraph, Place},
    people::Roster,
    platform::terms::{PersonId, PersonRow, Role, Standing, Timestamp, words},
};

/// How many people a selection may name, and how many it may leave out by name.
pub const MOST_NAMED: usize = 1000;

/// How many people an action may be on.
pub const MOST: usize = 1_000_000;

/// How many are read from memory at a time: whoever writes memory goes on between.
const PAGE: usize = 1000;

/// Whom an action is on: either `people`, or everybody of a branch, of those who joined since a time, or of both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Selection {
    /// This person and everybody below them.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub branch: Option<PersonId>,
    /// Only those who joined then or later.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub joined_since: Option<Timestamp>,
    /// These people, and nobody else: 1 to 1000.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[schema(max_items = 1000)]
    pub people: Vec<PersonId>,
    /// Not these people, at most 1000. Whoever is below them is not left out by it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[schema(max_items = 1000)]
    pub without: Vec<PersonId>,
}

/// What is wrong with a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadSelection {
    /// It says nothing, or two things.
    #[error("name people, or a branch or a time since when people joined")]
    Unclear,
    /// It names too many.
    #[error("name at most {MOST_NAMED} people; choose more by their branch or by when they joined")]
    TooManyNamed,
    /// Nobody has one of the ids.
    #[error("nobody has one of these ids")]
    PersonUnknown,
    /// It is on too many.
    #[error("an action is on at most {MOST} people")]
    TooMany,
}

words! {
    /// Why somebody is left out of an action.
    LeftOut {
        /// They have a role: staff is sanctioned one by one.
        Staff = "staff",
        /// It is whoever proposes it.
        Oneself = "oneself",
        /// They are under this sanction or a graver one already.
        Sanctioned = "sanctioned",
        /// They are no longer a member.
        Left = "left",
        /// The selection leaves them out by name.
        Named = "named",
    }
}

/// Somebody in a selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chosen {
    /// Their row.
    pub row: PersonRow,
    /// Their public id.
    pub id: PersonId,
    /// Why they are left out; none where the action is on them.
    pub left_out: Option<LeftOut>,
}

impl Selection {
    /// Whether it says whom it means.
    ///
    /// # Errors
    /// [`BadSelection`].
    pub fn check(&self) -> Result<(), BadSelection> {
        let by_rule = self.branch.is_some() || self.joined_since.is_some();
        if by_rule != self.people.is_empty() {
            return Err(BadSelection::Unclear);
        }
        match self.people.len().max(self.without.len()) > MOST_NAMED {
            true => Err(BadSelection::TooManyNamed),
            false => Ok(()),
        }
    }
}

/// Everybody in a selection as they stand in memory now, in the order of joining; `by` proposes a sanction of this `kind`.
///
/// # Errors
/// [`BadSelection`].
pub fn choose(
    graph: &LiveGraph,
    roster: &Roster,
    selection: &Selection,
    kind: SanctionKind,
    by: Option<PersonRow>,
) -> Result<Vec<Chosen>, BadSelection> {
    selection.check()?;
    let row = |id: &PersonId| roster.row(*id).ok_or(BadSelection::PersonUnknown);
    let named = |ids: &[PersonId]| ids.iter().map(row).collect::<Result<Vec<_>, _>>();
    let without = named(&selection.without)?;
    let mut rows = match (selection.branch, selection.joined_since) {
        (Some(branch), since) => below(graph, row(&branch)?, since)?,
        (None, Some(since)) => joined(graph, roster, since)?,
        (None, None) => named(&selection.people)?,
    };
    rows.sort_unstable();
    rows.dedup();
    let chosen = rows.into_iter().filter_map(|row| {
        let snapshot = roster.snapshot(row)?;
        let left_out = if without.contains(&row) {
            Some(LeftOut::Named)
        } else {
            left_out(snapshot.role, snapshot.standing, kind, by == Some(row))
        };
        Some(Chosen {
            row,
            id: snapshot.id,
            left_out,
        })
    });
    Ok(chosen.collect())
}

/// Why an action leaves somebody out, whom it does not leave out by name.
pub(super) fn left_out(role: Role, standing: Standing, kind: SanctionKind, oneself: bool) -> Option<LeftOut> {
    if oneself {
        Some(LeftOut::Oneself)
    } else if standing == Standing::Left {
        Some(LeftOut::Left)
    } else if role != Role::Member {
        Some(LeftOut::Staff)
    } else if standing >= rules::standing_of(kind) {
        Some(LeftOut::Sanctioned)
    } else {
        None
    }
}

/// Somebody and everybody below them.
fn below(graph: &LiveGraph, root: PersonRow, since: Option<Timestamp>) -> Result<Vec<PersonRow>, BadSelection> {
    let fits = |place: &Place| since.is_none_or(|since| place.joined_at >= since);
    let mut rows: Vec<_> = graph.read(|graph| graph.place(root)).into_iter().filter(fits).collect();
    let mut after = None;
    loop {
        let page = graph.read(|graph| graph.branch(root, after, PAGE)).unwrap_or_default();
        let Some(last) = page.last() else { break };
        after = Some(last.person);
        rows.extend(page.into_iter().filter(fits));
        if rows.len() > MOST {
            return Err(BadSelection::TooMany);
        }
    }
    Ok(rows.into_iter().map(|place| place.person).collect())
}

/// Everybody who joined then or later.
fn joined(graph: &LiveGraph, roster: &Roster, since: Timestamp) -> Result<Vec<PersonRow>, BadSelection> {
    let mut rows = Vec::new();
    let last = roster.last_row().0;
    let mut from = 0;
    while from <= last {
        let to = last.min(from + PAGE as i64);
        graph.read(|graph| {
            let places = (from..=to).filter_map(|row| graph.place(PersonRow(row)));
            rows.extend(
                places
                    .filter(|place| place.joined_at >= since)
                    .map(|place| place.person),
            );
        });
        if rows.len() > MOST {
            return Err(BadSelection::TooMany);
        }
        from = to + 1;
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::Id;

    fn id(n: u128) -> PersonId {
        Id::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[test]
    fn a_selection_says_one_thing() {
        let none = Selection {
            branch: None,
            joined_since: None,
            people: Vec::new(),
            without: Vec::new(),
        };
        assert_eq!(none.check(), Err(BadSelection::Unclear));
        let branch = Selection {
            branch: Some(id(1)),
            ..none.clone()
        };
        assert_eq!(branch.check(), Ok(()));
        let two = Selection {
            people: vec![id(2)],
            ..branch
        };
        assert_eq!(two.check(), Err(BadSelection::Unclear));
        for (count, expected) in [(1000, Ok(())), (1001, Err(BadSelection::TooManyNamed))] {
            let named = Selection {
                people: vec![id(2); count],
                ..none.clone()
            };
            assert_eq!(named.check(), expected, "{count}");
            let without = Selection {
                joined_since: Some(Timestamp::from_seconds(1)),
                without: vec![id(2); count],
                ..none.clone()
            };
            assert_eq!(without.check(), expected, "{count}");
        }
    }

    #[test]
    fn staff_whoever_proposes_and_whoever_is_sanctioned_are_left_out() {
        use SanctionKind::{Ban, Quarantine};
        let plain = |oneself| left_out(Role::Member, Standing::Active, Ban, oneself);
        assert_eq!((plain(false), plain(true)), (None, Some(LeftOut::Oneself)));
        for &role in Role::ALL.iter().filter(|role| **role != Role::Member) {
            let staff = left_out(role, Standing::Active, Ban, false);
            assert_eq!(staff, Some(LeftOut::Staff), "{role}");
        }
        for (standing, expected) in [
            (Standing::Frozen, None),
            (Standing::Quarantined, Some(LeftOut::Sanctioned)),
            (Standing::Banned, Some(LeftOut::Sanctioned)),
            (Standing::Left, Some(LeftOut::Left)),
        ] {
            let left_out = left_out(Role::Member, standing, Quarantine, false);
            assert_eq!(left_out, expected, "{standing}");
        }
    }
}
