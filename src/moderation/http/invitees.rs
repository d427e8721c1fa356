//! `GET /v1/me/sanctioned-invitees`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    people::{self, Member},
    platform::{
        store::{Conn, StoreError},
        terms::{PersonId, PersonRow, Standing},
    },
};

/// Somebody whom one let in and who is under a sanction.
#[derive(Debug, Serialize, ToSchema)]
struct SanctionedInvitee {
    /// Their public id.
    id: PersonId,
    /// Their handle, where they chose one.
    handle: Option<String>,
    /// Where they stand.
    standing: Standing,
}

/// Those whom one let in and who are under a sanction, in the order of joining. It does not say why, nor by whose word.
#[utoipa::path(operation_id = "list_sanctioned_invitees", tag = "moderation", params(Paging),
    responses((status = 200, body = Page<SanctionedInvitee>)))]
#[get("/v1/me/sanctioned-invitees")]
pub(super) async fn list_sanctioned_invitees(
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<Page<SanctionedInvitee>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = PersonRow(after.map_or(0, |(row,)| row));
    let limit = paging.0.limit;
    let read = move |conn: &mut Conn| {
        let found = people::sanctioned_invitees(conn, caller.person, after, limit.and_one())?;
        Ok::<_, StoreError>(found)
    };
    let found = moderation.ledger.store().read(read).await?;
    let shown = |member: Member| SanctionedInvitee {
        id: member.id,
        handle: member.handle,
        standing: member.standing,
    };
    Ok(Json(Page::of(found, limit, &cursors, |member| (member.row.0,), shown)))
}
