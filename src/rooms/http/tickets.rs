//! Tickets: a member's seat in a room.

use std::sync::Arc;

use actix_web::{delete, post, web::Data};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{Ask, Denied, Issued, ParticipantRole, RoomName, issue, issued, issuer::Listed, janus, leave, seats},
    Rooms,
};
use crate::{
    http::{Caller, IdempotencyKey, Problem, ProblemKind, Segments, WriteResponse},
    platform::{
        idempotency::{self, Asker, KeyReused},
        ledger::Actor,
        store::{CommandError, Disposition, StoreError, throttle::Throttled},
        terms::{Id, PersonRow, TicketId, Timestamp},
    },
};

/// A seat in a room. The member's client connects with it; the token is for nobody else.
#[derive(Serialize, ToSchema)]
struct TicketView {
    /// Its id, which is also the participant's.
    id: TicketId,
    /// The room.
    room: String,
    /// As what. A listener joins with `"muted": true`; who speaks all the same is muted, and the second time
    /// put out.
    part: ParticipantRole,
    /// Until when the seat is theirs. Then they are put out; a new ticket takes the place of this one.
    expires_at: Timestamp,
    /// How the client enters.
    janus: JanusEntry,
}

/// How a client enters a room of the AudioBridge plugin of Janus.
#[derive(Serialize, ToSchema)]
struct JanusEntry {
    /// Where Janus is.
    url: String,
    /// The root `token` of every request to Janus; none where it asks for none. Nobody stays who joins under
    /// the id of one ticket on a connection that was attached with the core token of another.
    core_token: Option<String>,
    /// `room` in the body of `join`.
    room: String,
    /// `id` in the body of `join`. Under another id nobody stays.
    id: TicketId,
    /// `token` in the body of `join`.
    token: String,
}

impl Rooms {
    fn view(&self, listed: &Listed) -> Result<TicketView, StoreError> {
        let Listed { issued, server, .. } = listed;
        let ticket = &issued.ticket;
        let core_token = server.token_secret.as_ref().map(|secret| {
            let token = janus::core_token(secret, ticket.expires_at, Some(ticket.id));
            token.expose_secret().to_owned()
        });
        Ok(TicketView {
            id: ticket.id,
            room: issued.room.to_string(),
            part: ticket.part,
            expires_at: ticket.expires_at,
            janus: JanusEntry {
                url: server.client_url.clone(),
                core_token,
                room: issued.room.to_string(),
                id: ticket.id,
                token: ticket.token(&self.vault)?.expose_secret().to_owned(),
            },
        })
    }
}

/// Why a request with an idempotency key has no ticket.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    #[error("the ticket that was the answer has ended")]
    Ended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

crate::platform::store::from_query!(Refused);

impl CommandError for Refused {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Denied(_) | Self::KeyReused(_) | Self::Ended => Disposition::RollBack,
        }
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Denied(denied) => denied.into(),
            Refused::KeyReused(reused) => reused.into(),
            Refused::Ended => ProblemKind::TicketEnded.into(),
            Refused::Store(error) => error.into(),
        }
    }
}

/// Take a seat in a room. When this is answered, the room's server knows the ticket. A member has one
/// seat in a room: another ticket takes the place of the former, whose participant is put out.
#[utoipa::path(operation_id = "create_ticket", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), IdempotencyKey),
    responses((status = 201, body = TicketView)))]
#[post("/v1/rooms/{room}/tickets")]
pub(super) async fn create(
    caller: Caller,
    room: Segments<RoomName>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<TicketView>, Problem> {
    let ask = Ask {
        id: Id::new(rooms.ledger.now(), rooms.ledger.rng()),
        person: caller.person,
        room: room.0,
    };
    rooms.not_exhausted(caller.person)?;
    let listed = if key.is_given() {
        rooms.once(ask, Asker::Member(caller.id), key).await?
    } else {
        rooms.issuer.ask(ask).await?
    };
    let position = rooms.read_model.token(listed.position);
    Ok(WriteResponse::created(rooms.view(&listed)?, position))
}

impl Rooms {
    /// Whoever was refused a moment ago is refused without a transaction.
    fn not_exhausted(&self, person: PersonRow) -> Result<(), Problem> {
        let throttles = self.ledger.store().throttles();
        if throttles.is_quiet() {
            return Ok(());
        }
        let bucket = seats::bucket(&self.vault, person);
        match throttles.refuses(&[bucket], self.ledger.now()) {
            Some(wait) => Err(Denied::TooMany { wait }.into()),
            None => Ok(()),
        }
    }

    /// A ticket by itself, in the transaction that claims the key.
    async fn once(&self, ask: Ask, asker: Asker, key: IdempotencyKey) -> Result<Listed, Problem> {
        let once = key.bind(asker, "create_ticket", &ask.room)?;
        let (policy, vault, pace) = (Arc::clone(&self.policy), self.vault.clone(), self.issuer.pace);
        let written = self
            .ledger
            .write(Actor::Person(ask.person), move |tx| -> Result<Issued, Refused> {
                idempotency::once(
                    tx,
                    &once,
                    ask.id,
                    |tx| {
                        let mut given = issue(tx, &vault, &policy, pace, &[&ask])?;
                        Ok(given.pop().ok_or(Denied::Unknown)??)
                    },
                    |tx, id| {
                        let now = tx.now;
                        let known = issued(tx.conn, id)?.filter(|known| known.ticket.is_good(now));
                        known.ok_or(Refused::Ended)
                    },
                )
            })
            .await?;
        Ok(self.issuer.list(written.value, written.position).await?)
    }
}

/// Give one's seat back: the participant is put out, and the seat is free.
#[utoipa::path(operation_id = "end_ticket", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), ("ticket" = TicketId, Path, description = "The ticket.")),
    responses((status = 204, description = "It has ended.")))]
#[delete("/v1/rooms/{room}/tickets/{ticket}")]
pub(super) async fn end(
    caller: Caller,
    path: Segments<(RoomName, TicketId)>,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<()>, Problem> {
    let (room, ticket) = path.0;
    rooms.not_exhausted(caller.person)?;
    let (vault, pace) = (rooms.vault.clone(), rooms.issuer.pace);
    let written = rooms
        .ledger
        .write(Actor::Person(caller.person), move |tx| -> Result<bool, Refused> {
            let left = leave(tx, caller.person, &room, ticket)?;
            match left.then(|| seats::count(tx, &vault, pace, caller.person)) {
                Some(Err(Throttled::Wait(wait))) => Err(Denied::TooMany { wait }.into()),
                Some(Err(Throttled::Store(error))) => Err(error.into()),
                Some(Ok(())) | None => Ok(left),
            }
        })
        .await?;
    if !written.value {
        return Err(ProblemKind::TicketUnknown.into());
    }
    Ok(WriteResponse::nothing(rooms.read_model.token(written.position)))
}
