//! How fast somebody may try, counted in the store so that replicas add up.
//!
//! The generic cell rate algorithm (ITU-T I.371, annex A, virtual scheduling): of each bucket only
//! the *theoretical arrival time* is kept, the moment at which everything admitted so far has been
//! worked off. A bucket is named by a keyed hash; no address stands in the table.

use std::time::Duration;

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, RunQueryDsl, delete};

use super::{CommandError, Conn, Disposition, StoreError, fixed, from_query, schema::throttles};
use crate::platform::terms::Timestamp;

/// At most so many in so long, in *any* stretch of that length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds that one attempt takes to be worked off.
    interval: i64,
    /// Attempts that may come at once.
    burst: i64,
}

/// Why an attempt was not admitted.
#[derive(Debug, thiserror::Error)]
pub enum Throttled {
    /// Too many before it; another one is admitted after so many seconds, at least 1.
    #[error("too many attempts; the next one is admitted in {0} s")]
    Wait(u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(Throttled);

impl CommandError for Throttled {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Wait(_) => Disposition::RollBack,
            Self::Store(error) => error.disposition(),
        }
    }
}

impl Rate {
    /// At most `count` (1 or more) in `period`: half of them may come at once, the others are spread
    /// over the period, so that no stretch of that length ever holds more than `count`.
    pub fn at_most(count: u32, period: Duration) -> Self {
        let count = i64::from(count.max(1));
        let burst = (count + 1) / 2;
        let period = i64::try_from(period.as_micros()).unwrap_or(i64::MAX / 8);
        let interval = (period / (count - burst).max(1)).max(1);
        Self { interval, burst }
    }

    /// `count` (1 or more) at once, and from then on one more for each `count`-th part of `period`: for what people
    /// do all at once on a good day. A stretch of that length holds twice as many at most.
    pub fn burst(count: u32, period: Duration) -> Self {
        let burst = i64::from(count.max(1));
        let period = i64::try_from(period.as_micros()).unwrap_or(i64::MAX / 8);
        let interval = (period / burst).max(1);
        Self { interval, burst }
    }

    /// One that nobody is too fast for: of a history that is replayed.
    pub const fn open() -> Self {
        Self {
            interval: 1,
            burst: 1_000_000_000,
        }
    }

    /// The same for a network that holds so many: as often as this, and as many at once for each of them.
    #[must_use]
    pub fn times(self, many: u32) -> Self {
        let many = i64::from(many.max(1));
        Self {
            interval: (self.interval / many).max(1),
            burst: self.burst.saturating_mul(many),
        }
    }

    /// How many may come at once.
    pub(super) fn at_once(self) -> u32 {
        u32::try_from(self.burst).unwrap_or(u32::MAX)
    }

    /// As one attempt what so many at once are; none where they are more than may come at once.
    pub(super) fn together(self, many: u32) -> Option<Self> {
        let many = i64::from(many.max(1));
        (many <= self.burst).then(|| Self {
            interval: self.interval.saturating_mul(many),
            burst: self.burst / many,
        })
    }

    /// An arrival time beyond this is further ahead than this rate could have left it, twice over
    /// for clocks that disagree: a clock has jumped back since, and the bucket starts afresh.
    fn absurd(self, now: i64) -> i64 {
        now.saturating_add(self.interval.saturating_mul(self.burst).saturating_mul(2))
    }

    /// The latest arrival time that still admits an attempt.
    fn latest(self, now: i64) -> i64 {
        now.saturating_add(self.interval.saturating_mul(self.burst - 1))
    }

    /// The rule: the bucket's next arrival time, or how many microseconds to wait.
    /// [`admit`]'s statement repeats it; a test holds the two together.
    fn decide(self, arrival: Option<i64>, now: i64) -> Result<i64, i64> {
        match arrival {
            Some(arrival) if arrival > self.latest(now) && arrival <= self.absurd(now) => {
                Err(arrival - self.latest(now))
            }
            Some(arrival) if arrival > now && arrival <= self.absurd(now) => Ok(arrival + self.interval),
            _ => Ok(now + self.interval),
        }
    }
}

/// Counts one attempt on `bucket`, in one statement, or says how long to wait. Commit it whatever
/// becomes of the attempt: a count that is rolled back with a refusal counts nothing.
///
/// # Errors
/// [`Throttled::Wait`] where there were too many.
pub fn admit(conn: &mut Conn, bucket: &[u8], rate: Rate, now: Timestamp) -> Result<(), Throttled> {
    let time = now.micros();
    // Raw: ON CONFLICT with a WHERE of its own.
    let counted = fixed(|| {
        "INSERT INTO throttles (bucket, arrival) VALUES (?, ?) \
         ON CONFLICT (bucket) DO UPDATE SET arrival = ? + CASE \
         WHEN throttles.arrival > ? AND throttles.arrival <= ? THEN throttles.arrival ELSE ? END \
         WHERE throttles.arrival <= ? OR throttles.arrival > ?"
    })
    .bind(bucket)
    .bind(time.saturating_add(rate.interval))
    .bind(rate.interval)
    .bind(time)
    .bind(rate.absurd(time))
    .bind(time)
    .bind(rate.latest(time))
    .bind(rate.absurd(time))
    .execute(conn)?;
    if counted == 1 {
        return Ok(());
    }
    let wait = rate.decide(arrival(conn, bucket)?, time).err().unwrap_or(0);
    Err(waiting(wait))
}

/// Whether an attempt would be admitted; nothing is counted.
///
/// # Errors
/// [`Throttled::Wait`] where there were too many.
pub(super) fn look(conn: &mut Conn, bucket: &[u8], rate: Rate, now: Timestamp) -> Result<(), Throttled> {
    match rate.decide(arrival(conn, bucket)?, now.micros()) {
        Ok(_) => Ok(()),
        Err(wait) => Err(waiting(wait)),
    }
}

fn waiting(micros: i64) -> Throttled {
    let seconds = u64::try_from(micros).unwrap_or(0).div_ceil(1_000_000).max(1);
    Throttled::Wait(u32::try_from(seconds).unwrap_or(u32::MAX))
}

/// Takes one counted attempt back: it was none of those that the rate is for.
pub fn give_back(conn: &mut Conn, bucket: &[u8], rate: Rate) -> QueryResult<()> {
    diesel::update(throttles::table.find(bucket))
        .set(throttles::arrival.eq(throttles::arrival - rate.interval))
        .execute(conn)
        .map(|_| ())
}

/// Writes one row that means nothing: whether writes are taken. It is swept with the others.
pub fn touch(conn: &mut Conn, now: Timestamp) -> QueryResult<()> {
    arrive(conn, b"readiness", now.micros())
}

/// Forgets every bucket in which nothing is left to be worked off; how many there were.
pub fn sweep(conn: &mut Conn, now: Timestamp) -> QueryResult<usize> {
    delete(throttles::table.filter(throttles::arrival.lt(now.micros()))).execute(conn)
}

/// Writes an arrival time, whatever was there.
fn arrive(conn: &mut Conn, bucket: &[u8], arrival: i64) -> QueryResult<()> {
    // Raw: diesel's `on_conflict` does not fit both backends at once.
    fixed(|| {
        "INSERT INTO throttles (bucket, arrival) VALUES (?, ?) \
         ON CONFLICT (bucket) DO UPDATE SET arrival = excluded.arrival"
    })
    .bind(bucket)
    .bind(arrival)
    .execute(conn)
    .map(|_| ())
}

fn arrival(conn: &mut Conn, bucket: &[u8]) -> QueryResult<Option<i64>> {
    throttles::table
        .find(bucket)
        .select(throttles::arrival)
        .first(conn)
        .optional()
}

#[cfg(test)]
pub(super) mod tests {

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn admit(conn: &mut Conn, bucket: &[u8], rate: Rate, now: Timestamp) -> Result<(), Throttled> {
        super::admit(conn, bucket, rate, now)
    }

    /// A migrated database of SQLite.
    pub(in super::super) fn database() -> (tempfile::TempDir, Conn) {
        let folder = tempfile::tempdir().unwrap();
        let target = super::super::Target::Sqlite(folder.path().join("db"));
        super::super::migrate(&target, &super::super::Guards::default(), |_| Ok::<_, StoreError>(())).unwrap();
        let conn = target.connect(Duration::from_secs(1)).unwrap();
        (folder, conn)
    }

    /// Greedy attempts, a few a second, never more than the count in any stretch of the period.
    #[test]
    fn no_stretch_of_the_period_holds_more_than_the_count() {
        for count in [1, 2, 3, 7, 100] {
            let rate = Rate::at_most(count, MINUTE);
            let (mut arrival, mut admitted) = (None, Vec::new());
            for now in (0..300_000_000).step_by(100_003) {
                if let Ok(next) = rate.decide(arrival, now) {
                    arrival = Some(next);
                    admitted.push(now);
                }
            }
            for &start in &admitted {
                let within = admitted.iter().filter(|&&at| at >= start && at < start + 60_000_000);
                assert!(within.count() <= count as usize, "{count} from {start}");
            }
            let total = admitted.len();
            assert!(total >= count as usize * 2, "{count}: only {total} in five minutes");
        }
    }

    #[test]
    fn a_burst_is_whole_and_comes_back_over_the_period() {
        let rate = Rate::burst(6, MINUTE);
        let (mut arrival, mut admitted) = (None, 0);
        for now in (0..60_000_000).step_by(1_000_000) {
            if let Ok(next) = rate.decide(arrival, now) {
                arrival = Some(next);
                admitted += 1;
            }
            assert!(now != 5_000_000 || admitted == 6);
        }
        assert_eq!(admitted, 11);
    }

    /// The statement is the rule, at every boundary.
    #[test]
    fn the_statement_repeats_the_rule() {
        let (_folder, mut conn) = database();
        let rate = Rate::at_most(6, MINUTE);
        let now = 1_000_000_000;
        let edges = [now, rate.latest(now), rate.absurd(now), 0, now + rate.interval];
        let bucket = b"bucket";
        for at in edges.into_iter().flat_map(|edge| [edge - 1, edge, edge + 1]) {
            delete(throttles::table).execute(&mut conn).unwrap();
            diesel::insert_into(throttles::table)
                .values((throttles::bucket.eq(&bucket[..]), throttles::arrival.eq(at)))
                .execute(&mut conn)
                .unwrap();
            let admitted = admit(&mut conn, bucket, rate, Timestamp::from_micros(now)).is_ok();
            let after = arrival(&mut conn, bucket).unwrap().unwrap();
            match rate.decide(Some(at), now) {
                Ok(next) => assert_eq!((admitted, after), (true, next), "arrival {at}"),
                Err(_) => assert_eq!((admitted, after), (false, at), "arrival {at}"),
            }
        }
    }

    #[test]
    fn counts_waits_gives_back_and_forgets() {
        let (_folder, mut conn) = database();
        let rate = Rate::at_most(4, MINUTE);
        let now = Timestamp::from_seconds(1000);
        admit(&mut conn, b"a", rate, now).unwrap();
        admit(&mut conn, b"a", rate, now).unwrap();
        let Err(Throttled::Wait(30)) = admit(&mut conn, b"a", rate, now) else {
            panic!("the third at once has to wait for 30 s");
        };
        admit(&mut conn, b"b", rate, now).unwrap();
        give_back(&mut conn, b"a", rate).unwrap();
        admit(&mut conn, b"a", rate, now).unwrap();
        assert!(admit(&mut conn, b"a", rate, now).is_err());
        admit(&mut conn, b"a", rate, now.after(Duration::from_secs(30))).unwrap();
        assert_eq!(sweep(&mut conn, now.after(Duration::from_secs(31))).unwrap(), 1);
        assert_eq!(arrival(&mut conn, b"b").unwrap(), None);
    }

    #[test]
    fn a_clock_that_jumps_back_locks_nobody_out_for_long() {
        let rate = Rate::at_most(120, MINUTE);
        let year = 365 * 86_400_000_000;
        assert_eq!(rate.decide(Some(year), 1_000_000), Ok(1_000_000 + rate.interval));
    }
}
