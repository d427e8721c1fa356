//! The waitlist, by many at once.

use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::Role,
};

use super::{home, refusal};
use crate::{
    http::waitlist::{ask, open_for, prove, waits},
    support::{
        db::{Database, ensure},
        turnstile::{in_turn_before, needs_apart},
    },
};

/// Two who come onto a waitlist that has room for one.
async fn one_place(db: &Database, guards: Guards) -> Result<(), String> {
    let mut home = home(db, guards);
    open_for(&mut home.config, 1);
    let service = home.start().await;
    let (one, other) = (ask(&service, "one").await, ask(&service, "other").await);
    let writes = "UPDATE ON applications FOR EACH ROW WHEN (NEW.state = 'waiting')";
    let (first, second) = in_turn_before(db, writes, prove(&service, &one), prove(&service, &other)).await;
    service.stop().await;
    ensure(first.status == 200, format!("the first: {:?}", refusal(&first)))?;
    ensure(
        super::kind(&second) == "waitlist-full",
        format!("the second: {:?}", refusal(&second)),
    )
}

/// Two members who let in the same person at once.
async fn one_invite(db: &Database, guards: Guards) -> Result<(), String> {
    let mut home = home(db, guards);
    open_for(&mut home.config, 9);
    let service = home.start().await;
    waits(&service, "grace").await;
    let mut tokens = Vec::new();
    for name in ["one", "other"] {
        let member = service
            .found(&format!("{name}@vouch.example.org"), Role::Member, None)
            .await;
        tokens.push(service.token(member.row).await);
    }
    let body = serde_json::json!({ "email": "grace@vouch.example.org" });
    let path = "/v1/me/waitlist/let-in";
    let writes = "UPDATE ON applications FOR EACH ROW WHEN (NEW.state = 'let_in')";
    let (first, second) = in_turn_before(
        db,
        writes,
        service.post(&tokens[0], path, body.clone()),
        service.post(&tokens[1], path, body),
    )
    .await;
    service.stop().await;
    ensure(first.status == 201, format!("the first: {:?}", refusal(&first)))?;
    ensure(
        super::kind(&second) == "already-let-in",
        format!("the second: {:?}", refusal(&second)),
    )?;
    ensure(
        db.figures("SELECT count(*) AS n FROM invites") == [1],
        "the second pays",
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_waitlist_is_never_overfull_because_it_is_held() {
    needs_apart(Guard::WaitlistHeld, one_place).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_waits_is_let_in_once() {
    needs_apart(Guard::LetInOnce, one_invite).await;
}
