//! A letter before it is rendered: what it says, to whom, in which language.

use std::fmt;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::EmailAddress;
use crate::platform::{
    config::SenderAddress,
    terms::{Line, LineError, Link, balanced, typed},
};

/// A language that letters are written in.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, schemars::JsonSchema, utoipa::ToSchema,
)]
pub enum Locale {
    /// English; also for everybody whose language we do not write.
    #[default]
    #[serde(rename = "en")]
    En,
    /// Simplified Chinese.
    #[serde(rename = "zh-Hans")]
    ZhHans,
}

/// The text is no language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("give a language tag (RFC 5646), such as en or zh-Hans; a language that we do not write becomes English")]
pub struct LocaleError;

impl Locale {
    /// The nearest language that letters are written in: `zh`, `zh-CN`, `zh-Hans-CN`, `zh_CN.UTF-8` and the like
    /// are Simplified Chinese, a tag of Traditional Chinese and every other language English.
    ///
    /// # Errors
    /// [`LocaleError`] where the text is no tag of any language.
    pub fn parse(entered: &str) -> Result<Self, LocaleError> {
        let tag = typed::language_tag(entered).ok_or(LocaleError)?.to_ascii_lowercase();
        let mut subtags = tag.split('-');
        // Mandarin by its own name is what `zh` stands for.
        if !matches!(subtags.next(), Some("zh" | "cmn")) {
            return Ok(Self::En);
        }
        for subtag in subtags {
            match subtag {
                "hans" => return Ok(Self::ZhHans),
                "hant" | "tw" | "hk" | "mo" => return Ok(Self::En),
                _ => {}
            }
        }
        Ok(Self::ZhHans)
    }

    /// A language that letters are written in, by any tag of it; none of one that they are not written in.
    pub fn spoken(entered: &str) -> Option<Self> {
        let tag = typed::language_tag(entered)?.to_ascii_lowercase();
        let locale = Self::parse(&tag).ok()?;
        (locale != Self::En || tag.split('-').next() == Some("en")).then_some(locale)
    }

    /// The same of a tag that was read before; English where it is none.
    pub fn from_tag(tag: &str) -> Self {
        Self::parse(tag).unwrap_or_default()
    }

    /// The tag for HTML's `lang` and for `Content-Language` (RFC 3282).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::ZhHans => "zh-Hans",
        }
    }
}

/// A subject line: at least one character, none of which breaks the line or turns around what stands beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Subject(String);

/// Why a text is not a subject line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty, or longer than any that is made here.
    #[error("a subject has 1 to 400 characters")]
    Length,
    /// A control character: a line break would forge a header.
    #[error("a subject has no control characters")]
    Control,
}

impl Subject {
    /// The most characters of a text that are taken.
    const MOST: usize = 150;

    /// The subject line of a text of ours, whatever others have written into it: never refused, so that no text
    /// can keep a letter back. What would break the line becomes a space; marks of direction without a partner get
    /// one; what is too long is cut off.
    pub fn of(text: &str) -> Self {
        let line: String = text.chars().map(|c| if breaks_a_line(c) { ' ' } else { c }).collect();
        let line = balanced(&line);
        let line = line.trim();
        let short = match line.char_indices().nth(Self::MOST) {
            Some((end, _)) => format!("{}…", &line[..end]),
            None if line.is_empty() => "…".to_owned(),
            None => line.to_owned(),
        };
        Self(balanced(&short).into_owned())
    }

    /// Takes a subject line; spaces around it are dropped.
    ///
    /// # Errors
    /// [`SubjectError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        if text.chars().any(breaks_a_line) {
            return Err(SubjectError::Control);
        }
        let text = text.trim();
        // Partners of marks are added to what `of` takes.
        if text.is_empty() || text.chars().count() > 400 {
            return Err(SubjectError::Length);
        }
        Ok(Self(balanced(text).into_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;

    fn try_from(text: String) -> Result<Self, SubjectError> {
        Self::parse(&text)
    }
}

/// Control characters and Unicode's line ends.
fn breaks_a_line(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// Who letters come from.
#[derive(Clone)]
pub struct Sender(Mailbox);

/// Why a sender cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// The name is no line of text.
    #[error("a sender's name {0}")]
    Name(#[from] LineError),
    /// The address is none.
    #[error("the sender's address: {0}")]
    Address(#[from] super::AddressError),
}

impl Sender {
    /// The sender that the operator has set.
    ///
    /// # Errors
    /// None for what was parsed.
    pub fn of(sender: &SenderAddress) -> Result<Self, SenderError> {
        let name = sender.name().map(ToString::to_string);
        Ok(Self(Mailbox::new(name, sender.address().to_lettre()?)))
    }

    /// An address, and a name to show before it; an empty name is left out.
    ///
    /// # Errors
    /// [`SenderError::Name`] where the name could forge a header.
    pub fn new(address: &EmailAddress, name: &str) -> Result<Self, SenderError> {
        let name = match name.trim() {
            "" => None,
            _ => Some(Line::parse(name)?.to_string()),
        };
        Ok(Self(Mailbox::new(name, address.to_lettre()?)))
    }

    pub(super) const fn mailbox(&self) -> &Mailbox {
        &self.0
    }
}

impl fmt::Debug for Sender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender([redacted])")
    }
}

/// A link that is shown as a button. Its address may carry a code, so it is a secret.
#[derive(Clone, Serialize, Deserialize)]
pub struct Button {
    label: String,
    #[serde(serialize_with = "exposed_link", deserialize_with = "link")]
    url: Link,
}

impl Button {
    /// A button that leads to `url`.
    pub fn new(label: impl Into<String>, url: Link) -> Self {
        Self {
            label: label.into(),
            url,
        }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn url(&self) -> &str {
        self.url.expose()
    }
}

/// What one person is told. All texts are plain: markup in them is shown, never obeyed.
///
/// It can be serialised, address and code and all, so it is stored sealed or not at all.
#[derive(Clone, Serialize, Deserialize)]
pub struct Letter {
    /// Whom it goes to: nobody else, ever.
    #[serde(serialize_with = "kept")]
    pub to: EmailAddress,
    /// The language that it is written in.
    pub locale: Locale,
    /// The subject line.
    pub subject: Subject,
    /// The first line of the body.
    pub heading: String,
    /// What it says, before the code and the button.
    pub paragraphs: Vec<String>,
    /// A one-time code, shown large.
    #[serde(default, serialize_with = "exposed_where_given")]
    pub code: Option<SecretString>,
    /// Where to go on.
    #[serde(default)]
    pub button: Option<Button>,
    /// Small print: why this letter came, what to do if it was not meant for the reader.
    pub footer: Vec<String>,
    /// Where the reader ends all further letters (RFC 8058): in every letter to somebody who may not have asked
    /// for it.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        serialize_with = "exposed_link_where_given",
        deserialize_with = "link_where_given"
    )]
    pub stop: Option<Link>,
}

impl Letter {
    /// A letter of these paragraphs, which begins with its subject.
    pub fn of(to: EmailAddress, locale: Locale, subject: &str, paragraphs: Vec<String>, footer: &str) -> Self {
        Self {
            to,
            locale,
            subject: Subject::of(subject),
            heading: subject.to_owned(),
            paragraphs,
            code: None,
            button: None,
            footer: vec![footer.to_owned()],
            stop: None,
        }
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter")
            .field("locale", &self.locale)
            .finish_non_exhaustive()
    }
}

fn kept<S: Serializer>(address: &EmailAddress, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(address.kept())
}
fn exposed_link<S: Serializer>(link: &Link, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(link.expose())
}
fn exposed_link_where_given<S: Serializer>(link: &Option<Link>, serializer: S) -> Result<S::Ok, S::Error> {
    link.as_ref().map(Link::expose).serialize(serializer)
}
fn link<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Link, D::Error> {
    Link::parse(SecretString::deserialize(deserializer)?).map_err(de::Error::custom)
}
fn link_where_given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Link>, D::Error> {
    let text = Option::<SecretString>::deserialize(deserializer)?;
    text.map(Link::parse).transpose().map_err(de::Error::custom)
}
fn exposed_where_given<S: Serializer>(secret: &Option<SecretString>, serializer: S) -> Result<S::Ok, S::Error> {
    secret.as_ref().map(ExposeSecret::expose_secret).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter() -> Letter {
        Letter {
            to: EmailAddress::parse("Canary@Example.org").unwrap(),
            locale: Locale::ZhHans,
            subject: Subject::parse("canary: 你的验证码").unwrap(),
            heading: "canary".into(),
            paragraphs: vec!["canary".into()],
            code: Some("canary-481516".into()),
            button: Some(Button::new(
                "canary",
                Link::parse("https://example.org/#canary").unwrap(),
            )),
            footer: vec!["canary".into()],
            stop: Some(Link::parse("https://example.org/stop/canary").unwrap()),
        }
    }

    #[test]
    fn comes_back_whole_from_where_it_was_stored() {
        let stored = serde_json::to_string(&letter()).unwrap();
        let back: Letter = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), stored);
        assert_eq!(back.to.kept(), "Canary@Example.org");
        assert_eq!(back.code.unwrap().expose_secret(), "canary-481516");
    }

    #[test]
    fn does_not_come_back_with_a_line_break_in_its_headers() {
        let stored = serde_json::to_value(letter()).unwrap();
        for (field, value) in [
            ("to", "a@example.org\r\nBcc: b@example.org"),
            ("subject", "Hello\r\nBcc: b@example.org"),
        ] {
            let mut forged = stored.clone();
            forged[field] = value.into();
            assert!(serde_json::from_value::<Letter>(forged).is_err(), "{field}");
        }
        let mut forged = stored;
        forged["button"]["url"] = "javascript:alert(1)".into();
        assert!(serde_json::from_value::<Letter>(forged).is_err());
    }

    #[test]
    fn shows_nothing_when_printed() {
        let sender = Sender::new(&letter().to, "canary").unwrap();
        let printed = format!("{:?} {sender:?}", letter()).to_lowercase();
        assert!(!printed.contains("canary"), "{printed}");
    }

    #[test]
    fn finds_the_language_of_a_tag() {
        for tag in [
            "zh",
            "zh-CN",
            "zh-Hans-CN",
            "ZH-hans",
            "zh-SG",
            "zh-Hans-HK",
            "zh_CN",
            "zh_CN.UTF-8",
            "zh_CN.GB18030",
            "zh_Hans_CN",
            "zh_CN@pinyin",
            "cmn-Hans",
            " zh\u{2013}CN\u{A0}",
            "ｚｈ－ＣＮ",
        ] {
            assert_eq!(Locale::parse(tag), Ok(Locale::ZhHans), "{tag}");
        }
        for tag in [
            "en",
            "en-GB",
            "en_US.UTF-8",
            "en_US@euro",
            "C",
            "C.UTF-8",
            "POSIX",
            "de",
            "fr_CA",
            "zh-Hant",
            "zh-TW",
            "zh_TW.Big5",
            "zh-Hant-CN",
            "zh_HK.UTF-8",
            "zha",
        ] {
            assert_eq!(Locale::parse(tag), Ok(Locale::En), "{tag}");
        }
        for nonsense in [
            "", "*", "nonsense", "english", "中文", "en US", "en;q=0.9", "zh-CN,zh", "12", "-", "zh--CN",
        ] {
            assert_eq!(Locale::parse(nonsense), Err(LocaleError), "{nonsense}");
            assert_eq!(Locale::from_tag(nonsense), Locale::En);
        }
        for locale in [Locale::En, Locale::ZhHans] {
            assert_eq!(Locale::from_tag(locale.tag()), locale);
            assert_eq!(serde_json::to_value(locale).unwrap(), locale.tag());
        }
    }

    #[test]
    fn a_subject_is_one_line() {
        for text in ["a\r\nBcc: b@example.org", "a\nb", "a\rb", "a\0", "a\u{2028}b", "a\n"] {
            assert_eq!(Subject::parse(text).err(), Some(SubjectError::Control), "{text:?}");
            assert!(Subject::parse(Subject::of(text).as_str()).is_ok(), "{text:?}");
        }
        for text in ["", "   ", &"a".repeat(401)] {
            assert_eq!(Subject::parse(text).err(), Some(SubjectError::Length), "{text:?}");
        }
        assert_eq!(Subject::of("a\r\nBcc: b").as_str(), "a  Bcc: b");
        assert_eq!(Subject::of("a\u{202e}b").as_str(), "a\u{202e}b\u{202c}");
        assert_eq!(Subject::of(&"字".repeat(150)).as_str(), "字".repeat(150));
        assert_eq!(
            Subject::of(&"字".repeat(151)).as_str(),
            format!("{}…", "字".repeat(150))
        );
        assert_eq!(Subject::of(" \n").as_str(), "…");
        assert!(Sender::new(&letter().to, "a\r\nBcc: b").is_err());
    }

    proptest::proptest! {
        /// No text can keep a letter back.
        #[test]
        fn whatever_is_written_becomes_a_subject_that_is_taken(text in "[\\x00-\\x20a-z字\u{85}\u{2028}-\u{202e}\u{2066}-\u{2069}]{0,300}") {
            let subject = Subject::of(&text);
            proptest::prop_assert_eq!(Subject::parse(subject.as_str()).ok(), Some(subject.clone()));
        }
    }
}
