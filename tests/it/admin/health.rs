//! How the service does, for whoever runs it; and letters that were given up.

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{Binary, Text},
};
use serde_json::json;
use vouchsafe::{
    notify::LetterId,
    platform::{
        store::Target,
        terms::{Id, Role, SystemRng},
    },
};

use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

/// Writes a letter that was given up; its public id.
fn dead_letter(db: &Database, scene: &Scene) -> String {
    let id: LetterId = Id::new(scene.service.app.core.ledger.now(), &SystemRng);
    let insert = sql_query(
        "INSERT INTO outbox (message_id, subject_id, kind, letter_sealed, state, attempts, due_at, created_at, \
         last_error, channel) VALUES ($1, (SELECT max(id) FROM subjects), 'invite', $2, 'dead', 7, 1, 1, 'rcpt 550', 'mail')",
    )
    .bind::<Text, _>(uuid::Uuid::from_bytes(*id.as_bytes()).to_string())
    .bind::<Binary, _>([7_u8].as_slice());
    insert.execute(&mut db.connect()).unwrap();
    id.to_string()
}

on_both! {
    async fn an_operator_sees_how_it_does(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (_, member) = scene.member("member", Role::Member).await;
        scene.room(owner, "stage").await;
        let letter = dead_letter(db, &scene);

        let seen = service.get(&auditor, "/v1/admin/health").await.expect(200);
        assert_eq!(seen["version"], env!("CARGO_PKG_VERSION"));
        let kind = match db.target() {
            Target::Sqlite(_) => "sqlite",
            Target::Postgres(_) => "postgres",
        };
        assert_eq!(seen["database"], kind);
        assert_eq!((&seen["letters"]["dead"], &seen["texts"]["dead"]), (&json!(1), &json!(0)));
        assert_eq!((&seen["jobs_open"], &seen["streams"]), (&json!(0), &json!(0)));
        let keys = seen["signing_keys"].as_array().unwrap();
        assert!(keys.iter().any(|key| key["signs"] == true && key["made_at"].is_string()), "{seen}");
        let published = service.get("", "/.well-known/jwks.json").await.expect(200);
        assert!(keys.iter().all(|key| published["keys"].as_array().unwrap().iter().any(|one| one["kid"] == key["kid"])));
        assert_eq!(seen["room_servers"][0]["kind"], "janus");
        assert!(seen["subscribers"].as_array().unwrap().len() > 3, "{seen}");
        assert!(seen["resident_bytes"].as_u64().is_some_and(|bytes| bytes > 1 << 20), "{seen}");
        assert!(seen["position"].as_i64().unwrap() > 0);
        service.get(&member, "/v1/admin/health").await.refused(403, "forbidden");

        // A sample a minute: none yet, and never more than were asked for.
        let history = service.get(&admin, "/v1/admin/health/history").await.expect(200);
        assert_eq!(history, json!({ "items": [] }));
        for wrong in ["minutes=0", "minutes=1441", "minutes=x"] {
            service.get(&admin, &format!("/v1/admin/health/history?{wrong}")).await.refused(400, "invalid-field");
        }

        // Letters that were given up, without a word of to whom they were; and tried again.
        let list = service.get(&auditor, "/v1/admin/letters").await.expect(200);
        let first = &list["items"][0];
        assert_eq!((text(&first["id"]), &first["kind"], &first["last_error"]), (letter.clone(), &json!("invite"), &json!("rcpt 550")));
        let retry = |id: &str| format!("/v1/admin/letters/{id}/retry");
        service.post(&auditor, &retry(&letter), json!({})).await.refused(403, "forbidden");
        service.post(&admin, &retry(&nobody("letter")), json!({})).await.refused(404, "not-found");
        service.post(&admin, &retry("somebody"), json!({})).await.refused(404, "not-found");
        service.post(&admin, &retry(&letter), json!({})).await.expect(204);
        assert_ne!(db.figures("SELECT attempts AS n FROM outbox WHERE last_error = 'rcpt 550' OR kind = 'invite'"), [7]);
        scene.service.stop().await;
    }
}
