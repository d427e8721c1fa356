//! Two who change one account at once.

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::{Clock, ManualClock, Role, SystemClock},
};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        db::{Database, ensure},
        service::Home,
        turnstile::{in_turn, in_turn_before, needs_apart},
    },
};

const OTHER: &str = "nine loud kestrels hover";
const THIRD: &str = "eleven grey waders wait";

/// A scene under these guards, with a member who has a password.
async fn guarded(db: &Database, guards: Guards) -> Scene {
    let mut home = Home::new(db, "open-circle");
    home.guards = guards;
    let clock = Arc::new(ManualClock::new(SystemClock.now()));
    home.clock = clock.clone();
    let service = home.start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let owner_token = service.token(owner.row).await;
    service.found(&address("ada"), Role::Member, Some(PASSWORD)).await;
    Scene {
        home,
        clock,
        service,
        owner,
        owner_token,
    }
}

impl Scene {
    /// What a link to a new password of Ada's holds.
    async fn password_link(&self) -> String {
        let body = json!({ "contact": address("ada") });
        self.service.post("", "/v1/password/forgot", body).await.expect(202);
        let letter = self.letters_to("ada", "A new password", 1).await.remove(0);
        letter.link("/password/reset/")
    }

    async fn reset_to(&self, token: &str, password: &str) -> u16 {
        let body = json!({ "token": token, "password": password });
        self.service.post("", "/v1/password/reset", body).await.status.as_u16()
    }
}

/// Two come with one link at once.
async fn spends_once(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = guarded(db, guards).await;
    let token = scene.password_link().await;
    let (first, second) = in_turn(
        db,
        "password_links",
        scene.reset_to(&token, OTHER),
        scene.reset_to(&token, THIRD),
    )
    .await;
    let entered = scene.enter("ada", OTHER).await.status;
    scene.service.stop().await;
    ensure((first, second) == (204, 410), format!("{first} and {second}"))?;
    ensure(entered == 201, "the second one's password is set")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_link_opens_once_because_it_is_spent() {
    needs_apart(Guard::PasswordLinkOnce, spends_once).await;
}

/// Somebody signs in by the old password while another is set: their session does not outlive it.
async fn nobody_stays(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = guarded(db, guards).await;
    let token = scene.password_link().await;
    let (reset, entered) = in_turn_before(
        db,
        "INSERT OR UPDATE ON credentials FOR EACH ROW",
        scene.reset_to(&token, OTHER),
        scene.enter("ada", PASSWORD),
    )
    .await;
    let living = db.figures("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL AND person <> 1");
    scene.service.stop().await;
    ensure(reset == 204, "the password was not set")?;
    ensure(
        living == [0],
        format!("a session by the old password lives: {}", entered.status),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_stays_by_a_password_that_was_changed() {
    needs_apart(Guard::PasswordStill, nobody_stays).await;
}

/// Two undo one change of address at once.
async fn undone_once(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = guarded(db, guards).await;
    let me = scene.entered("ada").await;
    scene.move_to(&me, "mallory").await;
    let letter = scene.letters_to("ada", "Your address was changed", 1).await.remove(0);
    let token = letter.link("/address/undo/");
    let (first, second) = in_turn(
        db,
        "address_undos",
        scene.undo_address(&token),
        scene.undo_address(&token),
    )
    .await;
    let restored = db.figures("SELECT count(*) AS n FROM events WHERE kind = 'address_restored'");
    scene.service.stop().await;
    ensure(first.status == 204, format!("{first:?}"))?;
    ensure(second.status == 410, format!("{second:?}"))?;
    ensure(restored == [1], "it was undone twice")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_is_undone_once_because_the_link_is_spent() {
    needs_apart(Guard::AddressUndoOnce, undone_once).await;
}

/// Two choose a first password at once, each with a session of the same member.
async fn chosen_once(db: &Database, guards: Guards) -> Result<(), String> {
    let scene = guarded(db, guards).await;
    let (_, token) = scene.member("grace", Role::Member).await;
    let choose = async |password: &str| {
        let body = json!({ "password": password });
        let answer = scene
            .service
            .call(Method::PUT, &token, "/v1/me/password", Some(body))
            .await;
        answer.status.as_u16()
    };
    let (first, second) = in_turn(db, "credentials", choose(OTHER), choose(THIRD)).await;
    let entered = scene.enter("grace", OTHER).await.status;
    scene.service.stop().await;
    ensure((first, second) == (204, 422), format!("{first} and {second}"))?;
    ensure(entered == 201, "the second one's password is set")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_first_password_is_chosen_once_because_its_owner_is_held() {
    needs_apart(Guard::AccountHeld, chosen_once).await;
}
