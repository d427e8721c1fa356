//! GraphML (<http://graphml.graphdrawing.org/specification.html>).

use std::fmt::Write as _;

use super::{Edge, Person, Scope, Writer, invite_word};

pub(super) struct Graphml;

impl Writer for Graphml {
    fn begin(&self, scope: &Scope, into: &mut Vec<u8>) {
        let mut head = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        head.push_str("<graphml xmlns=\"http://graphml.graphdrawing.org/xmlns\">\n");
        for (of, name, kind) in [
            ("node", "handle", "string"),
            ("node", "joined_at", "string"),
            ("node", "standing", "string"),
            ("node", "assurance", "string"),
            ("node", "depth", "int"),
            ("edge", "kind", "string"),
            ("edge", "at", "string"),
            ("edge", "invite_kind", "string"),
        ] {
            let key = format!("<key id=\"{name}\" for=\"{of}\" attr.name=\"{name}\" attr.type=\"{kind}\"/>\n");
            head.push_str(&key);
        }
        let _ = writeln!(head, "<!-- As of {}. -->", scope.as_of);
        head.push_str("<graph id=\"community\" edgedefault=\"directed\">\n");
        into.extend(head.into_bytes());
    }

    fn person(&self, person: &Person, into: &mut Vec<u8>) {
        let mut text = format!("<node id=\"{}\">", person.id);
        if let Some(handle) = person.handle {
            data(&mut text, "handle", &handle);
        }
        data(&mut text, "joined_at", &person.joined_at.to_string());
        data(&mut text, "standing", person.standing.as_str());
        data(&mut text, "assurance", person.assurance.as_str());
        data(&mut text, "depth", &person.depth.to_string());
        text.push_str("</node>\n");
        into.extend(text.into_bytes());
    }

    fn edge(&self, edge: &Edge, into: &mut Vec<u8>) {
        let mut text = format!("<edge source=\"{}\" target=\"{}\">", edge.from, edge.to);
        data(&mut text, "kind", edge.kind.as_str());
        data(&mut text, "at", &edge.at.to_string());
        if let Some(kind) = edge.invite_kind {
            data(&mut text, "invite_kind", invite_word(kind));
        }
        text.push_str("</edge>\n");
        into.extend(text.into_bytes());
    }

    fn end(&self, _: u64, _: u64, into: &mut Vec<u8>) {
        into.extend(b"</graph>\n</graphml>\n");
    }
}

fn data(text: &mut String, key: &str, value: &str) {
    let _ = write!(text, "<data key=\"{key}\">{}</data>", escaped(value));
}

/// A text between tags. What XML 1.0 §2.2 has no way to write is replaced.
pub(super) fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '&' => text.push_str("&amp;"),
            '<' => text.push_str("&lt;"),
            '>' => text.push_str("&gt;"),
            '"' => text.push_str("&quot;"),
            '\r' => text.push_str("&#13;"),
            '\t' | '\n' => text.push(c),
            c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => text.push('\u{FFFD}'),
            c => text.push(c),
        }
    }
    text
}
