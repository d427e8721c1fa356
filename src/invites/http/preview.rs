//! What a code opens.

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{Closed, Code, queries},
    Invites, kind,
};
use crate::{
    http::{Json, Problem, ProblemKind, Segments, problems},
    platform::terms::{PersonId, Role, Timestamp},
    policy::{Step, demands},
};

/// Who invites.
#[derive(Serialize, ToSchema)]
struct InviterView {
    /// Their public id.
    id: PersonId,
    /// The handle that they chose, where they chose one.
    handle: Option<String>,
}

/// What a code opens. Looking consumes nothing.
#[derive(Serialize, ToSchema)]
struct PreviewView {
    /// To what.
    community: String,
    /// Who invites.
    inviter: InviterView,
    /// How it reaches people: `email` is for whoever proves the address that it was sent to.
    kind: String,
    /// The address that it was sent to, masked; none for a link.
    address_hint: Option<String>,
    /// From when on it can be used, where that was not at once. Before it, `start_onboarding` is refused.
    opens_at: Option<Timestamp>,
    /// Until when it can be used.
    expires_at: Timestamp,
    /// The inviter's words: plain text, to be escaped wherever it is shown.
    message: Option<String>,
    /// The id of the room that one comes for.
    room: Option<String>,
    /// What one becomes.
    role: Role,
    /// What will be asked, in order.
    asks: Vec<Step>,
    /// Which documents are accepted where a real name is asked for.
    documents: Vec<String>,
}

problems!(PreviewInviteProblems: InviteUnknown, InviteClosed, InviteExpired, InviteUsed, InviteExhausted);

/// See what an invite is: who invites to what, what will be asked, until when. Opening it any
/// number of times consumes nothing.
#[utoipa::path(operation_id = "preview_invite", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 200, body = PreviewView), PreviewInviteProblems))]
#[get("/v1/invites/{code}")]
pub(super) async fn preview(code: Segments<String>, invites: Data<Invites>) -> Result<Json<PreviewView>, Problem> {
    let code = Code::parse(&code.0).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let policy = invites.policy.get()?;
    let (now, vault) = (invites.ledger.now(), invites.vault.clone());
    let read = invites
        .ledger
        .store()
        .read(move |conn| queries::preview(conn, &vault, &code, now));
    let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    match found.leads_on {
        Ok(()) | Err(Closed::NotYet { .. }) => {}
        Err(closed) => return Err(closed.into()),
    }
    Ok(Json(PreviewView {
        community: policy.policy.community.name.to_string(),
        inviter: InviterView {
            id: found.inviter.id,
            handle: found.inviter.handle,
        },
        kind: kind(&found.invite).into(),
        address_hint: found.address_hint,
        opens_at: found.invite.opens_at,
        expires_at: found.invite.expires_at,
        message: found.message.map(|message| message.expose().to_owned()),
        room: found.invite.room.map(|room| room.name),
        role: found.invite.role.unwrap_or(Role::Member),
        asks: demands(&policy.policy).collect(),
        documents: policy.policy.join.documents.clone(),
    }))
}
