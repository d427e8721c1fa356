//! Who may act on whom. Pure.

pub use crate::platform::ledger::events::{LiftCause, ReasonCode, ReportOutcome, RoleReason, SanctionKind};
use std::time::Duration;

use crate::{
    people::Member,
    platform::terms::{Role, Standing, Timestamp, words},
};

/// Where a sanction of this kind puts somebody.
pub const fn standing_of(kind: SanctionKind) -> Standing {
    match kind {
        SanctionKind::Freeze => Standing::Frozen,
        SanctionKind::Quarantine => Standing::Quarantined,
        SanctionKind::Suspend => Standing::Suspended,
        SanctionKind::Ban => Standing::Banned,
    }
}

/// Where somebody stands on whom sanctions of these kinds are in force; `now` is where they stand before. Whoever has
/// left stays so.
pub fn standing(now: Standing, in_force: impl IntoIterator<Item = SanctionKind>) -> Standing {
    match now {
        Standing::Left => Standing::Left,
        _ => in_force.into_iter().map(standing_of).max().unwrap_or(Standing::Active),
    }
}

/// What is wrong with the end of a sanction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EndRefused {
    /// A suspension has none.
    #[error("a suspension needs an end; put somebody out without one by a ban")]
    Missing,
    /// It is over before it begins.
    #[error("the end is not in the future")]
    Past,
}

/// Whether a sanction of this kind may end then.
///
/// # Errors
/// [`EndRefused`].
pub fn may_end(kind: SanctionKind, until: Option<Timestamp>, now: Timestamp) -> Result<(), EndRefused> {
    match until {
        None if kind == SanctionKind::Suspend => Err(EndRefused::Missing),
        Some(until) if until <= now => Err(EndRefused::Past),
        _ => Ok(()),
    }
}

/// They may not do this to that person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not allowed to do this to that person")]
pub struct NotAllowed;

/// Whose decision it is.
#[derive(Debug, Clone, Copy)]
pub enum Authority<'a> {
    /// A member's, within their role.
    Member(&'a Member),
    /// The operator's, who has a shell on the server.
    Operator,
}

/// Whether `by` may sanction `target`, or lift a sanction of theirs. The operator may sanction anybody, an owner
/// anybody else, an admin anybody below an admin; nobody may sanction themself, and a member must be in good
/// standing to do so.
///
/// # Errors
/// [`NotAllowed`].
pub fn may_sanction(by: Authority<'_>, target: &Member) -> Result<(), NotAllowed> {
    let Authority::Member(by) = by else { return Ok(()) };
    let reaches = match by.role {
        Role::Owner => true,
        Role::Admin => !matches!(target.role, Role::Owner | Role::Admin),
        Role::Auditor | Role::Reviewer | Role::Member | Role::Service => false,
    };
    if reaches && by.standing.is_good() && by.row != target.row {
        Ok(())
    } else {
        Err(NotAllowed)
    }
}

/// For how long a draft may be approved.
pub const DRAFT_LASTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Whether `by` may act on many people at once: the operator, and whoever may sanction members.
///
/// # Errors
/// [`NotAllowed`].
pub fn may_act(by: Authority<'_>) -> Result<(), NotAllowed> {
    match by {
        Authority::Operator => Ok(()),
        Authority::Member(by) if matches!(by.role, Role::Owner | Role::Admin) && by.standing.is_good() => Ok(()),
        Authority::Member(_) => Err(NotAllowed),
    }
}

/// Why somebody may not approve an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApprovalRefused {
    /// They drafted it, and it is on too many people.
    #[error("it is on {people} people: above {above}, somebody else than who drafted it approves")]
    OwnDraft {
        /// On how many it is.
        people: usize,
        /// Above how many a second admin is needed.
        above: u32,
    },
    /// They came in by way of whoever drafted it.
    #[error("whoever approves so many must not have come in by way of whoever drafted it")]
    BelowProposer,
}

/// Whether somebody may approve an action on so many `people`, where above `above` a second admin must: not who drafted
/// it (`own`), nor somebody `below` them in the graph.
///
/// # Errors
/// [`ApprovalRefused`].
pub const fn may_approve(people: usize, above: u32, own: bool, below: bool) -> Result<(), ApprovalRefused> {
    if people <= above as usize {
        Ok(())
    } else if own {
        Err(ApprovalRefused::OwnDraft { people, above })
    } else if below {
        Err(ApprovalRefused::BelowProposer)
    } else {
        Ok(())
    }
}

words! {
    /// How an appeal was decided.
    AppealVerdict {
        /// The sanction stays.
        Upheld = "upheld",
        /// It is lifted.
        Overturned = "overturned",
    }
}

words! {
    /// Where an action on many stands.
    ActionState {
        /// Nobody else was asked yet.
        Draft = "draft",
        /// It waits to be approved.
        Proposed = "proposed",
        /// It is approved, and nobody has a sanction of their own by it yet. All stand as it says.
        Approved = "approved",
        /// Some have a sanction of their own by it. All stand as it says.
        Applying = "applying",
        /// Everybody has, or is told in the outcomes of its job.
        Applied = "applied",
        /// Its sanctions are being lifted.
        Undoing = "undoing",
        /// They are lifted, but for those about whom was decided by hand since.
        Undone = "undone",
        /// It was withdrawn before it was approved.
        Withdrawn = "withdrawn",
        /// Nobody approved it in time.
        Expired = "expired",
    }
}

/// Whether the community would have no owner in good standing without `target`, where it has `owners` now.
pub fn leaves_no_owner(target: &Member, owners: usize) -> bool {
    target.role == Role::Owner && target.standing.is_good() && owners <= 1
}

/// Why a role cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RoleRefusal {
    /// Only an owner or the operator gives roles.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// The community would have no owner in good standing.
    #[error("the last owner in good standing cannot go")]
    LastOwner,
    /// The role `service` is for services, never for members.
    #[error("the role service is for services alone")]
    NotForPeople,
}

/// Whether `by` may give `target` the role `after`, where `owners` owners are in good standing. An owner and the
/// operator may change anybody's role; an owner may step down while there is another owner.
///
/// # Errors
/// [`RoleRefusal`].
pub fn may_give_role(by: Authority<'_>, target: &Member, after: Role, owners: usize) -> Result<(), RoleRefusal> {
    if let Authority::Member(by) = by
        && (by.role != Role::Owner || !by.standing.is_good())
    {
        return Err(NotAllowed.into());
    }
    if after == Role::Service {
        return Err(RoleRefusal::NotForPeople);
    }
    if after != Role::Owner && leaves_no_owner(target, owners) {
        return Err(RoleRefusal::LastOwner);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_in_force_decides_where_somebody_stands() {
        use SanctionKind::{Ban, Freeze, Quarantine, Suspend};
        let after = |now, kinds: &[SanctionKind]| standing(now, kinds.iter().copied());
        assert_eq!(after(Standing::Banned, &[]), Standing::Active);
        assert_eq!(after(Standing::Active, &[Freeze]), Standing::Frozen);
        assert_eq!(after(Standing::Banned, &[Quarantine, Freeze]), Standing::Quarantined);
        assert_eq!(after(Standing::Frozen, &[Freeze, Ban, Suspend]), Standing::Banned);
        assert_eq!(after(Standing::Left, &[Ban]), Standing::Left);
        for pair in SanctionKind::ALL.windows(2) {
            assert!(standing_of(pair[0]) < standing_of(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn many_need_a_second_admin_who_is_not_below_the_first() {
        for (own, below) in [(false, false), (true, false), (false, true)] {
            assert_eq!(may_approve(20, 20, own, below), Ok(()));
        }
        assert_eq!(may_approve(21, 20, false, false), Ok(()));
        let own = ApprovalRefused::OwnDraft { people: 21, above: 20 };
        assert_eq!(may_approve(21, 20, true, false), Err(own));
        assert_eq!(may_approve(21, 20, false, true), Err(ApprovalRefused::BelowProposer));
        assert_eq!(may_act(Authority::Operator), Ok(()));
        for &role in Role::ALL {
            let may = may_act(Authority::Member(&Member::sample(1, role))).is_ok();
            assert_eq!(may, matches!(role, Role::Owner | Role::Admin), "{role}");
        }
        let frozen = Member {
            standing: Standing::Frozen,
            ..Member::sample(1, Role::Admin)
        };
        assert_eq!(may_act(Authority::Member(&frozen)), Err(NotAllowed));
    }

    #[test]
    fn a_sanction_ends_in_the_future_and_a_suspension_always() {
        let now = Timestamp::from_micros(10);
        for &kind in SanctionKind::ALL {
            let expected = if kind == SanctionKind::Suspend {
                Err(EndRefused::Missing)
            } else {
                Ok(())
            };
            assert_eq!(may_end(kind, None, now), expected, "{kind}");
            assert_eq!(may_end(kind, Some(now), now), Err(EndRefused::Past), "{kind}");
            assert_eq!(may_end(kind, Some(Timestamp::from_micros(11)), now), Ok(()), "{kind}");
        }
    }

    #[test]
    fn owners_reach_all_and_admins_whoever_is_below_them() {
        let reached = |by| {
            let reached = Role::ALL.iter().filter(|&&role| {
                may_sanction(Authority::Member(&Member::sample(1, by)), &Member::sample(2, role)).is_ok()
            });
            reached.copied().collect::<Vec<_>>()
        };
        assert_eq!(reached(Role::Owner), Role::ALL);
        assert_eq!(
            reached(Role::Admin),
            [Role::Auditor, Role::Reviewer, Role::Member, Role::Service]
        );
        for role in [Role::Auditor, Role::Reviewer, Role::Member, Role::Service] {
            assert_eq!(reached(role), [], "{role}");
        }
    }

    #[test]
    fn nobody_reaches_themself_or_anybody_from_outside() {
        for &role in Role::ALL {
            assert!(
                may_sanction(Authority::Member(&Member::sample(1, role)), &Member::sample(1, role)).is_err(),
                "{role}"
            );
            for &standing in Standing::ALL.iter().filter(|standing| !standing.is_good()) {
                let by = Member {
                    standing,
                    ..Member::sample(1, role)
                };
                assert!(
                    may_sanction(Authority::Member(&by), &Member::sample(2, Role::Member)).is_err(),
                    "{role} {standing}"
                );
                assert!(
                    may_give_role(
                        Authority::Member(&by),
                        &Member::sample(2, Role::Member),
                        Role::Auditor,
                        2
                    )
                    .is_err()
                );
            }
        }
    }

    #[test]
    fn a_role_is_given_by_owners_and_one_of_them_stays() {
        let (owner, member_) = (Member::sample(1, Role::Owner), Member::sample(2, Role::Member));
        for &role in Role::ALL {
            let given = may_give_role(Authority::Member(&Member::sample(3, role)), &member_, Role::Auditor, 2);
            assert_eq!(given.is_ok(), role == Role::Owner, "{role}");
        }
        assert_eq!(
            may_give_role(Authority::Member(&owner), &member_, Role::Service, 1),
            Err(RoleRefusal::NotForPeople)
        );
        assert_eq!(
            may_give_role(Authority::Member(&owner), &owner, Role::Admin, 1),
            Err(RoleRefusal::LastOwner)
        );
        assert_eq!(may_give_role(Authority::Member(&owner), &owner, Role::Admin, 2), Ok(()));
        assert_eq!(may_give_role(Authority::Member(&owner), &owner, Role::Owner, 1), Ok(()));
        // An owner who is banned is not counted and may lose the role.
        let banned = Member {
            standing: Standing::Banned,
            ..Member::sample(2, Role::Owner)
        };
        assert_eq!(
            may_give_role(Authority::Member(&owner), &banned, Role::Member, 1),
            Ok(())
        );
    }

    #[test]
    fn the_operator_reaches_all_but_leaves_one_owner() {
        for &role in Role::ALL {
            assert_eq!(
                may_sanction(Authority::Operator, &Member::sample(1, role)),
                Ok(()),
                "{role}"
            );
        }
        let owner = Member::sample(1, Role::Owner);
        assert!(leaves_no_owner(&owner, 1) && !leaves_no_owner(&owner, 2));
        assert!(!leaves_no_owner(&Member::sample(1, Role::Admin), 1));
        assert_eq!(
            may_give_role(Authority::Operator, &owner, Role::Member, 1),
            Err(RoleRefusal::LastOwner)
        );
        assert_eq!(may_give_role(Authority::Operator, &owner, Role::Member, 2), Ok(()));
    }
}
