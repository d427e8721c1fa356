//! Each rule of the house is seen to be held.

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
