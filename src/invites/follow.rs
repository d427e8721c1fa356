//! What follows from an invite: its mail.

use std::{slice, sync::Arc};

use super::{
    code_of,
    letter::{JoinLink, Told, compose},
    records::{self, ToBeTold},
};
use crate::{
    ledger::{Entry, Event, Follower, Tx, events::InviteKind},
    mail::{self, EmailAddress, Letter, Locale},
    policy::{self, demands},
    store::StoreError,
    terms::InviteId,
    vault::{DataKey, Field, Vault, VaultError},
};

/// Composes the mail of each addressed invite.
pub struct InviteMails {
    /// Opens the address and derives the code.
    pub vault: Vault,
    /// What the newcomer will be asked for.
    pub policy: Arc<policy::Current>,
    /// Where the code is opened.
    pub link: JoinLink,
}

impl Follower for InviteMails {
    fn name(&self) -> &'static str {
        "invite-mails"
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
        let mut letters = Vec::with_capacity(ids.len());
        for told in records::to_be_told(tx.conn, &ids)? {
            letters.extend(self.write(told)?);
        }
        mail::post_all(tx, "invite", &letters)
    }
}

/// Which invite was issued to an address.
const fn addressed(event: &Event) -> Option<InviteId> {
    match event {
        Event::InviteIssued {
            invite,
            kind: InviteKind::Email,
            ..
        } => Some(*invite),
        _ => None,
    }
}

impl InviteMails {
    /// The letter and the key that seals it; none where there is nobody to write to.
    fn write(&self, told: ToBeTold) -> Result<Option<(DataKey, Letter)>, StoreError> {
        let key = match self.vault.unwrap(told.subject, told.wrapping, told.wrapped.as_deref()) {
            Ok(key) => key,
            // Forgotten meanwhile.
            Err(VaultError::Erased) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Ok(to) = EmailAddress::parse(&key.open_text(Field::Contact, &told.sealed)?) else {
            return Ok(None);
        };
        let code = code_of(&self.vault, told.key_version, told.id)
            .ok_or_else(|| StoreError::Internal("the keyring lacks the key of an invite's code".into()))?;
        let policy = self.policy.get()?;
        let letter = compose(Told {
            to,
            locale: Locale::from_tag(&told.locale),
            community: &policy.policy.community.name,
            inviter: told.inviter.as_deref(),
            asked: demands(&policy.policy).collect(),
            until: told.expires_at,
            code: &code,
            link: &self.link,
        })?;
        Ok(Some((key, letter)))
    }
}
