//! Invites, and their uses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Id, PersonRow, Role, RoomRow, Timestamp, kinds, words};

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
    /// Why, where an admin took it back.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<RevokeReason>,
}

/// An invite that was taken back stands again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteRestored {
    /// Which.
    pub invite: Id<kinds::Invite>,
}

/// The end of an invite was moved to a later time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteExtended {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// Until when now.
    pub expires_at: Timestamp,
}

/// The letter of an invite was asked for again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteResent {
    /// Which.
    pub invite: Id<kinds::Invite>,
}

/// An invite was passed on to another address: another one took its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InvitePassedOn {
    /// The one that took its place.
    pub invite: Id<kinds::Invite>,
    /// The one that is over.
    pub former: Id<kinds::Invite>,
}

/// Whoever has the code of an invite answered it. Nobody knows who they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct InviteAnswered {
    /// Which.
    pub invite: Id<kinds::Invite>,
    /// What they said.
    pub answer: Answer,
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

words! {
    /// Why an admin takes an invite back.
    RevokeReason {
        /// Its code is where it should not be.
        Leaked = "leaked",
        /// It is misused.
        Abuse = "abuse",
        /// It was given by mistake.
        Mistake = "mistake",
        /// None of these.
        Other = "other",
    }
}

words! {
    /// What whoever has the code of an invite says to it.
    Answer {
        /// They do not want it.
        Declined = "declined",
        /// They do not know who invites them.
        UnknownInviter = "unknown_inviter",
        /// It is unwanted or abusive.
        Reported = "reported",
    }
}

/// How an invite reaches people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum InviteKind {
    /// Addressed: only whoever proves that e-mail address.
    Email,
    /// Addressed: only whoever proves that phone number.
    Phone,
    /// Open: whoever holds the code, up to the number of uses.
    Link,
}

impl InviteKind {
    /// The word as it is stored and sent.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Link => "link",
        }
    }
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
