//! What the signatures of gateways have in common: hexadecimal hashes, and keyed ones.

use aws_lc_rs::{digest, hmac};
use data_encoding::HEXLOWER;
use jiff::tz::TimeZone;

use crate::platform::terms::Timestamp;

/// SHA-256, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(digest::digest(&digest::SHA256, bytes).as_ref())
}

/// HMAC-SHA-256.
pub(super) fn hmac_sha256(key: &[u8], text: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, text).as_ref().to_vec()
}

/// A text as it stands in a signed query: RFC 3986's unreserved characters as they are, all others encoded.
pub(super) fn encoded(text: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const SET: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(text, SET).to_string()
}

/// A moment in UTC, as a pattern has it.
pub(super) fn utc(now: Timestamp, pattern: &str) -> String {
    let time = jiff::Timestamp::from_second(now.seconds()).unwrap_or_default();
    time.to_zoned(TimeZone::UTC).strftime(pattern).to_string()
}
