//! Plain text in lines that a terminal can show. How wide a character is, says UAX #11.

use unicode_width::UnicodeWidthChar;

/// The widest line, in columns; RFC 5322 §2.1.1 asks for at most 78 characters.
const WIDTH: usize = 76;

/// Breaks one paragraph into lines of at most [`WIDTH`] columns.
///
/// Breaks stand at spaces and between Chinese, Japanese or Korean characters, never before closing
/// punctuation or after opening punctuation (a small part of UAX #14). A word that is longer than
/// a line, an address above all, stays whole. Runs of white space, line breaks too, become one
/// space: a name with a line break in it cannot make a paragraph of its own.
pub(super) fn wrap(paragraph: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for (space, piece) in pieces(paragraph) {
        let width = columns(&piece);
        let gap = usize::from(space && used > 0);
        if used > 0 && used + gap + width > WIDTH {
            lines.push(std::mem::take(&mut line));
            used = 0;
        } else if gap == 1 {
            line.push(' ');
            used += 1;
        }
        line.push_str(&piece);
        used += width;
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// The unbreakable pieces, each with whether a space stands before it.
fn pieces(paragraph: &str) -> Vec<(bool, String)> {
    let mut pieces: Vec<(bool, String)> = Vec::new();
    for word in paragraph
        .split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
    {
        let mut before: Option<char> = None;
        for character in word.chars() {
            match (before, pieces.last_mut()) {
                (Some(before), Some((_, piece))) if !may_break(before, character) => piece.push(character),
                _ => pieces.push((before.is_none(), character.to_string())),
            }
            before = Some(character);
        }
    }
    pieces
}

fn may_break(before: char, after: char) -> bool {
    (is_wide(before) || is_wide(after)) && !closes(after) && !opens(before)
}

fn opens(character: char) -> bool {
    "([{（［｛「『《〈【〔“‘".contains(character)
}

fn closes(character: char) -> bool {
    ")]},.;:!?%）］｝」』》〉】〕”’，。、；：！？％…—·".contains(character)
}

fn columns(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// Two columns wide: a letter between whose like a line may break.
fn is_wide(character: char) -> bool {
    character.width() == Some(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn breaks_english_at_spaces() {
        let lines = wrap(&"somebody invites you ".repeat(9));
        assert!(
            lines.len() == 3 && lines.iter().all(|line| columns(line) <= WIDTH),
            "{lines:#?}"
        );
        assert_eq!(lines.join(" "), "somebody invites you ".repeat(9).trim());
    }

    #[test]
    fn breaks_chinese_between_characters_but_not_before_a_full_stop() {
        let text = "邀".repeat(38) + "。" + &"请".repeat(5);
        assert_eq!(wrap(&text), ["邀".repeat(37), "邀。请请请请请".to_owned()]);
    }

    #[test]
    fn keeps_addresses_whole_and_line_breaks_out() {
        let address = format!("https://example.org/#{}", "a".repeat(90));
        assert_eq!(wrap(&format!("Open {address} now")), ["Open", &address, "now"]);
        assert_eq!(
            wrap("Ada\r\n\r\nYour account\tis closed"),
            ["Ada Your account is closed"]
        );
        assert!(wrap(" \n ").is_empty());
    }

    proptest! {
        #[test]
        fn loses_no_character(text in "[a-z ，。（）中文字\\n]{0,300}") {
            let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            prop_assert_eq!(bare(&wrap(&text).concat()), bare(&text));
        }
        #[test]
        fn no_line_is_wider_where_it_can_be_broken(text in "([a-z]{1,9} |[中文字]{1,9}){0,60}") {
            for line in wrap(&text) {
                prop_assert!(columns(&line) <= WIDTH && !line.starts_with(' ') && !line.ends_with(' '), "{:?}", line);
            }
        }
    }
}
