//! A graph of a whole community at once: people in ascending order of row, then who let them in, then the rest. Each
//! goes to its place at once, so that loading takes little more memory than what stays.

use super::{
    GraphError, InviteGraph, Newcomer,
    history::Second,
    person_of, place_of, row_of,
    tree::{NONE, mark, some},
    vouches::{OPEN, Span},
};
use crate::platform::terms::{PersonRow, Standing, Timestamp};

/// A graph that is being loaded.
pub(super) struct Loading {
    graph: InviteGraph,
    refused: Vec<GraphError>,
}

/// A vouch as it is kept.
#[derive(Debug, Clone, Copy)]
pub(super) struct Given {
    pub(super) from: PersonRow,
    pub(super) to: PersonRow,
    pub(super) since: Timestamp,
    /// None while it stands.
    pub(super) until: Option<Timestamp>,
}

impl Loading {
    /// Of a community at this time.
    pub(super) fn new(now: Timestamp) -> Self {
        let mut graph = InviteGraph::new();
        graph.now = Second::of(now).0;
        Self {
            graph,
            refused: Vec::new(),
        }
    }

    /// A person, and where they stand now.
    pub(super) fn person(&mut self, person: PersonRow, at: Timestamp, standing: Standing, verified: bool) {
        let Some(row) = row_of(person) else {
            self.refused.push(GraphError::RowOutOfRange(person));
            return;
        };
        let new = Newcomer {
            person,
            inviter: None,
            at,
            verified,
        };
        let mut node = self.graph.newcomer(row, new, NONE);
        node.standing = place_of(standing);
        self.graph.tree.put(row, node);
        self.graph.figures.put(row);
    }

    /// Who let a person in, as it is now. Both were told before.
    pub(super) fn invited(&mut self, person: PersonRow, inviter: PersonRow) {
        match (self.graph.known(person), self.graph.known(inviter)) {
            (Ok(row), Ok(above)) => self.graph.tree.change(row, |node| node.inviter = above),
            (Err(error), _) | (_, Err(error)) => self.refused.push(error),
        }
    }

    /// Ends the tree: lists and figures are made of what was told.
    pub(super) fn join(&mut self) {
        let graph = &mut self.graph;
        for row in 1..graph.tree.end() {
            let inviter = graph.tree.at(row).inviter;
            if inviter == NONE {
                continue;
            }
            // Everybody before is known to come from a root. Whoever was let in by somebody before them does too; for
            // the few others, whose inviter was given to them later, it is looked for.
            if inviter >= row && circles(graph, row) {
                graph.tree.change(row, |node| node.inviter = NONE);
                self.refused.push(GraphError::Circle {
                    person: person_of(row),
                    inviter: person_of(inviter),
                });
                continue;
            }
            let last = graph.tree.at(inviter).last;
            graph.tree.link(row, last);
        }
        graph.figures.count(&mut graph.tree);
    }

    /// An inviter whom somebody had before, or none; each person's in the order of time.
    pub(super) fn moved(&mut self, person: PersonRow, inviter: Option<PersonRow>, until: Timestamp) {
        let graph = &mut self.graph;
        let above = inviter.map(|inviter| graph.known(inviter)).transpose();
        match (graph.known(person), above) {
            (Ok(row), Ok(above)) => {
                let above = above.unwrap_or(NONE);
                graph.history.moved(row, above, until);
                graph.tree.change(row, |node| node.marks |= mark::MOVED);
                graph.tree.change(above, |node| node.marks |= mark::LOST);
            }
            (Err(error), _) | (_, Err(error)) => self.refused.push(error),
        }
    }

    /// That somebody stood so from then on.
    pub(super) fn stood(&mut self, person: PersonRow, standing: Standing, at: Timestamp) {
        match self.graph.known(person) {
            Ok(row) => {
                self.graph.history.stood(row, standing, at);
                self.graph.tree.change(row, |node| node.marks |= mark::CHANGED);
            }
            Err(error) => self.refused.push(error),
        }
    }

    /// That somebody's assurance changed.
    pub(super) fn rated(&mut self, person: PersonRow, was: bool, is: bool, at: Timestamp) {
        match self.graph.known(person) {
            Ok(row) => {
                self.graph.history.rated(row, was, is, at);
                self.graph.tree.change(row, |node| node.marks |= mark::LOWERED);
            }
            Err(error) => self.refused.push(error),
        }
    }

    /// A vouch.
    pub(super) fn vouched(&mut self, given: Given) {
        let ends = (self.graph.known(given.from), self.graph.known(given.to));
        let (from, to) = match ends {
            (Ok(from), Ok(to)) => (from, to),
            (Err(error), _) | (_, Err(error)) => return self.refused.push(error),
        };
        let span = Span {
            since: Second::of(given.since).0,
            until: given.until.map_or(OPEN, |until| Second::of(until).0),
        };
        if self.graph.vouches.add(from, to, span).is_err() {
            self.refused.push(GraphError::Full);
        }
    }

    /// The graph, and what was refused.
    pub(super) fn done(self) -> (InviteGraph, Vec<GraphError>) {
        (self.graph, self.refused)
    }
}

/// Whether the climb from `row`, all of whose people come after it, never ends.
fn circles(graph: &InviteGraph, row: u32) -> bool {
    let mut above = row;
    for _ in 0..graph.tree.len {
        match some(graph.tree.at(above).inviter) {
            Some(next) if next > row => above = next,
            Some(next) => return next == row,
            None => return false,
        }
    }
    true
}
