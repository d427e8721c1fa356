//! What is done in a room: by whoever is in it, and by whoever moderates.

use actix_web::{HttpResponse, http::Method};
use serde_json::{Value, json};

use super::shown;
use crate::pages::{
    posted::{ONCE, Posted},
    shell::encoded,
};

/// Does what a button says.
pub(in crate::pages) async fn act(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let room = encoded(visit.segment("room"));
    let (act, participant) = (form.text("act"), form.text("participant"));
    let hand = format!("/v1/rooms/{room}/hand");
    let (method, path, body) = match act {
        "ask" => (Method::PUT, hand, None),
        "ask_no_longer" => (Method::DELETE, hand, None),
        "leave" => {
            let ticket = encoded(participant);
            (Method::DELETE, format!("/v1/rooms/{room}/tickets/{ticket}"), None)
        }
        "to_stage" | "off_stage" | "unmute" | "warn" | "mute" | "put_out" => {
            let mut body = json!({ "participant": participant, "act": act });
            if matches!(act, "warn" | "mute" | "put_out") {
                body["reason"] = form.text("reason").into();
                body["minutes"] = form.text("minutes").parse().unwrap_or(60_u32).into();
            }
            (Method::POST, format!("/v1/rooms/{room}/acts"), Some(body))
        }
        _ => return visit.see(&visit.path),
    };
    let once = if method == Method::POST { form.field(ONCE) } else { "" };
    let done: Result<Value, _> = visit.send(method, &path, body.as_ref(), once).await;
    match done {
        Ok(_) => visit.see(&format!("{}?done={act}", visit.path)),
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => {
            let page = shown(visit, Some(&refused)).await;
            visit.answer(page)
        }
    }
}
