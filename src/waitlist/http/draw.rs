//! `POST /v1/admin/waitlist/draws`

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Waitlist;
use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, WriteResponse, problems, whole},
    platform::{
        idempotency::Asker,
        ledger::Actor,
        terms::{DrawId, Id, Timestamp},
    },
    waitlist::{Way, commands},
};

/// The most that are let in at once.
const MOST: u32 = 500;

/// How many to let in, and how they are chosen.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DrawBody {
    /// `order`: who has waited longest. `chance`: a seeded draw. `referral`: for whom most members in good standing vouch.
    way: Way,
    /// How many, at most.
    #[serde(deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 500)]
    count: u32,
}

/// What it came to.
#[derive(Serialize, ToSchema)]
struct DrawView {
    /// Its id. The ledger's event `waitlist_drawn` with this id has who waited and who was chosen.
    id: DrawId,
    /// How they were chosen.
    way: Way,
    /// The seed, where chance decided: 256 random bits in hexadecimal.
    seed: Option<String>,
    /// How many waited.
    waiting: i64,
    /// How many were let in.
    let_in: i64,
    /// When.
    at: Timestamp,
}

problems!(DrawProblems: InvalidValue, QuotaExhausted, NotEligibleToInvite);

/// Let in so many of those who wait, each by an invite of one's own, which is mailed. By chance, the lowest lots win: the lot
/// of an application is the SHA-256 of the seed, a colon and the application's id. So everybody can draw it again from the
/// ledger.
#[utoipa::path(operation_id = "draw_waitlist", tag = "waitlist", request_body = DrawBody, params(IdempotencyKey),
    responses((status = 201, body = DrawView), DrawProblems))]
#[post("/v1/admin/waitlist/draws")]
pub(super) async fn draw(
    body: Json<DrawBody>,
    caller: Caller,
    key: IdempotencyKey,
    waitlist: Data<Waitlist>,
) -> Result<WriteResponse<DrawView>, Problem> {
    let body = body.0;
    let key = key.bind(Asker::Member(caller.id), "draw_waitlist", &body)?;
    if !(1..=MOST).contains(&body.count) {
        return Err(Problem::value("/count", "Give a whole number from 1 to 500."));
    }
    let (policy, vault, ledger) = (waitlist.policy.get()?, waitlist.vault.clone(), &waitlist.ledger);
    let new = commands::NewDraw {
        id: Id::new(ledger.now(), ledger.rng()),
        way: body.way,
        many: body.count,
    };
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            commands::draw(tx, &vault, &policy.policy, &key, caller.person, new)
        })
        .await?;
    let drawn = written.value;
    let view = DrawView {
        id: drawn.id,
        way: drawn.way,
        seed: drawn.seed,
        waiting: drawn.waiting,
        let_in: drawn.let_in,
        at: drawn.at,
    };
    Ok(WriteResponse::created(
        view,
        waitlist.read_model.token(written.position),
    ))
}
