//! A newcomer's way in: invite → contact → real name → credentials → active member.
//!
//! A flow is opened with an invite's code and costs nothing until the contact is proved; then one
//! use of the invite is held for it, for as many days as the policy grants, so that a review may
//! take its time. The last step makes the held use a use, the newcomer a member and the edge, in
//! one transaction. Where a newcomer stands is not stored: it follows from what they have shown and
//! what the policy demands now.

pub mod http;
mod contact;
mod follow;
mod letters;
mod proofs;
mod records;
mod rules;

pub use contact::{PROOF_LASTS, ProofError, count_code, give_contact, prove_contact};
pub use follow::OnboardingSubscriber;
pub use records::{Flow, by_id};
pub use rules::{Progress, progress};

use secrecy::{ExposeSecret, SecretString};

use crate::{
    credentials::{self, passwords::hash::Phc},
    identity::{self, Demands, Document, FullName, Reached, SubmitError},
    invites::{self, Closed, Code, Invite, RedeemError},
    notify::Locale,
    people::{self, Admission, Contact, Member, Newcomer},
    platform::{
        idempotency::KeyReused,
        ledger::{Actor, Event, Ledger, Tx, events::Release},
        store::{CommandError, Conn, Disposition, StoreError, from_query, throttle::Throttled},
        terms::{Assurance, Id, Role, Timestamp, kinds},
        vault::{Blind, KeyPurpose, Vault, VaultError},
    },
    policy::{Policy, Step},
};

/// For how long a flow may be without a proved contact.
const UNPROVED: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

/// Why a step was not taken.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// No invite has this code.
    #[error("there is no such invite")]
    UnknownInvite,
    /// The invite cannot be used now.
    #[error(transparent)]
    Closed(#[from] Closed),
    /// It is another step's turn.
    #[error("it is not the time for this step")]
    OutOfOrder,
    /// The flow is over: a member, refused, given up, or too old.
    #[error("the flow has ended")]
    Ended,
    /// The use is no longer held.
    #[error("the use is no longer held")]
    HoldExpired,
    /// The name and document are not taken.
    #[error(transparent)]
    Submit(SubmitError),
    /// The handle is somebody else's.
    #[error("the handle is taken")]
    HandleTaken,
    /// The contact belongs to a member already.
    #[error("this person is a member already")]
    Member,
    /// A reviewer has refused whoever has this contact, for good.
    #[error("this person was refused for good")]
    Refused,
    /// A reviewer has to look before the last step: see [`ask_reviewer`].
    #[error("a reviewer has to look at the name and the document first")]
    NeedsReview,
    /// Too many flows were begun by the invite: another one is open after so many seconds.
    #[error("too many registrations were begun by the invite; the next one is open in {0} s")]
    TooMany(u32),
    /// The idempotency key was used with another request.
    #[error(transparent)]
    KeyReused(#[from] KeyReused),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(StepError);

impl CommandError for StepError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            _ => Disposition::RollBack,
        }
    }
}

impl From<Throttled> for StepError {
    fn from(throttled: Throttled) -> Self {
        match throttled {
            Throttled::Wait(seconds) => Self::TooMany(seconds),
            Throttled::Store(error) => Self::Store(error),
        }
    }
}

impl From<VaultError> for StepError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

impl From<SubmitError> for StepError {
    fn from(error: SubmitError) -> Self {
        match error {
            SubmitError::Store(error) => Self::Store(error),
            SubmitError::NotReserved => Self::HoldExpired,
            refusal => Self::Submit(refusal),
        }
    }
}

impl From<RedeemError> for StepError {
    fn from(error: RedeemError) -> Self {
        match error {
            RedeemError::NotHeld => Self::HoldExpired,
            RedeemError::Closed(closed) => Self::Closed(closed),
            RedeemError::Store(error) => Self::Store(error),
        }
    }
}

/// The token that whoever started a flow shows at each of its steps: derived, never stored.
pub fn flow_token(vault: &Vault, id: Id<kinds::Flow>) -> SecretString {
    let (_, secret) = vault.derive(KeyPurpose::Flow, id.as_bytes());
    format!("vsf_{}", data_encoding::BASE64URL_NOPAD.encode(&secret)).into()
}

/// What is stored of a token that opens a flow.
fn token_blind(vault: &Vault, flow: Id<kinds::Flow>, token: &SecretString) -> Vec<u8> {
    vault.blind_all(Blind::FlowToken, &[flow.as_bytes(), token.expose_secret().as_bytes()])
}

/// Opens a flow for the invite that `code` opens. Uses nothing up. Also for one whose every use is held, or
/// whose time is over while one is: somebody on their way may have lost their token, and goes on where they
/// were once they have proved the same address again.
pub fn start(
    tx: &mut Tx<'_>,
    vault: &Vault,
    code: &Code,
    id: Id<kinds::Flow>,
    locale: Option<Locale>,
) -> Result<Flow, StepError> {
    let invite = invites::by_code(tx.conn, vault, code)?.ok_or(StepError::UnknownInvite)?;
    invites::leads_on(tx.conn, &invite, tx.now)??;
    let (subject, _) = vault.new_subject(tx)?;
    let token = flow_token(vault, id);
    let locale = locale.unwrap_or_else(|| Locale::from_tag(&invite.locale));
    let flow = records::insert(
        tx.conn,
        &records::New {
            id,
            token_hash: &token_blind(vault, id, &token),
            invite_row: invite.row,
            subject,
            locale: locale.tag(),
            created_at: tx.now,
            expires_at: tx.now.after(UNPROVED),
        },
    )?;
    tx.record(Event::OnboardingStarted {
        flow: id,
        invite: invite.id,
    });
    Ok(flow)
}

/// Where a flow stands, with what it takes to say so.
pub fn read_progress(conn: &mut Conn, policy: &Policy, flow: &Flow, now: Timestamp) -> Result<Progress, StoreError> {
    read_standing(conn, policy, flow, now).map(|(progress, _)| progress)
}

/// The same, and how far the newcomer's real name has come.
fn read_standing(
    conn: &mut Conn,
    policy: &Policy,
    flow: &Flow,
    now: Timestamp,
) -> Result<(Progress, Reached), StoreError> {
    let held_until = invites::held_until(conn, flow.id)?;
    let reached = identity::queries::reached(conn, flow.subject, &Demands::of(policy))?;
    Ok((progress(policy, flow, held_until, &reached, now), reached))
}

/// The flow, if `step` is its next, and how far the real name has come. It is held for the step to change it:
/// nobody else does before the transaction ends.
fn at_step(tx: &mut Tx<'_>, policy: &Policy, flow: Id<kinds::Flow>, step: Step) -> Result<(Flow, Reached), StepError> {
    let flow = records::lock(tx.conn, tx.guards, flow)?.ok_or(StepError::Ended)?;
    match read_standing(tx.conn, policy, &flow, tx.now)? {
        (Progress::Next(next), reached) if next == step => Ok((flow, reached)),
        (Progress::Next(_), _) => Err(StepError::OutOfOrder),
        (Progress::Member | Progress::Refused | Progress::Ended, _) => Err(StepError::Ended),
        (Progress::Lapsed, _) if flow.proved_at.is_some() => Err(StepError::HoldExpired),
        (Progress::Lapsed, _) => Err(StepError::Ended),
    }
}

/// Takes a name and a document; a reviewer is asked where the policy wants one.
pub fn give_identity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    flow: Id<kinds::Flow>,
    name: &FullName,
    document: &Document,
) -> Result<(), StepError> {
    let (flow, _) = at_step(tx, policy, flow, Step::Identity)?;
    let key = vault.key(tx.conn, flow.subject)?;
    let way = way(tx.conn, &flow)?;
    identity::commands::submit(tx, vault, &key, &way, name, document, &Demands::of(policy))?;
    Ok(())
}

/// Asks a reviewer about somebody who may not take the last step without: see [`StepError::NeedsReview`].
pub fn ask_reviewer(tx: &mut Tx<'_>, vault: &Vault, policy: &Policy, flow: Id<kinds::Flow>) -> Result<(), StepError> {
    let (flow, _) = at_step(tx, policy, flow, Step::Credentials)?;
    let way = way(tx.conn, &flow)?;
    Ok(identity::commands::ask_reviewer(
        tx,
        vault,
        flow.subject,
        &way,
        Demands::of(policy).wait,
    )?)
}

fn way(conn: &mut Conn, flow: &Flow) -> Result<identity::Way, StoreError> {
    Ok(identity::Way {
        flow: flow.id,
        invite_row: flow.invite_row,
        sole_use: invites::by_row(conn, flow.invite_row)?.max_uses == 1,
        address_blind: flow.address.as_ref().map(|(blind, _)| blind.clone()),
    })
}

/// Makes the newcomer a member: the held use becomes a use, the edge is written, the contact and
/// the password are theirs; all in this transaction, or nothing.
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
        assurance: reached.assurance.max(Assurance::Contact),
        locale: flow.locale.clone(),
    };
    let by = Admission {
        inviter: invite.inviter,
        invite_row: invite.row,
        invite: invite.id,
        flow: Some(flow.id),
    };
    let mut member = people::admit(tx, &newcomer, &by)?;
    if let Some(handle) = handle {
        if !people::set_handle(tx.conn, member.row, &handle)? {
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

/// Ends the ways in of those who have waited for a reviewer for as long as the policy lets a case wait: their
/// place is free again, and the case leaves the queue. Nothing depends on it but the rows: who looks at a case
/// or a flow sees that its time is over.
///
/// # Errors
/// [`StoreError`]; what was ended before stays ended.
pub async fn lapse(ledger: &Ledger) -> Result<(), StoreError> {
    const AT_ONCE: i64 = 100;
    let now = ledger.now();
    let over = ledger
        .store()
        .read(move |conn| identity::queries::lapsed(conn, now, AT_ONCE))
        .await?;
    for (id, subject) in over {
        ledger
            .write(Actor::System, move |tx| match records::lock(tx.conn, tx.guards, id)? {
                Some(flow) if flow.ended_at.is_none() => match invites::held_until(tx.conn, id)? {
                    Some(until) if tx.now < until => Ok(()),
                    _ => abandon(tx, &flow, Release::Expired),
                },
                _ => identity::commands::release(tx, subject),
            })
            .await?;
    }
    Ok(())
}

/// Gives up: the held use is free again. Nothing where the flow is over already.
pub fn abandon(tx: &mut Tx<'_>, flow: &Flow, why: Release) -> Result<(), StoreError> {
    if !records::end(tx.conn, flow.row, tx.now)? {
        return Ok(());
    }
    let invite: Invite = invites::by_row(tx.conn, flow.invite_row)?;
    invites::release(tx, &invite, flow.id, why)?;
    identity::commands::release(tx, flow.subject)
}
