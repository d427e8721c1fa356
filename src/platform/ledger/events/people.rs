//! Who is a member, and who stands up for whom.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Assurance, Id, PersonRow, Role, kinds, words};

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

/// One member no longer stands up for another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct VouchTakenBack {
    /// Who vouched.
    pub from: PersonRow,
    /// For whom.
    pub to: PersonRow,
}

/// A member has left, or was removed. Their row stays in the graph; what says who they were is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PersonLeft {
    /// The member.
    pub person: PersonRow,
    /// Why, as a code.
    pub reason: LeaveReason,
}

words! {
    /// Why somebody is no longer a member, as a code that the ledger may hold.
    LeaveReason {
        /// They left by themself.
        Own = "own",
        /// They asked somebody else to remove them.
        Request = "request",
        /// A law or an order demands it.
        Legal = "legal",
        /// The account should never have been.
        Mistake = "mistake",
        /// Another reason.
        Other = "other",
    }
}

/// A member was given another inviter, or none. Their branch went along; what was so before is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Reparented {
    /// The member.
    pub person: PersonRow,
    /// Who had let them in; none for a root.
    pub former_inviter: Option<PersonRow>,
    /// Who counts as having let them in from now on; none for a root.
    pub inviter: Option<PersonRow>,
    /// Why, as a code.
    pub reason: ReparentReason,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
}

words! {
    /// Why somebody is given another inviter, as a code that the ledger may hold.
    ReparentReason {
        /// The invite that they came by was not the inviter's to give, or was given to somebody else.
        Mistake = "mistake",
        /// Both, or they themself, asked for it.
        Request = "request",
        /// Their inviter has left, or will not answer for anybody.
        InviterGone = "inviter_gone",
        /// Their inviter's account was in another's hands when they came in.
        Security = "security",
        /// What the note says.
        Other = "other",
    }
}

/// A filter complains of a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct FilterReported {
    /// Of whom.
    pub on: PersonRow,
    /// Which filter.
    pub filter: Id<kinds::Service>,
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
