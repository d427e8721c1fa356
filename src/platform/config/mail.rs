//! How letters leave.

use super::*;
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// How mail leaves.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct MailConfig {
    /// Into a directory (`mailbox`) or to an SMTP server (`smtp`). Default `mailbox`.
    pub transport: MailTransport,
    /// The sender of every mail. Default `Vouchsafe <no-reply@vouchsafe.localhost>`.
    pub from: SenderAddress,
    /// `mailbox`: the directory, one file a mail. Default `data/mail`.
    pub mailbox_dir: PathBuf,
    /// `smtp`: the server.
    pub smtp: SmtpConfig,
}

impl Default for MailConfig {
    fn default() -> Self {
        Self {
            transport: MailTransport::Mailbox,
            from: SenderAddress::usual(),
            mailbox_dir: "data/mail".into(),
            smtp: SmtpConfig::default(),
        }
    }
}

/// Where mail goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailTransport {
    /// Into files, for one's own machine.
    Mailbox,
    /// To an SMTP server.
    Smtp,
}

/// The SMTP server that takes our mail.
#[derive(Debug, Clone, Deserialize, Serialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SmtpConfig {
    /// Its name or address. Needed with `transport = "smtp"`.
    pub host: Option<String>,
    /// Its port: 587 with `starttls`, 465 with `tls` (RFC 8314 §3.3), 25 with `none`, as a rule. Default 587.
    #[schemars(range(min = 1, max = 65_535))]
    pub port: u16,
    /// How the connection is protected. Default `starttls`, demanded and never waived.
    pub security: SmtpSecurity,
    /// The user name to sign in with. Default none.
    pub username: Option<String>,
    /// The password to sign in with. Default none.
    #[serde(serialize_with = "text::redacted")]
    #[schemars(with = "Option<String>", extend("writeOnly" = true))]
    pub password: Option<SecretString>,
    /// A file that holds the password, instead of `password`. Default none.
    pub password_file: Option<PathBuf>,
    /// Certificates (PEM) to trust in place of the system's. Default none.
    pub ca_file: Option<PathBuf>,
    /// By what name we greet the server (EHLO, RFC 5321 §4.1.1.1): a full domain name, or an address in brackets
    /// (`[192.0.2.1]`, `[IPv6:2001:db8::1]`). Default: the host of `http.public_url`; where that has no dot, the
    /// domain of `mail.from`.
    pub hello: Option<HelloName>,
    /// How long one exchange with the server may take, in milliseconds. Default 10 000.
    #[schemars(range(min = 100, max = 300_000))]
    pub timeout_ms: u64,
}

impl Default for SmtpConfig {
    fn default() -> Self {
        Self {
            host: None,
            port: 587,
            security: SmtpSecurity::Starttls,
            username: None,
            password: None,
            password_file: None,
            ca_file: None,
            hello: None,
            timeout_ms: 10_000,
        }
    }
}

/// How the connection to the SMTP server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SmtpSecurity {
    /// Not at all; only for a server on this machine or in a network of one's own.
    None,
    /// STARTTLS (RFC 3207): the mail does not go out where the server does not offer it.
    Starttls,
    /// TLS from the first byte.
    Tls,
}
