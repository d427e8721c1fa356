//! What moderators and filters do about those who are in a room, and how somebody there asks to speak.

use std::time::Duration;

use super::{
    super::{
        ParticipantRole, Placed, Room, RoomName, Ticket,
        admission::{self, FILTER_RANK},
        records,
    },
    asking, fit, places,
    tickets::count,
};
use crate::{
    people,
    platform::{
        idempotency::{self, Key, KeyReused},
        ledger::{
            Event, Tx,
            events::{Act, HandMoved, Place, ReasonCode, RoomAccess, RoomActed},
        },
        store::{
            CommandError, Disposition, StoreError, from_query,
            throttle::{Rate, Throttled},
        },
        terms::{PersonRow, RoomRow, ServiceId, TicketId},
        vault::Vault,
    },
    policy::Current,
    tokens,
};

/// How many of the last acts about somebody are looked at for what still holds.
const RECENT: i64 = 50;

/// Who acts.
#[derive(Debug, Clone, Copy)]
pub enum By {
    /// A member.
    Member(PersonRow),
    /// A filter: a service that may act in rooms.
    Filter(ServiceId),
}

/// What is to be done.
#[derive(Debug, Clone)]
pub struct ToDo {
    /// In which room.
    pub room: RoomName,
    /// About whoever is, or was, there under this ticket.
    pub ticket: TicketId,
    /// What.
    pub act: Act,
    /// Why.
    pub reason: ReasonCode,
    /// For how many minutes, where it ends by itself.
    pub minutes: u32,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum ActError {
    /// No room has this id.
    #[error("there is no such room")]
    Unknown,
    /// Whoever asks does not moderate it.
    #[error("they do not moderate the room")]
    NotModerator,
    /// Nobody has, or had, this ticket in the room.
    #[error("nobody was in the room under this ticket")]
    TicketUnknown,
    /// Whom it is about stands as high as whoever acts, or higher.
    #[error("they stand too high to be acted on")]
    TooHigh,
    /// A filter asks nobody to the stage, and takes nothing back.
    #[error("filters warn, mute and put out")]
    NotForFilters,
    /// Whoever asks to speak is not in the room.
    #[error("they are not in the room")]
    NotIn,
    /// They may speak already, or listen unseen.
    #[error("they do not wait to speak")]
    NotWaiting,
    /// They were too fast.
    #[error("they ask or act too often")]
    TooMany {
        /// For how many seconds more they may not.
        wait: u32,
    },
    /// The key belongs to another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(ActError);

impl CommandError for ActError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Does something about somebody in a room, once for each key: it is kept, in the ledger, and takes effect on their seat at
/// once.
///
/// # Errors
/// [`ActError`]; nothing is changed then.
pub fn act(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Current,
    pace: Rate,
    key: &Key,
    by: By,
    new: &ToDo,
) -> Result<(), ActError> {
    let first = |tx: &mut Tx<'_>| carry_out(tx, vault, policy, pace, by, new);
    idempotency::once(tx, key, new.ticket, first, |_, _| Ok(()))
}

fn carry_out(tx: &mut Tx<'_>, vault: &Vault, policy: &Current, pace: Rate, by: By, new: &ToDo) -> Result<(), ActError> {
    let room = records::lock_room(tx.conn, &new.room)?.ok_or(ActError::Unknown)?;
    let service = match by {
        By::Filter(id) => Some((
            tokens::services::filter(tx.conn, id)?.ok_or(ActError::NotModerator)?,
            id,
        )),
        By::Member(_) => None,
    };
    let ticket = records::ticket(tx.conn, new.ticket)?.filter(|ticket| ticket.room == room.row);
    let mut concerned: Vec<PersonRow> = ticket.iter().map(|ticket| ticket.person).collect();
    concerned.extend(match by {
        By::Member(person) => Some(person),
        By::Filter(_) => None,
    });
    let members = people::lock_members(tx.conn, &concerned)?;
    let known = asking(tx.conn, vault, &room, &members, tx.now)?;
    let rank_of = |person: &PersonRow| known.get(person).map_or(0, |asking| admission::rank(&room, asking));
    let rank = match by {
        By::Member(person) => known
            .get(&person)
            .filter(|asking| admission::moderates(&room, asking, tx.now))
            .map_or(0, |asking| admission::rank(&room, asking)),
        By::Filter(_) => FILTER_RANK,
    };
    let own = |ticket: &Ticket| matches!(by, By::Member(person) if person == ticket.person);
    // Who does not moderate learns nothing of who is there.
    if rank == 0 && !(new.act == Act::OffStage && ticket.as_ref().is_some_and(own)) {
        return Err(ActError::NotModerator);
    }
    let ticket = ticket.ok_or(ActError::TicketUnknown)?;
    if service.is_some() && !matches!(new.act, Act::Warn | Act::Mute | Act::PutOut) {
        return Err(ActError::NotForFilters);
    }
    let person = ticket.person;
    let leaves_the_stage = own(&ticket) && matches!(new.act, Act::OffStage | Act::ToStage);
    if !leaves_the_stage && rank_of(&person) >= rank {
        return Err(ActError::TooHigh);
    }
    if takes_back(new.act) && is_imposed_above(tx, vault, &room, person, new.act, rank)? {
        return Err(ActError::TooHigh);
    }
    // A filter is the community's own, and is not held up.
    if let By::Member(person) = by {
        paced(count(tx, vault, pace, person))?;
    }
    let before = known.get(&person).map(|asking| asking.placed).unwrap_or_default();
    let before = before.at(tx.now);
    let until = tx.now.after(Duration::from_secs(u64::from(new.minutes) * 60));
    let (placed, until) = match new.act {
        Act::Warn => (before, None),
        // Nobody shortens what another has decided.
        Act::Mute => {
            let muted_until = before.muted_until.max(Some(until));
            (Placed { muted_until, ..before }, muted_until)
        }
        Act::PutOut => {
            let barred_until = before.barred_until.max(Some(until));
            (Placed { barred_until, ..before }, barred_until)
        }
        Act::ToStage => (on_stage(before), None),
        Act::OffStage => (off_stage(&room, before), None),
        Act::Unmute => (
            Placed {
                muted_until: None,
                ..before
            },
            None,
        ),
        Act::LetIn => (
            Placed {
                barred_until: None,
                ..before
            },
            None,
        ),
    };
    if !matches!(new.act, Act::Warn | Act::Unmute | Act::LetIn) && records::lower_hand(tx.conn, room.row, person)? {
        hand_moved(tx, room.row, person, false);
    }
    // It is so already.
    if placed == before && !matches!(new.act, Act::Warn | Act::Mute | Act::PutOut) {
        return Ok(());
    }
    let done = records::NewAct {
        room_id: room.row,
        person,
        ticket: ticket.id,
        act: new.act,
        reason: new.reason,
        by_person: match by {
            By::Member(person) => Some(person),
            By::Filter(_) => None,
        },
        by_service: service.map(|(row, _)| row),
        at: tx.now,
        until,
    };
    records::insert_act(tx.conn, &done)?;
    tx.record(Event::RoomActed(RoomActed {
        room: room.row,
        person,
        ticket: ticket.id,
        act: new.act,
        reason: new.reason,
        until,
        filter: service.map(|(_, id)| id),
    }));
    if placed == before {
        return Ok(());
    }
    match placed.place == before.place {
        true => records::set_placed(tx.conn, room.row, person, placed, tx.now)?,
        false => places::write(tx, &room, person, placed)?,
    }
    let policy = policy.in_force(tx.conn)?;
    fit(tx, vault, &policy.policy, &room, Some(&[person]))?;
    Ok(())
}

/// Whether an act takes back what another has decided.
const fn takes_back(act: Act) -> bool {
    matches!(act, Act::ToStage | Act::Unmute | Act::LetIn)
}

/// Whether what an act takes back is of somebody who stands higher than this.
fn is_imposed_above(
    tx: &mut Tx<'_>,
    vault: &Vault,
    room: &Room,
    person: PersonRow,
    act: Act,
    rank: u8,
) -> Result<bool, StoreError> {
    let (imposed, lifts) = match act {
        Act::LetIn => (Act::PutOut, [Act::LetIn, Act::LetIn]),
        _ => (Act::Mute, [Act::Unmute, Act::ToStage]),
    };
    let now = tx.now;
    let recent = records::recent_acts(tx.conn, room.row, person, RECENT)?;
    let standing = recent.iter().take_while(|done| !lifts.contains(&done.act));
    let standing = standing.filter(|done| done.act == imposed && done.until.is_some_and(|until| now < until));
    let by: Vec<PersonRow> = standing.filter_map(|done| done.by_person).collect();
    if by.is_empty() {
        return Ok(false);
    }
    let members = people::snapshots(tx.conn, &by)?;
    let known = asking(tx.conn, vault, room, &members, now)?;
    Ok(known.values().any(|asking| admission::rank(room, asking) > rank))
}

/// The place of somebody who is asked to the stage.
fn on_stage(before: Placed) -> Placed {
    Placed {
        place: match before.place {
            None | Some(Place::Guest) => Some(Place::Speaker),
            place => place,
        },
        muted_until: None,
        ..before
    }
}

/// The place of somebody who leaves the stage. In a room for guests they stay one.
fn off_stage(room: &Room, before: Placed) -> Placed {
    let audience = (room.access == RoomAccess::Guests).then_some(Place::Guest);
    Placed {
        place: match before.place {
            Some(Place::Speaker) => audience,
            place => place,
        },
        ..before
    }
}

/// Asks to speak in a room where one listens; false where they ask already.
///
/// # Errors
/// [`ActError`]
pub fn raise_hand(
    tx: &mut Tx<'_>,
    vault: &Vault,
    pace: Rate,
    person: PersonRow,
    name: &RoomName,
) -> Result<bool, ActError> {
    let room = records::lock_room(tx.conn, name)?.ok_or(ActError::Unknown)?;
    let seat = records::good_of(tx.conn, room.row, &[person], tx.now)?;
    let seat = seat.first().ok_or(ActError::NotIn)?;
    if seat.part != ParticipantRole::Listener {
        return Err(ActError::NotWaiting);
    }
    move_hand(tx, vault, pace, &room, person, true)
}

/// Takes that back; false where they did not ask.
///
/// # Errors
/// [`ActError`]
pub fn lower_hand(
    tx: &mut Tx<'_>,
    vault: &Vault,
    pace: Rate,
    person: PersonRow,
    name: &RoomName,
) -> Result<bool, ActError> {
    let room = records::lock_room(tx.conn, name)?.ok_or(ActError::Unknown)?;
    move_hand(tx, vault, pace, &room, person, false)
}

fn move_hand(
    tx: &mut Tx<'_>,
    vault: &Vault,
    pace: Rate,
    room: &Room,
    person: PersonRow,
    up: bool,
) -> Result<bool, ActError> {
    let moved = match up {
        true => records::raise_hand(tx.conn, room.row, person, tx.now)?,
        false => records::lower_hand(tx.conn, room.row, person)?,
    };
    if !moved {
        return Ok(false);
    }
    hand_moved(tx, room.row, person, up);
    paced(count(tx, vault, pace, person))?;
    Ok(true)
}

fn paced(counted: Result<(), Throttled>) -> Result<(), ActError> {
    match counted {
        Ok(()) => Ok(()),
        Err(Throttled::Wait(wait)) => Err(ActError::TooMany { wait }),
        Err(Throttled::Store(error)) => Err(error.into()),
    }
}

/// Records that somebody asks to speak, or no longer does.
pub(super) fn hand_moved(tx: &mut Tx<'_>, room: RoomRow, person: PersonRow, up: bool) {
    tx.record(Event::HandMoved(HandMoved { room, person, up }));
}
