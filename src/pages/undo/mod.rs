//! Undoing a change of address, by the link in the letter to the old one.

mod words;

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use askama::Template;
use serde_json::{Value, json};

use super::{posted::Posted, shell::Shell, visit::Visit};
use crate::http::browser;
use words::words;

/// What the link in the letter holds, until the button is pressed.
const UNDO: &str = "__Host-undo";

#[derive(Template)]
#[template(path = "pages/undo.html")]
struct Page {
    shell: Shell,
    title: &'static str,
    text: &'static str,
    submit: Option<&'static str>,
}

/// The link in the letter: what it holds leaves the address at once. Opening it changes nothing.
pub(super) async fn link(visit: Visit) -> HttpResponse {
    let token = visit.segment("token").to_owned();
    if token.len() <= 500
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    {
        visit.set(UNDO, token, Some(Age::minutes(30)));
    }
    visit.see("/address/undo")
}

/// Asks whether it is to be undone.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    if visit.cookie(UNDO).is_none() {
        return visit.see("/account");
    }
    let words = words(visit.locale);
    let page = Page {
        title: words.title,
        text: words.text,
        submit: Some(words.submit),
        shell: visit.shell(words.title),
    };
    visit.show(StatusCode::OK, &page)
}

/// It is undone: the old address is back, everybody is signed out, and a new password is to be chosen.
pub(super) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let words = words(visit.locale);
    let Some(token) = visit.cookie(UNDO) else {
        return visit.see("/account");
    };
    let asked = visit
        .asked_as_nobody(Method::POST, "/v1/address/undo")
        .body(&json!({ "token": token }));
    if let Err(refused) = visit.ask::<Value>(asked).await {
        visit.unset(UNDO);
        return visit.refuse(&refused);
    }
    visit.unset(UNDO);
    visit.unset(browser::SESSION);
    let page = Page {
        title: words.done_title,
        text: words.done,
        submit: None,
        shell: visit.shell(words.done_title),
    };
    visit.show(StatusCode::OK, &page)
}
