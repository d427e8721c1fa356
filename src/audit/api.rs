//! The routes of the admin's questions.

mod graph;
mod ledger;
mod people;

use std::sync::Arc;

use actix_web::{CustomizeResponder, Responder};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::AskError;
use crate::{
    graph::LiveGraph,
    ledger::{Ledger, Mirror},
    store::Conn,
    vault::Vault,
    web::{Json, Kind, POSITION, Problem},
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    people::routes(config);
    graph::routes(config);
    ledger::routes(config);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Audit {
    /// Whose store is read.
    pub ledger: Ledger,
    /// How far memory has come.
    pub mirror: Mirror,
    /// Who let whom in.
    pub graph: Arc<LiveGraph>,
    /// Finds a contact again.
    pub vault: Vault,
}

/// An answer from memory, with the position that it stands on at least.
type Answer<T> = Result<CustomizeResponder<Json<T>>, Problem>;

impl Audit {
    /// Asks the graph, on a thread that may block.
    async fn ask<T, A>(
        &self,
        question: impl FnOnce(&mut Conn, &LiveGraph) -> Result<A, AskError> + Send + 'static,
        show: impl FnOnce(A) -> T,
    ) -> Answer<T>
    where
        T: Serialize,
        A: Send + 'static,
    {
        // Read before the graph is: what it holds may be newer.
        let position = self.mirror.token(None);
        let graph = Arc::clone(&self.graph);
        let found = self.ledger.store().read(move |conn| question(conn, &graph)).await?;
        Ok(Json(show(found)).customize().insert_header((POSITION, position)))
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::PersonUnknown => Self::new(Kind::NotFound),
            AskError::NotCaughtUp => Self::new(Kind::NotCaughtUp),
            AskError::NotInList => Self::new(Kind::CursorInvalid).at("cursor"),
            AskError::Store(error) => error.into(),
        }
    }
}
