//! How somebody signs in.

use super::super::Audit;
use crate::{
    admin::{self, AccountSeen},
    http::{Caller, Json, Problem, ProblemKind, Segments},
    platform::terms::{ContactPoint, PersonId, Role, SessionId, Timestamp},
    tokens::{OwnSession, Tokens},
};
use actix_web::{get, web::Data};
use serde::Serialize;

/// So many sessions are shown, the newest.
const SHOWN: i64 = 100;

/// How somebody signs in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PersonAccount {
    /// Their address, masked. Owners and admins see it; missing where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "a•••@e•••.org")]
    email_hint: Option<String>,
    /// Their phone number, masked, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "+86•••78")]
    phone_hint: Option<String>,
    /// Whether they have a password.
    has_password: bool,
    /// When they signed in last; null where they never did.
    last_sign_in_at: Option<Timestamp>,
    /// Their sessions that live, newest first, up to 100. On what device and from where is for them alone.
    sessions: Vec<PersonSession>,
}

/// A session of somebody's.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PersonSession {
    /// Its id, as the ledger has it.
    id: SessionId,
    /// When they signed in.
    started_at: Timestamp,
    /// When it was used last: refreshed, or by a browser, to ten minutes.
    last_used_at: Timestamp,
    /// When it ends at the latest.
    expires_at: Timestamp,
}

impl From<OwnSession> for PersonSession {
    fn from(session: OwnSession) -> Self {
        Self {
            id: session.id,
            started_at: session.started_at,
            last_used_at: session.used_at,
            expires_at: session.expires_at,
        }
    }
}

/// How somebody signs in: their contact, masked, and their sessions.
#[utoipa::path(
    operation_id = "show_account",
    tag = "people",
    params(("id" = PersonId, Path, description = "Whose account.")),
    responses((status = 200, body = PersonAccount))
)]
#[get("/v1/admin/people/{id}/account")]
pub(super) async fn show_account(
    id: Segments<PersonId>,
    caller: Caller,
    audit: Data<Audit>,
    tokens: Data<Tokens>,
) -> Result<Json<PersonAccount>, Problem> {
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| audit.vault.clone());
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::account(conn, vault.as_ref(), id.0));
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let sessions = tokens.sessions_of(found.person, None, SHOWN).await?;
    let AccountSeen {
        contact,
        has_password,
        last_sign_in_at,
        ..
    } = found;
    let hint = contact.as_ref().map(ContactPoint::masked);
    let is_email = matches!(contact, Some(ContactPoint::Email(_)));
    let (email_hint, phone_hint) = if is_email { (hint, None) } else { (None, hint) };
    Ok(Json(PersonAccount {
        email_hint,
        phone_hint,
        has_password,
        last_sign_in_at,
        sessions: sessions.into_iter().map(PersonSession::from).collect(),
    }))
}
