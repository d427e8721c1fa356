//! When a member may vouch for another.

use std::time::Duration;

use crate::platform::terms::Timestamp;

/// For how many a member vouches at once, at most. A vouch that stands for everybody says nothing.
pub const VOUCHES: i64 = 150;
/// How often a member gives or takes back vouches in an hour, at most.
pub const VOUCHES_AN_HOUR: u32 = 60;
/// How long after a vouch was taken back it can be given again. So nobody's list flickers, and no two vouches of the same
/// two people begin in one second.
pub const REST: Duration = Duration::from_secs(24 * 3600);

/// Why a vouch cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VouchRefusal {
    /// Nobody vouches for themself.
    #[error("nobody vouches for themself")]
    Yourself,
    /// They vouch for as many as anybody may.
    #[error("a member vouches for {VOUCHES} others at most")]
    TooMany,
    /// They took it back a while ago.
    #[error("a vouch that was taken back can be given again after {} hours", REST.as_secs() / 3600)]
    Rests,
}

/// Whether a member who vouches for `given` others may vouch for somebody, `taken_back` being when they last took
/// that back.
///
/// # Errors
/// [`VouchRefusal`]
pub fn may_vouch(given: i64, taken_back: Option<Timestamp>, now: Timestamp) -> Result<(), VouchRefusal> {
    if taken_back.is_some_and(|at| now < at.after(REST)) {
        return Err(VouchRefusal::Rests);
    }
    if given >= VOUCHES {
        return Err(VouchRefusal::TooMany);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vouch_is_given_within_the_limits() {
        let at = Timestamp::from_seconds;
        assert_eq!(may_vouch(0, None, at(0)), Ok(()));
        assert_eq!(may_vouch(VOUCHES - 1, None, at(0)), Ok(()));
        assert_eq!(may_vouch(VOUCHES, None, at(0)), Err(VouchRefusal::TooMany));
        let day = 24 * 3600;
        assert_eq!(may_vouch(0, Some(at(5)), at(day + 4)), Err(VouchRefusal::Rests));
        assert_eq!(may_vouch(0, Some(at(5)), at(day + 5)), Ok(()));
        // A clock that was put back keeps it waiting.
        assert_eq!(may_vouch(0, Some(at(5)), at(0)), Err(VouchRefusal::Rests));
    }
}
