//! Who is looked for is found: by handle, contact, id, role, standing and time of joining, together and page by page, and
//! each question is answered by an index.

use std::sync::{Arc, Mutex};

use actix_web::http::Method;
use diesel::{Connection, QueryableByName, RunQueryDsl, connection::InstrumentationEvent, sql_query, sql_types::Text};
use serde_json::json;
use vouchsafe::{
    commands::people as command,
    people::{self, MOST_LOOKED, Newcomer, Wanted},
    platform::{
        ledger::Actor,
        store::{Conn, StoreError},
        terms::{Assurance, PersonRow, Role, Standing, Timestamp},
        vault::Blind,
    },
};

use super::{community::Community, people::asker};
use crate::support::db::{Database, on_both, run};

fn wanted(handle: Option<&str>, role: Option<Role>, standing: Option<Standing>) -> Wanted {
    Wanted {
        handle: handle.map(str::to_owned),
        role,
        standing,
        ..Wanted::default()
    }
}

/// The statement by which `find` asks, and how the database would answer it, whatever is bound.
fn plan(db: &Database, wanted: &Wanted) -> (String, String) {
    let mut conn = db.connect();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&asked);
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            told.lock().unwrap().push(query.to_string());
        }
    });
    people::find(&mut conn, wanted, None, 50).unwrap();
    let statement = asked.lock().unwrap().pop().unwrap();
    let text = statement.split(" -- binds").next().unwrap().to_owned();
    let mut conn = db.connect();
    let lines: Vec<String> = match &mut conn {
        Conn::Sqlite(conn) => {
            #[derive(QueryableByName)]
            struct Step {
                #[diesel(sql_type = Text)]
                detail: String,
            }
            let steps: Vec<Step> = sql_query(format!("EXPLAIN QUERY PLAN {text}")).load(conn).unwrap();
            steps.into_iter().map(|step| step.detail).collect()
        }
        Conn::Postgres(_) => {
            let many = text.matches('$').count();
            run(&mut conn, &format!("PREPARE asked AS {text}"));
            // A table of this size is read whole and sorted, if that may be.
            run(
                &mut conn,
                "SET enable_seqscan = off; SET enable_sort = off; SET enable_bitmapscan = off",
            );
            run(&mut conn, "SET plan_cache_mode = force_generic_plan");
            let none = vec!["NULL"; many].join(", ");
            let Conn::Postgres(conn) = &mut conn else {
                unreachable!()
            };
            let explain = format!("EXPLAIN (COSTS OFF) EXECUTE asked({none})");
            let lines = sql_query(explain).load::<PlanLine>(conn);
            lines.unwrap().into_iter().map(|line| line.plan).collect()
        }
    };
    (text, lines.join("\n"))
}

#[derive(QueryableByName)]
#[diesel(check_for_backend(diesel::pg::Pg))]
struct PlanLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    plan: String,
}

async fn found(community: &Community, wanted: &Wanted, limit: usize) -> Vec<Vec<String>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let (wanted, from) = (wanted.clone(), after);
        let read = community.ledger.store().read(move |conn| {
            let found = people::find(conn, &wanted, from, limit)?;
            Ok::<_, StoreError>(found)
        });
        let page = read.await.unwrap();
        let handles = page.members.iter().map(|member| member.handle.clone().unwrap());
        pages.push(handles.collect());
        after = page.next;
        if after.is_none() {
            return pages;
        }
    }
}

on_both! {
    async fn everything_that_is_asked_must_fit(db: &Database) {
        let community = Community::new(db).await;
        let owner = community.found("owner", Role::Owner).await;
        let mut members = Vec::new();
        for handle in ["wei_2", "wei", "weird", "w_1", "weber", "zoe"] {
            members.push(community.admit(&owner, handle).await);
        }
        community.ban(&owner, &members[2]).await.unwrap();
        community.give_contact(&members[1], community.vault.blind(Blind::Contact, b"wei@example.org")).await;
        let ask = asker(&community).await;
        let get = async |query: &str| {
            ask(Method::GET, format!("/v1/admin/people?{query}"), "auditor-1".into(), None, json!(null)).await
        };
        for (query, handles) in [
            ("handle=we", &["weber", "wei", "wei_2", "weird"][..]),
            ("handle=%20%40WEI", &["wei", "wei_2", "weird"]),
            ("handle=wei_", &["wei_2"]),
            ("handle=w_", &["w_1"]),
            ("handle=we&standing=banned", &["weird"]),
            ("handle=we&standing=active&role=member", &["weber", "wei", "wei_2"]),
            ("handle=z&standing=banned", &[]),
            ("role=owner", &["owner"]),
            ("role=owner&handle=o", &["owner"]),
            ("role=auditor", &[]),
            ("standing=banned", &["weird"]),
            ("standing=banned&role=owner", &[]),
            ("role=member&standing=active", &["wei_2", "wei", "w_1", "weber", "zoe"]),
        ] {
            assert_eq!(get(query).await.handles(), handles, "{query}");
        }
        let (from, before) = (members[1].joined_at, members[4].joined_at);
        for (query, handles) in [
            (format!("joined_from={from}&joined_before={before}"), &["wei", "weird", "w_1"][..]),
            (format!("joined_from={from}&joined_before={from}"), &[]),
            (format!("joined_from={from}&joined_before={before}&handle=we"), &["wei", "weird"]),
            (format!("joined_from={before}&standing=active"), &["weber", "zoe"]),
            (format!("joined_before={before}&standing=banned"), &["weird"]),
            (format!("id={}", members[3].id), &["w_1"]),
            (format!("id={}&handle=w", members[3].id), &["w_1"]),
            (format!("id={}&handle=x", members[3].id), &[]),
        ] {
            assert_eq!(get(&query).await.handles(), handles, "{query}");
        }
        for refused in ["handle=", "handle=%25", "handle=w%25e", "handle=w%C3%A9", "joined_from=yesterday", "id=x", "role=king"] {
            assert_eq!(get(refused).await.problem(), (400, "invalid-field"), "{refused}");
        }

        // A cursor is of the list that it came from, and whoever comes meanwhile takes nobody's place.
        let page = get("handle=we&limit=2").await;
        assert_eq!(page.handles(), ["weber", "wei"]);
        let next = page.body["next"].as_str().unwrap().to_owned();
        community.admit(&owner, "we0").await;
        community.admit(&owner, "wei_9").await;
        let page = get(&format!("handle=we&limit=2&cursor={next}")).await;
        assert_eq!(page.handles(), ["wei_2", "wei_9"]);
        for other in ["", "handle=z&", "standing=banned&"] {
            let refused = get(&format!("{other}cursor={next}")).await;
            assert_eq!(refused.problem(), (400, "cursor-invalid"), "{other}");
        }

        let search = async |body| ask(Method::POST, "/v1/admin/people/search".into(), "auditor-1".into(), None, body).await;
        assert_eq!(search(json!({ "contact": "Wei@Example.org" })).await.handles(), ["wei"]);
        assert_eq!(search(json!({ "contact": "wei@example.org", "handle": "We", "role": "member" })).await.handles(), ["wei"]);
        for other in [json!({ "handle": "z" }), json!({ "role": "owner" }), json!({ "standing": "banned" }),
            json!({ "joined_before": from }), json!({ "id": members[0].id })] {
            let mut body = other.clone();
            body["contact"] = json!("wei@example.org");
            assert!(search(body).await.handles().is_empty(), "{other}");
        }
        assert_eq!(search(json!({ "handle": "we" })).await.problem(), (400, "invalid-field"));

        let mut said = Vec::new();
        let sought = command::Sought { contact: Some("-".into()), limit: 9, ..command::Sought::default() };
        let mut typed = b"wei@example.org\n".as_slice();
        command::find(community.ledger.store(), &community.vault, sought, &mut typed, &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains(&members[1].id.to_string()) && said.ends_with("\n1 person\n"), "{said}");
        let mut said = Vec::new();
        let sought = command::Sought { handle: Some("We".into()), joined_from: Some("2001-01-01".into()), limit: 2, ..command::Sought::default() };
        command::find(community.ledger.store(), &community.vault, sought, &mut [].as_slice(), &mut said).await.unwrap();
        let said = String::from_utf8(said).unwrap();
        assert!(said.contains("we0 ") && said.ends_with("2 people; there are more, see --limit\n"), "{said}");
    }

    /// Ten million people are not looked at for one page: each question begins at its place in an index, and ends.
    async fn a_question_is_answered_by_an_index(db: &Database) {
        let community = Community::new(db).await;
        let time = Timestamp::from_seconds(1);
        let between = |wanted: Wanted| Wanted { joined_from: Some(time), joined_before: Some(time), ..wanted };
        let (owner, member, banned) = (Some(Role::Owner), Some(Role::Member), Some(Standing::Banned));
        let handles = if db.target().backend() == vouchsafe::platform::store::Backend::Sqlite { "sqlite_autoindex_people" } else { "people_handle_key" };
        for (wanted, index) in [
            (wanted(None, None, None), "people_by_joining"),
            (between(wanted(None, None, None)), "people_by_joining"),
            (wanted(None, member, Some(Standing::Active)), "people_by_joining"),
            (wanted(None, owner, None), "people_by_role"),
            (between(wanted(None, owner, Some(Standing::Active))), "people_by_role"),
            (wanted(None, member, banned), "people_by_standing"),
            (between(wanted(None, None, banned)), "people_by_standing"),
            (wanted(Some("we"), None, None), handles),
            (between(wanted(Some("we"), member, None)), handles),
            (wanted(Some("we"), None, banned), "people_by_standing_and_handle"),
        ] {
            let (statement, plan) = plan(db, &wanted);
            let index = format!("{index}{}", if index == "sqlite_autoindex_people" { "_2" } else { "" });
            assert!(plan.split([' ', '\n']).any(|word| word == index), "{index}: {statement}\n{plan}");
            assert!(!plan.contains("Seq Scan") && !plan.contains("Sort") && !plan.contains("TEMP B-TREE"), "{statement}\n{plan}");
        }

        // Where one of many fits, a page ends all the same, and the next one goes on.
        const MANY: usize = MOST_LOOKED + 500;
        let written = community.ledger.write(Actor::Operator, move |tx| {
            for place in 0..MANY {
                let newcomer = Newcomer {
                    subject: None,
                    handle: Some(format!("many_{place:05}")),
                    role: Role::Member,
                    assurance: Assurance::Contact,
                    locale: "en".into(),
                };
                let member = people::found(tx, &newcomer)?;
                if place % (MANY - 1) == 0 {
                    people::set_assurance(tx.conn, member.row, Assurance::Contact, Assurance::Verified, tx.now)?;
                    people::set_standing(tx.conn, member.row, Standing::Active, Standing::Left)?;
                }
            }
            Ok::<_, StoreError>(PersonRow(0))
        });
        written.await.unwrap();
        let both = vec!["many_00000".to_owned(), format!("many_{:05}", MANY - 1)];
        assert_eq!(found(&community, &wanted(None, None, Some(Standing::Left)), 50).await, [both]);
        let active = found(&community, &wanted(Some("many"), None, Some(Standing::Active)), 5000).await;
        assert_eq!(active.iter().map(Vec::len).collect::<Vec<_>>(), [5000, 5000, MANY - 2 - 10_000]);
        // All have joined in one moment: only the last does not fit, and is far away.
        let early = Wanted { joined_before: Some(time), ..wanted(Some("many"), None, None) };
        assert_eq!(found(&community, &early, 50).await, [Vec::<String>::new(), Vec::new()]);
        let mut joined = found(&community, &wanted(None, None, None), 777).await;
        assert_eq!(joined.len(), MANY.div_ceil(777));
        let joined = joined.drain(..).flatten().collect::<Vec<_>>();
        assert_eq!(joined.len(), MANY);
        assert!(joined.is_sorted(), "{joined:?}");
    }
}
