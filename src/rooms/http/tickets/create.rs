//! `POST /v1/rooms/{room}/tickets`

use std::{borrow::Cow, collections::BTreeMap};

use actix_web::{post, web::Data};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{Ref, RefOr, Schema},
};

use crate::{
    http::{Caller, IdempotencyKey, Problem, ProblemKind, Query, Segments, WriteResponse, problems},
    platform::{
        idempotency::Asker,
        ledger::events::Shows,
        store::StoreError,
        terms::{Id, TicketId, Timestamp},
        vault::Vault,
    },
    rooms::{
        Ask, Listed, ParticipantRole, RoomName,
        http::Rooms,
        seen,
        servers::{BUILT_IN, Grant, Join, JoinData, Shown},
    },
};

/// What is the same for a ticket to a server of any kind.
#[derive(Serialize, ToSchema)]
struct TicketFields {
    /// Its id, which is also the participant's.
    id: TicketId,
    /// The room.
    room: String,
    /// What the member may do. A listener joins muted; whoever speaks all the same is muted, and put out the second
    /// time.
    part: ParticipantRole,
    /// Until when the ticket is good. Then its member is put out; a new ticket takes the place of this one.
    expires_at: Timestamp,
    /// The kind of the room's server. A kind with a form of its own has it in the member of that name; for every
    /// other kind it is in `join`.
    kind: &'static str,
    /// How the client joins, where the kind has no form of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    join: Option<Join>,
}

/// A ticket to a room. The member's client joins with it; it is for nobody else.
#[derive(Serialize)]
struct TicketView {
    #[serde(flatten)]
    fields: TicketFields,
    /// What the client needs in the form of the kind's own, by the kind's name.
    #[serde(flatten)]
    own: BTreeMap<&'static str, Value>,
}

impl TicketView {
    fn of(listed: &Listed, shown: Option<Shown>, vault: &Vault) -> Result<Self, StoreError> {
        let Listed { issued, server, .. } = listed;
        let (ticket, kind) = (&issued.ticket, server.kind.name());
        let (join, own) = match server.join(
            &issued.room,
            &Grant {
                shown,
                ..ticket.grant(vault)?
            },
        )? {
            JoinData::Common(join) => (Some(join), None),
            JoinData::Own(own) => (None, Some((kind, own))),
        };
        Ok(Self {
            fields: TicketFields {
                id: ticket.id,
                room: issued.room.to_string(),
                part: ticket.part,
                expires_at: ticket.expires_at,
                kind,
                join,
            },
            own: own.into_iter().collect(),
        })
    }
}

impl ToSchema for TicketView {
    fn name() -> Cow<'static, str> {
        "TicketView".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        TicketFields::schemas(schemas);
        schemas.extend(BUILT_IN.iter().filter_map(|kind| kind.join_schema()));
    }
}

impl PartialSchema for TicketView {
    fn schema() -> RefOr<Schema> {
        let mut schema = TicketFields::schema();
        if let RefOr::T(Schema::Object(object)) = &mut schema {
            let says = "A ticket to a room. The member's client joins with it; it is for nobody else.";
            object.description = Some(says.to_owned());
            for kind in BUILT_IN {
                if let Some((name, _)) = kind.join_schema() {
                    let own = Ref::from_schema_name(name);
                    object.properties.insert(kind.name().to_owned(), own.into());
                }
            }
        }
        schema
    }
}

/// What a member wishes besides.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rooms::http) struct Wishes {
    /// By what the others in the room are shown them: `handle`, or `name` for their verified name. By nothing where nothing is said:
    /// then nobody there learns who they are. It holds for this ticket; the room's server learns it too.
    #[param(inline)]
    shows: Option<Shows>,
}

problems!(CreateTicketProblems:
    RoomUnknown, RoomClosed, RoomFull, AssuranceTooLow, RoomForOthers, PutOutOfRoom, RoomCannotHide, NothingToShow, SpokeAsListener, TooManyRequests, RoomServerUnavailable,
    TicketEnded
);

/// Take a ticket to a room. Where the room's server keeps a list, the ticket is on it before this is answered. A
/// member has one ticket to a room: another one takes the place of the former, whose participant is put out.
#[utoipa::path(operation_id = "create_ticket", tag = "rooms",
    params(("room" = String, Path, description = "The room's id."), Wishes, IdempotencyKey),
    responses((status = 201, body = TicketView), CreateTicketProblems))]
#[post("/v1/rooms/{room}/tickets")]
pub(in crate::rooms::http) async fn create(
    caller: Caller,
    room: Segments<RoomName>,
    wishes: Query<Wishes>,
    key: IdempotencyKey,
    rooms: Data<Rooms>,
) -> Result<WriteResponse<TicketView>, Problem> {
    let ask = Ask {
        id: Id::new(rooms.ledger.now(), rooms.ledger.rng()),
        person: caller.person,
        key: key.bind(Asker::Member(caller.id), "create_ticket", &(&room.0, wishes.0.shows))?,
        shows: wishes.0.shows,
        room: room.0,
    };
    let listed = rooms.issuer.ask(ask).await?;
    let position = rooms.read_model.token(listed.position);
    let shown = match listed.issued.ticket.shows {
        Some(by) => {
            let (vault, person) = (rooms.vault.clone(), caller.person);
            let read = rooms
                .ledger
                .store()
                .read(move |conn| seen::shown(conn, &vault, person, by));
            Some(read.await?.ok_or(ProblemKind::NothingToShow)?)
        }
        None => None,
    };
    Ok(WriteResponse::created(
        TicketView::of(&listed, shown, &rooms.vault)?,
        position,
    ))
}
