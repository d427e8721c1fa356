//! The own account: who one is, where one is signed in, what is held about one, and what one can change.

mod address;
mod data;
mod leave;
mod password;
mod profile;
mod sessions;
mod words;

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;

pub(super) use address::{send as change_address, show as address};
pub(super) use data::show as data;
pub(super) use leave::{send as leave, show as ask_leave};
pub(super) use password::{send as change_password, show as password};
pub(super) use profile::{send as change_profile, show as profile};
pub(super) use sessions::{end as end_session, show as sessions};

use super::{
    api::Refused,
    join::day,
    problems::Told,
    shell::{Field, Shell},
    visit::Visit,
};
use words::{Words, words};

/// What a member is shown of themself.
#[derive(Deserialize)]
struct Me {
    handle: Option<String>,
    contact: Option<String>,
    role: String,
    assurance: String,
    joined_at: jiff::Timestamp,
    inviter: Option<Inviter>,
}

#[derive(Deserialize)]
struct Inviter {
    handle: Option<String>,
}

#[derive(Template)]
#[template(path = "pages/account/overview.html")]
struct Overview {
    shell: Shell,
    words: &'static Words,
    me: Me,
    since: String,
    role: &'static str,
    assurance: &'static str,
    inviter: Option<String>,
    done: Option<&'static str>,
}

/// Who one is, and where to go on.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    let page = overview(&visit).await;
    visit.answer(page)
}

async fn overview(visit: &Visit) -> Result<HttpResponse, Refused> {
    let me: Me = visit.get("/v1/me").await?;
    let words = words(visit.locale);
    let page = Overview {
        words,
        since: day(visit.locale, me.joined_at),
        role: words.role(&me.role),
        assurance: words.assurance(&me.assurance),
        inviter: me.inviter.as_ref().map(|inviter| {
            inviter
                .handle
                .as_ref()
                .map_or_else(|| words.a_member.to_owned(), |handle| format!("@{handle}"))
        }),
        done: visit.query("done").and_then(|done| words.done(&done)),
        shell: visit.shell(words.title),
        me,
    };
    Ok(visit.show(StatusCode::OK, &page))
}

/// A page with one form.
#[derive(Template)]
#[template(path = "pages/account/form.html")]
struct FormPage {
    shell: Shell,
    words: &'static Words,
    title: &'static str,
    text: String,
    told: Option<Told>,
    action: &'static str,
    fields: Vec<Field>,
    submit: &'static str,
    /// Where to go that is not the account.
    also: Option<(&'static str, &'static str)>,
}
