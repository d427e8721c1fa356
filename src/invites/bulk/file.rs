//! A file of people to be invited: read whole, and either every row is sound or each that is not is named.

use std::{collections::HashMap, time::Duration};

use csv::{ByteRecord, ReaderBuilder};

use super::super::{Label, Message};
use crate::{
    notify::{EmailAddress, Locale},
    platform::terms::{BadRow, ContactPoint, PhoneNumber},
};

/// How many rows a file may have, its header left out.
pub const MOST_ROWS: usize = 100_000;
/// How many bytes it may have: 16 MiB.
pub const MOST_BYTES: usize = 16 * 1024 * 1024;
/// So many bad rows are named at most.
pub const MOST_NAMED: usize = 100;

/// What a row asks for.
#[derive(Debug, Clone)]
pub struct Row {
    /// Which row it is, as a spreadsheet counts them: the header is row 1. Blank lines are not counted.
    pub row: u32,
    /// Who is invited.
    pub to: ContactPoint,
    /// The language of the mail; the community's where nothing is said.
    pub locale: Option<Locale>,
    /// For how long it holds; the policy's lifetime where nothing is said.
    pub lifetime: Option<Duration>,
    /// Words to whoever comes.
    pub message: Option<Message>,
    /// What it is counted under.
    pub campaign: Option<Label>,
}

/// Why a file is not taken.
#[derive(Debug)]
pub struct BadFile {
    /// The first bad rows, [`MOST_NAMED`] at most.
    pub rows: Vec<BadRow>,
    /// How many bad rows there are.
    pub bad: usize,
}

/// The columns that are known.
const COLUMNS: [&str; 6] = ["email", "phone", "locale", "lifetime_hours", "message", "campaign"];
/// What may divide them.
const DIVIDERS: [u8; 3] = [b',', b';', b'\t'];

/// Reads a CSV file (RFC 4180) in UTF-8. Its header names `email` or `phone` or both, and may name `locale`,
/// `lifetime_hours`, `message` and `campaign`, in any order. A row has an address or a number, not both. Columns are divided by commas, semicolons or tabs. Nobody is named twice.
///
/// # Errors
/// [`BadFile`]
pub fn read(file: &[u8]) -> Result<Vec<Row>, BadFile> {
    let whole = |detail: String| BadFile {
        rows: vec![BadRow {
            row: 1,
            column: None,
            detail,
        }],
        bad: 1,
    };
    // A byte order mark is what some programs put first.
    let file = file.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(file);
    let (divider, columns) = header(file).map_err(whole)?;
    let mut reader = ReaderBuilder::new().delimiter(divider).flexible(true).from_reader(file);
    let (mut rows, mut bad) = (
        Vec::new(),
        BadFile {
            rows: Vec::new(),
            bad: 0,
        },
    );
    let mut named: HashMap<String, u32> = HashMap::new();
    let mut record = ByteRecord::new();
    for row in 2.. {
        match reader.read_byte_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(_) => {
                bad.add(row, None, "This row cannot be read.".into());
                break;
            }
        }
        if rows.len() + bad.bad >= MOST_ROWS {
            return Err(whole(format!(
                "The file has more than {MOST_ROWS} rows. Send it in parts."
            )));
        }
        if record.len() != columns.len() {
            let detail = format!(
                "This row has {} cells, and the header has {}.",
                record.len(),
                columns.len()
            );
            bad.add(row, None, detail);
            continue;
        }
        match one(row, &columns, &record) {
            Err((column, detail)) => bad.add(row, Some(column), detail),
            Ok(read) => match named.insert(same(&read.to), row) {
                Some(before) => bad.add(row, None, format!("Row {before} invites the same person.")),
                None => rows.push(read),
            },
        }
    }
    if bad.bad > 0 {
        Err(bad)
    } else if rows.is_empty() {
        Err(whole("The file has no row below its header.".into()))
    } else {
        Ok(rows)
    }
}

impl BadFile {
    fn add(&mut self, row: u32, column: Option<&'static str>, detail: String) {
        self.bad += 1;
        if self.rows.len() < MOST_NAMED {
            self.rows.push(BadRow { row, column, detail });
        }
    }
}

/// What divides the columns, and which they are.
fn header(file: &[u8]) -> Result<(u8, Vec<&'static str>), String> {
    if file.starts_with(b"\xFF\xFE") || file.starts_with(b"\xFE\xFF") {
        return Err("The file is encoded as UTF-16; save it as UTF-8.".into());
    }
    let mut wrong = String::new();
    for divider in DIVIDERS {
        let mut reader = ReaderBuilder::new()
            .delimiter(divider)
            .has_headers(false)
            .from_reader(file);
        let mut header = ByteRecord::new();
        let _ = reader.read_byte_record(&mut header);
        match columns(&header) {
            Ok(columns) => return Ok((divider, columns)),
            // That of the divider which divides anything.
            Err(why) if header.len() > 1 || wrong.is_empty() => wrong = why,
            Err(_) => {}
        }
    }
    Err(wrong)
}

fn columns(header: &ByteRecord) -> Result<Vec<&'static str>, String> {
    let known = || format!("the columns are {}", COLUMNS.join(", "));
    let mut columns = Vec::new();
    for cell in header {
        let is_it = |name: &&&str| cell.trim_ascii().eq_ignore_ascii_case(name.as_bytes());
        let Some(name) = COLUMNS.iter().find(is_it) else {
            return Err(format!("The header names a column that is not known; {}.", known()));
        };
        if columns.contains(name) {
            return Err(format!("The header names {name} twice."));
        }
        columns.push(*name);
    }
    match columns.contains(&"email") || columns.contains(&"phone") {
        true => Ok(columns),
        false => Err(format!("The header names neither email nor phone; {}.", known())),
    }
}

/// By what a person is known again.
fn same(to: &ContactPoint) -> String {
    match to {
        ContactPoint::Email(address) => address.normalised().to_owned(),
        ContactPoint::Phone(phone) => phone.kept().to_owned(),
    }
}

fn one(row: u32, columns: &[&'static str], record: &ByteRecord) -> Result<Row, (&'static str, String)> {
    let cell = |column: &'static str| {
        let place = columns.iter().position(|name| *name == column);
        let bytes = place.and_then(|place| record.get(place)).unwrap_or_default();
        let text = str::from_utf8(bytes).map_err(|_| (column, "This cell is not UTF-8.".to_owned()))?;
        Ok::<_, (&'static str, String)>(Some(text.trim()).filter(|text| !text.is_empty()))
    };
    let to = match (cell("email")?, cell("phone")?) {
        (Some(email), None) => EmailAddress::parse(email)
            .map_err(|error| ("email", error.to_string()))?
            .into(),
        (None, Some(phone)) => PhoneNumber::parse(phone)
            .map_err(|error| ("phone", error.to_string()))?
            .into(),
        (None, None) => {
            let column = if columns.contains(&"email") { "email" } else { "phone" };
            return Err((column, "This row names nobody.".into()));
        }
        (Some(_), Some(_)) => return Err(("phone", "This row has an address already; name one of them.".into())),
    };
    let message = cell("message")?.map(Message::parse).transpose();
    let campaign = cell("campaign")?.map(str::parse::<Label>).transpose();
    let locale = cell("locale")?.map(Locale::parse).transpose();
    let locale = locale.map_err(|error| ("locale", error.to_string()))?;
    let hours = cell("lifetime_hours")?.map(str::parse::<u32>).transpose();
    let hours = match hours {
        Ok(Some(0)) | Err(_) => return Err(("lifetime_hours", "This is no whole number of hours from 1 on.".into())),
        Ok(hours) => hours,
    };
    Ok(Row {
        row,
        to,
        locale,
        message: message.map_err(|error| ("message", error.to_string()))?,
        campaign: campaign.map_err(|error| ("campaign", error.to_string()))?,
        lifetime: hours.map(|hours| Duration::from_secs(u64::from(hours) * 3600)),
    })
}

#[cfg(test)]
mod tests;
