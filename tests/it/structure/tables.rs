//! A table has one owner: the room that writes it. Another room that must read it in a join is named here, with why.

use std::{collections::BTreeSet, fs, path::Path};

/// Who owns what.
const OWNERS: [(&str, &[&str]); 17] = [
    (
        "ledger",
        &[
            "events",
            "ledger",
            "sequencer",
            "leases",
            "cursors",
            "subscriber_failures",
        ],
    ),
    ("vault", &["subjects"]),
    ("store", &["throttles"]),
    ("idempotency", &["idempotency"]),
    ("jobs", &["jobs", "job_orders", "job_outcomes"]),
    ("policy", &["policies"]),
    (
        "people",
        &[
            "people",
            "contacts",
            "edges",
            "former_edges",
            "assurance_changes",
            "departures",
            "marks",
            "former_handles",
            "handle_changes",
        ],
    ),
    (
        "credentials",
        &[
            "credentials",
            "sign_in_codes",
            "text_codes",
            "password_links",
            "password_asks",
        ],
    ),
    ("notify", &["outbox", "letter_subjects", "mail_stops"]),
    ("invites", &["invites", "holds", "quota_grants"]),
    ("onboarding", &["flows"]),
    ("waitlist", &["applications", "application_vouches", "waitlist_draws"]),
    (
        "identity",
        &[
            "identities",
            "identity_slots",
            "cases",
            "case_releases",
            "disclosures",
            "refusals",
        ],
    ),
    ("account", &["address_changes", "address_undos"]),
    ("leads", &["leads", "lead_runs"]),
    ("moderation", &["sanctions", "actions", "appeals", "reports"]),
    ("tokens", &["sessions", "signing_keys", "services"]),
];
/// The last row of [`OWNERS`], whose tables have the room's own words.
const ROOMS: (&str, &[&str]) = (
    "rooms",
    &[
        "room_servers",
        "rooms",
        "rooms_on_servers",
        "tickets",
        "room_places",
        "room_hands",
        "room_acts",
    ],
);

/// Who reads another room's table in a join, and why.
const READERS: [(&str, &str, &str); 17] = [
    (
        "graph",
        "people",
        "The graph is loaded from everybody's row at once; people stand above it.",
    ),
    ("graph", "edges", "The same."),
    ("graph", "former_edges", "The same."),
    ("graph", "assurance_changes", "The same."),
    ("graph", "departures", "The same."),
    (
        "graph",
        "sanctions",
        "How everybody stood at any time is loaded at once; moderation stands above it.",
    ),
    (
        "invites",
        "people",
        "That the inviter stands is part of the one conditional statement that takes a use.",
    ),
    (
        "invites",
        "marks",
        "The same: whom an action on many has marked lets nobody in.",
    ),
    (
        "moderation",
        "edges",
        "Of all the sanctions of an action those are found at once who let the people in.",
    ),
    (
        "moderation",
        "people",
        "Of all the sanctions of an action the public ids of those whom they are on are read at once.",
    ),
    (
        "invites",
        "edges",
        "Places, and the invitees who earn and take them, are counted in one statement.",
    ),
    (
        "invites",
        "subjects",
        "Many letters' addresses and their keys are read at once (row invite-sqlite).",
    ),
    (
        "invites",
        "rooms",
        "That the room of an invite is open is part of the same statement; rooms stand above it.",
    ),
    (
        "invites",
        "room_places",
        "Whether somebody may invite for a room for guests is asked where the room is.",
    ),
    (
        "invites",
        "flows",
        "Figures of invites are sums over the ways in that were begun by them; onboarding stands above.",
    ),
    (
        "leads",
        "sanctions",
        "Every ban that is in force is read at once, three columns of it.",
    ),
    (
        "rooms",
        "people",
        "Of thousands of tickets those are ended whose holder is known too little.",
    ),
];

fn owner(table: &str) -> Option<&'static str> {
    let all = OWNERS.iter().chain([&ROOMS]);
    all.into_iter()
        .find(|(_, tables)| tables.contains(&table))
        .map(|(room, _)| *room)
}

/// Every table that the schema has.
fn tables(schema: &str) -> Vec<&str> {
    let heads = schema
        .lines()
        .filter_map(|line| line.strip_prefix("    ")?.split_once(" ("));
    heads
        .map(|(name, _)| name)
        .filter(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .collect()
}

/// Whether `word` stands in `text` by itself.
fn stands(text: &str, word: &str) -> bool {
    let part = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.match_indices(word).any(|(at, _)| {
        !part(
            at.checked_sub(1)
                .and_then(|before| text.as_bytes().get(before).copied()),
        ) && !part(text.as_bytes().get(at + word.len()).copied())
    })
}

/// What a source imports of the schema.
fn imports(text: &str) -> String {
    let mut found = String::new();
    for (at, _) in text.match_indices("schema::") {
        let rest = &text[at + "schema::".len()..];
        let end = if rest.starts_with('{') {
            rest.find('}').unwrap_or(0)
        } else {
            rest.find([',', ';', '}', ':']).unwrap_or(0)
        };
        found.push_str(&rest[..end]);
        found.push(' ');
    }
    found
}

/// What a source does to a table beyond its own room, as `(table, whether it writes)`.
fn touched<'a>(room: &str, text: &str, tables: &[&'a str]) -> BTreeSet<(&'a str, bool)> {
    let imported = imports(text);
    let mut found = BTreeSet::new();
    for &table in tables.iter().filter(|table| owner(table) != Some(room)) {
        let writes = ["INSERT INTO ", "UPDATE ", "DELETE FROM "];
        let dsl = ["insert_into(", "update(", "delete(", "replace_into("];
        let writes = writes.iter().any(|verb| stands(text, &format!("{verb}{table}")))
            || stands(&imported, table) && dsl.iter().any(|call| text.contains(&format!("{call}{table}::")));
        let reads = stands(&imported, table)
            || ["FROM ", "JOIN "]
                .iter()
                .any(|verb| stands(text, &format!("{verb}{table}")));
        if writes || reads {
            found.insert((table, writes));
        }
    }
    found
}

fn breaches(
    root: &Path,
    folder: &Path,
    tables: &[&str],
    found: &mut Vec<String>,
    used: &mut BTreeSet<(String, String)>,
) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            breaches(root, &path, tables, found, used);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().display().to_string();
        let room = name
            .trim_start_matches("platform/")
            .split('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        // Tests inside a file may look at whatever they need.
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let comments = |line: &&str| !line.trim_start().starts_with("//");
        let text: String = text.lines().filter(comments).flat_map(|line| [line, "\n"]).collect();
        // The guards alter what others' statements say, in tests alone.
        if name.contains("store/schema") || name.ends_with("store/guards.rs") {
            continue;
        }
        for (table, writes) in touched(&room, &text, tables) {
            used.insert((room.clone(), table.to_owned()));
            let known = READERS
                .iter()
                .any(|(reader, read, _)| *reader == room && *read == table);
            if writes {
                found.push(format!("src/{name} writes `{table}`, which is {:?}'s", owner(table)));
            } else if !known {
                found.push(format!(
                    "src/{name} reads `{table}`, which is {:?}'s: ask by its queries",
                    owner(table)
                ));
            }
        }
    }
}

#[test]
fn a_table_has_one_owner() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let parts = [
        "",
        "/account",
        "/graph",
        "/lead_tables",
        "/letters",
        "/moderation",
        "/places",
        "/waitlist",
    ];
    let schema: String = parts
        .map(|part| read(&format!("platform/store/schema{part}.rs")))
        .concat();
    let tables = tables(&schema);
    assert!(tables.len() > 25, "{tables:?}");
    let without: Vec<_> = tables.iter().filter(|table| owner(table).is_none()).collect();
    assert!(without.is_empty(), "nobody owns {without:?}");
    let (mut found, mut used) = (Vec::new(), BTreeSet::new());
    breaches(&root, &root, &tables, &mut found, &mut used);
    assert!(found.is_empty(), "{}", found.join("\n"));
    for (reader, table, _) in READERS {
        let still = used.contains(&(reader.to_owned(), table.to_owned()));
        assert!(still, "{reader} reads {table} no more");
    }
}

#[test]
fn whoever_writes_another_s_table_is_found() {
    let tables = ["people", "invites"];
    let seen = |text: &str| touched("moderation", text, &tables);
    assert_eq!(
        seen("let a = \"UPDATE people SET x = 1\";"),
        BTreeSet::from([("people", true)])
    );
    assert_eq!(
        seen("use store::schema::people;\nupdate(people::table)"),
        BTreeSet::from([("people", true)])
    );
    assert_eq!(
        seen("use store::schema::{invites, people};"),
        BTreeSet::from([("invites", false), ("people", false)])
    );
    assert_eq!(seen("\"SELECT 1 FROM invites\""), BTreeSet::from([("invites", false)]));
    assert_eq!(seen("people::member(conn, row)"), BTreeSet::new());
}
