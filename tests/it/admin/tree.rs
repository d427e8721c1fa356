//! A branch for a drawing, over HTTP: level by level, fair where it is cut, and no more told than elsewhere.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{PersonRow, Role};

use super::leads::lead_row;
use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

/// The nodes as `id: parent's id`, in order.
fn edges(answer: &Value) -> Vec<(String, Option<String>)> {
    let nodes = answer["nodes"].as_array().unwrap();
    let parent = |node: &Value| node["parent"].as_u64().map(|place| text(&nodes[place as usize]["id"]));
    nodes.iter().map(|node| (text(&node["id"]), parent(node))).collect()
}

on_both! {
    async fn a_branch_is_drawn_level_by_level(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (reviewer_of, reviewer) = scene.member("reviewer", Role::Reviewer).await;
        let (top, _) = scene.member("top", Role::Member).await;
        let mut below = Vec::new();
        for name in ["ann", "bob", "cat", "dan", "eve", "fay"] {
            below.push(scene.member(name, Role::Member).await.0);
        }
        let [ann, bob, cat, dan, eve, fay] = &below[..] else { unreachable!() };
        scene.clock.advance(Duration::from_secs(100));
        // top ← (ann ← (cat, dan, eve), bob ← fay)
        for (who, under) in [(ann, &top), (bob, &top), (cat, ann), (dan, ann), (eve, ann), (fay, bob)] {
            let body = json!({ "inviter": under.id, "reason": "mistake", "note": "they came together" });
            let path = format!("/v1/admin/people/{}/inviter", who.id);
            service.call(Method::PUT, owner, &path, Some(body)).await.expect(200);
        }
        let then = service.app.core.ledger.now().to_string();
        scene.clock.advance(Duration::from_secs(100));
        let path = format!("/v1/admin/people/{}/tree", top.id);
        let get = async |query: &str| service.get(owner, &format!("{path}{query}")).await.expect(200);
        let edge = |who: PersonRow, under: Option<PersonRow>| {
            let id = |row: PersonRow| {
                below.iter().chain([&top]).find(|member| member.row == row).unwrap().id.to_string()
            };
            (id(who), under.map(id))
        };
        let all = [
            edge(top.row, None),
            edge(ann.row, Some(top.row)),
            edge(bob.row, Some(top.row)),
            edge(cat.row, Some(ann.row)),
            edge(dan.row, Some(ann.row)),
            edge(eve.row, Some(ann.row)),
            edge(fay.row, Some(bob.row)),
        ];
        let whole = get("").await;
        assert_eq!((edges(&whole), &whole["whole"]), (all.to_vec(), &json!(true)));
        let first = &whole["nodes"][0];
        assert_eq!((&first["depth"], &first["invitees"], &first["below"]), (&json!(0), &json!(2), &json!(6)));
        assert_eq!((&first["role"], &first["assurance"], &first["standing"]),
            (&json!("member"), &json!("verified"), &json!("active")));
        assert_eq!((&first["parent"], first.get("lead")), (&Value::Null, None));
        assert_eq!((&whole["nodes"][1]["depth"], &whole["nodes"][1]["invitees"]), (&json!(1), &json!(3)));
        // Not so deep: nothing was cut, and whoever has more invitees than are named is not opened.
        let shallow = get("?depth=1").await;
        assert_eq!((edges(&shallow), &shallow["whole"]), (all[..3].to_vec(), &json!(true)));
        assert_eq!(shallow["nodes"][1]["invitees"], 3);
        // Where it is cut, the one of one invitee has theirs beside the one of three.
        let cut = get("?limit=5").await;
        let fair = [&all[..4], &all[6..]].concat();
        assert_eq!((edges(&cut), &cut["whole"]), (fair, &json!(false)));
        let cut = get("?limit=1").await;
        assert_eq!((edges(&cut), &cut["whole"]), (all[..1].to_vec(), &json!(false)));
        // As of then the same, without what is of now alone; before that they were all roots.
        let past = get(&format!("?as_of={then}")).await;
        assert_eq!((edges(&past), &past["whole"]), (all.to_vec(), &json!(true)));
        let first = &past["nodes"][0];
        assert_eq!(first["invitees"], 2);
        for missing in ["below", "role", "assurance", "lead"] {
            assert_eq!(first.get(missing), None, "{missing}");
        }
        let past = get(&format!("?as_of={}", top.joined_at)).await;
        assert_eq!((edges(&past).len(), &past["nodes"][0]["invitees"]), (1, &json!(0)));
        let cut = get(&format!("?as_of={then}&limit=5")).await;
        assert_eq!((edges(&cut).len(), &cut["whole"]), (5, &json!(false)));

        // A lead is shown with whom it is about.
        lead_row(db, ann.row);
        assert_eq!(get("").await["nodes"][1]["lead"], "velocity");

        // Small branches: owners and auditors alone see how many are below; whom somebody let in everybody who reads sees.
        let seen = async |token: &str| {
            let answer = service.get(token, &path).await.expect(200);
            let below = answer["nodes"].as_array().unwrap().iter().map(|node| node.get("below").cloned());
            (below.collect::<Vec<_>>(), answer["nodes"][1]["invitees"].clone())
        };
        let (figures, invitees) = seen(&auditor).await;
        assert_eq!((figures[0].clone(), figures[1].clone(), invitees), (Some(json!(6)), Some(json!(3)), json!(3)));
        let (figures, invitees) = seen(&admin).await;
        assert_eq!((figures[0].clone(), invitees), (Some(json!(6)), json!(3)));
        assert!(figures[1..].iter().all(Option::is_none), "{figures:?}");

        service.get(&reviewer, &path).await.refused(403, "forbidden");
        service.get(owner, &format!("/v1/admin/people/{}/tree", nobody("person"))).await.refused(404, "not-found");
        for wrong in ["depth=0", "depth=65", "limit=0", "limit=10001", "limit=+5", "as_of=yesterday"] {
            service.get(owner, &format!("{path}?{wrong}")).await.refused(400, "invalid-field");
        }
        service.get(owner, &format!("{path}?order=name")).await.refused(400, "unknown-field");
        let early = service.get(owner, &format!("{path}?as_of=2020-01-01T00:00:00Z")).await;
        early.refused(404, "not-found");
        assert_eq!(early.body["field"], "as_of");
        let of_reviewer = format!("/v1/admin/people/{}/tree", reviewer_of.id);
        assert_eq!(edges(&service.get(owner, &of_reviewer).await.expect(200)).len(), 1);
        scene.service.stop().await;
    }
}
