//! What ends a session or turns it over. What its own transaction does stands in `sessions`.

use secrecy::{ExposeSecret, SecretString};

use super::{
    Bad, Inner, RefreshError, Request, RevokeError, Session, TokenRefused, Tokens, records,
    sessions::{self, Refresh, end_of, end_others, end_session, refresh},
    touched::EVERY,
};
use crate::platform::{
    ledger::{Actor, Committed, events::SessionEnd},
    store::StoreError,
    terms::{PersonRow, SessionId},
    vault::Blind,
};

impl Tokens {
    /// Spends a refresh token: see [`sessions::refresh`].
    ///
    /// # Errors
    /// [`RefreshError`]
    pub async fn refresh(&self, presented: SecretString, request: Request) -> Result<Committed<Session>, RefreshError> {
        // An audience of our own is no service's, whatever is registered.
        if let Some((resource, _)) = request.audience.service()
            && [self.audience(), self.issuer()].contains(&resource)
        {
            return Err(RefreshError::NoService);
        }
        let Inner {
            ledger, vault, live, ..
        } = &*self.inner;
        let (keys, token, pace) = (vault.clone(), presented.clone(), self.inner.refreshes);
        let written = ledger
            .write(Actor::System, move |tx| {
                let session = refresh(tx, &keys, token.expose_secret(), &request)?;
                // Its own, so it counts when it has proved to be one; where it is too many, it is not spent.
                let bucket = [b"refresh/".as_slice(), session.id.as_bytes()].concat();
                let bucket = keys.blind(Blind::Throttle, &bucket);
                tx.throttles.admit(tx.conn, &bucket, pace, tx.now)?;
                Ok(session)
            })
            .await;
        if let Err(RefreshError::Reused) = &written
            && let Some(refresh) = Refresh::read(presented.expose_secret(), vault)
        {
            live.end(refresh.session, ledger.now());
        }
        written
    }

    /// Ends the session of a refresh token, of any generation, or of an access token for our own API; nothing
    /// where it is none of ours (RFC 7009 §2.2).
    ///
    /// # Errors
    /// [`RevokeError`]
    pub async fn revoke(&self, token: &str) -> Result<(), RevokeError> {
        let Inner {
            ledger, vault, live, ..
        } = &*self.inner;
        let session = match token.starts_with(sessions::PREFIX) {
            true => Refresh::read(token, vault).map(|refresh| refresh.session),
            // What opens nothing ends nothing.
            false => match self.check(token).await {
                Ok(checked) => Some(checked.session),
                Err(TokenRefused::Store(error)) => return Err(error.into()),
                Err(TokenRefused::Invalid(Bad::Audience)) => return Err(RevokeError::ForService),
                Err(TokenRefused::Invalid(_) | TokenRefused::SessionEnded) => None,
            },
        };
        let Some(session) = session else { return Ok(()) };
        let row = ledger
            .store()
            .read(move |conn| Ok::<_, StoreError>(records::session(conn, session)?))
            .await?;
        let Some(row) = row.filter(|row| row.ended_at.is_none()) else {
            return Ok(());
        };
        ledger
            .write(Actor::Person(row.person), move |tx| {
                end_session(tx, session, SessionEnd::Revoked)
            })
            .await?;
        live.end(session, ledger.now());
        Ok(())
    }

    /// Whether the use of a session was not noted in the last ten minutes. It counts as noted from now on, so whoever asks
    /// notes it, by [`Self::touch`]. Whoever refreshes has no need of it.
    pub fn is_touch_due(&self, session: SessionId) -> bool {
        self.inner.touched.is_due(session, self.inner.ledger.now())
    }

    /// Notes that a session is in use.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn touch(&self, session: SessionId) -> Result<(), StoreError> {
        self.inner
            .ledger
            .write(Actor::System, move |tx| {
                records::touch(tx.conn, session, tx.now.before(EVERY), tx.now)?;
                Ok::<_, StoreError>(())
            })
            .await?;
        Ok(())
    }

    /// Ends a session of a member at their own wish; false where it is over, or none of theirs.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_own(&self, person: PersonRow, session: SessionId) -> Result<Committed<bool>, StoreError> {
        let Inner { ledger, live, .. } = &*self.inner;
        let written = ledger
            .write(Actor::Person(person), move |tx| {
                end_of(tx, session, Some(person), SessionEnd::SignedOut)
            })
            .await?;
        if written.value {
            live.end(session, ledger.now());
        }
        Ok(written)
    }

    /// Ends every session of a member but this one, at their own wish.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn end_others(&self, person: PersonRow, spared: SessionId) -> Result<Committed<()>, StoreError> {
        let written = self
            .inner
            .ledger
            .write(Actor::Person(person), move |tx| {
                end_others(tx, person, Some(spared), SessionEnd::SignedOut)
            })
            .await?;
        self.have_ended(&written.value);
        Ok(Committed {
            value: (),
            position: written.position,
        })
    }

    /// Takes these sessions for ended at once, in the process that has just ended them; the feed says so again.
    pub fn have_ended(&self, sessions: &[SessionId]) {
        let Inner { ledger, live, .. } = &*self.inner;
        for &session in sessions {
            live.end(session, ledger.now());
        }
    }

    /// Ends a member's session at their own wish; false where it has ended before.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sign_out(&self, person: PersonRow, session: SessionId) -> Result<Committed<bool>, StoreError> {
        let Inner { ledger, live, .. } = &*self.inner;
        let written = ledger
            .write(Actor::Person(person), move |tx| {
                end_session(tx, session, SessionEnd::SignedOut)
            })
            .await?;
        live.end(session, ledger.now());
        Ok(written)
    }
}
