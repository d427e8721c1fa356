//! What is sealed, found again and derived: each under a label of its own, so that none passes for another.

/// Which datum a ciphertext is: part of the associated data, so that none can pass for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// An e-mail address or a phone number.
    Contact,
    /// A one-time code.
    Proof,
    /// A full name as it was entered.
    Name,
    /// A document: country, kind and number.
    Document,
    /// A reviewer's or moderator's words about the subject.
    Note,
    /// A mail or a text message that waits to be delivered.
    Letter,
    /// A private signing key.
    SigningKey,
    /// What opens a room server.
    RoomServer,
    /// What a job is to do.
    Job,
    /// An inviter's words to whoever they invite.
    Message,
    /// On what device and from where somebody signed in.
    Device,
}

impl Field {
    pub(super) const fn label(self) -> &'static [u8] {
        match self {
            Self::Contact => b"contact",
            Self::Proof => b"proof",
            Self::Name => b"name",
            Self::Document => b"document",
            Self::Note => b"note",
            Self::Letter => b"letter",
            Self::SigningKey => b"signing-key",
            Self::RoomServer => b"room-server",
            Self::Job => b"job",
            Self::Message => b"message",
            Self::Device => b"device",
        }
    }
}

/// What a blind index is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blind {
    /// A normalised e-mail address.
    Contact,
    /// A phone number in E.164.
    Phone,
    /// (country, kind, normalised number).
    Document,
    /// The address that a request came from, or another key of a throttle.
    Throttle,
    /// What blinds an idempotency key, who used it and for what.
    Idempotency,
    /// The code that opens an invite.
    InviteCode,
    /// A flow, and a token that opens it.
    FlowToken,
    /// What opens an application to be let in.
    ApplicantToken,
    /// A one-time code to sign in with.
    SignInCode,
    /// A link to a new password.
    PasswordLink,
    /// A link that gives a former address back.
    AddressUndo,
    /// A service, and its secret.
    ServiceSecret,
    /// What an access token is called.
    TokenName,
    /// A request to refresh, to be known again.
    Refreshed,
    /// The e-mail address of somebody who wants no more letters.
    Stop,
    /// What signs the file in which memory is kept.
    Memory,
}

impl Blind {
    pub(super) const fn label(self) -> &'static [u8] {
        match self {
            Self::Contact => b"blind/contact",
            Self::Phone => b"blind/phone",
            Self::Document => b"blind/document",
            Self::Throttle => b"blind/throttle",
            Self::Idempotency => b"blind/idempotency",
            Self::InviteCode => b"blind/invite-code",
            Self::FlowToken => b"blind/flow-token",
            Self::ApplicantToken => b"blind/applicant-token",
            Self::SignInCode => b"blind/sign-in-code",
            Self::PasswordLink => b"blind/password-link",
            Self::AddressUndo => b"blind/address-undo",
            Self::ServiceSecret => b"blind/service-secret",
            Self::TokenName => b"blind/token-name",
            Self::Refreshed => b"blind/refreshed",
            Self::Stop => b"blind/stop",
            Self::Memory => b"blind/memory",
        }
    }
}

/// What a derived secret opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyPurpose {
    /// An invite's code.
    Invite,
    /// An onboarding flow's token.
    Flow,
    /// The token of an application to be let in.
    Applicant,
    /// A refresh token.
    Refresh,
    /// A device's proof that it has signed in before.
    Device,
    /// A seat in a room: the token on the room server's list.
    Ticket,
    /// A room on its room server: whoever knows the secret manages it.
    Room,
    /// The end of all further letters to an address.
    Stop,
    /// What an appeal is made with.
    Appeal,
    /// A browser\'s session.
    Browser,
    /// What a form shows beside a cookie.
    Form,
}

impl KeyPurpose {
    pub(super) const fn label(self) -> &'static [u8] {
        match self {
            Self::Invite => b"door/invite",
            Self::Flow => b"door/flow",
            Self::Applicant => b"door/applicant",
            Self::Refresh => b"door/refresh",
            Self::Device => b"door/device",
            Self::Ticket => b"door/ticket",
            Self::Room => b"door/room",
            Self::Stop => b"door/stop",
            Self::Appeal => b"door/appeal",
            Self::Browser => b"door/browser",
            Self::Form => b"door/form",
        }
    }
}
