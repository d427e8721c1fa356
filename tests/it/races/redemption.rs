//! Many redemptions at once of an invite that is for few.

use std::{fs, sync::Arc, time::Duration};

use serde_json::json;
use vouchsafe::platform::{
    store::{Backend, Guard, Guards},
    terms::{Clock, ManualClock, Role, SeededRng, Timestamp},
};

use super::{CLEAN, Came, admin, ban, crowd, home, link, on_the_way, prove, race, refusal, replicas, stop, tally};
use crate::support::{
    db::{Database, ensure, needs, on_both},
    invariants::sound_soon,
    service::text,
    turnstile::{in_turn, needs_apart},
};

/// `clients` for `uses` places, over all replicas: exactly so many members, edges and uses, and clean
/// refusals.
async fn exactly(db: &Database, guards: Guards, clients: usize, uses: usize) -> Result<(), String> {
    let services = replicas(db, &home(db, guards)).await;
    let (_, token) = admin(&services[0], "inviter").await;
    let (_, code) = link(&services[0], &token, uses).await;
    let crowd = crowd(&services[0], &code, "newcomer", clients).await;
    let came = race(&services, &crowd).await;
    let sound = sound_soon(db).await;
    stop(services).await;
    let members = tally(&came, CLEAN)?;
    ensure(members == uses, format!("{members} came in by {uses} places"))?;
    ensure(sound? == 1 + uses as i64, "somebody came in unseen")?;
    let row = "SELECT uses * 1000 + held AS n FROM invites";
    ensure(
        db.figures(row) == [uses as i64 * 1000],
        "uses are not what came of them",
    )
}

/// A number from the environment.
fn asked_for(variable: &str, usual: usize) -> usize {
    std::env::var(variable).map_or(usual, |number| number.parse().expect("a number"))
}

/// Takes the database's own word for it away.
fn without_the_check(db: &Database) {
    match db.target().backend() {
        Backend::Sqlite => db.run(
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = \
             replace(sql, 'uses >= 0 AND held >= 0 AND uses + held <= max_uses', 'uses >= 0') WHERE name = 'invites'; \
             PRAGMA writable_schema = OFF",
        ),
        Backend::Postgres => db.run("ALTER TABLE invites DROP CONSTRAINT invites_never_overdrawn"),
    }
}

on_both! {
    /// The promise of an invite's limit.
    async fn of_two_hundred_one_comes_in(db: &Database) {
        exactly(db, Guards::default(), 200, 1).await.unwrap();
    }

    async fn of_sixty_three_come_in(db: &Database) {
        exactly(db, Guards::default(), 60, 3).await.unwrap();
    }

    /// The conditional UPDATE holds the limit by itself, and nothing else does once the CHECK is gone.
    async fn the_limit_needs_its_guard(db: &Database) {
        needs(Guard::InviteUses, db.target().backend(), async |db: &Database, guards| {
            without_the_check(db);
            exactly(db, guards, 12, 1).await
        })
        .await;
    }

    /// What else may befall an invite while it is redeemed: never more than its limit, never an answer
    /// that is no answer. `VOUCHSAFE_TEST_ROUNDS` and `VOUCHSAFE_TEST_CLIENTS` ask for more than the usual.
    async fn whatever_else_happens_the_limit_holds(db: &Database) {
        let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_795_000_000)));
        let mut home = home(db, Guards::default());
        home.clock = clock.clone();
        let services = replicas(db, &home).await;
        let service = &services[0];
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let rng = SeededRng::new(31);
        let (rounds, clients) = (asked_for("VOUCHSAFE_TEST_ROUNDS", 10), asked_for("VOUCHSAFE_TEST_CLIENTS", 24));
        for round in 0..rounds {
            let uses = [1, 3][(round / 4 + round) % 2];
            let name = format!("inviter-{round}");
            let (inviter, token) = admin(service, &name).await;
            let (id, code) = link(service, &token, uses).await;
            // The link ends in a minute, by the clock that stands; a proof lasts ten.
            clock.advance(Duration::from_secs(59 * 60));
            let crowd = crowd(service, &code, &name, clients).await;
            let (token, by) = (service.token(inviter.row).await, service.token(owner.row).await);
            let disturb = async {
                tokio::time::sleep(Duration::from_millis(rng.below(120))).await;
                match round % 4 {
                    1 => drop(
                        service
                            .call(reqwest::Method::DELETE, &token, &format!("/v1/me/invites/{id}"), None)
                            .await
                            .expect(204),
                    ),
                    2 => clock.set(clock.now().after(Duration::from_secs(120))),
                    3 => drop(ban(service, &by, &inviter).await.expect(201)),
                    _ => {}
                }
            };
            let (came, ()) = tokio::join!(race(&services, &crowd), disturb);
            let members = tally(&came, CLEAN).unwrap_or_else(|what| panic!("round {round}: {what}"));
            let undisturbed = round % 4 == 0;
            assert!(members <= uses && (members == uses || !undisturbed), "round {round}: {members} of {uses}");
            if let Err(what) = sound_soon(db).await {
                panic!("round {round}: {what}");
            }
        }
        stop(services).await;
    }
}

/// Two who take the place of somebody whose hold is over.
async fn in_place_of_one(db: &Database, guards: Guards) -> Result<(), String> {
    let clock = Arc::new(ManualClock::new(Timestamp::from_seconds(1_795_000_000)));
    let mut home = home(db, guards);
    home.clock = clock.clone();
    let seed = home.config.policy.seed_file.clone().unwrap();
    let policy = fs::read_to_string(&seed).unwrap();
    fs::write(&seed, policy.replace("hold_days = 14", "hold_days = 1")).unwrap();
    let service = home.start().await;
    let (_, token) = admin(&service, "inviter").await;
    let body = json!({ "max_uses": 1, "lifetime_hours": 240 });
    let code = text(&service.post(&token, "/v1/me/invites", body).await.expect(201)["code"]);
    let late = on_the_way(&service, &code, "late@vouch.example.org").await;
    prove(&service, &late).await.expect(200);
    clock.advance(Duration::from_secs(24 * 60 * 60));
    let [one, other] = [
        on_the_way(&service, &code, "one@vouch.example.org").await,
        on_the_way(&service, &code, "other@vouch.example.org").await,
    ];
    let (one, other) = in_turn(db, "holds", prove(&service, &one), prove(&service, &other)).await;
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(one.status == 200, format!("the first: {:?}", refusal(&one)))?;
    ensure(
        refusal(&other) == Came::Refused(409, "invite-exhausted".into()),
        format!("the second: {:?}", refusal(&other)),
    )?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hold_that_is_over_is_given_back_once() {
    needs_apart(Guard::HoldOnce, in_place_of_one).await;
}

/// With the guard gone and the CHECK kept the limit still holds; only the refusals are no longer
/// clean, which is why it is the second line and not the first.
#[cfg(feature = "switches")]
mod the_database_says_it_again {
    use super::*;

    async fn check(backend: Backend) {
        let db = Database::fresh(backend);
        let guards = Guards::default();
        guards.switch_off(Guard::InviteUses);
        let services = replicas(&db, &home(&db, guards)).await;
        let (_, token) = admin(&services[0], "inviter").await;
        let (_, code) = link(&services[0], &token, 1).await;
        let crowd = crowd(&services[0], &code, "newcomer", 20).await;
        let came = race(&services, &crowd).await;
        assert_eq!(came.iter().filter(|came| matches!(came, Came::In(_))).count(), 1);
        assert!(came.contains(&Came::Refused(500, "internal".into())), "{came:?}");
        sound_soon(&db).await.unwrap();
        stop(services).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        check(Backend::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        check(Backend::Postgres).await;
    }
}
