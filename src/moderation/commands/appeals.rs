//! Appeals: made by whoever is sanctioned, decided by somebody else than who decided the sanction.

use std::time::Duration;

use super::{lift, lock};
use crate::{
    moderation::{
        AppealError, AppealVerdict, SanctionError,
        records::{self, actions, appeals},
        rules,
    },
    people,
    platform::{
        ledger::{Event, Tx, events},
        store::StoreError,
        terms::{AppealId, Id, PersonId, PersonRow, Reason, SanctionId, Standing},
        vault::Vault,
    },
};

/// For how long nobody else decides an appeal that was claimed.
pub const CLAIM_LASTS: Duration = Duration::from_secs(30 * 60);

/// Appeals against a sanction of one's own that is in force: once.
///
/// # Errors
/// [`AppealError`]; nothing is changed then.
pub fn appeal(
    tx: &mut Tx<'_>,
    vault: &Vault,
    person: PersonRow,
    sanction: SanctionId,
    text: &Reason,
) -> Result<AppealId, AppealError> {
    let found = records::by_id(tx.conn, sanction)?;
    let own = found.filter(|found| found.person == person && found.lifted_at.is_none());
    own.ok_or(AppealError::SanctionUnknown)?;
    let member = people::member(tx.conn, person)?.ok_or(AppealError::SanctionUnknown)?;
    let text = people::key_of(tx, vault, &member)?.seal_note(text, tx.rng)?;
    let id: AppealId = Id::new(tx.now, tx.rng);
    if !appeals::insert(tx.conn, id, sanction, person, &text.sealed, tx.now)? {
        return Err(AppealError::Exists);
    }
    tx.record(Event::AppealMade(events::AppealMade {
        appeal: id,
        sanction,
        person,
        note: text.commitment,
    }));
    Ok(id)
}

/// Claims an appeal: nobody else decides it for [`CLAIM_LASTS`]. Whoever decided the sanction may not.
///
/// # Errors
/// [`AppealError`]; nothing is changed then.
pub fn claim(tx: &mut Tx<'_>, id: AppealId) -> Result<(), AppealError> {
    let (by, _) = judge(tx, id)?;
    let until = tx.now.after(CLAIM_LASTS);
    if !appeals::claim(tx.conn, id, by, until, tx.now)? {
        return Err(AppealError::NotNow);
    }
    tx.record(Event::AppealClaimed(events::AppealClaimed { appeal: id }));
    Ok(())
}

/// Decides an appeal that was claimed before: the sanction is upheld, or lifted.
///
/// # Errors
/// [`AppealError`]; nothing is changed then.
pub fn decide(
    tx: &mut Tx<'_>,
    vault: &Vault,
    id: AppealId,
    verdict: AppealVerdict,
    reason: &Reason,
) -> Result<(), AppealError> {
    let found = appeals::appeal(tx.conn, id)?.ok_or(AppealError::Unknown)?;
    // Before anything is written: see `lift`.
    people::await_standing(tx.conn, found.person)?;
    let (by, person) = judge(tx, id)?;
    let member = people::member(tx.conn, found.person)?.ok_or(AppealError::Unknown)?;
    if member.standing == Standing::Left {
        return Err(AppealError::NotNow);
    }
    let note = people::key_of(tx, vault, &member)?.seal_note(reason, tx.rng)?;
    if !appeals::decide(tx.conn, id, by, verdict, &note.sealed, tx.now)? {
        return Err(AppealError::NotNow);
    }
    tx.record(Event::AppealDecided(events::AppealDecided {
        appeal: id,
        sanction: found.sanction,
        person: found.person,
        upheld: verdict == AppealVerdict::Upheld,
        note: note.commitment,
    }));
    if verdict == AppealVerdict::Overturned {
        match lift(tx, vault, person, found.sanction, reason) {
            // It was lifted meanwhile, or its time was over.
            Ok(_) | Err(SanctionError::Unknown) => {}
            Err(SanctionError::Store(error)) => return Err(error.into()),
            Err(_) => return Err(AppealError::NotAllowed(rules::NotAllowed)),
        }
    }
    Ok(())
}

/// Who acts, and whose appeal it is; fails where whoever acts decided the sanction, or may not lift it.
fn judge(tx: &mut Tx<'_>, id: AppealId) -> Result<(PersonRow, PersonId), AppealError> {
    let appeal = appeals::appeal(tx.conn, id)?.ok_or(AppealError::Unknown)?;
    let by = tx.actor().person().ok_or(rules::NotAllowed)?;
    let locked = lock(tx, appeal.person)?.ok_or(AppealError::Unknown)?;
    rules::may_sanction(locked.authority()?, &locked.target)?;
    let person = locked.target.id;
    let sanction = records::by_id(tx.conn, appeal.sanction)?;
    let sanction = sanction.ok_or_else(|| StoreError::Internal("an appeal is against no sanction".into()))?;
    let mut decided = vec![sanction.imposed_by];
    if let Some(action) = sanction.action {
        let action = actions::action(tx.conn, action)?;
        decided.extend(action.iter().flat_map(|action| [action.drafted_by, action.approved_by]));
    }
    if decided.contains(&Some(by)) {
        return Err(AppealError::OwnDecision);
    }
    Ok((by, person))
}
