//! Sessions: a family of refresh tokens, of which one generation is good at a time.
//!
//! A refresh token is derived, never stored: the session, its generation, and a MAC over both. Using
//! it turns the session over to the next generation; a token of any other generation ends the whole
//! family (RFC 9700 §4.14.2), and that is remembered in the row, so also after a restart. But for
//! [`REUSE`] the request that turned it over may be repeated to the letter, by a client whose answer was
//! lost: it is answered as the first, as long as nobody has used what that bought. A session
//! ends a fixed time after it was started, however often it is refreshed.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use secrecy::SecretString;
use subtle::ConstantTimeEq;

use super::{Device, access::Audience, records, services};
use crate::{
    people::{self, Member},
    platform::{
        ledger::{
            Event, Tx,
            events::{self, SessionEnd},
        },
        store::{CommandError, Disposition, StoreError, from_query, throttle::Throttled},
        terms::{Assurance, Id, PersonRow, Role, Timestamp, kinds},
        vault::{Blind, KeyPurpose, Vault, VaultError},
    },
};

/// What every refresh token begins with.
pub const PREFIX: &str = "vsr_";
/// For how long a request that was answered may be repeated.
pub const REUSE: Duration = Duration::from_secs(10);
/// Session, generation, key version, MAC.
const LENGTH: usize = 16 + 4 + 4 + 32;

/// A living session, as it is after the command that answered it.
#[derive(Debug, Clone, Copy)]
pub struct Session {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: Id<kinds::Session>,
    /// Which refresh token is good now.
    pub generation: u32,
    /// When its holder has proved who they are.
    pub started_at: Timestamp,
    /// When its generation began.
    pub issued_at: Timestamp,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
    /// Whose it is.
    pub holder: Holder,
}

/// Whose session it is, as they stand in the same transaction.
#[derive(Debug, Clone, Copy)]
pub struct Holder {
    /// Their row.
    pub person: PersonRow,
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// Their role.
    pub role: Role,
    /// How surely we know who they are.
    pub assurance: Assurance,
}

impl Holder {
    const fn of(member: &Member) -> Self {
        Self {
            person: member.row,
            id: member.id,
            role: member.role,
            assurance: member.assurance,
        }
    }
}

/// Why a refresh token bought nothing.
#[derive(Debug, thiserror::Error)]
pub enum RefreshError {
    /// It is none of ours, or its session is over, or its holder is not in good standing.
    #[error("the refresh token is not valid")]
    Unknown,
    /// It was used before. Its whole family is over now.
    #[error("the refresh token has been used before")]
    Reused,
    /// There is no service for which a token was asked. The refresh token is not spent.
    #[error("there is no such service")]
    NoService,
    /// The session has been refreshed too often; the next time is open after so many seconds. The token is not spent.
    #[error("the session has been refreshed too often; the next time is open in {0} s")]
    TooMany(u32),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(RefreshError);

impl From<Throttled> for RefreshError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl CommandError for RefreshError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Unknown | Self::NoService | Self::TooMany(_) => Disposition::RollBack,
            // That the family is over must stand in the store.
            Self::Reused => Disposition::Keep,
            Self::Store(error) => error.disposition(),
        }
    }
}

/// A refresh token that we have made, taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refresh {
    pub(super) session: Id<kinds::Session>,
    pub(super) generation: u32,
}

impl Refresh {
    fn id(self) -> [u8; 20] {
        let mut id = [0; 20];
        id[..16].copy_from_slice(self.session.as_bytes());
        id[16..].copy_from_slice(&self.generation.to_be_bytes());
        id
    }

    /// The token itself.
    pub(super) fn write(self, vault: &Vault) -> Result<SecretString, StoreError> {
        let (version, mac) = vault.derive(KeyPurpose::Refresh, &self.id());
        let version = u32::try_from(version).map_err(|error| StoreError::Internal(error.to_string()))?;
        let bytes = [self.id().as_slice(), &version.to_be_bytes(), &mac].concat();
        Ok(format!("{PREFIX}{}", BASE64URL_NOPAD.encode(&bytes)).into())
    }

    /// Reads a token; none where it is not one that we made. The MAC is compared in constant time.
    pub(super) fn read(token: &str, vault: &Vault) -> Option<Self> {
        let text = token.strip_prefix(PREFIX).filter(|text| text.len() <= LENGTH * 2)?;
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let bytes: &[u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        let (session, rest) = bytes.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (version, mac) = rest.split_first_chunk::<4>()?;
        let refresh = Self {
            session: Id::from_uuid(uuid::Uuid::from_bytes(*session)),
            generation: u32::from_be_bytes(*generation),
        };
        let version = i64::from(u32::from_be_bytes(*version));
        let expected = vault.derive_with(version, KeyPurpose::Refresh, &refresh.id())?;
        bool::from(expected.ct_eq(mac)).then_some(refresh)
    }
}

/// Starts a session that lasts `lifetime` from now; none where the member is not in good standing.
///
/// It holds the member's row until the transaction ends, so that a sanction which is imposed at the
/// same moment either is seen here or sees the new session: whoever sanctions changes the standing
/// first, and then calls [`end_all`].
///
/// Whoever has no device, such as a test, is seen nowhere.
///
/// # Errors
/// [`StoreError`]
pub fn start_session(tx: &mut Tx<'_>, person: PersonRow, lifetime: Duration) -> Result<Option<Session>, StoreError> {
    let id = Id::new(tx.now, tx.rng);
    start(tx, id, person, lifetime, |_, _| Ok(None))
}

/// The same for somebody who signs in on a device, which is kept with the session, sealed.
///
/// # Errors
/// [`StoreError`]
pub fn start_on(
    tx: &mut Tx<'_>,
    vault: &Vault,
    device: &Device,
    person: PersonRow,
    lifetime: Duration,
) -> Result<Option<Session>, StoreError> {
    let id = Id::new(tx.now, tx.rng);
    start(tx, id, person, lifetime, |tx, member| {
        // The row is held: see `keep_active`.
        match people::key_of(tx, vault, member) {
            Ok(key) => Ok(Some(device.seal(&key, tx.rng)?)),
            Err(VaultError::Erased) => Ok(None),
            Err(error) => Err(error.into()),
        }
    })
}

/// The same under an id that was drawn before, on a device that was sealed before (see [`Device::seal`]): nothing more
/// is read in the transaction.
///
/// # Errors
/// [`StoreError`]
pub fn start_as(
    tx: &mut Tx<'_>,
    id: Id<kinds::Session>,
    seen: Vec<u8>,
    person: PersonRow,
    lifetime: Duration,
) -> Result<Option<Session>, StoreError> {
    start(tx, id, person, lifetime, |_, _| Ok(Some(seen)))
}

fn start(
    tx: &mut Tx<'_>,
    id: Id<kinds::Session>,
    person: PersonRow,
    lifetime: Duration,
    seen: impl FnOnce(&mut Tx<'_>, &Member) -> Result<Option<Vec<u8>>, StoreError>,
) -> Result<Option<Session>, StoreError> {
    if !people::keep_active(tx.conn, person)? {
        return Ok(None);
    }
    let Some(member) = signing_in(tx, person)? else {
        return Ok(None);
    };
    let (holder, seen) = (Holder::of(&member), seen(tx, &member)?);
    let expires_at = tx.now.after(lifetime);
    let row = records::insert_session(tx.conn, id, person, tx.now, expires_at, seen.as_deref())?;
    tx.record(Event::SessionStarted(events::SessionStarted { session: id, person }));
    Ok(Some(Session {
        row,
        id,
        generation: 0,
        started_at: tx.now,
        issued_at: tx.now,
        expires_at,
        holder,
    }))
}

/// A session that was started before, as it stands now; none where it is over.
pub(super) fn resume(tx: &mut Tx<'_>, id: Id<kinds::Session>) -> Result<Option<Session>, StoreError> {
    match records::session(tx.conn, id)? {
        Some(row) if row.lives(tx.now) => as_it_stands(tx, id, &row),
        _ => Ok(None),
    }
}

/// A living session; none where its holder is not in good standing.
fn as_it_stands(
    tx: &mut Tx<'_>,
    id: Id<kinds::Session>,
    row: &records::SessionRow,
) -> Result<Option<Session>, StoreError> {
    let Some(holder) = signing_in(tx, row.person)?.map(|member| Holder::of(&member)) else {
        return Ok(None);
    };
    Ok(Some(Session {
        row: row.row,
        id,
        generation: generation(row.generation)?,
        started_at: row.started_at,
        issued_at: row.turned().map_or(row.started_at, |(at, _)| at),
        expires_at: row.expires_at,
        holder,
    }))
}

fn generation(stored: i64) -> Result<u32, StoreError> {
    u32::try_from(stored).map_err(|error| StoreError::Internal(error.to_string()))
}

/// What a refresh token is presented for.
#[derive(Debug, Clone)]
pub struct Request {
    /// For whom the access token is to be.
    pub audience: Audience,
    /// What the client says that it is (User-Agent).
    pub agent: String,
}

impl Request {
    /// What is kept of it, to know it again.
    fn blind(&self, vault: &Vault) -> Vec<u8> {
        let (resource, scope) = self
            .audience
            .service()
            .map_or(("", ""), |(resource, scope)| (resource, scope.as_str()));
        vault.blind_all(
            Blind::Refreshed,
            &[resource.as_bytes(), scope.as_bytes(), self.agent.as_bytes()],
        )
    }
}

/// Turns a session over: the presented refresh token is spent, and the next generation is good.
///
/// # Errors
/// [`RefreshError`]
pub fn refresh(tx: &mut Tx<'_>, vault: &Vault, presented: &str, request: &Request) -> Result<Session, RefreshError> {
    let Refresh { session, generation } = Refresh::read(presented, vault).ok_or(RefreshError::Unknown)?;
    let asked = request.blind(vault);
    let turned = records::turn_over(tx.conn, session, i64::from(generation), tx.now, &asked)?;
    let row = records::session(tx.conn, session)?.ok_or(RefreshError::Unknown)?;
    if !turned {
        if !row.lives(tx.now) {
            return Err(RefreshError::Unknown);
        }
        let is_repeated = |(at, by): (Timestamp, &[u8])| tx.now < at.after(REUSE) && by == asked;
        let repeated = row.turned().is_some_and(is_repeated);
        if !repeated || row.generation != i64::from(generation) + 1 {
            // A later generation than ours is no better: the store may have been restored since.
            end_session(tx, session, SessionEnd::Reused)?;
            return Err(RefreshError::Reused);
        }
    }
    if let Some((resource, _)) = request.audience.service()
        && !services::is_known(tx.conn, resource)?
    {
        return Err(RefreshError::NoService);
    }
    let refreshed = as_it_stands(tx, session, &row)?.ok_or(RefreshError::Unknown)?;
    if turned {
        let generation = refreshed.generation;
        tx.record(Event::SessionRefreshed(events::SessionRefreshed {
            session,
            generation,
        }));
    }
    Ok(refreshed)
}

/// Ends a session; false where it has ended before, or never was.
///
/// # Errors
/// [`StoreError`]
pub fn end_session(tx: &mut Tx<'_>, session: Id<kinds::Session>, why: SessionEnd) -> Result<bool, StoreError> {
    end_of(tx, session, None, why)
}

/// The same of a session that lives and is this member's, where one is named.
pub(super) fn end_of(
    tx: &mut Tx<'_>,
    session: Id<kinds::Session>,
    whose: Option<PersonRow>,
    why: SessionEnd,
) -> Result<bool, StoreError> {
    let Some(person) = records::end(tx.conn, session, whose, tx.now)? else {
        return Ok(false);
    };
    tx.record(Event::SessionEnded(events::SessionEnded { session, person, why }));
    Ok(true)
}

/// Ends every session of a member, and says how many there were.
///
/// # Errors
/// [`StoreError`]
pub fn end_all(tx: &mut Tx<'_>, person: PersonRow, why: SessionEnd) -> Result<usize, StoreError> {
    Ok(end_others(tx, person, None, why)?.len())
}

/// Ends every session of a member but the one that is `spared`; which those were.
///
/// # Errors
/// [`StoreError`]
pub fn end_others(
    tx: &mut Tx<'_>,
    person: PersonRow,
    spared: Option<Id<kinds::Session>>,
    why: SessionEnd,
) -> Result<Vec<Id<kinds::Session>>, StoreError> {
    let ended = records::end_all(tx.conn, person, spared, tx.now)?;
    for &session in &ended {
        tx.record(Event::SessionEnded(events::SessionEnded { session, person, why }));
    }
    Ok(ended)
}

/// Ends every session of these members.
///
/// # Errors
/// [`StoreError`]
pub fn end_all_of(tx: &mut Tx<'_>, people: &[PersonRow], why: SessionEnd) -> Result<(), StoreError> {
    for (session, person) in records::end_all_of(tx.conn, people, tx.now)? {
        tx.record(Event::SessionEnded(events::SessionEnded { session, person, why }));
    }
    Ok(())
}

/// The member, if they may sign in.
fn signing_in(tx: &mut Tx<'_>, person: PersonRow) -> Result<Option<Member>, StoreError> {
    Ok(people::member(tx.conn, person)?.filter(|member| member.standing.may_sign_in()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::platform::{terms::SeededRng, vault::Keyring};

    fn vault(seed: u64) -> Vault {
        Vault::new(Keyring::generate(&SeededRng::new(seed)))
    }

    #[test]
    fn a_refresh_token_says_which_and_nobody_else_can_make_one() {
        let refresh = Refresh {
            session: Id::new(Timestamp::from_seconds(1_795_376_648), &SeededRng::new(1)),
            generation: 7,
        };
        let token = refresh.write(&vault(1)).unwrap();
        let token = token.expose_secret();
        assert!(token.starts_with(PREFIX) && token.len() == 4 + 75, "{}", token.len());
        assert_eq!(Refresh::read(token, &vault(1)), Some(refresh));
        assert_eq!(Refresh::read(token, &vault(2)), None, "another community's keys");
        for place in 0..token.len() {
            let mut bent = token.as_bytes().to_vec();
            bent[place] = if bent[place] == b'A' { b'B' } else { b'A' };
            let bent = String::from_utf8(bent).unwrap();
            assert_eq!(Refresh::read(&bent, &vault(1)), None, "character {place}");
        }
        for bent in [
            String::new(),
            PREFIX.to_owned(),
            format!("{token}A"),
            token[..token.len() - 1].to_owned(),
            format!("{token}="),
            token.replace(PREFIX, ""),
            format!("{PREFIX}{}", "A".repeat(1_000_000)),
        ] {
            assert_eq!(Refresh::read(&bent, &vault(1)), None);
        }
    }
}
