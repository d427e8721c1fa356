//! Text messages: which there are, and the gateways that take them.
//!
//! A text message is a template, the values of its parameters, and a language, and never free text: gateways in China
//! send what was registered with them and nothing else. Where a gateway takes whole texts, they are ours
//! ([`words`]). One file a gateway; each is a [`TextTransport`].
//!
//! A gateway's answer is not believed further than it is clear: what may have been taken is tried twice more at most,
//! under the same id, and neither a number, nor a code, nor a word of the gateway's own stands in an error or a log.

mod aliyun;
mod folder;
mod gateway;
mod http;
mod setup;
mod signing;
mod spend;
mod tencent;
mod twilio;
mod words;

use std::{borrow::Cow, fmt, sync::Arc};

use futures_util::future::BoxFuture;
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize, Serializer};

pub use setup::{TextSetupError, build};
pub use spend::{Limit, Spent, TextLimits, TextPayer};
pub use twilio::StatusCheck;

use super::{
    DeliveryError, LetterId, Locale,
    carrier::{Carrier, Channel, Failed},
};
use crate::platform::terms::{Line, Link, PhoneNumber, Timestamp, balanced};

/// The most characters of a name within a text message: gateways refuse longer parameters, and each part of a long
/// message costs as much as a whole one.
const LONGEST_NAME: usize = 30;

/// What a text message says.
///
/// It can be serialised, code and all, so it is stored sealed or not at all.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "template", content = "parameters", rename_all = "snake_case")]
pub enum Said {
    /// Somebody invites the reader.
    Invite {
        /// To what.
        community: String,
        /// Who invites.
        inviter: String,
        /// The invite's code.
        code: String,
        /// Where it is opened.
        link: String,
    },
    /// A code that proves the number.
    Proof {
        /// Of what.
        community: String,
        /// The code.
        code: String,
        /// For how many minutes it is good.
        minutes: String,
    },
    /// A code to sign in with.
    SignIn {
        /// To what.
        community: String,
        /// The code.
        code: String,
        /// For how many minutes it is good.
        minutes: String,
    },
    /// A newcomer's name was accepted, and they go on.
    Accepted {
        /// In what.
        community: String,
    },
    /// A newcomer has to give their name again.
    Again {
        /// In what.
        community: String,
    },
    /// A newcomer's registration has ended.
    Ended {
        /// In what.
        community: String,
    },
}

/// The parameters of each template, by name and in order.
pub const TEMPLATES: [(&str, &[&str]); 6] = [
    ("invite", &["community", "inviter", "code", "link"]),
    ("proof", &["community", "code", "minutes"]),
    ("sign_in", &["community", "code", "minutes"]),
    ("accepted", &["community"]),
    ("again", &["community"]),
    ("ended", &["community"]),
];

impl Said {
    /// An invite; without a handle, a member invites.
    pub fn invite(locale: Locale, community: &Line, inviter: Option<&str>, code: &str, link: &Link) -> Self {
        let nameless = match locale {
            Locale::En => "A member",
            Locale::ZhHans => "一位成员",
        };
        Self::Invite {
            community: name(community),
            inviter: short(inviter.unwrap_or(nameless)),
            code: code.to_owned(),
            link: link.expose().to_owned(),
        }
    }

    /// A code that proves the number.
    pub fn proof(community: &Line, code: &str, minutes: u64) -> Self {
        Self::Proof {
            community: name(community),
            code: code.to_owned(),
            minutes: minutes.to_string(),
        }
    }

    /// A code to sign in with.
    pub fn sign_in(community: &Line, code: &str, minutes: u64) -> Self {
        Self::SignIn {
            community: name(community),
            code: code.to_owned(),
            minutes: minutes.to_string(),
        }
    }

    /// A newcomer goes on to the last step.
    pub fn accepted(community: &Line) -> Self {
        Self::Accepted {
            community: name(community),
        }
    }

    /// A newcomer gives their name again.
    pub fn again(community: &Line) -> Self {
        Self::Again {
            community: name(community),
        }
    }

    /// A newcomer's registration has ended.
    pub fn ended(community: &Line) -> Self {
        Self::Ended {
            community: name(community),
        }
    }

    /// The key of its template.
    pub const fn template(&self) -> &'static str {
        match self {
            Self::Invite { .. } => "invite",
            Self::Proof { .. } => "proof",
            Self::SignIn { .. } => "sign_in",
            Self::Accepted { .. } => "accepted",
            Self::Again { .. } => "again",
            Self::Ended { .. } => "ended",
        }
    }

    /// Its parameters, by name and in the template's order.
    pub fn parameters(&self) -> Vec<(&'static str, &str)> {
        match self {
            Self::Invite {
                community,
                inviter,
                code,
                link,
            } => vec![
                ("community", community),
                ("inviter", inviter),
                ("code", code),
                ("link", link),
            ],
            Self::Proof {
                community,
                code,
                minutes,
            }
            | Self::SignIn {
                community,
                code,
                minutes,
            } => vec![("community", community), ("code", code), ("minutes", minutes)],
            Self::Accepted { community } | Self::Again { community } | Self::Ended { community } => {
                vec![("community", community)]
            }
        }
    }
}

fn name(line: &Line) -> String {
    short(line.as_str())
}

fn short(text: &str) -> String {
    let cut: Cow<'_, str> = match text.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("{}…", &text[..end]).into(),
        None => text.into(),
    };
    balanced(&cut).into_owned()
}

/// A text message to one person.
#[derive(Clone, Serialize, Deserialize)]
pub struct TextMessage {
    /// Whom it goes to: nobody else, ever.
    #[serde(serialize_with = "kept")]
    pub to: PhoneNumber,
    /// The language that it is written in.
    pub locale: Locale,
    /// What it says.
    #[serde(flatten)]
    pub said: Said,
}

fn kept<S: Serializer>(phone: &PhoneNumber, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(phone.kept())
}

impl fmt::Debug for TextMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextMessage")
            .field("template", &self.said.template())
            .field("locale", &self.locale)
            .finish_non_exhaustive()
    }
}

/// A gateway for text messages.
pub trait TextTransport: Send + Sync + 'static {
    /// Hands one message over. When it returns `Ok`, the message is the gateway's to deliver. After an error it may
    /// have been taken all the same; the same `id` is the same message.
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>>;
}

/// Text messages, by a gateway.
pub struct Texts(pub Arc<dyn TextTransport>);

impl Carrier for Texts {
    fn channel(&self) -> Channel {
        Channel::Text
    }

    fn deliver<'a>(
        &'a self,
        opened: &'a [u8],
        id: LetterId,
        _: Timestamp,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let text: TextMessage =
                serde_json::from_slice(opened).map_err(|_| Failed::Unreadable("render: not a text message"))?;
            Ok(self.0.send(&text, id, now).await?)
        })
    }
}

/// A secret as text, where it signs.
fn exposed(secret: &secrecy::SecretString) -> &[u8] {
    secret.expose_secret().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn every() -> Vec<Said> {
        let community = Line::parse("学会").unwrap();
        let link = Link::parse("https://vouch.example.org/i/abcd").unwrap();
        vec![
            Said::invite(Locale::En, &community, Some("ada"), "ABCD-EFGH", &link),
            Said::proof(&community, "481516", 10),
            Said::sign_in(&community, "481516", 10),
            Said::accepted(&community),
            Said::again(&community),
            Said::ended(&community),
        ]
    }

    #[test]
    fn every_template_has_its_parameters_in_order() {
        let said: Vec<(&str, Vec<&str>)> = every()
            .iter()
            .map(|said| {
                let names = said.parameters().into_iter().map(|(name, _)| name).collect();
                (said.template(), names)
            })
            .collect();
        let listed: Vec<(&str, Vec<&str>)> = TEMPLATES.iter().map(|(key, names)| (*key, names.to_vec())).collect();
        assert_eq!(said, listed);
    }

    #[test]
    fn comes_back_whole_from_where_it_was_stored_and_shows_nothing() {
        for said in every() {
            let text = TextMessage {
                to: PhoneNumber::parse("+8613812345678").unwrap(),
                locale: Locale::ZhHans,
                said,
            };
            let stored = serde_json::to_string(&text).unwrap();
            let back: TextMessage = serde_json::from_str(&stored).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), stored);
            assert_eq!(back.to.kept(), "+8613812345678");
            let shown = format!("{text:?}");
            assert!(!shown.contains("138") && !shown.contains("481516"), "{shown}");
        }
    }

    #[test]
    fn names_are_cut_and_their_marks_closed() {
        let long = Line::parse(&"学".repeat(100)).unwrap();
        let Said::Accepted { community } = Said::accepted(&long) else {
            panic!("another template");
        };
        assert_eq!(community.chars().count(), LONGEST_NAME + 1);
        let turned = short("\u{202e}abc");
        assert!(turned.ends_with('\u{202c}'), "{turned:?}");
    }
}
