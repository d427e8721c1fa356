//! A letter before it is rendered: what it says, to whom, in which language.

use std::fmt;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

use super::EmailAddress;
use crate::terms::typed;

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

/// A subject line: 1 to 150 characters, none of which breaks a line or turns the text around.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Subject(String);

/// Why a text is not a subject line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubjectError {
    /// Empty, or longer than 150 characters.
    #[error("a subject has 1 to 150 characters")]
    Length,
    /// A control character: a line break would forge a header.
    #[error("a subject has no control characters")]
    Control,
}

impl Subject {
    /// Takes a subject line; spaces around it are dropped.
    ///
    /// # Errors
    /// [`SubjectError`] says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        if text.chars().any(breaks_a_line) {
            return Err(SubjectError::Control);
        }
        let text = text.trim();
        if text.is_empty() || text.chars().count() > 150 {
            return Err(SubjectError::Length);
        }
        Ok(Self(text.to_owned()))
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

/// Control characters, Unicode's line ends, and the marks that reorder what is shown (UAX #9 §2).
fn breaks_a_line(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Who letters come from.
#[derive(Clone)]
pub struct Sender(Mailbox);

/// Why a sender cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SenderError {
    /// The name breaks a line, or is longer than 100 characters.
    #[error("a sender's name has at most 100 characters and no control characters")]
    Name,
    /// The address is none.
    #[error("the sender's address: {0}")]
    Address(#[from] super::AddressError),
}

impl Sender {
    /// An address, and a name to show before it; an empty name is left out.
    ///
    /// # Errors
    /// [`SenderError::Name`] where the name could forge a header.
    pub fn new(address: &EmailAddress, name: &str) -> Result<Self, SenderError> {
        let name = name.trim();
        if name.chars().any(breaks_a_line) || name.chars().count() > 100 {
            return Err(SenderError::Name);
        }
        let name = (!name.is_empty()).then(|| name.to_owned());
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
#[serde(try_from = "UncheckedButton")]
pub struct Button {
    label: String,
    #[serde(serialize_with = "exposed")]
    url: SecretString,
}

/// Why a button cannot be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ButtonError {
    /// Not an `http` or `https` address in printable ASCII, or longer than 900 characters.
    #[error("a button leads to an http or https address")]
    Url,
}

#[derive(Deserialize)]
struct UncheckedButton {
    label: String,
    url: SecretString,
}

impl Button {
    /// A button that leads to `url`.
    ///
    /// # Errors
    /// [`ButtonError::Url`] for an address that is not `http(s)`, or that would not stand whole on
    /// one line of text (RFC 5322 §2.1.1).
    pub fn new(label: impl Into<String>, url: impl Into<SecretString>) -> Result<Self, ButtonError> {
        let (label, url) = (label.into(), url.into());
        let text = url.expose_secret();
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let whole = text.len() <= 900
            && text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
        match rest {
            Some(rest) if whole && !rest.is_empty() => Ok(Self { label, url }),
            _ => Err(ButtonError::Url),
        }
    }

    pub(super) fn label(&self) -> &str {
        &self.label
    }

    pub(super) fn url(&self) -> &str {
        self.url.expose_secret()
    }
}

impl TryFrom<UncheckedButton> for Button {
    type Error = ButtonError;

    fn try_from(unchecked: UncheckedButton) -> Result<Self, ButtonError> {
        Self::new(unchecked.label, unchecked.url)
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
fn exposed<S: Serializer>(secret: &SecretString, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.expose_secret())
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
            button: Some(Button::new("canary", "https://example.org/#canary").unwrap()),
            footer: vec!["canary".into()],
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
        for text in [
            "a\r\nBcc: b@example.org",
            "a\nb",
            "a\rb",
            "a\0",
            "a\u{2028}b",
            "a\u{202e}b",
            "a\n",
        ] {
            assert_eq!(Subject::parse(text).err(), Some(SubjectError::Control), "{text:?}");
        }
        for text in ["", "   ", &"a".repeat(151)] {
            assert_eq!(Subject::parse(text).err(), Some(SubjectError::Length), "{text:?}");
        }
        assert_eq!(Subject::parse(&"字".repeat(150)).unwrap().as_str(), "字".repeat(150));
        assert!(Sender::new(&letter().to, "a\r\nBcc: b").is_err());
    }

    #[test]
    fn a_button_leads_to_the_web_only() {
        for url in [
            "javascript:alert(1)",
            "https://",
            "//example.org",
            "mailto:a@example.org",
            "https://a b",
            "https://example.org/\"onclick=",
            "https://example.org/\r\nX: y",
            "data:text/html,x",
        ] {
            assert!(Button::new("x", url).is_err(), "{url}");
        }
        assert!(Button::new("x", format!("https://{}", "a".repeat(900))).is_err());
        assert!(Button::new("x", "http://127.0.0.1:8080/i/#abc?d=e&f=g%20").is_ok());
    }
}
