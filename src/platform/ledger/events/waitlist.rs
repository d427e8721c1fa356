//! The waitlist.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Id, PersonRow, kinds};

/// Somebody has asked to be let in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicationMade {
    /// Which.
    pub application: Id<kinds::Application>,
}

/// A wrong one-time code was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicationProofFailed {
    /// For which.
    pub application: Id<kinds::Application>,
}

/// Somebody has proved their address, and waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicantWaits {
    /// Which.
    pub application: Id<kinds::Application>,
}

/// An application was removed, with what was sealed for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicantLeft {
    /// Which.
    pub application: Id<kinds::Application>,
    /// Why.
    pub why: Parting,
}

/// Why an application was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Parting {
    /// Whoever asked gave it up.
    Left,
    /// The address was not proved in time.
    Lapsed,
    /// The same address has an earlier one.
    Elsewhere,
    /// Whoever asked is a member now.
    Joined,
}

/// Somebody was let in: an invite is on its way to them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicantLetIn {
    /// Which.
    pub application: Id<kinds::Application>,
    /// By which invite.
    pub invite: Id<kinds::Invite>,
}

/// A member says that they know somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicantVouched {
    /// Whom.
    pub application: Id<kinds::Application>,
    /// Who.
    pub by: PersonRow,
}

/// An admin has refused somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ApplicationRefused {
    /// Whom.
    pub application: Id<kinds::Application>,
    /// Of the reason.
    pub reason: Commitment,
}

/// An admin has let some in at once. Where chance decided, whoever has the lowest lots is chosen: the lot of an application
/// is the SHA-256, in hexadecimal, of the seed, a colon and the application's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct WaitlistDrawn {
    /// Which.
    pub draw: Id<kinds::Draw>,
    /// `order`, `chance` or `referral`.
    pub way: String,
    /// 256 random bits in hexadecimal, where chance decided.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seed: Option<String>,
    /// All who waited, in their order.
    pub waiting: Vec<Id<kinds::Application>>,
    /// Who was chosen, the first first.
    pub chosen: Vec<Id<kinds::Application>>,
}
