//! What members change of their own account.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Id, PersonRow, kinds};

/// Somebody said that they forgot a password. Whose it may be is kept elsewhere, until it is seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PasswordForgotten {
    /// What is kept of it.
    pub ask: Id<kinds::PasswordAsk>,
}

/// A link to a new password was made for a member.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PasswordLinkMade {
    /// For whom.
    pub person: PersonRow,
}

/// A member's password is another one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct PasswordChanged {
    /// Whose.
    pub person: PersonRow,
    /// How.
    pub how: PasswordChange,
}

/// How a password was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PasswordChange {
    /// By the former one.
    Changed,
    /// It was the first.
    Chosen,
    /// By the link in a letter.
    Reset,
}

/// A member wants another address. Which, is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AddressAsked {
    /// Who.
    pub person: PersonRow,
    /// What is kept of it, until another takes its place.
    pub ask: Id<kinds::AddressAsk>,
}

/// A member has another address, which they have proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AddressChanged {
    /// Who.
    pub person: PersonRow,
}

/// A change of address was undone by whoever reads the former one. The password went with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AddressRestored {
    /// Whose.
    pub person: PersonRow,
}

/// A member is called otherwise. How, is kept elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct HandleChanged {
    /// Who.
    pub person: PersonRow,
}

/// A member reads letters in another language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LanguageChanged {
    /// Who.
    pub person: PersonRow,
}
