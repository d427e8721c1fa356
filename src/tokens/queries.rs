//! What a token is now, and who stands behind it: from memory, and from the store where memory is too old or does not
//! know it yet.

use std::sync::Arc;

use super::{
    Bad, Checked, Claims, Inner, Introspected, Seen, TokenRefused, Tokens,
    live::{Life, Live},
    records,
    services::Service,
};
use crate::{
    people::{self, Member, MemberSnapshot},
    platform::{
        store::{Conn, StoreError},
        terms::{PersonRow, Role, SessionId, Timestamp},
        vault::Vault,
    },
};

impl Tokens {
    /// Whether an access token for our own API holds: its signature and claims, its session, its holder's standing.
    ///
    /// # Errors
    /// [`TokenRefused`]
    pub async fn check(&self, token: &str) -> Result<Checked, TokenRefused> {
        let now = self.inner.ledger.now();
        let (claims, person, snapshot) = self.checked(token, self.audience(), now).await?;
        let signed_in_at = Timestamp::from_seconds(claims.auth_time.ok_or(Bad::Content)?);
        Ok(Checked {
            person,
            id: snapshot.id,
            session: claims.sid,
            role: snapshot.acting_role(),
            signed_in_for: now.since(signed_in_at),
        })
    }

    /// What a token for the service of this resource is; none where it does not hold, or is for somebody else
    /// (RFC 7662 §2.2).
    ///
    /// # Errors
    /// [`StoreError`] where nobody can tell.
    pub async fn introspect(&self, token: &str, resource: &str) -> Result<Option<Introspected>, StoreError> {
        let (claims, _, snapshot) = match self.checked(token, resource, self.inner.ledger.now()).await {
            Ok(checked) => checked,
            Err(TokenRefused::Store(error)) => return Err(error),
            Err(TokenRefused::Invalid(_) | TokenRefused::SessionEnded) => return Ok(None),
        };
        let Some(scope) = claims.scope else { return Ok(None) };
        Ok(Some(Introspected {
            claims,
            assurance: scope.assurance.then_some(snapshot.assurance),
            role: scope.roles.then_some(snapshot.acting_role()),
        }))
    }

    /// An access token for this audience, and who stands behind it now.
    async fn checked(
        &self,
        token: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<(Arc<Claims>, PersonRow, MemberSnapshot), TokenRefused> {
        let Inner { access, .. } = &*self.inner;
        let verify = || access.verify(token, &self.inner.keys.ring(), now);
        let claims = self.inner.verified.get(token, now, verify)?;
        claims.are_for(audience)?;
        let session = claims.sid;
        let (person, snapshot) = self.holder_of(session, now).await?;
        if snapshot.id != claims.sub {
            return Err(Bad::Content.into());
        }
        Ok((claims, person, snapshot))
    }

    /// Whether memory may be believed. Where it may not, the store is to be asked; where the store did not
    /// answer just now, nobody is left to ask.
    fn is_remembered(&self) -> Result<bool, StoreError> {
        let Inner {
            ledger, memory_lease, ..
        } = &*self.inner;
        let age = ledger.memory_age();
        if age <= *memory_lease {
            return Ok(true);
        }
        if ledger.away() {
            return Err(StoreError::Unavailable(format!(
                "it did not answer, and memory is {age:?} old"
            )));
        }
        Ok(false)
    }

    /// From the roster; who is not in it yet, from the store.
    async fn snapshot(&self, person: PersonRow) -> Result<MemberSnapshot, TokenRefused> {
        if let Some(snapshot) = self.inner.roster.snapshot(person) {
            return Ok(snapshot);
        }
        let read = move |conn: &mut Conn| Ok::<_, StoreError>(people::member(conn, person)?);
        let member = self.inner.ledger.store().read(read).await?;
        Ok(snapshot_of(&member.ok_or(TokenRefused::SessionEnded)?))
    }

    /// The name of the key that signs here now; none where there is none.
    pub fn signing_kid(&self) -> Option<String> {
        self.inner.keys.ring().signing().map(|key| key.kid().to_owned())
    }

    /// In which role the holder of a living session may act now.
    ///
    /// # Errors
    /// [`TokenRefused`]
    pub async fn role_behind(&self, session: SessionId) -> Result<Role, TokenRefused> {
        let (_, snapshot) = self.holder_of(session, self.inner.ledger.now()).await?;
        Ok(snapshot.acting_role())
    }

    /// Whose living session this is, in good standing.
    pub(super) async fn holder_of(
        &self,
        session: SessionId,
        now: Timestamp,
    ) -> Result<(PersonRow, MemberSnapshot), TokenRefused> {
        let live = &self.inner.live;
        // Whoever was banned since memory was last known to be whole would still pass.
        let (person, snapshot) = match self.is_remembered()? {
            false => self.asked(session, now).await?,
            true => match live.find(session, now) {
                Life::Lives(person) => (person, self.snapshot(person).await?),
                Life::Over => return Err(TokenRefused::SessionEnded),
                Life::Unknown => self.asked(session, now).await?,
            },
        };
        if !snapshot.standing.may_sign_in() {
            return Err(TokenRefused::SessionEnded);
        }
        Ok((person, snapshot))
    }

    /// Whose session this is, and where they stand, from the store.
    async fn asked(&self, session: SessionId, now: Timestamp) -> Result<(PersonRow, MemberSnapshot), TokenRefused> {
        let read = move |conn: &mut Conn| {
            let Some(person) = Live::look_up(conn, session, now)? else {
                return Ok(None);
            };
            Ok::<_, StoreError>(people::member(conn, person)?)
        };
        let member = self.inner.ledger.store().read(read).await?;
        let member = member.ok_or(TokenRefused::SessionEnded)?;
        Ok((member.row, snapshot_of(&member)))
    }

    /// The service that this client id and secret belong to.
    ///
    /// # Errors
    /// [`StoreError`] where nobody can tell.
    pub async fn authenticate_service(&self, client_id: &str, secret: &str) -> Result<Option<Service>, StoreError> {
        let Inner { ledger, services, .. } = &*self.inner;
        let remembered = self.is_remembered()?;
        services
            .authenticate(ledger.store(), client_id, secret, remembered)
            .await
    }
}

/// A signing key, without what it signs with.
#[derive(Debug, Clone)]
pub struct KeySeen {
    /// Its name.
    pub kid: String,
    /// When it was made.
    pub made_at: Timestamp,
}

/// Every signing key, oldest first.
///
/// # Errors
/// [`StoreError`]
pub fn keys_seen(conn: &mut Conn) -> Result<Vec<KeySeen>, StoreError> {
    let keys = records::keys_made(conn)?.into_iter();
    Ok(keys.map(|(kid, made_at)| KeySeen { kid, made_at }).collect())
}

/// A session of a member's own, as they see it.
#[derive(Debug)]
pub struct OwnSession {
    /// Its row, by which the list is ordered.
    pub row: i64,
    /// Its public id.
    pub id: SessionId,
    /// On what device it was started and from where, as far as that was kept.
    pub seen: Seen,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it was used last, to ten minutes.
    pub used_at: Timestamp,
    /// When it ends at the latest.
    pub expires_at: Timestamp,
}

/// When a member signed in last; none where they never did.
///
/// # Errors
/// [`StoreError`]
pub fn last_sign_in(conn: &mut Conn, person: PersonRow) -> Result<Option<Timestamp>, StoreError> {
    Ok(records::last_sign_in(conn, person)?)
}

/// How many sessions of a member live at `now`.
///
/// # Errors
/// [`StoreError`]
pub fn count_sessions(conn: &mut Conn, person: PersonRow, now: Timestamp) -> Result<i64, StoreError> {
    Ok(records::count_living(conn, person, now)?)
}

/// The living sessions of a member, newest first, below the row `before`.
pub(super) fn own_sessions(
    conn: &mut Conn,
    vault: &Vault,
    person: PersonRow,
    before: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<OwnSession>, StoreError> {
    let subject = people::member(conn, person)?.and_then(|member| member.subject);
    let key = subject.and_then(|subject| vault.key(conn, subject).ok());
    let rows = records::of_member(conn, person, before, limit, now)?;
    let own = rows.into_iter().map(|row| {
        let opened = key.as_ref().zip(row.seen_sealed.as_deref());
        OwnSession {
            row: row.row,
            id: row.uid,
            // What was altered is not shown; the session is.
            seen: opened
                .and_then(|(key, sealed)| Seen::open(key, sealed).ok())
                .unwrap_or_default(),
            started_at: row.started_at,
            used_at: row.used_at(),
            expires_at: row.expires_at,
        }
    });
    Ok(own.collect())
}

impl Tokens {
    /// The living sessions of a member, newest first, below the row `before`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sessions_of(
        &self,
        person: PersonRow,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<OwnSession>, StoreError> {
        let Inner { ledger, vault, .. } = &*self.inner;
        let (vault, now) = (vault.clone(), ledger.now());
        let read = ledger
            .store()
            .read(move |conn| own_sessions(conn, &vault, person, before, limit, now));
        read.await
    }
}

fn snapshot_of(member: &Member) -> MemberSnapshot {
    MemberSnapshot {
        id: member.id,
        role: member.role,
        standing: member.standing,
        assurance: member.assurance,
    }
}
