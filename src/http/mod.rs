//! What all routes share: the gate that every request passes, the table of who may call what, who
//! the caller is, problem details, bodies, pages, positions, health and the API description.
//!
//! No capability is known here; `app.rs` fills in [`CallerSource`], [`CatchUp`] and [`Readiness`].

mod address;
pub mod browser;
mod caller;
mod csv;
mod gate;
pub mod health;
mod home;
mod json;
mod kinds;
mod meters;
mod numbers;
mod objects;
pub mod openapi;
mod paging;
mod idempotency;
mod pepper;
mod position;
mod problem;
pub(crate) mod refusals;
mod request_id;
pub mod rights;
mod routes;
#[cfg(test)]
mod tests;

pub use caller::{Bearer, Caller, CallerSource, ClientAddress, InProcess, ServiceCaller, ThrottleBucket};
pub use csv::{Csv, TEXT_CSV, table};
pub use gate::{Gate, GateLimits, GateService};
pub use health::{Check, Readiness};
pub use home::Home;
pub use idempotency::IdempotencyKey;
pub use json::{Form, Json, Query, Segments, Signed};
pub use meters::{Counted, Tally};
pub use numbers::{Within, whole, whole_or_null};
pub use paging::{Limit, Page, Paging};
pub use pepper::{Cursors, Pepper};
pub use position::{AT_LEAST, CatchUp, POSITION, WriteResponse};
pub use problem::{OAuthProblem, OAuthProblemBody, Problem, ProblemBody, ProblemKind};
pub(crate) use refusals::problems;
pub use routes::Routes;

/// Registers what belongs to no capability: health, metrics and the API description.
pub fn routes(config: &mut Routes) {
    home::routes(config);
    health::routes(config);
    openapi::routes(config);
}
