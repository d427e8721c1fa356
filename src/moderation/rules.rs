//! Who may act on whom. Pure.

pub use crate::platform::ledger::events::{ReasonCode, RoleReason};
use crate::{
    people::Member,
    platform::terms::{Role, Standing, words},
};

words! {
    /// What a sanction does.
    SanctionKind {
        /// Puts a member out until it is lifted.
        Ban = "ban",
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
    if reaches && by.standing == Standing::Active && by.row != target.row {
        Ok(())
    } else {
        Err(NotAllowed)
    }
}

/// Whether the community would have no owner in good standing without `target`, where it has `owners` now.
pub fn leaves_no_owner(target: &Member, owners: usize) -> bool {
    target.role == Role::Owner && target.standing == Standing::Active && owners <= 1
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
        && (by.role != Role::Owner || by.standing != Standing::Active)
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
    use uuid::Uuid;

    use super::*;
    use crate::platform::terms::{Assurance, Id, PersonRow, Timestamp};

    fn member(row: i64, role: Role) -> Member {
        Member {
            row: PersonRow(row),
            id: Id::from_uuid(Uuid::from_u128(row as u128)),
            subject: None,
            handle: None,
            role,
            standing: Standing::Active,
            assurance: Assurance::Contact,
            locale: "en".into(),
            joined_at: Timestamp::default(),
        }
    }

    #[test]
    fn owners_reach_all_and_admins_whoever_is_below_them() {
        let reached = |by| {
            let reached = Role::ALL
                .iter()
                .filter(|&&role| may_sanction(Authority::Member(&member(1, by)), &member(2, role)).is_ok());
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
                may_sanction(Authority::Member(&member(1, role)), &member(1, role)).is_err(),
                "{role}"
            );
            for standing in [Standing::Banned, Standing::Left] {
                let by = Member {
                    standing,
                    ..member(1, role)
                };
                assert!(
                    may_sanction(Authority::Member(&by), &member(2, Role::Member)).is_err(),
                    "{role} {standing}"
                );
                assert!(may_give_role(Authority::Member(&by), &member(2, Role::Member), Role::Auditor, 2).is_err());
            }
        }
    }

    #[test]
    fn a_role_is_given_by_owners_and_one_of_them_stays() {
        let (owner, member_) = (member(1, Role::Owner), member(2, Role::Member));
        for &role in Role::ALL {
            let given = may_give_role(Authority::Member(&member(3, role)), &member_, Role::Auditor, 2);
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
            ..member(2, Role::Owner)
        };
        assert_eq!(
            may_give_role(Authority::Member(&owner), &banned, Role::Member, 1),
            Ok(())
        );
    }

    #[test]
    fn the_operator_reaches_all_but_leaves_one_owner() {
        for &role in Role::ALL {
            assert_eq!(may_sanction(Authority::Operator, &member(1, role)), Ok(()), "{role}");
        }
        let owner = member(1, Role::Owner);
        assert!(leaves_no_owner(&owner, 1) && !leaves_no_owner(&owner, 2));
        assert!(!leaves_no_owner(&member(1, Role::Admin), 1));
        assert_eq!(
            may_give_role(Authority::Operator, &owner, Role::Member, 1),
            Err(RoleRefusal::LastOwner)
        );
        assert_eq!(may_give_role(Authority::Operator, &owner, Role::Member, 2), Ok(()));
    }
}
