//! What is issued is accepted; nothing else is.

use aws_lc_rs::hmac;
use serde_json::{Value, json};

use super::*;
use crate::{
    platform::{
        terms::{PersonRow, SeededRng},
        vault::Keyring,
    },
    tokens::{
        keys::{
            SigningKey,
            tests::{forge, header, public_bytes, ring},
        },
        sessions::Holder,
    },
};

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
    let text = serde_json::to_vec(claims).unwrap();
    ring.newest().unwrap().sign(&text).unwrap()
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

/// Whoever checks tokens with a well-kept library accepts what we issue, and only that.
#[test]
fn a_library_of_others_says_the_same() {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};

    let ring = ring(1);
    let key = ring.newest().unwrap();
    let set: Value = serde_json::from_str(&ring.published().body).unwrap();
    let jwk = serde_json::from_value(set["keys"][0].clone()).unwrap();
    let public = DecodingKey::from_jwk(&jwk).unwrap();
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_issuer(&[ISSUER]);
    validation.set_audience(&[HALL]);
    validation.validate_exp = false;
    let token = issue(&ring, &claims());
    let read = decode::<Claims>(&token, &public, &validation).unwrap();
    assert_eq!(read.claims, claims());
    assert_eq!(decode_header(&token).unwrap(), read.header);
    let (message, _) = token.rsplit_once('.').unwrap();
    let foreign = forge(
        super::super::keys::tests::ring(1).newest().unwrap(),
        &header_with(key, json!({})),
        &claims_with(json!({})),
    );
    let (_, signature) = foreign.rsplit_once('.').unwrap();
    assert!(decode::<Claims>(format!("{message}.{signature}"), &public, &validation).is_err());
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
fn an_older_key_still_verifies_and_a_foreign_one_never() {
    let access = access();
    let (ours, theirs) = (ring(3), ring(1));
    let token = issue(&theirs, &claims());
    assert_eq!(access.verify(&token, &ours, NOW), Err(Bad::Header));
    // Theirs, under the name of one of ours.
    let header = header_with(ours.newest().unwrap(), json!({}));
    let claims = serde_json::to_string(&claims()).unwrap();
    let forged = forge(theirs.newest().unwrap(), &header, &claims);
    assert_eq!(access.verify(&forged, &ours, NOW), Err(Bad::Content));
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
    let key = ring.newest().unwrap();
    let kid = header(key)["kid"].as_str().unwrap().to_owned();
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
    for alg in ["HS256", "ES384", "RS256", "PS256", "EdDSA", "es256", "ES256K"] {
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
        add("the same under ES256", hs256(&sound_header, &sound_claims, &secret));
    }
    add(
        "no alg",
        forge(key, &header_with(key, json!({"alg": null})), &sound_claims),
    );
    add(
        "alg a list",
        forge(key, &header_with(key, json!({"alg": ["ES256"]})), &sound_claims),
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
    let (access, ring) = (access(), ring(2));
    let all = bent(&ring);
    assert!(all.len() >= 100, "{}", all.len());
    let sound = issue(&ring, &claims());
    assert!(access.verify(&sound, &ring, NOW).is_ok());
    // What the bent ones are bent from is accepted, or each would be refused for another reason than its own.
    let key = ring.newest().unwrap();
    let unbent = forge(key, &header_with(key, json!({})), &claims_with(json!({})));
    assert!(access.verify(&unbent, &ring, NOW).is_ok());
    let verified = Verified::default();
    for (what, token) in all {
        assert_ne!(token, sound, "{what}");
        let outcome = verified.get(&token, NOW, || access.verify(&token, &ring, NOW));
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
            .verify(&token, &ring, NOW)
            .and_then(|claims| claims.are_for(audience));
        assert!(outcome.is_err(), "accepted for {audience}: {changes}");
    }
}

/// Each byte of a token changed in turn: no signature is good for two texts.
#[test]
fn no_changed_character_is_overlooked() {
    let (access, ring) = (access(), ring(1));
    let token = issue(&ring, &claims());
    for place in 0..token.len() {
        let mut bent = token.clone().into_bytes();
        bent[place] = if bent[place] == b'A' { b'Q' } else { b'A' };
        let bent = String::from_utf8(bent).unwrap();
        assert!(access.verify(&bent, &ring, NOW).is_err(), "character {place}");
    }
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
    for number in 0..SHARDS * GENERATION * 4 {
        verified.get(&number.to_string(), NOW, || Ok(claims())).unwrap();
    }
    let held = verified.shards.iter().map(|shard| {
        let shard = shard.lock().unwrap();
        shard.young.len() + shard.old.len()
    });
    assert!(held.sum::<usize>() <= SHARDS * GENERATION * 2);
    // What is asked for again and again stays.
    let asked = std::cell::Cell::new(0);
    for number in 0..SHARDS * GENERATION * 4 {
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
