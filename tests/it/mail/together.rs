//! Several invites to one address, told of by one letter.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::{
    task::block_in_place,
    time::{Instant, sleep},
};
use vouchsafe::platform::{
    store::{Backend, Guard, Guards},
    terms::Role,
};

use crate::{
    http::{PASSWORD, Scene, address},
    support::{
        db::{Database, ensure, needs, on_both},
        invariants::sound_soon,
        service::{Home, text},
        smtp::{SmtpServer, header},
    },
};

const LETTERS: &str = "SELECT count(*) AS n FROM outbox WHERE kind = 'invite'";
const TOLD_BESIDES: &str = "SELECT count(*) AS n FROM letter_subjects";
/// Letters that failed, and that nobody is delivering.
const FAILED: &str = "SELECT count(*) AS n FROM outbox WHERE claim IS NULL AND last_error IS NOT NULL";

async fn until(what: &str, truth: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !truth().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        sleep(Duration::from_millis(10)).await;
    }
}

/// What the letters to somebody say, as plain text.
pub fn letters_to(smtp: &SmtpServer, whom: &str) -> Vec<String> {
    let mails = block_in_place(|| smtp.mails());
    let theirs = mails.iter().filter(|mail| header(mail, "X-Envelope-To") == whom);
    theirs
        .map(|mail| mail.body_text(0).expect("a text").into_owned())
        .collect()
}

on_both! {
    async fn one_letter_tells_of_several_invites(db: &Database) {
        let mut smtp = block_in_place(SmtpServer::start);
        let scene = Scene::with_smtp(db, "open-circle", &smtp).await;
        block_in_place(|| smtp.stop());
        let mut inviters = Vec::new();
        for name in ["ann", "bob", "cat", "dan"] {
            inviters.push(scene.member(name, Role::Member).await);
        }
        let grace = address("grace");
        let mut invites: Vec<String> = Vec::new();
        for (n, (_, token)) in inviters.iter().enumerate() {
            let mut body = json!({ "email": grace });
            if n == 2 {
                body["message"] = "See you on Friday.".into();
            }
            let made = scene.service.post(token, "/v1/me/invites", body).await.expect(201);
            invites.push(text(&made["id"]));
            // The first letter has failed once; the others are taken into it.
            match n {
                0 => until("the letter fails", async || db.figures(FAILED) == [1]).await,
                n => until("it is told of", async || db.figures(TOLD_BESIDES) == [n as i64]).await,
            }
        }
        assert_eq!(db.figures(LETTERS), [1]);
        let path = format!("/v1/me/invites/{}", invites[3]);
        scene.service.call(reqwest::Method::DELETE, &inviters[3].1, &path, None).await.expect(204);

        block_in_place(|| smtp.start_again());
        scene.clock.advance(Duration::from_secs(3600));
        until("it leaves", async || db.figures("SELECT count(*) AS n FROM outbox WHERE state = 'sent'") == [1]).await;
        let letters = letters_to(&smtp, &grace);
        assert_eq!(letters.len(), 1, "{letters:?}");
        let mut codes = Vec::new();
        for invite in &invites {
            codes.push(scene.service.code_of(invite).await);
        }
        let told: Vec<bool> = codes.iter().map(|code| letters[0].contains(code)).collect();
        assert_eq!(told, [true, true, true, false], "{}", letters[0]);
        assert!(letters[0].contains("See you on Friday.") && letters[0].matches("invites you, until").count() == 3, "{}", letters[0]);

        // Each inviter sees their own, and that it has left.
        for (n, (member, _)) in inviters.iter().enumerate() {
            let token = scene.service.token(member.row).await;
            let listed = scene.service.get(&token, "/v1/me/invites").await.expect(200);
            let items = listed["items"].as_array().expect("a list");
            let ids: Vec<&Value> = items.iter().map(|item| &item["id"]).collect();
            assert_eq!(ids, [&json!(invites[n])]);
            if n < 3 {
                assert_eq!((&items[0]["delivery"], &items[0]["state"]), (&json!("sent"), &json!("open")));
            }
        }
        // Each code opens its own invite. The first that is accepted is the edge, and ends the others.
        for (n, code) in codes[..3].iter().enumerate() {
            let preview = scene.service.get("", &format!("/v1/invites/{code}")).await.expect(200);
            assert_eq!(preview["inviter"]["id"], json!(inviters[n].0.id.to_string()));
        }
        let (flow, token) = scene.proved(&codes[1], "grace").await;
        let joined = scene.step(&flow, &token, "password", json!({ "password": PASSWORD })).await.expect(201);
        let me = scene.service.get(&text(&joined["session"]["access_token"]), "/v1/me").await.expect(200);
        assert_eq!(me["inviter"]["id"], json!(inviters[1].0.id.to_string()));
        // What follows from it comes a moment later.
        for code in [&codes[0], &codes[2]] {
            let path = format!("/v1/invites/{code}");
            until("it ends", async || scene.service.get("", &path).await.status == 410).await;
            scene.service.get("", &path).await.refused(410, "invite-closed");
        }

        // A letter that has left takes nothing in.
        let iris = address("iris");
        for (n, (member, _)) in inviters.iter().take(2).enumerate() {
            let token = scene.service.token(member.row).await;
            scene.service.post(&token, "/v1/me/invites", json!({ "email": iris })).await.expect(201);
            let sent = "SELECT count(*) AS n FROM outbox WHERE state = 'sent' AND kind = 'invite'";
            until("it leaves", async || db.figures(sent) == [n as i64 + 2]).await;
        }
        assert_eq!((letters_to(&smtp, &iris).len(), db.figures(TOLD_BESIDES)), (2, vec![3]));
        sound_soon(db).await.expect("a sound community");
        scene.service.stop().await;
    }
}

/// Somebody is just delivering the letter: who is invited then is told of by another.
async fn a_letter_on_its_way(db: &Database, guards: Guards) -> Result<(), String> {
    let mut smtp = block_in_place(SmtpServer::start);
    let mut home = Home::new(db, "open-circle").with_smtp(&smtp);
    home.guards = guards;
    block_in_place(|| smtp.stop());
    let service = home.start().await;
    let mut tokens = Vec::new();
    for name in ["ann", "bob"] {
        let member = service.found(&address(name), Role::Member, None).await;
        tokens.push(service.token(member.row).await);
    }
    let invite = async |token: &str| {
        let body = json!({ "email": address("grace") });
        service.post(token, "/v1/me/invites", body).await.expect(201)
    };
    invite(&tokens[0]).await;
    until("the letter fails", async || db.figures(FAILED) == [1]).await;
    // As if another replica had it.
    db.run("UPDATE outbox SET claim = 'another', due_at = due_at + 3600000000");
    invite(&tokens[1]).await;
    until("the other is told of", async || {
        db.figures(LETTERS) == [2] || db.figures(TOLD_BESIDES) == [1]
    })
    .await;
    let told = db.figures(TOLD_BESIDES);
    service.stop().await;
    ensure(told == [0], "it was taken into a letter that was on its way")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_letter_on_its_way_takes_nothing_in() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        needs(Guard::LetterTakesIn, backend, a_letter_on_its_way).await;
    }
}
