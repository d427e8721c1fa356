//! Replicas agree on the keys, and services come and go.

use vouchsafe::{
    platform::store::Guard,
    tokens::{Tokens, services},
};

use super::*;
use crate::support::{
    db::{ensure, on_both},
    turnstile::{in_turn, needs_apart},
};

on_both! {
    /// Eight replicas that start at once on an empty database make one key, and each takes the others'
    /// tokens.
    async fn replicas_that_start_at_once_agree_on_one_key(db: &Database) {
        let world = World::new();
        let mut starting = JoinSet::new();
        let shared = Arc::new(Database::at(&url(db)));
        for _ in 0..8 {
            let (world, db) = (world.clone(), shared.clone());
            starting.spawn(async move { world.replica(&db).await });
        }
        let replicas = starting.join_all().await;
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM signing_keys"), [1]);
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM events WHERE kind = 'signing_key_made'"), [1]);
        let ada = world.member(&replicas[0].ledger, "ada@example.org", None).await;
        let session = replicas[0].start(&ada).await;
        for issuing in &replicas {
            let (access, _) = issuing.grant(&session);
            for checking in &replicas {
                assert!(checking.tokens.check(&access).await.is_ok());
            }
        }
        assert!(replicas.iter().all(|replica| replica.tokens.published().etag == replicas[0].tokens.published().etag));
    }

    /// The private key stands sealed; without the keyring there is none, and no new one is made.
    async fn a_key_is_sealed_and_another_keyring_does_not_open_it(db: &Database) {
        let world = World::new();
        drop(world.replica(db).await);
        let stranger = World::new();
        let ledger = stranger.ledger(db);
        let config = Config::default();
        let roster = Arc::new(Roster::default());
        let tokens = Tokens::open(ledger.clone(), stranger.vault, roster, &config.token, &config.http.public_url);
        assert!(tokens.await.is_err());
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM signing_keys"), [1]);
    }

    async fn a_service_authenticates_until_it_is_removed(db: &Database) {
        let world = World::new();
        let (here, there) = (world.replica(db).await, world.replica(db).await);
        let vault = world.vault.clone();
        let add = move |tx: &mut Tx<'_>| services::add(tx, &vault, " Great Hall ", None);
        let added = here.ledger.write(Actor::Operator, add).await.unwrap();
        let services::Added { id, secret, resource } = added.value;
        let (client_id, secret) = (id.to_string(), secret.expose_secret().to_owned());
        let service = Some(services::Service { id, resource });
        assert_eq!(secret.len(), 43);
        for replica in [&here, &there] {
            let known = replica.tokens.authenticate_service(&client_id, &secret).await.unwrap();
            assert_eq!(known, service, "at once, from the store where need be");
            assert!(replica.read_model.wait(added.position.unwrap(), Duration::from_secs(10)).await);
            for (client_id, secret) in [
                (client_id.as_str(), ""),
                (&client_id, &secret[1..]),
                (&client_id, &secret.to_uppercase()),
                ("service_01h455vb4pex5vsknk084sn02q", &secret),
                ("", &secret),
                ("Great Hall", &secret),
            ] {
                let known = replica.tokens.authenticate_service(client_id, secret).await.unwrap();
                assert_eq!(known, None, "{client_id}");
            }
            assert_eq!(replica.tokens.authenticate_service(&client_id, &secret).await.unwrap(), service);
        }
        let removed = here.ledger.write(Actor::Operator, move |tx| services::remove(tx, id)).await.unwrap();
        assert!(removed.value);
        for replica in [&here, &there] {
            assert!(replica.read_model.wait(removed.position.unwrap(), Duration::from_secs(10)).await);
            assert_eq!(replica.tokens.authenticate_service(&client_id, &secret).await.unwrap(), None);
        }
        let again = here.ledger.write(Actor::Operator, move |tx| services::remove(tx, id)).await;
        assert!(!again.unwrap().value);
        for name in ["", "  ", "a\nb", &"x".repeat(101)] {
            let (name, vault) = (name.to_owned(), world.vault.clone());
            let add = move |tx: &mut Tx<'_>| services::add(tx, &vault, &name, None);
            let refused = here.ledger.write(Actor::Operator, add).await;
            assert!(matches!(refused, Err(services::ServiceError::Name)));
        }
    }
}

/// Two replicas start at once where there is no key.
async fn one_key(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::with(guards);
    in_turn(db, "signing_keys", world.replica(db), world.replica(db)).await;
    let keys = db.figures("SELECT COUNT(*) AS n FROM signing_keys");
    ensure(keys == [1], format!("{keys:?} keys"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn there_is_one_key_because_its_makers_come_one_at_a_time() {
    needs_apart(Guard::KeysHeld, one_key).await;
}

fn url(db: &Database) -> String {
    match db.target() {
        vouchsafe::platform::store::Target::Sqlite(path) => format!("sqlite://{}", path.display()),
        vouchsafe::platform::store::Target::Postgres(url) => url.expose_secret().to_owned(),
    }
}
