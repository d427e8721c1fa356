//! Who let whom in: chain, children, branch and paths, answered from memory.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa_actix_web::service_config::ServiceConfig;

use super::{Answer, Audit};
use crate::{
    admin::{Node, Path},
    http::{Cursors, Limit, Page, Paging, Problem, Query, Segments},
    platform::terms::PersonId,
};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(show_chain)
        .service(list_children)
        .service(list_branch)
        .service(show_paths);
}

/// The person, whoever let them in, and so on up to the root: always one page.
#[utoipa::path(
    operation_id = "show_chain",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose chain.")),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/chain")]
async fn show_chain(id: Segments<PersonId>, audit: Data<Audit>) -> Answer<Page<Node>> {
    audit
        .recall(
            [id.0],
            |memory, [id]| memory.chain(id),
            |items| Page { items, next: None },
        )
        .await
}

/// Whom the person let in, in the order of joining.
#[utoipa::path(
    operation_id = "list_children",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose invitees."), Paging),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/children")]
async fn list_children(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Answer<Page<Node>> {
    let (after, limit) = (start(&paging.0, &cursors)?, paging.0.limit);
    audit
        .recall(
            [id.0],
            |memory, [id]| memory.children(id, after, limit.get() + 1),
            |nodes| page(nodes, limit, &cursors),
        )
        .await
}

/// Everybody below the person, an inviter before their invitees. A page of a great branch costs no
/// more than one of a small.
#[utoipa::path(
    operation_id = "list_branch",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose branch."), Paging),
    responses((status = 200, body = Page<Node>,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/branch")]
async fn list_branch(
    id: Segments<PersonId>,
    paging: Query<Paging>,
    cursors: Cursors,
    audit: Data<Audit>,
) -> Answer<Page<Node>> {
    let (after, limit) = (start(&paging.0, &cursors)?, paging.0.limit);
    audit
        .recall(
            [id.0],
            |memory, [id]| memory.branch(id, after, limit.get() + 1),
            |nodes| page(nodes, limit, &cursors),
        )
        .await
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ends {
    /// From whom.
    from: PersonId,
    /// To whom.
    to: PersonId,
}

/// How two people are connected.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Connection {
    /// From the one up to the nearest common inviter and down to the other, both included; empty
    /// where they came in by different roots.
    path: Vec<Node>,
    /// The nearest by way of whom both came in, who may be one of the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    common_inviter: Option<PersonId>,
}

/// How two people are connected by invites.
#[utoipa::path(
    operation_id = "show_paths",
    tag = "graph",
    params(Ends),
    responses((status = 200, body = Connection,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/paths")]
async fn show_paths(ends: Query<Ends>, audit: Data<Audit>) -> Answer<Connection> {
    let Ends { from, to } = ends.0;
    audit
        .recall([from, to], |memory, [from, to]| memory.path(from, to), Connection::from)
        .await
}

impl From<Option<Path>> for Connection {
    fn from(path: Option<Path>) -> Self {
        match path {
            Some(Path { people, turn }) => Self {
                common_inviter: people.get(turn).map(|node| node.id),
                path: people,
            },
            None => Self {
                path: Vec::new(),
                common_inviter: None,
            },
        }
    }
}

/// After whom a page starts.
fn start(paging: &Paging, cursors: &Cursors) -> Result<Option<PersonId>, Problem> {
    let after = cursors.read::<(PersonId,)>(paging.cursor.as_deref())?;
    Ok(after.map(|(id,)| id))
}

fn page(nodes: Vec<Node>, limit: Limit, cursors: &Cursors) -> Page<Node> {
    Page::of(nodes, limit, cursors, |node| (node.id,), |node| node)
}
