//! A refresh token works once, a session ends when it should, and memory says so on every replica.

use vouchsafe::{
    people::set_standing,
    platform::{
        ledger::events::SessionEnd,
        store::{Backend, Guard},
        terms::Standing,
    },
    tokens::{TokenRefused, end_all, end_session, services},
};

use super::*;
use crate::support::{
    db::{ensure, needs, on_both},
    service::HALL,
    turnstile::{in_turn, needs_apart},
};

/// Fifty uses of one refresh token at once, over two replicas, as by a client that has no patience: one turns the
/// session over, and all are answered with what that has bought. Some other client's use of it ends the family,
/// also for a replica that starts afterwards.
async fn one_of_fifty(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::with(guards);
    let replicas = [Arc::new(world.replica(db).await), Arc::new(world.replica(db).await)];
    let ada = world.member(&replicas[0].ledger, "ada@example.org", None).await;
    let session = replicas[0].start(&ada).await;
    let (_, token) = replicas[0].grant(&session);
    let barrier = Arc::new(tokio::sync::Barrier::new(50));
    let mut tries = JoinSet::new();
    for number in 0..50 {
        let (replica, token, barrier) = (replicas[number % 2].clone(), token.clone(), barrier.clone());
        tries.spawn(async move {
            barrier.wait().await;
            replica.refresh(&token).await
        });
    }
    let mut bought = Vec::new();
    while let Some(outcome) = tries.join_next().await {
        bought.push(outcome.unwrap().map_err(|error| error.to_string())?);
    }
    let (access, refresh) = bought[0].clone();
    let same = bought
        .iter()
        .filter(|(_, other)| other.expose_secret() == refresh.expose_secret());
    ensure(same.count() == 50, "they were answered with different tokens")?;
    ensure(
        db.figures("SELECT generation AS n FROM sessions") == [1],
        "it was turned over again",
    )?;
    ensure(replicas[0].tokens.check(&access).await.is_ok(), "the family is over")?;
    let turns = "SELECT COUNT(*) AS n FROM events WHERE kind = 'session_refreshed'";
    ensure(db.figures(turns) == [1], "it is told more than once")?;

    let other = replicas[1].refresh_as(&token, "somebody else's").await;
    ensure(matches!(other, Err(RefreshError::Reused)), "another client has it too")?;
    let late = world.replica(db).await;
    for replica in [&late, &*replicas[0], &*replicas[1]] {
        replica.settle().await;
        let dead = matches!(replica.tokens.check(&access).await, Err(TokenRefused::SessionEnded));
        ensure(dead, "the access token outlives its family")?;
        let dead = matches!(replica.refresh(&refresh).await, Err(RefreshError::Unknown));
        ensure(dead, "the refresh token outlives its family")?;
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_fifty_refreshes_on_sqlite() {
    needs(Guard::RefreshOnce, Backend::Sqlite, one_of_fifty).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_fifty_refreshes_on_postgres() {
    needs(Guard::RefreshOnce, Backend::Postgres, one_of_fifty).await;
}

on_both! {
    /// Turned over again and again it stays good; the second use of an old one ends it, and that
    /// stands in the store, not in memory.
    async fn a_reused_token_ends_its_family_also_after_a_restart(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let session = replica.start(&ada).await;
        let (_, first) = replica.grant(&session);
        let (_, second) = replica.refresh(&first).await.unwrap();
        assert!(matches!(replica.refresh(&bent(&second)).await, Err(RefreshError::Unknown)));
        let (access, third) = replica.refresh(&second).await.unwrap();
        assert!(replica.tokens.check(&access).await.is_ok(), "a bent token ends nothing");
        drop(replica);

        let replica = world.replica(db).await;
        assert!(replica.tokens.check(&access).await.is_ok());
        assert!(matches!(replica.refresh(&first).await, Err(RefreshError::Reused)));
        assert!(matches!(replica.tokens.check(&access).await, Err(TokenRefused::SessionEnded)));
        assert!(matches!(replica.refresh(&third).await, Err(RefreshError::Unknown)));
        drop(replica);

        let replica = world.replica(db).await;
        assert!(matches!(replica.tokens.check(&access).await, Err(TokenRefused::SessionEnded)));
        assert!(matches!(replica.refresh(&third).await, Err(RefreshError::Unknown)));
        let ends = "SELECT COUNT(*) AS n FROM events WHERE kind = 'session_ended'";
        assert_eq!(db.figures(ends), [1], "it is told once");
    }

    /// Whoever got no answer asks again, and gets what the first answer said; after ten seconds, once the next token
    /// is used, or for anything else, it is a reuse.
    async fn an_exact_retry_is_answered_as_the_first_for_ten_seconds(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let fresh = async || replica.grant(&replica.start(&ada).await).1;
        let claims = |token: &str| {
            let payload = token.split('.').nth(1).unwrap();
            String::from_utf8(data_encoding::BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap()
        };

        let first = fresh().await;
        let (access, second) = replica.refresh(&first).await.unwrap();
        world.later(Duration::from_micros(9_999_999));
        let (again, same) = replica.refresh(&first).await.unwrap();
        assert_eq!(same.expose_secret(), second.expose_secret());
        assert_eq!(claims(&again), claims(&access), "it is no newer");
        world.later(Duration::from_micros(1));
        assert!(matches!(replica.refresh(&first).await, Err(RefreshError::Reused)));
        assert!(matches!(replica.refresh(&second).await, Err(RefreshError::Unknown)));

        let first = fresh().await;
        let (_, second) = replica.refresh(&first).await.unwrap();
        replica.refresh(&second).await.unwrap();
        assert!(matches!(replica.refresh(&first).await, Err(RefreshError::Reused)), "its successor was used");

        let first = fresh().await;
        replica.refresh_as(&first, "an app").await.unwrap();
        assert!(matches!(replica.refresh_as(&first, "a script").await, Err(RefreshError::Reused)));

        let vault = world.vault.clone();
        let add = move |tx: &mut Tx<'_>| services::add(tx, &vault, "hall", Some(services::Resource::parse(HALL)?));
        replica.ledger.write(Actor::Operator, add).await.unwrap();
        let first = fresh().await;
        replica.refresh(&first).await.unwrap();
        let other = Request {
            audience: hall(),
            agent: String::new(),
        };
        assert!(matches!(replica.tokens.refresh(first, other).await, Err(RefreshError::Reused)), "for somebody else");
    }

    /// What a session was given ends with it, on the other replica too, and comes from the store
    /// where the feed has not told yet.
    async fn an_ended_session_opens_nothing_anywhere(db: &Database) {
        let world = World::new();
        let (here, there) = (world.replica(db).await, world.replica(db).await);
        let ada = world.member(&here.ledger, "ada@example.org", None).await;
        let [kept, ended] = [here.start(&ada).await, here.start(&ada).await];
        let for_hall = here.for_hall(&ended);
        assert!(there.tokens.introspect(&for_hall, HALL).await.unwrap().is_some());
        let (kept, (access, refresh)) = (here.grant(&kept).0, here.grant(&ended));
        let checked = there.tokens.check(&access).await.unwrap();
        assert_eq!((checked.person, checked.id, checked.session), (ada.row, ada.id, ended.id));

        let id = ended.id;
        let written = here
            .ledger
            .write(Actor::Person(ada.row), move |tx| end_session(tx, id, SessionEnd::SignedOut))
            .await
            .unwrap();
        assert!(written.value);
        for replica in [&here, &there] {
            assert!(replica.read_model.wait(written.position.unwrap(), Duration::from_secs(10)).await);
            assert!(matches!(replica.tokens.check(&access).await, Err(TokenRefused::SessionEnded)));
            assert!(matches!(replica.refresh(&refresh).await, Err(RefreshError::Unknown)));
            assert!(replica.tokens.introspect(&for_hall, HALL).await.unwrap().is_none());
            assert!(replica.tokens.check(&kept).await.is_ok());
        }
        let again = here.ledger.write(Actor::System, move |tx| end_session(tx, id, SessionEnd::Revoked)).await;
        assert!(!again.unwrap().value, "it ends once");
    }

    /// A sanction: whoever imposes it changes the standing and ends all sessions, in one command.
    async fn a_sanctioned_member_has_no_token_and_gets_none(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let bob = world.member(&replica.ledger, "bob@example.org", None).await;
        let mut hers = Vec::new();
        for _ in 0..3 {
            let session = replica.start(&ada).await;
            hers.push(replica.grant(&session));
        }
        let session = replica.start(&bob).await;
        let his = replica.grant(&session);
        let row = ada.row;
        let ended = replica.ledger.write(Actor::Operator, move |tx| {
            assert!(set_standing(tx.conn, row, Standing::Active, Standing::Banned)?);
            end_all(tx, row, SessionEnd::Sanctioned)
        });
        assert_eq!(ended.await.unwrap().value, 3);
        replica.settle().await;
        for (access, refresh) in &hers {
            assert!(matches!(replica.tokens.check(access).await, Err(TokenRefused::SessionEnded)));
            assert!(matches!(replica.refresh(refresh).await, Err(RefreshError::Unknown)));
        }
        let none = replica.ledger.write(Actor::Person(row), move |tx| start_session(tx, row, MONTH));
        assert!(none.await.unwrap().value.is_none());
        assert!(replica.tokens.check(&his.0).await.is_ok());
        // Back in good standing, what was ended stays ended.
        let lifted = replica.ledger.write(Actor::Operator, move |tx| {
            Ok::<_, StoreError>(set_standing(tx.conn, row, Standing::Banned, Standing::Active)?)
        });
        assert!(lifted.await.unwrap().value);
        assert!(matches!(replica.refresh(&hers[0].1).await, Err(RefreshError::Unknown)));
    }

    /// Sign-ins and a ban at the same moment: whichever comes first, nothing lives on that the ban has
    /// not seen.
    async fn no_session_slips_past_a_sanction(db: &Database) {
        let world = World::new();
        let replica = Arc::new(world.replica(db).await);
        for round in 0..20 {
            let ada = world.member(&replica.ledger, &format!("ada{round}@example.org"), None).await;
            let row = ada.row;
            let mut together = JoinSet::new();
            for number in 0..8 {
                let replica = replica.clone();
                together.spawn(async move {
                    if number == 4 {
                        let banned = replica.ledger.write(Actor::Operator, move |tx| {
                            assert!(set_standing(tx.conn, row, Standing::Active, Standing::Banned)?);
                            end_all(tx, row, SessionEnd::Sanctioned)
                        });
                        banned.await.unwrap();
                    } else {
                        let started = replica.ledger.write(Actor::Person(row), move |tx| start_session(tx, row, MONTH));
                        started.await.unwrap();
                    }
                });
            }
            together.join_all().await;
            let living = "SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL";
            assert_eq!(db.figures(living), [0], "round {round}");
        }
    }

    /// Standing counts by itself, whatever has become of the sessions.
    async fn a_member_out_of_standing_refreshes_nothing(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let session = replica.start(&ada).await;
        let (_, refresh) = replica.grant(&session);
        db.run("UPDATE people SET standing = 'banned'");
        assert!(matches!(replica.refresh(&refresh).await, Err(RefreshError::Unknown)));
        db.run("UPDATE people SET standing = 'active'");
        assert!(replica.refresh(&refresh).await.is_ok(), "a refusal spends nothing");
    }

    /// Thirty days from its start, however often it is refreshed.
    async fn a_session_is_not_drawn_out_by_refreshing(db: &Database) {
        let world = World::new();
        let replica = world.replica(db).await;
        let ada = world.member(&replica.ledger, "ada@example.org", None).await;
        let session = replica.start(&ada).await;
        let (_, mut refresh) = replica.grant(&session);
        for _ in 0..29 {
            world.later(Duration::from_secs(86_400));
            refresh = replica.refresh(&refresh).await.unwrap().1;
        }
        world.later(Duration::from_secs(86_400 - 60));
        let request = Request {
            audience: Audience::Ours,
            agent: String::new(),
        };
        let written = replica.tokens.refresh(refresh, request).await.unwrap();
        let granted = replica.tokens.grant(&written.value).unwrap();
        assert_eq!(granted.expires_in, 60, "an access token ends with its session");
        world.later(Duration::from_secs(60));
        let over = replica.tokens.check(&granted.access_token).await;
        assert!(matches!(over, Err(TokenRefused::Invalid(_))), "{over:?}");
        let last = replica.refresh(&granted.refresh_token.into()).await;
        assert!(matches!(last, Err(RefreshError::Unknown)));
    }
}

/// Somebody whose session is all but written is banned at that moment.
async fn nothing_lives_on(db: &Database, guards: Guards) -> Result<(), String> {
    let world = World::with(guards);
    let replica = world.replica(db).await;
    let row = world.member(&replica.ledger, "ada@example.org", None).await.row;
    let start = replica
        .ledger
        .write(Actor::Person(row), move |tx| start_session(tx, row, MONTH));
    let ban = replica.ledger.write(Actor::Operator, move |tx| {
        assert!(set_standing(tx.conn, row, Standing::Active, Standing::Banned)?);
        end_all(tx, row, SessionEnd::Sanctioned)
    });
    let (started, banned) = in_turn(db, "sessions", start, ban).await;
    banned.map_err(|error| error.to_string())?;
    ensure(started.unwrap().value.is_some(), "no session was on its way")?;
    let living = db.figures("SELECT COUNT(*) AS n FROM sessions WHERE ended_at IS NULL");
    ensure(living == [0], "somebody who is banned is signed in")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_waits_for_the_session_that_is_being_written() {
    needs_apart(Guard::HolderHeld, nothing_lives_on).await;
}

/// A restored store is behind the tokens that were given out since: a later generation is no better
/// than an earlier one.
#[tokio::test]
async fn a_generation_from_the_future_ends_its_family() {
    let (world, db) = (World::new(), Database::fresh(Backend::Sqlite));
    let replica = world.replica(&db).await;
    let ada = world.member(&replica.ledger, "ada@example.org", None).await;
    let session = replica.start(&ada).await;
    let (_, first) = replica.grant(&session);
    let (_, second) = replica.refresh(&first).await.unwrap();
    db.run("UPDATE sessions SET generation = 0");
    assert!(matches!(replica.refresh(&second).await, Err(RefreshError::Reused)));
    assert!(matches!(replica.refresh(&first).await, Err(RefreshError::Unknown)));
}
