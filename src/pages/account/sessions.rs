//! Where one is signed in.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};
use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use super::{Words, words};
use crate::pages::{
    api::Refused,
    join::day,
    posted::Posted,
    shell::{Shell, encoded},
    visit::Visit,
};

#[derive(Deserialize)]
struct Session {
    id: String,
    device: Option<String>,
    network: Option<String>,
    started_at: jiff::Timestamp,
    last_used_at: jiff::Timestamp,
    current: bool,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Session>,
}

struct Shown {
    id: String,
    device: String,
    network: Option<String>,
    started: String,
    used: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "pages/account/sessions.html")]
struct SessionsPage {
    shell: Shell,
    words: &'static Words,
    sessions: Vec<Shown>,
}

/// The page.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    let page = list(&visit).await;
    visit.answer(page)
}

async fn list(visit: &Visit) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let page: Page = visit.get("/v1/me/sessions?limit=100").await?;
    let shown = |session: Session| Shown {
        device: session
            .device
            .as_deref()
            .map_or_else(|| words.unknown_device.to_owned(), |agent| device(words, agent)),
        network: session.network,
        started: day(visit.locale, session.started_at),
        used: day(visit.locale, session.last_used_at),
        current: session.current,
        id: session.id,
    };
    let page = SessionsPage {
        words,
        sessions: page.items.into_iter().map(shown).collect(),
        shell: visit.shell(words.sessions),
    };
    Ok(visit.show(StatusCode::OK, &page))
}

/// What a device says that it is, in the words that people use; as it says it where that is none of the known ones.
fn device(words: &Words, agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known
            .iter()
            .find(|(sign, _)| agent.contains(sign))
            .map(|(_, name)| *name)
    };
    // What others imitate comes last.
    let browser = first(&[
        ("MicroMessenger/", "WeChat"),
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => words.browser_on.replace("{}", browser).replace("{on}", system),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.to_owned(),
    }
}

/// Ends one session, or all others.
pub(in crate::pages) async fn end(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let path = match form.given("session") {
        Some(id) => format!("/v1/me/sessions/{}", encoded(id)),
        None => "/v1/me/sessions".to_owned(),
    };
    let ended: Result<Value, Refused> = visit.send(Method::DELETE, &path, None, "").await;
    match ended {
        // Somebody was faster: it has ended.
        Err(refused) if refused.kind() != "not-found" => visit.refuse(&refused),
        _ => visit.see("/account/sessions"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::Locale;

    #[test]
    fn devices_are_told_apart() {
        let words = words(Locale::En);
        for (agent, told) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36 Edg/143.0.0.0",
                "Edge on Windows",
            ),
            ("curl/8.16.0", "curl"),
            ("an app of our own", "an app of our own"),
        ] {
            assert_eq!(device(words, agent), told);
        }
    }
}
