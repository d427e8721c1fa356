//! A ban against those who come in by the banned: each stands before it in the ledger, or stays out.

use std::time::Duration;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::{Role, SeededRng},
};

use super::{
    CLEAN, Came, admin, ban, come_in, crowd, home, last_step, link, on_the_way, prove, race, replicas, stop, tally,
};
use crate::support::{
    db::{Database, ensure, on_both, run},
    invariants::sound_soon,
    service::text,
    turnstile::{apart, in_turn, in_turn_before, needs_apart, until_waiting},
};

on_both! {
    /// [`sound_soon`] reads the ledger in order and wants no admission by somebody who is banned.
    async fn whoever_comes_in_comes_before_it(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let by = service.token(owner.row).await;
        let rng = SeededRng::new(5);
        for round in 0..3 {
            let name = format!("inviter-{round}");
            let (inviter, token) = admin(service, &name).await;
            let (_, code) = link(service, &token, 100).await;
            let (mut ways, late) = (crowd(service, &code, &name, 52).await, 4);
            // Two are one step from the end, two have proved nothing, when the answer is there.
            let late: Vec<_> = ways.drain(..late).collect();
            for who in &late[..2] {
                prove(service, who).await.expect(200);
            }
            let put_out = async {
                sleep(Duration::from_millis(150 + rng.below(400))).await;
                ban(service, &by, &inviter).await.expect(201);
                let last = late.iter().enumerate().map(|(n, who)| {
                    let service = &services[n % services.len()];
                    async move { if n < 2 { last_step(service, who, None).await } else { come_in(service, who).await } }
                });
                join_all(last).await
            };
            let (came, after) = tokio::join!(race(&services, &ways), put_out);
            assert_eq!(tally(&after, CLEAN), Ok(0), "round {round}");
            tally(&came, CLEAN).unwrap();
            sound_soon(db).await.unwrap_or_else(|what| panic!("round {round}: {what}"));
        }
        stop(services).await;
    }
}

/// A newcomer whose transaction has read the inviter's standing and waits, and a ban at that moment.
async fn waits(db: &Database, guards: Guards) -> Result<(), String> {
    let service = home(db, guards).start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let by = service.token(owner.row).await;
    let (inviter, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 1).await;
    let email = "newcomer@vouch.example.org";
    let who = on_the_way(&service, &code, email).await;
    prove(&service, &who).await.expect(200);
    let members = || block_in_place(|| db.figures("SELECT count(*) AS n FROM people"));
    let put_out = async {
        ban(&service, &by, &inviter).await.expect(201);
        members()
    };
    // The contact is written after the inviter's standing was looked at, just before the end.
    let (came, at_the_ban) = in_turn(db, "contacts", last_step(&service, &who, None), put_out).await;
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(matches!(came, Came::In(_)), format!("{came:?}"))?;
    ensure(
        at_the_ban == members(),
        "the ban was answered, and somebody came in after it",
    )?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_waits_for_whoever_is_through_the_door() {
    needs_apart(Guard::InviterHeld, waits).await;
}

/// A job that counts its next ban as done, and somebody who comes in just then: the job has waited for them before it
/// writes anything, or they wait for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_by_a_job_and_whoever_comes_in_stand_in_their_order() {
    let db = apart();
    let service = home(&db, Guards::default()).start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let by = service.token(owner.row).await;
    let (inviter, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 1).await;
    let who = on_the_way(&service, &code, "newcomer@vouch.example.org").await;
    prove(&service, &who).await.expect(200);
    let banned = || block_in_place(|| db.figures("SELECT count(*) AS n FROM people WHERE standing = 'banned'"));
    let put_out = async {
        let body = json!({ "people": [inviter.id], "kind": "ban", "reason": "spam", "note": "advertisements" });
        service.post(&by, "/v1/admin/sanctions", body).await.expect(202);
        while banned() == [0] {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let counts = "UPDATE ON jobs FOR EACH ROW WHEN (NEW.done > OLD.done)";
    let ((), came) = in_turn_before(&db, counts, put_out, last_step(&service, &who, None)).await;
    let sound = sound_soon(&db).await;
    service.stop().await;
    assert!(!matches!(came, Came::In(_)), "{came:?}");
    sound.unwrap();
}

/// A lift, and a ban with a key that comes while the lift waits for the first of the rows that both lock: the ban
/// has its transaction id before the lift has, unless each waits for the other before it has any.
async fn stand_in_turn(db: &Database, guards: Guards) -> Result<(), String> {
    let service = home(db, guards).start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let by = service.token(owner.row).await;
    let (member, _) = admin(&service, "member").await;
    let first = ban(&service, &by, &member).await.expect(201);
    let sanctions = format!("/v1/admin/people/{}/sanctions", member.id);
    let lift = async {
        let path = format!("{sanctions}/{}/lift", text(&first["id"]));
        let request = service.request(Method::POST, &path).bearer_auth(&by);
        service
            .send(request.json(&json!({ "note": "an error" })))
            .await
            .expect(200)
    };
    let again = async {
        until_waiting(db, 1).await;
        let body = json!({ "kind": "ban", "reason": "spam", "note": "no error" });
        let request = service.request(Method::POST, &sanctions).bearer_auth(&by).json(&body);
        service
            .send(request.header("Idempotency-Key", "once-more-and-again"))
            .await
            .expect(201)
    };
    let mut between = db.connect();
    block_in_place(|| {
        let row = owner.row.0;
        run(
            &mut between,
            &format!("BEGIN; SELECT 1 FROM people WHERE id = {row} FOR UPDATE"),
        );
    });
    let go_on = async {
        until_waiting(db, 2).await;
        block_in_place(|| run(&mut between, "COMMIT"));
    };
    tokio::join!(lift, again, go_on);
    let sound = sound_soon(db).await;
    let seen = service
        .get(&by, &format!("/v1/admin/people/{}", member.id))
        .await
        .expect(200);
    let told = block_in_place(|| {
        db.figures(
            "SELECT l.pos AS n FROM ledger l JOIN events e ON e.id = l.event_id \
             WHERE e.kind IN ('person_banned', 'ban_lifted') ORDER BY e.kind = 'ban_lifted', l.pos",
        )
    });
    service.stop().await;
    ensure(seen["standing"] == "banned", format!("{seen}"))?;
    ensure(
        told[0] < told[2] && told[2] < told[1],
        format!("bans and then the lift at {told:?}"),
    )?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lift_and_the_next_ban_stand_in_their_order() {
    needs_apart(Guard::LiftInTurn, stand_in_turn).await;
}
