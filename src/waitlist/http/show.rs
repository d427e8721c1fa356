//! `GET /v1/waitlist/me`

use actix_web::{get, web::Data};

use super::{PlaceView, Waitlist};
use crate::{
    http::{Bearer, Json, Problem, ProblemKind, problems},
    waitlist::queries,
};

problems!(ShowPlaceProblems: ApplicationUnknown);

/// One's own place, and how many wait.
#[utoipa::path(operation_id = "show_place", tag = "waitlist",
    responses((status = 200, body = PlaceView), ShowPlaceProblems))]
#[get("/v1/waitlist/me")]
pub(super) async fn show(bearer: Bearer, waitlist: Data<Waitlist>) -> Result<Json<PlaceView>, Problem> {
    let vault = waitlist.vault.clone();
    let read = waitlist
        .ledger
        .store()
        .read(move |conn| queries::opened(conn, &vault, &bearer.0));
    let found = read
        .await?
        .ok_or_else(|| Problem::new(ProblemKind::ApplicationUnknown))?;
    Ok(Json(found.into()))
}
