//! Bodies, queries and path segments, read strictly; what is wrong is named, its value never repeated.
//!
//! These stand in for the extractors of actix-web, which write the raw path into the log when they
//! refuse something: an invite's code stands in it.

use std::{
    borrow::Cow,
    future::{Ready, ready},
};

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, Responder,
    dev::{Payload, ServiceRequest},
    error::PayloadError,
    http::header::{CONTENT_ENCODING, CONTENT_LENGTH},
    web::{Bytes, BytesMut},
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use percent_encoding::percent_decode_str;
use serde::{
    Serialize,
    de::{self, DeserializeOwned, value::MapDeserializer},
};
use serde_path_to_error::Segment;
use zeroize::Zeroizing;

use super::{
    caller::{Passed, ServiceSecret},
    objects::Strict,
    problem::{OAuthProblem, Problem, ProblemKind},
};

/// A JSON body, in and out. Types that are read should `deny_unknown_fields`.
#[derive(Debug)]
pub struct Json<T>(pub T);

/// A body of `application/x-www-form-urlencoded`, as the OAuth endpoints read it: all values are texts.
#[derive(Debug)]
pub struct Form<T>(pub T);

/// The query.
#[derive(Debug)]
pub struct Query<T>(pub T);

/// The variable segments of the path: one value, a tuple in order, or a struct by name.
/// A segment that is not of the form asked for names nothing, so it is answered 404.
#[derive(Debug)]
pub struct Segments<T>(pub T);

/// A body of `application/webhook+json` as it came, to the letter: it is signed so.
#[derive(Debug)]
pub struct Signed(pub Bytes);

impl FromRequest for Signed {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let wanted = request.content_type().eq_ignore_ascii_case("application/webhook+json");
        let body = media(request, wanted).map(|()| read(request, payload, None));
        Box::pin(async move { body?.await.map(Self) })
    }
}

impl<T: Serialize> Responder for Json<T> {
    type Body = actix_web::body::BoxBody;
    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok().json(self.0)
    }
}

impl<T: DeserializeOwned> FromRequest for Json<T> {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let content = request.content_type();
        let is_json = content.eq_ignore_ascii_case("application/json")
            || content.len() > 5 && content.as_bytes()[content.len() - 5..].eq_ignore_ascii_case(b"+json");
        let body = media(request, is_json).map(|()| read(request, payload, None));
        Box::pin(async move {
            let body = body?.await?;
            // Some programs put a byte order mark first (RFC 8259 §8.1 lets a reader skip it).
            let body = body.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&body);
            object(body).map(Self).map_err(|error| refused_json::<T>(body, &error))
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Form<T> {
    type Error = OAuthProblem;
    type Future = LocalBoxFuture<'static, Result<Self, OAuthProblem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = media(request, is_form(request)).map(|()| read(request, payload, None));
        Box::pin(async move {
            let body = body?.await?;
            let text = str::from_utf8(&body).map_err(|_| Problem::new(ProblemKind::InvalidField))?;
            let parameters: Option<Vec<_>> = text.split('&').filter(|pair| !pair.is_empty()).map(parameter).collect();
            let parameters = parameters.ok_or_else(|| Problem::new(ProblemKind::InvalidField))?;
            let parameters = MapDeserializer::<_, de::value::Error>::new(parameters.into_iter());
            let read = T::deserialize(parameters).map_err(|_| Problem::new(ProblemKind::InvalidField))?;
            Ok(Self(read))
        })
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(pairs(request.query_string()).map(Self))
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Segments<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(
            request
                .match_info()
                .load()
                .map(Self)
                .map_err(|_| Problem::new(ProblemKind::NotFound)),
        )
    }
}

/// Whether a body is of the content type that is read here, and not compressed.
pub(super) fn media(request: &HttpRequest, wanted: bool) -> Result<(), Problem> {
    let plain = request.headers().get_all(CONTENT_ENCODING).all(|coding| {
        let coding = coding.as_bytes().trim_ascii();
        coding.is_empty() || coding.eq_ignore_ascii_case(b"identity")
    });
    if !plain {
        let detail = "Send the body as it is, uncompressed, without the header Content-Encoding.";
        return Err(Problem::new(ProblemKind::UnsupportedMediaType)
            .at("Content-Encoding")
            .with_detail(detail));
    }
    if wanted {
        Ok(())
    } else {
        Err(Problem::new(ProblemKind::UnsupportedMediaType))
    }
}

/// The whole of a JSON text, in which no list stands for an object.
fn object<T: DeserializeOwned>(text: &[u8]) -> Result<T, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = T::deserialize(Strict(&mut json))?;
    json.end()?;
    Ok(read)
}

/// Where no gate stands before the handler (tests of a single room), bodies may be this long.
const UNGATED_LIMIT: usize = 64 * 1024;

fn is_form(request: &HttpRequest) -> bool {
    request
        .content_type()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// The client id and secret in a form that no handler has read yet, which may read it all the same.
pub(super) async fn posted_secret(
    request: &mut ServiceRequest,
    limit: usize,
) -> Result<Option<ServiceSecret>, Problem> {
    let (http, payload) = request.parts_mut();
    if !is_form(http) {
        return Ok(None);
    }
    let body = read(http, payload, Some(limit)).await?;
    let mut found = (None, None);
    for pair in str::from_utf8(&body).unwrap_or_default().split('&') {
        match parameter(pair) {
            Some((name, value)) if name == "client_id" => found.0 = Some(value.into_owned()),
            Some((name, value)) if name == "client_secret" => found.1 = Some(Zeroizing::new(value.into_owned())),
            _ => {}
        }
    }
    let whole = futures_util::stream::once(ready(Ok::<_, PayloadError>(body)));
    request.set_payload(Payload::Stream {
        payload: Box::pin(whole),
    });
    Ok(match found {
        (Some(client_id), Some(secret)) => Some(ServiceSecret::Body { client_id, secret }),
        _ => None,
    })
}

/// The whole body, never more than the operator allows.
pub(super) fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: Option<usize>,
) -> impl Future<Output = Result<Bytes, Problem>> + use<> {
    let passed = || request.extensions().get::<Passed>().map(|passed| passed.body_limit);
    let limit = limit.or_else(passed).unwrap_or(UNGATED_LIMIT);
    let announced = request
        .headers()
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse().ok());
    let mut payload = payload.take();
    async move {
        let too_large = || Problem::new(ProblemKind::BodyTooLarge);
        if announced.unwrap_or(0usize) > limit {
            return Err(too_large());
        }
        // Most bodies come in one piece: it is then not copied.
        let (mut first, mut rest) = (Bytes::new(), BytesMut::new());
        while let Some(chunk) = payload.next().await {
            let chunk =
                chunk.map_err(|_| Problem::new(ProblemKind::MalformedJson).with_detail("Send the whole body."))?;
            if first.len() + rest.len() + chunk.len() > limit {
                return Err(too_large());
            }
            if first.is_empty() {
                first = chunk;
            } else {
                rest.extend_from_slice(&chunk);
            }
        }
        if rest.is_empty() {
            return Ok(first);
        }
        let mut whole = BytesMut::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&rest);
        Ok(whole.freeze())
    }
}

/// Name and value of one parameter (<https://url.spec.whatwg.org/#urlencoded-parsing>); none where what
/// they stand for is not UTF-8. A token has nothing to be decoded, and is not copied.
fn parameter(pair: &str) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    Some((form_decoded(name)?, form_decoded(value)?))
}

/// What a form's text stands for; none where that is not UTF-8. What has nothing to be decoded is not copied.
pub(super) fn form_decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|byte| byte == b'%' || byte == b'+') {
        return Some(Cow::Borrowed(text));
    }
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(Cow::Owned(decoded.into_owned()))
}

fn pairs<T: DeserializeOwned>(text: &str) -> Result<T, Problem> {
    query(text).map_err(|message| match Fault::of(&message) {
        Fault::Missing(name) => Problem::field(name.to_owned(), "This parameter is required."),
        fault => {
            let field = named(&message).map(ToOwned::to_owned);
            fault.problem(field.or_else(|| culprit::<T>(text)))
        }
    })
}

fn query<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    match actix_web::web::Query::<T>::from_query(text) {
        Ok(read) => Ok(read.into_inner()),
        Err(actix_web::error::QueryPayloadError::Deserialize(error)) => Err(error.to_string()),
        Err(_) => Err(String::new()),
    }
}

/// The parameter whose value is refused, which the message about it does not name: the first with which the
/// query is refused for more than what is not there yet. No operation has more of them than are looked at.
fn culprit<T: DeserializeOwned>(text: &str) -> Option<String> {
    const MOST: usize = 16;
    let ends = text.match_indices('&').map(|(at, _)| at).chain([text.len()]);
    let end = ends
        .take(MOST)
        .find(|&end| query::<T>(&text[..end]).is_err_and(|message| !message.starts_with("missing field ")))?;
    let pair = text[..end].rsplit('&').next()?;
    let (name, _) = parameter(pair)?;
    Some(name.into_owned()).filter(|name| name.len() <= LONGEST_NAME)
}

/// The longest name of a field that is repeated.
const LONGEST_NAME: usize = 64;

fn refused_json<T: DeserializeOwned>(body: &[u8], error: &serde_json::Error) -> Problem {
    if !error.is_data() {
        let detail = format!(
            "The JSON is broken at line {}, column {}.",
            error.line(),
            error.column()
        );
        return Problem::new(ProblemKind::MalformedJson).with_detail(detail);
    }
    // Read once more, for the path: a body that is accepted does not pay for it.
    let mut json = serde_json::Deserializer::from_slice(body);
    let traced = serde_path_to_error::deserialize::<_, T>(Strict(&mut json));
    let mut pointer = traced.err().map_or_else(String::new, |error| pointer(error.path()));
    let message = error.to_string();
    // `serde_json` puts the place at the end.
    let message = message
        .rfind(" at line ")
        .map_or(message.as_str(), |end| &message[..end]);
    if let Some(name) = named(message) {
        let member = format!("/{}", escaped(name));
        if !pointer.ends_with(&member) {
            pointer.push_str(&member);
        }
    }
    let fault = match Fault::of(message) {
        Fault::Missing(_) => return Problem::field(pointer, "This field is required."),
        fault => fault,
    };
    fault.problem(Some(pointer))
}

/// A longer pointer helps nobody.
const LONGEST_POINTER: usize = 100;

/// The pointer (RFC 6901) of a path; cut at a member where it is too long.
fn pointer(path: &serde_path_to_error::Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        let member = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } => escaped(key),
            Segment::Enum { variant } => escaped(variant),
            Segment::Unknown => break,
        };
        if pointer.len() + member.len() >= LONGEST_POINTER {
            break;
        }
        pointer.push('/');
        pointer.push_str(&member);
    }
    pointer
}

fn escaped(member: &str) -> String {
    member.replace('~', "~0").replace('/', "~1")
}

/// What serde says is wrong. Its messages repeat values, so only what follows the last "expected" is
/// ever used: that part is written by the type, not by the client.
enum Fault<'a> {
    Unknown { expected: Option<&'a str> },
    Missing(&'a str),
    Wrong { expected: Option<&'a str> },
}

impl<'a> Fault<'a> {
    fn of(message: &'a str) -> Self {
        let expected = match message {
            // Of a query's parameter.
            "provided string was not `true` or `false`" => Some("`true` or `false`"),
            _ => message.strip_prefix("expected ").or_else(|| {
                let (_, expected) = message.rsplit_once(", expected ")?;
                Some(expected)
            }),
        };
        if message.starts_with("unknown field ") {
            Self::Unknown { expected }
        } else if message.starts_with("missing field ") {
            Self::Missing(named(message).unwrap_or_default())
        } else {
            Self::Wrong { expected }
        }
    }

    fn problem(self, field: Option<String>) -> Problem {
        let (kind, expected) = match self {
            Self::Unknown { expected } => (ProblemKind::UnknownField, expected),
            Self::Missing(_) => (ProblemKind::InvalidField, None),
            Self::Wrong { expected } => (ProblemKind::InvalidField, expected),
        };
        let detail = expected.map(|expected| Cow::Owned(format!("Expected: {expected}.")));
        let problem = Problem::new(kind);
        let problem = detail.map_or(problem.clone(), |detail| problem.with_detail(detail));
        match field {
            Some(field) => problem.at(field),
            None => problem,
        }
    }
}

/// The field that serde names: what stands in the first backticks of the messages about fields.
fn named(message: &str) -> Option<&str> {
    let about_a_field = ["unknown field `", "missing field `", "duplicate field `"];
    let rest = about_a_field.iter().find_map(|start| message.strip_prefix(start))?;
    rest.split_once('`')
        .map(|(name, _)| name)
        .filter(|name| name.len() <= LONGEST_NAME)
}

#[cfg(test)]
mod tests;
