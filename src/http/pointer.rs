//! Which field of a JSON text an error is about: the pointer (RFC 6901) at a line and column.

/// A pointer longer than this helps nobody.
const LONGEST: usize = 100;

enum Frame {
    /// The last key that was read.
    Object(String),
    /// The place that is being read.
    Array(usize),
}

/// The pointer to what stands just before `line` and `column` (as `serde_json` counts: lines from 1,
/// columns in bytes). The text up to there has been accepted by the parser, so no syntax is checked.
pub(super) fn at(text: &[u8], line: usize, column: usize) -> String {
    let start: usize = text
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    let end = (start + column).min(text.len());
    let mut frames: Vec<Frame> = Vec::new();
    let mut place = 0;
    let mut key_next = false;
    while place < end {
        match text[place] {
            b'{' => {
                frames.push(Frame::Object(String::new()));
                key_next = true;
            }
            b'[' => frames.push(Frame::Array(0)),
            b'}' | b']' => {
                frames.pop();
            }
            b',' => match frames.last_mut() {
                Some(Frame::Array(index)) => *index += 1,
                _ => key_next = true,
            },
            b'"' => {
                let close = closing_quote(text, place);
                if key_next {
                    if let Some(Frame::Object(key)) = frames.last_mut() {
                        *key = serde_json::from_slice(&text[place..=close.min(text.len() - 1)]).unwrap_or_default();
                    }
                    key_next = false;
                }
                place = close;
            }
            _ => {}
        }
        place += 1;
    }
    write(&frames)
}

fn closing_quote(text: &[u8], open: usize) -> usize {
    let mut place = open + 1;
    while place < text.len() && text[place] != b'"' {
        place += if text[place] == b'\\' { 2 } else { 1 };
    }
    place
}

fn write(frames: &[Frame]) -> String {
    let mut pointer = String::new();
    for frame in frames {
        let part = match frame {
            // An object of which no key has been read yet: the pointer ends above it.
            Frame::Object(key) if key.is_empty() => break,
            Frame::Object(key) => key.replace('~', "~0").replace('/', "~1"),
            Frame::Array(index) => index.to_string(),
        };
        if pointer.len() + part.len() >= LONGEST {
            break;
        }
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pointer_follows_keys_places_and_escapes() {
        let text = "{\n \"a\": {\"b/c\": [1, {\"d\\\"\": \"x,{\"}]},\n \"e\": 2}";
        let after = |needle: &str| {
            let offset = text.find(needle).unwrap() + needle.len();
            let before = &text[..offset];
            let line = before.matches('\n').count() + 1;
            at(
                text.as_bytes(),
                line,
                offset - before.rfind('\n').map_or(0, |newline| newline + 1),
            )
        };
        assert_eq!(after("[1"), "/a/b~1c/0");
        assert_eq!(after("\"x,{\""), "/a/b~1c/1/d\"");
        assert_eq!(after("\"}]"), "/a/b~1c");
        assert_eq!(after("\"e\""), "/e");
        assert_eq!(at(text.as_bytes(), 9, 9), "");
        let long = format!("{{\"k\": {{\"{}\": 1", "k".repeat(900));
        assert_eq!(at(long.as_bytes(), 1, long.len()), "/k");
    }
}
