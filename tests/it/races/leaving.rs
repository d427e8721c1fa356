//! Leaving against those who come in by whoever leaves: each stands before it in the ledger, or stays out.

use reqwest::Method;
use vouchsafe::platform::store::{Guard, Guards};

use super::{Came, admin, home, last_step, link, on_the_way, prove};
use crate::support::{
    db::{Database, ensure},
    invariants::sound_soon,
    service::Service,
    turnstile::{in_turn_before, needs_apart},
};

async fn leave(service: &Service, token: &str) -> u16 {
    let answer = service.call(Method::DELETE, token, "/v1/me", None).await;
    answer.status.as_u16()
}

/// Somebody who is leaving has a transaction id already, and has written nothing else yet, when a newcomer takes the last step
/// by one of them: the newcomer waits, and is not let in. Otherwise they would stand after the leaving in the ledger.
async fn stay_out(db: &Database, guards: Guards) -> Result<(), String> {
    let service = home(db, guards).start().await;
    let (_, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 1).await;
    let who = on_the_way(&service, &code, "newcomer@vouch.example.org").await;
    prove(&service, &who).await.expect(200);
    let signs_out = "UPDATE ON sessions FOR EACH ROW WHEN (NEW.ended_at IS NOT NULL)";
    let (status, came) = in_turn_before(db, signs_out, leave(&service, &token), last_step(&service, &who, None)).await;
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(status == 204, format!("{status}"))?;
    sound?;
    ensure(!matches!(came, Came::In(_)), format!("{came:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_comes_in_by_somebody_who_is_leaving() {
    needs_apart(Guard::LiftInTurn, stay_out).await;
}
