//! The client of Janus's admin API against a real Janus, and what Janus itself does: what the
//! rooms rely on is shown here with real peers.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use secrecy::SecretString;
use serde_json::json;
use vouchsafe::{
    platform::{
        config::EgressConfig,
        egress::{Egress, Refused},
        terms::{Clock, SystemClock},
    },
    rooms::servers::janus::{Address, AudioBridge, Janus, JanusError, core_token},
};

use crate::support::{
    janus::{AdminProxy, JanusServer, Mode, TOKEN_SECRET},
    peer::Peer,
};

const ROOM: &str = "stage-1";
const SECRET: &str = "the room's own secret";

fn client(address: Address) -> Janus {
    let config = EgressConfig {
        networks: vec!["127.0.0.1".parse().unwrap()],
        ..EgressConfig::default()
    };
    Janus::new(Egress::new(&config).unwrap(), address)
}

fn tokens(list: &[&str]) -> Vec<String> {
    list.iter().map(|&token| token.to_owned()).collect()
}

/// A Janus with a room that admits these tokens.
async fn room_with(list: &[&str]) -> (JanusServer, Janus) {
    let server = JanusServer::start();
    let janus = client(server.address());
    assert!(janus.ensure_room(ROOM, SECRET).await.unwrap());
    janus.allow(ROOM, SECRET, &tokens(list)).await.unwrap();
    (server, janus)
}

/// Waits until exactly these are in the room.
async fn until_there_are(server: &JanusServer, ids: &[&str]) {
    let begun = Instant::now();
    while server.participants(ROOM) != ids {
        assert!(
            begun.elapsed() < Duration::from_secs(10),
            "{:?} in the room\n{}",
            server.participants(ROOM),
            server.log()
        );
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[actix_web::test]
async fn a_healthy_janus_tells_its_version() {
    let server = JanusServer::start();
    let info = client(server.address()).info().await.unwrap();
    assert!(info.version.starts_with(|c: char| c.is_ascii_digit()), "{info:?}");
    assert!(info.token_auth);
}

#[actix_web::test]
async fn a_list_is_kept() {
    let server = JanusServer::start();
    let janus = client(server.address());
    assert_eq!(janus.allowed(ROOM, SECRET).await, Err(JanusError::NoRoom));
    assert_eq!(
        janus.allow(ROOM, SECRET, &tokens(&["a"])).await,
        Err(JanusError::NoRoom)
    );
    assert_eq!(janus.participants(ROOM, SECRET).await, Err(JanusError::NoRoom));

    assert_eq!(janus.ensure_room(ROOM, SECRET).await, Ok(true));
    assert_eq!(janus.ensure_room(ROOM, SECRET).await, Ok(false));
    assert_eq!(server.list(ROOM, SECRET), Some(vec![]));
    assert_eq!(janus.participants(ROOM, SECRET).await, Ok(vec![]));

    janus.allow(ROOM, SECRET, &tokens(&["a", "b", "c"])).await.unwrap();
    janus.allow(ROOM, SECRET, &tokens(&["a"])).await.unwrap();
    janus
        .disallow(ROOM, SECRET, &tokens(&["b", "never there"]))
        .await
        .unwrap();
    assert_eq!(server.list(ROOM, SECRET), Some(tokens(&["a", "c"])));
    let list = janus.allowed(ROOM, SECRET).await.unwrap();
    assert_eq!(list, HashSet::from(["a".to_owned(), "c".to_owned()]));

    janus.destroy(ROOM, SECRET).await.unwrap();
    janus.destroy(ROOM, SECRET).await.unwrap();
    assert_eq!(server.list(ROOM, SECRET), None);
}

#[actix_web::test]
async fn a_list_that_was_switched_off_is_kept_to_again() {
    let (server, janus) = room_with(&["a"]).await;
    let off = json!({ "request": "allowed", "action": "disable", "room": ROOM, "secret": SECRET });
    assert_eq!(server.audiobridge(off)["audiobridge"], "success");
    let stranger = Peer::open("stranger", &server).await;
    assert_eq!(stranger.join(ROOM, "stranger", "b").await, Ok(()));
    stranger.leave().await;
    janus.allowed(ROOM, SECRET).await.unwrap();
    assert_eq!(stranger.join(ROOM, "stranger", "b").await, Err(489));
}

#[actix_web::test]
async fn eight_thousand_tokens_take_one_call() {
    let (server, _) = room_with(&[]).await;
    let proxy = AdminProxy::before(&server);
    let janus = client(proxy.address());
    let many: Vec<String> = (0..8000).map(|n| format!("{n:043}")).collect();
    janus.allow(ROOM, SECRET, &many).await.unwrap();
    assert_eq!(server.list(ROOM, SECRET).unwrap(), many);
    assert_eq!(janus.allowed(ROOM, SECRET).await.unwrap().len(), 8000);
    janus.disallow(ROOM, SECRET, &many).await.unwrap();
    assert_eq!(server.list(ROOM, SECRET), Some(vec![]));
    assert_eq!(proxy.calls(), 3);
}

#[actix_web::test]
async fn wrong_secrets_are_told_apart_from_outages() {
    let (server, janus) = room_with(&["a"]).await;
    let wrong = "another secret";
    let list = tokens(&["b"]);
    assert_eq!(janus.allowed(ROOM, wrong).await, Err(JanusError::NotOurs));
    assert_eq!(janus.allow(ROOM, wrong, &list).await, Err(JanusError::NotOurs));
    assert_eq!(janus.disallow(ROOM, wrong, &list).await, Err(JanusError::NotOurs));
    assert_eq!(janus.kick(ROOM, wrong, "alice").await, Err(JanusError::NotOurs));
    assert_eq!(janus.mute(ROOM, wrong, "alice").await, Err(JanusError::NotOurs));
    assert_eq!(janus.destroy(ROOM, wrong).await, Err(JanusError::NotOurs));
    assert_eq!(server.list(ROOM, SECRET), Some(tokens(&["a"])));

    let mut address = server.address();
    address.admin_secret = SecretString::from(wrong);
    let stranger = client(address);
    assert_eq!(stranger.info().await, Err(JanusError::Forbidden));
    assert_eq!(stranger.ensure_room("other", SECRET).await, Err(JanusError::Forbidden));

    for key in [None, Some(SecretString::from(wrong))] {
        let mut address = server.address();
        address.admin_key = key;
        assert_eq!(
            client(address).ensure_room("other", SECRET).await,
            Err(JanusError::Forbidden)
        );
    }
    let mut address = server.address();
    address.admin_key = Some(SecretString::from(wrong));
    assert_eq!(client(address).info().await, Err(JanusError::Forbidden));
}

#[actix_web::test]
async fn a_lie_is_noticed_where_the_answer_shows_it() {
    let (server, _) = room_with(&["a"]).await;
    let proxy = AdminProxy::before(&server);
    let janus = client(proxy.address());
    proxy.set(Mode::Lie);
    let disagrees = |done| assert!(matches!(done, Err(JanusError::Disagrees(_))), "{done:?}");
    disagrees(janus.allow(ROOM, SECRET, &tokens(&["b"])).await);
    disagrees(janus.disallow(ROOM, SECRET, &tokens(&["a"])).await);
    // This answer shows nothing: only a look at the room does.
    assert_eq!(janus.ensure_room("other", SECRET).await, Ok(true));
    assert_eq!(janus.allowed("other", SECRET).await, Err(JanusError::NoRoom));
    disagrees(janus.destroy(ROOM, SECRET).await);
    assert_eq!(server.list(ROOM, SECRET), Some(tokens(&["a"])));
}

#[actix_web::test]
async fn a_janus_that_is_ill_is_an_error_and_not_an_answer() {
    let (mut server, janus) = room_with(&["a"]).await;
    let proxy = AdminProxy::before(&server);
    let behind = client(proxy.address());
    for (mode, wanted) in [
        (Mode::Answer500, JanusError::Unreachable("HTTP status 500".into())),
        (Mode::Redirect, JanusError::Unreachable("HTTP status 307".into())),
        (Mode::Hang, JanusError::Unreachable("no answer in time".into())),
        (Mode::Page, JanusError::Malformed),
        (Mode::Endless, JanusError::TooLong),
    ] {
        proxy.set(mode);
        let begun = Instant::now();
        assert_eq!(behind.allowed(ROOM, SECRET).await, Err(wanted.clone()), "{mode:?}");
        assert_eq!(behind.info().await, Err(wanted), "{mode:?}");
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    }
    proxy.set(Mode::Through);
    assert_eq!(behind.allowed(ROOM, SECRET).await.unwrap().len(), 1);

    // A real one that hangs, and one that is gone, and one that came back with nothing.
    server.stop_answering();
    let begun = Instant::now();
    let hung = janus.allowed(ROOM, SECRET).await;
    assert_eq!(hung, Err(JanusError::Unreachable("no answer in time".into())));
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    server.go_on();
    assert_eq!(janus.allowed(ROOM, SECRET).await.unwrap().len(), 1);
    server.stop();
    let gone = janus.allowed(ROOM, SECRET).await;
    assert!(matches!(gone, Err(JanusError::Unreachable(_))), "{gone:?}");
    server.start_again();
    assert_eq!(janus.allowed(ROOM, SECRET).await, Err(JanusError::NoRoom));
    janus.ensure_room(ROOM, SECRET).await.unwrap();
    server.restart();
    // A connection that was kept may turn out to be gone; this one has none.
    assert_eq!(client(server.address()).ensure_room(ROOM, SECRET).await, Ok(true));
}

#[actix_web::test]
async fn errors_name_no_secret() {
    let server = JanusServer::start();
    let mut address = server.address();
    address.admin_url = "http://root:hunter2@127.0.0.1:1/hunter2".to_owned();
    assert_eq!(client(address).info().await, Err(JanusError::NotAllowed(Refused::Form)));
    for (url, refused) in [
        ("hunter2", Refused::Form),
        ("http://hunter2.example.org/admin", Refused::Scheme),
        ("https://169.254.169.254/hunter2", Refused::Address),
    ] {
        let mut address = server.address();
        address.admin_url = url.to_owned();
        let error = client(address).info().await.unwrap_err();
        assert_eq!(error, JanusError::NotAllowed(refused));
        assert!(
            !format!("{error} {error:?} {}", error.told()).contains("hunter2"),
            "{error:?}"
        );
    }
}

#[actix_web::test]
async fn the_core_wants_a_token_of_ours() {
    let server = JanusServer::start();
    assert_eq!(Peer::refused_by_core(&server.url(), &server.core_token()).await, None);
    let secret = SecretString::from(TOKEN_SECRET);
    let late = core_token(
        &AudioBridge,
        &secret,
        SystemClock.now().before(Duration::from_secs(1)),
        None,
    );
    let foreign = core_token(
        &AudioBridge,
        &SecretString::from("another"),
        SystemClock.now().after(Duration::from_secs(600)),
        None,
    );
    for token in [late, foreign, SecretString::from("nonsense")] {
        let token = secrecy::ExposeSecret::expose_secret(&token);
        assert_eq!(Peer::refused_by_core(&server.url(), token).await, Some(403));
    }
}

#[actix_web::test]
async fn whoever_is_listed_hears_and_whoever_is_put_out_does_not() {
    let (server, janus) = room_with(&["token of alice"]).await;
    let alice = Peer::enter(&server, ROOM, "alice", "token of alice").await;
    alice.receives(50).await;
    let mallory = Peer::open("mallory", &server).await;
    assert_eq!(mallory.join(ROOM, "mallory", "no token").await, Err(489));
    let there = janus.participants(ROOM, SECRET).await.unwrap();
    assert_eq!(there.len(), 1);
    assert!(there[0].id == "alice" && there[0].setup && !there[0].muted, "{there:?}");

    janus
        .disallow(ROOM, SECRET, &tokens(&["token of alice"]))
        .await
        .unwrap();
    janus.kick(ROOM, SECRET, "alice").await.unwrap();
    janus.kick(ROOM, SECRET, "nobody").await.unwrap();
    until_there_are(&server, &[]).await;
    alice.is_told_of_its_kick().await;
    alice.stops_receiving().await;
    assert_eq!(alice.join(ROOM, "alice", "token of alice").await, Err(489));
}

#[actix_web::test]
async fn a_token_is_bound_to_nobody() {
    let (server, _) = room_with(&["token of alice"]).await;
    // Mallory comes first, under a name of her own, with the token of Alice; under the same id
    // there is no second one.
    let mallory = Peer::open("mallory", &server).await;
    assert_eq!(mallory.join(ROOM, "mallory", "token of alice").await, Ok(()));
    let alice = Peer::open("alice", &server).await;
    assert_eq!(alice.join(ROOM, "mallory", "token of alice").await, Err(490));
    assert_eq!(alice.join(ROOM, "alice", "token of alice").await, Ok(()));
    assert_eq!(server.participants(ROOM), ["alice", "mallory"]);
}

#[actix_web::test]
async fn the_muted_unmute_themselves() {
    let (server, janus) = room_with(&["a", "b"]).await;
    let speaker = Peer::enter(&server, ROOM, "speaker", "a").await;
    let listener = Peer::enter(&server, ROOM, "listener", "b").await;
    listener.hears(true).await;
    janus.mute(ROOM, SECRET, "speaker").await.unwrap();
    janus.mute(ROOM, SECRET, "speaker").await.unwrap();
    janus.mute(ROOM, SECRET, "nobody").await.unwrap();
    listener.hears(false).await;
    let there = janus.participants(ROOM, SECRET).await.unwrap();
    assert!(there.iter().all(|one| one.muted == (one.id == "speaker")), "{there:?}");
    // So a participant who must not speak has to be watched.
    speaker.mute(false).await;
    listener.hears(true).await;
}

#[actix_web::test]
async fn one_whom_a_kick_does_not_move_is_detached() {
    let (server, janus) = room_with(&["a", "b"]).await;
    let bystander = Peer::enter(&server, ROOM, "bystander", "b").await;
    let mallory = Peer::open("mallory", &server).await;
    mallory.join(ROOM, "first", "a").await.unwrap();
    janus.kick(ROOM, SECRET, "first").await.unwrap();
    until_there_are(&server, &["bystander"]).await;

    // On 1.1.2 the further kicks on one handle without a PeerConnection are answered with success,
    // and do nothing; a newer Janus may do better.
    mallory.join(ROOM, "second", "a").await.unwrap();
    for _ in 0..3 {
        janus.kick(ROOM, SECRET, "second").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let detach = async |id: &str| {
        for seat in janus.seated().await.unwrap() {
            assert_eq!((seat.room.as_str(), seat.holder), (ROOM, None));
            if seat.id == id {
                janus.detach(&seat.connection).await.unwrap();
                janus.detach(&seat.connection).await.unwrap();
            }
        }
    };
    detach("second").await;
    until_there_are(&server, &["bystander"]).await;

    // One with a PeerConnection is moved as well, and the media ends.
    let third = Peer::enter(&server, ROOM, "third", "a").await;
    detach("third").await;
    until_there_are(&server, &["bystander"]).await;
    third.stops_receiving().await;
    bystander.receives(10).await;
}
