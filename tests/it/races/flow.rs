//! One way in, and two requests on it at once: the second is decided by what the first has made of it.

use reqwest::Method;
use serde_json::json;
use vouchsafe::platform::{
    store::{Guard, Guards},
    terms::Role,
    vault::Blind,
};

use super::{Came, Newcomer, admin, home, home_of, last_step, link, on_the_way, prove, refusal};
use crate::{
    http::{identity, resident_id},
    support::{
        db::{Database, ensure},
        invariants::sound_soon,
        turnstile::{apart, in_turn, needs_apart},
    },
};

/// A newcomer has the code for their own address, and names another's at the moment when they prove it.
async fn one_address(db: &Database, guards: Guards, proof_first: bool) -> Result<(), String> {
    let service = home(db, guards).start().await;
    let (_, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 1).await;
    let who = on_the_way(&service, &code, "own@vouch.example.org").await;
    let name = async {
        let path = format!("/v1/onboarding/{}/contact", who.flow);
        let another = json!({ "email": "another@vouch.example.org" });
        service.post(&who.token, &path, another).await
    };
    let (proved, named) = if proof_first {
        in_turn(db, "flows", prove(&service, &who), name).await
    } else {
        let (named, proved) = in_turn(db, "flows", name, prove(&service, &who)).await;
        (proved, named)
    };
    last_step(&service, &who, None).await;
    let another = service
        .app
        .core
        .vault
        .blind(Blind::Contact, b"another@vouch.example.org");
    service.stop().await;
    let blind = data_encoding::HEXLOWER.encode(&another);
    let theirs = db.figures(&format!(
        "SELECT count(*) AS n FROM contacts WHERE blind = decode('{blind}', 'hex')"
    ));
    ensure(
        theirs == [0],
        "somebody came in with an address that they have not proved",
    )?;
    let (first, second) = if proof_first {
        (&proved, refusal(&named))
    } else {
        (&named, refusal(&proved))
    };
    let late = if proof_first {
        (409, "step-out-of-order")
    } else {
        (410, "proof-stale")
    };
    ensure(first.status == 200, format!("{first:?}"))?;
    ensure(second == Came::Refused(late.0, late.1.into()), format!("{second:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_proved_is_the_address_that_the_code_went_to() {
    needs_apart(Guard::FlowHeld, async |db, guards| one_address(db, guards, true).await).await;
    needs_apart(Guard::FlowHeld, async |db, guards| one_address(db, guards, false).await).await;
}

/// Two last steps on one flow, by an invite of which somebody else holds a use too.
async fn one_member(db: &Database, guards: Guards) -> Result<(), String> {
    // What would catch the second later is taken away: the flow's lock holds by itself.
    db.run(
        "CREATE FUNCTION give_way() RETURNS trigger LANGUAGE plpgsql AS \
         'BEGIN DELETE FROM contacts WHERE blind = NEW.blind; RETURN NEW; END'",
    );
    db.run("CREATE TRIGGER give_way BEFORE INSERT ON contacts FOR EACH ROW EXECUTE FUNCTION give_way()");
    #[cfg(feature = "switches")]
    guards.switch_off(Guard::HoldOnce);
    let service = home(db, guards).start().await;
    let (_, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 2).await;
    let who = on_the_way(&service, &code, "newcomer@vouch.example.org").await;
    let other = on_the_way(&service, &code, "other@vouch.example.org").await;
    for who in [&who, &other] {
        prove(&service, who).await.expect(200);
    }
    let (first, second) = in_turn(
        db,
        "flows",
        last_step(&service, &who, None),
        last_step(&service, &who, None),
    )
    .await;
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(matches!(first, Came::In(_)), format!("the first: {first:?}"))?;
    ensure(
        second == Came::Refused(410, "flow-ended".into()),
        format!("the second: {second:?}"),
    )?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_step_is_taken_once_because_the_flow_is_held() {
    needs_apart(Guard::FlowHeld, one_member).await;
}

/// One person, one address, two devices, a link for several: one place is held. (The throttle's bucket of the
/// address is locked by whoever proves it first.)
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_devices_hold_one_place() {
    let db = apart();
    let service = home(&db, Guards::default()).start().await;
    let (_, token) = admin(&service, "inviter").await;
    let (_, code) = link(&service, &token, 2).await;
    let email = "newcomer@vouch.example.org";
    let (one, other) = (
        on_the_way(&service, &code, email).await,
        on_the_way(&service, &code, email).await,
    );
    let (first, second) = in_turn(&db, "holds", prove(&service, &one), prove(&service, &other)).await;
    let (first, second) = (first.expect(200), second.expect(200));
    assert_eq!(first["flow"], second["flow"], "one newcomer, one flow");
    assert_eq!(db.figures("SELECT held AS n FROM invites"), [1]);
    sound_soon(&db).await.unwrap();
    service.stop().await;
}

/// Somebody gives their name, and gives up at that moment.
async fn nothing_is_left(db: &Database, guards: Guards) -> Result<(), String> {
    let service = home_of(db, guards, "reviewed").start().await;
    let owner = service.found("owner@vouch.example.org", Role::Owner, None).await;
    let (_, code) = link(&service, &service.token(owner.row).await, 1).await;
    let Newcomer { flow, token, proof } = on_the_way(&service, &code, "newcomer@vouch.example.org").await;
    let path = format!("/v1/onboarding/{flow}");
    service
        .post(&token, &format!("{path}/contact/proof"), json!({ "code": proof }))
        .await
        .expect(200);
    let (name, body) = (format!("{path}/identity"), identity("张伟", &resident_id(1)));
    let give = service.post(&token, &name, body);
    let give_up = service.call(Method::DELETE, &token, &path, None);
    let (given, given_up) = in_turn(db, "identities", give, give_up).await;
    given_up.expect(204);
    let sound = sound_soon(db).await;
    service.stop().await;
    ensure(given.status == 200, format!("{given:?}"))?;
    sound.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_who_gives_up_nothing_waits_for_a_reviewer() {
    needs_apart(Guard::FlowHeld, nothing_is_left).await;
}
