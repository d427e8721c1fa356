//! JSON Lines (<https://jsonlines.org>): one object a line. The first says what the file is of, the last how much there
//! was: a file without it is not whole.

use serde::Serialize;

use super::{Edge, Person, Scope, Writer, invite_word};
use crate::{
    people::Handle,
    platform::terms::{Assurance, PersonId, Standing, Timestamp},
};

pub(super) struct JsonLines;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Line {
    Graph {
        as_of: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none")]
        branch: Option<PersonId>,
    },
    Person {
        id: PersonId,
        #[serde(skip_serializing_if = "Option::is_none")]
        handle: Option<Handle>,
        joined_at: Timestamp,
        standing: Standing,
        assurance: Assurance,
        depth: u32,
    },
    Edge {
        kind: &'static str,
        from: PersonId,
        to: PersonId,
        at: Timestamp,
        #[serde(skip_serializing_if = "Option::is_none")]
        invite_kind: Option<&'static str>,
    },
    End {
        people: u64,
        edges: u64,
    },
}

impl Line {
    fn write(&self, into: &mut Vec<u8>) {
        // Writing into memory does not fail.
        let _ = serde_json::to_writer(&mut *into, self);
        into.push(b'\n');
    }
}

impl Writer for JsonLines {
    fn begin(&self, scope: &Scope, into: &mut Vec<u8>) {
        let Scope { as_of, branch } = *scope;
        Line::Graph { as_of, branch }.write(into);
    }

    fn person(&self, person: &Person, into: &mut Vec<u8>) {
        let &Person {
            id,
            handle,
            joined_at,
            standing,
            assurance,
            depth,
        } = person;
        let line = Line::Person {
            id,
            handle,
            joined_at,
            standing,
            assurance,
            depth,
        };
        line.write(into);
    }

    fn edge(&self, edge: &Edge, into: &mut Vec<u8>) {
        let line = Line::Edge {
            kind: edge.kind.as_str(),
            from: edge.from,
            to: edge.to,
            at: edge.at,
            invite_kind: edge.invite_kind.map(invite_word),
        };
        line.write(into);
    }

    fn end(&self, people: u64, edges: u64, into: &mut Vec<u8>) {
        Line::End { people, edges }.write(into);
    }
}
