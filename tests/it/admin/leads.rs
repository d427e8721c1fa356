//! Leads from rows to routes: found, shown with figures, dismissed with a reason, opened again where clearly more speaks for
//! them, past where nothing does; and computed by one replica at a time.

use std::time::Duration;

use diesel::{
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary},
};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    commands::leads as command,
    leads::{Computed, LeadState, Work},
    people::{self, Admission, Member, Newcomer},
    platform::{
        ledger::{Actor, Lease},
        store::StoreError,
        terms::{Assurance, Clock, Id, LeadId, PersonRow, Role},
    },
};

use crate::{
    http::{Scene, nobody},
    support::{
        db::{Database, on_both},
        service::text,
    },
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Writes a lead about somebody; its public id.
pub fn lead_row(db: &Database, person: PersonRow) -> String {
    let id: LeadId = Id::from_uuid(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
    let insert = sql_query(
        "INSERT INTO leads (uid, kind, person, state, strength, evidence, figures, explanation, first_seen_at, \
         last_seen_at) VALUES ($1, 'velocity', $2, 'open', 1, 1, '{}', 'A test.', 1, 1)",
    )
    .bind::<Binary, _>(id.as_bytes().as_slice())
    .bind::<BigInt, _>(person.0);
    insert.execute(&mut db.connect()).unwrap();
    id.to_string()
}

impl Scene {
    /// Lets so many in under somebody, by links of theirs.
    pub async fn let_in(&self, inviter: &Member, many: usize) -> Vec<Member> {
        let inviter = inviter.row;
        let core = &self.service.app.core;
        let written = core.ledger.write(Actor::Newcomer, move |tx| {
            let mut members = Vec::new();
            for _ in 0..many {
                let newcomer = Newcomer {
                    subject: None,
                    handle: None,
                    role: Role::Member,
                    assurance: Assurance::Contact,
                    locale: "en".into(),
                };
                let invite = Id::new(tx.now, tx.rng);
                let row = crate::admin::community::invite_row(tx.conn, invite, inviter);
                let by = Admission {
                    inviter,
                    invite_row: row,
                    invite,
                    flow: None,
                };
                members.push(people::admit(tx, &newcomer, &by)?);
            }
            Ok::<_, StoreError>(members)
        });
        let written = written.await.unwrap();
        let seen = core.read_model.wait(written.position.unwrap(), Duration::from_secs(30));
        assert!(seen.await, "memory never held a write");
        written.value
    }

    async fn ban(&self, token: &str, member: &Member) {
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "a test of leads" });
        let path = format!("/v1/admin/people/{}/sanctions", member.id);
        self.service.post(token, &path, ban).await.expect(201);
    }

    fn work(&self) -> Work {
        self.service.app.core.leads_every(Duration::ZERO)
    }

    async fn leads(&self, token: &str, query: &str) -> Vec<Value> {
        let page = self
            .service
            .get(token, &format!("/v1/admin/leads?{query}"))
            .await
            .expect(200);
        page["items"].as_array().expect("items").clone()
    }
}

on_both! {
    async fn a_lead_is_found_dismissed_and_opened_again(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let token = scene.owner_token.clone();
        let service = &scene.service;
        scene.let_in(&scene.owner, 400).await;
        let (leader, _) = scene.member("leader", Role::Member).await;
        let ring = scene.let_in(&leader, 40).await;
        for member in &ring[..6] {
            scene.ban(&token, member).await;
        }
        assert_eq!(scene.leads(&token, "").await, Vec::<Value>::new());
        // Too young for a rate, and many at once.
        let found = scene.work().compute().await.unwrap();
        let young = scene.leads(&token, "").await;
        assert_eq!(found, Computed::Found(young.len()));
        let kinds = |leads: &[Value]| leads.iter().map(|lead| text(&lead["kind"])).collect::<Vec<_>>();
        assert_eq!(kinds(&young), ["accountability"], "{young:?}");

        scene.clock.advance(31 * DAY);
        let token = service.token(scene.owner.row).await;
        scene.work().compute().await.unwrap();
        let leads = scene.leads(&token, "").await;
        assert_eq!(kinds(&leads), ["accountability", "bad_rate"], "{leads:?}");
        let lead = &leads[1];
        let id = text(&lead["id"]);
        let path = format!("/v1/admin/leads/{id}");
        assert_eq!(service.get(&token, &path).await.expect(200), *lead);
        assert_eq!((&lead["person"]["id"], &lead["state"]), (&json!(leader.id), &json!("open")));
        assert_eq!((&lead["figures"]["people"], &lead["figures"]["banned"]), (&json!(40.0), &json!(6.0)));
        let words = text(&lead["explanation"]);
        assert!(words.starts_with("6 of the 40 people"), "{words}");
        assert_eq!(leads[0]["first_seen_at"], young[0]["first_seen_at"]);
        assert_ne!(leads[0]["last_seen_at"], young[0]["last_seen_at"]);
        let events = "SELECT count(*) AS n FROM events WHERE kind IN ('lead_dismissed', 'person_banned')";
        assert_eq!(db.figures(events), [6], "nothing follows from a lead");

        // Pages, filters and roles.
        let page = service.get(&token, "/v1/admin/leads?limit=1").await.expect(200);
        let next = text(&page["next"]);
        let second = service.get(&token, &format!("/v1/admin/leads?limit=1&cursor={next}")).await.expect(200);
        assert_eq!((&second["items"][0]["id"], &second["next"]), (&json!(id), &Value::Null));
        assert_eq!(scene.leads(&token, &format!("person={}&kind=bad_rate", leader.id)).await.len(), 1);
        assert_eq!(scene.leads(&token, &format!("person={}", nobody("person"))).await.len(), 0);
        assert_eq!(scene.leads(&token, "kind=velocity").await.len(), 0);
        service.get(&token, &format!("/v1/admin/leads/{}", nobody("lead"))).await.refused(404, "not-found");
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let (_, member) = scene.member("ann", Role::Member).await;
        service.get(&member, "/v1/admin/leads").await.refused(403, "forbidden");
        let dismiss = format!("{path}/dismiss");
        let why = json!({ "reason": "a school class that we know" });
        service.post(&auditor, &dismiss, why.clone()).await.refused(403, "forbidden");
        service.post(&token, &dismiss, json!({ "reason": "short" })).await.refused(422, "invalid-value");
        let unknown = format!("/v1/admin/leads/{}/dismiss", nobody("lead"));
        service.post(&token, &unknown, why.clone()).await.refused(404, "not-found");

        let dismissed = service.post(&token, &dismiss, why.clone()).await.expect(200);
        assert_eq!((&dismissed["state"], &dismissed["reason"]), (&json!("dismissed"), &why["reason"]));
        assert_eq!(dismissed["dismissed_by"], json!(scene.owner.id));
        service.post(&token, &dismiss, why.clone()).await.refused(409, "lead-not-open");
        // Auditors read that it was, and not why; the ledger has neither words nor rows.
        assert_eq!(scene.leads(&auditor, "state=dismissed").await[0]["reason"], Value::Null);
        let told = service.get(&token, "/v1/admin/ledger?type=lead_dismissed").await.expect(200);
        assert_eq!(told["items"][0]["details"]["lead"], json!(id));
        assert_eq!(told["items"][0]["details"]["person"], json!(leader.id));
        assert!(!told.to_string().contains("school"), "{told}");
        assert_eq!(db.figures("SELECT count(*) AS n FROM leads WHERE explanation LIKE '%school%'"), [0]);

        // Two more are not half as much again: it stays dismissed, with its new figures. A third is.
        for (many, state) in [(2, "dismissed"), (1, "open")] {
            for member in ring.iter().skip(if many == 2 { 6 } else { 8 }).take(many) {
                scene.ban(&token, member).await;
            }
            scene.work().compute().await.unwrap();
            let lead = service.get(&token, &path).await.expect(200);
            assert_eq!((&lead["state"], &lead["reason"]), (&json!(state), &why["reason"]), "{lead}");
        }
        // By the command line, and as past where nothing speaks for it any more.
        let mut said = Vec::new();
        let core = &service.app.core;
        let lead = id.parse().unwrap();
        command::dismiss(&core.ledger, &core.vault, lead, "the class again, as before", &mut said).await.unwrap();
        command::show(core.ledger.store(), &core.vault, lead, &mut said).await.unwrap();
        command::list(core.ledger.store(), None, LeadState::Dismissed, 9, &mut said).await.unwrap();
        command::compute(&scene.work(), &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        for part in ["is dismissed\n", "9 of the 40 people", ": the class again, as before\n", "\n1 lead\n", "\n2 leads\n"] {
            assert!(said.contains(part), "{part}: {said}");
        }
        db.run("UPDATE sanctions SET lifted_at = 1");
        scene.clock.advance(Duration::from_secs(1));
        scene.work().compute().await.unwrap();
        assert_eq!(scene.leads(&token, "").await.len(), 0);
        assert_eq!(kinds(&scene.leads(&token, "state=past").await), ["accountability", "bad_rate"]);
        db.run("UPDATE sanctions SET lifted_at = NULL");
        scene.work().compute().await.unwrap();
        // Dismissed is dismissed, whatever it was meanwhile.
        assert_eq!(kinds(&scene.leads(&token, "").await), ["accountability"]);
        assert_eq!(service.get(&token, &path).await.expect(200)["state"], "dismissed");
        scene.service.stop().await;
    }

    /// Who came shortly before a ban, and whoever lets in many at once.
    async fn those_who_came_shortly_before_a_ban_are_exposed(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let (taken, _) = scene.member("taken", Role::Member).await;
        let early = scene.let_in(&taken, 3).await;
        scene.let_in(&scene.owner, 30).await;
        scene.clock.advance(40 * DAY);
        // Below one who came early nobody is exposed.
        scene.let_in(&early[0], 2).await;
        let late = scene.let_in(&taken, 7).await;
        scene.let_in(&late[0], 2).await;
        let token = scene.service.token(scene.owner.row).await;
        scene.ban(&token, &taken).await;
        scene.work().compute().await.unwrap();
        let exposed = scene.leads(&token, "kind=exposure").await;
        assert_eq!(exposed.len(), 1, "{exposed:?}");
        assert_eq!((&exposed[0]["person"]["id"], &exposed[0]["person"]["standing"]), (&json!(taken.id), &json!("banned")));
        assert_eq!((&exposed[0]["figures"]["exposed"], &exposed[0]["figures"]["by_their_invites"]), (&json!(9.0), &json!(7.0)));
        let since = scene.clock.now().before(14 * DAY).seconds();
        let said = vouchsafe::platform::terms::Timestamp::parse(exposed[0]["since"].as_str().unwrap()).unwrap();
        assert_eq!(said.seconds(), since);
        scene.service.stop().await;
    }

    /// Whoever is put under another inviter after a ban hands nothing on: who let them in then answers for it.
    async fn another_inviter_launders_nothing(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let token = scene.owner_token.clone();
        let (leader, _) = scene.member("leader", Role::Member).await;
        let (other, _) = scene.member("other", Role::Member).await;
        let ring = scene.let_in(&leader, 5).await;
        for member in &ring {
            scene.ban(&token, member).await;
        }
        scene.clock.advance(Duration::from_secs(60));
        for member in &ring {
            let under = json!({ "inviter": other.id, "reason": "other", "note": "a test of leads" });
            let path = format!("/v1/admin/people/{}/inviter", member.id);
            scene.service.call(Method::PUT, &token, &path, Some(under)).await.expect(200);
        }
        scene.clock.advance(Duration::from_secs(60));
        scene.work().compute().await.unwrap();
        let leads = scene.leads(&token, "kind=accountability").await;
        let about: Vec<_> = leads.iter().map(|lead| lead["person"]["id"].clone()).collect();
        assert_eq!(about, [json!(leader.id)]);
        scene.service.stop().await;
    }

    /// Two replicas never compute them at once, and one that has just done it is not followed by the other.
    async fn one_replica_computes_at_a_time(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let ledger = &scene.service.app.core.ledger;
        let lease = Lease::take(ledger, "leads", "another replica").await.unwrap();
        assert!(lease.is_some());
        assert_eq!(scene.work().compute().await.unwrap(), Computed::Elsewhere);
        let mut said = Vec::new();
        let refused = command::compute(&scene.work(), &mut said).await;
        assert!(matches!(refused, Err(command::LeadsError::Elsewhere)), "{refused:?}");
        assert_eq!(db.figures("SELECT at AS n FROM lead_runs"), [0]);
        Lease::end_all(ledger, "another replica").await.unwrap();
        assert_eq!(scene.work().compute().await.unwrap(), Computed::Found(0));
        assert_eq!(db.figures("SELECT at AS n FROM lead_runs"), [scene.clock.now().micros()]);
        // It was given back at once.
        assert!(Lease::take(ledger, "leads", "another replica").await.unwrap().is_some());
        let answer = scene.service.call(Method::POST, &scene.owner_token, "/v1/admin/leads", Some(json!({}))).await;
        answer.refused(405, "method-not-allowed");
        scene.service.stop().await;
    }
}
