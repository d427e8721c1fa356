//! One room on several servers: one list of who may be in, and each ticket opens one server.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    people::Member,
    platform::terms::{Clock, Role},
};

use super::{attached, ban, entry, kinds, only, set_open, ticket, until};
use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        janus::{AdminProxy, JanusServer, Mode},
        livekit::LiveKitServer,
        participant::Participant,
        peer::Peer,
        service::{Answer, text},
    },
};

const SERVERS: &str = "/v1/admin/room-servers";
const ROOM: &str = "/v1/admin/rooms/stage";

/// Registers a server; its id.
async fn register(scene: &Scene, body: Value) -> String {
    let made = scene.service.post(&scene.owner_token, SERVERS, body).await.expect(201);
    text(&made["id"])
}

/// A server of one of the tests' own kinds.
fn own(kind: &str, db: &Database, name: &str) -> Value {
    let database = format!("{:?}", db.target().backend()).to_lowercase();
    let url = format!("wss://{name}-{database}.example.org/");
    json!({ "kind": kind, "client_url": url, "signing_secret": "a signing secret" })
}

/// A room of many seats on these servers.
async fn open(scene: &Scene, servers: &[&String]) {
    let room = json!({ "id": "stage", "servers": servers });
    scene
        .service
        .post(&scene.owner_token, "/v1/admin/rooms", room)
        .await
        .expect(201);
    for server in servers {
        until_well(scene, server).await;
    }
}

async fn put(scene: &Scene, verb: Method, server: &str) -> Answer {
    let path = format!("{ROOM}/servers/{server}");
    scene.service.call(verb, &scene.owner_token, &path, None).await
}

/// The servers of the room as they are shown.
async fn shown(scene: &Scene) -> Value {
    let room = scene.service.get(&scene.owner_token, ROOM).await.expect(200);
    room["servers"].clone()
}

/// How many seats there are on each.
async fn taken(scene: &Scene) -> Vec<i64> {
    let servers = shown(scene).await;
    let all = servers.as_array().expect("a list").iter();
    all.map(|server| server["taken"].as_i64().expect("a number")).collect()
}

/// Waits until a server's health is this word.
async fn until_health(scene: &Scene, server: &str, word: &str) {
    let begun = Instant::now();
    loop {
        let list = scene.service.get(&scene.owner_token, SERVERS).await.expect(200);
        let mut items = list["items"].as_array().expect("a list").iter();
        let health = items.find(|one| one["id"] == server).expect("the server")["health"].clone();
        if health == word || word == "well" && health == "not_asked" {
            return;
        }
        assert!(
            begun.elapsed() < Duration::from_secs(20),
            "{server} is {health}, not {word}"
        );
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn until_well(scene: &Scene, server: &str) {
    until_health(scene, server, "well").await;
}

/// Waits until it is written down how long a server took to put somebody out, and checks that; the milliseconds.
async fn took(scene: &Scene, server: &str) -> u64 {
    let begun = Instant::now();
    loop {
        let list = scene.service.get(&scene.owner_token, SERVERS).await.expect(200);
        let health = scene
            .service
            .get(&scene.owner_token, "/v1/admin/health")
            .await
            .expect(200);
        let of = |all: &Value| {
            let mut all = all.as_array().expect("a list").iter();
            all.find(|one| one["id"] == server).expect("the server")["last_out"].clone()
        };
        let (shown, also) = (of(&list["items"]), of(&health["room_servers"]));
        if let (Some(took), false) = (shown["took_ms"].as_u64(), also.is_null()) {
            assert!((1..60_000).contains(&took), "{shown}");
            let at: vouchsafe::platform::terms::Timestamp =
                serde_json::from_value(shown["at"].clone()).expect("a time");
            let ago = scene.clock.now().micros() - at.micros();
            assert!((0..60_000_000).contains(&ago), "{shown}");
            return took;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is said of {server}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A peer who is in the room on the Janus that the ticket is for.
async fn seated(given: &Value) -> Peer {
    let (id, key) = entry(given);
    let peer = attached("somebody", given).await;
    peer.join("stage", &id, &key).await.expect("to be let in");
    peer.connect(false).await;
    peer.receives(1).await;
    peer
}

/// Some who have a seat each: who, their access token and their ticket.
async fn several<const N: usize>(scene: &Scene, names: [&str; N]) -> Vec<(Member, String, Value)> {
    let mut all = Vec::new();
    for name in names {
        let (member, token) = scene.member(name, Role::Member).await;
        let given = ticket(scene, &token, "stage").await;
        all.push((member, token, given));
    }
    all
}

on_both! {
    /// Seats go where the fewest are; whoever has one stays on their server; a server that comes later is filled up.
    async fn seats_are_spread_evenly(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        let (signs, removes) = (register(&scene, own("signs", db, "one")).await, register(&scene, own("removes", db, "two")).await);
        open(&scene, &[&signs, &removes]).await;
        let mut tokens = Vec::new();
        for n in 0..10 {
            let (_, token) = scene.member(&format!("member{n}"), Role::Member).await;
            let given = ticket(&scene, &token, "stage").await;
            tokens.push((token, given));
        }
        assert_eq!(taken(&scene).await, [5, 5]);
        for kind in ["signs", "removes"] {
            assert_eq!(tokens.iter().filter(|(_, given)| given["kind"] == kind).count(), 5);
        }
        for (token, given) in &tokens {
            assert_eq!(ticket(&scene, token, "stage").await["kind"], given["kind"], "they stay where they were");
        }
        assert_eq!(taken(&scene).await, [5, 5]);

        let third = register(&scene, own("removes", db, "three")).await;
        put(&scene, Method::PUT, &third).await.expect(200);
        put(&scene, Method::PUT, &third).await.expect(200);
        until_well(&scene, &third).await;
        for n in 10..15 {
            let (_, token) = scene.member(&format!("member{n}"), Role::Member).await;
            ticket(&scene, &token, "stage").await;
        }
        assert_eq!(taken(&scene).await, [5, 5, 5]);
        assert_eq!(scene.service.get(&scene.owner_token, ROOM).await.expect(200)["taken"], 15);
        scene.service.stop().await;
    }

    /// A real Janus and a real LiveKit hold one room: whoever is banned is out, on whichever they are.
    async fn a_ban_reaches_whoever_is_on_any_of_the_servers(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (janus, livekit) = (JanusServer::start(), LiveKitServer::start());
        let servers = [register(&scene, janus.registration()).await, register(&scene, livekit.registration()).await];
        open(&scene, &[&servers[0], &servers[1]]).await;
        let all = several(&scene, ["ann", "bob", "cat", "dan"]).await;
        let (mut peers, mut participants) = (Vec::new(), Vec::new());
        for (member, _, given) in &all {
            if given["kind"] == "janus" {
                peers.push((member, given, seated(given).await));
            } else {
                let key = text(&given["join"]["token"]);
                participants.push((member, key.clone(), Participant::enter("somebody", &livekit.url(), &key).await));
            }
        }
        assert_eq!((peers.len(), participants.len()), (2, 2));
        // Time passes while they are put out.
        let clock = std::sync::Arc::clone(&scene.clock);
        let ticks = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_millis(1)).await;
                clock.advance(Duration::from_millis(1));
            }
        });
        ban(&scene, peers[0].0).await;
        ban(&scene, participants[0].0).await;
        peers[0].2.is_told_of_its_kick().await;
        participants[0].2.is_put_out().await;
        let (id, key) = entry(peers[0].1);
        let again = attached("again", peers[0].1).await;
        assert_eq!(again.join("stage", &id, &key).await, Err(489));
        only(&janus, "stage", &[&entry(peers[1].1).0]).await;
        peers[1].2.receives(20).await;
        assert!(!participants[1].2.is_out());
        assert_eq!(taken(&scene).await, [1, 1]);
        for server in &servers {
            took(&scene, server).await;
        }
        ticks.abort();

        // Closing it puts the others out too, and is known to both.
        set_open(&scene, "stage", false).await;
        participants[1].2.is_put_out().await;
        peers[1].2.stops_receiving().await;
        let closed = "SELECT count(*) AS n FROM rooms_on_servers WHERE cleared_at IS NOT NULL";
        until("the Janus to have cleared the room away", || db.figures(closed)[0] >= 1).await;
        scene.service.stop().await;
    }

    /// A ticket opens the server that it is for, and no other of the room's.
    async fn a_ticket_opens_one_server(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (one, other) = (JanusServer::start(), JanusServer::start());
        let servers = [register(&scene, one.registration()).await, register(&scene, other.registration()).await];
        open(&scene, &[&servers[0], &servers[1]]).await;
        let all = several(&scene, ["ann", "bob"]).await;
        let [ann, bob] = [&all[0].2, &all[1].2];
        assert_eq!((text(&ann["janus"]["url"]), text(&bob["janus"]["url"])), (one.url(), other.url()));
        let (id, key) = entry(ann);
        let stranger = Peer::open("ann at the other", &other).await;
        assert_eq!(stranger.join("stage", &id, &key).await, Err(489));
        // On bob's token under her own id: her ticket is good, and not there.
        let sits = attached("ann on the token of bob", bob).await;
        sits.join("stage", &id, &entry(bob).1).await.expect("Janus to let any holder in");
        sits.is_told_of_its_kick().await;
        only(&other, "stage", &[]).await;
        let _in = seated(ann).await;
        only(&one, "stage", &[&id]).await;

        // What manages the room on the one is nothing to the other.
        let (vault, store) = (scene.service.app.core.vault.clone(), scene.service.app.core.ledger.store());
        let secrets = store.read(move |conn| {
            let held = vouchsafe::rooms::queries::held(conn, &"stage".parse().expect("an id"))?;
            let secret = |held: &vouchsafe::rooms::Held| held.secret(&vault);
            held.iter().map(secret).collect::<Result<Vec<_>, vouchsafe::platform::store::StoreError>>()
        });
        let secrets = secrets.await.expect("the secrets");
        use secrecy::ExposeSecret;
        let [first, second] = [0, 1].map(|at| secrets[at].expose_secret().to_owned());
        assert!(one.list("stage", &first).is_some() && other.list("stage", &second).is_some());
        let request = json!({ "request": "allowed", "action": "disable", "room": "stage", "secret": first });
        assert_eq!(other.audiobridge(request)["error_code"], 489);
        scene.service.stop().await;
    }

    /// A server falls over: new tickets are for the other one, and so is the next ticket of whoever was on it.
    async fn whoever_was_on_a_server_that_fell_over_gets_a_seat_on_the_other(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (dead, well) = (JanusServer::start(), JanusServer::start());
        let proxies = [AdminProxy::before(&dead), AdminProxy::before(&well)];
        let mut servers = Vec::new();
        for (janus, proxy) in [&dead, &well].into_iter().zip(&proxies) {
            let mut body = janus.registration();
            body["admin_url"] = json!(proxy.admin_url());
            servers.push(register(&scene, body).await);
        }
        open(&scene, &[&servers[0], &servers[1]]).await;
        let path = "/v1/rooms/stage/tickets";
        let keyed = async |token: &str| {
            let request = scene.service.request(Method::POST, path).bearer_auth(token);
            scene.service.send(request.header("Idempotency-Key", "the key of this one ask")).await
        };
        let (ann, token) = scene.member("ann", Role::Member).await;
        let given = keyed(&token).await.expect(201);
        assert_eq!(given["janus"]["url"], dead.url());
        several(&scene, ["bob"]).await;
        proxies[0].set(Mode::Answer500);
        until_health(&scene, &servers[0], "failing").await;
        // What was given for the one that fails is not given again.
        keyed(&token).await.refused(410, "ticket-ended");
        let anew = scene.service.post(&token, path, Value::Null).await.expect(201);
        assert_eq!(anew["janus"]["url"], well.url());
        let (_, other) = scene.member("cat", Role::Member).await;
        let given_other = scene.service.post(&other, path, Value::Null).await.expect(201);
        assert_eq!(given_other["janus"]["url"], well.url());
        assert_eq!(taken(&scene).await, [0, 3]);
        let peer = seated(&anew).await;

        // It comes back: what was given for it before opens it no more.
        proxies[0].set(Mode::Through);
        until_well(&scene, &servers[0]).await;
        let (id, key) = entry(&given);
        let late = Peer::open("ann at the first", &dead).await;
        assert_eq!(late.join("stage", &id, &key).await, Err(489));
        assert_eq!(several(&scene, ["dan"]).await[0].2["janus"]["url"], dead.url());
        peer.receives(20).await;
        ban(&scene, &ann).await;
        peer.is_told_of_its_kick().await;

        for proxy in &proxies {
            proxy.set(Mode::Answer500);
        }
        for server in &servers {
            until_health(&scene, server, "failing").await;
        }
        scene.service.post(&other, path, Value::Null).await.refused(503, "room-server-unavailable");
        scene.service.stop().await;
    }

    /// A ban is carried out when its server answers again: how long that took is told.
    async fn a_ban_that_had_to_wait_is_told_with_its_time(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let janus = JanusServer::start();
        let proxy = AdminProxy::before(&janus);
        let mut body = janus.registration();
        body["admin_url"] = json!(proxy.admin_url());
        let server = register(&scene, body).await;
        open(&scene, &[&server]).await;
        let ann = several(&scene, ["ann"]).await.remove(0);
        let peer = seated(&ann.2).await;
        proxy.set(Mode::Answer500);
        until_health(&scene, &server, "failing").await;
        ban(&scene, &ann.0).await;
        scene.clock.advance(Duration::from_secs(30));
        proxy.set(Mode::Through);
        peer.is_told_of_its_kick().await;
        let took = took(&scene, &server).await;
        assert!((30_000..60_000).contains(&took), "{took}");
        scene.service.stop().await;
    }

    /// A room is taken off a server: whoever was there is out and gets a seat elsewhere, and the server is free to go.
    async fn a_room_is_taken_off_a_server(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (goes, stays) = (JanusServer::start(), JanusServer::start());
        let servers = [register(&scene, goes.registration()).await, register(&scene, stays.registration()).await];
        open(&scene, &[&servers[0], &servers[1]]).await;
        let all = several(&scene, ["ann", "bob"]).await;
        let (moved, kept) = (seated(&all[0].2).await, seated(&all[1].2).await);
        put(&scene, Method::DELETE, &nobody("server")).await.refused(404, "room-server-unknown");
        put(&scene, Method::PUT, &nobody("server")).await.refused(404, "room-server-unknown");
        let of_server = format!("{SERVERS}/{}", servers[0]);
        let remove = async || scene.service.call(Method::DELETE, &scene.owner_token, &of_server, None).await;
        remove().await.refused(409, "room-server-in-use");
        put(&scene, Method::DELETE, &servers[0]).await.expect(200);
        moved.stops_receiving().await;
        let ends = crate::http::texts(db, "SELECT body AS t FROM events WHERE kind = 'ticket_ended'");
        assert!(ends.len() == 1 && ends[0].contains("moved"), "{ends:?}");
        let anew = ticket(&scene, &all[0].1, "stage").await;
        assert_eq!(anew["janus"]["url"], stays.url());
        let _again = seated(&anew).await;
        kept.receives(20).await;
        put(&scene, Method::DELETE, &servers[0]).await.refused(404, "room-server-unknown");
        put(&scene, Method::DELETE, &servers[1]).await.refused(409, "room-last-server");
        assert_eq!(taken(&scene).await, [2]);
        let gone = || goes.audiobridge(json!({ "request": "listparticipants", "room": "stage" }))["error_code"] == 485;
        until("the room to be gone from the first", gone).await;
        let begun = Instant::now();
        loop {
            let answer = remove().await;
            if answer.status == 204 {
                break;
            }
            answer.refused(409, "room-server-not-cleared");
            assert!(begun.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
        // It was closed on no other server.
        kept.receives(20).await;
        scene.service.stop().await;
    }

    /// A room is put back on a server that it was taken off.
    async fn a_room_comes_back_to_a_server(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (one, other) = (JanusServer::start(), JanusServer::start());
        let servers = [register(&scene, one.registration()).await, register(&scene, other.registration()).await];
        open(&scene, &[&servers[0], &servers[1]]).await;
        let all = several(&scene, ["ann", "bob"]).await;
        for _ in 0..3 {
            put(&scene, Method::DELETE, &servers[0]).await.expect(200);
            put(&scene, Method::PUT, &servers[0]).await.expect(200);
        }
        let anew = ticket(&scene, &all[0].1, "stage").await;
        assert_eq!(anew["janus"]["url"], one.url());
        let _in = seated(&anew).await;
        let (id, key) = entry(&all[0].2);
        let former = Peer::open("by the former", &one).await;
        assert_eq!(former.join("stage", &id, &key).await, Err(489));
        let cleared = "SELECT count(*) AS n FROM rooms_on_servers WHERE cleared_at IS NOT NULL OR withdrawn_at IS NOT NULL";
        assert_eq!(db.figures(cleared), [0]);
        scene.service.stop().await;
    }

    /// Which servers a room is given is checked.
    async fn what_is_no_list_of_servers_is_told(db: &Database) {
        let scene = Scene::knowing(db, "open-circle", kinds::kinds()).await;
        let server = register(&scene, own("signs", db, "only")).await;
        let many: Vec<String> = (0..17).map(|_| server.clone()).collect();
        for (servers, status, kind) in [
            (json!([]), 400, "invalid-field"),
            (json!([server, server]), 422, "invalid-value"),
            (json!(many), 400, "invalid-field"),
        ] {
            let room = json!({ "id": "stage", "servers": servers });
            let refused = scene.service.post(&scene.owner_token, "/v1/admin/rooms", room).await;
            refused.refused(status, kind);
            assert_eq!(refused.body["field"], "/servers");
        }
        put(&scene, Method::PUT, &server).await.refused(404, "room-unknown");
        let mut all = vec![server];
        for n in 0..16 {
            all.push(register(&scene, own("signs", db, &format!("many{n}"))).await);
        }
        let most: Vec<&String> = all.iter().take(16).collect();
        open(&scene, &most).await;
        put(&scene, Method::PUT, &all[16]).await.refused(409, "room-servers-full");
        scene.service.stop().await;
    }
}
