//! The graph as it is kept beside the store: tree and figures as they lie, then what changed and the vouches, line by line.

use std::{collections::BTreeSet, io, sync::Arc};

use super::{
    InviteGraph, LiveGraph,
    figures::Figures,
    history::{History, Lines},
    tree::{Tree, mark},
    vouches::VouchGraph,
};
use crate::platform::ledger::{Column, Copied, In, Kept, Out, Restore};

/// How much is copied before the graph is let go.
const STEP: usize = 4096;

/// A copy of the graph. Tree and figures share what they have with it.
pub struct Snapshot {
    tree: Tree,
    figures: Figures,
    now: u32,
    lines: Lines,
    vouches: Vec<(u32, u32, u32, u32)>,
}

impl Snapshot {
    /// By steps: `ask` holds the graph for one of them. Time alone may pass between two.
    pub(super) fn of(mut ask: impl FnMut(&mut dyn FnMut(&InviteGraph))) -> Self {
        let mut copy = Self {
            tree: Tree::default(),
            figures: Figures::default(),
            now: 0,
            lines: Lines::default(),
            vouches: Vec::new(),
        };
        // Who counts as new is in tree and figures, and must be so in both.
        ask(&mut |graph| {
            (copy.tree, copy.figures, copy.now) = (graph.tree.clone(), graph.figures.clone(), graph.now);
        });
        let mut after = Some(0);
        while let Some(last) = after {
            ask(&mut |graph| {
                let found = graph.history.lines(last, STEP);
                after = found.map(|(last, lines)| {
                    copy.lines.extend(lines);
                    last
                });
            });
        }
        loop {
            let known = copy.vouches.len();
            ask(&mut |graph| copy.vouches.extend(graph.vouches.lines(known, STEP)));
            if copy.vouches.len() == known {
                return copy;
            }
        }
    }

    pub(super) fn write(self, to: &mut Out<'_>) -> io::Result<()> {
        to.number(self.tree.len as u64)?;
        to.number(u64::from(self.now))?;
        self.tree.nodes.write(to)?;
        self.figures.0.write(to)?;
        to.list(&self.lines.standings)?;
        to.list(&self.lines.ratings)?;
        to.list(&self.lines.formers)?;
        to.list(&self.vouches)
    }
}

impl InviteGraph {
    /// Takes what is kept of a person apart from every copy that is about.
    pub(super) fn take_apart(&mut self, row: u32) {
        self.tree.nodes.find_mut(row as usize);
        self.figures.0.find_mut(row as usize);
    }

    /// A copy of everything as it is now, in one go.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of(|ask| ask(self))
    }
}

/// The graph that was written. Nothing follows a link before the whole file is known to be sound.
pub(super) fn read(from: &mut In<'_>) -> io::Result<InviteGraph> {
    let bent = |_| io::Error::from(io::ErrorKind::InvalidData);
    let len = usize::try_from(from.number()?).map_err(bent)?;
    let now = u32::try_from(from.number()?).map_err(bent)?;
    let tree = Tree {
        nodes: Column::read(from)?,
        len,
    };
    let recent: BTreeSet<_> = tree
        .nodes
        .iter()
        .filter(|(_, node)| node.is(mark::RECENT))
        .filter_map(|(row, node)| Some((node.joined, u32::try_from(row).ok()?)))
        .collect();
    let figures = Figures(Column::read(from)?);
    let lines = Lines {
        standings: from.list()?,
        ratings: from.list()?,
        formers: from.list()?,
    };
    let vouches = VouchGraph::again(from.list()?).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(InviteGraph {
        tree,
        figures,
        vouches,
        history: History::of(lines),
        recent,
        now,
    })
}

impl Kept for LiveGraph {
    fn name(&self) -> &'static str {
        "graph"
    }

    fn copy(&self) -> Copied {
        let about = Arc::clone(&self.copies);
        let copy = Snapshot::of(|ask| self.read(|graph| ask(graph)));
        Box::new(move |to| {
            let written = copy.write(to);
            drop(about);
            written
        })
    }

    fn read(&self, from: &mut In<'_>) -> io::Result<Restore<'_>> {
        let graph = read(from)?;
        Ok(Box::new(move |_| {
            self.replace(graph);
            Ok(())
        }))
    }
}
