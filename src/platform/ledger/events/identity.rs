//! Real names: reviews and final refusals. Never a name or a number.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Id, PersonRow, kinds};

/// A newcomer gave a name and a document whose form holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct IdentityGiven {
    /// Whose.
    pub flow: Id<kinds::Flow>,
    /// How often they have now.
    pub submission: u32,
}

/// A name waits for a person's eye.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CaseOpened {
    /// Which.
    pub case: Id<kinds::Case>,
    /// Whose.
    pub flow: Id<kinds::Flow>,
}

/// A reviewer took a case: the name and the document were shown to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CaseClaimed {
    /// Which.
    pub case: Id<kinds::Case>,
    /// Why they looked: the reason's commitment.
    pub reason: Commitment,
}

/// A reviewer decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CaseDecided {
    /// Which.
    pub case: Id<kinds::Case>,
    /// Whose.
    pub flow: Id<kinds::Flow>,
    /// How.
    pub verdict: Verdict,
    /// The reason's commitment.
    pub reason: Commitment,
}

/// A reviewer lost a case that they had claimed: they gave it back, or an admin took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ClaimReleased {
    /// Which.
    pub case: Id<kinds::Case>,
    /// Who had it.
    pub person: PersonRow,
    /// Why: the reason's commitment.
    pub reason: Commitment,
}

/// An admin was shown a member's verified name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct NameShown {
    /// Whose.
    pub person: PersonRow,
    /// The case by which it was verified.
    pub case: Id<kinds::Case>,
    /// Why they looked: the reason's commitment.
    pub reason: Commitment,
}

/// A reviewer wanted to see more names than the policy shows to one in a day. Told once a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct NamesWithheld {
    /// Who.
    pub person: PersonRow,
    /// How many they were shown in the last 24 hours.
    pub shown: u32,
}

/// A final refusal binds the invite's use, the address and the document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RefusalBound {
    /// The refusal.
    pub refusal: Id<kinds::Refusal>,
    /// In which case.
    pub case: Id<kinds::Case>,
}

/// An admin lifted a final refusal: the same person may be asked again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RefusalLifted {
    /// Which.
    pub refusal: Id<kinds::Refusal>,
    /// Why: the reason's commitment.
    pub reason: Commitment,
}

/// A newcomer's way ended while their case was open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CaseWithdrawn {
    /// Which.
    pub case: Id<kinds::Case>,
}

/// A review's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The name and document are accepted.
    Approved,
    /// They are to be given again.
    Retry,
    /// Final.
    Refused,
}
