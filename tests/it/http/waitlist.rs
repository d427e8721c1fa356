//! The waitlist: who asks, proves, waits, leaves, is let in by a member or an admin, or refused.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    platform::{
        config::Config,
        terms::{ApplicationId, Role},
        vault::Field,
    },
    waitlist::{self, rules},
};

use super::{PASSWORD, Scene, address, nobody, texts};
use crate::support::{
    db::{Database, on_both},
    invariants::sound_soon,
    service::{Answer, Service, text},
};

/// Opens the waitlist for so many.
pub fn open_for(config: &mut Config, most: u32) {
    let seed = config.policy.seed_file.as_ref().expect("a policy");
    let policy = std::fs::read_to_string(seed).expect("the policy");
    let opened = policy
        .replace("open = false", "open = true")
        .replace("most = 1000", &format!("most = {most}"));
    assert_ne!(opened, policy);
    std::fs::write(seed, opened).expect("to write the policy");
}

/// Asks: the application and its token.
pub async fn ask(service: &Service, name: &str) -> (String, String) {
    let asked = service
        .post("", "/v1/waitlist", json!({ "email": address(name) }))
        .await
        .expect(201);
    (text(&asked["application"]), text(&asked["token"]))
}

/// The one-time code of an application, as its mail says it.
pub async fn code_of(service: &Service, application: &str) -> String {
    let id: ApplicationId = application.parse().expect("an id");
    let vault = service.app.core.vault.clone();
    let read = service.app.core.ledger.store().read(move |conn| {
        let found = waitlist::by_id(conn, id)?.expect("the application");
        let sealed = found.proofs.expect("a code");
        vault.key(conn, found.subject)?.open(Field::Proof, &sealed)
    });
    let codes: Value = serde_json::from_slice(&read.await.expect("the codes")).expect("JSON");
    text(&codes.as_array().expect("codes").last().expect("a code")["code"])
}

/// Gives the code of an application.
pub async fn prove(service: &Service, (application, token): &(String, String)) -> Answer {
    let code = json!({ "code": code_of(service, application).await });
    service.post(token, "/v1/waitlist/me/proof", code).await
}

/// Somebody who waits: the application and its token.
pub async fn waits(service: &Service, name: &str) -> (String, String) {
    let asked = ask(service, name).await;
    let proved = prove(service, &asked).await.expect(200);
    assert_eq!(proved["state"], "waiting");
    asked
}

async fn place(service: &Service, token: &str) -> (String, Value, Value) {
    let seen = service.get(token, "/v1/waitlist/me").await.expect(200);
    (text(&seen["state"]), seen["place"].clone(), seen["size"].clone())
}

async fn let_in(service: &Service, token: &str, name: &str) -> Answer {
    service
        .post(token, "/v1/me/waitlist/let-in", json!({ "email": address(name) }))
        .await
}

async fn drawn(scene: &Scene, way: &str, count: u32) -> Answer {
    let body = json!({ "way": way, "count": count });
    scene
        .service
        .post(&scene.owner_token, "/v1/admin/waitlist/draws", body)
        .await
}

/// The bodies of events of this kind, oldest first.
fn told(db: &Database, kind: &str) -> Vec<Value> {
    let bodies = texts(
        db,
        &format!("SELECT body AS t FROM events WHERE kind = '{kind}' ORDER BY id"),
    );
    bodies
        .iter()
        .map(|body| serde_json::from_str(body).expect("JSON"))
        .collect()
}

fn waiting_place(place: u32, size: u32) -> (String, Value, Value) {
    ("waiting".into(), json!(place), json!(size))
}

on_both! {
    async fn somebody_asks_proves_waits_and_leaves(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| open_for(config, 3)).await;
        let service = &scene.service;
        let (_, _) = scene.member("known", Role::Member).await;
        // Known or not, the answer is the same.
        let shape = async |name: &str| {
            let body = json!({ "email": address(name), "about": "I sing alto.\nAda knows me.", "locale": "zh" });
            let mut answer = service.post("", "/v1/waitlist", body).await.expect(201);
            for own in ["application", "token", "expires_at"] {
                assert!(answer.as_object_mut().expect("an object").remove(own).is_some_and(|is| is.is_string()));
            }
            answer
        };
        assert_eq!(shape("known").await, shape("stranger").await);
        // Who proves a member's address is told.
        prove(service, &ask(service, "known").await).await.refused(409, "person-limit-reached");

        let grace = ask(service, "grace").await;
        assert_eq!(place(service, &grace.1).await, ("unproved".into(), json!(null), json!(0)));
        let right = code_of(service, &grace.0).await;
        let wrong = if right == "000000" { "000001" } else { "000000" };
        let guess = async |code: &str| service.post(&grace.1, "/v1/waitlist/me/proof", json!({ "code": code })).await;
        for _ in 0..5 {
            guess(wrong).await.refused(422, "proof-wrong");
        }
        guess(&right).await.refused(429, "proof-locked");
        let grace = waits(service, "grace").await;
        let ada = waits(service, "ada").await;
        assert_eq!(place(service, &grace.1).await, waiting_place(1, 2));
        assert_eq!(place(service, &ada.1).await, waiting_place(2, 2));
        prove_again(service, &ada.1).await;
        let late = ask(service, "late").await;
        scene.clock.advance(Duration::from_secs(10 * 60));
        prove(service, &late).await.refused(410, "proof-stale");

        // Whoever asks again keeps the place; the newer token opens it.
        let again = ask(service, "grace").await;
        let proved = prove(service, &again).await.expect(200);
        assert_eq!((&proved["application"], &proved["place"]), (&json!(grace.0), &json!(1)));
        service.get(&grace.1, "/v1/waitlist/me").await.refused(404, "application-unknown");
        assert_eq!(place(service, &again.1).await, waiting_place(1, 2));

        // As many as the policy says, also of those who asked in time.
        let (third, fourth) = (ask(service, "third").await, ask(service, "fourth").await);
        prove(service, &third).await.expect(200);
        prove(service, &fourth).await.refused(409, "waitlist-full");
        service.post("", "/v1/waitlist", json!({ "email": address("fifth") })).await.refused(409, "waitlist-full");

        // Whoever leaves is forgotten, and who waits moves up.
        let keys = "SELECT count(*) AS n FROM subjects WHERE wrapped_key IS NOT NULL";
        let kept = db.figures(keys)[0];
        service.call(Method::DELETE, &again.1, "/v1/waitlist/me", None).await.expect(204);
        assert_eq!(db.figures(keys), [kept - 1]);
        service.get(&again.1, "/v1/waitlist/me").await.refused(404, "application-unknown");
        assert_eq!(place(service, &ada.1).await, waiting_place(1, 2));
        prove(service, &fourth).await.expect(200);
        assert_eq!(place(service, &fourth.1).await, waiting_place(3, 3));

        // After a day what was not proved goes with the next who asks.
        let unproved = "SELECT count(*) AS n FROM applications WHERE state = 'unproved'";
        assert!(db.figures(unproved)[0] > 1);
        service.call(Method::DELETE, &ada.1, "/v1/waitlist/me", None).await.expect(204);
        scene.clock.advance(Duration::from_secs(24 * 60 * 60));
        ask(service, "sixth").await;
        assert_eq!(db.figures(unproved), [1]);
        for (token, status, kind) in [("", 401, "unauthenticated"), ("vsw_nobody-s", 404, "application-unknown")] {
            service.get(token, "/v1/waitlist/me").await.refused(status, kind);
        }
        let long = "x".repeat(501);
        for note in [long.as_str(), "a\u{7}b"] {
            let body = json!({ "email": address("x"), "about": note });
            service.post("", "/v1/waitlist", body).await.refused(422, "invalid-value");
        }
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }

    async fn a_closed_waitlist_takes_nobody(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let body = json!({ "email": address("grace") });
        scene.service.post("", "/v1/waitlist", body).await.refused(409, "waitlist-closed");
        assert_eq!(db.figures("SELECT count(*) AS n FROM applications"), [0]);
        scene.service.stop().await;
    }

    /// The code comes by mail, and so does the invite; the member who lets somebody in is the edge.
    async fn a_member_lets_in_whom_they_know(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| open_for(config, 9)).await;
        let service = &scene.service;
        let (ada, token) = scene.member("ada", Role::Member).await;
        let (_, other) = scene.member("other", Role::Member).await;
        let grace = waits(service, "grace").await;
        let letters = async |name: &str| {
            let begun = Instant::now();
            loop {
                let found = mails(&scene, name);
                if !found.is_empty() || begun.elapsed() > Duration::from_secs(20) {
                    return found;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let code = ask(service, "iris").await;
        let mail = letters("iris").await.join("\n");
        assert!(mail.contains(&code_of(service, &code.0).await), "{mail}");

        let made = let_in(service, &token, "grace").await.expect(201);
        assert_eq!(place(service, &grace.1).await.0, "let_in");
        // Somebody else is told, and pays nothing; nor does the same member twice.
        for by in [&other, &token] {
            let_in(service, by, "grace").await.refused(409, "already-let-in");
        }
        // Who does not wait is invited all the same, with the same answer.
        let unknown = let_in(service, &token, "nobody-waits").await.expect(201);
        let names = |answer: &Value| answer.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&made), names(&unknown));
        let open = async |token: &str| service.get(token, "/v1/me").await.expect(200)["places"]["open"].clone();
        assert_eq!((open(&token).await, open(&other).await), (json!(2), json!(0)));

        service.call(Method::DELETE, &grace.1, "/v1/waitlist/me", None).await.refused(410, "application-over");
        let code = service.code_of(&text(&made["invite"])).await;
        let (flow, flow_token) = scene.proved(&code, "grace").await;
        let in_by = scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let me = service.get(&text(&in_by["session"]["access_token"]), "/v1/me").await.expect(200);
        assert_eq!(me["inviter"]["id"], json!(ada.id.to_string()));
        let begun = Instant::now();
        while service.get(&grace.1, "/v1/waitlist/me").await.status != 404 {
            assert!(begun.elapsed() < Duration::from_secs(20), "she still waits");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let left: Vec<Value> = told(db, "applicant_left").iter().map(|event| event["why"].clone()).collect();
        assert_eq!(left, [json!("joined")]);
        // An invite that ends unused lets them ask again, and be let in by another.
        let iris = waits(service, "iris").await;
        let made = let_in(service, &token, "iris").await.expect(201);
        let path = format!("/v1/me/invites/{}", text(&made["invite"]));
        service.call(Method::DELETE, &token, &path, None).await.expect(204);
        let_in(service, &other, "iris").await.expect(201);
        drop(iris);
        let clear = "SELECT count(*) AS n FROM events WHERE body LIKE '%vouch.example.org%'";
        assert_eq!(db.figures(clear), [0]);
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }

    async fn admins_let_in_by_order_and_by_who_is_vouched_for_and_refuse(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| open_for(config, 99)).await;
        let service = &scene.service;
        let owner = scene.owner_token.as_str();
        let (one, one_token) = scene.member("one", Role::Member).await;
        let (_, two_token) = scene.member("two", Role::Member).await;
        let (gone, gone_token) = scene.member("gone", Role::Member).await;
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let mut waiting = Vec::new();
        for n in 0..6 {
            let body = json!({ "email": address(&format!("w{n}")), "about": format!("the {n}th of us") });
            let asked = service.post("", "/v1/waitlist", body).await.expect(201);
            let asked = (text(&asked["application"]), text(&asked["token"]));
            prove(service, &asked).await.expect(200);
            waiting.push(asked);
        }
        let vouch = async |token: &str, name: &str| {
            service.post(token, "/v1/me/waitlist/vouch", json!({ "email": address(name) })).await.expect(204)
        };
        for (token, name) in [(&one_token, "w4"), (&two_token, "w4"), (&one_token, "w4"), (&one_token, "w2"), (&gone_token, "w5"), (&one_token, "nobody")] {
            vouch(token, name).await;
        }
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        service.post(owner, &format!("/v1/admin/people/{}/sanctions", gone.id), ban).await.expect(201);

        let list = service.get(owner, "/v1/admin/waitlist?limit=5").await.expect(200);
        let items = list["items"].as_array().expect("a list");
        assert_eq!((items.len(), &items[0]["about"], &items[4]["about"]), (5, &json!("the 0th of us"), &json!("the 4th of us")));
        assert_eq!(items[4]["vouched_by"].as_array().map(Vec::len), Some(2));
        assert_eq!(items[2]["vouched_by"], json!([one.id.to_string()]));
        assert!(!list.to_string().contains("@vouch.example.org") || list.to_string().contains('*'), "{list}");
        let next = format!("/v1/admin/waitlist?limit=5&cursor={}", text(&list["next"]));
        assert_eq!(service.get(owner, &next).await.expect(200)["items"].as_array().map(Vec::len), Some(1));
        let seen = service.get(&auditor, "/v1/admin/waitlist").await.expect(200);
        assert_eq!((&seen["items"][0]["about"], &seen["items"][0]["email_hint"]), (&json!(null), &json!(null)));

        // Those who are vouched for by members in good standing: two for the fourth, one for the second.
        let referred = drawn(&scene, "referral", 5).await.expect(201);
        assert_eq!((&referred["waiting"], &referred["let_in"], &referred["seed"]), (&json!(6), &json!(2), &json!(null)));
        let event = told(db, "waitlist_drawn").remove(0);
        assert_eq!(event["chosen"], json!([waiting[4].0, waiting[2].0]));
        assert_eq!(place(service, &waiting[5].1).await, waiting_place(4, 4));
        let body = json!({ "way": "order", "count": 1 });
        let path = "/v1/admin/waitlist/draws";
        let first = scene.keyed(owner, path, "draw", &body).await.expect(201);
        assert_eq!(scene.keyed(owner, path, "draw", &body).await.expect(201), first, "once");
        assert_eq!(place(service, &waiting[0].1).await.0, "let_in");
        assert_eq!(place(service, &waiting[1].1).await, waiting_place(1, 3));

        // Refused: what they said is gone, and when they ask again it is seen.
        let refuse = async |id: &str, reason: &str| {
            let path = format!("/v1/admin/waitlist/applications/{id}/refuse");
            service.post(owner, &path, json!({ "reason": reason })).await
        };
        refuse(&waiting[1].0, "short").await.refused(422, "invalid-value");
        refuse(&waiting[1].0, "sells things in rooms").await.expect(200);
        refuse(&waiting[1].0, "sells things in rooms").await.refused(410, "application-over");
        refuse(&nobody("application"), "sells things in rooms").await.refused(404, "application-unknown");
        assert_eq!(place(service, &waiting[1].1).await.0, "refused");
        service.call(Method::DELETE, &waiting[1].1, "/v1/waitlist/me", None).await.refused(410, "application-over");
        let said = "SELECT count(*) AS n FROM applications WHERE state IN ('refused', 'let_in') \
                    AND (address_sealed IS NOT NULL OR note_sealed IS NOT NULL OR proofs_sealed IS NOT NULL)";
        assert_eq!(db.figures(said), [0]);
        waits(service, "w1").await;
        let list = service.get(owner, "/v1/admin/waitlist").await.expect(200);
        let last = list["items"].as_array().expect("a list").last().expect("somebody").clone();
        assert_eq!(last["refused_before"][0]["reason"], "sells things in rooms");
        let seen = service.get(&auditor, "/v1/admin/waitlist").await.expect(200);
        let last = seen["items"].as_array().expect("a list").last().expect("somebody").clone();
        assert_eq!((&last["refused_before"][0]["reason"], last["refused_before"][0]["at"].is_string()), (&json!(null), true));
        for count in [0, 501] {
            drawn(&scene, "order", count).await.refused(422, "invalid-value");
        }
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }

    /// Two hundred wait. Two members let in twenty at once, ten of them both; then an admin draws thirty, and whoever reads
    /// the ledger draws the same.
    async fn story_waitlist(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| open_for(config, 200)).await;
        let service = &scene.service;
        let names: Vec<String> = (0..200).map(|n| format!("waits-{n}")).collect();
        let mut waiting = Vec::new();
        for part in names.chunks(20) {
            waiting.extend(join_all(part.iter().map(|name| waits(service, name))).await);
        }
        let (_, one) = scene.member("one", Role::Member).await;
        let (_, two) = scene.member("two", Role::Member).await;
        let asked = (0..20).flat_map(|n| [(&one, n), (&two, n)]).filter(|(by, n)| *by == &one && *n < 15 || *by == &two && *n >= 5);
        let answers = join_all(asked.map(|(by, n)| let_in(service, by, &names[n]))).await;
        let made = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!((made, answers.len()), (20, 30));
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            answer.refused(409, "already-let-in");
        }
        let mut open = 0;
        for token in [&one, &two] {
            open += service.get(token, "/v1/me").await.expect(200)["places"]["open"].as_i64().expect("a number");
        }
        assert_eq!(open, 20, "who came second pays nothing");
        // Twenty asked at once, in any order: they have the first places now.
        let mut places = Vec::new();
        for (_, token) in &waiting[20..40] {
            let (_, place, size) = place(service, token).await;
            assert_eq!(size, 180);
            places.push(place.as_i64().expect("a place"));
        }
        places.sort_unstable();
        assert_eq!(places, (1..=20).collect::<Vec<i64>>());

        let answer = drawn(&scene, "chance", 30).await.expect(201);
        assert_eq!((&answer["waiting"], &answer["let_in"]), (&json!(180), &json!(30)));
        // Whoever reads the ledger over HTTP sees it, once it has its place.
        let begun = Instant::now();
        let body = loop {
            let page = service.get(&scene.owner_token, "/v1/admin/ledger?type=waitlist_drawn").await.expect(200);
            match page["items"].get(0) {
                Some(_) => break told(db, "waitlist_drawn").remove(0),
                None => assert!(begun.elapsed() < Duration::from_secs(20), "the draw is not told"),
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        };
        assert_eq!(body["seed"], answer["seed"]);
        let ids = |list: &Value| -> Vec<ApplicationId> {
            let list = list.as_array().expect("a list");
            list.iter().map(|id| text(id).parse().expect("an id")).collect()
        };
        // By the words of the documentation, without the code that drew.
        let mut lots: Vec<(String, ApplicationId)> = ids(&body["waiting"])
            .into_iter()
            .map(|id| {
                let lot = vouchsafe::platform::vault::sha256(format!("{}:{id}", text(&body["seed"])).as_bytes());
                (data_encoding::HEXLOWER.encode(&lot), id)
            })
            .collect();
        lots.sort_by(|one, other| one.0.cmp(&other.0));
        let again: Vec<ApplicationId> = lots.iter().take(30).map(|(_, id)| *id).collect();
        assert_eq!(again, ids(&body["chosen"]));
        assert_eq!(lots[0].0, rules::lot(&text(&body["seed"]), lots[0].1));
        let chosen: BTreeSet<String> = again.iter().map(ToString::to_string).collect();
        let mut states = (0, 0);
        for (id, token) in &waiting[20..] {
            let (state, ..) = place(service, token).await;
            assert_eq!(state == "let_in", chosen.contains(id), "{id}");
            states = if state == "let_in" { (states.0 + 1, states.1) } else { (states.0, states.1 + 1) };
        }
        assert_eq!(states, (30, 150));
        assert_eq!(db.figures("SELECT count(*) AS n FROM invites"), [50]);
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}

/// Who waits already proves nothing more.
async fn prove_again(service: &Service, token: &str) {
    let code = json!({ "code": "123456" });
    service
        .post(token, "/v1/waitlist/me/proof", code)
        .await
        .refused(409, "step-out-of-order");
}

/// The letters in the mailbox to somebody.
fn mails(scene: &Scene, name: &str) -> Vec<String> {
    let Ok(folder) = std::fs::read_dir(scene.home.mailbox()) else {
        return Vec::new();
    };
    let letters = folder
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path()).ok());
    letters.filter(|letter| letter.contains(&address(name))).collect()
}
