//! What is refused, and how: each kind of docs/problems.md is provoked here or in the test of its room,
//! which the last test holds.

use std::{fs, path::Path, time::Duration};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    http::Problem,
    platform::{
        store::Backend,
        terms::{Clock, Role, Timestamp},
    },
    policy,
};

use super::{PASSWORD, Scene, address, identity, resident_id};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const DAY: Duration = Duration::from_secs(86_400);
const MICRO: Duration = Duration::from_micros(1);

impl Scene {
    /// What a code opens.
    async fn preview(&self, code: &str) -> Answer {
        self.service.get("", &format!("/v1/invites/{code}")).await
    }

    /// Both doors say the same of a code that opens nothing.
    async fn closed(&self, code: &str, status: u16, slug: &str) {
        self.preview(code).await.refused(status, slug);
        self.service
            .post("", "/v1/onboarding", json!({ "code": code }))
            .await
            .refused(status, slug);
    }

    /// The place is held: whoever comes by it shows an address before they learn that it is not held for them.
    async fn taken(&self, code: &str, name: &str, (status, slug): (u16, &str)) {
        self.preview(code).await.expect(200);
        let (flow, token) = self.asked(code, name).await;
        let proof = json!({ "code": self.service.proof_of(&flow).await });
        let answer = self.step(&flow, &token, "contact/proof", proof).await;
        answer.refused(status, slug);
    }

    /// A token for now: the clock may have moved by days.
    async fn fresh(&self) -> String {
        self.service.token(self.owner.row).await
    }

    pub async fn put_policy(&self, etag: Option<&str>, document: &str) -> Answer {
        let request = self
            .service
            .request(Method::PUT, "/v1/admin/policy")
            .bearer_auth(self.fresh().await);
        let request = match etag {
            Some(etag) => request.header("If-Match", etag),
            None => request,
        };
        self.service.send(request.json(&json!({ "document": document }))).await
    }
}

fn micros(text: &Value) -> Timestamp {
    serde_json::from_value(text.clone()).expect("a time")
}

on_both! {
    async fn a_code_that_opens_nothing(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        for code in ["ABCDE-FGHJK-MNPQR-STUVW", "x", "%E2%80%AE", "ABCDEFGHJKMNPQRSTUVW2", "0OIL1-FGHJK-MNPQR-STUVW"] {
            scene.preview(code).await.refused(404, "invite-unknown");
        }
        scene.closed("ABCDE-FGHJK-MNPQR-STUVW", 404, "invite-unknown").await;

        // Taken back: also from whoever is on their way in by it.
        let invite = service.post(&scene.owner_token, "/v1/me/invites", json!({})).await.expect(201);
        let code = text(&invite["code"]);
        let (flow, token) = scene.proved(&code, "on-the-way").await;
        scene.taken(&code, "another", (409, "invite-exhausted")).await;
        let path = format!("/v1/me/invites/{}", text(&invite["id"]));
        for _ in 0..2 {
            service.call(Method::DELETE, &scene.owner_token, &path, None).await.expect(204);
        }
        scene.closed(&code, 410, "invite-closed").await;
        let last = json!({ "password": PASSWORD });
        scene.step(&flow, &token, "password", last.clone()).await.refused(410, "invite-closed");

        // Used.
        let code = scene.link(1).await;
        let (flow, token) = scene.proved(&code, "member").await;
        scene.step(&flow, &token, "password", last.clone()).await.expect(201);
        scene.closed(&code, 410, "invite-used").await;

        // Its inviter is under a sanction, and is not any more.
        let (inviter, inviter_token) = scene.member("inviter", Role::Admin).await;
        let invite = service.post(&inviter_token, "/v1/me/invites", json!({ "max_uses": 2 })).await.expect(201);
        let code = text(&invite["code"]);
        let (flow, token) = scene.proved(&code, "in-between").await;
        let sanctions = format!("/v1/admin/people/{}/sanctions", inviter.id);
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
        let ban = service.post(&scene.owner_token, &sanctions, ban).await.expect(201);
        scene.closed(&code, 410, "invite-closed").await;
        scene.step(&flow, &token, "password", last.clone()).await.refused(410, "invite-closed");
        let lift = format!("{sanctions}/{}/lift", text(&ban["id"]));
        service.post(&scene.owner_token, &lift, json!({ "note": "a mistake" })).await.expect(200);
        scene.preview(&code).await.expect(200);
        scene.step(&flow, &token, "password", last).await.expect(201);
        scene.service.stop().await;
    }

    /// No job has to run for a time to be over: the clock is put to the last moment, and past it.
    async fn the_end_of_an_invite_and_of_a_hold_is_a_moment(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let hour = json!({ "lifetime_hours": 1, "max_uses": 2 });
        let invite = scene.service.post(&scene.owner_token, "/v1/me/invites", hour).await.expect(201);
        let (code, ends) = (text(&invite["code"]), micros(&invite["expires_at"]));
        assert_eq!(ends, scene.clock.now().after(Duration::from_secs(3600)));
        let (late_flow, late) = scene.asked(&code, "late").await;
        let late_proof = json!({ "code": scene.service.proof_of(&late_flow).await });
        scene.clock.set(ends.before(MICRO));
        scene.preview(&code).await.expect(200);
        let (flow, token) = scene.proved(&code, "in-time").await;
        let view = scene.service.get(&token, &format!("/v1/onboarding/{flow}")).await.expect(200);
        let held_until = micros(&view["expires_at"]);
        assert_eq!(held_until, scene.clock.now().after(DAY * 14));
        for moment in [ends, ends.after(Duration::from_secs(1))] {
            scene.clock.set(moment);
            // Whoever holds a use may come back for it; another learns that it is over when their address shows
            // that they do not.
            scene.taken(&code, "too-late", (410, "invite-expired")).await;
        }
        // Who had come no further than the code comes too late; the one-time code is stale by now, too.
        scene.step(&late_flow, &late, "contact/proof", late_proof).await.refused(410, "proof-stale");
        scene.step(&late_flow, &late, "contact", json!({ "email": address("late") })).await.expect(200);
        let late_proof = json!({ "code": scene.service.proof_of(&late_flow).await });
        scene.step(&late_flow, &late, "contact/proof", late_proof).await.refused(410, "invite-expired");
        // Whoever holds a use may finish until their own time is over.
        scene.clock.set(held_until);
        let last = json!({ "password": PASSWORD });
        scene.step(&flow, &token, "password", last.clone()).await.refused(410, "hold-expired");
        scene.closed(&code, 410, "invite-expired").await;
        scene.clock.set(held_until.before(MICRO));
        scene.step(&flow, &token, "password", last).await.expect(201);
        scene.service.stop().await;
    }

    async fn a_use_whose_hold_is_over_is_the_next_ones(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let hold = policy::preset("open-circle").unwrap().replace("hold_days = 14", "hold_days = 1");
        scene.put_policy(Some("\"1\""), &hold).await.expect(200);
        let code = scene.link(1).await;
        let (first, first_token) = scene.proved(&code, "first").await;
        let until = scene.clock.now().after(DAY);
        scene.clock.set(until.before(MICRO));
        scene.taken(&code, "too-early", (409, "invite-exhausted")).await;
        scene.clock.set(until);
        scene.preview(&code).await.expect(200);
        let last = json!({ "password": PASSWORD });
        scene.step(&first, &first_token, "password", last.clone()).await.refused(410, "hold-expired");
        let (next, next_token) = scene.proved(&code, "next").await;
        // Gone to somebody else it is over for good, whether or not that has been noted yet.
        let over = scene.step(&first, &first_token, "password", last.clone()).await;
        assert_eq!(over.status, 410, "{over:?}");
        let view = scene.service.get(&first_token, &format!("/v1/onboarding/{first}")).await.expect(200);
        assert!(view["state"] == "lapsed" || view["state"] == "ended", "{view}");
        scene.step(&next, &next_token, "password", last.clone()).await.expect(201);
        scene.closed(&code, 410, "invite-used").await;

        // A flow without a proved address is over after a day.
        let (flow, token) = scene.service.begin(&scene.link_now().await).await;
        scene.clock.advance(DAY);
        scene.step(&flow, &token, "contact", json!({ "email": address("slow") })).await.refused(410, "flow-ended");
        scene.service.stop().await;
    }

    async fn proofs_go_stale_and_are_locked(db: &Database) {
        let scene = Scene::with(db, "open-circle", |config| config.throttle.proof_attempts = 3).await;
        let (flow, token) = scene.asked(&scene.link(1).await, "newcomer").await;
        let step = async |step: &str, body: Value| scene.step(&flow, &token, step, body).await;
        let ask = json!({ "email": address("newcomer") });
        let proof = scene.service.proof_of(&flow).await;
        let wrong = if proof == "000000" { "000001" } else { "000000" };
        for wrong in [wrong, "", "x", " "].iter().take(3) {
            step("contact/proof", json!({ "code": wrong })).await.refused(422, "proof-wrong");
        }
        // Now the right one is of no use either, until another is asked for.
        let locked = step("contact/proof", json!({ "code": proof })).await;
        locked.refused(429, "proof-locked");
        assert_eq!(locked.header("retry-after"), Some("1"));
        step("contact", ask.clone()).await.expect(200);
        let proof = scene.service.proof_of(&flow).await;
        scene.clock.advance(Duration::from_secs(600));
        step("contact/proof", json!({ "code": proof })).await.refused(410, "proof-stale");
        step("contact", ask.clone()).await.expect(200);
        // Each of the last three is good; what was good once is told so, however often, and costs no try.
        let mut sent = vec![scene.service.proof_of(&flow).await];
        for _ in 0..3 {
            step("contact", ask.clone()).await.expect(200);
            sent.push(scene.service.proof_of(&flow).await);
        }
        if !sent[1..].contains(&sent[0]) {
            for _ in 0..5 {
                step("contact/proof", json!({ "code": sent[0] })).await.refused(410, "proof-stale");
            }
        }
        // Sent to another address, it is no proof of this one.
        let (other, other_token) = scene.asked(&scene.link_now().await, "one").await;
        let first = scene.service.proof_of(&other).await;
        scene.step(&other, &other_token, "contact", json!({ "email": address("two") })).await.expect(200);
        if first != scene.service.proof_of(&other).await {
            scene.step(&other, &other_token, "contact/proof", json!({ "code": first })).await.refused(410, "proof-stale");
        }
        // Tries are counted over all that are good: another code is no further try.
        let (guessed, guessed_token) = scene.asked(&scene.link_now().await, "guessed").await;
        for turn in 0..3 {
            let known = scene.service.proof_of(&guessed).await;
            let wrong = if known.starts_with('9') { "000000" } else { "999999" };
            scene.step(&guessed, &guessed_token, "contact/proof", json!({ "code": wrong })).await.refused(422, "proof-wrong");
            if turn < 2 {
                scene.step(&guessed, &guessed_token, "contact", json!({ "email": address("guessed") })).await.expect(200);
            }
        }
        let right = json!({ "code": scene.service.proof_of(&guessed).await });
        scene.step(&guessed, &guessed_token, "contact/proof", right.clone()).await.refused(429, "proof-locked");
        scene.step(&guessed, &guessed_token, "contact", json!({ "email": address("guessed") })).await.expect(200);
        scene.step(&guessed, &guessed_token, "contact/proof", right).await.refused(410, "proof-stale");
        let proof = sent.swap_remove(1);
        scene.clock.advance(Duration::from_secs(600) - MICRO);
        step("contact/proof", json!({ "code": format!(" {proof} ") })).await.expect(200);
        scene.service.stop().await;
    }

    async fn places_run_out_and_come_back(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let two = policy::preset("reviewed").unwrap().replace("quota_per_member = 20", "quota_per_member = 2");
        scene.put_policy(Some("\"1\""), &two).await.expect(200);
        let (_, member) = scene.member("member", Role::Member).await;
        let invite = async |name: &str| scene.service.post(&member, "/v1/me/invites", json!({ "email": address(name) })).await;
        let first = invite("one").await.expect(201);
        invite("two").await.expect(201);
        invite("three").await.refused(409, "quota-exhausted");
        let path = format!("/v1/me/invites/{}", text(&first["id"]));
        scene.service.call(Method::DELETE, &member, &path, None).await.expect(204);
        invite("three").await.expect(201);
        invite("four").await.refused(409, "quota-exhausted");
        scene.service.post(&member, "/v1/me/invites", json!({})).await.refused(403, "not-eligible-to-invite");
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let answer = scene.service.post(&auditor, "/v1/me/invites", json!({ "email": address("five") })).await;
        answer.refused(403, "not-eligible-to-invite");
        let (unfit, refused) = ((400, "invalid-field"), (422, "invalid-value"));
        for (body, field, (status, kind)) in [
            (json!({ "max_uses": 0 }), "/max_uses", refused),
            (json!({ "max_uses": 101 }), "/max_uses", refused),
            (json!({ "max_uses": 4_294_967_296_u64 }), "/max_uses", unfit),
            (json!({ "max_uses": -1 }), "/max_uses", unfit),
            (json!({ "max_uses": 1.5 }), "/max_uses", unfit),
            (json!({ "lifetime_hours": 0 }), "/lifetime_hours", refused),
            (json!({ "lifetime_hours": 14 * 24 + 1 }), "/lifetime_hours", refused),
            (json!({ "email": "x", "max_uses": 1 }), "/max_uses", refused),
            (json!({ "email": "x" }), "/email", refused),
            (json!({ "email": "a@b.example\r\nBcc: c@d.example" }), "/email", refused),
        ] {
            let answer = scene.service.post(&scene.owner_token, "/v1/me/invites", body.clone()).await;
            answer.refused(status, kind);
            assert_eq!(answer.body["field"], field, "{body}: {}", answer.body);
        }
        scene.service.stop().await;
    }
}

impl Scene {
    /// The owner's link, given now.
    async fn link_now(&self) -> String {
        let token = self.fresh().await;
        text(&self.service.post(&token, "/v1/me/invites", json!({})).await.expect(201)["code"])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_every_script_and_what_is_no_name() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "real-name").await;
    let code = scene.link(40).await;
    let names = [
        "محمد بن عبد الله الخوارزمي",
        "فاطمه زهرا می‌نوری",
        "अनुष्का श्रीवास्तव",
        "བསྟན་འཛིན་རྒྱ་མཚོ",
        "შოთა რუსთაველი",
        "ኃይለ ሥላሴ",
        "ᠪᠣᠷᠵᠢᠭᠢᠨ",
        "ꆈꌠ",
        "艾力·买买提",
        "𠮷田太郎",
        "Müller-Lüdenscheidt",
        "O’Brien d'Arc",
        "Ñu",
        "X",
        "Nguyễn Thị Minh Khai",
        "ܐܦܪܝܡ",
        "ᏍᏏᏉᏯ",
        "ଓଡ଼ିଆ",
    ];
    for (nth, name) in (0..).zip(names) {
        let (flow, token) = scene.proved(&code, &format!("name-{nth}")).await;
        let answer = scene
            .step(&flow, &token, "identity", identity(name, &resident_id(40 + nth)))
            .await;
        assert_eq!(answer.status, 200, "{name}: {answer:?}");
        assert_eq!(answer.body["next"], "credentials", "{name}");
    }
    let (flow, token) = scene.proved(&code, "no-name").await;
    for name in [
        "",
        " ",
        "🙂🙂",
        "12345",
        "-",
        "A\nB",
        "A\u{202e}B",
        "A\u{0}B",
        &"x".repeat(101),
    ] {
        let answer = scene
            .step(&flow, &token, "identity", identity(name, &resident_id(90)))
            .await;
        answer.refused(422, "name-invalid");
        assert_eq!(answer.body["field"], "/full_name");
    }
    for number in [
        "",
        "11010519491231002",
        "110105194912310021",
        "11010519490231002X",
        "1101052199123100000",
        "E12345678",
    ] {
        let answer = scene.step(&flow, &token, "identity", identity("张伟", number)).await;
        answer.refused(422, "document-invalid");
    }
    scene
        .step(&flow, &token, "identity", identity("张伟", &resident_id(90)))
        .await
        .expect(200);
    for password in [
        "",
        "fourteen chars",
        &"a".repeat(20),
        "passwordpassword",
        "qwertyuiopqwertyuiop",
    ] {
        scene
            .step(&flow, &token, "password", json!({ "password": password }))
            .await
            .refused(422, "password-refused");
    }
    let odd = json!({ "password": PASSWORD, "handle": "no such handle!" });
    scene
        .step(&flow, &token, "password", odd)
        .await
        .refused(422, "invalid-value");
    scene
        .step(
            &flow,
            &token,
            "password",
            json!({ "password": PASSWORD, "handle": "wei" }),
        )
        .await
        .expect(201);
    let (flow, token) = scene.proved(&code, "second").await;
    scene
        .step(&flow, &token, "identity", identity("张伟", &resident_id(91)))
        .await
        .expect(200);
    let taken = scene
        .step(
            &flow,
            &token,
            "password",
            json!({ "password": PASSWORD, "handle": "wei" }),
        )
        .await;
    taken.refused(422, "invalid-value");
    assert_eq!(taken.body["field"], "/handle");
    // Nothing of the last step was done.
    scene
        .step(&flow, &token, "password", json!({ "password": PASSWORD }))
        .await
        .expect(201);
    scene.service.stop().await;
}

/// Every kind stands, as a word of its own, in a test that provokes it: in `tests/`, or in the tests
/// beside the source.
#[test]
fn every_kind_of_problem_is_provoked_by_some_test() {
    fn read(folder: &Path, found: &mut String) {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                read(&entry, found);
                continue;
            }
            let source = fs::read_to_string(&entry).unwrap_or_default();
            let is_test = entry.starts_with(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
                || entry.ends_with("tests.rs")
                || folder.ends_with("tests");
            // The list of kinds names them all.
            if is_test {
                found.push_str(&source);
            } else if let (Some((_, tests)), false) =
                (source.split_once("#[cfg(test)]"), entry.ends_with("web/kinds.rs"))
            {
                found.push_str(tests);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    read(&root.join("tests"), &mut sources);
    read(&root.join("src"), &mut sources);
    let missing: Vec<_> = Problem::kinds()
        .iter()
        .filter(|kind| {
            !sources.contains(&format!("{:?}", kind.slug())) && !sources.contains(&format!("Kind::{kind:?}"))
        })
        .collect();
    assert!(missing.is_empty(), "no test provokes {missing:?}");
}
