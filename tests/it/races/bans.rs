//! A ban against those who come in by the banned: each stands before it in the ledger, or stays out.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{sleep, timeout};
use vouchsafe::{
    store::{Guard, Guards},
    terms::{Role, SeededChance},
    vault::Blind,
};

use super::{
    CLEAN, Came, admin, ban, come_in, crowd, home, last_step, link, needs_apart, on_the_way, prove, race, replicas,
    stop, tally, until_waiting,
};
use crate::support::{
    db::{Database, ensure, on_both, run},
    invariants::sound_soon,
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
    // Somebody past the service has the newcomer's contact in hand, so that their transaction waits
    // just before its end.
    let blind = service.app.core.vault.blind(Blind::Contact, email.as_bytes());
    let blind = data_encoding::HEXLOWER.encode(&blind);
    let mut other = db.connect();
    run(
        &mut other,
        &format!("BEGIN; INSERT INTO contacts VALUES (decode('{blind}', 'hex'), 1, '', 0)"),
    );
    let last = last_step(&service, &who, None);
    let put_out = async {
        until_waiting(db, 1).await;
        let mut answer = Box::pin(ban(&service, &by, &inviter));
        // An answer may wait a second until it is seen in the feed.
        let at_once = timeout(Duration::from_millis(2500), &mut answer).await;
        let waited = at_once.is_err();
        run(&mut other, "ROLLBACK");
        let answer = match at_once {
            Ok(answer) => answer,
            Err(_) => answer.await,
        };
        answer.expect(201);
        waited
    };
    let (came, waited) = tokio::join!(last, put_out);
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(matches!(came, Came::In(_)), format!("{came:?}"))?;
    ensure(waited, "the ban was answered, and somebody came in after it")?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_waits_for_whoever_is_through_the_door() {
    needs_apart(Guard::InviterHeld, waits).await;
}
