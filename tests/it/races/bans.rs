//! A ban against those who come in by the banned: each stands before it in the ledger, or stays out.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::{
    store::{Guard, Guards},
    terms::{Role, SeededChance},
};

use super::{
    CLEAN, Came, admin, ban, come_in, crowd, home, last_step, link, on_the_way, prove, race, replicas, stop, tally,
};
use crate::support::{
    db::{Database, ensure, on_both},
    invariants::sound_soon,
    turnstile::{in_turn, needs_apart},
};

on_both! {
    /// [`sound_soon`] reads the ledger in order and wants no admission by somebody who is banned.
    async fn whoever_comes_in_comes_before_it(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let by = service.token(owner.row).await;
        let chance = SeededChance::new(5);
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
                sleep(Duration::from_millis(150 + chance.below(400))).await;
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
