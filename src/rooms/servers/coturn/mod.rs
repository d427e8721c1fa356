//! coturn: whoever shows a name with a time in it, and its signature, is relayed.
//!
//! A TURN server knows no rooms and puts nobody out: what it was shown is good until the time in it, and an allocation
//! that stands is refreshed for as long as its client wants. So a ticket is good for minutes.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::hmac;
use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Capability, Form, Grant, JoinData, NewServer, RoomServer, Secrets, ServerKind, Setting, SettingFault, Settings,
    Why, need,
};
use crate::{
    platform::{
        egress::Egress,
        store::StoreError,
        terms::{TicketId, Timestamp},
    },
    rooms::RoomName,
};

/// This kind.
pub static KIND: Coturn = Coturn;

/// The kind of server that is a coturn with `use-auth-secret`.
pub struct Coturn;

const URIS: &str = "uris";
const MINUTES: &str = "minutes";
const SECRET: &str = "static_auth_secret";
/// For how many minutes credentials are good where nothing is said, and at most.
const GOOD: (u64, u64) = (10, 1440);

impl ServerKind for Coturn {
    fn name(&self) -> &'static str {
        "coturn"
    }

    fn title(&self) -> &'static str {
        "coturn"
    }

    fn capabilities(&self) -> &'static [Capability] {
        &[Capability::Signed]
    }

    fn settings(&self) -> &'static [Setting] {
        &[
            Setting {
                name: URIS,
                form: Form::Text,
                required: true,
                says: "Where clients connect: TURN URIs (RFC 7065) with a space between them, such as \
                       `turn:turn.example.org:3478?transport=udp turns:turn.example.org:5349`.",
            },
            Setting {
                name: MINUTES,
                form: Form::Text,
                required: false,
                says: "For how many minutes credentials are good, 1 to 1440; 10 where nothing is said.",
            },
            Setting {
                name: SECRET,
                form: Form::Secret,
                required: true,
                says: "`static-auth-secret` in `turnserver.conf`.",
            },
        ]
    }

    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        let fault = |name: &str, why: &str| {
            Err(SettingFault {
                name: name.to_owned(),
                why: Why::Value(why.to_owned()),
            })
        };
        let uris = server.settings.get(URIS).map_or("", String::as_str);
        if !uris.split(' ').all(is_turn) {
            return fault(
                URIS,
                "Give TURN URIs with a space between them, each as `turn:host:port` or `turns:host:port`.",
            );
        }
        match server.settings.get(MINUTES).map(|text| minutes(text)) {
            None | Some(Some(_)) => Ok(()),
            Some(None) => fault(MINUTES, "Give a whole number from 1 to 1440."),
        }
    }

    fn place<'s>(&self, settings: &'s Settings) -> &'s str {
        settings.get(URIS).map_or("", String::as_str)
    }

    fn connect(&self, settings: &Settings, secrets: Secrets, _: Egress) -> Result<Arc<dyn RoomServer>, StoreError> {
        Ok(Arc::new(Served {
            uris: need(settings, URIS)?.split(' ').map(str::to_owned).collect(),
            good: settings.get(MINUTES).and_then(|text| minutes(text)).unwrap_or(GOOD.0),
            secret: secrets.need(SECRET)?.clone(),
        }))
    }

    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        Some((TurnEntry::name().into_owned(), TurnEntry::schema()))
    }
}

fn minutes(text: &str) -> Option<u64> {
    text.parse().ok().filter(|minutes| (1..=GOOD.1).contains(minutes))
}

/// Whether this is a TURN URI, as far as its letters tell.
fn is_turn(uri: &str) -> bool {
    let rest = uri.strip_prefix("turn:").or_else(|| uri.strip_prefix("turns:"));
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]?=".contains(&byte);
    rest.is_some_and(|rest| {
        rest.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '[') && rest.bytes().all(fits)
    })
}

/// Credentials for a TURN server: an item of `iceServers` (W3C WebRTC), as it is.
#[derive(Serialize, ToSchema)]
struct TurnEntry {
    /// Where the server is.
    urls: Vec<String>,
    /// The user's name.
    username: String,
    /// Their password.
    credential: String,
    /// Until when a client may begin to be relayed. Then ask for another ticket.
    good_until: Timestamp,
}

/// One coturn, as it was registered.
struct Served {
    uris: Vec<String>,
    good: u64,
    secret: SecretString,
}

/// The name and the password of whoever has this ticket, good until then: the REST API for access to TURN services
/// (draft-uberti-behave-turn-rest), as coturn has it.
fn credentials(secret: &SecretString, ticket: TicketId, until: Timestamp) -> (String, String) {
    let name = format!("{}:{ticket}", until.seconds());
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, secret.expose_secret().as_bytes());
    let password = BASE64.encode(hmac::sign(&key, name.as_bytes()).as_ref());
    (name, password)
}

impl RoomServer for Served {
    fn join(&self, _: &RoomName, grant: &Grant) -> Result<JoinData, StoreError> {
        let until = grant.issued_at.after(Duration::from_secs(self.good * 60));
        let until = until.min(grant.expires_at);
        let (username, credential) = credentials(&self.secret, grant.ticket, until);
        let entry = TurnEntry {
            urls: self.uris.clone(),
            username,
            credential,
            good_until: Timestamp::from_seconds(until.seconds()),
        };
        serde_json::to_value(entry)
            .map(JoinData::Own)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_signed_as_coturn_wants_it() {
        let ticket: TicketId = "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap();
        let (name, password) = credentials(
            &SecretString::from("s3cret"),
            ticket,
            Timestamp::from_seconds(1_795_376_648),
        );
        assert_eq!(name, format!("1795376648:{ticket}"));
        // printf %s NAME | openssl dgst -sha1 -hmac s3cret -binary | base64
        assert_eq!(password, "SpFwkoVd6P7jJbAMME3/awrLEZk=");
    }

    #[test]
    fn a_turn_uri_is_known_by_its_form() {
        for good in [
            "turn:t.example.org",
            "turns:t.example.org:5349",
            "turn:[::1]:3478?transport=udp",
            "turn:127.0.0.1:1",
        ] {
            assert!(is_turn(good), "{good}");
        }
        for bad in [
            "",
            "turn:",
            "stun:t.example.org",
            "https://t.example.org",
            "turn://t",
            "turn:a@b",
            "turn:a\n",
        ] {
            assert!(!is_turn(bad), "{bad}");
        }
        assert_eq!((minutes("1"), minutes("1440")), (Some(1), Some(1440)));
        for bad in ["0", "1441", "-1", "", "ten", "1.5"] {
            assert_eq!(minutes(bad), None, "{bad}");
        }
    }
}
