//! Who is calling: what the gate asks of tokens.

use std::{net::IpAddr, time::Duration};

use futures_util::future::BoxFuture;

use crate::{
    config::ThrottleConfig,
    ledger::{Actor, Ledger},
    store::throttle::{self, Rate, Throttled},
    tokens::{TokenRefused, Tokens},
    vault::{Blind, Vault},
    web::{Caller, Doorkeeper, Kind, Problem, ServiceCaller, ThrottleBucket},
};

/// The gate's doorkeeper: access tokens, services' secrets, and attempts by address.
pub struct TokenDoor {
    tokens: Tokens,
    ledger: Ledger,
    vault: Vault,
    per_address: Rate,
}

impl TokenDoor {
    /// One that counts attempts as configured.
    pub fn new(tokens: Tokens, ledger: Ledger, vault: Vault, config: &ThrottleConfig) -> Self {
        Self {
            tokens,
            ledger,
            vault,
            per_address: Rate::at_most(config.per_address_per_minute, Duration::from_secs(60)),
        }
    }
}

impl Doorkeeper for TokenDoor {
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(async move {
            let checked = self.tokens.check(token).await.map_err(|refused| match refused {
                TokenRefused::Invalid(why) => {
                    tracing::debug!(%why, "an access token was refused");
                    Problem::token_invalid()
                }
                TokenRefused::SessionEnded => Problem::new(Kind::SessionEnded),
                TokenRefused::Store(error) => Problem::from(error),
            })?;
            Ok(Caller {
                person: checked.person,
                id: checked.id,
                role: checked.role,
                session: checked.session,
            })
        })
    }

    fn basic<'a>(&'a self, client_id: &'a str, secret: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>> {
        Box::pin(async move {
            let found = self.tokens.authenticate(client_id, secret).await?;
            let id = found.ok_or_else(Problem::service_unknown)?;
            Ok(ServiceCaller {
                id,
                client_id: client_id.to_owned(),
            })
        })
    }

    fn throttle(&self, bucket: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>> {
        let address = match bucket.address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        let key = [bucket.operation.as_bytes(), b"/", &address].concat();
        let (bucket, rate) = (self.vault.blind(Blind::Throttle, &key), self.per_address);
        Box::pin(async move {
            let counted = self
                .ledger
                .write(Actor::System, move |tx| throttle::admit(tx.conn, &bucket, rate, tx.now))
                .await;
            counted.map(|_| ()).map_err(|refused| match refused {
                Throttled::Wait(seconds) => Problem::new(Kind::TooManyRequests).retry_after(seconds),
                Throttled::Store(error) => Problem::from(error),
            })
        })
    }
}
