//! Leaving: what stays is a row without a name, and the shape of the graph.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::task::block_in_place;
use vouchsafe::{
    commands::people::{People, PeopleError, erase, run},
    leaving::{LeaveError, LeaveReason},
    people,
    platform::{
        ledger::Actor,
        store::StoreError,
        terms::{Clock as _, Id, PersonId, PersonRow, Role, Standing},
    },
};

use super::{PASSWORD, Scene, address, identity, resident_id, texts};
use crate::support::{
    db::{Database, on_both},
    invariants::sound_soon,
    service::text,
};

/// Long enough to be found nowhere by accident.
const NAME: &str = "Zéphyrine Kanarienvogel";

impl Scene {
    /// Somebody who comes in by a code with this name: their id and a token of theirs.
    async fn comes_in(&self, code: &str, name: &str, document: u32) -> (PersonId, String) {
        let (flow, token) = self.proved(code, name).await;
        let given = self
            .step(&flow, &token, "identity", identity(NAME, &resident_id(document)))
            .await;
        given.expect(200);
        let body = json!({ "password": PASSWORD, "handle": name });
        let joined = self.step(&flow, &token, "password", body).await.expect(201);
        let session = &joined["session"];
        (
            text(&session["person"]["id"]).parse().unwrap(),
            text(&session["access_token"]),
        )
    }

    async fn of_admin(&self, path: &str) -> Value {
        self.service.get(&self.owner_token, path).await.expect(200)
    }
}

fn count(db: &Database, of: &str) -> i64 {
    block_in_place(|| db.figures(&format!("SELECT count(*) AS n FROM {of}"))[0])
}

on_both! {
    /// Who they were is forgotten everywhere; whom they let in, by whom they came in and how it was then stays.
    async fn whoever_leaves_is_forgotten_and_the_graph_is_as_it_was(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        let (dora, token) = scene.comes_in(&scene.link(5).await, "dora", 1).await;
        let invited = async |name: &str| {
            let invite = service.post(&token, "/v1/me/invites", json!({ "email": address(name) })).await.expect(201);
            service.code_of(&text(&invite["id"])).await
        };
        let (emil, emil_token) = scene.comes_in(&invited("emil").await, "emil", 2).await;
        let below = invited("late").await;
        let path = format!("/v1/me/vouches/{emil}");
        service.call(Method::PUT, &token, &path, None).await.expect(200);
        let chain = format!("/v1/admin/people/{emil}/chain");
        let before = scene.of_admin(&chain).await;
        let then = scene.clock.now();
        scene.clock.advance(Duration::from_secs(60));
        let fresh = json!({ "contact": address("dora"), "password": PASSWORD });
        let signed_in = service.post("", "/v1/sessions", fresh.clone()).await.expect(201);
        let fresh_token = text(&signed_in["access_token"]);

        let left = service.call(Method::DELETE, &fresh_token, "/v1/me", None).await;
        assert!(left.header("vouchsafe-position").is_some());
        left.expect(204);
        // Neither token opens anything, and nobody signs in.
        for token in [&token, &fresh_token] {
            service.get(token, "/v1/me").await.refused(401, "session-ended");
        }
        service.post("", "/v1/sessions", fresh).await.refused(401, "credentials-wrong");
        service.post("", "/v1/onboarding", json!({ "code": below })).await.refused(410, "invite-closed");
        sound_soon(db).await.unwrap();

        // The tombstone, as admins see it.
        let shown = scene.of_admin(&format!("/v1/admin/people/{dora}")).await;
        assert_eq!((shown["standing"].as_str(), &shown["handle"]), (Some("left"), &Value::Null), "{shown}");
        assert!(!shown.to_string().contains("dora@"), "{shown}");
        let mut after = scene.of_admin(&chain).await;
        assert_eq!(after["items"][1]["standing"], "left");
        assert_eq!(after["items"][1]["handle"], Value::Null);
        // But for how she stands and that she has no name, the chain is the one of before.
        after["items"][1]["standing"] = before["items"][1]["standing"].clone();
        after["items"][1]["handle"] = before["items"][1]["handle"].clone();
        assert_eq!(after["items"], before["items"]);
        let as_of = scene.of_admin(&format!("{chain}?as_of={then}")).await;
        assert_eq!(as_of["items"][1]["standing"], "active", "as of then she had not left");
        let figures = scene.of_admin(&format!("/v1/admin/people/{}/branch/figures", scene.owner.id)).await;
        assert_eq!((&figures["figures"]["people"], &figures["figures"]["left"]), (&json!(2), &json!(1)), "{figures}");
        // Emil sees what he is told of his inviter, without a name.
        let me = service.get(&emil_token, "/v1/me").await.expect(200);
        assert!(!me.to_string().contains("dora"), "{me}");
        assert_eq!(scene.of_admin("/v1/admin/people?handle=dora").await["items"], json!([]));
        let found = service.post(&scene.owner_token, "/v1/admin/people/search", json!({ "contact": address("dora") }));
        assert_eq!(found.await.expect(200)["items"], json!([]));
        let export = scene.service.request(Method::GET, "/v1/admin/graph/export?format=csv");
        let export = scene.service.send(export.bearer_auth(&scene.owner_token)).await;
        assert!(!export.body.to_string().contains("dora"), "{}", export.body);
        let told = scene.of_admin("/v1/admin/ledger?type=person_left").await;
        assert_eq!(told["items"][0]["details"], json!({ "person": dora, "reason": "own" }), "{told}");

        // A restart says the same, and she may come in anew as somebody else.
        let Scene { home, clock, owner, owner_token, service } = scene;
        service.stop().await;
        let service = home.start().await;
        let scene = Scene { home, clock, service, owner, owner_token };
        assert_eq!(scene.of_admin(&format!("{chain}?as_of={then}")).await["items"], as_of["items"]);
        assert_eq!(scene.of_admin(&chain).await["items"][1]["standing"], "left");
        let (again, _) = scene.comes_in(&scene.link(1).await, "dora", 1).await;
        assert_ne!(again, dora);
        sound_soon(db).await.unwrap();
        scene.service.stop().await;
    }

    /// Nobody leaves to be rid of a sanction: the address and the document stay taken. And a community keeps an owner.
    async fn whoever_leaves_under_a_sanction_stays_findable(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        let (fred, token) = scene.comes_in(&scene.link(5).await, "fred", 3).await;
        let (gina, _) = scene.comes_in(&scene.link(5).await, "gina", 4).await;
        for (who, kind) in [(fred, "freeze"), (gina, "ban")] {
            let body = json!({ "kind": kind, "reason": "spam", "note": "advertised to everybody" });
            service.post(&scene.owner_token, &format!("/v1/admin/people/{who}/sanctions"), body).await.expect(201);
        }
        service.call(Method::DELETE, &token, "/v1/me", None).await.expect(204);
        let core = &service.app.core;
        let mut out = Vec::new();
        let asked = People::Erase { person: "gina".into(), reason: LeaveReason::Legal };
        run(core, asked, &mut out).await.unwrap();
        assert!(String::from_utf8(out).unwrap().starts_with(&gina.to_string()));
        for (name, who) in [("fred", fred), ("gina", gina)] {
            let found = service.post(&scene.owner_token, "/v1/admin/people/search", json!({ "contact": address(name) }));
            let found = found.await.expect(200);
            assert_eq!(found["items"][0]["id"], json!(who), "{found}");
            let shown = scene.of_admin(&format!("/v1/admin/people/{who}")).await;
            assert_eq!(shown["standing"], "left");
            // What was written about them is unreadable, that it was is not.
            let sanctions = scene.of_admin(&format!("/v1/admin/people/{who}/sanctions")).await;
            assert_eq!(sanctions["items"][0]["note"], Value::Null, "{sanctions}");
        }
        sound_soon(db).await.unwrap();
        // The same address, and another address with the same document.
        let (flow, flow_token) = scene.asked(&scene.link(1).await, "fred").await;
        let proof = json!({ "code": service.proof_of(&flow).await });
        scene.step(&flow, &flow_token, "contact/proof", proof).await.refused(409, "person-limit-reached");
        let (flow, flow_token) = scene.proved(&scene.link(1).await, "another").await;
        scene.step(&flow, &flow_token, "identity", identity(NAME, &resident_id(4))).await;
        let body = json!({ "password": PASSWORD, "handle": "another" });
        let refused = scene.step(&flow, &flow_token, "password", body).await;
        assert!(refused.status.is_client_error(), "{refused:?}");
        assert_eq!(count(db, "people"), 3);

        // The last owner stays, whoever asks for it.
        service.call(Method::DELETE, &scene.owner_token, "/v1/me", None).await.refused(409, "last-owner");
        let owner = scene.owner.id.to_string();
        let removed = erase(&core.ledger, &core.vault, owner.clone(), LeaveReason::Request, &mut Vec::new()).await;
        assert!(matches!(removed, Err(PeopleError::Leave(LeaveError::LastOwner))), "{removed:?}");
        let own = erase(&core.ledger, &core.vault, owner, LeaveReason::Own, &mut Vec::new()).await;
        assert!(matches!(own, Err(PeopleError::Own)), "{own:?}");
        let twice = erase(&core.ledger, &core.vault, gina.to_string(), LeaveReason::Other, &mut Vec::new()).await;
        assert!(matches!(twice, Err(PeopleError::Leave(LeaveError::Gone))), "{twice:?}");
        let nobody = erase(&core.ledger, &core.vault, "gina".into(), LeaveReason::Other, &mut Vec::new()).await;
        assert!(matches!(nobody, Err(PeopleError::PersonUnknown(_))), "{nobody:?}");
        let (_, second) = scene.member("second", Role::Owner).await;
        service.call(Method::DELETE, &second, "/v1/me", None).await.expect(204);
        // A sanction that ends afterwards brings nobody back.
        let listed = scene.of_admin(&format!("/v1/admin/people/{fred}/sanctions")).await;
        let lift = format!("/v1/admin/people/{fred}/sanctions/{}/lift", text(&listed["items"][0]["id"]));
        service.post(&scene.owner_token, &lift, json!({ "note": "an error" })).await;
        assert_eq!(scene.of_admin(&format!("/v1/admin/people/{fred}")).await["standing"], "left");
        assert_eq!(texts(db, "SELECT standing AS t FROM people WHERE handle IS NULL AND standing <> 'active'"), ["left"; 3]);
        scene.service.stop().await;
    }

    /// What was begun is over: another address, and what is thought of them.
    async fn nothing_waits_for_whoever_has_left(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        let (hugo, token) = scene.comes_in(&scene.link(5).await, "hugo", 5).await;
        service.post(&token, "/v1/me/address", json!({ "contact": address("other") })).await.expect(202);
        assert_eq!(count(db, "address_changes"), 1);
        let row = block_in_place(|| db.figures("SELECT max(id) AS n FROM people")[0]);
        let lead = block_in_place(|| crate::admin::leads::lead_row(db, PersonRow(row)));
        assert_eq!(scene.of_admin("/v1/admin/leads").await["items"][0]["person"]["handle"], "hugo");

        service.call(Method::DELETE, &token, "/v1/me", None).await.expect(204);
        let begun = Instant::now();
        while count(db, "address_changes") > 0 {
            assert!(begun.elapsed() < Duration::from_secs(20), "the address that was to come is kept");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        // The lead stays for the admins, about somebody without a name, and nothing more is written of them.
        let shown = scene.of_admin(&format!("/v1/admin/leads/{lead}")).await;
        assert_eq!(shown["person"], json!({ "id": hugo, "handle": null, "standing": "left" }), "{shown}");
        assert_eq!(scene.of_admin("/v1/admin/leads").await["items"][0]["id"], json!(lead));
        let reason = json!({ "reason": "they have gone by themselves" });
        service.post(&scene.owner_token, &format!("/v1/admin/leads/{lead}/dismiss"), reason).await.refused(409, "lead-not-open");
        sound_soon(db).await.unwrap();
        scene.service.stop().await;
    }

    /// An action on many takes hold of somebody before their own row says so: leaving in between rids nobody of it.
    async fn whoever_leaves_under_a_mark_stays_findable(db: &Database) {
        let scene = Scene::new(db, "real-name").await;
        let service = &scene.service;
        let (ines, token) = scene.comes_in(&scene.link(5).await, "ines", 6).await;
        let row = PersonRow(block_in_place(|| db.figures("SELECT max(id) AS n FROM people")[0]));
        let ledger = &service.app.core.ledger;
        let marked = ledger.write(Actor::System, move |tx| {
            let action = Id::new(tx.now, tx.rng);
            people::mark(tx.conn, action, Standing::Frozen, &[row])?;
            Ok::<_, StoreError>(action)
        });
        let action = marked.await.unwrap().value;
        assert_eq!(count(db, "people WHERE standing = 'frozen'"), 0);
        service.call(Method::DELETE, &token, "/v1/me", None).await.expect(204);
        for _ in 0..2 {
            assert_eq!(scene.of_admin(&format!("/v1/admin/people/{ines}")).await["standing"], "left");
            let sought = json!({ "contact": address("ines") });
            let found = service.post(&scene.owner_token, "/v1/admin/people/search", sought).await.expect(200);
            assert_eq!(found["items"][0]["id"], json!(ines), "{found}");
            // The mark ends, as it does when the action is done with them: they are gone all the same.
            let cleared = ledger.write(Actor::System, move |tx| {
                Ok::<_, StoreError>(people::clear_marks(tx.conn, action, &[row])?)
            });
            cleared.await.unwrap();
        }
        sound_soon(db).await.unwrap();
        scene.service.stop().await;
    }
}
