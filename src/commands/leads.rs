//! `vouchsafe leads`: who is worth a look, by whoever has a shell on the server.

use std::{
    io::{self, Write},
    time::Duration,
};

use super::table::{seconds, table};
use crate::{
    app::Core,
    leads::{Computed, Lead, LeadError, LeadKind, LeadState, Work, commands, queries},
    platform::{
        ledger::{Actor, Ledger},
        store::{Store, StoreError},
        terms::{LeadId, Reason, ReasonError},
        vault::Vault,
    },
};

/// What can be done.
#[derive(Debug, clap::Subcommand)]
pub enum Leads {
    /// Lists leads by kind, the strongest first.
    List {
        /// Those of this kind.
        #[arg(long)]
        kind: Option<LeadKind>,
        /// Those that stand so.
        #[arg(long, default_value = "open")]
        state: LeadState,
        /// How many are listed at most.
        #[arg(long, default_value_t = 50)]
        limit: u32,
    },
    /// Shows one lead: what was found, in words and figures.
    Show {
        /// Its id.
        lead: LeadId,
    },
    /// Says why nothing follows from a lead. It stays dismissed until clearly more speaks for it.
    Dismiss {
        /// Its id.
        lead: LeadId,
        /// Why, in words, which are kept sealed.
        #[arg(long)]
        reason: String,
    },
    /// Computes leads now.
    Compute,
}

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum LeadsError {
    /// The reason is none.
    #[error("--reason: {0}")]
    Reason(#[from] ReasonError),
    /// The lead.
    #[error(transparent)]
    Lead(#[from] LeadError),
    /// A replica is computing them in this moment.
    #[error("a running service is computing them; try again in a minute")]
    Elsewhere,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Does it.
///
/// # Errors
/// [`LeadsError`]
pub async fn run(core: &Core, what: Leads, out: &mut impl Write) -> Result<(), LeadsError> {
    let store = core.ledger.store();
    match what {
        Leads::List { kind, state, limit } => list(store, kind, state, limit, out).await,
        Leads::Show { lead } => show(store, &core.vault, lead, out).await,
        Leads::Dismiss { lead, reason } => dismiss(&core.ledger, &core.vault, lead, &reason, out).await,
        Leads::Compute => compute(&core.leads_every(Duration::ZERO), out).await,
    }
}

/// Prints leads by kind, the strongest first.
///
/// # Errors
/// [`LeadsError`]
pub async fn list(
    store: &Store,
    kind: Option<LeadKind>,
    state: LeadState,
    limit: u32,
    out: &mut impl Write,
) -> Result<(), LeadsError> {
    let sought = queries::Sought {
        state: Some(state),
        kind,
        person: None,
    };
    let read = store.read(move |conn| queries::list(conn, None, sought, None, i64::from(limit)));
    let found = read.await?;
    let rows: Vec<_> = found.iter().map(|(_, lead)| row(lead)).collect();
    let heads = ["kind", "strength", "handle", "standing", "first seen (UTC)", "id"];
    table(out, heads, &rows)?;
    writeln!(
        out,
        "\n{} {}",
        rows.len(),
        if rows.len() == 1 { "lead" } else { "leads" }
    )?;
    Ok(())
}

fn row(lead: &Lead) -> [String; 6] {
    [
        lead.kind.to_string(),
        format!("{:.2}", lead.strength),
        lead.person.handle.as_deref().unwrap_or("-").to_owned(),
        lead.standing.to_string(),
        seconds(lead.first_seen_at),
        lead.id.to_string(),
    ]
}

/// Prints one lead.
///
/// # Errors
/// [`LeadsError`]
pub async fn show(store: &Store, vault: &Vault, id: LeadId, out: &mut impl Write) -> Result<(), LeadsError> {
    let vault = vault.clone();
    let read = store.read(move |conn| queries::lead(conn, Some(&vault), id));
    let lead = read.await?.ok_or(LeadError::Unknown)?;
    let called = lead.person.handle.as_deref().unwrap_or("-");
    writeln!(
        out,
        "{} {} about {} {called} ({})",
        lead.state, lead.kind, lead.person.id, lead.standing
    )?;
    writeln!(out, "{}", lead.explanation)?;
    for (name, value) in &lead.figures {
        writeln!(out, "  {name}: {value}")?;
    }
    let (first, last) = (seconds(lead.first_seen_at), seconds(lead.last_seen_at));
    writeln!(out, "seen from {first} to {last} (UTC)")?;
    if let (Some(at), Some(reason)) = (lead.dismissed_at, &lead.reason) {
        writeln!(out, "dismissed at {} (UTC): {reason}", seconds(at))?;
    }
    Ok(())
}

/// Dismisses a lead.
///
/// # Errors
/// [`LeadsError`]
pub async fn dismiss(
    ledger: &Ledger,
    vault: &Vault,
    id: LeadId,
    reason: &str,
    out: &mut impl Write,
) -> Result<(), LeadsError> {
    let (vault, reason) = (vault.clone(), Reason::parse(reason)?);
    let written = ledger.write(Actor::Operator, move |tx| commands::dismiss(tx, &vault, id, &reason));
    written.await?;
    writeln!(out, "{id} is dismissed")?;
    Ok(())
}

/// Computes leads now.
///
/// # Errors
/// [`LeadsError`]
pub async fn compute(work: &Work, out: &mut impl Write) -> Result<(), LeadsError> {
    match work.compute().await? {
        Computed::Found(many) => writeln!(out, "{many} {}", if many == 1 { "lead" } else { "leads" })?,
        Computed::Elsewhere => return Err(LeadsError::Elsewhere),
    }
    Ok(())
}
