//! The routes of sanctions and roles. Whatever is done here has taken effect in this process when
//! the answer is given.

use std::sync::Arc;

use actix_web::{get, post, put, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    AssuranceError, NewBan, Notes, ReasonCode, RoleError, RoleReason, RoleRefusal, Sanction, SanctionError,
    SanctionKind,
};
use crate::{
    http::{Caller, Cursors, IdempotencyKey, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse},
    people::{self, Member},
    platform::{
        idempotency::{self, Asker},
        ledger::{Actor, Ledger, ReadModel},
        store::{Conn, StoreError},
        terms::{Assurance, Id, PersonId, Reason, Role, SanctionId, Timestamp},
        vault::Vault,
    },
    policy::Current,
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_sanctions)
        .service(sanction_person)
        .service(lift_sanction)
        .service(change_role)
        .service(lower);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Moderation {
    /// Where sanctions are written.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// Seals and opens notes.
    pub vault: Vault,
    /// What rooms ask for.
    pub policy: Arc<Current>,
}

/// A sanction, in force or lifted.
#[derive(Debug, Serialize, ToSchema)]
struct SanctionShown {
    /// Its public id.
    id: SanctionId,
    /// What it does.
    kind: SanctionKind,
    /// Why.
    reason: ReasonCode,
    /// Why, in words; for owners and admins, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    /// Since when.
    imposed_at: Timestamp,
    /// By whom.
    imposed_by: Option<PersonId>,
    /// Until when, where it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_at: Option<Timestamp>,
    /// By whom it was lifted.
    #[serde(skip_serializing_if = "Option::is_none")]
    lifted_by: Option<PersonId>,
    /// Why it was lifted, in words; for owners and admins, until the person is erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    lift_note: Option<String>,
}

/// Sanctions as they are shown, with their notes where there is what opens them.
fn shown(conn: &mut Conn, sanctions: Vec<Sanction>, notes: Option<&Notes>) -> Result<Vec<SanctionShown>, StoreError> {
    let rows: Vec<_> = sanctions
        .iter()
        .flat_map(|sanction| [sanction.imposed_by, sanction.lifted_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row| names.get(&row).map(|name| name.id);
    sanctions
        .into_iter()
        .map(|sanction| {
            let (note, lift_note) = match notes {
                Some(notes) => (notes.imposed(&sanction)?, notes.lifted(&sanction)?),
                None => (None, None),
            };
            Ok(SanctionShown {
                id: sanction.id,
                kind: sanction.kind,
                reason: sanction.reason,
                note: note.map(|note| note.to_string()),
                imposed_at: sanction.imposed_at,
                imposed_by: sanction.imposed_by.and_then(id),
                lifted_at: sanction.lifted_at,
                lifted_by: sanction.lifted_by.and_then(id),
                lift_note: lift_note.map(|note| note.to_string()),
            })
        })
        .collect()
}

/// A person's sanctions, newest first.
#[utoipa::path(
    operation_id = "list_sanctions",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "Whose."), Paging),
    responses((status = 200, body = Page<SanctionShown>))
)]
#[get("/v1/admin/people/{id}/sanctions")]
async fn list_sanctions(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<Json<Page<SanctionShown>>, Problem> {
    let after = cursors.read::<(SanctionId,)>(paging.0.cursor.as_deref())?;
    let after = after.map(|(id,)| id);
    let limit = paging.0.limit;
    // An auditor reads what is not sealed.
    let opens = matches!(caller.role, Role::Owner | Role::Admin);
    let vault = moderation.vault.clone();
    let asked = move |conn: &mut Conn| {
        let Some(person) = people::member_by_id(conn, id.0)? else {
            return Ok(None);
        };
        let notes = opens.then(|| Notes::about(conn, &vault, &person)).transpose()?;
        let sanctions = super::sanctions(conn, person.row, after, limit.and_one())?;
        Ok::<_, StoreError>(Some(shown(conn, sanctions, notes.as_ref())?))
    };
    let sanctions = moderation.ledger.store().read(asked).await?;
    let sanctions = sanctions.ok_or_else(|| Problem::new(ProblemKind::NotFound))?;
    Ok(Json(Page::of(
        sanctions,
        limit,
        &cursors,
        |sanction| (sanction.id,),
        |sanction| sanction,
    )))
}

/// A sanction that is to be imposed.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSanction {
    /// What it does.
    kind: SanctionKind,
    /// Why, as a code that the ledger holds.
    reason: ReasonCode,
    /// Why, in words that are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

/// Imposes a sanction. A ban ends the person's sessions and makes their open invites worthless;
/// that holds here when the answer is given.
#[utoipa::path(
    operation_id = "sanction_person",
    tag = "moderation",
    params(
        ("id" = PersonId, Path, description = "Whom."),
        IdempotencyKey,
    ),
    request_body = NewSanction,
    responses((status = 201, body = SanctionShown,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))))
)]
#[post("/v1/admin/people/{id}/sanctions")]
async fn sanction_person(
    id: Segments<PersonId>,
    body: Json<NewSanction>,
    caller: Caller,
    key: IdempotencyKey,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<SanctionShown>, Problem> {
    let (id, body) = (id.0, body.0);
    let once = key.bind(Asker::Member(caller.id), "sanction_person", &(id, &body))?;
    let note = read_note(&body.note)?;
    let ledger = &moderation.ledger;
    let sanction = Id::new(ledger.now(), ledger.rng());
    let vault = moderation.vault.clone();
    let written = ledger
        .write(Actor::Person(caller.person), move |tx| {
            let target = people::member_by_id(tx.conn, id)?.ok_or(SanctionError::PersonUnknown)?;
            people::await_standing(tx.conn, target.row)?;
            let imposed = idempotency::once(
                tx,
                &once,
                sanction,
                |tx| match body.kind {
                    SanctionKind::Ban => {
                        let new = NewBan {
                            id: sanction,
                            target: target.row,
                            reason: body.reason,
                            note: &note,
                        };
                        super::ban(tx, &vault, caller.person, &new)
                    }
                },
                |tx, id| super::sanction(tx.conn, id)?.ok_or(SanctionError::Unknown),
            )?;
            one_shown(tx.conn, &vault, &target, imposed)
        })
        .await?;
    Ok(WriteResponse::created(
        written.value,
        moderation.read_model.settle(written.position).await,
    ))
}

/// Why a sanction is lifted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lift {
    /// Why, in words that are kept sealed.
    #[schema(min_length = 8, max_length = 2000)]
    note: String,
}

/// Lifts a sanction that is in force. A person whose ban is lifted is in good standing again, and
/// so are their open invites; they sign in again.
#[utoipa::path(
    operation_id = "lift_sanction",
    tag = "moderation",
    params(
        ("id" = PersonId, Path, description = "Whose."),
        ("sanction" = SanctionId, Path, description = "Which."),
    ),
    request_body = Lift,
    responses((status = 200, body = SanctionShown,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))))
)]
#[post("/v1/admin/people/{id}/sanctions/{sanction}/lift")]
async fn lift_sanction(
    path: Segments<(PersonId, SanctionId)>,
    body: Json<Lift>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<SanctionShown>, Problem> {
    let (id, sanction) = path.0;
    let (note, vault) = (read_note(&body.0.note)?, moderation.vault.clone());
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let target = people::member_by_id(tx.conn, id)?.ok_or(SanctionError::PersonUnknown)?;
            let lifted = super::lift(tx, &vault, caller.person, target.row, sanction, &note)?;
            one_shown(tx.conn, &vault, &target, lifted)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(written.value, position))
}

/// The role that somebody is to have.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewRole {
    /// The role; any but `service`.
    #[schema(schema_with = of_people)]
    role: Role,
    /// Why, as a code that the ledger holds.
    reason: RoleReason,
}

/// The roles that a person may have.
fn of_people() -> utoipa::openapi::Object {
    let roles = Role::ALL.iter().filter(|role| **role != Role::Service);
    utoipa::openapi::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(roles.map(|role| role.as_str())))
        .build()
}

/// Somebody's role.
#[derive(Debug, Serialize, ToSchema)]
struct RoleGiven {
    /// Whose.
    id: PersonId,
    /// Their role now.
    role: Role,
}

/// Gives a person a role; one that is theirs already changes nothing. An owner may step down while
/// there is another.
#[utoipa::path(
    operation_id = "change_role",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "Whose.")),
    request_body = NewRole,
    responses((status = 200, body = RoleGiven,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))))
)]
#[put("/v1/admin/people/{id}/role")]
async fn change_role(
    id: Segments<PersonId>,
    body: Json<NewRole>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<RoleGiven>, Problem> {
    let (id, NewRole { role, reason }) = (id.0, body.0);
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let target = people::member_by_id(tx.conn, id)?.ok_or(RoleError::PersonUnknown)?;
            super::give_role(tx, caller.person, target.row, role, reason)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(RoleGiven { id, role }, position))
}

/// What is still held to be known of somebody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Lowered {
    /// The assurance that is left: lower than theirs is now.
    assurance: Assurance,
    /// Why, as a code that the ledger holds.
    reason: ReasonCode,
}

/// Somebody's assurance.
#[derive(Debug, Serialize, ToSchema)]
struct AssuranceLeft {
    /// Whose.
    id: PersonId,
    /// What is held to be known of them now.
    assurance: Assurance,
}

/// Lowers a person's assurance: their document turned out to be another's, say. Where a room asks for more,
/// they lose their seat. It rises again by a review alone.
#[utoipa::path(
    operation_id = "lower_assurance",
    tag = "moderation",
    params(("id" = PersonId, Path, description = "Whose.")),
    request_body = Lowered,
    responses((status = 200, body = AssuranceLeft,
        headers(("Vouchsafe-Position" = String, description = "Where the ledger holds it."))))
)]
#[put("/v1/admin/people/{id}/assurance")]
async fn lower(
    id: Segments<PersonId>,
    body: Json<Lowered>,
    caller: Caller,
    moderation: Data<Moderation>,
) -> Result<WriteResponse<AssuranceLeft>, Problem> {
    let (id, body) = (id.0, body.0);
    let policy = Arc::clone(&moderation.policy);
    let assurance = body.assurance;
    let written = moderation
        .ledger
        .write(Actor::Person(caller.person), move |tx| {
            let target = people::member_by_id(tx.conn, id)?.ok_or(AssuranceError::PersonUnknown)?;
            super::lower_assurance(tx, &policy, caller.person, target.row, assurance, body.reason)
        })
        .await?;
    let position = moderation.read_model.settle(written.position).await;
    Ok(WriteResponse::ok(AssuranceLeft { id, assurance }, position))
}

fn read_note(entered: &str) -> Result<Reason, Problem> {
    Reason::parse(entered).map_err(|wrong| Problem::value("/note", wrong.to_string()))
}

/// One sanction as it is shown to whoever may impose it.
fn one_shown(
    conn: &mut Conn,
    vault: &Vault,
    person: &Member,
    sanction: Sanction,
) -> Result<SanctionShown, SanctionError> {
    // Read again: the sanction may have given them the subject whose key opens the notes.
    let person = people::member(conn, person.row)?.ok_or(SanctionError::PersonUnknown)?;
    let notes = Notes::about(conn, vault, &person)?;
    let mut shown = shown(conn, vec![sanction], Some(&notes))?;
    shown.pop().ok_or(SanctionError::Unknown)
}

impl From<SanctionError> for Problem {
    fn from(error: SanctionError) -> Self {
        match error {
            SanctionError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            SanctionError::PersonUnknown => Self::new(ProblemKind::NotFound),
            SanctionError::Exists => Self::new(ProblemKind::SanctionExists),
            SanctionError::Unknown => Self::new(ProblemKind::SanctionUnknown),
            SanctionError::KeyReused(reused) => reused.into(),
            SanctionError::Store(error) => error.into(),
        }
    }
}

impl From<AssuranceError> for Problem {
    fn from(error: AssuranceError) -> Self {
        match error {
            AssuranceError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            AssuranceError::PersonUnknown => Self::new(ProblemKind::NotFound),
            AssuranceError::NotHigher => Self::new(ProblemKind::AssuranceNotHigher),
            AssuranceError::Store(error) => error.into(),
        }
    }
}

impl From<RoleError> for Problem {
    fn from(error: RoleError) -> Self {
        match error {
            RoleError::Refused(RoleRefusal::NotAllowed(_)) => Self::new(ProblemKind::Forbidden),
            RoleError::Refused(RoleRefusal::LastOwner) => Self::new(ProblemKind::LastOwner),
            RoleError::Refused(RoleRefusal::NotForPeople) => Self::field(
                "/role",
                "Give a member's role: owner, admin, auditor, reviewer or member.",
            ),
            RoleError::PersonUnknown => Self::new(ProblemKind::NotFound),
            RoleError::Store(error) => error.into(),
        }
    }
}
