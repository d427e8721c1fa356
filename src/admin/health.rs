//! How this replica does: what an operator asks, and a sample each minute for a day, in memory, for plots without another
//! service.

use std::{
    collections::VecDeque,
    fs,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use super::Stream;
use crate::{
    notify::{self, Backlog, Channel},
    platform::{
        ledger::{Ledger, ReadModel},
        store::{Conn, StoreError},
        terms::Timestamp,
    },
};

/// How far apart samples are, and how many are kept: a day.
const EVERY: Duration = Duration::from_secs(60);
/// See [`EVERY`].
pub const KEPT: usize = 24 * 60;

/// What requests came to between two samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Served {
    /// How many were answered.
    pub requests: u64,
    /// How many of them by 5xx.
    pub failed: u64,
    /// How long half of them took at most, in milliseconds; none where there were none.
    pub p50_ms: Option<f64>,
    /// How long 99 of 100 took at most.
    pub p99_ms: Option<f64>,
}

/// How this replica did for a minute.
#[derive(Debug, Clone, PartialEq, serde::Serialize, utoipa::ToSchema)]
pub struct HealthSample {
    /// When the minute ended.
    pub at: Timestamp,
    /// Requests answered in a second, on average.
    pub requests_per_second: f64,
    /// The share of them that was answered by 5xx, 0 to 1.
    pub failed_share: f64,
    /// Milliseconds that half of the requests took at most, to a fifth; null where there were none.
    pub p50_ms: Option<f64>,
    /// Milliseconds that 99 of 100 requests took at most, to a fifth.
    pub p99_ms: Option<f64>,
    /// How many events memory is behind the feed.
    pub feed_behind: i64,
    /// Letters and text messages that wait; null where the database did not answer.
    pub letters_waiting: Option<i64>,
    /// Event streams that are open.
    pub streams: u64,
    /// Bytes of memory that the process has; null where the system does not say.
    pub resident_bytes: Option<u64>,
}

/// The samples of a day.
#[derive(Default)]
pub struct History(Mutex<VecDeque<HealthSample>>);

impl History {
    /// The newest samples, as many minutes as are asked for, the oldest first.
    pub fn last(&self, minutes: usize) -> Vec<HealthSample> {
        let samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let skipped = samples.len().saturating_sub(minutes);
        samples.iter().skip(skipped).cloned().collect()
    }

    /// Keeps one more, and as many as a day has.
    pub fn keep(&self, sample: HealthSample) {
        let mut samples = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if samples.len() == KEPT {
            samples.pop_front();
        }
        samples.push_back(sample);
    }

    /// Takes a sample each minute until the task is dropped. `served` says what requests came to since it was asked last.
    pub async fn run(
        self: Arc<Self>,
        ledger: Ledger,
        read_model: ReadModel,
        stream: Arc<Stream>,
        mut served: impl FnMut() -> Served + Send,
    ) {
        loop {
            tokio::time::sleep(EVERY).await;
            let served = served();
            let waiting = tokio::time::timeout(Duration::from_secs(5), ledger.store().read(backlogs)).await;
            let waiting = waiting.ok().and_then(Result::ok);
            self.keep(HealthSample {
                at: ledger.now(),
                requests_per_second: served.requests as f64 / EVERY.as_secs_f64(),
                failed_share: match served.requests {
                    0 => 0.0,
                    requests => served.failed as f64 / requests as f64,
                },
                p50_ms: served.p50_ms,
                p99_ms: served.p99_ms,
                feed_behind: feed_behind(&ledger, &read_model),
                letters_waiting: waiting.map(|(letters, texts)| letters.waiting + texts.waiting),
                streams: stream.listeners() as u64,
                resident_bytes: resident_bytes(),
            });
        }
    }
}

/// Letters and text messages that are not delivered.
///
/// # Errors
/// [`StoreError`]
pub fn backlogs(conn: &mut Conn) -> Result<(Backlog, Backlog), StoreError> {
    Ok((
        notify::backlog(conn, Channel::Mail)?,
        notify::backlog(conn, Channel::Text)?,
    ))
}

/// How many events memory is behind the feed.
pub fn feed_behind(ledger: &Ledger, read_model: &ReadModel) -> i64 {
    let head = ledger.head().borrow().pos;
    (head - read_model.applied().pos).max(0)
}

/// Bytes of memory that the process has, as Linux tells it.
pub fn resident_bytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_samples_are_kept_as_a_day_has() {
        let history = History::default();
        let sample = |second| HealthSample {
            at: Timestamp::from_seconds(second),
            requests_per_second: 0.0,
            failed_share: 0.0,
            p50_ms: None,
            p99_ms: None,
            feed_behind: 0,
            letters_waiting: None,
            streams: 0,
            resident_bytes: None,
        };
        for second in 0..KEPT as i64 + 10 {
            history.keep(sample(second));
        }
        let all = history.last(KEPT + 1);
        assert_eq!((all.len(), all[0].at.seconds()), (KEPT, 10));
        let last = history.last(2);
        let last: Vec<_> = last.iter().map(|sample| sample.at.seconds()).collect();
        assert_eq!(last, [KEPT as i64 + 8, KEPT as i64 + 9]);
        assert_eq!(history.last(0), []);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_system_says_how_much_memory_there_is() {
        assert!(resident_bytes().is_some_and(|bytes| bytes > 1 << 20));
    }
}
