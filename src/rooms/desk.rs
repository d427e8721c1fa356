//! Where tickets are asked for: those who come at once are served together.
//!
//! Eight thousand may want one room in the same second. Each ticket by itself would lock the room,
//! count its seats and commit; so one transaction serves all who have come while the one before it
//! was on its way, and one call puts them all on the room server's list.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::sync::{mpsc, oneshot};

use super::{Ask, Denied, Issued, Server, Servers, issue};
use crate::{
    ledger::{Actor, Ledger, Mirror, Position, Written},
    policy::Current,
    store::StoreError,
    vault::Vault,
};

/// How many are served by one transaction at most: on SQLite it holds up every other writer, on
/// PostgreSQL it holds a lock for each.
const TOGETHER: usize = 256;
/// How many may stand in the queue.
const QUEUE: usize = 65_536;
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

type Answer = Result<Listed, TicketError>;

struct Request {
    ask: Ask,
    answer: oneshot::Sender<Answer>,
}

/// What tickets are given out with; clones share it.
#[derive(Clone)]
pub struct Desk {
    ledger: Ledger,
    mirror: Mirror,
    vault: Vault,
    policy: Arc<Current>,
    servers: Arc<Servers>,
    queue: mpsc::Sender<Request>,
}

impl Desk {
    /// Opens it, together with who serves there: to be run for as long as it is open.
    pub fn open(
        ledger: Ledger,
        mirror: Mirror,
        vault: Vault,
        policy: Arc<Current>,
        servers: Arc<Servers>,
    ) -> (Self, impl Future<Output = ()> + Send + 'static) {
        let (queue, requests) = mpsc::channel(QUEUE);
        let desk = Self {
            ledger,
            mirror,
            vault,
            policy,
            servers,
            queue,
        };
        let served = desk.clone().serve(requests);
        (desk, served)
    }

    /// A seat for `ask`, on the room server's list.
    ///
    /// # Errors
    /// [`TicketError`]
    pub async fn ask(&self, ask: Ask) -> Answer {
        let (answer, answered) = oneshot::channel();
        let full = || StoreError::Unavailable("too many ask for tickets at this moment".into());
        self.queue.try_send(Request { ask, answer }).map_err(|_| full())?;
        answered
            .await
            .map_err(|_| StoreError::Unavailable("the desk was closed".into()))?
    }

    async fn serve(self, mut requests: mpsc::Receiver<Request>) {
        let mut next = None;
        loop {
            let first = match next.take() {
                Some(request) => request,
                None => match requests.recv().await {
                    Some(request) => request,
                    None => return,
                },
            };
            let seat = |ask: &Ask| (ask.person, ask.room.clone());
            let mut there = HashSet::from([seat(&first.ask)]);
            let mut together = vec![first];
            while together.len() < TOGETHER
                && let Ok(request) = requests.try_recv()
            {
                if !there.insert(seat(&request.ask)) {
                    // Their second ticket takes the place of the first: that is for the next time.
                    next = Some(request);
                    break;
                }
                together.push(request);
            }
            self.give(together).await;
        }
    }

    /// Serves these together.
    async fn give(&self, together: Vec<Request>) {
        let asks: Vec<Ask> = together.iter().map(|request| request.ask.clone()).collect();
        match self.write(asks).await {
            Ok(Written { value, position }) => {
                for (request, issued) in together.into_iter().zip(value) {
                    match issued {
                        Err(denied) => drop(request.answer.send(Err(denied.into()))),
                        Ok(issued) => {
                            let desk = self.clone();
                            tokio::spawn(async move {
                                // Whoever has gone away asks again, and gets another.
                                let _ = request.answer.send(desk.list(issued, position).await);
                            });
                        }
                    }
                }
            }
            Err(error) => {
                let why = error.to_string();
                for request in together {
                    let _ = request.answer.send(Err(StoreError::Unavailable(why.clone()).into()));
                }
            }
        }
    }

    async fn write(&self, asks: Vec<Ask>) -> Result<Written<Vec<Result<Issued, Denied>>>, StoreError> {
        let policy = self.policy.get()?;
        let vault = self.vault.clone();
        self.ledger
            .write(Actor::System, move |tx| issue(tx, &vault, &policy.policy, &asks))
            .await
    }

    /// Waits until the room's server has taken a ticket in that was written at `position`.
    ///
    /// # Errors
    /// [`TicketError::NotListed`]
    pub async fn list(&self, issued: Issued, position: Option<Position>) -> Answer {
        let server = self.servers.get(issued.server);
        if let Some(position) = position
            && !self.mirror.wait(position, PATIENCE).await
        {
            return Err(TicketError::NotListed);
        }
        // A server that was registered just now, on another replica, is known here by now.
        let server = server
            .or_else(|| self.servers.get(issued.server))
            .ok_or(TicketError::NotListed)?;
        // Whatever this process has applied, the ticket is in it.
        let pos = self.mirror.applied().pos;
        if !server.wait(&self.ledger, pos, PATIENCE).await {
            return Err(TicketError::NotListed);
        }
        Ok(Listed {
            issued,
            server,
            position,
        })
    }
}
