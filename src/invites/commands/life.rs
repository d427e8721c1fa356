//! What an inviter may change about an invite after it was given, and what whoever has its code may answer.

use std::time::Duration;

use super::{
    super::{
        Code, Ending, Extras, Invite, NewInvite, To, queries,
        records::{self, Which},
        rules,
    },
    issue::{self, Settled},
    uses,
};
use crate::{
    invites::{AnswerError, ChangeError},
    notify::{EmailAddress, Locale},
    platform::{
        ledger::{
            Event, Tx,
            events::{self, Answer, InviteKind},
        },
        store::throttle::{Rate, Throttled},
        terms::{Id, PersonRow, Role, Standing, kinds},
        vault::{Blind, Vault},
    },
    policy::{Policy, Wanted, invite_expiry},
};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How often a code is sent again to one address in any 24 hours.
const RESENDS: u32 = 3;

fn own(tx: &mut Tx<'_>, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<Invite, ChangeError> {
    let invite = records::by_id(tx.conn, id)?.filter(|invite| invite.inviter == inviter);
    invite.ok_or(ChangeError::Unknown)
}

/// Lets an invite stand again that its inviter took back. It takes its places again, so that there must be as many
/// left.
///
/// # Errors
/// [`ChangeError`]
pub fn restore(tx: &mut Tx<'_>, policy: &Policy, inviter: PersonRow, id: Id<kinds::Invite>) -> Result<(), ChangeError> {
    let invite = own(tx, inviter, id)?;
    if invite.revoked_at.is_none() {
        return Ok(());
    }
    if invite.revoked_for != Some(Ending::Inviter) {
        return Err(ChangeError::NotNow("It was not you who ended it."));
    }
    let left = u32::try_from(invite.max_uses - invite.uses).unwrap_or(u32::MAX);
    let wanted = match invite.kind {
        InviteKind::Link => Wanted::Open { uses: left },
        _ => Wanted::Addressed,
    };
    issue::may_give(tx, policy, inviter, wanted)?;
    if !records::restore(tx.conn, invite.row, Ending::Inviter, tx.now)? {
        return Err(ChangeError::NotNow("Its time is over."));
    }
    tx.record(Event::InviteRestored(events::InviteRestored { invite: id }));
    Ok(())
}

/// Moves the end of an invite to a later time, at most as far from now as the policy lets an invite live.
///
/// # Errors
/// [`ChangeError`]
pub fn extend(
    tx: &mut Tx<'_>,
    policy: &Policy,
    inviter: PersonRow,
    id: Id<kinds::Invite>,
    lifetime: Option<Duration>,
) -> Result<(), ChangeError> {
    let invite = own(tx, inviter, id)?;
    issue::may_still_give(tx, policy, inviter, invite.kind)?;
    let until = invite_expiry(policy, lifetime, tx.now)?;
    if invite.expires_at >= until && tx.now < invite.expires_at && invite.revoked_at.is_none() {
        return Err(ChangeError::NoLater(invite.expires_at));
    }
    if !records::extend(tx.conn, invite.row, until, tx.now)? {
        return Err(ChangeError::NotNow("It has ended."));
    }
    tx.record(Event::InviteExtended(events::InviteExtended {
        invite: id,
        expires_at: until,
    }));
    Ok(())
}

/// Has the letter of an invite written again, with the same code. Three a day go to one address for one inviter, and
/// three whoever sends them: of the second nobody is told, for it would say that others write to the address.
///
/// # Errors
/// [`ChangeError`]
pub fn resend(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    inviter: PersonRow,
    id: Id<kinds::Invite>,
) -> Result<(), ChangeError> {
    let invite = own(tx, inviter, id)?;
    let Some(blind) = &invite.address_blind else {
        return Err(ChangeError::NotNow(
            "An open link is sent to nobody; give its code again.",
        ));
    };
    stands(tx, &invite)?;
    issue::may_still_give(tx, policy, inviter, invite.kind)?;
    // So many at once, and then one a day: never more in any 24 hours.
    let rate = Rate::burst(RESENDS, DAY.saturating_mul(RESENDS));
    let for_inviter = [b"invite-resend/", inviter.0.to_be_bytes().as_slice(), blind].concat();
    let for_inviter = vault.blind(Blind::Throttle, &for_inviter);
    tx.throttles.admit(tx.conn, &for_inviter, rate, tx.now)?;
    let for_all = vault.blind(Blind::Throttle, &[b"invite-resend/all/", blind.as_slice()].concat());
    match tx.throttles.admit(tx.conn, &for_all, rate, tx.now) {
        Ok(()) => tx.record(Event::InviteResent(events::InviteResent { invite: id })),
        Err(Throttled::Wait(_)) => {}
        Err(Throttled::Store(error)) => return Err(error.into()),
    }
    Ok(())
}

/// Fails unless an invite can be used now or later, and nobody is on the way in by it.
fn stands(tx: &mut Tx<'_>, invite: &Invite) -> Result<(), ChangeError> {
    let expired = records::expired_holds(tx.conn, invite.row, tx.now)?;
    match rules::open(invite, Standing::Active, expired, tx.now) {
        Ok(()) | Err(rules::Closed::NotYet { .. }) => Ok(()),
        Err(rules::Closed::Held) => Err(ChangeError::NotNow("Somebody is on the way in by it.")),
        Err(_) => Err(ChangeError::NotNow("It can be used no longer.")),
    }
}

/// Passes an invite on to another address, once: another invite of the same inviter takes its place, with a code of
/// its own, and the first one is over.
///
/// # Errors
/// [`ChangeError`]
pub fn pass_on(
    tx: &mut Tx<'_>,
    vault: &Vault,
    policy: &Policy,
    inviter: PersonRow,
    id: Id<kinds::Invite>,
    next: Id<kinds::Invite>,
    to: EmailAddress,
) -> Result<Invite, ChangeError> {
    let invite = own(tx, inviter, id)?;
    let Some(blind) = &invite.address_blind else {
        return Err(ChangeError::NotNow(
            "An open link goes to no address; give its code to whom you like.",
        ));
    };
    if invite.passed_from.is_some() || invite.revoked_for == Some(Ending::PassedOn) {
        return Err(ChangeError::NotNow("An invite is passed on once."));
    }
    if invite.role.is_some_and(|role| role != Role::Member) {
        return Err(ChangeError::NotNow(
            "An invite that gives a role is not passed on; take it back and give another.",
        ));
    }
    if *blind == vault.blind(Blind::Contact, to.normalised().as_bytes()) {
        return Err(ChangeError::SameAddress);
    }
    stands(tx, &invite)?;
    issue::may_still_give(tx, policy, inviter, invite.kind)?;
    uses::end_expired(tx, &invite)?;
    if !records::end(tx.conn, invite.row, Which::Unused, Ending::PassedOn, tx.now)? {
        return Err(ChangeError::NotNow("It can be used no longer."));
    }
    let new = NewInvite {
        id: next,
        to: To::Address(to),
        locale: Locale::from_tag(&invite.locale),
        lifetime: None,
        extras: Extras {
            message: queries::message(tx.conn, vault, &invite)?,
            campaign: invite.campaign,
            group: invite.group,
            ..Extras::default()
        },
    };
    let terms = Settled {
        kind: InviteKind::Email,
        max_uses: 1,
        expires_at: invite.expires_at,
        opens_at: invite.opens_at,
        room: invite.room,
        role: None,
        passed_from: Some(invite.row),
    };
    let mut written = issue::write_down(tx, vault, &[(inviter, &new, &terms)])?;
    tx.record(Event::InvitePassedOn(events::InvitePassedOn {
        invite: next,
        former: id,
    }));
    written.pop().ok_or(ChangeError::Unknown)
}

/// What whoever has the code of an invite says to it. Each of these ends an invite to an address: its inviter sees
/// that it was declined, and no more. An open link stays, since whoever has it speaks for themself alone. `from` is
/// where the answer comes from: for a link it counts once a day from there, and only its keyed hash is kept so long.
///
/// # Errors
/// [`AnswerError`]
pub fn answer(tx: &mut Tx<'_>, vault: &Vault, code: &Code, answer: Answer, from: &[u8]) -> Result<(), AnswerError> {
    let invite = queries::by_code(tx.conn, vault, code)?.ok_or(AnswerError::Unknown)?;
    let addressed = invite.address_blind.is_some();
    let ended = addressed && records::end(tx.conn, invite.row, Which::Any, Ending::Declined, tx.now)?;
    if answer == Answer::Declined && addressed && !ended && invite.revoked_at.is_none() {
        return Err(AnswerError::Closed(if invite.uses >= invite.max_uses {
            rules::Closed::Used
        } else {
            rules::Closed::Expired
        }));
    }
    let counted = match answer {
        Answer::Declined => false,
        Answer::UnknownInviter if addressed => records::count_unknown(tx.conn, invite.row, true)?,
        Answer::Reported if addressed => records::count_report(tx.conn, invite.row, true)?,
        answer => {
            let word: &[u8] = if answer == Answer::Reported {
                b"report/"
            } else {
                b"unknown/"
            };
            let bucket = vault.blind(
                Blind::Throttle,
                &[b"invite-answer/", word, invite.id.as_bytes(), from].concat(),
            );
            match tx.throttles.admit(tx.conn, &bucket, Rate::at_most(1, DAY), tx.now) {
                Ok(()) if answer == Answer::Reported => records::count_report(tx.conn, invite.row, false)?,
                Ok(()) => records::count_unknown(tx.conn, invite.row, false)?,
                Err(Throttled::Wait(_)) => false,
                Err(Throttled::Store(error)) => return Err(error.into()),
            }
        }
    };
    if ended || counted {
        tx.record(Event::InviteAnswered(events::InviteAnswered {
            invite: invite.id,
            answer,
        }));
    }
    Ok(())
}
