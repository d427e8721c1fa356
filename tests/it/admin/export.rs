//! The graph as a file: what people's tools for graphs read of it, whatever a handle says, and how it is sent.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};

use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    admin::{
        AskError,
        export::{Export, ExportFormat},
    },
    commands::export as command,
    people::{self, Newcomer},
    platform::{
        ledger::Actor,
        store::StoreError,
        terms::{Assurance, PersonId, PersonRow, Role, Timestamp},
    },
};

use super::community::Community;
use crate::{
    http::Scene,
    support::{
        db::{Database, on_both},
        tools,
    },
};

/// What would be more than a text, where a format did not see to it.
const WILFUL: [&str; 9] = [
    "=1+1",
    "@SUM(1)",
    "\"];evil [x=\"",
    "</data></node><node id=\"x\"/>",
    "ends in \\",
    "&amp; <!-- ",
    "{a|b} \\N",
    "two\nlines\u{1}",
    "plain",
];

/// The same as each format's reader is to see it.
fn seen(format: ExportFormat, handle: &str) -> String {
    match format {
        ExportFormat::Jsonl => handle.to_owned(),
        // Its reader gives both backslashes back.
        ExportFormat::Dot => handle.replace('\\', "\\\\").replace(['\n', '\u{1}'], "\u{FFFD}"),
        ExportFormat::Graphml => handle.replace('\u{1}', "\u{FFFD}"),
        ExportFormat::Csv | ExportFormat::CsvPeople if handle.starts_with(['=', '@']) => format!("'{handle}"),
        ExportFormat::Csv | ExportFormat::CsvPeople => handle.to_owned(),
    }
}

fn read(format: &str, files: &[&Path]) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tools/read_graph.py");
    let mut python = Command::new(tools::python());
    python.arg(script).arg(format).args(files);
    serde_json::from_str(&tools::run(&mut python, Duration::from_secs(120))).expect("JSON")
}

impl Community {
    async fn file(&self, folder: &Path, format: ExportFormat, branch: Option<PersonId>) -> PathBuf {
        let (graph, roster) = (Arc::clone(&self.graph), Arc::clone(&self.roster));
        let begun = Export::begin(&self.ledger, graph, roster, Actor::Operator, format, branch, None);
        let mut export = begun.await.unwrap();
        let mut bytes = Vec::new();
        while let Some(piece) = export.next().await.unwrap() {
            bytes.extend(piece);
        }
        let path = folder.join(format.as_str());
        fs::write(&path, bytes).unwrap();
        path
    }
}

on_both! {
    /// Ten people whose handles are as bad as they can be, and their vouches, whole and by branch.
    async fn the_tools_of_others_read_every_format(db: &Database) {
        let first = Community::new(db).await;
        let owner = first.found("owner", Role::Owner).await;
        let mut members = vec![owner.clone()];
        for place in 0..WILFUL.len() {
            let inviter = members[place / 2].clone();
            members.push(first.admit(&inviter, &format!("member{place}")).await);
        }
        // Side by side with an invite, against it, across, and out of the branch.
        for (from, to) in [(0, 1), (3, 1), (7, 4), (8, 2), (2, 8)] {
            first.vouch(&members[from], &members[to]).await;
        }
        first.ban(&owner, &members[9]).await.unwrap();
        let mut conn = db.connect();
        for (place, handle) in WILFUL.iter().enumerate() {
            let handle = handle.replace('\'', "''");
            crate::support::db::run(&mut conn, &format!("UPDATE people SET handle = '{handle}' WHERE handle = 'member{place}'"));
        }
        let community = Community::over(first.ledger.clone(), first.vault.clone()).await;
        let folder = tempfile::tempdir().unwrap();
        let branch = members[1].id;
        // Of the branch: members 1, 3, 4, 7, 8 and 9.
        for (of, people, invites, vouches) in [(None, 10, 9, 5), (Some(branch), 6, 5, 2)] {
            let within: BTreeSet<usize> = match of {
                None => (0..10).collect(),
                Some(_) => [1, 3, 4, 7, 8, 9].into(),
            };
            let expected = |format| {
                let handles = within.iter().map(|&place| match place {
                    0 => "owner".to_owned(),
                    place => seen(format, WILFUL[place - 1]),
                });
                // Readers of lines see two lines where one handle has them.
                let mut handles: Vec<_> = handles.collect();
                handles.sort();
                json!({ "people": people, "edges": invites + vouches, "invite": invites, "vouch": vouches, "handles": handles })
            };
            let at = folder.path();
            let edges = community.file(at, ExportFormat::Csv, of).await;
            let table = community.file(at, ExportFormat::CsvPeople, of).await;
            let found = read("csv", &[&edges, &table]);
            let wanted = expected(ExportFormat::Csv);
            assert_eq!(found, json!({ "networkx": wanted, "igraph": wanted }));
            for (format, tools) in [
                (ExportFormat::Graphml, &["networkx", "igraph"][..]),
                (ExportFormat::Dot, &["graphviz"]),
                (ExportFormat::Jsonl, &["networkx"]),
            ] {
                let file = community.file(at, format, of).await;
                let found = read(format.as_str(), &[&file]);
                for tool in tools {
                    assert_eq!(found[tool], expected(format), "{format} by {tool}");
                }
                let text = fs::read_to_string(&file).unwrap();
                assert_eq!(text.contains(&owner.id.to_string()), of.is_none(), "{text}");
                assert!(text.contains("link") && text.contains("banned") && !text.contains("sealed"), "{text}");
            }
        }
        // A file that is there is not written over, and of an unknown branch there is none and no event.
        let path = folder.path().join("graph.jsonl");
        let wanted = command::Wanted { format: ExportFormat::Jsonl, branch: Some(branch.to_string()), output: Some(path.clone()), as_of: None };
        let mut said = Vec::new();
        let (graph, roster) = (&community.graph, &community.roster);
        command::export(&community.ledger, graph, roster, &wanted, &mut said).await.unwrap();
        assert_eq!(String::from_utf8(said).unwrap().trim(), path.display().to_string());
        let before = db.figures("SELECT count(*) AS n FROM events WHERE kind = 'graph_exported'");
        assert_eq!(before, [11]);
        let again = command::export(&community.ledger, graph, roster, &wanted, &mut Vec::new()).await;
        assert!(matches!(again, Err(command::ExportError::File(..))), "{again:?}");
        let unknown = command::Wanted { format: ExportFormat::Dot, branch: Some("nobody_here".into()), output: None, as_of: None };
        let refused = command::export(&community.ledger, graph, roster, &unknown, &mut Vec::new()).await;
        assert!(matches!(refused, Err(command::ExportError::PersonUnknown(_))), "{refused:?}");
        let nobody = PersonId::from_uuid(uuid(1));
        let graph = Arc::clone(graph);
        let begun = Export::begin(&community.ledger, graph, Arc::clone(roster), Actor::Operator, ExportFormat::Dot, Some(nobody), None);
        assert!(matches!(begun.await.err(), Some(AskError::PersonUnknown)));
        assert_eq!(db.figures("SELECT count(*) AS n FROM events WHERE kind = 'graph_exported'"), before);
    }

    /// Who reads slowly holds nobody up, though there is one connection; and whoever joins meanwhile is not in the file.
    async fn a_slow_reader_holds_nothing(db: &Database) {
        const MANY: usize = 20_000;
        let scene = Scene::with(db, "reviewed", |config| {
            config.store.sqlite_readers = 1;
            config.store.pool_size = 3;
        })
        .await;
        let ledger = &scene.service.app.core.ledger;
        let newcomer = |place: usize| Newcomer {
            subject: None,
            handle: Some(format!("slow_{place:05}")),
            role: Role::Member,
            assurance: Assurance::Contact,
            locale: "en".into(),
        };
        for part in 0..20 {
            let written = ledger.write(Actor::Operator, move |tx| {
                for place in 0..MANY / 20 {
                    people::found(tx, &newcomer(part * MANY / 20 + place))?;
                }
                Ok::<_, StoreError>(PersonRow(0))
            });
            let position = written.await.unwrap().position.unwrap();
            assert!(scene.service.app.core.read_model.wait(position, Duration::from_secs(60)).await);
        }
        let path = "/v1/admin/graph/export?format=jsonl";
        let (_, member) = scene.member("ann", Role::Member).await;
        scene.service.get(&member, path).await.refused(403, "forbidden");
        let (_, auditor) = scene.member("auditor", Role::Auditor).await;
        let request = scene.service.request(Method::GET, path).bearer_auth(&auditor);
        let mut answer = request.send().await.unwrap();
        assert_eq!((answer.status().as_u16(), &answer.headers()["content-type"]), (200, &"application/jsonl".parse().unwrap()));
        let day = scene.home.clock.now().date();
        let name = format!("attachment; filename=\"community-{day}.jsonl\"");
        assert_eq!(answer.headers()["content-disposition"], name.as_str());
        assert!(answer.headers().get("content-length").is_none());
        let mut text = answer.chunk().await.unwrap().unwrap().to_vec();
        // What is not read waits in the kernel's buffers and in one piece: the file is longer than that.
        scene.clock.advance(Duration::from_secs(1));
        let (late, _) = scene.member("late", Role::Admin).await;
        scene.service.get(&auditor, "/v1/admin/people?limit=200&role=admin").await.expect(200);
        scene.service.post(&scene.owner_token, "/v1/me/invites", json!({ "max_uses": 1 })).await.expect(201);
        let chain = format!("/v1/admin/people/{}/chain", late.id);
        scene.service.get(&auditor, &chain).await.expect(200);
        while let Some(chunk) = answer.chunk().await.unwrap() {
            text.extend(chunk);
        }
        let lines: Vec<Value> = text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap()).collect();
        let people = lines.iter().filter(|line| line["type"] == "person");
        let ids: BTreeSet<_> = people.map(|line| line["id"].to_string()).collect();
        // The owner, and two members of the test.
        assert_eq!((ids.len(), &lines.last().unwrap()["people"]), (MANY + 3, &json!(MANY + 3)));
        assert!(!ids.contains(&json!(late.id).to_string()));
        assert!(text.len() > 3_000_000, "{} bytes", text.len());

        let told = scene.service.get(&auditor, "/v1/admin/ledger?type=graph_exported").await.expect(200);
        let (event, as_of) = (&told["items"][0], &lines[0]["as_of"]);
        assert_eq!((told["items"].as_array().unwrap().len(), &event["details"]["format"]), (1, &json!("jsonl")));
        assert_eq!(&event["details"]["as_of"], as_of);
        assert!(Timestamp::parse(as_of.as_str().unwrap()).is_some());
        // As of the second before: whoever came later is not there, and whoever was banned later stands well.
        let (ann, _) = scene.member("bea", Role::Member).await;
        let ban = json!({ "kind": "ban", "reason": "spam", "note": "a test of exports" });
        scene.service.post(&scene.owner_token, &format!("/v1/admin/people/{}/sanctions", ann.id), ban).await.expect(201);
        scene.clock.advance(Duration::from_secs(60));
        let second = late.joined_at.before(Duration::from_secs(1));
        for (query, many, banned) in [(format!("&as_of={second}"), MANY + 3, 0), (String::new(), MANY + 5, 1)] {
            let request = scene.service.request(Method::GET, &format!("{path}{query}")).bearer_auth(&auditor);
            let text = request.send().await.unwrap().text().await.unwrap();
            assert!(text.lines().last().unwrap().contains(&format!("\"people\":{many},")), "{query}: {:?}", text.lines().last());
            assert_eq!(text.matches("\"standing\":\"banned\"").count(), banned, "{query}");
        }
        // A session that was left open is not enough.
        scene.clock.advance(Duration::from_secs(20 * 60));
        let stale = scene.service.get(&auditor, path).await;
        assert!([401, 403].contains(&stale.status.as_u16()), "{stale:?}");
        scene.service.stop().await;
    }
}

fn uuid(number: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(number)
}
