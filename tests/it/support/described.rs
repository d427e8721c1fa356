//! Holds every answer that a test receives against the API description: its status, the type of its body and, of a
//! refusal, the problem type or the error code must be listed at its operation.

use std::sync::LazyLock;

use reqwest::{Method, StatusCode};
use serde_json::Value;
use vouchsafe::app;

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| {
    let description = app::description().expect("a description");
    serde_json::from_slice(description.as_bytes()).expect("JSON")
});

/// What is wrong with an answer, in a sentence; none where it is as described. An answer 404 or 405 where there is no
/// operation belongs to none, and so does one to OPTIONS.
pub fn fault(
    method: &Method,
    path: &str,
    status: StatusCode,
    content_type: Option<&str>,
    body: &Value,
) -> Option<String> {
    let Some(operation) = operation(method, path) else {
        let is_nobodys = matches!(status.as_u16(), 404 | 405) || *method == Method::OPTIONS;
        return (!is_nobodys).then(|| format!("{method} {path} answers {status}, and is not described"));
    };
    let id = operation["operationId"].as_str().unwrap_or_default();
    let answer = resolved(&operation["responses"][status.as_str()]);
    if answer.is_null() {
        return Some(format!("{id} answers {status}, which is not listed: {body}"));
    }
    if *method == Method::HEAD || body.is_null() {
        return None;
    }
    let essence = |media: &str| media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let found = content_type.map(essence).unwrap_or_default();
    let listed = answer["content"].as_object().into_iter().flatten();
    let Some((_, content)) = listed.into_iter().find(|(media, _)| essence(media) == found) else {
        return Some(format!(
            "{id} answers {status} with {found:?}, which is not listed: {body}"
        ));
    };
    let schema = resolved(&content["schema"]);
    for member in ["type", "error"] {
        let narrowed = |part: &&Value| part["properties"][member]["enum"].is_array();
        let Some(part) = schema["allOf"].as_array().into_iter().flatten().find(narrowed) else {
            continue;
        };
        let words = part["properties"][member]["enum"].as_array().expect("words");
        if !words.contains(&body[member]) {
            return Some(format!(
                "{id} answers {status} with the {member} {}, which is not listed",
                body[member]
            ));
        }
    }
    None
}

/// The operation that an address leads to, also below `/vouch`, which the tests use as the path of a public URL.
fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    let verb = match *method {
        Method::HEAD => "get".to_owned(),
        _ => method.as_str().to_ascii_lowercase(),
    };
    let paths = DESCRIPTION["paths"].as_object()?;
    let at = |path: &str| {
        let fits = paths.iter().filter(|(pattern, _)| leads(path, pattern));
        // A word goes before a variable.
        let (_, item) = fits.min_by_key(|(pattern, _)| pattern.matches('{').count())?;
        item.get(&verb)
    };
    let below = || {
        let rest = path.strip_prefix("/vouch");
        let known = || {
            path.strip_suffix("/vouch")
                .filter(|rest| rest.starts_with("/.well-known/"))
        };
        rest.or_else(known).map(|rest| if rest.is_empty() { "/" } else { rest })
    };
    at(path).or_else(|| at(below()?))
}

fn leads(path: &str, pattern: &str) -> bool {
    let (path, pattern) = (path.split('/'), pattern.split('/'));
    path.clone().count() == pattern.clone().count()
        && path.zip(pattern).all(|(segment, part)| match part.starts_with('{') {
            true => !segment.is_empty(),
            false => segment == part,
        })
}

/// What a reference within the description stands for.
fn resolved(value: &'static Value) -> &'static Value {
    match value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        Some(pointer) => DESCRIPTION.pointer(pointer).unwrap_or(&Value::Null),
        None => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const PROBLEM: Option<&str> = Some("application/problem+json");

    fn refused(method: Method, path: &str, status: u16, slug: &str) -> Option<String> {
        let body = json!({ "type": format!("urn:vouchsafe:problem:{slug}") });
        fault(&method, path, StatusCode::from_u16(status).unwrap(), PROBLEM, &body)
    }

    #[test]
    fn a_refusal_that_is_not_listed_is_noticed() {
        let told = refused(Method::POST, "/v1/me/invites", 409, "room-full").unwrap();
        for part in ["create_invite", "409", "room-full"] {
            assert!(told.contains(part), "{told}");
        }
        let told = refused(Method::GET, "/v1/me", 418, "unauthenticated").unwrap();
        assert!(told.contains("show_me answers 418"), "{told}");
        let told = refused(Method::GET, "/v1/nowhere", 401, "unauthenticated").unwrap();
        assert!(told.contains("is not described"), "{told}");
    }

    #[test]
    fn what_is_listed_is_no_fault_and_of_oauth_the_code_counts() {
        assert_eq!(refused(Method::POST, "/v1/me/invites", 409, "quota-exhausted"), None);
        assert_eq!(
            refused(Method::POST, "/v1/admin/people/search", 422, "invalid-value"),
            None
        );
        assert_eq!(refused(Method::GET, "/v1/nowhere", 404, "not-found"), None);
        let oauth = |error: &str, media| {
            let body = json!({ "error": error });
            fault(
                &Method::POST,
                "/oauth/token",
                StatusCode::BAD_REQUEST,
                Some(media),
                &body,
            )
        };
        assert_eq!(oauth("invalid_grant", "application/json"), None);
        assert!(oauth("unsupported_token_type", "application/json").is_some());
        assert!(oauth("invalid_grant", "text/plain").is_some());
    }

    /// A `default` would stand for whatever is not listed.
    #[test]
    fn no_operation_has_a_default_answer() {
        for item in DESCRIPTION["paths"].as_object().unwrap().values() {
            for operation in item.as_object().unwrap().values() {
                assert!(
                    operation["responses"]["default"].is_null(),
                    "{}",
                    operation["operationId"]
                );
                for status in ["500", "503"] {
                    assert!(
                        operation["responses"][status].is_object(),
                        "{}",
                        operation["operationId"]
                    );
                }
            }
        }
    }
}
