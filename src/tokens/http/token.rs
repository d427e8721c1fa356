//! `/oauth/token`: refreshing (RFC 6749 §6), for our own API or for a service (RFC 8707).

use std::collections::BTreeMap;

use actix_web::{HttpRequest, http::header::USER_AGENT, post, web::Data};
use secrecy::{ExposeSecret, SecretString};

use super::{Granted, parameters::Parameters};
use crate::{
    http::{Form, OAuthProblem, Problem, ProblemKind, WriteResponse, problems},
    tokens::{FIRST_PARTY, Request, SignIn},
};

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

problems!(OauthTokenProblems:
    RefreshUnknown, RefreshReused, Unauthenticated; "invalid_target", "invalid_scope", "unsupported_grant_type"
);

/// Refresh, and get an access token for this API or for a registered service.
///
/// A refresh token is good once. Using one a second time ends its session: whoever has a copy of it
/// may not have come by it honestly. Only the very same request may be repeated for ten seconds, by a client that
/// got no answer.
#[utoipa::path(
    operation_id = "oauth_token",
    tag = "oauth",
    request_body(content = TokenForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, body = Granted), OauthTokenProblems)
)]
#[post("/oauth/token")]
pub(super) async fn refresh(
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
    let granted: Granted = tokens.grant_for(&written.value, &audience)?.into();
    Ok(WriteResponse::ok(granted, door.read_model().token(written.position)))
}
