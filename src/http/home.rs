//! What somebody sees who opens the address in a browser: what this is, and where to go.

use actix_web::{
    HttpResponse, Responder, get,
    http::header::{CONTENT_SECURITY_POLICY, X_FRAME_OPTIONS},
    web::{Bytes, Data},
};

use super::Routes;

/// The page, written out once. No script, no style, nothing that is loaded: it can be read anywhere, and nothing
/// can be made of it.
#[derive(Debug, Clone)]
pub struct Home(Bytes);

impl Home {
    /// The page of the service at `base`: a public URL, which has no character that means something in HTML.
    pub fn new(base: &str) -> Self {
        let sources = env!("CARGO_PKG_REPOSITORY");
        let page = format!(
            r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Vouchsafe</title>
</head>
<body>
<h1>Vouchsafe</h1>
<p>This is the registration service of a community that one joins by invitation.</p>
<ul>
<li>You were invited? Open the link in your invitation, or <a href="{base}/join">enter its code</a>.</li>
<li>You are a member? <a href="{base}/signin">Sign in</a>.</li>
<li>You write an app or run a service? <a href="{base}/openapi.json">The API description</a> (OpenAPI 3.1), and
<a href="{base}/.well-known/oauth-authorization-server">where tokens come from</a>.</li>
<li>You run this? <a href="{base}/readyz">Whether it is ready</a>, and the operator's guide in the
<a href="{sources}" rel="noreferrer">sources</a>.</li>
</ul>
</body>
</html>
"#
        );
        Self(page.into())
    }
}

/// Registers `/`. It wants `Data<Home>` among the application's data.
pub fn routes(config: &mut Routes) {
    config.service(home);
}

/// What this is, and where to go: a page for people.
#[utoipa::path(
    operation_id = "home",
    tag = "health",
    responses((status = 200, description = "A page.", body = String, content_type = "text/html"))
)]
#[get("/")]
async fn home(page: Data<Home>) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox",
        ))
        .insert_header((X_FRAME_OPTIONS, "DENY"))
        .insert_header(("Cross-Origin-Resource-Policy", "same-origin"))
        .content_type("text/html; charset=utf-8")
        .body(page.0.clone())
}
