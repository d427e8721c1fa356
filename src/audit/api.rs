//! The routes of the admin's questions. They want `Data<Ledger>`, `Data<Mirror>`,
//! `Data<LiveGraph>` and `Data<Vault>` among the application's data.

mod graph;
mod ledger;
mod people;

use actix_web::{CustomizeResponder, Responder};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::AskError;
use crate::{
    ledger::Position,
    store::StoreError,
    web::{Json, Kind, POSITION, Problem},
};

/// Registers the admin's questions.
pub fn routes(config: &mut ServiceConfig<'_>) {
    people::routes(config);
    graph::routes(config);
    ledger::routes(config);
}

/// An answer from memory, and the position that it stands on at least.
type Answer<T> = Result<CustomizeResponder<Json<T>>, Problem>;

fn answer<T: Serialize>(body: T, at: Position) -> CustomizeResponder<Json<T>> {
    Json(body).customize().insert_header((POSITION, at.to_string()))
}

fn refused(error: AskError) -> Problem {
    match error {
        AskError::PersonUnknown => Problem::new(Kind::NotFound),
        AskError::NotCaughtUp => Problem::new(Kind::NotCaughtUp),
        AskError::NotInList => Problem::new(Kind::CursorInvalid).at("cursor"),
        AskError::Store(error) => broken(&error),
    }
}

fn broken(error: &StoreError) -> Problem {
    match error {
        StoreError::Unavailable(_) => Problem::unavailable(error),
        StoreError::Internal(_) | StoreError::Schema(_) => Problem::internal(error),
    }
}
