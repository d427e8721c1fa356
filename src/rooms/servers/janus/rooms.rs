//! The rooms of a plugin: their lists, and who is in them.

use std::collections::HashSet;

use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::json;

use super::{
    client::{Janus, JanusError, Room},
    plugin::Participant,
};

impl Janus {
    /// Makes the room if there is none, with a list that admits nobody yet; says whether it did.
    ///
    /// A room that exists is left as it is, whoever made it: [`Self::allowed`] tells whether the
    /// secret is its own, and sees to its list.
    ///
    /// # Errors
    /// [`JanusError`]; `Forbidden` where the admin key is wrong.
    pub async fn ensure_room(&self, room: &str, secret: &str) -> Result<bool, JanusError> {
        // Given a list, even an empty one, a room admits those on it alone; given none, all.
        let mut request = json!({
            "request": "create", "room": room, "secret": secret, "description": room,
            "is_private": true, "permanent": false, "allowed": [],
        });
        if let Some(key) = &self.address.admin_key {
            request["admin_key"] = json!(key.expose_secret());
        }
        self.plugin.shape(&mut request, self.signed);
        match self.ask::<Room>(room, "created", request).await {
            Ok(_) => Ok(true),
            Err(JanusError::Refused(code)) if code == self.plugin.codes().room_exists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The tokens on the room's list, all of them; from now on nobody else is admitted, should
    /// somebody have switched the list off.
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn allowed(&self, room: &str, secret: &str) -> Result<HashSet<String>, JanusError> {
        self.change_list(room, secret, "enable", &[]).await
    }

    /// Puts all the tokens on the room's list, in one call. Those on it already stay.
    ///
    /// # Errors
    /// [`JanusError`]; `Disagrees` where one is not on the list that it answers with.
    pub async fn allow(&self, room: &str, secret: &str, tokens: &[String]) -> Result<(), JanusError> {
        let list = self.change_list(room, secret, "add", tokens).await?;
        if tokens.iter().all(|token| list.contains(token)) {
            Ok(())
        } else {
            Err(JanusError::Disagrees("a token is not on its list"))
        }
    }

    /// Takes all the tokens off the room's list, in one call. Whoever is in the room stays there.
    ///
    /// # Errors
    /// [`JanusError`]; `Disagrees` where one is on the list that it answers with.
    pub async fn disallow(&self, room: &str, secret: &str, tokens: &[String]) -> Result<(), JanusError> {
        let list = self.change_list(room, secret, "remove", tokens).await?;
        if tokens.iter().any(|token| list.contains(token)) {
            Err(JanusError::Disagrees("a token is still on its list"))
        } else {
            Ok(())
        }
    }

    async fn change_list(
        &self,
        room: &str,
        secret: &str,
        action: &str,
        tokens: &[String],
    ) -> Result<HashSet<String>, JanusError> {
        #[derive(Deserialize)]
        struct List {
            allowed: HashSet<String>,
        }
        let request =
            json!({ "request": "allowed", "action": action, "room": room, "secret": secret, "allowed": tokens });
        Ok(self.ask::<List>(room, "success", request).await?.allowed)
    }

    /// Who is in the room, with or without a PeerConnection.
    ///
    /// No two have the same id: the second is refused. One whose client vanished
    /// stays listed until Janus's session timeout (60 s). Janus asks for no secret here, and tells
    /// anybody who has a core token.
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn participants(&self, room: &str, secret: &str) -> Result<Vec<Participant>, JanusError> {
        #[derive(Deserialize)]
        struct List {
            participants: serde_json::Value,
        }
        let request = json!({ "request": "listparticipants", "room": room, "secret": secret });
        let list = self.ask::<List>(room, "participants", request).await?;
        self.plugin.participants(&list.participants)
    }

    /// Puts a participant out; one who is not there is fine. Those whose token is on the list may
    /// come back.
    ///
    /// Janus answers before it is done: they leave some milliseconds later, and only
    /// [`Self::participants`] shows that they have.
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn kick(&self, room: &str, secret: &str, id: &str) -> Result<(), JanusError> {
        let request = json!({ "request": "kick", "room": room, "secret": secret, "id": id });
        match self.ask::<Room>(room, "success", request).await {
            Ok(_) => Ok(()),
            Err(JanusError::Refused(code)) if code == self.plugin.codes().no_such_user => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Makes a participant unheard, until they unmute themself or come back; one who is not there is fine.
    ///
    /// Nothing in AudioBridge 1.1.2 takes the voice of one participant for good: `configure` with
    /// `muted: false` undoes this, a group is only for forwarding, and in a muted room nobody
    /// speaks but those who know its secret. So whoever may only listen has to be watched.
    ///
    /// # Errors
    /// [`JanusError`]
    pub async fn mute(&self, room: &str, secret: &str, id: &str) -> Result<(), JanusError> {
        let request = json!({ "request": self.plugin.mutes_by(), "room": room, "secret": secret, "id": id });
        match self.ask::<Room>(room, "success", request).await {
            Ok(_) => Ok(()),
            Err(JanusError::Refused(code)) if code == self.plugin.codes().no_such_user => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Destroys the room and puts everybody out; no such room is fine.
    ///
    /// # Errors
    /// [`JanusError`]; `Disagrees` where the room is still there.
    pub async fn destroy(&self, room: &str, secret: &str) -> Result<(), JanusError> {
        let request = json!({ "request": "destroy", "room": room, "secret": secret, "permanent": false });
        match self.ask::<Room>(room, "destroyed", request).await {
            Ok(_) => {}
            Err(JanusError::NoRoom) => return Ok(()),
            Err(error) => return Err(error),
        }
        #[derive(Deserialize)]
        struct Exists {
            exists: bool,
        }
        let request = json!({ "request": "exists", "room": room });
        if self.ask::<Exists>(room, "success", request).await?.exists {
            return Err(JanusError::Disagrees("the room is still there"));
        }
        Ok(())
    }
}
