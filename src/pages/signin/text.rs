//! Signing in by a code that is sent to one's phone.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};
use askama::Template;
use serde_json::{Value, json};

use super::{signed_in, words};
use crate::pages::{
    api::Refused,
    posted::Posted,
    problems::Told,
    shell::{Field, Shell},
    visit::{Granted, Visit, next},
};

#[derive(Template)]
#[template(path = "pages/signin_text.html")]
struct Page {
    shell: Shell,
    title: &'static str,
    text: &'static str,
    told: Option<Told>,
    next: String,
    fields: Vec<Field>,
    submit: &'static str,
    /// Whether a code is on its way, so that another one may be asked for.
    again: Option<&'static str>,
}

fn page(visit: &Visit, next: &str, phone: &str, sent: bool, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let phone = Field::new("phone", words.phone)
        .of("tel", "tel")
        .hint(words.phone_hint)
        .holds(phone)
        .told(told.as_ref());
    let mut fields = vec![phone];
    if sent {
        let mut code = Field::new("text_code", words.text_code)
            .of("text", "one-time-code")
            .told(told.as_ref());
        (code.inputmode, code.code, code.most) = ("numeric", true, Some(12));
        fields.push(code);
    }
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &Page {
            title: words.text_title,
            text: if sent { words.text_sent } else { words.text_ask },
            told,
            next: next.to_owned(),
            fields,
            submit: if sent { words.submit } else { words.send_text },
            again: sent.then_some(words.send_again),
            shell: visit.shell(words.text_title),
        },
    )
}

/// Which phone?
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    let wanted = visit.query("next");
    page(&visit, next(wanted.as_deref()), "", false, None)
}

/// A code is sent, if the number is a member's: the page does not tell. Or the code that was sent is shown.
pub(in crate::pages) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let (next, phone) = (next(form.given("next")), form.text("phone"));
    if let Some(code) = form.given("text_code") {
        let body = json!({ "contact": phone, "text_code": code });
        let asked = visit.asked_as_nobody(Method::POST, "/v1/sessions").body(&body);
        return match visit.ask::<Granted>(asked).await {
            Ok(granted) => signed_in(visit, granted, next).await,
            Err(refused) => {
                super::refused(visit, &refused).unwrap_or_else(|| page(visit, next, phone, true, Some(&refused)))
            }
        };
    }
    let asked = visit
        .asked_as_nobody(Method::POST, "/v1/sessions/codes")
        .body(&json!({ "phone": phone }));
    match visit.ask::<Value>(asked).await {
        Ok(_) => page(visit, next, phone, true, None),
        Err(refused) => page(visit, next, phone, false, Some(&refused)),
    }
}
