//! Twilio says what became of a text message.

use super::super::undelivered_text;
use super::*;
use crate::{
    http::{Form, OAuthProblem, Problem, ProblemKind, Segments, problems},
    notify::{LetterId, LetterSubject, Matter, StatusCheck, Undelivered},
    platform::{ledger::Actor, store::StoreError, terms::Id},
};
use actix_web::{HttpRequest, HttpResponse, post, web::Data};
use std::{collections::BTreeMap, sync::Arc};
use uuid::Uuid;

/// What the route works with.
#[derive(Clone)]
pub struct TextStatus {
    /// Where it is written.
    pub ledger: Ledger,
    /// Checks signatures; none where the gateway makes no calls.
    pub check: Option<StatusCheck>,
    /// Who is told.
    pub matters: Arc<[Arc<dyn Matter>]>,
}

/// What Twilio posts.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: a form is read parameter by parameter")]
struct StatusForm {
    /// What became of the message.
    #[serde(rename = "MessageStatus")]
    message_status: String,
    /// Others are signed too, and not looked at.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

problems!(TextStatusProblems: InvalidField, NotFound, Forbidden);

/// Twilio says what became of a text message: only what Twilio has signed is believed. Said twice, it is as if said
/// once.
#[utoipa::path(operation_id = "text_status", tag = "mail",
    params(("message" = String, Path, description = "The message, as the address that Twilio was given has it."),
        ("X-Twilio-Signature" = String, Header, description = "Twilio's signature of the address and the form.")),
    request_body(content = StatusForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 204, description = "It is known now."), TextStatusProblems))]
#[post("/v1/texts/{message}/status")]
pub(super) async fn text_status(
    request: HttpRequest,
    message: Segments<String>,
    form: Result<Form<Vec<(String, String)>>, OAuthProblem>,
    status: Data<TextStatus>,
) -> Result<HttpResponse, Problem> {
    let Some(check) = &status.check else {
        return Err(Problem::new(ProblemKind::NotFound));
    };
    let id = Uuid::parse_str(&message.0).map_err(|_| Problem::new(ProblemKind::NotFound))?;
    let form = form.map_err(Problem::from)?.0;
    let signature = request.headers().get("x-twilio-signature");
    let signature = signature.and_then(|value| value.to_str().ok()).unwrap_or_default();
    if !check.holds(&message.0, &form, signature) {
        return Err(Problem::new(ProblemKind::Forbidden).with_detail("The signature is not Twilio's."));
    }
    let says = |word: &str| {
        form.iter()
            .any(|(name, value)| name == "MessageStatus" && value == word)
    };
    if says("undelivered") || says("failed") {
        let (id, matters): (LetterId, _) = (Id::from_uuid(id), Arc::clone(&status.matters));
        let written = status.ledger.write(Actor::System, move |tx| {
            let Some((kind, Some(about), posted_at)) = undelivered_text(tx, id)? else {
                return Ok(());
            };
            let subject = LetterSubject {
                kind: &kind,
                about,
                also: &[],
                posted_at,
            };
            match matters.iter().find(|matter| matter.kinds().contains(&kind.as_str())) {
                Some(matter) => matter.undelivered(tx, &subject, Undelivered::Refused),
                None => Ok::<_, StoreError>(()),
            }
        });
        written.await?;
    }
    Ok(HttpResponse::NoContent().finish())
}
