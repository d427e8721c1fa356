//! What follows from an invite: its mail.

use std::sync::Arc;

use super::{
    by_id, code_of,
    letter::{JoinLink, Told, compose},
};
use crate::{
    ledger::{Entry, Event, Follower, Tx, events::InviteKind},
    mail::{self, EmailAddress, Locale},
    people,
    policy::{self, demands},
    store::StoreError,
    vault::{Field, Vault, VaultError},
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

    fn follow(&self, tx: &mut Tx<'_>, entry: &Entry) -> Result<(), StoreError> {
        let Event::InviteIssued {
            invite: id,
            kind: InviteKind::Email,
            ..
        } = entry.envelope.event
        else {
            return Ok(());
        };
        let Some(invite) = by_id(tx.conn, id)? else {
            return Ok(());
        };
        let Some((subject, sealed)) = &invite.address else {
            return Ok(());
        };
        let key = match self.vault.key(tx.conn, *subject) {
            Ok(key) => key,
            // Forgotten meanwhile: there is nobody to write to.
            Err(VaultError::Erased) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        let Ok(to) = EmailAddress::parse(&key.open_text(Field::Contact, sealed)?) else {
            return Ok(());
        };
        let code = code_of(&self.vault, invite.key_version, id)
            .ok_or_else(|| StoreError::Internal("the keyring lacks the key of an invite's code".into()))?;
        let policy = self.policy.get()?;
        let inviter = people::member(tx.conn, invite.inviter)?.and_then(|member| member.handle);
        let letter = compose(Told {
            to,
            locale: Locale::from_tag(&invite.locale),
            community: &policy.policy.community.name,
            inviter: inviter.as_deref(),
            asked: demands(&policy.policy).collect(),
            until: invite.expires_at,
            code: &code,
            link: &self.link,
        })?;
        mail::post(tx, &key, "invite", &letter)
    }
}
