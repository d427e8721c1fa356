//! The members, in the order of joining.

use super::super::Audit;
use super::*;
use crate::{
    admin,
    http::{Cursors, Json, Page, Problem, ProblemKind, Query},
    platform::terms::PersonId,
};
use actix_web::{get, web::Data};

/// The members, in the order of joining.
#[utoipa::path(
    operation_id = "list_people",
    tag = "people",
    params(People),
    responses((status = 200, body = Page<Person>))
)]
#[get("/v1/admin/people")]
pub(super) async fn list_people(
    query: Query<People>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<Person>>, Problem> {
    let People {
        role,
        standing,
        limit,
        cursor,
    } = query.0;
    let after = cursors.read::<(PersonId,)>(cursor.as_deref())?.map(|(id,)| id);
    let read = audit
        .ledger
        .store()
        .read(move |conn| admin::members(conn, after, role, standing, limit.and_one()));
    let members = read.await?;
    let members = members.ok_or_else(|| Problem::new(ProblemKind::CursorInvalid).at("cursor"))?;
    Ok(Json(Page::of(
        members,
        limit,
        &cursors,
        |member| (member.id,),
        Person::from,
    )))
}
