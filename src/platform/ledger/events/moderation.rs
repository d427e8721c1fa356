//! Sanctions, roles and assurance.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Assurance, Id, PersonRow, Role, Standing, Timestamp, kinds, words};

/// Somebody's role changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoleChanged {
    /// Whose.
    pub person: PersonRow,
    /// From.
    pub before: Role,
    /// To.
    pub after: Role,
    /// Why, as a code; version 1 does not say.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<RoleReason>,
}

/// A member was put out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PersonBanned {
    /// The sanction.
    pub sanction: Id<kinds::Sanction>,
    /// Who.
    pub person: PersonRow,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
    /// When it ends by itself, where it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
}

/// A ban was lifted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct BanLifted {
    /// The sanction.
    pub sanction: Id<kinds::Sanction>,
    /// Who is back.
    pub person: PersonRow,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
    /// Where they stand from then on, where other sanctions are still in force.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub standing: Option<Standing>,
}

/// A sanction was imposed on a member; a ban by hand is [`PersonBanned`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PersonSanctioned {
    /// The sanction.
    pub sanction: Id<kinds::Sanction>,
    /// Who.
    pub person: PersonRow,
    /// What it does.
    pub kind: SanctionKind,
    /// Where they stand from then on: by the gravest of the sanctions in force.
    pub standing: Standing,
    /// When it ends by itself, where it does.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Why, in words that are kept elsewhere.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Commitment>,
}

/// A sanction is no longer in force; a ban that was lifted by hand is [`BanLifted`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SanctionLifted {
    /// The sanction.
    pub sanction: Id<kinds::Sanction>,
    /// On whom it was.
    pub person: PersonRow,
    /// What it did.
    pub kind: SanctionKind,
    /// Where they stand from then on.
    pub standing: Standing,
    /// How it came to its end.
    pub why: LiftCause,
    /// Why, in words that are kept elsewhere.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<Commitment>,
}

/// Less is held to be known of a member than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AssuranceLowered {
    /// Of whom.
    pub person: PersonRow,
    /// From.
    pub before: Assurance,
    /// To.
    pub after: Assurance,
    /// Why, as a code.
    pub reason: ReasonCode,
}

words! {
    /// What a sanction does, gravest last. Each may have an end.
    SanctionKind {
        /// They invite nobody, and their invites let nobody in.
        Freeze = "freeze",
        /// The same, and in rooms they only listen.
        Quarantine = "quarantine",
        /// Puts a member out until its end, which it always has.
        Suspend = "suspend",
        /// Puts a member out until it is lifted.
        Ban = "ban",
    }
}

words! {
    /// How a sanction came to its end.
    LiftCause {
        /// Somebody lifted it.
        Lifted = "lifted",
        /// Its time was over.
        Expired = "expired",
    }
}

words! {
    /// Why somebody is sanctioned, as a code that the ledger may hold.
    ReasonCode {
        /// Unasked-for advertisement, or invites by the dozen to strangers.
        Spam = "spam",
        /// Harm done to other members.
        Abuse = "abuse",
        /// They are not who they say they are.
        FalseIdentity = "false_identity",
        /// They are somebody who was put out before.
        BanEvasion = "ban_evasion",
        /// Their account is in another's hands, or is a danger to the service.
        Security = "security",
        /// They asked for it, or an authority did.
        Request = "request",
        /// What the note says.
        Other = "other",
    }
}

words! {
    /// Why somebody's role changes, as a code that the ledger may hold.
    RoleReason {
        /// They take up a duty, or lay one down.
        Duty = "duty",
        /// They asked for it.
        Request = "request",
        /// They were invited to it.
        Invited = "invited",
        /// They misused what their role lets them do.
        Misuse = "misuse",
        /// Their account is in another's hands, or is a danger to the service.
        Security = "security",
        /// None of these.
        Other = "other",
    }
}
