//! Tokens: who somebody is, said so that a service can check it, and only for as long as it is true.
//!
//! An access token is signed, lives for minutes and is for one audience: our own API ([`Tokens::check`]), or a
//! registered service, which checks it by the published keys or asks ([`Tokens::introspect`]). A refresh token is good once. Both belong to a session, and with the
//! session they end: by its owner, by a sanction, by a token that was used twice. What is asked on
//! every request is answered from memory, which the feed keeps; nothing there is the truth.

mod access;
pub mod appeal;
mod browser;
mod by_text;
mod commands;
pub mod http;
mod device;
mod keys;
mod live;
mod prove;
mod queries;
mod records;
mod seen;
pub mod services;
mod sessions;
mod sign_in;
mod touched;

use std::{sync::Arc, time::Duration};

use secrecy::ExposeSecret;

pub use access::{Audience, Bad, Claims, FIRST_PARTY, Scope};
pub use by_text::{SendCodeError, SignInTexts, TextSignIn};
pub use keys::Published;
pub use queries::{KeySeen, OwnSession, count_sessions, keys_seen, last_sign_in};
pub use seen::{Device, Seen};
pub use sessions::{
    Holder, REUSE, RefreshError, Request, Session, end_all, end_all_of, end_others, end_session, refresh, start_as,
    start_on, start_session,
};
pub use sign_in::{SignIn, SignInError};

use crate::{
    people::Roster,
    platform::{
        config::{PublicUrl, TokenConfig},
        ledger::{Ledger, Projection},
        store::{StoreError, throttle::Rate},
        terms::{Assurance, PersonId, PersonRow, Role, SessionId, Timestamp},
        vault::Vault,
    },
};

use access::{Access, Verified};
use keys::Keys;
use live::Live;
use services::Services;
use sessions::Refresh;
use touched::Touched;

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
    touched: Touched,
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

/// What a session buys. It has no `Debug`: each of the three tokens is a secret.
pub struct Grant {
    /// The access token (RFC 9068).
    pub access_token: String,
    /// How long the access token holds, in seconds.
    pub expires_in: i64,
    /// The refresh token, good once.
    pub refresh_token: String,
    /// What shows at a later sign-in that this device has signed in before.
    pub device_token: String,
    /// What the service may learn for which the access token is; none where it is for our own API.
    pub scope: Option<Scope>,
    /// The session that they belong to.
    pub session: SessionId,
    /// When the session ends at the latest, however often it is refreshed.
    pub session_ends_at: Timestamp,
    /// Whose they are.
    pub person: PersonId,
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
            touched: Touched::default(),
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
    pub fn grant(&self, session: &Session) -> Result<Grant, StoreError> {
        self.grant_for(session, &Audience::Ours)
    }

    /// The same for another audience.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where there is no key to sign with.
    pub fn grant_for(&self, session: &Session, audience: &Audience) -> Result<Grant, StoreError> {
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
        Ok(Grant {
            access_token: token,
            expires_in: (claims.exp - ledger.now().seconds()).max(0),
            refresh_token: refresh.write(vault)?.expose_secret().to_owned(),
            device_token: device::token(vault, session.id, session.holder.id)?,
            scope: claims.scope,
            session: session.id,
            session_ends_at: session.expires_at,
            person: session.holder.id,
        })
    }
}
