//! The sample community: what it has, that it is the same each time, and made once.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use serde_json::json;
use vouchsafe::{
    app::{App, Core, Parts},
    commands::{
        admin,
        demo::{self, DemoError, Summary, populate},
    },
    platform::{ledger::verify, store::Backend, terms::SeededRng},
};

use crate::support::{
    db::Database,
    postgres::free_port,
    service::{Client, Home, Service},
};

async fn core(home: &Home) -> Core {
    Core::open(home.config.clone(), Parts::default()).await.unwrap()
}

/// Who let in whom, by the order in which they became members, which is that of their rows.
fn edges(db: &Database) -> Vec<i64> {
    db.figures("SELECT from_person * 1000000 + to_person AS n FROM edges ORDER BY kind, to_person, from_person")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_sample_community_is_whole_and_made_once() {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "real-name");
    let open = core(&home).await;
    let mut told = Vec::new();
    let begun = std::time::Instant::now();
    let summary = populate(&open, |done, all| told.push((done, all))).await.unwrap();
    println!("made in {:?}", begun.elapsed());
    assert!(told.is_sorted() && told.last().is_some_and(|(done, all)| done == all));
    let Summary {
        before,
        members,
        banned,
        pending,
        refused,
        owner,
        second,
    } = summary;
    assert_eq!((before, members, banned, pending, refused), (false, 2001, 12, 20, 3));
    assert!(second != owner, "somebody can approve what the owner proposes");

    let one = |sql: &str| db.figures(sql)[0];
    assert_eq!(one("SELECT COUNT(*) AS n FROM people"), 2001);
    assert_eq!(one("SELECT COUNT(*) AS n FROM edges WHERE kind = 'invite'"), 1999);
    assert_eq!(one("SELECT COUNT(*) AS n FROM people WHERE standing = 'banned'"), 12);
    assert_eq!(one("SELECT COUNT(*) AS n FROM cases WHERE state = 'open'"), 20);
    assert_eq!(one("SELECT COUNT(*) AS n FROM cases WHERE state = 'refused'"), 3);
    assert_eq!(
        one("SELECT COUNT(*) AS n FROM invites WHERE revoked_at IS NOT NULL"),
        13
    );
    let idle = "SELECT COUNT(*) AS n FROM invites WHERE uses = 0 AND held = 0 AND bound = 0 AND revoked_at IS NULL AND expires_at";
    let now = open.ledger.now().micros();
    assert_eq!(one(&format!("{idle} <= {now}")), 14, "nobody came in time");
    // Eight links, three letters.
    assert_eq!(one(&format!("{idle} > {now}")), 8 + 3);
    for (role, count) in [("owner", 2), ("admin", 2), ("reviewer", 3), ("auditor", 2)] {
        assert_eq!(
            one(&format!("SELECT COUNT(*) AS n FROM people WHERE role = '{role}'")),
            count,
            "{role}"
        );
    }
    let depth = one(
        "WITH RECURSIVE reached (person, depth) AS (SELECT id, 0 FROM people WHERE role = 'owner' UNION ALL \
         SELECT to_person, depth + 1 FROM edges JOIN reached ON from_person = person WHERE kind = 'invite') \
         SELECT MAX(depth) AS n FROM reached",
    );
    assert!((9..=12).contains(&depth), "{depth}");
    // One let in many within two days, and much is said of those.
    let burst = "SELECT COUNT(*) AS n FROM edges a JOIN edges b ON a.from_person = b.from_person AND a.kind = 'invite' \
        AND b.kind = 'invite' AND b.at BETWEEN a.at AND a.at + 2 * 86400 * 1000000 GROUP BY a.id ORDER BY n DESC LIMIT 1";
    assert!(one(burst) >= 45);
    let leads = "SELECT COUNT(*) AS n FROM leads WHERE kind = 'bad_rate' AND state = 'open'";
    assert!(one(leads) >= 1, "the branch is found");
    // Over eighteen months until now.
    let age = one("SELECT MAX(at) - MIN(at) AS n FROM edges") / 86_400_000_000;
    assert!((520..=547).contains(&age), "{age} days");

    let shape = edges(&db);
    let events = one("SELECT COUNT(*) AS n FROM events");
    let again = populate(&open, |_, _| ()).await.unwrap();
    assert_eq!(
        again,
        Summary {
            before: true,
            ..summary
        }
    );
    assert_eq!(one("SELECT COUNT(*) AS n FROM events"), events);
    let verified = open.ledger.store().snapshot(|conn| verify(conn, |_| ())).await.unwrap();
    assert_eq!((verified.sound, verified.findings), (events, Vec::new()));

    // It is served, its owner signs in, and few letters lie in the mailbox.
    let code = admin::sign_in_code(&open.ledger, &open.vault, owner).await.unwrap();
    let app = App::around(open).await.unwrap();
    let service = Service::around(app);
    let code = secrecy::ExposeSecret::expose_secret(&code);
    let signed_in = service
        .post("", "/v1/sessions", json!({ "one_time_code": code }))
        .await
        .expect(201);
    let token = signed_in["access_token"].as_str().unwrap().to_owned();
    assert_eq!(service.get(&token, "/v1/me").await.expect(200)["role"], "owner");
    let cases = service.get(&token, "/v1/admin/cases?limit=100").await.expect(200);
    assert_eq!(cases["items"].as_array().unwrap().len(), 20);
    let invited = service
        .post(&token, "/v1/me/invites", json!({ "email": "last@example.org" }))
        .await;
    assert_eq!(invited.status, 201, "{}", invited.body);
    // The subscribers go in order: with this one, all letters are there.
    let letters = || fs::read_dir(home.mailbox()).map_or(0, |folder| folder.flatten().count());
    let written = || one("SELECT COUNT(*) AS n FROM outbox WHERE state = 'sent'");
    for _ in 0..600 {
        if written() >= 7 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    service.stop().await;
    assert_eq!(written(), 7, "three invites, three decisions, and the last invite");
    assert!(letters() <= 8, "{}", letters());

    // Elsewhere, cut off again and again, it comes to the same.
    let other = Database::fresh(Backend::Sqlite);
    let home = Home::new(&other, "real-name");
    let rng = SeededRng::new(3);
    let mut cuts = 0;
    loop {
        let open = core(&home).await;
        let patience = Duration::from_millis(300 + rng.below(1500) + cuts * 500);
        let made = tokio::time::timeout(patience, populate(&open, |_, _| ())).await;
        open.close().await;
        match made {
            Ok(made) => break assert_eq!(made.unwrap().members, 2001),
            Err(_) => cuts += 1,
        }
    }
    assert!(cuts > 0);
    assert_eq!(edges(&other), shape);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_is_not_put_beside_people() {
    let db = Database::fresh(Backend::Sqlite);
    let home = Home::new(&db, "real-name");
    let open = core(&home).await;
    let url = &open.config.http.public_url;
    admin::owner(&open.ledger, &open.vault, url, demo::OWNER, "real", &mut Vec::new())
        .await
        .unwrap();
    assert!(matches!(populate(&open, |_, _| ()).await, Err(DemoError::NotEmpty)));
    assert_eq!(db.figures("SELECT COUNT(*) AS n FROM people"), [1]);
    open.close().await;
}

/// `make run`, as whoever tries it meets it: the binary, in a directory where nothing is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_serves_it_until_ctrl_c_and_goes_on_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let base = format!("http://127.0.0.1:{}", free_port());
    let start = |life: &str| {
        let said = folder.path().join(life);
        let file = |end: &str| fs::File::create(said.with_extension(end)).unwrap();
        let child = Command::new(env!("CARGO_BIN_EXE_vouchsafe"))
            .args([
                "demo",
                "--set",
                &format!("http.listen={}", base.trim_start_matches("http://")),
            ])
            .current_dir(folder.path())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(file("out"))
            .stderr(file("log"))
            .spawn()
            .unwrap();
        Demo { child, said }
    };
    let client = Client::new(base.clone(), Duration::from_secs(60));
    let mut owners = Vec::new();
    for life in ["first", "second"] {
        let mut demo = start(life);
        let said = demo.serving().await;
        let there = "A sample community of 2001 people, 12 of them banned; 20 newcomers wait for a reviewer.";
        for told in [
            there,
            "mail            data/mail",
            &format!("serving on {base}, Ctrl-C stops"),
        ] {
            assert!(said.contains(told), "{told}: {said}");
        }
        let command = format!("curl {base}/v1/sessions --json '{{\"one_time_code\":\"");
        let code = said
            .split_once(&command)
            .unwrap_or_else(|| panic!("no {command}: {said}"))
            .1;
        let code = code.split_once('"').unwrap().0;
        let signed_in = client
            .post("", "/v1/sessions", json!({ "one_time_code": code }))
            .await
            .expect(201);
        let token = signed_in["access_token"].as_str().unwrap();
        let me = client.get(token, "/v1/me").await.expect(200);
        assert_eq!((&me["role"], &me["contact"]), (&"owner".into(), &demo::OWNER.into()));
        owners.push(me["id"].clone());
        demo.interrupt();
        assert!(demo.ended().await.success(), "{}", demo.read("log"));
    }
    assert_eq!(
        owners[0], owners[1],
        "the second start goes on with what the first made"
    );
}

/// One life of the binary; it ends when this is dropped.
struct Demo {
    child: Child,
    said: PathBuf,
}

impl Demo {
    fn read(&self, end: &str) -> String {
        fs::read_to_string(self.said.with_extension(end)).unwrap()
    }

    /// What it prints until it serves.
    async fn serving(&mut self) -> String {
        loop {
            let said = self.read("out");
            if said.contains("Ctrl-C stops\n") {
                return said;
            }
            let ended = self.child.try_wait().unwrap();
            assert!(ended.is_none(), "{ended:?}: {said}{}", self.read("log"));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ctrl-C.
    fn interrupt(&self) {
        let kill = format!("kill -INT {}", self.child.id());
        assert!(Command::new("/bin/sh").args(["-c", &kill]).status().unwrap().success());
    }

    async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(ended) = self.child.try_wait().unwrap() {
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
