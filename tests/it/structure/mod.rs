//! The house holds: who may import whom, where diesel and actix may stand, no circle between rooms,
//! no long file, and a map that names every room.
//!
//! Cargo cannot hold rules inside one crate, so this test reads the sources. It knows every path
//! that starts at `crate`, `self` or `super`, in a `use` or in the middle of an expression, in
//! nested braces, macros and test modules; comments and strings it does not see.

mod guards;
mod hashes;
mod paths;
mod tables;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use paths::{PathFound, Token, paths, tokens};

/// The rooms from top to bottom: each imports only what stands below it.
const ORDER: [&str; 23] = [
    "commands",
    "app",
    "admin",
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
const ACTIX_ROOMS: [&str; 2] = ["http", "app"];
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
            return (!self.is_one_of(&ACTIX_FILES)).then(|| {
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

mod tests {
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source {
            path: path.to_owned(),
            text: text.to_owned(),
        }
    }

    /// What the rules say of one file in a house that is otherwise well.
    fn said_of(path: &str, text: &str) -> Vec<String> {
        let mut house: Vec<Source> = ORDER
            .iter()
            .chain([&HTTP])
            .map(|room| source(&format!("{room}/mod.rs"), "//! A room.\n"))
            .filter(|s| s.path != path)
            .collect();
        let map: String = ORDER
            .iter()
            .chain([&HTTP])
            .map(|room| format!("pub mod {room};\n"))
            .collect();
        if path != "lib.rs" {
            house.push(source("lib.rs", &map));
        }
        house.push(source(path, text));
        breaches(&house)
    }

    #[track_caller]
    fn refused(path: &str, text: &str, line: usize, words: &str) {
        let said = said_of(path, text);
        let place = format!("src/{path}:{line}: ");
        assert!(
            said.iter().any(|s| s.starts_with(&place) && s.contains(words)),
            "{place}… {words} was not said of {text:?}, but {said:?}"
        );
    }

    #[track_caller]
    fn taken(path: &str, text: &str) {
        assert_eq!(said_of(path, text), Vec::<String>::new(), "of {text:?}");
    }

    #[test]
    fn a_room_imports_only_what_stands_below_it() {
        taken(
            "people/rules.rs",
            "use crate::{policy::Demands, terms::{Id, kinds}};\nuse super::Person;\n",
        );
        let why = "policy may not import people";
        refused("policy/rules.rs", "\nuse crate::people::Person;", 2, why);
        refused(
            "policy/rules.rs",
            "use crate::{\n    terms::Id, \n    people::{self, Person as P}, \n};",
            3,
            why,
        );
        refused("policy/rules.rs", "pub use crate::people;", 1, why);
        refused(
            "policy/rules.rs",
            "pub(crate) use super::super::people::Person;",
            1,
            why,
        );
        refused("policy/mod.rs", "//! A room.\nuse super::people::Person;", 2, why);
        refused(
            "policy/rules.rs",
            "use super::super::{terms::Id, people::Person};",
            1,
            why,
        );
        refused(
            "policy/rules/deep.rs",
            "use super::super::super::people::Person;",
            1,
            why,
        );
        refused(
            "policy/rules.rs",
            "fn f() -> u8 {\n    crate::people::count::<u8>()\n}",
            2,
            why,
        );
        refused("policy/rules.rs", "fn f(p: &crate::people::Person) {}", 1, why);
        refused(
            "policy/rules.rs",
            "macro_rules! m { () => { $crate::people::count() }; }",
            1,
            why,
        );
        refused(
            "policy/rules.rs",
            "mod tests {\n    use super::super::super::people::Person;\n}",
            2,
            why,
        );
        refused(
            "policy/rules.rs",
            "mod tests {}\nuse super::super::people::Person;",
            2,
            why,
        );
        refused(
            "policy/rules.rs",
            "const A: char = '\"'; use crate::people::Person; const B: char = '\"';",
            1,
            why,
        );
        refused(
            "policy/rules.rs",
            "fn f<'a>(x: &'a str) { crate::people::g(x) }",
            1,
            why,
        );
        refused("policy/rules.rs", "use crate::r#people::Person;", 1, why);
        refused(
            "policy/rules.rs",
            "const A: &str = \"a\n\\\" b\";\nuse crate::people::Person;",
            3,
            why,
        );
        taken(
            "policy/rules.rs",
            "// crate::people::Person\n/* use crate::people; /* */ crate::people::x */\n",
        );
        taken(
            "policy/rules.rs",
            "/// Like [`crate::people::Person`].\nconst A: &str = \"crate::people::x\";\n",
        );
        taken("policy/rules.rs", "const A: &str = r#\"a \" crate::people::x\"#;\n");
        taken(
            "policy/rules.rs",
            "mod tests {\n    use super::super::Policy;\n    use super::*;\n}\n",
        );
        taken(
            "app/mod.rs",
            "//! A room.\nuse crate::{people::Person, http::Caller};\n",
        );
    }

    #[test]
    fn nobody_imports_the_root() {
        for text in [
            "use crate::*;",
            "use super::super::*;",
            "use crate::{self as root};",
            "use crate as root;",
        ] {
            refused("policy/rules.rs", text, 1, "imports the crate's root");
        }
        refused("policy/rules.rs", "use crate::Person;", 1, "`crate::Person` is no room");
        taken("policy/rules.rs", "fn f() { crate::shout!(1) }\n");
    }

    #[test]
    fn http_stands_beside_the_order() {
        taken(
            "http/caller.rs",
            "use crate::{config::Http, store::Store, terms::Id};\n",
        );
        refused(
            "http/caller.rs",
            "use crate::people::Person;",
            1,
            "http may not import people",
        );
        taken("people/http.rs", "use crate::http::Caller;\n");
        taken("people/http/sessions.rs", "use crate::http::Caller;\n");
        refused(
            "people/rules.rs",
            "use crate::http::Caller;",
            1,
            "only http files may import http",
        );
        refused(
            "store/pool.rs",
            "use crate::http::Caller;",
            1,
            "only http files may import http",
        );
    }

    #[test]
    fn diesel_and_actix_have_their_places() {
        for path in [
            "store/pool.rs",
            "ledger/sequencer.rs",
            "terms/id.rs",
            "people/records.rs",
            "notify/follow.rs",
        ] {
            taken(path, "use diesel::prelude::*;\n");
        }
        taken(
            "people/records/sessions.rs",
            "#[diesel(table_name = people)]\nstruct Row;\n",
        );
        for path in [
            "people/rules.rs",
            "people/http.rs",
            "http/limits.rs",
            "commands/serve.rs",
        ] {
            refused(path, "\nuse diesel::prelude::*;", 2, "diesel stands only in");
        }
        refused(
            "people/rules.rs",
            "fn f() { diesel_migrations::x() }",
            1,
            "diesel stands only in",
        );
        for path in ["http/mod.rs", "app.rs", "people/http.rs", "people/http/sessions.rs"] {
            let said = said_of(path, "//! A room.\nuse actix_web::web::Json;\n");
            assert!(!said.iter().any(|s| s.contains("actix")), "{said:?}");
        }
        refused("rooms/janus.rs", "\nuse reqwest::Client;", 2, "reqwest stands only in");
        taken("egress/mod.rs", "//! A room.\nuse reqwest::Client;\n");
        for name in ["actix_web", "tracing_actix_web", "utoipa_actix_web", "actix_rt"] {
            refused("people/rules.rs", &format!("use {name}::x;"), 1, "actix stands only in");
        }
        refused(
            "main.rs",
            "#[actix_web::main]\nasync fn main() {}",
            1,
            "actix stands only in",
        );
    }

    #[test]
    fn there_is_no_circle() {
        // Builders may import everything, so that only the circle is wrong here.
        let house = [
            source("lib.rs", "pub mod app;\npub mod commands;\n"),
            source("app.rs", "//! A room.\nuse crate::commands::Serve;"),
            source("commands/mod.rs", "//! A room.\n\nuse crate::app::App;"),
        ];
        let said = breaches(&house);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(
            said[0].starts_with("src/app.rs:2: app imports commands, and commands imports app again"),
            "{said:?}"
        );
        assert!(
            said[1].starts_with("src/commands/mod.rs:3: commands imports app"),
            "{said:?}"
        );
    }

    #[test]
    fn no_file_is_long() {
        taken("people/rules.rs", &"\n".repeat(MOST_LINES));
        refused(
            "people/rules.rs",
            &"\n".repeat(MOST_LINES + 1),
            MOST_LINES,
            "the file has 501 lines",
        );
    }

    #[test]
    fn the_map_names_every_room_and_every_room_says_what_it_is() {
        refused(
            "lib.rs",
            "//! pub mod people;\npub mod terms;\n",
            1,
            "no map names `people`",
        );
        refused("lib.rs", "pub use crate::terms::Id;", 1, "the map imports nothing");
        refused(
            "people/mod.rs",
            "use crate::terms::Id;\n//! Late.\n",
            1,
            "say what `people` promises",
        );
        let said = said_of("attic/mod.rs", "//! A room.\n");
        assert!(
            said.iter().any(|s| s.contains("`attic` has no place in the order")),
            "{said:?}"
        );
        assert!(said.iter().any(|s| s.contains("no map names `attic`")), "{said:?}");
    }
}
