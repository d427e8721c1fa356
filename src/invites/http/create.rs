//! Invites somebody.

use std::time::Duration;

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::{Extras, Label, Message, NewInvite, Request, To},
    InviteView, Invites,
};
use crate::{
    http::{
        Caller, IdempotencyKey, Json, Problem, ProblemKind, WriteResponse, problems, rights::RECENT, whole_or_null,
    },
    notify::{EmailAddress, Locale, PhoneNumber},
    platform::{
        idempotency::Asker,
        terms::{Id, Role, Timestamp},
    },
};

/// An invite to give: to one e-mail address, to one phone number, or an open link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInviteBody {
    /// Who is invited. Only whoever proves control of this address can use the invite. Without it
    /// and `phone` the invite is an open link.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// Who is invited, by a phone number with its country's code. The invite goes there by text message. Not with
    /// `email`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
    /// How many may come in by an open link: 1 where nothing is said. Not with `email` or `phone`.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    max_uses: Option<u32>,
    /// The language of the mail, a BCP 47 tag: `en`, `zh-Hans`, or whatever leads to one of them.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*([.@].*)?$", max_length = 35)]
    locale: Option<String>,
    /// For how many hours it holds; the policy's lifetime where nothing is said.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    lifetime_hours: Option<u32>,
    /// Before it nobody comes in by the invite; at once where nothing is said. It must lie before the invite's end.
    #[serde(default)]
    opens_at: Option<Timestamp>,
    /// Your words to whoever comes: plain text without links, also without those in disguise. They stand in the mail
    /// and where the code is opened.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500)]
    message: Option<String>,
    /// What the invite is counted under. The policy says who may give one (`invite.labels_by`).
    #[serde(default)]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", max_length = 40)]
    campaign: Option<String>,
    /// What is noted of whoever comes, for admins; the same may give one.
    #[serde(default)]
    #[schema(pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", max_length = 40)]
    group: Option<String>,
    /// The id of an open room that the invite is for. While the room is closed, nobody comes in by it.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z0-9_-]{1,64}$", max_length = 64)]
    room: Option<String>,
    /// What whoever comes becomes: a member where nothing is said. The policy says who may invite to a role
    /// (`invite.roles_by`); such an invite goes to an address, and wants a sign-in less than 15 minutes ago. It is
    /// given if the inviter may still give it then.
    #[serde(default)]
    role: Option<Role>,
}

problems!(CreateInviteProblems:
    InvalidField, InvalidValue, CountryNotAccepted, QuotaExhausted, NotEligibleToInvite, ReauthenticationRequired,
    TooManyRequests
);

/// Invite somebody. An addressed invite is mailed, or sent by text message; an open link's code stands in the answer.
#[utoipa::path(operation_id = "create_invite", tag = "invites", request_body = NewInviteBody,
    params(IdempotencyKey),
    responses((status = 201, body = InviteView), CreateInviteProblems))]
#[post("/v1/me/invites")]
pub(super) async fn create(
    caller: Caller,
    body: Json<NewInviteBody>,
    key: IdempotencyKey,
    invites: Data<Invites>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "create_invite", &body.0)?;
    let NewInviteBody {
        email,
        phone,
        max_uses,
        locale,
        lifetime_hours,
        opens_at,
        message,
        campaign,
        group,
        room,
        role,
    } = body.0;
    let to = match (email, phone, max_uses) {
        (Some(_), Some(_), _) => {
            return Err(Problem::value(
                "/phone",
                "Give an e-mail address or a phone number, not both.",
            ));
        }
        (Some(_), _, Some(_)) | (_, Some(_), Some(_)) => {
            return Err(Problem::value(
                "/max_uses",
                "An invite to an address or a phone is for one person; leave max_uses out.",
            ));
        }
        (Some(email), None, None) => {
            To::Address(EmailAddress::parse(&email).map_err(|error| Problem::value("/email", error.to_string()))?)
        }
        (None, Some(phone), None) => {
            To::Phone(PhoneNumber::parse(&phone).map_err(|error| Problem::value("/phone", error.to_string()))?)
        }
        (None, None, uses) => To::Holder {
            uses: uses.unwrap_or(1),
        },
    };
    if role.is_some_and(|role| role != Role::Member) && caller.signed_in_for >= RECENT {
        return Err(ProblemKind::ReauthenticationRequired.into());
    }
    let label = |field: &'static str, text: Option<String>| {
        let read = text.map(|text| text.parse::<Label>()).transpose();
        read.map_err(|error| Problem::field(field, error.to_string()))
    };
    let message = message.map(|text| Message::parse(&text)).transpose();
    let extras = Extras {
        message: message.map_err(|error| Problem::value("/message", error.to_string()))?,
        opens_at,
        campaign: label("/campaign", campaign)?,
        group: label("/group", group)?,
        room,
        role,
    };
    let policy = invites.policy.get()?;
    let locale = match locale {
        Some(tag) => Locale::parse(&tag).map_err(|error| Problem::field("/locale", error.to_string()))?,
        None => Locale::from_tag(&policy.policy.community.locale),
    };
    let new = NewInvite {
        id: Id::new(invites.ledger.now(), invites.ledger.rng()),
        to,
        locale,
        lifetime: lifetime_hours.map(|hours| Duration::from_secs(u64::from(hours) * 3600)),
        extras,
    };
    let request = Request {
        inviter: caller.person,
        new,
        key,
    };
    let issued = invites.issuer.issue(request).await?;
    Ok(WriteResponse::created(
        invites.view(&issued.value),
        invites.read_model.token(issued.position),
    ))
}
