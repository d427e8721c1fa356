//! Countries whose documents a community takes: told before anything is typed, and held at the step.

use serde_json::json;

use super::{Scene, identity, resident_id, texts};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

on_both! {
    async fn countries_of_documents_are_told_and_held(db: &Database) {
        let scene = Scene::with(db, "real-name", |config| {
            let seed = config.policy.seed_file.as_ref().expect("a policy");
            let policy = std::fs::read_to_string(seed).expect("the policy");
            let (before, rest) = policy.split_once("[documents]").expect("its section");
            let (_, after) = rest.split_once("[phones]").expect("the next one");
            let lists = "countries = ['CN', 'd', 'XXA']\nblocked_countries = ['DEU']";
            std::fs::write(seed, format!("{before}[documents]\n{lists}\n[phones]{after}")).expect("to write the policy");
        })
        .await;
        let code = scene.link(2).await;
        let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(
            (&preview["document_countries"], &preview["blocked_document_countries"]),
            (&json!(["CN", "DE", "XXA"]), &json!(["DE"]))
        );
        let (flow, token) = scene.proved(&code, "grace").await;
        let passport = |country: &str| {
            json!({ "full_name": "Grace Hopper", "document": { "country": country, "kind": "passport", "number": "L01X00T47" } })
        };
        for country in ["GBR", "D", "DE"] {
            let refused = scene.step(&flow, &token, "identity", passport(country)).await;
            refused.refused(403, "country-not-accepted");
            assert_eq!(refused.body["field"], "/document/country");
        }
        // Nothing was kept of what was refused, and the step is open.
        assert_eq!(db.figures("SELECT count(*) AS n FROM identities"), [0]);
        let given = scene.step(&flow, &token, "identity", passport("XXA")).await.expect(200);
        assert_ne!(text(&given["next"]), "identity", "{given}");
        let (flow, token) = scene.proved(&code, "ada").await;
        scene.step(&flow, &token, "identity", identity("张伟", &resident_id(2))).await.expect(200);
        assert_eq!(texts(db, "SELECT kind AS t FROM events WHERE kind = 'identity_given'").len(), 2);
        scene.service.stop().await;
    }
}
