//! Every kind of thing that ever happens here.
//!
//! An event says who, what, on whom, when and why, in rows, codes and figures: never a name, a
//! contact or free text (those are sealed elsewhere, and can be forgotten). What is stored is
//! what is hashed, so an event is never rewritten: a new version gets a new `v` beside the old
//! one, and readers convert.

mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{Assurance, Id, PersonRow, Role, RoomRow, Timestamp, kinds};

pub use words::{InviteKind, Release, Undeliverable};

/// Who did it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A member.
    Person(PersonRow),
    /// Somebody on their way in, known by their flow alone.
    Newcomer,
    /// Whoever has a shell on the server: the command line.
    Operator,
    /// The service itself.
    System,
}

impl Actor {
    /// The member, where it was one.
    pub const fn person(self) -> Option<PersonRow> {
        match self {
            Self::Person(row) => Some(row),
            Self::Newcomer | Self::Operator | Self::System => None,
        }
    }
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

/// Why a seat in a room ended before its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum TicketEnd {
    /// By whose it was.
    Left,
    /// Whose it was has taken another for the same room.
    Replaced,
    /// Whose it was is under a sanction.
    Sanctioned,
    /// The room asks for more than is known of whose it was.
    Assurance,
    /// Whose it was spoke where they may only listen, after they had been muted.
    Spoke,
}

/// SHA-256 over a random salt and a text: the chain commits to the text, the text and the salt
/// stand sealed beside the row and can be erased.
pub type Commitment = String;

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A member without an inviter: the community's root, or one of a history's.
    PersonFounded {
        /// The new member.
        person: PersonRow,
        /// Their public id.
        id: Id<kinds::Person>,
        /// How surely we know who they are.
        assurance: Assurance,
        /// Their role.
        role: Role,
    },
    /// A member with an inviter: the edge of the graph.
    MemberAdmitted {
        /// The new member.
        person: PersonRow,
        /// Their public id.
        id: Id<kinds::Person>,
        /// Who let them in.
        inviter: PersonRow,
        /// By which invite.
        invite: Id<kinds::Invite>,
        /// Through which flow; none in a replayed history.
        flow: Option<Id<kinds::Flow>>,
        /// How surely we know who they are.
        assurance: Assurance,
    },
    /// One member stands up for another.
    Vouched {
        /// Who vouches.
        from: PersonRow,
        /// For whom.
        to: PersonRow,
    },
    /// One member complains of another.
    Reported {
        /// Who complains.
        from: PersonRow,
        /// Of whom.
        on: PersonRow,
    },
    /// Somebody's role changed.
    RoleChanged {
        /// Whose.
        person: PersonRow,
        /// From.
        before: Role,
        /// To.
        after: Role,
        /// Why, as a code; version 1 does not say.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        reason: Option<String>,
    },
    /// An invite was issued.
    InviteIssued {
        /// Which.
        invite: Id<kinds::Invite>,
        /// By whom.
        inviter: PersonRow,
        /// How it reaches people.
        kind: InviteKind,
        /// How many may come by it.
        max_uses: u32,
        /// Until when.
        expires_at: Timestamp,
    },
    /// An invite was taken back.
    InviteRevoked {
        /// Which.
        invite: Id<kinds::Invite>,
    },
    /// An invite to an address became void: whoever has the address came in by another invite.
    InviteVoided {
        /// Which.
        invite: Id<kinds::Invite>,
        /// By which they came in.
        accepted: Id<kinds::Invite>,
    },
    /// An invite's letter reached nobody.
    InviteUndeliverable {
        /// Which.
        invite: Id<kinds::Invite>,
        /// Why.
        reason: Undeliverable,
    },
    /// An invite's letter that had reached nobody has left after all.
    InviteDelivered {
        /// Which.
        invite: Id<kinds::Invite>,
    },
    /// One use is kept for a newcomer who has proved their contact.
    InviteHeld {
        /// Which.
        invite: Id<kinds::Invite>,
        /// For whom.
        flow: Id<kinds::Flow>,
        /// Until when.
        until: Timestamp,
    },
    /// A held use is kept until another time: for as long as a case may wait, and from a decision on for as
    /// long as the newcomer may take.
    HoldProlonged {
        /// Which.
        invite: Id<kinds::Invite>,
        /// For whom.
        flow: Id<kinds::Flow>,
        /// Until when now.
        until: Timestamp,
    },
    /// A held use was given back.
    InviteReleased {
        /// Which.
        invite: Id<kinds::Invite>,
        /// Who had it.
        flow: Id<kinds::Flow>,
        /// Why.
        why: Release,
    },
    /// Somebody opened an invite in earnest.
    OnboardingStarted {
        /// Their way in.
        flow: Id<kinds::Flow>,
        /// By which invite.
        invite: Id<kinds::Invite>,
    },
    /// A newcomer named a contact and is to be sent a one-time code.
    ProofRequested {
        /// Whose.
        flow: Id<kinds::Flow>,
    },
    /// A newcomer entered a one-time code that was not it.
    ProofFailed {
        /// Whose.
        flow: Id<kinds::Flow>,
    },
    /// A newcomer proved control of their contact.
    ContactProved {
        /// Whose.
        flow: Id<kinds::Flow>,
    },
    /// A newcomer gave a name and a document whose form holds.
    IdentityGiven {
        /// Whose.
        flow: Id<kinds::Flow>,
        /// How often they have now.
        submission: u32,
    },
    /// A name waits for a person's eye.
    CaseOpened {
        /// Which.
        case: Id<kinds::Case>,
        /// Whose.
        flow: Id<kinds::Flow>,
    },
    /// A reviewer took a case: the name and the document were shown to them.
    CaseClaimed {
        /// Which.
        case: Id<kinds::Case>,
        /// Why they looked: the reason's commitment.
        reason: Commitment,
    },
    /// A reviewer decided.
    CaseDecided {
        /// Which.
        case: Id<kinds::Case>,
        /// Whose.
        flow: Id<kinds::Flow>,
        /// How.
        verdict: Verdict,
        /// The reason's commitment.
        reason: Commitment,
    },
    /// A reviewer lost a case that they had claimed: they gave it back, or an admin took it.
    ClaimReleased {
        /// Which.
        case: Id<kinds::Case>,
        /// Who had it.
        person: PersonRow,
        /// Why: the reason's commitment.
        reason: Commitment,
    },
    /// A reviewer wanted to see more names than the policy shows to one in a day. Told once a day.
    NamesWithheld {
        /// Who.
        person: PersonRow,
        /// How many they were shown in the last 24 hours.
        shown: u32,
    },
    /// A final refusal binds the invite's use, the address and the document.
    RefusalBound {
        /// The refusal.
        refusal: Id<kinds::Refusal>,
        /// In which case.
        case: Id<kinds::Case>,
    },
    /// An admin lifted a final refusal: the same person may be asked again.
    RefusalLifted {
        /// Which.
        refusal: Id<kinds::Refusal>,
        /// Why: the reason's commitment.
        reason: Commitment,
    },
    /// A newcomer's way ended while their case was open.
    CaseWithdrawn {
        /// Which.
        case: Id<kinds::Case>,
    },
    /// A member was put out.
    PersonBanned {
        /// The sanction.
        sanction: Id<kinds::Sanction>,
        /// Who.
        person: PersonRow,
        /// Why, as a code.
        reason: String,
        /// Why, in words that are kept elsewhere.
        note: Commitment,
    },
    /// A ban was lifted.
    BanLifted {
        /// The sanction.
        sanction: Id<kinds::Sanction>,
        /// Who is back.
        person: PersonRow,
        /// Why, in words that are kept elsewhere.
        note: Commitment,
    },
    /// Less is held to be known of a member than before.
    AssuranceLowered {
        /// Of whom.
        person: PersonRow,
        /// From.
        before: Assurance,
        /// To.
        after: Assurance,
        /// Why, as a code.
        reason: String,
    },
    /// A room server may hold rooms from now on.
    RoomServerRegistered {
        /// Which.
        server: Id<kinds::RoomServer>,
    },
    /// A room server's addresses or secrets changed.
    RoomServerChanged {
        /// Which.
        server: Id<kinds::RoomServer>,
    },
    /// A room server is none of ours any more.
    RoomServerRemoved {
        /// Which.
        server: Id<kinds::RoomServer>,
    },
    /// A room was made; it is open.
    RoomCreated {
        /// Which.
        room: RoomRow,
        /// Where it is held.
        server: Id<kinds::RoomServer>,
        /// How surely we must know who enters.
        enter: Assurance,
        /// How surely we must know who speaks.
        speak: Assurance,
        /// How many seats it has.
        capacity: u32,
    },
    /// What a room asks for changed, or it was closed or opened. Closed, it has no seats left.
    RoomChanged {
        /// Which.
        room: RoomRow,
        /// How surely we must know who enters.
        enter: Assurance,
        /// How surely we must know who speaks.
        speak: Assurance,
        /// How many seats it has.
        capacity: u32,
        /// Whether it is open now.
        open: bool,
    },
    /// A member took a seat in a room.
    TicketIssued {
        /// Which.
        ticket: Id<kinds::Ticket>,
        /// Where.
        room: RoomRow,
        /// Whose.
        person: PersonRow,
        /// Whether they may speak.
        speaks: bool,
        /// Until when.
        expires_at: Timestamp,
    },
    /// A seat ended before its time.
    TicketEnded {
        /// Which.
        ticket: Id<kinds::Ticket>,
        /// Where.
        room: RoomRow,
        /// Whose.
        person: PersonRow,
        /// Why.
        why: TicketEnd,
    },
    /// A one-time sign-in code was made at the command line.
    SignInCodeMade {
        /// For whom.
        person: PersonRow,
    },
    /// Somebody signed in.
    SessionStarted {
        /// Their session.
        session: Id<kinds::Session>,
        /// Who.
        person: PersonRow,
    },
    /// A refresh token was turned over.
    SessionRefreshed {
        /// Whose family.
        session: Id<kinds::Session>,
        /// Which generation is good now.
        generation: u32,
    },
    /// A session ended.
    SessionEnded {
        /// Which.
        session: Id<kinds::Session>,
        /// Whose.
        person: PersonRow,
        /// Why.
        why: SessionEnd,
    },
    /// The community's demands changed.
    PolicyChanged {
        /// The version that holds now.
        version: i64,
        /// SHA-256 of its document, in hex.
        digest: String,
    },
    /// A service may introspect from now on.
    ServiceAdded {
        /// Which.
        service: Id<kinds::Service>,
    },
    /// A service may no longer.
    ServiceRemoved {
        /// Which.
        service: Id<kinds::Service>,
    },
    /// A key that signs tokens was made.
    SigningKeyMade {
        /// The beginning of its RFC 7638 thumbprint.
        kid: String,
    },
    /// A job was cancelled before its last step.
    JobCancelled {
        /// Which.
        job: Id<kinds::Job>,
    },
    /// A cancelled job goes on.
    JobResumed {
        /// Which.
        job: Id<kinds::Job>,
    },
    /// A history began to be replayed.
    ImportStarted {
        /// The run.
        import: Id<kinds::Import>,
        /// SHA-256 of the file, in hex.
        digest: String,
    },
    /// A history was replayed to its end.
    ImportFinished {
        /// The run.
        import: Id<kinds::Import>,
        /// Rows in the file.
        rows: u64,
    },
}

/// An event with who, on whom and when: what the chain's canonical bytes hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Envelope {
    /// The version of this shape.
    pub v: u8,
    /// When, as the writer's clock had it; order is by position.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// On whom, where it is about a member.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub subject: Option<PersonRow>,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

impl Event {
    /// The version of its shape, in which it is written. Those before stay readable.
    pub const fn version(&self) -> u8 {
        match self {
            Self::RoleChanged { .. } => 2,
            _ => 1,
        }
    }

    /// The member that the event is about, by which the ledger is searched.
    pub const fn subject(&self) -> Option<PersonRow> {
        match self {
            Self::PersonFounded { person, .. }
            | Self::MemberAdmitted { person, .. }
            | Self::RoleChanged { person, .. }
            | Self::PersonBanned { person, .. }
            | Self::BanLifted { person, .. }
            | Self::AssuranceLowered { person, .. }
            | Self::ClaimReleased { person, .. }
            | Self::NamesWithheld { person, .. }
            | Self::TicketIssued { person, .. }
            | Self::TicketEnded { person, .. }
            | Self::SignInCodeMade { person }
            | Self::SessionStarted { person, .. }
            | Self::SessionEnded { person, .. } => Some(*person),
            Self::Vouched { to, .. } => Some(*to),
            Self::Reported { on, .. } => Some(*on),
            _ => None,
        }
    }
}

macro_rules! named {
    ($(Self::$variant:ident { .. } => $name:literal,)*) => {
        impl Event {
            /// Every event's name, in the order of the list.
            pub const KINDS: &'static [&'static str] = &[$($name),*];

            /// The event's stable name: its `type`.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $name),* }
            }
        }
    };
}
named! {
            Self::PersonFounded { .. } => "person_founded",
            Self::MemberAdmitted { .. } => "member_admitted",
            Self::Vouched { .. } => "vouched",
            Self::Reported { .. } => "reported",
            Self::RoleChanged { .. } => "role_changed",
            Self::InviteIssued { .. } => "invite_issued",
            Self::InviteRevoked { .. } => "invite_revoked",
            Self::InviteVoided { .. } => "invite_voided",
            Self::InviteUndeliverable { .. } => "invite_undeliverable",
            Self::InviteDelivered { .. } => "invite_delivered",
            Self::InviteHeld { .. } => "invite_held",
            Self::HoldProlonged { .. } => "hold_prolonged",
            Self::InviteReleased { .. } => "invite_released",
            Self::OnboardingStarted { .. } => "onboarding_started",
            Self::ProofRequested { .. } => "proof_requested",
            Self::ProofFailed { .. } => "proof_failed",
            Self::ContactProved { .. } => "contact_proved",
            Self::IdentityGiven { .. } => "identity_given",
            Self::CaseOpened { .. } => "case_opened",
            Self::CaseClaimed { .. } => "case_claimed",
            Self::CaseDecided { .. } => "case_decided",
            Self::ClaimReleased { .. } => "claim_released",
            Self::NamesWithheld { .. } => "names_withheld",
            Self::RefusalBound { .. } => "refusal_bound",
            Self::RefusalLifted { .. } => "refusal_lifted",
            Self::CaseWithdrawn { .. } => "case_withdrawn",
            Self::PersonBanned { .. } => "person_banned",
            Self::BanLifted { .. } => "ban_lifted",
            Self::AssuranceLowered { .. } => "assurance_lowered",
            Self::RoomServerRegistered { .. } => "room_server_registered",
            Self::RoomServerChanged { .. } => "room_server_changed",
            Self::RoomServerRemoved { .. } => "room_server_removed",
            Self::RoomCreated { .. } => "room_created",
            Self::RoomChanged { .. } => "room_changed",
            Self::TicketIssued { .. } => "ticket_issued",
            Self::TicketEnded { .. } => "ticket_ended",
            Self::SignInCodeMade { .. } => "sign_in_code_made",
            Self::SessionStarted { .. } => "session_started",
            Self::SessionRefreshed { .. } => "session_refreshed",
            Self::SessionEnded { .. } => "session_ended",
            Self::PolicyChanged { .. } => "policy_changed",
            Self::ServiceAdded { .. } => "service_added",
            Self::ServiceRemoved { .. } => "service_removed",
            Self::SigningKeyMade { .. } => "signing_key_made",
            Self::JobCancelled { .. } => "job_cancelled",
            Self::JobResumed { .. } => "job_resumed",
            Self::ImportStarted { .. } => "import_started",
            Self::ImportFinished { .. } => "import_finished",
}

#[cfg(test)]
mod tests;
