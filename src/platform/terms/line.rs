//! One line of text that a person wrote, and how it stands within a text of ours.

use std::{borrow::Cow, fmt};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// FIRST STRONG ISOLATE and POP DIRECTIONAL ISOLATE (UAX #9 §2.4).
const FSI: char = '\u{2068}';
const PDI: char = '\u{2069}';
/// POP DIRECTIONAL FORMATTING (UAX #9 §2.3).
const PDF: char = '\u{202c}';

/// One line, 1 to 100 characters, of which at least one can be seen: a community's name, a sender's.
///
/// Marks of direction are kept, for whoever writes Arabic or Hebrew needs them; those without a partner
/// are dropped or given one, so that they reach no further than the line itself. [`Line::isolated`] is
/// the form that stands within a text of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

/// Why a text is no such line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing that can be seen, or more than 100 characters.
    #[error("has 1 to 100 characters, of which one can be seen")]
    Length,
    /// A control character: a line break above all.
    #[error("has no control characters")]
    Control,
}

impl Line {
    /// The longest line, in characters.
    pub const MOST: usize = 100;

    /// Takes a line; spaces around it are dropped, and Unicode's own line ends become spaces.
    ///
    /// # Errors
    /// [`LineError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, LineError> {
        if text.chars().any(char::is_control) {
            return Err(LineError::Control);
        }
        if text.chars().count() > Self::MOST || !text.chars().any(is_visible) {
            return Err(LineError::Length);
        }
        let text = text.replace(['\u{2028}', '\u{2029}'], " ");
        Ok(Self(balanced(text.trim()).into_owned()))
    }

    /// The line by itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The line as it stands within a text of ours.
    pub fn isolated(&self) -> Cow<'_, str> {
        isolated(&self.0)
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}
impl<'de> Deserialize<'de> for Line {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}
impl schemars::JsonSchema for Line {
    fn schema_name() -> Cow<'static, str> {
        "line".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}
impl utoipa::PartialSchema for Line {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
impl utoipa::ToSchema for Line {
    fn name() -> Cow<'static, str> {
        "line".into()
    }
}

/// Whether somebody who reads sees anything where the character stands: neither white space nor one of the
/// marks that only say how others are shown (Unicode's `Default_Ignorable_Code_Point`, as far as it is given
/// out).
fn is_visible(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character can turn others around: a mark of direction, or one that is written from right to left
/// (the blocks that Unicode keeps for such scripts).
const fn turns(character: char) -> bool {
    matches!(character,
        '\u{590}'..='\u{8ff}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{206f}'
        | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// `text` as it stands within a text of ours: whatever its direction and its marks, it does not move what stands
/// around it. A text that turns nothing around stays as it is.
pub fn isolated(text: &str) -> Cow<'_, str> {
    if !text.chars().any(turns) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(format!("{FSI}{}{PDI}", balanced(text)))
}

/// `text` with a partner for each of its marks of direction: what would close something that stands before the text
/// is dropped, what is left open is closed at its end.
pub fn balanced(text: &str) -> Cow<'_, str> {
    if !text
        .chars()
        .any(|character| matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len() + 8);
    // What closes each of those that are open.
    let mut open: Vec<char> = Vec::new();
    for character in text.chars() {
        match character {
            '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' => open.push(PDF),
            '\u{2066}'..='\u{2068}' => open.push(PDI),
            PDF if open.last() == Some(&PDF) => {
                open.pop();
            }
            PDI if open.contains(&PDI) => {
                // It closes the embeddings within it too.
                while open.last() == Some(&PDF) {
                    kept.push(PDF);
                    open.pop();
                }
                open.pop();
            }
            PDF | PDI => continue,
            _ => {}
        }
        kept.push(character);
    }
    kept.extend(open.iter().rev());
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_in_any_script_is_a_line() {
        for (text, kept) in [
            ("Analytical Society", "Analytical Society"),
            ("  分析学会 ", "分析学会"),
            ("\u{202b}مجتمع\u{202c}", "\u{202b}مجتمع\u{202c}"),
            ("a\u{2028}b", "a b"),
            // Left open, and closed without having been opened.
            ("\u{202e}abc", "\u{202e}abc\u{202c}"),
            ("abc\u{2069}\u{202c}", "abc"),
            (
                "\u{2067}a\u{202e}b\u{2069}c\u{202c}",
                "\u{2067}a\u{202e}b\u{202c}\u{2069}c",
            ),
        ] {
            assert_eq!(Line::parse(text).unwrap().as_str(), kept, "{text:?}");
        }
        for (text, error) in [
            ("", LineError::Length),
            (" \u{2029}", LineError::Length),
            ("\u{202b}\u{200b}\u{202c}", LineError::Length),
            ("a\r\nBcc: b@example.org", LineError::Control),
            ("a\n", LineError::Control),
            ("a\0", LineError::Control),
            ("a\u{85}b", LineError::Control),
        ] {
            assert_eq!(Line::parse(text).err(), Some(error), "{text:?}");
        }
        assert!(Line::parse(&"界".repeat(100)).is_ok());
        assert_eq!(Line::parse(&"界".repeat(101)).err(), Some(LineError::Length));
    }

    #[test]
    fn only_what_turns_something_around_is_isolated() {
        assert_eq!(isolated("Analytical Society 分析学会"), "Analytical Society 分析学会");
        assert_eq!(isolated("مجتمع"), "\u{2068}مجتمع\u{2069}");
        assert_eq!(isolated("\u{202e}abc"), "\u{2068}\u{202e}abc\u{202c}\u{2069}");
        // It cannot close the isolate that it stands in.
        assert_eq!(isolated("a\u{2069}\u{202e}b"), "\u{2068}a\u{202e}b\u{202c}\u{2069}");
    }

    /// How many are open at each place; never fewer than none, and none at the end.
    fn depths(text: &str) -> Vec<i32> {
        let mut depth = 0;
        let mut all = Vec::new();
        for character in text.chars() {
            depth += match character {
                '\u{202a}' | '\u{202b}' | '\u{202d}' | '\u{202e}' | '\u{2066}'..='\u{2068}' => 1,
                PDF | PDI => -1,
                _ => 0,
            };
            all.push(depth);
        }
        all
    }

    proptest! {
        #[test]
        fn whatever_is_written_closes_what_it_opens_and_nothing_else(text in "[a \u{202a}-\u{202e}\u{2066}-\u{2069}م]{0,40}") {
            let whole = isolated(&text);
            let depths = depths(&whole);
            prop_assert!(depths.iter().all(|&depth| depth >= 0), "{:?}", whole);
            prop_assert_eq!(depths.last().copied().unwrap_or(0), 0);
            // Within the isolate nothing reaches its end before the end.
            if let Some((_, inner)) = depths.split_last() {
                prop_assert!(!whole.starts_with(FSI) || inner.iter().all(|&depth| depth >= 1), "{:?}", whole);
            }
            let once = balanced(&text);
            prop_assert_eq!(balanced(&once), once.clone());
        }
        #[test]
        fn what_is_a_line_stays_the_same_line(text in "\\PC{0,40}") {
            if let Ok(line) = Line::parse(&text) {
                let again = Line::parse(line.as_str());
                prop_assert!(line.as_str().chars().count() > Line::MOST || again == Ok(line));
            }
        }
    }
}
