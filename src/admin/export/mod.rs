//! The graph as a file: who is in it, who let whom in, and who vouches for whom.
//!
//! What is promised:
//! - a file is as of one second: who had joined in it, how they stood, under whom, and who vouched for whom, each once,
//!   and nothing later. What happens within the same second after the file was begun may be in it;
//! - it is made piece by piece. Between two pieces nothing is held: no lock, no connection, and of the file no more than
//!   the piece itself, however slowly it is read;
//! - nobody's name or contact is in it;
//! - that it was asked for stands in the ledger before its first byte.

mod csv;
mod dot;
mod graphml;
mod json_lines;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, ops::Range, sync::Arc};

use super::AskError;
use crate::{
    graph::{InviteGraph, LiveGraph, Place},
    invites,
    people::{self, Handle, MemberSnapshot, Name, Roster},
    platform::{
        ledger::{
            Actor, Event, Ledger,
            events::{self, InviteKind},
        },
        store::{Store, StoreError},
        terms::{Assurance, PersonId, PersonRow, Standing, Timestamp},
    },
};

pub use events::ExportFormat;

/// How many people are in one piece.
const PIECE: usize = 500;

/// How many rows a look passes over that nobody has, before memory is let go for a moment.
const STRIDE: i64 = 5000;

/// Somebody in the file.
#[derive(Debug)]
struct Person {
    id: PersonId,
    handle: Option<Handle>,
    joined_at: Timestamp,
    standing: Standing,
    assurance: Assurance,
    depth: u32,
}

/// Who let somebody in or vouches for them.
#[derive(Debug)]
struct Edge {
    kind: EdgeKind,
    from: PersonId,
    to: PersonId,
    at: Timestamp,
    /// How the invite reached them.
    invite_kind: Option<InviteKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum EdgeKind {
    Invite,
    Vouch,
}

impl EdgeKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Invite => "invite",
            Self::Vouch => "vouch",
        }
    }
}

const fn invite_word(kind: InviteKind) -> &'static str {
    match kind {
        InviteKind::Email => "email",
        InviteKind::Phone => "phone",
        InviteKind::Link => "link",
    }
}

/// What a file is of.
#[derive(Debug, Clone, Copy)]
pub struct Scope {
    /// As of when.
    pub as_of: Timestamp,
    /// Whose branch, themself included; none for the whole graph.
    pub branch: Option<PersonId>,
}

/// Writes a file in one format.
trait Writer: Send {
    /// What stands before everything.
    fn begin(&self, scope: &Scope, into: &mut Vec<u8>);
    /// Whether it writes edges: else nobody asks the store of which kind an invite was.
    fn has_edges(&self) -> bool {
        true
    }
    fn person(&self, person: &Person, into: &mut Vec<u8>);
    fn edge(&self, edge: &Edge, into: &mut Vec<u8>);
    /// What stands behind everything: there were so many of each.
    fn end(&self, people: u64, edges: u64, into: &mut Vec<u8>);
}

fn writer(format: ExportFormat) -> Box<dyn Writer> {
    match format {
        ExportFormat::Graphml => Box::new(graphml::Graphml),
        ExportFormat::Dot => Box::new(dot::Dot),
        ExportFormat::Csv => Box::new(csv::Edges),
        ExportFormat::CsvPeople => Box::new(csv::People),
        ExportFormat::Jsonl => Box::new(json_lines::JsonLines),
    }
}

/// How far a file is.
enum Reached {
    /// Nothing is written.
    Nothing,
    /// The whole graph by rows: those in this range are left.
    Rows(Range<i64>),
    /// A branch: its root, and the last who was written.
    Branch { root: PersonRow, last: Option<PersonRow> },
    /// Everything is written.
    End,
}

/// A file that is being made.
pub struct Export {
    graph: Arc<LiveGraph>,
    roster: Arc<Roster>,
    store: Store,
    scope: Scope,
    root: Option<PersonRow>,
    writer: Box<dyn Writer>,
    reached: Reached,
    people: u64,
    edges: u64,
}

/// What memory said of some people.
#[derive(Default)]
struct Piece {
    places: Vec<(Place, Option<PersonRow>)>,
    /// Who vouches for whom, since when.
    vouches: Vec<(PersonRow, PersonRow, Timestamp)>,
}

impl Export {
    /// Begins a file for `actor`, and records that they asked for it.
    ///
    /// # Errors
    /// [`AskError`]; nothing is recorded where the branch is unknown.
    pub async fn begin(
        ledger: &Ledger,
        graph: Arc<LiveGraph>,
        roster: Arc<Roster>,
        actor: Actor,
        format: ExportFormat,
        branch: Option<PersonId>,
        as_of: Option<Timestamp>,
    ) -> Result<Self, AskError> {
        let root = branch.map(|id| roster.row(id).ok_or(AskError::PersonUnknown));
        let root = root.transpose()?;
        if root.is_some_and(|root| !graph.contains(root, None)) {
            return Err(AskError::NotCaughtUp);
        }
        let written = ledger.write(actor, move |tx| {
            // A time to come is now: else what is yet to happen would be in it.
            let as_of = as_of.map_or(tx.now, |as_of| as_of.min(tx.now));
            tx.record(Event::GraphExported(events::GraphExported {
                format,
                on: root,
                as_of,
            }));
            Ok::<_, StoreError>(as_of)
        });
        let as_of = written.await?.value;
        Ok(Self {
            graph,
            roster,
            store: ledger.store().clone(),
            scope: Scope { as_of, branch },
            root,
            writer: writer(format),
            reached: Reached::Nothing,
            people: 0,
            edges: 0,
        })
    }

    /// As of when the file is.
    pub const fn as_of(&self) -> Timestamp {
        self.scope.as_of
    }

    /// The next bytes; none after the last.
    ///
    /// # Errors
    /// [`AskError`]. The file is then not whole, and lacks its end.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, AskError> {
        let mut bytes = Vec::new();
        while bytes.is_empty() {
            let piece = match &mut self.reached {
                Reached::Nothing => {
                    self.writer.begin(&self.scope, &mut bytes);
                    self.reached = match self.root {
                        Some(root) => Reached::Branch { root, last: None },
                        None => {
                            let last = self.store.read(|conn| Ok::<_, StoreError>(people::last_row(conn)?));
                            Reached::Rows(1..last.await?.0 + 1)
                        }
                    };
                    continue;
                }
                Reached::Rows(rows) => {
                    let piece = self.graph.read(|graph| some_of(graph, rows, self.scope.as_of));
                    if rows.is_empty() {
                        self.reached = Reached::End;
                    }
                    piece
                }
                Reached::Branch { root, last } => {
                    let (root, after) = (*root, *last);
                    let (piece, end) = some_below(&self.graph, root, after, self.scope.as_of)?;
                    self.reached = match end {
                        Some(end) => Reached::Branch { root, last: Some(end) },
                        None => Reached::End,
                    };
                    piece
                }
                Reached::End => {
                    if self.people == u64::MAX {
                        return Ok(None);
                    }
                    self.writer.end(self.people, self.edges, &mut bytes);
                    self.people = u64::MAX;
                    return Ok(Some(bytes));
                }
            };
            self.write(piece, &mut bytes).await?;
        }
        Ok(Some(bytes))
    }

    /// Writes a piece. Of invites the store knows the kind.
    async fn write(&mut self, piece: Piece, into: &mut Vec<u8>) -> Result<(), AskError> {
        let root = self.root;
        let invited = piece.places.iter().filter(|(place, _)| Some(place.person) != root);
        let invited: Vec<_> = invited
            .filter_map(|(place, inviter)| inviter.map(|_| place.person))
            .collect();
        let read = self
            .store
            .read(move |conn| Ok::<_, StoreError>(invites::kinds_of(conn, &invited)?));
        let kinds = if self.writer.has_edges() {
            read.await?
        } else {
            HashMap::new()
        };
        for (place, inviter) in &piece.places {
            let Some((name, snapshot)) = self.known(place.person) else {
                continue;
            };
            self.people += 1;
            let person = Person {
                id: name.id,
                handle: name.handle,
                joined_at: place.joined_at,
                standing: place.standing,
                assurance: snapshot.assurance,
                depth: place.depth,
            };
            self.writer.person(&person, into);
            let inviter = inviter.filter(|_| Some(place.person) != root);
            if let Some((from, _)) = inviter.and_then(|inviter| self.known(inviter)) {
                self.edges += 1;
                let edge = Edge {
                    kind: EdgeKind::Invite,
                    from: from.id,
                    to: name.id,
                    at: place.joined_at,
                    invite_kind: kinds.get(&place.person).copied(),
                };
                self.writer.edge(&edge, into);
            }
        }
        for &(from, to, at) in &piece.vouches {
            if let (Some((from, _)), Some((to, _))) = (self.known(from), self.known(to)) {
                self.edges += 1;
                let edge = Edge {
                    kind: EdgeKind::Vouch,
                    from: from.id,
                    to: to.id,
                    at,
                    invite_kind: None,
                };
                self.writer.edge(&edge, into);
            }
        }
        Ok(())
    }

    /// Whoever is in the graph came into the roster before.
    fn known(&self, row: PersonRow) -> Option<(Name, MemberSnapshot)> {
        let name = self.roster.names([row]).pop().flatten()?;
        Some((name, self.roster.snapshot(row)?))
    }
}

/// Up to [`PIECE`] people of these rows, which are taken from the range.
fn some_of(graph: &InviteGraph, rows: &mut Range<i64>, as_of: Timestamp) -> Piece {
    let mut piece = Piece::default();
    for row in rows.by_ref().take(STRIDE as usize) {
        if let Some(place) = graph.as_of(as_of).place(PersonRow(row)) {
            piece.add(graph, place, as_of, |_| true);
        }
        if piece.places.len() == PIECE {
            break;
        }
    }
    piece
}

/// Up to [`PIECE`] people of a branch, and after whom it goes on.
fn some_below(
    graph: &LiveGraph,
    root: PersonRow,
    after: Option<PersonRow>,
    as_of: Timestamp,
) -> Result<(Piece, Option<PersonRow>), AskError> {
    // The past does not change: whoever was in the branch stays in it.
    let places = graph
        .branch(root, after, PIECE, Some(as_of))
        .ok_or(AskError::NotInList)?;
    let end = places.last().filter(|_| places.len() == PIECE).map(|last| last.person);
    let mut piece = Piece::default();
    graph.read(|graph| {
        let past = graph.as_of(as_of);
        let root_place = past.place(root).filter(|_| after.is_none());
        for place in root_place.into_iter().chain(places) {
            piece.add(graph, place, as_of, |other| {
                past.chain(other).iter().any(|above| above.person == root)
            });
        }
    });
    Ok((piece, end))
}

impl Piece {
    /// Adds somebody, with the vouches that they gave then to those who are in the file.
    fn add(&mut self, graph: &InviteGraph, place: Place, as_of: Timestamp, has: impl Fn(PersonRow) -> bool) {
        let past = graph.as_of(as_of);
        self.places.push((place, past.inviter(place.person)));
        let given = past.vouches_of(place.person).given;
        let given = given.into_iter().filter(|vouch| has(vouch.person));
        self.vouches
            .extend(given.map(|vouch| (place.person, vouch.person, vouch.at)));
    }
}
