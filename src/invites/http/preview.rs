//! What a code opens.

use std::sync::Arc;

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    super::{
        Closed, Code,
        queries::{self, Preview},
        takes,
    },
    Invites,
};
use crate::{
    http::{Json, Problem, ProblemKind, Segments, problems},
    platform::{
        ledger::events::InviteKind,
        terms::{ContactPoint, Country, PersonId, Role, Timestamp},
    },
    policy::{ContactDenied, ContactKind, Step, demands, may_text, shown_countries},
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
    /// How it reaches people: `email` and `phone` are for whoever proves the address or the number that it was sent to.
    kind: InviteKind,
    /// The address or the number that it was sent to, masked; none for a link.
    address_hint: Option<String>,
    /// From when on it can be used, where that was not at once. Before it, `start_onboarding` is refused.
    opens_at: Option<Timestamp>,
    /// What has to be proved to come in by it.
    contact: ContactKind,
    /// The countries whose phone numbers alone are taken, by two letters each (ISO 3166-1); empty where there is no such
    /// list.
    phone_countries: Vec<String>,
    /// The countries whose phone numbers are not taken.
    blocked_phone_countries: Vec<String>,
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
    /// The countries whose documents alone are taken; empty where there is no such list.
    document_countries: Vec<Country>,
    /// The countries whose documents are not taken.
    blocked_document_countries: Vec<Country>,
}

problems!(PreviewInviteProblems: InviteUnknown, CountryNotAccepted, InviteClosed, InviteExpired, InviteUsed, InviteExhausted);

impl Invites {
    async fn preview(&self, code: Code) -> Result<Arc<Preview>, Problem> {
        let (stored, now) = (code.blind(&self.vault), self.ledger.now());
        let as_of = self.previews.now(now);
        if self.read_model.has_seen_own()
            && let Some(known) = self.previews.get(&stored, now)
        {
            return Ok(known);
        }
        let vault = self.vault.clone();
        let read = self
            .ledger
            .store()
            .read(move |conn| queries::preview(conn, &vault, &code, now));
        let found = read.await?.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
        Ok(self.previews.keep(stored, as_of, found))
    }
}

/// See what an invite is: who invites to what, what will be asked, until when. Opening it any
/// number of times consumes nothing.
#[utoipa::path(operation_id = "preview_invite", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 200, body = PreviewView), PreviewInviteProblems))]
#[get("/v1/invites/{code}")]
pub(super) async fn preview(code: Segments<String>, invites: Data<Invites>) -> Result<Json<PreviewView>, Problem> {
    let code = Code::parse(&code.0).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let policy = invites.policy.get()?;
    let found = invites.preview(code).await?;
    match found.leads_on {
        Ok(()) | Err(Closed::NotYet { .. }) => {}
        Err(closed) => return Err(closed.into()),
    }
    // Before they type anything.
    let phone = found.address.as_ref().and_then(ContactPoint::phone);
    match phone.map_or(Ok(()), |phone| may_text(&policy.policy, phone)) {
        Ok(()) => {}
        Err(ContactDenied::Country) => return Err(ProblemKind::CountryNotAccepted.into()),
        Err(_) => return Err(ProblemKind::InviteClosed.into()),
    }
    Ok(Json(PreviewView {
        community: policy.policy.community.name.to_string(),
        inviter: InviterView {
            id: found.inviter.id,
            handle: found.inviter.handle.clone(),
        },
        kind: found.invite.kind,
        address_hint: found.address.as_ref().map(ContactPoint::masked),
        opens_at: found.invite.opens_at,
        contact: takes(&found.invite, policy.policy.join.contact),
        phone_countries: policy.policy.phones.countries.clone(),
        blocked_phone_countries: policy.policy.phones.blocked_countries.clone(),
        expires_at: found.invite.expires_at,
        message: found.message.as_ref().map(|message| message.expose().to_owned()),
        room: found.invite.room.as_ref().map(|room| room.name.clone()),
        role: found.invite.role.unwrap_or(Role::Member),
        asks: demands(&policy.policy).collect(),
        documents: policy.policy.join.documents.clone(),
        document_countries: shown_countries(&policy.policy.documents.countries),
        blocked_document_countries: shown_countries(&policy.policy.documents.blocked_countries),
    }))
}
