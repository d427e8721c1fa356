//! Whose documents a community takes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::platform::terms::Country;

/// Which countries' documents are taken, where documents are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Documents {
    /// Countries (ISO 3166-1, or a code that stands in passports) whose documents alone are taken. Default none: those
    /// of all countries are.
    pub countries: Vec<String>,
    /// Countries whose documents are not taken. Default none.
    pub blocked_countries: Vec<String>,
}

/// Documents of this country are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("documents of this country are not taken here")]
pub struct DocumentDenied;

/// Whether a newcomer may hand in a document of this country.
///
/// # Errors
/// [`DocumentDenied`]
pub fn may_document(policy: &Policy, country: Country) -> Result<(), DocumentDenied> {
    let Documents {
        countries,
        blocked_countries,
    } = &policy.documents;
    let named = |list: &[String]| list.iter().any(|one| one.parse() == Ok(country));
    match named(blocked_countries) || !countries.is_empty() && !named(countries) {
        true => Err(DocumentDenied),
        false => Ok(()),
    }
}

/// The countries of a list by the codes that they are shown by.
pub fn shown(countries: &[String]) -> Vec<Country> {
    countries.iter().filter_map(|one| one.parse().ok()).collect()
}

/// The key and the letters of each country in the lists that nobody knows, or that is named twice.
pub(super) fn unknown(documents: &Documents) -> Vec<(&'static str, String)> {
    let lists = [
        ("documents.countries", &documents.countries),
        ("documents.blocked_countries", &documents.blocked_countries),
    ];
    let mut wrong = Vec::new();
    for (key, list) in lists {
        let mut known: Vec<Country> = Vec::new();
        for one in list {
            match one.parse() {
                Ok(country) if !known.contains(&country) => known.push(country),
                _ => wrong.push((key, one.clone())),
            }
        }
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::{super::preset, *};

    fn read(lists: &str) -> Result<Policy, Vec<super::super::PolicyMistake>> {
        let text = preset("open-circle").expect("a preset");
        let (before, rest) = text.split_once("[documents]").expect("its section");
        let (_, after) = rest.split_once("[phones]").expect("the next one");
        Policy::from_toml(&format!("{before}[documents]\n{lists}\n[phones]{after}"), &[])
    }

    #[test]
    fn countries_are_allowed_and_blocked() {
        let may = |lists: &str, country: &str| may_document(&read(lists).unwrap(), country.parse().unwrap()).is_ok();
        for (lists, china, britain, stateless) in [
            ("", true, true, true),
            ("countries = ['CHN', 'XXA']", true, false, true),
            ("blocked_countries = ['UK']", true, false, true),
            (
                "countries = ['CN', 'GB']\nblocked_countries = ['gbr']",
                true,
                false,
                false,
            ),
        ] {
            let found = ["CN", "GBD", "XXA"].map(|country| may(lists, country));
            assert_eq!(found, [china, britain, stateless], "{lists}");
        }
        assert_eq!(
            shown(&["CHN".into(), "d".into()]),
            ["CN", "DE"].map(|code| code.parse().unwrap())
        );
        for bad in [
            "countries = ['XX']",
            "blocked_countries = ['GB', 'UK']",
            "countries = ['China']",
        ] {
            let mistakes = read(bad).unwrap_err();
            assert!(
                mistakes.len() == 1 && mistakes[0].key.starts_with("documents."),
                "{mistakes:?}"
            );
        }
    }
}
