//! Where letters go: an SMTP server, or a directory that one can read.

use std::{
    fmt,
    fs::{DirBuilder, OpenOptions, rename},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use lettre::{Message, message::header::MessageId};

use super::{
    failure::{Cause, DeliveryError, Reason, Stage, TransportError},
    smtp::{Smtp, SmtpSettings},
};

/// A way for letters to leave.
pub struct Transport(Way);

enum Way {
    Smtp(Smtp),
    Mailbox(PathBuf),
}

impl Transport {
    /// To an SMTP server. No connection is made yet.
    ///
    /// # Errors
    /// [`TransportError`] names the setting that is wrong.
    pub fn smtp(settings: &SmtpSettings) -> Result<Self, TransportError> {
        Smtp::new(settings).map(Way::Smtp).map(Self)
    }

    /// Into a directory, which is made for its owner alone (mode 0700) where it is not there:
    /// one `.eml` file a letter, named by its `Message-ID` and so, with time-ordered ids, in order. It is
    /// for trying things out: a machine that crashes can lose the letters of the last half minute.
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
                let written =
                    tokio::task::spawn_blocking(move || write_private(&directory, &name, "eml", &bytes)).await;
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
/// takes the place of itself. Not synced: two syncs a letter would wait in front of the database's own,
/// on the same disk.
pub(super) fn write_private(directory: &Path, name: &str, kind: &str, bytes: &[u8]) -> io::Result<()> {
    let unfinished = directory.join(format!(".{name}.tmp"));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&unfinished)?;
    file.write_all(bytes)?;
    rename(&unfinished, directory.join(format!("{name}.{kind}")))
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
            hello: crate::platform::config::HelloName::Domain("vouch.example.org".into()),
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
}
