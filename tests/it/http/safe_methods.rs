//! Looking changes nothing: what is fetched ten times, by whatever looks into mails and links, can
//! still be done once.

use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::json;
use vouchsafe::{
    http::rights::{Access, OPERATIONS, Verb},
    notify::{EmailAddress, Stops},
    platform::terms::{Clock, Role},
    tokens,
};

use super::{Scene, address, identity, new_service, resident_id};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

on_both! {
    async fn get_and_head_consume_nothing(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| crate::http::waitlist::open_for(config, 9)).await;
        let service = &scene.service;
        let owner = &scene.owner_token;
        let link = service.post(owner, "/v1/me/invites", json!({ "max_uses": 1 })).await.expect(201);
        let own = text(&link["id"]);
        let code = scene.link(1).await;
        let (flow, token) = scene.asked(&code, "newcomer").await;
        let (person, _) = scene.member("person", Role::Member).await;
        // A case to look at, of somebody else.
        let (other, other_token) = scene.proved(&scene.link(1).await, "other").await;
        scene.step(&other, &other_token, "identity", identity("孙悦", &resident_id(10))).await.expect(200);
        let cases = service.get(owner, "/v1/admin/cases").await.expect(200);
        let case = text(&cases["items"][0]["id"]);
        new_service(service).await;
        scene.room(owner, "stage").await;
        let job = scene.job().await;
        let action = scene.action(&person).await;
        let appeal = tokens::appeal::mint(&service.app.core.vault, person.row, scene.clock.now());
        let stops = Stops::new(service.app.core.vault.clone(), &scene.home.config.http).expect("links");
        let stop = stops.link(&EmailAddress::parse(&address("reader")).expect("an address"));
        let stop = stop.expose().rsplit('/').next().expect("a token").to_owned();

        let (_, waiting) = crate::http::waitlist::waits(service, "waits").await;
        let lead = crate::admin::leads::lead_row(db, person.row);
        let before = Scene::events(db);
        let mut looked = 0;
        // That somebody took the whole graph along is recorded. A stream takes a place until it is seen that its reader has
        // gone; that it records nothing, its own tests hold.
        let silent = |id| !matches!(id, "export_graph" | "stream_ledger");
        for operation in OPERATIONS.iter().filter(|operation| operation.verb == Verb::Get && silent(operation.id)) {
            let id = match operation.path {
                path if path.starts_with("/v1/admin/cases") => &case,
                path if path.starts_with("/v1/admin/jobs") => &job,
                path if path.starts_with("/v1/admin/actions") => &action,
                path if path.starts_with("/v1/me/invites") => &own,
                path if path.starts_with("/v1/admin/leads") => &lead,
                _ => &person.id.to_string(),
            };
            let path = operation.path.replace("{code}", &code).replace("{flow}", &flow);
            let path = path.replace("{id}", id).replace("{room}", "stage");
            let path = path.replace("{subscriber}", "invite-mails").replace("{token}", &stop);
            let path = if operation.id == "show_paths" { format!("{path}?from={id}&to={id}") } else { path };
            let path = match operation.id {
                "prove_ledger" => format!("{path}?position=1"),
                "show_invite_figures" => format!("{path}?by=inviter"),
                _ => path,
            };
            let bearer = match operation.access {
                Access::Flow => token.as_str(),
                Access::Applicant => waiting.as_str(),
                Access::Appellant => appeal.expose_secret(),
                Access::Roles(_) => owner.as_str(),
                _ => "",
            };
            for _ in 0..10 {
                for method in [Method::GET, Method::HEAD] {
                    let answer = service.call(method, bearer, &path, None).await;
                    assert_eq!(answer.status, 200, "{path}: {answer:?}");
                }
            }
            looked += 1;
        }
        assert!(looked > 15, "{looked} operations were looked at");
        // What only looks like looking is not served at all: no step is a link.
        for step in ["contact", "contact/proof", "identity", "password"] {
            for method in [Method::GET, Method::HEAD] {
                let answer = service.call(method, &token, &format!("/v1/onboarding/{flow}/{step}"), None).await;
                assert_eq!(answer.status, 405, "{step}");
            }
        }
        assert_eq!(Scene::events(db), before, "something happened");

        let proof = json!({ "code": service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        let invites = service.get(&scene.owner_token, "/v1/me/invites").await.expect(200);
        assert_eq!(invites["items"][0]["held"], 1);
        scene.service.stop().await;
    }
}
