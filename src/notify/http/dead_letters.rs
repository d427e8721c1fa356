//! Letters and text messages that were given up: listed, and tried again.

use actix_web::{HttpResponse, get, post, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Letters;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments},
    notify::{DeadLetter, LetterId, dead, retry},
    platform::{ledger::Actor, terms::Timestamp},
};

/// A letter or text message that was given up. To whom it was is not said.
#[derive(Serialize, ToSchema)]
struct DeadLetterView {
    /// Its id.
    #[schema(value_type = String, example = "letter_01kb0000000000000000000057")]
    id: LetterId,
    /// What it is about: the word that it was posted under.
    #[schema(example = "invite")]
    kind: String,
    /// How often it was tried since it was posted or last retried.
    attempts: i64,
    /// Why it was given up: a step and codes, never a server's words. `erased` where its reader was forgotten; then nothing
    /// is left to retry.
    last_error: String,
    /// When it was posted.
    created_at: Timestamp,
}

impl From<DeadLetter> for DeadLetterView {
    fn from(letter: DeadLetter) -> Self {
        Self {
            id: letter.id,
            kind: letter.kind,
            attempts: letter.attempts,
            last_error: letter.last_error,
            created_at: letter.created_at,
        }
    }
}

/// Letters and text messages that were given up, oldest first. To whom they were is not said.
#[utoipa::path(operation_id = "list_dead_letters", tag = "mail", params(Paging),
    responses((status = 200, body = Page<DeadLetterView>)))]
#[get("/v1/admin/letters")]
pub(super) async fn list_dead(
    query: Query<Paging>,
    cursors: Cursors,
    letters: Data<Letters>,
) -> Result<Json<Page<DeadLetterView>>, Problem> {
    let after = cursors.read::<(LetterId,)>(query.0.cursor.as_deref())?.map(|(id,)| id);
    let limit = query.0.limit;
    let read = letters
        .ledger
        .store()
        .read(move |conn| dead(conn, after, limit.and_one()));
    Ok(Json(Page::of(
        read.await?,
        limit,
        &cursors,
        |letter| (letter.id,),
        DeadLetterView::from,
    )))
}

/// Have a letter or text message that was given up tried again at once, with all its attempts before it: after what was wrong was
/// mended.
#[utoipa::path(operation_id = "retry_dead_letter", tag = "mail",
    params(("id" = String, Path, description = "The letter.")),
    responses((status = 204, description = "It is tried within seconds.")))]
#[post("/v1/admin/letters/{id}/retry")]
pub(super) async fn retry_dead(
    caller: Caller,
    id: Segments<LetterId>,
    letters: Data<Letters>,
) -> Result<HttpResponse, Problem> {
    let id = id.0;
    let written = letters
        .ledger
        .write(Actor::Person(caller.person), move |tx| retry(tx, id))
        .await?;
    match written.value {
        true => Ok(HttpResponse::NoContent().finish()),
        false => Err(ProblemKind::NotFound.into()),
    }
}
