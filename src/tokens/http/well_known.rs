//! `/.well-known`: what a service needs to check tokens by itself.

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web::Data,
};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::tokens::{Scope, Tokens};

/// How long both documents may be kept. A new key must be published for longer before it signs.
const FRESH: &str = "public, max-age=300";

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(jwks).service(metadata);
}

/// The public keys.
///
/// A JWK set (RFC 7517). Fetch it again when a token names a key that is not in it.
#[utoipa::path(
    operation_id = "jwks",
    tag = "oauth",
    responses(
        (status = 200, description = "A JWK set.", body = serde_json::Value,
            content_type = "application/jwk-set+json"),
        (status = 304, description = "As the ETag says that it is known.")
    )
)]
#[get("/.well-known/jwks.json")]
async fn jwks(request: HttpRequest, tokens: Data<Tokens>) -> impl Responder {
    let published = tokens.published();
    let mut answer = match knows(&request, &published.etag) {
        true => HttpResponse::NotModified(),
        false => HttpResponse::Ok(),
    };
    answer
        .insert_header((CACHE_CONTROL, FRESH))
        .insert_header((ETAG, &*published.etag));
    if knows(&request, &published.etag) {
        return answer.finish();
    }
    answer
        .content_type("application/jwk-set+json")
        .body(published.body.to_string())
}

/// Whether If-None-Match names this tag, by weak comparison (RFC 9110 §13.1.2).
fn knows(request: &HttpRequest, etag: &str) -> bool {
    let known = request.headers().get_all(IF_NONE_MATCH);
    known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == "*" || tag == etag)
}

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
async fn metadata(tokens: Data<Tokens>) -> impl Responder {
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
