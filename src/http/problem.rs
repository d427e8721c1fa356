//! Refusals as they are sent: problem details (RFC 9457), and JSON errors of OAuth (RFC 6749 §5.2).

use std::{borrow::Cow, fmt};

use actix_web::{
    HttpResponse, HttpResponseBuilder, ResponseError,
    http::{StatusCode, header},
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::platform::{store::StoreError, terms::BadRow};

pub use super::kinds::ProblemKind;

/// A refusal, ready to be sent. It never carries an internal cause: that is logged where the
/// problem is made, by [`Problem::internal`] or [`Problem::unavailable`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    kind: ProblemKind,
    detail: Option<Cow<'static, str>>,
    field: Option<Cow<'static, str>>,
    retry_after: Option<u32>,
    challenge: Option<&'static str>,
    rows: Box<[BadRow]>,
    appeal: Option<Box<AppealToken>>,
}

/// What an appeal is made with: shown once, in the refusal of a sign-in.
#[derive(Debug, Clone)]
struct AppealToken(SecretString);

impl PartialEq for AppealToken {
    fn eq(&self, other: &Self) -> bool {
        self.0.expose_secret() == other.0.expose_secret()
    }
}

impl Eq for AppealToken {}

/// The body of every refusal, `application/problem+json`.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// `urn:vouchsafe:problem:` and the kind's name: what a program looks at.
    #[serde(rename = "type")]
    #[schema(rename = "type", schema_with = super::refusals::kind)]
    pub urn: &'a str,
    /// What is wrong, the same for every occurrence.
    pub title: &'a str,
    /// The HTTP status code.
    #[schema(example = 410)]
    pub status: u16,
    /// What to do about it.
    pub detail: &'a str,
    /// The field at fault: a JSON pointer (RFC 6901) into the body, or a parameter's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<&'a str>,
    /// The rows at fault, where the body is a file: the first 100 at most.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    pub rows: &'a [BadRow],
    /// What an appeal is made with for a quarter of an hour, as bearer token of `/v1/appeals`: of a sign-in that was right,
    /// and was refused because of a sanction.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appeal_token: Option<&'a str>,
    /// Seconds after which a repetition is worth while; also in the header Retry-After.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
    /// The request's id in the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<&'a str>,
}

impl Problem {
    /// A problem of this kind, with the kind's own advice.
    pub fn new(kind: ProblemKind) -> Self {
        Self {
            kind,
            detail: None,
            field: None,
            retry_after: kind.retry_after(),
            challenge: kind.challenge(),
            rows: Box::default(),
            appeal: None,
        }
    }
    /// Something broke that should not: logs the cause and answers 500 without it. A warning, under the request's
    /// id: what befalls one request is counted by its status, and a stranger who finds how to bring it about is
    /// not to fill the log with what wakes somebody up.
    pub fn internal(cause: impl fmt::Display) -> Self {
        tracing::warn!(%cause, "internal error");
        Self::new(ProblemKind::Internal)
    }
    /// A part that is needed does not answer: logs the cause and answers 503 without it.
    pub fn unavailable(cause: impl fmt::Display) -> Self {
        tracing::warn!(%cause, "unavailable");
        Self::new(ProblemKind::Unavailable)
    }
    /// A token was given, and it does not hold (RFC 6750 §3.1).
    pub fn token_invalid() -> Self {
        Self {
            challenge: Some(r#"Bearer error="invalid_token""#),
            ..Self::new(ProblemKind::Unauthenticated)
        }
    }
    /// A service must show its client id and secret (RFC 6749 §2.3.1), and has not.
    pub fn service_unknown() -> Self {
        Self {
            challenge: Some(r#"Basic realm="vouchsafe", charset="UTF-8""#),
            detail: Some(Cow::Borrowed(
                "Send the service's client id and secret, by HTTP Basic or in the form.",
            )),
            ..Self::new(ProblemKind::Unauthenticated)
        }
    }
    /// What was sent in the name of a room server is not signed by it.
    pub fn not_signed() -> Self {
        Self {
            challenge: Some("Signature"),
            detail: Some(Cow::Borrowed(
                "Only the room server itself sends this, signed by the key that it is registered with.",
            )),
            ..Self::new(ProblemKind::Unauthenticated)
        }
    }
    /// A field of the request is not of the expected form.
    pub fn field(field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemKind::InvalidField).at(field).with_detail(detail)
    }
    /// A field of the request has the form that is described, and its value is refused for what it says.
    pub fn value(field: impl Into<Cow<'static, str>>, detail: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ProblemKind::InvalidValue).at(field).with_detail(detail)
    }
    /// Says what to do, in place of the kind's own advice. Never a value that came from outside.
    pub fn with_detail(mut self, detail: impl Into<Cow<'static, str>>) -> Self {
        self.detail = Some(detail.into());
        self
    }
    /// Names the field at fault: a JSON pointer, or a parameter's name.
    pub fn at(mut self, field: impl Into<Cow<'static, str>>) -> Self {
        self.field = Some(field.into());
        self
    }
    /// Names the rows at fault of a file.
    pub fn with_rows(mut self, rows: Vec<BadRow>) -> Self {
        self.rows = rows.into_boxed_slice();
        self
    }
    /// Gives what an appeal is made with.
    pub fn with_appeal(mut self, token: SecretString) -> Self {
        self.appeal = Some(Box::new(AppealToken(token)));
        self
    }
    /// Seconds after which a repetition is worth while.
    pub const fn retry_after(mut self, seconds: u32) -> Self {
        self.retry_after = Some(seconds);
        self
    }
    /// The kind.
    pub const fn kind(&self) -> ProblemKind {
        self.kind
    }
    /// Every kind there is, for the documentation.
    pub const fn kinds() -> &'static [ProblemKind] {
        ProblemKind::ALL
    }

    /// The answer, with the request's id in it.
    pub(super) fn render(&self, request_id: Option<&str>) -> HttpResponse {
        let body = ProblemBody {
            urn: self.kind.urn(),
            title: self.kind.title(),
            status: self.kind.status().as_u16(),
            detail: self.detail(),
            field: self.field.as_deref(),
            rows: &self.rows,
            appeal_token: self.appeal.as_ref().map(|token| token.0.expose_secret()),
            retry_after: self.retry_after,
            request_id,
        };
        self.builder()
            .content_type("application/problem+json")
            .body(serde_json::to_vec(&body).unwrap_or_default())
    }

    fn detail(&self) -> &str {
        self.detail.as_deref().unwrap_or(self.kind.advice())
    }
    fn builder(&self) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(self.kind.status());
        if let Some(seconds) = self.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds));
        }
        if let Some(challenge) = self.challenge {
            response.insert_header((header::WWW_AUTHENTICATE, challenge));
        }
        response
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.slug())
    }
}
impl std::error::Error for Problem {}
impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }
    fn error_response(&self) -> HttpResponse {
        self.render(None)
    }
}
impl From<ProblemKind> for Problem {
    fn from(kind: ProblemKind) -> Self {
        Self::new(kind)
    }
}
impl From<StoreError> for Problem {
    /// A database that is away is 503; one that refused our own statement is our fault.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(_) | StoreError::Hindered(_) | StoreError::Unfit(_) | StoreError::Schema(_) => {
                Self::unavailable(error)
            }
            StoreError::Internal(_) => Self::internal(error),
        }
    }
}
impl From<Problem> for HttpResponse {
    fn from(problem: Problem) -> Self {
        // Keeps the problem beside the answer, so that the gate can put the request id into it.
        Self::from_error(problem)
    }
}

/// A refusal of the OAuth endpoints. Handlers there may return a [`Problem`] as well: the gate
/// turns it into one of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OAuthProblem {
    error: &'static str,
    problem: Problem,
}

/// The body of an OAuth refusal (RFC 6749 §5.2).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = OAuthProblem)]
pub struct OAuthProblemBody<'a> {
    /// The code.
    #[schema(example = "invalid_grant")]
    pub error: &'a str,
    /// What to do about it.
    pub error_description: &'a str,
}

impl OAuthProblem {
    /// `invalid_target` (RFC 8707 §2): no service has this resource.
    pub fn invalid_target() -> Self {
        let problem = Problem::new(ProblemKind::InvalidField)
            .with_detail("No service that is registered here has this resource.");
        Self {
            error: "invalid_target",
            problem,
        }
    }
    /// `invalid_scope` (RFC 6749 §5.2), and what to do about it.
    pub fn invalid_scope(detail: &'static str) -> Self {
        let problem = Problem::new(ProblemKind::InvalidField).with_detail(detail);
        Self {
            error: "invalid_scope",
            problem,
        }
    }
    /// `unsupported_token_type` (RFC 7009 §2.2.1): a token for a service.
    pub fn unsupported_token_type() -> Self {
        let detail = "A token for a service cannot be revoked; revoke the refresh token of its session.";
        Self {
            error: "unsupported_token_type",
            problem: Problem::new(ProblemKind::InvalidField).with_detail(detail),
        }
    }
    /// `unsupported_grant_type`: only `refresh_token` is served.
    pub fn unsupported_grant_type() -> Self {
        let problem = Problem::new(ProblemKind::InvalidField).with_detail("The only grant type is refresh_token.");
        Self {
            error: "unsupported_grant_type",
            problem,
        }
    }
}

impl OAuthProblem {
    /// The status and the code.
    pub(super) fn told(&self) -> (u16, &'static str) {
        (self.status_code().as_u16(), self.error)
    }
}

impl From<Problem> for OAuthProblem {
    /// `server_error` and `temporarily_unavailable` are borrowed from RFC 6749 §4.1.2.1: §5.2 has
    /// no code for them.
    fn from(problem: Problem) -> Self {
        let error = match problem.kind {
            ProblemKind::RefreshUnknown | ProblemKind::RefreshReused | ProblemKind::SessionEnded => "invalid_grant",
            ProblemKind::Unauthenticated | ProblemKind::CredentialsWrong => "invalid_client",
            ProblemKind::Forbidden => "unauthorized_client",
            ProblemKind::Internal => "server_error",
            ProblemKind::TooManyRequests
            | ProblemKind::Unavailable
            | ProblemKind::NotCaughtUp
            | ProblemKind::Timeout => "temporarily_unavailable",
            _ => "invalid_request",
        };
        let problem = match problem.kind {
            // §5.2 gives a grant that does not hold the status 400.
            ProblemKind::SessionEnded => Problem::new(ProblemKind::RefreshUnknown),
            _ => problem,
        };
        Self { error, problem }
    }
}
impl From<OAuthProblem> for Problem {
    fn from(problem: OAuthProblem) -> Self {
        problem.problem
    }
}
impl From<StoreError> for OAuthProblem {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}
impl From<ProblemKind> for OAuthProblem {
    fn from(kind: ProblemKind) -> Self {
        Problem::new(kind).into()
    }
}
impl fmt::Display for OAuthProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.error)
    }
}
impl std::error::Error for OAuthProblem {}
impl ResponseError for OAuthProblem {
    fn status_code(&self) -> StatusCode {
        self.problem.kind.status()
    }
    fn error_response(&self) -> HttpResponse {
        let body = OAuthProblemBody {
            error: self.error,
            error_description: self.problem.detail(),
        };
        self.problem.builder().json(body)
    }
}
