//! `vouchsafe sanction`: sanctions by whoever has a shell on the server.

use std::io::Write;

use super::admin::{AdminError, named};
use crate::{
    moderation::{self, ReasonCode, SanctionError, SanctionKind, commands::NewSanction},
    people,
    platform::{
        idempotency::Key,
        ledger::{Actor, Ledger},
        terms::{Id, Reason, Timestamp},
        vault::Vault,
    },
};

/// A sanction that is wanted.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// What it does: freeze (no inviting), quarantine (and only listening in rooms), suspend (out until the end), ban.
    #[arg(long)]
    pub kind: SanctionKind,
    /// When it ends by itself, such as 2027-03-01T18:00:00Z; a suspension needs it.
    #[arg(long)]
    pub until: Option<String>,
    /// Why, as a code that the ledger records: spam, abuse, false_identity, ban_evasion, security, request, other.
    #[arg(long)]
    pub reason: ReasonCode,
    /// Why, in words, which are kept sealed.
    #[arg(long)]
    pub note: String,
}

impl Wanted {
    /// When it is to end.
    pub(super) fn end(&self) -> Result<Option<Timestamp>, AdminError> {
        let read = |text: &String| Timestamp::parse(text).ok_or(AdminError::Time);
        self.until.as_ref().map(read).transpose()
    }
}

/// Sanctions a member by their id or handle, as [`moderation::commands::sanction`] does for whoever asks over HTTP.
///
/// # Errors
/// [`AdminError`].
pub async fn impose(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    wanted: &Wanted,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let (kind, reason, until) = (wanted.kind, wanted.reason, wanted.end()?);
    let (target, note) = (named(ledger, person).await?, Reason::parse(&wanted.note)?);
    let (vault, id) = (vault.clone(), Id::new(ledger.now(), ledger.rng()));
    let imposed = ledger.write(Actor::Operator, move |tx| {
        let new = NewSanction {
            id,
            kind,
            until,
            reason,
            note: &note,
        };
        moderation::commands::sanction(tx, &vault, &Key::none(), target, &new)
    });
    let sanction = imposed.await?.value;
    let standing = moderation::standing_of(kind);
    match until {
        Some(until) => writeln!(out, "{target} is {standing} until {until}: {}", sanction.id)?,
        None => writeln!(out, "{target} is {standing}: {}", sanction.id)?,
    }
    Ok(())
}

/// Lifts the sanction of a kind that is in force on a member, who is called by their id or handle.
///
/// # Errors
/// [`AdminError`].
pub async fn lift(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    kind: SanctionKind,
    note: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let (target, note) = (named(ledger, person).await?, Reason::parse(note)?);
    let vault = vault.clone();
    let lifted = ledger.write(Actor::Operator, move |tx| {
        let member = people::member_by_id(tx.conn, target)?.ok_or(SanctionError::PersonUnknown)?;
        let in_force = moderation::in_force(tx.conn, member.row)?;
        let sanction = in_force.into_iter().find(|sanction| sanction.kind == kind);
        let sanction = sanction.ok_or(SanctionError::Unknown)?;
        moderation::commands::lift(tx, &vault, target, sanction.id, &note)?;
        let member = people::member_by_id(tx.conn, target)?.ok_or(SanctionError::PersonUnknown)?;
        Ok::<_, SanctionError>(member.standing)
    });
    let standing = lifted.await?.value;
    if standing.is_good() {
        writeln!(
            out,
            "{target} is in good standing again; they sign in again where they were put out"
        )?;
    } else {
        writeln!(out, "the {kind} is lifted; {target} is {standing}")?;
    }
    Ok(())
}
