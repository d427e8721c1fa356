//! Why somebody did something to somebody else, in their own words.

use secrecy::{ExposeSecret, SecretString};

/// Some words, kept sealed wherever they are kept.
#[derive(Debug, Clone)]
pub struct Reason(SecretString);

/// The text is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("say why in words: 8 to 2000 characters, and not one of them repeated")]
pub struct ReasonError;

impl Reason {
    /// The fewest characters.
    pub const SHORTEST: usize = 8;
    /// The most characters.
    pub const LONGEST: usize = 2000;

    /// Reads a reason as it was entered; white space around it does not belong to it. Characters are Unicode
    /// code points; those that nobody sees are not counted.
    ///
    /// # Errors
    /// Too few or too many characters, or no two different letters or digits among them.
    pub fn parse(entered: &str) -> Result<Self, ReasonError> {
        let unseen = |c: char| c.is_control() || UNSEEN.iter().any(|(from, to)| (*from..=*to).contains(&c));
        let entered = entered.trim_matches(|c: char| c.is_whitespace() || unseen(c));
        // Of several blanks in a row one is counted.
        let mut counted = 0;
        let mut blank = false;
        for c in entered.chars().filter(|c| c.is_whitespace() || !unseen(*c)) {
            let again = blank && c.is_whitespace();
            blank = c.is_whitespace();
            counted += usize::from(!again);
        }
        let mut words = entered.chars().filter(|c| c.is_alphanumeric());
        let first = words.next();
        let differ = words.any(|c| Some(c) != first);
        if counted < Self::SHORTEST || entered.chars().nth(Self::LONGEST).is_some() || !differ {
            return Err(ReasonError);
        }
        Ok(Self(entered.into()))
    }

    /// The words.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

/// What has no width: soft hyphens, marks of direction, joiners, fillers, variation selectors, tags.
const UNSEEN: [(char, char); 9] = [
    ('\u{ad}', '\u{ad}'),
    ('\u{34f}', '\u{34f}'),
    ('\u{61c}', '\u{61c}'),
    ('\u{115f}', '\u{1160}'),
    ('\u{180b}', '\u{180f}'),
    ('\u{200b}', '\u{200f}'),
    ('\u{202a}', '\u{202e}'),
    ('\u{2060}', '\u{206f}'),
    ('\u{fe00}', '\u{feff}'),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_some_words_and_not_a_report() {
        let read = |text: &str| Reason::parse(text).map(|reason| reason.expose().to_owned());
        assert_eq!(read(" the photo is cut \n").as_deref(), Ok("the photo is cut"));
        assert_eq!(read("in order").as_deref(), Ok("in order"));
        assert_eq!(read("证件照片被裁掉了").as_deref(), Ok("证件照片被裁掉了"));
        assert!(read(&"字样".repeat(1000)).is_ok());
        for refused in [
            "",
            " \n ",
            ".",
            "in turn",
            "........",
            "aaaaaaaa",
            "字字字字字字字字",
            "a.a.a.a.a",
            ". . . . . . . .",
            "--------x",
            "a       b",
            "ok\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}\u{200b}k",
            &"字样".repeat(1001),
        ] {
            assert_eq!(read(refused), Err(ReasonError), "{refused:?}");
        }
    }
}
