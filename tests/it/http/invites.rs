//! What becomes of an invite when something happens elsewhere: to its place, to whoever gave it, to
//! whoever it was sent to.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;
use vouchsafe::terms::Role;

use super::{Scene, address};
use crate::support::{
    db::{Database, on_both},
    service::text,
};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// A community whose members may give one place.
async fn frugal(db: &Database) -> Scene {
    Scene::with(db, "open-circle", |config| {
        let seed = config.policy.seed_file.as_ref().expect("a policy");
        let policy = std::fs::read_to_string(seed).expect("the policy");
        let frugal = policy.replace("quota_per_member = 20", "quota_per_member = 1");
        assert_ne!(frugal, policy);
        std::fs::write(seed, frugal).expect("to write the policy");
    })
    .await
}

on_both! {
    /// A place that nobody can take any more is not given: neither that of an invite that was taken back,
    /// nor one that was kept for somebody who did not come.
    async fn a_place_comes_back_when_nobody_can_take_it(db: &Database) {
        let scene = frugal(db).await;
        let (member, token) = scene.member("inviter", Role::Member).await;
        let invite = async |token: &str, name: &str| {
            let body = json!({ "email": address(name), "lifetime_hours": 1 });
            scene.service.post(token, "/v1/me/invites", body).await
        };
        let made = invite(&token, "grace").await.expect(201);
        scene.proved(&scene.service.code_of(&text(&made["id"])).await, "grace").await;
        invite(&token, "ada").await.refused(409, "quota-exhausted");
        let path = format!("/v1/me/invites/{}", text(&made["id"]));
        scene.service.call(Method::DELETE, &token, &path, None).await.expect(204);

        let made = invite(&token, "ada").await.expect(201);
        scene.proved(&scene.service.code_of(&text(&made["id"])).await, "ada").await;
        // The invite's time is over, and the place is kept for Ada all the same: 14 days.
        scene.clock.advance(2 * HOUR);
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.refused(409, "quota-exhausted");
        scene.clock.advance(14 * 24 * HOUR - 2 * HOUR - Duration::from_secs(1));
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.refused(409, "quota-exhausted");
        scene.clock.advance(Duration::from_secs(1));
        let token = scene.service.token(member.row).await;
        invite(&token, "iris").await.expect(201);
        invite(&token, "wade").await.refused(409, "quota-exhausted");
        scene.service.stop().await;
    }
}
