//! A synthetic community is one that could have come of the service itself.

use serde_json::json;
use vouchsafe::{
    commands::synth::{self, SynthError},
    platform::{store::Backend, terms::Role},
};

use crate::support::{
    db::{Database, on_both},
    invariants::{sound, sound_soon},
    service::{Home, text},
};

const PEOPLE: u32 = 3000;

/// What it comes to in the tables.
fn figures(db: &Database) -> Vec<i64> {
    db.figures(
        "SELECT COUNT(*) AS n FROM people UNION ALL SELECT COUNT(*) FROM invites \
         UNION ALL SELECT COUNT(*) FROM edges WHERE kind = 'vouch' \
         UNION ALL SELECT COUNT(*) FROM events WHERE kind = 'reported' UNION ALL SELECT COUNT(*) FROM sanctions",
    )
}

/// Who let in whom.
fn edges(db: &Database) -> Vec<i64> {
    db.figures("SELECT from_person * 1000000 + to_person AS n FROM edges ORDER BY kind, to_person, from_person")
}

/// Every index and every foreign key, as a figure of its text.
fn shape(db: &Database) -> Vec<i64> {
    match db.target().backend() {
        Backend::Sqlite => db.figures("SELECT length(sql) AS n FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY name"),
        Backend::Postgres => db.figures(
            "SELECT hashtextextended(pg_get_indexdef(indexrelid), 0) AS n FROM pg_index \
             JOIN pg_class ON pg_class.oid = indrelid WHERE relnamespace = 'public'::regnamespace \
             UNION ALL SELECT hashtextextended(conname || pg_get_constraintdef(oid), 0) FROM pg_constraint \
             WHERE connamespace = 'public'::regnamespace ORDER BY n",
        ),
    }
}

on_both! {
    /// Everything holds that holds where people joined one by one, and the service goes on with it.
    async fn a_synthetic_community_is_sound_and_goes_on(fresh: &Database) {
        let before = shape(fresh);
        let db = &Database::empty(fresh.target().backend());
        let home = Home::new(db, "open-circle");
        let totals = synth::run(home.config.clone(), PEOPLE, 7, &mut Vec::new()).await.unwrap();
        assert_eq!(sound(db), Ok(i64::from(PEOPLE)));
        let told = [totals.people, totals.invites, totals.vouches, totals.reports, totals.bans];
        assert_eq!(figures(db), told.map(|figure| i64::try_from(figure).unwrap()));
        assert_eq!(shape(db), before, "the indexes and foreign keys are as they were");

        let service = home.start().await;
        let owner = service.found("owner@example.org", Role::Owner, None).await;
        let (client, token) = (&service, service.token(owner.row).await);
        let people = client.get(&token, "/v1/admin/people?limit=2").await.expect(200);
        let first = text(&people["items"][0]["id"]);
        let branch = client.get(&token, &format!("/v1/admin/people/{first}/branch?limit=50")).await.expect(200);
        assert_eq!(branch["items"].as_array().unwrap().len(), 50);
        let invite = json!({ "email": "new@example.org" });
        client.post(&token, "/v1/me/invites", invite).await.expect(201);
        assert_eq!(sound_soon(db).await, Ok(i64::from(PEOPLE) + 1));
        service.stop().await;
    }

    /// The same seed makes the same community, and it is put beside nobody.
    async fn it_is_the_same_for_the_same_seed_and_put_beside_nobody(fresh: &Database) {
        let backend = fresh.target().backend();
        let mut made = Vec::new();
        for seed in [3, 3, 4] {
            let db = Database::empty(backend);
            let home = Home::new(&db, "open-circle");
            synth::run(home.config.clone(), 500, seed, &mut Vec::new()).await.unwrap();
            let again = synth::run(home.config.clone(), 500, seed, &mut Vec::new()).await.unwrap_err();
            match backend {
                Backend::Sqlite => assert!(matches!(again, SynthError::Exists(_)), "{again}"),
                Backend::Postgres => assert!(matches!(again, SynthError::NotEmpty), "{again}"),
            }
            made.push(edges(&db));
        }
        assert_eq!(made[0], made[1]);
        assert_ne!(made[0], made[2]);
    }
}

/// What an interrupted run left is no community, and does not stop the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_interrupted_run_left_is_removed() {
    let db = Database::empty(Backend::Sqlite);
    let left = format!("{}.synth", db.path().display());
    std::fs::write(&left, "half of something").unwrap();
    let home = Home::new(&db, "open-circle");
    assert!(!db.path().exists());
    synth::run(home.config.clone(), 50, 1, &mut Vec::new()).await.unwrap();
    assert!(db.path().exists() && !std::path::Path::new(&left).exists());
    assert_eq!(sound(&db), Ok(50));
}
