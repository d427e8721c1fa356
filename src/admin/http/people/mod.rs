//! Who is here: the list of members, one of them, and whose contact this is.

mod account;
mod end_sessions;
mod list;
mod search;
mod show;

use serde::{Deserialize, Serialize};

use crate::{
    admin::{OpenSanction, Profile, sees_figures},
    graph::BranchFigures,
    http::Limit,
    http::Routes,
    invites::Invite,
    onboarding::{Via, queries::CameBy},
    people::{Handle, Member, Name},
    platform::{
        ledger::events::InviteKind,
        terms::{Assurance, InviteId, PersonId, Role, Standing, Timestamp},
    },
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(list::list_people)
        .service(search::search_people)
        .service(account::show_account)
        .service(end_sessions::end_sessions)
        .service(show::show_person);
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
    /// Only members whose handle begins so. Capitals and what stands around it do not matter.
    #[param(pattern = "^@?[A-Za-z0-9_]{1,30}$")]
    handle: Option<String>,
    /// Only the member with this id.
    id: Option<PersonId>,
    /// Only members of this role.
    role: Option<Role>,
    /// Only members who stand so.
    standing: Option<Standing>,
    /// Only members who joined then or later.
    joined_from: Option<Timestamp>,
    /// Only members who joined earlier.
    joined_before: Option<Timestamp>,
    /// How many items at most.
    #[serde(default)]
    limit: Limit,
    /// `next` of the page before, unchanged.
    cursor: Option<String>,
}

/// What is looked for.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Search {
    /// An e-mail address or a phone number with its country's code, whole.
    contact: String,
    /// The same person only if their handle begins so.
    handle: Option<String>,
    /// The same person only if they have this id.
    id: Option<PersonId>,
    /// The same person only if they are of this role.
    role: Option<Role>,
    /// The same person only if they stand so.
    standing: Option<Standing>,
    /// The same person only if they joined then or later.
    joined_from: Option<Timestamp>,
    /// The same person only if they joined earlier.
    joined_before: Option<Timestamp>,
}

/// With what a handle begins.
const BEGINNING: &str = "A handle begins with 1 to 30 of the characters a-z, 0-9 and _.";

/// A member, and their place in the graph.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PersonInFull {
    /// The member.
    #[serde(flatten)]
    person: Person,
    /// Who let them in; missing for a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    inviter: Option<Inviter>,
    /// What they came in by; missing for a root.
    #[serde(skip_serializing_if = "Option::is_none")]
    came_by: Option<CameByView>,
    /// Steps up to the root: 0 for a root.
    depth: u32,
    /// How many they let in themself.
    invitees: u32,
    /// Everybody below them, in numbers. Of fewer than five people owners and auditors alone see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    branch: Option<Figures>,
    /// Their invites by which somebody may come in still, newest first, up to 50.
    pending_invites: Vec<PendingInvite>,
    /// The sanctions that are in force, gravest first.
    sanctions: Vec<OpenSanction>,
}

/// What somebody came in by. It stays when they are erased.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct CameByView {
    /// The invite.
    invite: InviteId,
    /// How it reaches people.
    kind: InviteKind,
    /// How its code reached them: `mail` or `text`; or `link` or `qr` where their app said so, `link` where it said nothing.
    channel: &'static str,
    /// What it is counted under.
    campaign: Option<String>,
    /// What was noted of whoever comes by it.
    group: Option<String>,
    /// The id of the room that they came for.
    room: Option<String>,
    /// The invite whose place it took, where one was passed on.
    passed_on_from: Option<InviteId>,
    /// Who passed it on.
    passed_on_by: Option<Inviter>,
}

impl From<CameBy> for CameByView {
    fn from(came_by: CameBy) -> Self {
        let CameBy {
            invite,
            passed_from,
            via,
        } = came_by;
        let (passed_on_from, by) = passed_from.unzip();
        Self {
            invite: invite.id,
            kind: invite.kind,
            channel: match invite.kind {
                InviteKind::Email => "mail",
                InviteKind::Phone => "text",
                InviteKind::Link => via.unwrap_or(Via::Link).as_str(),
            },
            campaign: invite.campaign.map(|label| label.to_string()),
            group: invite.group.map(|label| label.to_string()),
            room: invite.room.map(|room| room.name),
            passed_on_from,
            passed_on_by: by.flatten().map(Inviter::from),
        }
    }
}

/// An invite by which somebody may come in still.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct PendingInvite {
    /// Its public id.
    id: InviteId,
    /// How it reaches people.
    kind: InviteKind,
    /// How many may come by it still.
    #[schema(minimum = 0)]
    places: u32,
    /// Until when.
    expires_at: Timestamp,
}

impl From<Invite> for PendingInvite {
    fn from(invite: Invite) -> Self {
        Self {
            id: invite.id,
            kind: invite.kind,
            places: u32::try_from(invite.max_uses - invite.uses).unwrap_or(0),
            expires_at: invite.expires_at,
        }
    }
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

impl From<Name> for Inviter {
    fn from(Name { id, handle }: Name) -> Self {
        Self { id, handle }
    }
}

/// A branch in numbers, without the one whose branch it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::admin::http) struct Figures {
    /// How many people, those who left included.
    people: u32,
    /// The most steps below; 0 for an empty branch.
    depth: u32,
    /// How many of them are in good standing.
    active: u32,
    /// How many of them have the assurance `verified`, however they stand.
    verified: u32,
    /// How many of them are under a sanction.
    sanctioned: u32,
    /// How many of them have left.
    left: u32,
    /// How many of them joined within the last seven days.
    joined_last_week: u32,
}

impl From<BranchFigures> for Figures {
    fn from(figures: BranchFigures) -> Self {
        let BranchFigures {
            people,
            depth,
            active,
            verified,
            sanctioned,
            left,
            joined_last_week,
        } = figures;
        Self {
            people,
            depth,
            active,
            verified,
            sanctioned,
            left,
            joined_last_week,
        }
    }
}

impl PersonInFull {
    /// As somebody in this role sees it.
    fn seen_by(role: Role, profile: Profile) -> Self {
        Self {
            person: profile.member.into(),
            inviter: profile.inviter.map(Inviter::from),
            came_by: profile.came_by.map(CameByView::from),
            depth: profile.depth,
            invitees: profile.invitees,
            branch: sees_figures(role, profile.branch.people).then(|| profile.branch.into()),
            pending_invites: profile.pending.into_iter().map(PendingInvite::from).collect(),
            sanctions: profile.sanctions,
        }
    }
}
