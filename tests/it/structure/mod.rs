//! The house holds: who may import whom, where diesel and actix may stand, no circle between rooms,
//! no long file, and a map that names every room.
//!
//! Cargo cannot hold rules inside one crate, so this test reads the sources. It knows every path
//! that starts at `crate`, `self` or `super`, in a `use` or in the middle of an expression, in
//! nested braces, macros and test modules; comments and strings it does not see.

mod guards;
mod hashes;
mod paths;
mod rules;
mod schemas;
mod statements;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use paths::{PathFound, Token, paths, tokens};

/// The rooms from top to bottom: each imports only what stands below it.
const ORDER: [&str; 28] = [
    "commands",
    "app",
    "pages",
    "admin",
    "leads",
    "account",
    "leaving",
    "waitlist",
    "onboarding",
    "moderation",
    "rooms",
    "tokens",
    "credentials",
    "identity",
    "invites",
    "people",
    "notify",
    "graph",
    "policy",
    "jobs",
    "idempotency",
    "vault",
    "ledger",
    "store",
    "egress",
    "config",
    "document",
    "terms",
];
/// Stands beside the order: only `http` files (and what builds the parts) import it.
const HTTP: &str = "http";
/// Speaks HTTP and nothing else.
const PAGES: &str = "pages";
const HTTP_MAY_IMPORT: [&str; 9] = [
    "jobs",
    "idempotency",
    "vault",
    "ledger",
    "store",
    "egress",
    "config",
    "document",
    "terms",
];
/// A folder of rooms, which knows no capability.
const PLATFORM: &str = "platform";
/// They build the parts and hand them to each other, so they may import everything.
const BUILDERS: [&str; 3] = ["main", "commands", "app"];
const DIESEL_ROOMS: [&str; 3] = ["store", "ledger", "terms"];
const DIESEL_FILES: [&str; 2] = ["records", "follow"];
const ACTIX_ROOMS: [&str; 3] = ["http", "app", "pages"];
const ACTIX_FILES: [&str; 1] = ["http"];
/// What goes out goes out there, and is checked there.
const EGRESS: &str = "egress";
const MOST_LINES: usize = 500;

#[test]
fn the_house_holds() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    read(&root, &root, &mut sources);
    assert!(
        sources.iter().any(|s| s.path == "lib.rs"),
        "no sources in {}",
        root.display()
    );
    let breaches = breaches(&sources);
    assert!(
        breaches.is_empty(),
        "the house does not hold:\n\n{}\n",
        breaches.join("\n")
    );
}

#[test]
fn no_test_is_long() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    for folder in ["tests", "benches"] {
        read(root, &root.join(folder), &mut sources);
    }
    assert!(sources.len() > 100, "{} sources of tests", sources.len());
    let long = sources.iter().map(|source| (source.text.lines().count(), &source.path));
    let long: Vec<_> = long.filter(|(lines, _)| *lines > MOST_LINES).collect();
    assert!(long.is_empty(), "more than {MOST_LINES} lines: {long:?}");
}

/// A file under `src`.
struct Source {
    /// With `/`, from `src` on: `people/rules.rs`.
    path: String,
    text: String,
}

impl Source {
    /// The modules from the crate's root down to this file.
    fn modules(&self) -> Vec<&str> {
        let mut parts: Vec<&str> = self.path.trim_end_matches(".rs").split('/').collect();
        if matches!(parts.last(), Some(&"mod" | &"lib")) {
            parts.pop();
        }
        parts
    }

    /// The same from the file's room on: the platform is a folder of rooms.
    fn place(&self) -> Vec<&str> {
        let mut parts = self.modules();
        if parts.first() == Some(&PLATFORM) {
            parts.remove(0);
        }
        parts
    }

    /// The room that the file belongs to; none for a map.
    fn room(&self) -> Option<&str> {
        self.place().first().copied()
    }

    /// Whether the file, or a folder of its room that it is in, has one of these names.
    fn is_one_of(&self, names: &[&str]) -> bool {
        self.place().iter().skip(1).any(|part| names.contains(part))
    }
}

fn read(root: &Path, folder: &Path, into: &mut Vec<Source>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .expect("a folder of sources")
        .flatten()
        .map(|e| e.path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            read(root, &path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let name = path
                .strip_prefix(root)
                .expect("a path below src")
                .to_string_lossy()
                .into_owned();
            into.push(Source {
                path: name,
                text: fs::read_to_string(&path).expect("a source"),
            });
        }
    }
}

/// Every breach of a rule, as a line that says where, what, and where such code belongs.
fn breaches(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    let rooms: BTreeSet<&str> = sources
        .iter()
        .filter_map(Source::room)
        .filter(|room| *room != "main")
        .collect();
    let mut imports: BTreeMap<(&str, &str), String> = BTreeMap::new();
    let mut named = BTreeSet::new();
    for source in sources {
        let tokens = tokens(&source.text);
        found.extend(source.breaches_of_place(&tokens));
        let Some(room) = source.room() else {
            found.extend(breaches_of_map(source, &tokens, &mut named));
            continue;
        };
        for path in paths(&source.modules(), &tokens) {
            let place = format!("src/{}:{}", source.path, path.line);
            let Some(other) = path.room() else {
                found.push(format!(
                    "{place}: imports the crate's root; name the room that is meant"
                ));
                continue;
            };
            if let Some(&other) = rooms.get(other) {
                if other != room {
                    imports.entry((room, other)).or_insert_with(|| place.clone());
                }
                found.extend(source.may_not_import(room, other).map(|why| format!("{place}: {why}")));
            } else if room != "main" && !path.is_macro {
                found.push(format!(
                    "{place}: `crate::{other}` is no room; what rooms share stands in terms"
                ));
            }
        }
    }
    for room in rooms.iter().filter(|room| !named.contains(**room)) {
        found.push(format!(
            "src/lib.rs:1: no map names `{room}`; add its `pub mod {room};`"
        ));
    }
    found.extend(circles(&imports));
    found.extend(breaches_of_rooms(sources, &rooms));
    found
}

impl Source {
    fn may_not_import(&self, room: &str, other: &str) -> Option<String> {
        if room == other || BUILDERS.contains(&room) {
            return None;
        }
        if room == HTTP {
            return (!HTTP_MAY_IMPORT.contains(&other)).then(|| {
                format!(
                    "http may not import {other}, only {}; what http needs of a capability comes through a trait \
                     that app fills in",
                    HTTP_MAY_IMPORT.join(", ")
                )
            });
        }
        if other == HTTP {
            return (room != PAGES && !self.is_one_of(&ACTIX_FILES)).then(|| {
                format!("only http files may import http; put what speaks HTTP into {room}/http.rs or {room}/http/")
            });
        }
        let place = |room| ORDER.iter().position(|name| *name == room);
        // A room that the order does not know is named by `breaches_of_rooms`.
        (place(other)? < place(room)?).then(|| {
            format!(
                "{room} may not import {other}, which stands above it; such code belongs in {other} (which may import \
                 {room}), in a subscriber of {other} that reads the feed, or, if it is a word for all, in terms"
            )
        })
    }

    /// Diesel and actix where they may not stand, and a file that is too long.
    fn breaches_of_place(&self, tokens: &[Token]) -> Vec<String> {
        let room = self.room().unwrap_or("lib");
        let diesel = DIESEL_ROOMS.contains(&room) || self.is_one_of(&DIESEL_FILES);
        let actix = ACTIX_ROOMS.contains(&room) || self.is_one_of(&ACTIX_FILES);
        let mut found = Vec::new();
        let mut told = BTreeSet::new();
        for token in tokens {
            let place = format!("src/{}:{}", self.path, token.line);
            let word = token.text.as_str();
            if !diesel && (word == "diesel" || word.starts_with("diesel_")) && told.insert(("diesel", token.line)) {
                found.push(format!(
                    "{place}: diesel stands only in {} and in files or folders named records or follow; put the \
                     query into {room}/records.rs as a function",
                    DIESEL_ROOMS.join(", ")
                ));
            }
            let is_actix = word.starts_with("actix_") || word.ends_with("_actix_web");
            if !actix && is_actix && told.insert(("actix", token.line)) {
                found.push(format!(
                    "{place}: actix stands only in {} and in files or folders named http; put the route into \
                     {room}/http.rs, what all routes share into http, what starts the server into app",
                    ACTIX_ROOMS.join(", ")
                ));
            }
        }
        for token in tokens.iter().filter(|token| token.text == "reqwest" && room != EGRESS) {
            found.push(format!(
                "src/{}:{}: reqwest stands only in {EGRESS}; ask by egress::Egress, which checks where it goes",
                self.path, token.line
            ));
        }
        let lines = self.text.lines().count();
        if lines > MOST_LINES {
            found.push(format!(
                "src/{}:{MOST_LINES}: the file has {lines} lines, and {MOST_LINES} are the most; split it by what it \
                 does, into a folder of its name",
                self.path
            ));
        }
        found
    }
}

/// `lib.rs` and the platform's `mod.rs` name every room, and nothing else.
fn breaches_of_map(map: &Source, tokens: &[Token], named: &mut BTreeSet<String>) -> Vec<String> {
    let names = tokens.windows(3).filter(|w| w[0].text == "pub" && w[1].text == "mod");
    named.extend(names.map(|w| w[2].text.clone()));
    let imports = paths(&map.modules(), tokens);
    let line = |path: &PathFound| {
        format!(
            "src/{}:{}: the map imports nothing; who needs a room names it",
            map.path, path.line
        )
    };
    imports.iter().map(line).collect()
}

/// Every room has its place in the order, and says at its top what it is.
fn breaches_of_rooms(sources: &[Source], rooms: &BTreeSet<&str>) -> Vec<String> {
    let mut found = Vec::new();
    for room in rooms {
        if *room != HTTP && !ORDER.contains(room) {
            found.push(format!(
                "src/{room}:1: `{room}` has no place in the order of rooms; give it one in ORDER"
            ));
        }
        let door = sources.iter().find(|s| s.place() == [*room]);
        if !door.is_some_and(|door| door.text.trim_start().starts_with("//!")) {
            let path = door.map_or_else(|| format!("{room}/mod.rs"), |door| door.path.clone());
            found.push(format!("src/{path}:1: begin with `//!` and say what `{room}` promises"));
        }
    }
    found
}

/// The circles between rooms: those that can reach themselves by imports.
fn circles(imports: &BTreeMap<(&str, &str), String>) -> Vec<String> {
    let mut found = Vec::new();
    for (&(from, to), place) in imports {
        let mut reached = BTreeSet::from([to]);
        let mut open = vec![to];
        while let Some(room) = open.pop() {
            let next = imports.keys().filter(|(a, _)| *a == room).map(|(_, b)| *b);
            open.extend(next.filter(|b| reached.insert(b)).collect::<Vec<_>>());
        }
        if reached.contains(from) {
            found.push(format!(
                "{place}: {from} imports {to}, and {to} imports {from} again, itself or through others; move what \
                 both need into the lower of them, or into terms"
            ));
        }
    }
    found
}

/// Whoever reads the documentation finds what it names.
#[test]
fn every_path_in_the_architecture_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let named = text.split('`').skip(1).step_by(2);
    let paths: Vec<_> = named
        .filter(|name| {
            ["src/", "tests/", "docs/", "schemas/", "deploy/", "templates/"]
                .iter()
                .any(|start| name.starts_with(start))
        })
        .collect();
    assert!(paths.len() > 40, "{paths:?}");
    let lost: Vec<_> = paths.iter().filter(|path| !root.join(path).exists()).collect();
    assert!(lost.is_empty(), "{lost:?}");
}
