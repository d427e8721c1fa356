//! What admins decide by: whom they may give another inviter, and whose figures they see.

use crate::{people::Member, platform::terms::Role};

/// Branches of fewer people tell of single ones by their figures.
pub const FEW: u32 = 5;

/// Whether somebody in this role sees the figures of a branch of so many people, those who left counted too. Auditors are
/// there to look closely, and owners answer for everything.
pub const fn sees_figures(role: Role, people: u32) -> bool {
    match role {
        Role::Owner | Role::Auditor => true,
        Role::Admin => people >= FEW,
        Role::Reviewer | Role::Member | Role::Service => false,
    }
}

/// Who gives somebody another inviter.
#[derive(Debug, Clone, Copy)]
pub enum Mover<'a> {
    /// Whoever has a shell on the server.
    Operator,
    /// A member.
    Member(&'a Member),
}

/// Whether somebody may give `target` another inviter: an owner anybody else, an admin whoever stands below an admin, the
/// operator everybody. Nobody moves themself, for then they would be out of what their inviter answers for.
pub fn may_reparent(by: Mover<'_>, target: &Member) -> bool {
    let Mover::Member(by) = by else { return true };
    let reaches = match by.role {
        Role::Owner => true,
        Role::Admin => !matches!(target.role, Role::Owner | Role::Admin),
        Role::Auditor | Role::Reviewer | Role::Member | Role::Service => false,
    };
    reaches && by.standing.is_good() && by.row != target.row
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::Standing;

    #[test]
    fn few_people_s_figures_are_for_owners_and_auditors() {
        let seen = |people| {
            let roles = Role::ALL.iter().filter(|&&role| sees_figures(role, people));
            roles.copied().collect::<Vec<_>>()
        };
        for people in [0, 1, 4] {
            assert_eq!(seen(people), [Role::Owner, Role::Auditor], "{people}");
        }
        assert_eq!(seen(5), [Role::Owner, Role::Admin, Role::Auditor]);
    }

    #[test]
    fn owners_move_anybody_else_and_admins_whoever_is_below_them() {
        for &role in Role::ALL {
            let moved = |by| may_reparent(Mover::Member(&Member::sample(1, by)), &Member::sample(2, role));
            assert!(moved(Role::Owner) && may_reparent(Mover::Operator, &Member::sample(2, role)));
            assert_eq!(moved(Role::Admin), !matches!(role, Role::Owner | Role::Admin), "{role}");
            for by in [Role::Auditor, Role::Reviewer, Role::Member, Role::Service] {
                assert!(!moved(by), "{by} {role}");
            }
            assert!(!may_reparent(
                Mover::Member(&Member::sample(1, role)),
                &Member::sample(1, role)
            ));
            let banned = Member {
                standing: Standing::Banned,
                ..Member::sample(1, role)
            };
            assert!(!may_reparent(Mover::Member(&banned), &Member::sample(2, Role::Member)));
        }
    }
}
