//! Invites somebody.

use std::time::Duration;

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::{NewInvite, Request, To},
    InviteView, Invites,
};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems, whole_or_null},
    notify::{EmailAddress, Locale},
    platform::{idempotency::Asker, terms::Id},
};

/// An invite to give: to one e-mail address, or an open link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInviteBody {
    /// Who is invited. Only whoever proves control of this address can use the invite. Without it
    /// the invite is an open link.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// How many may come in by an open link: 1 where nothing is said. Not with `email`.
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
}

problems!(CreateInviteProblems: InvalidField, InvalidValue, QuotaExhausted, NotEligibleToInvite, TooManyRequests);

/// Invite somebody. An addressed invite is mailed; an open link's code stands in the answer.
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
        max_uses,
        locale,
        lifetime_hours,
    } = body.0;
    let to = match (email, max_uses) {
        (Some(_), Some(_)) => {
            return Err(Problem::value(
                "/max_uses",
                "An invite to an address is for one person; leave max_uses out.",
            ));
        }
        (Some(email), None) => {
            To::Address(EmailAddress::parse(&email).map_err(|error| Problem::value("/email", error.to_string()))?)
        }
        (None, uses) => To::Holder {
            uses: uses.unwrap_or(1),
        },
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
