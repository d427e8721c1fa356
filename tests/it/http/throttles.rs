//! Whoever has no credentials has only so many tries, counted in the store: over restarts, over
//! replicas, and whatever they write into their requests.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    store::Backend,
    terms::Role,
    web::rights::{Access, OPERATIONS, Verb},
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
        "oauth_introspect" => request.basic_auth(super::nobody("service"), Some(format!("secret-{nth}"))),
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
