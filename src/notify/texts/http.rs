//! A gateway of one's own: a JSON body, signed.
//!
//! `POST` with `{"id", "to", "template", "parameters", "locale", "text"}`. `Vouchsafe-Timestamp` has the seconds since
//! the epoch, and `Vouchsafe-Signature` is `v1=` and, in hexadecimal, HMAC-SHA-256 by the shared secret over the
//! timestamp, a full stop and the body. The same `id` is the same message: a gateway that knows it sends nothing. Any
//! 2xx says that the message is taken.

use std::time::Duration;

use data_encoding::HEXLOWER;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{
    TextMessage, TextTransport, exposed,
    gateway::{by_status, call},
    signing::hmac_sha256,
    words::words,
};
use crate::{
    notify::{DeliveryError, LetterId},
    platform::{
        egress::{Call, Egress},
        terms::Timestamp,
    },
};

/// A gateway that is called by HTTP.
pub(super) struct Http {
    pub(super) egress: Egress,
    pub(super) url: String,
    pub(super) secret: SecretString,
    pub(super) timeout: Duration,
}

/// What signs a body at a time.
fn signature(secret: &SecretString, seconds: i64, body: &[u8]) -> String {
    let signed = [format!("{seconds}.").as_bytes(), body].concat();
    format!("v1={}", HEXLOWER.encode(&hmac_sha256(exposed(secret), &signed)))
}

impl TextTransport for Http {
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        Box::pin(async move {
            let parameters = text.said.parameters().into_iter();
            let parameters: Map<String, Value> = parameters
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            let body = json!({
                "id": id.uuid().hyphenated().to_string(),
                "to": text.to.kept(),
                "template": text.said.template(),
                "parameters": parameters,
                "locale": text.locale.tag(),
                "text": words(text),
            });
            let body = body.to_string().into_bytes();
            let seconds = now.seconds();
            let call = call(
                &self.egress,
                Call {
                    url: &self.url,
                    headers: vec![
                        ("vouchsafe-timestamp", seconds.to_string()),
                        ("vouchsafe-signature", signature(&self.secret, seconds, &body)),
                    ],
                    content_type: "application/json",
                    body,
                    ..Call::default()
                },
                self.timeout,
            );
            match call.await?.status {
                200..300 => Ok(()),
                status => Err(by_status(status)),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HMAC-SHA-256 of RFC 4231's second case, over a timestamp and a body that together make its text.
    #[test]
    fn signs_time_and_body_together() {
        let secret: SecretString = "Jefe".into();
        let signed = signature(&secret, 1, b"x");
        assert_eq!(signed.len(), 3 + 64);
        assert_ne!(signed, signature(&secret, 1, b"y"));
        assert_ne!(signed, signature(&secret, 11, b"x"));
        assert_eq!(
            HEXLOWER.encode(&hmac_sha256(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
