//! One letter to an SMTP server, over a connection of its own.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use lettre::{
    Message,
    transport::smtp::{
        Error,
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        commands::{Data, Mail, Rcpt},
        extension::{ClientId, Extension, MailBodyParameter, MailParameter},
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::{
    failure::{Cause, DeliveryError, Reason, Stage, TransportError},
    verdict::Ours,
};
use crate::platform::config::HelloName;

/// How the connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Security {
    /// Not at all: only for a relay on the same machine or inside a private network.
    None,
    /// `STARTTLS` (RFC 3207), and nothing is sent where the server does not offer it. Port 587.
    #[default]
    StartTls,
    /// TLS from the first byte (RFC 8314 §3.3). Port 465.
    Tls,
}

/// A name and a password for `AUTH PLAIN` or `LOGIN` (RFC 4954).
#[derive(Debug, Clone)]
pub struct SmtpCredentials {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// Where an SMTP server is, and how to speak to it.
#[derive(Debug, Clone)]
pub struct SmtpSettings {
    /// A host name or an IP address; the server's certificate has to name it.
    pub host: String,
    /// The TCP port.
    pub port: u16,
    /// How the connection is encrypted.
    pub security: Security,
    /// Whom to sign in as; nobody where it is `None`.
    pub credentials: Option<SmtpCredentials>,
    /// PEM certificates to trust in place of the system's.
    pub ca_file: Option<PathBuf>,
    /// By what name we greet it.
    pub hello: HelloName,
    /// The longest that one letter may take, from connecting to the server's last answer.
    pub timeout: Duration,
}

/// Settings that were found good.
pub(super) struct Smtp {
    host: String,
    port: u16,
    security: Security,
    tls: Option<TlsParameters>,
    credentials: Option<SmtpCredentials>,
    hello: ClientId,
    timeout: Duration,
}

impl Smtp {
    pub(super) fn new(settings: &SmtpSettings) -> Result<Self, TransportError> {
        let tls = match settings.security {
            Security::None if settings.credentials.is_some() && !is_loopback(&settings.host) => {
                return Err(TransportError::PasswordInClear);
            }
            Security::None => None,
            Security::StartTls | Security::Tls => Some(tls_parameters(settings)?),
        };
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            security: settings.security,
            tls,
            credentials: settings.credentials.clone(),
            hello: match &settings.hello {
                HelloName::Domain(name) => ClientId::Domain(name.clone()),
                HelloName::Address(IpAddr::V4(address)) => ClientId::Ipv4(*address),
                HelloName::Address(IpAddr::V6(address)) => ClientId::Ipv6(*address),
            },
            timeout: settings.timeout,
        })
    }

    /// Hands one letter over.
    ///
    /// Each letter has its own connection, under one time limit for the whole: a server that stops
    /// answering in the middle costs this letter only, and no connection with an answer still
    /// to come is ever used for another letter. (The library's pool has no limit on reading, and
    /// puts back what was cancelled.)
    pub(super) async fn deliver(&self, message: &Message) -> Result<(), DeliveryError> {
        let mut stage = Stage::Connect;
        match timeout(self.timeout, self.converse(message, &mut stage)).await {
            Ok(result) => {
                let mut connection = result?;
                // The letter is the server's now, whatever becomes of the goodbye.
                let _ = timeout(Duration::from_secs(2), connection.quit()).await;
                Ok(())
            }
            Err(_) => Err(DeliveryError::Temporary(Reason {
                stage,
                cause: Cause::Timeout,
            })),
        }
    }

    async fn converse(&self, message: &Message, stage: &mut Stage) -> Result<AsyncSmtpConnection, DeliveryError> {
        let envelope = message.envelope();
        let lower =
            |address: Option<&lettre::Address>| address.map_or(String::new(), |it| it.to_string().to_lowercase());
        let (hello, sender, reader) = (
            self.hello.to_string().to_lowercase(),
            lower(envelope.from()),
            lower(envelope.to().first()),
        );
        let ours = Ours {
            hello: &hello,
            sender: &sender,
            reader: &reader,
        };
        let failed = |stage: Stage| {
            let ours = &ours;
            move |error: Error| DeliveryError::of(stage, &error, ours)
        };
        let wrapped = self.tls.clone().filter(|_| self.security == Security::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(self.timeout),
            &self.hello,
            wrapped,
            None,
        )
        .await
        .map_err(failed(*stage))?;
        if let (Security::StartTls, Some(tls)) = (self.security, self.tls.clone()) {
            *stage = Stage::Encrypt;
            connection.starttls(tls, &self.hello).await.map_err(failed(*stage))?;
        }
        if let Some(SmtpCredentials { username, password }) = &self.credentials {
            *stage = Stage::SignIn;
            let credentials = Credentials::new(username.clone(), password.expose_secret().to_owned());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(failed(*stage))?;
        }
        // One command after the other, so that each refusal is known by what it answers.
        *stage = Stage::Sender;
        let bytes = message.formatted();
        let mut options = Vec::new();
        for (needed, extension, parameter) in [
            (
                !(sender.is_ascii() && reader.is_ascii()),
                Extension::SmtpUtfEight,
                MailParameter::SmtpUtfEight,
            ),
            // Headers of such a letter may hold its reader's name as it is.
            (
                !bytes.is_ascii(),
                Extension::EightBitMime,
                MailParameter::Body(MailBodyParameter::EightBitMime),
            ),
        ] {
            if needed && !connection.server_info().supports_feature(extension) {
                let reason = Reason {
                    stage: *stage,
                    cause: Cause::Unsupported,
                };
                connection.abort().await;
                // Of our own name every letter needs it.
                return Err(match sender.is_ascii() {
                    true => DeliveryError::Permanent(reason),
                    false => DeliveryError::Refused(reason),
                });
            }
            if needed {
                options.push(parameter);
            }
        }
        let handed = async {
            connection.command(Mail::new(envelope.from().cloned(), options)).await?;
            *stage = Stage::Recipient;
            for reader in envelope.to() {
                connection.command(Rcpt::new(reader.clone(), Vec::new())).await?;
            }
            *stage = Stage::Handover;
            connection.command(Data).await?;
            connection.message(&bytes).await
        };
        match handed.await {
            Ok(_) => Ok(connection),
            Err(error) => {
                connection.abort().await;
                Err(failed(*stage)(error))
            }
        }
    }
}

fn tls_parameters(settings: &SmtpSettings) -> Result<TlsParameters, TransportError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let unusable = |reason: String| TransportError::CaFile {
            path: path.clone(),
            reason,
        };
        let pem = std::fs::read_to_string(path).map_err(|error| unusable(error.to_string()))?;
        // The library takes a file without certificates for an empty list.
        if !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(unusable("it holds no PEM certificate".to_owned()));
        }
        let certificates = Certificate::from_pem(pem.as_bytes()).map_err(|error| unusable(error.to_string()))?;
        builder = builder
            .certificate_store(CertificateStore::None)
            .add_root_certificate(certificates);
    }
    builder
        .build_rustls()
        .map_err(|error| TransportError::Tls(error.to_string()))
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}
