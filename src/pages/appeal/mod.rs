//! An appeal, by somebody who may not sign in: what was decided about them, and their words to somebody else than decided.

mod words;

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{api::Refused, join::day, posted::Posted, problems::Told, shell::Shell, visit::Visit};
use words::{Words, words};

/// What an appeal is made with.
const APPEAL: &str = "__Host-appeal";

#[derive(Template)]
#[template(path = "pages/appeal.html")]
struct Page {
    shell: Shell,
    words: &'static Words,
    told: Option<Told>,
    sanctions: Vec<Shown>,
    text: String,
}

struct Shown {
    id: String,
    what: &'static str,
    since: String,
    until: Option<String>,
    appeal: Option<&'static str>,
    /// Why it was decided so, in words.
    answer: Option<String>,
}

#[derive(Deserialize)]
struct All {
    items: Vec<Sanction>,
}

#[derive(Deserialize)]
struct Sanction {
    id: String,
    kind: String,
    imposed_at: jiff::Timestamp,
    until: Option<jiff::Timestamp>,
    lifted_at: Option<jiff::Timestamp>,
    appeal: Option<Appeal>,
}

#[derive(Deserialize)]
struct Appeal {
    verdict: Option<String>,
    reason: Option<String>,
}

/// Keeps what a refused sign-in gives, and shows where it leads.
pub(super) fn begin(visit: &Visit, token: &str) -> HttpResponse {
    visit.set(APPEAL, token.to_owned(), Some(Age::minutes(15)));
    visit.see("/appeal")
}

/// The page.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    page(&visit, None, "").await
}

async fn page(visit: &Visit, refused: Option<&Refused>, text: &str) -> HttpResponse {
    let Some(token) = visit.cookie(APPEAL) else {
        return visit.see("/signin");
    };
    let words = words(visit.locale);
    let asked = visit.asked_as_nobody(Method::GET, "/v1/appeals").bearer(&token);
    let all: All = match visit.ask(asked).await {
        Ok(all) => all,
        // Its quarter of an hour is over: whoever signs in again gets another one.
        Err(refused) if refused.wants_sign_in() => {
            visit.unset(APPEAL);
            return visit.see("/signin");
        }
        Err(refused) => return visit.refuse(&refused),
    };
    let shown = |sanction: Sanction| Shown {
        what: words.kind(&sanction.kind),
        since: day(visit.locale, sanction.imposed_at),
        until: sanction.until.map(|until| day(visit.locale, until)),
        appeal: sanction
            .appeal
            .as_ref()
            .map(|appeal| words.verdict(appeal.verdict.as_deref())),
        answer: sanction.appeal.and_then(|appeal| appeal.reason),
        id: sanction.id,
    };
    let told = refused.map(|refused| visit.told(refused));
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &Page {
            words,
            told,
            sanctions: all
                .items
                .into_iter()
                .filter(|sanction| sanction.lifted_at.is_none())
                .map(shown)
                .collect(),
            text: text.to_owned(),
            shell: visit.shell(words.title),
        },
    )
}

/// The appeal is made.
pub(super) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let Some(token) = visit.cookie(APPEAL) else {
        return visit.see("/signin");
    };
    let text = form.text("text");
    let asked = visit
        .asked_as_nobody(Method::POST, "/v1/appeals")
        .bearer(&token)
        .body(&json!({ "sanction": form.text("sanction"), "text": text.replace("\r\n", "\n") }));
    match visit.ask::<Value>(asked).await {
        Ok(_) => visit.see("/appeal"),
        // Sent twice: it is made.
        Err(refused) if refused.kind() == "appeal-exists" => visit.see("/appeal"),
        Err(refused) => page(visit, Some(&refused), text).await,
    }
}
