//! E-mail addresses: one form to send to, one form to find again.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use unicode_normalization::UnicodeNormalization;

/// The longest address that fits an SMTP path, in octets (RFC 5321 §4.5.3.1.3, less the brackets).
const LONGEST: usize = 254;

/// An address that a person entered, in two forms.
///
/// The *kept* form is the only one that mail is sent to: as entered, in Unicode's composed form
/// (RFC 6532 §3.1). The *normalised* form is for comparison alone, behind a blind index: the same
/// in lower case. Dots and plus tags stay, because only the receiving server knows what they mean.
///
/// It has no `Serialize`, so that it cannot slip into an answer; [`super::Letter`], which is
/// stored sealed, writes it out by name.
#[derive(Clone)]
pub struct EmailAddress {
    kept: SecretString,
    normalised: SecretString,
}

/// Why a text is not an address that we send to. None of them repeats the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// No `@`, or nothing on one side of it.
    #[error("an e-mail address has the form name@example.org")]
    Form,
    /// A control character: a line break above all, which could forge an SMTP command or a header.
    #[error("an e-mail address has no control characters")]
    Control,
    /// Longer than 254 octets, or more than 64 before the `@` (RFC 5321 §4.5.3.1).
    #[error("the e-mail address is too long")]
    TooLong,
    /// A quoted name, a comment, or a character that no unquoted name may have (RFC 5322 §3.2.3).
    #[error("the part before the @ has a character that we do not accept")]
    Name,
    /// Not a registered domain name: an IP address, a single label, or not in ASCII
    /// (an internationalised name is accepted in its `xn--` form).
    #[error("the part after the @ is not a domain name")]
    Domain,
}

impl EmailAddress {
    /// Reads what a person entered; spaces around it are dropped.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn parse(entered: &str) -> Result<Self, AddressError> {
        if entered.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        let kept: String = entered.trim().nfc().collect();
        let (name, domain) = kept.rsplit_once('@').ok_or(AddressError::Form)?;
        if name.is_empty() || domain.is_empty() {
            return Err(AddressError::Form);
        }
        check_domain(domain)?;
        let lowered: String = name.to_lowercase().nfc().collect();
        let normalised = format!("{lowered}@{}", domain.to_ascii_lowercase());
        // Both forms have to be addresses: lower case can be longer, and can need a mark of its own.
        for (form, name) in [(&kept, name), (&normalised, lowered.as_str())] {
            if form.len() > LONGEST || name.len() > 64 {
                return Err(AddressError::TooLong);
            }
            if name.contains('"') || form.parse::<lettre::Address>().is_err() {
                return Err(AddressError::Name);
            }
        }
        Ok(Self {
            kept: kept.into(),
            normalised: normalised.into(),
        })
    }

    /// The form to send to.
    pub fn kept(&self) -> &str {
        self.kept.expose_secret()
    }

    /// The form to compare, and to key the blind index with. Normalising it again changes nothing.
    pub fn normalised(&self) -> &str {
        self.normalised.expose_secret()
    }

    /// A hint for somebody who knows the address already: `a•••@e•••.org`.
    pub fn masked(&self) -> String {
        let (name, domain) = self.kept().rsplit_once('@').unwrap_or_default();
        let (rest, last) = domain.rsplit_once('.').unwrap_or_default();
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}•••@{}•••.{last}", first(name), first(rest))
    }

    /// The address as the SMTP library wants it.
    pub(super) fn to_lettre(&self) -> Result<lettre::Address, AddressError> {
        self.kept().parse().map_err(|_| AddressError::Form)
    }
}

/// Letters, digits and hyphens in at least two labels, the last of them not a number
/// (RFC 1123 §2.1, RFC 3696 §2): no IP address, no host of the local network.
fn check_domain(domain: &str) -> Result<(), AddressError> {
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && (1..=63).contains(&label.len()) && !label.starts_with('-') && !label.ends_with('-')
    };
    let (_, last) = domain.rsplit_once('.').ok_or(AddressError::Domain)?;
    if domain.split('.').all(label) && !last.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(())
    } else {
        Err(AddressError::Domain)
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress([redacted])")
    }
}

impl<'de> Deserialize<'de> for EmailAddress {
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
    fn keeps_what_was_entered_and_compares_in_lower_case() {
        let address = EmailAddress::parse("  Ada.Love+Lace@Example.ORG ").unwrap();
        assert_eq!(address.kept(), "Ada.Love+Lace@Example.ORG");
        assert_eq!(address.normalised(), "ada.love+lace@example.org");
        assert_eq!(address.masked(), "A•••@E•••.ORG");
        assert_eq!(
            EmailAddress::parse("李四@mail.example.cn").unwrap().masked(),
            "李•••@m•••.cn"
        );
    }

    #[test]
    fn one_person_s_spelling_is_one_address() {
        let same = |left: &str, right: &str| {
            let [left, right] = [left, right].map(|text| EmailAddress::parse(text).unwrap());
            left.normalised() == right.normalised()
        };
        assert!(same("jose\u{301}@example.org", "JOSÉ@EXAMPLE.org"));
        assert!(same("\u{212a}@example.org", "k@example.org"), "the Kelvin sign is a K");
        assert!(!same("a.b@example.org", "ab@example.org"));
        assert!(!same("a+b@example.org", "a@example.org"));
        assert!(
            !same("а@example.org", "a@example.org"),
            "a Cyrillic letter is another letter"
        );
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways() {
        use AddressError::{Control, Domain, Form, Name, TooLong};
        let long = format!("a@{}.org", ["b".repeat(62).as_str(); 4].join("."));
        let long_name = format!("{}@example.org", "a".repeat(65));
        for (text, expected) in [
            ("", Form),
            ("nobody", Form),
            ("@example.org", Form),
            ("a@", Form),
            ("a@example.org\r\nRCPT TO:<b@example.org>", Control),
            ("a\r\nBcc: b@example.org", Control),
            ("a@example.org\n", Control),
            ("a\0@example.org", Control),
            ("a\u{85}b@example.org", Control),
            ("\"a b\"@example.org", Name),
            ("a\"b@example.org", Name),
            ("a(comment)@example.org", Name),
            ("Ada <a@example.org>", Domain),
            ("a@b@example.org", Name),
            ("a b@example.org", Name),
            ("a,b@example.org", Name),
            (".a@example.org", Name),
            ("a..b@example.org", Name),
            ("a\u{200b}b@example.org", Name),
            ("a\u{202e}b@example.org", Name),
            ("a@[127.0.0.1]", Domain),
            ("a@127.0.0.1", Domain),
            ("a@[IPv6:::1]", Domain),
            ("a@localhost", Domain),
            ("a@例子.cn", Domain),
            ("a@exa_mple.org", Domain),
            ("a@-example.org", Domain),
            ("a@example.org.", Domain),
            (&long, TooLong),
            (&long_name, TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text).err(), Some(expected), "{text:?}");
        }
        assert!(EmailAddress::parse("a@xn--fsqu00a.cn").is_ok());
    }

    #[test]
    fn shows_nothing_when_printed() {
        let address = EmailAddress::parse("canary@example.org").unwrap();
        assert!(!format!("{address:?}").contains("canary"));
    }

    fn normalising_twice_is_normalising_once(text: &str) -> bool {
        let Ok(address) = EmailAddress::parse(text) else {
            return true;
        };
        let again = EmailAddress::parse(address.normalised());
        again.is_ok_and(|again| again.normalised() == address.normalised() && again.kept() == address.normalised())
    }

    /// The planes that letters stand in; above them are tags and private use only.
    #[test]
    fn normalising_is_idempotent_for_every_character() {
        for character in '\0'..='\u{3ffff}' {
            let text = format!("a{character}b@example.org");
            assert!(normalising_twice_is_normalising_once(&text), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn normalising_is_idempotent(name in "\\PC{1,12}", domain in "[a-zA-Z0-9-]{1,8}\\.[a-zA-Z]{1,4}") {
            let text = format!("{name}@{domain}");
            prop_assert!(normalising_twice_is_normalising_once(&text));
        }
        #[test]
        fn normalising_is_idempotent_for_words(name in "[\\p{L}\\p{M}\\p{N}.+]{1,12}") {
            let text = format!("{name}@Example.org");
            prop_assert!(normalising_twice_is_normalising_once(&text));
        }
        #[test]
        fn never_accepts_a_character_that_ends_a_line(before in "[a-z]{0,3}", after in "[a-z@. ]{0,9}",
                                                      breaker in "[\\x00-\\x1f\\x7f\u{85}]") {
            let text = format!("{before}{breaker}{after}@example.org");
            prop_assert_eq!(EmailAddress::parse(&text).err(), Some(AddressError::Control));
        }
    }
}
