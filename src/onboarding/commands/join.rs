//! The last step: a newcomer chooses a password and becomes a member.

use std::sync::Arc;

use secrecy::SecretString;
use uuid::Uuid;

use super::{ask_reviewer, at_step};
use crate::{
    credentials::{self, Hasher, passwords::hash::Phc},
    identity, invites,
    onboarding::{Flow, JoinError, Progress, StepError, queries, records},
    people::{self, Admission, Contact, Member, Newcomer},
    platform::{
        idempotency::{Key, KeyReused, Outcome},
        ledger::{Actor, Committed, Ledger, Position, Tx, events::RoleReason},
        store::StoreError,
        terms::{Assurance, ContactPoint, FlowId, Id, Role, SessionId, kinds},
        vault::{Vault, VaultError},
    },
    policy::{Policy, Step, Versioned, is_reserved},
    tokens::{self, Device, Session, SignIn, SignInError},
};

/// Makes the newcomer a member: the reserved use is redeemed, the edge is written, and the contact and the password
/// become the member's.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn admit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    flow: Id<kinds::Flow>,
    phc: Option<&Phc>,
    handle: Option<String>,
) -> Result<Member, StepError> {
    let (flow, reached) = at_step(tx, policy, flow, Step::Credentials)?;
    let accounts = policy.join.accounts_per_person;
    if reached.assurance >= Assurance::Checked && !identity::commands::confirm(tx, vault, flow.subject, accounts)? {
        return Err(StepError::NeedsReview);
    }
    records::end(tx.conn, flow.row, tx.now)?;
    let invite = invites::by_row(tx.conn, flow.invite_row)?;
    invites::redeem(tx, &invite, flow.id)?;
    let newcomer = Newcomer {
        subject: Some(flow.subject),
        handle: None,
        role: Role::Member,
        assurance: reached.assurance,
        locale: flow.locale.clone(),
    };
    let by = Admission {
        inviter: invite.inviter,
        invite_row: invite.row,
        invite: invite.id,
        flow: Some(flow.id),
    };
    let mut member = people::admit(tx, &newcomer, &by)?;
    if let Some(role) = invites::role_to_give(tx.conn, policy, &invite)? {
        tx.on_behalf(Actor::Person(invite.inviter), tx.now, |tx| {
            people::give_role(tx, &mut member, role, RoleReason::Invited)
        })?;
    }
    if let Some(handle) = handle {
        if !people::set_handle(tx.conn, member.row, &handle, tx.now)? {
            return Err(StepError::HandleTaken);
        }
        member.handle = Some(handle);
    }
    let (blind, sealed) = flow.address.as_ref().ok_or(StepError::OutOfOrder)?;
    let proved_at = flow.proved_at.ok_or(StepError::OutOfOrder)?;
    if !people::add_contact(
        tx,
        member.row,
        &Contact {
            blind,
            sealed,
            proved_at,
        },
    )? {
        return Err(StepError::Member);
    }
    if let Some(phc) = phc {
        credentials::set_password(tx, member.row, phc)?;
    }
    records::belongs_to(tx.conn, flow.row, member.row)?;
    Ok(member)
}

/// What the last step works with. It hashes a password before its transaction, and so opens the transaction itself.
#[derive(Clone, Copy)]
pub struct Join<'a> {
    /// Where members are written.
    pub ledger: &'a Ledger,
    /// Opens the address that was proved.
    pub vault: &'a Vault,
    /// The policy in force.
    pub policy: &'a Arc<Versioned>,
    /// Hashes the password.
    pub hasher: &'a Hasher,
    /// Signs the new member in.
    pub sign_in: &'a SignIn,
}

/// What a newcomer gives with the last step.
#[derive(Debug, Clone)]
pub struct NewMember {
    /// The password.
    pub password: SecretString,
    /// The handle, as entered.
    pub handle: Option<String>,
    /// With what they come.
    pub device: Device,
}

/// A new member, and what their flow was.
#[derive(Debug)]
pub struct Joined {
    /// The flow, as it was before this step.
    pub flow: Flow,
    /// The address that was proved.
    pub address: Option<ContactPoint>,
    /// Their first session.
    pub session: Session,
}

/// A newcomer before the last step.
struct Arrived {
    flow: Flow,
    progress: Progress,
    address: Option<ContactPoint>,
    /// The device that they come with, sealed.
    seen: Vec<u8>,
    /// What their idempotency key was used for before.
    earlier: Option<Outcome>,
}

impl Join<'_> {
    /// Makes a member of the newcomer whose flow `token` opens, and starts their first session. Where a reviewer has to
    /// look first, one is asked, and the step is refused ([`StepError::NeedsReview`]).
    ///
    /// A request with the same idempotency key and the same password gets the session of the first one, for as long
    /// as that session's first refresh token is the newest.
    ///
    /// # Errors
    /// [`JoinError`].
    pub async fn join(
        &self,
        id: FlowId,
        token: &SecretString,
        key: Key,
        new: NewMember,
    ) -> Result<Committed<Joined>, JoinError> {
        let arrived = self.arrived(id, token, &key, &new.device).await?;
        let (session, position) = match arrived.earlier {
            Some(outcome) => self.again(outcome, &arrived, new.password).await?,
            None => {
                let password = new.password.clone();
                let admitted = self.admit(&arrived, key, new).await?;
                match admitted.value {
                    Ok(session) => (session, admitted.position),
                    Err(outcome) => self.again(outcome, &arrived, password).await?,
                }
            }
        };
        Ok(Committed {
            value: Joined {
                flow: arrived.flow,
                address: arrived.address,
                session,
            },
            position,
        })
    }

    /// The newcomer whom the token lets take the step. A refusal that is certain by now costs no hash.
    async fn arrived(
        &self,
        id: FlowId,
        token: &SecretString,
        key: &Key,
        device: &Device,
    ) -> Result<Arrived, JoinError> {
        let (vault, now, rules) = (self.vault.clone(), self.ledger.now(), Arc::clone(self.policy));
        let (token, key, device, ledger) = (token.clone(), key.clone(), device.clone(), self.ledger.clone());
        let read = self.ledger.store().read(move |conn| {
            let Some(flow) = queries::opened(conn, &vault, id, &token)? else {
                return Ok(None);
            };
            let progress = queries::read_progress(conn, &rules.policy, &flow, now)?;
            let (address, seen) = match vault.key(conn, flow.subject) {
                Ok(own) => (queries::address(&own, &flow)?, device.seal(&own, ledger.rng())?),
                // They are forgotten, and the step is refused below.
                Err(VaultError::Erased) => (None, Vec::new()),
                Err(error) => return Err(error),
            };
            let earlier = key.earlier(conn, now)?;
            Ok::<_, VaultError>(Some(Arrived {
                flow,
                progress,
                address,
                seen,
                earlier,
            }))
        });
        read.await.map_err(StoreError::from)?.ok_or(JoinError::UnknownFlow)
    }

    /// Makes the newcomer a member; what the key was used for, where the same request was faster.
    async fn admit(
        &self,
        arrived: &Arrived,
        key: Key,
        new: NewMember,
    ) -> Result<Committed<Result<Session, Outcome>>, JoinError> {
        match arrived.progress {
            Progress::Next(Step::Credentials) => {}
            Progress::Next(_) => return Err(StepError::OutOfOrder.into()),
            Progress::Lapsed => return Err(StepError::ReservationExpired.into()),
            Progress::Member | Progress::Refused | Progress::Ended => return Err(StepError::Ended.into()),
        }
        let policy = &self.policy.policy;
        let handle = new.handle.map(|handle| people::handle(&handle)).transpose()?;
        if handle.as_ref().is_some_and(|handle| is_reserved(policy, handle)) {
            return Err(JoinError::HandleReserved);
        }
        // The password may not be made of any of these.
        let mut context = vec![policy.community.name.to_string()];
        context.extend(handle.clone());
        context.extend(arrived.address.as_ref().map(|address| address.kept().to_owned()));
        let phc = self.hasher.choose(new.password, context).await?;
        let (id, lifetime) = (arrived.flow.id, self.sign_in.tokens().session_lifetime());
        let seen = arrived.seen.clone();
        let (vault, rules) = (self.vault.clone(), Arc::clone(self.policy));
        let written = self
            .ledger
            .write(Actor::Newcomer, move |tx| {
                let session: SessionId = Id::new(tx.now, tx.rng);
                match key.claim(tx, session)? {
                    Outcome::First => {}
                    outcome => return Ok(Err(outcome)),
                }
                let member = admit(tx, &vault, &rules.policy, id, Some(&phc), handle)?;
                let started = tokens::start_as(tx, session, seen, member.row, lifetime)?;
                started.map(Ok).ok_or(StepError::Ended)
            })
            .await;
        if let Err(StepError::NeedsReview) = written {
            // Nothing was kept of the step, not even its key: it is taken again when the reviewer has decided.
            let (vault, rules) = (self.vault.clone(), Arc::clone(self.policy));
            self.ledger
                .write(Actor::Newcomer, move |tx| ask_reviewer(tx, &vault, &rules.policy, id))
                .await?;
        }
        Ok(written?)
    }

    /// The session of the first answer under the same key. The flow's token is no sign-in: the password is asked for as
    /// at any other, and a wrong one is counted as there.
    async fn again(
        &self,
        outcome: Outcome,
        arrived: &Arrived,
        password: SecretString,
    ) -> Result<(Session, Option<Position>), JoinError> {
        let (Outcome::Again(session), Some(address)) = (outcome, &arrived.address) else {
            return Err(KeyReused.into());
        };
        let session = Id::from_uuid(Uuid::from_bytes(session));
        let resumed = self.sign_in.resume(address, password, session);
        let written = resumed.await.map_err(|error| match error {
            SignInError::Wrong => KeyReused.into(),
            SignInError::Refreshed => JoinError::Used,
            error => JoinError::SignIn(error),
        })?;
        Ok((written.value, written.position))
    }
}
