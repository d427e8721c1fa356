//! The branch below somebody, level by level, for a drawing.

use std::collections::HashMap;

use super::super::{Answer, Audit};
use crate::{
    admin::{Branch, BranchNode, Node, sees_figures},
    http::{Caller, Query, Segments, Within},
    leads::{self, LeadKind},
    people::Handle,
    platform::terms::{Assurance, PersonId, Role, Standing, Timestamp},
};
use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// How many steps down at most.
    #[serde(default)]
    #[param(inline)]
    depth: Within<1, 64, 3>,
    /// How many people at most, the first included.
    #[serde(default)]
    #[param(inline)]
    limit: Within<1, 10_000, 500>,
    /// As of this time, to the second; now where nothing is said. Whoever joined later is not there yet.
    as_of: Option<Timestamp>,
}

/// A branch, level by level.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TreeDrawn {
    /// Whoever it is about, then their invitees, then theirs: an inviter before their invitees, the invitees in the order of
    /// joining. Whoever has more `invitees` than name them as `parent` has more than is shown.
    nodes: Vec<TreeNode>,
    /// Whether everybody is in it down to `depth`; false where `limit` left somebody out. Of the level that is not whole
    /// each inviter has the same share.
    whole: bool,
}

/// Somebody in a branch that is drawn.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct TreeNode {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
    /// The place of their inviter in `nodes`; null for the first.
    parent: Option<u32>,
    /// Steps up to the root: 0 for a root.
    depth: u32,
    /// Where they stand.
    standing: Standing,
    /// How surely we know who they are; missing as of a past time.
    #[serde(skip_serializing_if = "Option::is_none")]
    assurance: Option<Assurance>,
    /// Their role; missing as of a past time.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// Since when they are a member, in whole seconds.
    joined_at: Timestamp,
    /// How many they let in themself.
    invitees: u32,
    /// How many are below them, those who left included. Missing as of a past time; and of fewer than five owners and
    /// auditors alone see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<u32>,
    /// The kind of the open lead about them; of several, of the one that stands highest among those of its kind. Missing
    /// where there is none, and as of a past time.
    #[serde(skip_serializing_if = "Option::is_none")]
    lead: Option<LeadKind>,
}

impl TreeNode {
    /// As somebody in this role sees it.
    fn seen_by(by: Role, node: BranchNode) -> Self {
        let BranchNode {
            node:
                Node {
                    id,
                    handle,
                    standing,
                    depth,
                    joined_at,
                },
            parent,
            seat,
            invitees,
            below,
            lead,
        } = node;
        let (role, assurance) = seat.unzip();
        Self {
            id,
            handle,
            parent,
            depth,
            standing,
            assurance,
            role,
            joined_at,
            invitees,
            below: below.filter(|&below| sees_figures(by, below)),
            lead,
        }
    }
}

/// The branch below the person, level by level, for a drawing. It costs what it answers, however great the branch is; as of
/// a past time, a look at every invitee of those in the answer.
#[utoipa::path(
    operation_id = "show_tree",
    tag = "graph",
    params(("id" = PersonId, Path, description = "Whose branch."), Wanted),
    responses((status = 200, body = TreeDrawn,
        headers(("Vouchsafe-Position" = String, description = "The answer is no older than this."))))
)]
#[get("/v1/admin/people/{id}/tree")]
pub(super) async fn show_tree(
    id: Segments<PersonId>,
    wanted: Query<Wanted>,
    caller: Caller,
    audit: Data<Audit>,
) -> Answer<TreeDrawn> {
    let Wanted { depth, limit, as_of } = wanted.0;
    let leads = match as_of {
        Some(_) => HashMap::new(),
        None => audit.ledger.store().read(leads::queries::highest).await?,
    };
    audit
        .recall(
            [id.0],
            as_of,
            move |memory, [id]| memory.tree(id, depth.get(), limit.get() as usize, &leads),
            |Branch { people, whole }| TreeDrawn {
                nodes: people
                    .into_iter()
                    .map(|node| TreeNode::seen_by(caller.role, node))
                    .collect(),
                whole,
            },
        )
        .await
}
