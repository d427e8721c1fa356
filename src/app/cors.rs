//! What pages of other origins may ask of the API (CORS).

use actix_cors::Cors;
use actix_web::http::{
    Method,
    header::{self, HeaderName},
};

use crate::{http, platform::config::WebOrigin};

/// How long a browser keeps what it was told about a page's rights, in seconds.
const PREFLIGHT: usize = 600;

/// What the scripts of these origins may send, and what they may read of answers. Cookies are not used, so that
/// credentials are never allowed: a page sends the token that it has.
pub(super) fn cors(origins: &[WebOrigin]) -> Cors {
    let named = |cors: Cors, origin: &WebOrigin| cors.allowed_origin(origin.as_str());
    origins
        .iter()
        .fold(Cors::default(), named)
        .allowed_methods([Method::GET, Method::POST, Method::PUT, Method::DELETE])
        .allowed_headers([
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::IF_MATCH,
            header::IF_NONE_MATCH,
            HeaderName::from_static("idempotency-key"),
            HeaderName::from_static("vouchsafe-device"),
            http::AT_LEAST,
            HeaderName::from_static("x-request-id"),
        ])
        .expose_headers([
            header::ETAG,
            header::RETRY_AFTER,
            header::WWW_AUTHENTICATE,
            http::POSITION,
            HeaderName::from_static("x-request-id"),
        ])
        .max_age(PREFLIGHT)
}
