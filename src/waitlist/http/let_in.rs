//! `POST /v1/me/waitlist/let-in`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Waitlist, contact};
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems},
    invites::{Extras, NewInvite},
    notify::Locale,
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{Id, InviteId, Timestamp},
    },
    waitlist::commands,
};

/// Whom a member lets in.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct LetInBody {
    /// The exact address of somebody whom they know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = Email)]
    email: Option<String>,
    /// Their exact phone number with its country's code, in the place of an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// The invite that is on its way.
#[derive(Serialize, ToSchema)]
struct LetInView {
    /// The invite, one of the member's own.
    invite: InviteId,
    /// Until when it holds.
    expires_at: Timestamp,
}

problems!(LetInProblems: InvalidValue, CountryNotAccepted, QuotaExhausted, NotEligibleToInvite, AlreadyLetIn, TooManyRequests);

/// Let in somebody who waits: by an invite of one's own to their contact, which takes one of one's places. Whoever does not
/// wait is invited all the same, and the answer is the same: nobody learns by it who waits. Where somebody else has let
/// them in and that invite is open, it says so, and takes no place.
#[utoipa::path(operation_id = "let_in", tag = "waitlist", request_body = LetInBody, params(IdempotencyKey),
    responses((status = 201, body = LetInView), LetInProblems))]
#[post("/v1/me/waitlist/let-in")]
pub(super) async fn let_in(
    caller: Caller,
    body: Json<LetInBody>,
    key: IdempotencyKey,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<LetInView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "let_in", &body.0)?;
    let contact = contact(body.0.email.as_deref(), body.0.phone.as_deref())?;
    let policy = waitlist.policy.get()?;
    waitlist.named(&caller).await?;
    let ledger = &waitlist.ledger;
    let new = NewInvite {
        id: Id::new(ledger.now(), ledger.rng()),
        to: contact.into(),
        locale: Locale::from_tag(&policy.policy.community.locale),
        lifetime: None,
        extras: Extras::default(),
    };
    let vault = waitlist.vault.clone();
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::let_in(tx, &vault, &policy.policy, &key, caller.person, &new)
        })
        .await?;
    let view = LetInView {
        invite: written.value.id,
        expires_at: written.value.expires_at,
    };
    Ok(WriteResponse::created(
        view,
        waitlist.read_model.token(written.position),
    ))
}

impl Waitlist {
    /// Counts that a member names somebody, in a transaction of its own: it counts whatever becomes of it.
    pub(super) async fn named(&self, caller: &Caller) -> Result<(), Problem> {
        let (vault, person, pace) = (self.vault.clone(), caller.person, self.pace);
        let counted = self.ledger.write(Actor::Person(person), move |tx| {
            commands::pace(tx, &vault, person, pace)
        });
        counted.await?;
        Ok(())
    }
}
