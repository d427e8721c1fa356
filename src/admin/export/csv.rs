//! Tables (RFC 4180): one of edges, which tools for graphs read, and one of people.

use super::{Edge, Person, Scope, Writer, invite_word};
use crate::platform::terms::csv_line;

/// `source,target,kind,at,invite_kind`
pub(super) struct Edges;

impl Writer for Edges {
    fn begin(&self, _: &Scope, into: &mut Vec<u8>) {
        into.extend(csv_line(["source", "target", "kind", "at", "invite_kind"]));
    }
    fn person(&self, _: &Person, _: &mut Vec<u8>) {}
    fn edge(&self, edge: &Edge, into: &mut Vec<u8>) {
        into.extend(csv_line([
            edge.from.to_string().as_str(),
            &edge.to.to_string(),
            edge.kind.as_str(),
            &edge.at.to_string(),
            edge.invite_kind.map_or("", invite_word),
        ]));
    }
    fn end(&self, _: u64, _: u64, _: &mut Vec<u8>) {}
}

/// `id,handle,joined_at,standing,assurance,depth`
pub(super) struct People;

impl Writer for People {
    fn begin(&self, _: &Scope, into: &mut Vec<u8>) {
        into.extend(csv_line([
            "id",
            "handle",
            "joined_at",
            "standing",
            "assurance",
            "depth",
        ]));
    }
    fn person(&self, person: &Person, into: &mut Vec<u8>) {
        into.extend(csv_line([
            person.id.to_string().as_str(),
            person.handle.as_deref().unwrap_or_default(),
            &person.joined_at.to_string(),
            person.standing.as_str(),
            person.assurance.as_str(),
            &person.depth.to_string(),
        ]));
    }
    fn has_edges(&self) -> bool {
        false
    }
    fn edge(&self, _: &Edge, _: &mut Vec<u8>) {}
    fn end(&self, _: u64, _: u64, _: &mut Vec<u8>) {}
}
