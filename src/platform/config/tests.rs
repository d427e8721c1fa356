//! The layers and the mistakes, with neither a process environment nor a disk.

use std::{collections::HashMap, ffi::OsString, io, path::Path};

use proptest::prelude::*;
use secrecy::ExposeSecret;

use super::*;

#[derive(Default)]
struct Shelf(HashMap<PathBuf, Found>);

impl Shelf {
    fn with(mut self, path: &str, text: &str) -> Self {
        self.0.insert(
            path.into(),
            Found {
                text: text.into(),
                world_readable: false,
            },
        );
        self
    }
    fn open_to_all(mut self, path: &str, text: &str) -> Self {
        self.0.insert(
            path.into(),
            Found {
                text: text.into(),
                world_readable: true,
            },
        );
        self
    }
}

impl Files for Shelf {
    fn read(&self, path: &Path) -> io::Result<Found> {
        self.0
            .get(path)
            .cloned()
            .ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

fn load(shelf: &Shelf, environment: &[(&str, &str)], sets: &[&str]) -> Result<Config, Vec<Mistake>> {
    Config::load(&Sources {
        file: None,
        environment: environment
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect(),
        sets: sets.iter().map(ToString::to_string).collect(),
        files: shelf,
    })
}

fn file(text: &str) -> Result<Config, Vec<Mistake>> {
    load(&Shelf::default().with("vouchsafe.toml", text), &[], &[])
}

/// Each mistake as `origin: key: wrong`.
fn said(result: Result<Config, Vec<Mistake>>) -> Vec<String> {
    let mistakes = result.expect_err("a mistake");
    assert!(mistakes.iter().all(|mistake| !mistake.mend.is_empty()), "{mistakes:?}");
    mistakes
        .iter()
        .map(|mistake| format!("{}: {}: {}", mistake.origin, mistake.key, mistake.wrong))
        .collect()
}

#[test]
fn no_mistake_repeats_more_than_a_hundred_characters() {
    let long = "q".repeat(5000);
    let environment = [
        format!("VOUCHSAFE_HTTP__{}", long.to_uppercase()),
        "VOUCHSAFE_HTTP__TRUSTED_PROXIES".into(),
        "VOUCHSAFE_HTTP__WORKERS".into(),
    ];
    let environment: Vec<(&str, &str)> = environment.iter().map(|name| (name.as_str(), long.as_str())).collect();
    let sets = [
        format!("{long}=1"),
        format!("http.workers={long}"),
        format!("http.public_url={long}"),
        long.clone(),
    ];
    let sets: Vec<&str> = sets.iter().map(String::as_str).collect();
    let text = format!("[http]\n{long} = 1\nworkers = \"{long}\"\nlisten = \"{long}\"\n[{long}]\nx = 1\n");
    let shelf = Shelf::default().with("vouchsafe.toml", &text);
    let mistakes = load(&shelf, &environment, &sets).expect_err("mistakes");
    assert!(mistakes.len() >= 8, "{}", mistakes.len());
    for mistake in mistakes {
        for part in [mistake.to_string(), mistake.wrong, mistake.mend] {
            let longest = part.to_lowercase().split(|c| c != 'q').map(str::len).max();
            assert!(longest <= Some(100), "{part}");
        }
    }
}

#[test]
fn nothing_given_is_sound_and_embedded() {
    let config = load(&Shelf::default(), &[], &[]).unwrap();
    assert_eq!(config.http.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.http.public_url.as_str(), "http://127.0.0.1:8080");
    assert_eq!(config.token.audience, "http://127.0.0.1:8080/v1");
    assert_eq!(config.store.url.expose_secret(), "sqlite://data/vouchsafe.db");
    assert_eq!(config.mail.from.to_string(), "Vouchsafe <no-reply@vouchsafe.localhost>");
    assert!(config.store.is_sqlite() && config.vault.create_keyring);
    assert!(
        !config.http.trusts([127, 0, 0, 1].into()),
        "no proxy is trusted unasked"
    );
}

#[test]
fn each_layer_covers_the_one_below() {
    let shelf = Shelf::default()
        .with("vouchsafe.toml", "[store]\nwait_ms = 1\n")
        .with("named.toml", "[http]\nworkers = 1\n")
        .with(
            "flag.toml",
            "[http]\nworkers = 1\ndrain_seconds = 1\nbody_limit_bytes = 2048\n",
        );
    let environment = [
        ("VOUCHSAFE_CONFIG", "named.toml"),
        ("VOUCHSAFE_HTTP__WORKERS", "2"),
        ("VOUCHSAFE_HTTP__DRAIN_SECONDS", "2"),
        ("VOUCHSAFE_HTTP__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
        ("HTTP__WORKERS", "nonsense"),
    ];
    let config = load(&shelf, &environment, &["http.workers=3"]).unwrap();
    assert_eq!((config.http.workers, config.http.drain_seconds), (3, 2));
    assert_eq!(config.http.body_limit_bytes, 65_536, "the variable names another file");
    assert!(config.http.trusts([10, 9, 8, 7].into()) && !config.http.trusts([11, 0, 0, 1].into()));

    let sources = Sources {
        file: Some("flag.toml".into()),
        environment: environment
            .iter()
            .map(|&(name, value)| (name.into(), value.into()))
            .collect(),
        sets: vec!["http.workers=3".into(), "http.workers=4".into()],
        files: &shelf,
    };
    let config = Config::load(&sources).unwrap();
    assert_eq!(
        (
            config.http.workers,
            config.http.drain_seconds,
            config.http.body_limit_bytes
        ),
        (4, 2, 2048)
    );
}

#[test]
fn what_hangs_on_another_value_follows_it_unless_said() {
    for (listen, url) in [
        ("0.0.0.0:9000", "http://127.0.0.1:9000"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("127.0.0.1:81", "http://127.0.0.1:81"),
    ] {
        let config = load(&Shelf::default(), &[], &[&format!("http.listen={listen}")]).unwrap();
        assert_eq!(
            (config.http.public_url.as_str(), config.token.audience.as_str()),
            (url, format!("{url}/v1").as_str())
        );
        assert!(config.http.public_url.is_loopback());
    }
    let config = file("[http]\npublic_url = 'https://v.example'\n[store]\nurl = 'postgres://localhost/v'").unwrap();
    assert_eq!(config.token.audience, "https://v.example/v1");
    assert!(!config.vault.create_keyring);
    let config =
        file("[token]\naudience = 'rooms'\n[vault]\ncreate_keyring = true\n[store]\nurl = 'postgres://h/v'").unwrap();
    assert_eq!(config.token.audience, "rooms");
    assert!(config.vault.create_keyring);

    let networks = |text: &str| -> Vec<String> {
        let networks = file(text).unwrap().egress.networks;
        networks.iter().map(ToString::to_string).collect()
    };
    assert_eq!(networks(""), ["127.0.0.0/8", "::1"]);
    assert_eq!(
        networks("http.public_url = 'http://localhost:9'"),
        ["127.0.0.0/8", "::1"]
    );
    assert!(networks("http.public_url = 'https://v.example'").is_empty());
    assert!(networks("egress.networks = []").is_empty());
    assert_eq!(
        networks("http.public_url = 'https://v.example'\negress.networks = ['10.0.0.7']"),
        ["10.0.0.7"]
    );
}

/// What Kubernetes sets in each pod for these services, and Docker for a link of that name.
#[test]
fn what_a_cluster_sets_is_no_setting() {
    for service in [
        "VOUCHSAFE",
        "VOUCHSAFE_HTTP",
        "VOUCHSAFE_MAIL_SMTP",
        "VOUCHSAFE_STORE",
        "VOUCHSAFE_A__B",
    ] {
        let set = |rest: &str, value: &str| (format!("{service}{rest}"), value.to_owned());
        let variables = [
            set("_SERVICE_HOST", "10.0.0.1"),
            set("_SERVICE_PORT", "80"),
            set("_SERVICE_PORT_HTTP_ADMIN", "80"),
            set("_PORT", "tcp://10.0.0.1:80"),
            set("_PORT_80_TCP", "tcp://10.0.0.1:80"),
            set("_PORT_80_TCP_PROTO", "tcp"),
            set("_PORT_80_TCP_PORT", "80"),
            set("_PORT_80_TCP_ADDR", "10.0.0.1"),
            set("_PORT_53_UDP", "udp://10.0.0.1:53"),
            set("_PORT_53_UDP_ADDR", "fd00::1"),
            set("_NAME", "/web/vouchsafe"),
        ];
        // Docker's own would be read as a setting there, and is not set by anybody who has such a name.
        let variables = &variables[..if service.contains("__") { 10 } else { 11 }];
        let given: Vec<_> = variables
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        let config = load(&Shelf::default(), &given, &[]).unwrap_or_else(|mistakes| panic!("{service}: {mistakes:?}"));
        assert_eq!(config.mail.smtp.port, 587);
    }
    // What is ours is told, right or misspelt.
    let config = load(&Shelf::default(), &[("VOUCHSAFE_MAIL__SMTP__PORT", "25")], &[]).unwrap();
    assert_eq!(config.mail.smtp.port, 25);
    for (name, value) in [
        ("VOUCHSAFE_MAIL_SMTP_PORT", "25"),
        ("VOUCHSAFE_MAIL__SMTP__PORT", "tcp://10.0.0.1:25"),
        ("VOUCHSAFE_MAIL__SMTP__PORTS", "25"),
        ("VOUCHSAFE_HTTP_LISTEN", "tcp://10.0.0.1:25"),
        ("VOUCHSAFE_HTTP__LISTEN", "tcp://10.0.0.1:25"),
        ("VOUCHSAFE_HTTP__LISTENS", "0.0.0.0:80"),
        ("VOUCHSAFE_HTTP__PORT", "80"),
    ] {
        let said = said(load(&Shelf::default(), &[(name, value)], &[]));
        assert!(said.len() == 1 && said[0].contains(name), "{name}: {said:?}");
    }
}

#[test]
fn every_mistake_of_every_layer_at_once() {
    let text = "\
[http]
listen = 'nowhere'
workers = 'many'
body_limit_bytes = 1
pool_size = 3

[sotre]
url = 'sqlite://x'

[log]
format = 'xml'
filter = = 'info'

[mail]
from = 'nobody'
[mail.smtp]
port = 70000
";
    let shelf = Shelf::default().with("vouchsafe.toml", text);
    let environment = [
        ("VOUCHSAFE_PORT", "tcp://10.0.0.1:80"),
        ("VOUCHSAFE_HTTP_LISTEN", "127.0.0.1:1"),
        ("VOUCHSAFE_STORE__BATCH", "0"),
        ("VOUCHSAFE_TOKEN__ACCES_MINUTES", "5"),
    ];
    let result = load(
        &shelf,
        &environment,
        &["vault.create_keyring=yes", "nothing", "http=1", "zzzzzzzz=1"],
    );
    assert_eq!(
        said(result.clone()),
        [
            "vouchsafe.toml:2: http.listen: is \"nowhere\": there is no port; write it like \"127.0.0.1:8080\", \"[::]:8080\" or \"localhost:8080\"",
            "vouchsafe.toml:3: http.workers: is \"many\"",
            "vouchsafe.toml:4: http.body_limit_bytes: is 1, which is out of range",
            "vouchsafe.toml:5: http.pool_size: is not a known key",
            "vouchsafe.toml:7: sotre: is not a known key",
            "vouchsafe.toml:11: log.format: is \"xml\": unknown variant `xml`, expected `json` or `text`",
            "vouchsafe.toml:12: : is not TOML: extra `=`, expected nothing",
            "vouchsafe.toml:15: mail.from: is \"nobody\": Invalid input; write it like \"Society <no-reply@example.org>\"",
            "vouchsafe.toml:17: mail.smtp.port: is 70000, which is out of range",
            "environment VOUCHSAFE_HTTP_LISTEN: http.listen: is not a setting, but looks like one",
            "environment VOUCHSAFE_STORE__BATCH: store.batch: is 0, which is out of range",
            "environment VOUCHSAFE_TOKEN__ACCES_MINUTES: token.acces_minutes: is not a known key",
            "flag --set vault.create_keyring: vault.create_keyring: is \"yes\"",
            "flag --set: : has no = between key and value",
            "flag --set http: http: is a section, and was given a value",
            "flag --set zzzzzzzz: zzzzzzzz: is not a known key",
        ]
    );
    let mends: Vec<String> = result.unwrap_err().into_iter().map(|mistake| mistake.mend).collect();
    for wanted in [
        "Did you mean store.pool_size?",
        "Did you mean store?",
        "Did you mean token.access_minutes?",
        "Write two underscores between the levels: VOUCHSAFE_HTTP__LISTEN.",
        "Give a whole number from 1024 to 16777216.",
        "Give one of json, text.",
        "Give text of the form \"127.0.0.1:8080\".",
        "Give text of the form \"Vouchsafe <no-reply@vouchsafe.localhost>\".",
        "Give true or false.",
        "Take it out, or look for its name in the documentation.",
    ] {
        assert!(mends.iter().any(|mend| mend == wanted), "{wanted} in {mends:#?}");
    }
}

#[test]
fn a_mistake_that_a_higher_layer_covers_is_told_too() {
    let shelf = Shelf::default().with("vouchsafe.toml", "http.workers = -1");
    let said = said(load(&shelf, &[("VOUCHSAFE_HTTP__WORKERS", "1")], &[]));
    assert_eq!(said, ["vouchsafe.toml:1: http.workers: is -1, which is out of range"]);
}

#[test]
fn a_named_file_must_be_there() {
    let said = said(load(&Shelf::default(), &[("VOUCHSAFE_CONFIG", "gone.toml")], &[]));
    assert_eq!(said, ["gone.toml: : cannot be read: entity not found"]);
}

#[test]
fn ranges_are_shut_at_both_ends() {
    for (key, least, most) in [
        ("http.workers", 0, 1024),
        ("http.body_limit_bytes", 1024, 16_777_216),
        ("store.pool_size", 1, 1000),
        ("store.batch", 1, 10_000),
        ("mail.smtp.port", 1, 65_535),
        ("throttle.per_account_failures_per_day", 1, 100),
        ("throttle.proof_attempts", 1, 20),
        ("token.access_minutes", 1, 60),
        ("token.refresh_days", 1, 365),
    ] {
        let sound = |number: i64| load(&Shelf::default(), &[], &[&format!("{key}={number}")]).is_ok();
        assert!(sound(least) && sound(most), "{key}");
        assert!(!sound(least - 1) && !sound(most + 1), "{key}");
    }
}

#[test]
fn every_number_has_a_range() {
    let schema = schema();
    fn numbers(schema: &serde_json::Value, path: &str) -> usize {
        let mut count = 0;
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let path = format!("{path}.{name}");
            if inner["type"] == "integer" {
                assert!(inner["minimum"].is_i64() && inner["maximum"].is_i64(), "{path}");
                count += 1;
            }
            assert!(inner["description"].is_string(), "{path} is explained");
            count += numbers(inner, &path);
        }
        count
    }
    assert!(numbers(&schema, "") > 10);
}

#[test]
fn what_hangs_on_a_broken_value_is_not_told() {
    let said = said(file("mail.transport = 'smtp'\nmail.smtp.host = 3"));
    assert_eq!(said, ["vouchsafe.toml:2: mail.smtp.host: is 3"]);
    // Nor what seems to be missing only because its key or its line cannot be read.
    for slip in ["mail.smtp.hots = 'mx'", "mail.smtp.host = = 'mx'"] {
        let result = file(&format!(
            "mail.transport = 'smtp'\n{slip}\nhttp.public_url = 'http://v.example'"
        ));
        let keys: Vec<_> = result.unwrap_err().into_iter().map(|mistake| mistake.key).collect();
        assert_eq!(keys.len(), 2, "{keys:?}");
        assert_eq!(keys[1], "http.public_url");
    }
}

#[test]
fn the_schema_is_the_one_checked_in() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/config.json");
    let now = format!("{:#}\n", schema());
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == now,
        "schemas/config.json is not what the types say; run UPDATE_SCHEMAS=1 cargo test"
    );
}

proptest! {
    #[test]
    fn no_input_makes_it_panic_or_tell_a_secret(
        text in "([a-z\\.\\[\\]='0-9_\n -]{0,80})",
        name in "VOUCHSAFE_[A-Z_]{0,20}",
        value in "\\PC{0,20}",
        set in "[a-z\\.]{0,20}=?\\PC{0,20}",
    ) {
        let shelf = Shelf::default().with("vouchsafe.toml", &text);
        let result = load(&shelf, &[(&name, &value), ("VOUCHSAFE_MAIL__SMTP__PASSWORD", "hush-hush")], &[&set]);
        let shown = format!("{result:?}");
        prop_assert!(!shown.contains("hush-hush"));
    }

    #[test]
    fn the_highest_layer_that_speaks_counts(one in 0i64..=1024, two: Option<u8>, three: Option<u8>) {
        let shelf = Shelf::default().with("vouchsafe.toml", &format!("http.workers = {one}"));
        let mut sources = Sources { file: None, environment: vec![], sets: vec![], files: &shelf };
        sources.environment.extend(two.map(|two| (OsString::from("VOUCHSAFE_HTTP__WORKERS"), two.to_string().into())));
        sources.sets.extend(three.map(|three| format!("http.workers={three}")));
        let wanted = three.or(two).map_or(usize::try_from(one).unwrap(), usize::from);
        prop_assert_eq!(Config::load(&sources).unwrap().http.workers, wanted);
    }
}

mod files_and_contradictions;
