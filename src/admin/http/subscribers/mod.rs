//! What follows from events: how far it has come, and what could not be done.

mod failures;
mod list;
mod retry;

use serde::Serialize;

use super::Audit;
use crate::{
    http::{Problem, ProblemKind, Routes},
    platform::{ledger::Failure, terms::Timestamp},
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(list::list_subscribers)
        .service(failures::list_failures)
        .service(retry::retry_failure);
}

/// A subscriber of the ledger: it does what must happen because something happened.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SubscriberView {
    /// Its name.
    name: &'static str,
    /// How many events lie between it and the ledger's end; 0 where it wants none of them.
    behind: i64,
    /// When the oldest event that it wants and has not seen was recorded.
    waiting_since: Option<Timestamp>,
    /// How many events it could not carry out and has put aside.
    failures: i64,
}

/// All subscribers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct SubscribersView {
    /// Each of them.
    items: Vec<SubscriberView>,
}

/// An event that a subscriber could not carry out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FailureView {
    /// The event's number in the ledger.
    number: i64,
    /// The event's type.
    #[serde(rename = "type")]
    #[schema(rename = "type", example = "invite_issued")]
    kind: String,
    /// Why: for an operator.
    reason: String,
    /// When it was put aside.
    at: Timestamp,
    /// How often it was tried.
    attempts: i64,
    /// When it is tried again by itself; none where it waits for you.
    next_attempt_at: Option<Timestamp>,
}

impl From<Failure> for FailureView {
    fn from(failure: Failure) -> Self {
        Self {
            number: failure.pos,
            kind: failure.kind,
            reason: failure.reason,
            at: failure.at,
            attempts: failure.attempts,
            next_attempt_at: failure.due_at,
        }
    }
}

impl Audit {
    /// The subscriber of this name, which anybody may have written.
    fn subscriber(&self, name: &str) -> Result<&'static str, Problem> {
        let known = self.subscribers.iter().map(|subscriber| subscriber.name());
        let mut same = known.filter(|known| *known == name);
        same.next().ok_or_else(|| Problem::new(ProblemKind::NotFound))
    }
}
