//! What is issued is accepted, once for as long as it holds.

use serde_json::{Value, json};

use super::*;
use crate::{
    platform::{
        terms::{PersonRow, SeededRng},
        vault::Keyring,
    },
    tokens::{
        keys::tests::{ALGORITHMS, ring, ring_of},
        sessions::Holder,
    },
};

mod forged;

const ISSUER: &str = "https://club.example.org";
const NOW: Timestamp = Timestamp::from_seconds(1_795_376_648);
const TEN_MINUTES: Duration = Duration::from_secs(600);

/// The audience of our own API, and that of a service.
const OURS: &str = "https://club.example.org/v1";
const HALL: &str = "https://hall.example.org";

fn access() -> Access {
    Access::new(ISSUER.to_owned(), OURS.to_owned(), TEN_MINUTES)
}

fn vault() -> Vault {
    Vault::new(Keyring::generate(&SeededRng::new(3)))
}

fn hall() -> Audience {
    Audience::Service {
        resource: HALL.to_owned(),
        scope: Scope {
            assurance: true,
            roles: true,
        },
    }
}

fn session() -> Session {
    let rng = SeededRng::new(1);
    Session {
        row: 1,
        id: Id::new(NOW, &rng),
        generation: 0,
        started_at: NOW.before(TEN_MINUTES),
        issued_at: NOW,
        expires_at: NOW.after(TEN_MINUTES * 100),
        holder: Holder {
            person: PersonRow(1),
            id: Id::new(NOW, &rng),
            role: Role::Member,
            assurance: Assurance::Checked,
        },
    }
}

/// Those of a token for a service.
fn claims() -> Claims {
    access().claims(&session(), &hall(), &vault())
}

/// Those of one for our own API.
fn our_claims() -> Claims {
    access().claims(&session(), &Audience::Ours, &vault())
}

fn issue(ring: &Ring, claims: &Claims) -> String {
    ring.signing().unwrap().sign(claims).unwrap()
}

#[test]
fn what_is_issued_is_accepted_and_short() {
    let (access, ring) = (access(), ring(2));
    let token = issue(&ring, &claims());
    assert_eq!(access.verify(&token, &ring, NOW), Ok(claims()));
    let usual = Audience::Service {
        resource: HALL.to_owned(),
        scope: Scope::USUAL,
    };
    let usual = issue(&ring, &access.claims(&session(), &usual, &vault()));
    assert!(usual.len() < 512, "{} bytes", usual.len());
    let ours = issue(&ring, &our_claims());
    assert_eq!(access.verify(&ours, &ring, NOW), Ok(our_claims()));
    assert!(ours.len() < 512, "{} bytes", ours.len());
    assert_eq!(our_claims().auth_time, Some(NOW.seconds() - 600));
    let parts: Vec<&str> = token.split('.').collect();
    let read =
        |part: &str| -> Value { serde_json::from_slice(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap() };
    let header = read(parts[0]);
    assert_eq!((&header["typ"], &header["alg"]), (&json!("at+jwt"), &json!("ES256")));
    assert_eq!(header.as_object().unwrap().len(), 3);
    let names: Vec<_> = read(parts[1]).as_object().unwrap().keys().cloned().collect();
    let all = [
        "assurance",
        "aud",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "roles",
        "scope",
        "sid",
        "sub",
    ];
    assert_eq!(names, all, "nothing else is ever said");
    let names: Vec<_> = read(ours.split('.').nth(1).unwrap())
        .as_object()
        .unwrap()
        .keys()
        .cloned()
        .collect();
    let all = [
        "aud",
        "auth_time",
        "client_id",
        "exp",
        "iat",
        "iss",
        "jti",
        "sid",
        "sub",
    ];
    assert_eq!(names, all, "what the API asks the store for stands in no token");
}

/// What its scope does not name, a service does not learn.
#[test]
fn a_token_says_what_its_scope_names() {
    let ring = ring(1);
    for (words, assurance, roles) in [
        ("assurance", true, false),
        ("roles", false, true),
        ("roles assurance", true, true),
    ] {
        let scope = Scope::parse(words).unwrap();
        let audience = Audience::Service {
            resource: HALL.to_owned(),
            scope,
        };
        let claims = access().claims(&session(), &audience, &vault());
        assert_eq!(
            (claims.assurance.is_some(), claims.roles.is_some()),
            (assurance, roles),
            "{words}"
        );
        assert_eq!(access().verify(&issue(&ring, &claims), &ring, NOW), Ok(claims));
    }
    for words in [
        "",
        " ",
        "admin",
        "assurance  roles",
        "assurance,roles",
        "Roles",
        "roles ",
    ] {
        assert_eq!(Scope::parse(words), None, "{words:?}");
    }
}

/// Issued again it is the same; for another audience, scope, session or generation it has another name.
#[test]
fn a_token_s_name_follows_from_what_it_is() {
    let mut names = vec![claims().jti, our_claims().jti];
    assert_eq!(claims(), claims());
    let less = Audience::Service {
        resource: HALL.to_owned(),
        scope: Scope::parse("roles").unwrap(),
    };
    names.push(access().claims(&session(), &less, &vault()).jti);
    let later = Session {
        generation: 1,
        ..session()
    };
    names.push(access().claims(&later, &hall(), &vault()).jti);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 4);
}

/// Whoever has the published keys alone accepts what we issue, and only that.
#[test]
fn a_token_of_each_algorithm_holds_by_the_published_key() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, jwk::JwkSet};

    for (algorithm, named) in ALGORITHMS
        .into_iter()
        .zip([Algorithm::ES256, Algorithm::RS256, Algorithm::EdDSA])
    {
        let ring = ring_of(&[algorithm]);
        let set: JwkSet = serde_json::from_str(&ring.published().body).unwrap();
        let mut validation = Validation::new(named);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[HALL]);
        validation.validate_exp = false;
        let token = issue(&ring, &claims());
        let header = decode_header(&token).unwrap();
        assert_eq!(header.alg, named);
        let public = DecodingKey::from_jwk(set.find(header.kid.as_deref().unwrap()).unwrap()).unwrap();
        let read = decode::<Claims>(&token, &public, &validation).unwrap();
        assert_eq!(read.claims, claims());
        assert_eq!(access().verify(&token, &ring, NOW), Ok(claims()));
        let (message, _) = token.rsplit_once('.').unwrap();
        let foreign = issue(&ring_of(&[algorithm]), &claims());
        let (_, signature) = foreign.rsplit_once('.').unwrap();
        let forged = format!("{message}.{signature}");
        assert!(decode::<Claims>(&forged, &public, &validation).is_err());
        assert_eq!(access().verify(&forged, &ring, NOW), Err(Bad::Content));
    }
}

#[test]
fn it_holds_until_its_last_second_and_never_longer_than_its_session() {
    let (access, ring) = (access(), ring(1));
    let token = issue(&ring, &claims());
    let last = Timestamp::from_micros(NOW.after(TEN_MINUTES).micros() - 1);
    assert!(access.verify(&token, &ring, last).is_ok());
    assert_eq!(access.verify(&token, &ring, NOW.after(TEN_MINUTES)), Err(Bad::Expired));
    let ending = Session {
        expires_at: NOW.after(Duration::from_secs(30)),
        ..session()
    };
    let claims = access.claims(&ending, &hall(), &vault());
    assert_eq!(claims.exp - claims.iat, 30);
}

#[test]
fn a_repeated_token_is_not_verified_again_and_not_after_its_end() {
    let (access, ring, verified) = (access(), ring(1), Verified::default());
    let token = issue(&ring, &claims());
    let first = verified.get(&token, NOW, || access.verify(&token, &ring, NOW));
    let again = verified.get(&token, NOW, || panic!("verified twice"));
    assert_eq!(first, again);
    let late = verified.get(&token, NOW.after(TEN_MINUTES), || panic!("verified after its end"));
    assert_eq!(late, Err(Bad::Expired));
}

#[test]
fn the_memory_of_verified_tokens_is_bounded() {
    let verified = Verified::default();
    for number in 0..REMEMBERED * 2 {
        verified.get(&number.to_string(), NOW, || Ok(claims())).unwrap();
    }
    assert!(verified.claims.len() <= REMEMBERED);
    // What is asked for again and again stays.
    let asked = std::cell::Cell::new(0);
    for number in 0..REMEMBERED * 2 {
        verified.get(&format!("x{number}"), NOW, || Ok(claims())).unwrap();
        verified
            .get("wanted", NOW, || {
                asked.set(asked.get() + 1);
                Ok(claims())
            })
            .unwrap();
    }
    assert_eq!(asked.get(), 1);
}
