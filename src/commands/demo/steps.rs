//! What each step of the sample community does.

use super::super::admin;
use super::*;
use crate::{
    identity::{self, CaseState, FullName},
    invites::{self, Extras, Invite, NewInvite, To},
    moderation::{ReasonCode, RoleReason, SanctionKind, commands as moderation},
    notify::{EmailAddress, Locale},
    onboarding::{self, Limits},
    people,
    platform::{
        idempotency::Key,
        jobs::Cast,
        ledger::{Actor, Tx, events::Verdict},
        store::StoreError,
        terms::{Id, InviteId, PersonRow, Reason, SeededRng, Timestamp},
        vault::Field,
    },
    policy::Policy,
};
use plan::{Deed, Who};

impl Work {
    pub(super) fn play(
        &self,
        tx: &mut Tx<'_>,
        people: &mut Cast<'_>,
        now: Timestamp,
        deed: &Deed,
    ) -> Result<(), StoreError> {
        match *deed {
            Deed::Found => tx.on_behalf(Actor::Operator, now, |tx| {
                let address = sound(EmailAddress::parse(OWNER))?;
                let owner = sound(admin::found_owner(tx, &self.vault, &address, &self.handles[0])?)?;
                people.became(tx, 0, owner.row)?;
                let address = sound(EmailAddress::parse(SECOND))?;
                sound(admin::found_owner(tx, &self.vault, &address, SECOND_HANDLE)?)?;
                change(tx, &document("checked"))
            }),
            Deed::Review => tx.on_behalf(Actor::Person(people.member(0)?), now, |tx| {
                change(tx, &document("verified"))
            }),
            Deed::Invite { by, invite, uses } => {
                let inviter = people.member(by)?;
                tx.on_behalf(Actor::Person(inviter), now, |tx| self.invite(tx, inviter, invite, uses))
            }
            Deed::Revoke { by, invite } => {
                let (inviter, id) = (people.member(by)?, self.invite_id(invite));
                tx.on_behalf(Actor::Person(inviter), now, |tx| invites::revoke(tx, inviter, id))?;
                Ok(())
            }
            Deed::Join { who, invite } => {
                let flow = self.arrive(tx, now, &self.growing, who, invite)?;
                let handle = Some(self.handles[who].clone());
                let member = tx.on_behalf(Actor::Newcomer, now.after(8 * MINUTE), |tx| {
                    planned(onboarding::commands::admit(
                        tx,
                        &self.vault,
                        &self.growing,
                        flow,
                        Some(&self.password),
                        handle,
                    ))
                })?;
                people.became(tx, who, member.row)
            }
            Deed::Apply {
                who,
                invite,
                refused_by,
            } => {
                let flow = self.arrive(tx, now, &self.reviewing, who, invite)?;
                match refused_by {
                    Some(reviewer) => self.refuse(tx, now.after(120 * MINUTE), flow, people.member(reviewer)?),
                    None => Ok(()),
                }
            }
            Deed::Vouch { from, to } => {
                let (from, to) = (people.member(from)?, people.member(to)?);
                tx.on_behalf(Actor::Person(from), now, |tx| people::vouch(tx, from, to))?;
                Ok(())
            }
            Deed::Report { from, on } => {
                let (from, on) = (people.member(from)?, people.member(on)?);
                tx.on_behalf(Actor::Person(from), now, |tx| people::report(tx, from, on));
                Ok(())
            }
            Deed::Appoint { who, role } => {
                let (owner, member) = (people.member(0)?, people.member(who)?);
                tx.on_behalf(Actor::Person(owner), now, |tx| {
                    let member = member_id(tx, member)?;
                    planned(moderation::give_role(tx, member, role, RoleReason::Duty))
                })?;
                Ok(())
            }
            Deed::Ban { who, by } => {
                let (target, by) = (people.member(who)?, people.member(by)?);
                tx.on_behalf(Actor::Person(by), now, |tx| {
                    let note = sound(Reason::parse("Came in by a leaked link and advertised to everybody."))?;
                    let target = member_id(tx, target)?;
                    let ban = moderation::NewSanction {
                        id: Id::new(tx.now, tx.rng),
                        kind: SanctionKind::Ban,
                        until: None,
                        reason: ReasonCode::Spam,
                        note: &note,
                    };
                    planned(moderation::sanction(tx, &self.vault, &Key::none(), target, &ban))
                })?;
                Ok(())
            }
        }
    }

    /// An invite's id follows from its number, so that it is found again without being kept.
    pub(super) fn invite_id(&self, invite: usize) -> InviteId {
        let rng = SeededRng::new(SEED << 32 | invite as u64);
        Id::new(self.base.after(self.plan.invites[invite]), &rng)
    }

    pub(super) fn invite(
        &self,
        tx: &mut Tx<'_>,
        by: PersonRow,
        invite: usize,
        uses: Option<u32>,
    ) -> Result<(), StoreError> {
        let to = match uses {
            Some(uses) => To::Holder { uses },
            None => To::Address(sound(EmailAddress::parse(&format!("guest{invite}@example.org")))?),
        };
        let new = NewInvite {
            id: self.invite_id(invite),
            to,
            locale: if invite.is_multiple_of(2) {
                Locale::En
            } else {
                Locale::ZhHans
            },
            lifetime: None,
            extras: Extras::default(),
        };
        let policy = if self.base.after(self.plan.reviewed()) <= tx.now {
            &self.reviewing
        } else {
            &self.growing
        };
        planned(invites::issue(tx, &self.vault, policy, by, &new))?;
        Ok(())
    }

    /// A newcomer's way in, up to their name and document.
    pub(super) fn arrive(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        policy: &Policy,
        who: Who,
        invite: usize,
    ) -> Result<Id<crate::platform::terms::kinds::Flow>, StoreError> {
        let person = &self.plan.people[who];
        let invite: Invite = invites::by_id(tx.conn, self.invite_id(invite))?
            .ok_or_else(|| StoreError::Internal("an invite of the sample community is missing".into()))?;
        let code = invites::code_of(&self.vault, invite.key_version, invite.id)
            .ok_or_else(|| StoreError::Internal("the keyring lacks the key of an invite's code".into()))?;
        let flow = Id::new(now, tx.rng);
        let mut next = |minutes: u32, part: &mut dyn FnMut(&mut Tx<'_>) -> Result<(), StoreError>| {
            tx.on_behalf(Actor::Newcomer, now.after(minutes * MINUTE), |tx| part(tx))
        };
        next(0, &mut |tx| {
            let locale = if person.chinese { Locale::ZhHans } else { Locale::En };
            planned(onboarding::commands::start(
                tx,
                &self.vault,
                &Limits::open(),
                &code,
                flow,
                Some(locale),
                None,
            ))?;
            Ok(())
        })?;
        next(2, &mut |tx| {
            let address = sound(EmailAddress::parse(&format!("{}@example.org", person.handle)))?;
            planned(onboarding::commands::give_contact(
                tx,
                &self.vault,
                policy,
                &Limits::open(),
                flow,
                Some(address.into()),
            ))
        })?;
        next(3, &mut |tx| {
            // What the mail would have told them.
            let started = onboarding::queries::flow(tx.conn, flow)?;
            let (started, (sealed, _)) = started
                .and_then(|flow| flow.proof.clone().map(|proof| (flow, proof)))
                .ok_or_else(|| StoreError::Internal("a flow of the sample community has no code".into()))?;
            let code = self
                .vault
                .key(tx.conn, started.subject)?
                .open_text(Field::Proof, &sealed)?;
            planned(onboarding::commands::prove_contact(
                tx,
                &self.vault,
                policy,
                &Limits::open(),
                flow,
                &code,
            ))?;
            Ok(())
        })?;
        next(6, &mut |tx| {
            let name = sound(FullName::parse(&person.name))?;
            let document = number(who, tx.now)?;
            planned(onboarding::commands::give_identity(
                tx,
                &self.vault,
                policy,
                &Key::none(),
                flow,
                &name,
                &document,
            ))
        })?;
        Ok(flow)
    }

    pub(super) fn refuse(
        &self,
        tx: &mut Tx<'_>,
        now: Timestamp,
        flow: Id<crate::platform::terms::kinds::Flow>,
        reviewer: PersonRow,
    ) -> Result<(), StoreError> {
        let open = identity::queries::cases(tx.conn, CaseState::Open, None, 1000, now)?;
        let case = open.iter().map(|found| &found.case).find(|case| case.flow == flow);
        let case = case
            .ok_or_else(|| StoreError::Internal("a case of the sample community is missing".into()))?
            .id;
        let look = sound(Reason::parse("The oldest case in the queue."))?;
        let why = sound(Reason::parse("The name is not the one in the document."))?;
        tx.on_behalf(Actor::Person(reviewer), now, |tx| {
            planned(identity::commands::claim(
                tx,
                &self.vault,
                &self.reviewing.review,
                &Key::none(),
                case,
                reviewer,
                &look,
            ))?;
            planned(identity::commands::decide(
                tx,
                &self.vault,
                &self.reviewing,
                case,
                reviewer,
                Verdict::Refused,
                &why,
            ))?;
            Ok(())
        })
    }
}
