//! A callers, a catch_up and handlers that stand in for the capabilities.

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{HttpResponse, Responder, get, http::header, post, put};
use futures_util::future::{BoxFuture, FutureExt, ready};
use secrecy::ExposeSecret;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    http::*,
    platform::terms::{Id, PersonRow, Role},
};

/// Admits `token-ROLE`, `old-token-ROLE` of somebody who signed in 15 minutes ago, the service `hall:secret`, and a set number of attempts a bucket.
pub(super) struct Porter {
    pub(super) attempts: usize,
    pub(super) seen: Mutex<Vec<ThrottleBucket>>,
}

impl CallerSource for Porter {
    fn bearer<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Caller, Problem>> {
        let (token, old) = token.strip_prefix("old-").map_or((token, false), |token| (token, true));
        let role = token.strip_prefix("token-").and_then(|role| role.parse::<Role>().ok());
        let caller = role.ok_or_else(Problem::token_invalid).map(|role| Caller {
            person: PersonRow(7),
            id: Id::from_uuid(Uuid::from_u128(7)),
            role,
            session: Id::from_uuid(Uuid::from_u128(8)),
            signed_in_for: if old { rights::RECENT } else { Duration::from_secs(899) },
        });
        ready(caller).boxed()
    }
    fn basic<'a>(&'a self, client_id: &'a str, secret: &'a str) -> BoxFuture<'a, Result<ServiceCaller, Problem>> {
        let known = (client_id, secret) == ("hall", "secret");
        let service = ServiceCaller {
            id: Id::from_uuid(Uuid::from_u128(9)),
            resource: client_id.into(),
        };
        ready(known.then_some(service).ok_or_else(Problem::service_unknown)).boxed()
    }
    fn throttle(&self, bucket: ThrottleBucket) -> BoxFuture<'_, Result<(), Problem>> {
        let mut seen = self.seen.lock().unwrap();
        seen.push(bucket);
        let used = seen.iter().filter(|known| **known == bucket).count();
        let outcome = if used > self.attempts {
            Err(Problem::new(ProblemKind::TooManyRequests).retry_after(30))
        } else {
            Ok(())
        };
        ready(outcome).boxed()
    }
}

/// Has seen `p1` and nothing else.
pub(super) struct Shore;
impl CatchUp for Shore {
    fn wait<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<(), Problem>> {
        let outcome = match token {
            "p1" => Ok(()),
            "p2" => Err(Problem::new(ProblemKind::NotCaughtUp)),
            _ => Err(Problem::new(ProblemKind::PositionUnknown)),
        };
        ready(outcome).boxed()
    }
}

pub(super) struct Parts(pub(super) bool);
impl Readiness for Parts {
    fn checks(&self) -> BoxFuture<'_, Vec<Check>> {
        ready(vec![Check {
            name: "database",
            ready: self.0,
            detail: "seen".to_owned(),
        }])
        .boxed()
    }
}

#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Start {
    code: String,
}

/// How often a handler ran that must not.
pub(super) static LOOSE: AtomicUsize = AtomicUsize::new(0);

#[utoipa::path]
#[get("/v1/loose/{code}")]
async fn loose() -> impl Responder {
    LOOSE.fetch_add(1, Ordering::SeqCst);
    "never"
}
#[utoipa::path(operation_id = "preview_invite")]
#[get("/v1/invites/{code}")]
async fn preview_invite(code: Segments<String>) -> Result<String, Problem> {
    match code.0.as_str() {
        "slow" => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            Ok("slow".to_owned())
        }
        "odd" => Err(Problem::internal("the canary cause")),
        code if code.starts_with("CANARY") => Err(Problem::new(ProblemKind::InviteUnknown)),
        code => Ok(format!("{} letters", code.len())),
    }
}
#[utoipa::path(operation_id = "start_onboarding")]
#[post("/v1/onboarding")]
async fn start_onboarding(start: Json<Start>) -> WriteResponse<usize> {
    WriteResponse::created(start.0.code.len(), "p9".to_owned())
}
#[utoipa::path(operation_id = "show_onboarding")]
#[get("/v1/onboarding/{flow}")]
async fn show_onboarding(token: Bearer) -> impl Responder {
    token.0.expose_secret().len().to_string()
}
#[utoipa::path(operation_id = "show_me")]
#[get("/v1/me")]
async fn show_me(caller: Caller) -> impl Responder {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, "private"))
        .body(caller.role.as_str())
}
#[utoipa::path(operation_id = "change_role")]
#[put("/v1/admin/people/{id}/role")]
async fn change_role(caller: Caller) -> impl Responder {
    format!("{}", caller.person.0)
}
#[utoipa::path(operation_id = "oauth_introspect")]
#[post("/oauth/introspect")]
async fn introspect(service: ServiceCaller) -> impl Responder {
    service.resource.to_string()
}
#[utoipa::path(operation_id = "oauth_revoke")]
#[post("/oauth/revoke")]
async fn revoke(form: Form<HashMap<String, String>>) -> Result<String, OAuthProblem> {
    match form.0.get("token").map(String::as_str) {
        Some("reused") => Err(ProblemKind::RefreshReused.into()),
        Some(_) => Ok("gone".to_owned()),
        None => Err(Problem::field("token", "This parameter is required.").into()),
    }
}
/// Asks for a caller where the table admits anybody.
#[utoipa::path(operation_id = "sign_in")]
#[post("/v1/sessions")]
async fn sign_in(_: Caller) -> impl Responder {
    "never"
}

pub(super) fn dummies(config: &mut Routes) {
    config
        .service(loose)
        .service(preview_invite)
        .service(start_onboarding)
        .service(show_onboarding)
        .service(show_me)
        .service(change_role)
        .service(introspect)
        .service(revoke)
        .service(sign_in);
}
