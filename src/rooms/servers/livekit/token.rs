//! LiveKit's tokens: what opens a room, what governs one, and what signs a webhook. All are JWTs by HS256, whose key
//! is found by `iss`.

use secrecy::ExposeSecret;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::{
    Grant,
    jwt::{ApiKey, LEEWAY},
};
use crate::{
    platform::store::StoreError,
    rooms::{ParticipantRole, RoomName},
};

/// How long a token of ours for a call is good, in seconds: LiveKit answers within milliseconds.
const CALL: i64 = 60;

/// The claims that are the same in every token of ours. There is no `aud`: two of three verifiers refuse one.
#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<String>,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<Value>,
    video: Value,
}

impl ApiKey {
    /// A token by which a client joins `room` as `ticket`. Every right is written: LiveKit takes one that is left
    /// out for given.
    pub(in crate::rooms::servers) fn ticket(&self, room: &RoomName, grant: &Grant) -> Result<String, StoreError> {
        let speaks = grant.role == ParticipantRole::Speaker;
        self.sign(&Claims {
            iss: &self.id,
            sub: Some(grant.ticket.to_string()),
            nbf: grant.issued_at.seconds(),
            exp: grant.expires_at.seconds(),
            name: grant.shown.as_ref().map(|shown| shown.text.expose_secret()),
            // A handle may look like anybody's name.
            attributes: grant.shown.as_ref().map(|shown| json!({ "vouchsafe.shows": shown.by })),
            video: json!({
                "room": room,
                "roomJoin": true,
                "roomCreate": false,
                "roomList": false,
                "roomRecord": false,
                "roomAdmin": false,
                "ingressAdmin": false,
                "canPublish": speaks,
                "canPublishData": speaks,
                "canSubscribe": true,
                "canUpdateOwnMetadata": false,
                "canSubscribeMetrics": false,
                "hidden": grant.role == ParticipantRole::Hidden,
                "recorder": false,
                "agent": false,
            }),
        })
    }

    /// A token for one call of ours, with these rights.
    pub(in crate::rooms::servers) fn call(&self, video: Value, now: i64) -> Result<String, StoreError> {
        self.sign(&Claims {
            iss: &self.id,
            sub: None,
            // A LiveKit whose clock is behind ours takes it all the same.
            nbf: now - LEEWAY,
            exp: now + CALL,
            name: None,
            attributes: None,
            video,
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::hmac;
    use data_encoding::BASE64URL_NOPAD;
    use secrecy::SecretString;

    use super::{
        super::super::{
            Shown, Unsigned,
            jwt::{HEADER, digest_of},
        },
        *,
    };
    use crate::platform::{ledger::events::Shows, terms::Timestamp};

    fn key(secret: &str) -> ApiKey {
        ApiKey {
            id: "testkey".into(),
            secret: SecretString::from(secret),
        }
    }

    fn signed(key: &ApiKey, header: &str, claims: &Value) -> String {
        let text = [header.to_owned(), claims.to_string()].map(|part| BASE64URL_NOPAD.encode(part.as_bytes()));
        let text = text.join(".");
        let tag = hmac::sign(&key.mac(), text.as_bytes());
        format!("{text}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
    }

    fn claims_of(token: &str) -> Value {
        let part = token.split('.').nth(1).unwrap();
        serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap()
    }

    fn grant(role: ParticipantRole) -> Grant {
        let [issued_at, expires_at] = [1000, 2000].map(Timestamp::from_seconds);
        Grant {
            ticket: "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap(),
            token: "".into(),
            role,
            issued_at,
            expires_at,
            shown: None,
        }
    }

    #[test]
    fn whoever_chose_so_is_shown_and_by_what_is_said() {
        let shown = Some(Shown {
            by: Shows::Handle,
            text: "heron".into(),
        });
        let grant = Grant {
            shown,
            ..grant(ParticipantRole::Hidden)
        };
        let claims = claims_of(&key("s").ticket(&"r1".parse().unwrap(), &grant).unwrap());
        assert_eq!(claims["name"], "heron");
        assert_eq!(claims["attributes"], json!({ "vouchsafe.shows": "handle" }));
        assert_eq!(
            (&claims["video"]["hidden"], &claims["video"]["canPublish"]),
            (&json!(true), &json!(false))
        );
    }

    #[test]
    fn a_ticket_writes_every_right_and_names_nobody() {
        let (room, key) = ("r1".parse().unwrap(), key("s"));
        for (role, speaks) in [(ParticipantRole::Speaker, true), (ParticipantRole::Listener, false)] {
            let grant = grant(role);
            let claims = claims_of(&key.ticket(&room, &grant).unwrap());
            assert_eq!(claims["sub"], grant.ticket.to_string());
            assert_eq!((&claims["nbf"], &claims["exp"]), (&json!(1000), &json!(2000)));
            assert_eq!(claims.as_object().unwrap().len(), 5, "{claims}");
            let video = &claims["video"];
            for (right, given) in [
                ("roomJoin", true),
                ("canSubscribe", true),
                ("canPublish", speaks),
                ("canPublishData", speaks),
            ] {
                assert_eq!(video[right], given, "{right}");
            }
            let given = video
                .as_object()
                .unwrap()
                .values()
                .filter(|value| **value == true)
                .count();
            assert_eq!(given, if speaks { 4 } else { 2 }, "{video}");
        }
    }

    /// LiveKit 1.13.4 sent this one.
    #[test]
    fn a_webhook_of_a_real_server_is_signed() {
        let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJ0ZXN0a2V5IiwiZXhwIjoxNzk1Nzk2NTk3LCJuYmYiOjE3OTU3OTYyOTcsImlhdCI6MTc5NTc5NjI5Nywic2hhMjU2IjoiQzNnUENEaU15NXdNamlDRWdXL0xvelZOZ0d2Zjl2N1Y5aDdUeVBHTVhWQT0ifQ.upfhtkFGadHrpMBzIZPubTodGdQp2I31poqj2ys6iwI";
        let body = br#"{"event":"room_finished","room":{"sid":"RM_TjQVcThdGKDj","name":"x","emptyTimeout":86400,"departureTimeout":86400,"creationTime":"1795796297","creationTimeMs":"1795796297821","turnPassword":"qfTOZhLLZY6uiHGrfJhKSiFmdqJtegwyGFTrPFQhcD5B","enabledCodecs":[{"mime":"audio/PCMU"},{"mime":"audio/PCMA"},{"mime":"audio/opus"},{"mime":"audio/red"},{"mime":"video/VP8"},{"mime":"video/H264"},{"mime":"video/VP9"},{"mime":"video/AV1"},{"mime":"video/H265"},{"mime":"video/rtx"}]},"id":"EV_7AjekMe52eKM","createdAt":"1795796297"}"#;
        let own = key("secret of the tests, thirty-two characters or more");
        let at = 1_795_796_297;
        assert_eq!(own.check_body(token, body, at), Ok(()));
        assert_eq!(own.check_body(token, body, at + 359), Ok(()));
        for (name, key, token, body, now) in [
            ("too late", &own, token, &body[..], at + 360),
            ("too early", &own, token, &body[..], at - 61),
            ("another body", &own, token, &body[1..], at),
            ("another secret", &key("secret"), token, &body[..], at),
            (
                "another key",
                &ApiKey {
                    id: "other".into(),
                    ..own.clone()
                },
                token,
                &body[..],
                at,
            ),
            ("as a bearer", &own, &format!("Bearer {token}"), &body[..], at),
            ("cut off", &own, &token[..token.len() - 1], &body[..], at),
        ] {
            assert_eq!(key.check_body(token, body, now), Err(Unsigned), "{name}");
        }
    }

    #[test]
    fn nothing_else_that_the_key_signs_is_a_webhook() {
        let (key, body, now) = (key("s"), b"{}", 1000);
        let digest = digest_of(body);
        let good = json!({ "iss": "testkey", "nbf": now, "exp": now + 300, "sha256": digest });
        assert_eq!(key.check_body(&signed(&key, HEADER, &good), body, now), Ok(()));
        let without = |name: &str| {
            let mut claims = good.clone();
            claims.as_object_mut().unwrap().remove(name);
            signed(&key, HEADER, &claims)
        };
        let none = signed(&key, r#"{"alg":"none"}"#, &good);
        let unsigned = none.rsplit_once('.').unwrap().0;
        for token in [
            key.ticket(&"r1".parse().unwrap(), &grant(ParticipantRole::Speaker))
                .unwrap(),
            key.call(json!({ "roomAdmin": true }), now).unwrap(),
            without("iss"),
            without("exp"),
            without("nbf"),
            without("sha256"),
            signed(&key, r#"{"alg":"HS512"}"#, &good),
            format!("{unsigned}."),
            none.clone(),
            unsigned.to_owned(),
            String::new(),
            "..".to_owned(),
        ] {
            assert_eq!(key.check_body(&token, body, now), Err(Unsigned), "{token}");
        }
    }
}
