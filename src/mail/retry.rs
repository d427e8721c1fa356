//! When a letter that did not get through is tried again, and when it is given up.

use std::time::Duration;

use super::DeliveryError;

/// So many attempts, then the letter is dead: the last one some 2 h 50 min after the first.
pub const MOST_ATTEMPTS: u32 = 12;
/// No wait is longer.
pub const LONGEST_WAIT: Duration = Duration::from_secs(6 * 60 * 60);
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
/// The wait doubles from 5 s. A permanent refusal is never tried again.
pub fn after_failure(attempts: u32, error: &DeliveryError) -> Next {
    match error {
        DeliveryError::Permanent(_) => Next::DeadLetter,
        DeliveryError::Temporary(_) if attempts >= MOST_ATTEMPTS => Next::DeadLetter,
        DeliveryError::Temporary(_) => Next::RetryAfter(wait(attempts)),
    }
}

fn wait(attempts: u32) -> Duration {
    let factor = 2u32.saturating_pow(attempts.saturating_sub(1));
    FIRST_WAIT.saturating_mul(factor).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Cause, Reason, Stage},
        *,
    };

    fn reason(code: u16) -> Reason {
        Reason {
            stage: Stage::Handover,
            cause: Cause::Reply { code, enhanced: None },
        }
    }

    #[test]
    fn doubles_from_five_seconds_and_ends_after_twelve_attempts() {
        let error = DeliveryError::Temporary(reason(451));
        let waits: Vec<_> = (1..=12).map(|attempts| after_failure(attempts, &error)).collect();
        let expected: Vec<_> = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120]
            .map(|seconds| Next::RetryAfter(Duration::from_secs(seconds)))
            .into_iter()
            .chain([Next::DeadLetter])
            .collect();
        assert_eq!(waits, expected);
        assert_eq!(after_failure(u32::MAX, &error), Next::DeadLetter);
    }

    #[test]
    fn gives_up_at_once_what_is_refused_for_good() {
        assert_eq!(
            after_failure(1, &DeliveryError::Permanent(reason(550))),
            Next::DeadLetter
        );
    }

    #[test]
    fn never_waits_longer_than_six_hours() {
        assert_eq!(wait(13), Duration::from_secs(20_480));
        assert_eq!(wait(14), LONGEST_WAIT);
        assert_eq!(wait(u32::MAX), LONGEST_WAIT);
        assert_eq!(wait(0), FIRST_WAIT);
    }
}
