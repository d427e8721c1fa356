//! The public API, as the pages ask it: the same service that answers the network, called in this process. So a page
//! can do what any client can, and nothing else; rights, limits and problems are those of the API.

use std::{cell::RefCell, net::SocketAddr, rc::Rc};

use actix_http::{HttpMessage, Payload, Request};
use actix_service::IntoServiceFactory;
use actix_web::{
    Error,
    body::{self, BoxBody, MessageBody},
    dev::{AppConfig, Service, ServiceFactory, ServiceResponse},
    http::{
        Method, StatusCode, Uri,
        header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue},
    },
    web::Bytes,
};
use futures_util::future::LocalBoxFuture;
use serde::{Deserialize, de::DeserializeOwned};
use tokio::sync::OnceCell;

use crate::http::{InProcess, POSITION};

type Answer = ServiceResponse<BoxBody>;
type Call = Box<dyn Fn(Request) -> LocalBoxFuture<'static, Result<Answer, Error>>>;
type Start = LocalBoxFuture<'static, Result<Call, Refused>>;

/// The API of one worker.
pub struct Api {
    call: OnceCell<Call>,
    start: RefCell<Option<Start>>,
}

impl Api {
    /// The API that `app` serves. It is built when it is asked first.
    pub fn new<A, F, B>(app: A) -> Rc<Self>
    where
        A: IntoServiceFactory<F, Request>,
        F: ServiceFactory<Request, Config = AppConfig, Response = ServiceResponse<B>, Error = Error> + 'static,
        F::Service: 'static,
        F::Future: 'static,
        B: MessageBody + 'static,
    {
        let built = app.into_factory().new_service(AppConfig::default());
        let start = async move {
            let service = built.await.map_err(|_| Refused::internal())?;
            let call: Call = Box::new(move |request| {
                let answered = service.call(request);
                Box::pin(async move { Ok(answered.await?.map_into_boxed_body()) })
            });
            Ok(call)
        };
        Rc::new(Self {
            call: OnceCell::new(),
            start: RefCell::new(Some(Box::pin(start))),
        })
    }

    async fn service(&self) -> Result<&Call, Refused> {
        let start = || async {
            let start = self.start.borrow_mut().take();
            start.ok_or_else(Refused::internal)?.await
        };
        self.call.get_or_try_init(start).await
    }

    /// Asks, and reads the answer.
    ///
    /// # Errors
    /// [`Refused`], also where the answer is not what the page reads.
    pub async fn ask<T: DeserializeOwned>(&self, asked: Asked) -> Result<Told<T>, Refused> {
        let Raw { body, position, .. } = self.raw(asked).await?;
        let body: &[u8] = if body.is_empty() { b"null" } else { &body };
        let value = serde_json::from_slice(body).map_err(|error| {
            tracing::warn!(%error, "a page does not read what the API answers");
            Refused::internal()
        })?;
        Ok(Told { value, position })
    }

    /// Asks, and gives the answer as it is.
    ///
    /// # Errors
    /// [`Refused`]
    pub async fn raw(&self, asked: Asked) -> Result<Raw, Refused> {
        let service = self.service().await?;
        let answered = match service(asked.into_request()).await {
            Ok(answered) => answered.into_parts().1,
            Err(error) => error.error_response(),
        };
        let status = answered.status();
        let header = |name: &HeaderName| answered.headers().get(name).cloned();
        let (position, kind) = (header(&POSITION), header(&CONTENT_TYPE));
        let body = body::to_bytes(answered.into_body()).await;
        let body = body.map_err(|_| Refused::internal())?;
        if status.is_success() {
            return Ok(Raw { body, position, kind });
        }
        Err(Refused::read(status, &body))
    }
}

/// What a page asks.
pub struct Asked {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    peer: Option<SocketAddr>,
}

impl Asked {
    /// For what is at `path`, on behalf of a browser at `peer`.
    pub fn new(method: Method, path: String, peer: Option<SocketAddr>) -> Self {
        Self {
            method,
            path,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            peer,
        }
    }

    /// With a header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// With a header whose text is not known to be one; left out where it is none.
    #[must_use]
    pub fn with_text(self, name: HeaderName, value: &str) -> Self {
        match HeaderValue::from_str(value) {
            Ok(value) => self.with(name, value),
            Err(_) => self,
        }
    }

    /// By a bearer token.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.with_text(AUTHORIZATION, &format!("Bearer {token}"))
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string().into();
        self.with(CONTENT_TYPE, HeaderValue::from_static("application/json"))
    }

    fn into_request(self) -> Request {
        let length = HeaderValue::from(self.body.len());
        let mut request = Request::with_payload(Payload::from(self.body));
        request.extensions_mut().insert(InProcess);
        let head = request.head_mut();
        head.method = self.method;
        head.uri = Uri::try_from(self.path).unwrap_or_default();
        head.peer_addr = self.peer;
        head.headers = self.headers;
        head.headers.insert(CONTENT_LENGTH, length);
        request
    }
}

/// An answer that was read.
#[derive(Debug)]
pub struct Told<T> {
    /// What was told.
    pub value: T,
    /// The ledger position of a change, as a later read demands it.
    pub position: Option<HeaderValue>,
}

/// An answer as it is.
pub struct Raw {
    /// Its body.
    pub body: Bytes,
    /// Its content type.
    pub kind: Option<HeaderValue>,
    position: Option<HeaderValue>,
}

/// A refusal, as the API gives it (RFC 9457).
#[derive(Debug, Clone, Deserialize)]
pub struct Refused {
    /// Its kind, without the prefix.
    #[serde(rename = "type")]
    kind: Box<str>,
    /// Its status.
    status: u16,
    /// What to do about it, in English.
    #[serde(default)]
    pub detail: Box<str>,
    /// The field at fault: a JSON pointer, or a parameter's name.
    #[serde(default)]
    field: Option<Box<str>>,
    /// Seconds after which a repetition is worth while.
    #[serde(default)]
    pub retry_after: Option<u32>,
    /// What an appeal is made with.
    #[serde(default)]
    pub appeal_token: Option<Box<str>>,
    /// The request's id in the log.
    #[serde(default)]
    pub request_id: Option<Box<str>>,
}

const PREFIX: &str = "urn:vouchsafe:problem:";

impl Refused {
    /// A refusal of a page's own.
    pub fn of(kind: &str, status: StatusCode) -> Self {
        Self {
            kind: format!("{PREFIX}{kind}").into(),
            status: status.as_u16(),
            detail: Box::default(),
            field: None,
            retry_after: None,
            appeal_token: None,
            request_id: None,
        }
    }

    /// Something broke that should not.
    pub fn internal() -> Self {
        Self::of("internal", StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn read(status: StatusCode, body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_else(|_| Self::of("internal", status))
    }

    /// Its kind, as in the list of problems.
    pub fn kind(&self) -> &str {
        self.kind.strip_prefix(PREFIX).unwrap_or(&self.kind)
    }

    /// Its status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The name of the form's field at fault: the last part of the pointer.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()?.rsplit('/').next()
    }

    /// Whether nobody is signed in, or no longer.
    pub fn wants_sign_in(&self) -> bool {
        matches!(
            self.kind(),
            "unauthenticated" | "session-ended" | "reauthentication-required"
        )
    }
}
