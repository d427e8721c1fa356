//! Invites, and their uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Id, PersonRow, Role, RoomRow, Timestamp, kinds};

/// An invite was issued.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteIssued {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// By whom.
    pub inviter: PersonRow,
    /// How it reaches people.
    pub kind: InviteKind,
    /// How many may come by it.
    pub max_uses: u32,
    /// Until when.
    pub expires_at: Timestamp,
    /// From when on, where that is not at once.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opens_at: Option<Timestamp>,
    /// For which room.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub room: Option<RoomRow>,
    /// What whoever comes by it becomes, where that is more than a member.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<Role>,
}

/// An invite was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteRevoked {
    /// Which.
    pub invite: Id<kinds::Invite>,
}

/// An invite to an address became void: whoever has the address came in by another invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteVoided {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// By which they came in.
    pub accepted: Id<kinds::Invite>,
}

/// An invite's letter or text message reached nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteUndeliverable {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// Why.
    pub reason: Undeliverable,
}

/// An invite's letter that had reached nobody has left after all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteDelivered {
    /// Which.
    pub invite: Id<kinds::Invite>,
}

/// One use is kept for a newcomer who has proved their contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteHeld {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// For whom.
    pub flow: Id<kinds::Flow>,
    /// Until when.
    pub until: Timestamp,
}

/// A held use is kept until another time: for as long as a case may wait, and from a decision on for as
/// long as the newcomer may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct HoldProlonged {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// For whom.
    pub flow: Id<kinds::Flow>,
    /// Until when now.
    pub until: Timestamp,
}

/// A held use was given back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteReleased {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// Who had it.
    pub flow: Id<kinds::Flow>,
    /// Why.
    pub why: Release,
}

/// An admin has given a member places, or taken some.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteQuotaChanged {
    /// Whose.
    pub person: PersonRow,
    /// Under which id it is kept.
    pub grant: Id<kinds::QuotaGrant>,
    /// How many were given; below 0, taken.
    pub places: i64,
    /// Of the reason.
    pub reason: Commitment,
}

/// How an invite reaches people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InviteKind {
    /// Addressed: only whoever proves that e-mail address.
    Email,
    /// Addressed: only whoever proves that phone number.
    Phone,
    /// Open: whoever holds the code, up to the number of uses.
    Link,
}

/// Why the letter or the text message of an invite reached nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undeliverable {
    /// The address does not take it.
    Refused,
    /// The address did not take it for a day and more.
    Unreachable,
    /// Too many letters or text messages were sent for its inviter in the last 24 hours, or as many text messages as
    /// there may be.
    Limited,
}

/// Why a held use was given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Its time had run out.
    Expired,
    /// The newcomer gave up.
    Abandoned,
    /// A reviewer's final refusal.
    Refused,
    /// The newcomer came in by another invite to the same address.
    Elsewhere,
}
