//! Rooms and room servers as their admins see them. No room server is asked for anything here.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

const SERVERS: &str = "/v1/admin/room-servers";
const ROOMS: &str = "/v1/admin/rooms";

/// A room server that nobody has started.
fn server() -> Value {
    json!({
        "kind": "janus",
        "client_url": "https://rooms.example.org/janus",
        "admin_url": "http://127.0.0.1:9/admin",
        "admin_secret": "canary-admin-secret",
        "admin_key": "canary-admin-key",
        "token_secret": "canary-token-secret",
    })
}

fn terms(enter: &str, speak: &str, capacity: u32, open: bool) -> Value {
    json!({ "enter": enter, "speak": speak, "capacity": capacity, "open": open })
}

on_both! {
    async fn a_room_is_made_changed_closed_and_opened(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let id = text(&service.post(owner, SERVERS, server()).await.expect(201)["id"]);
        let made = service.post(owner, ROOMS, json!({ "id": "Main-Stage_1", "servers": [id] })).await.expect(201);
        assert_eq!(made["capacity"], 8000);
        assert_eq!((&made["enter"], &made["speak"], &made["open"]), (&json!("contact"), &json!("contact"), &json!(true)));
        service.post(owner, ROOMS, json!({ "id": "Main-Stage_1", "servers": [id] })).await.refused(409, "room-exists");
        service.post(owner, ROOMS, json!({ "id": "r2", "servers": [nobody("server")] })).await.refused(404, "room-server-unknown");

        let path = format!("{ROOMS}/Main-Stage_1");
        let closed = service.call(Method::PUT, owner, &path, Some(terms("checked", "verified", 5, false))).await.expect(200);
        assert_eq!((&closed["open"], &closed["speak"], &closed["capacity"]), (&json!(false), &json!("verified"), &json!(5)));
        let (person, member) = scene.member("member", Role::Member).await;
        let lower = json!({ "assurance": "contact", "reason": "false_identity" });
        let assurance = format!("/v1/admin/people/{}/assurance", person.id);
        service.call(Method::PUT, owner, &assurance, Some(lower)).await.expect(200);
        service.post(&member, "/v1/rooms/Main-Stage_1/tickets", Value::Null).await.refused(409, "room-closed");
        service.post(&member, "/v1/rooms/nowhere/tickets", Value::Null).await.refused(404, "room-unknown");
        let ticket = format!("/v1/rooms/Main-Stage_1/tickets/{}", nobody("ticket"));
        service.call(Method::DELETE, &member, &ticket, None).await.refused(404, "ticket-unknown");
        service.call(Method::PUT, owner, &path, Some(terms("checked", "verified", 5, true))).await.expect(200);
        let refused = service.post(&member, "/v1/rooms/Main-Stage_1/tickets", Value::Null).await;
        refused.refused(403, "assurance-too-low");
        let detail = text(&refused.body["detail"]);
        assert!(detail.contains("checked") && detail.contains("contact"), "{detail}");
        assert_eq!(service.get(owner, &path).await.expect(200)["taken"], 0);
        let list = service.get(owner, ROOMS).await.expect(200);
        assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
        service.call(Method::PUT, owner, &format!("{ROOMS}/nowhere"), Some(terms("contact", "contact", 5, true))).await
            .refused(404, "room-unknown");
        scene.service.stop().await;
    }

    async fn a_room_server_goes_when_its_rooms_are_closed(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let id = text(&service.post(owner, SERVERS, server()).await.expect(201)["id"]);
        service.post(owner, ROOMS, json!({ "id": "r1", "servers": [id] })).await.expect(201);
        let (of_id, room) = (format!("{SERVERS}/{id}"), format!("{ROOMS}/r1"));
        service.call(Method::DELETE, owner, &of_id, None).await.refused(409, "room-server-in-use");
        let mut moved = server();
        moved["client_url"] = json!("wss://other.example.org/");
        let now = service.call(Method::PUT, owner, &of_id, Some(moved)).await.expect(200);
        assert_eq!(now["client_url"], "wss://other.example.org/");
        let mut elsewhere = server();
        elsewhere["admin_url"] = json!("http://127.0.0.1:10/admin");
        service.call(Method::PUT, owner, &of_id, Some(elsewhere)).await.refused(409, "room-server-in-use");
        service.call(Method::PUT, owner, &room, Some(terms("contact", "contact", 5, false))).await.expect(200);
        // Nobody has told the server that the room is closed, and its admin says that nobody ever will.
        service.call(Method::DELETE, owner, &of_id, None).await.refused(409, "room-server-not-cleared");
        let mut elsewhere = server();
        elsewhere["admin_url"] = json!("http://127.0.0.1:10/admin");
        service.call(Method::PUT, owner, &of_id, Some(elsewhere.clone())).await.refused(409, "room-server-not-cleared");
        let abandoned = format!("{of_id}?abandon=true");
        service.call(Method::PUT, owner, &abandoned, Some(elsewhere)).await.expect(200);
        service.call(Method::DELETE, owner, &abandoned, None).await.expect(204);
        service.call(Method::DELETE, owner, &of_id, None).await.refused(404, "room-server-unknown");
        // A room without a server stays closed.
        service.call(Method::PUT, owner, &room, Some(terms("contact", "contact", 5, true))).await
            .refused(404, "room-server-unknown");
        assert_eq!(service.get(owner, SERVERS).await.expect(200)["items"], json!([]));
        scene.service.stop().await;
    }

    /// What opens a room server is nowhere in the clear, and a server that is not there is said to fail.
    async fn secrets_are_sealed_and_a_dead_server_is_seen(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        service.post(owner, SERVERS, server()).await.expect(201);
        let mut waited = 0;
        let health = loop {
            let answer = service.get(owner, SERVERS).await;
            let shown = answer.body.to_string();
            assert!(!shown.contains("canary"), "{shown}");
            let item = answer.expect(200)["items"][0].clone();
            if item["health"] != "unknown" {
                break item;
            }
            waited += 1;
            assert!(waited < 200, "{item}");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        };
        assert_eq!(health["health"], "failing", "{health}");
        assert_eq!(health["failure"], "no Janus answers at admin_url");
        service.post(owner, ROOMS, json!({ "id": "r1", "servers": [health["id"]] })).await.expect(201);
        let (_, member) = scene.member("member", Role::Member).await;
        let refused = service.post(&member, "/v1/rooms/r1/tickets", Value::Null).await;
        refused.refused(503, "room-server-unavailable");
        assert!(refused.header("retry-after").is_some());
        let sealed = db.figures("SELECT count(*) AS n FROM tickets");
        assert_eq!(sealed, [0], "a seat was given in a room that nobody holds");
        for table in ["room_servers", "events"] {
            let found = match table {
                "room_servers" => "SELECT settings || coalesce(failure, '') AS t FROM room_servers",
                _ => "SELECT body AS t FROM events",
            };
            for row in crate::http::texts(db, found) {
                assert!(!row.contains("canary"), "{table}: {row}");
            }
        }
        scene.service.stop().await;
    }

    async fn what_is_known_of_a_member_can_only_be_lowered(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (member, token) = scene.member("member", Role::Member).await;
        let path = format!("/v1/admin/people/{}/assurance", member.id);
        let put = async |bearer: &str, to: &str| {
            service.call(Method::PUT, bearer, &path, Some(json!({ "assurance": to, "reason": "false_identity" }))).await
        };
        put(&token, "none").await.refused(403, "forbidden");
        put(owner, "verified").await.refused(409, "assurance-not-higher");
        put(owner, "checked").await.expect(200);
        put(owner, "checked").await.refused(409, "assurance-not-higher");
        let lowered = put(owner, "none").await.expect(200);
        assert_eq!(lowered["assurance"], "none");
        let me = service.get(&token, "/v1/me").await.expect(200);
        assert_eq!(me["assurance"], "none");
        scene.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_room_and_no_server_is_told() {
    let db = Database::fresh(vouchsafe::platform::store::Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let (service, owner) = (&scene.service, &scene.owner_token);
    let id = text(&service.post(owner, SERVERS, server()).await.expect(201)["id"]);
    for bad in ["a:b", "a,b", "a/b", "", "a b", "räume", &"x".repeat(65)] {
        let refused = service.post(owner, ROOMS, json!({ "id": bad, "servers": [id] })).await;
        refused.refused(400, "invalid-field");
        assert_eq!(refused.body["field"], "/id");
    }
    for bad in [0_u32, 100_001] {
        let refused = service
            .post(owner, ROOMS, json!({ "id": "r1", "servers": [id], "capacity": bad }))
            .await;
        refused.refused(400, "invalid-field");
        assert_eq!(refused.body["field"], "/capacity");
    }
    for (field, bad) in [
        ("client_url", "rooms.example.org"),
        ("client_url", "ftp://rooms.example.org/"),
        ("client_url", "http://rooms.example.org/janus"),
        ("admin_url", "http://rooms.example.org/admin"),
        ("admin_url", "http://10.0.0.7:7088/admin"),
        ("admin_url", "https://10.0.0.7/admin"),
        ("admin_url", "https://169.254.169.254/latest"),
        ("admin_url", "https://[fd00:ec2::254]/latest"),
        ("admin_url", "https://0xa9fea9fe/latest"),
        ("admin_url", "wss://rooms.example.org/"),
        ("admin_url", "http://user:secret@rooms.example.org/"),
        ("admin_url", "http://"),
        ("admin_url", "http://rooms.example.org/admin?x=1"),
        ("admin_secret", ""),
        ("token_secret", &"x".repeat(1001)),
    ] {
        let mut body = server();
        body[field] = json!(bad);
        let refused = service.post(owner, SERVERS, body).await;
        match field.ends_with("_url") {
            true => refused.refused(422, "invalid-value"),
            false => refused.refused(400, "invalid-field"),
        }
        assert_eq!(refused.body["field"], format!("/{field}"));
    }
    // A room id with a colon names nothing, whoever asks for a ticket.
    let (_, member) = scene.member("member", Role::Member).await;
    for path in [
        "/v1/rooms/a:b/tickets",
        "/v1/rooms/a%3Ab/tickets",
        "/v1/rooms/..%2Fx/tickets",
    ] {
        let answer = service.post(&member, path, Value::Null).await;
        assert_eq!(answer.status, 404, "{path}: {answer:?}");
    }
    scene.service.stop().await;
}
