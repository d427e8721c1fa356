//! Idempotency keys: a repeated request gets the answer of the first, and does nothing again.
//!
//! Whoever asks is proved first ([`Asker`]): a key by itself opens nothing, and what nobody has proved takes
//! none. The key is claimed in the transaction of the command itself, with the id of what is to be made;
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
use serde::Serialize;
use utoipa::{
    IntoParams,
    openapi::{
        ObjectBuilder, Required,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::Type,
    },
};
use zeroize::Zeroizing;

use super::{pepper::Pepper, problem::Problem, records};
use crate::platform::{
    store::{Conn, Guards, StoreError},
    terms::{Id, Timestamp, kinds},
};

/// How long a key may be, in characters: whoever takes one of the fewest at random has 64 bits or more in it.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=255;
/// For how long a key is remembered.
pub const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

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
                    "Use 16 to 255 visible ASCII characters, such as a UUID.",
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
                "16 to 255 visible ASCII characters. The same caller's repeats of a request with the same key are \
                 answered as the first.",
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
pub struct Once(Option<KeyClaim>);

#[derive(Debug, Clone)]
struct KeyClaim {
    /// Whose key it is, for which operation, and which.
    key: Vec<u8>,
    request: Vec<u8>,
}

/// Whose key it is, by the credential that has proved it: a key is its owner's alone, and another kind of
/// credential makes another key of it.
#[derive(Debug, Clone, Copy)]
pub enum Asker {
    /// A member, by an access token.
    Member(Id<kinds::Person>),
    /// A newcomer, by the token of their flow.
    Newcomer(Id<kinds::Flow>),
}

impl Asker {
    fn parts(&self) -> (&'static [u8], &[u8]) {
        match self {
            Self::Member(id) => (b"member", id.as_bytes()),
            Self::Newcomer(id) => (b"newcomer", id.as_bytes()),
        }
    }
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

    /// Binds the key to whoever asks, the operation and the request's content.
    pub fn bind(self, asker: Asker, operation: &'static str, request: &impl Serialize) -> Result<Once, Problem> {
        let Some((key, pepper)) = self.0 else {
            return Ok(Once(None));
        };
        let content = Zeroizing::new(serde_json::to_vec(request).map_err(Problem::internal)?);
        let (credential, id) = asker.parts();
        Ok(Once(Some(KeyClaim {
            key: pepper.blind(b"key", &[credential, id, operation.as_bytes(), key.as_bytes()]),
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
        let claims: Vec<records::KeyClaim<'_>> = requests
            .iter()
            .filter_map(|(once, id)| {
                once.0.as_ref().map(|claim| records::KeyClaim {
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

impl KeyClaim {
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
