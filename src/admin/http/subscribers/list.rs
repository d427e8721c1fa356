//! How far everything that follows from events has come.

use super::super::Audit;
use super::*;
use crate::{
    http::{Caller, Json, Problem},
    platform::{
        ledger::{self, Lag, Subscriber},
        store::{Conn, StoreError},
    },
};
use actix_web::{get, web::Data};
use std::sync::Arc;

/// How far everything that follows from events has come.
#[utoipa::path(operation_id = "list_subscribers", tag = "ledger", responses((status = 200, body = SubscribersView)))]
#[get("/v1/admin/subscribers")]
pub(super) async fn list_subscribers(_caller: Caller, audit: Data<Audit>) -> Result<Json<SubscribersView>, Problem> {
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
