//! What is forged or bent, or signed by another key, is refused.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::{
    super::{Bad, Verified},
    HALL, ISSUER, NOW, OURS, access, claims, issue, our_claims,
};
use crate::tokens::keys::{
    Ring, SigningKey,
    tests::{ALGORITHMS, forge, header, public_bytes, ring, ring_of},
};
use data_encoding::BASE64URL_NOPAD;

#[test]
fn an_older_key_still_verifies_and_a_foreign_one_never() {
    let access = access();
    let (ours, theirs) = (ring(3), ring(1));
    let token = issue(&theirs, &claims());
    assert_eq!(access.verify(&token, &ours, NOW), Err(Bad::Header));
    // Theirs, under the name of one of ours.
    let header = header_with(ours.signing().unwrap(), json!({}));
    let claims = serde_json::to_string(&claims()).unwrap();
    let forged = forge(theirs.signing().unwrap(), &header, &claims);
    assert_eq!(access.verify(&forged, &ours, NOW), Err(Bad::Content));
}

/// With keys of all algorithms in the ring, none is used for another's tokens.
#[test]
fn a_key_is_good_for_its_own_algorithm_alone() {
    let ring = ring_of(&ALGORITHMS);
    let claims = claims_with(json!({}));
    let tokens: Vec<String> = ALGORITHMS
        .iter()
        .map(|algorithm| {
            let key = ring.of_algorithm(*algorithm).unwrap();
            forge(key, &header_with(key, json!({})), &claims)
        })
        .collect();
    for (token, algorithm) in tokens.iter().zip(ALGORITHMS) {
        assert!(access().verify(token, &ring, NOW).is_ok());
        let key = ring.of_algorithm(algorithm).unwrap();
        for other in ALGORITHMS.into_iter().filter(|other| *other != algorithm) {
            let other_key = ring.of_algorithm(other).unwrap();
            for bent in [
                // The key's own name, another algorithm; another key's name or whole header.
                header_with(key, json!({"alg": other.as_str()})),
                header_with(key, json!({"kid": header(other_key)["kid"]})),
                header_with(other_key, json!({})),
            ] {
                let forged = forge(key, &bent, &claims);
                assert!(access().verify(&forged, &ring, NOW).is_err(), "{bent}");
            }
        }
        for alg in ["HS256", "HS512"] {
            for bent in [json!({"alg": alg}), json!({})] {
                let forged = hs256(&header_with(key, bent), &claims, &public_bytes(key));
                assert!(access().verify(&forged, &ring, NOW).is_err(), "{alg}");
            }
        }
    }
}

/// A header with some members put in, replaced or (null) taken out.
fn header_with(key: &SigningKey, changes: Value) -> String {
    changed(header(key), changes)
}

/// The claims, likewise.
fn claims_with(changes: Value) -> String {
    changed(serde_json::to_value(claims()).unwrap(), changes)
}

fn changed(mut object: Value, changes: Value) -> String {
    let object = object.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => object.remove(name),
            value => object.insert(name.clone(), value.clone()),
        };
    }
    serde_json::to_string(object).unwrap()
}

fn hs256(header: &str, claims: &str, secret: &[u8]) -> String {
    let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
    let message = format!("{}.{}", encode(header), encode(claims));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
    format!("{message}.{}", BASE64URL_NOPAD.encode(tag.as_ref()))
}

/// Every forged or bent token there is here, with what is wrong with it.
fn bent(ring: &Ring) -> Vec<(String, String)> {
    let key = ring.signing().unwrap();
    let kid = header(key)["kid"].as_str().unwrap().to_owned();
    let sound_alg = header(key)["alg"].clone();
    let sound_header = header_with(key, json!({}));
    let sound_claims = claims_with(json!({}));
    let sound = forge(key, &sound_header, &sound_claims);
    let (message, signature) = sound.rsplit_once('.').unwrap();
    let (header, payload) = message.split_once('.').unwrap();
    let mut all: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, token: String| all.push((what.to_owned(), token));

    // Form (RFC 8725 §3.11, §3.12).
    add("nothing", String::new());
    add("two parts", message.to_owned());
    add("four parts", format!("{sound}.{signature}"));
    add(
        "five parts, as encrypted",
        format!("{header}.{payload}.{payload}.{payload}.{signature}"),
    );
    add("padded", format!("{sound}="));
    add("a space before", format!(" {sound}"));
    add("a line end after", format!("{sound}\n"));
    add("not base64url", format!("{header}.{payload}.!!!!"));
    add(
        "standard base64",
        format!("{message}.{}", signature.replace(['-', '_'], "+")) + "+/",
    );
    add("only dots", "..".to_owned());
    add(
        "JSON serialisation",
        json!({"protected": header, "payload": payload, "signature": signature}).to_string(),
    );
    add(
        "huge",
        forge(key, &sound_header, &claims_with(json!({"x": "x".repeat(5000)}))),
    );
    add("header no object", forge(key, "[]", &sound_claims));
    add("header broken", forge(key, "{\"alg\":", &sound_claims));
    add("claims no object", forge(key, &sound_header, "[]"));
    add("claims empty", forge(key, &sound_header, "{}"));
    add("claims not JSON", forge(key, &sound_header, "exp=9999999999"));
    add("claims not UTF-8", {
        let message = format!("{header}.{}", BASE64URL_NOPAD.encode(b"{\"iss\":\"\xff\"}"));
        format!("{message}.{signature}")
    });

    // Signature.
    add("no signature", format!("{message}."));
    add(
        "signature of zeros",
        format!("{message}.{}", BASE64URL_NOPAD.encode(&[0; 64])),
    );
    add("signature cut", format!("{message}.{}", &signature[..84]));
    add(
        "signature too long",
        format!("{message}.{}", BASE64URL_NOPAD.encode(&[1; 72])),
    );
    add("another claim set's signature", {
        let other = forge(key, &sound_header, &claims_with(json!({"jti": "other"})));
        format!("{message}.{}", other.rsplit_once('.').unwrap().1)
    });
    add("claims exchanged", {
        let owner = BASE64URL_NOPAD.encode(claims_with(json!({"roles": ["owner"]})).as_bytes());
        format!("{header}.{owner}.{signature}")
    });

    // Algorithm (RFC 8725 §3.1).
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        let header = header_with(key, json!({"alg": alg}));
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let message = format!("{}.{}", encode(&header), encode(&sound_claims));
        add(&format!("alg {alg:?} unsigned"), format!("{message}."));
        add(&format!("alg {alg:?} signed"), forge(key, &header, &sound_claims));
    }
    for alg in [
        "HS256", "ES256", "ES384", "RS256", "RS512", "PS256", "EdDSA", "Ed25519", "es256", "ES256K",
    ] {
        if sound_alg == alg {
            continue;
        }
        let header = header_with(key, json!({"alg": alg}));
        add(&format!("alg {alg}"), forge(key, &header, &sound_claims));
    }
    for secret in [
        public_bytes(key),
        public_bytes(key)[1..].to_vec(),
        kid.clone().into_bytes(),
        Vec::new(),
    ] {
        let header = header_with(key, json!({"alg": "HS256"}));
        add("the public key as a secret", hs256(&header, &sound_claims, &secret));
        add(
            "the same under its own algorithm",
            hs256(&sound_header, &sound_claims, &secret),
        );
    }
    add(
        "no alg",
        forge(key, &header_with(key, json!({"alg": null})), &sound_claims),
    );
    add(
        "alg a list",
        forge(key, &header_with(key, json!({"alg": [sound_alg]})), &sound_claims),
    );
    add("alg twice", {
        let twice = sound_header.replacen('{', "{\"alg\":\"none\",", 1);
        forge(key, &twice, &sound_claims)
    });

    // Type and key (RFC 8725 §3.11; RFC 9068 §4).
    for typ in [
        json!(null),
        json!("JWT"),
        json!("at+JWT"),
        json!("application/at+jwt"),
        json!("id+jwt"),
        json!(1),
    ] {
        let header = header_with(key, json!({"typ": typ}));
        add(&format!("typ {typ}"), forge(key, &header, &sound_claims));
    }
    for kid in [
        json!(null),
        json!(""),
        json!("../../../../dev/null"),
        json!("' OR 1=1 --"),
        json!(kid.to_lowercase()),
        json!(format!("{kid} ")),
        json!(&kid[..15]),
        json!([kid]),
        json!(0),
    ] {
        let header = header_with(key, json!({"kid": kid}));
        add(&format!("kid {kid}"), forge(key, &header, &sound_claims));
    }
    for (name, value) in [
        ("jku", json!("https://attacker.example/keys")),
        ("jwk", json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"})),
        ("x5u", json!("https://attacker.example/chain")),
        ("x5c", json!(["AA=="])),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("zip", json!("DEF")),
        ("cty", json!("JWT")),
        ("other", json!("member")),
    ] {
        let header = header_with(key, json!({ name: value }));
        add(&format!("header with {name}"), forge(key, &header, &sound_claims));
    }

    // Claims.
    for name in [
        "iss",
        "sub",
        "aud",
        "exp",
        "iat",
        "jti",
        "client_id",
        "sid",
        "scope",
        "assurance",
        "roles",
    ] {
        add(
            &format!("no {name}"),
            forge(key, &sound_header, &claims_with(json!({ name: null }))),
        );
        let nulled = sound_claims.replacen('{', &format!("{{\"{name}\":null,"), 1);
        add(&format!("{name} null and again"), forge(key, &sound_header, &nulled));
    }
    for (name, value) in [
        ("iss", json!("https://club.example.org/")),
        ("iss", json!("https://CLUB.example.org")),
        ("iss", json!("https://attacker.example")),
        ("iss", json!([ISSUER])),
        ("iss", json!(1)),
        ("aud", json!([HALL])),
        ("aud", json!([HALL, "https://attacker.example"])),
        ("aud", json!(ISSUER)),
        ("aud", json!(OURS)),
        ("aud", json!("https://hall.example.org/")),
        ("aud", json!("https://HALL.example.org")),
        ("aud", json!([])),
        ("aud", json!("https://other.example")),
        ("aud", json!("")),
        ("aud", json!({"0": HALL})),
        ("exp", json!(NOW.seconds())),
        ("exp", json!(NOW.seconds() - 1)),
        ("exp", json!((NOW.seconds() + 600).to_string())),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(true)),
        ("exp", json!(u64::MAX)),
        ("iat", json!("now")),
        ("iat", json!(NOW.seconds() + 601)),
        ("jti", json!(7)),
        ("client_id", json!("attacker")),
        ("client_id", json!(["vouchsafe"])),
        ("sub", json!("person_1")),
        ("sub", json!(["person_01h455vb4pex5vsknk084sn02q"])),
        ("sub", json!("session_01h455vb4pex5vsknk084sn02q")),
        ("sid", json!("AAAA")),
        ("sid", json!(7)),
        ("assurance", json!("absolute")),
        ("assurance", json!(3)),
        ("scope", json!("assurance")),
        ("scope", json!("roles")),
        ("scope", json!("")),
        ("scope", json!("assurance roles names")),
        ("scope", json!(["assurance", "roles"])),
        ("auth_time", json!(NOW.seconds())),
        ("auth_time", json!("now")),
        ("roles", json!("member")),
        ("roles", json!(["member", "owner"])),
        ("roles", json!([])),
        ("roles", json!(["god"])),
        ("roles", json!([["owner"]])),
    ] {
        let token = forge(key, &sound_header, &claims_with(json!({ name: value })));
        add(&format!("{name} {value}"), token);
    }
    all
}

#[test]
fn nothing_that_is_forged_or_bent_is_accepted() {
    for algorithm in ALGORITHMS {
        nothing_bent_is_accepted(&ring_of(&[algorithm, algorithm]));
    }
}

fn nothing_bent_is_accepted(ring: &Ring) {
    let access = access();
    let all = bent(ring);
    assert!(all.len() >= 100, "{}", all.len());
    let sound = issue(ring, &claims());
    assert!(access.verify(&sound, ring, NOW).is_ok());
    // What the bent ones are bent from is accepted, or each would be refused for another reason than its own.
    let key = ring.signing().unwrap();
    let unbent = forge(key, &header_with(key, json!({})), &claims_with(json!({})));
    assert!(access.verify(&unbent, ring, NOW).is_ok());
    let verified = Verified::default();
    for (what, token) in all {
        assert_ne!(token, sound, "{what}");
        let outcome = verified.get(&token, NOW, || access.verify(&token, ring, NOW));
        let outcome = outcome.and_then(|claims| claims.are_for(HALL));
        assert!(outcome.is_err(), "accepted: {what}: {token}");
    }
    // None of one kind passes for the other, whatever claims it has.
    for (changes, audience) in [
        (json!({"auth_time": null}), OURS),
        (json!({"scope": "assurance roles"}), OURS),
        (json!({"auth_time": null, "scope": ""}), OURS),
        (json!({"roles": ["owner"]}), OURS),
        (json!({"aud": HALL}), OURS),
        (json!({}), HALL),
        (json!({}), ISSUER),
    ] {
        let bent = changed(serde_json::to_value(our_claims()).unwrap(), changes.clone());
        let token = forge(key, &header_with(key, json!({})), &bent);
        let outcome = access
            .verify(&token, ring, NOW)
            .and_then(|claims| claims.are_for(audience));
        assert!(outcome.is_err(), "accepted for {audience}: {changes}");
    }
}

/// Each byte of a token changed in turn: no signature is good for two texts.
#[test]
fn no_changed_character_is_overlooked() {
    let access = access();
    for algorithm in ALGORITHMS {
        let ring = ring_of(&[algorithm]);
        let token = issue(&ring, &claims());
        for place in 0..token.len() {
            let mut bent = token.clone().into_bytes();
            bent[place] = if bent[place] == b'A' { b'Q' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert!(access.verify(&bent, &ring, NOW).is_err(), "character {place}");
        }
    }
}
