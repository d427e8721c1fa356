//! Everybody's invites.

use actix_web::{get, web::Data};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{super::Invites, OverseenInviteView};
use crate::{
    http::{Cursors, Json, Limit, Page, Problem, Query, problems},
    invites::{InviteState, Label, Sought, queries},
    people,
    platform::{ledger::events::InviteKind, store::StoreError, terms::PersonId},
};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Only invites that stand so.
    #[param(inline)]
    state: Option<InviteState>,
    /// Only invites of this kind.
    #[param(inline)]
    kind: Option<InviteKind>,
    /// Only invites of this member.
    inviter: Option<PersonId>,
    /// Only invites that are counted under this.
    #[param(pattern = "^[a-z0-9][a-z0-9_-]{0,39}$", max_length = 40)]
    campaign: Option<String>,
    /// Only invites by which at least so many came in.
    #[param(minimum = 0, maximum = 4_294_967_295i64)]
    uses_from: Option<u32>,
    /// `true`: only invites that somebody has reported, or of whose inviter somebody has said that they do not know them.
    /// `false`: only the others.
    doubted: Option<bool>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

problems!(ListInvitesProblems: InvalidField);

/// Everybody's invites, newest first. Nobody's code or address is among them.
#[utoipa::path(operation_id = "list_invites", tag = "invites", params(Wanted),
    responses((status = 200, body = Page<OverseenInviteView>), ListInvitesProblems))]
#[get("/v1/admin/invites")]
pub(super) async fn list(
    query: Query<Wanted>,
    cursors: Cursors,
    invites: Data<Invites>,
) -> Result<Json<Page<OverseenInviteView>>, Problem> {
    let Wanted {
        state,
        kind,
        inviter,
        campaign,
        uses_from,
        doubted,
        limit,
        cursor,
    } = query.0;
    let campaign = campaign.map(|text| text.parse::<Label>()).transpose();
    let campaign = campaign.map_err(|error| Problem::field("campaign", error.to_string()))?;
    let before = cursors.read::<(i64,)>(cursor.as_deref())?.map(|(row,)| row);
    let now = invites.ledger.now();
    let read = invites.ledger.store().read(move |conn| {
        let inviter = match inviter {
            Some(id) => match people::member_by_id(conn, id)? {
                Some(member) => Some(member.row),
                None => return Ok::<_, StoreError>(Vec::new()),
            },
            None => None,
        };
        let sought = Sought {
            state,
            kind,
            inviter,
            campaign: campaign.map(|label| label.to_string()),
            uses_from: uses_from.map(i64::from),
            doubted,
        };
        queries::overseen(conn, &sought, before, limit.and_one(), now)
    });
    Ok(Json(Page::of(
        read.await?,
        limit,
        &cursors,
        |overseen| (overseen.invite.row,),
        OverseenInviteView::from,
    )))
}
