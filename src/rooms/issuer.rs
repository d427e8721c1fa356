//! Where tickets are asked for: those who come at once are served together.
//!
//! Eight thousand may want one room in the same second. Each ticket by itself would lock the room,
//! count its seats and commit; so those who come while a transaction is on its way share the next one,
//! and one call puts them all on the room server's list.

use std::{sync::Arc, time::Duration};

use super::{Ask, Denied, Issued, Server, Servers, issue};
use crate::{
    platform::{
        ledger::{GroupCommit, Ledger, Position, ReadModel, Tx},
        store::{StoreError, throttle::Rate},
        vault::Vault,
    },
    policy::Current,
};

/// How long a new ticket waits for its room server.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why somebody has no ticket.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// They may not have one.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// They have one, and the room's server has not taken it in yet.
    #[error("the room's server has not taken the ticket in")]
    NotListed,
    /// Nobody can tell.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A ticket that stands on its room server's list.
pub struct Listed {
    /// The ticket.
    pub issued: Issued,
    /// Where it is good.
    pub server: Arc<Server>,
    /// Where the ledger holds it.
    pub position: Option<Position>,
}

/// What came of one who asked.
type Answer = Result<Issued, Denied>;

/// What tickets are given out with; clones share it.
#[derive(Clone)]
pub struct BatchIssuer {
    ledger: Ledger,
    read_model: ReadModel,
    servers: Arc<Servers>,
    together: GroupCommit<Ask, Answer>,
    /// How many tickets a member may take in place of former ones, and give back.
    pub(super) pace: Rate,
}

impl BatchIssuer {
    /// Opens it.
    pub fn open(
        ledger: Ledger,
        read_model: ReadModel,
        vault: Vault,
        policy: Arc<Current>,
        servers: Arc<Servers>,
        pace: Rate,
    ) -> Self {
        let work =
            move |tx: &mut Tx<'_>, asks: &[Ask]| in_rounds(asks, |round| issue(tx, &vault, &policy, pace, round));
        Self {
            together: GroupCommit::new(ledger.clone(), work),
            ledger,
            read_model,
            servers,
            pace,
        }
    }

    /// A seat for `ask`, on the room server's list.
    ///
    /// # Errors
    /// [`TicketError`]
    pub async fn ask(&self, ask: Ask) -> Result<Listed, TicketError> {
        let written = self.together.write(ask).await?;
        self.list(written.value?, written.position).await
    }

    /// Waits until the room's server has taken a ticket in that was written at `position`.
    ///
    /// # Errors
    /// [`TicketError::NotListed`]
    pub async fn list(&self, issued: Issued, position: Option<Position>) -> Result<Listed, TicketError> {
        if let Some(position) = position
            && !self.read_model.wait(position, PATIENCE).await
        {
            return Err(TicketError::NotListed);
        }
        // A server that was registered just now, on another replica, is known here by now.
        let server = self.servers.get(issued.server).ok_or(TicketError::NotListed)?;
        // Whatever this process has applied, the ticket is in it.
        let pos = self.read_model.applied().pos;
        if !server.wait(&self.ledger, pos, issued.ticket.room, PATIENCE).await {
            return Err(TicketError::NotListed);
        }
        Ok(Listed {
            issued,
            server,
            position,
        })
    }
}

/// Serves the asks in rounds, in none of which a member asks twice for one room: the second ticket takes
/// the place of the first. The answers in the order of the asks.
fn in_rounds<T>(
    asks: &[Ask],
    mut serve: impl FnMut(&[Ask]) -> Result<Vec<T>, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut answers = Vec::with_capacity(asks.len());
    let mut open: Vec<(usize, &Ask)> = asks.iter().enumerate().collect();
    while !open.is_empty() {
        let mut seats = std::collections::HashSet::new();
        let (round, rest): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|(_, ask)| seats.insert((ask.person, ask.room.as_str())));
        let served = serve(&round.iter().map(|(_, ask)| (*ask).clone()).collect::<Vec<_>>())?;
        answers.extend(round.into_iter().map(|(at, _)| at).zip(served));
        open = rest;
    }
    answers.sort_by_key(|(at, _)| *at);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::{Id, PersonRow};

    #[test]
    fn nobody_asks_twice_for_one_room_in_a_round() {
        let ask = |person, room: &str| Ask {
            id: Id::from_uuid(uuid::Uuid::nil()),
            person: PersonRow(person),
            room: room.parse().unwrap(),
        };
        let asks = [ask(1, "a"), ask(2, "a"), ask(1, "a"), ask(1, "b"), ask(1, "a")];
        let mut rounds = Vec::new();
        let answers = in_rounds(&asks, |round| {
            rounds.push(round.len());
            let said = |ask: &Ask| format!("{}{} {}", ask.person.0, ask.room, rounds.len());
            Ok(round.iter().map(said).collect())
        });
        assert_eq!(rounds, [3, 1, 1]);
        assert_eq!(answers.unwrap(), ["1a 1", "2a 1", "1a 2", "1b 1", "1a 3"]);
    }
}
