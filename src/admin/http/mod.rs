//! The routes of the admin's questions.

mod subscribers;
mod graph;
mod health;
mod jobs;
mod ledger;
mod ledger_export;
mod people;
mod simulate;
mod stream;

use std::sync::Arc;

use actix_web::{CustomizeResponder, Responder, web::block};
use serde::Serialize;

use super::{AskError, Memory};
use crate::{
    graph::LiveGraph,
    http::{Json, POSITION, Problem, ProblemKind, Routes},
    people::{Roster, member_by_id},
    platform::{
        ledger::{Ledger, ReadModel, Subscriber},
        store::{Conn, StoreError},
        terms::{PersonId, Timestamp},
        vault::Vault,
    },
};

pub use health::Replica;

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    graph::routes(config);
    people::routes(config);
    ledger::routes(config);
    ledger_export::routes(config);
    stream::routes(config);
    health::routes(config);
    simulate::routes(config);
    jobs::routes(config);
    subscribers::routes(config);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Audit {
    /// Whose store is read.
    pub ledger: Ledger,
    /// How far memory has come.
    pub read_model: ReadModel,
    /// Who let whom in.
    pub graph: Arc<LiveGraph>,
    /// What they are called.
    pub roster: Arc<Roster>,
    /// Finds a contact again.
    pub vault: Vault,
    /// Whoever follows the feed.
    pub subscribers: Arc<[Arc<dyn Subscriber>]>,
}

/// An answer from memory, with the position that it stands on at least.
type Answer<T> = Result<CustomizeResponder<Json<T>>, Problem>;

impl Audit {
    /// Answers from memory alone a question about these people. About now it costs no more than its answer is long, and
    /// is answered at once; about a past time it may be a walk, for which there are threads that may block.
    async fn recall<T, A, const N: usize>(
        &self,
        people: [PersonId; N],
        as_of: Option<Timestamp>,
        question: impl FnOnce(Memory<'_>, [PersonId; N]) -> Result<A, AskError> + Send + 'static,
        show: impl FnOnce(A) -> T,
    ) -> Answer<T>
    where
        T: Serialize,
        A: Send + 'static,
    {
        // Read before the graph is: what it holds may be newer.
        let position = self.read_model.token(None);
        let answer = if as_of.is_some() {
            let (graph, roster) = (Arc::clone(&self.graph), Arc::clone(&self.roster));
            let asked = block(move || {
                let (graph, roster) = (&*graph, &*roster);
                question(Memory { graph, roster, as_of }, people)
            });
            asked.await.map_err(Problem::internal)?
        } else {
            let (graph, roster) = (&*self.graph, &*self.roster);
            question(Memory { graph, roster, as_of }, people)
        };
        match answer {
            // Another replica may have let them in a moment ago.
            Err(AskError::PersonUnknown) => Err(self.unknown(people).await?.into()),
            answer => Ok(Json(show(answer?)).customize().insert_header((POSITION, position))),
        }
    }

    /// Why not all of these people are known here.
    async fn unknown<const N: usize>(&self, people: [PersonId; N]) -> Result<AskError, StoreError> {
        let asked = move |conn: &mut Conn| {
            for id in people {
                if member_by_id(conn, id)?.is_none() {
                    return Ok(AskError::PersonUnknown);
                }
            }
            Ok::<_, StoreError>(AskError::NotCaughtUp)
        };
        self.ledger.store().read(asked).await
    }

    /// Asks store and graph, on a thread that may block.
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
        let position = self.read_model.token(None);
        let graph = Arc::clone(&self.graph);
        let found = self.ledger.store().read(move |conn| question(conn, &graph)).await?;
        Ok(Json(show(found)).customize().insert_header((POSITION, position)))
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Self {
        match error {
            AskError::PersonUnknown => Self::new(ProblemKind::NotFound),
            AskError::NotCaughtUp => Self::new(ProblemKind::NotCaughtUp),
            AskError::NotYet => Self::new(ProblemKind::NotFound).at("as_of"),
            AskError::NotInList => Self::new(ProblemKind::CursorInvalid).at("cursor"),
            AskError::Store(error) => error.into(),
        }
    }
}
