//! Ends every invite of a campaign: a job, each of whose items is the command that takes one back.

use serde::{Deserialize, Serialize};

use super::{ChangeError, Label, commands, records};
use crate::platform::{
    idempotency::Key,
    jobs::{self, Item, Queued, Work},
    ledger::{Tx, events::RevokeReason},
    store::StoreError,
    terms::{InviteId, JobId},
    vault::Vault,
};

/// How many invites one job takes back at most. What stands after it is taken back by another.
pub const MOST: usize = 100_000;
/// How many of them stand in one piece of the order.
const PIECE: usize = 1000;
const KIND: &str = "campaign_revocation";

#[derive(Serialize, Deserialize)]
struct Order {
    reason: RevokeReason,
    invites: Vec<InviteId>,
}

/// Asks for the job; its id. It takes back what stands now, the oldest first.
///
/// # Errors
/// [`ChangeError::Unknown`] where no invite of the campaign stands.
pub fn revoke_campaign(
    tx: &mut Tx<'_>,
    vault: &Vault,
    key: &Key,
    id: JobId,
    campaign: &Label,
    reason: RevokeReason,
) -> Result<JobId, ChangeError> {
    jobs::submit(tx, vault, key, id, KIND, |tx| {
        let standing = records::standing_of(tx.conn, campaign.as_str(), MOST as i64, tx.now)?;
        if standing.is_empty() {
            return Err(ChangeError::Unknown);
        }
        let piece = |invites: &[InviteId]| {
            let order = Order {
                reason,
                invites: invites.to_vec(),
            };
            jobs::Order::new(invites.len(), &order)
        };
        Ok(standing.chunks(PIECE).map(piece).collect::<Result<_, StoreError>>()?)
    })
}

/// Does such a job.
pub struct RevokeCampaign;

impl Work for RevokeCampaign {
    fn kind(&self) -> &'static str {
        KIND
    }
    fn chunk(&self) -> usize {
        100
    }
    fn open(&self, order: &[u8]) -> Result<Box<dyn Queued>, StoreError> {
        let order: Order = serde_json::from_slice(order)
            .map_err(|error| StoreError::Internal(format!("a job cannot be read: {error}")))?;
        Ok(Box::new(order))
    }
}

impl Queued for Order {
    fn name(&self, place: usize) -> String {
        self.invites.get(place).map(ToString::to_string).unwrap_or_default()
    }

    fn item(&self, tx: &mut Tx<'_>, place: usize) -> Result<Item, StoreError> {
        let Some(&invite) = self.invites.get(place) else {
            return Err(StoreError::Internal("a job has more steps than items".into()));
        };
        let outcome = match commands::revoke_any(tx, invite, self.reason) {
            Ok(true) => "revoked",
            Ok(false) => "ended_already",
            Err(ChangeError::Issue(super::IssueError::Store(error))) => return Err(error),
            Err(_) => "failed",
        };
        Ok(Item { person: None, outcome })
    }
}
