//! What is held about oneself, and who looked at one's real name and why.

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;

use super::{Words, words};
use crate::pages::{
    api::Refused,
    join::day,
    shell::{Shell, encoded},
    visit::Visit,
};

#[derive(Deserialize)]
struct Data {
    handle: Option<String>,
    former_handles: Vec<Kept>,
    contact: Option<String>,
    former_contacts: Vec<Kept>,
    locale: String,
    role: String,
    assurance: String,
    joined_at: jiff::Timestamp,
    has_password: bool,
    real_name: Option<Name>,
    sessions: i64,
    invitees: i64,
    invites: i64,
    vouches_given: i64,
    vouches_received: i64,
    sanctions: i64,
    reports: i64,
}

#[derive(Deserialize)]
struct Kept {
    was: String,
    kept_until: jiff::Timestamp,
}

#[derive(Deserialize)]
struct Name {
    name: Option<String>,
    document: String,
    country: String,
}

#[derive(Deserialize)]
struct Look {
    at: jiff::Timestamp,
    role: Option<String>,
    reason: String,
}

#[derive(Deserialize)]
struct Looks {
    items: Vec<Look>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/account/data.html")]
struct Page {
    shell: Shell,
    words: &'static Words,
    /// What, and what is held.
    held: Vec<(&'static str, String)>,
    /// When, in which role, and why.
    looks: Vec<(String, &'static str, String)>,
    next: Option<String>,
    has_name: bool,
    hides_name: bool,
}

/// The page.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    let page = page(&visit).await;
    visit.answer(page)
}

async fn page(visit: &Visit) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let data: Data = visit.get("/v1/me/data").await?;
    let cursor = visit
        .query("cursor")
        .map(|cursor| format!("&cursor={}", encoded(&cursor)));
    let looks: Looks = visit
        .get(&format!("/v1/me/data/looks?limit=50{}", cursor.unwrap_or_default()))
        .await?;
    let kept = |all: &[Kept]| {
        let shown = all
            .iter()
            .map(|kept| format!("{} ({} {})", kept.was, words.until, day(visit.locale, kept.kept_until)));
        shown.collect::<Vec<_>>().join(", ")
    };
    let name = data.real_name.as_ref();
    let held = vec![
        (words.seen_as, data.handle.clone().unwrap_or_default()),
        (words.former_names, kept(&data.former_handles)),
        (words.contact, data.contact.clone().unwrap_or_default()),
        (words.former_contacts, kept(&data.former_contacts)),
        (
            words.real_name,
            name.and_then(|name| name.name.clone()).unwrap_or_default(),
        ),
        (
            words.document,
            name.map(|name| format!("{} ({})", words.document_kind(&name.document), name.country))
                .unwrap_or_default(),
        ),
        (words.known, words.assurance(&data.assurance).to_owned()),
        (words.role_is, words.role(&data.role).to_owned()),
        (words.since, day(visit.locale, data.joined_at)),
        (words.language, data.locale.clone()),
        (
            words.password,
            if data.has_password { words.as_hash } else { words.none }.to_owned(),
        ),
        (words.sessions, data.sessions.to_string()),
        (words.invites_given, data.invites.to_string()),
        (words.let_in, data.invitees.to_string()),
        (words.vouches_given, data.vouches_given.to_string()),
        (words.vouches_received, data.vouches_received.to_string()),
        (words.sanctions, data.sanctions.to_string()),
        (words.reports, data.reports.to_string()),
    ];
    let page = Page {
        words,
        held: held.into_iter().filter(|(_, value)| !value.is_empty()).collect(),
        looks: looks
            .items
            .into_iter()
            .map(|look| {
                let role = look.role.as_deref().map_or("", |role| words.role(role));
                (day(visit.locale, look.at), role, look.reason)
            })
            .collect(),
        next: looks.next.map(|next| encoded(&next)),
        has_name: name.is_some(),
        hides_name: name.is_some_and(|name| name.name.is_none()),
        shell: visit.shell(words.data),
    };
    Ok(visit.show(StatusCode::OK, &page))
}
