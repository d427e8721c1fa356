//! `/v1/me/sessions`: where one is signed in, and the end of that.

use actix_web::{delete, get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse},
    platform::terms::{SessionId, Timestamp},
    tokens::{OwnSession, SignIn},
};

/// A session of one's own.
#[derive(Serialize, ToSchema)]
pub struct OwnSessionView {
    /// Its id.
    pub id: SessionId,
    /// What the client said that it was at the sign-in (its User-Agent), in one line of 200 characters at most: text
    /// that anybody may have written. Absent where it said nothing, or the session is older than this is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0")]
    pub device: Option<String>,
    /// The network that the sign-in came from: /24 of an IPv4 address, /48 of an IPv6 address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "192.0.2.0/24")]
    pub network: Option<String>,
    /// When one signed in.
    pub started_at: Timestamp,
    /// When it was used last: refreshed, or by a browser, to ten minutes.
    pub last_used_at: Timestamp,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
    /// Whether it is the session that asks.
    pub current: bool,
}

impl OwnSessionView {
    fn of(session: OwnSession, asking: SessionId) -> Self {
        Self {
            id: session.id,
            device: session.seen.agent,
            network: session.seen.network.map(|network| network.to_string()),
            started_at: session.started_at,
            last_used_at: session.used_at,
            expires_at: session.expires_at,
            current: session.id == asking,
        }
    }
}

/// Where one is signed in, newest first: which device, from where, when last.
#[utoipa::path(operation_id = "list_my_sessions", tag = "sessions", params(Paging),
    responses((status = 200, body = Page<OwnSessionView>)))]
#[get("/v1/me/sessions")]
pub(super) async fn list(
    caller: Caller,
    query: Query<Paging>,
    cursors: Cursors,
    door: Data<SignIn>,
) -> Result<Json<Page<OwnSessionView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let limit = query.0.limit;
    let sessions = door.tokens().sessions_of(caller.person, before, limit.and_one());
    Ok(Json(Page::of(
        sessions.await?,
        limit,
        &cursors,
        |session| (session.row,),
        |session| OwnSessionView::of(session, caller.session),
    )))
}

/// End one of one's own sessions: its tokens hold no longer.
#[utoipa::path(operation_id = "end_my_session", tag = "sessions",
    params(("id" = SessionId, Path, description = "The session.")),
    responses((status = 204, description = "It is over.")))]
#[delete("/v1/me/sessions/{id}")]
pub(super) async fn end(
    caller: Caller,
    id: Segments<SessionId>,
    door: Data<SignIn>,
) -> Result<WriteResponse<()>, Problem> {
    let written = door.tokens().end_own(caller.person, id.0).await?;
    match written.value {
        true => Ok(WriteResponse::nothing(door.read_model().token(written.position))),
        false => Err(ProblemKind::NotFound.into()),
    }
}

/// End all of one's own sessions but the one that asks.
#[utoipa::path(operation_id = "end_my_other_sessions", tag = "sessions",
    responses((status = 204, description = "All others are over.")))]
#[delete("/v1/me/sessions")]
pub(super) async fn end_others(caller: Caller, door: Data<SignIn>) -> Result<WriteResponse<()>, Problem> {
    let written = door.tokens().end_others(caller.person, caller.session).await?;
    Ok(WriteResponse::nothing(door.read_model().token(written.position)))
}
