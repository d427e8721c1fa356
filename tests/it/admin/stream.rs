//! What happens, told while it happens: from where, to whom, for how long, and to how many.

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, Response};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpSocket, time::timeout};
use vouchsafe::{
    admin::stream::{BACK, IN_ALL, PER_PERSON},
    platform::{
        ledger::{
            Actor, Event,
            events::{ExportFormat, GraphExported},
        },
        store::StoreError,
        terms::Role,
    },
};

use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        service::text,
    },
};

/// Within this an event is told, and an end is seen.
const SOON: Duration = Duration::from_secs(5);

/// Somebody who reads a stream.
struct Reader {
    response: Response,
    text: String,
}

/// An event that was read.
#[derive(Debug)]
struct Read {
    id: String,
    event: String,
    data: Value,
}

impl Reader {
    async fn open(request: RequestBuilder) -> Self {
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Self {
            response,
            text: String::new(),
        }
    }

    /// The next event; none where the stream ends.
    async fn next(&mut self) -> Option<Read> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                let field = |name: &str| {
                    let line = block
                        .lines()
                        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
                    line.unwrap_or_default().to_owned()
                };
                if block.starts_with(':') {
                    continue;
                }
                return Some(Read {
                    id: field("id"),
                    event: field("event"),
                    data: serde_json::from_str(&field("data")).unwrap(),
                });
            }
            let chunk = timeout(SOON * 4, self.response.chunk())
                .await
                .expect("an event in time");
            self.text += std::str::from_utf8(&chunk.ok()??).unwrap();
        }
    }

    /// The next event of this type of the ledger.
    async fn happened(&mut self, kind: &str) -> Read {
        loop {
            let read = self.next().await.expect("the stream goes on");
            assert_eq!(read.event, "happened", "{read:?}");
            if read.data["type"] == kind {
                return read;
            }
        }
    }

    /// Reads to the end of the stream, which is to come soon.
    async fn ends(mut self, why: &str) {
        let begun = Instant::now();
        while self.next().await.is_some() {}
        assert!(begun.elapsed() < SOON, "{why}: after {:?}", begun.elapsed());
    }
}

impl Scene {
    fn stream(&self, token: &str, query: &str) -> RequestBuilder {
        let request = self.service.request(Method::GET, &format!("/v1/admin/stream{query}"));
        request.bearer_auth(token)
    }

    /// Something happens: a link is given out.
    async fn happens(&self) {
        self.link(1).await;
    }

    /// So much happens at once.
    async fn much_happens(&self, events: i64) {
        let written = self.service.app.core.ledger.write(Actor::Operator, move |tx| {
            for _ in 0..events {
                tx.record(Event::GraphExported(GraphExported {
                    format: ExportFormat::Dot,
                    on: None,
                    as_of: tx.now,
                }));
            }
            Ok::<_, StoreError>(())
        });
        let position = written.await.unwrap().position.unwrap();
        let seen = self.service.app.core.read_model.wait(position, Duration::from_secs(60));
        assert!(seen.await, "memory never held it");
    }
}

on_both! {
    async fn what_happens_is_told_once_and_in_order(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let head = Scene::events(db);
        let mut reader = Reader::open(scene.stream(owner, "")).await;
        for (header, value) in [("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no")] {
            assert_eq!(reader.response.headers()[header], value);
        }
        let first = reader.next().await.unwrap();
        assert_eq!((first.event.as_str(), &first.data), ("position", &json!({ "position": head })));
        assert_eq!(first.id, head.to_string());
        scene.happens().await;
        let told = reader.happened("invite_issued").await;
        assert_eq!(told.id, (head + 1).to_string());
        // It is the same as in the list.
        let list = service.get(owner, "/v1/admin/ledger?type=invite_issued").await.expect(200);
        assert_eq!(told.data, list["items"][0]);

        // Who goes on where they were is told what they missed, and then what happens.
        drop(reader);
        scene.happens().await;
        scene.happens().await;
        let resumed = [
            scene.stream(owner, "").header("Last-Event-ID", told.id.clone()),
            scene.stream(owner, &format!("?after={}", told.id)),
            // The header goes before the query, which stays in the address of an EventSource.
            scene.stream(owner, "?after=0").header("Last-Event-ID", told.id.clone()),
        ];
        let mut readers = Vec::new();
        for request in resumed {
            let mut reader = Reader::open(request).await;
            let first = reader.next().await.unwrap();
            assert_eq!((first.event.as_str(), first.id.as_str()), ("position", told.id.as_str()));
            for number in [head + 2, head + 3] {
                assert_eq!(reader.next().await.unwrap().id, number.to_string());
            }
            readers.push(reader);
        }
        scene.happens().await;
        for reader in &mut readers {
            assert_eq!(reader.next().await.unwrap().id, (head + 4).to_string());
        }

        // Of types that were not asked for nothing is told.
        let mut reader = Reader::open(scene.stream(owner, "?types=vouched,invite_revoked")).await;
        reader.next().await.unwrap();
        scene.happens().await;
        let link = service.post(owner, "/v1/me/invites", json!({ "max_uses": 1 })).await.expect(201);
        let link = format!("/v1/me/invites/{}", text(&link["id"]));
        service.call(Method::DELETE, owner, &link, None).await;
        let read = reader.next().await.unwrap();
        assert_eq!((read.event.as_str(), &read.data["type"]), ("happened", &json!("invite_revoked")));

        // What is no number and no type is refused; what lies ahead of the ledger is none of its numbers.
        for wrong in ["?after=-1", "?after=x"] {
            service.get(owner, &format!("/v1/admin/stream{wrong}")).await.refused(400, "invalid-field");
        }
        for wrong in ["?types=", "?types=nothing"] {
            service.get(owner, &format!("/v1/admin/stream{wrong}")).await.refused(422, "invalid-value");
        }
        service.get(owner, "/v1/admin/stream?type=vouched").await.refused(400, "unknown-field");
        let refused = service.send(scene.stream(owner, "").header("Last-Event-ID", "yesterday")).await;
        refused.refused(400, "invalid-field");
        assert_eq!(refused.body["field"], "Last-Event-ID");
        drop(readers);
        let mut reader = Reader::open(scene.stream(owner, "?after=999999999")).await;
        reader.next().await.unwrap();
        let gap = reader.next().await.unwrap();
        assert_eq!((gap.event.as_str(), &gap.data["after"]), ("gap", &json!(999_999_999)));
        scene.happens().await;
        assert_eq!(reader.next().await.unwrap().event, "happened");
        scene.service.stop().await;
    }

    /// So far back and no further.
    async fn what_is_too_long_ago_is_a_gap(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let before = Scene::events(db);
        scene.much_happens(BACK).await;
        let mut reader = Reader::open(scene.stream(&scene.owner_token, &format!("?after={before}"))).await;
        assert_eq!(reader.next().await.unwrap().event, "position");
        for number in 1..=BACK {
            assert_eq!(reader.next().await.unwrap().id, (before + number).to_string());
        }
        let mut reader = Reader::open(scene.stream(&scene.owner_token, &format!("?after={}", before - 1))).await;
        assert_eq!(reader.next().await.unwrap().data, json!({ "position": before + BACK }));
        let gap = reader.next().await.unwrap();
        assert_eq!((gap.event.as_str(), &gap.data), ("gap", &json!({ "after": before - 1, "position": before + BACK })));
        scene.service.stop().await;
    }

    /// It lasts no longer than the right to it.
    async fn a_stream_ends_with_the_session_the_role_and_the_service(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, member) = scene.member("member", Role::Member).await;
        service.get(&member, "/v1/admin/stream").await.refused(403, "forbidden");
        service.get("", "/v1/admin/stream").await.refused(401, "unauthenticated");

        let open = async |token: &str| {
            let mut reader = Reader::open(scene.stream(token, "")).await;
            reader.next().await.unwrap();
            reader
        };
        let (_, signs_out) = scene.member("signs_out", Role::Auditor).await;
        let reader = open(&signs_out).await;
        service.call(Method::DELETE, &signs_out, "/v1/sessions/current", None).await.expect(204);
        reader.ends("signed out").await;

        let (banned, token) = scene.member("banned", Role::Admin).await;
        let reader = open(&token).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        service.post(owner, &format!("/v1/admin/people/{}/sanctions", banned.id), ban).await.expect(201);
        reader.ends("banned").await;

        let (demoted, token) = scene.member("demoted", Role::Admin).await;
        let reader = open(&token).await;
        let role = json!({ "role": "member", "reason": "duty" });
        service.call(Method::PUT, owner, &format!("/v1/admin/people/{}/role", demoted.id), Some(role)).await.expect(200);
        reader.ends("of another role").await;

        // By the cookie of a browser as by a token.
        let core = &service.app.core;
        let session = core.tokens.check(owner).await.unwrap().session;
        let cookie = core.tokens.browser_cookie(session, core.ledger.now()).unwrap();
        let request = service.request(Method::GET, "/v1/admin/stream");
        let cookie = format!("{}={}", vouchsafe::http::browser::SESSION, cookie.expose_secret());
        let mut reader = Reader::open(request.header("Cookie", cookie)).await;
        assert_eq!(reader.next().await.unwrap().event, "position");

        // Nobody holds up whoever stops the service.
        let other = open(owner).await;
        let begun = Instant::now();
        scene.service.stop().await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
        reader.ends("stopped").await;
        other.ends("stopped").await;
    }

    /// So many and no more, of which one who goes leaves their place to another.
    async fn there_are_so_many_streams_and_no_more(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, other) = scene.member("other", Role::Auditor).await;
        let mut readers = Vec::new();
        for _ in 0..PER_PERSON {
            let mut reader = Reader::open(scene.stream(owner, "")).await;
            reader.next().await.unwrap();
            readers.push(reader);
        }
        let refused = service.get(owner, "/v1/admin/stream").await;
        refused.refused(429, "too-many-requests");
        assert_eq!(refused.header("retry-after"), Some("3"));
        // Others have places of their own.
        let mut reader = Reader::open(scene.stream(&other, "")).await;
        reader.next().await.unwrap();
        let metrics = service.get("", "/metrics").await.expect(200).to_string();
        assert!(metrics.contains("vouchsafe_streams_open"), "{metrics}");
        readers.pop();
        let begun = Instant::now();
        while service.get(owner, "/v1/admin/stream").await.status == 429 {
            assert!(begun.elapsed() < SOON, "a place is never free again");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        const { assert!(PER_PERSON < IN_ALL) };
        scene.service.stop().await;
    }

    /// Who does not read is left behind, and holds no place.
    async fn whoever_is_too_slow_is_left_behind(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let mut slow = socket.connect(scene.service.app.address).await.unwrap();
        let request = format!(
            "GET /v1/admin/stream HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n\r\n",
            scene.owner_token
        );
        slow.write_all(request.as_bytes()).await.unwrap();
        let mut quick = Reader::open(scene.stream(&scene.owner_token, "")).await;
        quick.next().await.unwrap();
        let listeners = || scene.service.app.listeners();
        let begun = Instant::now();
        while listeners() < 2 {
            assert!(begun.elapsed() < SOON, "nobody listens");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        while listeners() > 1 {
            assert!(begun.elapsed() < Duration::from_secs(60), "they are never left behind");
            scene.much_happens(1000).await;
            // The other keeps up.
            for _ in 0..1000 {
                quick.happened("graph_exported").await;
            }
        }
        drop(slow);
        scene.service.stop().await;
    }
}
