//! A time in the words of a letter's reader.

use jiff::tz::TimeZone;

use super::Locale;
use crate::platform::terms::Timestamp;

/// A time to the minute, rounded down: `26 November 2026, 14:05 UTC`. Where its reader is, we do not know.
pub fn moment(locale: Locale, time: Timestamp) -> String {
    let civil = jiff::Timestamp::from_microsecond(time.micros())
        .unwrap_or_default()
        .to_zoned(TimeZone::UTC);
    let form = match locale {
        Locale::En => "%-d %B %Y, %H:%M UTC",
        Locale::ZhHans => "%Y年%-m月%-d日 %H:%M（UTC）",
    };
    civil.strftime(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_the_hour() {
        let time = Timestamp::from_seconds(1_795_377_959);
        assert_eq!(moment(Locale::En, time), "22 November 2026, 20:05 UTC");
        assert_eq!(moment(Locale::ZhHans, time), "2026年11月22日 20:05（UTC）");
        // A clock out of bounds does no harm.
        assert!(moment(Locale::En, Timestamp::from_micros(i64::MAX)).ends_with("UTC"));
    }
}
