//! `GET /v1/me/data/looks`

use actix_web::{get, web::Data};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    account::Account,
    http::{Caller, Cursors, Json, Page, Paging, Problem, Query},
    identity::Look,
    platform::terms::{Role, Timestamp},
};

/// That somebody was shown one's real name and document.
#[derive(Serialize, ToSchema)]
struct LookView {
    /// When.
    at: Timestamp,
    /// The role that whoever looked has now. Who it was is told to admins, by the ledger.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    /// Why, in the words that they gave before they were shown it.
    reason: String,
}

impl From<Look> for LookView {
    fn from(look: Look) -> Self {
        Self {
            at: look.at,
            role: look.by,
            reason: look.reason.to_string(),
        }
    }
}

/// Who looked at one's real name, and why; newest first. Nobody is shown it without a reason.
#[utoipa::path(operation_id = "list_looks_at_me", tag = "account", params(Paging),
    responses((status = 200, body = Page<LookView>)))]
#[get("/v1/me/data/looks")]
pub(super) async fn list(
    caller: Caller,
    query: Query<Paging>,
    cursors: Cursors,
    account: Data<Account>,
) -> Result<Json<Page<LookView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let limit = query.0.limit;
    let looks = account.looks(caller.person, before, limit.and_one()).await?;
    Ok(Json(Page::of(
        looks,
        limit,
        &cursors,
        |look| (look.row,),
        LookView::from,
    )))
}
