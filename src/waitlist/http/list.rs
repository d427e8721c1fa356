//! `GET /v1/admin/waitlist`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::Waitlist;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    platform::terms::{ApplicationId, ContactPoint, PersonId, Role, Timestamp},
    waitlist::queries::{self, Listed, Refusal},
};

/// Somebody who waits.
#[derive(Serialize, ToSchema)]
struct ApplicantView {
    /// The application.
    id: ApplicationId,
    /// Since when they wait.
    waits_since: Option<Timestamp>,
    /// The address, masked. Owners and admins see it; none of whoever is reached by phone.
    email_hint: Option<String>,
    /// The phone number, masked. Owners and admins see it; none of whoever is reached by mail.
    phone_hint: Option<String>,
    /// What they say of themself. Owners and admins see it.
    about: Option<String>,
    /// The members who say that they know them.
    vouched_by: Vec<PersonId>,
    /// That the same address was refused before.
    refused_before: Vec<RefusedBeforeView>,
}

/// A refusal of the same address.
#[derive(Serialize, ToSchema)]
struct RefusedBeforeView {
    /// When.
    at: Option<Timestamp>,
    /// Why. Owners and admins see it.
    reason: Option<String>,
}

impl From<Refusal> for RefusedBeforeView {
    fn from(refusal: Refusal) -> Self {
        Self {
            at: refusal.at,
            reason: refusal.reason.map(|reason| reason.to_string()),
        }
    }
}

impl From<Listed> for ApplicantView {
    fn from(found: Listed) -> Self {
        let hint = found.contact.as_ref().map(ContactPoint::masked);
        let (phone_hint, email_hint) = match found.contact {
            Some(ContactPoint::Phone(_)) => (hint, None),
            _ => (None, hint),
        };
        Self {
            id: found.id,
            waits_since: found.since,
            email_hint,
            phone_hint,
            about: found.note.map(|note| note.to_string()),
            vouched_by: found.vouched_by,
            refused_before: found.refused.into_iter().map(RefusedBeforeView::from).collect(),
        }
    }
}

/// Those who wait, in their order.
#[utoipa::path(operation_id = "list_waitlist", tag = "waitlist", params(Paging),
    responses((status = 200, body = Page<ApplicantView>)))]
#[get("/v1/admin/waitlist")]
pub(super) async fn list(
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    waitlist: Data<Waitlist>,
) -> Result<Json<Page<ApplicantView>>, Problem> {
    let after = cursors.read::<(i64,)>(paging.0.cursor.as_deref())?;
    let after = after.map_or(0, |(turn,)| turn);
    let limit = paging.0.limit;
    // An auditor reads only what is not sealed.
    let vault = matches!(caller.role, Role::Owner | Role::Admin).then(|| waitlist.vault.clone());
    let read = move |conn: &mut _| queries::waiting(conn, vault.as_ref(), after, limit.and_one());
    let found = waitlist.ledger.store().read(read).await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |one| (one.turn,),
        ApplicantView::from,
    )))
}
