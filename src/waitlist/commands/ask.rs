//! Somebody asks, proves their address, and leaves.

use std::time::Duration;

use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{Application, forget, records};
use crate::{
    credentials::six_digits,
    identity,
    notify::{Locale, TextPayer},
    onboarding::{GUESSES_A_DAY, Judged, Limits, PROOF_LASTS, Proofs},
    people,
    platform::{
        ledger::{
            Event, Tx,
            events::{self, Parting},
        },
        store::{StoreError, throttle::Rate},
        terms::{ApplicationId, ContactPoint},
        vault::{Blind, DataKey, Field, Vault, VaultError},
    },
    policy::{Policy, may_contact},
    waitlist::{State, WaitError, token, token_blind},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// As many applications whose time is over go with each new one.
const SWEPT: i64 = 20;

/// An application to be made.
#[derive(Debug, Clone)]
pub struct NewApplication {
    /// Its id.
    pub id: ApplicationId,
    /// The address or the phone number.
    pub contact: ContactPoint,
    /// What they say of themself.
    pub note: Option<SecretString>,
    /// The language for mails.
    pub locale: Locale,
}

/// Makes an application, and a one-time code that a subscriber sends to the contact. Nothing is looked up about the
/// contact: whoever asks is told nothing about it.
///
/// # Errors
/// [`WaitError::Closed`], [`WaitError::Full`], [`WaitError::Denied`], [`WaitError::TooMany`], [`WaitError::Texts`]
pub fn ask(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    limits: &Limits,
    new: &NewApplication,
) -> Result<Application, WaitError> {
    is_open(tx, policy)?;
    may_contact(policy, &new.contact)?;
    let blind = vault.blind_contact(&new.contact);
    let mailed = vault.blind(Blind::Throttle, &[b"proof-mail/".as_slice(), &blind].concat());
    tx.throttles.admit(tx.conn, &mailed, limits.codes_per_address, tx.now)?;
    if let Some(phone) = new.contact.phone() {
        limits.texts.spend(tx, vault, phone, TextPayer::Waitlist)?;
    }
    for over in records::lapsed(tx.conn, tx.now, SWEPT)? {
        forget(tx, vault, &over, &[State::Unproved], Parting::Lapsed)?;
    }
    let (subject, key) = vault.new_subject(tx)?;
    let mut proofs = Proofs::default();
    proofs.add(&six_digits(tx.rng), tx.now.after(PROOF_LASTS));
    let proofs = serde_json::to_vec(&proofs)
        .map(Zeroizing::new)
        .map_err(|error| StoreError::Internal(error.to_string()))?;
    let note = new.note.as_ref().map(secrecy::ExposeSecret::expose_secret);
    let row = records::New {
        id: new.id,
        token_hash: &token_blind(vault, &token(vault, new.id)),
        subject,
        state: State::Unproved,
        locale: new.locale.tag(),
        address_blind: &blind,
        address_sealed: key.seal(Field::Contact, new.contact.kept().as_bytes(), tx.rng)?,
        note_sealed: note
            .map(|note| key.seal(Field::Note, note.as_bytes(), tx.rng))
            .transpose()?,
        proofs_sealed: key.seal(Field::Proof, &proofs, tx.rng)?,
        asked_at: tx.now,
        expires_at: tx.now.after(DAY),
    };
    records::insert(tx.conn, &row)?;
    tx.record(Event::ApplicationMade(events::ApplicationMade { application: new.id }));
    records::by_id(tx.conn, new.id)?.ok_or(WaitError::Unknown)
}

fn is_open(tx: &mut Tx<'_>, policy: &Policy) -> Result<(), WaitError> {
    if !policy.waitlist.open {
        return Err(WaitError::Closed);
    }
    if records::size(tx.conn, None)? >= i64::from(policy.waitlist.most) {
        return Err(WaitError::Full);
    }
    Ok(())
}

/// The one-time codes of an application.
pub(in crate::waitlist) fn proofs(application: &Application, key: &DataKey) -> Result<Proofs, VaultError> {
    match &application.proofs {
        Some(sealed) => serde_json::from_slice(&key.open(Field::Proof, sealed)?).map_err(|_| VaultError::Sealed),
        None => Ok(Proofs::default()),
    }
}

/// Takes the one-time code; from then on they wait. Whose address waits already keeps the place it has: this token opens
/// the earlier application from then on, and this one goes.
///
/// # Errors
/// [`WaitError`]; a wrong code is counted.
pub fn prove(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    limits: &Limits,
    bearer: &SecretString,
    code: &str,
) -> Result<Application, WaitError> {
    records::hold(tx.conn)?;
    let hash = token_blind(vault, bearer);
    let application = records::by_token(tx.conn, &hash)?.ok_or(WaitError::Unknown)?;
    match application.state {
        State::Unproved if tx.now < application.expires_at => {}
        State::Waiting => return Err(WaitError::Proved),
        State::Unproved | State::LetIn | State::Refused => return Err(WaitError::Over),
    }
    let proofs = proofs(&application, &vault.key(tx.conn, application.subject)?)?;
    if !proofs.any_good(tx.now) {
        return Err(WaitError::Stale);
    }
    if !records::take_attempt(tx.conn, application.row, limits.proof_attempts)? {
        return Err(WaitError::Locked);
    }
    let blind = &application.address_blind;
    let guesses = vault.blind(Blind::Throttle, &[b"proof-guess/".as_slice(), blind].concat());
    let rate = Rate::at_most(GUESSES_A_DAY, DAY);
    tx.throttles.admit(tx.conn, &guesses, rate, tx.now)?;
    match proofs.judge(code, tx.now) {
        Judged::Right => {}
        Judged::Stale => return Err(WaitError::Stale),
        Judged::Wrong => {
            tx.record(Event::ApplicationProofFailed(events::ApplicationProofFailed {
                application: application.id,
            }));
            return Err(WaitError::Wrong);
        }
    }
    tx.throttles.give_back(tx.conn, &guesses, rate)?;
    // They control the address, so telling them is no leak.
    if people::contact_holder(tx.conn, blind, tx.now)?.is_some() {
        return Err(WaitError::Member);
    }
    if identity::queries::binds_address(tx.conn, blind)? {
        return Err(WaitError::Barred);
    }
    if let Some(former) = former(tx, blind)? {
        forget(tx, vault, &application, &[State::Unproved], Parting::Elsewhere)?;
        records::open_with(tx.conn, former.row, &hash)?;
        return Ok(former);
    }
    is_open(tx, policy)?;
    records::wait(tx.conn, application.row, tx.now)?;
    tx.record(Event::ApplicantWaits(events::ApplicantWaits {
        application: application.id,
    }));
    records::by_id(tx.conn, application.id)?.ok_or(WaitError::Unknown)
}

/// The application of this address that waits, or by which its owner was let in while that invite is open.
fn former(tx: &mut Tx<'_>, blind: &[u8]) -> Result<Option<Application>, WaitError> {
    for known in records::by_address(tx.conn, blind, &[State::Waiting, State::LetIn])? {
        if known.state == State::Waiting || super::is_let_in(tx, &known)? {
            return Ok(Some(known));
        }
    }
    Ok(None)
}

/// Leaves: the application is removed, and the key that sealed what they said.
///
/// # Errors
/// [`WaitError::Over`] where it is decided already.
pub fn leave(tx: &mut Tx<'_>, vault: &Vault, bearer: &SecretString) -> Result<(), WaitError> {
    records::share(tx.conn)?;
    let hash = token_blind(vault, bearer);
    let application = records::by_token(tx.conn, &hash)?.ok_or(WaitError::Unknown)?;
    match forget(
        tx,
        vault,
        &application,
        &[State::Unproved, State::Waiting],
        Parting::Left,
    )? {
        true => Ok(()),
        false => Err(WaitError::Over),
    }
}
