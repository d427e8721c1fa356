//! Requests counted and timed, by operation and class of status: few series, whatever is asked.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use actix_web::http::StatusCode;
use metrics::{Histogram, histogram};

use super::rights;
use crate::platform::terms::metrics::REQUEST_SECONDS;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// One handle for each operation and class, looked up once: the recorder's registry is not on the
/// path of a request. Made after the recorder is installed.
pub(super) struct Meters {
    cells: Vec<[OnceLock<Histogram>; 5]>,
    tally: Arc<Tally>,
}

/// How many buckets a doubling of time has, and how many there are: up to a minute.
const PARTS: u32 = 4;
const BUCKETS: usize = 26 * PARTS as usize;

/// Requests since the start: how many took how long, and how many failed. For the figures of a minute, which are what came
/// between two looks.
#[derive(Debug)]
pub struct Tally {
    taken: [AtomicU64; BUCKETS],
    failed: AtomicU64,
}

/// What was counted up to a moment.
#[derive(Debug, Clone)]
pub struct Counted {
    taken: Vec<u64>,
    failed: u64,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            taken: [const { AtomicU64::new(0) }; BUCKETS],
            failed: AtomicU64::new(0),
        }
    }
}

impl Tally {
    fn record(&self, status: StatusCode, taken: Duration) {
        let micros = u64::try_from(taken.as_micros()).unwrap_or(u64::MAX).max(1);
        // The doubling, and the quarter of it.
        let doubling = micros.ilog2();
        let part = (micros << PARTS.ilog2() >> doubling) & u64::from(PARTS - 1);
        let bucket = (doubling * PARTS) as usize + part as usize;
        self.taken[bucket.min(BUCKETS - 1)].fetch_add(1, Ordering::Relaxed);
        if status.is_server_error() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was counted so far.
    pub fn counted(&self) -> Counted {
        Counted {
            taken: self.taken.iter().map(|count| count.load(Ordering::Relaxed)).collect(),
            failed: self.failed.load(Ordering::Relaxed),
        }
    }
}

impl Counted {
    /// How many requests came since `before`.
    pub fn requests_since(&self, before: &Self) -> u64 {
        self.since(before).map(|(_, count)| count).sum()
    }

    /// How many of them failed.
    pub const fn failed_since(&self, before: &Self) -> u64 {
        self.failed.saturating_sub(before.failed)
    }

    /// How many milliseconds this share of them took at most; none where there were none.
    pub fn quantile_since(&self, before: &Self, share: f64) -> Option<f64> {
        let all = self.requests_since(before);
        let wanted = ((all as f64 * share).ceil() as u64).clamp(1, all.max(1));
        let mut seen = 0;
        self.since(before).find_map(|(bucket, count)| {
            seen += count;
            (count > 0 && seen >= wanted).then(|| {
                let (doubling, part) = (bucket as u32 / PARTS, bucket as u32 % PARTS);
                let end = f64::from(2_u32.pow(doubling)) * (1.0 + f64::from(part + 1) / f64::from(PARTS));
                end / 1000.0
            })
        })
    }

    fn since(&self, before: &Self) -> impl Iterator<Item = (usize, u64)> {
        let both = self.taken.iter().zip(&before.taken).enumerate();
        both.map(|(bucket, (now, then))| (bucket, now.saturating_sub(*then)))
    }
}

impl Meters {
    pub(super) fn new() -> Self {
        // The last row is for paths that lead nowhere.
        Self {
            cells: (0..=rights::count()).map(|_| Default::default()).collect(),
            tally: Arc::default(),
        }
    }

    pub(super) fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    pub(super) fn record(&self, place: Option<usize>, status: StatusCode, taken: Duration) {
        self.tally.record(status, taken);
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        let cell = self
            .cells
            .get(place.unwrap_or_else(rights::count))
            .map(|row| &row[class]);
        if let Some(cell) = cell {
            cell.get_or_init(|| {
                let operation = place.map_or("none", |place| rights::place(place).id);
                histogram!(REQUEST_SECONDS, "operation" => operation, "status" => CLASSES[class])
            })
            .record(taken.as_secs_f64());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_between_two_looks_is_told_by_shares() {
        let tally = Tally::default();
        let ok = StatusCode::OK;
        tally.record(ok, Duration::from_secs(3));
        let before = tally.counted();
        assert_eq!(before.quantile_since(&before, 0.5), None);
        for millis in 1..=98 {
            tally.record(ok, Duration::from_millis(millis));
        }
        tally.record(StatusCode::BAD_GATEWAY, Duration::from_secs(1));
        tally.record(StatusCode::NOT_FOUND, Duration::from_secs(3600));
        let now = tally.counted();
        assert_eq!((now.requests_since(&before), now.failed_since(&before)), (100, 1));
        let within = |share: f64, exact: f64| {
            let told = now.quantile_since(&before, share).unwrap();
            assert!(
                told >= exact * 0.99 && told <= exact * 1.26,
                "{share}: {told} for {exact}"
            );
        };
        within(0.5, 50.0);
        within(0.98, 98.0);
        within(0.99, 1000.0);
        // Whatever takes no time, and whatever takes longest, has a bucket.
        tally.record(ok, Duration::ZERO);
        assert_eq!(tally.counted().requests_since(&now), 1);
    }
}
