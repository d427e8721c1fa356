//! Where in the ledger an answer stands, so that a client can read what it has just written.

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    body::BoxBody,
    http::{StatusCode, header::HeaderName},
};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::problem::Problem;

/// The header of every answer to a write: an opaque token.
pub const POSITION: HeaderName = HeaderName::from_static("vouchsafe-position");
/// The header by which a request demands to be served no earlier than at that token.
pub const AT_LEAST: HeaderName = HeaderName::from_static("vouchsafe-at-least");

/// Waits until this replica has seen a position. `app.rs` fills it in; the gate asks it before the
/// handler runs.
pub trait Horizon: Send + Sync + 'static {
    /// Returns when everything up to `token` has been seen. [`super::Kind::PositionUnknown`] where
    /// it is no token of ours, [`super::Kind::NotCaughtUp`] where it takes too long.
    fn wait<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<(), Problem>>;
}

/// The answer to a write: a status, a body where there is one, and the position.
#[derive(Debug)]
pub struct Written<T> {
    status: StatusCode,
    body: Option<T>,
    position: String,
}

impl<T: Serialize> Written<T> {
    /// 201 Created.
    pub const fn created(body: T, position: String) -> Self {
        Self {
            status: StatusCode::CREATED,
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
impl Written<()> {
    /// 204 No Content.
    pub const fn nothing(position: String) -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            position,
        }
    }
}

impl<T: Serialize> Responder for Written<T> {
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
