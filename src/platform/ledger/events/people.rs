//! Who is a member, and who stands up for whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Assurance, Id, PersonRow, Role, kinds};

/// A member without an inviter: the community's root, or one of a history's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PersonFounded {
    /// The new member.
    pub person: PersonRow,
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// How surely we know who they are.
    pub assurance: Assurance,
    /// Their role.
    pub role: Role,
}

/// A member with an inviter: the edge of the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct MemberAdmitted {
    /// The new member.
    pub person: PersonRow,
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// Who let them in.
    pub inviter: PersonRow,
    /// By which invite.
    pub invite: Id<kinds::Invite>,
    /// Through which flow; none in a replayed history.
    pub flow: Option<Id<kinds::Flow>>,
    /// How surely we know who they are.
    pub assurance: Assurance,
}

/// One member stands up for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Vouched {
    /// Who vouches.
    pub from: PersonRow,
    /// For whom.
    pub to: PersonRow,
}

/// One member complains of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Reported {
    /// Who complains.
    pub from: PersonRow,
    /// Of whom.
    pub on: PersonRow,
}
