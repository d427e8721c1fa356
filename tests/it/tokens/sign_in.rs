//! By password or code: who is let in, how often somebody may guess, and what is done once.

use std::sync::mpsc;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use vouchsafe::{
    credentials::{Hasher, make_sign_in_code, passwords::hash::Phc},
    people::set_standing,
    platform::{
        config::{PasswordConfig, ThrottleConfig},
        store::Guard,
        terms::{PersonRow, Standing},
    },
    tokens::{Device, SignIn, SignInError},
};

use super::*;
use crate::http::texts;
use crate::support::{
    db::{ensure, on_both},
    turnstile::{in_turn, in_turn_before, needs_apart},
};

pub(super) fn hasher(world: &World, hash_permits: usize, hash_wait_ms: u64) -> Hasher {
    let config = PasswordConfig {
        hash_permits,
        hash_wait_ms,
    };
    Hasher::new(&config, world.vault.clone(), Arc::new(SystemRng))
}

pub(super) fn door(replica: &Replica, hasher: Hasher, failures: u32) -> SignIn {
    let config = ThrottleConfig {
        per_account_failures_per_day: failures,
        ..ThrottleConfig::default()
    };
    SignIn::new(replica.tokens.clone(), hasher, replica.read_model.clone(), &config)
}

/// The password's hash, at a cost that is no longer usual.
fn cheap_hash() -> String {
    hash_in(8192)
}

/// The password's hash, at so many KiB.
fn hash_in(memory: u32) -> String {
    let argon = Argon2::new(
        Algorithm::Argon2id,
        Version::V0x13,
        Params::new(memory, 1, 1, Some(32)).unwrap(),
    );
    argon
        .hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16])
        .unwrap()
        .to_string()
}

/// Makes it the stored hash of a member's password.
async fn keep_hash(replica: &Replica, row: PersonRow, hash: &str) {
    let hash = Phc::parse(hash).unwrap();
    let set = replica
        .ledger
        .write(Actor::Operator, move |tx| credentials::set_password(tx, row, &hash));
    set.await.unwrap();
}

/// A one-time code for a member, good for ten minutes.
async fn code(world: &World, replica: &Replica, member: &Member) -> SecretString {
    let (vault, member) = (world.vault.clone(), member.clone());
    let made = replica.ledger.write(Actor::Operator, move |tx| {
        make_sign_in_code(tx, &vault, &member, Duration::from_secs(600))
    });
    made.await.unwrap().value
}

async fn try_password(door: &SignIn, address: &str, password: &str) -> Result<Session, SignInError> {
    let address = EmailAddress::parse(address).unwrap().into();
    let written = door
        .by_password(&address, password.into(), None, Device::default())
        .await?;
    Ok(written.value)
}

on_both! {
    async fn only_the_right_password_of_a_member_in_standing_opens(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 2, 60_000), 100);
        let ada = world.member(&replica.ledger, "ada@example.org", Some(PASSWORD)).await;
        world.member(&replica.ledger, "without@example.org", None).await;
        let session = try_password(&door, " ADA@Example.ORG", PASSWORD).await.unwrap();
        assert_eq!(session.holder.person, ada.row);
        assert!(replica.tokens.check(&replica.grant(&session).0).await.is_ok());
        for (address, password) in [
            ("ada@example.org", "pelican-drawer-cinnamo"),
            ("ada@example.org", ""),
            ("ada@example.org", &PASSWORD.to_uppercase()),
            ("ada@example.org", &"x".repeat(1 << 20)),
            ("without@example.org", PASSWORD),
            ("without@example.org", ""),
            ("nobody@example.org", PASSWORD),
        ] {
            let refused = try_password(&door, address, password).await;
            assert!(matches!(refused, Err(SignInError::Wrong)), "{address}");
        }
        let row = ada.row;
        let banned = replica.ledger.write(Actor::Operator, move |tx| {
            Ok::<_, StoreError>(set_standing(tx.conn, row, Standing::Active, Standing::Banned)?)
        });
        assert!(banned.await.unwrap().value);
        let wrong = try_password(&door, "ada@example.org", "not it").await;
        assert!(matches!(wrong, Err(SignInError::Wrong)), "a sanction shows to who knows the password");
        let right = try_password(&door, "ada@example.org", PASSWORD).await;
        assert!(matches!(right, Err(SignInError::Suspended(_))));
    }

    /// Six failures a day: three at once, over both replicas, then one in eight hours. It is counted
    /// before the password is looked at, so the right one is locked out too, also after a restart.
    async fn guesses_are_counted_over_replicas_and_restarts(db: &Database) {
        let world = World::new();
        let replicas = [world.replica(db).await, world.replica(db).await];
        let doors = replicas.each_ref().map(|replica| door(replica, hasher(&world, 1, 60_000), 6));
        world.member(&replicas[0].ledger, "ada@example.org", Some(PASSWORD)).await;
        for address in ["ada@example.org", "nobody@example.org"] {
            let mut guesses = JoinSet::new();
            for number in 0..20 {
                let door = doors[number % 2].clone();
                guesses.spawn(async move { try_password(&door, address, "a wild guess").await });
            }
            let outcomes = guesses.join_all().await;
            let wrong = outcomes.iter().filter(|outcome| matches!(outcome, Err(SignInError::Wrong))).count();
            let locked = outcomes.iter().filter(|outcome| matches!(outcome, Err(SignInError::Locked(28_800))));
            assert_eq!((wrong, locked.count()), (3, 17), "{address}");
        }
        let locked = try_password(&doors[0], "ada@example.org", PASSWORD).await;
        assert!(matches!(locked, Err(SignInError::Locked(_))));
        drop((replicas, doors));

        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 1, 60_000), 6);
        let locked = try_password(&door, "ada@example.org", PASSWORD).await;
        assert!(matches!(locked, Err(SignInError::Locked(_))));
        world.later(Duration::from_secs(28_800));
        assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok());
        assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok(), "a success counts as none");
        assert!(matches!(try_password(&door, "ada@example.org", "a guess").await, Err(SignInError::Wrong)));
        assert!(matches!(try_password(&door, "ada@example.org", "a guess").await, Err(SignInError::Locked(_))));
    }

    async fn a_cheap_old_hash_is_made_anew(db: &Database) {
        let world = World::old(Guards::default());
        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 2, 60_000), 100);
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let cheap = cheap_hash();
        let row = ada.row;
        keep_hash(&replica, row, &cheap).await;
        assert!(try_password(&door, "ada@example.org", "a guess").await.is_err());
        let stored = || texts(db, "SELECT phc AS t FROM credentials").remove(0);
        assert_eq!(stored(), cheap, "a wrong guess changes nothing");
        assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok());
        assert!(stored().starts_with("$argon2id$v=19$m=19456,t=2,p=1,keyid=AAAAAAAAAAA$"));
        assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok());
    }

    /// Whoever can write rows and has no keyring lets nobody in: not by a hash of a password that they know, not by
    /// a code of which they know the hash, and not by a code of their own that they give to somebody else.
    async fn a_row_is_no_key(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 2, 60_000), 100);
        let ada = world.member(&replica.ledger, "ada@example.org", Some("a password of her own")).await;
        let eve = world.member(&replica.ledger, "eve@example.org", Some(PASSWORD)).await;
        keep_hash(&replica, ada.row, &cheap_hash()).await;
        let usual = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(19_456, 2, 1, Some(32)).unwrap());
        let usual = usual.hash_password_with_salt(PASSWORD.as_bytes(), &[7; 16]).unwrap().to_string();
        for forged in [usual.clone(), usual.replace("p=1", "p=1,keyid=AAAAAAAAAAE"), usual.replace("p=1", "p=1,keyid=AAAAAAAAAAA")] {
            keep_hash(&replica, ada.row, &forged).await;
            let refused = try_password(&door, "ada@example.org", PASSWORD).await;
            assert!(matches!(refused, Err(SignInError::Wrong)), "{forged}");
        }
        assert!(try_password(&door, "eve@example.org", PASSWORD).await.is_ok());

        let ours = code(&world, &replica, &eve).await;
        db.run(&format!("UPDATE sign_in_codes SET person = {}", ada.row.0));
        assert!(matches!(door.by_code(&ours, Device::default()).await, Err(SignInError::Wrong)), "eve's code opens ada's account");
        let mut named = [9; 32];
        named[..16].copy_from_slice(ada.id.as_bytes());
        let made_up = data_encoding::BASE64URL_NOPAD.encode(&named);
        let hash = data_encoding::HEXLOWER.encode(&vouchsafe::platform::vault::sha256(made_up.as_bytes()));
        let hash = match db.target().backend() {
            vouchsafe::platform::store::Backend::Sqlite => format!("x'{hash}'"),
            vouchsafe::platform::store::Backend::Postgres => format!("'\\x{hash}'"),
        };
        let until = world.clock.now().after(MONTH).micros();
        db.run(&format!(
            "INSERT INTO sign_in_codes (hash, person, expires_at) VALUES ({hash}, {}, {until})",
            ada.row.0
        ));
        assert!(matches!(door.by_code(&made_up.into(), Device::default()).await, Err(SignInError::Wrong)));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM sessions"), [1]);
    }

    /// All find the cheap hash, and the first makes another of it: the rest knew the password no less.
    async fn who_signs_in_while_the_hash_is_made_anew_is_let_in(db: &Database) {
        let world = World::old(Guards::default());
        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 4, 60_000), 8);
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let row = ada.row;
        keep_hash(&replica, row, &cheap_hash()).await;
        let mut tries = JoinSet::new();
        for _ in 0..4 {
            let door = door.clone();
            tries.spawn(async move { try_password(&door, "ada@example.org", PASSWORD).await });
        }
        for outcome in tries.join_all().await {
            assert_eq!(outcome.map(|session| session.holder.person).map_err(|error| error.to_string()), Ok(row));
        }
        // None of them counts as a failure.
        assert!(matches!(try_password(&door, "ada@example.org", "a guess").await, Err(SignInError::Wrong)));
        assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok());
    }

    async fn a_one_time_code_opens_once_and_not_after_its_time(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let door = door(&replica, hasher(&world, 1, 60_000), 100);
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let (first, second) = (code(&world, &replica, &ada).await, code(&world, &replica, &ada).await);
        let mut tries = JoinSet::new();
        for _ in 0..20 {
            let (door, first) = (door.clone(), first.clone());
            tries.spawn(async move { door.by_code(&first, Device::default()).await });
        }
        let outcomes = tries.join_all().await;
        let mut won = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok());
        assert_eq!(won.next().unwrap().value.holder.person, ada.row);
        assert!(won.next().is_none());
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM sessions"), [1]);
        let lone = "SELECT actor AS n FROM events WHERE kind = 'session_started'";
        assert_eq!(db.figures(lone), [ada.row.0], "the member did it");
        assert!(matches!(door.by_code(&"no code".into(), Device::default()).await, Err(SignInError::Wrong)));
        world.later(Duration::from_secs(600));
        assert!(matches!(door.by_code(&second, Device::default()).await, Err(SignInError::Wrong)));
    }
}

/// Two come with one code at once.
async fn opens_once(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::with(guards);
    let replica = world.replica(db).await;
    let door = door(&replica, hasher(&world, 1, 60_000), 100);
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let code = code(&world, &replica, &ada).await;
    let (first, second) = in_turn(
        db,
        "sign_in_codes",
        door.by_code(&code, Device::default()),
        door.by_code(&code, Device::default()),
    )
    .await;
    ensure(first.is_ok(), "the first was not let in")?;
    ensure(matches!(second, Err(SignInError::Wrong)), "the second was let in too")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_one_time_code_opens_once_because_it_is_spent() {
    needs_apart(Guard::SignInCodeOnce, opens_once).await;
}

/// Another password is set while the old one's hash is being made anew: the old one does not come back.
async fn stays_changed(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::old(guards);
    let replica = world.replica(db).await;
    let door = door(&replica, hasher(&world, 1, 60_000), 100);
    let row = world.member(&replica.ledger, "ada@example.org", None).await.row;
    keep_hash(&replica, row, &cheap_hash()).await;
    let (let_in, ()) = in_turn_before(
        db,
        "INSERT OR UPDATE ON credentials FOR EACH ROW WHEN (NEW.phc NOT LIKE '%m=4096,%')",
        try_password(&door, "ada@example.org", PASSWORD),
        keep_hash(&replica, row, &hash_in(4096)),
    )
    .await;
    ensure(let_in.is_ok(), "who knew the old password in time was not let in")?;
    let stored = db.figures("SELECT COUNT(*) AS n FROM credentials WHERE phc LIKE '%m=4096,%'");
    ensure(stored == [1], "the old password is back")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hash_is_made_anew_because_it_is_the_one_that_was_compared() {
    needs_apart(Guard::RenewedOnce, stays_changed).await;
}

/// Whoever finds no permit is told so at once, and it counts as no failure.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn being_busy_counts_as_no_failure() {
    let (world, db) = (
        World::new(),
        Database::fresh(vouchsafe::platform::store::Backend::Sqlite),
    );
    let replica = world.replica(&db).await;
    let hasher = hasher(&world, 1, 30);
    let door = door(&replica, hasher.clone(), 1);
    world.member(&replica.ledger, "ada@example.org", Some(PASSWORD)).await;
    let (release, held) = mpsc::channel::<()>();
    let slow = tokio::spawn(async move { hasher.run(move || held.recv().unwrap()).await });
    loop {
        match try_password(&door, "ada@example.org", PASSWORD).await {
            Err(SignInError::Busy) => break,
            other => assert!(other.is_ok(), "the other task has not begun: {other:?}"),
        }
    }
    for _ in 0..5 {
        assert!(matches!(
            try_password(&door, "ada@example.org", PASSWORD).await,
            Err(SignInError::Busy)
        ));
    }
    release.send(()).unwrap();
    slow.await.unwrap().unwrap();
    assert!(try_password(&door, "ada@example.org", PASSWORD).await.is_ok());
}
