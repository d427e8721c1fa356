//! Tokens that Janus checks by their signature.

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use super::{plugin::Plugin, videoroom::VideoRoom};
use crate::{
    platform::terms::{TicketId, Timestamp},
    rooms::RoomName,
};

/// A token for Janus's own API, for whoever may use its plugin until `expires`.
///
/// The format of `token_auth_secret`: `expiry,realm,plugin,…` and its HMAC-SHA1 (RFC 2104) in base64.
/// It admits to the plugin and not to any room, and cannot be revoked. The last of what it lists is no
/// plugin but `holder`: Janus remembers the token for as long as a connection lasts that was opened with it,
/// and so can say whose it is.
pub fn core_token(
    plugin: &dyn Plugin,
    secret: &SecretString,
    expires: Timestamp,
    holder: Option<TicketId>,
) -> SecretString {
    let holder = holder.map(|ticket| format!(",{ticket}")).unwrap_or_default();
    signed(secret, format!("{},janus,{}{holder}", expires.seconds(), plugin.name()))
}

/// A token for one room of VideoRoom until `expires`: the realm is the plugin, and what it lists is the room, and the ticket
/// whose it is.
pub fn room_token(secret: &SecretString, expires: Timestamp, room: &RoomName, ticket: TicketId) -> SecretString {
    let until = expires.seconds();
    signed(secret, format!("{until},{},room={room},{ticket}", VideoRoom.name()))
}

fn signed(secret: &SecretString, text: String) -> SecretString {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose_secret().as_bytes());
    let tag = BASE64.encode(hmac::sign(&key, text.as_bytes()).as_ref());
    SecretString::from(format!("{text}:{tag}"))
}

#[cfg(test)]
mod tests {
    use super::{super::audiobridge::AudioBridge, *};

    #[test]
    fn a_core_token_is_signed_as_janus_wants_it() {
        let secret = SecretString::from("s3cret");
        // Janus 1.1.2 accepted this one.
        let text = "1795376648,janus,janus.plugin.audiobridge,janus.plugin.videoroom";
        assert_eq!(
            signed(&secret, text.to_owned()).expose_secret(),
            format!("{text}:IDiFLj/SRjEOq4ooc7T+oIILuLY=")
        );
        let until = Timestamp::from_micros(1_795_376_648_999_999);
        let token = core_token(&AudioBridge, &secret, until, None);
        let text = token.expose_secret();
        assert!(text.starts_with("1795376648,janus,janus.plugin.audiobridge:"), "{text}");
        let ticket: TicketId = "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap();
        let token = core_token(&AudioBridge, &secret, until, Some(ticket));
        let text = token.expose_secret();
        let start = format!("1795376648,janus,janus.plugin.audiobridge,{ticket}:");
        assert!(text.starts_with(&start), "{text}");
    }
}
