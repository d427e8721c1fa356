//! `GET /v1/me/invitees`

use actix_web::{get, web::Data};

use super::{AcquaintedView, People};
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    people::Own,
};

/// Those whom one let in, in the order of joining: who they are called, and since when. Nothing is told of whom they let
/// in, or of how they stand.
#[utoipa::path(operation_id = "list_my_invitees", tag = "people", params(Paging),
    responses((status = 200, body = Page<AcquaintedView>)))]
#[get("/v1/me/invitees")]
pub(super) async fn list(
    caller: Caller,
    paging: Query<Paging>,
    cursors: Cursors,
    people: Data<People>,
) -> Result<Json<Page<AcquaintedView>>, Problem> {
    people.acquainted(&caller, Own::Invitees, &paging.0, &cursors).await
}
