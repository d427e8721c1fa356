//! Whoever has proved control of a contact.

use super::super::Audit;
use super::*;
use crate::{
    http::{Json, Page, Problem, problems},
    people::{self, Wanted, handle_prefix},
    platform::{store::StoreError, terms::ContactPoint},
};
use actix_web::{post, web::Data};

problems!(SearchPeopleProblems: InvalidValue);

/// Whoever has proved control of a contact, if the rest that is asked fits too: one person or none. Contacts are kept
/// sealed, so that only the whole of one is ever found, and none ever stands in a URL.
#[utoipa::path(
    operation_id = "search_people",
    tag = "people",
    request_body = Search,
    responses((status = 200, body = Page<Person>), SearchPeopleProblems)
)]
#[post("/v1/admin/people/search")]
pub(super) async fn search_people(search: Json<Search>, audit: Data<Audit>) -> Result<Json<Page<Person>>, Problem> {
    let search = search.0;
    let contact =
        ContactPoint::parse(&search.contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
    let handle = search.handle.as_deref().map(handle_prefix).transpose();
    let wanted = Wanted {
        handle: handle.map_err(|_| Problem::value("/handle", BEGINNING))?,
        id: search.id,
        contact: Some(audit.vault.blind_contact(&contact)),
        role: search.role,
        standing: search.standing,
        joined_from: search.joined_from,
        joined_before: search.joined_before,
    };
    let read = audit.ledger.store().read(move |conn| {
        let found = people::find(conn, &wanted, None, 1)?;
        Ok::<_, StoreError>(found)
    });
    Ok(Json(Page {
        items: read.await?.members.into_iter().map(Person::from).collect(),
        next: None,
    }))
}
