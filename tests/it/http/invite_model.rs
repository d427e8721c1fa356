//! Invites against a plain model: whatever is done to them in whatever order, each stands as the model says, in its
//! inviter's list, in the admins' and for whoever has its code; and each inviter has the places that it says. People
//! begin ways in, give them up and finish them; the clock jumps to and fro; the service is started anew.

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
    invariants::sound_soon,
    service::text,
};

const HOUR: Duration = Duration::from_secs(60 * 60);
/// What is done in one run.
const STEPS: usize = 400;
/// After so many steps the service is stopped and started.
const RESTART: usize = 90;
/// What the policy gives.
const QUOTA: i64 = 10;

/// An invite as the model has it.
struct Modelled {
    id: String,
    code: String,
    inviter: usize,
    addressed: bool,
    max: u32,
    uses: u32,
    /// Uses that are held for somebody on the way in.
    held: u32,
    expires_at: Timestamp,
    /// Its places were given back, its time being over: whatever the clock says then.
    closed: bool,
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
            None if self.is_late(now) => "expired",
            None if banned => "suspended",
            None if self.uses + self.held >= self.max => "held",
            None => "open",
        }
    }

    /// What opening its code is answered with: whoever is on the way in comes back by it, also after its time.
    fn opened(&self, now: Timestamp, banned: bool) -> u16 {
        let stands = self.ended.is_none() && !banned && self.uses < self.max;
        let opens = stands && (self.held > 0 || !self.is_late(now));
        [410, 200][usize::from(opens)]
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.closed || now >= self.expires_at
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.uses >= self.max || self.is_late(now)
    }

    /// The places that it takes besides those that were used.
    fn open(&self, now: Option<Timestamp>) -> u32 {
        match self.ended {
            Some(_) => 0,
            None if self.closed || now.is_some_and(|now| self.is_late(now)) => self.held,
            None => self.max - self.uses,
        }
    }
}

/// Somebody on the way in, whose contact is proved.
struct Comer {
    invite: usize,
    flow: String,
    token: String,
}

struct Inviter {
    member: Member,
    /// The ban that is in force.
    ban: Option<String>,
    /// What admins have given.
    granted: i64,
}

struct Model {
    scene: Scene,
    rng: SeededRng,
    inviters: Vec<Inviter>,
    invites: Vec<Modelled>,
    comers: Vec<Comer>,
    names: usize,
    /// How often somebody had no place left.
    refused: usize,
}

impl Model {
    fn below(&self, bound: usize) -> usize {
        self.rng.below(bound as u64) as usize
    }

    async fn owner(&self) -> String {
        self.scene.service.token(self.scene.owner.row).await
    }

    /// What an inviter has used, what is open, and what is left: as it is shown, where `now` is said; else as it is
    /// counted, where what is over counts until it is closed.
    fn places(&self, inviter: usize, now: Option<Timestamp>) -> [i64; 3] {
        let theirs = self.invites.iter().filter(|one| one.inviter == inviter);
        let counted = theirs.map(|one| (i64::from(one.uses), i64::from(one.open(now))));
        let (used, open) = counted.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let quota = (QUOTA + self.inviters[inviter].granted).max(0);
        [used, open, (quota - used - open).max(0)]
    }

    fn close_late(&mut self, inviter: usize) {
        let now = self.scene.clock.now();
        for one in self.invites.iter_mut().filter(|one| one.inviter == inviter) {
            one.closed |= one.ended.is_none() && one.uses < one.max && now >= one.expires_at;
        }
    }

    async fn issue(&mut self, inviter: usize, body: Value) -> bool {
        let max = body["max_uses"].as_u64().unwrap_or(1) as u32;
        let token = self.scene.service.token(self.inviters[inviter].member.row).await;
        let service = &self.scene.service;
        let made = service.post(&token, "/v1/me/invites", body.clone()).await;
        // Where there are too few places, those of what is over come back first.
        if self.places(inviter, None)[2] < i64::from(max) {
            self.close_late(inviter);
        }
        if self.places(inviter, None)[2] < i64::from(max) {
            made.refused(409, "quota-exhausted");
            self.refused += 1;
            return false;
        }
        let addressed = body["email"].is_string();
        self.keep(inviter, &made.expect(201), max, addressed, false).await;
        true
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
            held: 0,
            expires_at,
            closed: false,
            ended: None,
            passed_on,
        });
    }

    /// Does one thing to one invite, or to one inviter, and says what.
    async fn step(&mut self) -> String {
        let inviter = self.below(self.inviters.len());
        let what = self.below(19);
        let banned = self.inviters[inviter].ban.is_some();
        if what < 3 || self.invites.is_empty() {
            if banned {
                return "nothing".into();
            }
            self.names += 1;
            let email = address(&format!("guest-{}", self.names));
            let hours = 1 + self.below(5);
            let link = json!({ "max_uses": 1 + self.below(2), "lifetime_hours": hours });
            let body = if what == 0 {
                link
            } else {
                json!({ "email": email, "lifetime_hours": hours })
            };
            let given = self.issue(inviter, body).await;
            return format!("{inviter} gives one: {given}");
        }
        match what {
            3 => return self.jump(),
            4 => return self.ban_or_lift(inviter).await,
            12 => return self.grant(inviter).await,
            13 | 14 | 17 | 18 if !self.comers.is_empty() => return self.go_on(what == 13).await,
            _ => {}
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
                let mut restored = one.ended == Some(("revoked", false)) && now < one.expires_at;
                let fine = one.ended.is_none();
                if restored {
                    // What is over gives its places first, and is closed where that is of use.
                    let [_, _, left] = self.places(inviter, Some(now));
                    restored = left >= i64::from(one.max - one.uses);
                }
                let status = if fine || restored { 200 } else { 409 };
                if restored {
                    self.close_late(inviter);
                }
                (answer.status.as_u16(), status, restored.then_some(None))
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
            (11, Some(token)) => {
                let hours = 1 + self.below(5);
                let body = json!({ "lifetime_hours": hours });
                let answer = service.post(&token, &format!("{mine}/extend"), body).await;
                let until = now.after(HOUR * hours as u32);
                let no_later = one.ended.is_none() && now < one.expires_at && one.expires_at >= until;
                let later = one.ended.is_none() && !one.is_over(now) && !no_later;
                if later {
                    self.invites[place].expires_at = until;
                }
                let status = if later { 200 } else { [409, 422][usize::from(no_later)] };
                (answer.status.as_u16(), status, None)
            }
            (15 | 16, _) if open && !one.addressed => return self.begin(place).await,
            _ => return "nothing".into(),
        };
        if let Some(ended) = becomes {
            self.invites[place].ended = ended;
        }
        let said = format!("{what} to {place}, which was {state}");
        assert_eq!(status, expected, "{said}");
        said
    }

    /// Somebody begins a way in by a link, and proves their contact.
    async fn begin(&mut self, invite: usize) -> String {
        self.names += 1;
        let (code, name) = (&self.invites[invite].code, format!("comer-{}", self.names));
        let (flow, token) = self.scene.proved(code, &name).await;
        self.invites[invite].held += 1;
        self.comers.push(Comer { invite, flow, token });
        format!("somebody begins by {invite}")
    }

    /// Some time passes, or the clock is turned back.
    fn jump(&self) -> String {
        let clock = &self.scene.clock;
        match self.below(6) {
            0 => {
                clock.set(clock.now().before(HOUR / 12));
                "the clock goes back".into()
            }
            1 => {
                clock.advance(3 * HOUR);
                "three hours pass".into()
            }
            _ => {
                clock.advance(HOUR / 6);
                "ten minutes pass".into()
            }
        }
    }

    async fn grant(&mut self, inviter: usize) -> String {
        let places = [3, 5, -2][self.below(3)];
        let path = format!("/v1/admin/people/{}/invite-quota", self.inviters[inviter].member.id);
        let body = json!({ "places": places, "reason": "a test of the model" });
        let owner = self.owner().await;
        self.scene.service.post(&owner, &path, body).await.expect(201);
        self.inviters[inviter].granted += places;
        format!("{inviter} is given {places}")
    }

    /// Somebody on the way in gives up, or takes the last step.
    async fn go_on(&mut self, gives_up: bool) -> String {
        let comer = self.comers.swap_remove(self.below(self.comers.len()));
        let Comer { invite, flow, token } = &comer;
        let one = &mut self.invites[*invite];
        let said = format!("somebody by {invite} ends: {gives_up}");
        if gives_up {
            let path = format!("/v1/onboarding/{flow}");
            self.scene
                .service
                .call(Method::DELETE, token, &path, None)
                .await
                .expect(204);
            one.held -= 1;
            return said;
        }
        let password = json!({ "password": PASSWORD });
        let answer = self.scene.step(flow, token, "password", password).await;
        if one.ended.is_none() && self.inviters[one.inviter].ban.is_none() {
            assert_eq!(answer.status.as_u16(), 201, "{said}: {}", answer.body);
            (one.held, one.uses) = (one.held - 1, one.uses + 1);
        } else {
            answer.refused(410, "invite-closed");
            self.comers.push(comer);
        }
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
        for (inviter, _) in own.iter().enumerate().filter(|(_, own)| own.is_some()) {
            let token = service.token(self.inviters[inviter].member.row).await;
            let places = service.get(&token, "/v1/me").await.expect(200)["places"].clone();
            let shown = ["used", "open", "left"].map(|name| places[name].as_i64().expect("a number"));
            assert_eq!(
                shown,
                self.places(inviter, Some(now)),
                "places of {inviter}, after {after}"
            );
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
        let scene = Scene::with(db, "open-circle", |config| {
            let seed = config.policy.seed_file.as_ref().expect("a policy");
            let policy = std::fs::read_to_string(seed).expect("the policy");
            let limited = policy
                .replace("quota_per_member = 20", &format!("quota_per_member = {QUOTA}"))
                .replace(r#"unlimited_roles = ["owner", "admin"]"#, r#"unlimited_roles = ["owner"]"#);
            std::fs::write(seed, limited).expect("to write the policy");
        })
        .await;
        let mut inviters = Vec::new();
        for name in ["ann", "bob"] {
            let (member, _) = scene.member(name, Role::Admin).await;
            inviters.push(Inviter { member, ban: None, granted: 0 });
        }
        let seed = match db.target().backend() {
            vouchsafe::platform::store::Backend::Sqlite => 12,
            vouchsafe::platform::store::Backend::Postgres => 13,
        };
        let rng = SeededRng::new(seed);
        let mut model = Model { scene, rng, inviters, invites: Vec::new(), comers: Vec::new(), names: 0, refused: 0 };
        model.scene.clock.advance(24 * HOUR);
        model.issue(0, json!({ "max_uses": 1, "lifetime_hours": 3 })).await;
        model.begin(0).await;
        model.go_on(false).await;
        while model.issue(1, json!({ "max_uses": 1, "lifetime_hours": 2 })).await {}
        let mut states = std::collections::BTreeSet::new();
        for n in 0..STEPS {
            if n % RESTART == RESTART - 1 {
                let Scene { home, clock, service, owner, owner_token } = model.scene;
                service.stop().await;
                model.scene = Scene { service: home.start().await, home, clock, owner, owner_token };
            }
            let done = model.step().await;
            model.holds(&format!("step {n}: {done}")).await;
            let now = model.scene.clock.now();
            states.extend(model.invites.iter().map(|one| one.state(now, model.inviters[one.inviter].ban.is_some())));
        }
        let all = ["declined", "expired", "held", "open", "passed_on", "revoked", "suspended", "used"];
        assert!(states.iter().eq(all.iter()), "{states:?}");
        assert!(model.refused > 0, "nobody was ever without a place");
        sound_soon(db).await.expect("a sound community");
        model.scene.service.stop().await;
    }
}
