//! What a session buys, as it is sent.

use serde::Serialize;

use crate::{
    platform::terms::{PersonId, SessionId, Timestamp},
    tokens::{Grant, Scope},
};

/// What a session buys, as it is sent (RFC 6749 §5.1, and two members more). It has no `Debug`.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Granted {
    /// The access token (RFC 9068), to be sent as a bearer token.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token holds, in seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// The refresh token, good once, at `/oauth/token`.
    pub refresh_token: String,
    /// Shows at the next sign-in, in the header `Vouchsafe-Device`, that this device has signed in before: then wrong
    /// passwords from anywhere else do not lock it out. It opens nothing, and is worth keeping after a sign-out.
    pub device_token: String,
    /// What the service may learn for which the access token is; only where it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// The session that both belong to.
    pub session: SessionView,
    /// Whose they are.
    pub person: PersonView,
}

/// A session: the family of its refresh tokens.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
}

/// A member.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenHolder)]
pub struct PersonView {
    /// Their public id: the `sub` of the token.
    pub id: PersonId,
}

impl From<Grant> for Granted {
    fn from(grant: Grant) -> Self {
        Self {
            access_token: grant.access_token,
            token_type: "Bearer",
            expires_in: grant.expires_in,
            refresh_token: grant.refresh_token,
            device_token: grant.device_token,
            scope: grant.scope.map(Scope::as_str),
            session: SessionView {
                id: grant.session,
                expires_at: grant.session_ends_at,
            },
            person: PersonView { id: grant.person },
        }
    }
}
