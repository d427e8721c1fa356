//! The form parameters of the OAuth endpoints.

use secrecy::{ExposeSecret, SecretString};

use crate::{
    http::{Form, OAuthProblem, Problem, ProblemKind},
    tokens::{Audience, Scope},
};

/// The parameters of a request: each once at most, those without a value as if left out, those that
/// are not known ignored (RFC 6749 §3.2).
pub(super) struct Parameters(Vec<(String, SecretString)>);

impl Parameters {
    pub(super) fn read(form: Form<Vec<(String, SecretString)>>) -> Result<Self, OAuthProblem> {
        let mut names: Vec<&str> = form.0.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Problem::new(ProblemKind::InvalidField)
                .with_detail("Send each parameter once.")
                .into());
        }
        Ok(Self(form.0))
    }

    pub(super) fn get(&self, name: &str) -> Option<&SecretString> {
        let found = self.0.iter().find(|(known, _)| known == name)?;
        Some(&found.1).filter(|value| !value.expose_secret().is_empty())
    }

    /// For whom an access token is asked, where `ours` is the audience of this API.
    pub(super) fn audience(&self, ours: &str) -> Result<Audience, OAuthProblem> {
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

    pub(super) fn demand(&self, name: &'static str) -> Result<&SecretString, OAuthProblem> {
        self.get(name)
            .ok_or_else(|| Problem::field(name, "This parameter is required.").into())
    }
}
