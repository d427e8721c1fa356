//! `GET /v1/me/data`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account::{Account, Held, Me},
    http::{Caller, Json, Problem, ProblemKind},
    identity::DocumentKind,
    platform::terms::{Assurance, PersonId, Role, Standing, Timestamp},
};

/// What is kept for its owner until then.
#[derive(Serialize, ToSchema)]
struct KeptView {
    /// What it was.
    was: String,
    /// Until when it is nobody else's.
    kept_until: Timestamp,
}

/// A real name that is held.
#[derive(Serialize, ToSchema)]
struct OwnNameView {
    /// The name as one gave it. Absent where one has signed in 15 minutes ago or earlier: sign in again to see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The kind of the document that it was given with. Its number is held too, sealed, and shown to the reviewer of the
    /// case alone.
    document: DocumentKind,
    /// The country of the document (ISO 3166-1, two letters).
    #[schema(example = "CN")]
    country: String,
    /// When they were given.
    given_at: Timestamp,
}

/// Everything that is held about oneself. What can be long is told in number, and listed elsewhere.
#[derive(Serialize, ToSchema)]
struct MyDataView {
    /// One's public id.
    id: PersonId,
    /// One's handle.
    #[serde(skip_serializing_if = "Option::is_none")]
    handle: Option<String>,
    /// Former handles.
    former_handles: Vec<KeptView>,
    /// One's e-mail address or phone number. It is sealed; a keyed hash finds it.
    #[serde(skip_serializing_if = "Option::is_none")]
    contact: Option<String>,
    /// Former addresses that one can have back.
    former_contacts: Vec<KeptView>,
    /// The language of letters to one.
    locale: String,
    /// One's role.
    role: Role,
    /// Where one stands.
    standing: Standing,
    /// How surely it is known who one is.
    assurance: Assurance,
    /// Since when one is a member.
    joined_at: Timestamp,
    /// Who let one in; absent for a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<PersonId>,
    /// Whether one has a password. Only a hash of it is held.
    has_password: bool,
    /// Whether one ended the letters that strangers can cause, by the link in one of them.
    letters_stopped: bool,
    /// One's real name; absent where none is held.
    #[serde(skip_serializing_if = "Option::is_none")]
    real_name: Option<OwnNameView>,
    /// How often somebody was shown it: who and why, at `GET /v1/me/data/looks`.
    looks: i64,
    /// Sessions that live, each with device and network: `GET /v1/me/sessions`.
    sessions: i64,
    /// Whom one let in: `GET /v1/me/invitees`.
    invitees: i64,
    /// Invites that one issued, whatever became of them: `GET /v1/me/invites`.
    invites: i64,
    /// For whom one vouches: `GET /v1/me/vouches?direction=given`.
    vouches_given: i64,
    /// Who vouches for one: `GET /v1/me/vouches?direction=received`.
    vouches_received: i64,
    /// Sanctions that one was ever under: `GET /v1/me/sanctions`.
    sanctions: i64,
    /// Reports that one made of others. What others reported of one is not told.
    reports: i64,
}

fn kept((was, kept_until): (impl AsRef<str>, Timestamp)) -> KeptView {
    KeptView {
        was: was.as_ref().to_owned(),
        kept_until,
    }
}

impl MyDataView {
    /// The name itself only where it is `recent` that they signed in.
    fn of(held: Held, recent: bool) -> Self {
        let member = held.member;
        Self {
            id: member.id,
            handle: member.handle,
            former_handles: held.former_handles.into_iter().map(kept).collect(),
            contact: held.contact.map(|contact| contact.to_string()),
            former_contacts: held
                .former_contacts
                .iter()
                .map(|(was, until)| kept((was.as_str(), *until)))
                .collect(),
            locale: member.locale,
            role: member.role,
            standing: member.standing,
            assurance: member.assurance,
            joined_at: member.joined_at,
            inviter: held.inviter,
            has_password: held.has_password,
            letters_stopped: held.letters_stopped,
            real_name: held.name.map(|name| OwnNameView {
                name: recent.then(|| name.name.expose_entered().to_owned()),
                document: name.kind,
                country: name.country.to_string(),
                given_at: name.given_at,
            }),
            looks: held.looks,
            sessions: held.sessions,
            invitees: held.invitees,
            invites: held.invites,
            vouches_given: held.vouches_given,
            vouches_received: held.vouches_received,
            sanctions: held.sanctions,
            reports: held.reports,
        }
    }
}

/// Everything that is held about oneself.
#[utoipa::path(operation_id = "show_my_data", tag = "account", responses((status = 200, body = MyDataView)))]
#[get("/v1/me/data")]
pub(super) async fn show(caller: Caller, account: Data<Account>) -> Result<Json<MyDataView>, Problem> {
    let held = account.held(caller.person).await?;
    let held = held.ok_or_else(|| Problem::new(ProblemKind::SessionEnded))?;
    Ok(Json(MyDataView::of(held, Me::from(&caller).recent)))
}
