//! What is refused in a body, a query and a path, and how it is told.

use actix_web::test::TestRequest;
use serde::Deserialize;

use super::*;
use crate::platform::terms::{Id, Role, kinds};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Wanted {
    name: String,
    age: u8,
    #[serde(default)]
    friends: Vec<Friend>,
}
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only read")]
struct Friend {
    id: Id<kinds::Person>,
    role: Role,
}

async fn refused(body: &str) -> serde_json::Value {
    let (request, mut payload) = TestRequest::post()
        .insert_header(("Content-Type", "application/json"))
        .set_payload(body.to_owned())
        .to_http_parts();
    let problem = Json::<Wanted>::from_request(&request, &mut payload).await.unwrap_err();
    let body = actix_web::body::to_bytes(problem.render(None).into_body())
        .await
        .unwrap();
    serde_json::from_slice(&body).unwrap()
}

#[actix_web::test]
async fn a_refused_body_names_the_field_and_never_repeats_the_value() {
    let person = "person_01h455vb4pex5vsknk084sn02q";
    for (body, kind, field) in [
        (r#"{"name":"x","age":"canary"}"#, "invalid-field", "/age"),
        (r#"{"name":"x","age":300}"#, "invalid-field", "/age"),
        (r#"{"name":"x","age":1,"canary":2}"#, "unknown-field", "/canary"),
        (r#"{"age":1}"#, "invalid-field", "/name"),
        (r#"{"name":"x","age":1,"age":2}"#, "invalid-field", "/age"),
        (r#"["x",1,[]]"#, "invalid-field", ""),
        (
            &format!(r#"{{"name":"x","age":1,"friends":[["{person}","owner"]]}}"#),
            "invalid-field",
            "/friends/0",
        ),
        (
            r#"{"name":"x","age":1,"friends":[{"id":"canary","role":"owner"}]}"#,
            "invalid-field",
            "/friends/0/id",
        ),
        (
            &format!(r#"{{"name":"x","age":1,"friends":[{{"id":"{person}","role":"canary"}}]}}"#),
            "invalid-field",
            "/friends/0/role",
        ),
        (
            &format!(r#"{{"name":"x","age":1,"friends":[{{"id":"{person}"}}]}}"#),
            "invalid-field",
            "/friends/0/role",
        ),
    ] {
        let problem = refused(body).await;
        assert_eq!(
            problem["type"],
            format!("urn:vouchsafe:problem:{kind}"),
            "{body}: {problem}"
        );
        assert_eq!(problem["field"], field, "{body}: {problem}");
        let detail = problem["detail"].as_str().unwrap();
        assert!(!detail.contains("canary"), "{body}: {detail}");
    }
    assert_eq!(
        refused("{\"name\":\n \"x\" 1}").await["detail"],
        "The JSON is broken at line 2, column 6."
    );
    assert_eq!(refused("").await["type"], "urn:vouchsafe:problem:malformed-json");
    // A byte order mark is passed over, once.
    assert_eq!(refused("\u{FEFF}{\"age\":1}").await["field"], "/name");
    assert_eq!(
        refused("\u{FEFF}\u{FEFF}{}").await["type"],
        "urn:vouchsafe:problem:malformed-json"
    );
    let expected = refused(r#"{"name":"x","age":1,"x":", expected canary"}"#).await;
    assert_eq!(expected["detail"], "Expected: one of `name`, `age`, `friends`.");
}

#[actix_web::test]
async fn a_form_is_decoded_and_must_be_utf_8() {
    for (body, read) in [
        (
            "token=abc.DEF-_~&hint=",
            Some(vec![("token", "abc.DEF-_~"), ("hint", "")]),
        ),
        ("a=1+2%2b%C3%a9&a&&=x", Some(vec![("a", "1 2+é"), ("a", ""), ("", "x")])),
        (
            "a=%4&b=%zz&c=100%",
            Some(vec![("a", "%4"), ("b", "%zz"), ("c", "100%")]),
        ),
        ("a=b=c", Some(vec![("a", "b=c")])),
        ("", Some(vec![])),
        ("a=%ff", None),
    ] {
        let (request, mut payload) = TestRequest::post()
            .insert_header(("Content-Type", "application/x-www-form-urlencoded"))
            .set_payload(body.to_owned())
            .to_http_parts();
        let form = Form::<Vec<(String, String)>>::from_request(&request, &mut payload).await;
        let form = form.ok().map(|form| form.0);
        let read = read.map(|pairs| {
            pairs
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .collect()
        });
        assert_eq!(form, read, "{body}");
    }
}

#[actix_web::test]
async fn a_query_is_read_as_strictly() {
    for (query, kind, detail) in [
        ("limit=0", "invalid-field", "Expected: a limit from 1 to 200."),
        ("colour=canary", "unknown-field", "Expected: `limit` or `cursor`."),
    ] {
        let request = TestRequest::with_uri(&format!("/?{query}")).to_http_request();
        let problem = Query::<super::super::Paging>::extract(&request).await.unwrap_err();
        let body = actix_web::body::to_bytes(problem.render(None).into_body())
            .await
            .unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(body["type"], format!("urn:vouchsafe:problem:{kind}"), "{query}: {body}");
        assert_eq!(body["detail"], detail, "{query}");
    }
}
