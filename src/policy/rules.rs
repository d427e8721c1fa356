//! What follows from a policy. Pure: policy, facts and time in, outcome out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Limit, Policy, Tally, places};
use crate::platform::terms::{Assurance, Role, Standing, Timestamp};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A rung of the ladder that a newcomer climbs, lowest first.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(rename_all = "snake_case")]
pub enum Step {
    /// Prove a contact point.
    Contact,
    /// Give a real name and a document.
    Identity,
    /// Wait until a reviewer has accepted them.
    Review,
    /// Choose a password.
    Credentials,
}

/// What a newcomer has shown so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proved {
    /// How surely we know who they are. After a refusal in review it is `Contact` again.
    pub assurance: Assurance,
    /// Whether they have chosen a password.
    pub credentials: bool,
}

/// Everything that is asked of a newcomer, in order.
pub fn demands(policy: &Policy) -> impl Iterator<Item = Step> {
    let asked = policy.join.assurance;
    [
        (Step::Contact, true),
        (Step::Identity, asked >= Assurance::Checked),
        (Step::Review, asked >= Assurance::Verified),
        (Step::Credentials, true),
    ]
    .into_iter()
    .filter_map(|(step, demanded)| demanded.then_some(step))
}

/// The first demand that is not met yet; none when they may become a member.
pub fn next_demand(policy: &Policy, proved: &Proved) -> Option<Step> {
    demands(policy).find(|step| match step {
        Step::Contact => proved.assurance < Assurance::Contact,
        Step::Identity => proved.assurance < Assurance::Checked,
        Step::Review => proved.assurance < Assurance::Verified,
        Step::Credentials => !proved.credentials,
    })
}

/// The member who wants to invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inviter {
    /// Their role.
    pub role: Role,
    /// Their standing now.
    pub standing: Standing,
    /// How surely we know who they are.
    pub assurance: Assurance,
    /// When they became a member.
    pub joined_at: Timestamp,
    /// What is counted of their places.
    pub tally: Tally,
}

/// The invite that somebody wants to give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To one contact, for one use.
    Addressed,
    /// A link for whoever has it.
    Open {
        /// How many may come in by it.
        uses: u32,
    },
}

/// Why somebody may not give an invite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InviteDenied {
    /// The role never invites.
    #[error("the role {0} does not invite")]
    Role(Role),
    /// The member is not in good standing.
    #[error("a member who is {0} does not invite")]
    Standing(Standing),
    /// Too little is known about who they are.
    #[error("inviting needs the assurance {needed}; this member has {has}")]
    Assurance {
        /// What they have.
        has: Assurance,
        /// What the policy demands.
        needed: Assurance,
    },
    /// They have not been a member for long enough.
    #[error("may invite from {from} on")]
    TooNew {
        /// From when on they may.
        from: Timestamp,
    },
    /// Their role gives out no open links.
    #[error("the role {0} gives out no open links")]
    OpenLink(Role),
    /// Their role puts no campaign and no group on an invite.
    #[error("the role {0} puts no campaign and no group on an invite")]
    Label(Role),
    /// Their role does not invite to that role.
    #[error("the role {by} does not invite to the role {to}")]
    GivesRole {
        /// Their role.
        by: Role,
        /// What was to be given.
        to: Role,
    },
    /// A link for nobody, or for more than the policy lets in by one.
    #[error("a link is for 1 to {at_most} uses, not for {wanted}")]
    Uses {
        /// What was asked for.
        wanted: u32,
        /// What the policy allows.
        at_most: u32,
    },
    /// They would give more places than they have.
    #[error("{left} places of {quota} are left, and {wanted} are wanted")]
    Quota {
        /// Places that they may have given in all.
        quota: u64,
        /// Places that are left of them.
        left: u64,
        /// Places that this invite takes.
        wanted: u32,
    },
}

/// Whether a member may give this invite now.
///
/// # Errors
/// The first reason against it: what the member can change least comes first.
pub fn may_invite(policy: &Policy, inviter: &Inviter, wanted: Wanted, now: Timestamp) -> Result<(), InviteDenied> {
    may_still_invite(policy, inviter, matches!(wanted, Wanted::Open { .. }), now)?;
    let rule = &policy.invite;
    let wanted = match wanted {
        Wanted::Addressed => 1,
        Wanted::Open { uses } if uses == 0 || uses > rule.max_uses => {
            return Err(InviteDenied::Uses {
                wanted: uses,
                at_most: rule.max_uses,
            });
        }
        Wanted::Open { uses } => uses,
    };
    let places = places(rule, inviter.role, inviter.assurance, &inviter.tally);
    match places.limit {
        Some(Limit { quota, left, .. }) if !places.allow(wanted) => Err(InviteDenied::Quota { quota, left, wanted }),
        _ => Ok(()),
    }
}

/// Whether a member may invite now by what they are, whatever they have given: by an open link or to one contact.
///
/// # Errors
/// The first reason against it.
pub fn may_still_invite(policy: &Policy, inviter: &Inviter, is_open: bool, now: Timestamp) -> Result<(), InviteDenied> {
    let rule = &policy.invite;
    if matches!(inviter.role, Role::Auditor | Role::Service) {
        return Err(InviteDenied::Role(inviter.role));
    }
    if !inviter.standing.may_invite() {
        return Err(InviteDenied::Standing(inviter.standing));
    }
    if inviter.assurance < rule.assurance {
        return Err(InviteDenied::Assurance {
            has: inviter.assurance,
            needed: rule.assurance,
        });
    }
    let from = inviter.joined_at.after(HOUR.saturating_mul(rule.min_membership_hours));
    let unlimited = rule.unlimited_roles.contains(&inviter.role);
    // Somebody must be able to give the first invite on the first day.
    if now < from && !unlimited {
        return Err(InviteDenied::TooNew { from });
    }
    if is_open && !rule.open_links_by.contains(&inviter.role) {
        return Err(InviteDenied::OpenLink(inviter.role));
    }
    Ok(())
}

/// Whether a role may put a campaign or a group on an invite.
///
/// # Errors
/// [`InviteDenied::Label`]
pub fn may_label(policy: &Policy, role: Role) -> Result<(), InviteDenied> {
    if policy.invite.labels_by.contains(&role) {
        Ok(())
    } else {
        Err(InviteDenied::Label(role))
    }
}

/// Whether a role may invite somebody to another role.
///
/// # Errors
/// [`InviteDenied::GivesRole`]
pub fn may_give_role(policy: &Policy, by: Role, to: Role) -> Result<(), InviteDenied> {
    let reaches = match (by, to) {
        (_, Role::Member) => return Ok(()),
        (Role::Owner, Role::Admin | Role::Auditor | Role::Reviewer) | (Role::Admin, Role::Auditor | Role::Reviewer) => {
            true
        }
        _ => false,
    };
    if reaches && policy.invite.roles_by.contains(&by) {
        Ok(())
    } else {
        Err(InviteDenied::GivesRole { by, to })
    }
}

/// Whether a role sees and decides real-name cases.
pub fn may_review(policy: &Policy, role: Role) -> bool {
    policy.review.reviewers.contains(&role)
}

/// A lifetime that no invite may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an invite lives for a second to {at_most:?}, not for {wanted:?}")]
pub struct LifetimeDenied {
    /// What was asked for.
    pub wanted: Duration,
    /// What the policy allows.
    pub at_most: Duration,
}

/// When an invite given now ends: after the lifetime that is wanted, or else the policy's. At that moment
/// it is over.
///
/// # Errors
/// A lifetime under one second, or longer than the policy's.
pub fn invite_expiry(policy: &Policy, wanted: Option<Duration>, now: Timestamp) -> Result<Timestamp, LifetimeDenied> {
    let at_most = DAY.saturating_mul(policy.invite.lifetime_days);
    let lifetime = wanted.unwrap_or(at_most);
    if lifetime < Duration::from_secs(1) || lifetime > at_most {
        return Err(LifetimeDenied {
            wanted: lifetime,
            at_most,
        });
    }
    Ok(now.after(lifetime))
}
