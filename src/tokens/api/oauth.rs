//! `/oauth`: refreshing (RFC 6749 §6), introspection (RFC 7662), revocation (RFC 7009).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, Responder, http::header::AUTHORIZATION, post, web::Data};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    terms::{Assurance, PersonId, Role},
    tokens::{Checked, FIRST_PARTY, Granted, Introspected, SignIn, Tokens},
    web::{Form, Kind, OAuthProblem, Problem, ServiceCaller, Written},
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
            return Err(Problem::new(Kind::InvalidField)
                .saying("Send each parameter once.")
                .into());
        }
        Ok(Self(form.0))
    }

    fn get(&self, name: &str) -> Option<&SecretString> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(&found.1).filter(|value| !value.expose_secret().is_empty())
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
    /// Others are ignored, each once at most.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// Refresh.
///
/// A refresh token is good once. Using one a second time ends its session: whoever has a copy of it
/// may not have come by it honestly.
#[utoipa::path(
    operation_id = "oauth_token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Granted))
)]
#[post("/oauth/token")]
async fn refresh(
    form: Form<Vec<(String, SecretString)>>,
    door: Data<SignIn>,
) -> Result<Written<Granted>, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    if parameters.demand("grant_type")?.expose_secret() != "refresh_token" {
        return Err(OAuthProblem::unsupported_grant_type());
    }
    let client = parameters.get("client_id").map(ExposeSecret::expose_secret);
    if client.is_some_and(|client| client != FIRST_PARTY) {
        return Err(Problem::new(Kind::Unauthenticated)
            .saying("There is no such client.")
            .into());
    }
    let presented = parameters.demand("refresh_token")?.clone();
    let written = door.tokens().refresh(presented).await.map_err(Problem::from)?;
    let granted = door.tokens().grant(&written.value).map_err(Problem::from)?;
    Ok(Written::ok(granted, door.mirror().token(written.position)))
}

/// What introspection and revocation read.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only described: a form is read parameter by parameter")]
struct PresentedForm {
    /// An access or a refresh token.
    #[schema(min_length = 1)]
    token: String,
    /// `access_token` or `refresh_token`; not needed, since the two look different.
    #[schema(required = false)]
    token_type_hint: String,
    /// Others are ignored, each once at most.
    #[serde(flatten)]
    others: BTreeMap<String, String>,
}

/// What a token is now (RFC 7662 §2.2). Of one that does not hold, `active` is all that is said.
#[derive(Serialize, utoipa::ToSchema)]
#[serde(untagged)]
enum Introspection {
    /// It does not hold: unknown, expired, revoked, or its holder sanctioned.
    Inactive {
        /// False.
        active: bool,
    },
    /// A refresh token.
    Refresh {
        /// True.
        active: bool,
        /// Whose.
        sub: PersonId,
        /// When its session ends, in seconds.
        exp: i64,
        /// For which client.
        client_id: &'static str,
        /// Who issued it.
        iss: String,
    },
    /// An access token.
    Access {
        /// True.
        active: bool,
        /// Always `Bearer`.
        token_type: &'static str,
        /// Whose.
        sub: PersonId,
        /// For whom it is.
        aud: String,
        /// Who issued it.
        iss: String,
        /// The first second in which it no longer holds.
        exp: i64,
        /// When it was issued, in seconds.
        iat: i64,
        /// Its own name.
        jti: String,
        /// For which client.
        client_id: String,
        /// The session, as the token has it.
        sid: String,
        /// How surely the person is known, now.
        assurance: Assurance,
        /// Their role now.
        roles: [Role; 1],
    },
}

impl Introspection {
    fn of_access(checked: &Checked) -> Self {
        let claims = &checked.claims;
        Self::Access {
            active: true,
            token_type: "Bearer",
            sub: checked.id,
            aud: claims.aud.clone(),
            iss: claims.iss.clone(),
            exp: claims.exp,
            iat: claims.iat,
            jti: claims.jti.clone(),
            client_id: claims.client_id.clone(),
            sid: claims.short_session(),
            assurance: checked.assurance,
            roles: [checked.role],
        }
    }
}

/// Ask what a token is now.
#[utoipa::path(
    operation_id = "oauth_introspect",
    tag = "oauth",
    request_body(content = PresentedForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Introspection))
)]
#[post("/oauth/introspect")]
async fn introspect(
    _: ServiceCaller,
    form: Form<Vec<(String, SecretString)>>,
    tokens: Data<Tokens>,
) -> Result<impl Responder, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    let token = parameters.demand("token")?.expose_secret();
    let answer = match tokens.introspect(token).await.map_err(Problem::from)? {
        None => Introspection::Inactive { active: false },
        Some(Introspected::Refresh { id, expires_at }) => Introspection::Refresh {
            active: true,
            sub: id,
            exp: expires_at.seconds(),
            client_id: FIRST_PARTY,
            iss: tokens.issuer().to_owned(),
        },
        Some(Introspected::Access(checked)) => Introspection::of_access(&checked),
    };
    Ok(HttpResponse::Ok().json(answer))
}

/// Revoke a token.
///
/// Ends its session, and with it every token of the session. A token that is none of ours is as good
/// as revoked: 200.
#[utoipa::path(
    operation_id = "oauth_revoke",
    tag = "oauth",
    request_body(content = PresentedForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It does not hold, or no longer."))
)]
#[post("/oauth/revoke")]
async fn revoke(
    request: HttpRequest,
    form: Form<Vec<(String, SecretString)>>,
    tokens: Data<Tokens>,
) -> Result<impl Responder, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    let token = parameters.demand("token")?.expose_secret();
    // Where there are credentials, the gate has checked that they are a service's.
    let by_service = request.headers().contains_key(AUTHORIZATION);
    tokens.revoke(token, by_service).await.map_err(Problem::from)?;
    Ok(HttpResponse::Ok().finish())
}
