//! Two who are put under each other at once: one of the two is refused, or they would be in a circle.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    people::Member,
    platform::{
        store::{Guard, Guards},
        terms::Role,
    },
};

use super::home;
use crate::support::{
    db::{Database, ensure},
    invariants::sound_soon,
    service::Service,
    turnstile::{in_turn, needs_apart},
};

async fn stay_a_tree(db: &Database, guards: Guards) -> Result<(), String> {
    // Another replica, which shares no memory, and another owner, whose row is another.
    let home = home(db, guards);
    let (here, there) = (home.start().await, home.start().await);
    let mut owners = Vec::new();
    for name in ["one", "other"] {
        let owner = here
            .found(&format!("{name}@vouch.example.org"), Role::Owner, None)
            .await;
        owners.push(here.token(owner.row).await);
    }
    let ann = here.found("ann@vouch.example.org", Role::Member, None).await;
    let bob = here.found("bob@vouch.example.org", Role::Member, None).await;
    let put = async |service: &Service, by: &str, who: &Member, under: &Member| {
        let body = json!({ "inviter": under.id, "reason": "mistake", "note": "they came together" });
        let path = format!("/v1/admin/people/{}/inviter", who.id);
        let answer = service.call(Method::PUT, by, &path, Some(body)).await;
        answer.status.as_u16()
    };
    let first = put(&here, &owners[0], &ann, &bob);
    let second = put(&there, &owners[1], &bob, &ann);
    let statuses = in_turn(db, "edges", first, second).await;
    let sound = sound_soon(db).await;
    here.stop().await;
    there.stop().await;
    ensure(statuses == (200, 409), format!("{statuses:?}"))?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_who_are_put_under_each_other_at_once_make_no_circle() {
    needs_apart(Guard::ReparentInTurn, stay_a_tree).await;
}
