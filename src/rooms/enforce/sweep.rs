//! Whoever sits in a room on another's ticket.

use std::{
    collections::{HashMap, HashSet},
    time::{Duration, Instant},
};

use metrics::counter;
use tokio::time::{sleep, timeout};

use super::{
    super::{rules::DISPLAY_MOST, servers::Connection},
    work::{Halt, REST, Work},
};
use crate::platform::terms::metrics::ROOM_INTRUDERS_TOTAL;

/// How long the connections are left alone where nobody was to go.
const SWEEP: Duration = Duration::from_secs(2);
/// How long at least.
const BREATH: Duration = Duration::from_millis(250);
/// By then a kick has done its work, if it does any.
const KICKED: Duration = Duration::from_secs(1);

impl Work {
    /// Looks through the connections of the server for as long as it is polled: at once when somebody was
    /// to go, and now and then. It takes two calls for each client, so in a full house it takes seconds; it
    /// holds up nothing else meanwhile.
    pub(super) async fn sweep(&self) {
        let (mut suspects, mut ended) = (HashMap::new(), HashSet::new());
        loop {
            let begun = Instant::now();
            if let Err(error) = self.sweep_once(&mut suspects, &mut ended).await {
                // If the server is ill, whoever follows the feed says so.
                tracing::debug!(server = %self.server.id, %error, "the connections were not looked through");
            }
            let took = begun.elapsed();
            sleep(took.max(BREATH)).await;
            if suspects.is_empty() && ended.is_empty() {
                let _ = timeout(SWEEP.max(took * REST), self.wanted.notified()).await;
            }
        }
    }

    /// Ends every connection in a room of ours that was opened by another ticket than
    /// the one under whose id it sits, and those that a kick should have moved: `suspects` have sat
    /// under the id of no good ticket since then. `ended` are those that were ended then: a number never comes again.
    async fn sweep_once(
        &self,
        suspects: &mut HashMap<Connection, Instant>,
        ended: &mut HashSet<Connection>,
    ) -> Result<(), Halt> {
        let rooms = self.rooms().await?;
        let rooms: HashMap<&str, _> = rooms
            .iter()
            .filter(|room| self.ours().contains(&room.row))
            .map(|room| (room.name.as_str(), room))
            .collect();
        let mut seated = self.server.peer.connections().await?;
        seated.retain(|seat| rooms.contains_key(seat.room.as_str()));
        // Read after: whoever came in by a ticket that was good then is known now.
        let mut good = HashMap::new();
        for name in seated.iter().map(|seat| seat.room.as_str()).collect::<HashSet<_>>() {
            let tickets = self.good(rooms[name]).await?;
            good.insert(
                name,
                tickets
                    .iter()
                    .map(|ticket| ticket.id.to_string())
                    .collect::<HashSet<_>>(),
            );
        }
        let stay = seated.iter().filter(|seat| ended.contains(&seat.connection));
        *self.stays() = stay.map(|seat| rooms[seat.room.as_str()].row).collect();
        let (mut now, mut failed) = (HashMap::new(), None);
        ended.clear();
        for seat in &seated {
            let is_good = good.get(seat.room.as_str()).is_some_and(|good| good.contains(&seat.id));
            let anothers = seat.holder.is_some_and(|holder| holder.to_string() != seat.id);
            let since = suspects.get(&seat.connection).copied().unwrap_or_else(Instant::now);
            let wordy = seat.display.len() > DISPLAY_MOST;
            if anothers || wordy || !is_good && (seat.receives || since.elapsed() >= KICKED) {
                match self.server.peer.disconnect(&seat.connection).await {
                    Ok(()) => {
                        ended.insert(seat.connection.clone());
                    }
                    Err(error) if error.is_silence() => return Err(error.into()),
                    // The others go all the same.
                    Err(error) => failed = failed.or(Some(error)),
                }
            }
            if !is_good {
                now.insert(seat.connection.clone(), since);
            }
        }
        *suspects = now;
        if !ended.is_empty() {
            counter!(ROOM_INTRUDERS_TOTAL).increment(ended.len() as u64);
            tracing::warn!(server = %self.server.id, count = ended.len(), "connections are ended that sat on no ticket of their own");
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
        Ok(())
    }
}
