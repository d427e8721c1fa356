//! Files of rows (RFC 4180): what is wrong with one that is read, and a line of one that is written.

use std::borrow::Cow;

use serde::Serialize;

/// A row of a file that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct BadRow {
    /// Which row, as a spreadsheet counts them: the header is row 1. Blank lines are not counted.
    #[schema(minimum = 1)]
    pub row: u32,
    /// The column; missing where the row as a whole is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "email")]
    pub column: Option<&'static str>,
    /// What is wrong with it.
    pub detail: String,
}

/// One line of a table. No cell begins a formula in a spreadsheet: one that would has an apostrophe before it
/// (<https://owasp.org/www-community/attacks/CSV_Injection>).
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let cells = cells.into_iter().map(|cell| plain(cell).into_owned());
    // Writing into memory does not fail.
    let _ = writer.write_record(cells);
    writer.into_inner().unwrap_or_default()
}

fn plain(cell: &str) -> Cow<'_, str> {
    match cell.trim_start_matches([' ', '\u{A0}', '\u{3000}']).chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            Cow::Owned(format!("'{cell}"))
        }
        _ => Cow::Borrowed(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_begins_a_formula_and_every_cell_is_one() {
        for (cells, written) in [
            (&["a", "b"][..], "a,b\n"),
            (&["=1+1", " +1", "-1", "@x", "\tx"], "'=1+1,' +1,'-1,'@x,'\tx\n"),
            (
                &["a,b", "say \"hello\"", "two\nlines", ""],
                "\"a,b\",\"say \"\"hello\"\"\",\"two\nlines\",\n",
            ),
            (&["＝1", "a=1", "张伟"], "'＝1,a=1,张伟\n"),
        ] {
            assert_eq!(String::from_utf8(csv_line(cells.iter().copied())).unwrap(), written);
        }
    }
}
