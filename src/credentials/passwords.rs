//! What makes a password acceptable (NIST SP 800-63B-4 §3.1.1), and how it is kept.
//!
//! No rule asks for digits or symbols and nothing expires: a password is long enough, not too
//! long, and not among the first that an attacker would try.

pub mod hash;
mod permits;

pub use permits::{ChoiceError, Hasher, HasherError};

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// The shortest password that is taken, in code points: NIST's floor for one that is the only
/// factor.
pub const SHORTEST: usize = 15;
/// The longest, in code points. A longer one is refused, never cut.
pub const LONGEST: usize = 256;

/// How many guesses an attacker who knows people's habits must need at least, as a power of ten,
/// as zxcvbn counts them for the [`judged`] part.
///
/// It lies between what it must stop and what it must let through. Measured: of the 3 000
/// commonest passwords drawn out to fifteen characters by repeating, by digits before or after,
/// by `!!!` or a year, 99.9 % fall below it, and so do all pairs of them that were tried. Three
/// random words of the 10 000 commonest English ones lie above it (4 500 of 4 500 tries, spaced
/// or run together), of the 1 500 commonest 97 %; three that are common passwords themselves
/// (`summer banana guitar`) do not. At a hundred guesses a day it is out of reach by far;
/// offline, argon2id makes it weeks of a core's work.
const FEWEST_GUESSES: f64 = 8.2;

/// How many code points the estimate looks at. What comes after can only make a password
/// stronger. The estimate's cost grows with the square of it, and zxcvbn counts a walk over the
/// keypad in powers of 5 in 64 bits: from 29 code points on that overflows.
const JUDGED: usize = 28;

/// The most words of context that the estimate is given.
const CONTEXT_WORDS: usize = 16;

/// Why a password is refused, in words for the person who chose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefusal {
    /// Fewer than [`SHORTEST`] code points.
    #[error(
        "the password is shorter than 15 characters: a few words that do not belong together are long enough and easy to keep"
    )]
    TooShort,
    /// More than [`LONGEST`] code points.
    #[error("the password is longer than 256 characters: choose a shorter one")]
    TooLong,
    /// Common, a simple extension of a common one, or made of what is known of the person.
    #[error(
        "the password is easy to guess (common words, repetition, rows of keys, dates, or your own name or address): choose a few words that do not belong together"
    )]
    Guessable,
}

/// The password as it is judged and hashed: NFKC, so that another keyboard gives the same one.
pub fn normalised(password: &str) -> Zeroizing<String> {
    // Reserved ahead, since a string that grows leaves pieces of the secret behind.
    let mut normal = Zeroizing::new(String::with_capacity(password.len().saturating_mul(2)));
    normal.extend(password.nfkc());
    normal
}

/// Whether a new password may be set. `context` is what others know of the person and of this
/// place: the e-mail address, the name, the community's name.
///
/// Takes up to some tens of milliseconds: call it off the async threads, next to [`hash::hash`].
///
/// # Errors
/// [`PasswordRefusal`]; never repeats the password.
pub fn acceptable(password: &str, context: &[&str]) -> Result<(), PasswordRefusal> {
    if is_too_long(password) {
        return Err(PasswordRefusal::TooLong);
    }
    let normal = normalised(password);
    if is_too_long(&normal) {
        return Err(PasswordRefusal::TooLong);
    }
    // The lower count of the two: one ligature can stand for eighteen letters, and two code
    // points for one.
    if password.chars().count().min(normal.chars().count()) < SHORTEST {
        return Err(PasswordRefusal::TooShort);
    }
    let known = known_words(context);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    if zxcvbn::zxcvbn(&judged(&normal, &known), &known).guesses_log10() < FEWEST_GUESSES {
        return Err(PasswordRefusal::Guessable);
    }
    Ok(())
}

fn is_too_long(password: &str) -> bool {
    password.chars().nth(LONGEST).is_some()
}

/// The words of the context in small letters, the longest first. Below three bytes (`li`, but not
/// 李) they would be found in everything.
fn known_words(context: &[&str]) -> Zeroizing<Vec<String>> {
    let mut words = Zeroizing::new(Vec::new());
    for text in context {
        // As much of it as could stand in a password.
        let text = normalised(&text.chars().take(LONGEST).collect::<String>()).to_lowercase();
        let parts = text.split(|c: char| !c.is_alphanumeric());
        words.extend(parts.filter(|part| part.len() >= 3).map(str::to_owned));
    }
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words.truncate(CONTEXT_WORDS);
    words
}

/// The part of a password that carries its strength: in small letters, without what separates
/// words, without what is `known` of the person, without what only repeats its beginning, and no
/// longer than [`JUDGED`].
fn judged(normal: &str, known: &[&str]) -> Zeroizing<String> {
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '.' | ',' | '/');
    let lower = Zeroizing::new(normal.to_lowercase());
    let mut rest = Zeroizing::new(lower.replace(is_separator, ""));
    for word in known {
        rest = Zeroizing::new(rest.replace(word, ""));
    }
    let letters: Zeroizing<Vec<char>> = Zeroizing::new(rest.chars().collect());
    let all = letters.len();
    // A period: from there on it is the beginning again, for half of it at least; less is chance.
    let period = (1..=all * 2 / 3)
        .find(|&period| letters[period..] == letters[..all - period])
        .unwrap_or(all);
    Zeroizing::new(letters[..period.min(JUDGED)].iter().collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn length_is_counted_in_code_points_and_has_two_ends() {
        assert_eq!(acceptable("vkq zeml pwtod", &[]), Err(PasswordRefusal::TooShort));
        assert_eq!(acceptable("vkq zeml pwtods", &[]), Ok(()));
        assert_eq!(acceptable("", &[]), Err(PasswordRefusal::TooShort));
        let long = "vkq zeml pwtods hyrg".repeat(20);
        assert_eq!(acceptable(&long[..64], &[]), Ok(()));
        assert_eq!(acceptable(&long[..256], &[]), Ok(()));
        assert_eq!(acceptable(&long[..257], &[]), Err(PasswordRefusal::TooLong));
        // Fifteen characters of three bytes.
        assert_eq!(acceptable("春眠不觉晓处处闻啼鸟夜来风雨声", &[]), Ok(()));
        // One ligature that NFKC makes eighteen characters; fourteen that arrive as twenty-eight.
        assert_eq!(acceptable("\u{FDFA}", &[]), Err(PasswordRefusal::TooShort));
        assert_eq!(acceptable(&"e\u{301}".repeat(14), &[]), Err(PasswordRefusal::TooShort));
        assert_eq!(acceptable(&"\u{FDFA}".repeat(15), &[]), Err(PasswordRefusal::TooLong));
    }

    #[test]
    fn nothing_is_asked_of_its_composition() {
        for password in [
            "correct horse battery",
            "umbrella gravel tuesday",
            "pelican-drawer-cinnamon",
            "lanternvelvetpelican",
            "copper ocean seventeen",
            "mostly quiet elephants",
            "zanahoria tejado lunes",
            "nfjxwqzpvhtbkdm",
            "           ,.;:k#Wz!r@x",
        ] {
            assert_eq!(
                acceptable(password, &["alice@example.com", "Alice Wonder"]),
                Ok(()),
                "{password}"
            );
        }
    }

    /// Common passwords, most from every published list, and what people make of them when they
    /// are asked for fifteen characters.
    #[test]
    fn common_passwords_and_their_simple_extensions_are_refused() {
        let common = "123456 password 12345678 qwerty 123456789 12345 1234 111111 1234567 dragon 123123 baseball \
            abc123 football monkey letmein shadow master 696969 mustang 666666 qwertyuiop 123321 1234567890 \
            superman 654321 1qaz2wsx 7777777 121212 qazwsx 123qwe trustno1 jordan jennifer zxcvbnm asdfgh hunter \
            buster soccer harley batman andrew tigger sunshine iloveyou charlie robert thomas hockey ranger daniel \
            starwars 112233 george computer michelle jessica pepper 1111 zxcvbn 555555 11111111 131313 freedom \
            777777 pass maggie 159753 aaaaaa ginger princess joshua cheese amanda summer love ashley nicole chelsea \
            matthew access yankees 987654321 dallas austin thunder taylor matrix admin welcome passw0rd p@ssw0rd";
        let digits = "123456789012345";
        for word in common.split_whitespace() {
            let missing = SHORTEST.saturating_sub(word.len());
            let capital: String = word[..1].to_uppercase() + &word[1..];
            for password in [
                word.repeat(SHORTEST.div_ceil(word.len())),
                word.repeat(SHORTEST.div_ceil(word.len()))[..SHORTEST].to_owned(),
                format!("{word}{}", &digits[..missing]),
                format!("{}{word}", &digits[..missing]),
                format!("{word}{}", "!".repeat(missing)),
                format!("{word}{}", "0".repeat(missing)),
                format!("{capital}{}", "1".repeat(missing)),
                format!("{capital}2024{}", "!".repeat(missing.saturating_sub(4))),
            ] {
                assert_eq!(
                    acceptable(&password, &[]),
                    Err(PasswordRefusal::Guessable),
                    "{password}"
                );
            }
        }
        for password in [
            "passwordpassword",
            "PasswordPassword",
            "Passwordpassword1!",
            "ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ",
            "123456789012345",
            "qwertyuiopasdfgh",
            "qwertyuiopasdfghjklzxcvbnm",
            "1qaz2wsx3edc4rfv",
            "aaaaaaaaaaaaaaa",
            "abcdefghijklmnop",
            "1990-01-01 summer",
            "Password 2024 !!!",
            "password_password_password",
            "长长长长长长长长长长长长长长长",
            "我爱你我爱你我爱你我爱你我爱你",
        ] {
            assert_eq!(acceptable(password, &[]), Err(PasswordRefusal::Guessable), "{password}");
        }
    }

    #[test]
    fn what_is_known_of_the_person_is_worth_nothing() {
        let context = [
            "zdenka.kowalczyk@hrubieszow.example",
            "Zdenka Kowalczyk-Brzęczyszczykiewicz",
        ];
        for password in [
            "zdenkakowalczyk",
            "Zdenka.Kowalczyk1990",
            "zdenka.kowalczyk@hrubieszow",
            "Brzęczyszczykiewicz!",
            "kowalczykhrubieszow",
        ] {
            assert_eq!(acceptable(password, &[]), Ok(()), "{password}");
            assert_eq!(
                acceptable(password, &context),
                Err(PasswordRefusal::Guessable),
                "{password}"
            );
        }
        assert_eq!(acceptable("umbrella gravel tuesday", &context), Ok(()));
    }

    /// The estimate overflows (and panics, where overflow is checked) on a walk over the keypad
    /// with more than 27 turns; it is never shown one.
    #[test]
    fn long_walks_do_not_overflow_the_estimate() {
        for turns in 8..60 {
            // No repetition as a whole, and at home next to each other all the way.
            let walk = "41".repeat(turns / 2) + "4" + &"5236".repeat(turns / 4);
            let _ = acceptable(&walk, &[]);
        }
        assert_eq!(acceptable(&"41".repeat(64), &[]), Err(PasswordRefusal::Guessable));
    }

    #[test]
    fn repetition_is_not_strength() {
        assert_eq!(*judged("aaaaaaaaaaaaaaa", &[]), "a");
        assert_eq!(*judged("Sebastian-Sebast", &[]), "sebastian");
        // Begins and ends with the same letter: no repetition.
        assert_eq!(*judged("eastside runescape", &[]), "eastsiderunescape");
        assert_eq!(*judged("", &[]), "");
        assert_eq!(
            judged(&('a'..='z').chain('0'..='9').collect::<String>(), &[]).len(),
            JUDGED
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]
        #[test]
        fn no_password_panics(
            text in any::<String>(),
            walk in "[0-9+*/.-]{15,80}",
            leet in "[48@({\\[<369!|105$+7%2zaq]{15,80}",
            context in any::<String>(),
        ) {
            for password in [&text, &walk, &leet] {
                let _ = acceptable(password, &[&context, password]);
            }
            prop_assert_eq!(&*normalised(&normalised(&text)), &*normalised(&text));
        }
    }
}
