//! E-mail addresses: one form to send to, one form to find again.

use std::{borrow::Cow, fmt};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de};
use unicode_normalization::UnicodeNormalization;

use crate::platform::terms::typed;

/// The longest address that fits an SMTP path, in octets (RFC 5321 §4.5.3.1.3, less the brackets).
const LONGEST: usize = 254;

/// An address that a person entered, in two forms.
///
/// The *kept* form is the only one that mail is sent to: as entered, in Unicode's composed form
/// (RFC 6532 §3.1), an internationalised domain in its ASCII form (UTS #46, non-transitional). The
/// *normalised* form is for comparison alone, behind a blind index: the same in lower case. The *shown* form
/// has the domain as people write it. Dots and plus tags stay, because only the receiving server knows what
/// they mean.
///
/// It has no `Serialize`, so that it cannot slip into an answer; a letter, which is stored sealed,
/// writes it out by name.
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
    /// Not a registered domain name: an IP address, a single label, or one that UTS #46 does not let through.
    #[error("the part after the @ is not a domain name")]
    Domain,
}

impl EmailAddress {
    /// Reads what a person entered; what stands around the address is dropped, and full-width letters and
    /// signs are what they stand for.
    ///
    /// # Errors
    /// [`AddressError`] says what is wrong with it.
    pub fn parse(entered: &str) -> Result<Self, AddressError> {
        let entered = typed::around_address(entered);
        if entered.chars().any(char::is_control) {
            return Err(AddressError::Control);
        }
        let entered: String = entered.chars().map(narrow).nfc().collect();
        let (name, domain) = entered.rsplit_once('@').ok_or(AddressError::Form)?;
        // What cannot be seen beside the @ is no part of either.
        let seamless = |c: char| c.is_whitespace() || typed::is_invisible(c);
        let (name, domain) = (name.trim_end_matches(seamless), domain.trim_start_matches(seamless));
        if name.is_empty() || domain.is_empty() {
            return Err(AddressError::Form);
        }
        let domain = in_ascii(domain)?;
        let kept = format!("{name}@{domain}");
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

    /// The form to show to people: an internationalised domain as they write it.
    pub fn shown(&self) -> String {
        let (name, domain) = self.kept().rsplit_once('@').unwrap_or_default();
        if domain.split('.').any(is_encoded) {
            let (unicode, sound) = Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::STD3, HYPHENS);
            if sound.is_ok() {
                return format!("{name}@{unicode}");
            }
        }
        self.kept().to_owned()
    }

    /// A hint for somebody who knows the address already: `a•••@e•••.org`.
    pub fn masked(&self) -> String {
        let shown = self.shown();
        let (name, domain) = shown.rsplit_once('@').unwrap_or_default();
        let (rest, last) = domain.rsplit_once('.').unwrap_or_default();
        let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
        format!("{}•••@{}•••.{last}", first(name), first(rest))
    }

    /// The address as the SMTP library wants it.
    ///
    /// # Errors
    /// None for an address that was parsed.
    pub fn to_lettre(&self) -> Result<lettre::Address, AddressError> {
        self.kept().parse().map_err(|_| AddressError::Form)
    }
}

/// An IDNA label may not begin or end with a hyphen; names of hosts have two in other places.
const HYPHENS: Hyphens = Hyphens::CheckFirstLast;

/// Whether a label is an internationalised one in ASCII.
fn is_encoded(label: &str) -> bool {
    label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--"))
}

/// What keyboards for Chinese and Japanese give in place of ASCII.
fn narrow(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{FE6B}' => '@',
        '\u{3002}' | '\u{FF61}' => '.',
        other => other,
    }
}

/// The domain in its ASCII form (UTS #46, non-transitional processing); one that is in ASCII stays as it was written.
fn in_ascii(domain: &str) -> Result<Cow<'_, str>, AddressError> {
    let ascii = if domain.is_ascii() && !domain.split('.').any(is_encoded) {
        Cow::Borrowed(domain)
    } else {
        let uts46 = Uts46::new();
        let encoded = uts46.to_ascii(domain.as_bytes(), AsciiDenyList::STD3, HYPHENS, DnsLength::Verify);
        encoded.map_err(|_| AddressError::Domain)?
    };
    check_domain(&ascii)?;
    Ok(ascii)
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
            ("a\0@example.org", Control),
            ("a\u{85}b@example.org", Control),
            ("\"a b\"@example.org", Name),
            ("a\"b@example.org", Name),
            ("a(comment)@example.org", Name),
            ("Ada <a@example.org>", Name),
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
            ("a@例\u{E000}子.cn", Domain),
            ("a@例_子.cn", Domain),
            ("a@-例子.cn", Domain),
            ("a@例子", Domain),
            ("a@xn--a.org", Domain),
            ("a@xn--.org", Domain),
            ("a@１２７．０．０．１", Domain),
            ("a\u{FF20}b@example.org", Name),
            ("a@exa_mple.org", Domain),
            ("a@-example.org", Domain),
            ("a@example..org", Domain),
            (&long, TooLong),
            (&long_name, TooLong),
        ] {
            assert_eq!(EmailAddress::parse(text).err(), Some(expected), "{text:?}");
        }
        assert!(EmailAddress::parse("a@xn--fsqu00a.cn").is_ok());
    }

    /// Vectors of RFC 5891, RFC 3492 and UTS #46 (non-transitional: ß and ς stay what they are).
    #[test]
    fn an_internationalised_domain_is_kept_in_ascii_and_shown_as_written() {
        for (entered, kept, shown) in [
            ("李四@例子.cn", "李四@xn--fsqu00a.cn", "李四@例子.cn"),
            ("a@例え。テスト", "a@xn--r8jz45g.xn--zckzah", "a@例え.テスト"),
            ("a@Bücher.example", "a@xn--bcher-kva.example", "a@bücher.example"),
            ("a@BU\u{308}CHER.example", "a@xn--bcher-kva.example", "a@bücher.example"),
            ("a@faß.de", "a@xn--fa-hia.de", "a@faß.de"),
            ("a@βόλος.com", "a@xn--nxasmm1c.com", "a@βόλος.com"),
            ("a@почта.рф", "a@xn--80a1acny.xn--p1ai", "a@почта.рф"),
            ("a@xn--fsqu00a.cn", "a@xn--fsqu00a.cn", "a@例子.cn"),
            ("a@XN--FSQU00A.CN", "a@xn--fsqu00a.cn", "a@例子.cn"),
            ("a@例\u{AD}子.cn", "a@xn--fsqu00a.cn", "a@例子.cn"),
            ("ａｄａ＠ｅｘａｍｐｌｅ．ｏｒｇ", "ada@example.org", "ada@example.org"),
            ("ada﹫example。org", "ada@example.org", "ada@example.org"),
            ("ada@Example｡ORG", "ada@Example.ORG", "ada@Example.ORG"),
        ] {
            let address = EmailAddress::parse(entered).unwrap_or_else(|error| panic!("{entered}: {error}"));
            assert_eq!((address.kept(), address.shown().as_str()), (kept, shown), "{entered}");
            // Both ways to write it are one address, and lead to the same mail server.
            for other in [kept, shown] {
                assert_eq!(
                    EmailAddress::parse(other).unwrap().normalised(),
                    address.normalised(),
                    "{other}"
                );
            }
            let lettre = address.to_lettre().unwrap();
            assert!(lettre.domain().is_ascii(), "{entered}");
        }
        assert_eq!(EmailAddress::parse("ada@例子.cn").unwrap().masked(), "a•••@例•••.cn");
    }

    #[test]
    fn what_stands_around_an_address_is_no_part_of_it() {
        for entered in [
            "ada@example.org\r\n",
            "\u{FEFF}ada@example.org\u{200B}",
            "<ada@example.org>",
            "\u{201C}ada@example.org\u{201D}.",
            "(ada@example.org),",
            "'ada@example.org'",
            "mailto:ada@example.org",
            "ada\u{200B}@\u{A0}example.org",
        ] {
            assert_eq!(
                EmailAddress::parse(entered).unwrap().kept(),
                "ada@example.org",
                "{entered:?}"
            );
        }
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
        fn normalising_is_idempotent_for_domains(domain in "[\\p{L}\\p{M}\\p{N}ßςａＡ。．.-]{1,12}\\.[a-zßф中]{2,4}") {
            let text = format!("a@{domain}");
            prop_assert!(normalising_twice_is_normalising_once(&text));
            if let Ok(address) = EmailAddress::parse(&text) {
                prop_assert!(address.kept().is_ascii());
                let shown = EmailAddress::parse(&address.shown()).unwrap();
                prop_assert_eq!(shown.normalised(), address.normalised());
            }
        }
        #[test]
        fn normalising_is_idempotent_for_words(name in "[\\p{L}\\p{M}\\p{N}.+]{1,12}") {
            let text = format!("{name}@Example.org");
            prop_assert!(normalising_twice_is_normalising_once(&text));
        }
        #[test]
        fn never_accepts_a_character_that_ends_a_line(before in "[a-z]{1,3}", after in "[a-z@. ]{0,9}",
                                                      breaker in "[\\x00-\\x1f\\x7f\u{85}]") {
            let text = format!("{before}{breaker}{after}@example.org");
            prop_assert_eq!(EmailAddress::parse(&text).err(), Some(AddressError::Control));
        }
    }
}
