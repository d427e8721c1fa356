//! Rooms, the servers that hold them, and seats.
//!
//! What is promised:
//! - a member with a good ticket is on the room server's list before they are told, and nobody else
//!   stays in the room;
//! - a seat ends in the transaction of whatever ends it (a sanction, a lowered assurance, a closed
//!   room), and [`enforce`] carries that to the room server: off the list, then out, until it agrees;
//! - a member has one seat in a room: another ticket takes the place of the former;
//! - a room never has more seats than its capacity.
//!
//! A ticket is a random id, under which the member appears in the room, and a token that is derived
//! from it and stands on the room server's list. Neither says who they are.

pub mod http;
mod connections;
mod issuer;
mod enforce;
mod janus;
mod records;
mod rules;
mod seats;
mod servers;

use data_encoding::BASE32_NOPAD;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

pub use connections::{Connection, Seated};
pub use enforce::Enforcer;
pub use issuer::{BatchIssuer, TicketError};
pub use janus::{Address, Info, Janus, JanusError, Participant, core_token};
pub use rules::{CAPACITY, CAPACITY_MOST, Denied, NoRoomName, RoomName};
pub use seats::{Ask, Issued, end_all, issue, issued, leave, reconsider};
pub use servers::{Server, Servers};

use seats::heard;

use crate::{
    platform::{
        idempotency::KeyReused,
        ledger::{Event, Tx, events::TicketEnd},
        store::{CommandError, Conn, Disposition, StoreError, from_query},
        terms::{Assurance, PersonRow, RoomRow, RoomServerId, TicketId, Timestamp, words},
        vault::{Field, KeyPurpose, Subject, Vault, VaultError},
    },
    policy::{Current, Policy},
};

words! {
    /// As what somebody is in a room.
    ParticipantRole {
        /// They listen and speak.
        Speaker = "speaker",
        /// They listen.
        Listener = "listener",
    }
}

/// How a room server fares, as its enforcer last saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nobody has asked it yet.
    Unknown,
    /// It does what it is told.
    Well {
        /// Since when.
        since: Timestamp,
    },
    /// It does not.
    Failing {
        /// Since when.
        since: Timestamp,
        /// In what way.
        why: String,
    },
}

/// A room server as it is stored.
#[derive(Debug, Clone)]
pub struct ServerRecord {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: RoomServerId,
    /// Where clients connect.
    pub client_url: String,
    /// Where we manage it.
    pub admin_url: String,
    /// Since when it is ours.
    pub created_at: Timestamp,
    /// How it fares.
    pub health: Health,
    subject: Subject,
    sealed: Vec<u8>,
}

/// What opens a room server. It has no `Debug`.
#[derive(Clone)]
pub struct ServerSecrets {
    /// `admin_secret` of Janus: opens its admin API.
    pub admin_secret: SecretString,
    /// `admin_key` of the AudioBridge plugin, where one is set: lets us make rooms.
    pub admin_key: Option<SecretString>,
    /// `token_auth_secret` of Janus, where it is set: signs the tokens that open it at all.
    pub token_secret: Option<SecretString>,
}

/// A room server that is to be ours, or what it is to become.
#[derive(Clone)]
pub struct NewServer {
    /// Where clients connect.
    pub client_url: String,
    /// Where we manage it.
    pub admin_url: String,
    /// What opens it.
    pub secrets: ServerSecrets,
}

/// The secrets as they are sealed.
#[derive(Serialize, Deserialize, Zeroize, ZeroizeOnDrop)]
struct Sealed {
    admin_secret: String,
    admin_key: Option<String>,
    token_secret: Option<String>,
}

impl ServerSecrets {
    fn plain(&self) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let bare = |secret: &SecretString| secret.expose_secret().to_owned();
        let sealed = Sealed {
            admin_secret: bare(&self.admin_secret),
            admin_key: self.admin_key.as_ref().map(bare),
            token_secret: self.token_secret.as_ref().map(bare),
        };
        serde_json::to_vec(&sealed)
            .map(Zeroizing::new)
            .map_err(|error| StoreError::Internal(error.to_string()))
    }
}

impl ServerRecord {
    /// Opens its secrets.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the keyring lacks their key.
    pub fn secrets(&self, conn: &mut Conn, vault: &Vault) -> Result<ServerSecrets, StoreError> {
        let opened = vault.key(conn, self.subject)?.open(Field::RoomServer, &self.sealed)?;
        let sealed: Sealed = serde_json::from_slice(&opened)
            .map_err(|_| StoreError::Internal("the secrets of a room server are not in their form".into()))?;
        Ok(ServerSecrets {
            admin_secret: sealed.admin_secret.as_str().into(),
            admin_key: sealed.admin_key.as_deref().map(SecretString::from),
            token_secret: sealed.token_secret.as_deref().map(SecretString::from),
        })
    }
}

/// What a room asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomTerms {
    /// How surely we must know who enters; the policy may ask for more.
    pub enter: Assurance,
    /// How surely we must know who speaks; the policy may ask for more.
    pub speak: Assurance,
    /// How many seats there are, 1 to [`CAPACITY_MOST`].
    pub capacity: u32,
}

/// A room that is to be.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its id, here and on its server.
    pub name: RoomName,
    /// Where it is held.
    pub server: RoomServerId,
    /// What it asks for.
    pub terms: RoomTerms,
}

/// A room.
#[derive(Debug, Clone)]
pub struct Room {
    /// Its row.
    pub row: RoomRow,
    /// Its id, here and on its server.
    pub name: RoomName,
    /// The row of its server.
    pub server: i64,
    /// How surely we must know who enters.
    pub enter: Assurance,
    /// How surely we must know who speaks.
    pub speak: Assurance,
    /// How many seats there are.
    pub capacity: u32,
    /// Whether it is open.
    pub open: bool,
    /// Whether it is closed, and gone from its server.
    pub cleared: bool,
    /// In what way its server does not do what it is told in this room alone.
    pub failure: Option<String>,
    /// Since when it is there.
    pub created_at: Timestamp,
    key_version: i64,
}

impl Room {
    /// What manages the room on its server; only we know it.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the keyring lacks the key that it comes from.
    pub fn secret(&self, vault: &Vault) -> Result<SecretString, StoreError> {
        derived(vault, self.key_version, KeyPurpose::Room, &self.row.0.to_be_bytes())
    }
}

/// A seat in a room.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Its id: the participant's id on the room server.
    pub id: TicketId,
    /// Where.
    pub room: RoomRow,
    /// Whose.
    pub person: PersonRow,
    /// As what.
    pub part: ParticipantRole,
    /// Until when.
    pub expires_at: Timestamp,
    ended: bool,
    key_version: i64,
}

impl Ticket {
    /// The token that stands on the room server's list, 160 bits.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the keyring lacks the key that it comes from.
    pub fn token(&self, vault: &Vault) -> Result<SecretString, StoreError> {
        derived(vault, self.key_version, KeyPurpose::Ticket, self.id.as_bytes())
    }

    /// Whether it opens the room at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        !self.ended && now < self.expires_at
    }
}

fn derived(vault: &Vault, version: i64, door: KeyPurpose, id: &[u8]) -> Result<SecretString, StoreError> {
    let secret = vault
        .derive_with(version, door, id)
        .ok_or_else(|| StoreError::Internal("the keyring lacks the key of a room or a ticket".into()))?;
    let secret = secret.get(..20).unwrap_or(&secret);
    Ok(BASE32_NOPAD.encode(secret).to_ascii_lowercase().into())
}

/// Why a room or a room server was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum RoomError {
    /// No room server of ours has this id.
    #[error("there is no such room server")]
    ServerUnknown,
    /// Open rooms stand on the server.
    #[error("open rooms stand on the server")]
    ServerInUse,
    /// Its rooms are closed, and the server does not know that yet.
    #[error("the server still has rooms that are closed")]
    NotCleared,
    /// No room has this id.
    #[error("there is no such room")]
    Unknown,
    /// A room has this id.
    #[error("a room of this id is there already")]
    Exists,
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<VaultError> for RoomError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

from_query!(RoomError);

impl CommandError for RoomError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

/// Makes a room server ours. Its secrets are sealed from the first row on.
///
/// # Errors
/// [`RoomError`]
pub fn register(tx: &mut Tx<'_>, vault: &Vault, id: RoomServerId, new: &NewServer) -> Result<ServerRecord, RoomError> {
    let (subject, key) = vault.new_subject(tx)?;
    let sealed = key.seal(Field::RoomServer, &new.secrets.plain()?, tx.rng)?;
    let server = records::insert_server(tx.conn, id, subject, new, &sealed, tx.now)?;
    tx.record(Event::RoomServerRegistered { server: id });
    Ok(server)
}

/// Gives a room server other addresses and secrets. To be governed somewhere else it must be [`idle`]: nobody
/// would put out those who are in its rooms at the old place.
///
/// # Errors
/// [`RoomError`]
pub fn change_server(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: RoomServerId,
    new: &NewServer,
    abandon: bool,
) -> Result<ServerRecord, RoomError> {
    let server = records::lock_server(tx.conn, tx.guards, id)?.ok_or(RoomError::ServerUnknown)?;
    if server.admin_url != new.admin_url {
        idle(tx.conn, server.row, abandon)?;
    }
    let key = vault.key(tx.conn, server.subject)?;
    let sealed = key.seal(Field::RoomServer, &new.secrets.plain()?, tx.rng)?;
    let server = records::change_server(tx.conn, server.row, new, &sealed)?;
    tx.record(Event::RoomServerChanged { server: id });
    Ok(server)
}

/// Whether nothing of ours is left on a server: its rooms are closed, and the closing has reached it. A server
/// that is gone for good is not waited for: `abandon` leaves what may still be there.
fn idle(conn: &mut Conn, server: i64, abandon: bool) -> Result<(), RoomError> {
    let rooms = records::rooms_of(conn, server)?;
    if rooms.iter().any(|room| room.open) {
        return Err(RoomError::ServerInUse);
    }
    if !abandon && rooms.iter().any(|room| !room.cleared) {
        return Err(RoomError::NotCleared);
    }
    Ok(())
}

/// Takes a room server away; it must be [`idle`].
///
/// # Errors
/// [`RoomError`]
pub fn remove_server(tx: &mut Tx<'_>, id: RoomServerId, abandon: bool) -> Result<(), RoomError> {
    let server = records::lock_server(tx.conn, tx.guards, id)?.ok_or(RoomError::ServerUnknown)?;
    idle(tx.conn, server.row, abandon)?;
    records::remove_server(tx.conn, server.row, tx.now)?;
    tx.record(Event::RoomServerRemoved { server: id });
    Ok(())
}

/// The room servers that are ours.
///
/// # Errors
/// [`StoreError`]
pub fn servers(conn: &mut Conn) -> Result<Vec<ServerRecord>, StoreError> {
    Ok(records::servers(conn)?)
}

/// Makes a room; it is open.
///
/// # Errors
/// [`RoomError`]
pub fn create(tx: &mut Tx<'_>, vault: &Vault, new: &NewRoom) -> Result<Room, RoomError> {
    let server = records::lock_server(tx.conn, tx.guards, new.server)?.ok_or(RoomError::ServerUnknown)?;
    let (key_version, _) = vault.derive(KeyPurpose::Room, &[]);
    let room = records::insert_room(tx.conn, new, server.row, key_version, tx.now)?.ok_or(RoomError::Exists)?;
    tx.record(Event::RoomCreated {
        room: room.row,
        server: server.id,
        enter: room.enter,
        speak: room.speak,
        capacity: room.capacity,
    });
    Ok(room)
}

/// Changes what a room asks for, closes or opens it. Whoever has a seat and does not satisfy it any
/// more loses it here; a closed room has no seats.
///
/// # Errors
/// [`RoomError`]
pub fn change(
    tx: &mut Tx<'_>,
    policy: &Current,
    name: &RoomName,
    terms: &RoomTerms,
    open: bool,
) -> Result<Room, RoomError> {
    let before = records::lock_room(tx.conn, tx.guards, name)?.ok_or(RoomError::Unknown)?;
    if open {
        let server = records::server_id(tx.conn, before.server)?;
        records::lock_server(tx.conn, tx.guards, server)?.ok_or(RoomError::ServerUnknown)?;
    }
    let room = records::set_room(tx.conn, before.row, terms, (!open).then_some(tx.now))?;
    tx.record(Event::RoomChanged {
        room: room.row,
        enter: room.enter,
        speak: room.speak,
        capacity: room.capacity,
        open,
    });
    if open {
        let policy = policy.in_force(tx.conn)?;
        refit(tx, &policy.policy, &room)?;
    } else {
        records::end_all(tx.conn, room.row, tx.now)?;
    }
    Ok(room)
}

/// Ends the seats in a room of those who do not satisfy it, and makes listeners of those who may no
/// longer speak.
fn refit(tx: &mut Tx<'_>, policy: &Policy, room: &Room) -> Result<(), StoreError> {
    let (enter, speak) = rules::demands(policy, room);
    let unfit = records::end_unfit(tx.conn, room.row, enter, tx.now)?;
    records::silence_unfit(tx.conn, room.row, speak)?;
    told(tx, &unfit, TicketEnd::Assurance);
    Ok(())
}

fn told(tx: &mut Tx<'_>, tickets: &[Ticket], why: TicketEnd) {
    for ticket in tickets {
        tx.record(Event::TicketEnded {
            ticket: ticket.id,
            room: ticket.room,
            person: ticket.person,
            why,
        });
    }
}

/// A room by its id.
///
/// # Errors
/// [`StoreError`]
pub fn room(conn: &mut Conn, name: &RoomName) -> Result<Option<Room>, StoreError> {
    Ok(records::room(conn, name)?)
}
