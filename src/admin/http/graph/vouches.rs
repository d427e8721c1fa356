//! Who vouches for the person, or for whom they vouch.

use super::super::{Answer, Audit};
use crate::{
    admin::{Direction, VouchSeen},
    http::{Cursors, Limit, Page, Query, Segments},
    platform::terms::{PersonId, Timestamp},
};
use actix_web::{get, web::Data};
use serde::Deserialize;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Which of them: those that the person received, where nothing is said.
    #[param(inline)]
    direction: Option<Direction>,
    /// Also those that were taken back since.
    #[serde(default)]
    taken_back: bool,
    /// Those that stood at this time, to the second, whatever became of them.
    as_of: Option<Timestamp>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// Who vouches for the person, or for whom they vouch, by the other's time of joining. What was taken back tells when.
#[utoipa::path(
    operation_id = "list_vouches",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose vouches."), Wanted),
    responses((status = 200, body = Page<VouchSeen>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/vouches")]
pub(super) async fn list_vouches(
    id: Segments<PersonId>,
    wanted: Query<Wanted>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Answer<Page<VouchSeen>> {
    let Wanted {
        direction,
        taken_back,
        as_of,
        limit,
        cursor,
    } = wanted.0;
    let after = cursors.read::<(PersonId, Timestamp)>(cursor.as_deref())?;
    let direction = direction.unwrap_or(Direction::Received);
    audit
        .recall(
            [id.0],
            as_of,
            move |memory, [id]| memory.vouches(id, direction, taken_back, after, limit.get() + 1),
            |vouches| Page::of(vouches, limit, &cursors, |vouch| (vouch.id, vouch.since), |vouch| vouch),
        )
        .await
}
