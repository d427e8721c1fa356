//! A history as it stands in a file: read whole, and either all of it is sound or every row that is
//! not is named.

use std::{borrow::Cow, collections::HashMap, fmt};

use csv::{ByteRecord, ReaderBuilder};
use unicode_normalization::UnicodeNormalization;

use crate::platform::{
    terms::{Timestamp, quoted},
    vault::sha256,
};

/// The highest rating; the lowest is its negative (the scale of the Bitcoin-OTC web of trust).
const HIGHEST: i8 = 10;
/// The longest name of somebody, in characters.
const LONGEST_NAME: usize = 200;
/// The end of the year 9999, in seconds.
const LATEST: f64 = 253_402_300_799.0;

/// Somebody in a history: where their name stands in [`History::names`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub usize);

/// One member's word about another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rating {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// Whose word.
    pub from: Name,
    /// About whom.
    pub to: Name,
    /// From −10 to 10.
    pub rating: i8,
    /// When.
    pub at: Timestamp,
}

/// A sound history in the order of time; of equal times, in the order of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// SHA-256 of the file: the same history is known by it.
    pub digest: [u8; 32],
    /// Everybody who is named, in the order of the file.
    pub names: Vec<String>,
    /// The rows.
    pub ratings: Vec<Rating>,
}

/// A row that cannot be taken, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// The line of the file, counted from 1.
    pub line: u64,
    /// What is wrong with it.
    pub wrong: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.wrong)
    }
}

/// Counts the lines up to a row. The reader's own count is behind where lines end in CR LF.
struct Lines<'a> {
    file: &'a [u8],
    at: usize,
    line: u64,
}

impl Lines<'_> {
    /// The line at which the row begins; rows are asked for in order.
    fn of(&mut self, row: Option<&csv::Position>) -> u64 {
        let begins = row.and_then(|row| usize::try_from(row.byte()).ok()).unwrap_or(self.at);
        // Where a row is said to begin, the end of the line before it may still stand.
        while let Some(byte) = self.file.get(self.at)
            && (self.at < begins || matches!(byte, b'\r' | b'\n'))
        {
            self.line += u64::from(*byte == b'\n');
            self.at += 1;
        }
        self.line
    }
}

/// Where the columns stand.
struct Columns {
    from: usize,
    to: usize,
    rating: usize,
    time: usize,
    divider: u8,
}

impl History {
    /// Reads a CSV file (RFC 4180) whose header names the columns `from` (or `source`), `to` (or
    /// `target`), `rating` (or `feature`) and `time`, in any order; others are ignored. Columns are divided by
    /// commas, semicolons or tabs. Ratings are whole numbers from −10 to 10, times are seconds since 1970 and no
    /// later than `now`, with or without a fraction. Names are the same where Unicode holds them to be (NFC).
    ///
    /// # Errors
    /// Every row that cannot be taken.
    pub fn read(file: &[u8], now: Timestamp) -> Result<Self, Vec<BadRow>> {
        let digest = sha256(file);
        // A byte order mark is what some programs put first.
        let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
        let divider = divider(file).map_err(|wrong| vec![BadRow { line: 1, wrong }])?;
        let mut reader = ReaderBuilder::new().delimiter(divider).flexible(true).from_reader(file);
        let mut lines = Lines { file, at: 0, line: 1 };
        let header = match reader.byte_headers() {
            Ok(header) => header.clone(),
            Err(error) => {
                return Err(vec![BadRow {
                    line: 1,
                    wrong: error.to_string(),
                }]);
            }
        };
        let columns = Columns::of(&header, divider).map_err(|wrong| vec![BadRow { line: 1, wrong }])?;
        let (mut names, mut known) = (Vec::new(), HashMap::new());
        let (mut ratings, mut bad) = (Vec::new(), Vec::new());
        let mut row = ByteRecord::new();
        loop {
            match reader.read_byte_record(&mut row) {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let line = lines.of(error.position());
                    bad.push(BadRow {
                        line,
                        wrong: error.to_string(),
                    });
                    break;
                }
            }
            let line = lines.of(row.position());
            if row.len() != header.len() {
                let wrong = format!("has {} columns, and the header has {}", row.len(), header.len());
                bad.push(BadRow { line, wrong });
                continue;
            }
            match columns.read(&row, now) {
                Err(wrong) => bad.push(BadRow { line, wrong }),
                Ok((from, to, rating, at)) => {
                    let mut name = |name: String| {
                        *known.entry(name.clone()).or_insert_with(|| {
                            names.push(name);
                            Name(names.len() - 1)
                        })
                    };
                    let (from, to) = (name(from), name(to));
                    ratings.push(Rating {
                        line,
                        from,
                        to,
                        rating,
                        at,
                    });
                }
            }
        }
        if ratings.is_empty() && bad.is_empty() {
            bad.push(BadRow {
                line: 1,
                wrong: "the file has a header and no row".into(),
            });
        }
        if !bad.is_empty() {
            return Err(bad);
        }
        // The sort is stable.
        ratings.sort_by_key(|rating| rating.at);
        Ok(Self { digest, names, ratings })
    }
}

/// What divides columns here.
const DIVIDERS: [u8; 3] = [b',', b';', b'\t'];
/// What divides them elsewhere: known so that it can be named.
const OTHERS: [&str; 9] = ["|", ":", "^", "~", "/", " ", "\u{1F}", "，", "；"];

/// What divides the columns: that by which the header names the columns that are wanted.
fn divider(file: &[u8]) -> Result<u8, String> {
    if file.starts_with(b"\xFF\xFE") || file.starts_with(b"\xFE\xFF") {
        return Err("the file is encoded as UTF-16; save it as UTF-8".into());
    }
    let header = |divider: u8| {
        let mut header = ByteRecord::new();
        let mut reader = ReaderBuilder::new()
            .delimiter(divider)
            .has_headers(false)
            .from_reader(file);
        // What is wrong with it is told when it is read.
        let _ = reader.read_byte_record(&mut header);
        header
    };
    if let Some(found) = DIVIDERS.into_iter().find(|&one| Columns::of(&header(one), one).is_ok()) {
        return Ok(found);
    }
    let first = file
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .next()
        .unwrap_or_default();
    let first = String::from_utf8_lossy(first).replace('"', "");
    let names_all = |divider: &&&str| Columns::of(&first.split(**divider).collect(), b',').is_ok();
    if let Some(other) = OTHERS.iter().find(names_all) {
        return Err(format!(
            "the columns are divided by {}; divide them by commas, semicolons or tabs",
            quoted(other)
        ));
    }
    // That of the most columns, for whoever is told which one is missing.
    Ok(DIVIDERS
        .into_iter()
        .rev()
        .max_by_key(|&one| header(one).len())
        .unwrap_or(b','))
}

impl Columns {
    fn of(header: &ByteRecord, divider: u8) -> Result<Self, String> {
        let find = |names: &[&str]| {
            let is_it = |field: &[u8]| {
                let field = field.trim_ascii();
                names.iter().any(|name| field.eq_ignore_ascii_case(name.as_bytes()))
            };
            let mut found = header.iter().enumerate().filter(|(_, field)| is_it(field));
            match (found.next(), found.next()) {
                (Some((place, _)), None) => Ok(place),
                (None, _) => Err(format!("the header names no column {}", names.join(" or "))),
                (Some(_), Some(_)) => Err(format!("the header names {} twice", names.join(" or "))),
            }
        };
        Ok(Self {
            from: find(&["from", "source"])?,
            to: find(&["to", "target"])?,
            rating: find(&["rating", "feature"])?,
            time: find(&["time"])?,
            divider,
        })
    }

    fn read(&self, row: &ByteRecord, now: Timestamp) -> Result<(String, String, i8, Timestamp), String> {
        let field = |place: usize, what: &str| {
            let text =
                str::from_utf8(row.get(place).unwrap_or_default()).map_err(|_| format!("{what} is not UTF-8"))?;
            Ok::<_, String>(text.trim())
        };
        let name = |place, what| {
            let name: String = field(place, what)?.nfc().collect();
            if name.is_empty() {
                Err(format!("{what} is empty"))
            } else if name.chars().nth(LONGEST_NAME).is_some() || name.chars().any(char::is_control) {
                Err(format!(
                    "{what} is no name: it has up to {LONGEST_NAME} characters, in one line"
                ))
            } else {
                Ok(name)
            }
        };
        let (from, to) = (name(self.from, "from")?, name(self.to, "to")?);
        let text = field(self.rating, "rating")?;
        let rating = text
            .parse()
            .ok()
            .filter(|rating| (-HIGHEST..=HIGHEST).contains(rating))
            .ok_or_else(|| format!("the rating {} is no whole number from -10 to 10", quoted(text)))?;
        let text = field(self.time, "time")?;
        // Where a comma divides no columns, it is the decimal point of many countries.
        let decimal = match self.divider {
            b',' => Cow::Borrowed(text),
            _ => Cow::Owned(text.replace(',', ".")),
        };
        let seconds = decimal
            .parse::<f64>()
            .ok()
            .filter(|seconds| (0.0..=LATEST).contains(seconds))
            .ok_or_else(|| format!("the time {} is no number of seconds since 1970", quoted(text)))?;
        // Within the range above, every microsecond of our centuries has a float of its own.
        let at = Timestamp::from_micros((seconds * 1e6).round() as i64);
        if at > now {
            return Err(format!("the time {} lies in the future", quoted(text)));
        }
        Ok((from, to, rating, at))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn read(text: &[u8]) -> Result<History, Vec<BadRow>> {
        History::read(text, NOW)
    }

    fn bad(text: &[u8]) -> Vec<String> {
        read(text).unwrap_err().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn reads_both_headers_and_orders_by_time() {
        let one = read(b"from,to,feature,time\n6,2,4,20.5\n2,6,-10,10\n6,5,1,10\n").unwrap();
        let lines: Vec<u64> = one.ratings.iter().map(|rating| rating.line).collect();
        assert_eq!(lines, [3, 4, 2], "by time, then as in the file");
        assert_eq!(one.names, ["6", "2", "5"]);
        assert_eq!(one.ratings[2].at, Timestamp::from_micros(20_500_000));
        let other = b"\xEF\xBB\xBFtime,note,Source,target,rating\r\n20.5,x,6,2,+4\r\n";
        let other = read(other).unwrap();
        assert_eq!(other.ratings[0], one.ratings[2]);
        let blank = read(b"from,to,rating,time\r\n\r\na,b,1,1\r\n\r\nb,a,1,2\r\n").unwrap();
        let lines: Vec<u64> = blank.ratings.iter().map(|rating| rating.line).collect();
        assert_eq!(lines, [3, 5]);
        let precise = read(b"from,to,rating,time\na,b,1,1289241911.72836\n").unwrap();
        assert_eq!(precise.ratings[0].at, Timestamp::from_micros(1_289_241_911_728_360));
    }

    #[test]
    fn names_every_bad_row() {
        let text = b"from,to,rating,time\na,b,1,1\n,b,1,1\na, ,1,1\na,b,11,1\na,b,1.5,1\na,b,,1\na,b,1,soon\n\
            a,b,1,-1\na,b,1,NaN\na,b,1\na,b,1,1,1\na,\xFF,1,1\n\"a\nb\",b,1,1\na,b,-128,1\na,b,1,1e300\n";
        assert_eq!(
            bad(text),
            [
                "line 3: from is empty",
                "line 4: to is empty",
                "line 5: the rating \"11\" is no whole number from -10 to 10",
                "line 6: the rating \"1.5\" is no whole number from -10 to 10",
                "line 7: the rating \"\" is no whole number from -10 to 10",
                "line 8: the time \"soon\" is no number of seconds since 1970",
                "line 9: the time \"-1\" is no number of seconds since 1970",
                "line 10: the time \"NaN\" is no number of seconds since 1970",
                "line 11: has 3 columns, and the header has 4",
                "line 12: has 5 columns, and the header has 4",
                "line 13: to is not UTF-8",
                "line 14: from is no name: it has up to 200 characters, in one line",
                "line 16: the rating \"-128\" is no whole number from -10 to 10",
                "line 17: the time \"1e300\" is no number of seconds since 1970",
            ]
        );
    }

    #[test]
    fn names_a_bad_header() {
        assert_eq!(bad(b""), ["line 1: the header names no column from or source"]);
        assert_eq!(
            bad(b"6,2,4,1289241911.72836\n"),
            ["line 1: the header names no column from or source"]
        );
        assert_eq!(
            bad(b"from,to,time\n"),
            ["line 1: the header names no column rating or feature"]
        );
        assert_eq!(
            bad(b"from,to,rating,feature,time\n"),
            ["line 1: the header names rating or feature twice"]
        );
        assert_eq!(
            bad(b"from,to,rating,time\n"),
            ["line 1: the file has a header and no row"]
        );
    }

    #[test]
    fn columns_are_divided_by_what_the_header_has() {
        let rows = "from,to,rating,time\na,b,1,20.5\n";
        let wanted = read(rows.as_bytes()).unwrap();
        for divider in [";", "\t"] {
            for text in [
                rows.replace(',', divider),
                format!("\u{FEFF}{}", rows.replace(',', divider).replace('.', ",")),
                rows.replace(',', divider).replace('b', "\"b\""),
            ] {
                assert_eq!(read(text.as_bytes()).unwrap().ratings, wanted.ratings, "{text:?}");
            }
        }
        for divider in OTHERS {
            let said = bad(rows.replace(',', divider).as_bytes());
            let wanted =
                format!("line 1: the columns are divided by {divider:?}; divide them by commas, semicolons or tabs");
            assert_eq!(said, [wanted]);
        }
        assert_eq!(
            bad(b"from;to;time\na;b;1\n"),
            ["line 1: the header names no column rating or feature"]
        );
        let utf_16: Vec<u8> = "\u{FEFF}from\tto".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(
            bad(&utf_16),
            ["line 1: the file is encoded as UTF-16; save it as UTF-8"]
        );
    }

    #[test]
    fn one_name_is_one_however_it_is_composed() {
        let text = "from,to,rating,time\nZo\u{EB},a,1,1\nZoe\u{308},b,1,2\nzo\u{EB},b,1,3\n";
        assert_eq!(read(text.as_bytes()).unwrap().names, ["Zo\u{EB}", "a", "b", "zo\u{EB}"]);
    }

    #[test]
    fn nothing_has_happened_yet_that_lies_ahead() {
        let row = |time: &str| format!("from,to,rating,time\na,b,1,{time}\n");
        assert!(read(row("1800000000").as_bytes()).is_ok());
        assert_eq!(
            bad(row("1800000000.000001").as_bytes()),
            ["line 2: the time \"1800000000.000001\" lies in the future"]
        );
        let long = "8".repeat(5000);
        for text in [row(&long), format!("from,to,rating,time\na,b,{long},1\n")] {
            let said = bad(text.as_bytes());
            assert!(said.len() == 1 && said[0].matches('8').count() == 100, "{said:?}");
        }
    }
}
