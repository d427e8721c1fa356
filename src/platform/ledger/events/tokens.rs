//! Sign-ins, sessions, services and signing keys.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Id, PersonRow, kinds, words};

/// A one-time sign-in code was made at the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SignInCodeMade {
    /// For whom.
    pub person: PersonRow,
}

/// Somebody signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SessionStarted {
    /// Their session.
    pub session: Id<kinds::Session>,
    /// Who.
    pub person: PersonRow,
}

/// A refresh token was turned over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SessionRefreshed {
    /// Whose family.
    pub session: Id<kinds::Session>,
    /// Which generation is good now.
    pub generation: u32,
}

/// A session ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SessionEnded {
    /// Which.
    pub session: Id<kinds::Session>,
    /// Whose.
    pub person: PersonRow,
    /// Why.
    pub why: SessionEnd,
}

/// An admin ended every session of a member; each has an event of its own beside this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SessionsEnded {
    /// Whose.
    pub person: PersonRow,
    /// Why.
    pub reason: SessionsEndReason,
    /// How many there were.
    pub ended: u32,
}

/// A service may introspect from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ServiceAdded {
    /// Which.
    pub service: Id<kinds::Service>,
}

/// A service may act in rooms from now on, as a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct FilterAllowed {
    /// Which.
    pub service: Id<kinds::Service>,
}

/// A service has another secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ServiceSecretChanged {
    /// Which.
    pub service: Id<kinds::Service>,
}

/// A service may no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct ServiceRemoved {
    /// Which.
    pub service: Id<kinds::Service>,
}

/// A key that signs tokens was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct SigningKeyMade {
    /// The beginning of its RFC 7638 thumbprint.
    pub kid: String,
}

/// Why a session ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionEnd {
    /// By its owner.
    SignedOut,
    /// By revocation of its refresh token (RFC 7009).
    Revoked,
    /// A refresh token was used twice (RFC 9700 §4.14.2).
    Reused,
    /// Its owner was sanctioned.
    Sanctioned,
    /// Its owner changed what they sign in with.
    CredentialsChanged,
    /// Its owner has left the community.
    Left,
    /// An admin ended all of its owner's.
    Admin,
}

words! {
    /// Why an admin ended every session of a member.
    SessionsEndReason {
        /// A device of theirs was lost or stolen.
        LostDevice = "lost_device",
        /// Somebody else seems to use their account.
        Suspicion = "suspicion",
        /// They asked for it.
        Request = "request",
        /// Another one.
        Other = "other",
    }
}
