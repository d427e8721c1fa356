//! The members, and those of them who are looked for.

use super::super::Audit;
use super::*;
use crate::{
    http::{Cursors, Json, Page, Problem, ProblemKind, Query, problems},
    people::{self, Wanted, handle_prefix},
    platform::store::StoreError,
};
use actix_web::{get, web::Data};

problems!(ListPeopleProblems: InvalidField);

/// The members, in the order of joining; where the beginning of a handle is given, by handle. Whoever is listed fits
/// everything that is asked. Where few of many fit, a page may be short or empty and still have a `next`: a page looks at
/// 10 000 members at most.
#[utoipa::path(
    operation_id = "list_people",
    tag = "people",
    params(People),
    responses((status = 200, body = Page<Person>), ListPeopleProblems)
)]
#[get("/v1/admin/people")]
pub(super) async fn list_people(
    query: Query<People>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<Person>>, Problem> {
    let query = query.0;
    let handle = query.handle.as_deref().map(handle_prefix).transpose();
    let wanted = Wanted {
        handle: handle.map_err(|_| Problem::field("handle", BEGINNING))?,
        id: query.id,
        contact: None,
        role: query.role,
        standing: query.standing,
        joined_from: query.joined_from,
        joined_before: query.joined_before,
    };
    let after = cursors.read(query.cursor.as_deref())?;
    if after.as_ref().is_some_and(|after| !wanted.continues(after)) {
        return Err(Problem::new(ProblemKind::CursorInvalid).at("cursor"));
    }
    let limit = query.limit.get();
    let read = audit.ledger.store().read(move |conn| {
        let found = people::find(conn, &wanted, after, limit)?;
        Ok::<_, StoreError>(found)
    });
    let found = read.await?;
    let items = found.members.into_iter().map(Person::from).collect();
    Ok(Json(Page::until(items, found.next, &cursors)))
}
