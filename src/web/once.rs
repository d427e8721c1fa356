//! Idempotency keys: a repeated request gets the answer of the first, and does nothing again.
//!
//! The key is claimed in the transaction of the command itself, with the id of what is to be made;
//! so a command that is refused claims nothing, and two requests at once are one. No body is
//! stored: the repetition reads the resource by its id, and secrets are derived again. Of the caller, the key
//! and the request two HMACs are stored, under a [`Pepper`] that is not in the store: an address that somebody
//! invites, a document's number or a room server's secret could be guessed from a mere hash. A password is left
//! out all the same: whoever has both is to try passwords on nothing that is faster than the hash which is there
//! for that. A key is remembered for 24 hours (draft-ietf-httpapi-idempotency-key-header-07).

use std::{
    future::{Ready, ready},
    time::Duration,
};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use aws_lc_rs::hmac;
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required, Type,
        path::{Parameter, ParameterBuilder, ParameterIn},
    },
};
use zeroize::Zeroizing;

use super::{problem::Problem, records};
use crate::{
    store::{Conn, Guards, StoreError},
    terms::Timestamp,
};

/// How long a key may be, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 1..=255;
/// For how long a key is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

/// A secret that what is kept of a request depends on, and that is the same on every replica.
pub struct Pepper(hmac::Key);

impl Pepper {
    /// By a secret of 256 bits.
    pub fn new(secret: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret))
    }

    /// HMAC-SHA-256 of a value, which stands for something else under another `label`.
    fn blind(&self, label: &[u8], parts: &[&[u8]]) -> Vec<u8> {
        let mut context = hmac::Context::with_key(&self.0);
        for part in [label].iter().chain(parts) {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        context.sign().as_ref().to_vec()
    }
}

/// The header `Idempotency-Key` of a request, where there is one.
#[derive(Clone)]
pub struct IdempotencyKey(Option<(String, Data<Pepper>)>);

impl FromRequest for IdempotencyKey {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = match request.headers().get("idempotency-key") {
            None => Ok(Self(None)),
            Some(value) => match value.to_str() {
                Ok(key) if LENGTHS.contains(&key.len()) => match request.app_data::<Data<Pepper>>() {
                    Some(pepper) => Ok(Self(Some((key.to_owned(), Data::clone(pepper))))),
                    None => Err(Problem::internal("there is no pepper for idempotency keys")),
                },
                _ => Err(Problem::field(
                    "Idempotency-Key",
                    "Use 1 to 255 visible ASCII characters, such as a UUID.",
                )),
            },
        };
        ready(key)
    }
}

/// Its words in the description of each operation that takes one.
impl IntoParams for IdempotencyKey {
    fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
        let header = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some(
                "Repeats of a request with the same key are answered as the first.",
            ))
            .schema(Some(
                ObjectBuilder::new()
                    .schema_type(Type::String)
                    // Visible ASCII (RFC 9110 §5.5).
                    .pattern(Some(format!("^[!-~]{{{},{}}}$", LENGTHS.start(), LENGTHS.end()))),
            ));
        vec![header.build()]
    }
}

/// One request that may be repeated: whose key, for which operation, and what was asked.
#[derive(Debug, Clone)]
pub struct Once(Option<Claim>);

#[derive(Debug, Clone)]
struct Claim {
    /// Whose key it is, for which operation, and which.
    key: Vec<u8>,
    request: Vec<u8>,
}

/// What a claim came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// Nobody has used the key: go on.
    First,
    /// The request was answered before; this is the id that was made.
    Again([u8; 16]),
    /// The key was used with another request.
    Clash,
}

impl IdempotencyKey {
    /// Whether the request has one.
    pub const fn is_given(&self) -> bool {
        self.0.is_some()
    }

    /// Whether the request has one of fewer characters than this.
    pub fn is_shorter_than(&self, fewest: usize) -> bool {
        self.0.as_ref().is_some_and(|(key, _)| key.len() < fewest)
    }

    /// Binds the key to its caller (their id, or what they authenticated with), the operation and the
    /// request's content.
    pub fn bind(self, caller: &[u8], operation: &'static str, request: &impl Serialize) -> Result<Once, Problem> {
        let Some((key, pepper)) = self.0 else {
            return Ok(Once(None));
        };
        let content = Zeroizing::new(serde_json::to_vec(request).map_err(Problem::internal)?);
        Ok(Once(Some(Claim {
            key: pepper.blind(b"key", &[caller, operation.as_bytes(), key.as_bytes()]),
            request: pepper.blind(b"request", &[key.as_bytes(), &content]),
        })))
    }
}

impl Once {
    /// Claims the key for the resource `id`, in the command's transaction, before anything else.
    pub fn claim(&self, conn: &mut Conn, guards: &Guards, now: Timestamp, id: &[u8; 16]) -> Result<Turn, StoreError> {
        let turns = Self::claim_all(conn, guards, now, &[(self, id)])?;
        turns.into_iter().next().ok_or_else(lost)
    }

    /// Claims the keys of many requests that share a transaction, each for its resource. No two of them
    /// may be the [same](Once::is_same).
    pub fn claim_all(
        conn: &mut Conn,
        guards: &Guards,
        now: Timestamp,
        requests: &[(&Self, &[u8; 16])],
    ) -> Result<Vec<Turn>, StoreError> {
        let claims: Vec<records::Claim<'_>> = requests
            .iter()
            .filter_map(|(once, id)| {
                once.0.as_ref().map(|claim| records::Claim {
                    key: &claim.key,
                    request: &claim.request,
                    resource: id.as_slice(),
                })
            })
            .collect();
        let mut free = records::claim_keys(conn, guards, &claims, now, now.before(REMEMBERED))?.into_iter();
        let mut turns = Vec::with_capacity(requests.len());
        for (once, _) in requests {
            turns.push(match &once.0 {
                None => Turn::First,
                Some(_) if free.next().ok_or_else(lost)? => Turn::First,
                Some(claim) => claim.earlier(conn, now)?.ok_or_else(lost)?,
            });
        }
        Ok(turns)
    }

    /// What the key was claimed for before, without claiming it; none where it is free. For a step that can
    /// be taken once, so that its repetition is known before it is refused for coming too late.
    pub fn earlier(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Turn>, StoreError> {
        match &self.0 {
            Some(claim) => claim.earlier(conn, now),
            None => Ok(None),
        }
    }

    /// Whether both claim the same key.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => one.key == other.key,
            _ => false,
        }
    }

    /// Gives up a key that was claimed for `id` in the running transaction, where the request was refused
    /// and others that share the transaction were not: a refusal claims nothing.
    pub fn unclaim(&self, conn: &mut Conn, id: &[u8; 16]) -> Result<(), StoreError> {
        match &self.0 {
            Some(claim) => Ok(records::unclaim_key(conn, &claim.key, id)?),
            None => Ok(()),
        }
    }
}

impl Claim {
    /// What the key was claimed for before; none where it is free or forgotten.
    fn earlier(&self, conn: &mut Conn, now: Timestamp) -> Result<Option<Turn>, StoreError> {
        match records::claimed(conn, &self.key, now.before(REMEMBERED))? {
            None => Ok(None),
            Some((request, _)) if request != self.request => Ok(Some(Turn::Clash)),
            Some((_, resource)) => resource.try_into().map(|id| Some(Turn::Again(id))).map_err(|_| lost()),
        }
    }
}

fn lost() -> StoreError {
    StoreError::Internal("an idempotency row without an id".into())
}
