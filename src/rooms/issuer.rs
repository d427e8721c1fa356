//! Where tickets are asked for: those who come at once are served together.
//!
//! Eight thousand may want one room in the same second. Each ticket by itself would lock the room,
//! count its seats and commit; so those who come while a transaction is on its way share the next one,
//! and one call puts them all on the room server's list.

use std::{sync::Arc, time::Duration};

use super::{Ask, Denied, Issued, RoomName, Server, Servers, TicketError, commands, servers::Capability};
use crate::{
    platform::{
        ledger::{Actor, GroupCommit, Ledger, Position, ReadModel, Tx},
        store::throttle::Rate,
        terms::{PersonRow, TicketId},
        vault::Vault,
    },
    policy::Current,
};

/// How long a new ticket waits for its room server.
const PATIENCE: Duration = Duration::from_secs(2);

/// A ticket that its room's server lets in.
pub struct Listed {
    /// The ticket.
    pub issued: Issued,
    /// Where it is good.
    pub server: Arc<Server>,
    /// Where the ledger holds it.
    pub position: Option<Position>,
}

/// What came of one who asked.
type Answer = Result<Issued, TicketError>;

/// What tickets are given out with; clones share it.
#[derive(Clone)]
pub struct BatchIssuer {
    ledger: Ledger,
    read_model: ReadModel,
    vault: Vault,
    servers: Arc<Servers>,
    together: GroupCommit<Ask, Answer>,
    /// How many tickets a member may take in place of former ones, and give back.
    pace: Rate,
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
        let (sealed, kinds) = (vault.clone(), servers.kinds().clone());
        let work = move |tx: &mut Tx<'_>, asks: &[Ask]| commands::issue(tx, &sealed, &policy, &kinds, pace, asks);
        Self {
            together: GroupCommit::new(ledger.clone(), work),
            ledger,
            read_model,
            vault,
            servers,
            pace,
        }
    }

    /// How many tickets a member may take in place of former ones, and give back; also how often they may ask to speak.
    pub const fn pace(&self) -> Rate {
        self.pace
    }

    /// Whoever was refused a moment ago is refused without a transaction.
    fn not_exhausted(&self, person: PersonRow) -> Result<(), Denied> {
        let throttles = self.ledger.store().throttles();
        if throttles.is_quiet() {
            return Ok(());
        }
        let bucket = commands::bucket(&self.vault, person);
        match throttles.refuses(&[bucket], self.ledger.now()) {
            Some(wait) => Err(Denied::TooMany { wait }),
            None => Ok(()),
        }
    }

    /// A ticket for `ask`, on the room server's list where it keeps one.
    ///
    /// # Errors
    /// [`TicketError`]
    pub async fn ask(&self, ask: Ask) -> Result<Listed, TicketError> {
        self.not_exhausted(ask.person)?;
        let written = self.together.write(ask).await?;
        self.list(written.value?, written.position).await
    }

    /// Ends one's own ticket; where the ledger holds that.
    ///
    /// # Errors
    /// [`TicketError`]
    pub async fn end(
        &self,
        person: PersonRow,
        room: RoomName,
        ticket: TicketId,
    ) -> Result<Option<Position>, TicketError> {
        self.not_exhausted(person)?;
        let (vault, pace) = (self.vault.clone(), self.pace);
        let ended = self.ledger.write(Actor::Person(person), move |tx| {
            commands::end_ticket(tx, &vault, pace, person, &room, ticket)
        });
        Ok(ended.await?.position)
    }

    /// Waits until the room's server has taken a ticket in that was written at `position`. A server that keeps no
    /// list is not waited for: it lets whoever has a ticket in by the signature.
    ///
    /// # Errors
    /// [`TicketError::NotListed`]
    async fn list(&self, issued: Issued, position: Option<Position>) -> Result<Listed, TicketError> {
        let known = self.servers.get(issued.ticket.server);
        if let Some(server) = known.filter(|server| !server.can(Capability::List)) {
            return Ok(Listed {
                issued,
                server,
                position,
            });
        }
        if let Some(position) = position
            && !self.read_model.wait(position, PATIENCE).await
        {
            return Err(TicketError::NotListed);
        }
        // A server that was registered just now, on another replica, is known here by now.
        let server = self.servers.get(issued.ticket.server).ok_or(TicketError::NotListed)?;
        // Whatever this process has applied, the ticket is in it.
        let pos = self.read_model.applied().pos;
        let room = issued.ticket.room;
        if server.can(Capability::List) && !server.wait(&self.ledger, pos, room, PATIENCE).await {
            return Err(TicketError::NotListed);
        }
        Ok(Listed {
            issued,
            server,
            position,
        })
    }
}
