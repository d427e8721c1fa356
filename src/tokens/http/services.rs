//! `/v1/admin/services`: the services for which members ask tokens.

use actix_web::{delete, get, post, web::Data};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse, problems},
    platform::terms::{ServiceId, Timestamp},
    tokens::{
        SignIn,
        services::{Added, Resource, ServiceError, ServiceSeen},
    },
};

/// A service.
#[derive(Serialize, ToSchema)]
struct ServiceView {
    /// Its id, which is its client id too.
    id: ServiceId,
    /// Its name.
    name: String,
    /// By what tokens are asked for it.
    resource: String,
    /// Whether it may act in rooms, as a filter.
    filter: bool,
    /// Since when.
    created_at: Timestamp,
    /// When it was retired; missing while it may ask.
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_at: Option<Timestamp>,
}

impl From<ServiceSeen> for ServiceView {
    fn from(service: ServiceSeen) -> Self {
        Self {
            id: service.id,
            name: service.name,
            resource: service.resource.to_string(),
            filter: service.filters,
            created_at: service.created_at,
            retired_at: service.ended_at,
        }
    }
}

/// A service to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewService {
    /// Its name.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// By what tokens are asked for it: an absolute URI without a fragment. One of ours where nothing is said.
    #[schema(max_length = 255, example = "https://archive.example.org")]
    resource: Option<String>,
    /// Whether it may act in rooms, as a filter: warn, mute, put out, report. Not, where nothing is said.
    #[serde(default)]
    filter: bool,
}

/// A service's secret, shown this once.
#[derive(Serialize, ToSchema)]
struct ServiceSecretView {
    /// Its id, which is its client id too.
    id: ServiceId,
    /// Its secret. Nobody is shown it again.
    secret: String,
    /// By what tokens are asked for it.
    resource: String,
}

impl From<Added> for ServiceSecretView {
    fn from(added: Added) -> Self {
        Self {
            id: added.id,
            secret: added.secret.expose_secret().to_owned(),
            resource: added.resource.to_string(),
        }
    }
}

problems!(AddServiceProblems: InvalidValue);

fn refused(error: ServiceError) -> Problem {
    match error {
        ServiceError::Name => Problem::value("/name", error.to_string()),
        ServiceError::Resource | ServiceError::ResourceTaken => Problem::value("/resource", error.to_string()),
        ServiceError::Store(error) => error.into(),
    }
}

/// Services, the newest first, those that were retired too. No secret is ever listed.
#[utoipa::path(operation_id = "list_services", tag = "oauth", params(Paging),
    responses((status = 200, body = Page<ServiceView>)))]
#[get("/v1/admin/services")]
pub(super) async fn list(
    query: Query<Paging>,
    cursors: Cursors,
    door: Data<SignIn>,
) -> Result<Json<Page<ServiceView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let limit = query.0.limit;
    let services = door.tokens().list_services(before, limit.and_one()).await?;
    Ok(Json(Page::of(
        services,
        limit,
        &cursors,
        |service| (service.row,),
        ServiceView::from,
    )))
}

/// Add a service, which may then ask whether a token holds. Its secret is in this answer and in no other.
#[utoipa::path(operation_id = "add_service", tag = "oauth", request_body = NewService,
    responses((status = 201, body = ServiceSecretView), AddServiceProblems))]
#[post("/v1/admin/services")]
pub(super) async fn add(
    caller: Caller,
    body: Json<NewService>,
    door: Data<SignIn>,
) -> Result<WriteResponse<ServiceSecretView>, Problem> {
    let NewService { name, resource, filter } = body.0;
    let resource = resource.as_deref().map(Resource::parse).transpose().map_err(refused)?;
    let written = door
        .tokens()
        .add_service(caller.person, name, resource, filter)
        .await
        .map_err(refused)?;
    let position = door.read_model().settle(written.position).await;
    Ok(WriteResponse::created(written.value.into(), position))
}

/// Give a service another secret: the one that it has holds no longer. The new one is in this answer and in no other.
#[utoipa::path(operation_id = "rotate_service", tag = "oauth",
    params(("id" = ServiceId, Path, description = "The service.")),
    responses((status = 200, body = ServiceSecretView)))]
#[post("/v1/admin/services/{id}/rotate")]
pub(super) async fn rotate(
    caller: Caller,
    id: Segments<ServiceId>,
    door: Data<SignIn>,
) -> Result<WriteResponse<ServiceSecretView>, Problem> {
    let written = door.tokens().rotate_service(caller.person, id.0).await?;
    let position = door.read_model().settle(written.position).await;
    match written.value {
        Some(added) => Ok(WriteResponse::ok(added.into(), position)),
        None => Err(ProblemKind::NotFound.into()),
    }
}

/// Retire a service: it may no longer ask whether a token holds, and no token is given for it.
#[utoipa::path(operation_id = "retire_service", tag = "oauth",
    params(("id" = ServiceId, Path, description = "The service.")),
    responses((status = 204, description = "It is retired.")))]
#[delete("/v1/admin/services/{id}")]
pub(super) async fn retire(
    caller: Caller,
    id: Segments<ServiceId>,
    door: Data<SignIn>,
) -> Result<WriteResponse<()>, Problem> {
    let written = door.tokens().retire_service(caller.person, id.0).await?;
    let position = door.read_model().settle(written.position).await;
    match written.value {
        true => Ok(WriteResponse::nothing(position)),
        false => Err(ProblemKind::NotFound.into()),
    }
}
