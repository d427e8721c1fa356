//! The one-time codes of a flow: the newest one, those before it that are still good, and those that were. Pure.
//!
//! A letter may be late, so a code stays good when another one is asked for. Wrong answers are counted over all that
//! are good: more codes are no more tries.

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::platform::terms::Timestamp;

/// As many codes are good at once, the newest included.
pub(super) const GOOD_AT_ONCE: usize = 3;
/// As many are remembered, good or not: more than are sent to an address in the time that a flow has.
const REMEMBERED: usize = 24;

/// A code that was sent.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
pub struct Sent {
    code: String,
    /// Until when it is good, in microseconds.
    until: i64,
}

/// All of them, the newest last.
#[derive(Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Proofs(Vec<Sent>);

/// What an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judged {
    /// One of those that are good.
    Right,
    /// One that was good once.
    Stale,
    /// None of them.
    Wrong,
}

impl Proofs {
    /// Adds a code. Of those before it at most [`GOOD_AT_ONCE`] less one stay good.
    pub fn add(&mut self, code: &str, until: Timestamp) {
        self.0.push(Sent {
            code: code.to_owned(),
            until: until.micros(),
        });
        let late = self.0.len().saturating_sub(GOOD_AT_ONCE);
        self.0.iter_mut().take(late).for_each(|sent| sent.until = 0);
        let forgotten = self.0.len().saturating_sub(REMEMBERED);
        self.0.drain(..forgotten);
    }

    /// The newest, and until when it is good.
    pub fn newest(&self) -> Option<(&str, Timestamp)> {
        let newest = self.0.last()?;
        Some((&newest.code, Timestamp::from_micros(newest.until)))
    }

    /// None of them is good any more.
    pub(super) fn void(&mut self) {
        self.0.iter_mut().for_each(|sent| sent.until = 0);
    }

    /// Whether one of them is good.
    pub fn any_good(&self, now: Timestamp) -> bool {
        self.0.iter().any(|sent| now.micros() < sent.until)
    }

    /// What this answer is. Each is compared, in constant time.
    pub fn judge(&self, answer: &str, now: Timestamp) -> Judged {
        let mut judged = Judged::Wrong;
        for sent in &self.0 {
            if bool::from(sent.code.as_bytes().ct_eq(answer.as_bytes())) {
                judged = match now.micros() < sent.until {
                    true => Judged::Right,
                    false if judged == Judged::Right => Judged::Right,
                    false => Judged::Stale,
                };
            }
        }
        judged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_seconds(second)
    }

    #[test]
    fn the_last_three_are_good_each_until_its_own_time() {
        let mut proofs = Proofs::default();
        assert!(!proofs.any_good(at(0)));
        for n in 0..4 {
            proofs.add(&format!("00000{n}"), at(600 + n));
        }
        let judge = |proofs: &Proofs, code: &str, second| proofs.judge(code, at(second));
        assert_eq!(judge(&proofs, "000000", 10), Judged::Stale, "three came after it");
        for n in 1..4 {
            let code = format!("00000{n}");
            assert_eq!(judge(&proofs, &code, 599 + n), Judged::Right);
            assert_eq!(judge(&proofs, &code, 600 + n), Judged::Stale);
        }
        for wrong in ["000004", "", "00000", "0000000"] {
            assert_eq!(judge(&proofs, wrong, 10), Judged::Wrong);
        }
        assert!(proofs.any_good(at(602)) && !proofs.any_good(at(603)));
        proofs.void();
        assert!(!proofs.any_good(at(10)));
        assert_eq!(judge(&proofs, "000003", 10), Judged::Stale);
        // The same digits once more are good.
        proofs.add("000003", at(900));
        proofs.add("000009", at(900));
        assert_eq!(judge(&proofs, "000003", 10), Judged::Right);
        for n in 0..100 {
            proofs.add(&format!("1000{n:02}"), at(900));
        }
        assert_eq!(proofs.0.len(), REMEMBERED);
    }
}
