//! A flow is started, abandoned, or ends because its time is over.

use std::time::Duration;

use crate::{
    identity,
    invites::{self, Code, Invite},
    notify::Locale,
    onboarding::{Flow, Limits, StepError, Via, flow_token, records, token_blind},
    platform::{
        ledger::{
            Actor, Event, Ledger, Tx,
            events::{self, Release},
        },
        store::StoreError,
        terms::{Id, kinds},
        vault::{Blind, Vault},
    },
};

/// How long a flow may be without a proved contact.
const UNPROVED: Duration = Duration::from_secs(24 * 60 * 60);

/// Starts a flow with the invite that has this code. It reserves nothing. An invite is accepted, too, while all its uses
/// are reserved, or when it has expired and a use is still reserved: a newcomer who lost their token goes on where they
/// were once they have proved the same address again.
///
/// # Errors
/// [`StepError`]; nothing is changed then.
pub fn start(
    tx: &mut Tx<'_>,
    vault: &Vault,
    limits: &Limits,
    code: &Code,
    id: Id<kinds::Flow>,
    locale: Option<Locale>,
    via: Option<Via>,
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
            via,
            created_at: tx.now,
            expires_at: tx.now.after(UNPROVED),
        },
    )?;
    tx.record(Event::OnboardingStarted(events::OnboardingStarted {
        flow: id,
        invite: invite.id,
    }));
    if let Some(rate) = limits.flows_per_use {
        let bucket = vault.blind(Blind::Throttle, &[b"flows/".as_slice(), invite.id.as_bytes()].concat());
        let rate = rate.times(u32::try_from(invite.max_uses).unwrap_or(u32::MAX));
        tx.throttles.admit(tx.conn, &bucket, rate, tx.now)?;
    }
    Ok(flow)
}

/// Ends the flows that have waited for a reviewer for as long as the policy allows: the use of the invite is free again,
/// and the case leaves the queue. It only brings the rows up to date: whoever reads a case or a flow sees that its time
/// is over.
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
            .write(Actor::System, move |tx| match records::lock(tx.conn, id)? {
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

/// Ends a flow: its reserved use is free again. Does nothing where the flow is over.
///
/// # Errors
/// [`StoreError`].
pub fn abandon(tx: &mut Tx<'_>, flow: &Flow, why: Release) -> Result<(), StoreError> {
    if !records::end(tx.conn, flow.row, tx.now)? {
        return Ok(());
    }
    let invite: Invite = invites::by_row(tx.conn, flow.invite_row)?;
    invites::release(tx, &invite, flow.id, why)?;
    identity::commands::release(tx, flow.subject)
}
