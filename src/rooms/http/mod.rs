//! The routes of rooms, of the servers that hold them, and of tickets.

mod members;
mod rooms;
mod servers;
mod tickets;

use std::sync::Arc;

pub use servers::LastOut;

use super::{
    BatchIssuer, Denied, Lack, RoomError, Servers, TicketError,
    commands::{ActError, PlaceError},
    servers::{SettingFault, Why},
};
use crate::{
    http::{Problem, ProblemKind, Routes},
    platform::{
        egress::Egress,
        ledger::{Ledger, ReadModel},
        vault::Vault,
    },
    policy::Current,
};

/// Registers the routes.
pub fn routes(config: &mut Routes) {
    config
        .service(tickets::create::create)
        .service(tickets::end::end)
        .service(servers::report::report)
        .service(servers::list::list)
        .service(servers::register::register)
        .service(servers::replace::replace)
        .service(servers::remove::remove)
        .service(rooms::show::list)
        .service(rooms::create::create)
        .service(rooms::show::show)
        .service(rooms::participants::list_participants)
        .service(rooms::replace::replace)
        .service(rooms::spread::put)
        .service(rooms::spread::delete)
        .service(rooms::places::list)
        .service(rooms::places::give)
        .service(rooms::places::take)
        .service(rooms::history::list)
        .service(rooms::acts::list)
        .service(rooms::acts::list_about)
        .service(members::list::list)
        .service(members::show::show)
        .service(members::participants::list)
        .service(members::hand::raise)
        .service(members::hand::lower)
        .service(members::act::by_member)
        .service(members::act::by_filter);
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
    /// What the community asks for in every room.
    pub policy: Arc<Current>,
    /// The room servers, and the kinds that are known.
    pub servers: Arc<Servers>,
    /// Says which addresses this service may ask.
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
            RoomError::LastServer => ProblemKind::RoomLastServer.into(),
            RoomError::ServersFull => ProblemKind::RoomServersFull.into(),
            RoomError::BranchUnknown(field) => Self::value(field, "No member has this id."),
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
            Denied::NotAdmitted(lack) => Self::from(ProblemKind::RoomForOthers).with_detail(match lack {
                Lack::Invitation => "The room is for guests, and nobody has invited you to it.",
                Lack::Role => "The room is for those in another role.",
                Lack::Branch => "The room is for those whom another member has let in, directly or not.",
                Lack::KnownAge => "The room asks for an age, and yours is not known: it is read from the number of an identity document.",
                Lack::Age => "The room is for another age.",
            }),
            Denied::Barred { wait } => Self::from(ProblemKind::PutOutOfRoom).retry_after(wait),
            Denied::CannotHide => ProblemKind::RoomCannotHide.into(),
            Denied::NothingToShow => ProblemKind::NothingToShow.into(),
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
            TicketError::KeyReused(reused) => reused.into(),
            TicketError::Ended => ProblemKind::TicketEnded.into(),
            TicketError::Unknown => ProblemKind::TicketUnknown.into(),
            TicketError::NotListed => ProblemKind::RoomServerUnavailable.into(),
            TicketError::Store(error) => error.into(),
        }
    }
}

impl From<PlaceError> for Problem {
    fn from(error: PlaceError) -> Self {
        match error {
            PlaceError::Unknown => ProblemKind::RoomUnknown.into(),
            PlaceError::TooHigh => ProblemKind::NotTheirModerator.into(),
            PlaceError::PersonUnknown => ProblemKind::NotFound.into(),
            PlaceError::CannotHide => ProblemKind::RoomCannotHide.into(),
            PlaceError::Store(error) => error.into(),
        }
    }
}

impl From<ActError> for Problem {
    fn from(error: ActError) -> Self {
        match error {
            ActError::Unknown => ProblemKind::RoomUnknown.into(),
            ActError::NotModerator | ActError::TooHigh => ProblemKind::NotTheirModerator.into(),
            ActError::TicketUnknown => ProblemKind::ParticipantUnknown.into(),
            ActError::NotForFilters => Self::value(
                "/act",
                "A filter warns, mutes and puts out; the rest is for moderators.",
            ),
            ActError::NotIn => ProblemKind::NotInRoom.into(),
            ActError::NotWaiting => ProblemKind::NothingToAsk.into(),
            ActError::TooMany { wait } => Denied::TooMany { wait }.into(),
            ActError::KeyReused(reused) => reused.into(),
            ActError::Store(error) => error.into(),
        }
    }
}

impl From<SettingFault> for Problem {
    fn from(SettingFault { name, why }: SettingFault) -> Self {
        /// The longest name of a member that is repeated.
        const LONGEST: usize = 64;
        let name = name.replace('~', "~0").replace('/', "~1");
        let field = match name.len() > LONGEST {
            true => String::new(),
            false => format!("/{name}"),
        };
        match why {
            Why::Unknown => Self::from(ProblemKind::UnknownField).at(field),
            Why::Missing => Self::field(field, "This field is required."),
            Why::Form(detail) => Self::field(field, detail),
            Why::Value(detail) => Self::value(field, detail),
        }
    }
}
