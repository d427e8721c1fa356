//! What is demanded of every kind of room server, whatever it is able to do: a real Janus, a real LiveKit, a
//! real Prosody, a real coturn, clouds of our own, and the kinds of [`kinds`](super::kinds).

mod subject;

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::Role;

use self::subject::Subject;
use super::{
    ban,
    kinds::{self, Mood, REMOVES, SIGNS, calls, removals},
    ticket, until_healthy,
};
use crate::{
    http::Scene,
    support::{
        cloud::{Cloud, Whose},
        coturn::CoturnServer,
        db::{Database, on_both},
        janus::JanusServer,
        service::text,
    },
};

const SERVERS: &str = "/v1/admin/room-servers";
const SECRET: &str = "canary signing secret";

async fn scene(db: &Database) -> Scene {
    Scene::knowing(db, "open-circle", kinds::kinds()).await
}

/// What is given to register it is checked by its kind, and no secret is shown.
async fn registers(db: &Database, subject: Subject) {
    let scene = scene(db).await;
    let (service, owner, good) = (&scene.service, &scene.owner_token, subject.registration());
    let (secret, address) = (subject.secret(), subject.address());
    for (member, value, refused, field) in [
        (
            "nothing_of_that_name",
            json!("x"),
            (400, "unknown-field"),
            "/nothing_of_that_name",
        ),
        (
            address,
            json!("ftp://example.org/"),
            (422, "invalid-value"),
            &format!("/{address}"),
        ),
        (address, json!(7), (400, "invalid-field"), &format!("/{address}")),
        (secret, json!(""), (400, "invalid-field"), &format!("/{secret}")),
        ("kind", json!("nobody-s"), (400, "invalid-field"), "/kind"),
        ("kind", json!(["janus"]), (400, "invalid-field"), "/kind"),
    ] {
        let mut body = good.clone();
        body[member] = value;
        let answer = service.post(owner, SERVERS, body).await;
        answer.refused(refused.0, refused.1);
        assert_eq!(answer.body["field"], field);
    }
    let mut without = good.clone();
    without.as_object_mut().expect("an object").remove(secret);
    let answer = service.post(owner, SERVERS, without).await;
    answer.refused(400, "invalid-field");
    assert_eq!(answer.body["field"], format!("/{secret}"));

    let shown = service.post(owner, SERVERS, good.clone()).await.expect(201);
    assert_eq!((&shown["kind"], &shown[address]), (&good["kind"], &good[address]));
    let list = service.get(owner, SERVERS).await.expect(200);
    for shown in [shown.to_string(), list.to_string()] {
        assert!(!shown.contains(&text(&good[secret])), "{shown}");
    }
    assert!(
        list["items"][0]["capabilities"]
            .as_array()
            .is_some_and(|all| !all.is_empty()),
        "{list}"
    );
    assert_eq!(list["items"][0]["health"] == "not_asked", !subject.is_asked(), "{list}");

    // Another kind is another server: with a room on it, it stays as it is.
    let room = json!({ "id": "stage", "servers": [shown["id"]] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
    let path = format!("{SERVERS}/{}", text(&shown["id"]));
    let other = if subject.kind() == "signs" { &REMOVES } else { &SIGNS };
    let other = Subject::own(other, db).registration();
    let answer = service.call(Method::PUT, owner, &path, Some(other)).await;
    answer.refused(409, "room-server-in-use");
    service.call(Method::PUT, owner, &path, Some(good)).await.expect(200);
    scene.service.stop().await;
}

/// A ticket lets its member in, whatever is restarted; and not after they are banned.
async fn a_ban_ends_a_ticket(db: &Database, mut subject: Subject) {
    let mut scene = scene(db).await;
    let server = subject.open(&scene).await;
    let (member, token) = scene.member("member", Role::Member).await;
    let (stays, other) = scene.member("stays", Role::Member).await;
    let given = ticket(&scene, &token, "stage").await;
    assert_eq!(given["kind"], subject.kind());
    let kept = ticket(&scene, &other, "stage").await;
    assert!(subject.lets_in(&given).await && subject.lets_in(&kept).await);

    subject.restart();
    scene.service.stop().await;
    scene.service = scene.home.start().await;
    scene.owner_token = scene.service.token(scene.owner.row).await;
    subject.follow(&scene, &server);
    let other = scene.service.token(stays.row).await;
    let begun = Instant::now();
    while !subject.lets_in(&given).await {
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "nobody gets in after a restart"
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let token = scene.service.token(member.row).await;
    ban(&scene, &member).await;
    assert_eq!(
        db.figures("SELECT count(*) AS n FROM tickets WHERE ended_at IS NULL"),
        [1]
    );
    let refused = scene.service.post(&token, "/v1/rooms/stage/tickets", Value::Null).await;
    assert!(refused.status.is_client_error(), "{refused:?}");
    subject.until_out(&given).await;
    assert!(subject.lets_in(&kept).await, "another went with them");
    if let Subject::Own(_, url) = &subject {
        assert_eq!(removals(url, &text(&kept["id"])), 0);
    }
    ticket(&scene, &other, "stage").await;

    // A closed room gives no tickets; and is not done with while a signature may open it.
    super::set_open(&scene, "stage", false).await;
    let refused = scene.service.post(&other, "/v1/rooms/stage/tickets", Value::Null).await;
    refused.refused(409, "room-closed");
    let path = format!("{SERVERS}/{server}");
    if !matches!(subject, Subject::Janus(..)) {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let answer = scene
            .service
            .call(Method::DELETE, &scene.owner_token, &path, None)
            .await;
        answer.refused(409, "room-server-not-cleared");
    }
    let path = format!("{path}?abandon=true");
    scene
        .service
        .call(Method::DELETE, &scene.owner_token, &path, None)
        .await
        .expect(204);
    scene.service.stop().await;
}

/// Whoever leaves the community leaves its rooms.
async fn leaving_ends_a_ticket(db: &Database, mut subject: Subject) {
    let scene = scene(db).await;
    subject.open(&scene).await;
    let (_, token) = scene.member("member", Role::Member).await;
    let (_, other) = scene.member("stays", Role::Member).await;
    let (given, kept) = (
        ticket(&scene, &token, "stage").await,
        ticket(&scene, &other, "stage").await,
    );
    assert!(subject.lets_in(&given).await && subject.lets_in(&kept).await);
    let left = scene.service.call(Method::DELETE, &token, "/v1/me", None).await;
    left.expect(204);
    subject.until_out(&given).await;
    let again = scene.service.post(&token, "/v1/rooms/stage/tickets", Value::Null).await;
    again.refused(401, "session-ended");
    assert!(subject.lets_in(&kept).await, "another went with them");
    if let Subject::Own(_, url) = &subject {
        assert_eq!(removals(url, &text(&kept["id"])), 0);
    }
    scene.service.stop().await;
}

/// A server that hangs, fails or lies is said to fail where it is asked for something, and is told all the same when
/// it is well again.
async fn trouble_is_told_and_made_good(db: &Database, mut subject: Subject) {
    let scene = scene(db).await;
    subject.open(&scene).await;
    let mut out = Vec::new();
    for (name, mood) in [("fails", Mood::Fails), ("hangs", Mood::Hangs), ("lies", Mood::Lies)] {
        let (member, token) = scene.member(name, Role::Member).await;
        let given = ticket(&scene, &token, "stage").await;
        assert!(subject.lets_in(&given).await);
        subject.treat(mood);
        ban(&scene, &member).await;
        if subject.is_asked() && mood != Mood::Lies {
            until_healthy(&scene, "a failing server", |server| server["health"] == "failing").await;
            let (_, other) = scene.member(&format!("{name}-too"), Role::Member).await;
            let refused = scene.service.post(&other, "/v1/rooms/stage/tickets", Value::Null).await;
            refused.refused(503, "room-server-unavailable");
        }
        subject.treat(Mood::Well);
        if subject.is_asked() {
            let well = |server: &Value| server["health"] == "well" && server["failing_rooms"] == json!([]);
            until_healthy(&scene, "a server that is well", well).await;
        }
        out.push(given);
    }
    for given in &out {
        subject.until_out(given).await;
    }
    if let Subject::Own(kind, url) = &subject {
        assert_eq!(calls(url) > 0, kind.is_asked());
    }
    scene.service.stop().await;
}

/// A server that has other keys since is said to fail, and nobody comes in by it; once it is told, all is as it should be.
async fn other_keys_are_told_and_made_good(db: &Database, mut subject: Subject) {
    let scene = scene(db).await;
    let server = subject.open(&scene).await;
    let (member, token) = scene.member("member", Role::Member).await;
    let (_, other) = scene.member("other", Role::Member).await;
    let given = ticket(&scene, &token, "stage").await;
    assert!(subject.lets_in(&given).await);
    subject.rekey();
    ban(&scene, &member).await;
    if subject.is_asked() {
        until_healthy(&scene, "a server with other keys", |server| {
            server["health"] == "failing"
        })
        .await;
        let failure = text(&super::health(&scene).await["failure"]);
        assert!(failure.contains("does not accept"), "{failure}");
        let refused = scene.service.post(&other, "/v1/rooms/stage/tickets", Value::Null).await;
        refused.refused(503, "room-server-unavailable");
    }
    let path = format!("{SERVERS}/{server}");
    let put = Some(subject.registration());
    scene
        .service
        .call(Method::PUT, &scene.owner_token, &path, put)
        .await
        .expect(200);
    if subject.is_asked() {
        let well = |server: &Value| server["health"] == "well" && server["failing_rooms"] == json!([]);
        until_healthy(&scene, "a server that is well", well).await;
    }
    subject.until_out(&given).await;
    let again = ticket(&scene, &other, "stage").await;
    assert!(subject.lets_in(&again).await, "nobody comes in by the new keys");
    scene.service.stop().await;
}

on_both! {
    async fn other_keys_of_a_janus_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::janus(JanusServer::start())).await;
    }
    async fn other_keys_of_a_videoroom_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::janus(JanusServer::start_videoroom())).await;
    }
    async fn other_keys_of_a_livekit_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::livekit()).await;
    }
    async fn other_keys_of_a_jitsi_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::jitsi()).await;
    }
    async fn other_keys_of_a_coturn_are_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::Coturn(CoturnServer::start())).await;
    }
    async fn other_keys_of_an_agora_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::Cloud(Cloud::start(Whose::Agora).await)).await;
    }
    async fn other_keys_of_a_tencent_rtc_are_told_and_made_good(db: &Database) {
        other_keys_are_told_and_made_good(db, Subject::Cloud(Cloud::start(Whose::Tencent).await)).await;
    }
    async fn a_jitsi_is_registered(db: &Database) {
        registers(db, Subject::jitsi()).await;
    }
    async fn a_ban_ends_a_ticket_at_a_jitsi(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::jitsi()).await;
    }
    async fn leaving_ends_a_ticket_at_a_jitsi(db: &Database) {
        leaving_ends_a_ticket(db, Subject::jitsi()).await;
    }
    async fn trouble_at_a_jitsi_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::jitsi()).await;
    }
    async fn a_janus_is_registered(db: &Database) {
        registers(db, Subject::janus(JanusServer::start())).await;
    }
    async fn a_videoroom_is_registered(db: &Database) {
        registers(db, Subject::janus(JanusServer::start_videoroom())).await;
    }
    async fn a_ban_ends_a_ticket_at_a_videoroom(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::janus(JanusServer::start_videoroom())).await;
    }
    async fn leaving_ends_a_ticket_at_a_videoroom(db: &Database) {
        leaving_ends_a_ticket(db, Subject::janus(JanusServer::start_videoroom())).await;
    }
    async fn trouble_at_a_videoroom_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::janus(JanusServer::start_videoroom())).await;
    }
    async fn a_livekit_is_registered(db: &Database) {
        registers(db, Subject::livekit()).await;
    }
    async fn a_ban_ends_a_ticket_at_a_livekit(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::livekit()).await;
    }
    async fn trouble_at_a_livekit_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::livekit()).await;
    }
    async fn a_coturn_is_registered(db: &Database) {
        registers(db, Subject::Coturn(CoturnServer::start())).await;
    }
    async fn a_ban_ends_a_ticket_at_a_coturn(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::Coturn(CoturnServer::start())).await;
    }
    async fn an_agora_is_registered(db: &Database) {
        registers(db, Subject::Cloud(Cloud::start(Whose::Agora).await)).await;
    }
    async fn a_ban_ends_a_ticket_at_an_agora(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::Cloud(Cloud::start(Whose::Agora).await)).await;
    }
    async fn trouble_at_an_agora_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::Cloud(Cloud::start(Whose::Agora).await)).await;
    }
    async fn a_tencent_rtc_is_registered(db: &Database) {
        registers(db, Subject::Cloud(Cloud::start(Whose::Tencent).await)).await;
    }
    async fn a_ban_ends_a_ticket_at_a_tencent_rtc(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::Cloud(Cloud::start(Whose::Tencent).await)).await;
    }
    async fn trouble_at_a_tencent_rtc_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::Cloud(Cloud::start(Whose::Tencent).await)).await;
    }
    async fn a_server_that_only_checks_signatures_is_registered(db: &Database) {
        registers(db, Subject::own(&SIGNS, db)).await;
    }
    async fn a_server_that_only_removes_is_registered(db: &Database) {
        registers(db, Subject::own(&REMOVES, db)).await;
    }
    async fn a_ban_ends_a_ticket_at_a_janus(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::janus(JanusServer::start())).await;
    }
    async fn a_ban_ends_a_ticket_where_only_signatures_are_checked(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::own(&SIGNS, db)).await;
    }
    async fn a_ban_ends_a_ticket_at_a_server_that_only_removes(db: &Database) {
        a_ban_ends_a_ticket(db, Subject::own(&REMOVES, db)).await;
    }
    async fn leaving_ends_a_ticket_at_a_janus(db: &Database) {
        leaving_ends_a_ticket(db, Subject::janus(JanusServer::start())).await;
    }
    async fn leaving_ends_a_ticket_at_a_server_that_only_removes(db: &Database) {
        leaving_ends_a_ticket(db, Subject::own(&REMOVES, db)).await;
    }
    async fn trouble_at_a_janus_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::janus(JanusServer::start())).await;
    }
    async fn no_trouble_is_where_only_signatures_are_checked(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::own(&SIGNS, db)).await;
    }
    async fn trouble_at_a_server_that_only_removes_is_told_and_made_good(db: &Database) {
        trouble_is_told_and_made_good(db, Subject::own(&REMOVES, db)).await;
    }
}
