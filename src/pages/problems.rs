//! Refusals of the API in words for whoever is at a page: what is wrong, and what to do now.

mod rooms;
#[cfg(test)]
mod tests;
mod words;

use super::{api::Refused, visit::Visit};
use crate::notify::Locale;
use words::Words;

/// What is told of a refusal.
#[derive(Debug, Clone)]
pub(super) struct Told {
    /// What is wrong, in a few words.
    pub(super) title: String,
    /// What to do now.
    pub(super) text: String,
    /// The name of the form's field at fault.
    pub(super) field: Option<String>,
}

impl Told {
    /// Whether the field of this name is at fault.
    pub(super) fn is_at(&self, name: &str) -> bool {
        self.field.as_deref() == Some(name)
    }
}

/// The words of every refusal.
fn all() -> impl Iterator<Item = &'static Words> {
    words::WORDS.iter().chain(rooms::WORDS)
}

fn of(kind: &str) -> Option<&'static Words> {
    all().find(|(known, ..)| *known == kind)
}

/// The field that a kind is about, where the API names none.
fn field_of(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "password-refused" => "password",
        "password-wrong" => "current",
        "handle-too-soon" => "handle",
        "proof-wrong" | "proof-stale" | "proof-locked" | "invite-unknown" => "code",
        "document-invalid" => "number",
        "name-invalid" => "full_name",
        _ => return None,
    })
}

/// What is told, in the reader's language.
pub(super) fn told(locale: Locale, refused: &Refused) -> Told {
    let words = of(refused.kind()).or_else(|| of("internal"));
    let (title, text) = words.map_or(("", ""), |(_, en, zh)| match locale {
        Locale::En => (en[0], en[1]),
        Locale::ZhHans => (zh[0], zh[1]),
    });
    let text = match (text.is_empty(), locale) {
        (true, Locale::En) => sentence(&refused.detail),
        _ => text.to_owned(),
    };
    let text = match refused.retry_after.filter(|seconds| *seconds > 5) {
        Some(seconds) => format!("{text} {}", wait(locale, seconds)),
        None => text,
    };
    Told {
        title: title.to_owned(),
        text,
        field: refused.field().or(field_of(refused.kind())).map(str::to_owned),
    }
}

/// The title alone.
pub(super) fn title(locale: Locale, refused: &Refused) -> String {
    told(locale, refused).title
}

/// A detail as a sentence.
fn sentence(detail: &str) -> String {
    let mut characters = detail.chars();
    let Some(first) = characters.next() else {
        return String::new();
    };
    let end = if detail.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{}{}{end}", first.to_uppercase(), characters.as_str())
}

/// How long to wait, in the greatest unit that fits.
fn wait(locale: Locale, seconds: u32) -> String {
    let (number, unit) = match seconds {
        0..120 => (seconds, 0),
        120..7200 => (seconds.div_ceil(60), 1),
        _ => (seconds.div_ceil(3600), 2),
    };
    match locale {
        Locale::En => format!("({number} {})", ["seconds", "minutes", "hours"][unit]),
        Locale::ZhHans => format!("（{number} {}）", ["秒", "分钟", "小时"][unit]),
    }
}

impl Visit {
    /// What is told of a refusal to whoever is at the page.
    pub(super) fn told(&self, refused: &Refused) -> Told {
        told(self.locale, refused)
    }
}
