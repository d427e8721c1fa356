//! The graph as a file.

use actix_web::{
    HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::stream;
use serde::Deserialize;

use super::super::Audit;
use crate::{
    admin::{
        AskError,
        export::{Export, ExportFormat},
    },
    http::{Caller, Problem, Query, problems},
    platform::{
        ledger::Actor,
        terms::{PersonId, Timestamp},
    },
};
use std::sync::Arc;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// In which format: `graphml`; `dot`, which Graphviz reads; `csv`, a table of edges; `csv_people`, a table of people;
    /// `jsonl`, one object a line.
    #[param(inline)]
    format: ExportFormat,
    /// Whose branch, themself included; the whole graph where nothing is said.
    branch: Option<PersonId>,
    /// As of when; now where nothing is said, or a time to come.
    as_of: Option<Timestamp>,
}

problems!(ExportGraphProblems: NotFound, NotCaughtUp);

/// The graph as a file: people by public id, with handle, time of joining, standing and assurance, and who let whom in or
/// vouches for whom, as of one second: now, or a past one. Nobody's name or contact is in it. It is made while it is read. A file that breaks off is not whole: `jsonl` ends with a line that says how
/// much there was. That it was asked for is an event in the ledger.
#[utoipa::path(
    operation_id = "export_graph",
    tag = "graph",
    params(Wanted),
    responses((status = 200, description = "The file.", content(
        (String = "application/graphml+xml"), (String = "text/vnd.graphviz"), (String = "text/csv"),
        (String = "application/jsonl"))), ExportGraphProblems)
)]
#[get("/v1/admin/graph/export")]
pub(super) async fn export_graph(
    wanted: Query<Wanted>,
    caller: Caller,
    audit: Data<Audit>,
) -> Result<HttpResponse, Problem> {
    let Wanted { format, branch, as_of } = wanted.0;
    let begun = Export::begin(
        &audit.ledger,
        Arc::clone(&audit.graph),
        Arc::clone(&audit.roster),
        Actor::Person(caller.person),
        format,
        branch,
        as_of,
    );
    let export = match (begun.await, branch) {
        // Another replica may have let them in a moment ago.
        (Err(AskError::PersonUnknown), Some(id)) => return Err(audit.unknown([id]).await?.into()),
        (begun, _) => begun?,
    };
    let (kind, ending) = match format {
        ExportFormat::Graphml => ("application/graphml+xml", "graphml"),
        ExportFormat::Dot => ("text/vnd.graphviz; charset=utf-8", "dot"),
        ExportFormat::Csv => ("text/csv; charset=utf-8", "csv"),
        ExportFormat::CsvPeople => ("text/csv; charset=utf-8", "people.csv"),
        ExportFormat::Jsonl => ("application/jsonl", "jsonl"),
    };
    let day = export.as_of().date();
    let pieces = stream::unfold(Some(export), |export| async {
        let mut export = export?;
        match export.next().await {
            Ok(Some(bytes)) => Some((Ok(Bytes::from(bytes)), Some(export))),
            Ok(None) => None,
            // The connection is broken off, so that nobody takes the file for whole.
            Err(error) => Some((Err(Problem::from(error)), None)),
        }
    });
    Ok(HttpResponse::Ok()
        .content_type(kind)
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"community-{day}.{ending}\""),
        ))
        .streaming(pieces))
}
