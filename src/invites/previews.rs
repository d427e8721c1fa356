//! What open links showed before: many look at one link, and the store is asked once for all of them.
//!
//! A preview is shown again until something happens that may change what it says. The feed tells: an event of the invite
//! itself touches its previews, one that is known to touch none leaves all of them, and any other touches all. While the
//! feed has not told all that this process has written, the store is asked. What another replica has written is seen as
//! soon as the feed tells it; [`FRESH`] is the bound where the feed stands still. Only links that lead on and have no words of their inviter are kept: a use that is held is given back by
//! the clock alone, and nothing that is sealed in the store stays in memory.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use quick_cache::sync::Cache;

use super::queries::Preview;
use crate::platform::{
    ledger::{Entry, Event, Projection, events},
    store::{Conn, StoreError},
    terms::{InviteId, Timestamp},
};

/// How long a preview may be shown without asking again.
const FRESH: Duration = Duration::from_secs(2);
/// How many are kept at most.
const KEPT: usize = 4096;
/// So many figures say which invites were touched last; two invites that share one are both read again.
const FIGURES: usize = 1024;

/// What the store was read after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct AsOf {
    /// How far the feed was known.
    pos: i64,
    /// When.
    at: Timestamp,
}

struct Kept {
    as_of: AsOf,
    preview: Arc<Preview>,
}

/// The previews that are kept, by what is stored of their codes.
pub struct Previews {
    kept: Cache<Vec<u8>, Arc<Kept>>,
    /// How far the feed is known.
    pos: AtomicI64,
    /// The last event that touched all.
    all: AtomicI64,
    /// The last event that touched an invite, by a part of its id.
    touched: Vec<AtomicI64>,
}

impl Default for Previews {
    fn default() -> Self {
        Self {
            kept: Cache::new(KEPT),
            pos: AtomicI64::new(0),
            all: AtomicI64::new(0),
            touched: (0..FIGURES).map(|_| AtomicI64::new(0)).collect(),
        }
    }
}

/// What an event may change.
#[derive(Debug, PartialEq, Eq)]
enum Touch {
    Nothing,
    One(InviteId),
    All,
}

impl Touch {
    fn of(event: &Event) -> Self {
        match event {
            Event::InviteHeld(events::InviteHeld { invite, .. })
            | Event::HoldProlonged(events::HoldProlonged { invite, .. })
            | Event::InviteReleased(events::InviteReleased { invite, .. })
            | Event::MemberAdmitted(events::MemberAdmitted { invite, .. }) => Self::One(*invite),
            // What comes often, and says nothing of an invite that leads on.
            Event::InviteIssued(_)
            | Event::InviteDelivered(_)
            | Event::OnboardingStarted(_)
            | Event::ProofRequested(_)
            | Event::ProofFailed(_)
            | Event::ContactProved(_)
            | Event::IdentityGiven(_)
            | Event::SignInCodeMade(_)
            | Event::SessionStarted(_)
            | Event::SessionRefreshed(_)
            | Event::SessionEnded(_)
            | Event::PasswordForgotten(_)
            | Event::PasswordLinkMade(_)
            | Event::PasswordChanged(_)
            | Event::AddressAsked(_)
            | Event::AddressChanged(_)
            | Event::AddressRestored(_)
            | Event::LanguageChanged(_)
            | Event::TicketIssued(_)
            | Event::TicketChanged(_)
            | Event::HandMoved(_)
            | Event::RoomPlaceChanged(_)
            | Event::RoomActed(_)
            | Event::TicketEnded(_) => Self::Nothing,
            _ => Self::All,
        }
    }
}

impl Previews {
    /// To be asked for before the store is read.
    pub(super) fn now(&self, now: Timestamp) -> AsOf {
        AsOf {
            pos: self.pos.load(Ordering::Acquire),
            at: now,
        }
    }

    /// The preview of this code, where it may be shown again.
    pub(super) fn get(&self, code: &[u8], now: Timestamp) -> Option<Arc<Preview>> {
        let kept = self.kept.get(code)?;
        let (AsOf { pos, at }, invite) = (kept.as_of, &kept.preview.invite);
        let touched = self.figure(invite.id).load(Ordering::Acquire);
        let is_fresh = touched.max(self.all.load(Ordering::Acquire)) <= pos
            && at <= now
            && now < at.after(FRESH)
            && now < invite.expires_at;
        is_fresh.then(|| Arc::clone(&kept.preview))
    }

    /// Keeps a preview that was read after `as_of` was asked for.
    pub(super) fn keep(&self, code: Vec<u8>, as_of: AsOf, preview: Preview) -> Arc<Preview> {
        let preview = Arc::new(preview);
        if preview.leads_on.is_ok() && preview.invite.address.is_none() && preview.message.is_none() {
            let preview = Arc::clone(&preview);
            self.kept.insert(code, Arc::new(Kept { as_of, preview }));
        }
        preview
    }

    fn figure(&self, invite: InviteId) -> &AtomicI64 {
        // An id ends with random bits.
        let [.., high, low] = *invite.as_bytes();
        &self.touched[usize::from(u16::from_be_bytes([high, low])) % FIGURES]
    }
}

impl Projection for Previews {
    fn load(&self, _: &mut Conn) -> Result<(), StoreError> {
        // Events may have been passed over: whatever was read before is read again.
        self.kept.clear();
        Ok(())
    }

    fn apply(&self, _: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        match Touch::of(&entry.envelope.event) {
            Touch::Nothing => {}
            Touch::One(invite) => self.figure(invite).store(entry.pos, Ordering::Release),
            Touch::All => self.all.store(entry.pos, Ordering::Release),
        }
        // Whoever asks from here on has what came before this event.
        self.pos.store(entry.pos, Ordering::Release);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::terms::{Id, SeededRng};

    #[test]
    fn an_event_touches_its_invite_or_all_and_only_what_is_known_to_be_harmless_none() {
        let (rng, at) = (SeededRng::new(1), Timestamp::default());
        let (invite, flow) = (Id::new(at, &rng), Id::new(at, &rng));
        let held = Event::InviteHeld(events::InviteHeld {
            invite,
            flow,
            until: at,
        });
        assert_eq!(Touch::of(&held), Touch::One(invite));
        let revoked = Event::InviteRevoked(events::InviteRevoked { invite, reason: None });
        assert_eq!(Touch::of(&revoked), Touch::All);
        let ended = Event::OnboardingStarted(events::OnboardingStarted { flow, invite });
        assert_eq!(Touch::of(&ended), Touch::Nothing);
    }
}
