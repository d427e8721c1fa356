//! Who is here: the list of members, one of them, and whose contact this is.

use actix_web::{get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Answer, Audit};
use crate::{
    admin::{self, OpenBan, Profile},
    graph::BranchFigures,
    http::{Cursors, Json, Limit, Page, Problem, ProblemKind, Query, Segments},
    notify::EmailAddress,
    people::{self, Handle, Member, Name},
    platform::{
        store::{Conn, StoreError},
        terms::{Assurance, PersonId, PersonRow, Role, Standing, Timestamp},
        vault::Blind,
    },
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(list_people).service(search_people).service(show_person);
}

/// A member in a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Person {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    handle: Option<String>,
    /// Their role.
    role: Role,
    /// Where they stand.
    standing: Standing,
    /// How surely we know who they are.
    assurance: Assurance,
    /// Since when they are a member.
    joined_at: Timestamp,
}

impl From<Member> for Person {
    fn from(member: Member) -> Self {
        Self {
            id: member.id,
            handle: member.handle,
            role: member.role,
            standing: member.standing,
            assurance: member.assurance,
            joined_at: member.joined_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct People {
    /// Only members of this role.
    role: Option<Role>,
    /// Only members who stand so.
    standing: Option<Standing>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// The members, in the order of joining.
#[utoipa::path(
    operation_id = "list_people",
    tag = "people",
    params(People),
    responses((status = 200, body = Page<Person>))
)]
#[get("/v1/admin/people")]
async fn list_people(
    query: Query<People>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Result<Json<Page<Person>>, Problem> {
    let People {
        role,
        standing,
        limit,
        cursor,
    } = query.0;
    let after = cursors.read::<(PersonId,)>(cursor.as_deref())?.map(|(id,)| id);
    let asked = move |conn: &mut Conn| {
        let after = match after {
            None => Some(PersonRow(0)),
            Some(id) => people::member_by_id(conn, id)?.map(|member| member.row),
        };
        let Some(after) = after else { return Ok(None) };
        let members = people::members(conn, after, role, standing, limit.and_one())?;
        Ok::<_, StoreError>(Some(members))
    };
    let members = audit.ledger.store().read(asked).await?;
    let members = members.ok_or_else(|| Problem::new(ProblemKind::CursorInvalid).at("cursor"))?;
    Ok(Json(Page::of(
        members,
        limit,
        &cursors,
        |member| (member.id,),
        Person::from,
    )))
}

/// What is looked for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// An e-mail address, whole.
    #[schema(format = Email)]
    contact: String,
}

/// Whoever has proved control of a contact: one person or none. Addresses are kept sealed, so that
/// only the whole of one is ever found.
#[utoipa::path(
    operation_id = "search_people",
    tag = "people",
    request_body = Search,
    responses((status = 200, body = Page<Person>))
)]
#[post("/v1/admin/people/search")]
async fn search_people(search: Json<Search>, audit: Data<Audit>) -> Result<Json<Page<Person>>, Problem> {
    let contact =
        EmailAddress::parse(&search.0.contact).map_err(|error| Problem::value("/contact", error.to_string()))?;
    let blind = audit.vault.blind(Blind::Contact, contact.normalised().as_bytes());
    let asked = move |conn: &mut Conn| match people::by_contact(conn, &blind)? {
        Some(row) => Ok::<_, StoreError>(people::member(conn, row)?),
        None => Ok(None),
    };
    let found = audit.ledger.store().read(asked).await?;
    Ok(Json(Page {
        items: found.into_iter().map(Person::from).collect(),
        next: None,
    }))
}

/// A member, and their place in the graph.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PersonInFull {
    /// The member.
    #[serde(flatten)]
    person: Person,
    /// Who let them in; missing for a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<Inviter>,
    /// Steps up to the root: 0 for a root.
    depth: u32,
    /// How many they let in themself.
    invitees: u32,
    /// Everybody below them, in numbers.
    branch: Figures,
    /// The ban that is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    ban: Option<OpenBan>,
}

/// Who let somebody in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Inviter {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
}

/// A branch in numbers, without the one whose branch it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Figures {
    /// How many people.
    size: u32,
    /// The most steps below.
    depth: u32,
    /// How many of them are in good standing.
    active: u32,
    /// How many of them are banned.
    banned: u32,
    /// How many of them have left.
    left: u32,
}

impl From<Profile> for PersonInFull {
    fn from(profile: Profile) -> Self {
        let BranchFigures {
            size,
            depth,
            active,
            banned,
            left,
        } = profile.branch;
        Self {
            person: profile.member.into(),
            inviter: profile.inviter.map(|Name { id, handle }| Inviter { id, handle }),
            depth: profile.depth,
            invitees: profile.invitees,
            branch: Figures {
                size,
                depth,
                active,
                banned,
                left,
            },
            ban: profile.ban,
        }
    }
}

/// One member: role, standing, and place in the graph.
#[utoipa::path(
    operation_id = "show_person",
    tag = "people",
    params(("id" = PersonId, Path, description = "Who.")),
    responses((status = 200, body = PersonInFull,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}")]
async fn show_person(id: Segments<PersonId>, audit: Data<Audit>) -> Answer<PersonInFull> {
    audit
        .ask(move |conn, graph| admin::profile(conn, graph, id.0), PersonInFull::from)
        .await
}
