//! Agora's AccessToken2, the one that begins with `007`.

use aws_lc_rs::hmac;
use data_encoding::BASE64;

use super::super::zlib::packed;
use crate::platform::store::StoreError;

/// The service of tokens for real-time communication.
const RTC: u16 = 1;
/// What its privileges are called: to join, and to publish sound, pictures and data.
const JOIN: u16 = 1;
const PUBLISH: [u16; 3] = [2, 3, 4];

/// What a token says.
pub(super) struct Claims<'a> {
    /// The app's id: 32 hexadecimal digits.
    pub(super) app: &'a str,
    /// The channel.
    pub(super) channel: &'a str,
    /// The user.
    pub(super) user: u32,
    /// Whether they may publish.
    pub(super) speaks: bool,
    /// Since when, in seconds.
    pub(super) issued_at: u32,
    /// For how many seconds.
    pub(super) lasts: u32,
    /// A number of its own.
    pub(super) salt: u32,
}

fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text).as_ref().to_vec()
}

/// Bytes with their number before them. None of ours are more than it can say.
fn counted(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let bytes = bytes.get(..usize::from(length)).unwrap_or(bytes);
    [&length.to_le_bytes(), bytes].concat()
}

impl Claims<'_> {
    /// The token, signed with the app's certificate.
    pub(super) fn token(&self, certificate: &[u8]) -> Result<String, StoreError> {
        let mut privileges = vec![JOIN];
        if self.speaks {
            privileges.extend(PUBLISH);
        }
        let mut info = counted(self.app.as_bytes());
        for number in [self.issued_at, self.lasts, self.salt] {
            info.extend(number.to_le_bytes());
        }
        // One service, and its privileges, each for as long as the token.
        let count = if self.speaks { 4_u16 } else { 1 };
        for number in [1, RTC, count] {
            info.extend(number.to_le_bytes());
        }
        for privilege in privileges {
            info.extend(privilege.to_le_bytes());
            info.extend(self.lasts.to_le_bytes());
        }
        info.extend(counted(self.channel.as_bytes()));
        info.extend(counted(self.user.to_string().as_bytes()));
        let key = mac(&self.issued_at.to_le_bytes(), certificate);
        let key = mac(&self.salt.to_le_bytes(), &key);
        let whole = [counted(&mac(&key, &info)), info].concat();
        Ok(format!("007{}", BASE64.encode(&packed(&whole)?)))
    }
}
