//! Whose things are whose: an id that has leaked opens nothing.

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    http::rights::{Access, OPERATIONS},
    platform::{store::Backend, terms::Role},
};

use super::{Operation, Scene, form, identity, new_service, nobody, resident_id};
use crate::support::{db::Database, service::text};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flows_token_opens_no_other_flow() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let code = scene.link(9).await;
    let (mine, my_token) = scene.proved(&code, "mine").await;
    let (theirs, their_token) = scene.proved(&code, "theirs").await;
    let before = Scene::events(&db);
    let mut walked = 0;
    for operation in Operation::all() {
        if !OPERATIONS
            .iter()
            .any(|known| known.id == operation.id && known.access == Access::Flow)
        {
            continue;
        }
        let ask = async |flow: &str, token: &str| {
            let path = operation.path.replace("{flow}", flow);
            let answer = scene
                .service
                .send(operation.request(&scene.service, &path).bearer_auth(token))
                .await;
            answer.refused(404, "flow-unknown");
            let mut body = answer.body;
            body["request_id"].take();
            body
        };
        // Nobody is told whether a flow is there at all.
        let there = ask(&theirs, &my_token).await;
        let nowhere = ask(&nobody("flow"), &my_token).await;
        assert_eq!(there, nowhere, "{}", operation.id);
        ask(&mine, &their_token).await;
        walked += 1;
    }
    assert!(walked >= 6, "{walked} operations of a flow");
    assert_eq!(Scene::events(&db), before, "something happened");
    scene
        .service
        .get(&their_token, &format!("/v1/onboarding/{theirs}"))
        .await
        .expect(200);
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_members_things_are_their_own() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let (_, anna) = scene.member("anna", Role::Member).await;
    let (_, bert) = scene.member("bert", Role::Member).await;
    let mut invites = Vec::new();
    for name in ["one", "two", "three"] {
        let invite = json!({ "email": super::address(name) });
        invites.push(service.post(&anna, "/v1/me/invites", invite).await.expect(201));
    }
    let id = text(&invites[0]["id"]);
    let own = json!({ "email": super::address("of-bert") });
    service.post(&bert, "/v1/me/invites", own).await.expect(201);

    // Neither another member nor the owner sees or takes back an invite that is not theirs, and an
    // invite that is not there is answered in the same way.
    for stranger in [&bert, &scene.owner_token] {
        let there = service
            .call(Method::DELETE, stranger, &format!("/v1/me/invites/{id}"), None)
            .await;
        there.refused(404, "invite-unknown");
        let nowhere = format!("/v1/me/invites/{}", nobody("invite"));
        service
            .call(Method::DELETE, stranger, &nowhere, None)
            .await
            .refused(404, "invite-unknown");
        let list = service.get(stranger, "/v1/me/invites").await.expect(200);
        assert!(!list.to_string().contains(&id), "{list}");
    }
    // A cursor from somebody else's list shows one's own.
    let page = service.get(&anna, "/v1/me/invites?limit=1").await.expect(200);
    let cursor = text(&page["next"]);
    let list = service
        .get(&bert, &format!("/v1/me/invites?cursor={cursor}"))
        .await
        .expect(200);
    for invite in &invites {
        assert!(!list.to_string().contains(&text(&invite["id"])), "{list}");
    }
    let list = service.get(&anna, "/v1/me/invites").await.expect(200);
    assert!(
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|invite| invite["state"] == "open"),
        "{list}"
    );

    // An idempotency key is its caller's own.
    let mut made = Vec::new();
    for token in [&anna, &bert] {
        let request = service.request(Method::POST, "/v1/me/invites").bearer_auth(token);
        let request = request
            .header("Idempotency-Key", "the-same-key-twice")
            .json(&json!({ "email": super::address("both") }));
        made.push(text(&service.send(request).await.expect(201)["id"]));
    }
    assert_ne!(made[0], made[1]);

    // Signing out, and giving up a token, end one's own session alone.
    service
        .call(Method::DELETE, &bert, "/v1/sessions/current", None)
        .await
        .expect(204);
    service.get(&bert, "/v1/me").await.refused(401, "session-ended");
    service.get(&anna, "/v1/me").await.expect(200);
    form(service, "/oauth/revoke", None, &[("token", "vsr_nothing-of-ours")])
        .await
        .expect(200);
    service.get(&anna, "/v1/me").await.expect(200);
    let client = new_service(service).await;
    let about = form(service, "/oauth/introspect", Some(&client), &[("token", &anna)])
        .await
        .expect(200);
    assert_eq!(about, json!({ "active": false }));
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_may_act_on_whom() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let owner = &scene.owner_token;
    let (admin, admin_token) = scene.member("admin", Role::Admin).await;
    let (peer, _) = scene.member("peer", Role::Admin).await;
    let (member, _) = scene.member("member", Role::Member).await;
    let (other, _) = scene.member("other", Role::Member).await;
    let (_, auditor) = scene.member("auditor", Role::Auditor).await;
    let ban = json!({ "kind": "ban", "reason": "abuse", "note": "sealed words" });
    let sanctions = |id: &dyn std::fmt::Display| format!("/v1/admin/people/{id}/sanctions");

    // An admin reaches nobody at or above an admin's place, and not themself.
    for id in [scene.owner.id, peer.id, admin.id] {
        service
            .post(&admin_token, &sanctions(&id), ban.clone())
            .await
            .refused(403, "forbidden");
    }
    // Even an owner not themself; and the last one stays.
    service
        .post(owner, &sanctions(&scene.owner.id), ban.clone())
        .await
        .refused(403, "forbidden");
    let role = format!("/v1/admin/people/{}/role", scene.owner.id);
    let step_down = json!({ "role": "member", "reason": "duty" });
    service
        .call(Method::PUT, owner, &role, Some(step_down))
        .await
        .refused(409, "last-owner");

    let imposed = service
        .post(&admin_token, &sanctions(&member.id), ban.clone())
        .await
        .expect(201);
    service
        .post(&admin_token, &sanctions(&member.id), ban)
        .await
        .refused(409, "sanction-exists");
    // A sanction is lifted where it was imposed, once.
    let id = text(&imposed["id"]);
    let lift = |person: &dyn std::fmt::Display, sanction: &str| format!("{}/{sanction}/lift", sanctions(person));
    let note = json!({ "note": "a mistake" });
    service
        .post(owner, &lift(&other.id, &id), note.clone())
        .await
        .refused(404, "sanction-unknown");
    let unknown = lift(&member.id, &nobody("sanction"));
    service
        .post(owner, &unknown, note.clone())
        .await
        .refused(404, "sanction-unknown");
    service
        .post(owner, &lift(&member.id, &id), note.clone())
        .await
        .expect(200);
    service
        .post(owner, &lift(&member.id, &id), note)
        .await
        .refused(404, "sanction-unknown");

    // An auditor reads that there was one, and not the words.
    let read = service.get(&auditor, &sanctions(&member.id)).await.expect(200);
    assert_eq!(
        (&read["items"][0]["id"], &read["items"][0]["note"]),
        (&json!(id), &Value::Null)
    );
    let read = service.get(owner, &sanctions(&member.id)).await.expect(200);
    assert_eq!(read["items"][0]["note"], "sealed words");
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_one_reviewers_at_a_time() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;
    let (_, one) = scene.member("one", Role::Reviewer).await;
    let (_, other) = scene.member("other", Role::Reviewer).await;
    let (flow, token) = scene.proved(&scene.link(1).await, "newcomer").await;
    scene
        .step(&flow, &token, "identity", identity("李娜", &resident_id(4)))
        .await
        .expect(200);
    let cases = service.get(&one, "/v1/admin/cases").await.expect(200);
    let case = format!("/v1/admin/cases/{}", text(&cases["items"][0]["id"]));
    let verdict = json!({ "verdict": "approved", "reason": "as on the card" });
    let (claim, decision) = (format!("{case}/claim"), format!("{case}/decision"));
    service
        .post(&one, &decision, verdict.clone())
        .await
        .refused(409, "step-out-of-order");
    service
        .post(&one, &claim, json!({ "reason": "the next one" }))
        .await
        .expect(200);
    service
        .post(&other, &claim, json!({ "reason": "and me as well" }))
        .await
        .refused(409, "case-claimed");
    let decided = service.post(&other, &decision, verdict.clone()).await;
    assert!(decided.status.is_client_error(), "{decided:?}");
    service.post(&one, &decision, verdict.clone()).await.expect(200);
    service
        .post(&other, &claim, json!({ "reason": "only curious" }))
        .await
        .refused(409, "case-decided");
    scene.service.stop().await;
}
