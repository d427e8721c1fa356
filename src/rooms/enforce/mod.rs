//! What follows from tickets on the room servers: who is on their lists, and who must go.
//!
//! Each server has an enforcer, on one replica at a time, with a lease and a cursor of its own; so a
//! server that hangs delays nobody else. It reads the feed: a new ticket goes on the list, one that
//! has ended comes off and its participant is put out. The tickets as they stand in the store decide, and not the
//! event alone, so that doing it twice changes nothing.
//!
//! Nothing is taken for done because it was said once. At the start, after every failure and every few
//! seconds the whole list is made to agree with ours ([`Work::agree`]): that fills a server that was
//! restarted and remembers nothing, and finds what was lost between a call and its answer. Those who
//! are in a room are looked through twice a second: whoever is there under an id that is no good ticket's is put out.
//! And the id of a good ticket may be given by somebody else: so the connections themselves are looked through, where
//! the server tells by whose ticket each was opened ([`Work::sweep`]).
//!
//! What a server's kind is not able to do ([`Capability`](super::servers::Capability)) is left out. Where it keeps no
//! list, a ticket that has ended still opens the room until it expires: whoever comes back is put out again for as
//! long. Where it puts nobody out either, nothing is asked of it, and the tickets end here alone.

mod fit;
mod out;
mod reported;
mod room;
mod sweep;
mod voices;
mod work;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use super::servers::{Capability, Server, Servers};
use crate::{
    platform::{
        ledger::{ExternalConsumer, Ledger},
        vault::Vault,
    },
    policy::Current,
};

pub use reported::follow_up;
use work::Work;

/// Enforces on every server that this replica has the lease of.
pub struct Enforcer {
    /// Where the feed is.
    pub ledger: Ledger,
    /// Derives tokens and secrets.
    pub vault: Vault,
    /// What rooms ask for.
    pub policy: Arc<Current>,
    /// The servers.
    pub servers: Arc<Servers>,
    /// This process, among all replicas.
    pub owner: String,
}

impl Enforcer {
    /// Runs until it is dropped.
    pub async fn run(self) {
        let enforcer = Arc::new(self);
        let mut servers = enforcer.servers.watch();
        let mut tasks = JoinSet::new();
        let mut running = BTreeMap::new();
        loop {
            let wanted = Arc::clone(&servers.borrow_and_update());
            running.retain(|row, (server, task): &mut (Arc<Server>, tokio::task::AbortHandle)| {
                let stays = wanted.get(row).is_some_and(|wanted| Arc::ptr_eq(wanted, server));
                if !stays {
                    task.abort();
                }
                stays
            });
            for (row, server) in wanted.iter() {
                running.entry(*row).or_insert_with(|| {
                    let task = tasks.spawn(Arc::clone(&enforcer).serve(Arc::clone(server)));
                    (Arc::clone(server), task)
                });
            }
            tokio::select! {
                changed = servers.changed() => if changed.is_err() { return },
                Some(ended) = tasks.join_next() => if let Err(error) = ended && error.is_panic() {
                    tracing::error!(%error, "the enforcer of a room server fell over");
                    // It is begun anew with the next change; until then its lease passes on.
                    running.retain(|_, (_, task)| !task.is_finished());
                },
            }
        }
    }

    /// Enforces on one server, whenever this replica has its lease.
    async fn serve(self: Arc<Self>, server: Arc<Server>) {
        let work = Work::new(self, server);
        loop {
            match ExternalConsumer::take(&work.enforcer.ledger, &work.server.cursor(), &work.enforcer.owner).await {
                Ok(Some(reader)) => {
                    let lease = reader.lease();
                    // The last two have no end of their own.
                    let followed = tokio::select! {
                        followed = work.follow(reader) => followed,
                        () = work.sweep(), if work.server.can(Capability::Connections) => Ok(()),
                        () = work.keep_outs(lease) => Ok(()),
                    };
                    work.retire();
                    if let Err(error) = followed {
                        tracing::info!(server = %work.server.id, %error, "another replica enforces on a room server");
                    }
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(server = %work.server.id, %error, "a room server is not watched"),
            }
            sleep(Duration::from_millis(500)).await;
        }
    }
}
