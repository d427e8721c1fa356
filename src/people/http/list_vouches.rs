//! `GET /v1/me/vouches`

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{AcquaintedView, People};
use crate::{
    http::{Caller, Cursors, Json, Limit, Page, Paging, Problem, Query},
    people::Own,
};

/// Which of one's own vouches.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Those for whom one vouches.
    Given,
    /// Those who vouch for one.
    Received,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Which of them: those that one gave, where nothing is said.
    #[param(inline)]
    direction: Option<Which>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// One's own vouches that stand, given or received.
#[utoipa::path(operation_id = "list_my_vouches", tag = "people", params(Wanted),
    responses((status = 200, body = Page<AcquaintedView>)))]
#[get("/v1/me/vouches")]
pub(super) async fn list(
    caller: Caller,
    wanted: Query<Wanted>,
    cursors: Cursors,
    people: Data<People>,
) -> Result<Json<Page<AcquaintedView>>, Problem> {
    let Wanted {
        direction,
        limit,
        cursor,
    } = wanted.0;
    let which = match direction {
        None | Some(Which::Given) => Own::Given,
        Some(Which::Received) => Own::Received,
    };
    people
        .acquainted(&caller, which, &Paging { limit, cursor }, &cursors)
        .await
}
