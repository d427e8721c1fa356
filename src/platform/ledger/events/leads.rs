//! Leads, and the graph as a file.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Commitment;
use crate::platform::terms::{Id, PersonRow, Timestamp, kinds, words};

/// The graph was asked for as a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct GraphExported {
    /// In which format.
    pub format: ExportFormat,
    /// Whose branch; missing where it was the whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub on: Option<PersonRow>,
    /// As of when.
    pub as_of: Timestamp,
}

/// A lead was dismissed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LeadDismissed {
    /// Which.
    pub lead: Id<kinds::Lead>,
    /// About whom.
    pub person: PersonRow,
    /// Of which kind.
    pub kind: LeadKind,
    /// Why, in words that are kept elsewhere.
    pub reason: Commitment,
}

words! {
    /// How a graph is written as a file.
    ExportFormat {
        /// GraphML.
        Graphml = "graphml",
        /// DOT, which Graphviz reads.
        Dot = "dot",
        /// A table of edges.
        Csv = "csv",
        /// A table of people.
        CsvPeople = "csv_people",
        /// JSON Lines: one object a line.
        Jsonl = "jsonl",
    }
}

words! {
    /// What a lead goes by.
    LeadKind {
        /// Of those whom they and those below them let in, more are banned than in the whole community.
        BadRate = "bad_rate",
        /// Much of what was banned lately came in by them.
        Accountability = "accountability",
        /// They were banned, and people came in by way of them shortly before.
        Exposure = "exposure",
        /// They let in many more people in these days than was to be expected.
        Velocity = "velocity",
    }
}
