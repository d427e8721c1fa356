//! Where in the ledger an answer stands, so that a client can read what it has just written.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue},
    },
    web::Data,
};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::{
    pepper::Pepper,
    problem::{Problem, ProblemKind},
};

/// The header of every answer to a write: an opaque token. Handlers write the position itself into it; the gate
/// seals it, for it counts what others do.
pub const POSITION: HeaderName = HeaderName::from_static("vouchsafe-position");
/// The header by which a request demands to be served no earlier than at that token.
pub const AT_LEAST: HeaderName = HeaderName::from_static("vouchsafe-at-least");

/// Waits until this replica has seen a position. `app.rs` fills it in; the gate asks it before the
/// handler runs.
pub trait CatchUp: Send + Sync + 'static {
    /// Returns when everything up to the position `token`, which the gate has opened, has been seen. [`super::ProblemKind::PositionUnknown`] where
    /// it is no token of ours, [`super::ProblemKind::NotCaughtUp`] where it takes too long.
    fn wait<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<(), Problem>>;
}

/// What positions are sealed as.
const SEALED_AS: &[u8] = b"position";

/// The position in a request's demand.
pub(super) fn open(pepper: Option<&Data<Pepper>>, sealed: &HeaderValue) -> Result<String, Problem> {
    let pepper = pepper.ok_or_else(|| Problem::internal("there is no pepper for positions"))?;
    let opened = sealed.to_str().ok().and_then(|sealed| pepper.open(SEALED_AS, sealed));
    let position = opened.and_then(|position| String::from_utf8(position).ok());
    position.ok_or_else(|| Problem::new(ProblemKind::PositionUnknown))
}

/// A position as it is told outside.
pub(super) fn seal(pepper: Option<&Data<Pepper>>, position: &HeaderValue) -> Result<HeaderValue, Problem> {
    let pepper = pepper.ok_or_else(|| Problem::internal("there is no pepper for positions"))?;
    HeaderValue::try_from(pepper.seal(SEALED_AS, position.as_bytes())).map_err(Problem::internal)
}

/// The answer to a write: a status, a body where there is one, and the position.
#[derive(Debug)]
pub struct WriteResponse<T> {
    status: StatusCode,
    body: Option<T>,
    position: String,
}

impl<T: Serialize> WriteResponse<T> {
    /// 201 Created.
    pub const fn created(body: T, position: String) -> Self {
        Self {
            status: StatusCode::CREATED,
            body: Some(body),
            position,
        }
    }
    /// 202 Accepted: it is done after the answer.
    pub const fn accepted(body: T, position: String) -> Self {
        Self {
            status: StatusCode::ACCEPTED,
            body: Some(body),
            position,
        }
    }
    /// 200 OK.
    pub const fn ok(body: T, position: String) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(body),
            position,
        }
    }
}
impl WriteResponse<()> {
    /// 204 No Content.
    pub const fn nothing(position: String) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            position,
        }
    }
}

impl<T: Serialize> Responder for WriteResponse<T> {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        response.insert_header((POSITION, self.position));
        match self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }
}
