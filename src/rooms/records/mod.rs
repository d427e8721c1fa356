//! The rows of room servers and rooms; those of rooms on servers in [`held`], those of tickets in [`tickets`].

mod fit;
mod held;
mod places;
mod tickets;

use std::time::Duration;

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, insert_into,
    result::{DatabaseErrorKind, Error},
    update,
};

pub use fit::PastRow;
pub(super) use fit::{end_for, good_in, good_of, history, set_part};
pub(super) use held::{
    clear, failing, insert_on, kinds_of, places, put_again, room_on, rooms_of, servers_of, set_failure,
    taken_by_server, unclear, withdraw, withdraw_all,
};
pub use places::ActRow;
pub(super) use places::{
    NewAct, acts, acts_about, forget, hands, hands_of, insert_act, lower_hand, lower_hands, mutes_over, open_to,
    placed_in, places_of, raise_hand, recent_acts, set_placed, warnings, with_place,
};
pub use tickets::seated_anywhere;
pub(super) use tickets::{
    MOST_BOUND, end, end_all, end_in_room, end_of_people, end_on_server, end_own, end_spoken, end_unfit, good,
    had_tickets, has_unfit, insert_ticket, overdue, rooms_of_person, seated, seats, set_heard, silence, silence_unfit,
    spoke_since, ticket, tickets_of, tickets_on, void, was_heard,
};

use super::{Health, NewServer, Out, Room, RoomName, ServerRecord, Settings};
use crate::platform::{
    ledger::events::{RoomAccess, Speakers, Who},
    store::{
        Conn, columns_of, locked,
        schema::{room_servers, rooms},
    },
    terms::{Assurance, RoomRow, RoomServerId, Timestamp},
    vault::Subject,
};

// Room servers --------------------------------------------------------------------------------

/// A room server as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = room_servers)]
struct StoredServer {
    id: i64,
    uid: RoomServerId,
    subject_id: Subject,
    kind: String,
    settings: String,
    secrets_sealed: Vec<u8>,
    created_at: Timestamp,
    health_since: Option<Timestamp>,
    failure: Option<String>,
    last_out_at: Option<Timestamp>,
    last_out_micros: Option<i64>,
}

impl TryFrom<StoredServer> for ServerRecord {
    type Error = Error;

    fn try_from(row: StoredServer) -> QueryResult<Self> {
        let health = match (row.health_since, row.failure) {
            (None, _) => Health::Unknown,
            (Some(since), None) => Health::Well { since },
            (Some(since), Some(why)) => Health::Failing { since, why },
        };
        let last_out = row.last_out_at.zip(row.last_out_micros);
        Ok(Self {
            last_out: last_out.map(|(at, micros)| Out {
                at,
                took: Duration::from_micros(micros.unsigned_abs()),
            }),
            row: row.id,
            id: row.uid,
            subject: row.subject_id,
            kind: row.kind,
            settings: serde_json::from_str(&row.settings)
                .map_err(|error| Error::DeserializationError(Box::new(error)))?,
            sealed: row.secrets_sealed,
            created_at: row.created_at,
            health,
        })
    }
}

/// A room server that is written.
#[derive(Insertable)]
#[diesel(table_name = room_servers)]
struct NewServerRow<'a> {
    uid: RoomServerId,
    subject_id: Subject,
    kind: &'a str,
    settings: String,
    secrets_sealed: &'a [u8],
    created_at: Timestamp,
}

/// The settings as they are stored: a JSON object.
fn written(settings: &Settings) -> QueryResult<String> {
    serde_json::to_string(settings).map_err(|error| Error::SerializationError(Box::new(error)))
}

pub(super) fn insert_server(
    conn: &mut Conn,
    id: RoomServerId,
    subject: Subject,
    new: &NewServer,
    sealed: &[u8],
    now: Timestamp,
) -> QueryResult<ServerRecord> {
    insert_into(room_servers::table)
        .values(NewServerRow {
            uid: id,
            subject_id: subject,
            kind: new.kind.name(),
            settings: written(&new.settings)?,
            secrets_sealed: sealed,
            created_at: now,
        })
        .returning(columns_of::<StoredServer>())
        .get_result::<StoredServer>(conn)
        .and_then(ServerRecord::try_from)
}

pub(super) fn change_server(conn: &mut Conn, row: i64, new: &NewServer, sealed: &[u8]) -> QueryResult<ServerRecord> {
    update(room_servers::table.find(row))
        .set((
            room_servers::kind.eq(new.kind.name()),
            room_servers::settings.eq(written(&new.settings)?),
            room_servers::secrets_sealed.eq(sealed),
            room_servers::health_since.eq(None::<Timestamp>),
            room_servers::failure.eq(None::<String>),
        ))
        .returning(columns_of::<StoredServer>())
        .get_result::<StoredServer>(conn)
        .and_then(ServerRecord::try_from)
}

/// A server that is ours, locked until the transaction ends: no room is opened on it meanwhile.
pub(super) fn lock_server(conn: &mut Conn, id: RoomServerId) -> QueryResult<Option<ServerRecord>> {
    let query = room_servers::table
        .filter(room_servers::uid.eq(id))
        .filter(room_servers::removed_at.is_null())
        .select(StoredServer::as_select());
    locked(conn.backend(), "a room server", query)
        .get_result(conn)
        .optional()?
        .map(ServerRecord::try_from)
        .transpose()
}

pub(super) fn remove_server(conn: &mut Conn, row: i64, now: Timestamp) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set(room_servers::removed_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// The servers that are ours, by row.
pub(super) fn servers(conn: &mut Conn) -> QueryResult<Vec<ServerRecord>> {
    let rows: Vec<StoredServer> = room_servers::table
        .filter(room_servers::removed_at.is_null())
        .order(room_servers::id.asc())
        .select(StoredServer::as_select())
        .load(conn)?;
    rows.into_iter().map(ServerRecord::try_from).collect()
}

/// Writes why a server fails now, where it failed before.
pub(super) fn set_reason(conn: &mut Conn, row: i64, failure: &str) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set(room_servers::failure.eq(failure))
        .execute(conn)
        .map(|_| ())
}

/// Writes when a server last put somebody out, and how long that took.
pub(super) fn set_last_out(conn: &mut Conn, row: i64, out: Out) -> QueryResult<()> {
    let micros = i64::try_from(out.took.as_micros()).unwrap_or(i64::MAX);
    update(room_servers::table.find(row))
        .set((
            room_servers::last_out_at.eq(out.at),
            room_servers::last_out_micros.eq(micros),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Writes the health of a server.
pub(super) fn set_health(conn: &mut Conn, row: i64, since: Timestamp, failure: Option<&str>) -> QueryResult<()> {
    update(room_servers::table.find(row))
        .set((room_servers::health_since.eq(since), room_servers::failure.eq(failure)))
        .execute(conn)
        .map(|_| ())
}

// Rooms ---------------------------------------------------------------------------------------

/// A room as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms)]
struct StoredRoom {
    id: RoomRow,
    name: String,
    key_version: i64,
    enter: Assurance,
    speak: Assurance,
    capacity: i64,
    created_at: Timestamp,
    closed_at: Option<Timestamp>,
    access: RoomAccess,
    speakers: Speakers,
    who: Option<String>,
    private_since: Option<Timestamp>,
}

impl TryFrom<StoredRoom> for Room {
    type Error = Error;

    fn try_from(row: StoredRoom) -> QueryResult<Self> {
        let who = row.who.as_deref().map(serde_json::from_str).transpose();
        Ok(Self {
            row: row.id,
            name: RoomName::stored(row.name),
            key_version: row.key_version,
            enter: row.enter,
            speak: row.speak,
            capacity: u32::try_from(row.capacity).unwrap_or(0),
            open: row.closed_at.is_none(),
            created_at: row.created_at,
            access: row.access,
            speakers: row.speakers,
            who: who
                .map_err(|error| Error::DeserializationError(Box::new(error)))?
                .unwrap_or_default(),
            private_since: row.private_since,
        })
    }
}

/// Whom a room asks for as it is stored: nothing where it asks for nobody in particular.
fn written_who(who: &Who) -> QueryResult<Option<String>> {
    let some = *who != Who::default();
    let text = some.then(|| serde_json::to_string(who)).transpose();
    text.map_err(|error| Error::SerializationError(Box::new(error)))
}

/// A room that is written.
#[derive(Insertable)]
#[diesel(table_name = rooms)]
struct NewRoomRow<'a> {
    name: &'a str,
    key_version: i64,
    enter: Assurance,
    speak: Assurance,
    capacity: i64,
    created_at: Timestamp,
    access: RoomAccess,
    speakers: Speakers,
    who: Option<String>,
    private_since: Option<Timestamp>,
}

/// A new room; none where the name is taken, also where two take it at once. Then the transaction can only be
/// rolled back.
pub(super) fn insert_room(
    conn: &mut Conn,
    new: &super::NewRoom,
    key_version: i64,
    now: Timestamp,
) -> QueryResult<Option<Room>> {
    let made = insert_into(rooms::table)
        .values(NewRoomRow {
            name: new.name.as_str(),
            key_version,
            enter: new.terms.enter,
            speak: new.terms.speak,
            capacity: i64::from(new.terms.capacity),
            created_at: now,
            access: new.terms.access,
            speakers: new.terms.speakers,
            who: written_who(&new.terms.who)?,
            private_since: (new.terms.access == RoomAccess::Guests).then_some(now),
        })
        .returning(columns_of::<StoredRoom>())
        .get_result::<StoredRoom>(conn);
    match made {
        Ok(row) => Room::try_from(row).map(Some),
        // The name is all that is its own: its number is drawn.
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A room by its name.
pub(super) fn room(conn: &mut Conn, name: &RoomName) -> QueryResult<Option<Room>> {
    rooms::table
        .filter(rooms::name.eq(name.as_str()))
        .select(StoredRoom::as_select())
        .first(conn)
        .optional()?
        .map(Room::try_from)
        .transpose()
}

/// A room by its row.
pub(super) fn room_by_row(conn: &mut Conn, row: RoomRow) -> QueryResult<Room> {
    rooms::table
        .find(row)
        .select(StoredRoom::as_select())
        .first(conn)
        .and_then(Room::try_from)
}

/// The same as [`room`], locked until the transaction ends: nobody else gives out its seats or changes it.
pub(super) fn lock_room(conn: &mut Conn, name: &RoomName) -> QueryResult<Option<Room>> {
    let query = rooms::table
        .filter(rooms::name.eq(name.as_str()))
        .select(StoredRoom::as_select());
    locked(conn.backend(), "a room", query)
        .get_result(conn)
        .optional()?
        .map(Room::try_from)
        .transpose()
}

pub(super) fn set_room(
    conn: &mut Conn,
    room: RoomRow,
    terms: &super::RoomTerms,
    closed_at: Option<Timestamp>,
    private_since: Option<Timestamp>,
) -> QueryResult<Room> {
    update(rooms::table.find(room))
        .set((
            rooms::enter.eq(terms.enter),
            rooms::speak.eq(terms.speak),
            rooms::capacity.eq(i64::from(terms.capacity)),
            rooms::access.eq(terms.access),
            rooms::speakers.eq(terms.speakers),
            rooms::who.eq(written_who(&terms.who)?),
            rooms::private_since.eq(private_since),
            rooms::closed_at.eq(closed_at),
        ))
        .returning(columns_of::<StoredRoom>())
        .get_result::<StoredRoom>(conn)
        .and_then(Room::try_from)
}

/// How many open rooms ask for what, to enter and to speak.
pub(super) fn count_by_demand(conn: &mut Conn) -> QueryResult<Vec<(Assurance, Assurance, i64)>> {
    rooms::table
        .filter(rooms::closed_at.is_null())
        .group_by((rooms::enter, rooms::speak))
        .order((rooms::enter.asc(), rooms::speak.asc()))
        .select((rooms::enter, rooms::speak, diesel::dsl::count_star()))
        .load(conn)
}

/// Rooms in the order of their names, from the start or after `after`.
pub(super) fn rooms(conn: &mut Conn, after: Option<&RoomName>, limit: i64) -> QueryResult<Vec<Room>> {
    let rows: Vec<StoredRoom> = rooms::table
        .filter(rooms::name.gt(after.map(RoomName::as_str).unwrap_or_default()))
        .order(rooms::name.asc())
        .limit(limit)
        .select(StoredRoom::as_select())
        .load(conn)?;
    rows.into_iter().map(Room::try_from).collect()
}
