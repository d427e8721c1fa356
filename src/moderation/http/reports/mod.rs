//! Reports of members, one endpoint a file.

mod close;
mod filter;
mod list;
mod report;
mod show;

use super::Moderation;
use crate::{
    http::{Problem, ProblemKind, Routes},
    moderation::ReportError,
};

pub(super) fn routes(config: &mut Routes) {
    config
        .service(report::report_person)
        .service(filter::report_in_room)
        .service(list::list_reports)
        .service(show::show_reports)
        .service(close::close_reports);
}

impl From<ReportError> for Problem {
    fn from(error: ReportError) -> Self {
        match error {
            ReportError::NoFilter => Self::new(ProblemKind::NotTheirModerator),
            ReportError::ParticipantUnknown => Self::new(ProblemKind::ParticipantUnknown),
            ReportError::NotAllowed(_) => Self::new(ProblemKind::Forbidden),
            ReportError::PersonUnknown => Self::new(ProblemKind::NotFound),
            ReportError::Oneself => Self::value("/person", error.to_string()),
            ReportError::NoneOpen => Self::new(ProblemKind::ReportsUnknown),
            ReportError::Note(wrong) => Self::value("/note", wrong.to_string()),
            ReportError::TooMany(seconds) => Self::new(ProblemKind::TooManyRequests).retry_after(seconds),
            ReportError::Store(error) => error.into(),
        }
    }
}
