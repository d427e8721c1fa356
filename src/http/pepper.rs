//! The secret behind what leaves this service and comes back to it, and behind what is kept of a request.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
};
use data_encoding::BASE64URL_NOPAD;
use serde::{Serialize, de::DeserializeOwned};

use super::problem::{Problem, ProblemKind};

/// A secret that is the same on every replica. What a client
/// carries from one request to the next (cursors, positions) is sealed under it: it says nothing, and
/// nobody else can make one.
pub struct Pepper {
    mac: hmac::Key,
    seal: LessSafeKey,
}

impl Pepper {
    /// By a secret of 256 bits.
    pub fn new(secret: &[u8]) -> Self {
        let mac = hmac::Key::new(hmac::HMAC_SHA256, secret);
        let key = blind(&mac, b"seal", &[]);
        let key = UnboundKey::new(&AES_256_GCM, key.as_ref());
        Self {
            mac,
            // HMAC-SHA-256 has as many bytes as the key wants.
            seal: key.map_or_else(|_| unreachable!("a key of 32 bytes"), LessSafeKey::new),
        }
    }

    /// A value in a text that says nothing of it but which are the same. The nonce is a MAC of the value
    /// (as in RFC 5297): no two values share one.
    pub fn seal(&self, label: &[u8], value: &[u8]) -> String {
        let tag = blind(&self.mac, b"nonce", &[label, value]);
        let (nonce, _) = tag.as_ref().split_at(NONCE_LEN);
        let mut sealed = Vec::with_capacity(NONCE_LEN + value.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(nonce);
        let mut body = value.to_vec();
        let done = Nonce::try_assume_unique_for_key(nonce)
            .and_then(|nonce| self.seal.seal_in_place_append_tag(nonce, Aad::from(label), &mut body));
        if done.is_err() {
            unreachable!("so short a value can be sealed");
        }
        sealed.append(&mut body);
        BASE64URL_NOPAD.encode(&sealed)
    }

    /// The value that was sealed under this label; none for anything else.
    pub fn open(&self, label: &[u8], sealed: &str) -> Option<Vec<u8>> {
        if sealed.len() > LONGEST {
            return None;
        }
        let bytes = BASE64URL_NOPAD.decode(sealed.as_bytes()).ok()?;
        let (nonce, body) = bytes.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut value = body.to_vec();
        let length = self.seal.open_in_place(nonce, Aad::from(label), &mut value).ok()?.len();
        value.truncate(length);
        Some(value)
    }
}

/// A longer text is none of ours.
const LONGEST: usize = 1024;

fn blind(key: &hmac::Key, label: &[u8], parts: &[&[u8]]) -> hmac::Tag {
    let mut context = hmac::Context::with_key(key);
    for part in [label].iter().chain(parts) {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part);
    }
    context.sign()
}

/// Makes and reads the cursors of the list that a request asks for: those of another list are none of its own.
pub struct Cursors {
    pepper: Data<Pepper>,
    list: String,
}

/// Goes up when the shape of any key changes; an old cursor is then refused, not misread.
const VERSION: u8 = 2;
/// Keys are padded to a multiple of this, so that the length of a cursor does not tell that of a number.
const PADDED: usize = 32;

impl FromRequest for Cursors {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let list = request.match_pattern();
        ready(match (request.app_data::<Data<Pepper>>(), list) {
            (Some(pepper), Some(list)) => Ok(Self {
                pepper: Data::clone(pepper),
                list: format!("cursor/{VERSION}/{list}"),
            }),
            _ => Err(Problem::internal("there is no pepper for cursors")),
        })
    }
}

impl Cursors {
    /// The text for `next`: the key of a page's last item.
    pub(super) fn write(&self, key: &impl Serialize) -> String {
        // A key that cannot be written as JSON ends the list rather than the request.
        let mut key = serde_json::to_vec(key).unwrap_or_default();
        // Space after a value is no part of it (RFC 8259 §2).
        key.resize(key.len().next_multiple_of(PADDED), b' ');
        self.pepper.seal(self.list.as_bytes(), &key)
    }

    /// The key of the last item of the page before; none at the start.
    ///
    /// # Errors
    /// [`ProblemKind::CursorInvalid`] for anything that was not made for this list here.
    pub fn read<T: DeserializeOwned>(&self, cursor: Option<&str>) -> Result<Option<T>, Problem> {
        let Some(cursor) = cursor else { return Ok(None) };
        let key = self.pepper.open(self.list.as_bytes(), cursor);
        let key = key.and_then(|key| serde_json::from_slice(&key).ok());
        key.map(Some)
            .ok_or_else(|| Problem::new(ProblemKind::CursorInvalid).at("cursor"))
    }
}

#[cfg(test)]
impl Cursors {
    /// Those of a list of a test.
    pub(super) fn of(list: &str) -> Self {
        Self {
            pepper: Data::new(Pepper::new(&[7; 32])),
            list: list.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_here_alone_and_whole() {
        let (ours, theirs) = (Pepper::new(&[7; 32]), Pepper::new(&[8; 32]));
        let sealed = ours.seal(b"position", b"AAAAAAAAAAE");
        assert_eq!(
            ours.open(b"position", &sealed).as_deref(),
            Some(b"AAAAAAAAAAE".as_slice())
        );
        assert_eq!(sealed, ours.seal(b"position", b"AAAAAAAAAAE"));
        assert_ne!(sealed, ours.seal(b"position", b"AAAAAAAAAAI"));
        assert_eq!(ours.open(b"cursor", &sealed), None);
        assert_eq!(theirs.open(b"position", &sealed), None);
        for place in 0..sealed.len() {
            let mut bent = sealed.clone().into_bytes();
            bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(ours.open(b"position", &bent), None, "character {place}");
        }
        let long = "A".repeat(LONGEST + 1);
        for bent in [
            "",
            "A",
            "!",
            "AAAA",
            &sealed[1..],
            &sealed[..sealed.len() - 1],
            &format!("{sealed}="),
            &long,
        ] {
            assert_eq!(ours.open(b"position", bent), None, "{bent}");
        }
    }

    #[test]
    fn a_cursor_says_nothing_and_is_of_one_list() {
        let (list, other) = (Cursors::of("/v1/me/invites"), Cursors::of("/v1/admin/ledger"));
        let (small, large) = (list.write(&(7_i64,)), list.write(&(i64::MAX,)));
        assert_eq!(list.read::<(i64,)>(Some(&small)).unwrap(), Some((7,)));
        assert_eq!(list.read::<(i64,)>(None).unwrap(), None);
        assert_eq!(small.len(), large.len());
        let open = BASE64URL_NOPAD.decode(small.as_bytes()).unwrap();
        assert!(!open.contains(&b'7') || !open.windows(3).any(|part| part == b"[7]"));
        for (cursors, cursor) in [
            (&other, small.as_str()),
            (&list, ""),
            (&list, "AVs3XQ"),
            (&list, &small[1..]),
            (&list, &large[..large.len() - 4]),
        ] {
            let refused = cursors.read::<(i64,)>(Some(cursor)).unwrap_err();
            assert_eq!(refused.kind(), ProblemKind::CursorInvalid, "{cursor}");
        }
        assert!(list.read::<(String, i64)>(Some(&small)).is_err());
    }
}
