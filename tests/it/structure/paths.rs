//! Reads the paths out of a source: just so much of Rust's grammar as that takes.

/// A word or a sign of the source, without comments and with strings emptied.
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// The words and signs of a source.
pub fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let (mut i, mut line) = (0, 1);
    while i < chars.len() {
        let (start, begun) = (i, line);
        match at(i) {
            '/' if at(i + 1) == '/' => {
                while i < chars.len() && at(i) != '\n' {
                    i += 1;
                }
                continue;
            }
            '/' if at(i + 1) == '*' => {
                let mut depth = 0;
                loop {
                    match (at(i), at(i + 1)) {
                        ('/', '*') => (depth, i) = (depth + 1, i + 2),
                        ('*', '/') => (depth, i) = (depth - 1, i + 2),
                        _ => i += 1,
                    }
                    if depth == 0 || i >= chars.len() {
                        break;
                    }
                }
                line += chars[start..i.min(chars.len())].iter().filter(|c| **c == '\n').count();
                continue;
            }
            '"' => i = end_of_string(&chars, i),
            // A character, or else a lifetime, which has no second quote.
            '\'' if at(i + 1) == '\\' => {
                i += 3;
                while i < chars.len() && at(i) != '\'' {
                    i += 1;
                }
                i += 1;
            }
            '\'' if at(i + 2) == '\'' => i += 3,
            ':' if at(i + 1) == ':' => i += 2,
            c if word(c) => {
                while word(at(i)) {
                    i += 1;
                }
                let prefix: String = chars[start..i].iter().collect();
                let hashes = (i..).take_while(|j| at(*j) == '#').count();
                if matches!(prefix.as_str(), "r" | "br" | "cr") && at(i + hashes) == '"' {
                    i = end_of_raw_string(&chars, i + hashes, hashes);
                } else if matches!(prefix.as_str(), "b" | "c") && at(i) == '"' {
                    i = end_of_string(&chars, i);
                } else if prefix == "r" && hashes == 1 && word(at(i + 1)) {
                    // r#name is the same word as name.
                    i += 1;
                    continue;
                }
            }
            _ => i += 1,
        }
        let text: String = chars[start..i.min(chars.len())].iter().collect();
        line += text.matches('\n').count();
        if !text.trim().is_empty() {
            let text = if text.contains('"') { "\"\"".to_owned() } else { text };
            tokens.push(Token { text, line: begun });
        }
    }
    tokens
}

fn end_of_string(chars: &[char], quote: usize) -> usize {
    let mut i = quote + 1;
    while i < chars.len() && chars[i] != '"' {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn end_of_raw_string(chars: &[char], quote: usize, hashes: usize) -> usize {
    let closes = |i: usize| chars[i] == '"' && (1..=hashes).all(|h| chars.get(i + h) == Some(&'#'));
    (quote + 1..chars.len())
        .find(|i| closes(*i))
        .map_or(chars.len(), |i| i + 1 + hashes)
}

/// A path that starts in this crate, from the crate's root on.
pub struct PathFound {
    segments: Vec<String>,
    pub line: usize,
    pub is_macro: bool,
}

impl PathFound {
    /// The first segment, if it is a name and not the whole root.
    pub fn room(&self) -> Option<&str> {
        let mut segments = self.segments.iter().map(String::as_str);
        let first = segments.next();
        let room = match first {
            Some(super::PLATFORM) => segments.next().or(first),
            first => first,
        };
        room.filter(|name| *name != "*" && *name != "self")
    }
}

/// Every path of a file that leads out of it: from `crate`, `super` or `self`.
pub fn paths(modules: &[&str], tokens: &[Token]) -> Vec<PathFound> {
    let mut found = Vec::new();
    // The inline modules that are open, each with the depth of braces at which it closes.
    let mut inline: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    for i in 0..tokens.len() {
        match text(i) {
            "{" => {
                depth += 1;
                if i >= 2 && text(i - 2) == "mod" {
                    inline.push((text(i - 1).to_owned(), depth));
                }
            }
            "}" => {
                if inline.last().is_some_and(|(_, at)| *at == depth) {
                    inline.pop();
                }
                depth = depth.saturating_sub(1);
            }
            "crate" | "self" | "super" if i == 0 || !matches!(text(i - 1), "::" | "." | "extern") => {
                // `self` and `pub(super)` alone lead nowhere; `use super as x` would hide a path.
                if text(i + 1) != "::" && text(i + 1) != "as" {
                    continue;
                }
                let mut here: Vec<String> = modules.iter().map(|m| (*m).to_owned()).collect();
                here.extend(inline.iter().map(|(name, _)| name.clone()));
                follow(tokens, i, &here, None, &mut found);
            }
            _ => {}
        }
    }
    found
}

/// Reads one path, or one tree of a `use`, from `i` on; gives where it ends.
fn follow(
    tokens: &[Token],
    mut i: usize,
    here: &[String],
    before: Option<&[String]>,
    found: &mut Vec<PathFound>,
) -> usize {
    let text = |i: usize| tokens.get(i).map_or("", |t| t.text.as_str());
    let line = tokens[i].line;
    let mut segments = before.map(<[_]>::to_vec).unwrap_or_default();
    loop {
        match text(i) {
            "crate" => segments.clear(),
            "self" if segments.is_empty() && before.is_none() => segments = here.to_vec(),
            "super" if before.is_none() && text(i.wrapping_sub(1)) != "::" => {
                segments = here[..here.len().saturating_sub(1)].to_vec();
            }
            "super" => drop(segments.pop()),
            name => segments.push(name.to_owned()),
        }
        i += 1;
        if text(i) != "::" {
            break;
        }
        i += 1;
        if text(i) == "{" {
            i += 1;
            while i < tokens.len() && text(i) != "}" {
                i = follow(tokens, i, here, Some(&segments), found);
                // Over `as name` and the comma.
                while i < tokens.len() && !matches!(text(i), "," | "}") {
                    i += 1;
                }
                i += usize::from(text(i) == ",");
            }
            return i + 1;
        }
        // Generic arguments end the path.
        if text(i) == "<" {
            break;
        }
    }
    found.push(PathFound {
        segments,
        line,
        is_macro: text(i) == "!",
    });
    i
}
