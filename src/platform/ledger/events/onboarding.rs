//! A newcomer on their way in.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Id, kinds};

/// Somebody opened an invite in earnest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct OnboardingStarted {
    /// Their way in.
    pub flow: Id<kinds::Flow>,
    /// By which invite.
    pub invite: Id<kinds::Invite>,
}

/// A newcomer named a contact and is to be sent a one-time code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ProofRequested {
    /// Whose.
    pub flow: Id<kinds::Flow>,
}

/// A newcomer entered a one-time code that was not it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ProofFailed {
    /// Whose.
    pub flow: Id<kinds::Flow>,
}

/// A newcomer proved control of their contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ContactProved {
    /// Whose.
    pub flow: Id<kinds::Flow>,
}
