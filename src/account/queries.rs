//! What is held about a member, for them alone.

use zeroize::Zeroizing;

use crate::{
    account::Account,
    credentials,
    identity::{self, Look, OwnName},
    invites, moderation,
    notify::{self, StopIndex},
    people::{self, Member},
    platform::{
        store::{Conn, StoreError},
        terms::{ContactPoint, PersonId, PersonRow, Timestamp},
        vault::{DataKey, Field, VaultError},
    },
    tokens,
};

/// All of it; what can be long, in number.
pub struct Held {
    /// Who they are here.
    pub member: Member,
    /// Their address or phone number.
    pub contact: Option<Zeroizing<String>>,
    /// Former ones that they can have back, each until then.
    pub former_contacts: Vec<(Zeroizing<String>, Timestamp)>,
    /// Former handles that are nobody else's, each until then.
    pub former_handles: Vec<(String, Timestamp)>,
    /// Who let them in.
    pub inviter: Option<PersonId>,
    /// Their real name, where one is held.
    pub name: Option<OwnName>,
    /// How often reviewers looked at it.
    pub looks: i64,
    /// Whether they have a password.
    pub has_password: bool,
    /// Whether they want no letters that a stranger can cause.
    pub letters_stopped: bool,
    /// Sessions that live.
    pub sessions: i64,
    /// Whom they let in.
    pub invitees: i64,
    /// Invites that they issued, whatever became of them.
    pub invites: i64,
    /// For whom they vouch.
    pub vouches_given: i64,
    /// Who vouches for them.
    pub vouches_received: i64,
    /// Sanctions that they were ever under.
    pub sanctions: i64,
    /// Reports that they made.
    pub reports: i64,
}

fn shown(key: &DataKey, sealed: &[u8]) -> Result<Option<(ContactPoint, Zeroizing<String>)>, StoreError> {
    let kept = key.open_text(Field::Contact, sealed)?;
    let contact = ContactPoint::parse(&kept).ok();
    Ok(contact.map(|contact| {
        let text = Zeroizing::new(contact.shown());
        (contact, text)
    }))
}

impl Account {
    /// What is held about a member; none where they are gone.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn held(&self, person: PersonRow) -> Result<Option<Held>, StoreError> {
        let (vault, now) = (self.vault.clone(), self.ledger.now());
        let read = move |conn: &mut Conn| {
            let Some(member) = people::member(conn, person)? else {
                return Ok(None);
            };
            let key = match member.subject.map(|subject| vault.key(conn, subject)) {
                Some(Ok(key)) => Some(key),
                None | Some(Err(VaultError::Erased)) => None,
                Some(Err(error)) => return Err(error.into()),
            };
            let (mut contact, mut former_contacts, mut letters_stopped) = (None, Vec::new(), false);
            if let Some(key) = &key {
                if let Some(sealed) = people::own_contact(conn, person)?
                    && let Some((point, text)) = shown(key, &sealed)?
                {
                    if let ContactPoint::Email(address) = &point {
                        let index = StopIndex::of(&vault, address);
                        letters_stopped = !notify::stopped(conn, &[index])?.is_empty();
                    }
                    contact = Some(text);
                }
                for (sealed, until) in people::kept_contacts(conn, person, now)? {
                    former_contacts.extend(shown(key, &sealed)?.map(|(_, text)| (text, until)));
                }
            }
            let (name, looks) = match member.subject {
                Some(subject) => (
                    identity::own_name(conn, &vault, subject)?,
                    identity::count_looks(conn, subject)?,
                ),
                None => (None, 0),
            };
            let [invitees, vouches_given, vouches_received] = people::count_own(conn, person)?;
            let (sanctions, reports) = moderation::queries::own_figures(conn, person)?;
            Ok::<_, StoreError>(Some(Held {
                contact,
                former_contacts,
                former_handles: people::former_handles(conn, person, now)?,
                inviter: people::inviter_of(conn, person)?.map(|inviter| inviter.id),
                name,
                looks,
                has_password: credentials::has_password(conn, person)?,
                letters_stopped,
                sessions: tokens::count_sessions(conn, person, now)?,
                invitees,
                invites: invites::count_issued(conn, person)?,
                vouches_given,
                vouches_received,
                sanctions,
                reports,
                member,
            }))
        };
        self.ledger.store().read(read).await
    }

    /// Who looked at a member's real name, newest first, below the row `before`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn looks(&self, person: PersonRow, before: Option<i64>, limit: i64) -> Result<Vec<Look>, StoreError> {
        let vault = self.vault.clone();
        let read = move |conn: &mut Conn| {
            let subject = people::member(conn, person)?.and_then(|member| member.subject);
            match subject {
                Some(subject) => identity::looks(conn, &vault, subject, before, limit),
                None => Ok(Vec::new()),
            }
        };
        self.ledger.store().read(read).await
    }
}
