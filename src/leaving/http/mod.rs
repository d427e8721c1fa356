//! `DELETE /v1/me`: leaving.

use actix_web::{delete, web::Data};

use super::{LeaveError, leave};
use crate::{
    http::{Caller, Problem, ProblemKind, Routes, WriteResponse, problems},
    platform::{
        ledger::{Actor, Ledger, ReadModel},
        vault::Vault,
    },
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config.service(leave_community);
}

/// What the route here works with.
#[derive(Clone)]
pub struct Leaving {
    /// Where it is written.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// What forgets.
    pub vault: Vault,
}

impl From<LeaveError> for Problem {
    fn from(error: LeaveError) -> Self {
        match error {
            // Their session has ended with them.
            LeaveError::PersonUnknown | LeaveError::Gone => ProblemKind::SessionEnded.into(),
            LeaveError::LastOwner => ProblemKind::LastOwner.into(),
            LeaveError::Store(error) => error.into(),
        }
    }
}

problems!(LeaveProblems: LastOwner);

/// Leave the community.
///
/// Everything that says who you are is forgotten and cannot be brought back: your handle, your address, your name and
/// your password. Your sessions end, and your open invites are taken back. Whom you let in stays, and so does the place
/// where you stood, without a name. It needs a sign-in of the last 15 minutes.
#[utoipa::path(
    operation_id = "leave",
    tag = "people",
    responses((status = 204, description = "Left."), LeaveProblems)
)]
#[delete("/v1/me")]
async fn leave_community(caller: Caller, leaving: Data<Leaving>) -> Result<WriteResponse<()>, Problem> {
    let (vault, person) = (leaving.vault.clone(), caller.person);
    let written = leaving
        .ledger
        .write(Actor::Person(person), move |tx| leave(tx, &vault, person))
        .await?;
    Ok(WriteResponse::nothing(
        leaving.read_model.settle(written.position).await,
    ))
}
