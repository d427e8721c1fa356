//! The ways out of the outbox: letters by mail, text messages by a gateway.

use futures_util::future::BoxFuture;

use super::{DeliveryError, Letter, LetterId, Sender, Transport, render};
use crate::platform::terms::{
    Timestamp,
    metrics::{
        MAIL_DEAD, MAIL_FAILED_TOTAL, MAIL_REFUSED, MAIL_SENT_TOTAL, MAIL_WAITING, TEXTS_DEAD, TEXTS_FAILED_TOTAL,
        TEXTS_REFUSED, TEXTS_SENT_TOTAL, TEXTS_WAITING,
    },
};

/// By what something in the outbox leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// A letter.
    Mail,
    /// A text message.
    Text,
}

impl Channel {
    /// As it stands in the outbox.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
        }
    }

    pub(super) const fn meters(self) -> Meters {
        match self {
            Self::Mail => Meters {
                waiting: MAIL_WAITING,
                dead: MAIL_DEAD,
                refused: MAIL_REFUSED,
                sent: MAIL_SENT_TOTAL,
                failed: MAIL_FAILED_TOTAL,
            },
            Self::Text => Meters {
                waiting: TEXTS_WAITING,
                dead: TEXTS_DEAD,
                refused: TEXTS_REFUSED,
                sent: TEXTS_SENT_TOTAL,
                failed: TEXTS_FAILED_TOTAL,
            },
        }
    }
}

/// The metrics of a channel.
pub(super) struct Meters {
    pub(super) waiting: &'static str,
    pub(super) dead: &'static str,
    pub(super) refused: &'static str,
    pub(super) sent: &'static str,
    pub(super) failed: &'static str,
}

/// Why something did not leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failed {
    /// It is nothing that this way out carries: a defect of ours.
    Unreadable(&'static str),
    /// Whoever was to take it did not.
    Delivery(DeliveryError),
}

impl From<DeliveryError> for Failed {
    fn from(error: DeliveryError) -> Self {
        Self::Delivery(error)
    }
}

/// A way out of the outbox.
pub trait Carrier: Send + Sync + 'static {
    /// What it carries.
    fn channel(&self) -> Channel;

    /// Hands over what was opened. The same `id` is the same message, however often it is handed over.
    fn deliver<'a>(
        &'a self,
        opened: &'a [u8],
        id: LetterId,
        posted_at: Timestamp,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<(), Failed>>;
}

/// Letters, by mail.
#[derive(Debug)]
pub struct Mail {
    /// The way for letters to leave.
    pub transport: Transport,
    /// Who letters come from.
    pub sender: Sender,
}

impl Carrier for Mail {
    fn channel(&self) -> Channel {
        Channel::Mail
    }

    fn deliver<'a>(
        &'a self,
        opened: &'a [u8],
        id: LetterId,
        posted_at: Timestamp,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<(), Failed>> {
        Box::pin(async move {
            let message = serde_json::from_slice::<Letter>(opened)
                .ok()
                .and_then(|letter| render(&letter, &self.sender, id.uuid(), posted_at).ok())
                .ok_or(Failed::Unreadable("render: not a letter"))?;
            Ok(self.transport.deliver(&message).await?)
        })
    }
}
