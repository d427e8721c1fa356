//! What follows from events: how far it has come, and what could not be done.

use std::sync::Arc;

use actix_web::{get, post, web::Data};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use super::Audit;
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse},
    platform::{
        ledger::{self, Actor, Failure, Lag, Subscriber},
        store::{Conn, StoreError},
        terms::Timestamp,
    },
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_subscribers)
        .service(list_failures)
        .service(retry_failure);
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

/// How far everything that follows from events has come.
#[utoipa::path(operation_id = "list_subscribers", tag = "ledger", responses((status = 200, body = SubscribersView)))]
#[get("/v1/admin/subscribers")]
async fn list_subscribers(_caller: Caller, audit: Data<Audit>) -> Result<Json<SubscribersView>, Problem> {
    let subscribers: Arc<[Arc<dyn Subscriber>]> = Arc::clone(&audit.subscribers);
    let look = move |conn: &mut Conn| {
        let view = |subscriber: &Arc<dyn Subscriber>| {
            let Lag { behind, waiting, aside } = ledger::lag(conn, subscriber.name(), subscriber.kinds())?;
            Ok(SubscriberView {
                name: subscriber.name(),
                behind,
                waiting_since: waiting,
                failures: aside,
            })
        };
        subscribers.iter().map(view).collect::<Result<Vec<_>, StoreError>>()
    };
    let items = audit.ledger.store().read(look).await?;
    Ok(Json(SubscribersView { items }))
}

/// The events that a subscriber could not carry out, in their order. Each is tried again by itself, less and less
/// often, for some hours.
#[utoipa::path(operation_id = "list_subscriber_failures", tag = "ledger",
    params(("subscriber" = String, Path, description = "The subscriber's name."), Paging),
    responses((status = 200, body = Page<FailureView>)))]
#[get("/v1/admin/subscribers/{subscriber}/failures")]
async fn list_failures(
    _caller: Caller,
    subscriber: Segments<String>,
    query: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<FailureView>>, Problem> {
    let name = audit.subscriber(&subscriber.0)?;
    let after = cursors
        .read::<(i64,)>(query.0.cursor.as_deref())?
        .map_or(0, |(number,)| number);
    let limit = query.0.limit;
    let look = move |conn: &mut Conn| ledger::failures(conn, name, after, limit.and_one());
    let found = audit.ledger.store().read(look).await?;
    Ok(Json(Page::of(
        found,
        limit,
        &cursors,
        |failure| (failure.pos,),
        FailureView::from,
    )))
}

/// Have an event that was put aside tried again at once, after what was wrong was mended.
#[utoipa::path(operation_id = "retry_subscriber_failure", tag = "ledger",
    params(("subscriber" = String, Path, description = "The subscriber's name."),
        ("number" = i64, Path, description = "The event's number in the ledger.")),
    responses((status = 204, description = "It is tried within seconds.")))]
#[post("/v1/admin/subscribers/{subscriber}/failures/{number}/retry")]
async fn retry_failure(
    caller: Caller,
    path: Segments<(String, i64)>,
    audit: Data<Audit>,
) -> Result<WriteResponse<()>, Problem> {
    let (subscriber, number) = path.0;
    let name = audit.subscriber(&subscriber)?;
    let written = audit
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            ledger::retry_failure(tx, name, number)
        })
        .await?;
    if !written.value {
        return Err(Problem::new(ProblemKind::NotFound));
    }
    Ok(WriteResponse::nothing(audit.read_model.token(written.position)))
}
