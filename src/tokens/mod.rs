//! Tokens: who somebody is, said so that a service can check it, and only for as long as it is true.
//!
//! An access token is signed, lives for minutes and is checked by anybody ([`Tokens::check`] here, the
//! published keys elsewhere). A refresh token is good once. Both belong to a session, and with the
//! session they end: by its owner, by a sanction, by a token that was used twice. What is asked on
//! every request is answered from memory, which the feed keeps; nothing there is the truth.

mod access;
pub mod api;
mod keys;
mod live;
mod records;
pub mod services;
mod sessions;
mod sign_in;

use std::{sync::Arc, time::Duration};

use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

pub use access::{Bad, Claims, FIRST_PARTY};
pub use keys::Published;
pub use sessions::{Holder, RefreshError, Session, end_all, end_session, refresh, start_as, start_session};
pub use sign_in::{Claim, SignIn, SignInError};

use crate::{
    config::{PublicUrl, TokenConfig},
    ledger::{Actor, Ledger, Projection, Written, events::SessionEnd},
    people::{self, Member, Roster, Seat},
    store::{Conn, StoreError},
    terms::{Assurance, PersonId, PersonRow, Role, ServiceId, SessionId, Standing, Timestamp},
    vault::Vault,
};

use access::{Access, Verified};
use keys::Keys;
use live::{Life, Live};
use services::Services;
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
}

/// An access token that holds, and who stands behind it now.
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
    /// How surely we know who they are, now.
    pub assurance: Assurance,
    /// The first moment in which the token no longer holds.
    pub expires_at: Timestamp,
    /// What the token itself says.
    pub claims: Arc<Claims>,
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

/// A token that holds, as an introspecting service is told.
#[derive(Debug)]
pub enum Introspected {
    /// An access token.
    Access(Checked),
    /// A refresh token that is good now.
    Refresh {
        /// Whose.
        id: PersonId,
        /// When its session ends at the latest.
        expires_at: Timestamp,
    },
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
    /// Makes the first signing key where there is none. What is in memory comes with the
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
        keys::ensure(&ledger, &vault).await?;
        let lifetime = Duration::from_secs(u64::from(config.access_minutes) * 60);
        let inner = Inner {
            keys: Arc::new(Keys::new(vault.clone())),
            live: Arc::new(Live::new(ledger.clock(), lifetime)),
            services: Arc::default(),
            access: Access::new(issuer.as_str().to_owned(), config.audience.clone(), lifetime),
            verified: Verified::default(),
            session_lifetime: Duration::from_secs(u64::from(config.refresh_days) * 86_400),
            memory_lease: Duration::from_millis(config.memory_lease_ms),
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

    /// Both tokens of a session that was just started or refreshed, after the commit.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where there is no key to sign with.
    pub fn grant(&self, session: &Session) -> Result<Granted, StoreError> {
        let Inner {
            ledger,
            vault,
            keys,
            access,
            ..
        } = &*self.inner;
        let now = ledger.now();
        let claims = access.claims(session, now, ledger.chance());
        let text = serde_json::to_vec(&claims).map_err(|error| StoreError::Internal(error.to_string()))?;
        let token = keys.ring().newest().and_then(|key| key.sign(&text));
        let token = token.ok_or_else(|| StoreError::Internal("there is no key to sign with".into()))?;
        let refresh = Refresh {
            session: session.id,
            generation: session.generation,
        };
        Ok(Granted {
            access_token: token,
            token_type: "Bearer",
            expires_in: (claims.exp - claims.iat).max(0),
            refresh_token: refresh.write(vault)?.expose_secret().to_owned(),
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
    pub async fn refresh(&self, presented: SecretString) -> Result<Written<Session>, RefreshError> {
        let Inner {
            ledger, vault, live, ..
        } = &*self.inner;
        let (keys, token) = (vault.clone(), presented.clone());
        let written = ledger
            .write(Actor::System, move |tx| refresh(tx, &keys, token.expose_secret()))
            .await;
        if let Err(RefreshError::Reused) = &written
            && let Some(refresh) = Refresh::read(presented.expose_secret(), vault)
        {
            live.end(refresh.session, ledger.now());
        }
        written
    }

    /// Whether an access token holds: its signature and claims, its session, its holder's standing.
    ///
    /// # Errors
    /// [`TokenRefused`]
    pub async fn check(&self, token: &str) -> Result<Checked, TokenRefused> {
        let Inner {
            ledger, live, access, ..
        } = &*self.inner;
        let now = ledger.now();
        let verify = || access.verify(token, &self.inner.keys.ring(), now);
        let claims = self.inner.verified.get(token, now, verify)?;
        let session = claims.sid;
        // Whoever was banned since memory was last known to be whole would still pass.
        let (person, seat) = match self.is_remembered()? {
            false => self.asked(session, now).await?,
            true => match live.find(session, now) {
                Life::Lives(person) => (person, self.seat(person).await?),
                Life::Over => return Err(TokenRefused::SessionEnded),
                Life::Unknown => self.asked(session, now).await?,
            },
        };
        if seat.standing != Standing::Active {
            return Err(TokenRefused::SessionEnded);
        }
        if seat.id != claims.sub {
            return Err(Bad::Content.into());
        }
        Ok(Checked {
            person,
            id: seat.id,
            session,
            role: seat.role,
            assurance: seat.assurance,
            expires_at: Timestamp::from_seconds(claims.exp),
            claims,
        })
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
    async fn seat(&self, person: PersonRow) -> Result<Seat, TokenRefused> {
        if let Some(seat) = self.inner.roster.seat(person) {
            return Ok(seat);
        }
        let read = move |conn: &mut Conn| Ok::<_, StoreError>(people::member(conn, person)?);
        let member = self.inner.ledger.store().read(read).await?;
        Ok(seat_of(&member.ok_or(TokenRefused::SessionEnded)?))
    }

    /// Whose session this is, and where they stand, from the store.
    async fn asked(&self, session: SessionId, now: Timestamp) -> Result<(PersonRow, Seat), TokenRefused> {
        let read = move |conn: &mut Conn| {
            let Some(person) = Live::look_up(conn, session, now)? else {
                return Ok(None);
            };
            Ok::<_, StoreError>(people::member(conn, person)?)
        };
        let member = self.inner.ledger.store().read(read).await?;
        let member = member.ok_or(TokenRefused::SessionEnded)?;
        Ok((member.row, seat_of(&member)))
    }

    /// What a token of either kind is; none where it does not hold (RFC 7662 §2.2).
    ///
    /// # Errors
    /// [`StoreError`] where nobody can tell.
    pub async fn introspect(&self, token: &str) -> Result<Option<Introspected>, StoreError> {
        if !token.starts_with(sessions::PREFIX) {
            return match self.check(token).await {
                Ok(checked) => Ok(Some(Introspected::Access(checked))),
                Err(TokenRefused::Store(error)) => Err(error),
                Err(TokenRefused::Invalid(_) | TokenRefused::SessionEnded) => Ok(None),
            };
        }
        let Some(refresh) = Refresh::read(token, &self.inner.vault) else {
            return Ok(None);
        };
        let now = self.inner.ledger.now();
        self.inner
            .ledger
            .store()
            .read(move |conn| {
                let row = records::session(conn, refresh.session)?.filter(|row| {
                    let lives = row.ended_at.is_none() && row.expires_at > now;
                    lives && row.generation == i64::from(refresh.generation)
                });
                let Some(row) = row else { return Ok(None) };
                let member = people::member(conn, row.person)?;
                let member = member.filter(|member| member.standing == Standing::Active);
                Ok(member.map(|member| Introspected::Refresh {
                    id: member.id,
                    expires_at: row.expires_at,
                }))
            })
            .await
    }

    /// Ends the session of a token of either kind, of any generation; nothing where it is none of ours
    /// (RFC 7009 §2.2). The ledger names the session's owner as who did it, or, where a `service` asks,
    /// the system.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn revoke(&self, token: &str, service: bool) -> Result<(), StoreError> {
        let Inner {
            ledger, vault, live, ..
        } = &*self.inner;
        let session = match token.starts_with(sessions::PREFIX) {
            true => Refresh::read(token, vault).map(|refresh| refresh.session),
            // What opens nothing ends nothing.
            false => match self.check(token).await {
                Ok(checked) => Some(checked.session),
                Err(TokenRefused::Store(error)) => return Err(error),
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
        let actor = match service {
            true => Actor::System,
            false => Actor::Person(row.person),
        };
        ledger
            .write(actor, move |tx| end_session(tx, session, SessionEnd::Revoked))
            .await?;
        live.end(session, ledger.now());
        Ok(())
    }

    /// Ends a member's session at their own wish; false where it has ended before.
    ///
    /// # Errors
    /// [`StoreError`]
    pub async fn sign_out(&self, person: PersonRow, session: SessionId) -> Result<Written<bool>, StoreError> {
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
    pub async fn authenticate_service(&self, client_id: &str, secret: &str) -> Result<Option<ServiceId>, StoreError> {
        let Inner { ledger, services, .. } = &*self.inner;
        let remembered = self.is_remembered()?;
        services
            .authenticate(ledger.store(), client_id, secret, remembered)
            .await
    }
}

fn seat_of(member: &Member) -> Seat {
    Seat {
        id: member.id,
        role: member.role,
        standing: member.standing,
        assurance: member.assurance,
    }
}
