//! Who let whom in: chain, children, branch, its figures, paths and vouches, answered from memory now and as of any past
//! time; and a member is given another inviter.

mod branch;
mod chain;
mod children;
mod export;
mod figures;
mod inviters;
mod paths;
mod reparent;
mod tree;
mod vouches;

use serde::{Deserialize, Serialize};

use crate::{
    admin::{Node, Path},
    http::{Cursors, Limit, Page, Problem, Routes},
    platform::terms::{PersonId, Timestamp},
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(chain::show_chain)
        .service(children::list_children)
        .service(branch::list_branch)
        .service(export::export_graph)
        .service(figures::show_figures)
        .service(tree::show_tree)
        .service(inviters::list_inviters)
        .service(reparent::reparent)
        .service(vouches::list_vouches)
        .service(paths::show_paths);
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Ends {
    /// From whom.
    from: PersonId,
    /// To whom.
    to: PersonId,
    /// As of this time, to the second; now where nothing is said. Whoever joined later is not there yet.
    as_of: Option<Timestamp>,
}

/// As of when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct AsOf {
    /// As of this time, to the second; now where nothing is said. Whoever joined later is not there yet.
    as_of: Option<Timestamp>,
}

/// Which page, as of when.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PagingAsOf {
    /// As of this time, to the second; now where nothing is said. Whoever joined later is not there yet.
    as_of: Option<Timestamp>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
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
fn start(paging: &PagingAsOf, cursors: &Cursors) -> Result<Option<PersonId>, Problem> {
    let after = cursors.read::<(PersonId,)>(paging.cursor.as_deref())?;
    Ok(after.map(|(id,)| id))
}

fn page(nodes: Vec<Node>, limit: Limit, cursors: &Cursors) -> Page<Node> {
    Page::of(nodes, limit, cursors, |node| (node.id,), |node| node)
}
