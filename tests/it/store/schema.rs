//! One schema, three times: both migration sets and what the code believes.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use diesel::{PgConnection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query, sql_types::Text};
use tokio::task::block_in_place;
use vouchsafe::platform::{
    ledger::Ledger,
    store::{self, Backend, Conn, Guard, Guards, StoreError, pending},
};

use crate::support::db::{Database, ensure, needs};

const BELIEVED: &str = concat!(
    include_str!("../../../src/platform/store/schema.rs"),
    include_str!("../../../src/platform/store/schema/account.rs"),
    include_str!("../../../src/platform/store/schema/graph.rs"),
    include_str!("../../../src/platform/store/schema/lead_tables.rs"),
    include_str!("../../../src/platform/store/schema/letters.rs"),
    include_str!("../../../src/platform/store/schema/moderation.rs"),
    include_str!("../../../src/platform/store/schema/places.rs"),
    include_str!("../../../src/platform/store/schema/waitlist.rs")
);

/// For the sequencer of PostgreSQL; SQLite's writer sequences what it has just written.
const SEQUENCED: &str = "CREATE INDEX events_by_xid ON events (xid, id)";

/// What a column is: its type, whether it may be null, and its place in the primary key (0: none).
type Column = (String, bool, usize);
/// By table and column.
type Columns = BTreeMap<(String, String), Column>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn sqlite_lines(conn: &mut SqliteConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(sql).load(conn).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

fn postgres_lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    let rows: Vec<Line> = sql_query(sql).load(conn).unwrap();
    rows.into_iter().map(|row| row.line).collect()
}

/// Reads `table! { name (key) { column -> Type, } }`.
fn believed() -> Columns {
    let mut columns = Columns::new();
    let (mut table, mut key) = (String::new(), Vec::new());
    for line in BELIEVED.lines().map(str::trim) {
        if let Some((head, _)) = line
            .strip_suffix(") {")
            .and_then(|head| head.split_once(" ("))
            .map(|(name, keys)| {
                key = keys.split(", ").map(str::to_owned).collect();
                (name, ())
            })
        {
            table = head.to_owned();
        } else if let Some((name, kind)) = line.trim_end_matches(',').split_once(" -> ") {
            let bare = kind.strip_prefix("Nullable<").map(|rest| rest.trim_end_matches('>'));
            let place = key.iter().position(|one| one == name).map_or(0, |place| place + 1);
            columns.insert(
                (table.clone(), name.to_owned()),
                (bare.unwrap_or(kind).to_owned(), bare.is_some(), place),
            );
        }
    }
    columns
}

fn columns(lines: Vec<String>, kind: impl Fn(&str) -> &'static str) -> Columns {
    lines
        .iter()
        .map(|line| {
            let parts: Vec<_> = line.split('|').collect();
            let [table, name, is, null, place] = parts[..] else {
                panic!("{line}");
            };
            (
                (table.to_owned(), name.to_owned()),
                (kind(is).to_owned(), null == "1", place.parse().unwrap()),
            )
        })
        .collect()
}

fn sqlite_columns(conn: &mut SqliteConnection) -> Columns {
    let lines = sqlite_lines(
        conn,
        "SELECT t.name || '|' || c.name || '|' || c.type || '|' || (1 - c.\"notnull\") || '|' || c.pk AS line \
         FROM sqlite_master t JOIN pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '\\_\\_%' ESCAPE '\\'",
    );
    columns(lines, |kind| match kind {
        "INTEGER" | "BIGINT" => "BigInt",
        "TEXT" => "Text",
        "BLOB" => "Binary",
        _ => "something else",
    })
}

fn postgres_columns(conn: &mut PgConnection) -> Columns {
    let lines = postgres_lines(
        conn,
        "SELECT c.table_name || '|' || c.column_name || '|' || c.data_type || '|' \
            || (c.is_nullable = 'YES')::int || '|' || COALESCE(k.ordinal_position, 0) AS line \
         FROM information_schema.columns c \
         LEFT JOIN information_schema.table_constraints p \
            ON p.table_schema = c.table_schema AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY' \
         LEFT JOIN information_schema.key_column_usage k \
            ON k.constraint_schema = p.constraint_schema AND k.constraint_name = p.constraint_name \
            AND k.column_name = c.column_name \
         WHERE c.table_schema = 'public' AND c.table_name NOT LIKE '\\_\\_%'",
    );
    columns(lines, |kind| match kind {
        "bigint" => "BigInt",
        "text" => "Text",
        "bytea" => "Binary",
        _ => "something else",
    })
}

/// A rule's text without what only one of the two databases writes.
fn plain(rule: &str) -> String {
    rule.replace("public.", "")
        .replace("USING btree", "")
        .replace("::text", "")
        .replace("::bigint", "")
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')' | '"'))
        .collect::<String>()
        .to_lowercase()
}

/// Indexes, unique columns, references and checks, each as one line.
fn sqlite_rules(conn: &mut SqliteConnection) -> BTreeSet<String> {
    let mut lines = sqlite_lines(
        conn,
        "SELECT sql AS line FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
    );
    lines.extend(sqlite_lines(
        conn,
        "SELECT t.name || ' unique ' || (SELECT group_concat(name) FROM pragma_index_info(i.name)) AS line \
         FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'u'",
    ));
    lines.extend(sqlite_lines(
        conn,
        "SELECT t.name || ' references ' || f.\"from\" || ' ' || f.\"table\" || ' ' || f.\"to\" AS line \
         FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
    ));
    for table in sqlite_lines(
        conn,
        "SELECT sql AS line FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CHECK%'",
    ) {
        let name = table.split_whitespace().nth(2).unwrap().to_owned();
        for part in table.split("CHECK ").skip(1) {
            let mut depth = 0;
            let end = part
                .find(|c| {
                    depth += i32::from(c == '(') - i32::from(c == ')');
                    depth == 0
                })
                .unwrap();
            lines.push(format!("{name} check {}", &part[..end]));
        }
    }
    lines.iter().map(|line| plain(line)).collect()
}

fn postgres_rules(conn: &mut PgConnection) -> BTreeSet<String> {
    let mut lines = postgres_lines(
        conn,
        "SELECT pg_get_indexdef(i.indexrelid) AS line FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid \
         WHERE t.relnamespace = 'public'::regnamespace \
         AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u'))",
    );
    let columns = |key| {
        format!(
            "(SELECT string_agg(a.attname, ',' ORDER BY k.place) FROM unnest({key}) WITH ORDINALITY AS k (num, place) \
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.num)"
        )
    };
    let from =
        "FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid WHERE t.relnamespace = 'public'::regnamespace";
    let unique = columns("c.conkey");
    lines.extend(postgres_lines(
        conn,
        &format!("SELECT t.relname || ' unique ' || {unique} AS line {from} AND c.contype = 'u'"),
    ));
    lines.extend(postgres_lines(
        conn,
        &format!(
            "SELECT t.relname || ' references ' || {unique} || ' ' || c.confrelid::regclass || ' ' \
             || (SELECT attname FROM pg_attribute WHERE attrelid = c.confrelid AND attnum = c.confkey[1]) AS line \
             {from} AND c.contype = 'f'"
        ),
    ));
    lines.extend(postgres_lines(
        conn,
        &format!(
            "SELECT t.relname || ' check ' || replace(pg_get_constraintdef(c.oid), 'CHECK ', '') AS line \
             {from} AND c.contype = 'c'"
        ),
    ));
    lines.iter().map(|line| plain(line)).collect()
}

fn connections() -> (SqliteConnection, PgConnection, [Database; 2]) {
    let kept = [Database::fresh(Backend::Sqlite), Database::fresh(Backend::Postgres)];
    match (kept[0].connect(), kept[1].connect()) {
        (Conn::Sqlite(sqlite), Conn::Postgres(postgres)) => (sqlite, postgres, kept),
        _ => panic!("the databases are mixed up"),
    }
}

#[test]
fn both_migration_sets_make_the_columns_that_the_code_believes_in() {
    let (mut sqlite, mut postgres, _kept) = connections();
    let believed = believed();
    assert!(believed.len() > 150, "schema.rs was read: {}", believed.len());
    assert_eq!(sqlite_columns(&mut sqlite), believed);
    assert_eq!(postgres_columns(&mut postgres), believed);
}

#[test]
fn both_migration_sets_make_the_same_indexes_references_and_checks() {
    let (mut sqlite, mut postgres, _kept) = connections();
    let rules = sqlite_rules(&mut sqlite);
    for part in ["createindex", "createuniqueindex", "unique", "references", "check"] {
        assert!(rules.iter().any(|rule| rule.contains(part)), "no {part} was read");
    }
    let mut others = postgres_rules(&mut postgres);
    assert!(
        others.remove(&plain(SEQUENCED)),
        "PostgreSQL has the index of transactions"
    );
    assert_eq!(rules, others);
}

/// Four migrate an empty database at once.
fn one_migrates(backend: Backend, guards: &Guards) -> Result<(), String> {
    let db = Database::empty(backend);
    let applied: Vec<_> = thread::scope(|scope| {
        let run = || store::migrate(&db.target(), guards, |_| Ok::<_, StoreError>(()));
        let migrators: Vec<_> = (0..4).map(|_| scope.spawn(run)).collect();
        let ended = migrators.into_iter().map(|one| one.join().expect("no panic"));
        let counted = ended.map(|outcome| outcome.map(|applied| applied.len()).map_err(|error| error.to_string()));
        counted.collect::<Result<_, _>>()
    })?;
    let applying = applied.iter().filter(|&&count| count > 0).count();
    ensure(applying == 1, format!("{applied:?}"))?;
    assert_eq!(Ledger::migrate(&db.target()).unwrap(), Vec::<String>::new());
    assert!(!pending(&db.target()).unwrap());
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_migrators_one_applies_and_both_succeed() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let check = async |_: &Database, guards| block_in_place(|| one_migrates(backend, &guards));
        needs(Guard::MigratorsApart, backend, check).await;
    }
}

/// Of those who open a new file at once none is told that it is locked: without that patience one of four migrators is,
/// about every tenth time.
#[test]
fn a_new_file_may_be_opened_by_many_at_once() {
    for _ in 0..30 {
        assert_eq!(one_migrates(Backend::Sqlite, &Guards::default()), Ok(()));
    }
}

#[test]
fn a_migration_that_breaks_off_leaves_nothing() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let db = Database::empty(backend);
        // In the way of a table that comes late.
        db.run("CREATE TABLE outbox (id BIGINT)");
        let error = Ledger::migrate(&db.target()).unwrap_err();
        assert!(error.to_string().contains("outbox"), "it says what stopped it: {error}");
        db.run("DROP TABLE outbox");
        assert!(pending(&db.target()).unwrap());
        assert!(!Ledger::migrate(&db.target()).unwrap().is_empty());
    }
}

/// The operator's guide tells of each column what a thief of the database sees in it.
#[test]
fn every_column_is_told_in_the_operators_guide() {
    let read = |path: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let guide = read("docs/operators-guide.md");
    let (_, section) = guide
        .split_once("### What a stolen database shows")
        .expect("the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let mut columns = 0;
    let schema = read("src/platform/store/schema.rs");
    for table in schema.split("diesel::table! {").skip(1) {
        let (name, rest) = table.trim_start().split_once(' ').expect("a name");
        let line = section.lines().find(|line| line.starts_with(&format!("| `{name}` |")));
        let line = line.unwrap_or_else(|| panic!("{name} has no line in \"What a stolen database shows\""));
        for column in rest.lines().filter_map(|line| line.split_once("->")) {
            let column = column.0.trim();
            columns += 1;
            assert!(
                line.contains(&format!("`{column}`")),
                "{name}.{column} is not told in \"What a stolen database shows\""
            );
            // What is sealed or blind is on the one side, and nothing else that could be.
            let is_sealed = column.ends_with("sealed") || column.contains("blind");
            let sealed = line
                .split('|')
                .nth(3)
                .is_some_and(|cell| cell.contains(&format!("`{column}`")));
            assert!(!is_sealed || sealed, "{name}.{column} is told to be readable");
        }
    }
    assert!(columns > 150, "{columns} columns");
}
