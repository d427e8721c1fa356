//! `/oauth/revoke`: giving a token up (RFC 7009).

use std::collections::BTreeMap;

use actix_web::{HttpResponse, Responder, post, web::Data};
use secrecy::{ExposeSecret, SecretString};

use super::parameters::Parameters;
use crate::{
    http::{Form, OAuthProblem, problems},
    tokens::{RevokeError, Tokens},
};

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

problems!(OauthRevokeProblems: ; "unsupported_token_type");

/// Revoke a token.
///
/// Ends its session, and with it every token of the session. Whoever holds it may do so. A token that is none of
/// ours is as good as revoked: 200. One for a service ends nothing, for whoever was shown it has no power over
/// its holder.
#[utoipa::path(
    operation_id = "oauth_revoke",
    tag = "oauth",
    request_body(content = RevokedForm, content_type = "application/x-www-form-urlencoded"),
    responses((status = 200, description = "It does not hold, or no longer."), OauthRevokeProblems)
)]
#[post("/oauth/revoke")]
pub(super) async fn revoke(
    form: Form<Vec<(String, SecretString)>>,
    tokens: Data<Tokens>,
) -> Result<impl Responder, OAuthProblem> {
    let parameters = Parameters::read(form)?;
    let token = parameters.demand("token")?.expose_secret();
    match tokens.revoke(token).await {
        Ok(()) => Ok(HttpResponse::Ok().finish()),
        Err(RevokeError::ForService) => Err(OAuthProblem::unsupported_token_type()),
        Err(RevokeError::Store(error)) => Err(error.into()),
    }
}
