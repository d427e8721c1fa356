//! Addresses that a letter carries: checked once, and sound from then on.

use std::{borrow::Cow, fmt, str::FromStr};

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A link that a letter can carry. It may hold a code, so it is a secret.
#[derive(Clone)]
pub struct Link(SecretString);

/// Why a text is no such link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Neither `http` nor `https`: mail programs open nothing else.
    #[error("it begins with https:// (or http://), for mail programs open nothing else")]
    Scheme,
    /// A space, a control character, one of `"<>\^`{|}`, or one that is not ASCII.
    #[error("it has characters that no address has; write those as %20 and the like, and a host in its xn-- form")]
    Character,
    /// No host.
    #[error("it names no host")]
    Host,
    /// Longer than would stand whole on one line of a letter (RFC 5322 §2.1.1).
    #[error("it is too long for a line of a letter")]
    TooLong,
    /// A template without the place for the code, or with several.
    #[error("it has {{code}} once, where the invite's code goes")]
    Code,
}

/// The longest link, in characters.
const MOST: usize = 900;
/// What a template's placeholder may grow to: a code of ours, or a token.
const ROOM: usize = 100;

impl Link {
    /// Takes a link.
    ///
    /// # Errors
    /// [`LinkError`] says what is wrong with it.
    pub fn parse(text: impl Into<SecretString>) -> Result<Self, LinkError> {
        let text = text.into();
        check(text.expose_secret(), MOST)?;
        Ok(Self(text))
    }

    /// The link, where it is written out.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

fn check(text: &str, most: usize) -> Result<(), LinkError> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let rest = rest.ok_or(LinkError::Scheme)?;
    if text.len() > most {
        return Err(LinkError::TooLong);
    }
    let sound = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
    if !text.bytes().all(sound) {
        return Err(LinkError::Character);
    }
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() || host.starts_with(':') {
        return Err(LinkError::Host);
    }
    Ok(())
}

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link([redacted])")
    }
}

/// A link with `{code}` in the place of an invite's code. Whatever the code, what it makes is a [`Link`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkTemplate {
    before: String,
    after: String,
}

impl LinkTemplate {
    /// The link for one code.
    pub fn to(&self, code: &str) -> Link {
        // A code of ours has letters, digits and hyphens; of anything else the link is spared.
        let code: String = code
            .chars()
            .filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
            .take(ROOM)
            .collect();
        Link(format!("{}{code}{}", self.before, self.after).into())
    }
}

impl FromStr for LinkTemplate {
    type Err = LinkError;

    fn from_str(text: &str) -> Result<Self, LinkError> {
        let parts: Vec<&str> = text.split("{code}").collect();
        let whole = parts.concat();
        check(&whole, MOST - ROOM)?;
        match parts.as_slice() {
            // Neither in the scheme nor in the host.
            [before, after] => match check(before, MOST).is_ok()
                && before.matches('/').count() + before.matches(['?', '#']).count() >= 3
            {
                true => Ok(Self {
                    before: (*before).to_owned(),
                    after: (*after).to_owned(),
                }),
                false => Err(LinkError::Host),
            },
            _ => Err(LinkError::Code),
        }
    }
}

impl fmt::Display for LinkTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{{code}}{}", self.before, self.after)
    }
}
impl Serialize for LinkTemplate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for LinkTemplate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
impl schemars::JsonSchema for LinkTemplate {
    fn schema_name() -> Cow<'static, str> {
        "link_template".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string" })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn leads_to_the_web_only() {
        for (url, error) in [
            ("javascript:alert(1)", LinkError::Scheme),
            ("//example.org", LinkError::Scheme),
            ("mailto:a@example.org", LinkError::Scheme),
            ("data:text/html,x", LinkError::Scheme),
            ("myapp://join/abc", LinkError::Scheme),
            ("https://", LinkError::Host),
            ("https:///a", LinkError::Host),
            ("https://:80/", LinkError::Host),
            ("https://u@/", LinkError::Host),
            ("https://a b", LinkError::Character),
            ("https://example.org/\"onclick=", LinkError::Character),
            ("https://example.org/\r\nX: y", LinkError::Character),
            ("https://example.org/é", LinkError::Character),
            ("https://example.org/a|b", LinkError::Character),
        ] {
            assert_eq!(Link::parse(url).err(), Some(error), "{url}");
        }
        let long = format!("https://{}", "a".repeat(900));
        assert_eq!(Link::parse(long).err(), Some(LinkError::TooLong));
        assert!(Link::parse("http://127.0.0.1:8080/i/#abc?d=e&f=g%20").is_ok());
        assert!(Link::parse("https://[2001:db8::1]/i").is_ok());
        assert_eq!(
            format!("{:?}", Link::parse("https://a.example/canary").unwrap()),
            "Link([redacted])"
        );
    }

    #[test]
    fn a_template_has_one_place_for_the_code() {
        for (text, error) in [
            ("https://example.org/join", LinkError::Code),
            ("https://example.org/{code}/{code}", LinkError::Code),
            ("https://example.org/{CODE}", LinkError::Character),
            ("https://example.org/{code}|", LinkError::Character),
            ("https://example.org/a b/{code}", LinkError::Character),
            ("myapp://join/{code}", LinkError::Scheme),
            ("https://{code}", LinkError::Host),
            ("https://{code}.example.org/", LinkError::Host),
            ("{code}https://example.org/", LinkError::Host),
            ("", LinkError::Scheme),
        ] {
            assert_eq!(text.parse::<LinkTemplate>().err(), Some(error), "{text}");
        }
        let template: LinkTemplate = "https://example.org/join?code={code}#go".parse().unwrap();
        assert_eq!(template.to("AB-12").expose(), "https://example.org/join?code=AB-12#go");
        assert_eq!(template.to("A\r\nB|").expose(), "https://example.org/join?code=AB#go");
        assert_eq!(template.to_string().parse::<LinkTemplate>().unwrap(), template);
        assert!("https://example.org/#{code}".parse::<LinkTemplate>().is_ok());
        assert!("http://127.0.0.1:8080?c={code}".parse::<LinkTemplate>().is_ok());
    }

    proptest! {
        /// What a setting may be, a letter can carry.
        #[test]
        fn whatever_a_template_is_its_links_are_links(text in "(https?|myapp)://\\PC{0,20}(\\{code\\})?\\PC{0,20}", code in "[A-Z0-9-]{1,23}") {
            if let Ok(template) = text.parse::<LinkTemplate>() {
                prop_assert!(Link::parse(template.to(&code).expose().to_owned()).is_ok());
            }
        }
    }
}
