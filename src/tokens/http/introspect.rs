//! `/oauth/introspect`: what a token is now (RFC 7662).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, Responder, http::header::AUTHORIZATION, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::parameters::Parameters;
use crate::{
    http::{Form, OAuthProblem, Problem, ProblemKind, ServiceCaller},
    platform::terms::{Assurance, PersonId, Role},
    tokens::{Introspected, Scope, Tokens},
};

/// What introspection reads.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: a form is read parameter by parameter")]
struct PresentedForm {
    /// A token that was shown to the service.
    #[schema(min_length = 1)]
    token: String,
    /// Not needed, and not looked at.
    #[schema(required = false)]
    token_type_hint: String,
    /// Others are ignored, each once at most.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// What a token is now (RFC 7662 §2.2). Of one that does not hold, or is for somebody else, `active` is all
/// that is said.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum Introspection<'a> {
    /// It does not hold for this service: unknown, expired, revoked, for another audience, or its holder
    /// sanctioned.
    Inactive {
        /// False.
        active: bool,
    },
    /// An access token for this service.
    Active {
        /// True.
        active: bool,
        /// Always `Bearer`.
        token_type: &'static str,
        /// Whose.
        sub: PersonId,
        /// For whom it is: this service.
        aud: &'a str,
        /// Who issued it.
        iss: &'a str,
        /// The first second in which it no longer holds.
        exp: i64,
        /// When it was issued, in seconds.
        iat: i64,
        /// Its own name.
        jti: &'a str,
        /// For which client.
        client_id: &'a str,
        /// The session, as the token has it.
        sid: String,
        /// What the service may learn.
        scope: &'static str,
        /// How surely the person is known, now; where the scope names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        assurance: Option<Assurance>,
        /// Their role now, where the scope names it.
        #[serde(skip_serializing_if = "Option::is_none")]
        roles: Option<[Role; 1]>,
    },
}

impl<'a> Introspection<'a> {
    fn of(introspected: &'a Introspected) -> Self {
        let claims = &introspected.claims;
        Self::Active {
            active: true,
            token_type: "Bearer",
            sub: claims.sub,
            aud: &claims.aud,
            iss: &claims.iss,
            exp: claims.exp,
            iat: claims.iat,
            jti: &claims.jti,
            client_id: &claims.client_id,
            sid: claims.short_session(),
            scope: claims.scope.map_or("", Scope::as_str),
            assurance: introspected.assurance,
            roles: introspected.role.map(|role| [role]),
        }
    }
}

/// Ask what a token is now that was shown to this service.
///
/// A service is told about tokens for it, and about nothing else. It may show its secret in the form
/// (`client_id`, `client_secret`) in the place of the header Authorization.
#[utoipa::path(
    operation_id = "oauth_introspect",
    tag = "oauth",
    request_body(content = PresentedForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Introspection))
)]
#[post("/oauth/introspect")]
pub(super) async fn introspect(
    service: ServiceCaller,
    request: HttpRequest,
    form: Form<Vec<(String, SecretString)>>,
    tokens: Data<Tokens>,
) -> Result<impl Responder, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    if parameters.get("client_secret").is_some() && request.headers().contains_key(AUTHORIZATION) {
        let detail = "Show the secret in the header Authorization or in the form, not in both.";
        return Err(Problem::new(ProblemKind::InvalidField)
            .at("client_secret")
            .with_detail(detail)
            .into());
    }
    let token = parameters.demand("token")?.expose_secret();
    let introspected = tokens.introspect(token, &service.resource).await?;
    let answer = introspected
        .as_ref()
        .map_or(Introspection::Inactive { active: false }, Introspection::of);
    Ok(HttpResponse::Ok().json(answer))
}
