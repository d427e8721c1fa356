//! A job that one replica has begun goes on at the other when the first is killed in the middle of it.

use serde_json::json;
use tokio::task::block_in_place;

use super::{World, until};

/// Lets each item of a job take a twentieth of a second.
const SLOWLY: &str = "CREATE FUNCTION slowly() RETURNS trigger LANGUAGE plpgsql AS \
     $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$; \
     CREATE TRIGGER slowly BEFORE INSERT ON job_outcomes FOR EACH ROW EXECUTE FUNCTION slowly()";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_done_once_though_its_worker_is_killed() {
    let (world, []) = World::new([]).await;
    // Enough for a few parts.
    let people = block_in_place(|| {
        let home = &world.home;
        tokio::runtime::Handle::current().block_on(async {
            let service = home.start().await;
            let mut people = Vec::new();
            for n in 0..60 {
                let address = format!("many-{n}@vouch.example.org");
                let role = vouchsafe::platform::terms::Role::Member;
                people.push(service.found(&address, role, None).await.id);
            }
            service.stop().await;
            people
        })
    });
    block_in_place(|| world.db.run(SLOWLY));
    let first = world.plan("a").start().await;
    let body = json!({ "people": people, "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
    first.post(&world.owner, "/v1/admin/sanctions", body).await.expect(202);
    until("the first has begun", async || {
        block_in_place(|| world.db.figures("SELECT done AS n FROM jobs")[0] >= 20)
    })
    .await;
    let second = world.plan("b").start().await;
    first.kill();
    until("the second has ended it", async || {
        block_in_place(|| world.db.figures("SELECT done AS n FROM jobs") == [60])
    })
    .await;
    let banned = "SELECT count(*) AS n FROM people WHERE standing = 'banned'";
    assert_eq!(block_in_place(|| world.db.figures(banned)), [60]);
    let events = "SELECT count(*) AS n FROM events WHERE kind = 'person_banned'";
    assert_eq!(block_in_place(|| world.db.figures(events)), [60], "each once");
    let outcomes = "SELECT count(*) AS n FROM job_outcomes WHERE outcome = 'sanctioned'";
    assert_eq!(block_in_place(|| world.db.figures(outcomes)), [60]);
    second.get(&world.owner, "/v1/me").await.expect(200);
}
