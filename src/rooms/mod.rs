//! Rooms, the servers that hold them, and tickets.
//!
//! What is promised:
//! - where a room server keeps a list, a ticket is on it before its member is answered, and nobody else stays in
//!   the room;
//! - a ticket ends in the transaction of whatever ends it (a sanction, a lowered assurance, a closed
//!   room), and [`enforce`] carries that to the room server: off the list, then out, until the server agrees;
//! - a member has one ticket to a room: another one takes the place of the former;
//! - a room never has more good tickets than its capacity, on however many servers it is held;
//! - a ticket opens the room on one server. [`spread`] says on which.
//!
//! A ticket is a random id, under which the member appears in the room, and a token that is derived
//! from it and stands on the room server's list. Neither says who they are.

mod admission;
pub mod http;
pub mod commands;
mod enforce;
mod issuer;
pub mod queries;
mod records;
mod rules;
pub mod seen;
pub mod servers;
mod spread;

use std::{ops::Deref, time::Duration};

use data_encoding::BASE32_NOPAD;
use secrecy::SecretString;

pub use admission::{Admission, Asking, Denied, Lack, Placed};
pub use commands::{end_all, end_all_of, leave_all, reconsider, silence};
pub use enforce::{Enforcer, follow_up};
pub use issuer::{BatchIssuer, Listed};
pub use queries::Asks;
pub use records::seated_anywhere as seated;
pub use rules::{CAPACITY, CAPACITY_MOST, NoRoomName, RoomName, SERVERS_MOST};
pub use servers::{Grant, Kinds, NewServer, Secrets, ServedRoom, Server, Servers, Settings};

use crate::platform::{
    idempotency::{Key, KeyReused},
    ledger::events::{RoomAccess, Shows, Speakers, Who},
    store::{CommandError, Conn, Disposition, StoreError, from_query},
    terms::{Assurance, PersonRow, RoomRow, RoomServerId, TicketId, Timestamp, words},
    vault::{Field, KeyPurpose, Subject, Vault, VaultError},
};

words! {
    /// What somebody may do in a room.
    ParticipantRole {
        /// They listen and speak.
        Speaker = "speaker",
        /// They listen.
        Listener = "listener",
        /// They listen, and nobody in the room is shown them.
        Hidden = "hidden",
    }
}

/// The health of a room server, as its enforcer last saw it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nobody has asked it yet.
    Unknown,
    /// It does what it is asked to.
    Well {
        /// Since when.
        since: Timestamp,
    },
    /// It does not answer, or refuses.
    Failing {
        /// Since when.
        since: Timestamp,
        /// Why.
        why: String,
    },
}

/// Somebody was put out of a room after their ticket had ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Out {
    /// When the server had done it.
    pub at: Timestamp,
    /// How long that was after the end of their ticket: of the one that took longest, where they were several.
    pub took: Duration,
}

/// A room server as it is stored.
#[derive(Debug, Clone)]
pub struct ServerRecord {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: RoomServerId,
    /// The name of its kind.
    pub kind: String,
    /// Where it is, and what else may be shown.
    pub settings: Settings,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Its health.
    pub health: Health,
    /// When it last put somebody out whose ticket had ended, and how long that took.
    pub last_out: Option<Out>,
    subject: Subject,
    sealed: Vec<u8>,
}

impl ServerRecord {
    /// Opens its secrets.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the keyring lacks their key.
    pub fn secrets(&self, conn: &mut Conn, vault: &Vault) -> Result<Secrets, StoreError> {
        Secrets::read(&vault.key(conn, self.subject)?.open(Field::RoomServer, &self.sealed)?)
    }
}

/// What a room asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomTerms {
    /// The assurance that a member needs to enter; the policy may ask for more.
    pub enter: Assurance,
    /// The assurance that a member needs to speak; the policy may ask for more.
    pub speak: Assurance,
    /// How many seats there are, 1 to [`CAPACITY_MOST`].
    pub capacity: u32,
    /// Whom it is for.
    pub access: RoomAccess,
    /// Who speaks, of those who may.
    pub speakers: Speakers,
    /// Whom it asks for besides.
    pub who: Who,
}

/// What a room is to ask for. What is none stays as it is.
#[derive(Debug, Clone)]
pub struct RoomChange {
    /// The assurance that a member needs to enter.
    pub enter: Assurance,
    /// The assurance that a member needs to speak.
    pub speak: Assurance,
    /// How many seats there are, 1 to [`CAPACITY_MOST`].
    pub capacity: u32,
    /// Whether it is open.
    pub open: bool,
    /// Whom it is for.
    pub access: Option<RoomAccess>,
    /// Who speaks, of those who may.
    pub speakers: Option<Speakers>,
    /// Whom it asks for besides.
    pub who: Option<Who>,
}

/// A room to create.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its id, here and on its server.
    pub name: RoomName,
    /// Where it is held: one server or more.
    pub servers: Vec<RoomServerId>,
    /// What it asks for.
    pub terms: RoomTerms,
}

/// A room.
#[derive(Debug, Clone)]
pub struct Room {
    /// Its row.
    pub row: RoomRow,
    /// Its id, here and on its servers.
    pub name: RoomName,
    /// The assurance that a member needs to enter.
    pub enter: Assurance,
    /// The assurance that a member needs to speak.
    pub speak: Assurance,
    /// How many seats there are.
    pub capacity: u32,
    /// Whom it is for.
    pub access: RoomAccess,
    /// Who speaks, of those who may.
    pub speakers: Speakers,
    /// Whom it asks for besides.
    pub who: Who,
    /// When it was made private last.
    pub private_since: Option<Timestamp>,
    /// Whether it is open.
    pub open: bool,
    /// When it was created.
    pub created_at: Timestamp,
    key_version: i64,
}

/// A room as one of its servers holds it.
#[derive(Debug, Clone)]
pub struct Held {
    /// The room.
    pub room: Room,
    /// The row of the server.
    pub server: i64,
    /// Whether the room is open and held there.
    pub open: bool,
    /// Whether the room is open there no more, and gone from the server.
    pub cleared: bool,
    /// Why the server rejects this room.
    pub failure: Option<String>,
    apart: bool,
}

impl Deref for Held {
    type Target = Room;

    fn deref(&self) -> &Room {
        &self.room
    }
}

impl Held {
    /// What manages the room on this server; only we know it, and no other server of the room is told.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the keyring lacks the key that it comes from.
    pub fn secret(&self, vault: &Vault) -> Result<SecretString, StoreError> {
        let mut id = self.row.0.to_be_bytes().to_vec();
        if self.apart {
            id.extend(self.server.to_be_bytes());
        }
        derived(vault, self.key_version, KeyPurpose::Room, &id)
    }

    /// The room as the server knows it.
    ///
    /// # Errors
    /// Those of [`Self::secret`].
    pub fn served(&self, vault: &Vault) -> Result<ServedRoom, StoreError> {
        Ok(ServedRoom {
            name: self.name.clone(),
            secret: self.secret(vault)?,
        })
    }
}

/// A member's ticket to a room.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Its id: the participant's id on the room server.
    pub id: TicketId,
    /// The room.
    pub room: RoomRow,
    /// The row of the server that it opens.
    pub server: i64,
    /// Its member.
    pub person: PersonRow,
    /// Whether they may speak.
    pub part: ParticipantRole,
    /// Since when.
    pub issued_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// By what its member is shown to the others there.
    pub shows: Option<Shows>,
    ended_at: Option<Timestamp>,
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

    /// The ticket as its room's server knows it.
    ///
    /// # Errors
    /// Those of [`Self::token`].
    pub fn grant(&self, vault: &Vault) -> Result<Grant, StoreError> {
        Ok(Grant {
            ticket: self.id,
            token: self.token(vault)?,
            role: self.part,
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            shown: None,
        })
    }

    /// Whether it opens the room at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }
}

/// Somebody who asks for a ticket.
#[derive(Debug, Clone)]
pub struct Ask {
    /// The ticket's id, made beforehand so that an idempotency key can point to it.
    pub id: TicketId,
    /// Who.
    pub person: PersonRow,
    /// The room's id.
    pub room: RoomName,
    /// The key of the request; none where the caller gave none.
    pub key: Key,
    /// By what they are to be shown to the others there.
    pub shows: Option<Shows>,
}

/// A ticket that was given, and where it is good.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The ticket.
    pub ticket: Ticket,
    /// The room's id.
    pub room: RoomName,
}

fn derived(vault: &Vault, version: i64, door: KeyPurpose, id: &[u8]) -> Result<SecretString, StoreError> {
    let secret = vault
        .derive_with(version, door, id)
        .ok_or_else(|| StoreError::Internal("the keyring lacks the key of a room or a ticket".into()))?;
    let secret = secret.get(..20).unwrap_or(&secret);
    Ok(BASE32_NOPAD.encode(secret).to_ascii_lowercase().into())
}

/// Why somebody has no ticket, or did not end one.
#[derive(Debug, thiserror::Error)]
pub enum TicketError {
    /// They may not have one.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The request is repeated, and the ticket that was the answer has ended.
    #[error("the ticket that was the answer has ended")]
    Ended,
    /// They have no such ticket, or it has ended.
    #[error("they have no such ticket")]
    Unknown,
    /// They have a ticket, and the room's server has not taken it in yet.
    #[error("the room's server has not taken the ticket in")]
    NotListed,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(TicketError);

impl CommandError for TicketError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
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
    /// The room is held on no other server.
    #[error("the room is held on no other server")]
    LastServer,
    /// The room is held on as many servers as a room may be.
    #[error("the room is held on {SERVERS_MOST} servers")]
    ServersFull,
    /// The member whose branch is asked for, in this field, is nobody.
    #[error("no member has the id in {0}")]
    BranchUnknown(String),
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
