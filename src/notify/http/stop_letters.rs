//! End all further letters to the address that the link was sent to (RFC 8058).

use super::super::stop;
use super::*;
use crate::{
    http::{Problem, ProblemKind, Segments},
    platform::ledger::Actor,
};
use actix_web::{HttpRequest, HttpResponse, post, web::Data};

/// End all further letters to the address that the link was sent to (RFC 8058). The body is not looked at: the
/// token says it all.
#[utoipa::path(operation_id = "stop_letters", tag = "mail",
    params(("token" = String, Path, description = "What the link in the letter holds.")),
    responses((status = 200, body = String, content_type = "text/html", description = "No further letter is sent.")))]
#[post("/v1/mail/stop/{token}")]
pub(super) async fn stop_letters(
    request: HttpRequest,
    token: Segments<String>,
    letters: Data<Letters>,
) -> Result<HttpResponse, Problem> {
    let address = letters
        .stops
        .read(&token.0)
        .ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    letters
        .ledger
        .write(Actor::System, move |tx| stop(tx, &address))
        .await?;
    Page::done(locale(&request)).answer()
}
