//! Handles: what members call themselves.

use std::{fmt, ops::Deref};

use serde::{Serialize, Serializer};

use crate::platform::terms::typed;

/// What is wrong with a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a handle has 3 to 30 of the characters a-z, 0-9 and _")]
pub struct HandleError;

/// Characters of a handle, at most.
const LONGEST: usize = 30;

/// A handle in the form that is kept: lower case, without what cannot be seen and what stands around it.
pub fn handle(entered: &str) -> Result<String, HandleError> {
    folded(entered, 3)
}

/// The beginning of a handle, for a search: folded as handles are.
pub fn handle_prefix(entered: &str) -> Result<String, HandleError> {
    folded(entered, 1)
}

fn folded(entered: &str, shortest: usize) -> Result<String, HandleError> {
    let handle = typed::plain(entered).to_ascii_lowercase();
    let sound = handle
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if sound && (shortest..=LONGEST).contains(&handle.len()) {
        Ok(handle)
    } else {
        Err(HandleError)
    }
}

/// A handle as it is kept, in place: answers about many people are full of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    length: u8,
    bytes: [u8; LONGEST],
}

impl Handle {
    /// None of what no member has: see [`handle`].
    pub(super) fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; LONGEST];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).ok()?;
        Some(Self { length, bytes })
    }

    /// The same of single letters.
    pub(super) fn from_bytes(letters: impl Iterator<Item = u8>) -> Option<Self> {
        let (mut length, mut bytes) = (0, [0; LONGEST]);
        for letter in letters {
            *bytes.get_mut(usize::from(length))? = letter;
            length += 1;
        }
        Some(Self { length, bytes })
    }
}

impl Deref for Handle {
    type Target = str;

    fn deref(&self) -> &str {
        str::from_utf8(&self.bytes[..usize::from(self.length)]).unwrap_or_default()
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl Serialize for Handle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_handle_is_read_as_people_type_it() {
        for entered in [
            "wei_2",
            " Wei_2\u{A0}",
            "@wei_2",
            "ＷＥＩ＿２",
            "\u{200B}wei\u{200D}_2\u{FEFF}.",
            "\u{201C}wei_2\u{201D}",
        ] {
            assert_eq!(handle(entered).as_deref(), Ok("wei_2"), "{entered:?}");
        }
        for entered in ["", "we", "we i", "we-i", "вei", "wëi", "伟伟伟", &"a".repeat(31)] {
            assert_eq!(handle(entered), Err(HandleError), "{entered:?}");
        }
    }

    #[test]
    fn the_beginning_of_a_handle_is_folded_alike() {
        for (entered, kept) in [("W", "w"), ("@Wei_", "wei_"), ("ＷＥ", "we"), (" _ ", "_")] {
            assert_eq!(handle_prefix(entered).as_deref(), Ok(kept), "{entered:?}");
        }
        for entered in ["", " ", "%", "w%e", "é", &"a".repeat(31)] {
            assert_eq!(handle_prefix(entered), Err(HandleError), "{entered:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(entered in "\\PC{0,12}", typed in "[ a-dA-D0-9_@.ａ－ｚ\u{200B}]{0,12}") {
            for text in [entered, typed] {
                if let Ok(first) = handle(&text) {
                    prop_assert_eq!(handle(&first), Ok(first.clone()));
                }
            }
        }
    }
}
