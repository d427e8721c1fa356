//! What people type by hand or paste, without what they did not mean and cannot see: one reading for codes,
//! numbers, handles, tags, and what stands around an address.
//!
//! A code that is copied from a letter comes with a no-break space, a full stop or a quotation mark; a keyboard for
//! Chinese gives full-width digits, one for Arabic its own, and each program its own dash. All of that is read
//! before anything is looked up or counted. Capitals stay capitals: where case does not matter, the reader of the
//! code says so.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{Dash, DefaultIgnorableCodePoint, GeneralCategory},
};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

/// A text in one line: compatibility forms as what they stand for (full-width letters), every digit as 0-9, every
/// dash as `-`, white space as single spaces, nothing invisible, and no marks of punctuation around it.
pub fn plain(entered: &str) -> Zeroizing<String> {
    // What is dropped can bring together what then composes: the second round finds nothing new.
    once(&once(entered))
}

/// [`plain`], without its spaces and dashes: a code or a number that is written in groups.
pub fn bare(entered: &str) -> Zeroizing<String> {
    let groups = kept(&plain(entered), |c| !matches!(c, ' ' | '-'));
    // A dash can have stood before a quotation mark.
    Zeroizing::new(groups.trim_matches(is_mark).to_owned())
}

/// [`plain`], without its spaces: a secret whose every other character counts, dashes too.
pub fn secret(entered: &str) -> Zeroizing<String> {
    kept(&plain(entered), |c| c != ' ')
}

/// What `read` finds in a text or, where a whole link was pasted, in the last part of it that it can read.
pub fn in_link<T>(entered: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let text = plain(entered);
    let Some(link) = text.split(' ').find(|word| word.contains('/')) else {
        return read(&text);
    };
    link.rsplit(['/', '?', '#', '=', '&']).find_map(read)
}

/// A language tag (RFC 5646) in the form of one, such as `zh-Hans`; none where the text is no tag. A locale as
/// POSIX writes it (`zh_CN.UTF-8`, `en_US@euro`) is the tag of its language; `C` and `POSIX` are English.
pub fn language_tag(entered: &str) -> Option<String> {
    /// What a registered tag has at most, and more.
    const LONGEST: usize = 35;
    let text = plain(entered);
    let tag = text.split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    if matches!(tag.as_str(), "C" | "POSIX") {
        return Some("en".into());
    }
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default();
    let sound = (2..=3).contains(&language.len())
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && tag.len() <= LONGEST
        && subtags.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    sound.then_some(tag)
}

/// An e-mail address without what stands around it: white space, quotation marks, brackets, a full stop, `mailto:`.
/// Nothing inside is changed. A character that an address may begin with goes only where its like stood at the end.
pub fn around_address(entered: &str) -> &str {
    let seamless = |c: char| c.is_whitespace() || is_invisible(c);
    let text = entered.trim_start_matches(|c| seamless(c) || (is_mark(c) && !begins_address(c)));
    // A domain ends in a letter or a digit.
    let core = text.trim_end_matches(|c| seamless(c) || is_mark(c) || matches!(c, '_' | '-'));
    let tail = &text[core.len()..];
    let opening = core.chars().next().unwrap_or_default();
    let closing = if opening == '{' { '}' } else { opening };
    if begins_address(opening) && opening != '.' && tail.contains(closing) {
        return around_address(core.trim_start_matches(opening));
    }
    let scheme = "mailto:";
    match core.get(..scheme.len()) {
        Some(start) if start.eq_ignore_ascii_case(scheme) => around_address(&core[scheme.len()..]),
        _ => core,
    }
}

/// What may stand at the beginning of an address (RFC 5322 §3.2.3, `atext`) and is a mark elsewhere; a full stop may
/// not, and is left there to be refused.
const fn begins_address(c: char) -> bool {
    matches!(
        c,
        '.' | '!'
            | '#'
            | '$'
            | '%'
            | '&'
            | '\''
            | '*'
            | '+'
            | '-'
            | '/'
            | '='
            | '?'
            | '^'
            | '_'
            | '`'
            | '{'
            | '|'
            | '}'
            | '~'
    )
}

/// Whether a character shows nothing at all: joiners, marks of direction, byte order marks, controls, fillers.
pub fn is_invisible(c: char) -> bool {
    match category(c) {
        GeneralCategory::Format => true,
        GeneralCategory::Control => !c.is_whitespace(),
        // The blank pattern of Braille takes place and shows nothing.
        _ => c == '\u{2800}' || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(c),
    }
}

/// Whether no writing system has this character: it is not assigned, never will be, or is for private use.
pub fn is_unassigned(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::Unassigned | GeneralCategory::PrivateUse | GeneralCategory::Surrogate
    )
}

pub(crate) fn category(c: char) -> GeneralCategory {
    CodePointMapData::<GeneralCategory>::new().get(c)
}

fn once(text: &str) -> Zeroizing<String> {
    match text.is_ascii() {
        true => once_ascii(text),
        false => once_any(text),
    }
}

/// The same as [`once_any`] for what most people type: none of it has another form.
fn once_ascii(text: &str) -> Zeroizing<String> {
    let mut read = Zeroizing::new(String::with_capacity(text.len()));
    for c in text.chars() {
        if c.is_whitespace() {
            if !read.ends_with(' ') {
                read.push(' ');
            }
        } else if !c.is_ascii_control() {
            read.push(c);
        }
    }
    Zeroizing::new(read.trim_matches(|c| c == ' ' || is_mark(c)).to_owned())
}

fn once_any(text: &str) -> Zeroizing<String> {
    let mut read = Zeroizing::new(String::with_capacity(text.len()));
    // NFKC makes the acute accent, which stands for an apostrophe, a space and an accent.
    let apart = text.chars().map(|c| if c == '\u{B4}' { '\'' } else { c });
    for c in apart.nfkc().filter(|&c| !is_invisible(c)) {
        let c = digit(c).unwrap_or(c);
        if c.is_whitespace() {
            if !read.ends_with(' ') {
                read.push(' ');
            }
        } else if is_dash(c) {
            read.push('-');
        } else {
            read.push(c);
        }
    }
    Zeroizing::new(read.trim_matches(|c| c == ' ' || is_mark(c)).to_owned())
}

fn kept(text: &str, keep: impl Fn(char) -> bool) -> Zeroizing<String> {
    let mut left = Zeroizing::new(String::with_capacity(text.len()));
    if text.is_ascii() {
        left.extend(text.chars().filter(|&c| keep(c)));
        return left;
    }
    // What stood apart can compose.
    left.extend(text.chars().filter(|&c| keep(c)).nfc());
    left
}

/// The digit 0-9 of the same value, for a digit of any script.
fn digit(c: char) -> Option<char> {
    if c.is_ascii() || category(c) != GeneralCategory::DecimalNumber {
        return None;
    }
    // The ten digits of a script follow on each other, and so do those of scripts side by side.
    let before = (0..u32::from(c)).rev().map_while(char::from_u32);
    let before = before
        .take_while(|&c| category(c) == GeneralCategory::DecimalNumber)
        .count();
    char::from_digit((before % 10) as u32, 10)
}

/// Every dash, and what keyboards give in place of one.
fn is_dash(c: char) -> bool {
    matches!(c, '\u{2D7}' | '\u{2043}' | '\u{2796}' | '\u{30FC}') || CodePointSetData::new::<Dash>().contains(c)
}

/// Punctuation that stands around a text: brackets, quotation marks, full stops, and signs that are used as such.
/// No dash and no underscore, which a secret may begin with.
fn is_mark(c: char) -> bool {
    matches!(
        category(c),
        GeneralCategory::OpenPunctuation
            | GeneralCategory::ClosePunctuation
            | GeneralCategory::InitialPunctuation
            | GeneralCategory::FinalPunctuation
            | GeneralCategory::OtherPunctuation
    ) || matches!(c, '<' | '>' | '|' | '~' | '^' | '`')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_cannot_be_seen_is_not_there() {
        for (entered, read) in [
            ("ab12-CD", "ab12-CD"),
            (" \u{A0}ab12\u{2009}-\u{200B}CD\u{FEFF}\r\n", "ab12 -CD"),
            ("ａｂ１２－ＣＤ", "ab12-CD"),
            ("ab12\u{2013}CD", "ab12-CD"),
            ("ab12\u{2014}CD.", "ab12-CD"),
            ("ab12\u{2011}CD,", "ab12-CD"),
            ("ab12\u{2212}CD。", "ab12-CD"),
            ("ab12ーCD", "ab12-CD"),
            ("(ab12-CD)", "ab12-CD"),
            ("「ab12-CD」", "ab12-CD"),
            ("（ab12-CD）", "ab12-CD"),
            ("\u{201C}ab12-CD\u{201D}", "ab12-CD"),
            ("«ab12-CD».", "ab12-CD"),
            ("`ab12-CD`", "ab12-CD"),
            ("´ab12-CD´", "ab12-CD"),
            ("**ab12-CD**", "ab12-CD"),
            ("\u{2068}ab12-CD\u{2069}!", "ab12-CD"),
            ("\u{200F}ab12-C\u{AD}D\u{200E}…", "ab12-CD"),
            ("_ab-", "_ab-"),
            ("", ""),
            (" . ", ""),
        ] {
            assert_eq!(*plain(entered), read, "{entered:?}");
        }
        assert_eq!(*bare(" 4 8\u{2013}1516. "), "481516");
        assert_eq!(*secret("\u{201C}-aB_\n cD-\u{201D}"), "-aB_cD-");
    }

    #[test]
    fn a_digit_of_any_script_is_one() {
        for digits in [
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "०१२३४५६७८९",
            "০১২৩৪৫৬৭৮৯",
            "๐๑๒๓๔๕๖๗๘๙",
            "၀၁၂၃၄၅၆၇၈၉",
            "០១២៣៤៥៦៧៨៩",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "０１２３４５６７８９",
            "𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙",
        ] {
            assert_eq!(*plain(digits), "0123456789", "{digits}");
        }
        // Rows of ten, each from its zero on, in the whole of Unicode.
        let all = ('\0'..=char::MAX).filter(|&c| category(c) == GeneralCategory::DecimalNumber);
        let mut digits: Vec<char> = all.collect();
        digits.retain(|c| !c.is_ascii());
        assert!(digits.len() > 600 && digits.len().is_multiple_of(10));
        for row in digits.chunks(10) {
            let read: String = row.iter().filter_map(|&c| digit(c)).collect();
            assert_eq!(read, "0123456789", "{row:?}");
            assert_eq!(u32::from(row[9]) - u32::from(row[0]), 9, "{row:?}");
        }
    }

    #[test]
    fn a_code_is_found_in_the_link_that_holds_it() {
        let read = |part: &str| (part.len() == 5 && part.starts_with('C')).then(|| part.to_owned());
        for entered in [
            "C1234",
            "(C1234)",
            "https://example.org/join/C1234",
            "https://example.org/join/C1234/",
            "<https://example.org/join#C1234>.",
            "https://example.org/join?code=C1234&utm_source=mail",
            "myapp://join/C1234",
            "example.org/join/C1234",
            "Open https://example.org/join/C1234 now",
            "https：／／example.org／C1234",
        ] {
            assert_eq!(in_link(entered, read).as_deref(), Some("C1234"), "{entered}");
        }
        assert_eq!(in_link("https://example.org/join", read), None);
    }

    #[test]
    fn tags_are_read_as_systems_write_them() {
        for (entered, tag) in [
            ("zh_CN.UTF-8", Some("zh-CN")),
            ("en_US@euro", Some("en-US")),
            ("zh-Hans-CN", Some("zh-Hans-CN")),
            (" zh\u{2013}TW ", Some("zh-TW")),
            ("C.UTF-8", Some("en")),
            ("C", Some("en")),
            ("POSIX", Some("en")),
            ("nonsense", None),
            ("english", None),
            ("e", None),
            ("", None),
            ("*", None),
            ("12", None),
            ("en--US", None),
            ("en-", None),
            ("en US", None),
            ("zh-CN,zh;q=0.9", None),
            ("en-abcdefghi", None),
            ("中文", None),
            ("en-US-x-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o", None),
        ] {
            assert_eq!(language_tag(entered).as_deref(), tag, "{entered:?}");
        }
    }

    #[test]
    fn an_address_is_taken_out_of_what_stands_around_it() {
        for entered in [
            "a@b.org",
            " a@b.org\n",
            "\u{FEFF}\u{200F}a@b.org\u{200B}",
            "<a@b.org>",
            "(a@b.org).",
            "\"a@b.org\",",
            "'a@b.org'",
            "`a@b.org`;",
            "**a@b.org**",
            "_a@b.org_",
            "{a@b.org}",
            "\u{201C}a@b.org\u{201D}",
            "「a@b.org」。",
            "mailto:a@b.org",
            "<MAILTO:a@b.org>",
        ] {
            assert_eq!(around_address(entered), "a@b.org", "{entered:?}");
        }
        // These begin with what an address may begin with.
        for entered in ["'a@b.org", "_a@b.org", "{a@b.org", "*a*@b.org", ".a@b.org", "a@b.org"] {
            assert_eq!(around_address(entered), entered);
        }
    }

    proptest! {
        #[test]
        fn reading_twice_changes_nothing(
            any in any::<String>(),
            typed in "[ a-c0-9.,'\"()_*<>{}@/\u{A0}\u{200B}\u{2013}\u{FF10}-\u{FF19}\u{301}\u{308}\u{B4}\u{A8}ﾞカ\u{FEFF}-]{0,12}",
        ) {
            for text in [any, typed] {
                for read in [plain, bare, secret] {
                    let first = read(&text);
                    prop_assert_eq!(&*read(&first), &*first, "{:?}", text);
                }
                let first = around_address(&text);
                prop_assert_eq!(around_address(first), first, "{:?}", text);
                if let Some(tag) = language_tag(&text) {
                    prop_assert_eq!(language_tag(&tag), Some(tag.clone()));
                }
            }
        }

        #[test]
        fn what_is_plain_is_read_alike_on_both_ways(text in "[\\x00-\\x7f]{0,40}") {
            prop_assert_eq!(&*once_ascii(&text), &*once_any(&text), "{:?}", text);
        }

        #[test]
        fn capitals_stay(text in "[A-Za-z0-9][A-Za-z0-9_-]{0,40}[A-Za-z0-9]") {
            prop_assert_eq!(&*secret(&text), &text);
        }
    }

    #[test]
    fn reading_twice_changes_nothing_for_any_character() {
        for c in (char::MIN..=char::MAX).filter(|c| !matches!(c, '\u{3400}'..='\u{D7A3}' | '\u{20000}'..)) {
            for text in [
                format!("a{c}b"),
                format!("{c}\u{301}"),
                format!("a{c}\u{200D}\u{308}b{c}"),
            ] {
                let first = plain(&text);
                assert_eq!(*plain(&first), *first, "{text:?}");
            }
        }
    }
}
