//! DOT, which Graphviz reads (<https://graphviz.org/doc/info/lang.html>).

use super::{Edge, Person, Scope, Writer, invite_word};

pub(super) struct Dot;

impl Writer for Dot {
    fn begin(&self, scope: &Scope, into: &mut Vec<u8>) {
        into.extend(format!("digraph community {{\n// As of {}.\n", scope.as_of).into_bytes());
    }

    fn person(&self, person: &Person, into: &mut Vec<u8>) {
        let id = person.id.to_string();
        let handle = person.handle.as_deref().map(quoted);
        // What it is drawn with.
        let label = handle.clone().unwrap_or_else(|| quoted(&id));
        let handle = handle.map(|handle| format!(", handle={handle}")).unwrap_or_default();
        let line = format!(
            "{} [label={label}{handle}, joined_at=\"{}\", standing={}, assurance={}, depth={}];\n",
            quoted(&id),
            person.joined_at,
            quoted(person.standing.as_str()),
            quoted(person.assurance.as_str()),
            person.depth
        );
        into.extend(line.into_bytes());
    }

    fn edge(&self, edge: &Edge, into: &mut Vec<u8>) {
        let (from, to) = (quoted(&edge.from.to_string()), quoted(&edge.to.to_string()));
        let kind = edge.invite_kind.map(invite_word).map(quoted);
        let invite_kind = kind.map(|kind| format!(", invite_kind={kind}")).unwrap_or_default();
        let (kind, at) = (quoted(edge.kind.as_str()), edge.at);
        let line = format!("{from} -> {to} [kind={kind}, at=\"{at}\"{invite_kind}];\n");
        into.extend(line.into_bytes());
    }

    fn end(&self, _: u64, _: u64, into: &mut Vec<u8>) {
        into.extend(b"}\n");
    }
}

/// A text in quotation marks. A backslash is doubled, so that none escapes the mark at the end or begins an escape of
/// a label; what cannot be seen is replaced.
pub(super) fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            c if c.is_control() => text.push('\u{FFFD}'),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}
