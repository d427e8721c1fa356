//! Somebody who was banned tries to be in a room of a LiveKit again.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vouchsafe::{people::Member, platform::terms::Role};

use super::{
    super::{
        participant::Participant,
        service::{Service, text},
    },
    LiveKitServer, Watch,
};

/// What came of it.
#[derive(Debug)]
pub struct Attempts {
    /// How long it took until they were out.
    pub out: Duration,
    /// How often they tried.
    pub number: usize,
    /// How often LiveKit let them in.
    pub let_in: usize,
    /// Their longest stay after the ban, by what LiveKit itself says of it.
    pub longest: Duration,
    /// The longest silence of somebody else, as a third one heard it.
    pub gap: Duration,
}

/// A new member and what their ticket to `room` says: `join`.
pub async fn seat(service: &Service, room: &str, name: &str) -> (Member, Value) {
    let member = service.found(&format!("{name}@example.org"), Role::Member, None).await;
    let token = service.token(member.row).await;
    let path = format!("/v1/rooms/{room}/tickets");
    let ticket = service.post(&token, &path, Value::Null).await.expect(201);
    (member, ticket["join"].clone())
}

/// Bans a member.
pub async fn ban(service: &Service, owner: &str, member: &Member) {
    let path = format!("/v1/admin/people/{}/sanctions", member.id);
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
    service.post(owner, &path, ban).await.expect(201);
}

/// Two speak and a third listens; one is banned in mid-sentence and tries for so long to be there again: by the
/// first token and by those that LiveKit gave them since, by a full reconnect and by going on where they were.
pub async fn attempts(
    service: &Service,
    livekit: &LiveKitServer,
    (owner, room): (&str, &str),
    for_so_long: Duration,
) -> Attempts {
    let enter = async |name: &'static str| {
        let (member, join) = seat(service, room, name).await;
        let participant = Participant::enter(name, &livekit.url(), &text(&join["token"])).await;
        (member, text(&join["id"]), text(&join["token"]), participant)
    };
    let (_, speaker, _, speaks) = enter("speaks").await;
    let (_, _, _, hears) = enter("hears").await;
    let (member, id, first, banned) = enter("banned").await;
    assert!(speaks.publish().await && banned.publish().await);
    hears.hears(&speaker).await;
    hears.hears(&id).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    hears.gap(&speaker).await;
    let (mut kept, sid) = banned.kept().await;
    assert_ne!(kept, first, "LiveKit gives a token of its own");

    let watch = Watch::on(livekit, room, &id);
    tokio::time::sleep(Duration::from_millis(100)).await;
    let begun = Instant::now();
    ban(service, owner, &member).await;
    banned.is_put_out().await;
    let out = begun.elapsed();
    let (mut number, mut let_in) = (0, 0);
    while begun.elapsed() < for_so_long {
        for token in [first.clone(), kept.clone()] {
            number += 2;
            // It goes on with whatever stay there is: one that is being ended just then, too.
            let word = banned.resume(&token, &sid).await;
            let_in += usize::from(word == "reconnect" || word == "join");
            if banned.join(&token).await.is_ok() {
                let_in += 1;
                // Each time they are given another one, which is good for longer.
                kept = banned.kept().await.0;
                banned.is_put_out().await;
            }
        }
        // As often as a client tries that is in a hurry, and no more.
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The first one was before the ban.
    let longest = watch.stays().await.into_iter().skip(1).max();
    let gap = hears.gap(&speaker).await;
    assert!(!speaks.is_out() && !hears.is_out());
    Attempts {
        out,
        number,
        let_in,
        longest: longest.expect("a stay"),
        gap,
    }
}

/// Registers a LiveKit that reports to the service, starts it, makes the room, and waits until it is well.
pub async fn opened(service: &Service, owner: &str, room: &str) -> LiveKitServer {
    let mut livekit = LiveKitServer::planned();
    let server = service
        .post(owner, "/v1/admin/room-servers", livekit.registration())
        .await;
    let server = text(&server.expect(201)["id"]);
    livekit.report_to(format!("{}/v1/room-servers/{server}/events", service.base));
    livekit.start_again();
    let room = json!({ "id": room, "servers": [server] });
    service.post(owner, "/v1/admin/rooms", room).await.expect(201);
    loop {
        let servers = service.get(owner, "/v1/admin/room-servers").await.expect(200);
        if servers["items"][0]["health"] == "well" {
            return livekit;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
