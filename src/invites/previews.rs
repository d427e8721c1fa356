//! What open links showed a moment ago: many look at one link at once, and the store is asked once for all of them.
//!
//! A preview is shown again for as long as nothing was written here since it was read, and [`FRESH`] at most: what
//! another replica has written is seen by then. Only links without words of their inviter are kept: nothing that is sealed in the store stays in memory.

use std::{sync::Arc, time::Duration};

use quick_cache::sync::Cache;

use super::queries::Preview;
use crate::platform::terms::Timestamp;

/// How long a preview may be shown without asking again.
const FRESH: Duration = Duration::from_millis(250);
/// How many are kept at most.
const KEPT: usize = 4096;

/// The store as a preview was read from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf {
    /// How many transactions this process had written.
    pub(super) writes: u64,
    /// When.
    pub(super) at: Timestamp,
}

struct Kept {
    as_of: AsOf,
    preview: Arc<Preview>,
}

/// The previews that are kept, by what is stored of their codes.
#[derive(Clone)]
pub struct Previews(Arc<Cache<Vec<u8>, Arc<Kept>>>);

impl Default for Previews {
    fn default() -> Self {
        Self(Arc::new(Cache::new(KEPT)))
    }
}

impl Previews {
    /// The preview of this code, where it may be shown again.
    pub(super) fn get(&self, code: &[u8], now: AsOf) -> Option<Arc<Preview>> {
        let kept = self.0.get(code)?;
        let before = kept.as_of;
        let is_fresh = before.writes == now.writes
            && before.at <= now.at
            && now.at < before.at.after(FRESH)
            && now.at < kept.preview.invite.expires_at;
        is_fresh.then(|| Arc::clone(&kept.preview))
    }

    /// Keeps a preview that was asked for at `as_of`.
    pub(super) fn keep(&self, code: Vec<u8>, as_of: AsOf, preview: Preview) -> Arc<Preview> {
        let preview = Arc::new(preview);
        if preview.invite.address.is_none() && preview.message.is_none() {
            let preview = Arc::clone(&preview);
            self.0.insert(code, Arc::new(Kept { as_of, preview }));
        }
        preview
    }
}
