//! A forgotten password: a letter with a link, and the page that the link opens.

mod words;

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use askama::Template;
use serde_json::{Value, json};

use super::{
    api::Refused,
    posted::Posted,
    problems::Told,
    shell::{Field, Shell},
    visit::Visit,
};
use crate::http::browser;
use words::words;

/// What the link in the letter holds, until the new password is sent.
const RESET: &str = "__Host-reset";

#[derive(Template)]
#[template(path = "pages/forgotten/form.html")]
struct Page {
    shell: Shell,
    title: &'static str,
    text: &'static str,
    told: Option<Told>,
    action: &'static str,
    field: Option<Field>,
    submit: &'static str,
}

fn ask(visit: &Visit, entered: &str, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let contact = Field::new("contact", words.contact)
        .of("email", "username")
        .holds(entered)
        .told(told.as_ref());
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &Page {
            title: words.ask_title,
            text: words.ask_text,
            told,
            action: "/password/forgot",
            field: Some(contact),
            submit: words.send_link,
            shell: visit.shell(words.ask_title),
        },
    )
}

/// Who has forgotten it?
pub(super) async fn show(visit: Visit) -> HttpResponse {
    ask(&visit, "", None)
}

/// A letter is sent, if the address is a member's: the page does not tell.
pub(super) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let words = words(visit.locale);
    let contact = form.text("contact");
    let asked = visit
        .asked_as_nobody(Method::POST, "/v1/password/forgot")
        .body(&json!({ "contact": contact }));
    if let Err(refused) = visit.ask::<Value>(asked).await {
        return ask(visit, contact, Some(&refused));
    }
    visit.show(
        StatusCode::OK,
        &Page {
            title: words.sent_title,
            text: words.sent_text,
            told: None,
            action: "",
            field: None,
            submit: "",
            shell: visit.shell(words.sent_title),
        },
    )
}

/// The link in the letter: what it holds leaves the address at once. Opening it uses nothing up.
pub(super) async fn link(visit: Visit) -> HttpResponse {
    let token = visit.segment("token").to_owned();
    if token.len() <= 500
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    {
        visit.set(RESET, token, Some(Age::minutes(30)));
    }
    visit.see("/password/reset")
}

fn choose(visit: &Visit, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let password = Field::new("password", words.new_password)
        .of("password", "new-password")
        .hint(words.password_hint)
        .told(told.as_ref());
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &Page {
            title: words.reset_title,
            text: words.reset_text,
            told,
            action: "/password/reset",
            field: Some(password),
            submit: words.save,
            shell: visit.shell(words.reset_title),
        },
    )
}

/// A new password.
pub(super) async fn show_reset(visit: Visit) -> HttpResponse {
    match visit.cookie(RESET) {
        Some(_) => choose(&visit, None),
        None => visit.see("/password/forgot"),
    }
}

/// The new password is set, and every session ends: whoever set it signs in with it.
pub(super) async fn reset(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let Some(token) = visit.cookie(RESET) else {
        return visit.see("/password/forgot");
    };
    let asked = visit
        .asked_as_nobody(Method::POST, "/v1/password/reset")
        .body(&json!({ "token": token, "password": form.field("password") }));
    match visit.ask::<Value>(asked).await {
        Ok(_) => {
            visit.unset(RESET);
            visit.unset(browser::SESSION);
            visit.see("/signin?done=password")
        }
        Err(refused) if refused.kind() == "password-refused" => choose(visit, Some(&refused)),
        Err(refused) => {
            visit.unset(RESET);
            ask(visit, "", Some(&refused))
        }
    }
}
