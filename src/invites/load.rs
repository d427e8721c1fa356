//! Very many invites at once, for a synthetic community: open links for one use, whose codes nobody has.

use super::records;
use crate::platform::{
    store::{
        Backend,
        load::{
            Rows,
            Value::{Bytes, Int, Null, Text},
        },
    },
    terms::{InviteId, PersonRow, Timestamp},
};

/// The tables that are filled.
pub const TABLES: [&str; 1] = ["invites"];

/// Invites that are being written.
pub struct Invites {
    backend: Backend,
    rows: Rows,
}

/// An invite at the end of the history.
#[derive(Debug, Clone, Copy)]
pub struct Loaded {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: InviteId,
    /// Whose it is.
    pub inviter: PersonRow,
    /// Since when.
    pub at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether somebody came by it.
    pub taken: bool,
    /// Whether it was over, unused, at the end.
    pub expired: bool,
}

impl Invites {
    /// For this database.
    pub fn new(backend: Backend) -> Self {
        let columns = [
            "id",
            "uid",
            "inviter",
            "kind",
            "code_hash",
            "key_version",
            "locale",
            "max_uses",
            "uses",
            "created_at",
            "expires_at",
            "unknown_answers",
            "reports",
            "closed_at",
        ];
        Self {
            backend,
            rows: Rows::of(backend, "invites", &columns),
        }
    }

    /// Adds an invite.
    pub fn put(&mut self, invite: &Loaded, out: &mut impl FnMut(String)) {
        // No code hashes to this. It rises with the row, so that its index grows at its end.
        let mut hash = [0; 32];
        hash[..8].copy_from_slice(&invite.row.to_be_bytes());
        hash[16..].copy_from_slice(invite.id.as_bytes());
        self.rows.put(
            &[
                Int(invite.row),
                Bytes(invite.id.as_bytes()),
                Int(invite.inviter.0),
                Text(records::LINK),
                Bytes(&hash),
                Int(1),
                Text("en"),
                Int(1),
                Int(i64::from(invite.taken)),
                Int(invite.at.micros()),
                Int(invite.expires_at.micros()),
                Int(0),
                Int(0),
                if invite.expired {
                    Int(invite.expires_at.micros())
                } else {
                    Null
                },
            ],
            out,
        );
    }

    /// Writes what waits; `last` is the last invite's row.
    pub fn finish(mut self, last: i64, out: &mut impl FnMut(String)) {
        self.rows.flush(out);
        if matches!(self.backend, Backend::Postgres) {
            // Raw: the numbers that were given by hand are taken.
            out(format!(
                "SELECT setval(pg_get_serial_sequence('invites', 'id'), {})",
                last.max(1)
            ));
        }
    }
}
