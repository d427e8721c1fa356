//! Leaving: the account ends, and who one is is forgotten.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};
use askama::Template;
use serde_json::Value;

use super::{Words, words};
use crate::{
    http::browser,
    pages::{api::Refused, posted::Posted, problems::Told, shell::Shell, visit::Visit},
};

#[derive(Template)]
#[template(path = "pages/account/leave.html")]
struct Page {
    shell: Shell,
    words: &'static Words,
    told: Option<Told>,
    /// Whether it is done.
    done: bool,
}

fn page(visit: &Visit, done: bool, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let shell = visit.shell(if done { words.left_title } else { words.leave });
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &Page {
            shell,
            words,
            told,
            done,
        },
    )
}

/// Asks once more, and says what it means.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    match visit.get::<Value>("/v1/me").await {
        Ok(_) => page(&visit, false, None),
        Err(refused) => visit.refuse(&refused),
    }
}

/// They leave.
pub(in crate::pages) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    if form.given("sure").is_none() {
        return visit.see("/account/leave");
    }
    let left: Result<Value, Refused> = visit.send(Method::DELETE, "/v1/me", None, "").await;
    match left {
        Ok(_) => {
            visit.unset(browser::SESSION);
            page(visit, true, None)
        }
        Err(refused) if refused.kind() == "reauthentication-required" => visit.see("/signin?next=%2Faccount%2Fleave"),
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => page(visit, false, Some(&refused)),
    }
}
