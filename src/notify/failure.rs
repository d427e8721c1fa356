//! Why a letter did not leave: kept as a step and numbers, never as a server's words.

use std::{error::Error, fmt, io, path::PathBuf};

use lettre::transport::smtp;

use super::verdict::{Ours, of_refusal};

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
    /// Worth another attempt: no answer, or a 4xx reply.
    #[error("not delivered yet ({0})")]
    Temporary(Reason),
    /// The server refuses us, whoever the reader is: an operator can mend that, and the letter waits.
    #[error("we are refused ({0})")]
    Refused(Reason),
    /// The server refuses this reader, or this letter, for good.
    #[error("refused ({0})")]
    Permanent(Reason),
}

/// What failed, and at which step: `recipient: 550 5.1.1`.
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
    /// `MAIL`: who the letter comes from.
    Sender,
    /// `RCPT`: whom it goes to.
    Recipient,
    /// `DATA` and the letter itself.
    Handover,
    /// A call of the gateway for text messages.
    Gateway,
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
    /// The gateway answered with this status.
    Status(u16),
    /// The gateway gave a reason that we know, by a word of its own documentation.
    Named(&'static str),
    /// The gateway took the message or did not: its answer never came whole, or cannot be read.
    Unclear(&'static str),
    /// Something is not set here that the gateway needs.
    Setting(&'static str),
    /// We do not go to the gateway's address.
    Egress,
}

/// An enhanced status code (RFC 3463): class, subject, detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Enhanced(pub u8, pub u16, pub u16);

impl DeliveryError {
    /// What an error at this stage means for the letter.
    pub(super) fn of(stage: Stage, error: &smtp::Error, ours: &Ours<'_>) -> Self {
        let reason = Reason::of(stage, error);
        match reason.cause {
            Cause::Reply {
                code: code @ 500..,
                enhanced,
            } => of_refusal(reason, code, enhanced, &words(error), ours),
            // What the server lacks, every letter needs.
            Cause::Unsupported => Self::Refused(reason),
            _ => Self::Temporary(reason),
        }
    }

    /// What happened.
    pub const fn reason(&self) -> &Reason {
        match self {
            Self::Temporary(reason) | Self::Refused(reason) | Self::Permanent(reason) => reason,
        }
    }
}

impl Reason {
    /// Keeps the numbers of an error and leaves its words.
    fn of(stage: Stage, error: &smtp::Error) -> Self {
        let cause = if let Some(code) = error.status() {
            let code = u16::from(code);
            Cause::Reply {
                code,
                enhanced: Enhanced::leading(&words(error), code),
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

/// A server's own words: looked at, and never kept.
fn words(error: &smtp::Error) -> String {
    error.source().map(ToString::to_string).unwrap_or_default()
}

fn system_error(error: &smtp::Error) -> Option<io::ErrorKind> {
    std::iter::successors(error.source(), |&inner| inner.source())
        .find_map(|inner| inner.downcast_ref::<io::Error>())
        .map(io::Error::kind)
}

impl Enhanced {
    /// The code at the head of a reply's text, where it is of the reply code's class.
    pub(super) fn leading(words: &str, code: u16) -> Option<Self> {
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
            Stage::Sender => "sender: ",
            Stage::Recipient => "recipient: ",
            Stage::Handover => "hand over: ",
            Stage::Gateway => "gateway: ",
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
            Cause::Status(code) => write!(f, "status {code}"),
            Cause::Named(word) => f.write_str(word),
            Cause::Unclear(what) => write!(f, "taken or not: {what}"),
            Cause::Setting(what) => write!(f, "not set: {what}"),
            Cause::Egress => f.write_str("egress does not allow its address"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
