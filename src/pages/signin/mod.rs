//! Signing in: by a password, or by a code that the operator or a message gave; and signing out.

mod text;
mod words;

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use askama::Template;
use serde_json::json;

pub(super) use text::{send as send_text, show as show_text};

use super::{
    api::Refused,
    appeal,
    posted::Posted,
    problems::Told,
    shell::{Field, Shell},
    visit::{DEVICE, Granted, Visit, next},
};
use crate::http::browser;
use words::{Words, words};

/// The one-time code of a link that was opened, until the button is pressed.
const CODE: &str = "__Host-code";

#[derive(Template)]
#[template(path = "pages/signin.html")]
struct Page {
    shell: Shell,
    words: &'static Words,
    /// Where to go on.
    next: String,
    /// A link was opened: a button is enough.
    by_link: bool,
    /// Whether members may have a phone number alone.
    by_text: bool,
    /// A password was chosen a moment ago.
    done: bool,
    told: Option<Told>,
    contact: Field,
    password: Field,
    code: Field,
}

fn page(visit: &Visit, next: &str, contact: &str, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let status = refused.map_or(StatusCode::OK, Refused::status);
    let field = |name, label| Field::new(name, label).told(told.as_ref());
    visit.show(
        status,
        &Page {
            words,
            next: next.to_owned(),
            by_link: visit.cookie(CODE).is_some() && refused.is_none(),
            by_text: visit.takes_phones(),
            done: visit.query("done").is_some(),
            contact: field("contact", words.contact).of("text", "username").holds(contact),
            password: field("password", words.password).of("password", "current-password"),
            code: field("one_time_code", words.code).of("text", "one-time-code"),
            told,
            shell: visit.shell(words.title),
        },
    )
}

/// The page.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    let wanted = visit.query("next");
    page(&visit, next(wanted.as_deref()), "", None)
}

/// A link that signs somebody in. The code leaves the address at once; it is spent by the button alone, so that nobody
/// who fetches links spends it, and nobody is signed in by a link that somebody else has sent them.
pub(super) async fn link(visit: Visit) -> HttpResponse {
    let code = visit.segment("code").to_owned();
    if code.len() <= 200 && code.bytes().all(|byte| byte.is_ascii_graphic()) {
        visit.set(CODE, code, Some(Age::minutes(15)));
    }
    visit.see("/signin")
}

/// Somebody signs in.
pub(super) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let next = next(form.given("next"));
    let link = visit.cookie(CODE).filter(|_| form.given("by_link").is_some());
    let body = match (link, form.given("one_time_code")) {
        (Some(code), _) => json!({ "one_time_code": code }),
        (None, Some(code)) => json!({ "one_time_code": code }),
        // A password is taken as it was typed.
        (None, None) => json!({ "contact": form.text("contact"), "password": form.field("password") }),
    };
    let mut asked = visit.asked_as_nobody(Method::POST, "/v1/sessions").body(&body);
    if let Some(device) = visit.cookie(DEVICE) {
        asked = asked.with_text(
            actix_web::http::header::HeaderName::from_static("vouchsafe-device"),
            &device,
        );
    }
    match visit.ask::<Granted>(asked).await {
        Ok(granted) => signed_in(visit, granted, next).await,
        Err(refused) => {
            visit.unset(CODE);
            self::refused(visit, &refused).unwrap_or_else(|| page(visit, next, form.text("contact"), Some(&refused)))
        }
    }
}

/// Where a sign-in leads that was right, and refused because of a sanction.
fn refused(visit: &Visit, refused: &Refused) -> Option<HttpResponse> {
    let token = refused.appeal_token.as_deref()?;
    Some(appeal::begin(visit, token))
}

/// They are in, and so is this browser. Whoever was signed in here before is so no longer.
async fn signed_in(visit: &Visit, granted: Granted, next: &str) -> HttpResponse {
    if visit.is_signed_in() {
        // Where that has ended already, nothing is left to do.
        let ended: Result<serde_json::Value, Refused> =
            visit.send(Method::DELETE, "/v1/sessions/current", None, "").await;
        drop(ended);
    }
    if let Err(refused) = visit.sign_in(granted) {
        return visit.refuse(&refused);
    }
    visit.unset(CODE);
    visit.see(next)
}

/// Somebody signs out. Whoever is signed out already has what they want.
pub(super) async fn sign_out(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let ended: Result<serde_json::Value, Refused> = visit.send(Method::DELETE, "/v1/sessions/current", None, "").await;
    match ended {
        Err(refused) if !refused.wants_sign_in() => visit.refuse(&refused),
        _ => {
            visit.unset(browser::SESSION);
            visit.see("/signin")
        }
    }
}
