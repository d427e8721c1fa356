//! A whole history at once, for a synthetic community: its events with their places in the chain, as the sequencer
//! would give them.

use super::{Actor, Envelope, Event, records, sequencer::link};
use crate::platform::{
    store::{
        Backend, Conn, StoreError,
        load::{
            Rows,
            Value::{Bytes, Int, Null, Text},
        },
    },
    terms::Timestamp,
};

/// The tables that are filled.
pub const TABLES: [&str; 2] = ["events", "ledger"];

/// A history that is being written, after what the ledger holds.
pub struct History {
    backend: Backend,
    events: Rows,
    chain: Rows,
    id: i64,
    pos: i64,
    hash: Vec<u8>,
}

impl History {
    /// Goes on after the ledger's last event.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where events wait for a position.
    pub fn after(conn: &mut Conn) -> Result<Self, StoreError> {
        let state = records::state(conn)?;
        if !records::unsequenced(conn, state.cursor_id)?.is_empty() {
            return Err(StoreError::Internal("events wait for their position".into()));
        }
        let backend = conn.backend();
        Ok(Self {
            backend,
            events: Rows::of(backend, "events", &["id", "at", "kind", "actor", "subject", "body"]),
            chain: Rows::of(backend, "ledger", &["pos", "event_id", "hash"]),
            id: state.cursor_id,
            pos: state.last_pos,
            hash: state.last_hash,
        })
    }

    /// Adds an event.
    ///
    /// # Errors
    /// [`StoreError::Internal`] for an event that cannot be written as JSON: there is none.
    pub fn append(
        &mut self,
        at: Timestamp,
        actor: Actor,
        event: Event,
        out: &mut impl FnMut(String),
    ) -> Result<(), StoreError> {
        let kind = event.kind();
        let envelope = Envelope {
            v: event.version(),
            at,
            actor,
            subject: event.subject(),
            event,
        };
        let body = serde_json::to_string(&envelope).map_err(|error| StoreError::Internal(error.to_string()))?;
        self.id += 1;
        self.pos += 1;
        self.hash = link(&self.hash, self.pos, &body);
        let row = |row: Option<crate::platform::terms::PersonRow>| row.map_or(Null, |row| Int(row.0));
        let (actor, subject) = (row(actor.person()), row(envelope.subject));
        self.events.put(
            &[Int(self.id), Int(at.micros()), Text(kind), actor, subject, Text(&body)],
            out,
        );
        self.chain.put(&[Int(self.pos), Int(self.id), Bytes(&self.hash)], out);
        Ok(())
    }

    /// Tells the sequencer how far the chain has come, and `followers` that they know all of it.
    pub fn finish(mut self, followers: &[&str], out: &mut impl FnMut(String)) {
        self.events.flush(out);
        self.chain.flush(out);
        let xid = match self.backend {
            Backend::Sqlite => "0",
            Backend::Postgres => "pg_current_xact_id()::text::bigint",
        };
        let hash = data_encoding::HEXLOWER.encode(&self.hash);
        let hash = match self.backend {
            Backend::Sqlite => format!("X'{hash}'"),
            Backend::Postgres => format!("'\\x{hash}'"),
        };
        // Raw: it stands among the statements of a load.
        out(format!(
            "UPDATE sequencer SET cursor_xid = {xid}, cursor_id = {}, last_pos = {}, last_hash = {hash}",
            self.id, self.pos
        ));
        for follower in followers {
            // Raw: the same; a follower that is there already is moved.
            out(format!(
                "INSERT INTO cursors (name, pos) VALUES ('{follower}', {pos}) ON CONFLICT (name) DO UPDATE SET pos = {pos}",
                pos = self.pos
            ));
        }
        if matches!(self.backend, Backend::Postgres) {
            // Raw: the numbers that were given by hand are taken.
            out(format!(
                "SELECT setval(pg_get_serial_sequence('events', 'id'), {})",
                self.id
            ));
        }
    }
}
