//! The pages of rooms: what a member is in one and does there, and what whoever moderates does.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{store::Backend, terms::Role};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        browser::{Browser, Seen},
        db::{Database, on_both},
        service::text,
    },
};

/// A room on a server that is asked for nothing; with these terms.
async fn hall(scene: &Scene, id: &str, terms: Value) {
    let server = json!({ "kind": "coturn", "uris": "turn:turn.example.org:3478", "static_auth_secret": "a secret of some length" });
    let (service, owner) = (&scene.service, &scene.owner_token);
    let server = service.post(owner, "/v1/admin/room-servers", server).await.expect(201);
    let mut body = json!({ "id": id, "servers": [server["id"]] });
    body.as_object_mut().unwrap().extend(terms.as_object().unwrap().clone());
    service.post(owner, "/v1/admin/rooms", body).await.expect(201);
}

/// Somebody at a browser.
struct Guest {
    id: String,
    token: String,
    browser: Browser,
}

impl Guest {
    async fn new(scene: &Scene, name: &str) -> Self {
        let member = scene.service.found(&address(name), Role::Member, Some(PASSWORD)).await;
        let mut browser = Browser::at(&scene.service.base);
        assert_eq!(browser.sign_in(&address(name), PASSWORD).await.leads_to(), "/account");
        Self {
            id: member.id.to_string(),
            token: scene.service.token(member.row).await,
            browser,
        }
    }

    /// Takes a ticket, as an app does.
    async fn ticket(&self, scene: &Scene, room: &str) -> String {
        let path = format!("/v1/rooms/{room}/tickets");
        let given = scene.service.post(&self.token, &path, Value::Null).await.expect(201);
        text(&given["id"])
    }

    /// What the room's page shows.
    async fn look(&mut self, room: &str) -> Seen {
        self.browser.open(&format!("/rooms/{room}")).await.shown()
    }

    /// Presses a button there; what is shown next.
    async fn press(&mut self, room: &str, fields: &[(&str, &str)]) -> Seen {
        let page = self.look(room).await;
        let act = fields[0].1;
        assert!(
            page.text.contains(&format!("name=\"act\" value=\"{act}\"")),
            "{act}: {}",
            page.text
        );
        let path = format!("/rooms/{room}");
        let seen = self.browser.submit(&page, &path, fields).await;
        let next = seen.leads_to().to_owned();
        assert!(next.starts_with(&path), "{next}");
        self.browser.open(&next).await.shown()
    }
}

/// Makes somebody a moderator of a room.
async fn moderate(scene: &Scene, room: &str, guest: &Guest) {
    let path = format!("/v1/admin/rooms/{room}/places/{}", guest.id);
    let body = Some(json!({ "place": "moderator" }));
    scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, body)
        .await
        .expect(200);
}

on_both! {
    async fn a_listener_asks_to_speak_and_a_moderator_lets_them(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut chair = Guest::new(&scene, "chair").await;
        let mut guest = Guest::new(&scene, "guest").await;
        let seen = guest.browser.open("/rooms").await.shown();
        assert!(seen.text.contains("No room is open for you"), "{}", seen.text);
        hall(&scene, "stage", json!({ "speakers": "stage" })).await;
        moderate(&scene, "stage", &chair).await;
        let seen = guest.browser.open("/rooms").await.shown();
        assert!(seen.text.contains("href=\"/rooms/stage\"") && seen.text.contains("there is a stage"), "{}", seen.text);

        // Outside there is nothing to press, and the app is named.
        let seen = guest.look("stage").await;
        assert!(seen.text.contains("You may listen here") && seen.text.contains("Your app takes you in"), "{}", seen.text);
        assert!(!seen.text.contains("name=\"act\"") && !seen.text.contains("id=\"people\""), "{}", seen.text);
        let seen = chair.look("stage").await;
        assert!(seen.text.contains("Who asks to speak") && seen.text.matches("Nobody now").count() == 2, "{}", seen.text);

        let ticket = guest.ticket(&scene, "stage").await;
        let seen = guest.press("stage", &[("act", "ask")]).await;
        assert!(seen.text.contains("You ask to speak: those") && seen.text.contains("value=\"ask_no_longer\""), "{}", seen.text);
        guest.press("stage", &[("act", "ask_no_longer")]).await;
        guest.press("stage", &[("act", "ask")]).await;
        let seen = chair.look("stage").await;
        assert!(seen.text.contains("id=\"hands\"") && seen.text.contains(&ticket), "{}", seen.text);
        let seen = chair.press("stage", &[("act", "to_stage"), ("participant", &ticket)]).await;
        assert!(!seen.text.contains("id=\"hands\"") && seen.text.contains("They may speak"), "{}", seen.text);
        let seen = guest.look("stage").await;
        assert!(seen.text.contains("You are on the stage"), "{}", seen.text);
        let seen = guest.press("stage", &[("act", "off_stage"), ("participant", &ticket)]).await;
        assert!(seen.text.contains("You may listen here"), "{}", seen.text);
        let seen = guest.press("stage", &[("act", "leave"), ("participant", &ticket)]).await;
        assert!(seen.text.contains("You have left the room") && seen.text.contains("Your app takes you in"), "{}", seen.text);
        scene.service.stop().await;
    }

    async fn a_moderator_warns_mutes_and_puts_out(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        hall(&scene, "hall", json!({})).await;
        let mut chair = Guest::new(&scene, "chair").await;
        let mut guest = Guest::new(&scene, "guest").await;
        moderate(&scene, "hall", &chair).await;
        let (own, ticket) = (chair.ticket(&scene, "hall").await, guest.ticket(&scene, "hall").await);
        let seen = chair.look("hall").await;
        assert!(seen.text.contains("1440") && !seen.text.contains("value=\"to_stage\""), "{}", seen.text);
        let does = |act: &'static str| [("act", act), ("participant", ticket.as_str()), ("reason", "spam"), ("minutes", "10")];
        chair.press("hall", &does("warn")).await;
        let seen = guest.look("hall").await;
        assert!(seen.text.contains("You were warned") && seen.text.contains("they advertise"), "{}", seen.text);
        let seen = chair.press("hall", &does("mute")).await;
        assert!(seen.text.contains("muted until") && seen.text.contains("value=\"unmute\""), "{}", seen.text);
        let seen = guest.look("hall").await;
        assert!(seen.text.contains("You are muted") && seen.text.contains("You may listen here"), "{}", seen.text);
        let seen = chair.press("hall", &does("unmute")).await;
        assert!(seen.text.contains("They are muted no longer") && !seen.text.contains("value=\"unmute\""), "{}", seen.text);
        assert!(guest.look("hall").await.text.contains("You may speak here"));
        chair.press("hall", &does("mute")).await;
        // On oneself, on nobody, and by whoever does not moderate: it is told.
        let page = chair.look("hall").await;
        for (participant, status) in [(own.as_str(), 403), ("ticket_01m82w2kq4fp0bpvrp8qerrqd8", 404), ("nobody", 400)] {
            let fields = [("act", "warn"), ("participant", participant), ("reason", "spam"), ("minutes", "x")];
            let seen = chair.browser.submit(&page, "/rooms/hall", &fields).await;
            assert!(seen.status == status && seen.text.contains("role=\"alert\""), "{participant}: {} {}", seen.status, seen.text);
        }
        let page = guest.look("hall").await;
        let fields = [("act", "put_out"), ("participant", own.as_str()), ("reason", "abuse")];
        let seen = guest.browser.submit(&page, "/rooms/hall", &fields).await;
        assert!(seen.status == 403 && seen.text.contains("You cannot do this here"), "{}", seen.text);
        let seen = guest.browser.submit(&page, "/rooms/hall", &[("act", "anything")]).await;
        assert_eq!(seen.leads_to(), "/rooms/hall");

        let seen = chair.press("hall", &does("put_out")).await;
        assert!(!seen.text.contains(&ticket), "{}", seen.text);
        let seen = guest.look("hall").await;
        assert!(seen.text.contains("You were put out of this room") && seen.text.contains("(10 minutes)"), "{}", seen.text);
        assert!(!seen.text.contains("name=\"act\"") && !seen.text.contains("You may listen"), "{}", seen.text);
        scene.service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_tells_why_one_may_not_enter() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let mut guest = Guest::new(&scene, "guest").await;
    hall(&scene, "private", json!({ "access": "guests" })).await;
    hall(&scene, "known", json!({ "enter": "verified" })).await;
    hall(&scene, "grown", json!({ "who": { "enters": { "age_from": 18 } } })).await;
    for (language, room, status, told) in [
        ("en", "private", 403, "This room is for others"),
        ("en", "nowhere", 404, "There is no such room"),
        ("en", "known", 200, "You may speak here"),
        ("en", "grown", 200, "yours is not known"),
        ("zh-CN", "grown", 200, "您的年龄未知"),
    ] {
        guest.browser.language = language;
        let seen = guest.browser.open(&format!("/rooms/{room}")).await;
        assert!(
            seen.status == status && seen.text.contains(told),
            "{room}: {} {}",
            seen.status,
            seen.text
        );
    }
    // What a service is called is text and nothing else.
    let name = "<img src=x onerror=alert(1)>";
    let body = json!({ "name": name, "filter": true });
    scene
        .service
        .post(&scene.owner_token, "/v1/admin/services", body)
        .await
        .expect(201);
    let seen = guest.look("known").await;
    assert!(
        seen.text.contains("&#60;img src=x") && !seen.text.contains("<img src=x"),
        "{}",
        seen.text
    );
    scene.service.stop().await;
}
