//! `vouchsafe invite all`: everybody's invites, as admins see and end them over HTTP, for whoever has a shell on the
//! server. Nobody's code and nobody's address is shown.

use std::io::Write;

use clap::{Subcommand, ValueEnum};

use super::invite::InviteError;
use crate::{
    invites::{self, By, ChangeError, InviteState, Label, MATURES, Sought},
    people::{self, Name},
    platform::{
        idempotency::Key,
        ledger::{
            Actor, Ledger,
            events::{InviteKind, RevokeReason},
        },
        store::StoreError,
        terms::{Id, InviteId, PersonRow},
        vault::Vault,
    },
};

/// As many rows are read at once.
const AT_ONCE: i64 = 500;

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum AllInvites {
    /// Lists everybody's invites, newest first.
    List {
        /// Only those that stand so.
        #[arg(long)]
        state: Option<InviteState>,
        /// Only those of this kind.
        #[arg(long)]
        kind: Option<InviteKind>,
        /// Only those of this member: a person's id or handle.
        #[arg(long)]
        inviter: Option<String>,
        /// Only those that are counted under this.
        #[arg(long)]
        campaign: Option<Label>,
    },
    /// Takes anybody's invite back; its inviter cannot restore it.
    Revoke {
        /// The invite's id.
        invite: InviteId,
        /// Why, as the ledger records it.
        #[arg(long)]
        reason: RevokeReason,
    },
    /// Takes every invite of a campaign back that stands, by a job that a running service does.
    RevokeCampaign {
        /// What they are counted under.
        campaign: Label,
        /// Why, as the ledger records it.
        #[arg(long)]
        reason: RevokeReason,
    },
    /// Lets an invite stand again that an admin took back.
    Restore {
        /// The invite's id.
        invite: InviteId,
    },
    /// Tells what came of invites.
    Figures {
        /// By what they are counted.
        #[arg(long)]
        by: Group,
    },
}

/// By what invites are counted.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Group {
    /// By campaign; those without one are left out.
    Campaign,
    /// By whoever gave them.
    Inviter,
}

/// Does it, as the operator.
///
/// # Errors
/// [`InviteError`]
pub async fn run(ledger: &Ledger, vault: &Vault, what: AllInvites, out: &mut impl Write) -> Result<(), InviteError> {
    match what {
        AllInvites::List {
            state,
            kind,
            inviter,
            campaign,
        } => {
            let sought = Sought {
                state,
                kind,
                inviter: match inviter {
                    Some(name) => Some(row(ledger, &name).await?),
                    None => None,
                },
                campaign: campaign.map(|label| label.to_string()),
                ..Sought::default()
            };
            list(ledger, &sought, out).await
        }
        AllInvites::Revoke { invite, reason } => {
            let write = ledger.write(Actor::Operator, move |tx| invites::revoke_any(tx, invite, reason));
            let said = match write.await.map_err(|error| of(invite, error))?.value {
                true => "is revoked",
                false => "lets nobody in anyway",
            };
            Ok(writeln!(out, "{invite} {said}")?)
        }
        AllInvites::RevokeCampaign { campaign, reason } => {
            let (vault, id) = (vault.clone(), Id::new(ledger.now(), ledger.rng()));
            let asked = ledger.write(Actor::Operator, move |tx| {
                invites::revoke_campaign(tx, &vault, &Key::none(), id, &campaign, reason)
            });
            let job = asked.await.map_err(|error| match error {
                ChangeError::Unknown => InviteError::NoneStands,
                error => error.into(),
            });
            Ok(writeln!(
                out,
                "{}: the campaign is queued; a running service takes it back",
                job?.value
            )?)
        }
        AllInvites::Restore { invite } => {
            let write = ledger.write(Actor::Operator, move |tx| invites::restore_any(tx, invite));
            write.await.map_err(|error| of(invite, error))?;
            Ok(writeln!(out, "{invite} stands")?)
        }
        AllInvites::Figures { by } => figures(ledger, by, out).await,
    }
}

fn of(invite: InviteId, error: ChangeError) -> InviteError {
    match error {
        ChangeError::Unknown => InviteError::Unknown(invite),
        error => error.into(),
    }
}

async fn row(ledger: &Ledger, name: &str) -> Result<PersonRow, InviteError> {
    let asked = name.to_owned();
    let found = ledger.store().read(move |conn| {
        Ok::<_, StoreError>(match super::audit::id(conn, &asked)? {
            Some(id) => people::member_by_id(conn, id)?.map(|member| member.row),
            None => None,
        })
    });
    found.await?.ok_or_else(|| InviteError::PersonUnknown(name.to_owned()))
}

/// A member as they are told of: by handle and id, or by id alone.
fn named(name: Option<&Name>) -> String {
    match name {
        Some(Name {
            id,
            handle: Some(handle),
        }) => format!("{} ({id})", &**handle),
        Some(Name { id, handle: None }) => id.to_string(),
        None => "-".into(),
    }
}

/// One a line: id, kind, state, uses, until when, campaign, and who gave it.
async fn list(ledger: &Ledger, sought: &Sought, out: &mut impl Write) -> Result<(), InviteError> {
    let mut before = None;
    loop {
        let (wanted, now) = (sought.clone(), ledger.now());
        let read = move |conn: &mut _| invites::overseen(conn, &wanted, before, AT_ONCE, now);
        let page = ledger.store().read(read).await?;
        for one in &page {
            let invite = &one.invite;
            let campaign = invite.campaign.as_ref().map_or("-".into(), ToString::to_string);
            writeln!(
                out,
                "{} {} {} {}/{} {} {campaign} {}",
                invite.id,
                invite.kind.as_str(),
                one.state,
                invite.uses,
                invite.max_uses,
                invite.expires_at,
                named(one.inviter.as_ref())
            )?;
        }
        match page.last() {
            Some(last) if page.len() == AT_ONCE as usize => before = Some(last.invite.row),
            _ => return Ok(()),
        }
    }
}

async fn figures(ledger: &Ledger, group: Group, out: &mut impl Write) -> Result<(), InviteError> {
    let mut by = match group {
        Group::Campaign => By::Campaign { after: String::new() },
        Group::Inviter => By::Inviter { after: PersonRow(0) },
    };
    let matured = ledger.now().before(MATURES);
    loop {
        let part = by.clone();
        let read = move |conn: &mut _| invites::figures(conn, &part, AT_ONCE, matured);
        let page = ledger.store().read(read).await?;
        for one in &page {
            let figures = &one.figures;
            let name = match group {
                Group::Campaign => figures.campaign.clone(),
                Group::Inviter => named(one.inviter.as_ref()),
            };
            writeln!(
                out,
                "{name}: {} given, {} begun, {} joined; {} of them 30 days ago or earlier, {} of those in good standing",
                figures.sent, figures.begun, figures.joined, figures.matured, figures.staying
            )?;
        }
        match page.last() {
            Some(last) if page.len() == AT_ONCE as usize => {
                by = match group {
                    Group::Campaign => By::Campaign {
                        after: last.figures.campaign.clone(),
                    },
                    Group::Inviter => By::Inviter {
                        after: last.figures.inviter,
                    },
                };
            }
            _ => return Ok(()),
        }
    }
}
