//! Where tickets are asked for: those who come at once are served together.
//!
//! Eight thousand may want one room in the same second. Each ticket by itself would lock the room,
//! count its seats and commit; so those who come while a transaction is on its way share the next one,
//! and one call puts them all on the room server's list.

use std::{sync::Arc, time::Duration};

use super::{Ask, Denied, Issued, Server, Servers, issue};
use crate::{
    platform::{
        ledger::{GroupCommit, Ledger, Position, ReadModel, Tx, in_rounds},
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
        // The second ticket of a member for one room takes the place of the first.
        let name = |ask: &Ask| Some((ask.person, ask.room.clone()));
        let work =
            move |tx: &mut Tx<'_>, asks: &[Ask]| in_rounds(asks, name, |round| issue(tx, &vault, &policy, pace, round));
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
