//! Looking for what one person did, or what was done to them.

use tokio::task::JoinSet;
use vouchsafe::platform::{
    ledger::{Actor, Entry, Event, Filter, Ledger, entries, events, search},
    store::StoreError,
    terms::PersonRow,
};

use super::eventually;
use crate::support::db::{Database, Setup, on_both};

/// More than two of the strides that the index is made of.
const EVENTS: i64 = 9000;
/// One command's share.
const SHARE: i64 = 500;

fn happened(n: i64) -> (Actor, Event) {
    let actor = match n % 7 {
        0 => Actor::System,
        // Somebody who was there once, long ago, and one who comes last.
        _ if n == 3 || n == EVENTS => Actor::Person(PersonRow(100)),
        person => Actor::Person(PersonRow(person)),
    };
    let (from, to) = (PersonRow(n), PersonRow(n % 11));
    let event = if n % 3 == 0 {
        Event::Reported(events::Reported { from, on: to })
    } else {
        Event::Vouched(events::Vouched { from, to })
    };
    (actor, event)
}

/// Page after page, as a reader would turn them.
async fn found(ledger: &Ledger, filter: &Filter, page: i64) -> Vec<i64> {
    let (mut all, mut before) = (Vec::new(), None);
    loop {
        let filter = filter.clone();
        let read = move |conn: &mut _| search(conn, &filter, before, page);
        let rows: Vec<_> = ledger.store().read(read).await.unwrap();
        let rows: Vec<Entry> = rows.into_iter().map(Result::unwrap).collect();
        let Some(last) = rows.last() else { return all };
        before = Some(last.pos);
        all.extend(rows.iter().map(|entry| entry.pos));
    }
}

on_both! {
    async fn a_search_finds_each_event_once_and_the_newest_first(db: &Database) {
        let ledger = db.ledger(Setup::default());
        let mut tasks = JoinSet::new();
        tasks.spawn(ledger.clone().keep_sequencing());
        for from in (1..=EVENTS).step_by(SHARE as usize) {
            let written = ledger.write(Actor::System, move |tx| {
                for n in from..from + SHARE {
                    let (actor, event) = happened(n);
                    let now = tx.now;
                    tx.on_behalf(actor, now, |tx| tx.record(event));
                }
                Ok::<_, StoreError>(())
            });
            written.await.unwrap();
        }
        eventually("all are sequenced", async || ledger.head().borrow().pos == EVENTS).await;
        let all = ledger.store().read(|conn| entries(conn, 0, EVENTS)).await.unwrap();
        let (person, kind) = (|row| Some(PersonRow(row)), |kind: &str| Some(kind.to_owned()));
        let filters = [
            Filter { actor: person(5), ..Filter::default() },
            Filter { actor: person(100), ..Filter::default() },
            Filter { actor: person(101), ..Filter::default() },
            Filter { subject: person(10), ..Filter::default() },
            Filter { subject: person(2), kind: kind("reported"), ..Filter::default() },
            Filter { actor: person(1), subject: person(4), kind: None },
            Filter { actor: person(1), subject: person(4), kind: kind("vouched") },
            Filter { kind: kind("reported"), ..Filter::default() },
            Filter::default(),
        ];
        for filter in filters {
            let expected: Vec<i64> = all
                .iter()
                .rev()
                .filter(|entry| filter.actor.is_none_or(|actor| entry.envelope.actor == Actor::Person(actor)))
                .filter(|entry| filter.subject.is_none_or(|subject| entry.envelope.subject == Some(subject)))
                .filter(|entry| filter.kind.as_ref().is_none_or(|kind| entry.envelope.event.kind() == kind))
                .map(|entry| entry.pos)
                .collect();
            let count = expected.len();
            assert!(found(&ledger, &filter, 70).await == expected, "{filter:?}: {count} expected");
            assert!(filter.actor != person(101) || count == 0, "nobody did nothing");
        }
    }
}
