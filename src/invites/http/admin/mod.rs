//! Everybody's invites, for admins. The code of none is ever shown.

mod figures;
mod list;
mod restore;
mod revoke;
mod revoke_campaign;

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    http::Routes,
    invites::{
        Overseen,
        rules::{self, Delivery, Ending, InviteState},
    },
    people::Handle,
    platform::{
        ledger::events::InviteKind,
        terms::{InviteId, PersonId, Role, Timestamp},
    },
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(figures::show_figures)
        .service(list::list)
        .service(revoke::revoke)
        .service(revoke_campaign::revoke_campaign)
        .service(restore::restore);
}

/// Who gave an invite.
#[derive(Serialize, ToSchema)]
struct GiverView {
    /// Their public id.
    id: PersonId,
    /// The handle of their own choice.
    #[schema(value_type = Option<String>)]
    handle: Option<Handle>,
}

/// Somebody's invite, as admins see it.
#[derive(Serialize, ToSchema)]
struct OverseenInviteView {
    /// Its id.
    id: InviteId,
    /// How it reaches whoever it is for.
    kind: InviteKind,
    /// Where it stands.
    state: InviteState,
    /// Who ended it before its time, and how.
    ended_by: Option<Ending>,
    /// Who gave it.
    inviter: Option<GiverView>,
    /// What became of its letter; none for a link.
    delivery: Option<Delivery>,
    /// What it is counted under.
    campaign: Option<String>,
    /// What is noted of whoever comes by it.
    group: Option<String>,
    /// The id of the room that it is for.
    room: Option<String>,
    /// What whoever comes by it becomes.
    role: Role,
    /// How many may come in by it.
    max_uses: i64,
    /// How many have.
    uses: i64,
    /// How many are on their way in.
    held: i64,
    /// How often whoever had its code said that they do not know the inviter.
    unknown_answers: i64,
    /// How often whoever had its code reported it.
    reports: i64,
    /// Since when.
    created_at: Timestamp,
    /// From when on it can be used, where that is not at once.
    opens_at: Option<Timestamp>,
    /// Until when.
    expires_at: Timestamp,
    /// Whether it took the place of one that was passed on.
    was_passed_on: bool,
}

impl From<Overseen> for OverseenInviteView {
    fn from(overseen: Overseen) -> Self {
        let Overseen { invite, state, inviter } = overseen;
        Self {
            id: invite.id,
            kind: invite.kind,
            state,
            ended_by: invite.revoked_for,
            inviter: inviter.map(|name| GiverView {
                id: name.id,
                handle: name.handle,
            }),
            delivery: rules::delivery(&invite),
            campaign: invite.campaign.map(|label| label.to_string()),
            group: invite.group.map(|label| label.to_string()),
            room: invite.room.map(|room| room.name),
            role: invite.role.unwrap_or(Role::Member),
            max_uses: invite.max_uses,
            uses: invite.uses,
            held: invite.held,
            unknown_answers: invite.unknown_answers,
            reports: invite.reports,
            created_at: invite.created_at,
            opens_at: invite.opens_at,
            expires_at: invite.expires_at,
            was_passed_on: invite.passed_from.is_some(),
        }
    }
}
