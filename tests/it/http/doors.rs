//! What opens a door: not a row that somebody has written, not a sign-in of yesterday, not a text that somebody has
//! bent.

use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use reqwest::Method;
use serde_json::{Value, json};
use vouchsafe::{
    http::{
        AT_LEAST, POSITION,
        rights::{Access, OPERATIONS},
    },
    platform::{store::Backend, terms::Role, vault::sha256},
};

use super::{Operation, PASSWORD, Scene, form, nobody};
use crate::support::{
    db::{Database, on_both},
    service::{HALL, text},
};

/// Bytes as SQL writes them.
fn blob(db: &Database, bytes: &[u8]) -> String {
    let hex = HEXLOWER.encode(bytes);
    match db.target().backend() {
        Backend::Sqlite => format!("x'{hex}'"),
        Backend::Postgres => format!("'\\x{hex}'"),
    }
}

on_both! {
    /// Whoever can write a row and has no keyring makes no code, no token and no secret good: neither by the hash of
    /// one that they know, nor by what is stored of one of their own.
    async fn a_row_opens_no_door(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let preview = async |code: &str| {
            // What was shown before is shown for two seconds at most, whoever wrote the row.
            scene.clock.advance(Duration::from_secs(2));
            service.get("", &format!("/v1/invites/{code}")).await
        };
        let bare = |code: &str| code.replace('-', "");

        let (own, other) = (scene.link(5).await, scene.link(5).await);
        for known in ["ABCDE-FGHJK-MNPQR-STUVW", own.as_str()] {
            let hash = blob(db, &sha256(bare(known).as_bytes()));
            db.run(&format!("UPDATE invites SET code_hash = {hash} WHERE id = (SELECT max(id) FROM invites)"));
            if known != own {
                preview(known).await.refused(404, "invite-unknown");
            }
        }
        // The code of one's own invite, at somebody else's.
        db.run("UPDATE invites SET code_hash = code_hash || code_hash WHERE id = (SELECT max(id) FROM invites)");
        preview(&other).await.refused(404, "invite-unknown");
        preview(&own).await.expect(200);
        let first = "(SELECT code_hash FROM invites ORDER BY id LIMIT 1)";
        let second = "(SELECT max(id) FROM invites)";
        match db.target().backend() {
            Backend::Sqlite => db.run(&format!(
                "CREATE TABLE kept AS SELECT {first} AS h; UPDATE invites SET code_hash = x'00' WHERE id <> {second}; \
                 UPDATE invites SET code_hash = (SELECT h FROM kept) WHERE id = {second}; DROP TABLE kept"
            )),
            Backend::Postgres => db.run(&format!(
                "CREATE TABLE kept AS SELECT {first} AS h; \
                 UPDATE invites SET code_hash = '\\x00' WHERE id <> {second}; \
                 UPDATE invites SET code_hash = (SELECT h FROM kept) WHERE id = {second}; DROP TABLE kept"
            )),
        }
        preview(&own).await.refused(404, "invite-unknown");
        // An invite of an earlier version is found by the hash of its own code, and by that alone.
        let hash = blob(db, &sha256(bare(&other).as_bytes()));
        db.run(&format!("UPDATE invites SET code_hash = {hash} WHERE id = {second}"));
        preview(&other).await.expect(200);

        // A flow, by a token that is known, and by the token of one's own flow.
        let (flow, token) = service.begin(&other).await;
        let (own_flow, own_token) = service.begin(&other).await;
        let show = async |flow: &str, token: &str| service.get(token, &format!("/v1/onboarding/{flow}")).await;
        show(&flow, &token).await.expect(200);
        let row = "(SELECT min(id) FROM flows)";
        let own_hash = "(SELECT token_hash FROM flows ORDER BY id DESC LIMIT 1)";
        for forged in [blob(db, &sha256(b"vsf_known")), own_hash.to_owned()] {
            db.run(&format!("UPDATE flows SET token_hash = {forged} WHERE id = {row}"));
            for stranger in ["vsf_known", own_token.as_str()] {
                show(&flow, stranger).await.refused(404, "flow-unknown");
            }
        }
        show(&own_flow, &own_token).await.expect(200);

        // A service, by a secret that is known, and by another one's.
        let (hall_id, _) = service.register_hall().await;
        db.run(&format!("UPDATE services SET secret_hash = {}", blob(db, &sha256(b"known"))));
        let home = scene.home;
        scene.service.stop().await;
        let service = home.start().await;
        let refused = form(&service, "/oauth/introspect", Some(&(hall_id, "known".into())), &[("token", "x")]).await;
        assert_eq!(refused.status, 401, "{refused:?}");
        service.stop().await;
    }

    /// What a token that was stolen must not be enough for wants a sign-in less than 15 minutes old; refreshing is
    /// none, and signing in again is.
    async fn what_is_dangerous_wants_a_recent_sign_in(db: &Database) {
        let scene = Scene::new(db, "reviewed").await;
        let service = &scene.service;
        service.found("ada@example.org", Role::Owner, Some(PASSWORD)).await;
        let credentials = json!({ "contact": "ada@example.org", "password": PASSWORD });
        let sign_in = async || service.post("", "/v1/sessions", credentials.clone()).await.expect(201);
        let refreshed = async |granted: &Value| {
            let refresh = text(&granted["refresh_token"]);
            let turn = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
            form(service, "/oauth/token", None, &turn).await.expect(200)
        };
        let ask = async |operation: &Operation, token: &str| {
            let id = match operation.path.as_str() {
                path if path.contains("cases") => nobody("case"),
                path if path.contains("room-servers") => nobody("server"),
                path if path.contains("actions") => nobody("action"),
                _ => nobody("person"),
            };
            let path = operation.path.replace("{id}", &id);
            service.send(operation.request(service, &path).bearer_auth(token)).await
        };
        let dangerous = |operation: &Operation| {
            OPERATIONS.iter().any(|known| known.id == operation.id && known.wants_recent)
        };
        let mut all: Vec<_> = Operation::all().into_iter().filter(dangerous).collect();
        // Whoever has left asks for nothing more.
        all.sort_by_key(|operation| operation.id == "leave");
        for id in ["change_role", "claim_case", "leave", "register_room_server", "remove_room_server", "replace_policy",
            "replace_room_server"]
        {
            assert!(all.iter().any(|operation| operation.id == id), "{id}");
        }
        let granted = sign_in().await;
        scene.clock.advance(Duration::from_secs(9 * 60));
        let granted = refreshed(&granted).await;
        scene.clock.advance(Duration::from_secs(6 * 60 - 1));
        let token = text(&granted["access_token"]);
        let changes_nothing = |operation: &&Operation| !["register_room_server", "leave"].contains(&operation.id.as_str());
        for operation in all.iter().filter(changes_nothing) {
            let answer = ask(operation, &token).await;
            assert_ne!(answer.status, 401, "{}: {answer:?}", operation.id);
        }
        scene.clock.advance(Duration::from_secs(1));
        let again = text(&refreshed(&granted).await["access_token"]);
        for (operation, token) in all.iter().flat_map(|operation| [(operation, &token), (operation, &again)]) {
            let answer = ask(operation, token).await;
            answer.refused(401, "reauthentication-required");
            let challenge = answer.header("www-authenticate").expect("a challenge");
            assert!(challenge.contains("insufficient_user_authentication") && challenge.contains("900"), "{challenge}");
        }
        // Nothing else is asked for that.
        for operation in OPERATIONS.iter().filter(|known| !known.wants_recent) {
            if let Access::Roles(_) = operation.access
                && operation.verb.as_str() == "GET"
                && !operation.path.contains('{')
            {
                let answer = service.get(&again, operation.path).await;
                assert_ne!(answer.status, 401, "{}: {answer:?}", operation.id);
            }
        }
        let fresh = text(&sign_in().await["access_token"]);
        for operation in &all {
            let answer = ask(operation, &fresh).await;
            assert_ne!(answer.status, 401, "{}: {answer:?}", operation.id);
        }
        scene.service.stop().await;
    }

    /// Cursors and positions tell nobody how many invites or events there are, and are taken as they were given.
    async fn cursors_and_positions_say_nothing(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let owner = &scene.owner_token;
        for _ in 0..3 {
            scene.link(1).await;
        }
        let page = service.get(owner, "/v1/me/invites?limit=1").await.expect(200);
        let cursor = text(&page["next"]);
        let next = async |list: &str, cursor: &str| service.get(owner, &format!("{list}?limit=1&cursor={cursor}")).await;
        let second = next("/v1/me/invites", &cursor).await.expect(200);
        assert_ne!(second["items"][0]["id"], page["items"][0]["id"]);
        let opened = BASE64URL_NOPAD.decode(cursor.as_bytes()).expect("base64url");
        for row in db.figures("SELECT id AS n FROM invites") {
            let written = format!("[{row}]");
            assert!(!opened.windows(written.len()).any(|part| part == written.as_bytes()), "{written}");
        }
        assert_eq!(cursor.len(), text(&second["next"]).len());

        let mut flipped = cursor.clone().into_bytes();
        flipped[20] = if flipped[20] == b'A' { b'B' } else { b'A' };
        let flipped = String::from_utf8(flipped).unwrap();
        let plain = BASE64URL_NOPAD.encode(b"\x01[3]");
        for bent in [&flipped, &plain, &cursor[1..], &cursor[..cursor.len() - 2], "", "x"] {
            let refused = next("/v1/me/invites", bent).await;
            refused.refused(400, "cursor-invalid");
            assert_eq!(refused.body["field"], "cursor");
        }
        for list in ["/v1/admin/ledger", "/v1/admin/people", "/v1/admin/cases", "/v1/admin/rooms"] {
            next(list, &cursor).await.refused(400, "cursor-invalid");
        }

        let made = service.post(owner, "/v1/me/invites", json!({ "max_uses": 1 })).await;
        let position = made.header(POSITION.as_str()).expect("a position").to_owned();
        let demand = async |position: &str| {
            let request = service.request(Method::GET, "/v1/me").bearer_auth(owner);
            service.send(request.header(AT_LEAST.as_str(), position)).await
        };
        demand(&position).await.expect(200);
        let later = service.post(owner, "/v1/me/invites", json!({ "max_uses": 1 })).await;
        let later = later.header(POSITION.as_str()).expect("a position");
        assert!(later.len() == position.len() && later != position);
        // What it was before it was sealed, in any number of bytes; the position bent; a cursor.
        for bent in ["AAAAAAAAAAE", "AQ", &position[1..], &position[..position.len() - 2], &cursor, "1"] {
            demand(bent).await.refused(400, "position-unknown");
        }
        scene.service.stop().await;
    }

    /// A token that was shown to a service opens none of our operations, as a member or otherwise.
    async fn what_a_service_was_shown_is_no_power_here(db: &Database) {
        let scene = Scene::new(db, "open-circle").await;
        let service = &scene.service;
        let credentials = service.register_hall().await;
        let shown = service.session(scene.owner.row).await.hall;
        let before = Scene::events(db);
        for operation in Operation::all() {
            let known = OPERATIONS.iter().find(|known| known.id == operation.id).expect("in the table");
            let wants = matches!(known.access, Access::Roles(_) | Access::Service | Access::Flow | Access::Applicant | Access::Appellant);
            if !wants {
                continue;
            }
            let path = operation.path.replace("{id}", &scene.owner.id.to_string()).replace("{flow}", &nobody("flow"));
            let path = path.replace("{sanction}", &nobody("sanction")).replace("{application}", &nobody("application")).replace("{ticket}", &nobody("ticket")).replace("{server}", &nobody("server"));
            let path = path.replace("{room}", "stage");
            let answer = service.send(operation.request(service, &path).bearer_auth(&shown)).await;
            assert!(matches!(answer.status.as_u16(), 401 | 404), "{}: {answer:?}", operation.id);
            if let Access::Roles(_) = known.access {
                // Nor do the service's own credentials.
                let request = operation.request(service, &path).basic_auth(&credentials.0, Some(&credentials.1));
                assert_eq!(service.send(request).await.status, 401, "{}", operation.id);
            }
        }
        for path in ["/oauth/revoke", "/oauth/token"] {
            let asked = [("token", shown.as_str()), ("grant_type", "refresh_token"), ("refresh_token", shown.as_str())];
            assert_eq!(form(service, path, None, &asked).await.status, 400, "{path}");
        }
        assert_eq!(Scene::events(db), before, "something happened");
        let about = form(service, "/oauth/introspect", Some(&credentials), &[("token", &shown)]).await.expect(200);
        assert_eq!((&about["active"], &about["aud"]), (&json!(true), &json!(HALL)));
        scene.service.stop().await;
    }
}
