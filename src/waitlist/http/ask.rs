//! `POST /v1/waitlist`

use actix_web::{post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{PlaceView, Waitlist, contact, problems::contact_problem};
use crate::{
    http::{Json, Problem, WriteResponse, problems},
    notify::Locale,
    platform::{
        ledger::Actor,
        terms::{ApplicationId, ContactPoint, Id},
    },
    waitlist::{WaitError, commands, queries, token},
};

/// The most characters of a note.
const LONGEST_NOTE: usize = 500;

/// Somebody who asks to be let in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ApplicationBody {
    /// The e-mail address by which they are reached. A one-time code is mailed to it.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// The phone number with its country's code by which they are reached, in the place of an address. A one-time code is
    /// sent to it by text message.
    #[serde(default)]
    phone: Option<String>,
    /// What they want to say of themself to the admins, as plain text.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    about: Option<SecretString>,
    /// The language for mails and text messages, a BCP 47 tag; the community's where nothing is said.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*([.@].*)?$", max_length = 35)]
    locale: Option<String>,
}

/// An application that was just made.
#[derive(Serialize, ToSchema)]
struct AskedView {
    /// The bearer token for all that follows: `Authorization: Bearer vsw_…`.
    token: String,
    #[serde(flatten)]
    view: PlaceView,
}

problems!(AskWaitlistProblems:
    InvalidField, InvalidValue, WaitlistClosed, WaitlistFull, CountryNotAccepted, TextLimitReached
);

/// Ask to be let in, without an invite, by an address or, where the policy takes phones, by a number. The answer is the same
/// whether it is known or not. They wait once they have proved it by the code that is sent to it, within ten minutes; for
/// another code they ask again.
#[utoipa::path(operation_id = "ask_waitlist", tag = "waitlist", request_body = ApplicationBody,
    responses((status = 201, body = AskedView), AskWaitlistProblems))]
#[post("/v1/waitlist")]
pub(super) async fn ask(
    body: Json<ApplicationBody>,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<AskedView>, Problem> {
    let body = body.0;
    let contact = contact(body.email.as_deref(), body.phone.as_deref())?;
    let note = body.about.map(|about| read_note(&about)).transpose()?.flatten();
    let policy = waitlist.policy.get()?;
    let locale = match body.locale {
        Some(tag) => Locale::parse(&tag).map_err(|error| Problem::field("/locale", error.to_string()))?,
        None => Locale::from_tag(&policy.policy.community.locale),
    };
    let field = match &contact {
        ContactPoint::Phone(_) => "/phone",
        ContactPoint::Email(_) => "/email",
    };
    let id: ApplicationId = Id::new(waitlist.ledger.now(), waitlist.ledger.rng());
    let new = commands::NewApplication {
        id,
        contact,
        note,
        locale,
    };
    let (vault, limits) = (waitlist.vault.clone(), waitlist.limits);
    let written = waitlist
        .ledger
        .write(Actor::Newcomer, move |tx| {
            let made = commands::ask(tx, &vault, &policy.policy, &limits, &new)?;
            Ok::<_, WaitError>(queries::place(tx.conn, made)?)
        })
        .await
        .map_err(|error| contact_problem(error, field))?;
    Ok(WriteResponse::created(
        AskedView {
            token: token(&waitlist.vault, id).expose_secret().to_owned(),
            view: written.value.into(),
        },
        waitlist.read_model.token(written.position),
    ))
}

/// A note as it was entered, without white space around it; none where nothing is left.
fn read_note(entered: &SecretString) -> Result<Option<SecretString>, Problem> {
    let text = entered.expose_secret().trim();
    let unseen = |c: char| c.is_control() && c != '\n' && c != '\r' && c != '\t';
    if text.chars().nth(LONGEST_NOTE).is_some() || text.chars().any(unseen) {
        return Err(Problem::value("/about", "Give plain text of at most 500 characters."));
    }
    Ok((!text.is_empty()).then(|| text.into()))
}
