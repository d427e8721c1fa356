//! The routes of rooms, of the servers that hold them, and of tickets.

mod rooms;
mod servers;
mod tickets;

use std::sync::Arc;

use utoipa_actix_web::service_config::ServiceConfig;

use super::{Denied, Desk, RoomError, TicketError};
use crate::{
    http::{Kind, Problem},
    platform::{
        egress::Egress,
        ledger::{Ledger, Mirror},
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
    pub mirror: Mirror,
    /// Seals secrets and derives tokens.
    pub vault: Vault,
    /// What every room asks for.
    pub policy: Arc<Current>,
    /// Says where we go.
    pub egress: Egress,
    /// Where tickets are given out.
    pub desk: Desk,
}

impl From<RoomError> for Problem {
    fn from(error: RoomError) -> Self {
        match error {
            RoomError::ServerUnknown => Kind::RoomServerUnknown.into(),
            RoomError::ServerInUse => Kind::RoomServerInUse.into(),
            RoomError::NotCleared => Kind::RoomServerNotCleared.into(),
            RoomError::Unknown => Kind::RoomUnknown.into(),
            RoomError::Exists => Kind::RoomExists.into(),
            RoomError::Store(error) => error.into(),
        }
    }
}

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Unknown => Kind::RoomUnknown.into(),
            Denied::Closed => Kind::RoomClosed.into(),
            Denied::Full(_) => Kind::RoomFull.into(),
            Denied::Assurance { asked, theirs } => Self::from(Kind::AssuranceTooLow).saying(format!(
                "The room asks for the assurance {asked}, and yours is {theirs}. Ask those who run the community how to have it raised."
            )),
            Denied::Spoke { wait } => Self::from(Kind::SpokeAsListener).retry_after(wait),
            Denied::TooMany { wait } => Self::from(Kind::TooManyRequests).retry_after(wait),
            Denied::Standing => Kind::SessionEnded.into(),
            Denied::ServerDown => Kind::RoomServerUnavailable.into(),
        }
    }
}

impl From<TicketError> for Problem {
    fn from(error: TicketError) -> Self {
        match error {
            TicketError::Denied(denied) => denied.into(),
            TicketError::NotListed => Kind::RoomServerUnavailable.into(),
            TicketError::Store(error) => error.into(),
        }
    }
}
