//! Buckets that are exhausted, remembered until they refill: whoever is refused again costs no write.
//!
//! Nothing is decided here that the store has not decided: what is remembered is a refusal of the store's, until the
//! moment that it named. Once a second it is looked again whether it still holds, for a count may have been given
//! back, on whatever replica; and a clock that has jumped makes what was remembered void.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use diesel::QueryResult;

use super::{
    Conn, StoreError,
    throttle::{self, Rate, Throttled},
};
use crate::platform::terms::Timestamp;

/// For so long a refusal is repeated without a look at the store.
const TRUSTED: Duration = Duration::from_secs(1);
/// As many are remembered at most, about 100 bytes each. Who finds no place is refused by the store.
const MOST: usize = 65_536;
/// A block that is counted in advance is so great a part of what may come at once.
const BLOCK: u32 = 16;
/// For so long a block can be used; and a bucket is busy that was asked twice in this time.
const BLOCK_LASTS: Duration = Duration::from_secs(1);

/// The way to the buckets in the store, with a memory in front of it: one for a process, which clones share.
#[derive(Clone)]
pub struct Throttles {
    refused: Arc<Mutex<Refused>>,
    blocks: Arc<Mutex<HashMap<Vec<u8>, Block>>>,
}

/// Attempts of a busy bucket that the store has counted already.
#[derive(Clone, Copy)]
struct Block {
    left: u32,
    since: Instant,
}

#[derive(Default)]
struct Refused {
    buckets: HashMap<Vec<u8>, Entry>,
    /// When the ones that are over were last thrown out for want of place.
    cleared: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Entry {
    since: Timestamp,
    until: Timestamp,
    /// When the store was last asked.
    asked: Instant,
}

/// What there was in a block.
enum Taken {
    All,
    /// Too few. `is_busy` where the bucket was asked a moment ago.
    None {
        is_busy: bool,
    },
}

/// What memory says of a bucket.
enum Known {
    Nothing,
    /// It was refused so short ago that it is again, for so many seconds more.
    Refused(u32),
    /// It was refused, and it is time to look again.
    Doubtful,
}

impl Throttles {
    pub(super) fn new() -> Self {
        Self {
            refused: Arc::default(),
            blocks: Arc::default(),
        }
    }

    /// Whether these are refused without a look at the store: for so many seconds.
    pub fn refuses(&self, buckets: &[Vec<u8>], now: Timestamp) -> Option<u32> {
        let seconds = buckets
            .iter()
            .filter_map(|bucket| match self.known(bucket, now, false) {
                Known::Refused(seconds) => Some(seconds),
                Known::Nothing | Known::Doubtful => None,
            });
        seconds.max()
    }

    /// Whether nobody is refused just now: then a bucket's name need not even be made.
    pub fn is_quiet(&self) -> bool {
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.buckets.is_empty()
    }

    /// Counts one attempt on `bucket`, or says how long to wait; see [`throttle::admit`].
    ///
    /// # Errors
    /// [`Throttled::Wait`] where there were too many.
    pub fn admit(&self, conn: &mut Conn, bucket: &[u8], rate: Rate, now: Timestamp) -> Result<(), Throttled> {
        let outcome = match self.known(bucket, now, true) {
            Known::Refused(seconds) => return Err(Throttled::Wait(seconds)),
            // A look costs no write.
            Known::Doubtful => throttle::look(conn, bucket, rate, now),
            Known::Nothing => Ok(()),
        };
        let outcome = outcome.and_then(|()| throttle::admit(conn, bucket, rate, now));
        match outcome {
            Err(Throttled::Wait(seconds)) => self.remember(bucket, now, seconds),
            _ => self.forget(bucket),
        }
        outcome
    }

    /// Counts so many attempts at once where all of them are admitted, and otherwise one by one: how many were, and
    /// for how many seconds the others wait.
    ///
    /// # Errors
    /// [`StoreError`]
    pub fn admit_many(
        &self,
        conn: &mut Conn,
        bucket: &[u8],
        rate: Rate,
        many: u32,
        now: Timestamp,
    ) -> Result<(u32, u32), StoreError> {
        let ahead = match self.take_of_block(bucket, many) {
            Taken::All => return Ok((many, 0)),
            Taken::None { is_busy: true } => rate.at_once() / BLOCK,
            Taken::None { is_busy: false } => 0,
        };
        for ahead in [ahead, 0].into_iter().skip(usize::from(ahead == 0)) {
            let asked = many.saturating_add(ahead);
            if asked > 1
                && let Some(together) = rate.together(asked)
                && self.refuses(&[bucket.to_owned()], now).is_none()
            {
                match throttle::admit(conn, bucket, together, now) {
                    Ok(()) => {
                        self.keep_block(bucket, ahead);
                        return Ok((many, 0));
                    }
                    Err(Throttled::Wait(_)) => {}
                    Err(Throttled::Store(error)) => return Err(error),
                }
            }
        }
        for admitted in 0..many {
            match self.admit(conn, bucket, rate, now) {
                Ok(()) => self.keep_block(bucket, 0),
                Err(Throttled::Wait(seconds)) => return Ok((admitted, seconds)),
                Err(Throttled::Store(error)) => return Err(error),
            }
        }
        Ok((many, 0))
    }

    /// Takes one counted attempt back: it was none of those that the rate is for.
    pub fn give_back(&self, conn: &mut Conn, bucket: &[u8], rate: Rate) -> QueryResult<()> {
        throttle::give_back(conn, bucket, rate)?;
        self.forget(bucket);
        Ok(())
    }

    /// Takes so many of what was counted in advance.
    fn take_of_block(&self, bucket: &[u8], many: u32) -> Taken {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        let block = blocks
            .get_mut(bucket)
            .filter(|block| block.since.elapsed() < BLOCK_LASTS);
        let Some(block) = block else {
            return Taken::None { is_busy: false };
        };
        match block.left.checked_sub(many) {
            Some(left) => {
                block.left = left;
                Taken::All
            }
            None => Taken::None { is_busy: true },
        }
    }

    /// Notes that the store was asked, and how many it has counted in advance.
    fn keep_block(&self, bucket: &[u8], left: u32) {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.len() >= MOST && !blocks.contains_key(bucket) {
            blocks.retain(|_, block| block.since.elapsed() < BLOCK_LASTS);
            if blocks.len() >= MOST {
                return;
            }
        }
        let since = Instant::now();
        blocks.insert(bucket.to_owned(), Block { left, since });
    }

    /// `looks` where whoever asks is about to look, if it is time to.
    fn known(&self, bucket: &[u8], now: Timestamp, looks: bool) -> Known {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = refused.buckets.get_mut(bucket) else {
            return Known::Nothing;
        };
        if now < entry.since || now >= entry.until {
            refused.buckets.remove(bucket);
            return Known::Nothing;
        }
        if entry.asked.elapsed() >= TRUSTED {
            if looks {
                // Whoever comes meanwhile need not look too.
                entry.asked = Instant::now();
            }
            return Known::Doubtful;
        }
        let seconds = entry.until.since(now).as_micros().div_ceil(1_000_000);
        Known::Refused(u32::try_from(seconds).unwrap_or(u32::MAX).max(1))
    }

    fn remember(&self, bucket: &[u8], now: Timestamp, seconds: u32) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if refused.buckets.len() >= MOST && !refused.buckets.contains_key(bucket) {
            if refused.cleared.is_some_and(|at| at.elapsed() < TRUSTED) {
                return;
            }
            refused.cleared = Some(Instant::now());
            refused
                .buckets
                .retain(|_, entry| now >= entry.since && now < entry.until);
            if refused.buckets.len() >= MOST {
                return;
            }
        }
        let entry = Entry {
            since: now,
            until: now.after(Duration::from_secs(u64::from(seconds))),
            asked: Instant::now(),
        };
        refused.buckets.insert(bucket.to_owned(), entry);
    }

    fn forget(&self, bucket: &[u8]) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        refused.buckets.remove(bucket);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::throttle::tests::database, *};

    const MINUTE: Duration = Duration::from_secs(60);

    fn changes(conn: &mut Conn) -> i64 {
        use diesel::{RunQueryDsl, dsl::sql, sql_types::BigInt};
        // Raw: a function of SQLite.
        let count = diesel::select(sql::<BigInt>("CAST(total_changes() AS BIGINT)"));
        match conn {
            Conn::Sqlite(conn) => count.get_result(conn).unwrap(),
            Conn::Postgres(_) => unreachable!(),
        }
    }

    #[test]
    fn an_exhausted_bucket_is_refused_without_a_write_until_it_refills() {
        let (_folder, mut conn) = database();
        let (throttles, rate) = (Throttles::new(), Rate::at_most(4, MINUTE));
        let now = Timestamp::from_seconds(1000);
        let mut ask = |now: Timestamp| (throttles.admit(&mut conn, b"a", rate, now), changes(&mut conn));
        assert!(ask(now).0.is_ok() && ask(now).0.is_ok());
        let (refused, before) = ask(now);
        assert!(matches!(refused, Err(Throttled::Wait(30))), "{refused:?}");
        for second in [0, 1, 10, 29] {
            let now = now.after(Duration::from_secs(second));
            let (refused, after) = ask(now);
            let left = u32::try_from(30 - second).unwrap();
            assert!(
                matches!(refused, Err(Throttled::Wait(wait)) if wait == left),
                "{second}: {refused:?}"
            );
            assert_eq!(throttles.refuses(&[b"b".to_vec(), b"a".to_vec()], now), Some(left));
            assert_eq!(before, after, "a refusal was written");
        }
        assert!(ask(now.after(Duration::from_secs(30))).0.is_ok());
        assert!(ask(now.after(Duration::from_secs(30))).0.is_err());
    }

    #[test]
    fn many_at_once_count_as_many() {
        let (_folder, mut conn) = database();
        let throttles = Throttles::new();
        let (rate, now) = (Rate::at_most(20, MINUTE), Timestamp::from_seconds(1000));
        let mut ask = |many| throttles.admit_many(&mut conn, b"a", rate, many, now).unwrap();
        assert_eq!(ask(3), (3, 0));
        assert_eq!(ask(4), (4, 0));
        // Ten may come at once, and a block of them is none: three are left.
        assert_eq!(ask(5), (3, 6));
        assert_eq!(ask(2), (0, 6));
        let later = now.after(Duration::from_secs(60));
        assert_eq!(throttles.admit_many(&mut conn, b"a", rate, 30, later).unwrap(), (10, 6));
    }

    #[test]
    fn a_busy_bucket_is_counted_in_blocks_and_never_admits_more() {
        let (_folder, mut conn) = database();
        let [here, elsewhere] = [(); 2].map(|()| Throttles::new());
        // 320 may come at once, 20 of them in a block.
        let (rate, now) = (
            Rate::at_most(640, Duration::from_secs(3600)),
            Timestamp::from_seconds(1000),
        );
        let mut ask = |throttles: &Throttles| throttles.admit_many(&mut conn, b"a", rate, 1, now).unwrap().0;
        assert_eq!(ask(&here), 1);
        assert_eq!(ask(&here), 1);
        let (before, mut admitted) = (
            here.blocks
                .lock()
                .unwrap()
                .values()
                .map(|block| block.left)
                .sum::<u32>(),
            2,
        );
        assert_eq!(before, 20, "the second attempt in a second counts a block in advance");
        for _ in 0..600 {
            admitted += ask(&here) + ask(&elsewhere);
        }
        assert!((280..=320).contains(&admitted), "{admitted}");
        // What was counted and not used is lost.
        std::thread::sleep(BLOCK_LASTS);
        assert_eq!(ask(&here), 0);
    }

    #[test]
    fn a_busy_bucket_costs_few_writes() {
        let (_folder, mut conn) = database();
        let throttles = Throttles::new();
        let (rate, now) = (
            Rate::at_most(6400, Duration::from_secs(3600)),
            Timestamp::from_seconds(1000),
        );
        let before = changes(&mut conn);
        for _ in 0..1000 {
            assert_eq!(throttles.admit_many(&mut conn, b"a", rate, 1, now).unwrap(), (1, 0));
        }
        let writes = changes(&mut conn) - before;
        assert!(writes <= 12, "{writes}");
    }

    #[test]
    fn what_was_given_back_is_free_at_once_here_and_soon_elsewhere() {
        let (_folder, mut conn) = database();
        let [here, elsewhere] = [(); 2].map(|()| Throttles::new());
        let (rate, now) = (Rate::at_most(2, MINUTE), Timestamp::from_seconds(1000));
        here.admit(&mut conn, b"a", rate, now).unwrap();
        assert!(here.admit(&mut conn, b"a", rate, now).is_err());
        assert!(elsewhere.admit(&mut conn, b"a", rate, now).is_err());
        here.give_back(&mut conn, b"a", rate).unwrap();
        assert_eq!(here.refuses(&[b"a".to_vec()], now), None);
        assert!(elsewhere.refuses(&[b"a".to_vec()], now).is_some());
        std::thread::sleep(TRUSTED);
        assert_eq!(
            elsewhere.refuses(&[b"a".to_vec()], now),
            None,
            "it is time to look again"
        );
        std::thread::sleep(TRUSTED);
        elsewhere.admit(&mut conn, b"a", rate, now).unwrap();
    }

    #[test]
    fn a_clock_that_jumps_makes_memory_void() {
        let (_folder, mut conn) = database();
        let (throttles, rate) = (Throttles::new(), Rate::at_most(2, MINUTE));
        let now = Timestamp::from_seconds(1_000_000);
        throttles.admit(&mut conn, b"a", rate, now).unwrap();
        assert!(throttles.admit(&mut conn, b"a", rate, now).is_err());
        // Back by a day: what the store says of it then counts, and it says that the bucket is fresh.
        let before = now.before(Duration::from_secs(86_400));
        assert_eq!(throttles.refuses(&[b"a".to_vec()], before), None);
        throttles.admit(&mut conn, b"a", rate, before).unwrap();
        // And forward again.
        let later = now.after(Duration::from_secs(86_400));
        throttles.admit(&mut conn, b"a", rate, later).unwrap();
    }

    #[test]
    fn memory_has_an_end() {
        let throttles = Throttles::new();
        let now = Timestamp::from_seconds(1000);
        for n in 0..MOST + 1000 {
            throttles.remember(&n.to_be_bytes(), now, 60);
        }
        assert_eq!(throttles.refused.lock().unwrap().buckets.len(), MOST);
        std::thread::sleep(TRUSTED);
        throttles.remember(b"late", now.after(Duration::from_secs(61)), 60);
        assert_eq!(
            throttles.refused.lock().unwrap().buckets.len(),
            1,
            "those that were over made place"
        );
    }
}
