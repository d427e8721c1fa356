//! Tokens: who somebody is, said so that a service can check it, and only for as long as it is true.
//!
//! An access token is signed, lives for minutes and is for one audience: our own API ([`Tokens::check`]), or a
//! registered service, which checks it by the published keys or asks ([`Tokens::introspect`]). A refresh token is good once. Both belong to a session, and with the
//! session they end: by its owner, by a sanction, by a token that was used twice. What is asked on
//! every request is answered from memory, which the feed keeps; nothing there is the truth.

mod access;
pub mod http;
mod device;
mod keys;
mod live;
mod records;
pub mod services;
mod sessions;
mod sign_in;

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

pub use access::{Audience, Bad, Claims, FIRST_PARTY, Scope};
pub use keys::Published;
pub use sessions::{
    Holder, REUSE, RefreshError, Request, Session, end_all, end_session, refresh, start_as, start_session,
};
pub use sign_in::{SignIn, SignInError};

use crate::{
    people::{self, Member, MemberSnapshot, Roster},
    platform::{
        config::{PublicUrl, TokenConfig},
        ledger::{Actor, Committed, Ledger, Projection, events::SessionEnd},
        store::{Conn, StoreError, throttle::Rate},
        terms::{Assurance, PersonId, PersonRow, Role, SessionId, Standing, Timestamp},
        vault::{Blind, Vault},
    },
};

use access::{Access, Verified};
use keys::Keys;
use live::{Life, Live};
use services::{Service, Services};
use sessions::Refresh;

/// Everything about tokens; clones share it.
#[derive(Clone)]
pub struct Tokens {
    inner: Arc<Inner>,
}

struct Inner {
    ledger: Ledger,
    vault: Vault,
    roster: Arc<Roster>,
    keys: Arc<Keys>,
    live: Arc<Live>,
    services: Arc<Services>,
    access: Access,
    verified: Verified,
    session_lifetime: Duration,
    /// How old memory may be to be believed.
    memory_lease: Duration,
    /// How often one session is refreshed.
    refreshes: Rate,
}

/// An access token for our own API that holds, and who stands behind it now.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The member's row.
    pub person: PersonRow,
    /// Their public id.
    pub id: PersonId,
    /// The session.
    pub session: SessionId,
    /// Their role now, not when the token was made.
    pub role: Role,
    /// How long ago they have proved who they are.
    pub signed_in_for: Duration,
}

/// Why an access token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum TokenRefused {
    /// It is none of ours that holds now.
    #[error("the access token is not valid: {0}")]
    Invalid(#[from] Bad),
    /// Its session is over, or its holder is not in good standing.
    #[error("the session has ended")]
    SessionEnded,
    /// Nobody can tell.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An access token for a service that holds, and what the service may learn now.
#[derive(Debug)]
pub struct Introspected {
    /// What the token itself says.
    pub claims: Arc<Claims>,
    /// How surely we know who they are, now, where the scope names it.
    pub assurance: Option<Assurance>,
    /// Their role now, where the scope names it.
    pub role: Option<Role>,
}

/// Why a token was not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeError {
    /// It is for a service: whoever was shown it has no power over its session.
    #[error("a token for a service cannot be revoked by itself")]
    ForService,
    /// Nobody can tell.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a session buys, as it is sent (RFC 6749 §5.1, and two members more). It has no `Debug`.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Granted {
    /// The access token (RFC 9068), to be sent as a bearer token.
    pub access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    pub token_type: &'static str,
    /// How long the access token holds, in seconds.
    #[schema(example = 600)]
    pub expires_in: i64,
    /// The refresh token, good once, at `/oauth/token`.
    pub refresh_token: String,
    /// Shows at the next sign-in, in the header `Vouchsafe-Device`, that this device has signed in before: then wrong
    /// passwords from anywhere else do not lock it out. It opens nothing, and is worth keeping after a sign-out.
    pub device_token: String,
    /// What the service may learn for which the access token is; only where it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<&'static str>,
    /// The session that both belong to.
    pub session: SessionView,
    /// Whose they are.
    pub person: PersonView,
}

/// A session: the family of its refresh tokens.
#[derive(Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Its id.
    pub id: SessionId,
    /// When it ends at the latest, however often it is refreshed.
    pub expires_at: Timestamp,
}

/// A member.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = TokenHolder)]
pub struct PersonView {
    /// Their public id: the `sub` of the token.
    pub id: PersonId,
}

impl Tokens {
    /// Makes the first signing key of the configured algorithm where there is none. What is in memory comes with the
    /// [`Tokens::projections`], which are loaded and fed by the mirror, as is `roster`.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn open(
        ledger: Ledger,
        vault: Vault,
        roster: Arc<Roster>,
        config: &TokenConfig,
        issuer: &PublicUrl,
    ) -> Result<Self, StoreError> {
        keys::ensure(&ledger, &vault, config.algorithm).await?;
        let lifetime = Duration::from_secs(u64::from(config.access_minutes) * 60);
        let inner = Inner {
            keys: Arc::new(Keys::new(vault.clone(), config.algorithm)),
            live: Arc::new(Live::new(ledger.clock(), lifetime)),
            services: Arc::new(Services::new(vault.clone())),
            access: Access::new(issuer.as_str().to_owned(), config.audience.clone(), lifetime),
            verified: Verified::default(),
            session_lifetime: Duration::from_secs(u64::from(config.refresh_days) * 86_400),
            memory_lease: Duration::from_millis(config.memory_lease_ms),
            refreshes: Rate::at_most(config.refreshes_per_hour, Duration::from_secs(3600)),
            ledger,
            vault,
            roster,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// What the mirror has to load and to feed.
    pub fn projections(&self) -> Vec<Arc<dyn Projection>> {
        let Inner {
            keys, live, services, ..
        } = &*self.inner;
        vec![keys.clone(), live.clone(), services.clone()]
    }

    /// How long a session lasts, from its start.
    pub fn session_lifetime(&self) -> Duration {
        self.inner.session_lifetime
    }

    /// How long an access token holds.
    pub fn access_lifetime(&self) -> Duration {
        self.inner.access.lifetime()
    }

    /// Who issues the tokens: the service's public URL, without a slash at its end.
    pub fn issuer(&self) -> &str {
        self.inner.access.issuer()
    }

    /// The public keys, as they are published.
    pub fn published(&self) -> Published {
        self.inner.keys.ring().published()
    }

    /// The audience of our own API.
    pub fn audience(&self) -> &str {
        self.inner.access.audience()
    }

    /// Both tokens of a session that was just started or refreshed, after the commit; the access token is for
    /// our own API.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where there is no key to sign with.
    pub fn grant(&self, session: &Session) -> Result<Granted, StoreError> {
        self.grant_for(session, &Audience::Ours)
    }

    /// The same for another audience.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where there is no key to sign with.
    pub fn grant_for(&self, session: &Session, audience: &Audience) -> Result<Granted, StoreError> {
        let Inner {
            ledger,
            vault,
            keys,
            access,
            ..
        } = &*self.inner;
        let claims = access.claims(session, audience, vault);
        let ring = keys.ring();
        let key = ring.signing();
        let key = key.ok_or_else(|| StoreError::Internal("there is no key to sign with".into()))?;
        let token = key.sign(&claims)?;
        let refresh = Refresh {
            session: session.id,
            generation: session.generation,
        };
        Ok(Granted {
            access_token: token,
            token_type: "Bearer",
            expires_in: (claims.exp - ledger.now().seconds()).max(0),
            refresh_token: refresh.write(vault)?.expose_secret().to_owned(),
            device_token: device::token(vault, session.id, session.holder.id)?,
            scope: claims.scope.map(Scope::as_str),
            session: SessionView {
                id: session.id,
                expires_at: session.expires_at,
            },
            person: PersonView { id: session.holder.id },
        })
    }

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
            role: snapshot.role,
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
            role: scope.roles.then_some(snapshot.role),
        }))
    }

    /// An access token for this audience, and who stands behind it now.
    async fn checked(
        &self,
        token: &str,
        audience: &str,
        now: Timestamp,
    ) -> Result<(Arc<Claims>, PersonRow, MemberSnapshot), TokenRefused> {
        let Inner { live, access, .. } = &*self.inner;
        let verify = || access.verify(token, &self.inner.keys.ring(), now);
        let claims = self.inner.verified.get(token, now, verify)?;
        claims.are_for(audience)?;
        let session = claims.sid;
        // Whoever was banned since memory was last known to be whole would still pass.
        let (person, snapshot) = match self.is_remembered()? {
            false => self.asked(session, now).await?,
            true => match live.find(session, now) {
                Life::Lives(person) => (person, self.snapshot(person).await?),
                Life::Over => return Err(TokenRefused::SessionEnded),
                Life::Unknown => self.asked(session, now).await?,
            },
        };
        if snapshot.standing != Standing::Active {
            return Err(TokenRefused::SessionEnded);
        }
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

fn snapshot_of(member: &Member) -> MemberSnapshot {
    MemberSnapshot {
        id: member.id,
        role: member.role,
        standing: member.standing,
        assurance: member.assurance,
    }
}
