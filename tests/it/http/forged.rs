//! Forged and bent tokens, each at every operation that takes one: none is let in anywhere.
//!
//! Where a signature is needed it is made with the service's own key, so that the one thing that is bent
//! decides; the control at the end shows that what is not bent is let in everywhere.

use aws_lc_rs::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, KeyPair,
    },
};
use data_encoding::{BASE64, BASE64URL_NOPAD, HEXUPPER};
use serde_json::{Value, json};
use vouchsafe::{
    http::rights::{Access, OPERATIONS},
    platform::{
        store::{Backend, StoreError},
        terms::Role,
        vault::{Field, Subject},
    },
};

use super::{Operation, Scene, form, new_service, nobody, texts};
use crate::support::{
    db::Database,
    service::{Tokens, text},
};

/// The service's own private key, as PKCS #8.
async fn own_key(db: &Database, scene: &Scene) -> Vec<u8> {
    let row = texts(
        db,
        "SELECT hex(private_sealed) || '/' || subject_id AS t FROM signing_keys",
    )
    .remove(0);
    let (sealed, subject) = row.split_once('/').expect("two parts");
    let (sealed, subject) = (HEXUPPER.decode(sealed.as_bytes()).unwrap(), subject.parse().unwrap());
    let core = &scene.service.app.core;
    let vault = core.vault.clone();
    let opened = core.ledger.store().read(move |conn| {
        let der = vault.key(conn, Subject(subject))?.open(Field::SigningKey, &sealed)?;
        Ok::<_, StoreError>(der.to_vec())
    });
    opened.await.expect("the key")
}

/// Makes tokens of anything.
struct Forge {
    der: Vec<u8>,
    header: Value,
    claims: Value,
}

fn part(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn sign(der: &[u8], algorithm: &'static EcdsaSigningAlgorithm, message: &str) -> Vec<u8> {
    let pair = EcdsaKeyPair::from_pkcs8(algorithm, der).expect("a key");
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes());
    signature.expect("a signature").as_ref().to_vec()
}

impl Forge {
    /// Signed as it should be, whatever it says.
    fn text(&self, header: &str, claims: &str) -> String {
        let message = format!("{}.{}", part(header.as_bytes()), part(claims.as_bytes()));
        let signature = sign(&self.der, &ECDSA_P256_SHA256_FIXED_SIGNING, &message);
        format!("{message}.{}", part(&signature))
    }

    fn of(&self, header: &Value, claims: &Value) -> String {
        self.text(&header.to_string(), &claims.to_string())
    }

    /// With one member of the header set, or taken out.
    fn header(&self, name: &str, value: Value) -> String {
        self.of(&bent(&self.header, name, value), &self.claims)
    }

    /// With one claim set, or taken out.
    fn claim(&self, name: &str, value: Value) -> String {
        self.of(&self.header, &bent(&self.claims, name, value))
    }
}

/// `null` takes the member out.
fn bent(object: &Value, name: &str, value: Value) -> Value {
    let mut bent = object.clone();
    match value {
        Value::Null => drop(bent.as_object_mut().unwrap().remove(name)),
        value => bent[name] = value,
    }
    bent
}

/// Every forgery, by name.
fn forgeries(forge: &Forge, sound: &str, other: &str) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = Vec::new();
    let parts: Vec<&str> = sound.split('.').collect();
    let [head, body, seal] = parts[..] else {
        panic!("{sound}")
    };
    let mut add = |name: &str, token: String| all.push((name.to_owned(), token));
    let unsigned = |alg: &str, tail: &str| {
        let header = bent(&forge.header, "alg", json!(alg));
        format!("{}.{body}.{tail}", part(header.to_string().as_bytes()))
    };
    for alg in ["none", "None", "NONE", "nOnE", ""] {
        add(&format!("alg {alg:?}, no signature"), unsigned(alg, ""));
        add(&format!("alg {alg:?}, the old signature"), unsigned(alg, seal));
    }
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &forge.der).unwrap();
    let public = pair.public_key().as_ref().to_vec();
    for (name, secret) in [
        ("bytes", public.clone()),
        ("base64", BASE64.encode(&public).into_bytes()),
        ("nothing", Vec::new()),
    ] {
        let header = bent(&forge.header, "alg", json!("HS256"));
        let message = format!("{}.{body}", part(header.to_string().as_bytes()));
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), message.as_bytes());
        add(
            &format!("HS256 by the public key's {name}"),
            format!("{message}.{}", part(tag.as_ref())),
        );
    }
    for alg in [
        "HS256", "HS512", "RS256", "PS256", "ES384", "ES512", "EdDSA", "ES256K", "es256",
    ] {
        add(
            &format!("alg {alg}, signed by our key"),
            forge.header("alg", json!(alg)),
        );
    }
    add("alg missing", forge.header("alg", Value::Null));
    add("alg a list", forge.header("alg", json!(["ES256"])));
    for typ in [json!("JWT"), json!("jwt"), json!(""), json!(7), Value::Null] {
        add(&format!("typ {typ}"), forge.header("typ", typ));
    }
    for kid in [
        json!("../../etc/passwd"),
        json!("/dev/null"),
        json!("' OR 1=1 --"),
        json!(""),
        json!("x".repeat(16)),
        json!(["a"]),
        json!(1),
        Value::Null,
    ] {
        add(&format!("kid {kid}"), forge.header("kid", kid));
    }
    let foreign = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
    let message = format!("{head}.{body}");
    let by_other = sign(foreign.as_ref(), &ECDSA_P256_SHA256_FIXED_SIGNING, &message);
    add("another's key", format!("{message}.{}", part(&by_other)));
    let mut own = forge.header.clone();
    let point = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, foreign.as_ref()).unwrap();
    let point = point.public_key().as_ref().to_vec();
    own["jwk"] = json!({ "kty": "EC", "crv": "P-256", "x": part(&point[1..33]), "y": part(&point[33..]) });
    let message = format!("{}.{body}", part(own.to_string().as_bytes()));
    let by_own = sign(foreign.as_ref(), &ECDSA_P256_SHA256_FIXED_SIGNING, &message);
    add("a key in its own header", format!("{message}.{}", part(&by_own)));
    let der = sign(&forge.der, &ECDSA_P256_SHA256_ASN1_SIGNING, &format!("{head}.{body}"));
    add("a signature in DER", format!("{head}.{body}.{}", part(&der)));
    add("a signature of zeros", format!("{head}.{body}.{}", part(&[0; 64])));
    add("a cut signature", format!("{head}.{body}.{}", &seal[..seal.len() - 2]));
    add("a longer signature", format!("{sound}AAAA"));
    add("no signature", format!("{head}.{body}."));
    add("two parts", format!("{head}.{body}"));
    add("four parts", format!("{sound}.{seal}"));
    add("five parts", format!("{sound}.{seal}.{seal}"));
    add("padding", format!("{sound}="));
    add(
        "other claims",
        format!(
            "{head}.{}.{seal}",
            part(bent(&forge.claims, "roles", json!(["owner"])).to_string().as_bytes())
        ),
    );
    for aud in [
        json!([forge.claims["aud"]]),
        json!("https://other.example"),
        json!(""),
        json!(1),
        Value::Null,
    ] {
        add(&format!("aud {aud}"), forge.claim("aud", aud));
    }
    for iss in [
        json!("https://other.example"),
        json!(format!("{}/", text(&forge.claims["iss"]))),
        json!([]),
        Value::Null,
    ] {
        add(&format!("iss {iss}"), forge.claim("iss", iss));
    }
    let now = forge.claims["iat"].as_i64().unwrap();
    for exp in [
        json!(now - 1),
        json!(now),
        json!(0),
        json!(-1),
        json!("never"),
        json!([]),
        json!(true),
        Value::Null,
    ] {
        add(&format!("exp {exp}"), forge.claim("exp", exp));
    }
    for sub in [
        json!(other),
        json!(nobody("person")),
        json!("1"),
        json!(1),
        json!(""),
        Value::Null,
    ] {
        add(&format!("sub {sub}"), forge.claim("sub", sub));
    }
    for sid in [json!(part(&[7; 16])), json!("x"), json!(1), json!([]), Value::Null] {
        add(&format!("sid {sid}"), forge.claim("sid", sid));
    }
    add("a list of claims", forge.text(&forge.header.to_string(), "[]"));
    add("claims that are no JSON", forge.text(&forge.header.to_string(), "{"));
    add(
        "exp twice",
        forge.text(
            &forge.header.to_string(),
            &forge.claims.to_string().replacen('{', r#"{"exp":99999999999,"#, 1),
        ),
    );
    add("crit", forge.header("crit", json!(["b64"])));
    add("8 KiB", forge.claim("jti", json!("x".repeat(6000))));
    add("no token at all", "x".repeat(600));
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_forged_token_is_let_in_anywhere() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    let service = &scene.service;
    let (other, _) = scene.member("other", Role::Owner).await;
    let credentials = new_service(service).await;
    let Tokens {
        access: sound, hall, ..
    } = service.session(scene.owner.row).await;
    let read = |part: &str| serde_json::from_slice::<Value>(&BASE64URL_NOPAD.decode(part.as_bytes()).unwrap()).unwrap();
    let parts: Vec<&str> = sound.split('.').collect();
    let forge = Forge {
        der: own_key(&db, &scene).await,
        header: read(parts[0]),
        claims: read(parts[1]),
    };
    let for_hall = Forge {
        der: forge.der.clone(),
        header: forge.header.clone(),
        claims: read(hall.split('.').nth(1).unwrap()),
    };
    let shown = forgeries(&for_hall, &hall, &other.id.to_string());
    let mut forgeries = forgeries(&forge, &sound, &other.id.to_string());
    assert!(
        forgeries.len() >= 60 && shown.len() >= 60,
        "{} forgeries",
        forgeries.len()
    );
    // What a service was shown is sound, and opens nothing here; nor does what was made of it.
    for (name, claims) in [
        ("for the hall", for_hall.claims.clone()),
        (
            "for the hall, now for us",
            bent(&for_hall.claims, "aud", forge.claims["aud"].clone()),
        ),
        ("for us, with roles", bent(&forge.claims, "roles", json!(["owner"]))),
        (
            "for the issuer",
            bent(&forge.claims, "aud", forge.claims["iss"].clone()),
        ),
    ] {
        forgeries.push((name.to_owned(), forge.of(&forge.header, &claims)));
    }
    let takes = |operation: &Operation, wanted: fn(Access) -> bool| {
        let known = OPERATIONS.iter().find(|known| known.id == operation.id);
        known.is_some_and(|known| wanted(known.access))
    };
    let (operations, rest): (Vec<_>, Vec<_>) = Operation::all()
        .into_iter()
        .partition(|operation| takes(operation, |access| matches!(access, Access::Roles(_))));
    assert!(operations.len() > 25, "{} operations", operations.len());
    // Somebody's way in, each step of which takes a token of its own kind.
    let steps: Vec<Operation> = rest
        .into_iter()
        .filter(|operation| takes(operation, |access| access == Access::Flow))
        .collect();
    assert!(steps.iter().filter(|step| step.verb == "POST").count() >= 4);
    let (flow, flow_token) = service.begin(&scene.link(1).await).await;
    let path = |operation: &Operation| {
        let path = operation
            .path
            .replace("{room}", "stage")
            .replace("{ticket}", &nobody("ticket"))
            .replace("{server}", &nobody("server"));
        path.replace("{id}", &other.id.to_string())
            .replace("{sanction}", &nobody("sanction"))
            .replace("{application}", &nobody("application"))
    };
    let before = Scene::events(&db);
    for (name, token) in &forgeries {
        for operation in &operations {
            let request = operation.request(service, &path(operation)).bearer_auth(token);
            let answer = service.send(request).await;
            let status = answer.status.as_u16();
            // What is longer than a header may be is refused by the server itself.
            assert!(
                status == 401 || token.len() > 4000 && (400..500).contains(&status),
                "{name} at {}: {answer:?}",
                operation.id
            );
            assert!(!answer.body.to_string().contains(token.as_str()), "{name} is repeated");
        }
        for step in &steps {
            let request = step.request(service, &step.path.replace("{flow}", &flow));
            let answer = service.send(request.bearer_auth(token)).await;
            assert!(answer.status.is_client_error(), "{name} at {}: {answer:?}", step.id);
            let slug = answer.body["type"].as_str().unwrap_or_default();
            assert!(
                token.len() > 4000 || slug.ends_with("flow-unknown") || slug.ends_with("unauthenticated"),
                "{name} at {}: {answer:?}",
                step.id
            );
        }
        // Whatever a token of ours cannot open, it cannot end.
        for by in [None, Some(&credentials)] {
            let revoked = form(service, "/oauth/revoke", by, &[("token", token)]).await;
            assert!(
                revoked.status == 200 || revoked.status.is_client_error(),
                "{name}: {revoked:?}"
            );
            let own = service.get(&sound, "/v1/me").await;
            assert_eq!(own.status, 200, "{name} ended the session that it names");
        }
        let fresh = form(
            service,
            "/oauth/token",
            None,
            &[("grant_type", "refresh_token"), ("refresh_token", token)],
        )
        .await;
        assert!(fresh.status.is_client_error(), "{name}: {fresh:?}");
    }
    // To the service that it claims to be for, none is any better.
    for (name, token) in &shown {
        let told = form(service, "/oauth/introspect", Some(&credentials), &[("token", token)]).await;
        assert!(
            told.body["active"] == false || told.status.is_client_error(),
            "{name}: {told:?}"
        );
    }
    assert_eq!(Scene::events(&db), before, "something happened");

    // The control: what the same forge makes unbent is let in, and so was the original throughout.
    for token in [&sound, &forge.of(&forge.header, &forge.claims)] {
        service.get(token, "/v1/me").await.expect(200);
    }
    for token in [&hall, &for_hall.of(&for_hall.header, &for_hall.claims)] {
        let told = form(service, "/oauth/introspect", Some(&credentials), &[("token", token)])
            .await
            .expect(200);
        assert_eq!(told["active"], true);
    }
    let begun = service.get(&flow_token, &format!("/v1/onboarding/{flow}")).await;
    assert_eq!(begun.expect(200)["flow"], flow.as_str());
    // And what is not bent ends the session that it names.
    form(service, "/oauth/revoke", None, &[("token", &sound)])
        .await
        .expect(200);
    service.get(&sound, "/v1/me").await.refused(401, "session-ended");
    scene.service.stop().await;
}
