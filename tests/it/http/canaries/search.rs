//! How a planted text is looked for: as it is, and in every dress that it may wear.

use super::*;
use vouchsafe::platform::vault::sha256;

/// As a part of a URL: RFC 3986 §2.
pub(super) fn percent(text: &str) -> String {
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().fold(String::new(), |mut url, byte| {
        match unreserved(byte) {
            true => url.push(char::from(byte)),
            false => url.push_str(&format!("%{byte:02x}")),
        }
        url
    })
}

/// Whether what is short is a word of its own: six digits by chance in a longer number are no code.
pub(super) fn is_apart(hay: &[u8], at: usize, length: usize) -> bool {
    let word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    length > 6 || !word(at.checked_sub(1).and_then(|before| hay.get(before))) && !word(hay.get(at + length))
}

#[test]
fn the_search_finds_what_is_there() {
    let mut canaries = Canaries::default();
    canaries.plant("name", "Zéphyrine Canari");
    canaries.plant("proof", "123456");
    canaries.plant("invite", "ABCDE-FGHJK-MNPQR-STUVW");
    assert_eq!(
        canaries.found("log", b"micros 1234567 and 0x123456ff, zephyrine"),
        [""; 0]
    );
    for leak in [
        "hello ZéPHYRINE CANARI!".as_bytes(),
        b"code=123456,",
        b"/v1/invites/abcdefghjkmnpqrstuvw",
        br#"{"name":"Z\u00e9phyrine Canari"}"#,
        br#"{"name":"Z\\u{e9}phyrine Canari"}"#,
        br"b'Z\xc3\xa9phyrine Canari'",
        b"?name=Z%C3%A9phyrine%20Canari",
        data_encoding::HEXLOWER.encode("Zéphyrine Canari".as_bytes()).as_bytes(),
        &sha256(b"123456"),
    ] {
        assert_eq!(
            canaries.found("log", leak).len(),
            1,
            "{}",
            String::from_utf8_lossy(leak)
        );
    }
}
