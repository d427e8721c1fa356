//! Invites to everybody in a file.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use vouchsafe::{platform::terms::Role, policy};

use super::{Scene, texts};
use crate::support::{
    db::{Database, on_both},
    service::{Answer, text},
};

const PATH: &str = "/v1/admin/invites/bulk";

impl Scene {
    async fn send_file(&self, token: &str, key: &str, file: &str) -> Answer {
        let request = self.service.request(Method::POST, PATH).bearer_auth(token);
        let request = request
            .header("Content-Type", "text/csv; charset=utf-8")
            .header("Idempotency-Key", key);
        self.service.send(request.body(file.to_owned())).await
    }
}

on_both! {
    async fn everybody_in_a_file_is_invited_each_with_an_outcome(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let file = "email;lifetime_hours;locale\nann@vouch.example.org;;zh\nbob@vouch.example.org;1;\ncat@vouch.example.org;1000000;\n";
        let key = "the-first-of-the-files";
        let asked = scene.send_file(&admin, key, file).await.expect(202);
        assert_eq!(asked["rows"], 3);
        assert_eq!(scene.send_file(&admin, key, file).await.expect(202)["job"], asked["job"]);
        let other = scene.send_file(&admin, key, "email\nann@vouch.example.org\n").await;
        other.refused(422, "idempotency-key-reused");
        let id = text(&asked["job"]);
        let job = scene.job_done(&id).await;
        assert_eq!((&job["kind"], &job["steps"]), (&json!("invites"), &json!(3)));
        assert_eq!(job["report"], json!({ "outcomes": { "invited": 2, "lifetime_too_long": 1 } }));

        let path = format!("/v1/admin/jobs/{id}/report.csv");
        let answer = scene.service.request(Method::GET, &path).bearer_auth(&admin).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8");
        assert_eq!(answer.headers()["content-disposition"], format!("attachment; filename=\"{id}.csv\""));
        let report = answer.text().await.unwrap();
        assert_eq!(report, "item,outcome,person\n000002,invited,\n000003,invited,\n000004,lifetime_too_long,\n");

        // The admin's own invites, as if given one by one; their letters go out.
        let mine = scene.service.get(&admin, "/v1/me/invites").await.expect(200);
        let mine = mine["items"].as_array().unwrap();
        let emails: Vec<&Value> = mine.iter().map(|invite| &invite["email"]).collect();
        assert_eq!(emails, ["bob@vouch.example.org", "ann@vouch.example.org"]);
        for invite in mine {
            let code = scene.service.code_of(&text(&invite["id"])).await;
            scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
        }
        assert_eq!(texts(db, "SELECT locale AS t FROM invites ORDER BY id"), ["zh-Hans", "en"]);
        // Nothing of the file is kept.
        assert_eq!(db.figures("SELECT count(*) AS n FROM job_orders"), [0]);
        scene.service.stop().await;
    }

    async fn a_quota_holds_row_by_row(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let four = policy::preset("open-circle").unwrap().replace("quota_per_member = 20", "quota_per_member = 4");
        let four = four.replace(r#"unlimited_roles = ["owner", "admin"]"#, r#"unlimited_roles = ["owner"]"#);
        scene.put_policy(Some("\"1\""), &four).await.expect(200);
        scene.service.post(&admin, "/v1/me/invites", json!({ "max_uses": 1 })).await.expect(201);
        let rows: String = (0..5).map(|n| format!("guest-{n}@vouch.example.org\n")).collect();
        let asked = scene.send_file(&admin, "more-than-there-are-places", &format!("email\n{rows}")).await.expect(202);
        let job = scene.job_done(&text(&asked["job"])).await;
        assert_eq!(job["report"], json!({ "outcomes": { "invited": 3, "quota_exhausted": 2 } }));
        scene.service.stop().await;
    }

    async fn a_bad_file_invites_nobody(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let (_, admin) = scene.member("admin", Role::Admin).await;
        let (_, member) = scene.member("member", Role::Member).await;
        let good = "email\nann@vouch.example.org\n";
        scene.send_file(&member, "not-for-a-member-to-do", good).await.refused(403, "forbidden");
        let bad = scene.send_file(&admin, "a-file-with-bad-rows-1", "email\nann@vouch.example.org\nnobody\nann@vouch.example.org,\n").await;
        bad.refused(422, "file-invalid");
        let rows: Vec<_> = bad.body["rows"].as_array().unwrap().iter().map(|row| (&row["row"], &row["column"])).collect();
        assert_eq!(rows, [(&json!(3), &json!("email")), (&json!(4), &Value::Null)]);
        assert!(!bad.body.to_string().contains("nobody@"), "{}", bad.body);
        for bad in ["", "\u{0}", "=cmd|' /C calc'!A0", "email\n", &"\"".repeat(100_000), &format!("email{}\n", ",email".repeat(100_000))] {
            scene.send_file(&admin, "a-file-with-bad-rows-2", bad).await.refused(422, "file-invalid");
        }
        let request = scene.service.request(Method::POST, PATH).bearer_auth(&admin);
        scene.service.send(request.json(&json!({}))).await.refused(415, "unsupported-media-type");
        assert_eq!(db.figures("SELECT count(*) AS n FROM jobs"), [0]);
        assert_eq!(db.figures("SELECT count(*) AS n FROM invites"), [0]);

        // A gibibyte is refused before it comes.
        let mut stream = TcpStream::connect(scene.service.app.address).await.unwrap();
        let head = format!(
            "POST {PATH} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {admin}\r\nContent-Type: text/csv\r\n\
             Content-Length: 1073741824\r\n\r\nemail\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = [0; 12];
        tokio::time::timeout(Duration::from_secs(30), stream.read_exact(&mut answer)).await.unwrap().unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413");
        scene.service.stop().await;
    }
}
