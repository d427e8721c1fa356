//! My invites: whom I invited and where they stand, how many are left and why, and giving one.

mod words;

use actix_web::{
    HttpResponse,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
};
use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    api::Refused,
    join::day,
    posted::{ONCE, Posted},
    problems::Told,
    shell::{Field, Shell, encoded},
    visit::Visit,
};
use words::{Words, words};

/// How many invites a page shows.
const SHOWN: u32 = 20;

#[derive(Template)]
#[template(path = "pages/invites/list.html")]
struct ListPage {
    shell: Shell,
    words: &'static Words,
    welcome: bool,
    told: Option<Told>,
    invites: Vec<Shown>,
    next: Option<String>,
    left: String,
    /// Why so many, line by line.
    sums: Vec<(&'static str, String)>,
    fields: Vec<Field>,
    message: String,
    kind: String,
    may_invite: bool,
    may_link: bool,
}

/// One invite, ready to be shown.
struct Shown {
    id: String,
    to: String,
    state: &'static str,
    until: Option<String>,
    uses: Option<String>,
    url: Option<String>,
    /// What can be done with it.
    resend: bool,
    revoke: bool,
    restore: bool,
}

#[derive(Deserialize)]
struct Invite {
    id: String,
    kind: String,
    state: String,
    email: Option<String>,
    phone: Option<String>,
    url: Option<String>,
    max_uses: i64,
    uses: i64,
    expires_at: jiff::Timestamp,
    delivery: Option<String>,
}

#[derive(Deserialize)]
struct Page {
    items: Vec<Invite>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Me {
    places: Places,
    may_give: Vec<String>,
}

#[derive(Deserialize)]
struct Places {
    left: Option<i64>,
    given: Option<i64>,
    earned: Option<i64>,
    granted: Option<i64>,
    taken: Option<i64>,
    used: i64,
    open: i64,
}

impl Shown {
    fn of(visit: &Visit, words: &Words, invite: Invite) -> Self {
        let open = invite.state == "open";
        let to = invite.email.clone().or_else(|| invite.phone.clone());
        let is_link = to.is_none();
        Self {
            to: to.unwrap_or_else(|| words.a_link.to_owned()),
            state: words.state(&invite.state, invite.delivery.as_deref()),
            until: (open || invite.state == "not_yet").then(|| day(visit.locale, invite.expires_at)),
            uses: (is_link && invite.max_uses > 1).then(|| format!("{} / {}", invite.uses, invite.max_uses)),
            url: invite.url.filter(|_| open),
            resend: open && invite.kind != "link",
            revoke: open,
            restore: invite.state == "revoked",
            id: invite.id,
        }
    }
}

/// What was entered and is shown again.
#[derive(Default)]
struct Entered {
    kind: String,
    to: String,
    message: String,
}

/// The list.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    visit.answer(list(&visit, None, &Entered::default()).await)
}

async fn list(visit: &Visit, refused: Option<&Refused>, entered: &Entered) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let me: Me = visit.get("/v1/me").await?;
    let cursor = visit
        .query("cursor")
        .map(|cursor| format!("&cursor={}", encoded(&cursor)));
    let path = format!("/v1/me/invites?limit={SHOWN}{}", cursor.unwrap_or_default());
    let page: Page = visit.get(&path).await?;
    let told = refused.map(|refused| visit.told(refused));
    let may_give = |kind: &str| me.may_give.iter().any(|known| known == kind);
    let mut to = match (may_give("email"), may_give("phone")) {
        (true, false) => Field::new("to", words.to_address),
        (false, true) => Field::new("to", words.to_number).hint(words.to_hint),
        _ => Field::new("to", words.to).hint(words.to_hint),
    }
    .holds(&entered.to);
    to.wrong = told
        .as_ref()
        .filter(|told| ["email", "phone"].iter().any(|name| told.is_at(name)))
        .map(|told| told.text.clone());
    to.optional = true;
    let places = &me.places;
    let lines = [
        (words.sum_given, places.given.unwrap_or_default()),
        (words.sum_earned, places.earned.unwrap_or_default()),
        (words.sum_granted, places.granted.unwrap_or_default()),
        (words.sum_taken, -places.taken.unwrap_or_default()),
        (words.sum_used, -places.used),
        (words.sum_open, -places.open),
    ];
    Ok(visit.show(
        refused.map_or(StatusCode::OK, Refused::status),
        &ListPage {
            words,
            welcome: visit.query("welcome").is_some(),
            told,
            invites: page
                .items
                .into_iter()
                .map(|invite| Shown::of(visit, words, invite))
                .collect(),
            next: page.next.map(|next| encoded(&next)),
            left: places
                .left
                .map_or_else(|| words.unlimited.to_owned(), |left| left.to_string()),
            sums: match places.left {
                None => Vec::new(),
                Some(_) => lines
                    .into_iter()
                    .filter(|(_, number)| *number != 0)
                    .map(|(name, number)| (name, format!("{number:+}").replace('-', "−")))
                    .collect(),
            },
            fields: vec![to],
            message: entered.message.clone(),
            kind: entered.kind.clone(),
            may_invite: !me.may_give.is_empty(),
            may_link: may_give("link"),
            shell: visit.shell(words.title),
        },
    ))
}

/// Gives an invite.
pub(super) async fn give(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let entered = Entered {
        kind: form.text("kind").to_owned(),
        to: form.text("to").to_owned(),
        message: form.text("message").to_owned(),
    };
    let mut body = json!({ "locale": visit.locale.tag() });
    if entered.kind != "link" {
        let name = if entered.to.contains('@') || entered.to.is_empty() {
            "email"
        } else {
            "phone"
        };
        body[name] = entered.to.as_str().into();
    }
    if !entered.message.is_empty() {
        body["message"] = entered.message.replace("\r\n", "\n").into();
    }
    let given: Result<Value, Refused> = visit
        .send(Method::POST, "/v1/me/invites", Some(&body), form.field(ONCE))
        .await;
    match given {
        Ok(_) => visit.see("/invites"),
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => {
            let page = list(visit, Some(&refused), &entered).await;
            visit.answer(page)
        }
    }
}

/// Does something with one invite: `resend`, `revoke` or `restore`.
pub(super) async fn act(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let id = encoded(visit.segment("id"));
    let (method, path) = match form.text("act") {
        "resend" => (Method::POST, format!("/v1/me/invites/{id}/resend")),
        "restore" => (Method::POST, format!("/v1/me/invites/{id}/restore")),
        "revoke" => (Method::DELETE, format!("/v1/me/invites/{id}")),
        _ => return visit.see("/invites"),
    };
    let done: Result<Value, Refused> = visit.send(method, &path, None, "").await;
    match done {
        Ok(_) => visit.see("/invites"),
        Err(refused) if refused.wants_sign_in() => visit.refuse(&refused),
        Err(refused) => {
            let page = list(visit, Some(&refused), &Entered::default()).await;
            visit.answer(page)
        }
    }
}

#[derive(Template)]
#[template(path = "pages/invites/share.html")]
struct SharePage {
    shell: Shell,
    words: &'static Words,
    id: String,
    url: String,
    script: String,
}

/// A link to be handed on: as a picture, as a text, by the device's own way to share.
pub(super) async fn share(visit: Visit) -> HttpResponse {
    let page = shared(&visit).await;
    visit.answer(page)
}

async fn shared(visit: &Visit) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let id = visit.segment("id").to_owned();
    let invite: Invite = visit.get(&format!("/v1/me/invites/{}", encoded(&id))).await?;
    let not_found = || Refused::of("not-found", StatusCode::NOT_FOUND);
    let url = invite.url.ok_or_else(not_found)?;
    let script = super::assets::share();
    let shell = visit.shell(words.share_title);
    let page = SharePage {
        shell,
        words,
        id,
        url,
        script,
    };
    Ok(visit.show(StatusCode::OK, &page))
}

/// The picture.
pub(super) async fn picture(visit: Visit) -> HttpResponse {
    let path = format!("/v1/me/invites/{}/qr?format=png", encoded(visit.segment("id")));
    match visit.raw(&path).await {
        Ok(raw) => {
            let mut answer = HttpResponse::Ok();
            if let Some(kind) = raw.kind {
                answer.insert_header((CONTENT_TYPE, kind));
            }
            answer.insert_header((CACHE_CONTROL, "no-store")).body(raw.body)
        }
        Err(refused) => visit.refuse(&refused),
    }
}
