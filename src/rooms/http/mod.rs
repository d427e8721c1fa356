//! The routes of rooms, of the servers that hold them, and of tickets.

mod rooms;
mod servers;
mod tickets;

use std::sync::Arc;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{BatchIssuer, Denied, RoomError, TicketError};
use crate::{
    http::{Problem, ProblemKind},
    platform::{
        egress::Egress,
        ledger::{Ledger, ReadModel},
        vault::Vault,
    },
    policy::Current,
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(tickets::create)
        .service(tickets::end)
        .service(servers::list)
        .service(servers::register)
        .service(servers::replace)
        .service(servers::remove)
        .service(rooms::list)
        .service(rooms::create)
        .service(rooms::show)
        .service(rooms::replace);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Rooms {
    /// Where rooms are written.
    pub ledger: Ledger,
    /// What a write waits for.
    pub read_model: ReadModel,
    /// Seals secrets and derives tokens.
    pub vault: Vault,
    /// What every room asks for.
    pub policy: Arc<Current>,
    /// Says where we go.
    pub egress: Egress,
    /// Where tickets are given out.
    pub issuer: BatchIssuer,
}

impl From<RoomError> for Problem {
    fn from(error: RoomError) -> Self {
        match error {
            RoomError::ServerUnknown => ProblemKind::RoomServerUnknown.into(),
            RoomError::ServerInUse => ProblemKind::RoomServerInUse.into(),
            RoomError::NotCleared => ProblemKind::RoomServerNotCleared.into(),
            RoomError::Unknown => ProblemKind::RoomUnknown.into(),
            RoomError::Exists => ProblemKind::RoomExists.into(),
            RoomError::KeyReused(reused) => reused.into(),
            RoomError::Store(error) => error.into(),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown => ProblemKind::RoomUnknown.into(),
            Denied::Closed => ProblemKind::RoomClosed.into(),
            Denied::Full(_) => ProblemKind::RoomFull.into(),
            Denied::Assurance { asked, theirs } => Self::from(ProblemKind::AssuranceTooLow).with_detail(format!(
                "The room asks for the assurance {asked}, and yours is {theirs}. Ask those who run the community how to have it raised."
            )),
            Denied::Spoke { wait } => Self::from(ProblemKind::SpokeAsListener).retry_after(wait),
            Denied::TooMany { wait } => Self::from(ProblemKind::TooManyRequests).retry_after(wait),
            Denied::Standing => ProblemKind::SessionEnded.into(),
            Denied::ServerDown => ProblemKind::RoomServerUnavailable.into(),
        }
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Denied(denied) => denied.into(),
            TicketError::NotListed => ProblemKind::RoomServerUnavailable.into(),
            TicketError::Store(error) => error.into(),
        }
    }
}
