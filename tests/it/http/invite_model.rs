//! Invites against a plain model: whatever is done to them in whatever order, each stands as the model says, in its
//! inviter's list, in the admins' and for whoever has its code.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    people::Member,
    platform::terms::{Clock, Role, SeededRng, Timestamp},
};

use super::{PASSWORD, Scene, address};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// What is done in one run.
const STEPS: usize = 400;

/// An invite as the model has it.
struct Modelled {
    id: String,
    code: String,
    inviter: usize,
    addressed: bool,
    max: u32,
    uses: u32,
    expires_at: Timestamp,
    /// The state that it ended in, and whether an admin ended it.
    ended: Option<(&'static str, bool)>,
    passed_on: bool,
}

impl Modelled {
    /// The word of its state; `banned`: its inviter is under a sanction.
    fn state(&self, now: Timestamp, banned: bool) -> &'static str {
        match self.ended {
            Some((word, _)) => word,
            None if self.uses >= self.max => "used",
            None if now >= self.expires_at => "expired",
            None if banned => "suspended",
            None => "open",
        }
    }

    /// What opening its code is answered with.
    fn opened(&self, now: Timestamp, banned: bool) -> u16 {
        let open = self.uses < self.max && now < self.expires_at && self.ended.is_none() && !banned;
        if open { 200 } else { 410 }
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.uses >= self.max || now >= self.expires_at
    }
}

struct Inviter {
    member: Member,
    /// The ban that is in force.
    ban: Option<String>,
}

struct Model<'a> {
    scene: &'a Scene,
    rng: SeededRng,
    inviters: Vec<Inviter>,
    invites: Vec<Modelled>,
    names: usize,
}

impl Model<'_> {
    fn below(&self, bound: usize) -> usize {
        self.rng.below(bound as u64) as usize
    }

    async fn owner(&self) -> String {
        self.scene.service.token(self.scene.owner.row).await
    }

    async fn issue(&mut self, inviter: usize, body: Value) {
        let token = self.scene.service.token(self.inviters[inviter].member.row).await;
        let made = self
            .scene
            .service
            .post(&token, "/v1/me/invites", body.clone())
            .await
            .expect(201);
        self.keep(
            inviter,
            &made,
            body["max_uses"].as_u64().unwrap_or(1) as u32,
            body["email"].is_string(),
            false,
        )
        .await;
    }

    async fn keep(&mut self, inviter: usize, made: &Value, max: u32, addressed: bool, passed_on: bool) {
        let id = text(&made["id"]);
        let code = self.scene.service.code_of(&id).await;
        let expires_at = serde_json::from_value(made["expires_at"].clone()).expect("a time");
        self.invites.push(Modelled {
            id,
            code,
            inviter,
            addressed,
            max,
            uses: 0,
            expires_at,
            ended: None,
            passed_on,
        });
    }

    /// Does one thing to one invite, or to one inviter, and says what.
    async fn step(&mut self) -> String {
        let inviter = self.below(self.inviters.len());
        let what = self.below(12);
        let banned = self.inviters[inviter].ban.is_some();
        if what < 3 || self.invites.is_empty() {
            if banned {
                return "nothing".into();
            }
            self.names += 1;
            let email = address(&format!("guest-{}", self.names));
            let hours = 1 + self.below(5);
            let link = json!({ "max_uses": 1 + self.below(3), "lifetime_hours": hours });
            let body = if what == 0 {
                link
            } else {
                json!({ "email": email, "lifetime_hours": hours })
            };
            self.issue(inviter, body).await;
            return format!("{inviter} gives one");
        }
        if what == 3 {
            self.scene.clock.advance(HOUR / 6);
            return "ten minutes pass".into();
        }
        if what == 4 {
            return self.ban_or_lift(inviter).await;
        }
        // The newest have the most before them.
        let place = self.invites.len() - 1 - self.below(self.invites.len().min(8));
        let service = &self.scene.service;
        let (now, owner) = (self.scene.clock.now(), self.owner().await);
        let inviter = self.invites[place].inviter;
        let banned = self.inviters[inviter].ban.is_some();
        let state = self.invites[place].state(now, banned);
        let one = &self.invites[place];
        let (mine, any) = (
            format!("/v1/me/invites/{}", one.id),
            format!("/v1/admin/invites/{}", one.id),
        );
        let own = match banned {
            true => None,
            false => Some(service.token(self.inviters[inviter].member.row).await),
        };
        let open = state == "open";
        let (status, expected, becomes) = match (what, own) {
            (5, Some(token)) => {
                let answer = service.call(Method::DELETE, &token, &mine, None).await;
                let ends = one.ended.is_none() && one.uses < one.max;
                (answer.status.as_u16(), 204, ends.then_some(Some(("revoked", false))))
            }
            (6, Some(token)) => {
                let answer = service.post(&token, &format!("{mine}/restore"), json!({})).await;
                let restored = one.ended == Some(("revoked", false)) && now < one.expires_at;
                let fine = restored || one.ended.is_none();
                (
                    answer.status.as_u16(),
                    if fine { 200 } else { 409 },
                    restored.then_some(None),
                )
            }
            (7, _) => {
                let answer = service
                    .post(&owner, &format!("{any}/revoke"), json!({ "reason": "leaked" }))
                    .await;
                let ends = one.ended.is_none() && one.uses < one.max || one.ended == Some(("revoked", false));
                (answer.status.as_u16(), 204, ends.then_some(Some(("revoked", true))))
            }
            (8, _) => {
                let answer = service.post(&owner, &format!("{any}/restore"), json!({})).await;
                let restored = one.ended == Some(("revoked", true)) && now < one.expires_at;
                let fine = restored || one.ended.is_none();
                (
                    answer.status.as_u16(),
                    if fine { 204 } else { 409 },
                    restored.then_some(None),
                )
            }
            (9, _) => {
                let answer = service
                    .post("", &format!("/v1/invites/{}/decline", one.code), json!({}))
                    .await;
                let over = one.ended.is_none() && one.addressed && one.is_over(now);
                let ends = one.addressed && one.ended.is_none() && !over;
                (
                    answer.status.as_u16(),
                    if over { 410 } else { 204 },
                    ends.then_some(Some(("declined", false))),
                )
            }
            (10, Some(token)) => {
                self.names += 1;
                let to = address(&format!("guest-{}", self.names));
                let answer = service
                    .post(&token, &format!("{mine}/pass-on"), json!({ "email": to }))
                    .await;
                let passes = one.addressed && open && !one.passed_on;
                let status = answer.status.as_u16();
                if passes && status == 201 {
                    self.keep(inviter, &answer.body, 1, true, true).await;
                }
                (
                    status,
                    if passes { 201 } else { 409 },
                    passes.then_some(Some(("passed_on", false))),
                )
            }
            (11, _) if open && one.addressed => return "nothing".into(),
            (11, _) if open => {
                self.names += 1;
                let (flow, token) = self.scene.proved(&one.code, &format!("comer-{}", self.names)).await;
                let answer = self
                    .scene
                    .step(&flow, &token, "password", json!({ "password": PASSWORD }))
                    .await;
                self.invites[place].uses += 1;
                (answer.status.as_u16(), 201, None)
            }
            _ => return "nothing".into(),
        };
        if let Some(ended) = becomes {
            self.invites[place].ended = ended;
        }
        let said = format!("{what} to {place}, which was {state}");
        assert_eq!(status, expected, "{said}");
        said
    }

    async fn ban_or_lift(&mut self, inviter: usize) -> String {
        let owner = self.owner().await;
        let path = format!("/v1/admin/people/{}/sanctions", self.inviters[inviter].member.id);
        if let Some(ban) = self.inviters[inviter].ban.take() {
            let note = json!({ "note": "it was an error" });
            self.scene
                .service
                .post(&owner, &format!("{path}/{ban}/lift"), note)
                .await
                .expect(200);
            return format!("{inviter} is back");
        }
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "a test of the model" });
        let ban = self.scene.service.post(&owner, &path, ban).await.expect(201);
        self.inviters[inviter].ban = Some(text(&ban["id"]));
        format!("{inviter} is banned")
    }

    /// Everything stands as the model says.
    async fn holds(&self, after: &str) {
        let (service, now) = (&self.scene.service, self.scene.clock.now());
        let listed = service
            .get(&self.owner().await, "/v1/admin/invites?limit=200")
            .await
            .expect(200);
        let state_in = |list: &Value, id: &str| {
            let mut items = list["items"].as_array().expect("items").iter();
            items.find(|item| item["id"] == id).map(|item| text(&item["state"]))
        };
        let mut own = Vec::new();
        for inviter in &self.inviters {
            own.push(match inviter.ban {
                Some(_) => None,
                None => {
                    let token = service.token(inviter.member.row).await;
                    Some(service.get(&token, "/v1/me/invites?limit=200").await.expect(200))
                }
            });
        }
        for (place, one) in self.invites.iter().enumerate() {
            let expected = one.state(now, self.inviters[one.inviter].ban.is_some());
            assert_eq!(
                state_in(&listed, &one.id).as_deref(),
                Some(expected),
                "{place}, after {after}"
            );
            if let Some(own) = &own[one.inviter] {
                assert_eq!(
                    state_in(own, &one.id).as_deref(),
                    Some(expected),
                    "own {place}, after {after}"
                );
            }
        }
        let place = self.below(self.invites.len());
        let one = &self.invites[place];
        let opened = service.get("", &format!("/v1/invites/{}", one.code)).await;
        let expected = one.opened(now, self.inviters[one.inviter].ban.is_some());
        assert_eq!(
            opened.status.as_u16(),
            expected,
            "{place} is opened, after {after}: {}",
            opened.body
        );
    }
}

on_both! {
    async fn invites_stand_as_a_plain_model_says(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let mut inviters = Vec::new();
        for name in ["ann", "bob"] {
            let (member, _) = scene.member(name, Role::Admin).await;
            inviters.push(Inviter { member, ban: None });
        }
        let seed = match db.target().backend() {
            vouchsafe::platform::store::Backend::Sqlite => 12,
            vouchsafe::platform::store::Backend::Postgres => 13,
        };
        let mut model = Model { scene: &scene, rng: SeededRng::new(seed), inviters, invites: Vec::new(), names: 0 };
        model.issue(0, json!({ "max_uses": 2, "lifetime_hours": 3 })).await;
        let mut states = std::collections::BTreeSet::new();
        for n in 0..STEPS {
            let done = model.step().await;
            model.holds(&format!("step {n}: {done}")).await;
            let now = scene.clock.now();
            states.extend(model.invites.iter().map(|one| one.state(now, model.inviters[one.inviter].ban.is_some())));
        }
        let all = ["declined", "expired", "open", "passed_on", "revoked", "suspended", "used"];
        assert!(states.iter().eq(all.iter()), "{states:?}");
        scene.service.stop().await;
    }
}
