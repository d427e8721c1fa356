//! Very many sanctions at once, for a synthetic community.

use super::{ReasonCode, SanctionKind};
use crate::platform::{
    store::{
        Backend,
        load::{
            Rows,
            Value::{Bytes, Int, Null, Text},
        },
    },
    terms::{PersonRow, SanctionId, Timestamp},
};

/// The tables that are filled.
pub const TABLES: [&str; 1] = ["sanctions"];

/// Sanctions that are being written.
pub struct Sanctions(Rows);

/// A ban at the end of the history, without a note.
#[derive(Debug, Clone, Copy)]
pub struct Loaded {
    /// Its public id.
    pub id: SanctionId,
    /// On whom.
    pub person: PersonRow,
    /// Why.
    pub reason: ReasonCode,
    /// By whom.
    pub by: PersonRow,
    /// Since when.
    pub at: Timestamp,
    /// Since when no longer, by the same.
    pub lifted_at: Option<Timestamp>,
}

impl Sanctions {
    /// For this database.
    pub fn new(backend: Backend) -> Self {
        let columns = [
            "uid",
            "person",
            "kind",
            "reason",
            "imposed_at",
            "imposed_by",
            "lifted_at",
            "lifted_by",
        ];
        Self(Rows::of(backend, "sanctions", &columns))
    }

    /// Adds a ban.
    pub fn put(&mut self, ban: &Loaded, out: &mut impl FnMut(String)) {
        self.0.put(
            &[
                Bytes(ban.id.as_bytes()),
                Int(ban.person.0),
                Text(SanctionKind::Ban.as_str()),
                Text(ban.reason.as_str()),
                Int(ban.at.micros()),
                Int(ban.by.0),
                ban.lifted_at.map_or(Null, |at| Int(at.micros())),
                ban.lifted_at.map_or(Null, |_| Int(ban.by.0)),
            ],
            out,
        );
    }

    /// Writes what waits.
    pub fn finish(mut self, out: &mut impl FnMut(String)) {
        self.0.flush(out);
    }
}
