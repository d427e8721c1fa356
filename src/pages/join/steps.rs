//! The steps: contact, code, real name, review, password. Which comes next, the API says.

use std::{cmp::Ordering, collections::HashMap};

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use super::{
    INVITE, over,
    way::{Flow, Way},
    words::{Words, words},
};
use crate::pages::{
    api::Refused,
    posted::{ONCE, Posted},
    problems::Told,
    shell::{Field, Shell},
    visit::{Granted, Visit},
};

/// What was entered and is shown again; never a password or a document's number.
type Entered = HashMap<&'static str, String>;

#[derive(Template)]
#[template(path = "pages/join/step.html")]
struct StepPage {
    shell: Shell,
    words: &'static Words,
    title: &'static str,
    text: String,
    told: Option<Told>,
    /// All steps, in order, and where the newcomer is.
    steps: Vec<(&'static str, Ordering)>,
    /// Where the form goes.
    action: &'static str,
    fields: Vec<Field>,
    /// The kinds of document that are taken.
    documents: Vec<(String, &'static str, bool)>,
    submit: &'static str,
    /// Whether a code is on its way.
    is_proof: bool,
}

/// The page of the step that is next.
pub(super) fn step(visit: &Visit, flow: &Flow, refused: Option<&Refused>, entered: &Entered) -> HttpResponse {
    let words = words(visit.locale);
    match (flow.state.as_str(), flow.next.as_deref()) {
        ("member", _) => return over(visit, words.member_title, words.member, true),
        ("refused", _) => return over(visit, words.refused_title, words.refused, false),
        ("in_progress", Some("review")) => return waiting(visit, words, refused),
        ("in_progress", Some(_)) => {}
        _ => {
            Way::forget(visit);
            return over(visit, words.lapsed_title, words.lapsed, true);
        }
    }
    let told = refused.map(|refused| visit.told(refused));
    let field = |name: &'static str, label: &str| {
        let field = Field::new(name, label).told(told.as_ref());
        match entered.get(name) {
            Some(text) => field.holds(text),
            None => field,
        }
    };
    let next = flow.next.as_deref().unwrap_or_default();
    let is_proof = next == "contact"
        && flow.contact_hint.is_some()
        && visit.query("other").is_none()
        && visit.path != "/join/contact";
    let asks_both = flow.contact == "either";
    let (title, text, action, submit, fields) = match next {
        "contact" if is_proof => {
            let mut code = field("code", words.proof).of("text", "one-time-code");
            (code.inputmode, code.code, code.most) = ("numeric", true, Some(12));
            let hint = flow.contact_hint.as_deref().unwrap_or_default();
            (
                words.proof_title,
                words.proof_text.replace("{}", hint),
                "/join/proof",
                words.go_on,
                vec![code],
            )
        }
        "contact" => {
            let mut fields = Vec::new();
            if flow.contact != "phone" {
                let mut email = field("email", words.email).of("email", "email");
                email.optional = asks_both;
                fields.push(email);
            }
            if flow.contact != "email" {
                let mut phone = field("phone", words.phone).of("tel", "tel").hint(words.phone_hint);
                phone.optional = asks_both;
                fields.push(phone);
            }
            (
                words.contact_title,
                words.contact_text.to_owned(),
                "/join/contact",
                words.send_code,
                fields,
            )
        }
        "identity" => {
            let name = field("full_name", words.full_name)
                .of("text", "name")
                .hint(words.full_name_hint);
            let mut country = field("country", words.country)
                .of("text", "country")
                .hint(words.country_hint);
            country.most = Some(3);
            let number = field("number", words.number).of("text", "off").hint(words.number_hint);
            (
                words.identity_title,
                words.identity_text.to_owned(),
                "/join/identity",
                words.go_on,
                vec![name, country, number],
            )
        }
        _ => {
            let password = field("password", words.password)
                .of("password", "new-password")
                .hint(words.password_hint);
            let mut handle = field("handle", words.handle)
                .of("text", "nickname")
                .hint(words.handle_hint);
            (handle.optional, handle.most) = (true, Some(30));
            (
                words.password_title,
                words.password_text.to_owned(),
                "/join/password",
                words.join,
                vec![password, handle],
            )
        }
    };
    let at = flow.asks.iter().position(|ask| ask == next).unwrap_or_default();
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &StepPage {
            words,
            title,
            text,
            told,
            steps: flow
                .asks
                .iter()
                .enumerate()
                .filter_map(|(place, ask)| Some((words.ask(ask, &flow.contact)?, place.cmp(&at))))
                .collect(),
            action,
            fields,
            documents: match next {
                "identity" => flow
                    .documents
                    .iter()
                    .map(|kind| (kind.clone(), words.document(kind), entered.get("kind") == Some(kind)))
                    .collect(),
                _ => Vec::new(),
            },
            submit,
            is_proof,
            shell: visit.shell(title),
        },
    )
}

#[derive(Template)]
#[template(path = "pages/join/waiting.html")]
struct WaitingPage {
    shell: Shell,
    words: &'static Words,
}

fn waiting(visit: &Visit, words: &'static Words, refused: Option<&Refused>) -> HttpResponse {
    let shell = visit.shell(words.review_title);
    visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &WaitingPage { shell, words },
    )
}

/// Takes a step and goes on, or shows it again with what is wrong.
async fn taken(
    form: &Posted,
    step_name: &str,
    body: serde_json::Value,
    once: Option<&str>,
    entered: Entered,
) -> HttpResponse {
    let visit = &form.visit;
    let Some(way) = Way::of(visit) else {
        return visit.see("/join");
    };
    match way.take::<Flow>(visit, step_name, &body, once).await {
        Ok(flow) => {
            way.follow(visit, &flow);
            visit.see("/join")
        }
        Err(refused) => again(visit, &way, &refused, &entered).await,
    }
}

/// The step once more, with what is wrong; or the way in from its beginning where it has ended.
async fn again(visit: &Visit, way: &Way, refused: &Refused, entered: &Entered) -> HttpResponse {
    if matches!(refused.kind(), "step-out-of-order" | "review-needed") {
        return visit.see("/join");
    }
    match way.look(visit).await {
        Ok(flow) if flow.state == "in_progress" => step(visit, &flow, Some(refused), entered),
        _ => visit.refuse(refused),
    }
}

/// The address or the number to be proved.
pub(in crate::pages) async fn contact(form: Posted) -> HttpResponse {
    let mut body = json!({});
    let mut entered = Entered::new();
    for name in ["email", "phone"] {
        if let Some(text) = form.given(name) {
            body[name] = text.into();
            entered.insert(name, text.to_owned());
        }
    }
    taken(&form, "contact", body, None, entered).await
}

/// The code that was sent.
pub(in crate::pages) async fn proof(form: Posted) -> HttpResponse {
    let body = json!({ "code": form.text("code") });
    taken(&form, "contact/proof", body, None, Entered::new()).await
}

/// The real name and a document.
pub(in crate::pages) async fn identity(form: Posted) -> HttpResponse {
    let body = json!({
        "full_name": form.text("full_name"),
        "document": { "kind": form.text("kind"), "country": form.text("country"), "number": form.text("number") },
    });
    let shown = ["full_name", "country", "kind"];
    let entered = shown
        .into_iter()
        .map(|name| (name, form.text(name).to_owned()))
        .collect();
    taken(&form, "identity", body, Some(form.field(ONCE)), entered).await
}

#[derive(Deserialize)]
struct Admitted {
    session: Granted,
}

/// The password: the newcomer is a member, and signed in.
pub(in crate::pages) async fn password(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let Some(way) = Way::of(visit) else {
        return visit.see("/join");
    };
    let mut body = json!({ "password": form.field("password") });
    if let Some(handle) = form.given("handle") {
        body["handle"] = handle.into();
    }
    let joined: Result<Admitted, Refused> = way.take(visit, "password", &body, Some(form.field(ONCE))).await;
    match joined {
        Ok(Admitted { session }) => {
            if let Err(refused) = visit.sign_in(session) {
                return visit.refuse(&refused);
            }
            Way::forget(visit);
            visit.unset(INVITE);
            visit.see("/invites?welcome=1")
        }
        Err(refused) => {
            let entered = form.given("handle").map(|handle| ("handle", handle.to_owned()));
            again(visit, &way, &refused, &entered.into_iter().collect()).await
        }
    }
}

/// The newcomer gives up, for now: what they have typed so far is forgotten.
pub(in crate::pages) async fn leave(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    if let Some(way) = Way::of(visit) {
        match way.abandon(visit).await {
            Err(refused) if !matches!(refused.kind(), "flow-unknown" | "flow-ended") => return visit.refuse(&refused),
            _ => {}
        }
    }
    Way::forget(visit);
    visit.see("/join")
}
