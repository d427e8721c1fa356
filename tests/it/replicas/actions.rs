//! An action on many that one replica applies goes on at the other when the first is killed in the middle of it.

use serde_json::json;
use tokio::task::block_in_place;
use vouchsafe::platform::terms::Role;

use super::{World, until};
use crate::support::service::text;

/// Lets each sanction take a twentieth of a second.
const SLOWLY: &str = "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$; \
     CREATE TRIGGER slowly BEFORE INSERT ON sanctions FOR EACH ROW EXECUTE FUNCTION slowly()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_action_is_applied_once_though_its_worker_is_killed() {
    let (world, [other]) = World::new(["other"]).await;
    let service = world.home.start().await;
    let (mut people, mut token) = (Vec::new(), String::new());
    for n in 0..120 {
        let address = format!("many-{n}@vouch.example.org");
        let member = service.found(&address, Role::Member, None).await;
        people.push(member.id);
        // Whoever comes last is sanctioned last.
        token = service.token(member.row).await;
    }
    service.stop().await;
    block_in_place(|| world.db.run(SLOWLY));
    let first = world.plan("a").start().await;
    let body = json!({ "selection": { "people": people }, "kind": "ban", "reason": "spam",
        "note": "two hundred advertisements" });
    let drafted = first.post(&world.owner, "/v1/admin/actions", body).await.expect(201);
    let path = format!("/v1/admin/actions/{}", text(&drafted["id"]));
    let approve = format!("{path}/approve");
    first
        .post(&world.owner, &approve, json!({}))
        .await
        .refused(403, "second-admin-needed");
    first.post(&other.token, &approve, json!({})).await.expect(200);
    until("the first has begun", async || {
        block_in_place(|| world.db.figures("SELECT done AS n FROM jobs")[0] >= 50)
    })
    .await;
    let second = world.plan("b").start().await;
    first.kill();
    // Whoever has no sanction of their own yet is out all the same, on a replica that has only now been started.
    second.get(&token, "/v1/me").await.refused(401, "session-ended");
    until("the second has ended it", async || {
        second.get(&world.owner, &path).await.expect(200)["state"] == "applied"
    })
    .await;
    for (what, expected) in [
        ("people WHERE standing = 'banned'", 120),
        ("events WHERE kind = 'person_sanctioned'", 120),
        ("job_outcomes WHERE outcome = 'sanctioned'", 120),
        ("marks", 0),
    ] {
        let sql = format!("SELECT count(*) AS n FROM {what}");
        assert_eq!(block_in_place(|| world.db.figures(&sql)), [expected], "{what}");
    }
    second.get(&world.owner, "/v1/me").await.expect(200);
}
