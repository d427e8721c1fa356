//! A page that asks whether further letters are to end.

use super::*;
use crate::http::{Problem, ProblemKind, Segments};
use actix_web::{HttpRequest, HttpResponse, get, web::Data};

/// A page that asks whether further letters are to end. Opening it changes nothing.
#[utoipa::path(operation_id = "show_stop", tag = "mail",
    params(("token" = String, Path, description = "What the link in the letter holds.")),
    responses((status = 200, body = String, content_type = "text/html", description = "A page with a button.")))]
#[get("/v1/mail/stop/{token}")]
pub(super) async fn show_stop(
    request: HttpRequest,
    token: Segments<String>,
    letters: Data<Letters>,
) -> Result<HttpResponse, Problem> {
    letters
        .stops
        .read(&token.0)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Page::ask(locale(&request)).answer()
}
