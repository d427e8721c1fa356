//! Whoever sits under the id of another's good ticket.

use vouchsafe::platform::{store::Backend, terms::Role};

use super::{attached, ban, entry, only, room, ticket};
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        janus::JanusServer,
    },
};

on_both! {
    /// Bob has left without giving his ticket back, and Mallory sits under its id, and under her own as well.
    /// After her ban both are gone, and no way leads back; Bob may come back at any time.
    async fn a_banned_member_does_not_stay_under_anothers_id(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let janus = JanusServer::start();
        room(&scene, &janus, "stage").await;
        let (mallory, token) = scene.member("mallory", Role::Member).await;
        let (_, other) = scene.member("bob", Role::Member).await;
        let (hers, his) = (ticket(&scene, &token, "stage").await, ticket(&scene, &other, "stage").await);
        let ((id, key), (bobs, bobs_key)) = (entry(&hers), entry(&his));

        let bob = attached("bob", &his).await;
        bob.join("stage", &bobs, &bobs_key).await.expect("to be let in");
        bob.leave().await;
        let (open, hidden) = (attached("mallory", &hers).await, attached("mallory as bob", &hers).await);
        open.join("stage", &id, &key).await.expect("to be let in");
        hidden.join("stage", &bobs, &key).await.expect("Janus to let any holder in");
        ban(&scene, &mallory).await;
        only(&janus, "stage", &[]).await;
        let again = attached("mallory", &hers).await;
        for id in [&id, &bobs] {
            assert_eq!(again.join("stage", id, &key).await, Err(489));
        }
        bob.join("stage", &bobs, &bobs_key).await.expect("to be let in again");
        bob.connect(false).await;
        bob.receives(20).await;
        only(&janus, "stage", &[&bobs]).await;
        scene.service.stop().await;
    }
}

/// The same without any ban, with media: whoever sits under another's id goes, whatever ticket of their own
/// they have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_stays_under_anothers_id() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let janus = JanusServer::start();
    room(&scene, &janus, "stage").await;
    let (_, token) = scene.member("mallory", Role::Member).await;
    let (_, other) = scene.member("bob", Role::Member).await;
    let hers = ticket(&scene, &token, "stage").await;
    let (bobs, _) = entry(&ticket(&scene, &other, "stage").await);
    let (id, key) = entry(&hers);
    let hidden = attached("mallory as bob", &hers).await;
    hidden
        .join("stage", &bobs, &key)
        .await
        .expect("Janus to let any holder in");
    hidden.connect(false).await;
    hidden.receives(1).await;
    only(&janus, "stage", &[]).await;
    hidden.stops_receiving().await;
    // Under her own she is welcome, and stays through the sweeps that follow.
    let open = attached("mallory", &hers).await;
    open.join("stage", &id, &key).await.expect("to be let in");
    open.connect(false).await;
    open.receives(200).await;
    scene.service.stop().await;
}
