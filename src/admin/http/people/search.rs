//! Whoever has proved control of a contact.

use super::super::Audit;
use super::*;
use crate::{
    admin,
    http::{Json, Page, Problem, problems},
    platform::terms::ContactPoint,
};
use actix_web::{post, web::Data};

problems!(SearchPeopleProblems: InvalidValue);

/// Whoever has proved control of a contact: one person or none. Contacts are kept sealed, so that
/// only the whole of one is ever found.
#[utoipa::path(
    operation_id = "search_people",
    tag = "people",
    request_body = Search,
    responses((status = 200, body = Page<Person>), SearchPeopleProblems)
)]
#[post("/v1/admin/people/search")]
pub(super) async fn search_people(search: Json<Search>, audit: Data<Audit>) -> Result<Json<Page<Person>>, Problem> {
    let contact =
        ContactPoint::parse(&search.0.contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
    let blind = audit.vault.blind_contact(&contact);
    let found = audit
        .ledger
        .store()
        .read(move |conn| admin::by_contact(conn, &blind))
        .await?;
    Ok(Json(Page {
        items: found.into_iter().map(Person::from).collect(),
        next: None,
    }))
}
