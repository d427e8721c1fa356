//! Browsers: the cookies that pages set, and how a request shows that it came from one of our own pages.

use actix_web::http::{
    Method,
    header::{HeaderMap, ORIGIN},
};

use super::problem::{Problem, ProblemKind};

/// The cookie of a browser's session. Its prefix has the browser see to it that it came over TLS, from this host and
/// no other, for all of its paths (RFC 6265bis §4.1.3).
pub const SESSION: &str = "__Host-vouchsafe";
/// Where a script shows the token of the page that it runs in.
pub const FORM_TOKEN: &str = "x-form-token";

/// The token that a request shows; nothing where it shows none.
pub fn form_token(headers: &HeaderMap) -> &str {
    headers
        .get(FORM_TOKEN)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

/// Whether a browser says that the request was made by a page of `origin`: by `Origin`, or, where it sends none, by
/// `Sec-Fetch-Site` (Fetch Metadata). What says neither is no browser of today, and is not let in.
pub fn is_own(headers: &HeaderMap, origin: &str) -> bool {
    match headers.get(ORIGIN) {
        Some(named) => named.as_bytes() == origin.as_bytes(),
        None => headers
            .get("sec-fetch-site")
            .is_some_and(|site| site.as_bytes() == b"same-origin"),
    }
}

/// Lets a request by a browser's session pass that changes nothing, or that comes from our own pages and shows their token.
///
/// # Errors
/// [`ProblemKind::CrossSite`]
pub fn own_or_safe(
    method: &Method,
    headers: &HeaderMap,
    origin: &str,
    shows_token: impl FnOnce() -> bool,
) -> Result<(), Problem> {
    if method.is_safe() || (is_own(headers, origin) && shows_token()) {
        return Ok(());
    }
    Err(ProblemKind::CrossSite.into())
}
