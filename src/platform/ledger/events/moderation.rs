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
    /// The action on many that it is a part of; the action's events say why in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<Id<kinds::Action>>,
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
    /// The action on many that it was a part of, where the action was undone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action: Option<Id<kinds::Action>>,
}

/// An action on many people was proposed to the other admins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionProposed {
    /// The action.
    pub action: Id<kinds::Action>,
    /// What it does to each.
    pub kind: SanctionKind,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
}

/// An action that was not approved was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionWithdrawn {
    /// The action.
    pub action: Id<kinds::Action>,
}

/// An action was approved: from here on everybody whom it is on stands as its sanction says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionApproved {
    /// The action.
    pub action: Id<kinds::Action>,
    /// What it does to each.
    pub kind: SanctionKind,
    /// When the sanctions end by themselves, where they do.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// Why, as a code.
    pub reason: ReasonCode,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
    /// On how many people it is.
    pub people: u64,
    /// The job that writes the sanction of each.
    pub job: Id<kinds::Job>,
}

/// An action was applied to the last, or its job ended before that: nobody stands by it alone any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionApplied {
    /// The action.
    pub action: Id<kinds::Action>,
}

/// An action is to be undone: what of it was not applied never is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionUndoing {
    /// The action.
    pub action: Id<kinds::Action>,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
}

/// Every sanction of an action is lifted, or was decided about by hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ActionUndone {
    /// The action.
    pub action: Id<kinds::Action>,
}

/// Somebody appealed against a sanction of theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AppealMade {
    /// The appeal.
    pub appeal: Id<kinds::Appeal>,
    /// What it is against.
    pub sanction: Id<kinds::Sanction>,
    /// Whose it is.
    pub person: PersonRow,
    /// What they say, in words that are kept elsewhere.
    pub note: Commitment,
}

/// Somebody claimed an appeal, and saw what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AppealClaimed {
    /// The appeal.
    pub appeal: Id<kinds::Appeal>,
}

/// An appeal was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AppealDecided {
    /// The appeal.
    pub appeal: Id<kinds::Appeal>,
    /// What it is against.
    pub sanction: Id<kinds::Sanction>,
    /// Whose it is.
    pub person: PersonRow,
    /// Whether the sanction stays; else it is lifted.
    pub upheld: bool,
    /// Why, in words that are kept elsewhere.
    pub note: Commitment,
}

/// Every report that was open on a member was closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ReportsClosed {
    /// Whom they were on.
    pub person: PersonRow,
    /// How many there were.
    pub reports: u64,
    /// What they came to.
    pub outcome: ReportOutcome,
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
        /// The action that it was a part of was undone.
        Undone = "undone",
    }
}

words! {
    /// What reports of a member came to.
    ReportOutcome {
        /// There was nothing in them.
        Unfounded = "unfounded",
        /// Nothing was done about them.
        NoAction = "no_action",
        /// Somebody spoke to the member.
        SpokenTo = "spoken_to",
        /// The member was sanctioned.
        Sanctioned = "sanctioned",
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
