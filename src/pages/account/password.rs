//! Another password.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};

use super::{FormPage, words};
use crate::pages::{api::Refused, posted::Posted, shell::Field, visit::Visit};

fn page(visit: &Visit, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let field = |name, label| Field::new(name, label).told(told.as_ref());
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &FormPage {
            words,
            title: words.password,
            text: words.password_text.to_owned(),
            action: "/account/password",
            fields: vec![
                field("current", words.current_password).of("password", "current-password"),
                field("password", words.new_password)
                    .of("password", "new-password")
                    .hint(words.password_hint),
            ],
            submit: words.save,
            also: Some(("/password/forgot", words.forgotten)),
            told,
            shell: visit.shell(words.password),
        },
    )
}

/// The page.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    match visit.get::<Value>("/v1/me").await {
        Ok(_) => page(&visit, None),
        Err(refused) => visit.refuse(&refused),
    }
}

/// The password is changed, and every other session ends.
pub(in crate::pages) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let body = json!({ "current": form.field("current"), "password": form.field("password") });
    let changed: Result<Value, Refused> = visit.send(Method::PUT, "/v1/me/password", Some(&body), "").await;
    match changed {
        Ok(_) => visit.see("/account?done=password"),
        Err(refused) if matches!(refused.kind(), "unauthenticated" | "session-ended") => visit.refuse(&refused),
        Err(refused) => page(visit, Some(&refused)),
    }
}
