//! How long it takes until somebody is out: kept with each server, for whoever looks after it.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};

use super::{
    super::{Out, Ticket, records, servers::Capability},
    work::{BATCH, Work},
};
use crate::platform::{
    ledger::{Actor, Event, ExternalConsumer, Lease},
    store::StoreError,
    terms::TicketId,
};

/// How often it is written down at most.
const EVERY: Duration = Duration::from_secs(3);

/// What was carried out last, and is not written down yet.
#[derive(Default)]
pub(super) struct Outs {
    last: Mutex<Option<Out>>,
    new: Notify,
}

impl Outs {
    fn put(&self, out: Option<Out>) -> Option<Out> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::replace(&mut *last, out)
    }
}

impl Work {
    /// The server has just put out whose tickets these were, where it can; the one that took longest is told.
    pub(super) fn carried_out(&self, ended: &[Ticket]) {
        // Where the server rejects the room, whoever is there may be there still.
        let failing = self.failing();
        let gone = ended.iter().filter(|ticket| !failing.contains(&ticket.room));
        let first = gone.filter_map(|ticket| ticket.ended_at).min();
        let able = self.server.can(Capability::List) || self.server.can(Capability::Removal);
        let Some(first) = first.filter(|_| able) else {
            return;
        };
        let at = self.now();
        let micros = at.micros().saturating_sub(first.micros()).max(0);
        let took = Duration::from_micros(micros.unsigned_abs());
        self.outs.put(Some(Out { at, took }));
        self.outs.new.notify_one();
    }

    /// The tickets that the feed says have ended up to this place, where it is passed by, since the whole lists are compared.
    pub(super) async fn passed_by(&self, reader: &ExternalConsumer, pos: i64) -> Result<Vec<Ticket>, StoreError> {
        if reader.pos() >= pos {
            return Ok(Vec::new());
        }
        let next = reader.next(&["ticket_ended", "ticket_changed"], BATCH).await?;
        let (mut ids, mut silent): (Vec<TicketId>, Vec<TicketId>) = (Vec::new(), Vec::new());
        for entry in next.entries.iter().filter(|entry| entry.pos <= pos) {
            match &entry.envelope.event {
                Event::TicketEnded(ended) => ids.push(ended.ticket),
                Event::TicketChanged(changed) if !changed.speaks => silent.push(changed.ticket),
                _ => {}
            }
        }
        match next.last < pos {
            true => self.excused().forget(),
            false => self.excused().silence(silent),
        }
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let row = self.server.row;
        let found = self.enforcer.ledger.store();
        found.read(move |conn| Ok(records::tickets_on(conn, row, &ids)?)).await
    }

    /// Writes down now and then how long the last ones took to go, for as long as it is polled. It is done beside the feed, and
    /// whatever fails here is told the next time.
    pub(super) async fn keep_outs(&self, lease: Lease) {
        loop {
            self.outs.new.notified().await;
            if let Some(out) = self.outs.put(None) {
                let (lease, row) = (lease.clone(), self.server.row);
                let written = self.enforcer.ledger.write(Actor::System, move |tx| {
                    if lease.holds(tx)? {
                        records::set_last_out(tx.conn, row, out)?;
                    }
                    Ok::<_, StoreError>(())
                });
                if let Err(error) = written.await {
                    tracing::debug!(server = %self.server.id, %error, "how long somebody took to go was not written down");
                }
            }
            sleep(EVERY).await;
        }
    }
}
