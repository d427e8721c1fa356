//! Tencent's UserSig and PrivateMapKey, of version 2.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::super::zlib::packed;
use crate::platform::store::StoreError;

/// What somebody may do in a room: make it, come in, receive sound, pictures and a second picture.
const LISTEN: u32 = 1 | 2 | 8 | 32 | 128;
/// The same, and send them.
const SPEAK: u32 = 255;

/// What a ticket says.
pub(super) struct Claims<'a> {
    pub(super) app: u32,
    pub(super) user: &'a str,
    pub(super) room: &'a str,
    pub(super) speaks: bool,
    pub(super) issued_at: i64,
    pub(super) expires_at: i64,
}

impl Claims<'_> {
    /// What lets the user use the app at all.
    pub(super) fn user_sig(&self, secret: &SecretString) -> Result<String, StoreError> {
        self.signed(secret, None)
    }

    /// What lets them into this room, and says what they may do there.
    pub(super) fn private_map_key(&self, secret: &SecretString) -> Result<String, StoreError> {
        let rights = if self.speaks { SPEAK } else { LISTEN };
        let until = u32::try_from(self.expires_at).unwrap_or(u32::MAX);
        // Version, user, app, room by number (none), until when, rights, kind of account, room by name; all big-endian.
        let mut text = vec![1];
        text.extend(counted(self.user));
        for number in [self.app, 0, until, rights, 0] {
            text.extend(number.to_be_bytes());
        }
        text.extend(counted(self.room));
        self.signed(secret, Some(&BASE64.encode(&text)))
    }

    fn signed(&self, secret: &SecretString, rights: Option<&str>) -> Result<String, StoreError> {
        let Self {
            app, user, issued_at, ..
        } = self;
        let lasts = (self.expires_at - issued_at).max(0);
        let mut text = format!("TLS.identifier:{user}\nTLS.sdkappid:{app}\nTLS.time:{issued_at}\nTLS.expire:{lasts}\n");
        let mut document = json!({
            "TLS.ver": "2.0",
            "TLS.identifier": user,
            "TLS.sdkappid": app,
            "TLS.time": issued_at,
            "TLS.expire": lasts,
        });
        if let Some(rights) = rights {
            text.push_str(&format!("TLS.userbuf:{rights}\n"));
            document["TLS.userbuf"] = json!(rights);
        }
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes());
        document["TLS.sig"] = json!(BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref()));
        let packed = BASE64.encode(&packed(document.to_string().as_bytes())?);
        Ok(packed.replace('+', "*").replace('/', "-").replace('=', "_"))
    }
}

fn counted(text: &str) -> Vec<u8> {
    let length = u16::try_from(text.len()).unwrap_or(u16::MAX);
    [&length.to_be_bytes(), text.as_bytes()].concat()
}
