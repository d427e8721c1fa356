//! What the shared demands are made of: a real server of each kind that can be had, clouds of our own, and the kinds of
//! the tests.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::{SECRET, SERVERS};
use crate::{
    http::Scene,
    rooms::{
        attached_to,
        kinds::{Kind, Mood, removals, set_mood, signature},
    },
    support::{
        cloud::Cloud,
        coturn::CoturnServer,
        db::Database,
        janus::{AdminProxy, JanusServer, Mode},
        livekit::{ApiProxy, LiveKitServer},
        participant::Participant,
        prosody::ProsodyServer,
        service::text,
    },
};

/// A server of some kind.
pub enum Subject {
    /// A Janus, behind a proxy of its admin API.
    Janus(JanusServer, AdminProxy),
    /// A LiveKit, behind a proxy of its API; and a participant, once there was one.
    LiveKit(LiveKitServer, ApiProxy, OnceCell<Participant>),
    /// A Prosody, behind a proxy of its module.
    Jitsi(ProsodyServer, ApiProxy),
    /// A coturn.
    Coturn(CoturnServer),
    /// A cloud of our own.
    Cloud(Cloud),
    /// A server of one of the tests' kinds, at this URL.
    Own(&'static Kind, String),
}

impl Subject {
    pub fn janus(server: JanusServer) -> Self {
        let proxy = AdminProxy::before(&server);
        Self::Janus(server, proxy)
    }

    pub fn livekit() -> Self {
        let server = LiveKitServer::start();
        let proxy = ApiProxy::before(&server);
        Self::LiveKit(server, proxy, OnceCell::new())
    }

    pub fn jitsi() -> Self {
        let server = ProsodyServer::planned();
        let proxy = ApiProxy::before_port(server.http());
        Self::Jitsi(server, proxy)
    }

    pub fn own(kind: &'static Kind, db: &Database) -> Self {
        // Every test has a server of its own.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let database = format!("{:?}", db.target().backend()).to_lowercase();
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        Self::Own(kind, format!("wss://{database}-{number}.example.org/"))
    }

    pub fn kind(&self) -> &'static str {
        match self {
            Self::Janus(server, _) => server.kind(),
            Self::LiveKit(..) => "livekit",
            Self::Jitsi(..) => "jitsi",
            Self::Coturn(_) => "coturn",
            Self::Cloud(cloud) => cloud.kind(),
            Self::Own(kind, _) => kind.word(),
        }
    }

    /// Whether it is asked for anything.
    pub fn is_asked(&self) -> bool {
        match self {
            Self::Janus(..) | Self::LiveKit(..) | Self::Jitsi(..) | Self::Cloud(_) => true,
            Self::Coturn(_) => false,
            Self::Own(kind, _) => kind.is_asked(),
        }
    }

    pub fn registration(&self) -> Value {
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
            Self::Jitsi(server, proxy) => {
                let mut body = server.registration();
                body["module_url"] = json!(format!("{}/vouchsafe", proxy.api_url()));
                body
            }
            Self::Coturn(server) => server.registration(),
            Self::Cloud(cloud) => cloud.registration(),
            Self::Own(kind, url) => json!({ "kind": kind.word(), "client_url": url, "signing_secret": SECRET }),
        }
    }

    /// The member of its registration that is secret.
    pub fn secret(&self) -> &'static str {
        match self {
            Self::Janus(..) => "admin_secret",
            Self::LiveKit(..) => "api_secret",
            Self::Jitsi(..) => "app_secret",
            Self::Coturn(_) => "static_auth_secret",
            Self::Cloud(_) if self.kind() == "trtc" => "secret_key",
            Self::Cloud(_) => "customer_secret",
            Self::Own(..) => "signing_secret",
        }
    }

    /// The member of its registration that says where it is.
    pub fn address(&self) -> &'static str {
        match self {
            Self::Coturn(_) => "uris",
            Self::Cloud(_) => "api_url",
            _ => "client_url",
        }
    }

    /// Kills it and starts it again, where it is a server of its own: it remembers nothing.
    pub fn restart(&mut self) {
        match self {
            Self::Janus(server, _) => server.restart(),
            Self::LiveKit(server, ..) => server.restart(),
            Self::Jitsi(server, _) => {
                server.stop();
                server.start();
            }
            Self::Coturn(server) => server.restart(),
            Self::Cloud(_) | Self::Own(..) => {}
        }
    }

    /// Starts it again with other keys, where it has any of its own.
    pub fn rekey(&mut self) {
        match self {
            Self::Janus(server, _) => server.rekey(),
            Self::LiveKit(server, ..) => {
                server.set_secret("another secret of the tests' own LiveKit");
                server.restart();
            }
            Self::Jitsi(server, _) => {
                server.stop();
                server.set_secret("another secret of the tests' own Prosody");
                server.start();
            }
            Self::Coturn(server) => server.rekey(),
            Self::Cloud(cloud) => cloud.rekey(),
            Self::Own(..) => {}
        }
    }

    /// Tells it where this service is, where it asks for itself.
    pub fn follow(&mut self, scene: &Scene, server: &str) {
        if let Self::Jitsi(prosody, _) = self {
            prosody.stop();
            prosody.ask_at(format!("{}/v1/room-servers/{server}/events", scene.service.base));
            prosody.start();
        }
    }

    /// Whether a client gets in by this ticket, and stays.
    pub async fn lets_in(&self, ticket: &Value) -> bool {
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
            Self::Jitsi(server, _) => {
                let client = server.client("somebody").await;
                let entry = &ticket["jitsi"];
                if client.come(&text(&entry["room"]), &text(&entry["jwt"])).await.is_err() {
                    return false;
                }
                client.leave().await;
                true
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
    pub async fn until_out(&self, ticket: &Value) {
        let begun = Instant::now();
        loop {
            let out = match self {
                Self::Janus(..) | Self::LiveKit(..) | Self::Jitsi(..) => !self.lets_in(ticket).await,
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

    pub fn treat(&self, mood: Mood) {
        match self {
            Self::Janus(_, proxy) => proxy.set(mode(mood)),
            Self::LiveKit(_, proxy, _) | Self::Jitsi(_, proxy) => proxy.set(mode(mood)),
            Self::Cloud(cloud) => cloud.set(mode(mood)),
            Self::Coturn(_) => {}
            Self::Own(_, url) => set_mood(url, mood),
        }
    }

    pub async fn open(&mut self, scene: &Scene) -> String {
        let post = async |path, body| scene.service.post(&scene.owner_token, path, body).await.expect(201);
        let server = text(&post(SERVERS, self.registration()).await["id"]);
        self.follow(scene, &server);
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
