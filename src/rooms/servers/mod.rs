//! Room servers, whatever their kind: what the rest of this room asks of one, and which kinds there are.
//!
//! A kind is one folder here and one entry of [`BUILT_IN`]. It implements [`ServerKind`] (what an admin gives to
//! register a server, and how a server is reached) and [`RoomServer`] (what one server does). A kind declares what
//! it is able to do by [`Capability`]; enforcement asks for nothing else.

pub mod agora;
pub mod coturn;
pub mod janus;
pub mod jitsi;
mod jwt;
mod known;
pub mod livekit;
mod report;
mod settings;
pub mod trtc;
mod zlib;

use std::{fmt, sync::Arc, time::Duration};

use futures_util::future::BoxFuture;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::Value;
use utoipa::{
    ToSchema,
    openapi::{RefOr, Schema},
};

pub use known::{Server, Servers};
pub use report::{Mention, Report, Unsigned};
pub use settings::{
    Form, Given, NewServer, SECRET_MOST, Secrets, Setting, SettingFault, Settings, TEXT_MOST, Why, need,
};

use super::{ParticipantRole, RoomName};
use crate::platform::{
    egress::Egress,
    ledger::events::Shows,
    store::StoreError,
    terms::{TicketId, Timestamp, words},
};

/// The kinds that this build knows. The first one is meant where a request names none.
pub static BUILT_IN: [&dyn ServerKind; 7] = [
    &janus::AUDIOBRIDGE,
    &janus::VIDEOROOM,
    &livekit::KIND,
    &jitsi::KIND,
    &coturn::KIND,
    &agora::KIND,
    &trtc::KIND,
];

/// How long a call to a room server may take in all; one that is well answers within milliseconds.
pub const PATIENCE: Duration = Duration::from_secs(2);

words! {
    /// What a kind of room server is able to do.
    Capability {
        /// It keeps a list of who may join. A ticket is given out once it is on the list.
        List = "list",
        /// It checks a signature that the client brings, which holds until the ticket expires.
        Signed = "signed",
        /// It puts somebody out of a room.
        Removal = "removal",
        /// It tells who is in a room.
        Observation = "observation",
        /// It admits and evicts many by one call.
        Bulk = "bulk",
        /// It mutes a participant.
        Muting = "muting",
        /// It tells by whose ticket each connection was opened, and ends a connection.
        Connections = "connections",
        /// It lets somebody listen whom nobody in the room is shown.
        Hiding = "hiding",
        /// It shows the others a name that the ticket vouches for, and that nobody gives themself.
        Naming = "naming",
    }
}

/// A kind of room server.
pub trait ServerKind: Send + Sync {
    /// The word for it in the API and in the store; also its folder's name.
    fn name(&self) -> &'static str;

    /// Its name as people write it.
    fn title(&self) -> &'static str;

    /// What its servers are able to do.
    fn capabilities(&self) -> &'static [Capability];

    /// What an admin gives to register a server. Their form is checked by it.
    fn settings(&self) -> &'static [Setting];

    /// Checks what the form of each setting does not tell.
    ///
    /// # Errors
    /// [`SettingFault`]
    fn check(&self, server: &NewServer) -> Result<(), SettingFault> {
        let _ = server;
        Ok(())
    }

    /// Where a server is managed. With another place it is another server: what is in its rooms stays at the old
    /// one.
    fn place<'s>(&self, settings: &'s Settings) -> &'s str;

    /// For how long somebody who was in a room may come back by what its server gave them while they were there,
    /// though their ticket has ended.
    fn lingers(&self) -> Duration {
        Duration::ZERO
    }

    /// The server with these settings. Nothing is sent.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where what is stored lacks a setting.
    fn connect(&self, settings: &Settings, secrets: Secrets, egress: Egress)
    -> Result<Arc<dyn RoomServer>, StoreError>;

    /// The name and the form of [`JoinData::Own`] of this kind in the description of the API.
    fn join_schema(&self) -> Option<(String, RefOr<Schema>)> {
        None
    }
}

/// What a call to a room server comes to.
pub type Call<'a, T> = BoxFuture<'a, Result<T, ServerError>>;

/// One room server. A call that needs a [`Capability`] is made only where the kind declares it; each call may be
/// repeated, and then changes nothing.
pub trait RoomServer: Send + Sync {
    /// What a client needs to join `room` on this ticket.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where it cannot be written.
    fn join(&self, room: &RoomName, grant: &Grant) -> Result<JoinData, StoreError>;

    /// The id under which whoever has this ticket is in a room.
    fn participant(&self, ticket: TicketId) -> String {
        ticket.to_string()
    }

    /// The room's id, as this server knows it.
    fn name_of(&self, room: &RoomName) -> String {
        room.to_string()
    }

    /// Whether the server answers and accepts our secrets.
    fn check(&self) -> Call<'_, ()> {
        done(())
    }

    /// Makes the room where it is not there; says whether it was made now. It admits nobody yet.
    fn prepare<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, bool> {
        let _ = room;
        done(false)
    }

    /// Removes the room, and everybody from it.
    fn close<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, ()> {
        let _ = room;
        done(())
    }

    /// Makes the room's list say exactly these. Needs [`Capability::List`].
    fn set_list<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        let _ = (room, grants);
        done(())
    }

    /// Puts these on the room's list, besides those who are. Needs [`Capability::List`].
    fn admit<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        let _ = (room, grants);
        done(())
    }

    /// Takes these off the room's list, where there is one, then puts their participants out, where that can be
    /// done. Needs [`Capability::List`] or [`Capability::Removal`].
    fn evict<'a>(&'a self, room: &'a ServedRoom, grants: &'a [Grant]) -> Call<'a, ()> {
        let _ = (room, grants);
        done(())
    }

    /// Puts whoever is in the room under these ids out. Needs [`Capability::Removal`].
    fn remove<'a>(&'a self, room: &'a ServedRoom, ids: &'a [String]) -> Call<'a, ()> {
        let _ = (room, ids);
        done(())
    }

    /// Who is in the room. Needs [`Capability::Observation`].
    fn observe<'a>(&'a self, room: &'a ServedRoom) -> Call<'a, Vec<Participant>> {
        let _ = room;
        done(Vec::new())
    }

    /// Mutes a participant. Needs [`Capability::Muting`].
    fn mute<'a>(&'a self, room: &'a ServedRoom, id: &'a str) -> Call<'a, ()> {
        let _ = (room, id);
        done(())
    }

    /// Lets a participant be heard who was not to be. Needs [`Capability::Muting`]; nothing is to be done where whoever
    /// was muted may undo that themself.
    fn let_speak<'a>(&'a self, room: &'a ServedRoom, id: &'a str) -> Call<'a, ()> {
        let _ = (room, id);
        done(())
    }

    /// Everybody who is in a room, by their connection. Needs [`Capability::Connections`].
    fn connections(&self) -> Call<'_, Vec<Seated>> {
        done(Vec::new())
    }

    /// Ends a connection. Needs [`Capability::Connections`].
    fn disconnect<'a>(&'a self, connection: &'a Connection) -> Call<'a, ()> {
        let _ = connection;
        done(())
    }

    /// Of whom a request speaks that came in the server's name, where the server has signed it.
    ///
    /// # Errors
    /// [`Unsigned`], also where the kind sends no reports.
    fn read_report(&self, report: &Report<'_>) -> Result<Vec<Mention>, Unsigned> {
        let _ = report;
        Err(Unsigned)
    }
}

fn done<'a, T: Send + 'a>(value: T) -> Call<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

/// A room as its server knows it.
#[derive(Debug, Clone)]
pub struct ServedRoom {
    /// Its id.
    pub name: RoomName,
    /// What manages the room, 160 bits; no participant is ever told.
    pub secret: SecretString,
}

/// A ticket as its room's server knows it.
#[derive(Debug, Clone)]
pub struct Grant {
    /// The ticket, whose id is the participant's.
    pub ticket: TicketId,
    /// A token of the ticket's own, 160 bits, for a server with a list.
    pub token: SecretString,
    /// What its member may do.
    pub role: ParticipantRole,
    /// Since when it is good.
    pub issued_at: Timestamp,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// As what its member is shown to the others, where they chose so. Needs [`Capability::Naming`].
    pub shown: Option<Shown>,
}

/// As what a member is shown to the others in a room.
#[derive(Debug, Clone)]
pub struct Shown {
    /// By what.
    pub by: Shows,
    /// The handle, or the verified name.
    pub text: SecretString,
}

/// What a client needs to join.
#[derive(Clone)]
pub enum JoinData {
    /// In the form that is the same for every kind.
    Common(Join),
    /// In a form of the kind's own; [`ServerKind::join_schema`] describes it.
    Own(Value),
}

/// How a client joins a room on a server whose kind has no form of its own.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = RoomJoin)]
pub struct Join {
    /// Where the client connects.
    pub url: String,
    /// The room, as its server calls it.
    pub room: String,
    /// The participant's id: the ticket's.
    pub id: TicketId,
    /// What the client shows to be let in.
    pub token: String,
}

/// Somebody who is in a room, as its server tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Participant {
    /// The id under which they joined.
    pub id: String,
    /// The name that they gave.
    pub display: String,
    /// Whether they are not heard.
    pub muted: bool,
    /// Whether the server would let them be heard.
    pub may_speak: bool,
    /// What tells this stay from another one of theirs, where the server tells that.
    pub stay: Option<String>,
}

/// A connection of a client to a room server, as its kind writes it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Connection(pub String);

/// Somebody who is in a room, with the connection that they are on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seated {
    /// The room's id.
    pub room: String,
    /// The id under which they joined.
    pub id: String,
    /// The name that they gave.
    pub display: String,
    /// The ticket that opened the connection, where the server has proof of one.
    pub holder: Option<TicketId>,
    /// Whether it only receives: then nobody joined by it, and no kick moves it.
    pub receives: bool,
    /// The connection.
    pub connection: Connection,
}

/// What kind of failure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// Nothing there answers as this kind does.
    Silent,
    /// The answer is longer than any that is read.
    TooLong,
    /// The server has no such room: it was restarted, or the room was removed.
    NoRoom,
    /// Somebody else has made a room of that id. The other rooms are not concerned.
    NotOurs,
    /// The server says that it did what it was asked to, and shows that it did not. The other rooms are not concerned.
    Disagrees,
    /// The server refuses.
    Refused,
}

/// Why a room server did not do what it was told. No text in it comes from the server, which might repeat what it
/// was sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{cause}")]
pub struct ServerError {
    /// What kind of failure it is.
    pub trouble: Trouble,
    /// What the log says.
    pub cause: String,
    /// What admins are told. Whoever enters an address learns whether a server of the kind is there, and not what
    /// is there in its place.
    pub told: String,
}

impl ServerError {
    /// The same words for the log and for admins.
    pub fn new(trouble: Trouble, cause: impl fmt::Display) -> Self {
        let cause = cause.to_string();
        Self {
            trouble,
            told: cause.clone(),
            cause,
        }
    }

    /// Whether nothing there answers as it should.
    pub const fn is_silence(&self) -> bool {
        matches!(self.trouble, Trouble::Silent | Trouble::TooLong)
    }

    /// Whether one room is in trouble, and nothing is said of the others.
    pub const fn is_of_a_room(&self) -> bool {
        matches!(self.trouble, Trouble::NotOurs | Trouble::Disagrees)
    }
}

/// The kinds that a process knows. A clone knows the same.
#[derive(Clone)]
pub struct Kinds(Arc<[&'static dyn ServerKind]>);

impl Default for Kinds {
    fn default() -> Self {
        Self(Arc::new(BUILT_IN))
    }
}

impl Kinds {
    /// The same and one more.
    #[must_use]
    pub fn with(&self, kind: &'static dyn ServerKind) -> Self {
        Self(self.0.iter().copied().chain([kind]).collect())
    }

    /// The kind of this name.
    pub fn get(&self, name: &str) -> Option<&'static dyn ServerKind> {
        self.0.iter().copied().find(|kind| kind.name() == name)
    }

    /// The names, in order.
    pub fn names(&self) -> Vec<&'static str> {
        self.0.iter().map(|kind| kind.name()).collect()
    }

    /// The name of the kind that is meant where none is named.
    pub fn first() -> &'static str {
        BUILT_IN[0].name()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, path::Path};

    use super::*;

    #[test]
    fn no_two_kinds_have_one_name() {
        let names: HashSet<_> = Kinds::default().names().into_iter().collect();
        assert_eq!(names.len(), BUILT_IN.len());
        assert!(
            BUILT_IN
                .iter()
                .all(|kind| kind.settings().iter().any(|setting| setting.required))
        );
    }

    /// Who is to be hidden would be seen where a kind only says so.
    #[test]
    fn one_kind_hides_and_names() {
        let only = |one: Capability| {
            let able = BUILT_IN.iter().filter(|kind| kind.capabilities().contains(&one));
            able.map(|kind| kind.name()).collect::<Vec<_>>()
        };
        assert_eq!(
            [only(Capability::Hiding), only(Capability::Naming)],
            [["livekit"], ["livekit"]]
        );
    }

    /// Nothing but its own folder and its lines in this file names a kind.
    #[test]
    fn a_kind_is_named_in_its_folder_alone() {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut open = vec![source.clone()];
        let mut found = Vec::new();
        while let Some(folder) = open.pop() {
            for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
                let name = path.strip_prefix(&source).unwrap().to_string_lossy().into_owned();
                let is_kind = BUILT_IN
                    .iter()
                    .any(|kind| name == format!("rooms/servers/{}", kind.name()));
                if path.is_dir() {
                    open.extend((!is_kind).then_some(path));
                } else if name != "rooms/servers/mod.rs" && !name.ends_with("tests.rs") {
                    let text = fs::read_to_string(&path).unwrap().to_lowercase();
                    let kinds = BUILT_IN.iter().filter(|kind| text.contains(kind.name()));
                    found.extend(kinds.map(|kind| format!("{name} names {}", kind.name())));
                }
            }
        }
        assert!(found.is_empty(), "{found:#?}");
    }
}
