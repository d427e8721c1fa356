//! Phone numbers: one form, E.164, to send to and to find again.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, PhoneNumberType};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};

use crate::platform::terms::typed;

/// The longest text that is looked at, in bytes: more than any number has, with spaces and signs between its digits.
const LONGEST: usize = 64;

/// A phone number that a person entered, in its international form (ITU-T E.164): `+8613812345678`.
///
/// It has no `Serialize`, so that it cannot slip into an answer; a text message, which is stored sealed, writes it out
/// by name.
#[derive(Clone)]
pub struct PhoneNumber {
    kept: SecretString,
    class: PhoneClass,
    region: Option<Region>,
    country_code: i32,
}

/// What kind of line a number is, as far as it matters to whoever writes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneClass {
    /// A line like most: mobile, fixed, over the internet.
    Ordinary,
    /// Whoever calls or writes pays more: premium rate, shared cost.
    Premium,
    /// A network above all countries: satellites, ships, and what is sold under their codes.
    Satellite,
    /// A line of a company or a machine: toll free, a switchboard, voicemail, a pager. No text message goes there.
    Service,
}

/// A country by the two letters of ISO 3166-1, as phone numbers have one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The region that two letters name, in either case; none where numbers know no such region.
    pub fn parse(text: &str) -> Option<Self> {
        let letters: [u8; 2] = text.to_ascii_uppercase().as_bytes().try_into().ok()?;
        let wanted = str::from_utf8(&letters).ok()?;
        PHONE_NUMBER_UTIL
            .get_supported_regions()
            .any(|known| *known.as_region_str() == *wanted)
            .then_some(Self(letters))
    }

    /// Its letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not a phone number that we write to. None of them repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PhoneError {
    /// No `+` with the country's code.
    #[error("give the number with its country's code, for example +86 138 1234 5678")]
    Country,
    /// Letters, an extension, or other signs than those that people put between digits.
    #[error("a phone number has digits alone, and spaces, dots, hyphens or brackets between them")]
    Form,
    /// No country has given out such a number.
    #[error("no country has such a phone number; check each digit")]
    NotValid,
}

impl PhoneNumber {
    /// Reads what a person entered; full-width digits and signs are what they stand for.
    ///
    /// # Errors
    /// [`PhoneError`] says what is wrong with it.
    pub fn parse(entered: &str) -> Result<Self, PhoneError> {
        if entered.len() > LONGEST * 3 {
            return Err(PhoneError::Form);
        }
        let plain: String = typed::plain(entered)
            .chars()
            .filter(|c| !typed::is_invisible(*c))
            .collect();
        let plain = plain.trim();
        if plain.len() > LONGEST || plain.chars().any(|c| !is_sign(c)) || plain.rfind('+').is_some_and(|at| at > 0) {
            return Err(PhoneError::Form);
        }
        if !plain.starts_with('+') {
            return Err(PhoneError::Country);
        }
        let number = PHONE_NUMBER_UTIL.parse(plain, None).map_err(|_| PhoneError::NotValid)?;
        if !number.is_valid() {
            return Err(PhoneError::NotValid);
        }
        let region = number.get_region_code();
        let region = region.and_then(|region| <[u8; 2]>::try_from(region.as_region_str().as_bytes()).ok());
        Ok(Self {
            kept: number.format_as(PhoneNumberFormat::E164).into_owned().into(),
            class: class_of(number.country_code, number.get_type()),
            region: region.map(Region),
            country_code: number.country_code,
        })
    }

    /// The number in E.164: the form to send to, to compare, and to key the blind index with.
    pub fn kept(&self) -> &str {
        self.kept.expose_secret()
    }

    /// What kind of line it is.
    pub const fn class(&self) -> PhoneClass {
        self.class
    }

    /// Whose number it is; none for networks above all countries.
    pub const fn region(&self) -> Option<Region> {
        self.region
    }

    /// The number without the code of its country.
    pub fn national(&self) -> &str {
        let code = self.country_code.to_string();
        let digits = self.kept().trim_start_matches('+');
        digits.strip_prefix(code.as_str()).unwrap_or(digits)
    }

    /// The code of its country, as digits.
    pub const fn country_code(&self) -> i32 {
        self.country_code
    }

    /// A hint for somebody who knows the number already: `+86•••78`.
    pub fn masked(&self) -> String {
        let national = self.national();
        let end = national.get(national.len().saturating_sub(2)..).unwrap_or_default();
        format!("+{}•••{end}", self.country_code)
    }
}

/// What may stand in a number that a person has typed.
const fn is_sign(c: char) -> bool {
    matches!(c, '0'..='9' | '+' | ' ' | '.' | '-' | '/' | '(' | ')' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

const fn class_of(country_code: i32, kind: PhoneNumberType) -> PhoneClass {
    match (country_code, kind) {
        // Inmarsat, global mobile satellite systems, and the international networks (ITU-T E.164.1).
        (870 | 878 | 881 | 882 | 883 | 888, _) => PhoneClass::Satellite,
        (808 | 979, _) | (_, PhoneNumberType::PremiumRate | PhoneNumberType::SharedCost) => PhoneClass::Premium,
        (800, _)
        | (_, PhoneNumberType::TollFree | PhoneNumberType::UAN | PhoneNumberType::VoiceMail | PhoneNumberType::Pager) => {
            PhoneClass::Service
        }
        _ => PhoneClass::Ordinary,
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber([redacted])")
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = SecretString::deserialize(deserializer)?;
        Self::parse(text.expose_secret()).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn one_form_of_all_that_people_type() {
        for entered in [
            "+86 138 1234 5678",
            "+8613812345678",
            "  +86-138-1234-5678 ",
            "＋８６ １３８ １２３４ ５６７８",
            "+86 (138) 1234.5678",
            "\u{202d}+86 138\u{200b} 1234 5678\u{202c}",
        ] {
            let phone = PhoneNumber::parse(entered).unwrap();
            assert_eq!(phone.kept(), "+8613812345678", "{entered}");
            assert_eq!(phone.region().unwrap().as_str(), "CN");
            assert_eq!((phone.national(), phone.country_code()), ("13812345678", 86));
            assert_eq!(phone.masked(), "+86•••78");
        }
        assert!(!format!("{:?}", PhoneNumber::parse("+8613812345678")).contains("138"));
    }

    #[test]
    fn what_is_no_number_says_why() {
        for (entered, why) in [
            ("", PhoneError::Country),
            ("13812345678", PhoneError::Country),
            ("+1 800 FLOWERS", PhoneError::Form),
            ("+86 138 1234 5678 ext. 9", PhoneError::Form),
            ("tel:+8613812345678", PhoneError::Form),
            ("+86+13812345678", PhoneError::Form),
            ("+8613812345678;phone-context=x", PhoneError::Form),
            ("+", PhoneError::NotValid),
            // Possible by their length, and given out to nobody.
            ("+1 200 555 0100", PhoneError::NotValid),
            ("+86 100 1234 5678", PhoneError::NotValid),
            ("+86 138 1234", PhoneError::NotValid),
            ("+86 138 1234 5678 9012", PhoneError::NotValid),
            ("+999 123456789", PhoneError::NotValid),
        ] {
            assert_eq!(PhoneNumber::parse(entered).err(), Some(why), "{entered}");
        }
        assert!(PhoneNumber::parse(&"+".repeat(100_000)).is_err());
    }

    #[test]
    fn costly_lines_are_told_apart() {
        for (entered, class) in [
            ("+8613812345678", PhoneClass::Ordinary),
            ("+12025550143", PhoneClass::Ordinary),
            ("+447911123456", PhoneClass::Ordinary),
            ("+1 900 234 5678", PhoneClass::Premium),
            ("+44 909 879 0000", PhoneClass::Premium),
            ("+979 123 456 789", PhoneClass::Premium),
            ("+44 844 412 3456", PhoneClass::Premium),
            ("+881 612 345 678", PhoneClass::Satellite),
            ("+870 301 234 567", PhoneClass::Satellite),
            ("+800 1234 5678", PhoneClass::Service),
            ("+1 800 234 5678", PhoneClass::Service),
        ] {
            assert_eq!(
                PhoneNumber::parse(entered).map(|phone| phone.class()),
                Ok(class),
                "{entered}"
            );
        }
        let satellite = PhoneNumber::parse("+881 612 345 678").unwrap();
        assert!(satellite.region().is_none());
    }

    #[test]
    fn regions_are_those_that_numbers_have() {
        assert_eq!(Region::parse("cn").unwrap().as_str(), "CN");
        for nothing in ["", "C", "CHN", "XX", "001", "中国", "c\n"] {
            assert!(Region::parse(nothing).is_none(), "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_its_form_stays_as_it_is(entered in ".{0,40}|[+＋]?[0-9０-９ ()./-]{0,24}") {
            if let Ok(phone) = PhoneNumber::parse(&entered) {
                let again = PhoneNumber::parse(phone.kept()).unwrap();
                prop_assert_eq!(again.kept(), phone.kept());
                prop_assert!(phone.kept().starts_with('+') && phone.kept()[1..].bytes().all(|b| b.is_ascii_digit()));
            }
        }
    }
}
