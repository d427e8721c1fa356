//! A newcomer gives their real name.

use super::at_step;
use crate::{
    identity::{self, Demands, Document, FullName},
    invites,
    onboarding::{Flow, StepError},
    platform::{
        idempotency::{self, Key},
        ledger::Tx,
        store::{Conn, StoreError},
        terms::{Id, kinds},
        vault::Vault,
    },
    policy::{Policy, Step, may_document},
};

/// Takes a name and a document. A verifier is asked where the policy demands it. A request with the same idempotency
/// key changes nothing again.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn give_identity(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    key: &Key,
    flow: Id<kinds::Flow>,
    name: &FullName,
    document: &Document,
) -> Result<(), StepError> {
    let give = |tx: &mut Tx<'_>| give_first(tx, vault, policy, flow, name, document);
    idempotency::once(tx, key, flow, give, |_, _| Ok(()))
}

fn give_first(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    flow: Id<kinds::Flow>,
    name: &FullName,
    document: &Document,
) -> Result<(), StepError> {
    let (flow, _) = at_step(tx, policy, flow, Step::Identity)?;
    may_document(policy, document.country())?;
    let key = vault.key(tx.conn, flow.subject)?;
    let way = way(tx.conn, &flow)?;
    identity::commands::submit(tx, vault, &key, &way, name, document, &Demands::of(policy))?;
    Ok(())
}

/// Asks a reviewer about a newcomer who may not take the last step without: see [`StepError::NeedsReview`].
///
/// # Errors
/// [`StepError`]; nothing is changed then.
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

/// How the newcomer of a flow comes in.
fn way(conn: &mut Conn, flow: &Flow) -> Result<identity::Way, StoreError> {
    Ok(identity::Way {
        flow: flow.id,
        invite_row: flow.invite_row,
        sole_use: invites::by_row(conn, flow.invite_row)?.max_uses == 1,
        address_blind: flow.address.as_ref().map(|(blind, _)| blind.clone()),
    })
}
