//! What can go wrong: which problems each operation may send, by status, for the API description.
//!
//! What the gate and the extractors refuse is [`common`] and follows from the table of rights and from what an
//! operation reads; what an operation alone refuses stands beside its handler, as [`problems`].

use std::collections::{BTreeMap, BTreeSet};

use utoipa::openapi::{
    AllOfBuilder, Components, Content, ContentBuilder, Object, ObjectBuilder, Ref, RefOr, Response, ResponseBuilder,
    Schema,
    extensions::Extensions,
    path::{Operation, Parameter, ParameterIn},
    request_body::RequestBody,
    schema::Type,
};

use super::{
    kinds::ProblemKind,
    problem::{OAuthProblem, Problem},
    rights::{self, Access, Verb},
};
use crate::platform::terms::Role;

/// Declares the problems that one operation sends besides those that are common to all of its kind:
/// `problems!(JoinProblems: QuotaExhausted, InvalidValue)`. The type is named in `responses(…)` of
/// `#[utoipa::path]`. An OAuth operation adds the error codes that are no problem's, after a semicolon.
macro_rules! problems {
    ($name:ident: $($kind:ident),* $(; $($code:literal),+)?) => {
        struct $name;
        impl utoipa::IntoResponses for $name {
            fn responses() -> std::collections::BTreeMap<
                String,
                utoipa::openapi::RefOr<utoipa::openapi::response::Response>,
            > {
                $crate::http::refusals::declared(
                    &[$($crate::http::ProblemKind::$kind),*],
                    &[$($($code),+)?],
                )
            }
        }
    };
}
pub(crate) use problems;

/// The name of [`kinds`] among the schemas.
pub(super) const KINDS: &str = "ProblemType";
/// What stands beside the kinds: each one's status, title and advice, and when it is answered.
const TOLD: &str = "x-kinds";

/// The schema of a problem's `type`.
pub(super) fn kind() -> Ref {
    Ref::from_schema_name(KINDS)
}

/// Every kind there is, so that whoever makes a client of the description has them all in one place.
pub(super) fn kinds() -> Object {
    let told = |kind: &ProblemKind| {
        let told = serde_json::json!({
            "status": kind.status().as_u16(),
            "title": kind.title(),
            "detail": kind.advice(),
            "when": kind.when().trim(),
        });
        (kind.urn().to_owned(), told)
    };
    let told: serde_json::Map<_, _> = ProblemKind::ALL.iter().map(told).collect();
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some(
            "`urn:vouchsafe:problem:` and the kind's name: what a program looks at. Later versions may know more.",
        ))
        .examples(["urn:vouchsafe:problem:invite-expired"])
        .enum_values(Some(ProblemKind::ALL.iter().map(|kind| kind.urn())))
        .extensions(Some(Extensions::from_iter([(TOLD, told)])))
        .build()
}

/// Where a declared answer says what it holds, until the description is completed.
const DECLARED: &str = "x-problems";
/// The status of an OAuth error code that is no problem's (RFC 6749 §5.2).
const CODE_STATUS: u16 = 400;

/// The answers of [`problems`], one a status.
pub(crate) fn declared(kinds: &[ProblemKind], codes: &[&'static str]) -> BTreeMap<String, RefOr<Response>> {
    let mut words: BTreeMap<u16, Vec<&'static str>> = BTreeMap::new();
    for kind in kinds {
        words.entry(kind.status().as_u16()).or_default().push(kind.slug());
    }
    if !codes.is_empty() {
        words.entry(CODE_STATUS).or_default().extend(codes);
    }
    words
        .into_iter()
        .map(|(status, words)| {
            let extensions = Extensions::from_iter([(DECLARED, words)]);
            let response = ResponseBuilder::new().extensions(Some(extensions)).build();
            (status.to_string(), RefOr::T(response))
        })
        .collect()
}

/// Puts what can go wrong into the description of `operation`; what several operations share stands once, among
/// `shared`.
pub(super) fn complete(operation: &mut Operation, known: &rights::Operation, shared: &mut Components) {
    let (mut kinds, codes) = take_declared(operation);
    kinds.extend(common(operation, known));
    let answers = if known.path.starts_with("/oauth/") {
        oauth_answers(&kinds, codes)
    } else {
        problem_answers(&kinds)
    };
    for (status, answer) in answers {
        match operation.responses.responses.get_mut(&status.to_string()) {
            // The operation answers this status with a body of its own, too.
            Some(RefOr::T(own)) => {
                own.description = format!("{} Or refused: {}", own.description, answer.description);
                own.content.insert(answer.media.to_owned(), RefOr::T(answer.content()));
            }
            _ => {
                let reference = RefOr::Ref(Ref::from_response_name(&answer.name));
                operation.responses.responses.insert(status.to_string(), reference);
                let response = ResponseBuilder::new()
                    .description(answer.description.clone())
                    .content(answer.media, answer.content())
                    .build();
                shared.responses.insert(answer.name.clone(), response.into());
            }
        }
        shared.schemas.insert(answer.name.clone(), answer.schema());
    }
}

/// Takes what [`declared`] has said off the operation: kinds, and codes of OAuth.
fn take_declared(operation: &mut Operation) -> (BTreeSet<usize>, Vec<String>) {
    let (mut kinds, mut codes) = (BTreeSet::new(), Vec::new());
    operation.responses.responses.retain(|_, response| {
        let RefOr::T(response) = response else { return true };
        let Some(words) = response.extensions.as_mut().and_then(|all| all.remove(DECLARED)) else {
            return true;
        };
        for word in words.as_array().into_iter().flatten().filter_map(|word| word.as_str()) {
            match ProblemKind::ALL.iter().position(|kind| kind.slug() == word) {
                Some(place) => _ = kinds.insert(place),
                None => codes.push(word.to_owned()),
            }
        }
        false
    });
    (kinds, codes)
}

/// What the gate and the extractors refuse: places in [`ProblemKind::ALL`].
fn common(operation: &Operation, known: &rights::Operation) -> impl Iterator<Item = usize> + use<> {
    use ProblemKind as Kind;
    // The gate: it may time out, the database may be away, and any request may demand a position.
    let mut kinds = vec![
        Kind::Timeout,
        Kind::Unavailable,
        Kind::Internal,
        Kind::PositionUnknown,
        Kind::NotCaughtUp,
    ];
    match known.access {
        Access::Public | Access::Page => {}
        Access::PublicThrottled => kinds.push(Kind::TooManyRequests),
        Access::Flow | Access::Applicant | Access::Appellant | Access::Service | Access::RoomServer => {
            kinds.extend([Kind::Unauthenticated, Kind::TooManyRequests])
        }
        Access::Roles(roles) => {
            kinds.extend([Kind::Unauthenticated, Kind::SessionEnded]);
            if known.verb != Verb::Get {
                kinds.push(Kind::CrossSite);
            }
            // A service has no access token.
            let people = |role: &&Role| **role != Role::Service;
            if Role::ALL.iter().filter(people).any(|role| !roles.contains(role)) {
                kinds.push(Kind::Forbidden);
            }
            if known.wants_recent {
                kinds.push(Kind::ReauthenticationRequired);
            }
        }
    }
    // The extractors.
    if let Some(RefOr::T(RequestBody { content, .. })) = &operation.request_body {
        kinds.extend([
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
            Kind::MalformedJson,
            Kind::InvalidField,
        ]);
        if content.contains_key("application/json") {
            kinds.push(Kind::UnknownField);
        }
    }
    for parameter in operation.parameters.iter().flatten() {
        let RefOr::T(Parameter { name, parameter_in, .. }) = parameter else {
            continue;
        };
        match (parameter_in, name.as_str()) {
            (ParameterIn::Path, _) => kinds.push(Kind::NotFound),
            (ParameterIn::Query, name) => {
                kinds.extend([Kind::InvalidField, Kind::UnknownField]);
                if name == "cursor" {
                    kinds.push(Kind::CursorInvalid);
                }
            }
            (ParameterIn::Header, "Idempotency-Key") => {
                kinds.extend([Kind::InvalidField, Kind::IdempotencyKeyReused]);
            }
            _ => {}
        }
    }
    let place = |kind| ProblemKind::ALL.iter().position(|known| *known == kind);
    kinds.into_iter().filter_map(place)
}

/// One answer of an operation that refuses something.
struct Answer {
    /// Its name among the components.
    name: String,
    media: &'static str,
    description: String,
    /// The schema of the whole body.
    body: &'static str,
    /// The member that tells refusals apart, and what it may be.
    member: &'static str,
    words: Vec<String>,
}

impl Answer {
    fn content(&self) -> Content {
        ContentBuilder::new()
            .schema(Some(Ref::from_schema_name(&self.name)))
            .build()
    }

    /// The body, with those words alone.
    fn schema(&self) -> RefOr<Schema> {
        let word = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(self.words.iter().cloned()));
        let narrowed = ObjectBuilder::new()
            .schema_type(Type::Object)
            .property(self.member, word)
            .required(self.member);
        AllOfBuilder::new()
            .item(Ref::from_schema_name(self.body))
            .item(narrowed)
            .into()
    }
}

fn problem_answers(kinds: &BTreeSet<usize>) -> BTreeMap<u16, Answer> {
    let mut by_status: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in kinds.iter().filter_map(|&place| ProblemKind::ALL.get(place)) {
        by_status.entry(kind.status().as_u16()).or_default().push(*kind);
    }
    let answer = |(status, kinds): (u16, Vec<ProblemKind>)| {
        let names: Vec<_> = kinds.iter().map(|kind| format!("{kind:?}")).collect();
        let says: Vec<_> = kinds.iter().map(|kind| format!("{}.", kind.title())).collect();
        let answer = Answer {
            // The word keeps it apart from other schemas.
            name: format!("{}Problem", names.join("Or")),
            media: "application/problem+json",
            description: says.join(" "),
            body: "Problem",
            member: "type",
            words: kinds.iter().map(|kind| kind.urn().to_owned()).collect(),
        };
        (status, answer)
    };
    by_status.into_iter().map(answer).collect()
}

/// The same of an OAuth operation, which tells refusals apart by `error`.
fn oauth_answers(kinds: &BTreeSet<usize>, codes: Vec<String>) -> BTreeMap<u16, Answer> {
    let mut by_status: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
    for kind in kinds.iter().filter_map(|&place| ProblemKind::ALL.get(place)) {
        let (status, code) = OAuthProblem::from(Problem::new(*kind)).told();
        by_status.entry(status).or_default().insert(code.to_owned());
    }
    if !codes.is_empty() {
        by_status.entry(CODE_STATUS).or_default().extend(codes);
    }
    let answer = |(status, codes): (u16, BTreeSet<String>)| {
        let names: Vec<_> = codes.iter().map(|code| capitalised(code)).collect();
        let words: Vec<_> = codes.into_iter().collect();
        let answer = Answer {
            name: format!("{}OAuthProblem", names.join("Or")),
            media: "application/json",
            description: format!("Refused (RFC 6749 §5.2): {}.", words.join(", ")),
            body: "OAuthProblem",
            member: "error",
            words,
        };
        (status, answer)
    };
    by_status.into_iter().map(answer).collect()
}

/// `invalid_grant` as `InvalidGrant`.
fn capitalised(code: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_uppercase() + rest
    };
    code.split('_').map(capital).collect()
}
