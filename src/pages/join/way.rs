//! A registration under way, as this browser holds it.

use actix_web::{cookie::time::Duration as Age, http::Method};
use serde::Deserialize;
use serde_json::Value;

use crate::pages::{api::Refused, visit::Visit};

/// The registration's id and its token.
const FLOW: &str = "__Host-flow";
/// Longer than a reviewer takes.
const HELD: Age = Age::days(400);

/// A registration that was just begun.
#[derive(Deserialize)]
pub(super) struct Begun {
    flow: String,
    flow_token: String,
}

/// Where a registration stands.
#[derive(Deserialize)]
pub(super) struct Flow {
    pub(super) flow: String,
    pub(super) state: String,
    pub(super) next: Option<String>,
    pub(super) asks: Vec<String>,
    pub(super) documents: Vec<String>,
    pub(super) contact: String,
    pub(super) contact_hint: Option<String>,
}

/// A registration: its id and its token.
pub(super) struct Way {
    flow: String,
    token: String,
}

impl Way {
    /// The one that this browser has begun.
    pub(super) fn of(visit: &Visit) -> Option<Self> {
        let cookie = visit.cookie(FLOW)?;
        let (flow, token) = cookie.split_once('.')?;
        let is_id = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        (is_id(flow) && is_id(token)).then(|| Self {
            flow: flow.to_owned(),
            token: token.to_owned(),
        })
    }

    /// Keeps one that was just begun.
    pub(super) fn begin(visit: &Visit, begun: &Begun) {
        let Begun { flow, flow_token } = begun;
        visit.set(FLOW, format!("{flow}.{flow_token}"), Some(HELD));
    }

    /// Goes on with the registration that an answer names: an earlier one of the same newcomer, it may be.
    pub(super) fn follow(&self, visit: &Visit, flow: &Flow) {
        if flow.flow != self.flow {
            visit.set(FLOW, format!("{}.{}", flow.flow, self.token), Some(HELD));
        }
    }

    /// Forgets it.
    pub(super) fn forget(visit: &Visit) {
        if visit.cookie(FLOW).is_some() {
            visit.unset(FLOW);
        }
    }

    /// Where it stands.
    pub(super) async fn look(&self, visit: &Visit) -> Result<Flow, Refused> {
        let path = format!("/v1/onboarding/{}", self.flow);
        visit
            .ask(visit.asked_as_nobody(Method::GET, &path).bearer(&self.token))
            .await
    }

    /// Takes a step.
    pub(super) async fn take<T: serde::de::DeserializeOwned>(
        &self,
        visit: &Visit,
        step: &str,
        body: &Value,
        once: Option<&str>,
    ) -> Result<T, Refused> {
        let path = format!("/v1/onboarding/{}/{step}", self.flow);
        let mut asked = visit
            .asked_as_nobody(Method::POST, &path)
            .bearer(&self.token)
            .body(body);
        if let Some(once) = once.filter(|once| !once.is_empty()) {
            asked = asked.with_text(
                actix_web::http::header::HeaderName::from_static("idempotency-key"),
                once,
            );
        }
        visit.ask(asked).await
    }

    /// Gives the registration up.
    pub(super) async fn abandon(&self, visit: &Visit) -> Result<(), Refused> {
        let path = format!("/v1/onboarding/{}", self.flow);
        visit
            .ask(visit.asked_as_nobody(Method::DELETE, &path).bearer(&self.token))
            .await
    }
}
