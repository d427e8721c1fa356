//! A link as a QR code.

use actix_web::{HttpResponse, get, web::Data};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{
    super::{qr, queries},
    Invites,
};
use crate::{
    http::{Caller, Problem, ProblemKind, Query, Segments, problems},
    platform::{ledger::events::InviteKind, terms::InviteId},
};

problems!(InviteQrProblems: InviteUnknown);

/// What the code is drawn as.
#[derive(Debug, Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Lines that are sharp at every size.
    #[default]
    Svg,
    /// Pixels, 8 along a module.
    Png,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Drawn {
    /// What the code is drawn as: `svg` where nothing is said.
    #[serde(default)]
    #[param(inline)]
    format: Format,
}

/// One's own open link as a QR code, for whoever stands beside you. An invite to an address has none: its code goes
/// by mail alone.
#[utoipa::path(operation_id = "show_invite_qr", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite."), Drawn),
    responses(
        (status = 200, description = "The code, black on white, with its quiet zone.",
            content((String = "image/svg+xml"), (Vec<u8> = "image/png"))),
        InviteQrProblems))]
#[get("/v1/me/invites/{id}/qr")]
pub(super) async fn show(
    caller: Caller,
    id: Segments<InviteId>,
    drawn: Query<Drawn>,
    invites: Data<Invites>,
) -> Result<HttpResponse, Problem> {
    let (inviter, id) = (caller.person, id.0);
    let read = invites.ledger.store().read(move |conn| queries::own(conn, inviter, id));
    let invite = read.await?.filter(|invite| invite.kind == InviteKind::Link);
    let invite = invite.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let code = queries::code_of(&invites.vault, invite.key_version, invite.id);
    let code = code.ok_or_else(|| Problem::internal("the keyring lacks the key of an invite"))?;
    let link = invites.link.to(&code.expose());
    let mut response = HttpResponse::Ok();
    Ok(match drawn.0.format {
        Format::Svg => response
            .content_type("image/svg+xml")
            .body(qr::svg(&link).map_err(Problem::internal)?),
        Format::Png => response
            .content_type("image/png")
            .body(qr::png(&link).map_err(Problem::internal)?),
    })
}
