//! What text messages may cost: counted by reader, by whoever causes them, by country and by day, over all replicas.
//!
//! Text messages cost money, and pumping them to numbers that pay their owners is a fraud. What is counted is counted in
//! the transaction that posts the message, in the store's throttles; what is refused counts nothing.

use std::time::Duration;

use metrics::counter;

use crate::platform::{
    config::TextsConfig,
    ledger::Tx,
    store::{
        StoreError,
        throttle::{self, Rate, Throttled},
    },
    terms::{PersonRow, PhoneNumber, metrics::TEXTS_LIMITED_TOTAL},
    vault::{Blind, Vault},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many text messages there may be.
#[derive(Debug, Clone, Copy)]
pub struct TextLimits {
    per_recipient: Rate,
    per_inviter: Rate,
    per_waitlist: Rate,
    per_country: Rate,
    per_day: Rate,
}

/// On whose account a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextPayer {
    /// A member's: their invites, and what newcomers ask for by these.
    Member(PersonRow),
    /// The reader's own: a member who signs in.
    Reader,
    /// Everybody's who asks to be let in without an invite: nobody is known of them, so that they have one together.
    Waitlist,
}

/// Which limit is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Messages to this number.
    Recipient,
    /// Messages on account of one member.
    Inviter,
    /// Messages to people who ask to be let in without an invite.
    Waitlist,
    /// Messages to one country.
    Country,
    /// Messages at all.
    Day,
}

impl Limit {
    /// As it stands in the metric.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Inviter => "inviter",
            Self::Waitlist => "waitlist",
            Self::Country => "country",
            Self::Day => "day",
        }
    }
}

/// Why a message is not sent.
#[derive(Debug, thiserror::Error)]
pub enum Spent {
    /// There were as many as there may be; another may go after so many seconds.
    #[error("too many text messages")]
    Reached(Limit, u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TextLimits {
    /// As the operator has set them.
    pub fn of(config: &TextsConfig) -> Self {
        Self {
            per_recipient: Rate::burst(config.per_recipient_per_day, DAY),
            per_inviter: Rate::burst(config.per_inviter_per_day, DAY),
            per_waitlist: Rate::burst(config.waitlist_per_day, DAY),
            per_country: Rate::at_most(config.per_country_per_day, DAY),
            per_day: Rate::at_most(config.per_day, DAY),
        }
    }

    /// For data that the service makes itself.
    pub const fn open() -> Self {
        Self {
            per_recipient: Rate::open(),
            per_inviter: Rate::open(),
            per_waitlist: Rate::open(),
            per_country: Rate::open(),
            per_day: Rate::open(),
        }
    }

    /// Counts one message, or says which limit keeps it back: then nothing is counted.
    ///
    /// What all messages share is counted first, so that two transactions at once never wait for each other in a ring.
    ///
    /// # Errors
    /// [`Spent`]
    pub fn spend(&self, tx: &mut Tx<'_>, vault: &Vault, to: &PhoneNumber, payer: TextPayer) -> Result<(), Spent> {
        let mut counted = self.shared(to);
        match payer {
            TextPayer::Member(member) => {
                counted.push((Limit::Inviter, member.0.to_be_bytes().to_vec(), self.per_inviter));
            }
            TextPayer::Waitlist => counted.push((Limit::Waitlist, Vec::new(), self.per_waitlist)),
            TextPayer::Reader => {}
        }
        counted.push(self.recipient(vault, to));
        count(tx, vault, counted)
    }

    /// The same for a message to a number that may be nobody's: `known` says whether one goes out. The number is counted
    /// in either case, and what is refused for it is refused alike, so that nobody learns whose number it is. False
    /// where another limit keeps the message back, which is told to nobody for the same reason.
    ///
    /// # Errors
    /// [`Spent`]
    pub fn spend_unseen(&self, tx: &mut Tx<'_>, vault: &Vault, to: &PhoneNumber, known: bool) -> Result<bool, Spent> {
        let shared = if known { self.shared(to) } else { Vec::new() };
        let goes = match count(tx, vault, shared) {
            Ok(()) => known,
            Err(Spent::Reached(..)) => false,
            Err(error) => return Err(error),
        };
        let refused = count(tx, vault, vec![self.recipient(vault, to)]);
        if refused.is_err() && goes {
            give_back(tx, vault, &self.shared(to))?;
        }
        refused.map(|()| goes)
    }

    /// What counts for messages of many.
    fn shared(&self, to: &PhoneNumber) -> Vec<Bucket> {
        let region = to.region();
        let country = region.as_ref().map_or("001", |region| region.as_str());
        vec![
            (Limit::Day, Vec::new(), self.per_day),
            (Limit::Country, country.as_bytes().to_vec(), self.per_country),
        ]
    }

    fn recipient(&self, vault: &Vault, to: &PhoneNumber) -> Bucket {
        let index = vault.blind(Blind::Phone, to.kept().as_bytes());
        (Limit::Recipient, index, self.per_recipient)
    }
}

/// What is counted, whose, and how often it may come.
type Bucket = (Limit, Vec<u8>, Rate);

fn name(vault: &Vault, (limit, whose, _): &Bucket) -> Vec<u8> {
    let name = [b"texts/", limit.as_str().as_bytes(), b"/", whose].concat();
    vault.blind(Blind::Throttle, &name)
}

/// Counts all of these, or none.
fn count(tx: &mut Tx<'_>, vault: &Vault, buckets: Vec<Bucket>) -> Result<(), Spent> {
    for (place, bucket) in buckets.iter().enumerate() {
        let &(limit, _, rate) = bucket;
        match throttle::admit(tx.conn, &name(vault, bucket), rate, tx.now) {
            Ok(()) => {}
            Err(Throttled::Wait(seconds)) => {
                give_back(tx, vault, &buckets[..place])?;
                counter!(TEXTS_LIMITED_TOTAL, "limit" => limit.as_str()).increment(1);
                return Err(Spent::Reached(limit, seconds));
            }
            Err(Throttled::Store(error)) => return Err(error.into()),
        }
    }
    Ok(())
}

fn give_back(tx: &mut Tx<'_>, vault: &Vault, buckets: &[Bucket]) -> Result<(), StoreError> {
    for bucket in buckets {
        throttle::give_back(tx.conn, &name(vault, bucket), bucket.2)?;
    }
    Ok(())
}
