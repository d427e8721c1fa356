//! Another address: a code goes to the new one, and a word to the old one, which can undo it.

use actix_web::{
    HttpResponse,
    cookie::time::Duration as Age,
    http::{Method, StatusCode},
};
use serde_json::{Value, json};

use super::{FormPage, words};
use crate::pages::{api::Refused, posted::Posted, shell::Field, visit::Visit};

/// The address that a code was sent to, while it is awaited.
const AWAITED: &str = "__Host-address";

fn page(visit: &Visit, awaited: Option<&str>, entered: &str, refused: Option<&Refused>) -> HttpResponse {
    let words = words(visit.locale);
    let told = refused.map(|refused| visit.told(refused));
    let field = |name, label| Field::new(name, label).told(told.as_ref());
    let (text, fields, submit) = match awaited {
        Some(address) => {
            let mut code = field("code", words.code).of("text", "one-time-code");
            (code.inputmode, code.code, code.most) = ("numeric", true, Some(12));
            (words.address_code_text.replace("{}", address), vec![code], words.save)
        }
        None => {
            let contact = field("contact", words.new_address).of("email", "email").holds(entered);
            (words.address_text.to_owned(), vec![contact], words.send_code)
        }
    };
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &FormPage {
            words,
            title: words.address,
            text,
            action: "/account/address",
            fields,
            submit,
            also: awaited.map(|_| ("/account/address?other=1", words.other_address)),
            told,
            shell: visit.shell(words.address),
        },
    )
}

/// The page.
pub(in crate::pages) async fn show(visit: Visit) -> HttpResponse {
    if let Err(refused) = visit.get::<Value>("/v1/me").await {
        return visit.refuse(&refused);
    }
    let awaited = awaited(&visit).filter(|_| visit.query("other").is_none());
    page(&visit, awaited.as_deref(), "", None)
}

fn awaited(visit: &Visit) -> Option<String> {
    let encoded = visit.cookie(AWAITED)?;
    Some(
        percent_encoding::percent_decode_str(&encoded)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

/// The new address, or the code that was sent to it.
pub(in crate::pages) async fn send(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    if let Some(code) = form.given("code") {
        let body = json!({ "code": code });
        let proved: Result<Value, Refused> = visit.send(Method::POST, "/v1/me/address/proof", Some(&body), "").await;
        return match proved {
            Ok(_) => {
                visit.unset(AWAITED);
                visit.see("/account?done=address")
            }
            Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
            Err(refused) => page(visit, awaited(visit).as_deref(), "", Some(&refused)),
        };
    }
    let contact = form.text("contact");
    let body = json!({ "contact": contact });
    let asked: Result<Value, Refused> = visit.send(Method::POST, "/v1/me/address", Some(&body), "").await;
    match asked {
        Ok(_) => {
            visit.set(AWAITED, crate::pages::shell::encoded(contact), Some(Age::hours(1)));
            visit.see("/account/address")
        }
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => page(visit, None, contact, Some(&refused)),
    }
}
