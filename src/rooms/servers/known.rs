//! The room servers that are ours, in memory: where they are, and how far their enforcers have come.

use std::{
    collections::{BTreeMap, HashSet},
    sync::{Arc, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Mutex, watch},
    time::{sleep, timeout},
};

use super::{
    super::{RoomName, ServerRecord, records},
    Capability, Grant, JoinData, Kinds, Mention, Report, RoomServer, ServerKind, Unsigned,
};
use crate::platform::{
    egress::Egress,
    ledger::{Entry, Event, Ledger, Projection, Watermark, noted},
    store::{Conn, StoreError},
    terms::{RoomRow, RoomServerId},
    vault::Vault,
};

/// How often the store is asked how far an enforcer on another replica has come.
const LOOK: Duration = Duration::from_millis(15);

/// A room server of ours.
pub struct Server {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: RoomServerId,
    /// Its kind.
    pub kind: &'static dyn ServerKind,
    /// The way to it.
    pub(in crate::rooms) peer: Arc<dyn RoomServer>,
    /// What it was made from: another row is another server.
    record: ServerRecord,
    reached: Arc<Reached>,
}

/// Up to which position of the feed a room server has carried everything out, and the rooms that it rejects.
#[derive(Clone, Default)]
struct Come {
    pos: i64,
    except: Arc<HashSet<RoomRow>>,
}

#[derive(Default)]
struct Reached {
    pos: Watermark,
    /// What was last said, with its position.
    come: std::sync::Mutex<Come>,
    /// Whoever has it asks the store for all who wait.
    asking: Mutex<()>,
}

impl Reached {
    fn come(&self) -> std::sync::MutexGuard<'_, Come> {
        self.come.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Server {
    /// Whether its kind is able to do this.
    pub fn can(&self, capability: Capability) -> bool {
        self.kind.capabilities().contains(&capability)
    }

    /// Of whom a request speaks that came in the server's name.
    ///
    /// # Errors
    /// [`Unsigned`]
    pub fn read_report(&self, report: &Report<'_>) -> Result<Vec<Mention>, Unsigned> {
        self.peer.read_report(report)
    }

    /// What a client needs to join `room` on this ticket.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it cannot be written.
    pub fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        self.peer.join(room, grant)
    }

    /// The name of its cursor and its lease.
    pub(in crate::rooms) fn cursor(&self) -> String {
        format!("room-server/{}", self.row)
    }

    /// Everything up to `pos` has reached it, but in these rooms.
    pub(in crate::rooms) fn reach(&self, pos: i64, except: Arc<HashSet<RoomRow>>) {
        {
            let mut come = self.reached.come();
            if pos <= come.pos {
                return;
            }
            *come = Come { pos, except };
        }
        self.reached.pos.reach(pos);
    }

    /// Waits until everything up to `pos` has reached the server, whichever replica brings it there;
    /// false after `patience`, and where the server rejects `room`.
    pub async fn wait(&self, ledger: &Ledger, pos: i64, room: RoomRow, patience: Duration) -> bool {
        let reached = self.reached.pos.wait(pos);
        // Its enforcer runs elsewhere, or takes its time: one asks for all.
        let asked = async {
            let _turn = self.reached.asking.lock().await;
            loop {
                sleep(LOOK).await;
                let (cursor, row) = (self.cursor(), self.row);
                let come = ledger.store().read(move |conn| {
                    // In this order: the rooms in trouble are written down before the cursor passes.
                    let pos = noted(conn, &cursor)?;
                    Ok::<_, StoreError>((pos, records::failing(conn, row)?))
                });
                if let Ok((pos, failing)) = come.await {
                    self.reach(pos, Arc::new(failing.into_iter().map(|(room, _)| room).collect()));
                }
            }
        };
        let either = async {
            tokio::select! {
                () = reached => {}
                () = asked => {}
            }
        };
        timeout(patience, either).await.is_ok() && !self.reached.come().except.contains(&room)
    }
}

/// All of them, by row; kept up to date by the feed.
pub struct Servers {
    vault: Vault,
    kinds: Kinds,
    egress: Egress,
    known: watch::Sender<Arc<BTreeMap<i64, Arc<Server>>>>,
}

impl Servers {
    /// None yet: they come with [`Projection::load`].
    pub fn new(vault: Vault, kinds: Kinds, egress: Egress) -> Self {
        Self {
            vault,
            kinds,
            egress,
            known: watch::Sender::default(),
        }
    }

    /// The kinds that this process knows.
    pub const fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The server of this row.
    pub fn get(&self, row: i64) -> Option<Arc<Server>> {
        self.known.borrow().get(&row).cloned()
    }

    /// The server of this id.
    pub fn by_id(&self, id: RoomServerId) -> Option<Arc<Server>> {
        self.known.borrow().values().find(|server| server.id == id).cloned()
    }

    /// All of them, and word when that changes.
    pub(in crate::rooms) fn watch(&self) -> watch::Receiver<Arc<BTreeMap<i64, Arc<Server>>>> {
        self.known.subscribe()
    }
}

impl Projection for Servers {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let before = Arc::clone(&self.known.borrow());
        let mut now = BTreeMap::new();
        for record in records::servers(conn)? {
            let known = before.get(&record.row);
            if let Some(same) = known.filter(|known| known.record.is_at(&record)) {
                now.insert(record.row, Arc::clone(same));
                continue;
            }
            let Some(kind) = self.kinds.get(&record.kind) else {
                // Another version has registered it: its rooms give no tickets here.
                tracing::warn!(server = %record.id, kind = record.kind, "a room server is of a kind that is not known");
                continue;
            };
            let secrets = record.secrets(conn, &self.vault)?;
            let server = Server {
                row: record.row,
                id: record.id,
                kind,
                peer: kind.connect(&record.settings, secrets, self.egress.clone())?,
                reached: known.map_or_else(Arc::default, |known| Arc::clone(&known.reached)),
                record,
            };
            now.insert(server.row, Arc::new(server));
        }
        self.known.send_replace(Arc::new(now));
        Ok(())
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            Event::RoomServerRegistered(_) | Event::RoomServerChanged(_) | Event::RoomServerRemoved(_) => {
                self.load(conn)
            }
            _ => Ok(()),
        }
    }
}

impl ServerRecord {
    /// Whether the other row leads to the same place by the same secrets.
    fn is_at(&self, other: &Self) -> bool {
        self.kind == other.kind && self.settings == other.settings && self.sealed == other.sealed
    }
}
