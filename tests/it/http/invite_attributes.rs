//! What an invite may have besides whom it goes to: words, a first moment, labels, a room, a role.

use std::{
    fs,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::platform::terms::{Clock, Role};

use super::{PASSWORD, Scene, address, form, texts};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

impl Scene {
    async fn invite(&self, token: &str, body: Value) -> Value {
        self.service.post(token, "/v1/me/invites", body).await.expect(201)
    }
}

/// The letters that lie in the mailbox: as text, and as HTML.
fn letters(scene: &Scene) -> Vec<(String, String)> {
    let read = fs::read_dir(scene.home.mailbox()).into_iter().flatten();
    let read = read.filter_map(|entry| fs::read(entry.ok()?.path()).ok());
    read.map(|letter| {
        let parsed = mail_parser::MessageParser::default().parse(&letter).expect("a letter");
        let (text, html) = (parsed.body_text(0), parsed.body_html(0));
        (
            text.unwrap_or_default().into_owned(),
            html.unwrap_or_default().into_owned(),
        )
    })
    .collect()
}

on_both! {
    /// The words go sealed, are shown where the code is opened and in the letter, and are escaped there.
    async fn words_reach_whoever_is_invited_and_nobody_else(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let words = "Come <b>on</b> Friday & bring \"Ada\".\nIt will be good.";
        let body = json!({ "email": address("grace"), "message": words });
        let made = scene.invite(&scene.owner_token, body).await;
        assert_eq!(made["message"], words);
        let link = scene.invite(&scene.owner_token, json!({ "max_uses": 2, "message": words })).await;
        for invite in [&made, &link] {
            let code = scene.service.code_of(&text(&invite["id"])).await;
            let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
            assert_eq!(preview["message"], words);
        }
        let listed = scene.service.get(&scene.owner_token, "/v1/me/invites").await.expect(200);
        assert_eq!((&listed["items"][0]["message"], &listed["items"][1]["message"]), (&json!(words), &json!(words)));

        let begun = Instant::now();
        while letters(&scene).is_empty() {
            assert!(begun.elapsed() < Duration::from_secs(20), "no letter");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (plain, html) = letters(&scene).remove(0);
        assert!(plain.contains("Come <b>on</b> Friday & bring") && plain.contains("It will be good."), "{plain}");
        assert!(!html.contains("<b>") && !html.contains("Friday & bring") && html.contains("b&#62;on&#60;"), "{html}");

        assert_eq!(db.figures("SELECT count(*) AS n FROM invites WHERE message_sealed IS NOT NULL"), [2]);
        let told = texts(db, "SELECT body AS t FROM events");
        assert!(told.iter().all(|body| !body.contains("Friday")), "{told:?}");
        for wrong in ["write to me at ex\u{200B}ample . com", "t.me/x", "hxxps://example", "a\u{7}b", &"x".repeat(501), " "] {
            let body = json!({ "email": address("ada"), "message": wrong });
            let answer = scene.service.post(&scene.owner_token, "/v1/me/invites", body).await;
            assert_eq!(answer.status, 422, "{wrong}: {answer:?}");
            assert_eq!(answer.body["field"], "/message");
        }
        scene.service.stop().await;
    }

    /// Before its first moment an invite is shown and lets nobody in; from it on it does.
    async fn an_invite_opens_when_it_says(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let opens = scene.clock.now().after(HOUR);
        let late = json!({ "opens_at": scene.clock.now().after(3 * HOUR), "lifetime_hours": 3 });
        let late = scene.service.post(&scene.owner_token, "/v1/me/invites", late).await;
        late.refused(422, "invalid-value");
        assert_eq!(late.body["field"], "/opens_at");
        let made = scene.invite(&scene.owner_token, json!({ "opens_at": opens, "max_uses": 1 })).await;
        assert_eq!((&made["state"], &made["opens_at"]), (&json!("not_yet"), &json!(opens)));
        let code = text(&made["code"]);
        let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(preview["opens_at"], json!(opens));
        let early = scene.service.post("", "/v1/onboarding", json!({ "code": code })).await;
        early.refused(409, "invite-not-open");
        assert!(text(&early.body["detail"]).contains(&opens.to_string()), "{early:?}");
        scene.clock.advance(HOUR - Duration::from_micros(1));
        scene.service.post("", "/v1/onboarding", json!({ "code": code })).await.refused(409, "invite-not-open");
        scene.clock.advance(Duration::from_micros(1));
        scene.proved(&code, "grace").await;
        // One that lies behind opens at once.
        let past = json!({ "opens_at": scene.clock.now().before(HOUR) });
        let token = scene.service.token(scene.owner.row).await;
        let made = scene.invite(&token, past).await;
        assert_eq!((&made["state"], &made["opens_at"]), (&json!("open"), &Value::Null));
        scene.service.stop().await;
    }

    /// A room's invites let people in while it is open. Whoever holds a use cannot finish while it is closed.
    async fn an_invite_for_a_room_ends_with_it(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let unknown = scene.service.post(&scene.owner_token, "/v1/me/invites", json!({ "room": "stage" })).await;
        unknown.refused(422, "invalid-value");
        scene.room(&scene.owner_token, "stage").await;
        let made = scene.invite(&scene.owner_token, json!({ "room": "stage", "max_uses": 3 })).await;
        assert_eq!(made["room"], "stage");
        let code = text(&made["code"]);
        let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        assert_eq!(preview["room"], "stage");
        let (first, first_token) = scene.proved(&code, "grace").await;
        let (second, second_token) = scene.asked(&code, "ada").await;
        let close = async |open: bool| {
            let room = json!({ "open": open, "capacity": 10, "enter": "contact", "speak": "contact" });
            scene.service.call(Method::PUT, &scene.owner_token, "/v1/admin/rooms/stage", Some(room)).await.expect(200)
        };
        close(false).await;
        let listed = scene.service.get(&scene.owner_token, "/v1/me/invites").await.expect(200);
        assert_eq!(listed["items"][0]["state"], "room_closed");
        scene.service.get("", &format!("/v1/invites/{code}")).await.refused(410, "invite-closed");
        scene.service.post("", "/v1/onboarding", json!({ "code": code })).await.refused(410, "invite-closed");
        let password = json!({ "password": PASSWORD });
        scene.step(&first, &first_token, "password", password.clone()).await.refused(410, "invite-closed");
        let proof = json!({ "code": scene.service.proof_of(&second).await });
        scene.step(&second, &second_token, "contact/proof", proof).await.refused(410, "invite-closed");
        scene.service.post(&scene.owner_token, "/v1/me/invites", json!({ "room": "stage" })).await.refused(422, "invalid-value");
        close(true).await;
        scene.step(&first, &first_token, "password", password).await.expect(201);
        scene.service.stop().await;
    }

    /// Who may give a label or a role follows from the policy and their own role; a link gives none.
    async fn labels_and_roles_are_given_by_whoever_may(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, member) = scene.member("member", Role::Member).await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let post = async |token: &str, body: Value| scene.service.post(token, "/v1/me/invites", body).await;
        let grace = |more: Value| {
            let mut body = json!({ "email": address("grace") });
            body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            body
        };
        for label in ["campaign", "group"] {
            post(&member, grace(json!({ label: "spring" }))).await.refused(403, "not-eligible-to-invite");
            post(&admin, grace(json!({ label: "Spring Fair" }))).await.refused(400, "invalid-field");
            let made = post(&admin, grace(json!({ label: "spring-2027" }))).await.expect(201);
            assert_eq!(made[label], "spring-2027");
        }
        post(&admin, grace(json!({ "role": "reviewer" }))).await.refused(403, "not-eligible-to-invite");
        for role in ["owner", "service"] {
            post(&scene.owner_token, grace(json!({ "role": role }))).await.refused(403, "not-eligible-to-invite");
        }
        post(&scene.owner_token, json!({ "role": "reviewer" })).await.refused(422, "invalid-value");
        assert_eq!(post(&member, grace(json!({ "role": "member" }))).await.expect(201)["role"], "member");

        // An owner gives one; the newcomer has it, and the ledger has it of the owner.
        let (other, owner) = scene.member("second", Role::Owner).await;
        let reviewer = post(&owner, json!({ "email": address("iris"), "role": "reviewer" })).await.expect(201);
        let auditor = post(&owner, json!({ "email": address("wade"), "role": "auditor" })).await.expect(201);
        let join = async |invite: &Value, name: &str| {
            let code = scene.service.code_of(&text(&invite["id"])).await;
            let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
            let (flow, token) = scene.proved(&code, name).await;
            let done = scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
            let me = scene.service.get(&text(&done["session"]["access_token"]), "/v1/me").await.expect(200);
            (text(&preview["role"]), text(&me["role"]))
        };
        assert_eq!(join(&reviewer, "iris").await, ("reviewer".into(), "reviewer".into()));
        let told = texts(db, "SELECT body AS t FROM events WHERE kind = 'role_changed' AND body LIKE '%invited%'");
        let told: Value = serde_json::from_str(&told[0]).expect("JSON");
        assert_eq!((&told["actor"]["person"], &told["after"]), (&json!(other.row), &json!("reviewer")));

        // Whoever may give it no longer when the newcomer comes, gives none.
        let path = format!("/v1/admin/people/{}/role", other.id);
        let demoted = json!({ "role": "admin", "reason": "duty" });
        scene.service.call(Method::PUT, &scene.owner_token, &path, Some(demoted)).await.expect(200);
        assert_eq!(join(&auditor, "wade").await, ("auditor".into(), "member".into()));

        // A role is dangerous: a session that was left open gives none.
        let session = scene.service.session(scene.owner.row).await;
        scene.clock.advance(Duration::from_secs(15 * 60));
        let turn = [("grant_type", "refresh_token"), ("refresh_token", session.refresh.as_str())];
        let turned = form(&scene.service, "/oauth/token", None, &turn).await.expect(200);
        let old = post(&text(&turned["access_token"]), json!({ "email": address("nora"), "role": "reviewer" })).await;
        old.refused(401, "reauthentication-required");
        let token = scene.service.token(scene.owner.row).await;
        post(&token, json!({ "email": address("nora"), "role": "reviewer" })).await.expect(201);
        scene.service.stop().await;
    }
}
