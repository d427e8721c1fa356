//! `/oauth`: refreshing (RFC 6749 §6), introspection (RFC 7662), revocation (RFC 7009).

use std::collections::BTreeMap;

use actix_web::{
    HttpRequest, HttpResponse, Responder,
    http::header::{AUTHORIZATION, USER_AGENT},
    post,
    web::Data,
};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    http::{Form, OAuthProblem, Problem, ProblemKind, ServiceCaller, WriteResponse},
    platform::terms::{Assurance, PersonId, Role},
    tokens::{Audience, FIRST_PARTY, Granted, Introspected, Request, RevokeError, Scope, SignIn, Tokens},
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(refresh).service(introspect).service(revoke);
}

/// The parameters of a request: each once at most, those without a value as if left out, those that
/// are not known ignored (RFC 6749 §3.2).
struct Parameters(Vec<(String, SecretString)>);

impl Parameters {
    fn read(form: Form<Vec<(String, SecretString)>>) -> Result<Self, OAuthProblem> {
        let mut names: Vec<&str> = form.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Problem::new(ProblemKind::InvalidField)
                .with_detail("Send each parameter once.")
                .into());
        }
        Ok(Self(form.0))
    }

    fn get(&self, name: &str) -> Option<&SecretString> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(&found.1).filter(|value| !value.expose_secret().is_empty())
    }

    /// For whom an access token is asked, where `ours` is the audience of this API.
    fn audience(&self, ours: &str) -> Result<Audience, OAuthProblem> {
        let text = |name| self.get(name).map(ExposeSecret::expose_secret);
        match (text("resource").filter(|resource| *resource != ours), text("scope")) {
            (None, None) => Ok(Audience::Ours),
            (None, Some(_)) => Err(OAuthProblem::invalid_scope(
                "Only a token for a service has a scope: name its resource.",
            )),
            (Some(resource), scope) => Ok(Audience::Service {
                resource: resource.to_owned(),
                scope: scope.map_or(Some(Scope::USUAL), Scope::parse).ok_or_else(|| {
                    OAuthProblem::invalid_scope("The scope is assurance, roles, or both with a space between them.")
                })?,
            }),
        }
    }

    fn demand(&self, name: &'static str) -> Result<&SecretString, OAuthProblem> {
        self.get(name)
            .ok_or_else(|| Problem::field(name, "This parameter is required.").into())
    }
}

/// The only grant that is served.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described")]
enum GrantType {
    RefreshToken,
}

/// The only client there is.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "only described")]
enum ClientId {
    Vouchsafe,
}

/// What `/oauth/token` reads.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: a form is read parameter by parameter")]
struct TokenForm {
    /// How the token is asked for.
    grant_type: GrantType,
    /// The refresh token, which is spent by this.
    #[schema(min_length = 1)]
    refresh_token: String,
    /// For which client; may be left out.
    #[schema(required = false)]
    client_id: ClientId,
    /// The resource of the registered service that the access token is to be for (RFC 8707). Left out, it is for
    /// this API.
    #[schema(required = false)]
    resource: String,
    /// What the service may learn of the member, beside who they are: `assurance`, `roles`, or both with a space
    /// between them. Left out, `assurance`.
    #[schema(
        required = false,
        example = "assurance roles",
        pattern = "^(assurance|roles)( (assurance|roles))*$"
    )]
    scope: String,
    /// Others are ignored, each once at most.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// Refresh, and get an access token for this API or for a registered service.
///
/// A refresh token is good once. Using one a second time ends its session: whoever has a copy of it
/// may not have come by it honestly. Only the very same request may be repeated for ten seconds, by a client that
/// got no answer.
#[utoipa::path(
    operation_id = "oauth_token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Granted))
)]
#[post("/oauth/token")]
async fn refresh(
    request: HttpRequest,
    form: Form<Vec<(String, SecretString)>>,
    door: Data<SignIn>,
) -> Result<WriteResponse<Granted>, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    if parameters.demand("grant_type")?.expose_secret() != "refresh_token" {
        return Err(OAuthProblem::unsupported_grant_type());
    }
    let client = parameters.get("client_id").map(ExposeSecret::expose_secret);
    if client.is_some_and(|client| client != FIRST_PARTY) {
        return Err(Problem::new(ProblemKind::Unauthenticated)
            .with_detail("There is no such client.")
            .into());
    }
    let tokens = door.tokens();
    let audience = parameters.audience(tokens.audience())?;
    let agent = request
        .headers()
        .get(USER_AGENT)
        .map_or(&[][..], |agent| agent.as_bytes());
    let asked = Request {
        audience: audience.clone(),
        agent: String::from_utf8_lossy(agent).into_owned(),
    };
    let presented = parameters.demand("refresh_token")?.clone();
    let written = tokens.refresh(presented, asked).await?;
    let granted = tokens.grant_for(&written.value, &audience)?;
    Ok(WriteResponse::ok(granted, door.read_model().token(written.position)))
}

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
async fn introspect(
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

/// What revocation reads.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: a form is read parameter by parameter")]
struct RevokedForm {
    /// A refresh token, or an access token for this API.
    #[schema(min_length = 1)]
    token: String,
    /// Not needed, and not looked at.
    #[schema(required = false)]
    token_type_hint: String,
    /// Others are ignored, each once at most.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// Revoke a token.
///
/// Ends its session, and with it every token of the session. Whoever holds it may do so. A token that is none of
/// ours is as good as revoked: 200. One for a service ends nothing, for whoever was shown it has no power over
/// its holder.
#[utoipa::path(
    operation_id = "oauth_revoke",
    tag = "oauth",
    request_body(content = RevokedForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It does not hold, or no longer."))
)]
#[post("/oauth/revoke")]
async fn revoke(form: Form<Vec<(String, SecretString)>>, tokens: Data<Tokens>) -> Result<impl Responder, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    let token = parameters.demand("token")?.expose_secret();
    match tokens.revoke(token).await {
        Ok(()) => Ok(HttpResponse::Ok().finish()),
        Err(RevokeError::ForService) => Err(OAuthProblem::unsupported_token_type()),
        Err(RevokeError::Store(error)) => Err(error.into()),
    }
}
