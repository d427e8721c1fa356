//! Seats in a room of a real LiveKit: eight thousand at once, out again, and kept out for as long as any token lives.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::runtime::Runtime;
use vouchsafe::platform::{
    store::Backend,
    terms::{Clock as _, Role, SystemClock},
};

use super::{introspect::sessions, rooms::PATIENCE};
use crate::{
    Wanted, bare, client,
    row::Row,
    support::{
        db::Database,
        livekit::{
            API_KEY, API_SECRET, LiveKitServer, Watch,
            attempts::{attempts, ban, opened, seat},
            signed,
        },
        participant::Participant,
        service::{Home, Service, text},
    },
};

/// Members who want to be in one room.
const MEMBERS: usize = 8000;
/// How many of them are in it, and are banned one after the other.
const BANS: usize = 1000;
/// How many besides are put out by LiveKit alone before that: what is told beside the row.
const ALONE: usize = 100;
const ROOM: &str = "main-stage";
const OTHER: &str = "side-stage";
/// From the answer to a ban until LiveKit's list is without them: what is allowed for 99 of a hundred, in milliseconds.
const OUT: f64 = 500.0;
/// How long somebody who comes back may stay, in milliseconds.
const STAY: f64 = 1000.0;
/// For how long somebody tries: LiveKit's tokens live ten minutes, and a minute more by its leeway.
const TRIES: Duration = Duration::from_secs(12 * 60);

pub fn measure(runtime: &Runtime, is_wanted: Wanted<'_>) -> Vec<Row> {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "open-circle");
    let service = runtime.block_on(home.start());
    let owner = runtime.block_on(async {
        let owner = service.found("owner@example.org", Role::Owner, None).await;
        service.token(owner.row).await
    });
    let livekit = runtime.block_on(opened(&service, &owner, ROOM));
    let mut rows = Vec::new();
    if is_wanted("livekit-tickets") {
        eprintln!("livekit-tickets …");
        let sessions = runtime.block_on(sessions(&service, MEMBERS));
        let token = |session| service.app.core.tokens.grant(session).expect("a token").access_token;
        // First by tokens that nobody has shown before; then by the same ones to another room, as where an app has asked for
        // something else first: each signature is checked once.
        runtime.block_on(another_room(&service, &owner));
        let tokens: Vec<String> = sessions.iter().map(token).collect();
        for (name, room) in [("livekit-tickets", ROOM), ("livekit-tickets-known", OTHER)] {
            let path = format!("/v1/rooms/{room}/tickets");
            let requests: Vec<Vec<u8>> = tokens.iter().map(|token| client::post(&path, token, "", "")).collect();
            let run = client::at_once(service.app.address, requests.clone(), 201);
            let peer = bare::at_once(runtime, &service, &requests, run.bytes);
            let (cpu, p99) = (run.cpu.as_secs_f64() * 1e6, run.p99.as_secs_f64() * 1000.0);
            eprintln!("  ours: {cpu:.1} µs of processor time an answer");
            rows.push(Row::of_rate(name, "tickets/s", (run, peer), bare::NAME, 0.5));
            if room == ROOM {
                rows.push(Row::of_cost("livekit-tickets-p99", p99, "ms, p99", PATIENCE));
            }
        }
    }
    if is_wanted("livekit-out") {
        eprintln!("livekit-out …");
        let mut times = runtime.block_on(bans(&service, &livekit, &owner));
        times.sort();
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1000.0;
        eprintln!("  p50: {:.0} ms", at(0.5));
        rows.push(Row::of_cost("livekit-out-p99", at(0.99), "ms, p99", OUT));
    }
    if is_wanted("livekit-ban") {
        eprintln!("livekit-ban, for twelve minutes …");
        let found = runtime.block_on(attempts(&service, &livekit, (&owner, ROOM), TRIES));
        eprintln!("  {found:?}");
        let longest = found.longest.as_secs_f64() * 1000.0;
        rows.push(Row::of_cost("livekit-ban", longest, "ms, longest", STAY));
    }
    runtime.block_on(service.stop());
    rows
}

/// Opens another room on the same server.
async fn another_room(service: &Service, owner: &str) {
    let servers = service.get(owner, "/v1/admin/room-servers").await.expect(200);
    let room = json!({ "id": OTHER, "servers": [text(&servers["items"][0]["id"])] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
}

/// Puts somebody out, as LiveKit itself does that.
async fn put_out(client: &reqwest::Client, livekit: &LiveKitServer, id: &str) {
    let now = SystemClock.now().seconds();
    let rights = json!({ "roomAdmin": true, "room": ROOM });
    let token = signed(API_SECRET, &json!({ "iss": API_KEY, "exp": now + 60, "video": rights }));
    let url = format!("{}/twirp/livekit.RoomService/RemoveParticipant", livekit.api_url());
    let body = json!({ "room": ROOM, "identity": id });
    let asked = client.post(url).bearer_auth(token).json(&body).send();
    assert!(asked.await.expect("an answer").status().is_success(), "LiveKit refuses");
}

/// Bans members who are in the room in a stream; how long after each answer LiveKit's own list was without them.
async fn bans(service: &Service, livekit: &LiveKitServer, owner: &str) -> Vec<Duration> {
    let mut members = HashMap::new();
    let mut tokens = Vec::new();
    for number in 0..BANS + ALONE {
        let (member, join) = seat(service, ROOM, &format!("out-{number}")).await;
        tokens.push(text(&join["token"]));
        members.insert(text(&join["id"]), member);
    }
    let crowd = Participant::start("crowd", &livekit.url()).await;
    assert_eq!(crowd.hold(&tokens).await, BANS + ALONE, "{crowd}");
    let client = reqwest::Client::new();
    let alone: Vec<String> = members.keys().take(ALONE).cloned().collect();
    let begun = Instant::now();
    for id in &alone {
        members.remove(id);
        put_out(&client, livekit, id).await;
    }
    eprintln!("  LiveKit alone puts one out in {:?}", begun.elapsed() / ALONE as u32);
    let watch = Watch::on_all(livekit, ROOM);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut answered = HashMap::new();
    for (id, member) in &members {
        ban(service, owner, member).await;
        answered.insert(id.clone(), Instant::now());
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let gone = watch.gone().await;
    let took = |(id, at): (&String, &Instant)| gone[id].saturating_duration_since(*at);
    answered.iter().map(took).collect()
}
