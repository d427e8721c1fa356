//! One refresh token, used many times at once.

use futures_util::future::join_all;
use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::Role,
};

use super::{client, home, introspect, replicas, session, stop, turn_over};
use crate::support::{
    db::{Database, ensure, needs, on_both},
    service::text,
};

/// Of fifty one turns the session over, and all get what that has bought: a client without patience asked again.
async fn once(db: &Database, guards: Guards) -> Result<(), String> {
    let services = replicas(db, &home(db, guards)).await;
    let member = services[0].found("member@vouch.example.org", Role::Member, None).await;
    let (access, refresh) = session(&services[0], member.row).await;
    let refresh = refresh.as_str();
    let answers = join_all((0..50).map(|n| turn_over(&services[n % services.len()], refresh))).await;
    for answer in &answers {
        ensure(answer.status == 200, format!("{answer:?}"))?;
    }
    let tokens: std::collections::BTreeSet<_> = answers
        .iter()
        .map(|answer| text(&answer.body["refresh_token"]))
        .collect();
    ensure(tokens.len() == 1, format!("{} refresh tokens", tokens.len()))?;
    let turned = db.figures("SELECT generation AS n FROM sessions WHERE generation > 0");
    ensure(turned == [1], format!("turned over {turned:?} times"))?;
    // Once the next is used, the first is a copy that somebody else has.
    let next = tokens.first().cloned().unwrap_or_default();
    let last = text(&turn_over(&services[0], &next).await.body["refresh_token"]);
    for token in [refresh, &next, &last] {
        let again = turn_over(&services[1 % services.len()], token).await;
        ensure(again.body["error"] == "invalid_grant", "the family lives on")?;
    }
    let living = db.figures("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL");
    ensure(living == [0], "the session lives on")?;
    // On the replica that did not end it, too, within a second.
    for service in &services {
        let begun = std::time::Instant::now();
        while service.get(&access, "/v1/me").await.status == 200 {
            ensure(begun.elapsed().as_secs() < 1, "the access token still opens doors")?;
        }
    }
    stop(services).await;
    Ok(())
}

on_both! {
    async fn of_fifty_one_is_let_through(db: &Database) {
        needs(Guard::RefreshOnce, db.target().backend(), once).await;
    }

    /// Rotation and reuse are remembered where a restart does not reach them.
    async fn a_restart_revives_nothing(db: &Database) {
        let home = home(db, Guards::default());
        let service = home.start().await;
        let member = service.found("member@vouch.example.org", Role::Member, None).await;
        let door = client(&service).await;
        let (_, zeroth) = session(&service, member.row).await;
        let first = text(&turn_over(&service, &zeroth).await.expect(200)["refresh_token"]);
        let turned = turn_over(&service, &first).await.expect(200);
        let (access, second) = (text(&turned["access_token"]), text(&turned["refresh_token"]));
        service.stop().await;

        let service = home.start().await;
        service.get(&access, "/v1/me").await.expect(200);
        assert_eq!(turn_over(&service, &zeroth).await.body["error"], "invalid_grant");
        service.stop().await;

        let service = home.start().await;
        for token in [&zeroth, &first, &second] {
            assert_eq!(turn_over(&service, token).await.body["error"], "invalid_grant");
        }
        service.get(&access, "/v1/me").await.refused(401, "session-ended");
        for token in [&access, &second] {
            assert_eq!(introspect(&service, &door, token).await.expect(200)["active"], false);
        }
        service.stop().await;
    }
}
