//! `GET /v1/admin/actions/{id}/people`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Cursors, Json, Page, Paging, Problem, Query, Segments, problems},
    moderation::selection::{Chosen, LeftOut},
    people::{Handle, Name},
    platform::terms::{ActionId, PersonId, PersonRow, Standing},
};

/// Somebody who is selected.
#[derive(Debug, Serialize, ToSchema)]
struct ChosenShown {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
    /// Where they stand now.
    standing: Standing,
    /// Why they are left out; absent where the action is on them.
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<LeftOut>,
}

problems!(PreviewActionProblems: ActionUnknown, ActionState, InvalidValue);

/// Whom an action would be on if it were approved now, and who is left out and why, in the order of joining. Of one that
/// was approved, the outcomes of its job tell.
#[utoipa::path(operation_id = "preview_action", tag = "moderation",
    params(("id" = ActionId, Path, description = "The action."), Paging),
    responses((status = 200, body = Page<ChosenShown>), PreviewActionProblems))]
#[get("/v1/admin/actions/{id}/people")]
pub(super) async fn preview_action(
    id: Segments<ActionId>,
    paging: Query<Paging>,
    cursors: Cursors,
    moderation: Data<Moderation>,
) -> Result<Json<Page<ChosenShown>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = after.map_or(0, |(row,)| row);
    let limit = paging.0.limit;
    let action = moderation.action(id.0, false).await?;
    let mut page = moderation.chosen(&action).await?;
    let start = page.partition_point(|one| one.row.0 <= after);
    page.drain(..start);
    page.truncate(limit.get() + 1);
    let names = moderation.roster.names(page.iter().map(|one| one.row));
    let items: Vec<(PersonRow, ChosenShown)> = page
        .into_iter()
        .zip(names)
        .filter_map(|(Chosen { row, id, left_out }, name): (Chosen, Option<Name>)| {
            let standing = moderation.roster.snapshot(row)?.standing;
            let handle = name?.handle;
            Some((
                row,
                ChosenShown {
                    id,
                    handle,
                    standing,
                    left_out,
                },
            ))
        })
        .collect();
    Ok(Json(Page::of(
        items,
        limit,
        &cursors,
        |(row, _)| (row.0,),
        |(_, shown)| shown,
    )))
}
