//! A newcomer's way in: the invite, and then each step of the onboarding that the policy asks for.
//!
//! The code leaves the address at once and stands in a cookie; so does the token of the registration. Whoever opens the
//! link again, on this device or another, goes on where they were.

mod steps;
mod way;
mod words;

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

pub(super) use steps::{contact, identity, leave, password, proof};

use super::{
    api::Refused,
    posted::{ONCE, Posted},
    problems::Told,
    shell::{Field, Shell, encoded},
    visit::Visit,
};
use way::Way;
pub(super) use words::day;
use words::{Words, words};

/// The invite's code.
const INVITE: &str = "__Host-invite";
/// As long as most invites hold.
const HELD: Age = Age::days(30);

/// What a code opens.
#[derive(Deserialize)]
struct Preview {
    community: String,
    inviter: Inviter,
    kind: String,
    address_hint: Option<String>,
    opens_at: Option<jiff::Timestamp>,
    expires_at: jiff::Timestamp,
    message: Option<String>,
    asks: Vec<String>,
    contact: String,
}

#[derive(Deserialize)]
struct Inviter {
    handle: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/join/code.html")]
struct CodePage {
    shell: Shell,
    words: &'static Words,
    told: Option<Told>,
    code: Field,
    scan: String,
    reader: String,
}

#[derive(Template)]
#[template(path = "pages/join/invite.html")]
struct InvitePage {
    shell: Shell,
    words: &'static Words,
    told: Option<Told>,
    preview: Preview,
    /// From when on, where that is not yet.
    opens: Option<String>,
    until: String,
    asks: Vec<&'static str>,
}

#[derive(Template)]
#[template(path = "pages/join/decline.html")]
struct DeclinePage {
    shell: Shell,
    words: &'static Words,
    /// An open link is nobody's alone: it stays.
    is_link: bool,
}

#[derive(Template)]
#[template(path = "pages/join/over.html")]
struct OverPage {
    shell: Shell,
    title: &'static str,
    text: &'static str,
    may_sign_in: bool,
}

/// The link in a letter: the code goes into a cookie and out of the address. Nothing is used up.
pub(super) async fn link(visit: Visit) -> HttpResponse {
    let code = visit.segment("code").to_owned();
    keep(&visit, &code);
    visit.see("/join")
}

/// Keeps a code. A way that was begun with another one is left.
fn keep(visit: &Visit, code: &str) {
    if code.len() > 500 || visit.cookie(INVITE).as_deref() == Some(code) {
        return;
    }
    visit.set(INVITE, encoded(code), Some(HELD));
    Way::forget(visit);
}

/// Where the newcomer is.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    if let Some(way) = Way::of(&visit) {
        match way.look(&visit).await {
            Ok(flow) => return steps::step(&visit, &flow, None, &Default::default()),
            // Begun too long ago: the invite may still be good.
            Err(refused) if matches!(refused.kind(), "flow-unknown" | "invalid-field" | "unauthenticated") => {
                Way::forget(&visit);
            }
            Err(refused) => return visit.refuse(&refused),
        }
    }
    match visit.cookie(INVITE) {
        Some(code) => invite(&visit, &code, None).await,
        None => code_page(&visit, "", None),
    }
}

fn code_page(visit: &Visit, entered: &str, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &CodePage {
            words,
            code: Field::new("code", words.code).hint(words.code_hint).holds(entered),
            told,
            scan: super::assets::scan(),
            reader: super::assets::reader(),
            shell: visit.shell(words.code_title),
        },
    )
}

async fn preview(visit: &Visit, code: &str) -> Result<Preview, Refused> {
    visit.get(&format!("/v1/invites/{}", encoded(code))).await
}

async fn invite(visit: &Visit, code: &str, refused: Option<&Refused>) -> HttpResponse {
    let preview = match preview(visit, code).await {
        Ok(preview) => preview,
        Err(refused) => {
            if refused.kind() == "invite-unknown" {
                visit.unset(INVITE);
            }
            return code_page(visit, "", Some(&refused));
        }
    };
    let words = words(visit.locale);
    let now = visit.site.clock.now().seconds();
    let told = refused.map(|refused| visit.told(refused));
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &InvitePage {
            words,
            told,
            opens: preview
                .opens_at
                .filter(|at| at.as_second() > now)
                .map(|at| day(visit.locale, at)),
            until: day(visit.locale, preview.expires_at),
            asks: preview
                .asks
                .iter()
                .filter_map(|step| words.ask(step, &preview.contact))
                .collect(),
            shell: visit.shell(words.invited_title),
            preview,
        },
    )
}

/// A code that was typed or read from a picture.
pub(super) async fn enter(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let entered = form.text("code");
    match preview(visit, entered).await {
        Ok(_) => {
            keep(visit, entered);
            visit.see("/join")
        }
        Err(refused) => code_page(visit, entered, Some(&refused)),
    }
}

/// The newcomer wants in.
pub(super) async fn start(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let Some(code) = visit.cookie(INVITE) else {
        return visit.see("/join");
    };
    // A cookie's value is of the letters that an address has.
    let plain = percent_encoding::percent_decode_str(&code)
        .decode_utf8_lossy()
        .into_owned();
    let body = json!({ "code": plain, "locale": visit.locale.tag(), "via": "link" });
    match visit.send(Method::POST, "/v1/onboarding", Some(&body), "").await {
        Ok(begun) => {
            Way::begin(visit, &begun);
            visit.see("/join")
        }
        Err(refused) => invite(visit, &code, Some(&refused)).await,
    }
}

/// What somebody can do who does not want in.
pub(super) async fn ask_decline(visit: Visit) -> HttpResponse {
    let Some(code) = visit.cookie(INVITE) else {
        return visit.see("/join");
    };
    let is_link = match preview(&visit, &code).await {
        Ok(preview) => preview.kind == "link",
        Err(_) => return visit.see("/join"),
    };
    let words = words(visit.locale);
    let shell = visit.shell(words.decline_title);
    visit.show(StatusCode::OK, &DeclinePage { shell, words, is_link })
}

/// Somebody does not want in, and may say why.
pub(super) async fn decline(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let words = words(visit.locale);
    let Some(code) = visit.cookie(INVITE) else {
        return visit.see("/join");
    };
    let what = match form.text("why") {
        "unknown" => "unknown-inviter",
        "abuse" => "report",
        _ => "decline",
    };
    let path = format!("/v1/invites/{}/{what}", encoded(&code));
    let sent: Result<Value, Refused> = visit.send(Method::POST, &path, None, form.field(ONCE)).await;
    if let Err(refused) = sent {
        return visit.refuse(&refused);
    }
    visit.unset(INVITE);
    Way::forget(visit);
    over(visit, words.declined_title, words.declined, false)
}

fn over(visit: &Visit, title: &'static str, text: &'static str, may_sign_in: bool) -> HttpResponse {
    visit.show(
        StatusCode::OK,
        &OverPage {
            shell: visit.shell(title),
            title,
            text,
            may_sign_in,
        },
    )
}
