//! The connections of clients to a Janus: who sits on which, and how one is ended.

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
        stream::iter(sessions)
            .map(|session| self.seated_in(session))
            .buffer_unordered(AT_ONCE)
            .try_concat()
            .await
    }

    async fn seated_in(&self, session: u64) -> Result<Vec<Seated>, JanusError> {
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
            plugin_specific: Option<Place>,
        }
        #[derive(Deserialize)]
        struct Place {
            room: Option<String>,
            id: Option<String>,
            display: Option<String>,
        }

        let mut seated = Vec::new();
        let asked = self.admin(json!({ "janus": "list_handles", "session_id": session }));
        let Some(Handles { handles }) = unless_gone(asked.await)? else {
            return Ok(seated);
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
            let seat = info
                .plugin_specific
                .filter(|_| info.plugin.as_deref() == Some(self.plugin.name()));
            if let Some((Some(room), Some(id), display)) = seat.map(|seat| (seat.room, seat.id, seat.display)) {
                seated.push(Seated {
                    room,
                    id,
                    display: display.unwrap_or_default(),
                    holder: info.token.as_deref().and_then(holder),
                    connection: Numbers { session, handle }.into(),
                });
            }
        }
        Ok(seated)
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
