//! A table on the terminal.

use std::io::{self, Write};

use crate::platform::terms::Timestamp;

/// Rows under heads, one a line. All text is ASCII, so that widths are lengths.
pub(super) fn table<const N: usize>(out: &mut impl Write, heads: [&str; N], rows: &[[String; N]]) -> io::Result<()> {
    let heads = heads.map(str::to_owned);
    let all = || [&heads].into_iter().chain(rows);
    let widths: [usize; N] = std::array::from_fn(|column| all().map(|row| row[column].len()).max().unwrap_or(0));
    for row in all() {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(out, "{}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

/// A time to the second, in UTC: what is finer helps nobody here.
pub(super) fn seconds(at: Timestamp) -> String {
    at.to_string().get(..19).unwrap_or_default().to_owned()
}

/// A time as it is typed: RFC 3339, or a date, which begins in UTC.
pub(super) fn time(entered: &str) -> Option<Timestamp> {
    Timestamp::parse(entered).or_else(|| Timestamp::parse(&format!("{entered}T00:00:00Z")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_begins_in_utc() {
        assert_eq!(time("2027-03-01"), Timestamp::parse("2027-03-01T00:00:00Z"));
        assert_eq!(time("2027-03-01T02:00:00+02:00"), time("2027-03-01"));
        assert_eq!(time("yesterday"), None);
    }
}
