//! What is around every page: the community's name, where to go, the language.

mod parts;
mod words;

use actix_web::{HttpResponse, http::Method};
use askama::Template;

pub(super) use parts::Field;
pub(super) use words::{Words, words};

use super::{
    assets,
    posted::{ONCE, Posted, TOKEN},
    problems::Told,
    visit::{Visit, next},
};
use crate::notify::Locale;

/// What a page's template is laid into.
pub(super) struct Shell {
    /// Words that every page uses.
    pub(super) words: &'static Words,
    /// The language, as HTML wants it.
    pub(super) lang: &'static str,
    /// The other languages, each as itself.
    pub(super) others: Vec<(&'static str, &'static str)>,
    /// The title of the page.
    pub(super) title: String,
    /// The community's name.
    pub(super) community: String,
    /// Where the pages are below the host.
    pub(super) base: String,
    /// The page's own path.
    pub(super) path: String,
    /// The picture in the tab.
    pub(super) icon: String,
    /// Style sheets.
    pub(super) styles: [String; 2],
    /// Whether somebody shows a session.
    pub(super) signed_in: bool,
    /// The names of the fields that every form has.
    pub(super) names: (&'static str, &'static str),
    /// What every form shows.
    pub(super) token: String,
    /// What makes a form that is sent twice one.
    pub(super) once: String,
}

impl Shell {
    pub(super) fn of(visit: &Visit, title: String) -> Self {
        let (name, colour) = visit.community.clone().map_or_else(
            || ("Vouchsafe".to_owned(), None),
            |(name, colour)| (name.to_string(), colour),
        );
        let all = [(Locale::En, "English"), (Locale::ZhHans, "简体中文")];
        Self {
            words: words(visit.locale),
            lang: visit.locale.tag(),
            others: all
                .into_iter()
                .filter(|(locale, _)| *locale != visit.locale)
                .map(|(locale, name)| (locale.tag(), name))
                .collect(),
            title,
            community: name,
            base: visit.base().to_owned(),
            path: visit.path.clone(),
            icon: assets::icon(),
            styles: [assets::style(), assets::colours(colour.as_deref())],
            signed_in: visit.is_signed_in(),
            names: (TOKEN, ONCE),
            token: visit.form_token(),
            once: visit.random(),
        }
    }
}

/// What is told where a page cannot be shown.
#[derive(Template)]
#[template(path = "pages/refusal.html")]
pub(super) struct Refusal<'a> {
    pub(super) shell: Shell,
    pub(super) told: Told,
    pub(super) request_id: Option<&'a str>,
}

/// A reader chooses the language.
pub(super) async fn language(form: Posted) -> HttpResponse {
    let visit = &form.visit;
    let locale = Locale::from_tag(form.text("language"));
    visit.set_language(locale);
    if visit.is_signed_in() {
        // Letters are written in it too; whoever is no longer signed in has chosen for the pages alone.
        let body = serde_json::json!({ "locale": locale.tag() });
        let kept: Result<serde_json::Value, _> = visit.send(Method::PUT, "/v1/me/language", Some(&body), "").await;
        drop(kept);
    }
    visit.see(next(Some(form.text("next"))))
}

/// A text as a value in a query.
pub(super) fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}
