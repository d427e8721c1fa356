//! `GET /v1/admin/people/{id}/looks`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Cases;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments},
    identity::{self, Look},
    people,
    platform::{
        store::{Conn, StoreError},
        terms::{PersonId, Role, Timestamp},
    },
};

/// That somebody was shown a member's real name.
#[derive(Serialize, ToSchema)]
struct LookAtView {
    /// When.
    at: Timestamp,
    /// Who looked.
    by: Option<PersonId>,
    /// The role that they have now.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// Why, in the words that they gave before they were shown it. Owners see it; auditors read what is not sealed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// Who was shown a member's real name, newest first: reviewers and admins. Of somebody who was erased nothing is left.
#[utoipa::path(operation_id = "list_looks", tag = "people",
    params(("id" = PersonId, Path, description = "Whose name."), Paging),
    responses((status = 200, body = Page<LookAtView>)))]
#[get("/v1/admin/people/{id}/looks")]
pub(super) async fn list_looks(
    caller: Caller,
    id: Segments<PersonId>,
    query: Query<Paging>,
    cursors: Cursors,
    cases: Data<Cases>,
) -> Result<Json<Page<LookAtView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let (limit, vault, id) = (query.0.limit, cases.vault.clone(), id.0);
    let read = move |conn: &mut Conn| {
        let Some(member) = people::member_by_id(conn, id)? else {
            return Ok(None);
        };
        let looks = match member.subject {
            Some(subject) => identity::looks(conn, &vault, subject, before, limit.and_one())?,
            None => Vec::new(),
        };
        Ok::<_, StoreError>(Some(looks))
    };
    let looks = cases.ledger.store().read(read).await?;
    let looks = looks.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    let shows_why = caller.role == Role::Owner;
    Ok(Json(Page::of(
        looks,
        limit,
        &cursors,
        |look| (look.row,),
        |Look {
             at, who, by, reason, ..
         }| LookAtView {
            at,
            by: who,
            role: by,
            reason: shows_why.then(|| reason.to_string()),
        },
    )))
}
