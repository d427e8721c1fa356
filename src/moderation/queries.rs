//! What may be read of sanctions.

use zeroize::Zeroizing;

use super::{
    ActionRow, ActionState, Sanction, commands, records,
    records::{
        appeals::AppealRow,
        reports::{Bundle, ReportRow},
    },
    selection::{Chosen, LeftOut, Selection},
};
use crate::{
    people::{self, Member},
    platform::{
        jobs,
        store::{Conn, StoreError},
        terms::{ActionId, AppealId, PersonId, PersonRow, SanctionId, Timestamp},
        vault::{DataKey, Vault, VaultError},
    },
    tokens,
};

/// A sanction with what is looked up for it.
#[derive(Debug)]
pub struct SanctionDetails {
    /// The sanction.
    pub sanction: Sanction,
    /// The public id of the member who imposed it.
    pub imposed_by: Option<PersonId>,
    /// The public id of the member who lifted it.
    pub lifted_by: Option<PersonId>,
    /// Why it was imposed, in words; none where notes were not asked for, or the person is erased.
    pub note: Option<Zeroizing<String>>,
    /// Why it was lifted, likewise.
    pub lift_note: Option<Zeroizing<String>>,
}

/// One sanction, with its notes.
///
/// # Errors
/// [`StoreError`].
pub fn details(conn: &mut Conn, vault: &Vault, sanction: Sanction) -> Result<SanctionDetails, StoreError> {
    // The sanction may just have given the person the subject whose key opens the notes: read them here.
    let person =
        people::member(conn, sanction.person)?.ok_or_else(|| StoreError::Internal("a sanction of nobody".into()))?;
    let notes = Notes::about(conn, vault, &person)?;
    let mut found = with_details(conn, vec![sanction], Some(&notes))?;
    found
        .pop()
        .ok_or_else(|| StoreError::Internal("a sanction without its details".into()))
}

/// A person's sanctions, newest first, up to `limit`, from the start or after `after`; none where nobody has this
/// id. The notes are opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn sanctions_of(
    conn: &mut Conn,
    vault: Option<&Vault>,
    person: PersonId,
    after: Option<SanctionId>,
    limit: i64,
) -> Result<Option<Vec<SanctionDetails>>, StoreError> {
    let Some(person) = people::member_by_id(conn, person)? else {
        return Ok(None);
    };
    let notes = vault.map(|vault| Notes::about(conn, vault, &person)).transpose()?;
    let sanctions = sanctions(conn, person.row, after, limit)?;
    with_details(conn, sanctions, notes.as_ref()).map(Some)
}

/// A person's sanctions, newest first, up to `limit`, from the start or after `after`.
///
/// # Errors
/// [`StoreError`].
pub fn sanctions(
    conn: &mut Conn,
    person: PersonRow,
    after: Option<SanctionId>,
    limit: i64,
) -> Result<Vec<Sanction>, StoreError> {
    Ok(records::of_person(conn, person, after, limit)?)
}

fn with_details(
    conn: &mut Conn,
    sanctions: Vec<Sanction>,
    notes: Option<&Notes>,
) -> Result<Vec<SanctionDetails>, StoreError> {
    let rows: Vec<_> = sanctions
        .iter()
        .flat_map(|sanction| [sanction.imposed_by, sanction.lifted_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row| names.get(&row).map(|name| name.id);
    sanctions
        .into_iter()
        .map(|sanction| {
            let (note, lift_note) = match notes {
                Some(notes) => (notes.imposed(&sanction)?, notes.lifted(&sanction)?),
                None => (None, None),
            };
            Ok(SanctionDetails {
                imposed_by: sanction.imposed_by.and_then(id),
                lifted_by: sanction.lifted_by.and_then(id),
                note,
                lift_note,
                sanction,
            })
        })
        .collect()
}

/// Opens the notes of one person's sanctions.
pub struct Notes(Option<DataKey>);

impl Notes {
    /// For the sanctions of `person`. No note can be opened once the person is erased.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn about(conn: &mut Conn, vault: &Vault, person: &Member) -> Result<Self, StoreError> {
        match person.subject.map(|subject| vault.key(conn, subject)).transpose() {
            Ok(key) => Ok(Self(key)),
            Err(VaultError::Erased) => Ok(Self(None)),
            Err(error) => Err(error.into()),
        }
    }

    /// Why the sanction was imposed.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about another person.
    pub fn imposed(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.note_sealed.as_deref())
    }

    /// Why it was lifted.
    ///
    /// # Errors
    /// [`StoreError::Internal`] where the note was altered, or is about another person.
    pub fn lifted(&self, sanction: &Sanction) -> Result<Option<Zeroizing<String>>, StoreError> {
        self.open(sanction.lift_note_sealed.as_deref())
    }

    fn open(&self, sealed: Option<&[u8]>) -> Result<Option<Zeroizing<String>>, StoreError> {
        match (&self.0, sealed) {
            (Some(key), Some(sealed)) => Ok(Some(key.open_note(sealed)?)),
            _ => Ok(None),
        }
    }
}

/// An action with what is looked up for it.
#[derive(Debug)]
pub struct ActionDetails {
    /// The action.
    pub action: ActionRow,
    /// Where it stands.
    pub state: ActionState,
    /// Whom it means.
    pub selection: Selection,
    /// The public id of whoever drafted it.
    pub drafted_by: Option<PersonId>,
    /// The public id of whoever approved it.
    pub approved_by: Option<PersonId>,
    /// Why, in words; none where notes were not asked for.
    pub note: Option<Zeroizing<String>>,
    /// Why it is undone, likewise.
    pub undo_note: Option<Zeroizing<String>>,
}

/// One action. The notes are opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn action(
    conn: &mut Conn,
    vault: Option<&Vault>,
    id: ActionId,
    now: Timestamp,
) -> Result<Option<ActionDetails>, StoreError> {
    let found = records::actions::action(conn, id)?;
    found.map(|action| action_details(conn, vault, action, now)).transpose()
}

/// Actions, newest first, up to `limit`, from before this row on. The notes are opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn actions(
    conn: &mut Conn,
    vault: Option<&Vault>,
    before: i64,
    limit: i64,
    now: Timestamp,
) -> Result<Vec<ActionDetails>, StoreError> {
    let found = records::actions::list(conn, before, limit)?;
    let details = |action| action_details(conn, vault, action, now);
    found.into_iter().map(details).collect()
}

fn action_details(
    conn: &mut Conn,
    vault: Option<&Vault>,
    action: ActionRow,
    now: Timestamp,
) -> Result<ActionDetails, StoreError> {
    let by: Vec<PersonRow> = [action.drafted_by, action.approved_by].into_iter().flatten().collect();
    let names = people::names(conn, &by)?;
    let id = |row: Option<PersonRow>| row.and_then(|row| names.get(&row)).map(|name| name.id);
    let begun = match action.job {
        Some(job) => jobs::by_id(conn, job)?.is_some_and(|job| job.done > 0),
        None => false,
    };
    let key = vault.map(|vault| vault.key(conn, action.subject_id)).transpose()?;
    let open = |sealed: Option<&Vec<u8>>| match (&key, sealed) {
        (Some(key), Some(sealed)) => key.open_note(sealed).map(Some),
        _ => Ok(None),
    };
    Ok(ActionDetails {
        state: state(&action, begun, now),
        selection: commands::selection_of(&action)?,
        drafted_by: id(action.drafted_by),
        approved_by: id(action.approved_by),
        note: open(Some(&action.note_sealed))?,
        undo_note: open(action.undo_note_sealed.as_ref())?,
        action,
    })
}

/// Where an action stands, of whose job some steps are done where it has `begun`.
fn state(action: &ActionRow, begun: bool, now: Timestamp) -> ActionState {
    if action.undone_at.is_some() {
        ActionState::Undone
    } else if action.undo_at.is_some() {
        ActionState::Undoing
    } else if action.applied_at.is_some() {
        ActionState::Applied
    } else if action.approved_at.is_some() {
        if begun {
            ActionState::Applying
        } else {
            ActionState::Approved
        }
    } else if action.withdrawn_at.is_some() {
        ActionState::Withdrawn
    } else if now >= action.expires_at {
        ActionState::Expired
    } else if action.proposed_at.is_some() {
        ActionState::Proposed
    } else {
        ActionState::Draft
    }
}

/// How many people a selection has, and how many of them are left out for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// How many are selected.
    pub selected: usize,
    /// On how many of them the action is.
    pub people: usize,
    /// Who has a role.
    pub staff: usize,
    /// Whoever drafted it.
    pub oneself: usize,
    /// Who is under such a sanction or a graver one.
    pub sanctioned: usize,
    /// Who has left.
    pub left: usize,
    /// Who is left out by name.
    pub named: usize,
}

impl Figures {
    /// Of these people.
    pub fn of(chosen: &[Chosen]) -> Self {
        let mut figures = Self {
            selected: chosen.len(),
            ..Self::default()
        };
        for one in chosen {
            let count = match one.left_out {
                None => &mut figures.people,
                Some(LeftOut::Staff) => &mut figures.staff,
                Some(LeftOut::Oneself) => &mut figures.oneself,
                Some(LeftOut::Sanctioned) => &mut figures.sanctioned,
                Some(LeftOut::Left) => &mut figures.left,
                Some(LeftOut::Named) => &mut figures.named,
            };
            *count += 1;
        }
        figures
    }
}

/// A sanction as the person sees it whom it is on: with their appeal, and why that was decided so.
pub struct OwnSanction {
    /// The sanction.
    pub sanction: Sanction,
    /// The appeal against it.
    pub appeal: Option<(AppealRow, Option<Zeroizing<String>>)>,
}

/// How many of their sanctions a person sees.
const OWN: i64 = 50;

/// The last sanctions of a person, newest first, as they see them.
///
/// # Errors
/// [`StoreError`].
pub fn own_sanctions(conn: &mut Conn, vault: &Vault, person: PersonRow) -> Result<Vec<OwnSanction>, StoreError> {
    let Some(member) = people::member(conn, person)? else {
        return Ok(Vec::new());
    };
    let notes = Notes::about(conn, vault, &member)?;
    let sanctions = records::of_person(conn, person, None, OWN)?;
    let ids: Vec<SanctionId> = sanctions.iter().map(|sanction| sanction.id).collect();
    let mut appeals = records::appeals::against(conn, &ids)?;
    let own = |sanction: Sanction| {
        let place = appeals.iter().position(|appeal| appeal.sanction == sanction.id);
        let appeal = place.map(|place| appeals.swap_remove(place));
        let appeal = appeal.map(|appeal| Ok::<_, StoreError>((notes.open(appeal.reason_sealed.as_deref())?, appeal)));
        let appeal = appeal.transpose()?.map(|(reason, appeal)| (appeal, reason));
        Ok(OwnSanction { sanction, appeal })
    };
    sanctions.into_iter().map(own).collect()
}

/// How many sanctions a person was ever under, and how many reports they made. What others reported of them is nobody's
/// to know but those who look at it.
///
/// # Errors
/// [`StoreError`].
pub fn own_figures(conn: &mut Conn, person: PersonRow) -> Result<(i64, i64), StoreError> {
    Ok((
        records::count_on(conn, person)?,
        records::reports::count_by(conn, person)?,
    ))
}

/// An appeal with what is looked up for it.
pub struct AppealDetails {
    /// The appeal.
    pub appeal: AppealRow,
    /// The public id of whoever made it.
    pub person: Option<PersonId>,
    /// The public id of whoever has claimed it now.
    pub claimed_by: Option<PersonId>,
    /// What they say; none where it was not asked for, or they are erased.
    pub text: Option<Zeroizing<String>>,
}

/// One appeal. What it says is opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn appeal(
    conn: &mut Conn,
    vault: Option<&Vault>,
    id: AppealId,
    now: Timestamp,
) -> Result<Option<AppealDetails>, StoreError> {
    let Some(appeal) = records::appeals::appeal(conn, id)? else {
        return Ok(None);
    };
    let mut text = None;
    if let (Some(vault), Some(member)) = (vault, people::member(conn, appeal.person)?) {
        text = Notes::about(conn, vault, &member)?.open(Some(&appeal.text_sealed))?;
    }
    let mut found = appeal_details(conn, vec![appeal], now)?;
    Ok(found.pop().map(|found| AppealDetails { text, ..found }))
}

/// The appeals that wait for a decision, oldest first, up to `limit`, from after this row on.
///
/// # Errors
/// [`StoreError`].
pub fn appeals(conn: &mut Conn, after: i64, limit: i64, now: Timestamp) -> Result<Vec<AppealDetails>, StoreError> {
    let found = records::appeals::waiting(conn, after, limit)?;
    appeal_details(conn, found, now)
}

fn appeal_details(conn: &mut Conn, found: Vec<AppealRow>, now: Timestamp) -> Result<Vec<AppealDetails>, StoreError> {
    let rows: Vec<PersonRow> = found
        .iter()
        .flat_map(|appeal| [Some(appeal.person), appeal.claimed_by])
        .flatten()
        .collect();
    let names = people::names(conn, &rows)?;
    let id = |row: PersonRow| names.get(&row).map(|name| name.id);
    let details = |appeal: AppealRow| {
        let claimed = appeal.decided_at.is_none() && appeal.claimed_until.is_some_and(|until| now < until);
        AppealDetails {
            person: id(appeal.person),
            claimed_by: appeal.claimed_by.filter(|_| claimed).and_then(id),
            text: None,
            appeal,
        }
    };
    Ok(found.into_iter().map(details).collect())
}

/// Somebody on whom reports are open.
pub struct Reported {
    /// In numbers.
    pub bundle: Bundle,
    /// Their public id.
    pub person: Option<PersonId>,
}

/// The people on whom reports are open, whoever was first reported first, up to `limit`, from after this report on.
///
/// # Errors
/// [`StoreError`].
pub fn reported(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Reported>, StoreError> {
    let bundles = records::reports::bundles(conn, after, limit)?;
    let rows: Vec<PersonRow> = bundles.iter().map(|bundle| bundle.person).collect();
    let names = people::names(conn, &rows)?;
    let shown = |bundle: Bundle| Reported {
        person: names.get(&bundle.person).map(|name| name.id),
        bundle,
    };
    Ok(bundles.into_iter().map(shown).collect())
}

/// A report with what is looked up for it.
pub struct ReportDetails {
    /// The report.
    pub report: ReportRow,
    /// The public id of the member who reports.
    pub by: Option<PersonId>,
    /// The name of the filter that reports.
    pub filter: Option<String>,
    /// Why, in words; none where notes were not asked for, or the reported person is erased.
    pub note: Option<Zeroizing<String>>,
}

/// The reports that are open on a person, oldest first, up to `limit`, from after this row on; none where nobody has
/// this id. The notes are opened where a `vault` is given.
///
/// # Errors
/// [`StoreError`].
pub fn reports_on(
    conn: &mut Conn,
    vault: Option<&Vault>,
    person: PersonId,
    after: i64,
    limit: i64,
) -> Result<Option<Vec<ReportDetails>>, StoreError> {
    let Some(person) = people::member_by_id(conn, person)? else {
        return Ok(None);
    };
    let notes = vault.map(|vault| Notes::about(conn, vault, &person)).transpose()?;
    let found = records::reports::open_on(conn, person.row, after, limit)?;
    let rows: Vec<PersonRow> = found.iter().filter_map(|report| report.by_person).collect();
    let names = people::names(conn, &rows)?;
    let filters: Vec<i64> = found.iter().filter_map(|report| report.by_service).collect();
    let filters = tokens::services::names(conn, &filters)?;
    let details = |report: ReportRow| {
        let note = notes
            .as_ref()
            .map(|notes| notes.open(report.note_sealed.as_deref()))
            .transpose()?;
        Ok(ReportDetails {
            by: report.by_person.and_then(|row| names.get(&row)).map(|name| name.id),
            filter: report
                .by_service
                .and_then(|row| filters.get(&row))
                .map(|(_, name)| name.clone()),
            note: note.flatten(),
            report,
        })
    };
    found
        .into_iter()
        .map(details)
        .collect::<Result<_, StoreError>>()
        .map(Some)
}
