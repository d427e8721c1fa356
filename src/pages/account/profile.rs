//! The handle by which one is seen.

use actix_web::{
    HttpResponse,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};

use super::{FormPage, Me, words};
use crate::pages::{api::Refused, posted::Posted, shell::Field, visit::Visit};

fn page(visit: &Visit, handle: &str, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let mut field = Field::new("handle", words.handle)
        .of("text", "nickname")
        .hint(words.handle_hint)
        .holds(handle)
        .told(told.as_ref());
    field.most = Some(30);
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &FormPage {
            words,
            title: words.profile,
            text: words.profile_text.to_owned(),
            action: "/account/profile",
            fields: vec![field],
            submit: words.save,
            also: None,
            told,
            shell: visit.shell(words.profile),
        },
    )
}

/// The page.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    match visit.get::<Me>("/v1/me").await {
        Ok(me) => page(&visit, me.handle.as_deref().unwrap_or_default(), None),
        Err(refused) => visit.refuse(&refused),
    }
}

/// Another handle.
pub(in crate::pages) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let handle = form.text("handle");
    let body = json!({ "handle": handle });
    let changed: Result<Value, Refused> = visit.send(Method::PUT, "/v1/me/handle", Some(&body), "").await;
    match changed {
        Ok(_) => visit.see("/account?done=profile"),
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => page(visit, handle, Some(&refused)),
    }
}
