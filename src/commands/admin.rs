//! `vouchsafe admin`: what only whoever has a shell on the server may do.

use std::{
    io::{self, Write},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};

use super::sanction;
use crate::{
    credentials,
    moderation::{ActionError, ReasonCode, SanctionError, SanctionKind},
    notify::{self, AddressError, EmailAddress, LetterId},
    people::{self, Contact, HandleError, Member, Newcomer},
    platform::{
        config::PublicUrl,
        ledger::{Actor, Ledger, Tx},
        store::StoreError,
        terms::{Assurance, ContactError, ContactPoint, PersonId, PersonRow, ReasonError, Role, ServiceId},
        vault::{Blind, Field, Vault},
    },
    tokens::services::{self, Added, Resource, ServiceError},
};

/// For how long a one-time sign-in code is good.
pub const CODE_LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum AdminError {
    /// No address.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The contact of a member is none.
    #[error(transparent)]
    Contact(#[from] ContactError),
    /// No handle.
    #[error(transparent)]
    Handle(#[from] HandleError),
    /// There is an owner already, who can give the role to others.
    #[error("the community has an owner already; owners give roles: PUT /v1/admin/people/{{id}}/role")]
    OwnerExists,
    /// Somebody has the handle.
    #[error("the handle is taken")]
    HandleTaken,
    /// A member has proved this address as theirs.
    #[error("the address belongs to a member already")]
    AddressTaken,
    /// No member has proved this address as theirs.
    #[error("no member has this address")]
    Unknown,
    /// No member is called so.
    #[error("nobody has the id or handle `{0}`; `vouchsafe graph chain` takes the same")]
    PersonUnknown(String),
    /// The note is too short or too long.
    #[error("--note: {0}")]
    Note(#[from] ReasonError),
    /// The end is no time.
    #[error("--until: give a time such as 2027-03-01T18:00:00Z")]
    Time,
    /// It was not done.
    #[error("it was not done: {0}")]
    Sanction(#[from] SanctionError),
    /// The action was not changed.
    #[error("it was not done: {0}")]
    Action(#[from] ActionError),
    /// There is no such service, or no longer.
    #[error("there is no service with this id")]
    NoService,
    /// There is no such letter, or nobody any more whom it could reach.
    #[error("there is no letter with this id that could be tried again; `vouchsafe admin letters` lists them")]
    NoLetter,
    /// The service.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is told cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Makes the community's first owner, whose address is taken on the operator's word, and prints how
/// they sign in.
///
/// # Errors
/// [`AdminError`].
pub async fn owner(
    ledger: &Ledger,
    vault: &Vault,
    url: &PublicUrl,
    address: &str,
    handle: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let (address, handle) = (EmailAddress::parse(address)?, people::handle(handle)?);
    let (keys, to) = (vault.clone(), address.clone());
    let made = ledger.write(Actor::Operator, move |tx| {
        people::lock_founders(tx.conn)?;
        if people::count_owners(tx.conn)? > 0 {
            return Ok(Err(AdminError::OwnerExists));
        }
        found_owner(tx, &keys, &to, &handle)
    });
    let member = made.await?.value?;
    let code = sign_in_code(ledger, vault, member.row).await?;
    writeln!(out, "{} is the owner of this community.\n", member.id)?;
    Ok(tell_code(url, &code, out)?)
}

/// Makes an owner and their contact; refused before anything is written.
pub(super) fn found_owner(
    tx: &mut Tx<'_>,
    vault: &Vault,
    address: &EmailAddress,
    handle: &str,
) -> Result<Result<Member, AdminError>, StoreError> {
    let blind = vault.blind(Blind::Contact, address.normalised().as_bytes());
    if people::by_handle(tx.conn, handle)?.is_some() {
        return Ok(Err(AdminError::HandleTaken));
    }
    if people::contact_holder(tx.conn, &blind, tx.now)?.is_some() {
        return Ok(Err(AdminError::AddressTaken));
    }
    let (subject, key) = vault.new_subject(tx)?;
    let newcomer = Newcomer {
        subject: Some(subject),
        handle: Some(handle.to_owned()),
        role: Role::Owner,
        // Whoever runs the service knows whom they make its owner.
        assurance: Assurance::Verified,
        locale: "en".into(),
    };
    let member = people::found(tx, &newcomer)?;
    let sealed = key.seal(Field::Contact, address.kept().as_bytes(), tx.rng)?;
    let contact = Contact {
        blind: &blind,
        sealed: &sealed,
        proved_at: tx.now,
    };
    if people::add_contact(tx, member.row, &contact)? {
        Ok(Ok(member))
    } else {
        Err(StoreError::Internal("the address was taken in the same moment".into()))
    }
}

/// Prints a one-time code with which the member who has this address signs in.
///
/// # Errors
/// [`AdminError`].
pub async fn sign_in(
    ledger: &Ledger,
    vault: &Vault,
    url: &PublicUrl,
    address: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let contact = ContactPoint::parse(address)?;
    let blind = vault.blind_contact(&contact);
    let found = ledger
        .store()
        .read(move |conn| Ok::<_, StoreError>(people::by_contact(conn, &blind)?));
    let person = found.await?.ok_or(AdminError::Unknown)?;
    let code = sign_in_code(ledger, vault, person).await?;
    Ok(tell_code(url, &code, out)?)
}

/// Bans a member by their id or handle: see [`sanction::impose`].
///
/// # Errors
/// [`AdminError`].
pub async fn ban(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    reason: ReasonCode,
    note: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let ban = sanction::Wanted {
        kind: SanctionKind::Ban,
        until: None,
        reason,
        note: note.to_owned(),
    };
    sanction::impose(ledger, vault, person, &ban, out).await
}

/// Lifts the ban that is in force on a member, who is called by their id or handle.
///
/// # Errors
/// [`AdminError`].
pub async fn lift_ban(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    note: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    sanction::lift(ledger, vault, person, SanctionKind::Ban, note, out).await
}

/// Whoever has this id or handle.
pub(super) async fn named(ledger: &Ledger, person: &str) -> Result<PersonId, AdminError> {
    let name = person.to_owned();
    let found = ledger.store().read(move |conn| super::audit::id(conn, &name));
    found.await?.ok_or_else(|| AdminError::PersonUnknown(person.to_owned()))
}

/// Makes a one-time code with which a member signs in, good for [`CODE_LASTS`].
///
/// # Errors
/// [`StoreError`].
pub async fn sign_in_code(ledger: &Ledger, vault: &Vault, person: PersonRow) -> Result<SecretString, StoreError> {
    let vault = vault.clone();
    let made = ledger.write(Actor::Operator, move |tx| {
        let member = people::member(tx.conn, person)?;
        let member = member.ok_or_else(|| StoreError::Internal("there is no such member".into()))?;
        credentials::make_sign_in_code(tx, &vault, &member, CODE_LASTS)
    });
    Ok(made.await?.value)
}

/// Prints how to sign in with a one-time code.
pub(super) fn tell_code(url: &PublicUrl, code: &SecretString, out: &mut impl Write) -> io::Result<()> {
    writeln!(
        out,
        "Sign in once, within 24 hours: open\n\n  {base}/signin/{code}\n\nor, without a browser:\n\n  curl \
         {base}/v1/sessions --json '{{\"one_time_code\":\"{code}\"}}'",
        base = url.as_str().trim_end_matches('/'),
        code = code.expose_secret()
    )
}

/// Registers a service, for which members can ask tokens and which may introspect those; prints its client
/// id, its secret (this once) and its resource. `ours` are names that none may have: they are this service's own.
///
/// # Errors
/// [`AdminError`].
pub async fn service(
    ledger: &Ledger,
    vault: &Vault,
    ours: [&str; 2],
    name: &str,
    resource: Option<&str>,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    if resource.is_some_and(|resource| ours.contains(&resource)) {
        return Err(ServiceError::Resource.into());
    }
    let resource = resource.map(Resource::parse).transpose()?;
    let (name, vault) = (name.to_owned(), vault.clone());
    let added = ledger
        .write(Actor::Operator, move |tx| services::add(tx, &vault, &name, resource))
        .await?;
    let Added { id, secret, resource } = added.value;
    writeln!(
        out,
        "client_id      {id}\nclient_secret  {}\nresource       {resource}",
        secret.expose_secret()
    )?;
    writeln!(out, "\nThe secret is not shown again.")?;
    Ok(())
}

/// Takes a service's right to introspect away.
///
/// # Errors
/// [`AdminError::NoService`] where there is none with this id.
pub async fn remove_service(ledger: &Ledger, service: ServiceId, out: &mut impl Write) -> Result<(), AdminError> {
    let removed = ledger
        .write(Actor::Operator, move |tx| services::remove(tx, service))
        .await?;
    if !removed.value {
        return Err(AdminError::NoService);
    }
    writeln!(out, "{service} may introspect no longer")?;
    Ok(())
}

/// Lists the letters that were given up, oldest first. To whom they were is not said.
///
/// # Errors
/// [`AdminError`].
pub async fn letters(ledger: &Ledger, out: &mut impl Write) -> Result<(), AdminError> {
    let mut after = None;
    loop {
        let page = ledger.store().read(move |conn| notify::dead(conn, after, 200)).await?;
        for letter in &page {
            let notify::DeadLetter {
                id,
                kind,
                attempts,
                last_error,
                created_at,
            } = letter;
            writeln!(out, "{id}  {created_at}  {kind}  {attempts} attempts  {last_error}")?;
        }
        match page.last() {
            Some(last) => after = Some(last.id),
            None if after.is_none() => return Ok(writeln!(out, "no letter was given up")?),
            None => return Ok(()),
        }
    }
}

/// Lets a letter that was given up be tried again, at once.
///
/// # Errors
/// [`AdminError::NoLetter`] where there is none with this id, or its reader was erased.
pub async fn retry_letter(ledger: &Ledger, letter: LetterId, out: &mut impl Write) -> Result<(), AdminError> {
    let retried = ledger
        .write(Actor::Operator, move |tx| notify::retry(tx, letter))
        .await?;
    if !retried.value {
        return Err(AdminError::NoLetter);
    }
    writeln!(out, "{letter} is tried again by the running service")?;
    Ok(())
}

/// Lets all letters that were given up be tried again, at once: after the mail server was mended.
///
/// # Errors
/// [`AdminError`].
pub async fn retry_letters(ledger: &Ledger, out: &mut impl Write) -> Result<(), AdminError> {
    let retried = ledger.write(Actor::Operator, notify::retry_all).await?;
    writeln!(out, "{} letters are tried again by the running service", retried.value)?;
    Ok(())
}
