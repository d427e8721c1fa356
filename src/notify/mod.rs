//! Letters and text messages: how they look, and how they reach a mail server or a gateway.
//!
//! A capability composes a [`Letter`] in its own words and its reader's language; this room
//! renders it as plain text and HTML ([`render`]) and hands it over ([`Transport`]). It promises
//! that no text within a letter becomes a header, an SMTP command or markup; that a letter which
//! is sent again is the same letter under the same `Message-ID`; and that neither an address nor
//! a code ever stands in an error or a log.
//!
//! The capability's subscriber does not deliver: it [`post`]s the letter in its own transaction, and
//! a [`Postman`] takes it from there. A mail server's outage delays letters and loses none; what is
//! given up stays, sealed, for an operator to [`retry`].
//!
//! Before a letter leaves, the capability is asked whether what it says is still so ([`Matter`]), and where it does
//! not arrive, it is told. A reader who wants no more letters says so by the link in each letter that a stranger
//! may get ([`Stops`]).

pub mod http;
mod carrier;
mod failure;
mod matter;
mod message;
mod moment;
mod outbox;
mod records;
mod render;
mod retry;
mod smtp;
mod stop;
mod texts;
mod transport;
mod verdict;
mod work;
mod wrap;

pub use crate::platform::terms::{AddressError, EmailAddress, PhoneError, PhoneNumber};
pub use carrier::{Carrier, Channel, Failed, Mail};
pub use failure::{Cause, DeliveryError, Enhanced, Reason, Stage, TransportError};
pub use matter::{Matter, Stands, Subject as LetterSubject, Undelivered};
pub use message::{Button, Letter, Locale, LocaleError, Sender, SenderError, Subject, SubjectError};
pub use moment::moment;
pub use outbox::{backlog, dead, post, post_all, post_text, post_texts, retry, retry_all, take_in, undelivered_text};
pub use records::{Backlog, DeadLetter, LetterId, Posted};
pub use render::{RenderError, render};
pub use retry::{LONGEST_WAIT, MOST_ATTEMPTS, MOST_UNCLEAR, Next, after_failure};
pub use smtp::{Security, SmtpCredentials, SmtpSettings};
pub use stop::{StopIndex, Stops, resume, stop, stopped};
pub use texts::{
    Limit, Said, Spent, StatusCheck, TEMPLATES, TextLimits, TextMessage, TextPayer, TextSetupError, TextTransport,
    Texts, build as build_texts,
};
pub use transport::Transport;
pub use work::{AT_ONCE, CLAIM_TERM, Postman};
