//! What somebody is in one room, as those who run the community decide.

use super::{
    super::{Kinds, Placed, Room, RoomName, admission, records, servers::Capability},
    asking, fit,
    tickets::able_to,
};
use crate::{
    people,
    platform::{
        ledger::{
            Event, Tx,
            events::{Place, RoomPlaceChanged},
        },
        store::{CommandError, Disposition, StoreError, from_query},
        terms::{PersonId, PersonRow, Standing},
        vault::Vault,
    },
    policy::Current,
};

/// Why a place was not given.
#[derive(Debug, thiserror::Error)]
pub enum PlaceError {
    /// No room has this id.
    #[error("there is no such room")]
    Unknown,
    /// No member has this id, or they have left.
    #[error("there is no such member")]
    PersonUnknown,
    /// The room's server shows everybody.
    #[error("the room's server hides nobody")]
    CannotHide,
    /// Somebody was muted or put out who stands as high as whoever lifts that, or is that one.
    #[error("they stand too high for this")]
    TooHigh,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(PlaceError);

impl CommandError for PlaceError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::PersonUnknown | Self::CannotHide | Self::TooHigh => Disposition::RollBack,
        }
    }
}

/// A place to be given or taken.
#[derive(Debug, Clone)]
pub struct NewPlace {
    /// In which room.
    pub room: RoomName,
    /// Who gives it.
    pub by: PersonRow,
    /// To whom.
    pub person: PersonId,
    /// Which; none where it is taken.
    pub place: Option<Place>,
}

/// Gives a member a place in a room, or takes it with whatever a moderator decided about them there: that only whoever stands
/// higher. Their seat is fitted to it at once.
///
/// # Errors
/// [`PlaceError`]; nothing is changed then.
pub fn set_place(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    kinds: &Kinds,
    new: &NewPlace,
) -> Result<Placed, PlaceError> {
    let (name, by, person, place) = (&new.room, new.by, new.person, new.place);
    let room = records::lock_room(tx.conn, name)?.ok_or(PlaceError::Unknown)?;
    if place == Some(Place::Hidden) && able_to(tx.conn, kinds, room.row, &[Capability::Hiding])?.is_empty() {
        return Err(PlaceError::CannotHide);
    }
    let member = people::member_by_id(tx.conn, person)?.ok_or(PlaceError::PersonUnknown)?;
    // Whoever leaves meanwhile takes this row with them, or is seen to have left.
    let now = people::lock_members(tx.conn, &[member.row, by])?;
    if now
        .get(&member.row)
        .is_none_or(|member| member.standing == Standing::Left)
    {
        return Err(PlaceError::PersonUnknown);
    }
    let before = records::places_of(tx.conn, room.row, &[member.row])?;
    let before = before.get(&member.row).copied().unwrap_or_default();
    let placed = match place {
        Some(_) => Placed { place, ..before },
        None => Placed::default(),
    };
    if placed == before {
        return Ok(placed);
    }
    let held_back = before.at(tx.now);
    if placed.at(tx.now) != (Placed { place, ..held_back }) {
        let known = asking(tx.conn, vault, &room, &now, tx.now)?;
        let rank = |person: &PersonRow| known.get(person).map_or(0, |asking| admission::rank(&room, asking));
        if rank(&by) <= rank(&member.row) {
            return Err(PlaceError::TooHigh);
        }
    }
    write(tx, &room, member.row, placed)?;
    let policy = policy.in_force(tx.conn)?;
    fit(tx, vault, &policy.policy, &room, Some(&[member.row]))?;
    Ok(placed)
}

/// Writes a place and records it.
pub(super) fn write(tx: &mut Tx<'_>, room: &Room, person: PersonRow, placed: Placed) -> Result<(), StoreError> {
    records::set_placed(tx.conn, room.row, person, placed, tx.now)?;
    tx.record(Event::RoomPlaceChanged(RoomPlaceChanged {
        room: room.row,
        person,
        place: placed.place,
    }));
    Ok(())
}

/// Makes guests of those who are in a room and have no place of their own there.
pub(super) fn keep(tx: &mut Tx<'_>, room: &Room) -> Result<(), StoreError> {
    let seats = records::good_in(tx.conn, room.row, tx.now)?;
    let people: Vec<PersonRow> = seats.iter().map(|ticket| ticket.person).collect();
    for some in people.chunks(records::MOST_BOUND) {
        let known = records::places_of(tx.conn, room.row, some)?;
        for person in some {
            let before = known.get(person).copied().unwrap_or_default();
            if before.place.is_none() {
                let place = Some(Place::Guest);
                write(tx, room, *person, Placed { place, ..before })?;
            }
        }
    }
    Ok(())
}
