//! What may be done to an invite so often, by many at once and on two replicas.

use futures_util::future::join_all;
use serde_json::json;
use vouchsafe::{
    people::Member,
    platform::{
        store::{Guard, Guards},
        terms::Role,
    },
};

use super::{home, kind, refusal, replicas, stop};
use crate::support::{
    db::{Database, ensure, on_both},
    invariants::sound_soon,
    service::{Service, text},
    turnstile::{in_turn_before, needs_apart},
};

const GRACE: &str = "grace@vouch.example.org";
const RESENT: &str = "SELECT count(*) AS n FROM events WHERE kind = 'invite_resent'";

async fn member(service: &Service, name: &str) -> (Member, String) {
    let member = service
        .found(&format!("{name}@vouch.example.org"), Role::Member, None)
        .await;
    let token = service.token(member.row).await;
    (member, token)
}

/// A member's invite to Grace: its id.
async fn invited(service: &Service, token: &str) -> String {
    let body = json!({ "email": GRACE });
    text(&service.post(token, "/v1/me/invites", body).await.expect(201)["id"])
}

async fn resend(service: &Service, token: &str, invite: &str) -> crate::support::service::Answer {
    service
        .post(token, &format!("/v1/me/invites/{invite}/resend"), json!({}))
        .await
}

async fn pass_on(service: &Service, token: &str, invite: &str, to: usize) -> crate::support::service::Answer {
    let body = json!({ "email": format!("other-{to}@vouch.example.org") });
    service
        .post(token, &format!("/v1/me/invites/{invite}/pass-on"), body)
        .await
}

on_both! {
    /// Three a day for each inviter, and three to the address, whoever asks.
    async fn an_address_is_written_to_again_three_times_a_day(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let mut invites = Vec::new();
        for name in ["one", "other"] {
            let (_, token) = member(&services[0], name).await;
            let invite = invited(&services[0], &token).await;
            invites.push((token, invite));
        }
        let asked = (0..100).map(|n| {
            let (token, invite) = &invites[n % 2];
            resend(&services[n / 2 % services.len()], token, invite)
        });
        let answers = join_all(asked).await;
        for inviter in 0..2 {
            let of = answers.iter().skip(inviter).step_by(2);
            let (taken, refused): (Vec<_>, Vec<_>) = of.partition(|answer| answer.status == 202);
            assert_eq!((taken.len(), refused.len()), (3, 47));
            refused.iter().for_each(|answer| answer.refused(429, "too-many-requests"));
        }
        assert_eq!(db.figures(RESENT), [3]);
        sound_soon(db).await.unwrap();
        stop(services).await;
    }

    async fn an_invite_is_passed_on_to_one_of_many(db: &Database) {
        let services = replicas(db, &home(db, Guards::default())).await;
        let (_, token) = member(&services[0], "one").await;
        let invite = invited(&services[0], &token).await;
        let asked = (0..60).map(|n| pass_on(&services[n % services.len()], &token, &invite, n));
        let answers = join_all(asked).await;
        let (taken, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
        assert_eq!((taken.len(), refused.len()), (1, 59));
        refused.iter().for_each(|answer| answer.refused(409, "invite-state"));
        let chain = "SELECT count(*) AS n FROM invites WHERE passed_from IS NOT NULL";
        let events = "SELECT count(*) AS n FROM events WHERE kind = 'invite_passed_on'";
        assert_eq!((db.figures(chain), db.figures(events)), (vec![1], vec![1]));
        // The one that took its place is not passed on again.
        let next = text(&taken[0].body["id"]);
        pass_on(&services[0], &token, &next, 99).await.refused(409, "invite-state");
        sound_soon(db).await.unwrap();
        stop(services).await;
    }
}

/// Two members have two of an address's three letters behind them, and both ask for another at once.
async fn one_letter_is_left(db: &Database, guards: Guards) -> Result<(), String> {
    let home = home(db, guards);
    let (one, other) = (home.start().await, home.start().await);
    let ((_, first), (_, second)) = (member(&one, "first").await, member(&one, "second").await);
    let (mine, theirs) = (invited(&one, &first).await, invited(&one, &second).await);
    for _ in 0..2 {
        resend(&one, &first, &mine).await.expect(202);
    }
    // Their own buckets are counted first: the one that they share is the last.
    let writes = "INSERT ON events FOR EACH ROW WHEN (NEW.kind = 'invite_resent')";
    let (answer, answered) = in_turn_before(
        db,
        writes,
        resend(&one, &first, &mine),
        resend(&other, &second, &theirs),
    )
    .await;
    stop(vec![one, other]).await;
    ensure(answer.status == 202, format!("the first: {:?}", refusal(&answer)))?;
    ensure(answered.status == 202, format!("the second: {:?}", refusal(&answered)))?;
    ensure(
        db.figures(RESENT) == [3],
        format!("{:?} letters are asked for", db.figures(RESENT)),
    )
}

/// Grace declines while the invite is passed on to somebody else.
async fn one_end(db: &Database, guards: Guards) -> Result<(), String> {
    let home = home(db, guards);
    let (one, other) = (home.start().await, home.start().await);
    let (_, token) = member(&one, "first").await;
    let invite = invited(&one, &token).await;
    let code = one.code_of(&invite).await;
    let path = format!("/v1/invites/{code}/decline");
    let writes = "UPDATE ON invites FOR EACH ROW WHEN (NEW.revoked_for IS NOT NULL)";
    let (declined, passed) = in_turn_before(
        db,
        writes,
        one.post("", &path, json!({})),
        pass_on(&other, &token, &invite, 1),
    )
    .await;
    stop(vec![one, other]).await;
    ensure(
        declined.status == 204,
        format!("it is declined: {:?}", refusal(&declined)),
    )?;
    ensure(
        kind(&passed) == "invite-state",
        format!("it is passed on: {:?}", refusal(&passed)),
    )?;
    ensure(
        db.figures("SELECT count(*) AS n FROM invites") == [1],
        "there is another invite",
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn letters_to_one_address_are_counted_as_they_are_asked_for() {
    needs_apart(Guard::ThrottleCounted, one_letter_is_left).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_invite_ends_in_one_way() {
    needs_apart(Guard::EndedOnce, one_end).await;
}
