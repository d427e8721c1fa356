//! When a letter that did not get through is tried again, and when it is given up.

use std::time::Duration;

use super::{Cause, DeliveryError, Reason};

/// So many attempts, then the letter is dead: the last one 24 h or more after the first, so that a
/// mail server may be away for a night and a working day.
pub const MOST_ATTEMPTS: u32 = 34;
/// No wait is longer, but for what [`spread`] adds: when a mail server is back, the last letter
/// leaves within five quarters of an hour.
pub const LONGEST_WAIT: Duration = Duration::from_secs(60 * 60);
/// So many attempts for a message that may have been taken each time: every one of them may cost money and reach its
/// reader.
pub const MOST_UNCLEAR: u32 = 3;
const FIRST_WAIT: Duration = Duration::from_secs(5);

/// What happens to a letter after an attempt that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is tried again after this long.
    RetryAfter(Duration),
    /// It is given up, and shown to the operator.
    DeadLetter,
}

/// The rule: `attempts` counts the attempts so far, this failed one among them (from 1).
///
/// The wait doubles from 5 s. A refusal of the reader is never tried again, one of us for as long as the letter
/// means anything.
pub fn after_failure(attempts: u32, error: &DeliveryError) -> Next {
    match error {
        DeliveryError::Permanent(_) => Next::DeadLetter,
        DeliveryError::Refused(_) => Next::RetryAfter(wait(attempts)),
        DeliveryError::Temporary(Reason {
            cause: Cause::Unclear(_),
            ..
        }) if attempts >= MOST_UNCLEAR => Next::DeadLetter,
        DeliveryError::Temporary(_) => after_fault(attempts),
    }
}

/// The same for what is not the letter's fault.
pub(super) fn after_fault(attempts: u32) -> Next {
    if attempts >= MOST_ATTEMPTS {
        Next::DeadLetter
    } else {
        Next::RetryAfter(wait(attempts))
    }
}

/// A wait, longer by up to a quarter of itself as `chance` has it: letters that failed together do
/// not come back together.
pub(super) fn spread(wait: Duration, rng: u8) -> Duration {
    wait + wait * u32::from(rng) / 1024
}

fn wait(attempts: u32) -> Duration {
    let factor = 2u32.saturating_pow(attempts.saturating_sub(1));
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::{super::Stage, *};

    fn reason(code: u16) -> Reason {
        Reason {
            stage: Stage::Handover,
            cause: Cause::Reply { code, enhanced: None },
        }
    }

    #[test]
    fn doubles_from_five_seconds_to_an_hour() {
        let error = DeliveryError::Temporary(reason(451));
        let waits: Vec<_> = (1..=12).map(|attempts| after_failure(attempts, &error)).collect();
        let expected = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]
            .map(|s| Next::RetryAfter(Duration::from_secs(s)));
        assert_eq!(waits, expected);
        assert_eq!(wait(0), FIRST_WAIT);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
    }

    #[test]
    fn outlasts_a_night_and_a_day() {
        let error = DeliveryError::Temporary(reason(451));
        let mut waited = Duration::ZERO;
        let mut attempts = 1;
        while let Next::RetryAfter(wait) = after_failure(attempts, &error) {
            waited += wait;
            attempts += 1;
        }
        assert_eq!(attempts, MOST_ATTEMPTS);
        let day = Duration::from_secs(24 * 60 * 60);
        assert!(waited >= day && waited < day + LONGEST_WAIT, "{waited:?}");
        assert_eq!(after_failure(u32::MAX, &error), Next::DeadLetter);
    }

    #[test]
    fn spreads_by_a_quarter_at_most() {
        let wait = Duration::from_secs(1024);
        assert_eq!(spread(wait, 0), wait);
        assert_eq!(spread(wait, 255), Duration::from_secs(1024 + 255));
    }

    #[test]
    fn gives_up_at_once_what_is_refused_for_good() {
        assert_eq!(
            after_failure(1, &DeliveryError::Permanent(reason(550))),
            Next::DeadLetter
        );
    }

    #[test]
    fn never_gives_up_where_we_are_refused() {
        let refused = DeliveryError::Refused(reason(504));
        assert_eq!(after_failure(1, &refused), Next::RetryAfter(FIRST_WAIT));
        assert_eq!(after_failure(u32::MAX, &refused), Next::RetryAfter(LONGEST_WAIT));
    }
}
