//! Invites to everybody in a file: it is read whole, and then a job issues them, each by the command that issues one.

mod file;

use std::{ops::Range, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};

pub use file::{BadFile, MOST_BYTES, MOST_ROWS, Row, read};

use super::{Extras, Invite, IssueError, Label, Message, NewInvite, commands};
use crate::{
    notify::Locale,
    people,
    platform::{
        idempotency::Key,
        jobs::{self, Item, Queued, SubmitError, Work},
        ledger::Tx,
        store::StoreError,
        terms::{ContactPoint, Id, InviteId, JobId, PersonId},
        vault::Vault,
    },
    policy::{Current, InviteDenied},
};

const KIND: &str = "invites";
/// Rows that share a transaction: few enough that a service beside it does not wait.
const CHUNK: usize = 50;

/// A piece of a file, as it is kept until it is done.
#[derive(Serialize, Deserialize)]
struct Piece {
    inviter: PersonId,
    rows: Vec<Kept>,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    row: u32,
    invite: InviteId,
    /// An e-mail address or a phone number.
    to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    locale: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hours: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    campaign: Option<String>,
}

/// Asks for a job that invites everybody in the rows on behalf of `inviter`; its id. Whether the policy lets them is
/// decided when it is a row's turn.
///
/// # Errors
/// [`SubmitError`]
pub fn invite_many(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    id: JobId,
    inviter: PersonId,
    rows: &[Row],
) -> Result<JobId, SubmitError> {
    jobs::submit(tx, vault, key, id, KIND, |tx| {
        let mut orders = Vec::with_capacity(rows.len().div_ceil(CHUNK));
        for rows in rows.chunks(CHUNK) {
            let kept = |row: &Row| Kept {
                row: row.row,
                invite: Id::new(tx.now, tx.rng),
                to: row.to.kept().to_owned(),
                locale: row.locale.map(|locale| locale.tag().to_owned()),
                hours: row.lifetime.map(|lifetime| lifetime.as_secs() / 3600),
                message: row.message.as_ref().map(|message| message.expose().to_owned()),
                campaign: row.campaign.as_ref().map(|campaign| campaign.as_str().to_owned()),
            };
            let piece = Piece {
                inviter,
                rows: rows.iter().map(kept).collect(),
            };
            orders.push(jobs::Order::new(rows.len(), &piece)?);
        }
        Ok(orders)
    })
}

/// Does such a job.
pub struct InviteMany {
    /// Seals addresses and derives codes.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<Current>,
}

impl Work for InviteMany {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn chunk(&self) -> usize {
        CHUNK
    }
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError> {
        let unreadable = |error: &dyn std::fmt::Display| StoreError::Internal(format!("a job cannot be read: {error}"));
        let piece: Piece = serde_json::from_slice(order).map_err(|error| unreadable(&error))?;
        let usual = Locale::from_tag(&self.policy.get()?.policy.community.locale);
        let new = |kept: &Kept| {
            let campaign = kept.campaign.as_deref().map(str::parse::<Label>).transpose();
            Ok(NewInvite {
                id: kept.invite,
                to: ContactPoint::parse(&kept.to)
                    .map_err(|error| unreadable(&error))?
                    .into(),
                locale: kept.locale.as_deref().map_or(usual, Locale::from_tag),
                lifetime: kept.hours.map(|hours| Duration::from_secs(hours * 3600)),
                extras: Extras {
                    message: kept.message.as_deref().map(Message::stored),
                    campaign: campaign.map_err(|error| unreadable(&error))?,
                    ..Extras::default()
                },
            })
        };
        Ok(Box::new(Opened {
            vault: self.vault.clone(),
            policy: Arc::clone(&self.policy),
            inviter: piece.inviter,
            invites: piece.rows.iter().map(new).collect::<Result<_, StoreError>>()?,
            rows: piece.rows.iter().map(|kept| kept.row).collect(),
        }))
    }
}

struct Opened {
    vault: Vault,
    policy: Arc<Current>,
    inviter: PersonId,
    invites: Vec<NewInvite>,
    rows: Vec<u32>,
}

impl Opened {
    fn issue(&self, tx: &mut Tx<'_>, places: Range<usize>) -> Result<Vec<Item>, StoreError> {
        let beyond = || StoreError::Internal("a job has more steps than items".into());
        let invites = self.invites.get(places).ok_or_else(beyond)?;
        let inviter = people::member_by_id(tx.conn, self.inviter)?.ok_or_else(beyond)?.row;
        let policy = self.policy.get()?;
        let wanted: Vec<_> = invites.iter().map(|new| (inviter, new)).collect();
        // A job goes at its own pace.
        let issued = commands::issue_together(tx, &self.vault, &policy.policy, &wanted, |_, of| {
            Ok(vec![Ok(()); of.len()])
        })?;
        issued.into_iter().map(outcome).collect()
    }
}

fn outcome(issued: Result<Invite, IssueError>) -> Result<Item, StoreError> {
    let outcome = match issued {
        Ok(_) => "invited",
        Err(IssueError::Denied(InviteDenied::Quota { .. })) => "quota_exhausted",
        Err(IssueError::Denied(_) | IssueError::Contact(_)) => "not_allowed",
        Err(IssueError::Lifetime(_)) => "lifetime_too_long",
        Err(
            IssueError::OpensTooLate { .. }
            | IssueError::RoleByLink
            | IssueError::RoomUnknown
            | IssueError::NoMember
            | IssueError::TooMany(_)
            | IssueError::KeyReused(_),
        ) => "failed",
        Err(IssueError::Store(error)) => return Err(error),
    };
    Ok(Item { person: None, outcome })
}

impl Queued for Opened {
    fn name(&self, place: usize) -> String {
        // Names are listed in their order.
        format!("{:06}", self.rows.get(place).copied().unwrap_or_default())
    }

    fn together(&self, tx: &mut Tx<'_>, places: Range<usize>) -> Result<Option<Vec<Item>>, StoreError> {
        self.issue(tx, places).map(Some)
    }

    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError> {
        let mut issued = self.issue(tx, place..place + 1)?;
        issued
            .pop()
            .ok_or_else(|| StoreError::Internal("an invite was not issued".into()))
    }
}
