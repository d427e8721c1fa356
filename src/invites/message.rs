//! The words that an inviter may put beside an invite: plain text without links, also without those in disguise.
//! Pure.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::platform::terms::{balanced, typed};

/// An inviter's words to whoever they invite.
#[derive(Clone)]
pub struct Message(SecretString);

/// Why a text is no message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    /// Nothing that can be seen, or too much.
    #[error("Write 1 to 500 characters, of which one can be seen.")]
    Length,
    /// A control character other than a line break.
    #[error("Take out control characters; only line breaks are kept.")]
    Control,
    /// A link, or what reads like one.
    #[error("Take out links and addresses. A full stop between two words needs a space after it.")]
    Link,
}

impl Message {
    /// The longest, in characters.
    pub const MOST: usize = 500;

    /// Reads the words. White space around them is dropped, and marks of direction without a partner.
    ///
    /// # Errors
    /// [`MessageError`]
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        let text = text.replace("\r\n", "\n");
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && c != '\n') {
            return Err(MessageError::Control);
        }
        let seen = |c: char| !c.is_whitespace() && !typed::is_invisible(c);
        if text.chars().count() > Self::MOST || !text.chars().any(seen) {
            return Err(MessageError::Length);
        }
        if has_link(text) {
            return Err(MessageError::Link);
        }
        Ok(Self(balanced(text).into_owned().into()))
    }

    /// One that was sealed: it was read before.
    pub(super) fn stored(text: &str) -> Self {
        Self(text.to_owned().into())
    }

    /// The words.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Message([redacted])")
    }
}

/// What begins an address that a program opens, before its colon.
const SCHEMES: [&str; 12] = [
    "http",
    "https",
    "hxxp",
    "hxxps",
    "ftp",
    "mailto",
    "tel",
    "javascript",
    "tg",
    "weixin",
    "whatsapp",
    "magnet",
];

/// Endings of domains that are looked for where a full stop stands by itself or is another mark: there a sentence may
/// end too, so that not every word counts.
const ENDINGS: [&str; 62] = [
    "com", "net", "org", "info", "biz", "edu", "gov", "io", "ai", "app", "dev", "xyz", "top", "site", "online", "shop",
    "club", "link", "live", "vip", "icu", "pro", "mobi", "name", "tech", "store", "space", "website", "cn", "ru", "de",
    "uk", "fr", "nl", "eu", "us", "ca", "au", "jp", "kr", "hk", "tw", "sg", "in", "me", "tv", "cc", "ws", "to", "ly",
    "gg", "gl", "co", "tk", "ml", "ga", "cf", "su", "рф", "中国", "公司", "网络",
];

/// The endings of [`ENDINGS`] that are no words of English: they count after a sentence's full stop, too.
const NO_WORDS: [&str; 22] = [
    "com", "net", "org", "info", "biz", "edu", "gov", "io", "xyz", "cn", "ru", "de", "uk", "fr", "nl", "eu", "jp",
    "kr", "hk", "tw", "рф", "中国",
];

/// Whether a text has a link, or what a reader would type as one.
fn has_link(text: &str) -> bool {
    let text = seen(text);
    has_scheme(&text) || has_domain(&text) || has_domain(&drawn_together(&text))
}

/// The text as it looks: compatibility forms as what they stand for, in lower case, without marks above letters and
/// without what shows nothing; each mark that looks like a full stop as one of two, and what stands for one in words.
fn seen(text: &str) -> String {
    let plain: String = text
        .nfkd()
        .filter(|&c| !typed::is_invisible(c) && !is_combining_mark(c))
        .nfkc()
        .flat_map(char::to_lowercase)
        .map(|c| match c {
            '。' | '·' | '•' | '∙' | '⋅' | '‧' | '۔' | '܁' | '܂' | '․' | '・' | 'ꓸ' | '˙' | '⸱' | '⸳' | '点' => {
                SOFT
            }
            c if c.is_whitespace() => ' ',
            c => c,
        })
        .collect();
    let mut plain = plain;
    for word in ["dot", "punkt", "punto", "point", "точка"] {
        for (open, close) in [('(', ')'), ('[', ']'), ('{', '}'), ('<', '>')] {
            plain = plain.replace(&format!("{open}{word}{close}"), ".");
        }
    }
    plain = plain.replace(" dot ", &format!(" {WORD} "));
    for (open, close) in [('(', ')'), ('[', ']'), ('{', '}')] {
        plain = plain.replace(&format!("{open}.{close}"), ".");
    }
    plain
}

/// A mark that may stand for the full stop of a domain.
const SOFT: char = '\u{1}';

/// The word that may stand for it.
const WORD: char = '\u{2}';

fn has_scheme(text: &str) -> bool {
    if text.contains("://") || text.contains(":\\\\") || text.contains("www.") || text.contains("xn--") {
        return true;
    }
    let before_colon = text.match_indices(':').map(|(at, _)| text[..at].trim_end());
    before_colon.into_iter().any(|before| {
        let scheme = SCHEMES.iter().find(|scheme| before.ends_with(*scheme));
        scheme.is_some_and(|scheme| {
            let rest = &before[..before.len() - scheme.len()];
            !rest.chars().next_back().is_some_and(char::is_alphanumeric)
        })
    })
}

/// Whether two labels of a domain stand around some full stop.
fn has_domain(text: &str) -> bool {
    let numbers = text.split(|c: char| !c.is_ascii_digit() && c != '.');
    if numbers
        .into_iter()
        .any(|word| word.parse::<std::net::Ipv4Addr>().is_ok())
    {
        return true;
    }
    text.char_indices()
        .filter(|(_, c)| matches!(*c, '.' | SOFT | WORD))
        .any(|(at, dot)| {
            let (before, after) = (&text[..at], &text[at + dot.len_utf8()..]);
            let (before_core, after_core) = (before.trim_end(), after.trim_start());
            let apart = (before_core.len() < before.len(), after_core.len() < after.len());
            let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
            if !before_core.chars().next_back().is_some_and(part) {
                return false;
            }
            let label: &str = &after_core[..after_core.find(|c: char| !part(c)).unwrap_or(after_core.len())];
            let is_ending = |endings: &[&str]| endings.contains(&label);
            match (dot, apart) {
                // Letters on both sides, and two of them at least after it: `e.g.` and `v2.0` are no domains.
                ('.', (false, false)) => label.chars().filter(|c| c.is_alphabetic()).count() >= 2,
                ('.', (false, true)) | (WORD, _) => is_ending(&NO_WORDS),
                _ => is_ending(&ENDINGS),
            }
        })
}

/// The text with single letters that stand apart drawn together: `e x a m p l e . c o m`.
fn drawn_together(text: &str) -> String {
    let mut drawn = String::with_capacity(text.len());
    let mut single = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let is_single = word.chars().nth(1).is_none();
        if !(drawn.is_empty() || single && is_single) {
            drawn.push(' ');
        }
        drawn.push_str(word);
        single = is_single;
    }
    drawn
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_are_taken() {
        for words in [
            "Hi Grace, come and listen on Friday. I will be there at 8.",
            "See you. In the evening we talk.\nIt is not far . Or is it?",
            "你好。我是小王，周五一起来听吧。点这里也可以问我。",
            "Version 2.0 at 10.30 p.m., e.g. with the U.S. team. Ask: what is next?",
            "l·l is Catalan: col·lecció. ジョン・スミス です。",
            "No. Or not... And so on: data, files, and the like. To me.",
            "<b>bold</b> & \"quotes\" stay as they are",
            "مرحبا بك",
            "The point is to be there, dot the i's.",
        ] {
            assert_eq!(
                Message::parse(words).map(|read| read.expose().to_owned()),
                Ok(words.to_owned())
            );
        }
        assert_eq!(Message::parse("  \r\nhi\r\nyou \n").unwrap().expose(), "hi\nyou");
        assert_eq!(format!("{:?}", Message::parse("hi").unwrap()), "Message([redacted])");
    }

    #[test]
    fn links_are_found_in_every_disguise() {
        for link in [
            "example.com",
            "https://example.com/x",
            "HTTP://EXAMPLE",
            "hxxp://example",
            "hxxps : //example",
            "javascript:alert(1)",
            "mailto:ann",
            "tel: 123",
            "www.example",
            "example . com",
            "example. com",
            "example .com",
            "example\u{FF0E}com",
            "example\u{3002}com",
            "example\u{FF61}com",
            "example\u{2024}com",
            "example·com",
            "example点com",
            "example(dot)com",
            "example [dot] com",
            "example[.]com",
            "example dot com",
            "ex\u{200B}ample\u{200B}.\u{200B}com",
            "e\u{332}xample.c\u{332}om",
            "ｅｘａｍｐｌｅ．ｃｏｍ",
            "ⓔⓧⓐⓜⓟⓛⓔ.ⓒⓞⓜ",
            "𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦",
            "e x a m p l e . c o m",
            "example . c o m",
            "t.me/x",
            "t . me/x",
            "write to ann@example.org",
            "192.168.0.1",
            "例子.中国",
            "пример.рф",
            "еxample.соm",
            "xn--fsq",
            "exam\u{AD}ple.co\u{2060}m",
        ] {
            for text in [link.to_owned(), format!("look at {link} now")] {
                assert_eq!(Message::parse(&text).err(), Some(MessageError::Link), "{text:?}");
            }
        }
    }

    #[test]
    fn length_and_controls_are_bounded() {
        let long = "é".repeat(Message::MOST);
        assert!(Message::parse(&long).is_ok());
        assert_eq!(Message::parse(&format!("{long}x")).err(), Some(MessageError::Length));
        for nothing in ["", " \n ", "\u{200B}\u{FEFF}"] {
            assert_eq!(Message::parse(nothing).err(), Some(MessageError::Length), "{nothing:?}");
        }
        for control in ["a\tb", "a\u{0}b", "a\u{1b}[31mb", "a\rb", "a\u{85}b"] {
            assert_eq!(
                Message::parse(control).err(),
                Some(MessageError::Control),
                "{control:?}"
            );
        }
    }

    proptest! {
        /// Whatever stands around a domain and within it where nothing shows, it is found.
        #[test]
        fn a_domain_is_found_wherever_it_stands(
            before in "([a-z]{1,8} ){0,5}",
            label in "[a-z]{2,10}",
            ending in "(com|net|org|io|cn|me)",
            hidden in "[\u{200B}\u{200D}\u{2060}\u{FEFF}]{0,2}",
            dot in "[.．。｡․]",
            after in "( [a-z]{1,8}){0,5}",
        ) {
            let text = format!("{before}{label}{hidden}{dot}{hidden}{ending}{after}");
            prop_assert_eq!(Message::parse(&text).err(), Some(MessageError::Link));
        }

        #[test]
        fn no_text_is_too_strange(text in "\\PC{0,200}") {
            if let Ok(message) = Message::parse(&text) {
                prop_assert!(Message::parse(message.expose()).is_ok());
            }
        }
    }
}
