//! One way in, taken many times at once; one key, one quota, one handle.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use vouchsafe::platform::{
    store::{Backend, Guard, Guards},
    terms::Role,
};

use super::{
    Came, Newcomer, PASSWORD, admin, crowd, home, last_step, link, on_the_way, prove, quota, refusal, replicas, stop,
    tally,
};
use crate::support::{
    db::{Database, ensure, needs, on_both, run},
    invariants::sound_soon,
    service::{Answer, Service, text},
    turnstile::{in_turn, needs_apart},
};

/// What the last step answers where the flow is over.
const OVER: &[(u16, &str)] = &[(410, "flow-ended"), (410, "hold-expired")];

on_both! {
    async fn the_last_step_is_taken_once(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let (_, token) = admin(service, "inviter").await;
        let (_, code) = link(service, &token, 2).await;
        let who = on_the_way(service, &code, "newcomer@vouch.example.org").await;
        prove(service, &who).await.expect(200);
        let who = &who;
        let last = (0..200).map(|n| last_step(&services[n % services.len()], who, None));
        let came = join_all(last).await;
        assert_eq!(tally(&came, OVER), Ok(1));
        assert_eq!(sound_soon(db).await.unwrap(), 2);
        assert_eq!(last_step(service, who, None).await, Came::Refused(410, "flow-ended".into()));
        stop(services).await;
    }

    /// One person, one address, twenty devices: one place is held, and whichever device goes on last
    /// is the one that may.
    async fn twenty_devices_are_one_newcomer(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let (_, token) = admin(service, "inviter").await;
        let (_, code) = link(service, &token, 1).await;
        let email = "newcomer@vouch.example.org";
        let code = code.as_str();
        let devices = join_all((0..20).map(|_| on_the_way(service, code, email))).await;
        let proofs = devices.iter().enumerate().map(|(n, device)| prove(&services[n % services.len()], device));
        let proved = join_all(proofs).await;
        let flows: BTreeSet<String> =
            proved.iter().filter(|answer| answer.status == 200).map(|answer| text(&answer.body["flow"])).collect();
        assert_eq!(flows.len(), 1, "one newcomer, one flow");
        for answer in proved.iter().filter(|answer| answer.status != 200) {
            answer.refused(409, "invite-exhausted");
        }
        sound_soon(db).await.unwrap();

        // Who was refused in the throng may try again, with the same code; so may a further device.
        let flow = flows.into_iter().next().unwrap();
        let path = format!("/v1/onboarding/{flow}");
        let opened = async |token: &str| service.get(token, &path).await;
        let mut open = Vec::new();
        for device in &devices {
            if opened(&device.token).await.status == 200 {
                open.push(device);
            }
        }
        assert_eq!(open.len(), 1, "one token opens the flow");
        let first = open[0];
        let refused = devices.iter().zip(&proved).find(|(_, answer)| answer.status != 200);
        let last = match refused {
            Some((device, _)) => {
                let again = prove(service, device).await.expect(200);
                assert_eq!((&again["flow"], &again["next"]), (&json!(flow), &json!("credentials")));
                opened(&first.token).await.refused(404, "flow-unknown");
                device
            }
            None => first,
        };
        assert_eq!(opened(&last.token).await.expect(200)["next"], "credentials");
        let ends = devices.iter().map(|device| async {
            let who = Newcomer { flow: flow.clone(), token: device.token.clone(), proof: String::new() };
            last_step(service, &who, None).await
        });
        let came = join_all(ends).await;
        assert_eq!(tally(&came, &[(404, "flow-unknown")]), Ok(1));
        service.post("", "/v1/onboarding", json!({ "code": code })).await.refused(410, "invite-used");
        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    /// One address by two invites at once: one member; the other place is not used.
    async fn one_address_is_one_member(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let (_, token) = admin(service, "inviter").await;
        let mut ways = Vec::new();
        for _ in 0..4 {
            let (_, code) = link(service, &token, 1).await;
            let who = on_the_way(service, &code, "newcomer@vouch.example.org").await;
            prove(service, &who).await.expect(200);
            ways.push(who);
        }
        let last = ways.iter().enumerate().map(|(n, who)| last_step(&services[n % services.len()], who, None));
        let came = join_all(last).await;
        assert_eq!(tally(&came, &[(409, "person-limit-reached")]), Ok(1));
        assert_eq!(sound_soon(db).await.unwrap(), 2);
        stop(services).await;
    }

    /// One address by several invites to it at once, again and again: one member, and what follows from it
    /// (the others become void) is in nobody's way.
    async fn invites_to_one_address_are_one_member(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let (_, token) = admin(service, "inviter").await;
        for round in 0..8 {
            let email = format!("newcomer-{round}@vouch.example.org");
            let mut ways = Vec::new();
            for _ in 0..4 {
                let made = service.post(&token, "/v1/me/invites", json!({ "email": email })).await.expect(201);
                let code = service.code_of(&text(&made["id"])).await;
                let who = on_the_way(service, &code, &email).await;
                prove(service, &who).await.expect(200);
                ways.push(who);
            }
            let last = ways.iter().enumerate().map(|(n, who)| last_step(&services[n % services.len()], who, None));
            let came = join_all(last).await;
            // Refused by the address, or by the end of their way, where what follows was faster.
            assert_eq!(tally(&came, &[(409, "person-limit-reached"), (410, "flow-ended")]), Ok(1));
        }
        let begun = Instant::now();
        while db.figures("SELECT count(*) AS n FROM invites WHERE revoked_at IS NULL AND uses < max_uses") != [0] {
            assert!(begun.elapsed() < Duration::from_secs(20), "some invites still stand");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(db.figures("SELECT count(*) AS n FROM holds"), [0]);
        assert_eq!(sound_soon(db).await.unwrap(), 1 + 8);
        stop(services).await;
        if db.target().backend() == Backend::Postgres {
            let deadlocks = "SELECT deadlocks AS n FROM pg_stat_database WHERE datname = current_database()";
            assert_eq!(db.figures(deadlocks), [0]);
        }
    }

    /// A handle that is taken at the same moment is a refusal like any other, and costs no place.
    async fn one_handle_is_one_members(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let service = &services[0];
        let (_, token) = admin(service, "inviter").await;
        let (_, code) = link(service, &token, 8).await;
        let ways = crowd(service, &code, "newcomer", 8).await;
        for answer in join_all(ways.iter().map(|who| prove(service, who))).await {
            answer.expect(200);
        }
        // Somebody past the service has the handle in hand, and has not committed.
        let mut other = db.connect();
        let uid = match other.backend() {
            Backend::Sqlite => "x'00'",
            Backend::Postgres => "'\\x00'",
        };
        let person = format!("({uid}, 'kestrel', 'member', 'active', 'none', 'en', 0)");
        let columns = "uid, handle, role, standing, assurance, locale, joined_at";
        run(&mut other, &format!("BEGIN; INSERT INTO people ({columns}) VALUES {person}"));
        let commit = async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            run(&mut other, "COMMIT");
        };
        let (came, ()) = tokio::join!(last_step(service, &ways[0], Some("Kestrel")), commit);
        assert_eq!(came, Came::Refused(422, "invalid-value".into()));
        db.run("DELETE FROM people WHERE handle = 'kestrel'");

        let last = ways.iter().enumerate().map(|(n, who)| last_step(&services[n % services.len()], who, Some("heron")));
        let came = join_all(last).await;
        assert_eq!(tally(&came, &[(422, "invalid-value")]), Ok(1));
        let loser = came.iter().position(|came| matches!(came, Came::Refused(..))).unwrap();
        let again = last_step(service, &ways[loser], Some("wader")).await;
        assert!(matches!(again, Came::In(_)), "{again:?}");
        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    async fn one_key_is_one_invite(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let (_, token) = admin(&services[0], "inviter").await;
        let ask = |service: &Service, key: &str, email: &str| {
            let request = service.request(Method::POST, "/v1/me/invites").bearer_auth(&token);
            let key = format!("the-invite-number-{key}");
            request.header("Idempotency-Key", key).json(&json!({ "email": email }))
        };
        let asked = (0..50).map(|n| {
            let service = &services[n % services.len()];
            service.send(ask(service, "one", "ada@vouch.example.org"))
        });
        let bodies: Vec<_> = join_all(asked).await.into_iter().map(|answer| answer.expect(201)).collect();
        assert!(bodies.iter().all(|body| *body == bodies[0]), "{bodies:?}");
        assert_eq!(db.figures("SELECT count(*) AS n FROM invites"), [1]);

        // The same key for different things: one of them, and the others are told.
        let emails: Vec<String> = (0..20).map(|n| format!("grace-{n}@vouch.example.org")).collect();
        let asked = emails.iter().map(|email| services[0].send(ask(&services[0], "two", email)));
        let answers = join_all(asked).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(made, 1);
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            answer.refused(422, "idempotency-key-reused");
        }

        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    /// A last step that is repeated at once is one, and each is answered with the same session.
    async fn one_key_is_one_last_step(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let (_, token) = admin(&services[0], "inviter").await;
        let (_, code) = link(&services[0], &token, 2).await;
        let who = on_the_way(&services[0], &code, "newcomer@vouch.example.org").await;
        prove(&services[0], &who).await.expect(200);
        let path = format!("/v1/onboarding/{}/password", who.flow);
        let asked = (0..16).map(|n| {
            let service = &services[n % services.len()];
            let request = service.request(Method::POST, &path).bearer_auth(&who.token);
            let request = request.header("Idempotency-Key", "the-one-last-step").json(&json!({ "password": PASSWORD }));
            service.send(request)
        });
        let answers = join_all(asked).await;
        let sessions: BTreeSet<String> =
            answers.into_iter().map(|answer| text(&answer.expect(201)["session"]["session"]["id"])).collect();
        assert_eq!(sessions.len(), 1, "{sessions:?}");
        let by = "SELECT count(*) AS n FROM sessions JOIN flows ON flows.person = sessions.person";
        assert_eq!(db.figures(by), [1]);
        assert_eq!(sound_soon(db).await.unwrap(), 2);
        stop(services).await;
    }

    async fn a_quota_is_never_overdrawn(db: &Database) {
        let home = home(db, Guards::default());
        quota(&home, 5);
        let services = replicas(db, &home).await;
        let member = services[0].found("member@vouch.example.org", Role::Member, None).await;
        let token = services[0].token(member.row).await;
        let token = token.as_str();
        let asked = (0..50).map(|n| {
            let email = json!({ "email": format!("friend-{n}@vouch.example.org") });
            services[n % services.len()].post(token, "/v1/me/invites", email)
        });
        let answers = join_all(asked).await;
        let made: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
        assert_eq!(made.len(), 5);
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            answer.refused(409, "quota-exhausted");
        }
        // One taken back is one to give, whoever is first.
        let path = format!("/v1/me/invites/{}", text(&made[0].body["id"]));
        services[0].call(Method::DELETE, token, &path, None).await.expect(204);
        let asked = (0..10).map(|n| {
            let email = json!({ "email": format!("further-{n}@vouch.example.org") });
            services[n % services.len()].post(token, "/v1/me/invites", email)
        });
        let answers = join_all(asked).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    /// Whose invites share a transaction get each their own, with their own address; of who is refused
    /// nothing is kept, not even the key.
    async fn what_is_issued_together_is_each_ones_own(db: &Database) {
        let home = home(db, Guards::default());
        quota(&home, 4);
        let services = replicas(db, &home).await;
        let service = &services[0];
        let mut members = Vec::new();
        for n in 0..6 {
            let role = if n == 0 { Role::Admin } else { Role::Member };
            let member = service.found(&format!("inviter-{n}@vouch.example.org"), role, None).await;
            members.push((member.row, service.token(member.row).await));
        }
        // Only the admin may give out links.
        let is_link = |member: usize, turn: usize| member == 0 && turn % 2 == 1;
        let ask = |member: usize, turn: usize| {
            let request = service.request(Method::POST, "/v1/me/invites").bearer_auth(&members[member].1);
            let email = format!("of-{member}-{turn}@vouch.example.org");
            let body = if is_link(member, turn) { json!({ "max_uses": 1 }) } else { json!({ "email": email }) };
            let request = request.header("Idempotency-Key", format!("places-of-members/{member}/{turn}")).json(&body);
            async move { (member, turn, email, service.send(request).await) }
        };
        // The admin has no quota; of the six of each member four fit.
        let asked = join_all((0..36).map(|n| ask(n % 6, n / 6))).await;
        for (member, turn, email, answer) in &asked {
            if answer.status != 201 {
                answer.refused(409, "quota-exhausted");
                continue;
            }
            let expected = if is_link(*member, *turn) { json!(null) } else { json!(email) };
            assert_eq!(answer.body["email"], expected, "{member}/{turn}");
        }
        let taken = |answers: &[(usize, usize, String, Answer)], member: usize| {
            answers.iter().filter(|(of, .., answer)| *of == member && answer.status == 201).count()
        };
        for (member, (row, token)) in members.iter().enumerate() {
            let given = if member == 0 { 6 } else { 4 };
            assert_eq!(taken(&asked, member), given);
            let list = service.get(token, "/v1/me/invites").await.expect(200);
            let listed: BTreeSet<String> = list["items"].as_array().unwrap().iter().map(|one| text(&one["id"])).collect();
            let own = asked.iter().filter(|(of, .., answer)| *of == member && answer.status == 201);
            assert_eq!(listed, own.map(|(.., answer)| text(&answer.body["id"])).collect());
            for one in list["items"].as_array().unwrap() {
                let same = asked.iter().find(|(.., answer)| answer.body["id"] == one["id"]).unwrap();
                // Its letter may have left meanwhile.
                let mut answered = same.3.body.clone();
                answered["delivery"] = one["delivery"].clone();
                assert_eq!(one, &answered, "as it was answered");
            }
            let sql = format!("SELECT count(*) AS n FROM events WHERE kind = 'invite_issued' AND actor = {}", row.0);
            assert_eq!(db.figures(&sql), [given as i64]);
        }
        // A refusal claimed nothing: with a place that is free again the same request goes through.
        let path = |answer: &Answer| format!("/v1/me/invites/{}", text(&answer.body["id"]));
        let (.., made) = asked.iter().find(|(of, .., answer)| *of == 1 && answer.status == 201).unwrap();
        service.call(Method::DELETE, &members[1].1, &path(made), None).await.expect(204);
        let (_, turn, ..) = asked.iter().find(|(of, .., answer)| *of == 1 && answer.status != 201).unwrap();
        let (.., again) = ask(1, *turn).await;
        again.expect(201);
        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    /// Wrong codes at once are each counted: nobody gets more guesses by being quick.
    async fn quick_guesses_are_counted(db: &Database) {
        needs(Guard::AttemptsCounted, db.target().backend(), quick_guesses).await;
    }
}

async fn quick_guesses(db: &Database, guards: Guards) -> Result<(), String> {
    let services = replicas(db, &home(db, guards)).await;
    let (_, token) = admin(&services[0], "inviter").await;
    let (_, code) = link(&services[0], &token, 1).await;
    let who = on_the_way(&services[0], &code, "newcomer@vouch.example.org").await;
    let wrong = if who.proof == "000000" { "000001" } else { "000000" };
    let guess = Newcomer {
        flow: who.flow.clone(),
        token: who.token.clone(),
        proof: wrong.into(),
    };
    let guess = &guess;
    let answers = join_all((0..50).map(|n| prove(&services[n % services.len()], guess))).await;
    let told = |as_told: Came| answers.iter().filter(|answer| refusal(answer) == as_told).count();
    let (wrong, locked) = (
        told(Came::Refused(422, "proof-wrong".into())),
        told(Came::Refused(429, "proof-locked".into())),
    );
    ensure(
        (wrong, locked) == (5, 45),
        format!("{wrong} guesses, {locked} too many"),
    )?;
    prove(&services[0], &who).await.refused(429, "proof-locked");
    let late = last_step(&services[0], &who, None).await;
    assert_eq!(late, Came::Refused(409, "step-out-of-order".into()));
    stop(services).await;
    Ok(())
}

/// Two requests with one key: the second does nothing, and is answered as the first.
async fn one_key(db: &Database, guards: Guards) -> Result<(), String> {
    let service = home(db, guards).start().await;
    let (_, token) = admin(&service, "admin").await;
    let body = json!({
        "kind": "janus",
        "client_url": "http://127.0.0.1:9/janus",
        "admin_url": "http://127.0.0.1:9/admin",
        "admin_secret": "an admin secret",
    });
    let register = || {
        let request = service
            .request(Method::POST, "/v1/admin/room-servers")
            .bearer_auth(&token);
        let request = request.header("Idempotency-Key", "5e0ff6b8-3d55-4a0e-9b7e-0d3f0c6f4a10");
        service.send(request.json(&body))
    };
    let (first, second) = in_turn(db, "idempotency", register(), register()).await;
    service.stop().await;
    let servers = db.figures("SELECT count(*) AS n FROM room_servers");
    ensure(servers == [1], format!("{servers:?} room servers by one key"))?;
    let same = first.body["id"] == second.body["id"];
    ensure(
        first.status == 201 && second.status == 201 && same,
        format!("{second:?}"),
    )
}

/// A member with one place left gives out two.
async fn one_place(db: &Database, guards: Guards) -> Result<(), String> {
    let home = home(db, guards);
    quota(&home, 1);
    let service = home.start().await;
    let member = service.found("member@vouch.example.org", Role::Member, None).await;
    let token = service.token(member.row).await;
    let (path, friend) = (
        "/v1/me/invites",
        |n| json!({ "email": format!("friend-{n}@vouch.example.org") }),
    );
    let (first, second) = in_turn(
        db,
        "invites",
        service.post(&token, path, friend(1)),
        service.post(&token, path, friend(2)),
    )
    .await;
    service.stop().await;
    ensure(first.status == 201, format!("the first: {:?}", refusal(&first)))?;
    ensure(
        refusal(&second) == Came::Refused(409, "quota-exhausted".into()),
        format!("the second: {:?}", refusal(&second)),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_is_one_room_server_because_it_is_claimed() {
    needs_apart(Guard::KeyOnce, one_key).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_quota_is_never_overdrawn_because_its_owner_is_held() {
    needs_apart(Guard::QuotaHeld, one_place).await;
}
