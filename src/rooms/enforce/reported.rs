//! What follows at once from what a room server reports of itself.

use metrics::counter;

use super::super::{
    Held, RoomName, Server, records,
    servers::{Capability, Mention},
};
use crate::platform::{
    ledger::Ledger,
    store::StoreError,
    terms::{TicketId, metrics::ROOM_INTRUDERS_TOTAL},
    vault::Vault,
};

/// Puts those out who have no good ticket, and says whether all may be there. It is done on whichever replica hears of them, whoever has the lease of the
/// server: a ticket that is not good never is good again, and the store is asked, so that nothing is undone that the
/// enforcer does. Whatever fails here the enforcer finds when it looks through the room.
///
/// # Errors
/// [`StoreError`]
pub async fn follow_up(
    ledger: &Ledger,
    vault: &Vault,
    server: &Server,
    mentions: Vec<Mention>,
) -> Result<bool, StoreError> {
    let mut admitted = true;
    for mention in mentions {
        let Standing::Refused(room) = standing(ledger, server, &mention).await? else {
            continue;
        };
        admitted = false;
        let Some(room) = room.filter(|_| mention.is_in && server.can(Capability::Removal)) else {
            continue;
        };
        let room = room.served(vault)?;
        counter!(ROOM_INTRUDERS_TOTAL).increment(1);
        tracing::info!(server = %server.id, "somebody without a good ticket was let in, and is put out");
        if let Err(error) = server.peer.remove(&room, &[mention.id]).await {
            tracing::warn!(server = %server.id, %error, "somebody is not put out at once");
        }
    }
    Ok(admitted)
}

/// How somebody stands to a room.
enum Standing {
    /// They have a good ticket to it.
    Admitted,
    /// They have none; the room, where it is one of ours.
    Refused(Option<Box<Held>>),
}

async fn standing(ledger: &Ledger, server: &Server, mention: &Mention) -> Result<Standing, StoreError> {
    let (row, now) = (server.row, ledger.now());
    let (name, ticket) = (mention.room.parse::<RoomName>(), mention.id.parse::<TicketId>());
    let (named, rooms, ticket) = ledger
        .store()
        .read(move |conn| {
            let named = match name {
                Ok(name) => records::room_on(conn, &name, row)?,
                Err(_) => None,
            };
            let rooms = match named {
                Some(_) => Vec::new(),
                None => records::rooms_of(conn, row)?,
            };
            let ticket = match ticket {
                Ok(id) => records::ticket(conn, id)?,
                Err(_) => None,
            };
            Ok::<_, StoreError>((named, rooms, ticket))
        })
        .await?;
    // The server may call a room otherwise than we do.
    let called = |room: &Held| server.peer.name_of(&room.name) == mention.room;
    let found: Vec<Held> = named.into_iter().chain(rooms).filter(called).collect();
    let good = ticket.is_some_and(|ticket| {
        let room = found.iter().find(|room| room.row == ticket.room);
        ticket.server == row && ticket.is_good(now) && room.is_some_and(|room| room.open)
    });
    Ok(match good {
        true => Standing::Admitted,
        false => Standing::Refused(found.into_iter().next().map(Box::new)),
    })
}
