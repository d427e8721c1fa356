//! The one way in: every request passes here, and what the table of rights does not know goes no
//! further.
//!
//! In order: request id, route, throttle, authentication, role, position, handler; on the way out
//! problems get the request id, answers the security headers, and the request is counted and logged.
//! Logs hold the matched pattern, never the path: an invite's code stands in it.

use std::{
    future::{Ready, ready},
    net::IpAddr,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::{BodySize, BoxBody, EitherBody, MessageBody},
    dev::{ResponseHead, Service, ServiceRequest, ServiceResponse, Transform, forward_ready},
    error::InternalError,
    http::{
        ConnectionType, Method, StatusCode, Uri,
        header::{
            ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
        },
    },
    web::{Bytes, Data},
};
use futures_util::future::LocalBoxFuture;
use tracing::{Instrument, Span, field};

use super::{
    address, browser,
    caller::{self, CallerSource, InProcess, Passed, ServiceCaller, ServiceSecret, ThrottleBucket},
    json,
    meters::{Meters, Tally},
    pepper::Pepper,
    position::{self, AT_LEAST, CatchUp, POSITION},
    problem::{OAuthProblem, Problem, ProblemKind},
    request_id::{self, RequestId, RequestIds},
    rights::{self, Access, Operation, Route},
};
use crate::platform::config::Network;
use crate::platform::terms::Rng;

/// What the operator may set.
#[derive(Debug, Clone)]
pub struct GateLimits {
    /// Whose X-Forwarded-For is believed.
    pub trusted_proxies: Vec<Network>,
    /// How long a request may take until its answer begins.
    pub request_timeout: Duration,
    /// Bytes of a body.
    pub body_limit: usize,
    /// Where the service is reached from outside, without a path: what a browser sends as `Origin` from our own pages.
    pub origin: String,
    /// The path of the public URL: a proxy may take it off a request, or leave it on.
    pub path: String,
}

/// The middleware around the whole application. A clone is the same gate: one for all workers.
#[derive(Clone)]
pub struct Gate(Arc<Shared>);

struct Shared {
    callers: Arc<dyn CallerSource>,
    catch_up: Arc<dyn CatchUp>,
    limits: GateLimits,
    ids: RequestIds,
    meters: Meters,
    /// Whether the service is about to stop.
    stopping: Arc<AtomicBool>,
}

impl Gate {
    /// A gate. Made after the metrics recorder is installed, or nothing is counted.
    pub fn new(limits: GateLimits, callers: Arc<dyn CallerSource>, catch_up: Arc<dyn CatchUp>, rng: &dyn Rng) -> Self {
        Self(Arc::new(Shared {
            callers,
            catch_up,
            limits,
            ids: RequestIds::new(rng),
            meters: Meters::new(),
            stopping: Arc::default(),
        }))
    }

    /// What it counts of requests.
    pub fn tally(&self) -> Arc<Tally> {
        self.0.meters.tally()
    }

    /// Once this is set, each answer closes its connection (RFC 9112 §9.6): whoever keeps it is to go on
    /// elsewhere.
    pub fn stopping(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.0.stopping)
    }
}

impl<S, B> Transform<S, ServiceRequest> for Gate
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type InitError = ();
    type Transform = GateService<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(GateService {
            service: Rc::new(service),
            shared: Arc::clone(&self.0),
        }))
    }
}

/// What [`Gate`] makes of an application's service.
pub struct GateService<S> {
    service: Rc<S>,
    shared: Arc<Shared>,
}

impl<S, B> Service<ServiceRequest> for GateService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let started = Instant::now();
        let (service, shared) = (Rc::clone(&self.service), Arc::clone(&self.shared));
        let id = shared.ids.of(request.headers());
        take_off(&mut request, &shared.limits.path);
        let route = rights::route(request.method(), request.match_info().as_str());
        let (place, operation) = match route {
            Route::Found(place, operation) => (Some(place), Some(operation)),
            Route::WrongMethod(_) | Route::Nothing => (None, None),
        };
        let span = tracing::info_span!(
            "request",
            request_id = id.as_str(),
            method = known_method(request.method()),
            operation = operation.map(|operation| operation.id),
            route = operation.map(|operation| operation.path),
            status = field::Empty,
        );
        let handled = async move {
            let closing = shared.stopping.load(Ordering::Relaxed);
            let in_process = request.extensions().contains::<InProcess>();
            let visit = Visit {
                id,
                operation,
                closing,
                in_process,
            };
            let limit = shared.limits.request_timeout;
            let outcome = match tokio::time::timeout(limit, shared.serve(service, request, route, &visit)).await {
                Ok(outcome) => outcome,
                // The request went down with its handler; an error may carry an answer without one.
                Err(_) => Err(visit.bare_refusal(&Problem::new(ProblemKind::Timeout))),
            };
            let status = match &outcome {
                Ok(response) => response.status(),
                Err(error) => error.as_response_error().status_code(),
            };
            shared.meters.record(place, status, started.elapsed());
            visit.log(status, started.elapsed());
            outcome
        };
        Box::pin(handled.instrument(span))
    }
}

impl Shared {
    async fn serve<S, B>(
        &self,
        service: Rc<S>,
        mut request: ServiceRequest,
        route: Route,
        visit: &Visit,
    ) -> Result<ServiceResponse<EitherBody<B>>, Error>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
        B: MessageBody + 'static,
    {
        let (place, operation) = match route {
            Route::Found(place, operation) => (place, operation),
            Route::WrongMethod(allow) => {
                let mut response = visit.refusal(&Problem::new(ProblemKind::MethodNotAllowed));
                if let Ok(allow) = HeaderValue::try_from(allow) {
                    response.headers_mut().insert(ALLOW, allow);
                }
                return Ok(request.into_response(response.map_into_right_body()));
            }
            Route::Nothing => {
                let response = visit.refusal(&Problem::new(ProblemKind::NotFound));
                return Ok(request.into_response(response.map_into_right_body()));
            }
        };
        // A service may show its secret in the body (RFC 6749 §2.3.1): that is read before it is let in.
        let posted = match operation.access {
            Access::Service if !request.headers().contains_key(AUTHORIZATION) => {
                match json::posted_secret(&mut request, self.limits.body_limit).await {
                    Ok(posted) => posted,
                    Err(problem) => {
                        return Ok(request.into_response(visit.refusal(&problem).map_into_right_body()));
                    }
                }
            }
            _ => None,
        };
        match self.admit(&request, place, operation, posted).await {
            Ok(passed) => request.extensions_mut().insert(passed),
            Err(problem) => return Ok(request.into_response(visit.refusal(&problem).map_into_right_body())),
        };
        // Handlers answer GET alone; HEAD is the same without the body (RFC 9110 §9.3.2).
        let headless = request.method() == Method::HEAD;
        if headless {
            request.head_mut().method = Method::GET;
        }
        let mut response = match service.call(request).await {
            Ok(response) => response,
            Err(error) => return Err(visit.bare_refusal(&problem_of(&error))),
        };
        // A room server's own requests are many and not throttled; what it has not signed is.
        if operation.access == Access::RoomServer && response.status().is_client_error() {
            let peer = response.request().peer_addr().map(|peer| peer.ip());
            let address = address::client(peer, response.request().headers(), &self.limits.trusted_proxies);
            if let Err(problem) = self.throttle(operation, address).await {
                return Ok(response.into_response(visit.refusal(&problem).map_into_right_body()));
            }
        }
        if let Some(refusal) = visit.rewritten(response.response()) {
            return Ok(response.into_response(refusal.map_into_right_body()));
        }
        let pepper = response.request().app_data::<Data<Pepper>>();
        let sealed = response
            .headers()
            .get(POSITION)
            .map(|position| position::seal(pepper, position));
        match sealed {
            None => {}
            Some(Ok(sealed)) => {
                response.headers_mut().insert(POSITION, sealed);
            }
            Some(Err(problem)) => {
                return Ok(response.into_response(visit.refusal(&problem).map_into_right_body()));
            }
        }
        visit.dress(response.response_mut().head_mut());
        Ok(response.map_body(|_, body| match headless {
            true => EitherBody::right(BoxBody::new(Headless(body.size()))),
            false => EitherBody::left(body),
        }))
    }

    /// Whether `request` may go on to `operation`, and as whom.
    async fn admit(
        &self,
        request: &ServiceRequest,
        place: usize,
        operation: &'static Operation,
        posted: Option<ServiceSecret>,
    ) -> Result<Passed, Problem> {
        let headers = request.headers();
        let peer = request.peer_addr().map(|peer| peer.ip());
        let address = address::client(peer, headers, &self.limits.trusted_proxies);
        let mut passed = Passed {
            place,
            caller: None,
            service: None,
            address,
            body_limit: self.limits.body_limit,
        };
        match operation.access {
            Access::Public | Access::Page => {}
            Access::PublicThrottled => self.throttle(operation, address).await?,
            Access::Flow | Access::Applicant | Access::Appellant => {
                self.throttle(operation, address).await?;
                caller::bearer(headers)?;
            }
            Access::Roles(roles) => {
                let caller = match request.cookie(browser::SESSION) {
                    Some(cookie) if !headers.contains_key(AUTHORIZATION) => {
                        let own = || self.callers.fits(cookie.value(), browser::form_token(headers));
                        browser::own_or_safe(request.method(), headers, &self.limits.origin, own)?;
                        self.callers.browser(cookie.value()).await?
                    }
                    _ => self.callers.bearer(caller::bearer(headers)?).await?,
                };
                if !roles.contains(&caller.role) {
                    return Err(Problem::new(ProblemKind::Forbidden));
                }
                if operation.wants_recent && caller.signed_in_for >= rights::RECENT {
                    return Err(Problem::new(ProblemKind::ReauthenticationRequired));
                }
                passed.caller = Some(caller);
            }
            Access::RoomServer => {
                if !headers.contains_key(AUTHORIZATION) {
                    self.throttle(operation, address).await?;
                    return Err(Problem::not_signed());
                }
            }
            Access::Service => {
                let shown = posted.or_else(|| ServiceSecret::of_header(headers));
                passed.service = Some(self.service(shown, operation, address).await?);
            }
        }
        if let Some(sealed) = headers.get(AT_LEAST) {
            let position = position::open(request.app_data::<Data<Pepper>>(), sealed)?;
            self.catch_up.wait(&position).await?;
        }
        Ok(passed)
    }

    /// A service's own requests are many and not throttled; failures are, so that guessing is.
    async fn service(
        &self,
        shown: Option<ServiceSecret>,
        operation: &'static Operation,
        address: IpAddr,
    ) -> Result<ServiceCaller, Problem> {
        let outcome = match shown.as_ref().and_then(ServiceSecret::parts) {
            Some((client_id, secret)) => self.callers.basic(&client_id, &secret).await,
            None => Err(Problem::service_unknown()),
        };
        if outcome
            .as_ref()
            .is_err_and(|problem| problem.kind() == ProblemKind::Unauthenticated)
        {
            self.throttle(operation, address).await?;
        }
        outcome
    }

    async fn throttle(&self, operation: &'static Operation, address: IpAddr) -> Result<(), Problem> {
        let bucket = ThrottleBucket {
            operation: operation.id,
            address: address::throttled_as(address),
        };
        self.callers.throttle(bucket).await
    }
}

/// One request's way through the gate.
struct Visit {
    id: RequestId,
    operation: Option<&'static Operation>,
    /// Whether the answer closes the connection.
    closing: bool,
    /// Whether a page asks.
    in_process: bool,
}

impl Visit {
    fn refusal(&self, problem: &Problem) -> HttpResponse {
        let is_oauth = self
            .operation
            .is_some_and(|operation| operation.path.starts_with("/oauth/"));
        let mut response = match is_oauth {
            true => HttpResponse::from_error(OAuthProblem::from(problem.clone())),
            false => problem.render(Some(self.id.as_str())),
        };
        self.dress(response.head_mut());
        response
    }

    /// A refusal where there is no request left to answer.
    fn bare_refusal(&self, problem: &Problem) -> Error {
        let response = self.refusal(problem);
        InternalError::from_response(problem.kind().slug(), response).into()
    }

    /// What a handler's refusal looks like outside; none where it did not refuse.
    fn rewritten<B>(&self, response: &HttpResponse<B>) -> Option<HttpResponse> {
        match response.error() {
            Some(error) if error.as_error::<OAuthProblem>().is_some() => None,
            // A page refuses by a page.
            Some(_) if self.operation.is_some_and(|operation| operation.access == Access::Page) => None,
            Some(error) => Some(self.refusal(&problem_of(error))),
            // The router's own answer: the operation stands in the table, but nothing serves it.
            None if response.status() == StatusCode::NOT_FOUND && !response.headers().contains_key(CONTENT_TYPE) => {
                Some(self.refusal(&Problem::new(ProblemKind::NotFound)))
            }
            None => None,
        }
    }

    fn dress(&self, head: &mut ResponseHead) {
        if self.closing {
            head.set_connection_type(ConnectionType::Close);
        }
        let headers = head.headers_mut();
        if !headers.contains_key(CACHE_CONTROL) {
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if !headers.contains_key(REFERRER_POLICY) {
            headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        }
        if let Some(id) = self.id.header() {
            headers.insert(request_id::HEADER, id);
        }
    }

    fn log(&self, status: StatusCode, taken: Duration) {
        let status = status.as_u16();
        Span::current().record("status", status);
        let micros = u64::try_from(taken.as_micros()).unwrap_or(u64::MAX);
        // What anybody may fetch (probes, key sets) would drown the rest; and a page that asks has a line of its own.
        let access = self.operation.map(|operation| operation.access);
        let is_public = access == Some(Access::Public);
        if (is_public || self.in_process) && status < 400 {
            tracing::debug!(micros, "answered");
        } else {
            tracing::info!(micros, "answered");
        }
    }
}

/// Takes the path of the public URL off the path of a request, where it is there: at the beginning or, as RFC 8414
/// §3.1 has it for the documents under `/.well-known`, at the end.
fn take_off(request: &mut ServiceRequest, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    let path = request.uri().path();
    let below = path
        .strip_prefix(prefix)
        .filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let known = || {
        path.strip_suffix(prefix)
            .filter(|rest| rest.starts_with("/.well-known/"))
    };
    let Some(rest) = below.or_else(known) else { return };
    let rest = if rest.is_empty() { "/" } else { rest };
    let target = match request.uri().query() {
        Some(query) => format!("{rest}?{query}"),
        None => rest.to_owned(),
    };
    let mut parts = request.uri().clone().into_parts();
    parts.path_and_query = target.parse().ok();
    if let Ok(uri) = Uri::from_parts(parts) {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// The problem in an error, or the nearest one where the error is not ours.
fn problem_of(error: &Error) -> Problem {
    if let Some(problem) = error.as_error::<Problem>() {
        return problem.clone();
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Problem::new(ProblemKind::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(ProblemKind::MethodNotAllowed),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ProblemKind::BodyTooLarge),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Problem::new(ProblemKind::UnsupportedMediaType),
        status if status.is_client_error() => Problem::new(ProblemKind::InvalidField),
        _ => Problem::internal(error),
    }
}

/// A method is whatever token the client writes; only those that we know go into the log.
fn known_method(method: &Method) -> &str {
    match *method {
        Method::GET | Method::HEAD | Method::POST | Method::PUT | Method::DELETE | Method::OPTIONS | Method::PATCH => {
            method.as_str()
        }
        _ => "other",
    }
}

/// The length of a body, and nothing of it: an answer to HEAD.
struct Headless(BodySize);

impl MessageBody for Headless {
    type Error = std::convert::Infallible;
    fn size(&self) -> BodySize {
        self.0
    }
    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        Poll::Ready(None)
    }
}
