//! `/v1/sessions`: in and out.

use actix_web::{delete, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{position, sign_in_problem};
use crate::{
    mail::EmailAddress,
    terms::{Id, Timestamp, kinds},
    tokens::{Grant, Session, SignIn, Tokens},
    web::{Caller, Json, Kind, Problem, Written},
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(sign_in).service(sign_out);
}

type PersonId = Id<kinds::Person>;
type SessionId = Id<kinds::Session>;

/// Either `contact` and `password`, or `one_time_code`.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Credentials {
    /// The e-mail address of the account.
    #[schema(value_type = Option<String>, example = "ada@example.org")]
    contact: Option<EmailAddress>,
    /// Its password.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// A one-time code, as the command line makes them.
    #[schema(value_type = Option<String>, format = Password)]
    one_time_code: Option<SecretString>,
}

/// A session that has just begun.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SignedIn {
    /// The access token (RFC 9068), to be sent as a bearer token.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// How long the access token holds, in seconds.
    #[schema(example = 600)]
    expires_in: i64,
    /// The refresh token, good once, at `/oauth/token`.
    refresh_token: String,
    session: SessionSeen,
    /// Who has signed in.
    person: PersonSeen,
}

/// The session: the family of its refresh tokens.
#[derive(Serialize, utoipa::ToSchema)]
struct SessionSeen {
    /// Its id.
    id: SessionId,
    /// When it ends at the latest, however often it is refreshed.
    expires_at: Timestamp,
}

/// Who has signed in.
#[derive(Serialize, utoipa::ToSchema)]
struct PersonSeen {
    /// Their id.
    id: PersonId,
}

impl SignedIn {
    /// What is told of a session after its commit.
    pub fn new(session: &Session, grant: &Grant) -> Self {
        Self {
            access_token: grant.access.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: grant.expires_in,
            refresh_token: grant.refresh.expose_secret().to_owned(),
            session: SessionSeen {
                id: session.id,
                expires_at: session.expires_at,
            },
            person: PersonSeen { id: session.holder.id },
        }
    }
}

/// Sign in.
///
/// An unknown address, a wrong password and a wrong code get the same answer, after the same work.
#[utoipa::path(
    operation_id = "sign_in",
    tag = "sessions",
    request_body = Credentials,
    responses((status = 201, body = SignedIn))
)]
#[post("/v1/sessions")]
async fn sign_in(credentials: Json<Credentials>, door: Data<SignIn>) -> Result<Written<SignedIn>, Problem> {
    let written = match credentials.0 {
        Credentials {
            contact: Some(contact),
            password: Some(password),
            one_time_code: None,
        } => door.by_password(&contact, password).await,
        Credentials {
            contact: None,
            password: None,
            one_time_code: Some(code),
        } => door.by_code(&code).await,
        _ => {
            let detail = "Send contact and password, or one_time_code alone.";
            return Err(Problem::new(Kind::InvalidField).saying(detail));
        }
    };
    let written = written.map_err(sign_in_problem)?;
    let grant = door.tokens().grant(&written.value)?;
    Ok(Written::created(
        SignedIn::new(&written.value, &grant),
        position(written.position)?,
    ))
}

/// Sign out.
///
/// Ends the session behind the access token: it and the refresh token hold no longer.
#[utoipa::path(operation_id = "sign_out", tag = "sessions", responses((status = 204, description = "Signed out.")))]
#[delete("/v1/sessions/current")]
async fn sign_out(caller: Caller, tokens: Data<Tokens>) -> Result<Written<()>, Problem> {
    let written = tokens.sign_out(caller.person, caller.session).await?;
    match written.value {
        true => Ok(Written::nothing(position(written.position)?)),
        // Somebody was faster.
        false => Err(Problem::new(Kind::SessionEnded)),
    }
}
