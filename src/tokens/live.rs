//! Which sessions live, in memory: asked on every request.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use super::records;
use crate::platform::{
    ledger::{Entry, Event, Projection, events},
    store::{Conn, StoreError},
    terms::{Clock, Id, PersonRow, Timestamp, kinds},
};

/// What is known of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It is this member's.
    Lives(PersonRow),
    /// It is over.
    Over,
    /// Nothing: another replica may have started it a moment ago.
    Unknown,
}

/// The living sessions, and those that ended so recently that access tokens of them are still about:
/// without these, every use of such a token would ask the store.
pub(super) struct Live {
    clock: Arc<dyn Clock>,
    /// How long an access token outlives its session at most.
    linger: Duration,
    sessions: RwLock<Sessions>,
}

#[derive(Default)]
struct Sessions {
    known: HashMap<Id<kinds::Session>, Known>,
    /// The size at which what is over is swept out.
    sweep_at: usize,
}

#[derive(Debug, Clone, Copy)]
struct Known {
    /// None where it has ended.
    person: Option<PersonRow>,
    /// When it expires; of an ended one, when it may be forgotten.
    until: Timestamp,
}

/// The least size at which sweeping is worth while.
const SWEEP: usize = 1024;

impl Live {
    pub(super) fn new(clock: Arc<dyn Clock>, linger: Duration) -> Self {
        Self {
            clock,
            linger,
            sessions: RwLock::default(),
        }
    }

    pub(super) fn find(&self, session: Id<kinds::Session>, now: Timestamp) -> Life {
        let sessions = self.sessions.read().unwrap_or_else(PoisonError::into_inner);
        match sessions.known.get(&session) {
            None => Life::Unknown,
            Some(Known {
                person: Some(person),
                until,
            }) if *until > now => Life::Lives(*person),
            Some(_) => Life::Over,
        }
    }

    /// Asks the store about a session that [`Live::find`] does not know. The answer is not kept: the
    /// feed brings the session, and might have told of its end in between.
    pub(super) fn look_up(
        conn: &mut Conn,
        session: Id<kinds::Session>,
        now: Timestamp,
    ) -> Result<Option<PersonRow>, StoreError> {
        let row = records::session(conn, session)?;
        Ok(row
            .filter(|row| row.ended_at.is_none() && row.expires_at > now)
            .map(|row| row.person))
    }

    /// Takes it for ended at once, in the process that has just ended it; the feed says so again.
    pub(super) fn end(&self, session: Id<kinds::Session>, at: Timestamp) {
        let until = at.after(self.linger);
        self.note(session, Known { person: None, until });
    }

    fn note(&self, session: Id<kinds::Session>, known: Known) {
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        sessions.known.insert(session, known);
        if sessions.known.len() >= sessions.sweep_at {
            let now = self.clock.now();
            sessions.known.retain(|_, known| known.until > now);
            sessions.sweep_at = (sessions.known.len() * 2).max(SWEEP);
        }
    }
}

impl Projection for Live {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let rows = records::living(conn, self.clock.now())?;
        let now = self.clock.now();
        let mut sessions = self.sessions.write().unwrap_or_else(PoisonError::into_inner);
        // What has ended since the rows were read does not live again.
        let over = sessions
            .known
            .drain()
            .filter(|(_, known)| known.person.is_none() && known.until > now);
        let over: Vec<_> = over.collect();
        let living = rows.into_iter().map(|(session, person, until)| {
            let person = Some(person);
            (session, Known { person, until })
        });
        sessions.known = living.chain(over).collect();
        sessions.sweep_at = (sessions.known.len() * 2).max(SWEEP);
        Ok(())
    }

    fn apply(&self, conn: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match entry.envelope.event {
            // The row, not the event, says whether it lives: the event may be told again after its end.
            Event::SessionStarted(events::SessionStarted { session, .. }) => {
                if let Some(row) = records::session(conn, session)? {
                    let person = row.ended_at.is_none().then_some(row.person);
                    let until = row.ended_at.map_or(row.expires_at, |at| at.after(self.linger));
                    self.note(session, Known { person, until });
                }
            }
            Event::SessionEnded(events::SessionEnded { session, .. }) => self.end(session, entry.envelope.at),
            _ => {}
        }
        Ok(())
    }
}
