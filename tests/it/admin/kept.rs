//! What those who keep the community see and do besides: services, seats, figures of reviews, the ledger as a file.

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary},
};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Id, Role, SystemRng, TicketId};

use crate::{
    http::{Scene, form, identity, nobody, resident_id},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

/// How many events there are, once each has its position.
pub async fn sequenced(scene: &Scene, db: &Database) -> i64 {
    let begun = std::time::Instant::now();
    loop {
        let (events, head) = (Scene::events(db), scene.service.app.core.ledger.head().borrow().pos);
        if events == head {
            return head;
        }
        assert!(
            begun.elapsed() < std::time::Duration::from_secs(10),
            "{events} events, and the feed is at {head}"
        );
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

on_both! {
    async fn services_are_added_given_another_secret_and_retired(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let path = "/v1/admin/services";
        for (method, path) in [(Method::GET, path), (Method::POST, path)] {
            service.call(method, &admin, path, Some(json!({ "name": "archive" }))).await.refused(403, "forbidden");
        }
        let new = json!({ "name": "archive", "resource": "https://archive.example.org" });
        let added = service.post(owner, path, new.clone()).await.expect(201);
        let (id, secret) = (text(&added["id"]), text(&added["secret"]));
        assert_eq!(added["resource"], "https://archive.example.org");
        for (wrong, field) in [
            (new, "/resource"),
            (json!({ "name": "archive", "resource": "archive" }), "/resource"),
            (json!({ "name": " " }), "/name"),
        ] {
            let refused = service.post(owner, path, wrong).await;
            refused.refused(422, "invalid-value");
            assert_eq!(refused.body["field"], field);
        }
        let asks = async |secret: &str| {
            let basic = (id.clone(), secret.to_owned());
            form(service, "/oauth/introspect", Some(&basic), &[("token", "nothing")]).await.status.as_u16()
        };
        assert_eq!(asks(&secret).await, 200);
        let list = service.get(owner, path).await.expect(200);
        let first = &list["items"][0];
        assert_eq!((&first["id"], &first["name"], first.get("retired_at")), (&json!(id), &json!("archive"), None));
        assert!(!list.to_string().contains(&secret), "{list}");

        // Another secret: the former holds no longer, at once.
        let rotated = service.post(owner, &format!("{path}/{id}/rotate"), json!({})).await.expect(200);
        let other = text(&rotated["secret"]);
        assert_ne!(secret, other);
        assert_eq!((asks(&secret).await, asks(&other).await), (401, 200));
        service.post(owner, &format!("{path}/{}/rotate", nobody("service")), json!({})).await.refused(404, "not-found");

        service.call(Method::DELETE, owner, &format!("{path}/{id}"), None).await.expect(204);
        service.call(Method::DELETE, owner, &format!("{path}/{id}"), None).await.refused(404, "not-found");
        service.post(owner, &format!("{path}/{id}/rotate"), json!({})).await.refused(404, "not-found");
        assert_eq!(asks(&other).await, 401);
        let list = service.get(owner, path).await.expect(200);
        assert!(list["items"][0]["retired_at"].is_string(), "{list}");
        sequenced(&scene, db).await;
        for kind in ["service_added", "service_secret_changed", "service_removed"] {
            let told = service.get(owner, &format!("/v1/admin/ledger?type={kind}")).await.expect(200);
            assert_eq!(told["items"].as_array().unwrap().len(), 1, "{kind}");
            assert_eq!(told["items"][0]["details"]["service"], json!(id));
        }
        scene.service.stop().await;
    }

    async fn who_has_a_seat_is_listed(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (ann, token) = scene.member("ann", Role::Member).await;
        let (bob, _) = scene.member("bob", Role::Member).await;
        scene.room(owner, "stage").await;
        let path = "/v1/admin/rooms/stage/participants";
        assert_eq!(service.get(owner, path).await.expect(200)["items"], json!([]));
        let now = scene.clock.now();
        let (over, _) = scene.member("over", Role::Member).await;
        for (person, part, until) in [(&ann, "speaker", 3600), (&bob, "listener", 3600), (&over, "speaker", -1)] {
            let ticket: TicketId = Id::new(now, &SystemRng);
            let insert = sql_query(format!(
                "INSERT INTO tickets (uid, room_id, person, part, key_version, issued_at, expires_at, server_id) \
                 SELECT $1, room_id, $2, '{part}', 1, $3, $4, server_id FROM rooms_on_servers"
            ))
            .bind::<Binary, _>(ticket.as_bytes().as_slice())
            .bind::<BigInt, _>(person.row.0)
            .bind::<BigInt, _>(now.micros())
            .bind::<BigInt, _>(now.micros() + until * 1_000_000);
            insert.execute(&mut db.connect()).unwrap();
        }
        let mut seen = Vec::new();
        let mut next = String::new();
        loop {
            let page = service.get(owner, &format!("{path}?limit=1{next}")).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => break,
            }
        }
        let told = |who: Value, of: &str| seen.iter().find(|seat| seat["person"]["id"] == who).map(|seat| seat[of].clone());
        let (ann, bob) = (json!(ann.id), json!(bob.id));
        assert_eq!((seen.len(), told(ann.clone(), "speaks"), told(bob.clone(), "speaks")), (2, Some(json!(true)), Some(json!(false))));
        assert_eq!((told(ann, "part"), told(bob, "part")), (Some(json!("speaker")), Some(json!("listener"))));
        service.get(owner, "/v1/admin/rooms/nowhere/participants").await.refused(404, "room-unknown");
        service.get(&token, path).await.refused(403, "forbidden");
        scene.service.stop().await;
    }

    async fn the_queue_of_cases_is_told_in_figures(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (reviewer_member, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (_, member) = scene.member("member", Role::Member).await;
        let path = "/v1/admin/cases/figures";
        let none = service.get(&reviewer, path).await.expect(200);
        assert_eq!(none, json!({ "open": 0, "claimed": 0, "decided": 0, "approved": 0, "retry": 0, "refused": 0 }));
        for (name, number, verdict) in [("ada", 6, "approved"), ("bea", 7, "retry"), ("cleo", 8, "")] {
            let (flow, token) = scene.proved(&scene.link(1).await, name).await;
            scene.step(&flow, &token, "identity", identity("王芳", &resident_id(number))).await.expect(200);
            let cases = service.get(&reviewer, "/v1/admin/cases").await.expect(200);
            let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
            scene.clock.advance(std::time::Duration::from_secs(60));
            service.post(&reviewer, &format!("{case}/claim"), json!({ "reason": "the next in turn" })).await.expect(200);
            if !verdict.is_empty() {
                let verdict = json!({ "verdict": verdict, "reason": "as on the card, or not" });
                service.post(&reviewer, &format!("{case}/decision"), verdict).await.expect(200);
            }
        }
        let told = service.get(owner, path).await.expect(200);
        for (name, figure) in [("open", 1), ("claimed", 1), ("decided", 2), ("approved", 1), ("retry", 1), ("refused", 0),
            ("median_seconds", 60), ("p95_seconds", 60)] {
            assert_eq!(told[name], json!(figure), "{name}: {told}");
        }
        assert!(told["oldest_opened_at"].is_string(), "{told}");
        assert_eq!(told["reviewers"], json!([{ "reviewer": reviewer_member.id, "decided": 2, "approved": 1 }]));
        assert_eq!(service.get(&auditor, path).await.expect(200), told);
        assert_eq!(service.get(&reviewer, path).await.expect(200).get("reviewers"), None);
        service.get(&member, path).await.refused(403, "forbidden");
        scene.service.stop().await;
    }

    async fn the_ledger_leaves_as_a_file_and_its_chain_is_proved(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (ann, _) = scene.member("ann", Role::Member).await;
        scene.link(1).await;
        scene.link(1).await;
        let head = sequenced(&scene, db).await;
        let export = async |query: &str| {
            let answer = service.get(owner, &format!("/v1/admin/ledger/export{query}")).await;
            assert_eq!(answer.header("content-type"), Some("application/jsonl"));
            let lines = match answer.expect(200) {
                Value::String(lines) => lines,
                // One line is JSON by itself.
                line => line.to_string(),
            };
            lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).collect::<Vec<_>>()
        };
        let all = export("").await;
        assert_eq!(all.last(), Some(&json!({ "events": head, "last": head })));
        let numbers: Vec<_> = all[..all.len() - 1].iter().map(|event| event["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, (1..=head).collect::<Vec<_>>());
        let list = service.get(owner, "/v1/admin/ledger?limit=1").await.expect(200);
        assert_eq!(all[all.len() - 2], list["items"][0]);
        let some = export(&format!("?from=2&before={head}&type=invite_issued")).await;
        assert_eq!(some.len(), 2, "{some:?}");
        assert_eq!((&some[0]["type"], &some[1]["last"]), (&json!("invite_issued"), &json!(head - 1)));
        let of_ann = export(&format!("?subject={}", ann.id)).await;
        assert!(of_ann.len() > 1 && of_ann[0]["subject"] == json!(ann.id), "{of_ann:?}");
        assert_eq!(export(&format!("?actor={}", nobody("person"))).await, [json!({ "events": 0, "last": head })]);
        for wrong in ["from=0", "before=0", "from=x"] {
            service.get(owner, &format!("/v1/admin/ledger/export?{wrong}")).await.refused(400, "invalid-field");
        }

        // From what is told of each place, the next is computed.
        let mut before = "0".repeat(64);
        for position in 1..=head {
            let proof = service.get(owner, &format!("/v1/admin/ledger/proof?position={position}")).await.expect(200);
            assert_eq!(proof["hash_before"], json!(before));
            let mut input = b"vouchsafe/ledger/1".to_vec();
            input.extend(data_encoding::HEXLOWER.decode(before.as_bytes()).unwrap());
            input.extend(position.to_be_bytes());
            input.extend(proof["body"].as_str().unwrap().as_bytes());
            let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &input);
            before = data_encoding::HEXLOWER.encode(hash.as_ref());
            assert_eq!(proof["hash"], json!(before), "{position}");
        }
        service.get(owner, &format!("/v1/admin/ledger/proof?position={}", head + 1)).await.refused(404, "not-found");
        service.get(owner, "/v1/admin/ledger/proof?position=0").await.refused(400, "invalid-field");
        scene.service.stop().await;
    }
}
