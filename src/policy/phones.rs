//! Which contacts a community takes, and whose phone numbers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Policy;
use crate::platform::terms::{ContactPoint, PhoneClass, PhoneNumber, Region};

/// By what a person is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(rename_all = "snake_case")]
pub enum ContactKind {
    /// An e-mail address.
    #[default]
    Email,
    /// A phone number that takes text messages.
    Phone,
    /// Either of them, as the newcomer likes.
    Either,
}

impl ContactKind {
    /// The kind that a contact is of.
    pub const fn of(contact: &ContactPoint) -> Self {
        match contact {
            ContactPoint::Email(_) => Self::Email,
            ContactPoint::Phone(_) => Self::Phone,
        }
    }

    /// Whether such a contact is taken.
    pub const fn takes(self, contact: &ContactPoint) -> bool {
        matches!(
            (self, contact),
            (Self::Either, _) | (Self::Email, ContactPoint::Email(_)) | (Self::Phone, ContactPoint::Phone(_))
        )
    }
}

/// Whose phone numbers are taken, where phones are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Phones {
    /// Countries (ISO 3166-1, two letters) whose numbers alone are taken. Default none: those of all countries are.
    pub countries: Vec<String>,
    /// Countries whose numbers are not taken. Default none.
    pub blocked_countries: Vec<String>,
    /// Whether numbers are taken for which whoever writes to them pays more: premium rate, shared cost. Default false.
    pub premium: bool,
    /// Whether numbers of networks above all countries are taken: satellites and their like. Default false.
    pub satellite: bool,
}

/// Why a contact is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContactDenied {
    /// This community takes e-mail addresses.
    #[error("this community takes no phone numbers; give an e-mail address")]
    NoPhones,
    /// This community takes phone numbers.
    #[error("this community takes no e-mail addresses; give a phone number")]
    NoAddresses,
    /// Numbers of its country are not taken.
    #[error("numbers of this country are not taken here")]
    Country,
    /// Whoever writes to it pays more.
    #[error("this is a premium-rate or shared-cost number; give an ordinary one")]
    Premium,
    /// It belongs to a network above all countries.
    #[error("this is a number of a satellite or international network; give one of a country")]
    Satellite,
    /// No person has such a number.
    #[error("this is a number of a service, and takes no text messages; give one of your own")]
    Service,
}

/// Whether a newcomer may give this contact.
///
/// # Errors
/// [`ContactDenied`]
pub fn may_contact(policy: &Policy, contact: &ContactPoint) -> Result<(), ContactDenied> {
    if !policy.join.contact.takes(contact) {
        return Err(match contact {
            ContactPoint::Email(_) => ContactDenied::NoAddresses,
            ContactPoint::Phone(_) => ContactDenied::NoPhones,
        });
    }
    contact.phone().map_or(Ok(()), |phone| may_text(policy, phone))
}

/// Whether text messages go to this number.
///
/// # Errors
/// [`ContactDenied`]
pub fn may_text(policy: &Policy, phone: &PhoneNumber) -> Result<(), ContactDenied> {
    let phones = &policy.phones;
    match phone.class() {
        PhoneClass::Premium if !phones.premium => return Err(ContactDenied::Premium),
        PhoneClass::Satellite if !phones.satellite => return Err(ContactDenied::Satellite),
        PhoneClass::Service => return Err(ContactDenied::Service),
        _ => {}
    }
    let region = phone.region();
    let named = |list: &[String]| {
        let is_it = |region: &Region| list.iter().any(|one| one.eq_ignore_ascii_case(region.as_str()));
        region.as_ref().is_some_and(is_it)
    };
    // A satellite is of no country: that it is taken, `satellite` alone says.
    let of_none = region.is_none() && phone.class() == PhoneClass::Satellite;
    if named(&phones.blocked_countries) || !phones.countries.is_empty() && !named(&phones.countries) && !of_none {
        return Err(ContactDenied::Country);
    }
    Ok(())
}

/// The key and the letters of each country in the lists that numbers know none of, or that is named twice.
pub(super) fn unknown(phones: &Phones) -> Vec<(&'static str, String)> {
    let lists = [
        ("phones.countries", &phones.countries),
        ("phones.blocked_countries", &phones.blocked_countries),
    ];
    let wrong = |(key, list): (&'static str, &Vec<String>)| {
        let wrong = |(place, one): (usize, &String)| {
            let twice = list.iter().take(place).any(|other| other.eq_ignore_ascii_case(one));
            (twice || Region::parse(one).is_none()).then(|| (key, one.clone()))
        };
        list.iter().enumerate().filter_map(wrong).collect::<Vec<_>>()
    };
    lists.into_iter().flat_map(wrong).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::preset, *};

    fn policy(more: &str) -> Policy {
        Policy::from_toml(&format!("{}\n{more}", without_phones()), &[]).unwrap()
    }

    /// A preset that takes either contact, without its own lists.
    fn without_phones() -> String {
        let text = preset("open-circle").unwrap();
        let text = text.replace("contact = \"email\"", "contact = \"either\"");
        let (before, rest) = text.split_once("[phones]").unwrap();
        let (_, after) = rest.split_once("[invite]").unwrap();
        format!("{before}[invite]{after}")
    }

    fn may(policy: &Policy, number: &str) -> Result<(), ContactDenied> {
        may_contact(policy, &ContactPoint::parse(number).unwrap())
    }

    #[test]
    fn countries_are_allowed_and_blocked() {
        let (chinese, british) = ("+8613812345678", "+447400123456");
        let all = policy("");
        assert_eq!((may(&all, chinese), may(&all, british)), (Ok(()), Ok(())));
        let home = policy("[phones]\ncountries = ['cn']");
        assert_eq!(
            (may(&home, chinese), may(&home, british)),
            (Ok(()), Err(ContactDenied::Country))
        );
        let without = policy("[phones]\nblocked_countries = ['GB']");
        assert_eq!(
            (may(&without, chinese), may(&without, british)),
            (Ok(()), Err(ContactDenied::Country))
        );
        assert_eq!(may(&home, "ada@example.org"), Ok(()));
        for bad in [
            "countries = ['XX']",
            "blocked_countries = ['CN', 'cn']",
            "countries = ['China']",
        ] {
            let text = format!("{}\n[phones]\n{bad}", without_phones());
            let mistakes = Policy::from_toml(&text, &[]).unwrap_err();
            assert!(mistakes[0].key.starts_with("phones."), "{mistakes:?}");
        }
    }

    #[test]
    fn costly_numbers_are_refused_unless_they_are_allowed() {
        let (plain, open) = (
            policy(""),
            policy("[phones]\npremium = true\nsatellite = true\ncountries = ['US']"),
        );
        for (number, why) in [
            ("+1 900 234 5678", ContactDenied::Premium),
            ("+881 612 345 678", ContactDenied::Satellite),
        ] {
            assert_eq!(may(&plain, number), Err(why), "{number}");
            assert_eq!(may(&open, number), Ok(()), "{number}");
        }
        assert_eq!(may(&open, "+1 800 234 5678"), Err(ContactDenied::Service));
    }

    #[test]
    fn a_community_takes_one_kind_or_either() {
        let mut policy = policy("");
        for (kind, email, phone) in [
            (ContactKind::Email, Ok(()), Err(ContactDenied::NoPhones)),
            (ContactKind::Phone, Err(ContactDenied::NoAddresses), Ok(())),
            (ContactKind::Either, Ok(()), Ok(())),
        ] {
            policy.join.contact = kind;
            assert_eq!(
                (may(&policy, "ada@example.org"), may(&policy, "+8613812345678")),
                (email, phone)
            );
        }
    }
}
