//! `GET /v1/appeals` and `GET /v1/me/sanctions`

use actix_web::{get, web::Data};

use super::{Appellant, Moderation, OwnSanctionsShown};
use crate::{
    http::{Caller, Json, Problem, problems},
    moderation::queries,
    platform::{store::Conn, terms::PersonRow},
};

problems!(ListSanctionsToAppealProblems: Unauthenticated);

async fn own(moderation: &Moderation, person: PersonRow) -> Result<Json<OwnSanctionsShown>, Problem> {
    let vault = moderation.vault.clone();
    let read = move |conn: &mut Conn| queries::own_sanctions(conn, &vault, person);
    Ok(Json(moderation.ledger.store().read(read).await?.into()))
}

/// The sanctions of whoever may not sign in, and how their appeals stand. The bearer token is the `appeal_token` of a
/// refused sign-in.
#[utoipa::path(operation_id = "list_sanctions_to_appeal", tag = "appeals",
    responses((status = 200, body = OwnSanctionsShown), ListSanctionsToAppealProblems))]
#[get("/v1/appeals")]
pub(super) async fn list_sanctions_to_appeal(
    appellant: Appellant,
    moderation: Data<Moderation>,
) -> Result<Json<OwnSanctionsShown>, Problem> {
    own(&moderation, appellant.0).await
}

/// One's own sanctions, and how the appeals against them stand.
#[utoipa::path(operation_id = "list_my_sanctions", tag = "appeals",
    responses((status = 200, body = OwnSanctionsShown)))]
#[get("/v1/me/sanctions")]
pub(super) async fn list_my_sanctions(
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<OwnSanctionsShown>, Problem> {
    own(&moderation, caller.person).await
}
