//! One letter to an SMTP server, over a connection of its own.

use std::{net::IpAddr, path::PathBuf, time::Duration};

use lettre::{
    Message,
    transport::smtp::{
        authentication::{Credentials, Mechanism},
        client::{AsyncSmtpConnection, Certificate, CertificateStore, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::failure::{Cause, DeliveryError, Reason, Stage, TransportError};

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

    /// All that comes before the letter is about us, not about the letter: a wrong password must
    /// not make dead letters, so it is temporary whatever the server calls it.
    async fn converse(&self, message: &Message, stage: &mut Stage) -> Result<AsyncSmtpConnection, DeliveryError> {
        let ours = |stage: Stage| move |error| DeliveryError::Temporary(Reason::of(stage, &error));
        let hello = ClientId::default();
        let wrapped = self.tls.clone().filter(|_| self.security == Security::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(self.timeout),
            &hello,
            wrapped,
            None,
        )
        .await
        .map_err(ours(*stage))?;
        if let (Security::StartTls, Some(tls)) = (self.security, self.tls.clone()) {
            *stage = Stage::Encrypt;
            connection.starttls(tls, &hello).await.map_err(ours(*stage))?;
        }
        if let Some(SmtpCredentials { username, password }) = &self.credentials {
            *stage = Stage::SignIn;
            let credentials = Credentials::new(username.clone(), password.expose_secret().to_owned());
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], &credentials)
                .await
                .map_err(ours(*stage))?;
        }
        *stage = Stage::Handover;
        match connection.send(message.envelope(), &message.formatted()).await {
            Ok(_) => Ok(connection),
            Err(error) => Err(DeliveryError::of_handover(&error)),
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
