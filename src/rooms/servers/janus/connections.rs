//! The connections of clients to a Janus: who sits on which, and how one is ended.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;
use serde_json::json;

use super::{
    super::{Connection, Seated},
    client::{Janus, JanusError, code},
};
use crate::platform::terms::TicketId;

/// How many of its connections a server is asked for at the same time.
const AT_ONCE: usize = 8;

/// How many connections a client needs at most. Whoever opens more only keeps us from looking through the others.
const HANDLES: usize = 1000;

/// The two numbers by which Janus knows a connection; they never come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Numbers {
    session: u64,
    handle: u64,
}

impl From<Numbers> for Connection {
    fn from(Numbers { session, handle }: Numbers) -> Self {
        Self(format!("{session}/{handle}"))
    }
}

impl Numbers {
    fn read(connection: &Connection) -> Option<Self> {
        let (session, handle) = connection.0.split_once('/')?;
        Some(Self {
            session: session.parse().ok()?,
            handle: handle.parse().ok()?,
        })
    }
}

/// The ticket that a core token names.
fn holder(token: &str) -> Option<TicketId> {
    let (text, _) = token.split_once(':')?;
    text.rsplit(',').next()?.parse().ok()
}

/// The answer about a session or a handle; none where it is gone.
fn unless_gone<T>(answer: Result<T, JanusError>) -> Result<Option<T>, JanusError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(JanusError::Refused(code::SESSION_NOT_FOUND | code::HANDLE_NOT_FOUND)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What a connection is in a room.
struct Place {
    room: String,
    /// The id under which somebody joined by it; none where it only receives.
    id: Option<String>,
    /// By what VideoRoom knows the joining of somebody, and what they receive.
    private_id: Option<u64>,
    display: String,
    holder: Option<TicketId>,
    connection: Connection,
}

/// Who each of these is. A connection of VideoRoom that only receives has no id, is in no list of participants, and stays when
/// whoever opened it leaves: it is theirs who joined with its private id, or else theirs whose core token opened it.
fn seats(places: Vec<Place>) -> Vec<Seated> {
    let joined: HashMap<(String, u64), String> = places
        .iter()
        .filter_map(|place| Some(((place.room.clone(), place.private_id?), place.id.clone()?)))
        .collect();
    let seat = |place: Place| {
        let key = place.private_id.map(|private_id| (place.room.clone(), private_id));
        let owner = || key.and_then(|key| joined.get(&key).cloned());
        let holder = || place.holder.map(|holder| holder.to_string());
        Seated {
            receives: place.id.is_none(),
            id: place.id.clone().or_else(owner).or_else(holder).unwrap_or_default(),
            room: place.room,
            display: place.display,
            holder: place.holder,
            connection: place.connection,
        }
    };
    places.into_iter().map(seat).collect()
}

impl Janus {
    /// Everybody who sits in a room, by the connection that they sit on.
    ///
    /// It takes two calls for each client of the server, [`AT_ONCE`] at a time: what is asked often is
    /// [`Self::participants`].
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn seated(&self) -> Result<Vec<Seated>, JanusError> {
        #[derive(Deserialize)]
        struct Sessions {
            sessions: Vec<u64>,
        }
        let Sessions { sessions } = self.admin(json!({ "janus": "list_sessions" })).await?;
        let places = stream::iter(sessions)
            .map(|session| self.places_of(session))
            .buffer_unordered(AT_ONCE)
            .try_concat();
        Ok(seats(places.await?))
    }

    async fn places_of(&self, session: u64) -> Result<Vec<Place>, JanusError> {
        #[derive(Deserialize)]
        struct Handles {
            handles: Vec<u64>,
        }
        #[derive(Deserialize)]
        struct Handle {
            info: HandleInfo,
        }
        #[derive(Deserialize)]
        struct HandleInfo {
            token: Option<String>,
            plugin: Option<String>,
            plugin_specific: Option<Told>,
        }
        #[derive(Deserialize)]
        struct Told {
            room: Option<String>,
            id: Option<String>,
            private_id: Option<u64>,
            display: Option<String>,
        }

        let mut places = Vec::new();
        let asked = self.admin(json!({ "janus": "list_handles", "session_id": session }));
        let handles = match asked.await {
            Err(JanusError::TooLong) => None,
            asked => match unless_gone(asked)? {
                Some(Handles { handles }) => Some(handles).filter(|handles| handles.len() <= HANDLES),
                None => return Ok(places),
            },
        };
        let Some(handles) = handles else {
            let end = json!({ "janus": "destroy_session", "session_id": session });
            unless_gone(self.admin::<serde::de::IgnoredAny>(end).await)?;
            return Ok(places);
        };
        for handle in handles {
            let about = json!({ "janus": "handle_info", "session_id": session, "handle_id": handle });
            let info = match self.admin(about).await {
                // Somebody gave themself a name of megabytes, which nobody needs.
                Err(JanusError::TooLong) => {
                    self.end(Numbers { session, handle }).await?;
                    continue;
                }
                info => info,
            };
            let Some(Handle { info }) = unless_gone(info)? else {
                continue;
            };
            let told = info
                .plugin_specific
                .filter(|_| info.plugin.as_deref() == Some(self.plugin.name()));
            let Some((told, room)) = told.and_then(|mut told| told.room.take().map(|room| (told, room))) else {
                continue;
            };
            if told.id.is_some() || told.private_id.is_some() {
                places.push(Place {
                    room,
                    id: told.id,
                    private_id: told.private_id,
                    display: told.display.unwrap_or_default(),
                    holder: info.token.as_deref().and_then(holder),
                    connection: Numbers { session, handle }.into(),
                });
            }
        }
        Ok(places)
    }

    /// Ends a connection to the plugin, and with it whatever seat it has; one that is gone is fine.
    ///
    /// This moves also those whom a kick does not. A kick closes a PeerConnection, and the participant
    /// leaves with it. The first kick of one who has none works as well, but it leaves a mark on their
    /// handle, and after a second join on the same handle every further kick does nothing until they open
    /// a PeerConnection: they would be heard from then until the next kick.
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn detach(&self, connection: &Connection) -> Result<(), JanusError> {
        match Numbers::read(connection) {
            Some(numbers) => self.end(numbers).await,
            None => Ok(()),
        }
    }

    async fn end(&self, Numbers { session, handle }: Numbers) -> Result<(), JanusError> {
        let request = json!({ "janus": "detach_handle", "session_id": session, "handle_id": handle });
        unless_gone(self.admin::<serde::de::IgnoredAny>(request).await)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_only_receives_is_known_by_their_joining_or_their_core_token() {
        let ticket: TicketId = "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap();
        let place = |id: Option<&str>, private_id: Option<u64>, holder: Option<TicketId>| Place {
            room: "stage".into(),
            id: id.map(str::to_owned),
            private_id,
            display: String::new(),
            holder,
            connection: Connection("1/2".into()),
        };
        let places = vec![
            place(Some("speaker"), Some(7), None),
            place(None, Some(7), Some(ticket)),
            place(None, Some(8), Some(ticket)),
            place(None, Some(8), None),
            place(Some("mixed"), None, None),
        ];
        let ids: Vec<String> = seats(places).into_iter().map(|seat| seat.id).collect();
        assert_eq!(ids, ["speaker", "speaker", &ticket.to_string(), "", "mixed"]);
    }

    #[test]
    fn the_holder_of_a_core_token_is_its_last_word() {
        let ticket: TicketId = "ticket_01m82w2kpge9882cqktr4vqnh5".parse().unwrap();
        let told = |text: &str| holder(text);
        assert_eq!(
            told(&format!("1,janus,janus.plugin.audiobridge,{ticket}:c2ln")),
            Some(ticket)
        );
        for none in [
            "1,janus,janus.plugin.audiobridge:c2ln",
            "",
            &format!("1,{ticket},x:c2ln"),
            &ticket.to_string(),
        ] {
            assert_eq!(told(none), None, "{none}");
        }
    }
}
