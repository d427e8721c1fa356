//! Actions on many people: from the draft to the undoing, over HTTP.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::task::block_in_place;
use vouchsafe::{
    people::{self, Member},
    platform::{
        ledger::Actor,
        store::{Backend, StoreError},
        terms::{Clock, Id, Role},
    },
};

use crate::{
    http::Scene,
    support::{
        branch::branch,
        db::{Database, on_both},
        service::{Client, text},
    },
};

/// How many people are in the great branch: `VOUCHSAFE_TEST_BRANCH`, or enough for a few pieces of a job.
fn size() -> usize {
    std::env::var("VOUCHSAFE_TEST_BRANCH").map_or(1200, |size| size.parse().expect("a number"))
}

const NOTE: &str = "came in by a leaked link and advertised to everybody";

/// Waits until an action stands so.
async fn until_it_is(service: &Client, token: &str, action: &str, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let shown = service
            .get(token, &format!("/v1/admin/actions/{action}"))
            .await
            .expect(200);
        if shown["state"] == state {
            return shown;
        }
        assert!(begun.elapsed() < Duration::from_secs(600), "{shown}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// How long somebody waited at most, to read and to write: until an action was approved, and after.
#[derive(Default)]
struct Waited {
    approved: AtomicBool,
    most: Mutex<[[Duration; 2]; 2]>,
}

/// Reads and writes without end.
async fn goes_on(client: Client, token: String, waited: Arc<Waited>) {
    for locale in ["zh-Hans", "en"].into_iter().cycle() {
        let begun = Instant::now();
        client.get(&token, "/v1/me").await.expect(200);
        let read = begun.elapsed();
        let language = json!({ "locale": locale });
        let changed = client.call(reqwest::Method::PUT, &token, "/v1/me/language", Some(language));
        changed.await.expect(204);
        let took = [read, begun.elapsed() - read];
        let phase = usize::from(waited.approved.load(Ordering::SeqCst));
        for (most, took) in waited.most.lock().unwrap()[phase].iter_mut().zip(took) {
            *most = took.max(*most);
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

fn count(db: &Database, of: &str) -> i64 {
    block_in_place(|| db.figures(&format!("SELECT count(*) AS n FROM {of}"))[0])
}

/// An admin who came in by way of somebody, and their token.
async fn admin_below(db: &Database, scene: &Scene, above: &Member) -> String {
    let (row, id) = branch(&scene.service, above.row, 1).await[0];
    let role = json!({ "role": "admin", "reason": "duty" });
    let path = format!("/v1/admin/people/{id}/role");
    scene
        .service
        .call(reqwest::Method::PUT, &scene.owner_token, &path, Some(role))
        .await
        .expect(200);
    // Their handle is somebody else's to come.
    block_in_place(|| db.run(&format!("UPDATE people SET handle = NULL WHERE id = {}", row.0)));
    scene.service.token(row).await
}

on_both! {
    async fn a_branch_is_previewed_approved_by_another_banned_and_undone(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        // Two replicas, where there can be two.
        let other = match db.target().backend() {
            Backend::Postgres => Some(scene.home.start().await),
            Backend::Sqlite => None,
        };
        let replica = other.as_ref().unwrap_or(service);
        let (first, first_token) = scene.member("first", Role::Admin).await;
        let (_, second_token) = scene.member("second", Role::Admin).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let below = admin_below(db, &scene, &first).await;
        let (root, _) = scene.member("root", Role::Member).await;
        let people = branch(service, root.row, size()).await;

        // One of them is staff, one is banned already, one sits there with a token.
        let (_, staff) = people[10];
        let role = json!({ "role": "reviewer", "reason": "duty" });
        let path = format!("/v1/admin/people/{staff}/role");
        service.call(reqwest::Method::PUT, &scene.owner_token, &path, Some(role)).await.expect(200);
        let (_, banned) = people[11];
        let ban = json!({ "kind": "ban", "reason": "abuse", "note": "of another matter" });
        service.post(&scene.owner_token, &format!("/v1/admin/people/{banned}/sanctions"), ban).await.expect(201);
        let (bystander, _) = scene.member("bystander", Role::Member).await;
        let (sits, _) = people[people.len() - 1];
        let (token, bystanders) = (service.token(sits).await, service.token(bystander.row).await);
        replica.get(&token, "/v1/me").await.expect(200);

        let drafted = json!({ "selection": { "branch": root.id, "without": [people[12].1] },
            "kind": "ban", "reason": "spam", "note": NOTE });
        service.post(&auditor, "/v1/admin/actions", drafted.clone()).await.refused(403, "forbidden");
        let begun = Instant::now();
        let action = service.post(&first_token, "/v1/admin/actions", drafted).await.expect(201);
        assert_eq!((&action["state"], &action["note"]), (&json!("draft"), &json!(NOTE)));
        let id = text(&action["id"]);
        let path = format!("/v1/admin/actions/{id}");

        // The preview says exactly whom, and who is left out and why.
        let shown = service.get(&auditor, &path).await.expect(200);
        let previewed = begun.elapsed();
        let meant = size() as i64 + 1 - 3;
        let figures = json!({ "selected": size() + 1, "people": meant, "staff": 1, "oneself": 0, "sanctioned": 1,
            "left": 0, "named": 1, "needs_second_admin": true });
        assert_eq!((&shown["figures"], shown.get("note")), (&figures, None));
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let page = service.get(&auditor, &format!("{path}/people?limit=200{cursor}")).await.expect(200);
            seen.extend(page["items"].as_array().unwrap().clone());
            match page["next"].as_str() {
                Some(next) if seen.len() < 1000 => cursor = format!("&cursor={next}"),
                _ => break,
            }
        }
        assert_eq!(seen[0]["id"], json!(root.id));
        for (place, why) in [(10, "staff"), (11, "sanctioned"), (12, "named")] {
            let one = seen.iter().find(|one| one["id"] == json!(people[place].1)).unwrap();
            assert_eq!(one["left_out"], why);
        }
        assert_eq!(seen.iter().filter(|one| one.get("left_out").is_some()).count(), 3);

        // Not who drafted it, and nobody below them.
        let approve = format!("{path}/approve");
        service.post(&first_token, &approve, json!({})).await.refused(403, "second-admin-needed");
        service.post(&below, &approve, json!({})).await.refused(403, "second-admin-needed");
        service.post(&auditor, &approve, json!({})).await.refused(403, "forbidden");
        service.post(&first_token, &format!("{path}/propose"), json!({})).await.expect(200);
        service.post(&first_token, &format!("{path}/propose"), json!({})).await.refused(409, "action-state");
        assert_eq!(count(db, "sanctions"), 1);
        replica.get(&token, "/v1/me").await.expect(200);

        // The bystander goes on meanwhile; how long they waited at most, to read and to write, until it was approved and after.
        let waited = Arc::new(Waited::default());
        let bystander = tokio::spawn(goes_on(Client::clone(service), bystanders, Arc::clone(&waited)));

        // Twice at once is once; and it holds from the answer on.
        let asked = Instant::now();
        let (one, two) = tokio::join!(
            service.post(&second_token, &approve, json!({})),
            service.post(&scene.owner_token, &approve, json!({})),
        );
        let answered = asked.elapsed();
        waited.approved.store(true, Ordering::SeqCst);
        let (approved, refused) = if one.status == 200 { (one, two) } else { (two, one) };
        refused.refused(409, "action-state");
        assert_eq!(approved.expect(200)["people"], meant);
        service.get(&token, "/v1/me").await.refused(401, "session-ended");
        let held = loop {
            let answer = replica.get(&token, "/v1/me").await;
            if answer.status == 401 {
                break asked.elapsed();
            }
            assert!(asked.elapsed() < Duration::from_secs(30), "{answer:?}");
        };
        let applied = loop {
            let shown = service.get(&scene.owner_token, &path).await.expect(200);
            if shown["state"] == "applied" {
                break asked.elapsed();
            }
            assert!(shown["state"] == "approved" || shown["state"] == "applying", "{shown}");
            assert!(asked.elapsed() < Duration::from_secs(600), "{shown}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        };
        bystander.abort();
        let [before, after] = *waited.most.lock().unwrap();
        assert_eq!(count(db, "marks"), 0);
        assert_eq!(count(db, "people WHERE standing = 'banned'"), meant + 1);
        assert_eq!(count(db, "events WHERE kind = 'person_sanctioned'"), meant);
        let shown = service.get(&scene.owner_token, &path).await.expect(200);
        let job = service.get(&auditor, &format!("/v1/admin/jobs/{}", text(&shown["job"]))).await.expect(200);
        assert_eq!(job["report"], json!({ "outcomes": { "sanctioned": meant } }));
        replica.get(&token, "/v1/me").await.refused(401, "session-ended");

        // One of them is lifted by hand, one is sanctioned besides by hand: that survives.
        let own = format!("/v1/admin/people/{}/sanctions", people[0].1);
        let listed = service.get(&scene.owner_token, &own).await.expect(200);
        assert_eq!(listed["items"][0]["action"], json!(id));
        let lift = format!("{own}/{}/lift", text(&listed["items"][0]["id"]));
        service.post(&scene.owner_token, &lift, json!({ "note": "it was a mistake" })).await.expect(200);
        let besides = json!({ "kind": "freeze", "reason": "abuse", "note": "of another matter" });
        service.post(&scene.owner_token, &format!("/v1/admin/people/{}/sanctions", people[1].1), besides).await.expect(201);

        let undo = format!("{path}/undo");
        service.post(&auditor, &undo, json!({ "note": "the wrong branch" })).await.refused(403, "forbidden");
        let asked = Instant::now();
        let undoing = replica.post(&first_token, &undo, json!({ "note": "the wrong branch" })).await.expect(200);
        assert_eq!((&undoing["state"], &undoing["undo_note"]), (&json!("undoing"), &json!("the wrong branch")));
        service.post(&first_token, &undo, json!({ "note": "the wrong branch" })).await.refused(409, "action-state");
        let shown = until_it_is(service, &scene.owner_token, &id, "undone").await;
        let undone = asked.elapsed();
        assert_eq!(count(db, "people WHERE standing = 'banned'"), 1);
        assert_eq!(count(db, "people WHERE standing = 'frozen'"), 1);
        assert_eq!(count(db, "events WHERE kind = 'sanction_lifted'"), meant - 1);
        let job = service.get(&auditor, &format!("/v1/admin/jobs/{}", text(&shown["undo_job"]))).await.expect(200);
        assert_eq!(job["report"], json!({ "outcomes": { "lifted": meant - 1 } }));
        assert!(!service.token(people[5].0).await.is_empty());
        println!(
            "{} people on {:?}: previewed {previewed:?}, approval answered {answered:?}, held on the other replica {held:?}, \
             applied {applied:?}, undone {undone:?}; a bystander waited at most, to read and to write, {before:?} until it was \
             approved and {after:?} until it was applied",
            size(), db.target().backend()
        );
        if let Some(other) = other {
            other.stop().await;
        }
        scene.service.stop().await;
    }

    /// Undone before the job has come far, nobody is left as it said.
    async fn an_action_is_undone_while_it_is_applied(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (_, second) = scene.member("second", Role::Admin).await;
        let (root, _) = scene.member("root", Role::Member).await;
        let people = branch(service, root.row, 400).await;
        let drafted = json!({ "selection": { "branch": root.id }, "kind": "quarantine", "reason": "spam", "note": NOTE });
        let action = service.post(&second, "/v1/admin/actions", drafted).await.expect(201);
        let path = format!("/v1/admin/actions/{}", text(&action["id"]));
        service.post(&second, &format!("{path}/undo"), json!({ "note": "too early by far" })).await.refused(409, "action-state");
        service.post(&scene.owner_token, &format!("{path}/approve"), json!({})).await.expect(200);
        let standing = |row| service.app.core.roster.snapshot(row).unwrap().standing.as_str();
        assert_eq!(standing(people[399].0), "quarantined");
        service.post(&second, &format!("{path}/undo"), json!({ "note": "the wrong branch" })).await.expect(200);
        until_it_is(service, &second, &text(&action["id"]), "undone").await;
        assert_eq!((count(db, "marks"), count(db, "sanctions WHERE lifted_at IS NULL")), (0, 0));
        assert_eq!(count(db, "people WHERE standing <> 'active'"), 0);
        assert!(people.iter().all(|(row, _)| standing(*row) == "active"));
        scene.service.stop().await;
    }

    /// What is marked may not sign in, invite or let anybody in, though no row of its own says so yet.
    async fn a_mark_alone_takes_what_it_says(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let core = &service.app.core;
        for (standing, signs_in) in [("frozen", true), ("quarantined", true), ("suspended", false), ("banned", false)] {
            let (member, token) = scene.member(standing, Role::Member).await;
            let given = json!({ "email": "grace@example.org" });
            let given = service.post(&token, "/v1/me/invites", given).await.expect(201);
            let code = service.code_of(&text(&given["id"])).await;
            let (row, standing) = (member.row, standing.parse().unwrap());
            let action = core.ledger.write(Actor::System, move |tx| {
                let action = Id::new(tx.now, tx.rng);
                people::mark(tx.conn, action, standing, &[row])?;
                Ok::<_, StoreError>(action)
            });
            let action = action.await.unwrap().value;
            let kept = async || {
                let kept = core.ledger.write(Actor::System, move |tx| {
                    Ok::<_, StoreError>((people::keep_active(tx.conn, row)?, people::member(tx.conn, row)?,
                        people::lock_members(tx.conn, &[row])?))
                });
                let (kept, member, locked) = kept.await.unwrap().value;
                assert_eq!(member.unwrap().standing, locked[&row].standing);
                (kept, locked[&row].standing)
            };
            assert_eq!(kept().await, (signs_in, standing));
            service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
            let taken = block_in_place(|| db.figures(&format!(
                "SELECT count(*) AS n FROM people WHERE id = {} AND standing = 'active'", row.0)));
            assert_eq!(taken, [1], "nothing of it is in their own row");
            let gone = core.ledger.write(Actor::System, move |tx| {
                people::clear_marks(tx.conn, action, &[row])?;
                Ok::<_, StoreError>(people::member(tx.conn, row)?.unwrap().standing)
            });
            assert_eq!(gone.await.unwrap().value.as_str(), "active");
            assert!(kept().await.0);
            service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        }
        scene.service.stop().await;
    }

    /// Few people need no second admin; withdrawn and expired actions are over.
    async fn a_draft_is_approved_withdrawn_or_expires(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (member, token) = scene.member("member", Role::Member).await;
        let (late, late_token) = scene.member("late", Role::Member).await;
        let draft = async |selection: Value| {
            let body = json!({ "selection": selection, "kind": "suspend", "reason": "spam", "note": NOTE,
                "until": scene.clock.now().after(Duration::from_secs(3600)).to_string() });
            service.post(&admin, "/v1/admin/actions", body).await
        };
        for bad in [json!({}), json!({ "people": [member.id], "branch": member.id })] {
            draft(bad).await.refused(422, "invalid-value");
        }
        let nobody = draft(json!({ "people": [crate::http::nobody("person")] })).await.expect(201);
        let path = format!("/v1/admin/actions/{}", text(&nobody["id"]));
        service.get(&admin, &path).await.refused(422, "invalid-value");

        let action = draft(json!({ "people": [member.id, scene.owner.id] })).await.expect(201);
        let path = format!("/v1/admin/actions/{}", text(&action["id"]));
        let approved = service.post(&admin, &format!("{path}/approve"), json!({})).await.expect(200);
        assert_eq!(approved["people"], 1);
        service.get(&token, "/v1/me").await.refused(401, "session-ended");
        service.get(&late_token, "/v1/me").await.expect(200);
        until_it_is(service, &admin, &text(&action["id"]), "applied").await;
        service.get(&admin, &format!("{path}/people")).await.refused(409, "action-state");

        let withdrawn = draft(json!({ "people": [late.id] })).await.expect(201);
        let path = format!("/v1/admin/actions/{}", text(&withdrawn["id"]));
        let shown = service.post(&admin, &format!("{path}/withdraw"), json!({})).await.expect(200);
        assert_eq!(shown["state"], "withdrawn");
        for step in ["withdraw", "propose", "approve"] {
            service.post(&admin, &format!("{path}/{step}"), json!({})).await.refused(409, "action-state");
        }
        let unknown = format!("/v1/admin/actions/{}", crate::http::nobody("action"));
        service.get(&admin, &unknown).await.refused(404, "action-unknown");
        service.post(&admin, &format!("{unknown}/approve"), json!({})).await.refused(404, "action-unknown");
        // Nobody is left whom it could be on.
        let again = draft(json!({ "people": [member.id] })).await.expect(201);
        let path = format!("/v1/admin/actions/{}/approve", text(&again["id"]));
        service.post(&admin, &path, json!({})).await.refused(409, "action-state");
        scene.service.stop().await;
    }
}
