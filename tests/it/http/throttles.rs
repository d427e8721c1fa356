//! Whoever has no credentials has only so many tries, counted in the store: over restarts, over
//! replicas, and whatever they write into their requests.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    http::rights::{Access, OPERATIONS, Verb},
    platform::{store::Backend, terms::Role},
};

use super::{Operation, PASSWORD, Scene, address};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, Service},
};

/// Of four in a minute, two may come at once.
const PER_MINUTE: u32 = 4;
const AT_ONCE: usize = 2;

/// One try by somebody who does their best to look like many: another code, another body, another
/// token, another address in every header that ever said where a request is from.
async fn attempt(service: &Service, operation: &Operation, nth: usize) -> Answer {
    let code = [
        "ABCDE-FGHJK-MNPQR-STUVW",
        "abcdefghjkmnpqrstuvw",
        "22222-22222-22222-22222",
        "x",
    ][nth % 4];
    let path = operation
        .path
        .replace("{code}", code)
        .replace("{flow}", &super::nobody("flow"));
    let forged = format!("203.0.113.{nth}");
    let mut request = operation.request(service, &path);
    for header in [
        "X-Forwarded-For",
        "X-Real-IP",
        "X-Client-IP",
        "CF-Connecting-IP",
        "True-Client-IP",
    ] {
        request = request.header(header, &forged);
    }
    request = request
        .header("Forwarded", format!("for={forged}"))
        .header("User-Agent", format!("client/{nth}"));
    request = match operation.id.as_str() {
        "oauth_introspect" | "filter_in_room" | "report_in_room" => {
            request.basic_auth(super::nobody("service"), Some(format!("secret-{nth}")))
        }
        _ if operation.path.contains("{flow}") => request.bearer_auth(format!("vsf_{nth}")),
        _ => request,
    };
    service.send(request).await
}

/// A refusal for being too many, as a problem or as OAuth says it.
fn is_throttled(answer: &Answer) -> bool {
    if answer.status != 429 {
        return false;
    }
    let seconds: u32 = answer
        .header("retry-after")
        .and_then(|text| text.parse().ok())
        .expect("Retry-After");
    assert!((1..=60).contains(&seconds), "{seconds} s");
    match answer.body["error"].as_str() {
        Some(error) => assert_eq!(error, "temporarily_unavailable"),
        None => answer.refused(429, "too-many-requests"),
    }
    true
}

/// Everything that can be called without an account.
fn open_operations() -> Vec<Operation> {
    let mut all = Operation::all();
    all.retain(|operation| {
        let known = OPERATIONS
            .iter()
            .find(|known| known.id == operation.id)
            .expect("in the table");
        let throttled = !matches!(known.access, Access::Public | Access::Roles(_));
        // Nothing that takes a body, or looks up what is in its path, is free of it.
        if known.verb != Verb::Get || known.path.contains('{') {
            assert!(throttled || matches!(known.access, Access::Roles(_)), "{}", known.id);
        }
        throttled
    });
    assert!(all.len() >= 12, "{}", all.len());
    all
}

on_both! {
    async fn every_open_door_closes_for_a_while_also_after_a_restart(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.throttle.per_address_per_minute = PER_MINUTE).await;
        let operations = open_operations();
        for operation in &operations {
            for nth in 0..AT_ONCE {
                let answer = attempt(&scene.service, operation, nth).await;
                assert!(!is_throttled(&answer), "{} at {nth}: {answer:?}", operation.id);
            }
            for nth in AT_ONCE..AT_ONCE + 3 {
                let answer = attempt(&scene.service, operation, nth).await;
                assert!(is_throttled(&answer), "{} at {nth}: {answer:?}", operation.id);
            }
        }
        // A HEAD is a GET.
        let head = scene.service.call(Method::HEAD, "", "/v1/invites/ABCDEFGHJKMNPQRSTUVW", None).await;
        assert_eq!(head.status, 429);

        let Scene { home, clock, service, .. } = scene;
        service.stop().await;
        let service = home.start().await;
        for operation in &operations {
            let answer = attempt(&service, operation, 9).await;
            assert!(is_throttled(&answer), "{} after a restart: {answer:?}", operation.id);
        }
        // Time alone opens it again, for one.
        clock.advance(std::time::Duration::from_secs(30));
        for operation in &operations {
            assert!(!is_throttled(&attempt(&service, operation, 10).await), "{} after its time", operation.id);
            assert!(is_throttled(&attempt(&service, operation, 11).await), "{} right after", operation.id);
        }
        service.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_add_up() {
    let db = Database::fresh(Backend::Postgres);
    let scene = Scene::with(&db, "reviewed", |config| {
        config.throttle.per_address_per_minute = PER_MINUTE;
        config.throttle.per_account_failures_per_day = 4;
        config.throttle.codes_per_address_per_hour = 4;
    })
    .await;
    let replica = scene.home.start().await;
    for operation in open_operations() {
        assert!(
            !is_throttled(&attempt(&scene.service, &operation, 0).await),
            "{}",
            operation.id
        );
        assert!(
            !is_throttled(&attempt(&replica, &operation, 1).await),
            "{}",
            operation.id
        );
        assert!(
            is_throttled(&attempt(&scene.service, &operation, 2).await),
            "{}",
            operation.id
        );
        assert!(
            is_throttled(&attempt(&replica, &operation, 3).await),
            "{}",
            operation.id
        );
    }
    replica.stop().await;
    scene.service.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn failures_of_an_account_add_up_over_replicas_and_restarts() {
    let db = Database::fresh(Backend::Postgres);
    let scene = Scene::with(&db, "reviewed", |config| {
        config.throttle.per_account_failures_per_day = 4
    })
    .await;
    let replica = scene.home.start().await;
    scene
        .service
        .found(&address("member"), Role::Member, Some(PASSWORD))
        .await;
    let sign_in = async |service: &Service, contact: &str, password: &str| {
        service
            .post("", "/v1/sessions", json!({ "contact": contact, "password": password }))
            .await
    };
    let wrong = "eleven slow turtles swim";
    // Whoever knows the password is not counted, however often they come.
    for _ in 0..6 {
        sign_in(&replica, &address("member"), PASSWORD).await.expect(201);
    }
    sign_in(&scene.service, &address("member"), wrong)
        .await
        .refused(401, "credentials-wrong");
    sign_in(&replica, "  MEMBER@Vouch.Example.ORG ", wrong)
        .await
        .refused(401, "credentials-wrong");
    for service in [&scene.service, &replica] {
        let locked = sign_in(service, &address("member"), PASSWORD).await;
        locked.refused(429, "account-locked");
        assert!(
            locked
                .header("retry-after")
                .is_some_and(|text| text.parse::<u32>().is_ok_and(|seconds| seconds > 0))
        );
    }
    let Scene {
        home, clock, service, ..
    } = scene;
    service.stop().await;
    replica.stop().await;
    let service = home.start().await;
    sign_in(&service, &address("member"), PASSWORD)
        .await
        .refused(429, "account-locked");
    clock.advance(std::time::Duration::from_secs(86_400 / 2));
    sign_in(&service, &address("member"), PASSWORD).await.expect(201);
    service.stop().await;
}

on_both! {
    /// An addressed invite names the address itself; by however many flows, it is one mailbox, and the six
    /// digits are not to be guessed.
    async fn an_addressed_invite_is_proved_by_its_mailbox_alone(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.throttle.codes_per_address_per_hour = 6).await;
        let invite = json!({ "email": "victim@vouch.example.org" });
        let invite = scene.service.post(&scene.owner_token, "/v1/me/invites", invite).await.expect(201);
        let code = scene.service.code_of(invite["id"].as_str().unwrap()).await;
        let asked = async || {
            let (flow, token) = scene.service.begin(&code).await;
            (scene.step(&flow, &token, "contact", json!({})).await, flow, token)
        };
        let (mut mails, mut guesses) = (0, 0);
        for _ in 0..2 {
            for _ in 0..50 {
                let (answer, flow, token) = asked().await;
                if answer.status != 200 {
                    answer.refused(429, "too-many-requests");
                    break;
                }
                mails += 1;
                let right = scene.service.proof_of(&flow).await;
                let wrong = if right == "000000" { "000001" } else { "000000" };
                for _ in 0..5 {
                    let answer = scene.step(&flow, &token, "contact/proof", json!({ "code": wrong })).await;
                    guesses += u32::from(answer.status != 429);
                }
            }
            scene.clock.advance(std::time::Duration::from_secs(3600));
        }
        assert!(mails <= 12, "{mails} mails in two hours");
        // All day long there are no more than a hundred guesses.
        for _ in 0..22 {
            let (answer, flow, token) = asked().await;
            if answer.status == 200 {
                for _ in 0..5 {
                    let answer = scene.step(&flow, &token, "contact/proof", json!({ "code": "000000" })).await;
                    guesses += u32::from(answer.status != 429);
                }
            }
            scene.clock.advance(std::time::Duration::from_secs(3600));
        }
        assert!(guesses <= 100, "{guesses} guesses in a day");
        // Whoever reads the mail comes in all the same, when the day is over.
        scene.clock.advance(std::time::Duration::from_secs(24 * 3600));
        let (answer, flow, token) = asked().await;
        answer.expect(200);
        let proof = json!({ "code": scene.service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        scene.service.stop().await;
    }

    async fn nobodys_mailbox_is_flooded(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.throttle.codes_per_address_per_hour = 2).await;
        let code = scene.link(9).await;
        scene.asked(&code, "victim").await;
        // By another flow, and in other letters, it is the same mailbox.
        let (flow, token) = scene.service.begin(&code).await;
        for email in ["victim@vouch.example.org", " Victim@VOUCH.example.org"] {
            let answer = scene.step(&flow, &token, "contact", json!({ "email": email })).await;
            answer.refused(429, "too-many-requests");
            assert!(answer.header("retry-after").is_some());
        }
        scene.asked(&code, "somebody-else").await;
        scene.clock.advance(std::time::Duration::from_secs(3600));
        scene.asked(&code, "victim").await;
        scene.service.stop().await;
    }
}

on_both! {
    /// Only a code that is sent counts for an address: whoever may not have one sent to it uses up nothing of what is
    /// somebody else's.
    async fn what_fails_costs_somebody_elses_address_nothing(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| config.throttle.codes_per_address_per_hour = 4).await;
        let victim = json!({ "email": address("victim") });
        // An invite to somebody else, a flow that was given up, and one that is past the step.
        let other = json!({ "email": address("other") });
        let other = scene.service.post(&scene.owner_token, "/v1/me/invites", other).await.expect(201);
        let (mismatched, mismatched_token) = scene.service.begin(&scene.service.code_of(other["id"].as_str().unwrap()).await).await;
        let link = scene.link(9).await;
        let (ended, ended_token) = scene.service.begin(&link).await;
        scene.service.call(Method::DELETE, &ended_token, &format!("/v1/onboarding/{ended}"), None).await.expect(204);
        let (past, past_token) = scene.proved(&link, "past").await;
        for _ in 0..6 {
            let answer = scene.step(&mismatched, &mismatched_token, "contact", victim.clone()).await;
            answer.refused(422, "contact-mismatch");
            scene.step(&ended, &ended_token, "contact", victim.clone()).await.refused(410, "flow-ended");
            scene.step(&past, &past_token, "contact", victim.clone()).await.refused(409, "step-out-of-order");
            let answer = scene.step(&past, &past_token, "contact", json!({ "email": "victim" })).await;
            assert_eq!(answer.status, 422, "{answer:?}");
        }
        let (flow, token) = scene.service.begin(&link).await;
        for _ in 0..2 {
            scene.step(&flow, &token, "contact", victim.clone()).await.expect(200);
        }
        scene.step(&flow, &token, "contact", victim.clone()).await.refused(429, "too-many-requests");
        // Whoever was invited there themself has the invite's own allowance.
        let invite = scene.service.post(&scene.owner_token, "/v1/me/invites", victim).await.expect(201);
        let (flow, token) = scene.service.begin(&scene.service.code_of(invite["id"].as_str().unwrap()).await).await;
        scene.step(&flow, &token, "contact", json!({})).await.expect(200);
        let proof = json!({ "code": scene.service.proof_of(&flow).await });
        scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
        scene.service.stop().await;
    }

    /// A subscriber with a /48 has 65 536 networks of the size that a single one usually has.
    async fn networks_of_ipv6_are_counted_at_each_size(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| {
            config.throttle.per_address_per_minute = PER_MINUTE;
            config.http.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        })
        .await;
        let from = async |address: String| {
            let request = scene.service.request(Method::GET, "/v1/invites/ABCDEFGHJKMNPQRSTUVW");
            is_throttled(&scene.service.send(request.header("X-Forwarded-For", address)).await)
        };
        // Each from a /64 of its own: four times two at once for a /56, sixteen times for a /48.
        for net in 0..8 {
            assert!(!from(format!("2001:db8:1:{net:x}::1")).await, "{net}");
        }
        for net in 8..12 {
            assert!(from(format!("2001:db8:1:{net:x}::1")).await, "{net}");
        }
        for net in (1..4).flat_map(|wide| (0..8).map(move |net| wide * 256 + net)) {
            assert!(!from(format!("2001:db8:1:{net:x}::1")).await, "{net}");
        }
        assert!(from("2001:db8:1:4000::1".into()).await, "all of the /48 are used up");
        assert!(!from("2001:db8:2::1".into()).await, "a neighbour's are not");
        assert!(!from("192.0.2.1".into()).await);
        scene.service.stop().await;
    }

    /// What can be written over and over by whoever is in, or on the way in, has a pace of its own.
    async fn whatever_can_be_written_without_end_has_a_limit(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| {
            config.throttle.flows_per_use_per_hour = 4;
            config.throttle.invites_per_member_per_hour = 8;
            config.throttle.tickets_per_member_per_minute = 6;
        })
        .await;
        let (_, member) = scene.member("member", Role::Member).await;
        let too_many = |answer: &Answer| {
            answer.refused(429, "too-many-requests");
            assert!(answer.header("retry-after").is_some());
        };
        // Invites, though each place is given back.
        let mut ids = Vec::new();
        for n in 0..4 {
            let body = json!({ "email": address(&format!("friend-{n}")) });
            let invite = scene.service.post(&member, "/v1/me/invites", body).await.expect(201);
            ids.push(invite["id"].as_str().unwrap().to_owned());
            scene.service.call(Method::DELETE, &member, &format!("/v1/me/invites/{}", ids[n]), None).await.expect(204);
        }
        for _ in 0..3 {
            too_many(&scene.service.post(&member, "/v1/me/invites", json!({ "email": address("friend") })).await);
            too_many(&scene.service.call(Method::DELETE, &member, &format!("/v1/me/invites/{}", ids[0]), None).await);
        }
        // Another member is not touched by it; a link of two uses is begun four times at once, and no more.
        let code = scene.link(2).await;
        for _ in 0..4 {
            scene.service.begin(&code).await;
        }
        for _ in 0..3 {
            too_many(&scene.service.post("", "/v1/onboarding", json!({ "code": code })).await);
        }
        scene.service.begin(&scene.link(1).await).await;
        // Tickets: the first comes free, and those that take its place are counted.
        scene.room(&scene.owner_token, "stage").await;
        let ticket = async || scene.service.post(&member, "/v1/rooms/stage/tickets", json!(null)).await;
        let mut refused = 0;
        for _ in 0..8 {
            let answer = ticket().await;
            match answer.status.as_u16() {
                429 => {
                    too_many(&answer);
                    refused += 1;
                }
                // Nobody has started its server.
                _ => answer.refused(503, "room-server-unavailable"),
            }
        }
        assert!(refused >= 4 || db.figures("SELECT COUNT(*) AS n FROM tickets") <= vec![4], "{refused}");
        scene.clock.advance(std::time::Duration::from_secs(1800));
        scene.service.begin(&code).await;
        scene.service.stop().await;
    }
}

/// A transaction that writes has an id: those who are refused again and again use none up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn refusals_cost_no_writes() {
    let db = Database::fresh(Backend::Postgres);
    let scene = Scene::with(&db, "open-circle", |config| {
        config.throttle.per_address_per_minute = PER_MINUTE;
        config.throttle.per_account_failures_per_day = 2;
        config.throttle.invites_per_member_per_hour = 2;
    })
    .await;
    let invite = async || {
        scene
            .service
            .post(&scene.owner_token, "/v1/me/invites", json!({}))
            .await
    };
    let preview = async || scene.service.get("", "/v1/invites/ABCDEFGHJKMNPQRSTUVW").await;
    invite().await.expect(201);
    for _ in 0..AT_ONCE {
        preview().await;
    }
    for answer in [invite().await, preview().await] {
        answer.refused(429, "too-many-requests");
    }
    // What goes on by itself, the leases of subscribers above all, writes too.
    let next = || db.figures("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS n")[0];
    let (before, begun) = (next(), std::time::Instant::now());
    for _ in 0..400 {
        invite().await.refused(429, "too-many-requests");
        preview().await.refused(429, "too-many-requests");
    }
    let (used, took) = (next() - before, begun.elapsed());
    assert!(used < 200, "{used} transactions for 800 refusals, in {took:?}");
    scene.service.stop().await;
}

on_both! {
    /// Whoever has signed in before is not locked out by what strangers try.
    async fn a_device_that_is_known_has_an_allowance_of_its_own(db: &Database) {
        let scene = Scene::with(db, "reviewed", |config| {
            config.throttle.per_account_failures_per_day = 8;
            config.throttle.per_device_failures_per_day = 4;
        })
        .await;
        for name in ["member", "other"] {
            scene.service.found(&address(name), Role::Member, Some(PASSWORD)).await;
        }
        let sign_in = async |name: &str, password: &str, device: &str| {
            let body = json!({ "contact": address(name), "password": password });
            let request = scene.service.request(Method::POST, "/v1/sessions").json(&body);
            scene.service.send(request.header("Vouchsafe-Device", device)).await
        };
        let device_of = async |name: &str| {
            let granted = sign_in(name, PASSWORD, "").await.expect(201);
            granted["device_token"].as_str().unwrap().to_owned()
        };
        let (laptop, telephone, others) = (device_of("member").await, device_of("member").await, device_of("other").await);
        let wrong = "eleven slow turtles swim";
        // From anywhere, under whatever is no token of this account.
        let forged = match laptop.split_at(40) {
            (start, rest) if rest.starts_with('A') => format!("{start}B{}", &rest[1..]),
            (start, rest) => format!("{start}A{}", &rest[1..]),
        };
        let no_tokens = ["", "vsd_", "x", &others, &forged];
        let mut tries = no_tokens.iter().cycle();
        for _ in 0..4 {
            sign_in("member", wrong, tries.next().unwrap()).await.refused(401, "credentials-wrong");
        }
        for _ in 0..6 {
            sign_in("member", PASSWORD, tries.next().unwrap()).await.refused(429, "account-locked");
        }
        // The devices go on, and a device that fails is the only one that waits.
        sign_in("member", PASSWORD, &laptop).await.expect(201);
        for _ in 0..2 {
            sign_in("member", wrong, &laptop).await.refused(401, "credentials-wrong");
        }
        sign_in("member", PASSWORD, &laptop).await.refused(429, "account-locked");
        sign_in("member", PASSWORD, &telephone).await.expect(201);
        // All of them together have no more than strangers have.
        let mut failures = 2;
        for _ in 0..6 {
            let device = sign_in("member", PASSWORD, &telephone).await;
            let Some(device) = device.body["device_token"].as_str().map(str::to_owned) else { break };
            for _ in 0..2 {
                failures += u32::from(sign_in("member", wrong, &device).await.status == 401);
            }
        }
        assert_eq!(failures, 4, "half of the day's at once");
        sign_in("other", PASSWORD, "").await.expect(201);
        scene.service.stop().await;
    }
}
