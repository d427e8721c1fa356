//! What follows at once from what a room server reports of itself.

use metrics::counter;

use super::super::{
    RoomName, ServedRoom, Server, records,
    servers::{Capability, Mention},
};
use crate::platform::{
    ledger::Ledger,
    store::StoreError,
    terms::{TicketId, metrics::ROOM_INTRUDERS_TOTAL},
    vault::Vault,
};

/// Puts those out who have no good ticket. It is done on whichever replica hears of them, whoever has the lease of the
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
) -> Result<(), StoreError> {
    if !server.can(Capability::Removal) {
        return Ok(());
    }
    for mention in mentions {
        let Some(room) = not_admitted(ledger, vault, server.row, &mention).await? else {
            continue;
        };
        counter!(ROOM_INTRUDERS_TOTAL).increment(1);
        tracing::info!(server = %server.id, "somebody without a good ticket was let in, and is put out");
        if let Err(error) = server.peer.remove(&room, &[mention.id]).await {
            tracing::warn!(server = %server.id, %error, "somebody is not put out at once");
        }
    }
    Ok(())
}

/// The room of ours in which somebody is without a good ticket.
async fn not_admitted(
    ledger: &Ledger,
    vault: &Vault,
    server: i64,
    mention: &Mention,
) -> Result<Option<ServedRoom>, StoreError> {
    let (name, ticket) = (mention.room.parse::<RoomName>(), mention.id.parse::<TicketId>());
    let Ok(name) = name else { return Ok(None) };
    let now = ledger.now();
    let found = ledger.store().read(move |conn| {
        let Some(room) = records::room(conn, &name)?.filter(|room| room.server == server) else {
            return Ok::<_, StoreError>(None);
        };
        let ticket = match ticket {
            Ok(id) => records::ticket(conn, id)?,
            Err(_) => None,
        };
        let good = ticket.is_some_and(|ticket| ticket.room == room.row && ticket.is_good(now));
        Ok((!(good && room.open)).then_some(room))
    });
    found.await?.map(|room| room.served(vault)).transpose()
}
