//! Rows are read and written by the query builder. A raw statement says why it is none of its: for which row of the
//! bench, or what the builder cannot say.

use std::{fs, path::Path};

use super::{Source, read};

/// How a raw statement begins.
const RAW: [&str; 4] = ["fixed(", "sql_query(", "sql::<", "batch_execute("];
/// The same for what a connection runs as it is written.
const RUN: &str = ".run(\"";
/// It opens and ends transactions, and sets connections up.
const STORE: &str = "platform/store/";
/// So many lines above the statement the comment may stand.
const ABOVE: usize = 3;

fn is_raw(path: &str, line: &str) -> bool {
    let line = line.trim_start();
    if line.starts_with("//") || line.contains("fn ") {
        return false;
    }
    let in_store = path.starts_with(STORE);
    let begins = |word: &str| line.contains(word) && !(in_store && word == "batch_execute(");
    RAW.iter().any(|word| begins(word)) || (!in_store && line.contains(RUN))
}

/// The reason that a comment gives; none where it gives none, or names no row of the bench.
fn reason<'a>(line: &'a str, is_row: &impl Fn(&str) -> bool) -> Option<&'a str> {
    let comment = line.trim_start().strip_prefix("// Raw")?;
    if let Some(reason) = comment.strip_prefix(": ") {
        return Some(reason);
    }
    let row = comment.strip_prefix(" for the row ")?;
    let name = row.split(['.', ':']).next()?;
    is_row(name).then_some(name)
}

/// The raw statements without a reason.
fn without_reason(source: &Source, is_row: &impl Fn(&str) -> bool) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let raw = lines.iter().enumerate().filter(|(_, line)| is_raw(&source.path, line));
    raw.filter(|(at, _)| {
        let above = &lines[at.saturating_sub(ABOVE)..*at];
        !above.iter().any(|line| reason(line, is_row).is_some())
    })
    .map(|(at, line)| {
        format!(
            "src/{}:{}: say it by the query builder, or why not: `// Raw for the row NAME.` or `// Raw: …`: {}",
            source.path,
            at + 1,
            line.trim()
        )
    })
    .collect()
}

#[test]
fn a_raw_statement_says_why() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut bench = String::new();
    for file in fs::read_dir(root.join("benches/rates/rows")).unwrap() {
        bench += &fs::read_to_string(file.unwrap().path()).unwrap();
    }
    let is_row = |name: &str| bench.contains(&format!("\"{name}\""));
    let mut sources = Vec::new();
    read(&root.join("src"), &root.join("src"), &mut sources);
    let raw = |source: &Source| source.text.lines().filter(|line| is_raw(&source.path, line)).count();
    assert!(
        sources.iter().map(raw).sum::<usize>() > 20,
        "no raw statements are seen"
    );
    let found: Vec<String> = sources
        .iter()
        .flat_map(|source| without_reason(source, &is_row))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_raw_statement_without_a_reason_is_found() {
    let is_row = |name: &str| name == "redeem";
    let found = |text: &str| {
        let source = Source {
            path: "people/records.rs".to_owned(),
            text: text.to_owned(),
        };
        without_reason(&source, &is_row).len()
    };
    let statement = "fixed(|| \"UPDATE people SET x = 1\")";
    assert_eq!(found(statement), 1);
    assert_eq!(found(&format!("// Raw for the row redeem.\n{statement}")), 0);
    assert_eq!(found(&format!("// Raw for the row none.\n{statement}")), 1);
    assert_eq!(found(&format!("// Raw: advisory locks.\n{statement}")), 0);
    assert_eq!(found(&format!("// Raw: advisory locks.\n\n\n\n{statement}")), 1);
    assert_eq!(found("conn.run(\"LOCK TABLE people\")"), 1);
    assert_eq!(found("pub fn fixed(sql: &str) {}\n/// `fixed(|| \"SELECT …\")`"), 0);
}
