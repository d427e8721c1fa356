//! What signs access tokens is configured, and may change: tokens of every key that is there hold.

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};
use serde_json::Value;
use vouchsafe::{platform::config::SigningAlgorithm, tokens::Tokens};

use super::*;
use crate::support::{db::on_both, service::HALL};

const ALL: [(SigningAlgorithm, Algorithm, &str); 3] = [
    (SigningAlgorithm::Es256, Algorithm::ES256, "EC"),
    (SigningAlgorithm::Rs256, Algorithm::RS256, "RSA"),
    (SigningAlgorithm::EdDsa, Algorithm::EdDSA, "OKP"),
];

/// The claims of a token by the published keys alone, with this algorithm.
fn by_published_keys(tokens: &Tokens, token: &str, algorithm: Algorithm) -> Option<Value> {
    let keys: JwkSet = serde_json::from_str(&tokens.published().body).unwrap();
    let key = keys.find(&decode_header(token).ok()?.kid?)?;
    assert_eq!(
        key.common.key_algorithm.map(|named| named.to_string()),
        Some(format!("{algorithm:?}"))
    );
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&["https://club.example.org"]);
    validation.set_audience(&[HALL]);
    // The clock of these tests stands in the past.
    validation.validate_exp = false;
    let read = decode(token, &DecodingKey::from_jwk(key).unwrap(), &validation).ok()?;
    Some(read.claims)
}

on_both! {
    /// One community, started with each algorithm in turn: a key is made where there is none, what was signed before
    /// goes on to hold, here and by the published keys.
    async fn a_change_of_algorithm_leaves_old_tokens_valid(db: &Database) {
        let world = World::new();
        let mut issued: Vec<(String, String, Algorithm)> = Vec::new();
        let mut ada = None;
        for (configured, algorithm, kind) in ALL {
            let replica = world.replica_with(db, configured).await;
            if ada.is_none() {
                ada = Some(world.member(&replica.ledger, "ada@example.org", None).await);
            }
            let session = replica.start(ada.as_ref().unwrap()).await;
            let (ours, _) = replica.grant(&session);
            issued.push((ours, replica.for_hall(&session), algorithm));
            replica.settle().await;
            for (ours, hall, algorithm) in &issued {
                assert_eq!(decode_header(hall).unwrap().alg, *algorithm);
                assert!(replica.tokens.check(ours).await.is_ok(), "{algorithm:?}");
                assert!(replica.tokens.introspect(hall, HALL).await.unwrap().is_some(), "{algorithm:?}");
                let claims = by_published_keys(&replica.tokens, hall, *algorithm).unwrap();
                assert_eq!(claims["sub"], ada.as_ref().unwrap().id.to_string());
                let forged = bent(&hall.as_str().into());
                assert!(by_published_keys(&replica.tokens, forged.expose_secret(), *algorithm).is_none());
            }
            let keys: Value = serde_json::from_str(&replica.tokens.published().body).unwrap();
            let keys = keys["keys"].as_array().unwrap();
            assert_eq!(keys.len(), issued.len());
            assert_eq!(keys.last().unwrap()["kty"], kind);
            let algorithms = replica.tokens.published().algorithms;
            assert_eq!((algorithms.len(), algorithms[0]), (issued.len(), configured));
            world.later(Duration::from_secs(1));
        }
        // Back at the first one: its key is still there.
        let replica = world.replica(db).await;
        let session = replica.start(ada.as_ref().unwrap()).await;
        let kid = |token: &str| decode_header(token).unwrap().kid;
        assert_eq!(kid(&replica.for_hall(&session)), kid(&issued[0].1));
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM signing_keys"), [3]);
    }

    /// Replicas that are told different algorithms take each other's tokens.
    async fn replicas_with_different_algorithms_take_each_other_s_tokens(db: &Database) {
        let world = World::new();
        let (here, there) = (
            world.replica(db).await,
            world.replica_with(db, SigningAlgorithm::EdDsa).await,
        );
        let ada = world.member(&here.ledger, "ada@example.org", None).await;
        let session = here.start(&ada).await;
        here.settle().await;
        there.settle().await;
        for (signing, algorithm) in [(&here, Algorithm::ES256), (&there, Algorithm::EdDSA)] {
            let (token, _) = signing.grant(&session);
            assert_eq!(decode_header(&token).unwrap().alg, algorithm);
            for checking in [&here, &there] {
                assert!(checking.tokens.check(&token).await.is_ok());
            }
        }
    }
}
