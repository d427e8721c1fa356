//! What values demand of each other, and what no type says of one alone.

use secrecy::ExposeSecret;

use super::{Config, Files, MailTransport, SmtpSecurity, values::is_loopback};

/// A demand that is not met.
pub(super) struct Unmet {
    /// The keys that it is about: first the one to name, then those that it hangs on.
    pub keys: Vec<&'static str>,
    pub wrong: String,
    pub mend: String,
}

/// The demands that are not met, in the order of the configuration. `given` says whether some source named
/// a key.
pub(super) fn unmet(config: &Config, given: &dyn Fn(&str) -> bool, files: &dyn Files) -> Vec<Unmet> {
    let mut found = Vec::new();
    let mut tell = |keys: &[&'static str], wrong: &str, mend: &str| {
        found.push(Unmet {
            keys: keys.to_vec(),
            wrong: wrong.into(),
            mend: mend.into(),
        });
    };
    let Config {
        http,
        egress,
        store,
        mail,
        texts,
        password,
        token,
        policy,
        log,
        ..
    } = config;

    if !http.public_url.is_https() && !http.public_url.is_loopback() {
        tell(
            &["http.public_url"],
            "is http:// on a host that others reach, so that passwords and tokens would travel open",
            "Put a proxy that speaks TLS in front, and give its https:// URL.",
        );
    }
    if let Err(error) = http
        .join_link()
        .and_then(|_| http.stop_link())
        .and_then(|_| http.password_link())
        .and_then(|_| http.address_undo_link())
    {
        tell(
            &["http.public_url"],
            &format!("is no address that a letter can carry: {error}"),
            "Give a shorter one in ASCII, or set http.join_url.",
        );
    }
    if http.trusted_proxies.iter().any(super::Network::is_everything) {
        tell(
            &["http.trusted_proxies"],
            "trusts every address, so that anybody could claim to come from any other",
            "Name the addresses of the proxies alone.",
        );
    }
    if egress.networks.iter().any(super::Network::is_everything) {
        tell(
            &["egress.networks"],
            "lists every address, so that an admin could reach whatever this machine reaches",
            "Name the networks of the room servers alone; what anybody can reach needs no listing.",
        );
    }
    for (key, wait) in [
        ("store.wait_ms", store.wait_ms),
        ("password.hash_wait_ms", password.hash_wait_ms),
    ] {
        if wait >= http.request_timeout_ms {
            tell(
                &[key, "http.request_timeout_ms"],
                "is not less than http.request_timeout_ms, so that the request is given up first",
                "Make it less than http.request_timeout_ms, or that one more.",
            );
        }
    }
    match store.url.expose_secret().split_once("://") {
        Some(("sqlite", "" | ":memory:")) => tell(
            &["store.url"],
            "names no file, and the database must outlive the process",
            "Name one, for example sqlite://data/vouchsafe.db.",
        ),
        Some(("sqlite", path)) if path.contains('?') => tell(
            &["store.url"],
            "has parameters after the path, and SQLite is opened with settings of our own",
            "Take away the question mark and what follows it.",
        ),
        Some(("sqlite" | "postgres" | "postgresql", rest)) if !rest.is_empty() => {}
        _ => tell(
            &["store.url"],
            "is neither the URL of a SQLite file nor that of a PostgreSQL database",
            "Begin it with sqlite:// or postgres://.",
        ),
    }

    let smtp = &mail.smtp;
    match (mail.transport, &smtp.host) {
        (MailTransport::Smtp, None) => tell(
            &["mail.smtp.host", "mail.transport"],
            "is missing, and mail.transport is \"smtp\"",
            "Name the SMTP server.",
        ),
        (MailTransport::Mailbox, Some(_)) if !given("mail.transport") => tell(
            &["mail.smtp.host", "mail.transport"],
            "names an SMTP server that no mail would go to, since mail.transport is not set",
            "Set mail.transport = \"smtp\"; or say \"mailbox\" to keep mail in a directory.",
        ),
        _ => {}
    }
    if smtp.username.is_some() != smtp.password.is_some() {
        let (missing, there) = match smtp.username {
            Some(_) => ("mail.smtp.password", "mail.smtp.username"),
            None => ("mail.smtp.username", "mail.smtp.password"),
        };
        tell(
            &[missing, there],
            &format!("is missing, and {there} is given"),
            "Give both, or neither if the server asks for none.",
        );
    }
    let nearby = smtp.host.as_deref().is_none_or(is_loopback);
    if smtp.security == SmtpSecurity::None && smtp.password.is_some() && !nearby {
        tell(
            &["mail.smtp.security", "mail.smtp.password", "mail.smtp.host"],
            "is \"none\", so that the password would travel open",
            "Say \"starttls\" or \"tls\".",
        );
    }
    if smtp.security == SmtpSecurity::None && smtp.ca_file.is_some() {
        tell(
            &["mail.smtp.ca_file", "mail.smtp.security"],
            "is given, and mail.smtp.security is \"none\"",
            "Say \"starttls\" or \"tls\", or take the file away.",
        );
    }
    if smtp.port == 465 && smtp.security == SmtpSecurity::Starttls {
        tell(
            &["mail.smtp.port", "mail.smtp.security"],
            "is 465, where servers speak TLS from the first byte and would wait for it (RFC 8314 §3.3)",
            "Set mail.smtp.security = \"tls\", or take port 587.",
        );
    }
    for (key, mend) in super::texts::missing(texts) {
        tell(
            &[key, "texts.transport"],
            "is missing, and texts.transport names its gateway",
            mend,
        );
    }
    if token.audience.is_empty() {
        tell(
            &["token.audience"],
            "is empty",
            "Name the audience of this service's API, or leave the key away.",
        );
    }
    if token.audience == http.public_url.as_str() {
        tell(
            &["token.audience", "http.public_url"],
            "is http.public_url itself, which services compare as the issuer and not as an audience",
            "Leave the key away: the API then has an audience of its own.",
        );
    }
    if let Err(error) = log.filter.parse::<tracing_subscriber::EnvFilter>() {
        tell(
            &["log.filter"],
            &format!("cannot be read: {error}"),
            "Write it like \"info\" or \"vouchsafe=debug,warn\".",
        );
    }
    for (key, path) in [
        ("mail.smtp.ca_file", &smtp.ca_file),
        ("policy.seed_file", &policy.seed_file),
    ] {
        if let Some(Err(error)) = path.as_ref().map(|path| files.read(path)) {
            tell(
                &[key],
                &format!("cannot be read: {error}"),
                "Name a file that is there and that the service may read.",
            );
        }
    }
    found
}
