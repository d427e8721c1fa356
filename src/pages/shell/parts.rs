//! The parts of which forms are made: the same label, hint and error everywhere.

use askama::Template;

use super::Shell;
use crate::pages::problems::Told;

/// A field in which something is typed.
#[derive(Template, Default)]
#[template(path = "pages/field.html")]
pub(in crate::pages) struct Field {
    /// As the form sends it.
    pub name: &'static str,
    /// What is asked for.
    pub label: String,
    /// How to enter it.
    pub hint: Option<String>,
    /// The kind of input.
    pub kind: &'static str,
    /// What a browser may fill in (HTML, autofill).
    pub autocomplete: &'static str,
    /// Which keyboard a phone shows.
    pub inputmode: &'static str,
    /// What stands in it.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Option<String>,
    /// How many characters it takes at most.
    pub most: Option<usize>,
    /// Whether it may stay empty.
    pub optional: bool,
    /// Whether what is typed is a short code.
    pub code: bool,
}

impl Field {
    /// A field with a name and a label.
    pub(in crate::pages) fn new(name: &'static str, label: &str) -> Self {
        Self {
            name,
            label: label.to_owned(),
            kind: "text",
            ..Self::default()
        }
    }

    /// Of a kind, filled in by the browser as this.
    pub(in crate::pages) fn of(mut self, kind: &'static str, autocomplete: &'static str) -> Self {
        self.kind = kind;
        self.autocomplete = autocomplete;
        self
    }

    /// With a hint.
    pub(in crate::pages) fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// With what was entered before; a password never stands in a page.
    pub(in crate::pages) fn holds(mut self, value: &str) -> Self {
        value.clone_into(&mut self.value);
        self
    }

    /// With what is wrong with it, where it is this field.
    pub(in crate::pages) fn told(mut self, told: Option<&Told>) -> Self {
        self.wrong = told.filter(|told| told.is_at(self.name)).map(|told| told.text.clone());
        self
    }
}

impl Shell {
    /// What every form holds: the page's token, and what makes a form that is sent twice one. Both are of the letters of
    /// base64url.
    pub(in crate::pages) fn hidden(&self) -> String {
        let (
            (token, once),
            Self {
                token: shown,
                once: drawn,
                ..
            },
        ) = (self.names, self);
        format!(
            r#"<input type="hidden" name="{token}" value="{shown}"><input type="hidden" name="{once}" value="{drawn}">"#
        )
    }
}
