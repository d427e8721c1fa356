//! Invites over HTTP: what a code opens, and a member's own.

mod admin;
mod bulk;
mod change_quota;
mod create;
mod decline;
mod extend;
mod list;
mod pass_on;
mod preview;
mod qr;
mod report;
mod resend;
mod restore;
mod revoke;
mod show_own;
mod show_quota;
mod unknown_inviter;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{
    AnswerError, BatchIssuer, ChangeError, Closed, Code, Grant, InviteState, IssueError, Previews, Shown, code_of,
    rules::{self, Delivery},
};
use crate::{
    http::{ClientAddress, Problem, ProblemKind, Routes, WriteResponse},
    platform::{
        ledger::{
            Ledger, ReadModel,
            events::{Answer, InviteKind, Undeliverable},
        },
        terms::{ContactPoint, InviteId, LinkTemplate, PersonId, QuotaGrantId, Role, Timestamp},
        vault::Vault,
    },
    policy::{self, ContactDenied, InviteDenied},
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    admin::routes(config);
    config
        .service(preview::preview)
        .service(create::create)
        .service(bulk::invite_all)
        .service(list::list)
        .service(qr::show)
        .service(show_own::show)
        .service(revoke::withdraw)
        .service(show_quota::show_quota)
        .service(change_quota::change_quota)
        .service(restore::restore)
        .service(extend::extend)
        .service(resend::resend)
        .service(pass_on::pass_on)
        .service(decline::decline)
        .service(unknown_inviter::unknown_inviter)
        .service(report::report);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Invites {
    /// Where invites are read.
    pub ledger: Ledger,
    /// Issues them and takes them back.
    pub issuer: BatchIssuer,
    /// Whose token a write's answer carries.
    pub read_model: ReadModel,
    /// Derives codes and opens one's own invites' addresses.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<policy::Current>,
    /// What was shown before.
    pub previews: Arc<Previews>,
    /// Where a code is opened.
    pub link: LinkTemplate,
}

/// One of one's own invites.
#[derive(Serialize, ToSchema)]
struct InviteView {
    /// Its id.
    id: InviteId,
    /// How it reaches whoever it is for.
    kind: InviteKind,
    /// Where it stands.
    state: InviteState,
    /// Why its mail or text message reached nobody, where that is so: `refused` (the reader does not take it),
    /// `unreachable` (it was tried for a day and more) or `limited` (too many were sent for you in the last 24 hours, or
    /// as many text messages as there may be).
    undeliverable: Option<Undeliverable>,
    /// What became of its mail: `pending`, `sent` (it has left; whether it was read nobody knows) or `undeliverable`;
    /// none for a link.
    delivery: Option<Delivery>,
    /// The address, for the member who entered it.
    email: Option<String>,
    /// The phone number, for the member who entered it.
    phone: Option<String>,
    /// The code of a link. An addressed invite's code goes by mail alone.
    #[schema(value_type = Option<String>)]
    code: Option<String>,
    /// Where a link's code is opened.
    url: Option<String>,
    /// How many may come in by it.
    max_uses: i64,
    /// How many have.
    uses: i64,
    /// How many are on their way in.
    held: i64,
    /// Since when.
    created_at: Timestamp,
    /// Until when.
    expires_at: Timestamp,
    /// From when on it can be used, where that is not at once.
    opens_at: Option<Timestamp>,
    /// Your words to whoever comes.
    message: Option<String>,
    /// What it is counted under.
    campaign: Option<String>,
    /// What is noted of whoever comes by it.
    group: Option<String>,
    /// The id of the room that it is for. While the room is closed, nobody comes in by it.
    room: Option<String>,
    /// What whoever comes by it becomes.
    role: Role,
    /// Whether it took the place of one that was passed on.
    was_passed_on: bool,
}

/// Places that an admin has given a member or taken.
#[derive(Serialize, ToSchema)]
struct QuotaGrantView {
    /// Its id.
    id: QuotaGrantId,
    /// How many were given; below 0, taken.
    places: i64,
    /// Why, in words. Owners and admins see it, until the person is erased.
    reason: Option<String>,
    /// When.
    at: Timestamp,
    /// Who; null where it was the operator, at the command line.
    by: Option<PersonId>,
}

impl From<Grant> for QuotaGrantView {
    fn from(grant: Grant) -> Self {
        Self {
            id: grant.id,
            places: grant.places,
            reason: grant.reason.map(|reason| reason.to_string()),
            at: grant.at,
            by: grant.by,
        }
    }
}

impl Invites {
    /// Takes what whoever has a code says to its invite.
    async fn answer(&self, code: &str, from: ClientAddress, answer: Answer) -> Result<WriteResponse<()>, Problem> {
        let code = Code::parse(code).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
        let from = from.throttled_as().to_string().into_bytes();
        let written = self.issuer.answer(code, answer, from).await?;
        Ok(WriteResponse::nothing(self.read_model.token(written.position)))
    }

    /// An invite as its own inviter sees it.
    fn view(&self, shown: &Shown) -> InviteView {
        let invite = &shown.invite;
        let code = match invite.kind {
            InviteKind::Link => code_of(&self.vault, invite.key_version, invite.id),
            InviteKind::Email | InviteKind::Phone => None,
        };
        let contact = shown.address.as_ref();
        InviteView {
            id: invite.id,
            kind: invite.kind,
            state: rules::state(invite, shown.expired_reservations, self.ledger.now()),
            undeliverable: invite.undeliverable,
            delivery: rules::delivery(invite),
            email: contact
                .and_then(ContactPoint::email)
                .map(crate::notify::EmailAddress::shown),
            phone: contact
                .and_then(ContactPoint::phone)
                .map(|phone| phone.kept().to_owned()),
            url: code
                .as_ref()
                .map(|code| self.link.to(&code.expose()).expose().to_owned()),
            code: code.map(|code| code.expose().to_string()),
            max_uses: invite.max_uses,
            uses: invite.uses,
            held: invite.held,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
            opens_at: invite.opens_at,
            message: shown.message.as_ref().map(|message| message.expose().to_owned()),
            campaign: invite.campaign.as_ref().map(ToString::to_string),
            group: invite.group.as_ref().map(ToString::to_string),
            room: invite.room.as_ref().map(|room| room.name.clone()),
            role: invite.role.unwrap_or(Role::Member),
            was_passed_on: invite.passed_from.is_some(),
        }
    }
}

impl From<Closed> for Problem {
    fn from(closed: Closed) -> Self {
        match closed {
            // One answer, so that nobody learns from a code what its inviter's standing is, or a reviewer's decision.
            Closed::Revoked | Closed::Suspended | Closed::RoomClosed | Closed::Bound => ProblemKind::InviteClosed,
            Closed::NotYet { opens_at } => {
                return Problem::from(ProblemKind::InviteNotOpen).with_detail(format!("It opens at {opens_at}."));
            }
            Closed::Expired => ProblemKind::InviteExpired,
            Closed::Used => ProblemKind::InviteUsed,
            Closed::Held => ProblemKind::InviteExhausted,
        }
        .into()
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::Unknown => ProblemKind::InviteUnknown.into(),
            ChangeError::NotNow(why) => Problem::from(ProblemKind::InviteState).with_detail(why),
            ChangeError::NoLater(_) => Problem::value("/lifetime_hours", format!("{error}. Give a longer life.")),
            ChangeError::SameAddress => Problem::value("/email", "The invite goes to this address already."),
            ChangeError::Issue(error) => error.into(),
        }
    }
}

impl From<AnswerError> for Problem {
    fn from(error: AnswerError) -> Self {
        match error {
            AnswerError::Unknown => ProblemKind::InviteUnknown.into(),
            AnswerError::Closed(closed) => closed.into(),
            AnswerError::Store(error) => error.into(),
        }
    }
}

impl From<IssueError> for Problem {
    fn from(error: IssueError) -> Self {
        match error {
            IssueError::Denied(denied @ InviteDenied::Quota { .. }) => Problem::from(ProblemKind::QuotaExhausted)
                .with_detail(format!("{denied}. Revoke an open invite, or wait until one is over.")),
            IssueError::Denied(denied @ InviteDenied::Uses { .. }) => Problem::value("/max_uses", denied.to_string()),
            IssueError::OpensTooLate { .. } => {
                Problem::value("/opens_at", format!("{error}. Give an earlier time, or a longer life."))
            }
            IssueError::RoleByLink => {
                Problem::value("/role", "An invite that gives a role goes to one address; give email.")
            }
            IssueError::RoomUnknown => Problem::value("/room", "No open room has this id."),
            IssueError::Denied(denied) => {
                Problem::from(ProblemKind::NotEligibleToInvite).with_detail(denied.to_string())
            }
            IssueError::Contact(ContactDenied::Country) => Problem::from(ProblemKind::CountryNotAccepted).at("/phone"),
            IssueError::Contact(denied @ ContactDenied::NoAddresses) => Problem::value("/email", denied.to_string()),
            IssueError::Contact(denied) => Problem::value("/phone", denied.to_string()),
            IssueError::Lifetime(denied) => Problem::value("/lifetime_hours", denied.to_string()),
            IssueError::NoMember => ProblemKind::SessionEnded.into(),
            IssueError::TooMany(seconds) => Problem::from(ProblemKind::TooManyRequests).retry_after(seconds),
            IssueError::KeyReused(reused) => reused.into(),
            IssueError::Store(cause) => Problem::from(cause),
        }
    }
}
