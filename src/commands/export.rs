//! `vouchsafe graph export`: the graph as a file, by whoever has a shell on the server.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use super::graph;
use crate::{
    admin::{
        AskError,
        export::{Export, ExportFormat},
    },
    app::Core,
    graph::LiveGraph,
    people::Roster,
    platform::{
        ledger::{Actor, Ledger},
        store::StoreError,
        terms::quoted,
    },
};

/// What can be asked of the graph.
#[derive(Debug, clap::Subcommand)]
pub enum Graph {
    /// Writes the graph, or one branch of it, as a file. That it was asked for is recorded in the ledger.
    Export(Wanted),
    /// Who let whom in and who vouches for whom, now or as of a past time.
    #[command(flatten)]
    Ask(graph::Question),
}

/// What is wanted.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// In which format: `csv` is a table of edges, `csv-people` one of people.
    #[arg(long)]
    pub format: ExportFormat,
    /// Whose branch, by id or handle, themself included; the whole graph where nothing is said.
    #[arg(long, value_name = "PERSON")]
    pub branch: Option<String>,
    /// As of when, such as 2027-03-01 or 2027-03-01T18:00:00Z; now where nothing is said.
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// Into which file; else it is printed.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Why there is no file, or none that is whole.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Nobody has this id or handle.
    #[error("nobody has the id or handle {}", quoted(.0))]
    PersonUnknown(String),
    /// The time is none.
    #[error("--as-of: give a date such as 2027-03-01, or a time such as 2027-03-01T18:00:00Z")]
    Time,
    /// The question.
    #[error(transparent)]
    Ask(#[from] AskError),
    /// A question that is printed.
    #[error(transparent)]
    Printed(#[from] super::audit::AuditError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Does it.
///
/// # Errors
/// [`ExportError`]
pub async fn run(core: &Core, what: Graph, out: &mut impl Write) -> Result<(), ExportError> {
    match what {
        Graph::Ask(question) => Ok(graph::answer(core.ledger.store(), question, out).await?),
        Graph::Export(wanted) => export(&core.ledger, &core.graph, &core.roster, &wanted, out).await,
    }
}

/// Writes the file. A file of this name that is there already is never written over.
///
/// # Errors
/// [`ExportError`]
pub async fn export(
    ledger: &Ledger,
    live: &Arc<LiveGraph>,
    roster: &Arc<Roster>,
    wanted: &Wanted,
    out: &mut impl Write,
) -> Result<(), ExportError> {
    let branch = match wanted.branch.clone() {
        Some(name) => {
            let asked = name.clone();
            let id = ledger.store().read(move |conn| super::audit::id(conn, &asked)).await?;
            Some(id.ok_or(ExportError::PersonUnknown(name))?)
        }
        None => None,
    };
    let as_of = match &wanted.as_of {
        Some(text) => Some(super::table::time(text).ok_or(ExportError::Time)?),
        None => None,
    };
    // Before anything is recorded.
    let file = wanted.output.as_deref().map(create).transpose()?;
    let (live, roster) = (Arc::clone(live), Arc::clone(roster));
    let export = Export::begin(ledger, live, roster, Actor::Operator, wanted.format, branch, as_of).await?;
    match (file, &wanted.output) {
        (Some(file), Some(path)) => {
            let mut file = BufWriter::new(file);
            write(export, &mut file).await?;
            file.flush()
                .and_then(|()| file.get_ref().sync_all())
                .map_err(|error| ExportError::File(path.clone(), error))?;
            writeln!(out, "{}", path.display())?;
        }
        _ => write(export, out).await?,
    }
    Ok(())
}

fn create(path: &Path) -> Result<File, ExportError> {
    File::create_new(path).map_err(|error| ExportError::File(path.to_owned(), error))
}

async fn write(mut export: Export, out: &mut impl Write) -> Result<(), ExportError> {
    while let Some(bytes) = export.next().await? {
        out.write_all(&bytes)?;
    }
    Ok(())
}
