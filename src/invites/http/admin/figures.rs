//! What came of invites.

use actix_web::{get, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{super::Invites, GiverView};
use crate::{
    http::{Cursors, Json, Limit, Page, Problem, Query},
    invites::queries::{self, By, Counted, MATURES},
    platform::terms::PersonRow,
};

/// By what invites are counted.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum Group {
    /// By their campaign; those without one are left out.
    Campaign,
    /// By whoever gave them.
    Inviter,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// By what they are counted.
    #[param(inline)]
    by: Group,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// What came of the invites of one campaign, or of one member.
#[derive(Serialize, ToSchema)]
struct FiguresView {
    /// The campaign, where campaigns are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
    /// The member, where members are counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<GiverView>,
    /// Invites that were given.
    sent: i64,
    /// Ways in that were begun by them; one person may have begun several.
    begun: i64,
    /// People who came in by them.
    joined: i64,
    /// Those of them who came in 30 days ago or earlier.
    joined_30_days_ago: i64,
    /// Those of the latter who are in good standing now.
    in_good_standing_after_30_days: i64,
}

impl From<Counted> for FiguresView {
    fn from(counted: Counted) -> Self {
        let Counted { figures, inviter } = counted;
        Self {
            campaign: (!figures.campaign.is_empty()).then_some(figures.campaign),
            inviter: inviter.map(|name| GiverView {
                id: name.id,
                handle: name.handle,
            }),
            sent: figures.sent,
            begun: figures.begun,
            joined: figures.joined,
            joined_30_days_ago: figures.matured,
            in_good_standing_after_30_days: figures.staying,
        }
    }
}

/// What came of invites, by campaign or by member: how many were given, how many ways in were begun, who came in, and
/// who of those is in good standing after 30 days.
#[utoipa::path(operation_id = "show_invite_figures", tag = "invites", params(Wanted),
    responses((status = 200, body = Page<FiguresView>)))]
#[get("/v1/admin/invites/figures")]
pub(super) async fn show_figures(
    query: Query<Wanted>,
    cursors: Cursors,
    invites: Data<Invites>,
) -> Result<Json<Page<FiguresView>>, Problem> {
    let Wanted { by, limit, cursor } = query.0;
    let after = cursors.read::<(String, i64)>(cursor.as_deref())?;
    let (campaign, inviter) = after.unwrap_or_default();
    let by = match by {
        Group::Campaign => By::Campaign { after: campaign },
        Group::Inviter => By::Inviter {
            after: PersonRow(inviter),
        },
    };
    let matured = invites.ledger.now().before(MATURES);
    let read = invites
        .ledger
        .store()
        .read(move |conn| queries::figures(conn, &by, limit.and_one(), matured));
    Ok(Json(Page::of(
        read.await?,
        limit,
        &cursors,
        |counted| (counted.figures.campaign.clone(), counted.figures.inviter.0),
        FiguresView::from,
    )))
}
