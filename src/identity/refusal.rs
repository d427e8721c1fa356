//! A final refusal binds the invite's use, the address and the document, until an admin lifts it.

use zeroize::Zeroizing;

use super::{
    records::{self, Refusal},
    review::apart,
};
use crate::{
    invites,
    platform::{
        ledger::{Event, Tx},
        store::{CommandError, Conn, Disposition, StoreError, from_query},
        terms::{Id, PersonRow, Reason, kinds},
        vault::{Vault, VaultError},
    },
    policy::Review,
};

/// Why a final refusal was not lifted.
#[derive(Debug, thiserror::Error)]
pub enum LiftError {
    /// There is none with this id that binds anything.
    #[error("there is no such final refusal in force")]
    Unknown,
    /// Whoever asks, their inviter or somebody whom they let in had let the newcomer in.
    #[error("you, your inviter or somebody whom you let in had let this newcomer in: another admin lifts it")]
    TooClose,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

from_query!(LiftError);

impl CommandError for LiftError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Store(error) => error.disposition(),
            Self::Unknown | Self::TooClose => Disposition::RollBack,
        }
    }
}
impl From<VaultError> for LiftError {
    fn from(error: VaultError) -> Self {
        Self::Store(error.into())
    }
}

/// Lifts a final refusal: the use of the invite is free again, and the address and the document may come again.
/// The flow that was refused stays over. Whoever is too close to the newcomer to decide is too close to lift.
///
/// # Errors
/// [`LiftError`]; nothing is changed then.
pub fn lift(
    tx: &mut Tx<'_>,
    vault: &Vault,
    review: &Review,
    id: Id<kinds::Refusal>,
    by: PersonRow,
    reason: &Reason,
) -> Result<Refusal, LiftError> {
    let mut refusal = records::refusal(tx.conn, id)?.ok_or(LiftError::Unknown)?;
    let invite = invites::by_row(tx.conn, refusal.invite_row)?;
    if !apart(tx.conn, review, by, invite.inviter)? {
        return Err(LiftError::TooClose);
    }
    let note = vault.key(tx.conn, refusal.subject)?.seal_note(reason, tx.rng)?;
    if !records::lift(tx.conn, id, by, &note.sealed, tx.now)? {
        return Err(LiftError::Unknown);
    }
    invites::unbind(tx, refusal.invite_row)?;
    tx.record(Event::RefusalLifted {
        refusal: id,
        reason: note.commitment,
    });
    (refusal.lifted_at, refusal.lifted_by) = (Some(tx.now), Some(by));
    refusal.lift_note_sealed = Some(note.sealed);
    Ok(refusal)
}

/// Why somebody was refused, and why that was lifted, in words; nothing where the newcomer was forgotten.
pub struct Words {
    /// Why they were refused.
    pub refused: Option<Zeroizing<String>>,
    /// Why that was lifted.
    pub lifted: Option<Zeroizing<String>>,
}

/// Opens what was written about a refusal.
///
/// # Errors
/// [`StoreError`].
pub fn words(conn: &mut Conn, vault: &Vault, refusal: &Refusal) -> Result<Words, StoreError> {
    let key = match vault.key(conn, refusal.subject) {
        Ok(key) => key,
        Err(VaultError::Erased) => {
            return Ok(Words {
                refused: None,
                lifted: None,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let open = |sealed: &Option<Vec<u8>>| sealed.as_deref().map(|sealed| key.open_note(sealed)).transpose();
    Ok(Words {
        refused: open(&refusal.note_sealed)?,
        lifted: open(&refusal.lift_note_sealed)?,
    })
}
