//! Where letters go: an SMTP server, or a directory that one can read.

use std::{
    error::Error,
    fmt,
    fs::{DirBuilder, File, OpenOptions, rename},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use lettre::{Message, message::header::MessageId, transport::smtp};

use super::smtp::{Smtp, SmtpSettings};

/// A way for letters to leave.
pub struct Transport(Way);

enum Way {
    Smtp(Smtp),
    Mailbox(PathBuf),
}

/// Why a transport cannot be built from its settings.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// A password is set, the connection is not encrypted, and the server is on another machine.
    #[error(
        "a password for the mail server would cross the network in clear text: \
         set security to starttls or tls, or remove the user name and password"
    )]
    PasswordInClear,
    /// The certificates to trust cannot be read.
    #[error("the mail server's CA file {}: {reason}", path.display())]
    CaFile {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refused the settings.
    #[error("TLS for the mail server: {0}")]
    Tls(String),
    /// The mailbox directory cannot be made.
    #[error("the mailbox directory {}: {source}", path.display())]
    Mailbox {
        /// Which directory.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Why a letter was not delivered. It names no address: a server's words may repeat the
/// recipient's, so only its numbers are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DeliveryError {
    /// Worth another attempt: no answer, a 4xx reply, or a fault of ours that an operator can mend.
    #[error("not delivered yet ({0})")]
    Temporary(Reason),
    /// The server refuses this letter for good.
    #[error("refused ({0})")]
    Permanent(Reason),
}

/// What failed, and at which step: `handover: 550 5.1.1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// The step.
    pub stage: Stage,
    /// What happened.
    pub cause: Cause,
}

/// The steps of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Reaching the server, its greeting, and TLS where it comes first.
    Connect,
    /// `STARTTLS`.
    Encrypt,
    /// `AUTH`.
    SignIn,
    /// The letter itself: `MAIL`, `RCPT`, `DATA`.
    Handover,
    /// Writing the mailbox file.
    File,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The server said no.
    Reply {
        /// The reply code (RFC 5321 §4.2).
        code: u16,
        /// The enhanced status code (RFC 3463), where it gave one.
        enhanced: Option<Enhanced>,
    },
    /// No answer in time.
    Timeout,
    /// The TLS handshake failed: most often a certificate that is not trusted.
    Tls,
    /// The connection was refused or broke.
    Network,
    /// The server lacks an extension that is needed: `STARTTLS`, `AUTH`, or `SMTPUTF8` for a name
    /// that is not ASCII.
    Unsupported,
    /// The server's answer was no SMTP, or it hung up instead of answering.
    Protocol,
    /// The file system said no.
    Io(io::ErrorKind),
}

/// An enhanced status code (RFC 3463): class, subject, detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enhanced(pub u8, pub u16, pub u16);

impl Transport {
    /// To an SMTP server. No connection is made yet.
    ///
    /// # Errors
    /// [`TransportError`] names the setting that is wrong.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, TransportError> {
        Smtp::new(settings).map(Way::Smtp).map(Self)
    }

    /// Into a directory, which is made for its owner alone (mode 0700) where it is not there:
    /// one `.eml` file a letter, named by its `Message-ID` and so, with time-ordered ids, in order.
    ///
    /// # Errors
    /// [`TransportError::Mailbox`] where the directory cannot be made.
    pub fn mailbox(directory: impl Into<PathBuf>) -> Result<Self, TransportError> {
        let path = directory.into();
        match DirBuilder::new().recursive(true).mode(0o700).create(&path) {
            Ok(()) => Ok(Self(Way::Mailbox(path))),
            Err(source) => Err(TransportError::Mailbox { path, source }),
        }
    }

    /// Hands one letter over. When it returns `Ok`, the letter is the other side's to keep.
    ///
    /// After an error the letter may have arrived all the same (a connection can break after the
    /// last byte and before the answer); the `Message-ID` lets the receiver see that two are one.
    ///
    /// # Errors
    /// [`DeliveryError`] says whether to try again.
    pub async fn deliver(&self, message: &Message) -> Result<(), DeliveryError> {
        match &self.0 {
            Way::Smtp(smtp) => smtp.deliver(message).await,
            Way::Mailbox(directory) => {
                let (directory, name, bytes) = (directory.clone(), file_name(message), message.formatted());
                let written = tokio::task::spawn_blocking(move || write_file(&directory, &name, &bytes)).await;
                written
                    .unwrap_or_else(|_| Err(io::ErrorKind::Other.into()))
                    .map_err(|error| {
                        DeliveryError::Temporary(Reason {
                            stage: Stage::File,
                            cause: Cause::Io(error.kind()),
                        })
                    })
            }
        }
    }
}

impl fmt::Debug for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Way::Smtp(_) => f.write_str("Transport::Smtp"),
            Way::Mailbox(directory) => write!(f, "Transport::Mailbox({})", directory.display()),
        }
    }
}

/// The left side of the `Message-ID`, of which only letters, digits and hyphens are taken.
fn file_name(message: &Message) -> String {
    let id = message.headers().get::<MessageId>();
    let left = id
        .as_ref()
        .and_then(|id| id.as_ref().split('@').next())
        .unwrap_or_default();
    left.chars()
        .filter(|c| c.is_ascii_alphanumeric() || *c == '-')
        .collect()
}

/// Under another name first, then renamed: nobody ever reads half a letter. The same letter again
/// takes the place of itself.
fn write_file(directory: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = directory.join(format!(".{name}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    rename(&unfinished, directory.join(format!("{name}.eml")))?;
    File::open(directory)?.sync_all()
}

impl DeliveryError {
    /// What an error while the letter was handed over means for the letter. A server that wants us
    /// signed in or encrypted first (RFC 4954 §6) has nothing against the letter.
    pub(super) fn of_handover(error: &smtp::Error) -> Self {
        let reason = Reason::of(Stage::Handover, error);
        match reason.cause {
            Cause::Reply {
                code: 530 | 534 | 535 | 538,
                ..
            } => Self::Temporary(reason),
            Cause::Reply { code: 500.., .. } | Cause::Unsupported => Self::Permanent(reason),
            _ => Self::Temporary(reason),
        }
    }

    /// What happened.
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::Temporary(reason) | Self::Permanent(reason) => reason,
        }
    }
}

impl Reason {
    /// Keeps the numbers of an error and leaves its words.
    pub(super) fn of(stage: Stage, error: &smtp::Error) -> Self {
        let cause = if let Some(code) = error.status() {
            let code = u16::from(code);
            let words = error.source().map(ToString::to_string).unwrap_or_default();
            Cause::Reply {
                code,
                enhanced: Enhanced::leading(&words, code),
            }
        } else if error.is_client() {
            Cause::Unsupported
        } else if error.is_response() {
            Cause::Protocol
        } else {
            match system_error(error) {
                Some(io::ErrorKind::TimedOut) => Cause::Timeout,
                // What the TLS library reports through a stream.
                Some(io::ErrorKind::InvalidData) => Cause::Tls,
                _ if error.is_tls() => Cause::Tls,
                _ => Cause::Network,
            }
        };
        Self { stage, cause }
    }
}

fn system_error(error: &smtp::Error) -> Option<io::ErrorKind> {
    std::iter::successors(error.source(), |&inner| inner.source())
        .find_map(|inner| inner.downcast_ref::<io::Error>())
        .map(io::Error::kind)
}

impl Enhanced {
    /// The code at the head of a reply's text, where it is of the reply code's class.
    fn leading(words: &str, code: u16) -> Option<Self> {
        let number = |text: &str, most: usize| {
            let digits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
            if digits { text.parse::<u16>().ok() } else { None }
        };
        let mut parts = words.split_whitespace().next()?.split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let class = number(class, 1).filter(|&class| class == code / 100)?;
        match parts.next() {
            None => Some(Self(u8::try_from(class).ok()?, number(subject, 3)?, number(detail, 3)?)),
            Some(_) => None,
        }
    }
}

impl fmt::Display for Enhanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.stage {
            Stage::Connect => "connect: ",
            Stage::Encrypt => "encrypt: ",
            Stage::SignIn => "sign in: ",
            Stage::Handover => "hand over: ",
            Stage::File => "write: ",
        })?;
        match self.cause {
            Cause::Reply {
                code,
                enhanced: Some(enhanced),
            } => write!(f, "{code} {enhanced}"),
            Cause::Reply { code, enhanced: None } => write!(f, "{code}"),
            Cause::Timeout => f.write_str("no answer in time"),
            Cause::Tls => f.write_str("TLS failed; is the certificate trusted?"),
            Cause::Network => f.write_str("the connection failed"),
            Cause::Unsupported => f.write_str("the server lacks what is needed"),
            Cause::Protocol => f.write_str("the answer was no SMTP"),
            Cause::Io(kind) => write!(f, "{kind}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        super::{Security, SmtpCredentials},
        *,
    };

    fn settings(host: &str, security: Security) -> SmtpSettings {
        SmtpSettings {
            host: host.into(),
            port: 25,
            security,
            credentials: Some(SmtpCredentials {
                username: "a".into(),
                password: "canary".into(),
            }),
            ca_file: None,
            timeout: Duration::from_secs(1),
        }
    }

    #[test]
    fn never_sends_a_password_in_clear_to_another_machine() {
        for host in ["mail.example.org", "192.0.2.1", "localhost.example.org", "128.0.0.1"] {
            let refused = Transport::smtp(&settings(host, Security::None)).err();
            assert!(matches!(refused, Some(TransportError::PasswordInClear)), "{host}");
        }
        for host in ["localhost", "127.0.0.1", "::1"] {
            assert!(Transport::smtp(&settings(host, Security::None)).is_ok(), "{host}");
        }
        let anonymous = SmtpSettings {
            credentials: None,
            ..settings("mail.example.org", Security::None)
        };
        assert!(Transport::smtp(&anonymous).is_ok());
        assert!(Transport::smtp(&settings("mail.example.org", Security::StartTls)).is_ok());
        assert!(!format!("{:?}", settings("a", Security::Tls)).contains("canary"));
    }

    #[test]
    fn a_ca_file_has_to_hold_certificates() {
        let directory = tempfile::tempdir().unwrap();
        let empty = directory.path().join("empty.pem");
        std::fs::write(&empty, "nothing here").unwrap();
        let broken = directory.path().join("broken.pem");
        std::fs::write(&broken, "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n").unwrap();
        for path in [directory.path().join("absent.pem"), empty, broken] {
            let settings = SmtpSettings {
                ca_file: Some(path.clone()),
                ..settings("localhost", Security::Tls)
            };
            let refused = Transport::smtp(&settings).err();
            assert!(
                matches!(refused, Some(TransportError::CaFile { .. })),
                "{path:?}: {refused:?}"
            );
        }
    }

    #[test]
    fn takes_only_a_well_formed_code_from_a_server_s_words() {
        let read = |words, code| Enhanced::leading(words, code).map(|enhanced| enhanced.to_string());
        assert_eq!(read("5.1.1 <a@example.org> unknown", 550).as_deref(), Some("5.1.1"));
        assert_eq!(read("4.7.650 later", 451).as_deref(), Some("4.7.650"));
        for words in [
            "",
            "a@example.org",
            "4.1.1 other class",
            "5.1",
            "5.1.1.1",
            "5.1.1000",
            "5.+1.1",
            "5.1.a",
        ] {
            assert_eq!(read(words, 550), None, "{words}");
        }
    }
}
