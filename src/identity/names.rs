//! A person's full name: one field, any script, kept as entered and normalised for comparison.
//!
//! No part of a name is required: a single word is a name, and so is one of fifty characters.

use icu_properties::props::GeneralCategory;
use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use crate::platform::terms::typed;

/// The longest name that is taken, in Unicode code points.
const LONGEST: usize = 100;

/// Why a name is refused, in words for the person who typed it. None repeats the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing, or only white space.
    #[error("the name is empty: type your name as it stands in your document")]
    Empty,
    /// Longer than 100 characters.
    #[error("the name is longer than 100 characters: type it as it stands in your document, without titles or remarks")]
    TooLong,
    /// A control character, a line break, or one that changes how its neighbours are shown.
    #[error(
        "the name holds an invisible character, such as a line break or a writing direction: type it by hand instead of pasting it"
    )]
    Invisible,
    /// A character that no writing system has: not assigned, or for private use.
    #[error(
        "the name holds a character that is not in Unicode, so that others would not see it as you do: type the name by hand, with the characters of your document"
    )]
    Unassigned,
    /// Not one letter of any script.
    #[error("the name holds no letter: type your name as it stands in your document, in any script")]
    NoLetter,
}

/// A name that can be a person's: as entered, and as it is compared.
#[derive(Debug, Clone)]
pub struct FullName {
    entered: SecretString,
    normalised: SecretString,
}

impl FullName {
    /// Reads a name as it was entered; white space around it does not belong to it, nor do the invisible marks that
    /// come with a pasted text: byte order marks, marks of direction, isolates.
    ///
    /// Joiners and variation selectors are taken, for names in Persian, Sinhala, Mongolian and
    /// Japanese cannot be written rightly without them.
    ///
    /// # Errors
    /// One [`NameError`].
    pub fn parse(entered: &str) -> Result<Self, NameError> {
        let entered = entered.trim_matches(|c: char| c.is_whitespace() || is_mark(c));
        if entered.is_empty() {
            return Err(NameError::Empty);
        }
        if entered.chars().nth(LONGEST).is_some() {
            return Err(NameError::TooLong);
        }
        if entered.chars().any(is_refused) {
            return Err(NameError::Invisible);
        }
        if entered.chars().any(typed::is_unassigned) {
            return Err(NameError::Unassigned);
        }
        let normalised = normalised(entered);
        if !normalised.chars().any(char::is_alphabetic) {
            return Err(NameError::NoLetter);
        }
        Ok(Self {
            entered: SecretString::from(entered),
            normalised: SecretString::from(normalised.as_str()),
        })
    }

    /// The name as its bearer writes it, in the open: to be shown and sent to registries.
    pub fn expose_entered(&self) -> &str {
        self.entered.expose_secret()
    }

    /// The name as it is compared and indexed, in the open; never to be shown or sent.
    pub fn expose_normalised(&self) -> &str {
        self.normalised.expose_secret()
    }

    /// Whether both are one name, however they were typed. Names of different scripts never are:
    /// a romanised name is for a reviewer to judge.
    pub fn matches(&self, other: &Self) -> bool {
        self.expose_normalised() == other.expose_normalised()
    }
}

/// The form for comparison: NFKC, one middle dot, no case, single spaces, nothing invisible.
fn normalised(text: &str) -> Zeroizing<String> {
    // Folding and dropping can bring together what NFKC then composes, and the other way round; a
    // second round leaves nothing to do (held by a test over every character).
    once(&once(text))
}

fn once(text: &str) -> Zeroizing<String> {
    let mut folded = Zeroizing::new(String::with_capacity(text.len() * 2));
    for c in text.nfkc().filter(|&c| !is_ignorable(c)).map(middle_dot) {
        // Small, capital, small again is Unicode's full case folding but for the dotless ı, which
        // becomes i: a name in capitals cannot tell them apart.
        folded.extend(
            c.to_lowercase()
                .flat_map(char::to_uppercase)
                .flat_map(char::to_lowercase),
        );
    }
    // What is left of the Turkish İ once it is small.
    let folded = Zeroizing::new(folded.replace("i\u{307}", "i"));
    let composed: Zeroizing<String> = Zeroizing::new(folded.nfkc().collect());
    let mut spaced = Zeroizing::new(String::with_capacity(composed.len()));
    for word in composed.split_whitespace() {
        if !spaced.is_empty() {
            spaced.push(' ');
        }
        spaced.push_str(word);
    }
    spaced
}

/// The separator inside Chinese minority and foreign names is U+00B7; keyboards give many others,
/// and NFKC does not unify them.
const fn middle_dot(c: char) -> char {
    match c {
        '\u{0387}' | '\u{2022}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{25CF}' | '\u{2E31}' | '\u{30FB}'
        | '\u{FF65}' => '\u{B7}',
        other => other,
    }
}

/// Letters' helpers that a name may hold and that no comparison should see: joiners, variation
/// selectors, fillers (from `Default_Ignorable_Code_Point`).
const fn is_ignorable(c: char) -> bool {
    matches!(
        c,
        '\u{034F}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200C}'..='\u{200D}'
            | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FFA0}'
            | '\u{E0100}'..='\u{E01EF}'
    )
}

/// General categories Cc, Zl and Zp, and Cf without the joiners that spelling needs.
fn is_refused(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') || is_mark(c)
}

/// General category Cf, without the joiners that spelling needs.
fn is_mark(c: char) -> bool {
    typed::category(c) == GeneralCategory::Format && !is_ignorable(c)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(entered: &str) -> FullName {
        FullName::parse(entered).unwrap_or_else(|error| panic!("{entered:?}: {error}"))
    }

    #[test]
    fn takes_names_of_any_script_and_keeps_them() {
        for name in [
            "张伟",
            "𰻝𰻝",
            "阿凡提·买买提",
            "Sukarno",
            "O",
            "María José O’Connor-Núñez",
            "Đặng Thị Ngọc Thịnh",
            "محمد عبد الله",
            "علی\u{200C}رضا",
            "ශ්\u{200D}රී",
            "ᠪᠠᠶᠠᠷ\u{180E}ᠠ",
            "葛\u{E0100}城",
            "ᏣᎳᎩ",
            "ꆈꌠ",
            "Jean-Luc 3rd",
            "X Æ A-12",
        ] {
            assert_eq!(parsed(name).expose_entered(), name);
        }
        for pasted in [
            " 张伟\n",
            "\u{FEFF}张伟",
            "\u{200F}张伟\u{200E}",
            "\u{2068}张伟\u{2069}",
            "\u{202B}\u{A0}张伟 \u{202C}\u{200B}\u{2060}\u{AD}",
        ] {
            assert_eq!(parsed(pasted).expose_entered(), "张伟", "{pasted:?}");
        }
    }

    #[test]
    fn refuses_only_what_is_no_name() {
        for (entered, error) in [
            ("", NameError::Empty),
            (" \u{3000}\t\n", NameError::Empty),
            ("张\u{0}伟", NameError::Invisible),
            ("Ann\r\nBcc: x", NameError::Invisible),
            ("Ann\u{2028}Lee", NameError::Invisible),
            ("Ann\u{202E}eeL", NameError::Invisible),
            ("Ann\u{2066}Lee", NameError::Invisible),
            ("Ann\u{200B}Lee", NameError::Invisible),
            ("Ann\u{AD}Lee", NameError::Invisible),
            ("Ann\u{E0041}Lee", NameError::Invisible),
            ("\u{FEFF} \u{200F}", NameError::Empty),
            ("Ann\u{FEFF}Lee", NameError::Invisible),
            // For private use, in each of the three planes.
            ("张\u{E000}", NameError::Unassigned),
            ("张\u{F8FF}", NameError::Unassigned),
            ("张\u{F0000}", NameError::Unassigned),
            ("张\u{10FFFD}", NameError::Unassigned),
            // Noncharacters.
            ("Ann\u{FFFE}", NameError::Unassigned),
            ("Ann\u{FFFF}", NameError::Unassigned),
            ("Ann\u{FDD0}", NameError::Unassigned),
            ("Ann\u{10FFFF}", NameError::Unassigned),
            // Not assigned: in Greek, in the Arabic presentation forms' gap, in a plane without any.
            ("Ann\u{378}", NameError::Unassigned),
            ("Ann\u{2065}", NameError::Unassigned),
            ("Ann\u{4FFFD}", NameError::Unassigned),
            ("12345", NameError::NoLetter),
            ("·・.-", NameError::NoLetter),
            ("\u{3164}\u{3164}", NameError::NoLetter),
            ("\u{200D}\u{FE0F}", NameError::NoLetter),
            ("😀", NameError::NoLetter),
        ] {
            assert_eq!(FullName::parse(entered).unwrap_err(), error, "{entered:?}");
        }
    }

    #[test]
    fn length_is_counted_in_characters() {
        parsed(&"买".repeat(50));
        parsed(&"买".repeat(100));
        assert_eq!(FullName::parse(&"买".repeat(101)).unwrap_err(), NameError::TooLong);
        parsed(&format!(" {} ", "a".repeat(100)));
    }

    #[test]
    fn every_middle_dot_is_one() {
        let name = parsed("迪丽热巴\u{B7}迪力木拉提");
        assert_eq!(name.expose_normalised(), "迪丽热巴\u{B7}迪力木拉提");
        for dot in "\u{2022}\u{2219}\u{22C5}\u{2027}\u{30FB}\u{FF65}\u{0387}\u{25CF}\u{2E31}".chars() {
            assert!(parsed(&format!("迪丽热巴{dot}迪力木拉提")).matches(&name), "{dot:?}");
        }
    }

    #[test]
    fn the_same_name_typed_otherwise_matches() {
        for (one, other) in [
            ("Ａｎｎ　Ｌｅｅ", "ann lee"),
            ("  Ann \u{A0} LEE", "Ann Lee"),
            ("Strauß", "STRAUSS"),
            ("STRAUẞ", "strauß"),
            ("Γιώργος", "ΓΙΏΡΓΟΣ"),
            ("Işık İnönü", "IŞIK INÖNÜ"),
            ("Zoe\u{308}", "ZOË"),
            ("葛\u{E0100}城", "葛城"),
            ("علی\u{200C}رضا", "علیرضا"),
            ("ᎠᏂ", "ꭰꮒ"),
            ("ﬁona", "FIONA"),
        ] {
            assert!(parsed(one).matches(&parsed(other)), "{one:?} {other:?}");
        }
        for (one, other) in [
            ("张伟", "张玮"),
            ("张伟", "Zhang Wei"),
            ("Zoë", "Zoe"),
            ("Ann Lee", "Annlee"),
        ] {
            assert!(!parsed(one).matches(&parsed(other)), "{one:?} {other:?}");
        }
    }

    #[test]
    fn debug_and_errors_show_no_name() {
        let shown = format!("{:?} {:?}", parsed("Sukarno"), FullName::parse("Sukarno\u{202E}x"));
        assert!(!shown.to_lowercase().contains("sukarno"), "{shown}");
    }

    /// f(f(x)) = f(x) for every character alone, and between marks that could compose with it.
    #[test]
    fn normalising_twice_changes_nothing_for_any_character() {
        for c in (char::MIN..=char::MAX).filter(|c| !matches!(c, '\u{3400}'..='\u{D7A3}' | '\u{20000}'..)) {
            for text in [
                format!("{c}"),
                format!("i{c}\u{307}\u{301}"),
                format!("\u{345}{c}\u{345}\u{3B9}"),
            ] {
                let first = normalised(&text);
                assert_eq!(*normalised(&first), *first, "{text:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn normalising_twice_changes_nothing(text in any::<String>(), marked in "[iİIıſßΣςᾳŉ\u{300}-\u{345}\u{1100}-\u{11FF} ·•\u{200D}]{0,20}") {
            for text in [text, marked] {
                let first = normalised(&text);
                prop_assert_eq!(&*normalised(&first), &*first);
            }
        }

        #[test]
        fn the_normalised_form_is_a_name_and_its_own(entered in any::<String>()) {
            if let Ok(name) = FullName::parse(&entered) {
                prop_assert!(name.expose_normalised().chars().any(char::is_alphabetic));
                if let Ok(again) = FullName::parse(name.expose_normalised()) {
                    prop_assert_eq!(again.expose_normalised(), name.expose_normalised());
                }
            }
        }
    }
}
