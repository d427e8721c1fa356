//! Members and admins let in, vouch and refuse.

use std::collections::HashSet;

use data_encoding::HEXLOWER;

use super::{Application, records};
use crate::{
    invites::{self, Extras, Invite, NewInvite},
    notify::Locale,
    people,
    platform::{
        idempotency::{self, Key},
        ledger::{
            Event, Tx,
            events::{self},
        },
        store::{StoreError, throttle::Rate},
        terms::{ApplicationId, ContactPoint, DrawId, Id, InviteId, PersonRow, Reason},
        vault::{Blind, Field, Vault},
    },
    policy::{Policy, may_contact},
    waitlist::{
        State, WaitError, Way,
        records::Draw,
        rules::{self, Waiting},
    },
};

/// Counts that a member names somebody, whatever becomes of it: who is on the waitlist is not to be found out by trying.
///
/// # Errors
/// [`WaitError::TooMany`]
pub fn pace(tx: &mut Tx<'_>, vault: &Vault, member: PersonRow, rate: Rate) -> Result<(), WaitError> {
    let bucket = [b"waitlist-named/".as_slice(), &member.0.to_be_bytes()].concat();
    let bucket = vault.blind(Blind::Throttle, &bucket);
    Ok(tx.throttles.admit(tx.conn, &bucket, rate, tx.now)?)
}

/// A member lets in whom they know: an invite of theirs to that contact, which their quota pays. Whoever does not wait is
/// invited all the same, so that nobody learns by it who waits.
///
/// # Errors
/// [`WaitError::LetIn`] where somebody else has let them in, and their invite is open; [`WaitError::Issue`].
pub fn let_in(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    key: &Key,
    member: PersonRow,
    new: &NewInvite,
) -> Result<Invite, WaitError> {
    // Before anything is written, the idempotency key included.
    records::share(tx.conn)?;
    let first = |tx: &mut Tx<'_>| {
        let Some(contact) = new.to.contact() else {
            return Err(WaitError::Unknown);
        };
        let blind = vault.blind_contact(&contact);
        for known in records::by_address(tx.conn, &blind, &[State::Waiting, State::LetIn])? {
            match known.state {
                State::Waiting => admit(tx, vault, &known, new.id, Some(member))?,
                _ if is_let_in(tx, &known)? => return Err(WaitError::LetIn),
                _ => {}
            }
        }
        Ok(invites::issue(tx, vault, policy, member, new)?)
    };
    let again = |tx: &mut Tx<'_>, id| invites::by_id(tx.conn, id)?.ok_or(WaitError::Unknown);
    idempotency::once(tx, key, new.id, first, again)
}

/// Whether the invite by which somebody was let in still leads in. Where it does not, they may be let in anew.
pub(super) fn is_let_in(tx: &mut Tx<'_>, application: &Application) -> Result<bool, StoreError> {
    let invite = match application.invite {
        Some(id) => invites::by_id(tx.conn, id)?,
        None => None,
    };
    match invite {
        Some(invite) => Ok(invites::leads_on(tx.conn, &invite, tx.now)?.is_ok()),
        None => Ok(false),
    }
}

/// Notes that somebody was let in, and forgets what they said.
fn admit(
    tx: &mut Tx<'_>,
    vault: &Vault,
    application: &Application,
    invite: InviteId,
    by: Option<PersonRow>,
) -> Result<(), WaitError> {
    if !records::let_in(tx.conn, application.row, invite, by, tx.now)? {
        return Err(WaitError::LetIn);
    }
    vault.erase(tx, application.subject)?;
    tx.record(Event::ApplicantLetIn(events::ApplicantLetIn {
        application: application.id,
        invite,
    }));
    Ok(())
}

/// A member says that they know whoever has this contact, if they wait. What is answered is the same where nobody does.
///
/// # Errors
/// [`WaitError::Store`]
pub fn vouch(tx: &mut Tx<'_>, vault: &Vault, member: PersonRow, contact: &ContactPoint) -> Result<(), WaitError> {
    records::share(tx.conn)?;
    let blind = vault.blind_contact(contact);
    for known in records::by_address(tx.conn, &blind, &[State::Waiting])? {
        if records::vouch(tx.conn, known.row, member, tx.now)? {
            tx.record(Event::ApplicantVouched(events::ApplicantVouched {
                application: known.id,
                by: member,
            }));
        }
    }
    Ok(())
}

/// A draw to be made.
#[derive(Debug, Clone, Copy)]
pub struct NewDraw {
    /// Its id.
    pub id: DrawId,
    /// How to choose.
    pub way: Way,
    /// How many, at most.
    pub many: u32,
}

/// What a draw came to.
pub type Admitted = Draw;

/// An admin lets in so many of those who wait: by order, by chance or by the members who vouch. Each gets an invite of the
/// admin's by letter. The ledger has the seed, who waited and who was chosen.
///
/// # Errors
/// [`WaitError::Issue`] where the admin may not give so many invites; nobody is let in then.
pub fn draw(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    key: &Key,
    admin: PersonRow,
    new: NewDraw,
) -> Result<Admitted, WaitError> {
    records::hold(tx.conn)?;
    let first = |tx: &mut Tx<'_>| {
        let waiting = records::waiting(tx.conn, 0, i64::MAX)?;
        let mut lots = lots(tx, &waiting, new.way)?;
        let many = usize::try_from(new.many).unwrap_or(usize::MAX);
        let seed = (new.way == Way::Chance).then(|| {
            let mut seed = [0_u8; 32];
            tx.rng.fill(&mut seed);
            HEXLOWER.encode(&seed)
        });
        let chosen = loop {
            let chosen = match (new.way, &seed) {
                (Way::Referral, _) => rules::by_referral(&lots, many),
                (Way::Chance, Some(seed)) => rules::by_chance(seed, &lots, many),
                (Way::Order | Way::Chance, _) => rules::by_order(&lots, many),
            };
            let mut wanted = Vec::with_capacity(chosen.len());
            for id in &chosen {
                let one = waiting.iter().find(|one| one.id == *id).ok_or(WaitError::Unknown)?;
                wanted.push((one, contact_of(tx, vault, one)?));
            }
            // Whose contact the policy takes no longer stays and waits: others are chosen.
            let denied = |(_, contact): &&(_, _)| may_contact(policy, contact).is_err();
            let denied: HashSet<ApplicationId> = wanted.iter().filter(denied).map(|(one, _)| one.id).collect();
            if denied.is_empty() {
                for (one, contact) in wanted {
                    invite(tx, vault, policy, admin, one, contact)?;
                }
                break chosen;
            }
            lots.retain(|one| !denied.contains(&one.id));
        };
        let draw = Draw {
            id: new.id,
            way: new.way,
            seed,
            waiting: lots.len() as i64,
            let_in: chosen.len() as i64,
            drawn_by: Some(admin),
            at: tx.now,
        };
        records::insert_draw(tx.conn, &draw)?;
        tx.record(Event::WaitlistDrawn(events::WaitlistDrawn {
            draw: new.id,
            way: new.way.as_str().to_owned(),
            seed: draw.seed.clone(),
            waiting: lots.iter().map(|one| one.id).collect(),
            chosen,
        }));
        Ok(draw)
    };
    let again = |tx: &mut Tx<'_>, id| records::draw_by_id(tx.conn, id)?.ok_or(WaitError::Unknown);
    idempotency::once(tx, key, new.id, first, again)
}

/// Those who wait, each with the members in good standing who vouch, where these decide.
fn lots(tx: &mut Tx<'_>, waiting: &[Application], way: Way) -> Result<Vec<Waiting>, StoreError> {
    let mut vouches = std::collections::HashMap::new();
    let mut standing = std::collections::HashMap::new();
    if way == Way::Referral {
        let rows: Vec<i64> = waiting.iter().map(|one| one.row).collect();
        vouches = records::vouches(tx.conn, &rows)?;
        let mut members: Vec<PersonRow> = vouches.values().flatten().copied().collect();
        members.sort_unstable();
        members.dedup();
        standing = people::members_by_row(tx.conn, &members, false)?;
    }
    let good = |person: &&PersonRow| standing.get(person).is_some_and(|member| member.standing.is_good());
    let lot = |one: &Application| Waiting {
        id: one.id,
        turn: one.turn.unwrap_or(i64::MAX),
        vouches: vouches
            .get(&one.row)
            .map_or(0, |all| all.iter().filter(good).count() as u64),
    };
    Ok(waiting.iter().map(lot).collect())
}

/// By what somebody who waits is reached.
fn contact_of(tx: &mut Tx<'_>, vault: &Vault, application: &Application) -> Result<ContactPoint, WaitError> {
    let sealed = application.address_sealed.as_deref().ok_or(WaitError::Over)?;
    let kept = vault
        .key(tx.conn, application.subject)?
        .open_text(Field::Contact, sealed)?;
    let read = ContactPoint::parse(&kept);
    Ok(read.map_err(|error| StoreError::Internal(format!("a contact that waits: {error}")))?)
}

/// Sends somebody who waits an invite of the admin's.
fn invite(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    admin: PersonRow,
    application: &Application,
    contact: ContactPoint,
) -> Result<(), WaitError> {
    let new = NewInvite {
        id: Id::new(tx.now, tx.rng),
        to: contact.into(),
        locale: Locale::from_tag(&application.locale),
        lifetime: None,
        extras: Extras::default(),
    };
    admit(tx, vault, application, new.id, Some(admin))?;
    invites::issue(tx, vault, policy, admin, &new)?;
    Ok(())
}

/// An admin refuses whoever waits. What they said is forgotten; the blind index of the address and the reason stay.
///
/// # Errors
/// [`WaitError::Unknown`], [`WaitError::Over`]
pub fn refuse(
    tx: &mut Tx<'_>,
    vault: &Vault,
    application: ApplicationId,
    reason: &Reason,
) -> Result<Application, WaitError> {
    records::share(tx.conn)?;
    let known = records::by_id(tx.conn, application)?.ok_or(WaitError::Unknown)?;
    if known.state != State::Waiting {
        return Err(WaitError::Over);
    }
    let note = vault.key(tx.conn, known.subject)?.seal_note(reason, tx.rng)?;
    let by = tx.actor().person();
    if !records::refuse(tx.conn, known.row, &note.sealed, by, tx.now)? {
        return Err(WaitError::Over);
    }
    tx.record(Event::ApplicationRefused(events::ApplicationRefused {
        application,
        reason: note.commitment,
    }));
    records::by_id(tx.conn, application)?.ok_or(WaitError::Unknown)
}
