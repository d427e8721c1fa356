//! Very many members at once, for a synthetic community.

use super::records::{INVITE, VOUCH};
use crate::platform::{
    store::{
        Backend,
        load::{
            Rows,
            Value::{Bytes, Int, Null, Text},
        },
    },
    terms::{Assurance, PersonId, PersonRow, Role, Standing, Timestamp},
};

/// The tables that are filled.
pub const TABLES: [&str; 2] = ["people", "edges"];

/// Members and edges that are being written.
pub struct Members {
    people: Rows,
    edges: Rows,
}

/// A member without contacts and without a name, in good standing.
#[derive(Debug, Clone, Copy)]
pub struct Loaded<'a> {
    /// Their row.
    pub row: PersonRow,
    /// Their public id.
    pub id: PersonId,
    /// As [`super::handle`] lets it through; nobody else's.
    pub handle: &'a str,
    /// Their role.
    pub role: Role,
    /// How surely we know who they are.
    pub assurance: Assurance,
    /// Since when.
    pub joined_at: Timestamp,
}

impl Members {
    /// For this database.
    pub fn new(backend: Backend) -> Self {
        Self {
            people: Rows::of(
                backend,
                "people",
                &[
                    "id",
                    "uid",
                    "handle",
                    "role",
                    "standing",
                    "assurance",
                    "locale",
                    "joined_at",
                ],
            ),
            edges: Rows::of(
                backend,
                "edges",
                &["kind", "from_person", "to_person", "invite_id", "at"],
            ),
        }
    }

    /// Adds a member.
    pub fn member(&mut self, member: &Loaded<'_>, out: &mut impl FnMut(String)) {
        self.people.put(
            &[
                Int(member.row.0),
                Bytes(member.id.as_bytes()),
                Text(member.handle),
                Text(member.role.as_str()),
                Text(Standing::Active.as_str()),
                Text(member.assurance.as_str()),
                Text("en"),
                Int(member.joined_at.micros()),
            ],
            out,
        );
    }

    /// Adds who let them in, by which invite's row.
    pub fn invited(
        &mut self,
        person: PersonRow,
        inviter: PersonRow,
        invite: i64,
        at: Timestamp,
        out: &mut impl FnMut(String),
    ) {
        self.edges.put(
            &[
                Text(INVITE),
                Int(inviter.0),
                Int(person.0),
                Int(invite),
                Int(at.micros()),
            ],
            out,
        );
    }

    /// Adds that one vouches for another.
    pub fn vouched(&mut self, from: PersonRow, to: PersonRow, at: Timestamp, out: &mut impl FnMut(String)) {
        self.edges
            .put(&[Text(VOUCH), Int(from.0), Int(to.0), Null, Int(at.micros())], out);
    }

    /// Writes what waits, and who is `banned` at the end; `last` is the last member's row.
    pub fn finish(
        mut self,
        backend: Backend,
        last: PersonRow,
        banned: impl Iterator<Item = PersonRow>,
        out: &mut impl FnMut(String),
    ) {
        self.people.flush(out);
        self.edges.flush(out);
        let rows: Vec<_> = banned.map(|row| row.0.to_string()).collect();
        for rows in rows.chunks(10_000) {
            // Raw: it stands among the statements of a load.
            out(format!(
                "UPDATE people SET standing = '{}' WHERE id IN ({})",
                Standing::Banned,
                rows.join(",")
            ));
        }
        if matches!(backend, Backend::Postgres) {
            // Raw: the numbers that were given by hand are taken.
            out(format!(
                "SELECT setval(pg_get_serial_sequence('people', 'id'), {})",
                last.0
            ));
        }
    }
}
