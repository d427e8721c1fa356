//! What follows from an invite: its mail, and what becomes of that.

use std::{
    collections::{HashMap, HashSet},
    slice,
    sync::Arc,
    time::Duration,
};

use uuid::Uuid;

use super::{
    Closed, Code, by_id, code_of,
    letter::{Part, Several, Told, compose, compose_all},
    open,
    records::{self, ToBeTold},
};
use crate::{
    notify::{
        self, EmailAddress, Letter, LetterSubject, Locale, Matter, PhoneNumber, Said, Spent, Stands, StopIndex, Stops,
        TextLimits, TextMessage, TextPayer, Undelivered,
    },
    platform::{
        config::ThrottleConfig,
        ledger::{
            Entry, Event, Subscriber, Tx,
            events::{self, InviteKind, Undeliverable},
        },
        store::{
            Conn, StoreError,
            throttle::{self, Rate, Throttled},
        },
        terms::{ContactPoint, Id, InviteId, LinkTemplate, Timestamp},
        vault::{Blind, DataKey, Field, Vault, VaultError},
    },
    policy::{self, demands},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How many letters a stranger gets, and a member causes, whatever becomes of the invites.
#[derive(Debug, Clone, Copy)]
pub struct LetterLimits {
    /// To one address.
    pub per_address: Rate,
    /// For one member.
    pub per_member: Rate,
}

impl LetterLimits {
    /// As the operator has set them.
    pub fn of(config: &ThrottleConfig) -> Self {
        Self {
            per_address: Rate::at_most(config.invites_per_address_per_day, DAY),
            per_member: Rate::burst(config.invite_mails_per_member_per_day, DAY),
        }
    }
}

/// Composes the mail or the text message of each addressed invite, and knows whether it may leave.
pub struct InviteMails {
    /// Opens the address and derives the code.
    pub vault: Vault,
    /// What the newcomer will be asked for.
    pub policy: Arc<policy::Current>,
    /// Where the code is opened.
    pub link: LinkTemplate,
    /// Who wants no letters, and where one says so.
    pub stops: Stops,
    /// How many letters leave.
    pub limits: LetterLimits,
    /// How many text messages leave.
    pub texts: TextLimits,
}

const KIND: &str = "invite";

/// The events that it wants.
const EVENTS: [&str; 2] = ["invite_issued", "invite_resent"];

impl Subscriber for InviteMails {
    fn name(&self) -> &'static str {
        "invite-mails"
    }

    fn kinds(&self) -> &'static [&'static str] {
        &EVENTS
    }

    fn wants(&self, event: &Event) -> bool {
        addressed(event).is_some()
    }

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        self.follow_all(tx, slice::from_ref(entry))
    }

    fn follow_all(&self, tx: &mut Tx<'_>, entries: &[Entry]) -> Result<(), StoreError> {
        let ids: Vec<_> = entries
            .iter()
            .filter_map(|entry| addressed(&entry.envelope.event))
            .collect();
        let again = entries.iter().filter_map(|entry| match &entry.envelope.event {
            Event::InviteResent(resent) => Some(resent.invite),
            _ => None,
        });
        let again: HashSet<InviteId> = again.collect();
        let (mut reached, mut texts) = (Vec::with_capacity(ids.len()), Vec::new());
        for told in records::to_be_told(tx.conn, &ids, tx.now)? {
            match self.contact(&told)? {
                None => {}
                Some((key, ContactPoint::Email(to))) => {
                    let index = StopIndex::of(&self.vault, &to);
                    reached.push(Reader { told, key, to, index });
                }
                Some((key, ContactPoint::Phone(to))) => texts.extend(self.text(tx, &told, key, to)?),
            }
        }
        let indexes: Vec<StopIndex> = reached.iter().map(|reader| reader.index.clone()).collect();
        let stopped = notify::stopped(tx.conn, &indexes)?;
        let others = others(tx, &reached)?;
        let mut letters = Vec::with_capacity(reached.len());
        let mut together = Vec::new();
        for reader in reached {
            let invite = reader.told.id;
            let refused = if stopped.contains(&reader.index) {
                Some(Undeliverable::Refused)
            } else if again.contains(&invite) {
                // It was counted where it was asked for.
                None
            } else if others.contains_key(&invite) {
                together.push(reader);
                continue;
            } else {
                self.limited(tx, &reader)?
            };
            match refused {
                Some(why) => undeliverable(tx, invite, why)?,
                None => letters.push(self.write(reader, tx.now)?),
            }
        }
        notify::post_all(tx, KIND, &letters)?;
        for reader in together {
            let others = others.get(&reader.told.id).map_or(&[][..], Vec::as_slice);
            self.tell_together(tx, reader, others)?;
        }
        notify::post_texts(tx, KIND, &texts)
    }
}

/// Of which invite a letter is to be written: it was issued to an address, or its letter was asked for again.
const fn addressed(event: &Event) -> Option<InviteId> {
    match event {
        Event::InviteIssued(events::InviteIssued {
            invite,
            kind: InviteKind::Email | InviteKind::Phone,
            ..
        })
        | Event::InviteResent(events::InviteResent { invite }) => Some(*invite),
        _ => None,
    }
}

/// Notes that an invite's letter reaches nobody.
fn undeliverable(tx: &mut Tx<'_>, invite: InviteId, reason: Undeliverable) -> Result<(), StoreError> {
    if records::set_undeliverable(tx.conn, invite, reason)? {
        tx.record(Event::InviteUndeliverable(events::InviteUndeliverable {
            invite,
            reason,
        }));
    }
    Ok(())
}

/// Somebody who is to be told.
struct Reader {
    told: ToBeTold,
    key: DataKey,
    to: EmailAddress,
    index: StopIndex,
}

impl InviteMails {
    /// Whom to write to, and the key that seals it; none where they have been forgotten meanwhile.
    fn contact(&self, told: &ToBeTold) -> Result<Option<(DataKey, ContactPoint)>, StoreError> {
        let key = match self.vault.unwrap(told.subject, told.wrapping, told.wrapped.as_deref()) {
            Ok(key) => key,
            Err(VaultError::Erased) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let kept = key.open_text(Field::Contact, &told.sealed)?;
        let to = ContactPoint::parse(&kept)
            .map_err(|error| StoreError::Internal(format!("an invite's contact: {error}")))?;
        Ok(Some((key, to)))
    }

    /// The text message, counted; none where it may not be sent, which the inviter sees.
    fn text(
        &self,
        tx: &mut Tx<'_>,
        told: &ToBeTold,
        key: DataKey,
        to: PhoneNumber,
    ) -> Result<Option<(DataKey, Uuid, TextMessage)>, StoreError> {
        match self.texts.spend(tx, &self.vault, &to, TextPayer::Member(told.inviter)) {
            Ok(()) => {}
            Err(Spent::Store(error)) => return Err(error),
            Err(Spent::Reached(limit, _)) => {
                let why = match limit {
                    // That others have written to somebody is not told.
                    notify::Limit::Recipient => Undeliverable::Refused,
                    _ => Undeliverable::Limited,
                };
                undeliverable(tx, told.id, why)?;
                return Ok(None);
            }
        }
        let code = self.code(told)?.expose();
        let (locale, policy) = (Locale::from_tag(&told.locale), self.policy.get()?);
        let link = self.link.to(&code);
        let community = &policy.policy.community.name;
        let said = Said::invite(locale, community, told.handle.as_deref(), &code, &link);
        Ok(Some((key, told.id.uuid(), TextMessage { to, locale, said })))
    }

    fn code(&self, told: &ToBeTold) -> Result<Code, StoreError> {
        code_of(&self.vault, told.key_version, told.id)
            .ok_or_else(|| StoreError::Internal("the keyring lacks the key of an invite's code".into()))
    }

    /// Counts the letter, or says why there is none. Whoever invites is counted first: nothing is counted for an
    /// address that gets no letter.
    fn limited(&self, tx: &mut Tx<'_>, reader: &Reader) -> Result<Option<Undeliverable>, StoreError> {
        if !self.member_may(tx, reader)? {
            return Ok(Some(Undeliverable::Limited));
        }
        // That others have written to somebody is not told.
        Ok((!self.address_may(tx, reader)?).then_some(Undeliverable::Refused))
    }

    fn member_may(&self, tx: &mut Tx<'_>, reader: &Reader) -> Result<bool, StoreError> {
        let policy = self.policy.get()?;
        if policy.policy.invite.unlimited_roles.contains(&reader.told.role) {
            return Ok(true);
        }
        let member = [b"invite-mail/member/", reader.told.inviter.0.to_be_bytes().as_slice()].concat();
        self.admit(tx, &member, self.limits.per_member)
    }

    fn address_may(&self, tx: &mut Tx<'_>, reader: &Reader) -> Result<bool, StoreError> {
        let address = [b"invite-mail/address/", reader.index.as_bytes()].concat();
        self.admit(tx, &address, self.limits.per_address)
    }

    /// Tells of an invite by the letter of another one to the same address that has not left yet; where there is none,
    /// by a letter of its own. The address gets no further letter by the former, so that none is counted.
    fn tell_together(&self, tx: &mut Tx<'_>, reader: Reader, others: &[InviteId]) -> Result<(), StoreError> {
        let invite = reader.told.id;
        if !self.member_may(tx, &reader)? {
            return undeliverable(tx, invite, Undeliverable::Limited);
        }
        for other in others {
            if notify::take_in(tx, KIND, other.uuid(), invite.uuid())? {
                return Ok(());
            }
        }
        if !self.address_may(tx, &reader)? {
            return undeliverable(tx, invite, Undeliverable::Refused);
        }
        let letter = self.write(reader, tx.now)?;
        notify::post_all(tx, KIND, &[letter])
    }

    fn admit(&self, tx: &mut Tx<'_>, what: &[u8], rate: Rate) -> Result<bool, StoreError> {
        let bucket = self.vault.blind(Blind::Throttle, what);
        match throttle::admit(tx.conn, &bucket, rate, tx.now) {
            Ok(()) => Ok(true),
            Err(Throttled::Wait(_)) => Ok(false),
            Err(Throttled::Store(error)) => Err(error),
        }
    }

    /// A letter that tells of several invites to one address: of those that can be used when it leaves.
    fn stand_together(
        &self,
        conn: &mut Conn,
        letter: &LetterSubject<'_>,
        now: Timestamp,
    ) -> Result<Stands, StoreError> {
        let mut standing = Vec::new();
        for id in about(letter) {
            if let Some(invite) = by_id(conn, id)?
                && matches!(open(conn, &invite, now)?, Ok(()) | Err(Closed::NotYet { .. }))
            {
                standing.push(id);
            }
        }
        let mut readers = Vec::new();
        for told in records::to_be_told(conn, &standing, now)? {
            if let Some((key, ContactPoint::Email(to))) = self.contact(&told)? {
                let index = StopIndex::of(&self.vault, &to);
                readers.push(Reader { told, key, to, index });
            }
        }
        let Some(first) = readers.first() else {
            return Ok(Stands::No);
        };
        if !notify::stopped(conn, slice::from_ref(&first.index))?.is_empty() {
            return Ok(Stands::Unwanted);
        }
        let (to, locale) = (first.to.clone(), Locale::from_tag(&first.told.locale));
        let parts = readers.iter().map(|reader| self.part(reader, now));
        let parts = parts.collect::<Result<Vec<_>, StoreError>>()?;
        let policy = self.policy.get()?;
        Ok(Stands::As(Box::new(compose_all(Several {
            stop: self.stops.link(&to),
            to,
            locale,
            community: &policy.policy.community.name,
            asked: demands(&policy.policy).collect(),
            link: &self.link,
            parts,
        }))))
    }

    /// What a letter says of one of several invites.
    fn part<'a>(&self, reader: &'a Reader, now: Timestamp) -> Result<Part<'a>, StoreError> {
        let told = &reader.told;
        let sealed = told.message.as_ref();
        let message = sealed.map(|sealed| reader.key.open_text(Field::Message, sealed));
        Ok(Part {
            inviter: told.handle.as_deref(),
            until: told.expires_at,
            opens: told.opens_at.filter(|&opens| now < opens),
            message: message.transpose()?,
            code: self.code(told)?,
        })
    }

    /// The letter, what it is about, and the key that seals it.
    fn write(&self, reader: Reader, now: Timestamp) -> Result<(DataKey, Uuid, Letter), StoreError> {
        let Reader { told, key, to, .. } = reader;
        let code = self.code(&told)?;
        let policy = self.policy.get()?;
        let message = match &told.message {
            Some(sealed) => Some(key.open_text(Field::Message, sealed)?),
            None => None,
        };
        let letter = compose(Told {
            stop: self.stops.link(&to),
            to,
            locale: Locale::from_tag(&told.locale),
            community: &policy.policy.community.name,
            inviter: told.handle.as_deref(),
            asked: demands(&policy.policy).collect(),
            until: told.expires_at,
            opens: told.opens_at.filter(|&opens| now < opens),
            message: message.as_ref().map(|message| message.as_str()),
            code: &code,
            link: &self.link,
        });
        Ok((key, told.id.uuid(), letter))
    }
}

impl Matter for InviteMails {
    fn kinds(&self) -> &'static [&'static str] {
        &[KIND]
    }

    fn stands(&self, conn: &mut Conn, letter: &LetterSubject<'_>, now: Timestamp) -> Result<Stands, StoreError> {
        if !letter.also.is_empty() {
            return self.stand_together(conn, letter, now);
        }
        let Some(invite) = by_id(conn, Id::from_uuid(letter.about))? else {
            return Ok(Stands::No);
        };
        // One that opens later is told of at once.
        if !matches!(open(conn, &invite, now)?, Ok(()) | Err(Closed::NotYet { .. })) {
            return Ok(Stands::No);
        }
        match super::address(conn, &self.vault, &invite) {
            Ok(Some(ContactPoint::Phone(phone))) => {
                let policy = self.policy.get()?;
                Ok(match policy::may_text(&policy.policy, &phone) {
                    Ok(()) => Stands::Yes,
                    Err(_) => Stands::No,
                })
            }
            Ok(Some(ContactPoint::Email(address))) => {
                let stopped = notify::stopped(conn, &[StopIndex::of(&self.vault, &address)])?;
                Ok(if stopped.is_empty() {
                    Stands::Yes
                } else {
                    Stands::Unwanted
                })
            }
            // Whoever opens the letter says so.
            Ok(None) | Err(VaultError::Erased | VaultError::Sealed) => Ok(Stands::Yes),
            Err(VaultError::Store(error)) => Err(error),
        }
    }

    fn undelivered(&self, tx: &mut Tx<'_>, letter: &LetterSubject<'_>, why: Undelivered) -> Result<(), StoreError> {
        let why = match why {
            Undelivered::Refused => Undeliverable::Refused,
            Undelivered::GivenUp => Undeliverable::Unreachable,
        };
        about(letter).try_for_each(|invite| undeliverable(tx, invite, why))
    }

    fn sent(&self, tx: &mut Tx<'_>, letter: &LetterSubject<'_>) -> Result<(), StoreError> {
        about(letter).try_for_each(|invite| Ok(records::set_sent(tx.conn, invite, tx.now)?))
    }

    fn delivered(&self, tx: &mut Tx<'_>, letter: &LetterSubject<'_>) -> Result<(), StoreError> {
        about(letter).try_for_each(|invite| {
            if records::set_delivered(tx.conn, invite)? {
                tx.record(Event::InviteDelivered(events::InviteDelivered { invite }));
            }
            Ok(())
        })
    }
}

/// Every invite that a letter is about.
fn about<'a>(letter: &LetterSubject<'a>) -> impl Iterator<Item = InviteId> + use<'a> {
    let all = std::iter::once(letter.about).chain(letter.also.iter().copied());
    all.map(Id::from_uuid)
}

/// Other invites to the same address that stand, of each of these that have some.
fn others(tx: &mut Tx<'_>, readers: &[Reader]) -> Result<HashMap<InviteId, Vec<InviteId>>, StoreError> {
    let blinds: Vec<&[u8]> = readers.iter().map(|reader| reader.told.blind.as_slice()).collect();
    let mut standing: HashMap<Vec<u8>, Vec<InviteId>> = HashMap::new();
    for (blind, invite) in records::to_addresses(tx.conn, &blinds, tx.now)? {
        standing.entry(blind).or_default().push(invite);
    }
    let others = readers.iter().filter_map(|reader| {
        let own = reader.told.id;
        let all = standing.get(&reader.told.blind)?.iter();
        let others: Vec<InviteId> = all.copied().filter(|&other| other != own).collect();
        (!others.is_empty()).then_some((own, others))
    });
    Ok(others.collect())
}

#[cfg(test)]
mod tests {
    use super::EVENTS;
    use crate::platform::ledger::Event;

    #[test]
    fn every_event_that_is_wanted_is_one() {
        assert!(EVENTS.iter().all(|kind| Event::KINDS.contains(kind)));
    }
}
