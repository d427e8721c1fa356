//! A clock that jumps: ends are comparisons, and order is by position.

use std::{sync::Arc, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::{Clock, ManualClock, Role, SeededRng, Timestamp},
};

use super::{
    Came, PASSWORD, admin, ban, client, come_in, home, introspect, last_step, link, on_the_way, prove, quota, refusal,
    session, turn_over_for_hall,
};
use crate::support::{
    db::{Database, ensure, needs, on_both},
    invariants::sound_soon,
    service::text,
};

const HOUR: Duration = Duration::from_secs(3600);
const NOON: Timestamp = Timestamp::from_seconds(1_795_000_000);

on_both! {
    async fn back_and_forth_between_the_steps(db: &Database) {
        let clock = Arc::new(ManualClock::new(NOON));
        let mut home = home(db, Guards::default());
        home.clock = clock.clone();
        let service = home.start().await;
        let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
        let (inviter, token) = admin(&service, "inviter").await;

        // Back by an hour: a token from the future holds (its end is further away), and all goes on.
        clock.set(NOON.before(HOUR));
        service.get(&token, "/v1/me").await.expect(200);
        let (_, code) = link(&service, &token, 3).await;
        let who = on_the_way(&service, &code, "grace@vouch.example.org").await;
        clock.set(NOON.before(HOUR * 2));
        prove(&service, &who).await.expect(200);
        clock.set(NOON.before(HOUR * 3));
        let came = last_step(&service, &who, None).await;
        assert!(matches!(came, Came::In(_)), "{came:?}");

        // Forward: what has ended has ended, without a clean-up; back again, and it stands again.
        clock.set(NOON.before(HOUR));
        let who = on_the_way(&service, &code, "ada@vouch.example.org").await;
        clock.set(NOON);
        service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-expired");
        prove(&service, &who).await.refused(410, "proof-stale");
        service.get(&token, "/v1/me").await.expect(200);
        clock.set(NOON.after(HOUR));
        service.get(&token, "/v1/me").await.refused(401, "unauthenticated");
        clock.set(NOON.before(HOUR));
        service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        let came = come_in(&service, &who).await;
        assert!(matches!(came, Came::In(_)), "{came:?}");

        // A session that began in the future is refreshed, ended, and stays ended at any time.
        clock.set(NOON.after(HOUR));
        let (_, refresh) = session(&service, inviter.row).await;
        clock.set(NOON);
        let door = client(&service).await;
        let turned = turn_over_for_hall(&service, &refresh).await.expect(200);
        let access = text(&turned["access_token"]);
        assert_eq!(introspect(&service, &door, &access).await.expect(200)["active"], true);
        let by = service.token(owner.row).await;
        ban(&service, &by, &inviter).await.expect(201);
        for jump in [NOON.before(HOUR), NOON, NOON.after(HOUR)] {
            clock.set(jump);
            assert_eq!(introspect(&service, &door, &access).await.expect(200)["active"], false);
        }
        clock.set(NOON.before(HOUR));
        service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");

        // The ledger: by position, whatever the hands said.
        let by = service.token(owner.row).await;
        let path = "/v1/admin/ledger?type=member_admitted";
        let entries = service.get(&by, path).await.expect(200);
        let at: Vec<String> = entries["items"].as_array().unwrap().iter().map(|entry| text(&entry["at"])).collect();
        assert_eq!(at.len(), 2);
        assert!(at[0] > at[1], "newest first: {at:?}");
        service.stop().await;

        // A start with the hands turned back finds everything as it was.
        clock.set(NOON.before(HOUR * 2));
        let service = home.start().await;
        assert_eq!(introspect(&service, &door, &access).await.expect(200)["active"], false);
        let (_, token) = admin(&service, "another").await;
        let (_, code) = link(&service, &token, 1).await;
        let who = on_the_way(&service, &code, "joan@vouch.example.org").await;
        let came = come_in(&service, &who).await;
        assert!(matches!(came, Came::In(_)), "{came:?}");
        service.stop().await;
        assert_eq!(sound_soon(db).await.unwrap(), 6);
    }

    /// Jumps by up to an hour either way while many come in: refusals perhaps, and no confusion.
    async fn while_many_come_in(db: &Database) {
        let clock = Arc::new(ManualClock::new(NOON));
        let mut home = home(db, Guards::default());
        home.clock = clock.clone();
        let running = home.start().await;
        let service = &running;
        let (_, token) = admin(service, "inviter").await;
        let made = service.post(&token, "/v1/me/invites", json!({ "max_uses": 20, "lifetime_hours": 240 })).await;
        let code = text(&made.expect(201)["code"]);
        let rng = SeededRng::new(8);
        let jumps = async {
            for _ in 0..60 {
                tokio::time::sleep(Duration::from_millis(25)).await;
                clock.set(NOON.after(HOUR).before(Duration::from_secs(rng.below(7200))));
            }
            clock.set(NOON.after(HOUR * 4));
        };
        let emails: Vec<String> = (0..20).map(|n| format!("newcomer-{n}@vouch.example.org")).collect();
        let code = &code;
        // A throttle may hold somebody up for a while where the hands went back; nothing else may.
        let post = async |token: &str, path: &str, body: Value| {
            for _ in 0..1000 {
                let answer = service.post(token, path, body.clone()).await;
                if answer.status != 429 {
                    return answer;
                }
                answer.refused(429, "too-many-requests");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            panic!("held up for ever");
        };
        let post = &post;
        let ways = emails.iter().map(|email| async move {
            let begun = post("", "/v1/onboarding", json!({ "code": code })).await.expect(201);
            let (flow, token) = (text(&begun["flow"]), text(&begun["flow_token"]));
            let path = format!("/v1/onboarding/{flow}");
            // A code may be stale before it is used; another one is asked for.
            for _ in 0..200 {
                post(&token, &format!("{path}/contact"), json!({ "email": email })).await.expect(200);
                let code = service.proof_of(&flow).await;
                let proved = post(&token, &format!("{path}/contact/proof"), json!({ "code": code })).await;
                if proved.status == 200 {
                    let body = json!({ "password": PASSWORD });
                    return post(&token, &format!("{path}/password"), body).await.status;
                }
                proved.refused(410, "proof-stale");
            }
            panic!("no code was ever good");
        });
        let (answers, ()) = tokio::join!(join_all(ways), jumps);
        assert!(answers.iter().all(|status| *status == 201), "{answers:?}");
        clock.set(clock.now().before(HOUR));
        let (_, token) = admin(service, "further").await;
        service.call(Method::GET, &token, "/v1/me", None).await.expect(200);
        assert_eq!(sound_soon(db).await.unwrap(), 22);
        running.stop().await;
    }

    async fn a_place_is_given_again_only_once_its_invite_is_closed(db: &Database) {
        needs(Guard::InviteClosed, db.target().backend(), a_place_given_twice).await;
    }
}

/// Somebody who has their code in hand when the place of their invite is given again, by a clock that goes wrong.
async fn a_place_given_twice(db: &Database, guards: Guards) -> Result<(), String> {
    let clock = Arc::new(ManualClock::new(NOON));
    let mut home = home(db, guards);
    home.clock = clock.clone();
    quota(&home, 1);
    let service = home.start().await;
    let member = service.found("member@vouch.example.org", Role::Member, None).await;
    let token = service.token(member.row).await;
    let email = |name: &str| json!({ "email": format!("{name}@vouch.example.org"), "lifetime_hours": 1 });
    let one = service.post(&token, "/v1/me/invites", email("one")).await.expect(201);
    let code = service.code_of(&text(&one["id"])).await;
    let early = on_the_way(&service, &code, "one@vouch.example.org").await;
    clock.set(NOON.after(HOUR));
    let token = service.token(member.row).await;
    service.post(&token, "/v1/me/invites", email("other")).await.expect(201);
    clock.set(NOON);
    let proved = prove(&service, &early).await;
    service.stop().await;
    ensure(
        refusal(&proved) == Came::Refused(410, "invite-expired".into()),
        format!("a use of an invite that is closed: {:?}", refusal(&proved)),
    )
}
