//! Twilio: a form by Basic authentication, and its signed calls back.

use std::time::Duration;

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use futures_util::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::{
    TextMessage, TextTransport, exposed,
    gateway::{by_status, call, permanent, refused, temporary, unreadable},
    signing::encoded,
    words::words,
};
use crate::{
    notify::{Cause, DeliveryError, LetterId},
    platform::{
        egress::{Call, Egress},
        terms::{LinkTemplate, Timestamp},
    },
};

/// The API for messages of one account.
pub(super) struct Twilio {
    pub(super) egress: Egress,
    pub(super) url: String,
    pub(super) account: String,
    pub(super) token: SecretString,
    pub(super) from: String,
    /// Where it says what became of a message.
    pub(super) status: LinkTemplate,
    pub(super) timeout: Duration,
}

#[derive(Deserialize)]
struct Taken {
    sid: String,
}

#[derive(Deserialize)]
struct Refusal {
    code: u32,
}

/// What a code of its own says of a message that it did not take.
fn by_code(code: u32, status: u16) -> DeliveryError {
    match code {
        // Not a number, no number that takes texts, unsubscribed, or a land line.
        21211 | 21614 => permanent(Cause::Named("the number takes no messages")),
        21610 => permanent(Cause::Named("the reader wants no messages")),
        21612 | 21408 => permanent(Cause::Named("no messages go to this country")),
        20003 | 20005 | 20006 => refused(Cause::Named("the account is not let in")),
        21606 | 21603 | 21212 | 21659 => refused(Cause::Named("the sender's number is not accepted")),
        30001 | 20429 | 14107 => temporary(Cause::Named("too many messages at once")),
        30002 => refused(Cause::Named("the account is suspended")),
        _ => by_status(status),
    }
}

impl TextTransport for Twilio {
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        Box::pin(async move {
            let name = id.uuid().hyphenated().to_string();
            let status = self.status.to(&name);
            let form = [
                ("To", text.to.kept()),
                ("From", &self.from),
                ("Body", &words(text)),
                ("StatusCallback", status.expose()),
            ]
            .map(|(name, value)| format!("{name}={}", encoded(value)))
            .join("&");
            let credentials = Zeroizing::new(format!("{}:{}", self.account, self.token.expose_secret()));
            let url = format!(
                "{}/2010-04-01/Accounts/{}/Messages.json",
                self.url.trim_end_matches('/'),
                encoded(&self.account)
            );
            let answer = call(
                &self.egress,
                Call {
                    url: &url,
                    headers: vec![(
                        "authorization",
                        format!("Basic {}", BASE64.encode(credentials.as_bytes())),
                    )],
                    content_type: "application/x-www-form-urlencoded",
                    body: form.into_bytes(),
                    ..Call::default()
                },
                self.timeout,
            )
            .await?;
            match answer.status {
                200..300 => match serde_json::from_slice::<Taken>(&answer.body) {
                    Ok(taken) if !taken.sid.is_empty() => Ok(()),
                    _ => Err(unreadable()),
                },
                status => Err(match serde_json::from_slice::<Refusal>(&answer.body) {
                    Ok(refusal) => by_code(refusal.code, status),
                    Err(_) => by_status(status),
                }),
            }
        })
    }
}

/// Checks that a call back comes from Twilio.
#[derive(Clone)]
pub struct StatusCheck {
    token: SecretString,
    link: LinkTemplate,
}

impl StatusCheck {
    /// By the account's token, for calls to this address.
    pub const fn new(token: SecretString, link: LinkTemplate) -> Self {
        Self { token, link }
    }

    /// Whether `signature` is Twilio's for these parameters, sent to the address of this message.
    pub fn holds(&self, message: &str, parameters: &[(String, String)], signature: &str) -> bool {
        let Ok(signature) = BASE64.decode(signature.trim().as_bytes()) else {
            return false;
        };
        let signed = signed(self.link.to(message).expose(), parameters);
        hmac::verify(&key(exposed(&self.token)), signed.as_bytes(), &signature).is_ok()
    }
}

fn key(token: &[u8]) -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token)
}

/// The address, and each parameter's name and value, in the order of the names.
fn signed(url: &str, parameters: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = parameters.iter().collect();
    sorted.sort();
    let mut text = url.to_owned();
    for (name, value) in sorted {
        text.push_str(name);
        text.push_str(value);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters() -> Vec<(String, String)> {
        [
            ("To", "+18005551212"),
            ("CallSid", "CA1234567890ABCDE"),
            ("Caller", "+14158675309"),
            ("Digits", "1234"),
            ("From", "+14158675309"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// The sample of Twilio's documentation ("Validating requests").
    #[test]
    fn signs_as_the_documentation_does() {
        let text = signed("https://mycompany.com/myapp.php?foo=1&bar=2", &parameters());
        let tag = hmac::sign(&key(b"12345"), text.as_bytes());
        assert_eq!(BASE64.encode(tag.as_ref()), "RSOYDt4T1cUTdK1PDd93/VVr8B8=");
    }

    #[test]
    fn believes_only_what_is_signed_for_this_address() {
        let link: LinkTemplate = "https://vouch.example.org/v1/texts/{code}/status".parse().unwrap();
        let check = StatusCheck::new("12345".into(), link);
        let text = signed("https://vouch.example.org/v1/texts/abc/status", &parameters());
        let tag = BASE64.encode(hmac::sign(&key(b"12345"), text.as_bytes()).as_ref());
        assert!(check.holds("abc", &parameters(), &tag));
        assert!(!check.holds("abd", &parameters(), &tag));
        let mut bent = parameters();
        bent[0].1.push('0');
        assert!(!check.holds("abc", &bent, &tag));
        for forged in ["", "AAAA", "not base64", &tag[1..]] {
            assert!(!check.holds("abc", &parameters(), forged), "{forged}");
        }
        let another = StatusCheck::new(
            "12346".into(),
            "https://vouch.example.org/v1/texts/{code}/status".parse().unwrap(),
        );
        assert!(!another.holds("abc", &parameters(), &tag));
    }
}
