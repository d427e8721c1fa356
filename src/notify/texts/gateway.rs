//! One call of a gateway, and what its answer means.

use std::time::Duration;

use crate::{
    notify::{Cause, DeliveryError, Reason, Stage},
    platform::egress::{Answer, Call, Egress, Failure, Limits},
};

/// No gateway says more.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Calls a gateway, under a limit for the whole.
pub(super) async fn call(egress: &Egress, call: Call<'_>, time: Duration) -> Result<Answer, DeliveryError> {
    let limits = Limits {
        time,
        bytes: LONGEST_ANSWER,
    };
    egress.call(call, limits).await.map_err(|failure| match failure {
        Failure::Refused(_) => refused(Cause::Egress),
        Failure::Unreachable(_) => temporary(Cause::Network),
        Failure::Unanswered(what) => temporary(Cause::Unclear(what)),
        Failure::TooLong => unreadable(),
    })
}

/// The answer is none that the gateway's documentation has: the message was taken, or not.
pub(super) const fn unreadable() -> DeliveryError {
    temporary(Cause::Unclear("the answer cannot be read"))
}

pub(super) const fn temporary(cause: Cause) -> DeliveryError {
    DeliveryError::Temporary(reason(cause))
}

/// The gateway refuses us, whoever the reader is.
pub(super) const fn refused(cause: Cause) -> DeliveryError {
    DeliveryError::Refused(reason(cause))
}

/// The gateway refuses this reader, or this message.
pub(super) const fn permanent(cause: Cause) -> DeliveryError {
    DeliveryError::Permanent(reason(cause))
}

const fn reason(cause: Cause) -> Reason {
    Reason {
        stage: Stage::Gateway,
        cause,
    }
}

/// What a status says, where nothing else does.
pub(super) const fn by_status(status: u16) -> DeliveryError {
    match status {
        401 | 403 => refused(Cause::Status(status)),
        408 | 425 | 429 => temporary(Cause::Status(status)),
        400..500 => permanent(Cause::Status(status)),
        200..300 => unreadable(),
        _ => temporary(Cause::Status(status)),
    }
}

/// What a code of a gateway's own means for the message.
#[derive(Clone, Copy)]
pub(super) enum Means {
    /// Try again later.
    Later,
    /// An operator has to mend it.
    Us,
    /// This reader is never reached.
    Reader,
}

/// What a code means, by the table of those that its documentation has. Of one that is not in it nothing is kept: its
/// words may be anything.
pub(super) fn by_code(table: &[(&'static str, Means)], code: &str) -> DeliveryError {
    match table.iter().find(|(known, _)| *known == code) {
        Some((known, Means::Later)) => temporary(Cause::Named(known)),
        Some((known, Means::Us)) => refused(Cause::Named(known)),
        Some((known, Means::Reader)) => permanent(Cause::Named(known)),
        None => temporary(Cause::Named("a code that is not known")),
    }
}
