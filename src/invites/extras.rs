//! What an invite may have besides whom it goes to.

use std::{fmt, str::FromStr};

use super::Message;
use crate::platform::terms::{Role, Timestamp};

/// What an invite may have besides whom it goes to. Most have nothing of it.
#[derive(Debug, Clone, Default)]
pub struct Extras {
    /// The inviter's words to whoever comes.
    pub message: Option<Message>,
    /// Before it nobody comes in by the invite.
    pub opens_at: Option<Timestamp>,
    /// What it is counted under.
    pub campaign: Option<Label>,
    /// What is noted of whoever comes.
    pub group: Option<Label>,
    /// The id of the room that they come for.
    pub room: Option<String>,
    /// What they become; a member where nothing is said.
    pub role: Option<Role>,
}

/// A short word that admins sort by: 1 to [`Label::MOST`] of `a-z 0-9 - _`, which begins with a letter or a digit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label(String);

/// Why a text is no label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("Use 1 to 40 of a-z, 0-9, - and _; begin with a letter or a digit.")]
pub struct NoLabel;

impl Label {
    /// The longest, in characters.
    pub const MOST: usize = 40;

    /// The label as a text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// One that stands in the store: it was checked when it was written.
    pub(super) const fn stored(text: String) -> Self {
        Self(text)
    }
}

impl FromStr for Label {
    type Err = NoLabel;

    fn from_str(text: &str) -> Result<Self, NoLabel> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let sound = (1..=Self::MOST).contains(&text.len())
            && text.bytes().all(|byte| plain(byte) || matches!(byte, b'-' | b'_'))
            && text.bytes().next().is_some_and(plain);
        sound.then(|| Self(text.to_owned())).ok_or(NoLabel)
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_plain_word() {
        for label in ["a", "spring-2027", "9_lives", &"x".repeat(40)] {
            assert_eq!(label.parse::<Label>().unwrap().as_str(), label);
        }
        for bad in [
            "",
            "-a",
            "_a",
            "A",
            "a b",
            "ä",
            "a.b",
            "a/b",
            "=1",
            "a\n",
            &"x".repeat(41),
        ] {
            assert_eq!(bad.parse::<Label>(), Err(NoLabel), "{bad}");
        }
    }
}
