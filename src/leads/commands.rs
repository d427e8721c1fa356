//! Every change of leads.

use super::{
    LeadError, LeadKind, LeadState,
    kinds::Finding,
    records::{self, NewLead},
    rules,
};
use crate::{
    people,
    platform::{
        ledger::{Event, Tx, events},
        store::StoreError,
        terms::{Id, LeadId, PersonRow, Reason, Standing, Timestamp},
        vault::Vault,
    },
};

/// Says why nothing follows from a lead that is open. The reason is sealed under the key of the person whom it is about.
///
/// # Errors
/// [`LeadError`]; nothing is changed then.
pub fn dismiss(tx: &mut Tx<'_>, vault: &Vault, id: LeadId, reason: &Reason) -> Result<(), LeadError> {
    let lead = records::by_id(tx.conn, id)?.ok_or(LeadError::Unknown)?;
    let members = people::lock(tx.conn, lead.person, lead.person)?;
    let member = members.iter().find(|member| member.row == lead.person);
    let member = member.ok_or_else(|| StoreError::Internal("a lead is about nobody".into()))?;
    // Nothing is written about somebody who has left.
    if member.standing == Standing::Left {
        return Err(LeadError::NotOpen);
    }
    let note = people::key_of(tx, vault, member)?.seal_note(reason, tx.rng)?;
    let by = tx.actor().person();
    if !records::dismiss(tx.conn, lead.row, by, &note.sealed, tx.now)? {
        return Err(LeadError::NotOpen);
    }
    tx.record(Event::LeadDismissed(events::LeadDismissed {
        lead: id,
        person: lead.person,
        kind: lead.kind,
        reason: note.commitment,
    }));
    Ok(())
}

/// Writes what was found as of `at`: a lead that is new is open, one that is known stands as [`rules::found_again`] says.
pub(super) fn see(tx: &mut Tx<'_>, at: Timestamp, found: &[(LeadKind, Finding)]) -> Result<(), StoreError> {
    for (kind, finding) in found {
        let person = PersonRow(i64::from(finding.person));
        let new = NewLead {
            uid: Id::new(tx.now, tx.rng),
            kind: *kind,
            person,
            state: LeadState::Open,
            // Millionths; far from the end of the numbers, whatever was found.
            strength: (finding.strength * 1e6).clamp(0.0, 1e15) as i64,
            evidence: i64::from(finding.evidence),
            since: finding.since.map(|since| Timestamp::from_seconds(i64::from(since))),
            figures: serde_json::to_string(&finding.figures)
                .map_err(|error| StoreError::Internal(error.to_string()))?,
            explanation: finding.words.clone(),
            first_seen_at: at,
            last_seen_at: at,
        };
        let Some(known) = records::about(tx.conn, *kind, person)? else {
            records::insert(tx.conn, &new)?;
            continue;
        };
        let state = rules::found_again(known.state, known.dismissed_evidence, new.evidence);
        // Where somebody dismissed it in this moment, that stands, and the next time it is found again.
        records::see_again(tx.conn, &known, state, &new)?;
    }
    Ok(())
}
