//! A newcomer proves that they control an address, and a use of the invite is reserved for them.

use std::time::Duration;

use zeroize::Zeroizing;

use super::{abandon, at_step};
use crate::{
    credentials, identity, invites,
    notify::TextPayer,
    onboarding::{
        Flow, Limits, PROOF_LASTS, ProofError, StepError, flow_token,
        proofs::{Judged, Proofs},
        records, token_blind,
    },
    people,
    platform::{
        ledger::{
            Event, Tx,
            events::{self, Release},
        },
        store::{
            StoreError,
            throttle::{Rate, Throttled},
        },
        terms::{ContactPoint, Id, kinds},
        vault::{Blind, DataKey, Field, Vault, VaultError},
    },
    policy::{Policy, Step, may_contact, may_text},
};

/// Wrong codes for one address in a day, by however many flows: flows and codes are to be had for the asking,
/// and so guessing at six digits would be a matter of patience (NIST SP 800-63B-4 §3.2.2: at most 100).
pub const GUESSES_A_DAY: u32 = 100;

/// Counts a one-time code that was just asked for with an invite: whoever has the code of an open link can name
/// anybody's address, in any number of flows. So many codes may be sent in an hour, and three more for each use of the
/// invite: enough for newcomers who mistype an address or lose a letter.
fn count_code(tx: &mut Tx<'_>, vault: &Vault, invite: &invites::Invite, per_hour: u32) -> Result<(), ProofError> {
    let uses = u32::try_from(invite.max_uses).unwrap_or(u32::MAX);
    let rate = Rate::burst(
        uses.saturating_mul(3).saturating_add(per_hour),
        Duration::from_secs(60 * 60),
    );
    let bucket = [b"proof-mail/invite/", invite.id.as_bytes().as_slice()].concat();
    let bucket = vault.blind(Blind::Throttle, &bucket);
    tx.throttles
        .admit(tx.conn, &bucket, rate, tx.now)
        .map_err(|throttled| match throttled {
            Throttled::Wait(seconds) => ProofError::TooManyCodes(seconds),
            Throttled::Store(error) => error.into(),
        })
}

/// The bucket in which the codes for an address are counted: an addressed invite has one of its own, since its code was
/// sent to that address alone; all other invites share the address's. So nobody with an open link uses up what an
/// addressed invite allows.
fn bucket(vault: &Vault, what: &[u8], invite: &invites::Invite, address: &[u8]) -> Vec<u8> {
    let own = match invite.address_blind {
        Some(_) => invite.id.as_bytes().as_slice(),
        None => b"",
    };
    vault.blind(Blind::Throttle, &[what, address, own].concat())
}

/// Takes the address to be proved and makes a one-time code for it. With an addressed invite it must be the invited
/// address, and may be left out. The code is mailed, or sent by text message, by a subscriber of the ledger's feed. So that nobody's mailbox is
/// flooded, codes are counted by address and by invite, over all flows.
///
/// # Errors
/// [`ProofError`]; nothing is changed then.
pub fn give_contact(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    limits: &Limits,
    flow: Id<kinds::Flow>,
    address: Option<ContactPoint>,
) -> Result<(), ProofError> {
    let (flow, _) = at_step(tx, policy, flow, Step::Contact)?;
    let invite = invites::by_row(tx.conn, flow.invite_row)?;
    invites::leads_on(tx.conn, &invite, tx.now)?.map_err(StepError::from)?;
    let address = match (address, invites::address(tx.conn, vault, &invite)?) {
        (None, Some(invited)) => invited,
        (None, None) => return Err(ProofError::NoAddress),
        (Some(given), _) => given,
    };
    let blind = vault.blind_contact(&address);
    if invite.address_blind.as_ref().is_some_and(|invited| *invited != blind) {
        return Err(ProofError::AnotherAddress);
    }
    // An addressed invite says itself what kind of contact is proved.
    match (&invite.address_blind, address.phone()) {
        (None, _) => may_contact(policy, &address)?,
        (Some(_), Some(phone)) => may_text(policy, phone)?,
        (Some(_), None) => {}
    }
    let mailed = bucket(vault, b"proof-mail/", &invite, &blind);
    match tx.throttles.admit(tx.conn, &mailed, limits.codes_per_address, tx.now) {
        Err(Throttled::Wait(seconds)) => return Err(ProofError::Mailed(seconds)),
        admitted => admitted?,
    }
    if let Some(phone) = address.phone() {
        limits
            .texts
            .spend(tx, vault, phone, TextPayer::Member(invite.inviter))?;
    }
    let key = vault.key(tx.conn, flow.subject)?;
    let code = credentials::six_digits(tx.rng);
    let mut proofs = sent(&flow, &key)?;
    let same = flow.address.as_ref().is_some_and(|(former, _)| *former == blind);
    // A code proves the address that it was sent to. And after too many wrong ones nothing that was tried is good.
    if !same || flow.proof_failures >= limits.proof_attempts {
        proofs.void();
    }
    let failures = if proofs.any_good(tx.now) {
        flow.proof_failures
    } else {
        0
    };
    let until = tx.now.after(PROOF_LASTS);
    proofs.add(&code, until);
    records::ask(
        tx.conn,
        flow.row,
        &records::Ask {
            address_sealed: key.seal(Field::Contact, address.kept().as_bytes(), tx.rng)?,
            address_blind: blind,
            proof_sealed: key.seal(Field::Proof, code.as_bytes(), tx.rng)?,
            proof_expires_at: until,
            proofs_sealed: key.seal(Field::Proof, &written(&proofs)?, tx.rng)?,
            failures,
        },
    )?;
    tx.record(Event::ProofRequested(events::ProofRequested { flow: flow.id }));
    match limits.codes_per_invite {
        Some(per_hour) => count_code(tx, vault, &invite, per_hour),
        None => Ok(()),
    }
}

/// The codes that were made for a flow.
fn sent(flow: &Flow, key: &DataKey) -> Result<Proofs, VaultError> {
    let mut proofs = match &flow.proofs {
        Some(sealed) => serde_json::from_slice(&key.open(Field::Proof, sealed)?).map_err(|_| VaultError::Sealed)?,
        None => Proofs::default(),
    };
    // A version before this one keeps the newest by itself.
    if let Some((sealed, until)) = &flow.proof {
        let newest = key.open_text(Field::Proof, sealed)?;
        if proofs.judge(&newest, *until) == Judged::Wrong {
            proofs.add(&newest, *until);
        }
    }
    Ok(proofs)
}

fn written(proofs: &Proofs) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    serde_json::to_vec(proofs)
        .map(Zeroizing::new)
        .map_err(|error| StoreError::Internal(error.to_string()))
}

/// Takes a one-time code of six digits. Every valid code is accepted; one that was valid once is not counted as wrong.
/// With the right code, a use of the invite is reserved. A newcomer who proved the same address for the same invite
/// before goes on where they were: the answer is their earlier flow, which the token of this one opens from then on.
///
/// # Errors
/// [`ProofError`]; a wrong code is counted.
pub fn prove_contact(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    limits: &Limits,
    flow: Id<kinds::Flow>,
    code: &str,
) -> Result<Flow, ProofError> {
    let (flow, _) = at_step(tx, policy, flow, Step::Contact)?;
    let proofs = sent(&flow, &vault.key(tx.conn, flow.subject)?)?;
    if !proofs.any_good(tx.now) {
        return Err(ProofError::Stale);
    }
    // Before the code is looked at, and in the row: who tries often at once tries no more often.
    if !records::take_attempt(tx.conn, flow.row, limits.proof_attempts)? {
        return Err(ProofError::Locked);
    }
    let (blind, _) = flow.address.as_ref().ok_or(ProofError::Stale)?;
    let invite = invites::by_row(tx.conn, flow.invite_row)?;
    let guesses = bucket(vault, b"proof-guess/", &invite, blind);
    let rate = Rate::at_most(GUESSES_A_DAY, Duration::from_secs(24 * 60 * 60));
    // The bucket is locked from here on: of two who prove one address at once, the second finds the first below.
    tx.throttles.admit(tx.conn, &guesses, rate, tx.now)?;
    match proofs.judge(code, tx.now) {
        Judged::Right => {}
        // What was counted above is rolled back.
        Judged::Stale => return Err(ProofError::Stale),
        Judged::Wrong => {
            tx.record(Event::ProofFailed(events::ProofFailed { flow: flow.id }));
            return Err(ProofError::Wrong);
        }
    }
    tx.throttles.give_back(tx.conn, &guesses, rate)?;
    if people::contact_holder(tx.conn, blind, tx.now)?.is_some() {
        // They control the address, so telling them is no leak.
        return Err(StepError::Member.into());
    }
    if identity::queries::binds_address(tx.conn, blind)? {
        return Err(StepError::Refused.into());
    }
    records::prove(tx.conn, flow.row, tx.now)?;
    tx.record(Event::ContactProved(events::ContactProved { flow: flow.id }));
    if let Some(former) = records::on_the_way(tx.conn, flow.invite_row, blind, flow.row)? {
        if invites::held_until(tx.conn, former.id)?.is_some_and(|until| tx.now < until) {
            records::end(tx.conn, flow.row, tx.now)?;
            let token = flow_token(vault, flow.id);
            records::open_with(tx.conn, former.row, &token_blind(vault, former.id, &token))?;
            return Ok(former);
        }
        abandon(tx, &former, Release::Expired)?;
    }
    let until = tx
        .now
        .after(Duration::from_secs(u64::from(policy.join.hold_days) * 24 * 60 * 60));
    if !invites::reserve(tx, &invite, flow.id, until)? {
        invites::open(tx.conn, &invite, tx.now)?.map_err(StepError::from)?;
        // It was free a moment ago and is taken now.
        return Err(StepError::Closed(invites::Closed::Held).into());
    }
    records::by_id(tx.conn, flow.id)?.ok_or_else(|| StepError::Ended.into())
}
