//! The columns of what an invite may have besides. They are written after its row, where there is anything to write.

use diesel::{AsChangeset, ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, update};

use super::{Invite, StoredInvite};
use crate::platform::{
    ledger::events::{Place, RoomAccess},
    store::{
        Conn,
        schema::{invites, room_places, rooms},
    },
    terms::{PersonRow, Role, RoomRow, Timestamp},
    vault::Subject,
};

/// The room that somebody is invited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForRoom {
    /// Its row.
    pub row: RoomRow,
    /// Its id.
    pub name: String,
    /// Whether it is open now, and was not made private since the invite.
    pub open: bool,
}

impl ForRoom {
    pub(super) const fn unread(row: i64) -> Self {
        Self {
            row: RoomRow(row),
            name: String::new(),
            open: false,
        }
    }
}

/// An invite as it is stored, with its room as it stands. Most have none, and cost no look at it.
pub(super) fn read(conn: &mut Conn, row: StoredInvite) -> QueryResult<Invite> {
    let mut invite = Invite::from(row);
    if let Some(room) = &mut invite.room {
        let (name, closed_at, private_since): (String, Option<Timestamp>, Option<Timestamp>) = rooms::table
            .find(room.row)
            .select((rooms::name, rooms::closed_at, rooms::private_since))
            .first(conn)?;
        let counts = private_since.is_none_or(|since| since < invite.created_at);
        (room.name, room.open) = (name, closed_at.is_none() && counts);
    }
    Ok(invite)
}

/// An open room by its id, for which this member may invite: one for members, or one where they have a place that is
/// not hidden. Whoever runs the community may for every room.
pub(in crate::invites) fn rooms_named(
    conn: &mut Conn,
    name: &str,
    inviter: PersonRow,
    role: Role,
) -> QueryResult<Option<ForRoom>> {
    // What is no id is no room's; a database may take offence at it.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.bytes().all(plain) {
        return Ok(None);
    }
    let found: Option<(RoomRow, RoomAccess)> = rooms::table
        .filter(rooms::name.eq(name))
        .filter(rooms::closed_at.is_null())
        .select((rooms::id, rooms::access))
        .first(conn)
        .optional()?;
    let Some((row, access)) = found else { return Ok(None) };
    if access == RoomAccess::Guests && !matches!(role, Role::Owner | Role::Admin) {
        let place: Option<Option<Place>> = room_places::table
            .find((row, inviter))
            .select(room_places::place)
            .first(conn)
            .optional()?;
        if !matches!(place.flatten(), Some(Place::Guest | Place::Speaker | Place::Moderator)) {
            return Ok(None);
        }
    }
    Ok(Some(ForRoom {
        row,
        name: name.to_owned(),
        open: true,
    }))
}

/// What an invite has besides, as it is written.
#[derive(Debug, Clone, Default, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = invites)]
pub(in crate::invites) struct Extra {
    pub(in crate::invites) opens_at: Option<Timestamp>,
    pub(in crate::invites) campaign: Option<String>,
    pub(in crate::invites) group_label: Option<String>,
    pub(in crate::invites) room_id: Option<RoomRow>,
    pub(in crate::invites) as_role: Option<Role>,
    pub(in crate::invites) subject_id: Option<Subject>,
    pub(in crate::invites) message_sealed: Option<Vec<u8>>,
    pub(in crate::invites) passed_from: Option<i64>,
}

/// Writes what an invite has besides. What is none is left as it is.
pub(in crate::invites) fn set_extras(conn: &mut Conn, row: i64, extra: &Extra) -> QueryResult<()> {
    update(invites::table.find(row)).set(extra).execute(conn).map(|_| ())
}
