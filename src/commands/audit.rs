//! `vouchsafe audit`: does the ledger hold, asked of the store itself; and what questions of the graph share.

use std::io::{self, Write};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    admin::{AskError, Memory, Node},
    graph::LiveGraph,
    people::{self, Roster},
    platform::{
        ledger::{self, Projection, Verified},
        store::{Conn, Store, StoreError},
        terms::{PersonId, Timestamp, quoted},
    },
};

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// Nobody has this id or handle.
    #[error("nobody has the id or handle {}", quoted(.0))]
    PersonUnknown(String),
    /// The question.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Recomputes the hash chain, with a progress bar on the terminal, and tells what does not hold.
/// Answers whether everything holds.
///
/// # Errors
/// [`AuditError::Store`] and [`AuditError::Io`].
pub async fn verify(store: &Store, out: &mut impl Write) -> Result<bool, AuditError> {
    let bar = ProgressBar::no_length().with_message("events");
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} {msg}, {eta} left") {
        bar.set_style(style);
    }
    let told = bar.clone();
    let verified = store
        .snapshot(move |conn| {
            told.set_length(u64::try_from(ledger::last_position(conn)?).unwrap_or(0));
            ledger::verify(conn, |pos| told.set_position(u64::try_from(pos).unwrap_or(0)))
        })
        .await?;
    bar.finish_and_clear();
    let Verified {
        sound,
        waiting,
        head,
        findings,
    } = verified;
    for finding in &findings {
        writeln!(out, "position {}: {}", finding.pos, finding.what)?;
    }
    if !findings.is_empty() {
        writeln!(out, "\nthe ledger does not hold; {sound} events do")?;
        return Ok(false);
    }
    writeln!(out, "the ledger holds: {sound} events, head {head}")?;
    if waiting > 0 {
        writeln!(out, "{waiting} more are committed and wait for their position")?;
    }
    Ok(true)
}

/// Asks a graph and a roster that are loaded for this one question, about people who are named by id or handle.
pub(super) async fn ask<T: Send + 'static, const N: usize>(
    store: &Store,
    as_of: Option<Timestamp>,
    people: [&str; N],
    question: impl FnOnce(Memory<'_>, [PersonId; N]) -> Result<T, AskError> + Send + 'static,
) -> Result<T, AuditError> {
    let named = people.map(str::to_owned);
    let answer = store.snapshot(move |conn| {
        let mut ids = Vec::with_capacity(N);
        for name in &named {
            match id(conn, name)? {
                Some(id) => ids.push(id),
                None => return Ok(Err(name.clone())),
            }
        }
        let (graph, roster) = (LiveGraph::default(), Roster::default());
        graph.load(conn)?;
        roster.load(conn)?;
        let Ok(ids) = <[PersonId; N]>::try_from(ids) else {
            return Err(StoreError::Internal("fewer ids than names".into()).into());
        };
        let memory = Memory {
            graph: &graph,
            roster: &roster,
            as_of,
        };
        question(memory, ids).map(Ok)
    });
    answer.await?.map_err(AuditError::PersonUnknown)
}

/// The id of a person who is named by it or by their handle.
pub(super) fn id(conn: &mut Conn, name: &str) -> Result<Option<PersonId>, StoreError> {
    if let Ok(id) = name.parse() {
        return Ok(people::member_by_id(conn, id)?.map(|member| member.id));
    }
    let Ok(handle) = people::handle(name) else {
        return Ok(None);
    };
    match people::by_handle(conn, &handle)? {
        Some(row) => Ok(people::member(conn, row)?.map(|member| member.id)),
        None => Ok(None),
    }
}

pub(super) fn called(node: &Node) -> String {
    node.handle
        .map_or_else(|| node.id.to_string(), |handle| handle.to_string())
}

/// People as a table, one a line. All its text is ASCII, so that widths are lengths.
pub(super) fn table(out: &mut impl Write, nodes: &[Node]) -> io::Result<()> {
    let rows: Vec<[String; 5]> = nodes
        .iter()
        .map(|node| {
            [
                node.depth.to_string(),
                node.handle.as_deref().unwrap_or("-").to_owned(),
                node.standing.to_string(),
                // To the second: what is finer helps nobody here.
                node.joined_at.to_string().get(..19).unwrap_or_default().to_owned(),
                node.id.to_string(),
            ]
        })
        .collect();
    let heads = ["depth", "handle", "standing", "joined (UTC)", "id"].map(str::to_owned);
    let width = |column: usize| {
        rows.iter()
            .chain([&heads])
            .map(|row| row[column].len())
            .max()
            .unwrap_or(0)
    };
    let widths: [usize; 5] = std::array::from_fn(width);
    for row in [&heads].into_iter().chain(&rows) {
        let cells: Vec<String> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    writeln!(
        out,
        "\n{} {}",
        nodes.len(),
        if nodes.len() == 1 { "person" } else { "people" }
    )
}
