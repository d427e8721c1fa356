//! Appeals: whoever is sanctioned makes them, admins decide them. One endpoint a file.

mod appeal;
mod claim;
mod decide;
mod list;
mod own;

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web::Data};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

use super::Moderation;
use crate::{
    http::{Bearer, Problem, Routes},
    moderation::{
        AppealError, AppealVerdict, ReasonCode, SanctionKind,
        queries::{AppealDetails, OwnSanction},
    },
    platform::terms::{AppealId, PersonId, PersonRow, SanctionId, Timestamp},
    tokens,
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(own::list_sanctions_to_appeal)
        .service(own::list_my_sanctions)
        .service(appeal::appeal)
        .service(appeal::appeal_signed_in)
        .service(list::list_appeals)
        .service(claim::claim_appeal)
        .service(decide::decide_appeal);
}

/// Whose appeal token the request shows: known before anything of the body is looked at.
struct Appellant(PersonRow);

impl FromRequest for Appellant {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bearer = Bearer::from_request(request, payload).into_inner();
        let person = bearer.and_then(|bearer| {
            let moderation = request.app_data::<Data<Moderation>>();
            let read = |moderation: &Data<Moderation>| {
                tokens::appeal::read(&moderation.vault, bearer.0.expose_secret(), moderation.ledger.now())
            };
            moderation.and_then(read).ok_or_else(Problem::token_invalid)
        });
        ready(person.map(Self))
    }
}

/// A sanction as the person sees it whom it is on.
#[derive(Debug, Serialize, ToSchema)]
struct OwnSanctionShown {
    /// Its public id.
    id: SanctionId,
    /// What it does.
    kind: SanctionKind,
    /// Why, as a code.
    reason: ReasonCode,
    /// Since when.
    imposed_at: Timestamp,
    /// When it ends by itself; absent where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    /// When it was lifted, or ended by itself; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<Timestamp>,
    /// The appeal against it; absent where none was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    appeal: Option<OwnAppealShown>,
}

/// How an appeal stands, as whoever made it sees it.
#[derive(Debug, Serialize, ToSchema)]
struct OwnAppealShown {
    /// Its public id.
    id: AppealId,
    /// When it was made.
    made_at: Timestamp,
    /// When it was decided; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// How it was decided; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<AppealVerdict>,
    /// Why it was decided so, in words; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The sanctions of whoever asks.
#[derive(Debug, Serialize, ToSchema)]
struct OwnSanctionsShown {
    /// Newest first: the last 50.
    items: Vec<OwnSanctionShown>,
}

impl From<Vec<OwnSanction>> for OwnSanctionsShown {
    fn from(found: Vec<OwnSanction>) -> Self {
        let shown = |OwnSanction { sanction, appeal }: OwnSanction| OwnSanctionShown {
            id: sanction.id,
            kind: sanction.kind,
            reason: sanction.reason,
            imposed_at: sanction.imposed_at,
            until: sanction.until,
            lifted_at: sanction.lifted_at,
            appeal: appeal.map(|(appeal, reason)| OwnAppealShown {
                id: appeal.id,
                made_at: appeal.made_at,
                decided_at: appeal.decided_at,
                verdict: appeal.verdict,
                reason: reason.map(|reason| reason.to_string()),
            }),
        };
        Self {
            items: found.into_iter().map(shown).collect(),
        }
    }
}

/// An appeal as admins see it.
#[derive(Debug, Serialize, ToSchema)]
struct AppealShown {
    /// Its public id.
    id: AppealId,
    /// Whose it is.
    person: Option<PersonId>,
    /// What it is against.
    sanction: SanctionId,
    /// When it was made.
    made_at: Timestamp,
    /// Who has claimed it; absent where nobody has now.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_by: Option<PersonId>,
    /// Until when nobody else decides it.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_until: Option<Timestamp>,
    /// What they say. Whoever has claimed it sees it.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    /// How it was decided; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    verdict: Option<AppealVerdict>,
    /// When it was decided; absent before.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
}

impl From<AppealDetails> for AppealShown {
    fn from(found: AppealDetails) -> Self {
        let AppealDetails {
            appeal,
            person,
            claimed_by,
            text,
        } = found;
        Self {
            id: appeal.id,
            person,
            sanction: appeal.sanction,
            made_at: appeal.made_at,
            claimed_by,
            claimed_until: claimed_by.and(appeal.claimed_until),
            text: text.map(|text| text.to_string()),
            verdict: appeal.verdict,
            decided_at: appeal.decided_at,
        }
    }
}

impl From<AppealError> for Problem {
    fn from(error: AppealError) -> Self {
        use crate::http::ProblemKind;
        match error {
            AppealError::NotAllowed(_) | AppealError::OwnDecision => {
                Self::new(ProblemKind::Forbidden).with_detail(error.to_string())
            }
            AppealError::Unknown => Self::new(ProblemKind::AppealUnknown),
            AppealError::SanctionUnknown => Self::new(ProblemKind::SanctionUnknown),
            AppealError::Exists => Self::new(ProblemKind::AppealExists),
            AppealError::NotNow => Self::new(ProblemKind::AppealState),
            AppealError::Store(error) => error.into(),
        }
    }
}
