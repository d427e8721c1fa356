//! `POST /v1/rooms/{room}/acts` and `POST /v1/filters/rooms/{room}/acts`

use std::sync::Arc;

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{Caller, IdempotencyKey, Json, Problem, Segments, ServiceCaller, WriteResponse, problems, whole},
    platform::{
        idempotency::{Asker, Key},
        ledger::{
            Actor,
            events::{Act, ReasonCode},
        },
        terms::TicketId,
    },
    rooms::{
        RoomName,
        commands::{self, By, ToDo},
        http::Rooms,
    },
};

/// The most minutes for which somebody is muted or put out: a year.
const LONGEST: u32 = 365 * 24 * 60;
/// For how many minutes, where nothing is said.
const USUAL: u32 = 60;

/// What to do about somebody in a room.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ActBody {
    /// The ticket under which they are, or were, in the room: the participant's id.
    participant: TicketId,
    /// What.
    act: Act,
    /// Why; needed where they are warned, muted or put out.
    reason: Option<ReasonCode>,
    /// For how many minutes they are muted, or stay out; 60 where nothing is said.
    #[serde(default = "usual", deserialize_with = "whole")]
    #[schema(minimum = 1, maximum = 525_600)]
    minutes: u32,
}

const fn usual() -> u32 {
    USUAL
}

impl ActBody {
    fn read(self, room: RoomName) -> Result<ToDo, Problem> {
        if !(1..=LONGEST).contains(&self.minutes) {
            return Err(Problem::field("/minutes", format!("Give 1 to {LONGEST}.")));
        }
        let reason = match (self.reason, self.act) {
            (Some(reason), _) => reason,
            (None, Act::ToStage | Act::OffStage | Act::Unmute | Act::LetIn) => ReasonCode::Other,
            (None, Act::Warn | Act::Mute | Act::PutOut) => {
                return Err(Problem::value("/reason", "Say why."));
            }
        };
        Ok(ToDo {
            room,
            ticket: self.participant,
            act: self.act,
            reason,
            minutes: self.minutes,
        })
    }
}

async fn carry_out(rooms: &Rooms, actor: Actor, key: Key, by: By, to_do: ToDo) -> Result<WriteResponse<()>, Problem> {
    let (policy, vault, pace) = (Arc::clone(&rooms.policy), rooms.vault.clone(), rooms.issuer.pace());
    let written = rooms.ledger.write(actor, move |tx| {
        commands::act(tx, &vault, &policy, pace, &key, by, &to_do)
    });
    let position = rooms.read_model.settle(written.await?.position).await;
    Ok(WriteResponse::nothing(position))
}

problems!(ActInRoomProblems: InvalidField, InvalidValue, RoomUnknown, NotTheirModerator, ParticipantUnknown, TooManyRequests);

/// Do something about somebody in a room that one moderates: warn, mute, put out, ask to the stage or from it; unmute, or
/// let in again. It is about the member, whatever ticket they take next. Whoever stands as high cannot be acted on; anybody
/// may leave the stage themself. Whoever is muted, or was put out, moderates no more until it is over.
#[utoipa::path(operation_id = "act_in_room", tag = "rooms", request_body = ActBody,
    params(("room" = String, Path, description = "The room's id."), IdempotencyKey),
    responses((status = 204, description = "It is done."), ActInRoomProblems))]
#[post("/v1/rooms/{room}/acts")]
pub(in crate::rooms::http) async fn by_member(
    caller: Caller,
    room: Segments<RoomName>,
    key: IdempotencyKey,
    body: Json<ActBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "act_in_room", &(&room.0, &body.0))?;
    let to_do = body.0.read(room.0)?;
    let by = By::Member(caller.person);
    carry_out(&rooms, Actor::Person(caller.person), key, by, to_do).await
}

problems!(FilterInRoomProblems: InvalidField, InvalidValue, RoomUnknown, NotTheirModerator, ParticipantUnknown);

/// The same for a filter: a service that an owner has let act in rooms. It warns, mutes and puts out whoever does not
/// moderate.
#[utoipa::path(operation_id = "filter_in_room", tag = "rooms", request_body = ActBody,
    params(("room" = String, Path, description = "The room's id."), IdempotencyKey),
    responses((status = 204, description = "It is done."), FilterInRoomProblems))]
#[post("/v1/filters/rooms/{room}/acts")]
pub(in crate::rooms::http) async fn by_filter(
    caller: ServiceCaller,
    room: Segments<RoomName>,
    key: IdempotencyKey,
    body: Json<ActBody>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let key = key.bind(Asker::Service(caller.id), "filter_in_room", &(&room.0, &body.0))?;
    let to_do = body.0.read(room.0)?;
    carry_out(&rooms, Actor::System, key, By::Filter(caller.id), to_do).await
}
