//! A read that demands a position: refused while memory does not reach it, answered when it does.

use diesel::connection::SimpleConnection as _;
use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    http::{AT_LEAST, POSITION},
    platform::{ledger::Ledger, store::Conn, terms::Role},
};

use crate::support::{db::Database, postgres::PrivateCluster, service::Home};

/// In a cluster of its own, since an open transaction holds back every feed of its cluster.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_position_that_memory_does_not_reach_is_refused() {
    let cluster = PrivateCluster::start();
    let db = Database::at(&cluster.database("template1"));
    Ledger::migrate(&db.target()).unwrap();
    let service = Home::new(&db, "real-name").start().await;
    let ada = service.found("ada@example.org", Role::Owner, None).await;
    let token = service.token(ada.row).await;

    let Conn::Postgres(mut forgotten) = db.connect() else {
        panic!("PostgreSQL was asked for")
    };
    forgotten.batch_execute("BEGIN; SELECT pg_current_xact_id()").unwrap();
    let invited = service
        .post(&token, "/v1/me/invites", json!({ "email": "grace@example.org" }))
        .await;
    let position = invited.header(POSITION.as_str()).expect("a position").to_owned();
    invited.expect(201);
    let demand = |position: &str| {
        let request = service.request(Method::GET, "/v1/me").bearer_auth(&token);
        service.send(request.header(AT_LEAST.as_str(), position))
    };
    demand(&position).await.refused(503, "not-caught-up");
    // Without a demand there is nothing to wait for.
    service.get(&token, "/v1/me").await.expect(200);

    forgotten.batch_execute("COMMIT").unwrap();
    demand(&position).await.expect(200);
    demand("nonsense").await.refused(400, "position-unknown");
    service.stop().await;
}
