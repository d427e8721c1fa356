//! Which sessions were noted to be in use a moment ago, so that not every request is a write.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use crate::platform::terms::{SessionId, Timestamp};

/// How exactly it is kept when a session was used last.
pub(super) const EVERY: Duration = Duration::from_secs(10 * 60);
/// How many sessions are remembered at most. Beyond, all are forgotten: that costs one statement for each, no more.
const MOST: usize = 100_000;

/// When this process has noted a session last.
#[derive(Default)]
pub(super) struct Touched(Mutex<HashMap<SessionId, Timestamp>>);

impl Touched {
    /// Whether a session is to be noted at `now`: then it counts as noted.
    pub(super) fn is_due(&self, session: SessionId, now: Timestamp) -> bool {
        let mut noted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that has jumped back is no reason to note nothing for years.
        let fresh = |at: Timestamp| at <= now && now < at.after(EVERY);
        if noted
            .get(&session)
            .copied()
            .or_else(|| made(session))
            .is_some_and(fresh)
        {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(session, now);
        true
    }
}

/// When a session was started: its id says so (RFC 9562 §5.7).
fn made(session: SessionId) -> Option<Timestamp> {
    let (seconds, _) = session.uuid().get_timestamp()?.to_unix();
    Some(Timestamp::from_seconds(i64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::{Id, SeededRng};

    #[test]
    fn a_session_is_noted_every_ten_minutes() {
        let now = Timestamp::from_seconds(1_795_376_648);
        let [one, other]: [SessionId; 2] = [1, 2].map(|seed| Id::new(now, &SeededRng::new(seed)));
        let touched = Touched::default();
        let (second, later) = (Duration::from_secs(1), now.after(EVERY));
        assert!(!touched.is_due(one, now) && !touched.is_due(one, later.before(second)));
        assert!(touched.is_due(one, later) && touched.is_due(other, later.after(EVERY)));
        assert!(!touched.is_due(one, later.after(EVERY).before(second)));
        assert!(touched.is_due(one, later.after(EVERY)));
        // The clock has jumped back.
        assert!(touched.is_due(one, later));
    }
}
