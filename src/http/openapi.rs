//! The API description (OpenAPI 3.1), made of what the api files say about their operations and of
//! what is the same for all: who may call (from the table of rights) and what can go wrong (`refusals.rs`).

use actix_web::{HttpResponse, Responder, get, web};
use utoipa::{
    PartialSchema as _, ToSchema as _,
    openapi::{
        Components, HttpMethod, Info, License, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr, Response, Schema, Server,
        path::Operation,
        schema::ArrayItems,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::platform::terms::BadRow;

use super::{
    Routes,
    paging::Limit,
    problem::{OAuthProblemBody, ProblemBody},
    refusals,
    rights::{self, Access, OPERATIONS, Verb},
};

/// What the names of pages begin with; the item's follows.
const PAGE: &str = "Page_";

/// The description, written out once for all workers.
#[derive(Debug, Clone)]
pub struct Description(web::Bytes);

impl Description {
    /// The text as it is served and as it stands in `schemas/openapi.json`: pretty, in the order of
    /// names, with a newline at the end.
    pub fn new(document: &OpenApi) -> Result<Self, serde_json::Error> {
        let mut text = document.to_pretty_json()?;
        text.push('\n');
        Ok(Self(text.into()))
    }
    /// The text.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

/// Collects the description of everything that `routes` registers; nothing is served by it.
pub fn describe(routes: impl FnOnce(&mut Routes)) -> OpenApi {
    let mut document = base();
    Routes::describe(routes, &mut document);
    let mut components = document.components.take().unwrap_or_default();
    for known in OPERATIONS {
        let operation = document
            .paths
            .paths
            .get_mut(known.path)
            .and_then(|item| slot(item, known.verb));
        if let Some(operation) = operation {
            complete(operation, known, &components);
            refusals::complete(operation, known, &mut components);
        }
    }
    refer_to_items(&mut components);
    document.components = Some(components);
    document
}

/// utoipa repeats in each page what an item is. It stands among the schemas already, and a client has one type for it.
fn refer_to_items(components: &mut Components) {
    let names: Vec<_> = components.schemas.keys().cloned().collect();
    for (name, schema) in &mut components.schemas {
        let item = name
            .strip_prefix(PAGE)
            .filter(|item| names.iter().any(|name| name == item));
        if let (Some(item), RefOr::T(Schema::Object(page))) = (item, schema)
            && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(item).into()));
        }
    }
}

/// Says where the service is that is described.
pub fn place(document: &mut OpenApi, server: &str) {
    document.servers = Some(vec![Server::new(server)]);
}

/// Registers `/openapi.json`. It wants `Data<Description>` among the application's data.
pub fn routes(config: &mut Routes) {
    config.service(openapi);
}

/// This description.
#[utoipa::path(
    operation_id = "openapi",
    tag = "health",
    responses((status = 200, description = "An OpenAPI document.", body = serde_json::Value))
)]
#[get("/openapi.json")]
async fn openapi(description: web::Data<Description>) -> impl Responder {
    HttpResponse::Ok()
        .content_type("application/json")
        .body(description.0.clone())
}

/// Where the description and the table of rights disagree, one sentence each; empty where they agree.
/// What stands only in the description would be refused by the gate; what stands only in the table
/// is a promise without a handler.
pub fn differences(document: &OpenApi) -> Vec<String> {
    let mut found = Vec::new();
    for known in OPERATIONS {
        let described = document.paths.get_path_operation(known.path, method(known.verb));
        match described.map(|operation| operation.operation_id.as_deref()) {
            Some(Some(id)) if id == known.id => {}
            Some(id) => found.push(format!("{} is described as {id:?}", known.id)),
            None => found.push(format!("{} is not described", known.id)),
        }
    }
    for (path, item) in &document.paths.paths {
        for (word, operation) in all(item) {
            let in_table = OPERATIONS
                .iter()
                .any(|known| known.path == path && known.verb.as_str() == word);
            if operation.is_some() && !in_table {
                found.push(format!("{word} {path} is not in the table of rights"));
            }
        }
    }
    found
}

fn all(item: &PathItem) -> [(&'static str, &Option<Operation>); 8] {
    [
        ("GET", &item.get),
        ("PUT", &item.put),
        ("POST", &item.post),
        ("DELETE", &item.delete),
        ("OPTIONS", &item.options),
        ("HEAD", &item.head),
        ("PATCH", &item.patch),
        ("TRACE", &item.trace),
    ]
}

fn slot(item: &mut PathItem, verb: Verb) -> Option<&mut Operation> {
    match verb {
        Verb::Get => item.get.as_mut(),
        Verb::Post => item.post.as_mut(),
        Verb::Put => item.put.as_mut(),
        Verb::Delete => item.delete.as_mut(),
    }
}

pub(super) const fn method(verb: Verb) -> HttpMethod {
    match verb {
        Verb::Get => HttpMethod::Get,
        Verb::Post => HttpMethod::Post,
        Verb::Put => HttpMethod::Put,
        Verb::Delete => HttpMethod::Delete,
    }
}

/// Who may call, and what each answer is.
fn complete(operation: &mut Operation, known: &rights::Operation, components: &Components) {
    let scheme = |name: &str| SecurityRequirement::new(name, [] as [&str; 0]);
    operation.security = Some(match known.access {
        Access::Public | Access::PublicThrottled | Access::Page => vec![],
        Access::Flow => vec![scheme("flow")],
        Access::Applicant => vec![scheme("applicant")],
        Access::Appellant => vec![scheme("appellant")],
        Access::Roles(_) => vec![scheme("access")],
        Access::Service => vec![scheme("service")],
        Access::RoomServer => vec![scheme("room_server")],
    });
    for response in operation.responses.responses.values_mut() {
        if let RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = described(response, components).unwrap_or_default();
        }
    }
    if let Access::Roles(roles) = known.access {
        let roles: Vec<_> = roles.iter().map(|role| role.as_str()).collect();
        let sentence = format!("Roles: {}.", roles.join(", "));
        operation.description = Some(match operation.description.take() {
            Some(text) if !text.is_empty() => format!("{text}\n\n{sentence}"),
            _ => sentence,
        });
    }
    if known.wants_recent {
        let sentence = "Whoever calls it has signed in less than 15 minutes ago.";
        operation.description = operation.description.take().map(|text| format!("{text} {sentence}"));
    }
}

/// What the body of an answer is, in the words that its type has.
fn described(response: &Response, components: &Components) -> Option<String> {
    let RefOr::T(content) = response.content.values().next()? else {
        return None;
    };
    let name = match content.schema.as_ref()? {
        RefOr::Ref(reference) => reference.ref_location.strip_prefix("#/components/schemas/")?,
        RefOr::T(_) => return None,
    };
    match components.schemas.get(name)? {
        RefOr::T(Schema::Object(schema)) => schema.description.clone(),
        RefOr::T(Schema::AllOf(schema)) => schema.description.clone(),
        RefOr::T(Schema::OneOf(schema)) => schema.description.clone(),
        _ => None,
    }
}

fn base() -> OpenApi {
    let mut info = Info::new("Vouchsafe", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Invites as a graph, real names kept sealed, and the tokens that room servers check. Every refusal is a \
         problem (RFC 9457); docs/problems.md lists the kinds, and each operation those that it sends. Each operation \
         takes the header Vouchsafe-At-Least: the Vouchsafe-Position of an earlier answer, which it is then served no \
         earlier than."
            .to_owned(),
    );
    let mut license = License::new("Apache License 2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut components = Components::new();
    components.schemas.insert("Problem".to_owned(), ProblemBody::schema());
    components.schemas.insert("BadRow".to_owned(), BadRow::schema());
    components
        .schemas
        .insert(refusals::KINDS.to_owned(), refusals::kinds().into());
    // Parameters refer to it, and utoipa collects the schemas of bodies alone.
    components.schemas.insert(Limit::name().into_owned(), Limit::schema());
    components
        .schemas
        .insert("OAuthProblem".to_owned(), OAuthProblemBody::schema());
    for (name, scheme, says) in [
        (
            "access",
            HttpAuthScheme::Bearer,
            "A member's access token (RFC 9068), from /v1/sessions or /oauth/token.",
        ),
        (
            "flow",
            HttpAuthScheme::Bearer,
            "The flow token that POST /v1/onboarding gives.",
        ),
        (
            "applicant",
            HttpAuthScheme::Bearer,
            "The token that POST /v1/waitlist gives.",
        ),
        (
            "appellant",
            HttpAuthScheme::Bearer,
            "The appeal_token of a sign-in that was refused because of a sanction.",
        ),
        (
            "service",
            HttpAuthScheme::Basic,
            "A service's client id and secret, both form-encoded, or client_id and client_secret in the form \
             (RFC 6749 §2.3.1).",
        ),
    ] {
        let mut http = Http::new(scheme);
        http.description = Some(says.to_owned());
        components.add_security_scheme(name, SecurityScheme::Http(http));
    }
    let says =
        "A JWT that the room server signs by its own key, with the SHA-256 of the body; without a scheme before it.";
    let signed = ApiKey::Header(ApiKeyValue::with_description("Authorization", says));
    components.add_security_scheme("room_server", SecurityScheme::ApiKey(signed));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([Server::new("/")]))
        .components(Some(components))
        .build()
}
