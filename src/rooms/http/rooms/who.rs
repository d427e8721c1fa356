//! Of whom a room asks more than of others, as it is sent.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{Problem, whole_or_null},
    people,
    platform::{
        ledger::events::{Conditions, Who},
        store::Conn,
        terms::{PersonId, PersonRow, Role},
    },
    rooms::RoomError,
};

/// The most years that are asked for.
const OLDEST: u16 = 150;

/// Of whom a room asks more than of others. What is left out is asked of nobody.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WhoBody {
    /// Of those who enter. Whoever has a place in the room answers for nothing but their age.
    #[serde(default, skip_serializing_if = "ConditionsBody::is_empty")]
    enters: ConditionsBody,
    /// Of those who speak; the others listen.
    #[serde(default, skip_serializing_if = "ConditionsBody::is_empty")]
    speaks: ConditionsBody,
    /// Who moderates besides owners, admins and those whose place it is: whoever satisfies this.
    #[serde(default, skip_serializing_if = "ConditionsBody::is_empty")]
    moderates: ConditionsBody,
}

/// What somebody must be. All of it is asked.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConditionsBody {
    /// One of these roles; any where there is none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 5)]
    roles: Vec<Role>,
    /// In the branch of this member: they, or whom they have let in, directly or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    branch: Option<PersonId>,
    /// At least so many years old. An age is known by the number of an identity document alone.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_null")]
    #[schema(maximum = 150)]
    age_from: Option<u16>,
    /// Younger than so many years.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 150)]
    age_below: Option<u16>,
}

impl ConditionsBody {
    const fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.branch.is_none() && self.age_from.is_none() && self.age_below.is_none()
    }

    fn of(asked: &Conditions, roots: &HashMap<PersonRow, PersonId>) -> Self {
        Self {
            roles: asked.roles.clone(),
            branch: asked.branch.and_then(|row| roots.get(&row).copied()),
            age_from: asked.age_from,
            age_below: asked.age_below,
        }
    }

    fn check(&self, at: &str) -> Result<(), Problem> {
        let mut roles = self.roles.clone();
        roles.sort_unstable();
        roles.dedup();
        if roles.len() != self.roles.len() || roles.contains(&Role::Service) {
            let says = "Name each role once: owner, admin, auditor, reviewer, member.";
            return Err(Problem::value(format!("{at}/roles"), says));
        }
        if self.age_from.is_some_and(|age| age > OLDEST) {
            return Err(Problem::field(format!("{at}/age_from"), format!("Give 0 to {OLDEST}.")));
        }
        if self.age_below.is_some_and(|age| !(1..=OLDEST).contains(&age)) {
            return Err(Problem::field(
                format!("{at}/age_below"),
                format!("Give 1 to {OLDEST}."),
            ));
        }
        match (self.age_from, self.age_below) {
            (Some(from), Some(below)) if from >= below => Err(Problem::value(
                format!("{at}/age_below"),
                "Give more years than age_from.",
            )),
            _ => Ok(()),
        }
    }

    fn read(&self, conn: &mut Conn, at: &str) -> Result<Conditions, RoomError> {
        let branch = match self.branch {
            Some(id) => {
                let member = people::member_by_id(conn, id)?;
                Some(
                    member
                        .ok_or_else(|| RoomError::BranchUnknown(format!("{at}/branch")))?
                        .row,
                )
            }
            None => None,
        };
        Ok(Conditions {
            roles: self.roles.clone(),
            branch,
            age_from: self.age_from,
            age_below: self.age_below,
        })
    }
}

impl WhoBody {
    /// As it is shown; `roots` are the public ids of those whose branches are asked for.
    pub(super) fn of(who: &Who, roots: &HashMap<PersonRow, PersonId>) -> Self {
        Self {
            enters: ConditionsBody::of(&who.enters, roots),
            speaks: ConditionsBody::of(&who.speaks, roots),
            moderates: ConditionsBody::of(&who.moderates, roots),
        }
    }

    /// Checks what is told without the store.
    pub(super) fn check(&self) -> Result<(), Problem> {
        self.enters.check("/who/enters")?;
        self.speaks.check("/who/speaks")?;
        self.moderates.check("/who/moderates")
    }

    /// As it is kept.
    pub(super) fn read(&self, conn: &mut Conn) -> Result<Who, RoomError> {
        Ok(Who {
            enters: self.enters.read(conn, "/who/enters")?,
            speaks: self.speaks.read(conn, "/who/speaks")?,
            moderates: self.moderates.read(conn, "/who/moderates")?,
        })
    }
}
