//! `/.well-known/jwks.json`: the public keys.

use actix_web::{
    HttpRequest, HttpResponse, Responder, get,
    http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH},
    web::Data,
};

use super::FRESH;
use crate::tokens::Tokens;

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
pub(super) async fn jwks(request: HttpRequest, tokens: Data<Tokens>) -> impl Responder {
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
