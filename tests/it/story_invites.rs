//! How a community grows by its invites: a file of ten thousand whose worker dies, phones, places that are earned back, an
//! invite that is passed on, a thousand who wait, and a link that leaks.

use std::{fs, sync::Arc, time::Duration};

use futures_util::future::join_all;
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{
    task::block_in_place,
    time::{Instant, sleep},
};
use vouchsafe::{
    people::Member,
    platform::{
        store::Target,
        terms::{Clock, ManualClock, Role, SystemClock},
    },
};

use crate::{
    http::{PASSWORD, Scene, address, texts, waitlist::waits},
    support::{
        db::{Database, on_both},
        invariants::sound_soon,
        replica::{Plan, Replica},
        service::{Answer, Home, text},
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many rows the file has.
const ROWS: usize = 10_000;
/// How many wait, and how many of them members let in.
const WAITING: usize = 1000;
const LET_IN: usize = 100;

/// What the preset says, and what this community says in its place.
const CHANGES: [(&str, &str); 4] = [
    ("contact = \"email\"", "contact = \"either\""),
    ("quota_per_member = 20", "quota_per_member = 2"),
    ("earn_places = 0", "earn_places = 1"),
    ("open = false", "open = true"),
];

on_both! {
    async fn story_invites(db: &Database) {
        let home = Home::new(db, "open-circle");
        change_policy(&home);
        let service = home.start().await;
        let owner = service.found(&address("owner"), Role::Owner, None).await;
        let token = service.token(owner.row).await;
        service.stop().await;
        a_file_outlives_its_worker(db, &home, &token).await;

        let mut scene = moved_by_hand(home, owner).await;
        let members = phones_and_places(&mut scene).await;
        a_thousand_wait(db, &scene, &members).await;
        a_link_leaks(&scene).await;
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}

/// Writes those changes into the policy that the community begins with.
pub fn change_policy(home: &Home) {
    let seed = home.config.policy.seed_file.as_ref().expect("a policy");
    let mut policy = fs::read_to_string(seed).expect("the policy");
    for (from, to) in CHANGES {
        assert!(policy.contains(from), "{from}");
        policy = policy.replace(from, to);
    }
    fs::write(seed, policy).expect("to write the policy");
}

/// The same community under a clock that the test moves.
async fn moved_by_hand(mut home: Home, owner: Member) -> Scene {
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    home.clock = clock.clone();
    let service = home.start().await;
    let owner_token = service.token(owner.row).await;
    Scene {
        home,
        clock,
        service,
        owner,
        owner_token,
    }
}

async fn until(what: &str, truth: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !truth().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        sleep(Duration::from_millis(10)).await;
    }
}

/// Whoever works on the file is killed in the middle of it. The other replica ends it: on PostgreSQL one that runs
/// beside it, on SQLite the next one that is started.
async fn a_file_outlives_its_worker(db: &Database, home: &Home, owner: &str) {
    let (url, beside) = match db.target() {
        Target::Postgres(url) => (url.expose_secret().to_owned(), true),
        Target::Sqlite(path) => (format!("sqlite://{}", path.display()), false),
    };
    let plan = |name: &str| Plan::new(home, name, &url);
    let holder = |lease: &str| {
        let sql = format!("SELECT owner AS t FROM leases WHERE name = '{lease}'");
        block_in_place(|| texts(db, &sql)).pop()
    };
    let first = plan("a").start().await;
    // Alone, so that it has the leases of all subscribers.
    until("the first follows the feed", async || holder("invite-mails").is_some()).await;
    let name = holder("invite-mails");
    let second = match beside {
        true => Some(plan("b").start().await),
        false => None,
    };
    let rows: String = (0..ROWS)
        .map(|n| format!("{},launch\n", address(&format!("row-{n}"))))
        .collect();
    let request = first.request(Method::POST, "/v1/admin/invites/bulk").bearer_auth(owner);
    let request = request
        .header("Content-Type", "text/csv")
        .body(format!("email,campaign\n{rows}"));
    let job = text(&first.send(request).await.expect(202)["job"]);
    let done = || block_in_place(|| db.figures("SELECT done AS n FROM jobs"))[0];
    until("somebody has begun", async || done() >= 400).await;
    let worker = holder("jobs");
    let (killed, other): (Replica, Option<Replica>) = match second {
        Some(second) if worker != name => (second, Some(first)),
        second => (first, second),
    };
    killed.kill();
    let at_the_kill = done();
    assert!(at_the_kill < ROWS as i64, "it was done before it was killed");
    let other = match other {
        Some(other) => other,
        None => plan("b").start().await,
    };
    until("the other has ended it", async || done() == ROWS as i64).await;
    assert_ne!(holder("jobs"), worker, "another works");
    for (what, figures) in [
        ("invites", "SELECT count(*) AS n FROM invites"),
        ("addresses", "SELECT count(DISTINCT address_blind) AS n FROM invites"),
        (
            "events",
            "SELECT count(*) AS n FROM events WHERE kind = 'invite_issued'",
        ),
        (
            "rows",
            "SELECT count(DISTINCT item) AS n FROM job_outcomes WHERE outcome = 'invited'",
        ),
        ("outcomes", "SELECT count(*) AS n FROM job_outcomes"),
    ] {
        assert_eq!(block_in_place(|| db.figures(figures)), [ROWS as i64], "{what}");
    }
    let shown = other.get(owner, &format!("/v1/admin/jobs/{job}")).await.expect(200);
    assert_eq!(shown["report"], json!({ "outcomes": { "invited": ROWS } }));
    other.signal("TERM");
    assert!(other.ended().await.success());
}

async fn give(scene: &Scene, token: &str, body: Value) -> Answer {
    scene.service.post(token, "/v1/me/invites", body).await
}

/// Comes in by an invite: the new member's id. Whoever was sent it need not type where it went to.
async fn come_in(scene: &Scene, code: &str, contact: Value) -> String {
    let (flow, token) = scene.service.begin(code).await;
    scene.step(&flow, &token, "contact", contact).await.expect(200);
    let proof = json!({ "code": scene.service.proof_of(&flow).await });
    scene.step(&flow, &token, "contact/proof", proof).await.expect(200);
    let password = json!({ "password": PASSWORD });
    text(&scene.step(&flow, &token, "password", password).await.expect(201)["person"])
}

/// Two members have two places each, and give them to phones. One earns a place back; the other passes an invite on.
async fn phones_and_places(scene: &mut Scene) -> [Member; 2] {
    let (ada, bob) = (
        scene.member("ada", Role::Member).await,
        scene.member("bob", Role::Member).await,
    );
    let mut given = Vec::new();
    for (place, (_, token)) in [&ada, &bob].into_iter().enumerate() {
        for n in 0..2 {
            let made = give(scene, token, json!({ "phone": format!("+86138123456{place}{n}") }))
                .await
                .expect(201);
            given.push(text(&made["id"]));
        }
        give(scene, token, json!({ "phone": "+8613812345699" }))
            .await
            .refused(409, "quota-exhausted");
        until("the messages are sent", async || {
            let listed = scene.service.get(token, "/v1/me/invites").await.expect(200);
            listed["items"]
                .as_array()
                .expect("a list")
                .iter()
                .all(|item| item["delivery"] == "sent")
        })
        .await;
    }
    let mut came = Vec::new();
    for invite in &given[..3] {
        came.push(come_in(scene, &scene.service.code_of(invite).await, json!({})).await);
    }

    // Passed on, it is another's, by another code; no place is taken or given back.
    let former = scene.service.code_of(&given[3]).await;
    let path = format!("/v1/me/invites/{}/pass-on", given[3]);
    let passed = scene
        .service
        .post(&bob.1, &path, json!({ "email": address("grace") }))
        .await
        .expect(201);
    scene
        .service
        .get("", &format!("/v1/invites/{former}"))
        .await
        .refused(410, "invite-closed");
    give(scene, &bob.1, json!({ "email": address("iris") }))
        .await
        .refused(409, "quota-exhausted");
    let code = scene.service.code_of(&text(&passed["id"])).await;
    let grace = come_in(scene, &code, json!({})).await;
    let shown = scene
        .service
        .get(&scene.owner_token, &format!("/v1/admin/people/{grace}"))
        .await
        .expect(200);
    assert_eq!(shown["came_by"]["passed_on_from"], json!(given[3]));

    // One of those whom Ada let in is banned: the other alone earns her a place, once thirty days have passed.
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
    let path = format!("/v1/admin/people/{}/sanctions", came[1]);
    scene.service.post(&scene.owner_token, &path, ban).await.expect(201);
    scene.clock.advance(30 * DAY);
    scene.owner_token = scene.service.token(scene.owner.row).await;
    let token = scene.service.token(ada.0.row).await;
    let places = scene.service.get(&token, "/v1/me").await.expect(200)["places"].clone();
    let figures = ["given", "earned", "used", "open", "left"].map(|name| places[name].as_i64().expect("a number"));
    assert_eq!(figures, [2, 1, 2, 0, 1], "{places}");
    give(scene, &token, json!({ "phone": "+8613812345699" }))
        .await
        .expect(201);
    give(scene, &token, json!({ "email": address("iris") }))
        .await
        .refused(409, "quota-exhausted");
    [ada.0, bob.0]
}

/// A thousand wait. An admin gives two members places for a hundred of them, and they let them in.
async fn a_thousand_wait(db: &Database, scene: &Scene, members: &[Member; 2]) {
    let service = &scene.service;
    let names: Vec<String> = (0..WAITING).map(|n| format!("waits-{n}")).collect();
    let mut waiting = Vec::with_capacity(WAITING);
    for part in names.chunks(25) {
        waiting.extend(join_all(part.iter().map(|name| waits(service, name))).await);
    }
    let place = async |token: &str| service.get(token, "/v1/waitlist/me").await.expect(200);
    assert_eq!(place(&waiting[WAITING - 1].1).await["size"], WAITING);
    let full = service
        .post("", "/v1/waitlist", json!({ "email": address("late") }))
        .await;
    full.refused(409, "waitlist-full");

    let mut tokens = Vec::new();
    for member in members {
        let grant = json!({ "places": LET_IN / 2, "reason": "brings the whole choir" });
        let path = format!("/v1/admin/people/{}/invite-quota", member.id);
        service.post(&scene.owner_token, &path, grant).await.expect(201);
        tokens.push(service.token(member.row).await);
    }
    let let_in = async |n: usize, by: usize| {
        let body = json!({ "email": address(&names[n]) });
        service.post(&tokens[by], "/v1/me/waitlist/let-in", body).await
    };
    // Of the first, both think at once.
    let both = join_all([let_in(0, 0), let_in(0, 1)]).await;
    let by = both
        .iter()
        .position(|answer| answer.status == 201)
        .expect("one lets them in");
    both[1 - by].refused(409, "already-let-in");
    let mut made = Vec::new();
    for part in (1..LET_IN).collect::<Vec<_>>().chunks(25) {
        let answers = join_all(
            part.iter()
                .map(|&n| let_in(n, if n < LET_IN / 2 { by } else { 1 - by })),
        )
        .await;
        made.extend(answers.into_iter().map(|answer| text(&answer.expect(201)["invite"])));
    }
    assert_eq!(
        (
            db.figures("SELECT count(*) AS n FROM applications WHERE state = 'let_in'")[0],
            made.len()
        ),
        (LET_IN as i64, LET_IN - 1)
    );
    // Those who asked last have moved up; in which order a chunk came is not said.
    let seen = place(&waiting[WAITING - 1].1).await;
    assert_eq!(seen["size"], WAITING - LET_IN);
    assert!(
        seen["place"].as_u64().expect("a place") > (WAITING - LET_IN - 25) as u64,
        "{seen}"
    );
    for (n, invite) in [(1, &made[0]), (LET_IN - 1, &made[LET_IN - 2])] {
        assert_eq!(place(&waiting[n].1).await["state"], "let_in");
        let person = come_in(scene, &service.code_of(invite).await, json!({})).await;
        let shown = service
            .get(&scene.owner_token, &format!("/v1/admin/people/{person}"))
            .await
            .expect(200);
        let inviter = if n < LET_IN / 2 { by } else { 1 - by };
        assert_eq!(shown["inviter"]["id"], json!(members[inviter].id), "{shown}");
    }
}

/// A link is passed around. Its campaign tells which one it is; it is ended, and whoever gave it stays who they were.
async fn a_link_leaks(scene: &Scene) {
    let (giver, token) = scene.member("giver", Role::Admin).await;
    let mut codes = Vec::new();
    for (campaign, comers) in [("concert", 1), ("choir", 4)] {
        let link = json!({ "max_uses": 5, "campaign": campaign });
        let code = text(&give(scene, &token, link).await.expect(201)["code"]);
        for n in 0..comers {
            let contact = json!({ "email": address(&format!("{campaign}-{n}")) });
            come_in(scene, &code, contact).await;
        }
        codes.push(code);
    }
    let figures = scene
        .service
        .get(&scene.owner_token, "/v1/admin/invites/figures?by=campaign")
        .await
        .expect(200);
    let items = figures["items"].as_array().expect("a list");
    let seen = |campaign: &str| {
        let found = items.iter().find(|item| item["campaign"] == campaign);
        let found = found.unwrap_or_else(|| panic!("{campaign} is counted"));
        ["sent", "joined"].map(|name| found[name].as_u64().expect("a number"))
    };
    assert_eq!((seen("launch"), seen("concert")), ([ROWS as u64, 0], [1, 1]));
    let leaked = items
        .iter()
        .max_by_key(|item| item["joined"].as_u64())
        .expect("a campaign");
    assert_eq!((&leaked["campaign"], seen("choir")), (&json!("choir"), [1, 4]));

    let order = json!({ "campaign": leaked["campaign"], "reason": "leaked" });
    let job = scene
        .service
        .post(&scene.owner_token, "/v1/admin/invites/revoke", order)
        .await
        .expect(202);
    scene.job_done(&text(&job["job"])).await;
    scene
        .service
        .get("", &format!("/v1/invites/{}", codes[1]))
        .await
        .refused(410, "invite-closed");
    scene
        .service
        .get("", &format!("/v1/invites/{}", codes[0]))
        .await
        .expect(200);
    let me = scene.service.get(&token, "/v1/me").await.expect(200);
    assert_eq!(
        (&me["standing"], &me["role"], &me["id"]),
        (&json!("active"), &json!("admin"), &json!(giver.id))
    );
    give(scene, &token, json!({ "email": address("iris") }))
        .await
        .expect(201);
}
