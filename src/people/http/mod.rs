//! A member's own record over HTTP, and who is next to them in the graph: their inviter, their invitees and their own
//! vouches, and nobody else.

mod give_vouch;
mod list_invitees;
mod list_vouches;
mod take_vouch_back;

use std::sync::Arc;

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Acquainted, Member, Own, VouchError, acquainted, inviter_of, member, member_by_id, own_contact};
use crate::{
    http::{Caller, Cursors, Json, Page, Paging, Problem, ProblemKind, Routes},
    platform::{
        ledger::{Ledger, ReadModel, events::InviteKind},
        store::{Conn, StoreError},
        terms::{Assurance, ContactPoint, PersonId, PersonRow, Role, SessionId, Standing, Timestamp},
        vault::{Field, Vault},
    },
    policy::Places,
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config
        .service(me)
        .service(list_invitees::list)
        .service(list_vouches::list)
        .service(give_vouch::give)
        .service(take_vouch_back::take_back);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct People {
    /// Where members are read.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// Opens one's own contact.
    pub vault: Vault,
    /// What a member may give. Invites stand above people, so that it is filled in from there.
    pub inviting: Inviting,
}

/// Somebody next to the reader in the graph.
#[derive(Debug, Serialize, ToSchema)]
struct AcquaintedView {
    /// Their public id.
    id: PersonId,
    /// Their handle, where they chose one.
    handle: Option<String>,
    /// Since when the reader let them in, or one vouches for the other.
    since: Timestamp,
}

impl From<Acquainted> for AcquaintedView {
    fn from(found: Acquainted) -> Self {
        Self {
            id: found.id,
            handle: found.handle,
            since: found.since,
        }
    }
}

impl People {
    /// A page of those next to the caller.
    async fn acquainted(
        &self,
        caller: &Caller,
        which: Own,
        paging: &Paging,
        cursors: &Cursors,
    ) -> Result<Json<Page<AcquaintedView>>, Problem> {
        let after = cursors.read::<(PersonId,)>(paging.cursor.as_deref())?;
        let (person, limit) = (caller.person, paging.limit);
        let read = self.ledger.store().read(move |conn| {
            let after = match after {
                None => Some(PersonRow(0)),
                Some((id,)) => member_by_id(conn, id)?.map(|member| member.row),
            };
            match after {
                None => Ok(None),
                Some(after) => Ok::<_, StoreError>(Some(acquainted(conn, person, which, after, limit.and_one())?)),
            }
        });
        let found = read.await?;
        let found = found.ok_or_else(|| Problem::new(ProblemKind::CursorInvalid).at("cursor"))?;
        Ok(Json(Page::of(
            found,
            limit,
            cursors,
            |one| (one.id,),
            AcquaintedView::from,
        )))
    }
}

impl From<VouchError> for Problem {
    fn from(error: VouchError) -> Self {
        match error {
            VouchError::PersonUnknown => Self::new(ProblemKind::NotFound),
            VouchError::Refused(why) => Self::new(ProblemKind::VouchRefused).with_detail(why.to_string()),
            VouchError::NotActive => Self::new(ProblemKind::Forbidden),
            VouchError::TooFast(seconds) => Self::new(ProblemKind::TooManyRequests).retry_after(seconds),
            VouchError::Store(error) => error.into(),
        }
    }
}

/// Tells at a time the places that a member has to give, and the kinds of invite that they may give.
pub type Inviting =
    Arc<dyn Fn(&mut Conn, &Member, Timestamp) -> Result<(Places, Vec<InviteKind>), StoreError> + Send + Sync>;

/// The places in the community that a member has to give: what is left, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Places)]
pub struct PlacesView {
    /// How many they may give in all: `given`, `earned` and `granted` together, less `taken`, and never below 0. Null, as
    /// each of these, where their role has no limit.
    quota: Option<u64>,
    /// How many are left: `quota` less `used` and `open`, and never below 0.
    left: Option<u64>,
    /// How many the policy gives them.
    given: Option<u32>,
    /// How many their invitees in good standing have earned them.
    earned: Option<u32>,
    /// How many admins have given them, less those that admins have taken.
    granted: Option<i64>,
    /// How many their invitees under a sanction take.
    taken: Option<u64>,
    /// How many are used. They never come back.
    used: u64,
    /// How many are held, or in invites that are open. They come back when the invite is over.
    open: u64,
}

impl From<Places> for PlacesView {
    fn from(places: Places) -> Self {
        let limit = places.limit;
        Self {
            quota: limit.map(|limit| limit.quota),
            left: limit.map(|limit| limit.left),
            given: limit.map(|limit| limit.given),
            earned: limit.map(|limit| limit.earned),
            granted: limit.map(|limit| limit.granted),
            taken: limit.map(|limit| limit.taken),
            used: places.used,
            open: places.open,
        }
    }
}

/// Who let the reader in.
#[derive(Serialize, ToSchema)]
struct OwnInviterView {
    /// Their public id.
    id: PersonId,
    /// Their handle, where they chose one.
    handle: Option<String>,
}

/// What a member sees of themself.
#[derive(Serialize, ToSchema)]
struct MeView {
    /// Their public id: the `sub` of their tokens.
    id: PersonId,
    /// Their handle, where they chose one.
    handle: Option<String>,
    /// Their e-mail address or phone number, which they have proved.
    contact: Option<String>,
    /// Their role.
    role: Role,
    /// Where they stand.
    standing: Standing,
    /// How surely we know who they are.
    assurance: Assurance,
    /// The language of letters to them, as a BCP 47 tag.
    #[schema(example = "en")]
    locale: String,
    /// Since when.
    joined_at: Timestamp,
    /// Who let them in; none for a root.
    inviter: Option<OwnInviterView>,
    /// The places that they have to give by invites.
    places: PlacesView,
    /// The kinds of invite that the policy lets them give now, whatever is left of their places: of none where they may
    /// not invite, or not yet.
    may_give: Vec<InviteKind>,
    /// The session that asks.
    session: SessionId,
}

/// One's own record.
#[utoipa::path(operation_id = "show_me", tag = "people", responses((status = 200, body = MeView)))]
#[get("/v1/me")]
async fn me(caller: Caller, people: Data<People>) -> Result<Json<MeView>, Problem> {
    let (vault, inviting, now) = (people.vault.clone(), Arc::clone(&people.inviting), people.ledger.now());
    let found = people
        .ledger
        .store()
        .read(move |conn| {
            let Some(own) = member(conn, caller.person)? else {
                return Ok(None);
            };
            let inviter = inviter_of(conn, own.row)?;
            let sealed = own_contact(conn, own.row)?;
            let contact = own.subject.zip(sealed).and_then(|(subject, sealed)| {
                let text = vault.key(conn, subject).ok()?.open_text(Field::Contact, &sealed).ok()?;
                ContactPoint::parse(&text).ok().map(|address| address.shown())
            });
            let may_give = inviting(conn, &own, now)?;
            Ok::<_, StoreError>(Some((own, inviter, contact, may_give)))
        })
        .await?;
    let found: Option<(Member, Option<Member>, _, _)> = found;
    let (own, inviter, contact, (places, may_give)) = found.ok_or_else(|| Problem::new(ProblemKind::SessionEnded))?;
    Ok(Json(MeView {
        id: own.id,
        handle: own.handle,
        contact,
        role: own.role,
        standing: own.standing,
        assurance: own.assurance,
        locale: own.locale,
        joined_at: own.joined_at,
        inviter: inviter.map(|inviter| OwnInviterView {
            id: inviter.id,
            handle: inviter.handle,
        }),
        places: places.into(),
        may_give,
        session: caller.session,
    }))
}
