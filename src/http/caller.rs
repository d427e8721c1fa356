//! Who is calling. The gate finds out, by a [`CallerSource`]; handlers only read the result.

use std::{
    borrow::Cow,
    future::{Ready, ready},
    net::IpAddr,
    sync::Arc,
    time::Duration,
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest,
    dev::Payload,
    http::header::{AUTHORIZATION, HeaderMap},
};
use data_encoding::BASE64;
use futures_util::future::BoxFuture;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::{
    json::form_decoded,
    problem::{Problem, ProblemKind},
};
use crate::platform::terms::{Id, PersonRow, Role, kinds};

/// A member with a valid access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Their row.
    pub person: PersonRow,
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// Their role now, not when the token was made.
    pub role: Role,
    /// The session behind the token.
    pub session: Id<kinds::Session>,
    /// How long ago they have proved who they are.
    pub signed_in_for: Duration,
}

/// A service that has authenticated itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceCaller {
    /// Its public id.
    pub id: Id<kinds::Service>,
    /// What a token for it has as audience.
    pub resource: Arc<str>,
}

/// What is throttled as one: an operation and an address, IPv6 by /64 and the networks around it: see
/// [`ThrottleBucket::networks`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThrottleBucket {
    /// [`super::rights::Operation::id`].
    pub operation: &'static str,
    /// The client's address, the lower half of an IPv6 address cleared.
    pub address: IpAddr,
}

/// Decides who somebody is. `app.rs` fills it in; nothing else in `web` authenticates.
pub trait CallerSource: Send + Sync + 'static {
    /// The member behind an access token. [`Problem::token_invalid`] where it does not hold,
    /// [`ProblemKind::SessionEnded`] where its session is over, [`ProblemKind::Unavailable`] where nobody can tell.
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>>;
    /// The member behind a browser's session cookie; refused as a bearer is. Where there are no pages, there are none.
    fn browser<'a>(&'a self, _cookie: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        Box::pin(ready(Err(Problem::token_invalid())))
    }
    /// Whether what a form or a script shows belongs to the cookie beside it.
    fn fits(&self, _cookie: &str, _form_token: &str) -> bool {
        false
    }
    /// The service behind a client id and secret, or [`Problem::service_unknown`].
    fn basic<'a>(&'a self, client_id: &'a str, secret: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>>;
    /// Counts one attempt, or answers [`ProblemKind::TooManyRequests`].
    fn throttle(&self, bucket: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>>;
}

/// What the gate leaves in the request's extensions for the extractors.
#[derive(Debug)]
pub(super) struct Passed {
    /// Where the operation stands in the table of rights.
    pub place: usize,
    pub caller: Option<Caller>,
    pub service: Option<ServiceCaller>,
    pub address: IpAddr,
    pub body_limit: usize,
}

/// The bearer token of a request (RFC 6750 §2.1): for onboarding, which checks its own.
#[derive(Debug)]
pub struct Bearer(pub SecretString);

/// The client's address, as the gate found it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

impl ClientAddress {
    /// The address as one that is counted: IPv6 by /64.
    pub fn throttled_as(self) -> IpAddr {
        super::address::throttled_as(self.0)
    }
}

/// The only credentials of a request, or none where the header is missing, doubled or of another
/// scheme. Schemes are case-insensitive (RFC 9110 §11.1).
fn credentials<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let mut all = headers.get_all(AUTHORIZATION);
    let (only, None) = (all.next()?, all.next()) else {
        return None;
    };
    let (name, rest) = only.to_str().ok()?.split_once(' ')?;
    let rest = rest.trim_matches(' ');
    (name.eq_ignore_ascii_case(scheme) && !rest.is_empty() && !rest.contains(' ')).then_some(rest)
}

pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Problem> {
    credentials(headers, "bearer").ok_or_else(|| Problem::new(ProblemKind::Unauthenticated))
}

/// A service's client id and secret, as it shows them: by HTTP Basic, both form-encoded (RFC 6749 §2.3.1 and
/// appendix B), or in the body.
pub(super) enum ServiceSecret {
    Header(Zeroizing<String>),
    Body {
        client_id: String,
        secret: Zeroizing<String>,
    },
}

impl ServiceSecret {
    pub(super) fn of_header(headers: &HeaderMap) -> Option<Self> {
        let decoded = BASE64.decode(credentials(headers, "basic")?.as_bytes()).ok()?;
        String::from_utf8(decoded)
            .ok()
            .map(|text| Self::Header(Zeroizing::new(text)))
    }

    /// Client id and secret; nothing is copied that needs no decoding.
    pub(super) fn parts(&self) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
        match self {
            Self::Header(text) => {
                let (client_id, secret) = text.split_once(':')?;
                Some((form_decoded(client_id)?, form_decoded(secret)?))
            }
            Self::Body { client_id, secret } => Some((Cow::Borrowed(client_id), Cow::Borrowed(secret))),
        }
    }
}

/// Reads from what the gate left. A handler that asks for somebody whom its row of the table does
/// not admit is a mistake of ours: 500, never a guess.
fn passed<T>(request: &HttpRequest, read: impl FnOnce(&Passed) -> Option<T>) -> Ready<Result<T, Problem>> {
    let found = request.extensions().get::<Passed>().and_then(read);
    ready(found.ok_or_else(|| Problem::internal("the handler wants a caller that the table of rights does not admit")))
}

impl FromRequest for Caller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        passed(request, |passed| passed.caller)
    }
}
impl FromRequest for ServiceCaller {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        passed(request, |passed| passed.service.clone())
    }
}
impl FromRequest for ClientAddress {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        passed(request, |passed| Some(Self(passed.address)))
    }
}
impl FromRequest for Bearer {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;
    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(bearer(request.headers()).map(|token| Self(SecretString::from(token))))
    }
}

/// Marks a request that comes from this process: a page asks the API.
pub struct InProcess;
