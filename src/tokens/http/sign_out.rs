//! `DELETE /v1/sessions/current`: signing out.

use actix_web::{delete, web::Data};

use crate::{
    http::{Caller, Problem, ProblemKind, WriteResponse},
    tokens::SignIn,
};

/// Sign out.
///
/// Ends the session behind the access token: it and the refresh token hold no longer.
#[utoipa::path(operation_id = "sign_out", tag = "sessions", responses((status = 204, description = "Signed out.")))]
#[delete("/v1/sessions/current")]
pub(super) async fn sign_out(caller: Caller, door: Data<SignIn>) -> Result<WriteResponse<()>, Problem> {
    let written = door.tokens().sign_out(caller.person, caller.session).await?;
    match written.value {
        true => Ok(WriteResponse::nothing(door.read_model().token(written.position))),
        // Somebody was faster.
        false => Err(ProblemKind::SessionEnded.into()),
    }
}
