//! Who is in a room, compared with whom it is for.

use std::collections::HashMap;

use super::{
    super::{
        Asking, Denied, ParticipantRole, Room, Ticket,
        admission::{self, Placed},
        records,
    },
    told, told_part,
};
use crate::{
    identity, invites,
    people::{self, MemberSnapshot},
    platform::{
        ledger::{
            Tx,
            events::{RoomAccess, TicketEnd},
        },
        store::{Conn, StoreError},
        terms::{PersonRow, Timestamp},
        vault::Vault,
    },
    policy::Policy,
};

/// What a room must know of these members. Only what it asks for is looked up.
///
/// # Errors
/// [`StoreError`]
pub fn asking(
    conn: &mut Conn,
    vault: &Vault,
    room: &Room,
    members: &HashMap<PersonRow, MemberSnapshot>,
    now: Timestamp,
) -> Result<HashMap<PersonRow, Asking>, StoreError> {
    let rows: Vec<PersonRow> = members.keys().copied().collect();
    let mut placed = HashMap::with_capacity(rows.len());
    for some in rows.chunks(records::MOST_BOUND) {
        placed.extend(records::places_of(conn, room.row, some)?);
    }
    let who = [&room.who.enters, &room.who.speaks, &room.who.moderates];
    let mut roots: Vec<PersonRow> = who.iter().filter_map(|asked| asked.branch).collect();
    roots.sort_unstable();
    roots.dedup();
    let wants_age = who.iter().any(|asked| asked.wants_age());
    let subjects = match wants_age {
        true => people::members_by_row(conn, &rows, false)?,
        false => HashMap::new(),
    };
    let mut all = HashMap::with_capacity(rows.len());
    for (&row, member) in members {
        let placed: Placed = placed.remove(&row).unwrap_or_default();
        let mut branches = Vec::new();
        for &root in &roots {
            if people::is_above(conn, root, row)? {
                branches.push(root);
            }
        }
        let age = match subjects.get(&row).and_then(|member| member.subject) {
            Some(subject) => identity::age(conn, vault, subject, now.date())?,
            None => None,
        };
        let came_for_it = room.access == RoomAccess::Guests && placed.place.is_none() && came_for(conn, room, row)?;
        let asking = Asking {
            member: *member,
            placed,
            came_for_it,
            branches,
            age,
        };
        all.insert(row, asking);
    }
    Ok(all)
}

/// Whether somebody came into the community by an invite for this room, made since the room is private.
fn came_for(conn: &mut Conn, room: &Room, person: PersonRow) -> Result<bool, StoreError> {
    let Some(invite) = people::invite_of(conn, person)? else {
        return Ok(false);
    };
    let invite = invites::by_row(conn, invite)?;
    let counts = room.private_since.is_none_or(|since| since < invite.created_at);
    Ok(counts && invite.room.is_some_and(|wanted| wanted.row == room.row))
}

/// Fits the seats of a room, or of these members there, to whom it is for: the tickets of those whom it no longer admits
/// end; whoever may speak now does, and whoever may not listens. The room is held.
///
/// # Errors
/// [`StoreError`]
pub fn fit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    room: &Room,
    only: Option<&[PersonRow]>,
) -> Result<(), StoreError> {
    let seats = match only {
        Some(people) => records::good_of(tx.conn, room.row, people, tx.now)?,
        None => records::good_in(tx.conn, room.row, tx.now)?,
    };
    for some in seats.chunks(records::MOST_BOUND) {
        let rows: Vec<PersonRow> = some.iter().map(|ticket| ticket.person).collect();
        let members = people::lock_members(tx.conn, &rows)?;
        let asking = asking(tx.conn, vault, room, &members, tx.now)?;
        let mut ended: HashMap<TicketEnd, Vec<Ticket>> = HashMap::new();
        let mut changed: HashMap<ParticipantRole, Vec<Ticket>> = HashMap::new();
        for ticket in some {
            let admitted = match asking.get(&ticket.person) {
                Some(asking) => admission::admit(policy, room, asking, tx.now),
                None => Err(Denied::Standing),
            };
            match admitted {
                Ok(admission) if admission.part == ticket.part => {}
                // Whoever is to be hidden, or no longer, is so from their next ticket on.
                Ok(admission)
                    if (admission.part == ParticipantRole::Hidden) != (ticket.part == ParticipantRole::Hidden) =>
                {
                    ended.entry(TicketEnd::NotAdmitted).or_default().push(ticket.clone());
                }
                Ok(admission) => changed.entry(admission.part).or_default().push(ticket.clone()),
                Err(denied) => ended.entry(why(denied)).or_default().push(ticket.clone()),
            }
        }
        for (why, tickets) in ended {
            records::end_for(tx.conn, &tickets, why, tx.now)?;
            told(tx, &tickets, why);
        }
        for (part, tickets) in changed {
            records::set_part(tx.conn, &tickets, part)?;
            told_part(tx, &tickets, part);
        }
    }
    Ok(())
}

const fn why(denied: Denied) -> TicketEnd {
    match denied {
        Denied::Standing => TicketEnd::Sanctioned,
        Denied::Closed | Denied::Unknown => TicketEnd::Closed,
        Denied::Assurance { .. } => TicketEnd::Assurance,
        Denied::Barred { .. } => TicketEnd::PutOut,
        _ => TicketEnd::NotAdmitted,
    }
}
