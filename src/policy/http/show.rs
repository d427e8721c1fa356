//! The policy that holds now, with its version as ETag.

use super::*;
use crate::http::{Caller, Problem};
use actix_web::{HttpResponse, get, web::Data};

/// The policy that holds now, with its version as ETag.
#[utoipa::path(operation_id = "show_policy", tag = "policy",
    responses((status = 200, body = PolicyView, headers(("ETag" = String, description = "The version.")))))]
#[get("/v1/admin/policy")]
pub(super) async fn show(_caller: Caller, policies: Data<Policies>) -> Result<HttpResponse, Problem> {
    Ok(answer(&*policies.current.get()?, None))
}
