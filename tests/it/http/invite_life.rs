//! What becomes of an invite after it was given: declined, reported, restored, extended, sent again, passed on.

use std::{
    fs,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role};

use super::{PASSWORD, Scene, address, nobody, texts};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const HOUR: Duration = Duration::from_secs(60 * 60);

struct Given {
    id: String,
    code: String,
}

impl Scene {
    async fn given(&self, token: &str, body: Value) -> Given {
        let made = self.service.post(token, "/v1/me/invites", body).await.expect(201);
        let id = text(&made["id"]);
        let code = self.service.code_of(&id).await;
        Given { id, code }
    }

    async fn change(&self, token: &str, invite: &Given, what: &str, body: Value) -> Answer {
        self.service
            .post(token, &format!("/v1/me/invites/{}/{what}", invite.id), body)
            .await
    }

    async fn says(&self, invite: &Given, what: &str) -> Answer {
        self.service
            .post("", &format!("/v1/invites/{}/{what}", invite.code), json!({}))
            .await
    }

    async fn listed(&self, token: &str, invite: &Given) -> Value {
        let page = self.service.get(token, "/v1/me/invites").await.expect(200);
        let items = page["items"].as_array().expect("items").iter();
        items
            .clone()
            .find(|item| item["id"] == invite.id.as_str())
            .expect("the invite")
            .clone()
    }

    async fn take_back(&self, token: &str, invite: &Given) {
        let path = format!("/v1/me/invites/{}", invite.id);
        self.service.call(Method::DELETE, token, &path, None).await.expect(204);
    }

    fn letters(&self) -> usize {
        fs::read_dir(self.home.mailbox()).map_or(0, Iterator::count)
    }

    async fn letters_become(&self, many: usize) {
        let begun = Instant::now();
        while self.letters() != many {
            assert!(
                begun.elapsed() < Duration::from_secs(20),
                "{} letters, not {many}",
                self.letters()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn frugal(config: &mut vouchsafe::platform::config::Config) {
    let seed = config.policy.seed_file.as_ref().expect("a policy");
    let policy = fs::read_to_string(seed).expect("the policy");
    let frugal = policy.replace("quota_per_member = 20", "quota_per_member = 1");
    assert_ne!(frugal, policy);
    fs::write(seed, frugal).expect("to write the policy");
}

on_both! {
    /// Whoever an invite was sent to may end it; the inviter sees that it was declined, whatever was said, and has the
    /// place again. Saying it again changes nothing.
    async fn an_invite_is_declined_and_says_no_more(db: &Database) {
        let scene = Scene::with(db, "open-circle", frugal).await;
        let (_, token) = scene.member("inviter", Role::Member).await;
        for (what, unknown, reports) in [("decline", 0, 0), ("unknown-inviter", 1, 0), ("report", 0, 1)] {
            let invite = scene.given(&token, json!({ "email": address("grace") })).await;
            scene.says(&invite, what).await.expect(204);
            let events = Scene::events(db);
            scene.says(&invite, what).await.expect(204);
            assert_eq!(Scene::events(db), events);
            let listed = scene.listed(&token, &invite).await;
            assert_eq!(listed["state"], "declined");
            assert!(!listed.to_string().contains("report"), "{listed}");
            scene.service.get("", &format!("/v1/invites/{}", invite.code)).await.refused(410, "invite-closed");
            let counted = db.figures("SELECT unknown_answers AS n FROM invites ORDER BY id DESC LIMIT 1")[0];
            let reported = db.figures("SELECT reports AS n FROM invites ORDER BY id DESC LIMIT 1")[0];
            assert_eq!((counted, reported), (unknown, reports), "{what}");
            scene.change(&token, &invite, "restore", json!({})).await.refused(409, "invite-state");
        }
        // A report after a decline still counts, once; and one of an invite that was used.
        let invite = scene.given(&token, json!({ "email": address("grace") })).await;
        for what in ["decline", "report", "report"] {
            scene.says(&invite, what).await.expect(204);
        }
        assert_eq!(db.figures("SELECT reports AS n FROM invites ORDER BY id DESC LIMIT 1"), [1]);
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'invite_answered' ORDER BY id");
        assert_eq!(told.len(), 5, "{told:?}");
        assert!(told.iter().all(|body| body.contains("\"newcomer\"")), "{told:?}");

        let invite = scene.given(&token, json!({ "email": address("ada") })).await;
        let (flow, flow_token) = scene.proved(&invite.code, "ada").await;
        scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        scene.says(&invite, "decline").await.refused(410, "invite-used");
        scene.says(&invite, "report").await.expect(204);
        let nothing = Given { id: String::new(), code: "ABCDE-FGHJK-MNPQR-STUVW".into() };
        for what in ["decline", "unknown-inviter", "report"] {
            scene.says(&nothing, what).await.refused(404, "invite-unknown");
        }
        scene.service.stop().await;
    }

    /// An open link is nobody's alone: it stays, and one place counts for one report a day.
    async fn an_open_link_outlives_its_reports(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let link = scene.given(&scene.owner_token, json!({ "max_uses": 2 })).await;
        for what in ["decline", "report", "report", "unknown-inviter"] {
            scene.says(&link, what).await.expect(204);
        }
        assert_eq!(db.figures("SELECT reports AS n FROM invites"), [1]);
        scene.clock.advance(25 * HOUR);
        scene.says(&link, "report").await.expect(204);
        assert_eq!(db.figures("SELECT reports AS n FROM invites"), [2]);
        scene.proved(&link.code, "grace").await;
        scene.service.stop().await;
    }

    /// What was taken back stands again, if there is a place left for it and its time is not over.
    async fn an_invite_is_restored_by_whoever_took_it_back(db: &Database) {
        let scene = Scene::with(db, "open-circle", frugal).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let first = scene.given(&token, json!({ "email": address("grace"), "lifetime_hours": 2 })).await;
        scene.take_back(&token, &first).await;
        let second = scene.given(&token, json!({ "email": address("ada") })).await;
        scene.change(&token, &first, "restore", json!({})).await.refused(409, "quota-exhausted");
        scene.change(&scene.owner_token, &first, "restore", json!({})).await.refused(404, "invite-unknown");
        scene.take_back(&token, &second).await;
        for _ in 0..2 {
            let again = scene.change(&token, &first, "restore", json!({})).await.expect(200);
            assert_eq!(again["state"], "open");
        }
        scene.change(&token, &second, "restore", json!({})).await.refused(409, "quota-exhausted");
        scene.proved(&first.code, "grace").await;
        scene.take_back(&token, &first).await;
        scene.clock.advance(3 * HOUR);
        let token = scene.service.token(member.row).await;
        scene.change(&token, &first, "restore", json!({})).await.refused(409, "invite-state");
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'invite_restored'");
        assert_eq!(told.len(), 1, "{told:?}");
        scene.service.stop().await;
    }

    /// An end moves later and never earlier, never beyond the policy's lifetime from now, and only before it comes.
    async fn an_invite_is_extended_before_it_ends(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (member, token) = scene.member("inviter", Role::Admin).await;
        let link = scene.given(&token, json!({ "max_uses": 2, "lifetime_hours": 2 })).await;
        let extend = async |token: &str, hours: u32| {
            scene.change(token, &link, "extend", json!({ "lifetime_hours": hours })).await
        };
        extend(&token, 1).await.refused(422, "invalid-value");
        extend(&token, 15 * 24).await.refused(422, "invalid-value");
        let longer = extend(&token, 3).await.expect(200);
        assert_eq!(longer["expires_at"], json!(scene.clock.now().after(3 * HOUR)));
        scene.clock.advance(2 * HOUR);
        scene.proved(&link.code, "grace").await;
        scene.clock.advance(HOUR);
        let token = scene.service.token(member.row).await;
        extend(&token, 3).await.refused(409, "invite-state");
        let other = scene.given(&token, json!({ "max_uses": 1 })).await;
        scene.take_back(&token, &other).await;
        scene.change(&token, &other, "extend", json!({})).await.refused(409, "invite-state");
        let whole = scene.given(&token, json!({ "max_uses": 1, "lifetime_hours": 1 })).await;
        let whole = scene.change(&token, &whole, "extend", json!({})).await.expect(200);
        assert_eq!(whole["expires_at"], json!(scene.clock.now().after(14 * 24 * HOUR)));
        scene.service.stop().await;
    }

    /// The same code goes again, three times a day to one address; whoever writes there too learns nothing of it.
    async fn a_letter_is_sent_again_three_times_a_day(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (one, first) = scene.member("one", Role::Member).await;
        let (_, second) = scene.member("two", Role::Member).await;
        let invite = scene.given(&first, json!({ "email": address("grace") })).await;
        assert!(["pending", "sent"].contains(&text(&scene.listed(&first, &invite).await["delivery"]).as_str()));
        scene.letters_become(1).await;
        let begun = Instant::now();
        while scene.listed(&first, &invite).await["delivery"] != "sent" {
            assert!(begun.elapsed() < Duration::from_secs(20), "it is not said to be sent");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        for sent in 2..=4 {
            scene.change(&first, &invite, "resend", json!({})).await.expect(202);
            scene.letters_become(sent).await;
        }
        let fourth = scene.change(&first, &invite, "resend", json!({})).await;
        fourth.refused(429, "too-many-requests");
        let other = scene.given(&second, json!({ "email": address("grace") })).await;
        scene.letters_become(5).await;
        scene.change(&second, &other, "resend", json!({})).await.expect(202);
        assert_eq!(db.figures("SELECT count(*) AS n FROM events WHERE kind = 'invite_resent'"), [3]);
        for letter in fs::read_dir(scene.home.mailbox()).expect("letters") {
            let letter = fs::read_to_string(letter.expect("a letter").path()).expect("a letter");
            assert!(letter.contains(&invite.code) || letter.contains(&other.code), "{letter}");
        }
        scene.clock.advance(24 * HOUR);
        let first = scene.service.token(one.row).await;
        scene.change(&first, &invite, "resend", json!({})).await.expect(202);
        scene.letters_become(6).await;
        scene.change(&first, &invite, "resend", json!({})).await.refused(429, "too-many-requests");
        let link = scene.given(&scene.service.token(scene.owner.row).await, json!({ "max_uses": 1 })).await;
        let owner = scene.service.token(scene.owner.row).await;
        scene.change(&owner, &link, "resend", json!({})).await.refused(409, "invite-state");
        scene.take_back(&first, &invite).await;
        scene.change(&first, &invite, "resend", json!({})).await.refused(409, "invite-state");
        scene.service.stop().await;
    }

    /// Another address gets the invite, with a code of its own; the first code leads nowhere. The inviter stays.
    async fn an_invite_is_passed_on_once(db: &Database) {
        let scene = Scene::with(db, "open-circle", frugal).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let invite = scene.given(&token, json!({ "email": address("grace"), "message": "See you." })).await;
        let to = |name: &str| json!({ "email": address(name) });
        scene.change(&token, &invite, "pass-on", to("grace")).await.refused(422, "invalid-value");
        scene.change(&token, &invite, "pass-on", json!({ "email": "ada" })).await.refused(422, "invalid-value");
        let path = format!("/v1/me/invites/{}/pass-on", invite.id);
        let passed = scene.keyed(&token, &path, "pass", &to("ada")).await.expect(201);
        let again = scene.keyed(&token, &path, "pass", &to("ada")).await.expect(201);
        assert_eq!(passed["id"], again["id"]);
        assert_eq!((&passed["email"], &passed["was_passed_on"], &passed["message"]), (&json!(address("ada")), &json!(true), &json!("See you.")));
        assert_eq!(passed["expires_at"], scene.listed(&token, &invite).await["expires_at"]);
        assert_eq!(scene.listed(&token, &invite).await["state"], "passed_on");
        scene.change(&token, &invite, "pass-on", to("iris")).await.refused(409, "invite-state");
        scene.change(&token, &invite, "restore", json!({})).await.refused(409, "invite-state");
        let next = Given { id: text(&passed["id"]), code: scene.service.code_of(&text(&passed["id"])).await };
        scene.change(&token, &next, "pass-on", to("iris")).await.refused(409, "invite-state");
        scene.service.get("", &format!("/v1/invites/{}", invite.code)).await.refused(410, "invite-closed");
        let (flow, flow_token) = scene.proved(&next.code, "ada").await;
        let joined = scene.step(&flow, &flow_token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let me = scene.service.get(&text(&joined["session"]["access_token"]), "/v1/me").await.expect(200);
        assert_eq!(me["inviter"]["id"], json!(member.id));
        // Nobody's place is taken from them while they are on the way in.
        let (_, other) = scene.member("other", Role::Member).await;
        let held = scene.given(&other, to("wade")).await;
        scene.proved(&held.code, "wade").await;
        scene.change(&other, &held, "pass-on", to("nora")).await.refused(409, "invite-state");
        let unknown = Given { id: nobody("invite"), code: String::new() };
        for what in ["restore", "resend"] {
            scene.change(&other, &unknown, what, json!({})).await.refused(404, "invite-unknown");
        }
        scene.service.stop().await;
    }
}
