//! `/.well-known/oauth-authorization-server`: what this authorisation server can do (RFC 8414).

use actix_web::{HttpResponse, Responder, get, http::header::CACHE_CONTROL, web::Data};
use serde::Serialize;

use super::FRESH;
use crate::tokens::{Scope, Tokens};

/// What this authorisation server can do (RFC 8414 §2).
#[derive(Serialize, utoipa::ToSchema)]
struct Metadata {
    /// The `iss` of every token.
    issuer: String,
    /// Where refresh tokens are turned into new ones.
    token_endpoint: String,
    /// Nobody has to authenticate there: the refresh token is enough.
    token_endpoint_auth_methods_supported: [&'static str; 1],
    /// The grants.
    grant_types_supported: [&'static str; 1],
    /// None: there is no authorisation endpoint.
    response_types_supported: [&'static str; 0],
    /// The public keys.
    jwks_uri: String,
    /// Where a service asks what a token is now.
    introspection_endpoint: String,
    /// By client id and secret, in the header or in the form.
    introspection_endpoint_auth_methods_supported: [&'static str; 2],
    /// Where a token is given up.
    revocation_endpoint: String,
    /// By holding the token.
    revocation_endpoint_auth_methods_supported: [&'static str; 1],
    /// What a service may learn, by the token that it is shown.
    scopes_supported: [&'static str; 2],
    /// The algorithms of the published keys, and so of every access token that may hold; that of the newest key
    /// first. No standard names this member.
    #[schema(example = json!(["ES256"]))]
    access_token_signing_alg_values_supported: Vec<&'static str>,
}

/// Where everything is.
#[utoipa::path(operation_id = "oauth_metadata", tag = "oauth", responses((status = 200, body = Metadata)))]
#[get("/.well-known/oauth-authorization-server")]
pub(super) async fn metadata(tokens: Data<Tokens>) -> impl Responder {
    let at = |path: &str| format!("{}{path}", tokens.issuer());
    let algorithms = tokens.published().algorithms;
    let metadata = Metadata {
        issuer: at(""),
        token_endpoint: at("/oauth/token"),
        token_endpoint_auth_methods_supported: ["none"],
        grant_types_supported: ["refresh_token"],
        response_types_supported: [],
        jwks_uri: at("/.well-known/jwks.json"),
        introspection_endpoint: at("/oauth/introspect"),
        introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
        revocation_endpoint: at("/oauth/revoke"),
        revocation_endpoint_auth_methods_supported: ["none"],
        scopes_supported: Scope::WORDS,
        access_token_signing_alg_values_supported: algorithms.iter().map(|algorithm| algorithm.as_str()).collect(),
    };
    HttpResponse::Ok().insert_header((CACHE_CONTROL, FRESH)).json(metadata)
}
