//! Who vouches for whom: a petgraph of those alone who vouched or were vouched for, with every vouch that was given,
//! also where it was taken back.
//!
//! A vouch takes 24 bytes and a person in it 12, and about 20 for being found by their row.

use std::collections::BTreeMap;

use petgraph::{
    Direction::{self, Incoming, Outgoing},
    graph::{EdgeIndex, Graph, NodeIndex},
    visit::EdgeRef,
};

use super::{VouchesOf, history::Second};

/// From when to when a vouch stands, in seconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) since: u32,
    /// [`OPEN`] while it stands.
    pub(super) until: u32,
}

/// The end of what has none.
pub(super) const OPEN: u32 = u32::MAX;

impl Span {
    /// Whether it is one of these.
    pub(super) fn is_of(self, which: VouchesOf) -> bool {
        match which {
            VouchesOf::Now => self.until == OPEN,
            VouchesOf::Ever => true,
            VouchesOf::Then(at) => {
                let Second(at) = Second::of(at);
                self.since <= at && at < self.until
            }
        }
    }
}

/// A vouch goes from who vouches to whom they vouch for. A node's weight is their row.
#[derive(Default)]
pub(super) struct VouchGraph {
    graph: Graph<u32, Span>,
    nodes: BTreeMap<u32, NodeIndex>,
}

/// There are 2³² − 1 vouches already.
pub(super) struct Full;

/// Room for more than there is.
pub(super) struct Room(Graph<u32, Span>);

impl VouchGraph {
    /// Adds a vouch from then on; false where one stands already or began then.
    pub(super) fn give(&mut self, from: u32, to: u32, since: u32) -> Result<bool, Full> {
        let known = self
            .between(from, to)
            .any(|(_, span)| span.until == OPEN || span.since == since);
        if known {
            return Ok(false);
        }
        self.add(from, to, Span { since, until: OPEN })?;
        Ok(true)
    }

    /// Adds a vouch with its whole span, whatever else there is.
    pub(super) fn add(&mut self, from: u32, to: u32, span: Span) -> Result<(), Full> {
        let (from, to) = (self.node(from)?, self.node(to)?);
        let added = self.graph.try_add_edge(from, to, span);
        // Both ends are there: only the number of edges can be at its end.
        added.map(|_| ()).map_err(|_| Full)
    }

    /// Ends the vouch that stands, if it began before then.
    pub(super) fn take_back(&mut self, from: u32, to: u32, until: u32) {
        let open = |(_, span): &(EdgeIndex, Span)| span.until == OPEN && span.since <= until;
        let found = self.between(from, to).find(open);
        if let Some(span) = found.and_then(|(edge, _)| self.graph.edge_weight_mut(edge)) {
            span.until = until;
        }
    }

    /// Every vouch of the one for the other. It stands in the lists of both; side by side, the search ends with the
    /// shorter.
    fn between(&self, from: u32, to: u32) -> impl Iterator<Item = (EdgeIndex, Span)> {
        let ends = self.nodes.get(&from).copied().zip(self.nodes.get(&to).copied());
        let found = ends.map(|(one, other)| {
            let mut given = self.graph.edges_directed(one, Outgoing);
            let mut received = self.graph.edges_directed(other, Incoming);
            let (mut by_given, mut by_received) = (Vec::new(), Vec::new());
            loop {
                let Some(edge) = given.next() else { return by_given };
                if edge.target() == other {
                    by_given.push((edge.id(), *edge.weight()));
                }
                let Some(edge) = received.next() else {
                    return by_received;
                };
                if edge.source() == one {
                    by_received.push((edge.id(), *edge.weight()));
                }
            }
        });
        found.into_iter().flatten()
    }

    fn node(&mut self, row: u32) -> Result<NodeIndex, Full> {
        if let Some(&known) = self.nodes.get(&row) {
            return Ok(known);
        }
        let node = self.graph.try_add_node(row).map_err(|_| Full)?;
        self.nodes.insert(row, node);
        Ok(node)
    }

    /// The vouches of one direction that stood then, in no order that means anything: at the other end, and the span.
    pub(super) fn of(&self, row: u32, direction: Direction, which: VouchesOf) -> impl Iterator<Item = (u32, Span)> {
        let edges = self
            .nodes
            .get(&row)
            .map(|&node| self.graph.edges_directed(node, direction));
        edges.into_iter().flatten().filter_map(move |edge| {
            let other = match direction {
                Outgoing => edge.target(),
                Incoming => edge.source(),
            };
            let span = edge.weight().is_of(which).then_some(*edge.weight())?;
            Some((self.graph.node_weight(other).copied()?, span))
        })
    }

    /// Up to `most` vouches from the one with this number on: from whom, for whom, since when and until when.
    pub(super) fn lines(&self, from: usize, most: usize) -> Vec<(u32, u32, u32, u32)> {
        let row = |node| self.graph.node_weight(node).copied().unwrap_or_default();
        let edges = self.graph.raw_edges().iter().skip(from).take(most);
        let line = edges.map(|edge| {
            let span = edge.weight;
            (row(edge.source()), row(edge.target()), span.since, span.until)
        });
        line.collect()
    }

    /// The same vouches again.
    pub(super) fn again(lines: Vec<(u32, u32, u32, u32)>) -> Result<Self, Full> {
        let mut vouches = Self::default();
        vouches.graph.reserve_exact_edges(lines.len());
        for (from, to, since, until) in lines {
            vouches.add(from, to, Span { since, until })?;
        }
        Ok(vouches)
    }

    /// Whether the next vouch may have everything copied into a greater room.
    pub(super) fn is_full(&self) -> bool {
        let (nodes, edges) = self.graph.capacity();
        self.graph.node_count() + 2 > nodes || self.graph.edge_count() + 1 > edges
    }

    /// The same with room for an eighth more: made while others ask.
    pub(super) fn room(&self) -> Room {
        const LEAST: usize = 1024;
        let mut graph = self.graph.clone();
        graph.reserve_exact_nodes(LEAST.max(self.graph.node_count() / 8));
        graph.reserve_exact_edges(LEAST.max(self.graph.edge_count() / 8));
        Room(graph)
    }

    /// Goes on in a room that was made of it as it is. The former one is to be dropped where nobody waits.
    pub(super) fn move_into(&mut self, room: Room) -> Room {
        Room(std::mem::replace(&mut self.graph, room.0))
    }
}
