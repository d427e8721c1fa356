//! Handles: what members call themselves.

use std::{fmt, ops::Deref};

use serde::{Serialize, Serializer};

/// What is wrong with a handle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a handle has 3 to 30 of the characters a-z, 0-9 and _")]
pub struct HandleError;

/// Characters of a handle, at most.
const LONGEST: usize = 30;

/// A handle in the form that is kept: lower case.
pub fn handle(entered: &str) -> Result<String, HandleError> {
    let handle = entered.trim().to_ascii_lowercase();
    let sound = handle
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if sound && (3..=LONGEST).contains(&handle.len()) {
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
