//! What every page tells the browser, and what browsers report.

use actix_web::{
    HttpResponse, HttpResponseBuilder,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_FRAME_OPTIONS},
    web::Bytes,
};

/// Nothing from elsewhere, no script but our own files, no text that becomes one, in nobody's frame.
pub(super) fn policy(base: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; report-uri {base}/csp-report"
    )
}

/// Dresses a page: it is kept nowhere, since it may be somebody's own. Our own pages are told where a form came from
/// (`Origin` would be `null` otherwise), others nothing.
pub(super) fn dress(answer: &mut HttpResponseBuilder, base: &str) {
    answer
        .insert_header((CONTENT_SECURITY_POLICY, policy(base)))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header((REFERRER_POLICY, "same-origin"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header(("Cross-Origin-Opener-Policy", "same-origin"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .insert_header(("Permissions-Policy", "camera=(self), microphone=(), geolocation=()"))
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
}

/// A browser says that a page wanted to load or run what it may not. Logged, without a word of what it holds: anybody
/// may send one.
pub(super) async fn report(body: Bytes) -> HttpResponse {
    metrics::counter!(crate::platform::terms::metrics::CSP_REPORTS).increment(1);
    tracing::info!(bytes = body.len(), "a browser reports a breach of the content policy");
    HttpResponse::NoContent().finish()
}
