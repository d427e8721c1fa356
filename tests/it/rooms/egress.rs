//! Where a room server may be, and what its failure tells.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::TcpListener,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        postgres::free_port,
        service::text,
    },
};

const SERVERS: &str = "/v1/admin/room-servers";

/// Something on a port of loopback that answers each connection with these bytes, or never.
fn something(answer: Option<&'static str>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        let mut silent = Vec::new();
        for mut stream in listener.incoming().flatten() {
            match answer {
                Some(answer) => {
                    let _ = stream.read(&mut [0; 4096]);
                    let _ = stream.write_all(answer.as_bytes());
                }
                None => silent.push(stream),
            }
        }
    });
    port
}

on_both! {
    /// Nobody is there, somebody is silent, somebody speaks another protocol, a web server has no such page or an
    /// answer of its own: an admin who tries ports learns nothing by the words, nor by when they come.
    async fn a_failure_does_not_tell_what_is_at_a_port(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let ports = BTreeMap::from([
            ("closed", free_port()),
            ("silent", something(None)),
            ("another protocol", something(Some("SSH-2.0-OpenSSH_9.2p1\r\n"))),
            ("no such page", something(Some("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))),
            ("a redirect", something(Some("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n"))),
            ("a page", something(Some("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))),
            ("other JSON", something(Some("HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{\"ok\": true}"))),
        ]);
        let mut open = BTreeMap::new();
        let begun = Instant::now();
        for (what, port) in ports {
            let server = json!({
                "kind": "janus",
                "client_url": "https://rooms.example.org/janus",
                "admin_url": format!("http://127.0.0.1:{port}/admin"),
                "admin_secret": "an admin secret",
            });
            let server = scene.service.post(&scene.owner_token, SERVERS, server).await.expect(201);
            open.insert(text(&server["id"]), what);
        }
        let (mut told, mut words) = (Vec::new(), Vec::new());
        while !open.is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing is said of {open:?}");
            let servers = scene.service.get(&scene.owner_token, SERVERS).await.expect(200);
            for server in servers["items"].as_array().unwrap() {
                if server["health"] != "unknown" && let Some(what) = open.remove(&text(&server["id"])) {
                    told.push((what, begun.elapsed()));
                    words.push((server["health"].clone(), server["failure"].clone()));
                }
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        words.dedup();
        assert_eq!(words, [(json!("failing"), json!("no Janus answers at admin_url"))]);
        assert!(told.iter().all(|(_, after)| *after >= Duration::from_millis(1900)), "{told:?}");
        scene.service.stop().await;
    }
}

/// What was registered before is not gone to either, once the operator says no; and what an admin is told is
/// what they knew: the address that they gave.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_registered_is_checked_again() {
    let db = Database::fresh(vouchsafe::platform::store::Backend::Sqlite);
    let scene = Scene::with(&db, "open-circle", |config| {
        config.egress.networks = vec!["127.0.0.1".parse().unwrap()];
    });
    let Scene {
        mut home,
        service,
        owner,
        owner_token,
        ..
    } = scene.await;
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let server = json!({
        "kind": "janus",
        "client_url": "https://rooms.example.org/janus",
        "admin_url": format!("http://{}/admin", listener.local_addr().unwrap()),
        "admin_secret": "an admin secret",
    });
    service.post(&owner_token, SERVERS, server.clone()).await.expect(201);
    service.stop().await;
    while listener.accept().is_ok() {}

    home.config.egress.networks.clear();
    let service = home.start().await;
    let owner = service.token(owner.row).await;
    let refused = service.post(&owner, SERVERS, server).await;
    refused.refused(422, "invalid-value");
    assert_eq!(refused.body["field"], "/admin_url");
    let begun = Instant::now();
    let shown = loop {
        let shown: Value = service.get(&owner, SERVERS).await.expect(200)["items"][0].clone();
        if shown["failure"]
            .as_str()
            .is_some_and(|failure| failure.contains("egress.networks"))
        {
            break shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert_eq!(shown["health"], "failing");
    assert!(listener.accept().is_err(), "it went there");
    service.stop().await;
}
