//! Room servers, rooms and tickets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ReasonCode;
use crate::platform::terms::{Assurance, Id, PersonRow, Role, RoomRow, Timestamp, kinds, words};

/// A room server may hold rooms from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerRegistered {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room server's addresses or secrets changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerChanged {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room server is none of ours any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomServerRemoved {
    /// Which.
    pub server: Id<kinds::RoomServer>,
}

/// A room was made; it is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomCreated {
    /// Which.
    pub room: RoomRow,
    /// Where it is held; as version 1 says it, when a room was held on one server.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub server: Option<Id<kinds::RoomServer>>,
    /// The servers that hold it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub servers: Vec<Id<kinds::RoomServer>>,
    /// How surely we must know who enters.
    pub enter: Assurance,
    /// How surely we must know who speaks.
    pub speak: Assurance,
    /// How many seats it has.
    pub capacity: u32,
}

/// A room is held on one more server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomSpread {
    /// Which.
    pub room: RoomRow,
    /// The server.
    pub server: Id<kinds::RoomServer>,
}

/// A room is held on one server less. The seats there have ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomWithdrawn {
    /// Which.
    pub room: RoomRow,
    /// The server.
    pub server: Id<kinds::RoomServer>,
}

/// What a room asks for changed, or it was closed or opened. Closed, it has no seats left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomChanged {
    /// Which.
    pub room: RoomRow,
    /// How surely we must know who enters.
    pub enter: Assurance,
    /// How surely we must know who speaks.
    pub speak: Assurance,
    /// How many seats it has.
    pub capacity: u32,
    /// Whether it is open now.
    pub open: bool,
    /// Whom it is for; missing in events of before, when every room was for members.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub access: Option<RoomAccess>,
    /// Who speaks there; missing in the same.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub speakers: Option<Speakers>,
    /// Whom it asks for besides; missing where it asks for nobody in particular.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub who: Option<Who>,
}

words! {
    /// Whom a room is for.
    RoomAccess {
        /// Every member who satisfies what it asks for.
        Members = "members",
        /// Whoever has a place in it, or was invited for it.
        Guests = "guests",
    }
}

words! {
    /// Who speaks in a room, of those who may.
    Speakers {
        /// Everybody.
        Everybody = "everybody",
        /// Whoever was asked to the stage.
        Stage = "stage",
    }
}

words! {
    /// What somebody is in one room.
    Place {
        /// They enter, also where the room is for guests.
        Guest = "guest",
        /// They speak, also from a stage.
        Speaker = "speaker",
        /// They speak, and moderate.
        Moderator = "moderator",
        /// They listen, and nobody in the room is shown them.
        Hidden = "hidden",
    }
}

words! {
    /// What a moderator or a filter does about somebody in a room.
    Act {
        /// They are told that they went too far.
        Warn = "warn",
        /// They only listen for a while.
        Mute = "mute",
        /// They go, and stay out for a while.
        PutOut = "put_out",
        /// They may speak: from the stage, and though they were muted.
        ToStage = "to_stage",
        /// They listen again.
        OffStage = "off_stage",
        /// They are muted no longer.
        Unmute = "unmute",
        /// They may come in again, before their time out is over.
        LetIn = "let_in",
    }
}

/// Of whom a room asks more than of others. What is empty is asked of nobody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Who {
    /// Of those who enter.
    #[serde(skip_serializing_if = "Conditions::is_empty", default)]
    pub enters: Conditions,
    /// Of those who speak.
    #[serde(skip_serializing_if = "Conditions::is_empty", default)]
    pub speaks: Conditions,
    /// Who moderates besides those whose place it is: whoever satisfies this; nobody where it is empty.
    #[serde(skip_serializing_if = "Conditions::is_empty", default)]
    pub moderates: Conditions,
}

impl Who {
    /// Whether a role or a branch is asked for, which may change while somebody is in the room.
    pub fn asks_of_roles_or_branches(&self) -> bool {
        let all = [&self.enters, &self.speaks, &self.moderates];
        all.iter()
            .any(|asked| !asked.roles.is_empty() || asked.branch.is_some())
    }
}

/// What somebody must be, besides how surely they are known. All of it is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Conditions {
    /// One of these roles; any where there is none.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub roles: Vec<Role>,
    /// In the branch of this member: they, or whom they have let in, directly or not.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub branch: Option<PersonRow>,
    /// At least so many years old.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub age_from: Option<u16>,
    /// Younger than so many years.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub age_below: Option<u16>,
}

impl Conditions {
    /// Whether nothing is asked.
    pub const fn is_empty(&self) -> bool {
        self.roles.is_empty() && self.branch.is_none() && !self.wants_age()
    }

    /// Whether an age is asked for.
    pub const fn wants_age(&self) -> bool {
        self.age_from.is_some() || self.age_below.is_some()
    }
}

/// Somebody was given another place in a room, or has none of their own any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomPlaceChanged {
    /// Which room.
    pub room: RoomRow,
    /// Who.
    pub person: PersonRow,
    /// What they are there now; missing where they have no place of their own.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub place: Option<Place>,
}

/// A moderator or a filter did something about somebody in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct RoomActed {
    /// Which room.
    pub room: RoomRow,
    /// About whom.
    pub person: PersonRow,
    /// Under which ticket they were there.
    pub ticket: Id<kinds::Ticket>,
    /// What.
    pub act: Act,
    /// Why.
    pub reason: ReasonCode,
    /// Until when it holds, where it ends.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub until: Option<Timestamp>,
    /// The filter that did it; missing where a member did.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub filter: Option<Id<kinds::Service>>,
}

/// Somebody in a room may speak now, or may no longer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct TicketChanged {
    /// Which ticket.
    pub ticket: Id<kinds::Ticket>,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// Whether they may speak.
    pub speaks: bool,
}

/// Somebody in a room asks to speak, or no longer does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct HandMoved {
    /// Which room.
    pub room: RoomRow,
    /// Who.
    pub person: PersonRow,
    /// Whether they ask.
    pub up: bool,
}

/// A member took a seat in a room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct TicketIssued {
    /// Which.
    pub ticket: Id<kinds::Ticket>,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// Whether they may speak.
    pub speaks: bool,
    /// Until when.
    pub expires_at: Timestamp,
    /// By what they are shown to the others there; missing where by nothing.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub shows: Option<Shows>,
}

words! {
    /// By what a member is shown to the others in a room, where they chose so.
    Shows {
        /// By their handle.
        Handle = "handle",
        /// By their verified name.
        Name = "name",
    }
}

/// A seat ended before its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct TicketEnded {
    /// Which.
    pub ticket: Id<kinds::Ticket>,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// Why.
    pub why: TicketEnd,
}

words! {
    /// Why a seat in a room ended before its time.
    TicketEnd {
        /// By whose it was.
        Left = "left",
        /// Whose it was has taken another for the same room.
        Replaced = "replaced",
        /// Whose it was is under a sanction.
        Sanctioned = "sanctioned",
        /// The room asks for more than is known of whose it was.
        Assurance = "assurance",
        /// Whose it was spoke where they may only listen, after they had been muted.
        Spoke = "spoke",
        /// A moderator or a filter put whose it was out.
        PutOut = "put_out",
        /// The room is for others now.
        NotAdmitted = "not_admitted",
        /// The room was closed.
        Closed = "closed",
        /// The room is held no more on the server that the seat was on.
        Moved = "moved",
    }
}
