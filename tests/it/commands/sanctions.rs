//! A ban by three ways: over HTTP, by the command line and by a job. One command makes it, whoever asks.

use serde_json::{Value, json};
use vouchsafe::{
    commands::{admin, sanction},
    moderation::{ReasonCode, SanctionKind},
    platform::{
        idempotency::Key,
        jobs::{self, SubmitError},
        ledger::Actor,
        terms::{Id, PersonId, Role},
    },
};

use crate::{
    http::{Scene, nobody, texts},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

const NOTE: &str = "two hundred advertisements";

/// What a ban leaves: where the person stands, the row, and the event without its own ids.
fn left_by(db: &Database, person: PersonId) -> Vec<String> {
    let uid = person.uuid().simple().to_string();
    let event = match db.target().backend() {
        vouchsafe::platform::store::Backend::Sqlite => "lower(hex(uid))",
        vouchsafe::platform::store::Backend::Postgres => "encode(uid, 'hex')",
    };
    texts(
        db,
        &format!(
            "SELECT p.standing || ' ' || s.kind || ' ' || s.reason || ' ' || \
             CASE WHEN s.note_sealed IS NULL THEN 'bare' ELSE 'sealed' END || ' ' || \
             (SELECT count(*) FROM sessions WHERE person = p.id AND ended_at IS NULL) || ' ' || \
             (SELECT count(*) FROM events WHERE subject = p.id AND kind = 'person_banned') AS t \
             FROM (SELECT id, standing, {event} AS hex FROM people) p JOIN sanctions s ON s.person = p.id \
             WHERE p.hex = '{uid}'"
        ),
    )
}

on_both! {
    async fn a_ban_is_one_command_whoever_asks(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let core = &service.app.core;
        let mut members = Vec::new();
        for name in ["ann", "bob", "cat"] {
            members.push(scene.member(name, Role::Member).await);
        }
        let [(ann, _), (bob, _), (cat, _)] = &members[..] else { unreachable!() };

        let body = json!({ "kind": "ban", "reason": "spam", "note": NOTE });
        service.post(owner, &format!("/v1/admin/people/{}/sanctions", ann.id), body).await.expect(201);

        let mut said = Vec::new();
        let name = bob.id.to_string();
        admin::ban(&core.ledger, &core.vault, &name, ReasonCode::Spam, NOTE, &mut said).await.unwrap();
        assert!(String::from_utf8(said).unwrap().contains(&format!("{name} is banned: sanction_")));

        let many = json!({ "people": [cat.id], "kind": "ban", "reason": "spam", "note": NOTE });
        let asked = service.post(owner, "/v1/admin/sanctions", many).await.expect(202);
        scene.job_done(&text(&asked["job"])).await;

        let one = left_by(db, ann.id);
        assert_eq!(one, ["banned ban spam sealed 0 1"]);
        for other in [bob, cat] {
            assert_eq!(left_by(db, other.id), one);
        }
        for (_, token) in &members {
            service.get(token, "/v1/me").await.refused(401, "session-ended");
        }
        // Each is the deed of whoever did it.
        let actors = service.get(owner, "/v1/admin/ledger?type=person_banned").await.expect(200);
        let actors: Vec<&Value> = actors["items"].as_array().unwrap().iter().map(|event| &event["actor"]).collect();
        let by_owner = json!({ "person": scene.owner.id });
        assert_eq!(actors, [&by_owner, &json!("operator"), &by_owner]);
        // And each is lifted by the same command again.
        let mut said = Vec::new();
        admin::lift_ban(&core.ledger, &core.vault, &name, "they have their account back", &mut said).await.unwrap();
        let again = admin::lift_ban(&core.ledger, &core.vault, &name, "they have their account back", &mut said).await;
        assert!(again.unwrap_err().to_string().starts_with("it was not done: "));
        let none = admin::ban(&core.ledger, &core.vault, "nobody_is", ReasonCode::Spam, NOTE, &mut said).await;
        assert!(none.unwrap_err().to_string().contains("`nobody_is`"));
        scene.service.stop().await;
    }

    /// The operator drafts and an admin approves where it is on many; few need no second.
    async fn a_branch_is_acted_on_by_the_command_line(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (root, _) = scene.member("root", Role::Member).await;
        let core = &scene.service.app.core;
        let people = crate::support::branch::branch(&scene.service, root.row, 25).await;
        let actions = sanction::Actions {
            ledger: &core.ledger,
            vault: &core.vault,
            policy: &core.policy,
            graph: &core.graph,
            roster: &core.roster,
        };
        let wanted = sanction::Wanted {
            kind: SanctionKind::Quarantine,
            until: Some("2999-01-01T00:00:00Z".into()),
            reason: ReasonCode::Spam,
            note: NOTE.into(),
        };
        let mut whom = sanction::Whom {
            person: root.id.to_string(),
            since: None,
            without: vec!["branch_3".into()],
        };
        let mut said = Vec::new();
        actions.draft(&whom, &wanted, &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("on 25 of 26 people") && said.contains("1 by name"), "{said}");
        let id = said.split(' ').next().unwrap().parse().unwrap();
        let mut out = Vec::new();
        let refused = actions.approve(id, &mut out).await.unwrap_err().to_string();
        assert!(refused.contains("somebody else than who drafted it"), "{refused}");
        scene.service.post(&admin, &format!("/v1/admin/actions/{id}/approve"), json!({})).await.expect(200);
        assert_eq!(core.roster.snapshot(people[20].0).unwrap().standing.as_str(), "quarantined");
        actions.undo(id, "it was the wrong branch", &mut out).await.unwrap();
        // A small one.
        whom.person = people[24].1.to_string();
        whom.without.clear();
        let mut said = Vec::new();
        actions.draft(&whom, &wanted, &mut said).await.unwrap();
        let id = String::from_utf8(said).unwrap().split(' ').next().unwrap().parse().unwrap();
        let begun = std::time::Instant::now();
        while let Err(error) = actions.approve(id, &mut out).await {
            // Until the other one is undone, they are left out.
            assert!(begun.elapsed().as_secs() < 30, "{error}");
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        scene.service.stop().await;
    }

    async fn a_job_that_cannot_be_read_stops_no_other(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (member, _) = scene.member("member", Role::Member).await;
        let core = &scene.service.app.core;
        let (vault, by) = (core.vault.clone(), scene.owner.row);
        let unread = core.ledger.write(Actor::Person(by), move |tx| {
            let id = Id::new(tx.now, tx.rng);
            let order = jobs::Order { items: 3, order: b"of a newer version".to_vec() };
            jobs::submit(tx, &vault, &Key::none(), id, "sanctions", |_| Ok::<_, SubmitError>(vec![order]))
        });
        let unread = unread.await.unwrap().value;
        let body = json!({ "people": [member.id], "kind": "ban", "reason": "spam", "note": NOTE });
        let asked = scene.service.post(&scene.owner_token, "/v1/admin/sanctions", body).await.expect(202);
        let job = scene.job_done(&text(&asked["job"])).await;
        assert_eq!(job["report"], json!({ "outcomes": { "sanctioned": 1 } }));
        // The other stands where it stood, and may be cancelled.
        let path = format!("/v1/admin/jobs/{unread}");
        let job = scene.service.get(&scene.owner_token, &path).await.expect(200);
        assert_eq!((&job["state"], &job["done"]), (&json!("open"), &json!(0)));
        scene.service.post(&scene.owner_token, &format!("{path}/cancel"), json!({})).await.expect(200);
        scene.service.stop().await;
    }

    async fn many_are_sanctioned_each_with_an_outcome(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (service, owner) = (&scene.service, &scene.owner_token);
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (other_admin, _) = scene.member("other_admin", Role::Admin).await;
        let (member, plain) = scene.member("member", Role::Member).await;
        let stranger = nobody("person");
        let body = |people: Value| json!({ "people": people, "kind": "ban", "reason": "spam", "note": NOTE });
        let people = json!([member.id, other_admin.id, scene.owner.id, stranger]);
        service.post(&plain, "/v1/admin/sanctions", body(people.clone())).await.refused(403, "forbidden");
        for (bad, field) in [(json!([]), "/people"), (json!([member.id, member.id]), "/people")] {
            let refused = service.post(&admin, "/v1/admin/sanctions", body(bad)).await;
            refused.refused(400, "invalid-field");
            assert_eq!(refused.body["field"], field, "{refused:?}");
        }
        let asked = scene.keyed(&admin, "/v1/admin/sanctions", "many", &body(people.clone())).await.expect(202);
        let again = scene.keyed(&admin, "/v1/admin/sanctions", "many", &body(people)).await.expect(202);
        assert_eq!(asked, again);
        let id = text(&asked["job"]);
        let job = scene.job_done(&id).await;
        assert_eq!(job["kind"], "sanctions");
        assert_eq!(job["report"], json!({ "outcomes": { "not_allowed": 2, "sanctioned": 1, "unknown": 1 } }));
        let outcomes = service.get(owner, &format!("/v1/admin/jobs/{id}/outcomes")).await.expect(200);
        let of = |person: &str| {
            let items = outcomes["items"].as_array().unwrap();
            text(&items.iter().find(|item| item["item"] == person).unwrap()["outcome"])
        };
        assert_eq!(of(&member.id.to_string()), "sanctioned");
        assert_eq!(of(&other_admin.id.to_string()), "not_allowed");
        assert_eq!(of(&stranger), "unknown");
        // What was to be done can be read no more.
        assert_eq!(db.figures("SELECT count(*) AS n FROM job_orders"), [0]);
        // A second time: the one who is banned is banned already.
        let asked = service.post(&admin, "/v1/admin/sanctions", body(json!([member.id]))).await.expect(202);
        let job = scene.job_done(&text(&asked["job"])).await;
        assert_eq!(job["report"], json!({ "outcomes": { "already_sanctioned": 1 } }));
        scene.service.stop().await;
    }
}
