//! A request's id: in the log, in X-Request-Id and in every problem.

use std::{
    fmt::{self, Write as _},
    sync::atomic::{AtomicU64, Ordering},
};

use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};

use crate::platform::terms::Rng;

/// The header that carries it, in and out.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

const LONGEST: usize = 64;

/// 1 to 64 characters of `[0-9A-Za-z._-]`, kept in place.
#[derive(Clone, Copy)]
pub(super) struct RequestId {
    bytes: [u8; LONGEST],
    length: usize,
}

impl RequestId {
    fn read(text: &[u8]) -> Option<Self> {
        let sound = (1..=LONGEST).contains(&text.len())
            && text
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(byte));
        let mut id = Self {
            bytes: [0; LONGEST],
            length: text.len(),
        };
        id.bytes.get_mut(..text.len()).filter(|_| sound)?.copy_from_slice(text);
        Some(id)
    }
    pub(super) fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
    pub(super) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&self.bytes[..self.length]).ok()
    }
}

impl fmt::Write for RequestId {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes
            .get_mut(self.length..end)
            .ok_or(fmt::Error)?
            .copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}

/// Makes ids that no other process makes: a random start, then a count. Nothing relies on them
/// being hard to guess.
pub(super) struct RequestIds {
    start: u64,
    count: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(rng: &dyn Rng) -> Self {
        let mut start = [0; 8];
        rng.fill(&mut start);
        Self {
            start: u64::from_le_bytes(start),
            count: AtomicU64::new(1),
        }
    }

    /// The id that the client or a proxy gave, where it is well-formed; else a new one.
    pub(super) fn of(&self, headers: &HeaderMap) -> RequestId {
        headers
            .get(HEADER)
            .and_then(|given| RequestId::read(given.as_bytes()))
            .unwrap_or_else(|| {
                let mut id = RequestId {
                    bytes: [0; LONGEST],
                    length: 0,
                };
                let count = self.count.fetch_add(1, Ordering::Relaxed);
                // At most 33 characters: there is always room.
                let _ = write!(id, "{:016x}-{count:x}", self.start);
                id
            })
    }
}
