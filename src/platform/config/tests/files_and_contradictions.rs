//! Secrets in files, and settings that contradict each other.

use super::*;

#[test]
fn secrets_come_from_files() {
    let shelf = Shelf::default()
        .with(
            "vouchsafe.toml",
            "[mail.smtp]\nusername = 'u'\npassword_file = '/run/pw'",
        )
        .with("/run/pw", " hush \r\n")
        .with("/run/url", "postgres://v:hush@db/v\n");
    let config = load(
        &shelf,
        &[("VOUCHSAFE_STORE__URL_FILE", "/run/url")],
        &["mail.transport=smtp", "mail.smtp.host=mx"],
    )
    .unwrap();
    assert_eq!(config.mail.smtp.password.unwrap().expose_secret(), " hush ");
    assert_eq!(config.store.url.expose_secret(), "postgres://v:hush@db/v");
}

#[test]
fn secret_files_that_cannot_be_used() {
    let text = "[store]\nurl_file = 'open'\n[mail.smtp]\nusername = 'u'\npassword_file = 'gone'";
    let shelf = Shelf::default()
        .with("vouchsafe.toml", text)
        .open_to_all("open", "sqlite://x")
        .with("empty", "\n");
    assert_eq!(
        said(load(&shelf, &[], &[])),
        [
            "vouchsafe.toml:5: mail.smtp.password_file: gone cannot be read: entity not found",
            "vouchsafe.toml:2: store.url_file: open can be read or written by every user of this machine",
        ]
    );
    assert_eq!(
        said(load(
            &shelf,
            &[
                ("VOUCHSAFE_STORE__URL_FILE", "empty"),
                ("VOUCHSAFE_STORE__URL", "sqlite://hush")
            ],
            &["mail.smtp.password_file=empty"]
        )),
        [
            "flag --set mail.smtp.password_file: mail.smtp.password_file: empty is empty",
            "environment VOUCHSAFE_STORE__URL_FILE: store.url_file: is given beside store.url (environment VOUCHSAFE_STORE__URL)",
        ]
    );
}

#[cfg(unix)]
#[test]
fn the_disk_tells_who_may_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pw");
    std::fs::write(&path, "hush").unwrap();
    for (mode, world_readable) in [
        (0o600, false),
        (0o440, false),
        (0o640, false),
        (0o604, true),
        (0o644, true),
        (0o602, true),
    ] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(
            Disk.read(&path).unwrap(),
            Found {
                text: "hush".into(),
                world_readable
            },
            "{mode:o}"
        );
    }
}

#[test]
fn contradictions() {
    for (text, wanted) in [
        (
            "http.public_url = 'http://v.example'",
            "http.public_url: is http:// on a host that others reach",
        ),
        (
            "http.trusted_proxies = ['10.0.0.1', '::/0']",
            "http.trusted_proxies: trusts every address",
        ),
        (
            "egress.networks = ['10.0.0.1', '0.0.0.0/0']",
            "egress.networks: lists every address",
        ),
        (
            "store.wait_ms = 10000",
            "store.wait_ms: is not less than http.request_timeout_ms",
        ),
        (
            "http.request_timeout_ms = 500\nstore.wait_ms = 499",
            "password.hash_wait_ms: is not less than",
        ),
        ("store.url = 'mysql://hush'", "store.url: is neither"),
        ("store.url = 'sqlite://'", "store.url: names no file"),
        ("store.url = 'sqlite://:memory:'", "store.url: names no file"),
        ("store.url = 'sqlite://x?mode=ro'", "store.url: has parameters"),
        ("store.url = 'postgres://'", "store.url: is neither"),
        ("mail.transport = 'smtp'", "mail.smtp.host: is missing"),
        (
            "mail.smtp.host = 'mx'",
            "mail.smtp.host: names an SMTP server that no mail would go to",
        ),
        ("mail.smtp.username = 'u'", "mail.smtp.password: is missing"),
        ("mail.smtp.password = 'hush'", "mail.smtp.username: is missing"),
        (
            "mail = { transport = 'smtp', smtp = { host = 'mx', security = 'none', username = 'u', password = 'hush' } }",
            "mail.smtp.security: is \"none\"",
        ),
        (
            "mail.smtp = { security = 'none', ca_file = 'vouchsafe.toml' }",
            "mail.smtp.ca_file: is given",
        ),
        ("mail.smtp.port = 465", "mail.smtp.port: is 465"),
        ("mail.smtp.ca_file = 'gone'", "mail.smtp.ca_file: cannot be read"),
        ("policy.seed_file = 'gone'", "policy.seed_file: cannot be read"),
        ("token.audience = ''", "token.audience: is empty"),
        (
            "http.public_url = 'https://v.example'\ntoken.audience = 'https://v.example'",
            "token.audience: is http.public_url itself",
        ),
        ("log.filter = 'a=b=c'", "log.filter: cannot be read"),
    ] {
        let said = said(file(text));
        let [one] = said.as_slice() else {
            panic!("{text}: {said:?}")
        };
        assert!(one.starts_with("vouchsafe.toml:"), "{text}: {one}");
        assert!(one.contains(wanted) && !one.contains("hush"), "{text}: {one}");
    }
    for text in [
        "http.public_url = 'http://localhost:1'",
        "http.listen = '0.0.0.0:8080'",
        "store.wait_ms = 9999",
        "store.url = 'postgresql://v@/v?host=/run/postgresql'",
        "mail = { transport = 'mailbox', smtp = { host = 'mx' } }",
        "mail = { transport = 'smtp', smtp = { host = '127.0.0.1', security = 'none', username = 'u', password = 'p' } }",
        "mail.smtp = { port = 465, security = 'tls' }",
        "log.filter = 'vouchsafe::platform::ledger=trace,warn'",
    ] {
        assert!(file(text).is_ok(), "{text}");
    }
}
