//! The reviewers' queue over HTTP. Whom a case is about is shown by a claim's answer alone.

mod refusals;

use std::sync::Arc;

use actix_web::{get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Case, CaseError, CaseState, Claimed, Country, DocumentKind, case, cases, claim, claimed, decide, give_back,
};
use crate::{
    http::{Caller, Cursors, IdempotencyKey, Json, Limit, Page, Problem, ProblemKind, Query, Segments, WriteResponse},
    platform::{
        idempotency::{self, Asker},
        ledger::{Actor, Ledger, ReadModel, events::Verdict},
        store::StoreError,
        terms::{CaseId, FlowId, PersonId, Reason, Role, Timestamp},
        vault::Vault,
    },
    policy::{self, Versioned, may_review},
};

/// Registers the routes. They want `Data<Cases>` among the application's data.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_cases)
        .service(show_case)
        .service(claim_case)
        .service(decide_case)
        .service(release_case);
    refusals::routes(config);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Cases {
    /// Where decisions are written.
    pub ledger: Ledger,
    /// Whose token a write's answer carries.
    pub read_model: ReadModel,
    /// Opens what a claim shows.
    pub vault: Vault,
    /// Says who reviews.
    pub policy: Arc<policy::Current>,
}

impl Cases {
    /// The policy that holds now, where it lets this caller review. The table of rights admits
    /// whoever any policy could let.
    fn reviewing(&self, caller: &Caller) -> Result<Arc<Versioned>, Problem> {
        let versioned = self.policy.get()?;
        if may_review(&versioned.policy, caller.role) {
            Ok(versioned)
        } else {
            Err(ProblemKind::Forbidden.into())
        }
    }
}

/// A case, without whom it is about.
#[derive(Serialize, ToSchema)]
struct CaseView {
    /// Its id.
    id: CaseId,
    /// The newcomer's way in.
    flow: FlowId,
    /// Where it stands.
    state: CaseState,
    /// Since when it waits, or waited.
    opened_at: Timestamp,
    /// For how long, in whole seconds.
    age_seconds: u64,
    /// Until when it waits at most; then the newcomer's way is over, and it is withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    waits_until: Option<Timestamp>,
    /// Whether a reviewer has it at this moment.
    claimed: bool,
    /// Whether that is you.
    yours: bool,
    /// Until when they have it.
    #[serde(skip_serializing_if = "Option::is_none")]
    claimed_until: Option<Timestamp>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_at: Option<Timestamp>,
    /// By whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    decided_by: Option<PersonId>,
}

impl CaseView {
    fn of(case: &Case, caller: &Caller, now: Timestamp) -> Self {
        let held = case.held(now);
        Self {
            id: case.id,
            flow: case.flow,
            state: case.state_at(now),
            opened_at: case.opened_at,
            age_seconds: case.age(now).as_secs(),
            waits_until: case.waits_until.filter(|_| case.state_at(now) == CaseState::Open),
            claimed: held.is_some(),
            yours: held.is_some_and(|(by, _)| by == caller.person),
            claimed_until: held.map(|(_, until)| until),
            decided_at: case.decided_at,
            decided_by: case.decided_by,
        }
    }
}

/// Which cases.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct CaseFilter {
    /// In this state; open where nothing is said.
    #[serde(default = "open")]
    #[param(default = "open")]
    state: CaseState,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

const fn open() -> CaseState {
    CaseState::Open
}

/// Why you want to see it.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewClaim {
    /// In your own words; kept under seal, and the ledger commits to it.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// What you were shown. It is in the ledger that you were.
#[derive(Serialize, ToSchema)]
struct ClaimView {
    /// The case, yours until `claimed_until`.
    case: CaseView,
    /// The name that the newcomer gave.
    name: NameView,
    /// The document that is to bear it.
    document: DocumentView,
    /// What else is known of the document. The newcomer is told nothing of it.
    known: KnownView,
}

/// What is known of a document beside who gave it.
#[derive(Serialize, ToSchema)]
struct KnownView {
    /// Members who stand behind it already. Where they are as many as the policy allows, the case cannot be
    /// approved.
    members: usize,
    /// Others who have given it, at any time, and are no members by it.
    others: i64,
    /// Whether a final refusal binds it. Then the case cannot be approved before an admin lifts the refusal.
    refused: bool,
    /// How often somebody was sent back who gave it, or came by the same address or invite. It counts as if it
    /// had been this newcomer.
    sent_back: i64,
}

/// A full name.
#[derive(Serialize, ToSchema)]
struct NameView {
    /// As it was entered.
    entered: String,
    /// As it is compared.
    normalised: String,
}

/// A document.
#[derive(Serialize, ToSchema)]
struct DocumentView {
    /// Who issued it.
    country: Country,
    /// What it is.
    kind: DocumentKind,
    /// Its number, normalised.
    number: String,
}

impl ClaimView {
    fn of(claimed: &Claimed, caller: &Caller, now: Timestamp) -> Self {
        let Claimed {
            case,
            name,
            document,
            known,
        } = claimed;
        Self {
            case: CaseView::of(case, caller, now),
            name: NameView {
                entered: name.expose_entered().to_owned(),
                normalised: name.expose_normalised().to_owned(),
            },
            document: DocumentView {
                country: document.country(),
                kind: document.kind(),
                number: document.expose_number().to_owned(),
            },
            known: KnownView {
                members: known.members,
                others: known.others,
                refused: known.refused,
                sent_back: known.sent_back,
            },
        }
    }
}

/// What you decide.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDecision {
    /// How.
    verdict: Verdict,
    /// Why, in your own words; kept under seal, and the ledger commits to it.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// What became of it.
#[derive(Serialize, ToSchema)]
struct DecisionView {
    /// The case.
    id: CaseId,
    /// The verdict that holds: whoever has been sent back as often as the policy grants is refused.
    verdict: Verdict,
}

fn problem(error: CaseError) -> Problem {
    match error {
        CaseError::Unknown => ProblemKind::NotFound.into(),
        CaseError::Decided => ProblemKind::CaseDecided.into(),
        CaseError::Lapsed => ProblemKind::CaseLapsed.into(),
        CaseError::Claimed => ProblemKind::CaseClaimed.into(),
        CaseError::TooClose => ProblemKind::ReviewConflict.into(),
        CaseError::TooManyClaims(_) => Problem::from(ProblemKind::ClaimsExhausted).with_detail(error.to_string()),
        CaseError::EnoughNames { wait, .. } => Problem::from(ProblemKind::NamesExhausted).retry_after(wait),
        CaseError::NoPlace => ProblemKind::DocumentTaken.into(),
        CaseError::Bound => ProblemKind::DocumentBound.into(),
        CaseError::NotClaimed => Problem::from(ProblemKind::StepOutOfOrder)
            .with_detail("Claim the case, look at it, and decide within 15 minutes."),
        CaseError::KeyReused(reused) => reused.into(),
        CaseError::Store(error) => error.into(),
    }
}

fn reason(entered: &str) -> Result<Reason, Problem> {
    Reason::parse(entered).map_err(|wrong| Problem::value("/reason", wrong.to_string()))
}

/// The cases that wait, those that have waited longest in front.
#[utoipa::path(operation_id = "list_cases", tag = "cases", params(CaseFilter),
    responses((status = 200, body = Page<CaseView>)))]
#[get("/v1/admin/cases")]
async fn list_cases(
    caller: Caller,
    query: Query<CaseFilter>,
    cursors: Cursors,
    desk: Data<Cases>,
) -> Result<Json<Page<CaseView>>, Problem> {
    desk.reviewing(&caller)?;
    let CaseFilter { state, limit, cursor } = query.0;
    let after = cursors.read(cursor.as_deref())?;
    let now = desk.ledger.now();
    let rows = desk
        .ledger
        .store()
        .read(move |conn| Ok::<_, StoreError>(cases(conn, state, after, limit.and_one(), now)?))
        .await?;
    Ok(Json(Page::of(
        rows,
        limit,
        &cursors,
        |case| case.id,
        |case| CaseView::of(&case, &caller, now),
    )))
}

/// One case, without whom it is about.
#[utoipa::path(operation_id = "show_case", tag = "cases", params(("id" = CaseId, Path, description = "Which.")),
    responses((status = 200, body = CaseView)))]
#[get("/v1/admin/cases/{id}")]
async fn show_case(caller: Caller, id: Segments<CaseId>, desk: Data<Cases>) -> Result<Json<CaseView>, Problem> {
    desk.reviewing(&caller)?;
    let found = desk
        .ledger
        .store()
        .read(move |conn| Ok::<_, StoreError>(case(conn, id.0)?))
        .await?
        .ok_or(ProblemKind::NotFound)?;
    Ok(Json(CaseView::of(&found, &caller, desk.ledger.now())))
}

/// Take a case for 15 minutes, and see whom it is about.
///
/// Nobody is shown a case of somebody whom they, their inviter or somebody whom they let in has let in. That you
/// looked stands in the ledger. The policy says how many cases one has at once, and how many names one is shown in
/// 24 hours; the owners are told of whoever wants more. Claiming it again prolongs the claim; a repetition under the same
/// idempotency key shows what the first showed, for as long as the claim holds.
#[utoipa::path(operation_id = "claim_case", tag = "cases", request_body = NewClaim,
    params(("id" = CaseId, Path, description = "Which."), IdempotencyKey),
    responses((status = 200, body = ClaimView)))]
#[post("/v1/admin/cases/{id}/claim")]
async fn claim_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewClaim>,
    key: IdempotencyKey,
    desk: Data<Cases>,
) -> Result<WriteResponse<ClaimView>, Problem> {
    let rules = desk.reviewing(&caller)?;
    let (id, body) = (id.0, body.0);
    let once = key.bind(Asker::Member(caller.id), "claim_case", &(id, &body))?;
    let reason = reason(&body.reason)?;
    let vault = desk.vault.clone();
    let written = desk
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            idempotency::once(
                tx,
                &once,
                id,
                |tx| claim(tx, &vault, &rules.policy.review, id, caller.person, &reason),
                // The ledger has it that they looked, once: so they see nothing by it once the claim is over.
                |tx, _| claimed(tx.conn, &vault, id, caller.person, tx.now),
            )
        })
        .await
        .map_err(problem)?;
    let shown = written.value;
    let position = desk.read_model.token(written.position);
    Ok(WriteResponse::ok(
        ClaimView::of(&shown, &caller, desk.ledger.now()),
        position,
    ))
}

/// Decide a case that you have claimed. It is decided once.
///
/// Whoever is to go on keeps their place for `join.hold_days` from now on. A final refusal binds the use of the
/// invite, the address and the document until an admin lifts it.
#[utoipa::path(operation_id = "decide_case", tag = "cases", request_body = NewDecision,
    params(("id" = CaseId, Path, description = "Which.")),
    responses((status = 200, body = DecisionView)))]
#[post("/v1/admin/cases/{id}/decision")]
async fn decide_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewDecision>,
    desk: Data<Cases>,
) -> Result<WriteResponse<DecisionView>, Problem> {
    let rules = desk.reviewing(&caller)?;
    let NewDecision {
        verdict,
        reason: entered,
    } = body.0;
    let reason = reason(&entered)?;
    let vault = desk.vault.clone();
    let id = id.0;
    let written = desk
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            decide(tx, &vault, &rules.policy, id, caller.person, verdict, &reason)
        })
        .await
        .map_err(problem)?;
    let position = desk.read_model.token(written.position);
    let verdict = written.value;
    Ok(WriteResponse::ok(DecisionView { id, verdict }, position))
}

/// Why a case is given back.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRelease {
    /// In your own words; kept under seal, and the ledger commits to it.
    #[schema(min_length = 8, max_length = 2000)]
    reason: String,
}

/// Give a case that you have claimed back to the queue, undecided. Owners and admins take it from anybody.
#[utoipa::path(operation_id = "release_case", tag = "cases", request_body = NewRelease,
    params(("id" = CaseId, Path, description = "Which.")),
    responses((status = 204, description = "Whoever comes next can claim it.")))]
#[post("/v1/admin/cases/{id}/release")]
async fn release_case(
    caller: Caller,
    id: Segments<CaseId>,
    body: Json<NewRelease>,
    desk: Data<Cases>,
) -> Result<WriteResponse<()>, Problem> {
    let any = matches!(caller.role, Role::Owner | Role::Admin);
    if !any {
        desk.reviewing(&caller)?;
    }
    let (id, reason, vault) = (id.0, reason(&body.0.reason)?, desk.vault.clone());
    let written = desk
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            give_back(tx, &vault, id, caller.person, any, &reason)
        })
        .await
        .map_err(problem)?;
    Ok(WriteResponse::nothing(desk.read_model.token(written.position)))
}
