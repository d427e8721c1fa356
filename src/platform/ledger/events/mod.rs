//! Every kind of thing that ever happens here.
//!
//! An event says who, what, on whom, when and why, in rows, codes and figures: never a name, a
//! contact or free text (those are sealed elsewhere, and can be forgotten). What is stored is
//! what is hashed, so an event is never rewritten: a new version gets a new `v` beside the old
//! one, and readers convert.

mod account;
mod identity;
mod invites;
mod jobs;
mod leads;
mod moderation;
mod onboarding;
mod people;
mod policy;
mod rooms;
mod tokens;
mod waitlist;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::platform::terms::{PersonRow, Timestamp};

pub use account::*;
pub use identity::*;
pub use invites::*;
pub use jobs::*;
pub use leads::*;
pub use moderation::*;
pub use onboarding::*;
pub use people::*;
pub use policy::*;
pub use rooms::*;
pub use tokens::*;
pub use waitlist::*;

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

/// SHA-256 over a random salt and a text: the chain commits to the text, the text and the salt
/// stand sealed beside the row and can be erased.
pub type Commitment = String;

/// What happened. What each says stands with its capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is documented where it is defined")]
pub enum Event {
    PersonFounded(PersonFounded),
    MemberAdmitted(MemberAdmitted),
    Vouched(Vouched),
    VouchTakenBack(VouchTakenBack),
    Reparented(Reparented),
    PersonLeft(PersonLeft),
    Reported(Reported),
    FilterReported(FilterReported),
    RoleChanged(RoleChanged),
    InviteIssued(InviteIssued),
    InviteRevoked(InviteRevoked),
    InviteVoided(InviteVoided),
    InviteRestored(InviteRestored),
    InviteExtended(InviteExtended),
    InviteResent(InviteResent),
    InvitePassedOn(InvitePassedOn),
    InviteAnswered(InviteAnswered),
    InviteUndeliverable(InviteUndeliverable),
    InviteDelivered(InviteDelivered),
    InviteHeld(InviteHeld),
    HoldProlonged(HoldProlonged),
    InviteReleased(InviteReleased),
    InviteQuotaChanged(InviteQuotaChanged),
    ApplicationMade(ApplicationMade),
    ApplicationProofFailed(ApplicationProofFailed),
    ApplicantWaits(ApplicantWaits),
    ApplicantLeft(ApplicantLeft),
    ApplicantLetIn(ApplicantLetIn),
    ApplicantVouched(ApplicantVouched),
    ApplicationRefused(ApplicationRefused),
    WaitlistDrawn(WaitlistDrawn),
    OnboardingStarted(OnboardingStarted),
    ProofRequested(ProofRequested),
    ProofFailed(ProofFailed),
    ContactProved(ContactProved),
    IdentityGiven(IdentityGiven),
    CaseOpened(CaseOpened),
    CaseClaimed(CaseClaimed),
    CaseDecided(CaseDecided),
    ClaimReleased(ClaimReleased),
    NamesWithheld(NamesWithheld),
    NameShown(NameShown),
    RefusalBound(RefusalBound),
    RefusalLifted(RefusalLifted),
    CaseWithdrawn(CaseWithdrawn),
    PersonBanned(PersonBanned),
    BanLifted(BanLifted),
    PersonSanctioned(PersonSanctioned),
    SanctionLifted(SanctionLifted),
    ActionProposed(ActionProposed),
    ActionWithdrawn(ActionWithdrawn),
    ActionApproved(ActionApproved),
    ActionApplied(ActionApplied),
    ActionUndoing(ActionUndoing),
    ActionUndone(ActionUndone),
    AppealMade(AppealMade),
    AppealClaimed(AppealClaimed),
    AppealDecided(AppealDecided),
    ReportsClosed(ReportsClosed),
    AssuranceLowered(AssuranceLowered),
    LeadDismissed(LeadDismissed),
    GraphExported(GraphExported),
    RoomServerRegistered(RoomServerRegistered),
    RoomServerChanged(RoomServerChanged),
    RoomServerRemoved(RoomServerRemoved),
    RoomCreated(RoomCreated),
    RoomChanged(RoomChanged),
    RoomSpread(RoomSpread),
    RoomWithdrawn(RoomWithdrawn),
    TicketIssued(TicketIssued),
    RoomPlaceChanged(RoomPlaceChanged),
    RoomActed(RoomActed),
    HandMoved(HandMoved),
    TicketChanged(TicketChanged),
    TicketEnded(TicketEnded),
    SignInCodeMade(SignInCodeMade),
    SessionStarted(SessionStarted),
    SessionRefreshed(SessionRefreshed),
    SessionEnded(SessionEnded),
    SessionsEnded(SessionsEnded),
    PasswordForgotten(PasswordForgotten),
    PasswordLinkMade(PasswordLinkMade),
    PasswordChanged(PasswordChanged),
    AddressAsked(AddressAsked),
    AddressChanged(AddressChanged),
    AddressRestored(AddressRestored),
    HandleChanged(HandleChanged),
    LanguageChanged(LanguageChanged),
    PolicyChanged(PolicyChanged),
    ServiceAdded(ServiceAdded),
    FilterAllowed(FilterAllowed),
    ServiceSecretChanged(ServiceSecretChanged),
    ServiceRemoved(ServiceRemoved),
    SigningKeyMade(SigningKeyMade),
    JobCancelled(JobCancelled),
    JobResumed(JobResumed),
    ImportStarted(ImportStarted),
    ImportFinished(ImportFinished),
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
            Self::RoleChanged(_) | Self::RoomCreated(_) => 2,
            _ => 1,
        }
    }

    /// The member that the event is about, by which the ledger is searched.
    pub const fn subject(&self) -> Option<PersonRow> {
        Some(match self {
            Self::PersonFounded(event) => event.person,
            Self::MemberAdmitted(event) => event.person,
            Self::RoleChanged(event) => event.person,
            Self::PersonBanned(event) => event.person,
            Self::BanLifted(event) => event.person,
            Self::PersonSanctioned(event) => event.person,
            Self::SanctionLifted(event) => event.person,
            Self::AppealMade(event) => event.person,
            Self::AppealDecided(event) => event.person,
            Self::ReportsClosed(event) => event.person,
            Self::AssuranceLowered(event) => event.person,
            Self::InviteQuotaChanged(event) => event.person,
            Self::ClaimReleased(event) => event.person,
            Self::NamesWithheld(event) => event.person,
            Self::NameShown(event) => event.person,
            Self::TicketIssued(event) => event.person,
            Self::TicketEnded(event) => event.person,
            Self::TicketChanged(event) => event.person,
            Self::RoomPlaceChanged(event) => event.person,
            Self::RoomActed(event) => event.person,
            Self::HandMoved(event) => event.person,
            Self::SignInCodeMade(event) => event.person,
            Self::SessionStarted(event) => event.person,
            Self::SessionEnded(event) => event.person,
            Self::SessionsEnded(event) => event.person,
            Self::PasswordLinkMade(event) => event.person,
            Self::PasswordChanged(event) => event.person,
            Self::AddressAsked(event) => event.person,
            Self::AddressChanged(event) => event.person,
            Self::AddressRestored(event) => event.person,
            Self::HandleChanged(event) => event.person,
            Self::LanguageChanged(event) => event.person,
            Self::Vouched(event) => event.to,
            Self::VouchTakenBack(event) => event.to,
            Self::Reparented(event) => event.person,
            Self::PersonLeft(event) => event.person,
            Self::Reported(event) => event.on,
            Self::FilterReported(event) => event.on,
            Self::LeadDismissed(event) => event.person,
            Self::GraphExported(event) => return event.on,
            _ => return None,
        })
    }
}

macro_rules! named {
    ($($variant:ident => $name:literal,)*) => {
        impl Event {
            /// Every event's name, in the order of the list.
            pub const KINDS: &'static [&'static str] = &[$($name),*];

            /// The event's stable name: its `type`.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant(_) => $name),* }
            }
        }
    };
}
named! {
    PersonFounded => "person_founded",
    MemberAdmitted => "member_admitted",
    Vouched => "vouched",
    VouchTakenBack => "vouch_taken_back",
    Reparented => "reparented",
    PersonLeft => "person_left",
    Reported => "reported",
    FilterReported => "filter_reported",
    RoleChanged => "role_changed",
    InviteIssued => "invite_issued",
    InviteRevoked => "invite_revoked",
    InviteVoided => "invite_voided",
    InviteRestored => "invite_restored",
    InviteExtended => "invite_extended",
    InviteResent => "invite_resent",
    InvitePassedOn => "invite_passed_on",
    InviteAnswered => "invite_answered",
    InviteUndeliverable => "invite_undeliverable",
    InviteDelivered => "invite_delivered",
    InviteHeld => "invite_held",
    HoldProlonged => "hold_prolonged",
    InviteReleased => "invite_released",
    InviteQuotaChanged => "invite_quota_changed",
    ApplicationMade => "application_made",
    ApplicationProofFailed => "application_proof_failed",
    ApplicantWaits => "applicant_waits",
    ApplicantLeft => "applicant_left",
    ApplicantLetIn => "applicant_let_in",
    ApplicantVouched => "applicant_vouched",
    ApplicationRefused => "application_refused",
    WaitlistDrawn => "waitlist_drawn",
    OnboardingStarted => "onboarding_started",
    ProofRequested => "proof_requested",
    ProofFailed => "proof_failed",
    ContactProved => "contact_proved",
    IdentityGiven => "identity_given",
    CaseOpened => "case_opened",
    CaseClaimed => "case_claimed",
    CaseDecided => "case_decided",
    ClaimReleased => "claim_released",
    NamesWithheld => "names_withheld",
    NameShown => "name_shown",
    RefusalBound => "refusal_bound",
    RefusalLifted => "refusal_lifted",
    CaseWithdrawn => "case_withdrawn",
    PersonBanned => "person_banned",
    BanLifted => "ban_lifted",
    PersonSanctioned => "person_sanctioned",
    SanctionLifted => "sanction_lifted",
    ActionProposed => "action_proposed",
    ActionWithdrawn => "action_withdrawn",
    ActionApproved => "action_approved",
    ActionApplied => "action_applied",
    ActionUndoing => "action_undoing",
    ActionUndone => "action_undone",
    AppealMade => "appeal_made",
    AppealClaimed => "appeal_claimed",
    AppealDecided => "appeal_decided",
    ReportsClosed => "reports_closed",
    AssuranceLowered => "assurance_lowered",
    LeadDismissed => "lead_dismissed",
    GraphExported => "graph_exported",
    RoomServerRegistered => "room_server_registered",
    RoomServerChanged => "room_server_changed",
    RoomServerRemoved => "room_server_removed",
    RoomCreated => "room_created",
    RoomChanged => "room_changed",
    RoomSpread => "room_spread",
    RoomWithdrawn => "room_withdrawn",
    TicketIssued => "ticket_issued",
    RoomPlaceChanged => "room_place_changed",
    RoomActed => "room_acted",
    HandMoved => "hand_moved",
    TicketChanged => "ticket_changed",
    TicketEnded => "ticket_ended",
    SignInCodeMade => "sign_in_code_made",
    SessionStarted => "session_started",
    SessionRefreshed => "session_refreshed",
    SessionEnded => "session_ended",
    SessionsEnded => "sessions_ended",
    PasswordForgotten => "password_forgotten",
    PasswordLinkMade => "password_link_made",
    PasswordChanged => "password_changed",
    AddressAsked => "address_asked",
    AddressChanged => "address_changed",
    AddressRestored => "address_restored",
    HandleChanged => "handle_changed",
    LanguageChanged => "language_changed",
    PolicyChanged => "policy_changed",
    ServiceAdded => "service_added",
    FilterAllowed => "filter_allowed",
    ServiceSecretChanged => "service_secret_changed",
    ServiceRemoved => "service_removed",
    SigningKeyMade => "signing_key_made",
    JobCancelled => "job_cancelled",
    JobResumed => "job_resumed",
    ImportStarted => "import_started",
    ImportFinished => "import_finished",
}

#[cfg(test)]
mod tests;
