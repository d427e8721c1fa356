//! What is asked of the community: who is here, the graph, leads.

use std::{error::Error, io::Write};

use super::{export, leads, people};
use crate::app::Core;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Community {
    /// Who is here.
    #[command(subcommand)]
    People(people::People),
    /// The graph.
    #[command(subcommand)]
    Graph(export::Graph),
    /// Who is worth a look, and why.
    #[command(subcommand)]
    Leads(leads::Leads),
}

/// Does it.
///
/// # Errors
/// Those of each.
pub async fn run(core: &Core, what: Community, out: &mut impl Write) -> Result<(), Box<dyn Error>> {
    match what {
        Community::People(what) => people::run(core, what, out).await?,
        Community::Graph(what) => export::run(core, what, out).await?,
        Community::Leads(what) => leads::run(core, what, out).await?,
    }
    Ok(())
}
