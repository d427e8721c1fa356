//! What is demanded of every kind of room server, whatever it is able to do: a real Janus, a real LiveKit, a
//! real coturn, clouds of our own, and the kinds of [`kinds`](super::kinds).

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::OnceCell;
use vouchsafe::platform::terms::Role;

use super::{
    attached_to, ban,
    kinds::{self, Kind, Mood, REMOVES, SIGNS, calls, removals, set_mood, signature},
    ticket, until_healthy,
};
use crate::{
    http::Scene,
    support::{
        cloud::{Cloud, Whose},
        coturn::CoturnServer,
        db::{Database, on_both},
        janus::{AdminProxy, JanusServer, Mode},
        livekit::{ApiProxy, LiveKitServer},
        participant::Participant,
        service::text,
    },
};

const SERVERS: &str = "/v1/admin/room-servers";
const SECRET: &str = "canary signing secret";

/// A server of some kind.
enum Subject {
    /// A Janus, behind a proxy of its admin API.
    Janus(JanusServer, AdminProxy),
    /// A LiveKit, behind a proxy of its API; and a participant, once there was one.
    LiveKit(LiveKitServer, ApiProxy, OnceCell<Participant>),
    /// A coturn.
    Coturn(CoturnServer),
    /// A cloud of our own.
    Cloud(Cloud),
    /// A server of one of the tests' kinds, at this URL.
    Own(&'static Kind, String),
}

impl Subject {
    fn janus(server: JanusServer) -> Self {
        let proxy = AdminProxy::before(&server);
        Self::Janus(server, proxy)
    }

    fn livekit() -> Self {
        let server = LiveKitServer::start();
        let proxy = ApiProxy::before(&server);
        Self::LiveKit(server, proxy, OnceCell::new())
    }

    fn own(kind: &'static Kind, db: &Database) -> Self {
        // Every test has a server of its own.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let database = format!("{:?}", db.target().backend()).to_lowercase();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::Own(kind, format!("wss://{database}-{number}.example.org/"))
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Janus(server, _) => server.kind(),
            Self::LiveKit(..) => "livekit",
            Self::Coturn(_) => "coturn",
            Self::Cloud(cloud) => cloud.kind(),
            Self::Own(kind, _) => kind.word(),
        }
    }

    /// Whether it is asked for anything.
    fn is_asked(&self) -> bool {
        match self {
            Self::Janus(..) | Self::LiveKit(..) | Self::Cloud(_) => true,
            Self::Coturn(_) => false,
            Self::Own(kind, _) => kind.is_asked(),
        }
    }

    fn registration(&self) -> Value {
        match self {
            Self::Janus(server, proxy) => {
                let mut body = server.registration();
                body["admin_url"] = json!(proxy.admin_url());
                body
            }
            Self::LiveKit(server, proxy, _) => {
                let mut body = server.registration();
                body["api_url"] = json!(proxy.api_url());
                body
            }
            Self::Coturn(server) => server.registration(),
            Self::Cloud(cloud) => cloud.registration(),
            Self::Own(kind, url) => json!({ "kind": kind.word(), "client_url": url, "signing_secret": SECRET }),
        }
    }

    /// The member of its registration that is secret.
    fn secret(&self) -> &'static str {
        match self {
            Self::Janus(..) => "admin_secret",
            Self::LiveKit(..) => "api_secret",
            Self::Coturn(_) => "static_auth_secret",
            Self::Cloud(_) if self.kind() == "trtc" => "secret_key",
            Self::Cloud(_) => "customer_secret",
            Self::Own(..) => "signing_secret",
        }
    }

    /// The member of its registration that says where it is.
    fn address(&self) -> &'static str {
        match self {
            Self::Coturn(_) => "uris",
            Self::Cloud(_) => "api_url",
            _ => "client_url",
        }
    }

    /// Kills it and starts it again, where it is a server of its own: it remembers nothing.
    fn restart(&mut self) {
        match self {
            Self::Janus(server, _) => server.restart(),
            Self::LiveKit(server, ..) => server.restart(),
            Self::Coturn(server) => server.restart(),
            Self::Cloud(_) | Self::Own(..) => {}
        }
    }

    /// Whether a client gets in by this ticket, and stays.
    async fn lets_in(&self, ticket: &Value) -> bool {
        match self {
            Self::Janus(server, _) => {
                let entry = &ticket[server.kind()];
                let peer = attached_to(server.plugin(), "somebody", entry).await;
                let join = json!({ "ptype": "publisher", "room": "stage", "id": entry["id"], "token": entry["token"] });
                // Whoever was put out meanwhile cannot leave.
                peer.join_with(join).await.is_ok() && peer.send(json!({ "request": "leave" })).await.is_ok()
            }
            Self::LiveKit(server, _, participant) => {
                let start = async || Participant::start("somebody", &server.url()).await;
                let participant = participant.get_or_init(start).await;
                if participant.join(&text(&ticket["join"]["token"])).await.is_err() {
                    return false;
                }
                // LiveKit lets in whoever has a token; then they are put out.
                tokio::time::sleep(Duration::from_millis(1500)).await;
                let stays = !participant.is_out();
                participant.leave().await;
                stays
            }
            Self::Coturn(server) => {
                let entry = &ticket["coturn"];
                assert_eq!(entry["urls"], json!([server.uri()]));
                server
                    .relays(&text(&entry["username"]), &text(&entry["credential"]))
                    .await
            }
            // What its tickets are worth is checked by the official verifiers.
            Self::Cloud(cloud) => cloud.enter("stage", &cloud.user(ticket)),
            Self::Own(_, url) => {
                let join = &ticket["join"];
                assert_eq!(join["url"], url.as_str());
                let until: vouchsafe::platform::terms::Timestamp =
                    serde_json::from_value(ticket["expires_at"].clone()).expect("a time");
                let signed = signature(SECRET, "stage", &text(&join["id"]), until.seconds());
                join["token"] == signed.as_str() && join["room"] == "stage" && join["id"] == ticket["id"]
            }
        }
    }

    /// Waits until whoever had this ticket is out, as far as the kind is able to do that.
    async fn until_out(&self, ticket: &Value) {
        let begun = Instant::now();
        loop {
            let out = match self {
                Self::Janus(..) | Self::LiveKit(..) => !self.lets_in(ticket).await,
                Self::Coturn(_) => true,
                Self::Cloud(cloud) => {
                    let user = cloud.user(ticket);
                    cloud.enter("stage", &user);
                    cloud.removals(&user) >= 2 || cloud.kind() == "agora" && !cloud.has("stage", &user)
                }
                // The signature holds on: they are put out again and again.
                Self::Own(kind, url) => !kind.is_asked() || removals(url, &text(&ticket["id"])) >= 2,
            };
            if out {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "somebody is still in");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    fn treat(&self, mood: Mood) {
        match self {
            Self::Janus(_, proxy) => proxy.set(mode(mood)),
            Self::LiveKit(_, proxy, _) => proxy.set(mode(mood)),
            Self::Cloud(cloud) => cloud.set(mode(mood)),
            Self::Coturn(_) => {}
            Self::Own(_, url) => set_mood(url, mood),
        }
    }

    async fn open(&self, scene: &Scene) -> String {
        let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
        let server = text(&post(SERVERS, self.registration()).await["id"]);
        post("/v1/admin/rooms", json!({ "id": "stage", "servers": [server] })).await;
        server
    }
}

fn mode(mood: Mood) -> Mode {
    match mood {
        Mood::Well => Mode::Through,
        Mood::Fails => Mode::Answer500,
        Mood::Hangs => Mode::Hang,
        Mood::Lies => Mode::Lie,
    }
}

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
    subject.open(&scene).await;
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
    let server = text(&super::health(&scene).await["id"]);
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
async fn leaving_ends_a_ticket(db: &Database, subject: Subject) {
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
async fn trouble_is_told_and_made_good(db: &Database, subject: Subject) {
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

on_both! {
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
