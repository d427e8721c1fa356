//! The graph as it stands: loaded from the store, kept by the feed.

use std::sync::{PoisonError, RwLock};

use super::{GraphError, InviteGraph, records, tree::walk_order};
use crate::platform::{
    ledger::{Entry, Event, Projection, events},
    store::{Conn, StoreError},
    terms::{PersonRow, Standing},
};

/// How many rows are read at once.
const PAGE: i64 = 10_000;

/// The community's graph, shared by whoever asks and the one who keeps it.
#[derive(Default)]
pub struct LiveGraph {
    graph: RwLock<InviteGraph>,
}

impl LiveGraph {
    /// Asks the graph. Whoever keeps it waits meanwhile, and whoever asks after that: a question costs
    /// no more than its answer is long.
    pub fn read<T>(&self, ask: impl FnOnce(&InviteGraph) -> T) -> T {
        ask(&self.graph.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn change(&self, change: impl FnOnce(&mut InviteGraph) -> Result<(), GraphError>) {
        sound(change(&mut self.graph.write().unwrap_or_else(PoisonError::into_inner)));
    }
}

/// What is known already is no error; what contradicts it is one of the store, and is told. The
/// rest of the graph goes on.
fn sound(outcome: Result<(), GraphError>) {
    if let Err(error) = outcome {
        tracing::error!(%error, "the graph and the store contradict each other");
    }
}

impl Projection for LiveGraph {
    fn load(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let mut members = Vec::new();
        let mut last = PersonRow(0);
        loop {
            let page = records::members(conn, last, PAGE)?;
            let Some(newest) = page.last() else { break };
            last = newest.row;
            let member = |found: records::MemberRow| (found.row, found.standing, found.joined_at, found.inviter);
            members.extend(page.into_iter().map(member));
        }
        let invites: Vec<_> = members.iter().map(|&(row, .., inviter)| (row, inviter)).collect();
        let order = walk_order(&invites);
        let (mut graph, refused) = InviteGraph::of(order.iter().map(|&place| members[place as usize]));
        refused.into_iter().for_each(|error| sound(Err(error)));
        let mut last = 0;
        loop {
            let page = records::vouches(conn, last, PAGE)?;
            let Some(newest) = page.last() else { break };
            last = newest.id;
            for vouch in page {
                sound(graph.add_vouch(vouch.from_person, vouch.to_person, vouch.at));
            }
        }
        *self.graph.write().unwrap_or_else(PoisonError::into_inner) = graph;
        Ok(())
    }

    fn apply(&self, _: &mut Conn, entry: &Entry) -> Result<(), StoreError> {
        let at = entry.envelope.at;
        match entry.envelope.event {
            Event::PersonFounded(events::PersonFounded { person, .. }) => {
                self.change(|graph| graph.add_root(person, at))
            }
            Event::MemberAdmitted(events::MemberAdmitted { person, inviter, .. }) => {
                self.change(|graph| graph.add_invited(person, inviter, at));
            }
            Event::Vouched(events::Vouched { from, to }) => self.change(|graph| graph.add_vouch(from, to, at)),
            Event::PersonBanned(events::PersonBanned { person, .. }) => {
                self.change(|graph| graph.set_standing(person, Standing::Banned))
            }
            Event::BanLifted(events::BanLifted { person, standing, .. }) => {
                self.change(|graph| graph.set_standing(person, standing.unwrap_or(Standing::Active)))
            }
            Event::PersonSanctioned(events::PersonSanctioned { person, standing, .. })
            | Event::SanctionLifted(events::SanctionLifted { person, standing, .. }) => {
                self.change(|graph| graph.set_standing(person, standing));
            }
            _ => {}
        }
        Ok(())
    }
}
