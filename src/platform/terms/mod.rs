//! The words that every room speaks: typed ids, time, chance, roles, standing, assurance.
//!
//! Nothing here decides anything; a rule about these words stands in the capability that it
//! belongs to.

mod address;
mod rng;
mod columns;
mod contact;
mod country;
mod csv;
mod id;
mod line;
mod link;
pub mod metrics;
mod phone;
mod quoted;
mod reason;
mod time;
pub mod typed;
mod words;

pub use address::{AddressError, EmailAddress};
pub use contact::{ContactError, ContactPoint};
pub use country::{Country, CountryError};
pub use csv::{BadRow, csv_line};
pub use id::{
    ActionId, AppealId, ApplicationId, CaseId, DrawId, FlowId, Id, IdError, IdKind, InviteId, JobId, LeadId, PersonId,
    QuotaGrantId, RefusalId, ReportId, RoomServerId, SanctionId, ServiceId, SessionId, TicketId, kinds,
};
pub use line::{Line, LineError, balanced, isolated};
pub use link::{Link, LinkError, LinkTemplate};
pub use phone::{PhoneClass, PhoneError, PhoneNumber, Region};
pub use quoted::{QUOTED_MOST, cut, quoted};
pub use reason::{Reason, ReasonError};
pub use rng::{Rng, SeededRng, SystemRng};
pub use time::{Clock, ManualClock, SystemClock, Timestamp};
pub(crate) use words::words;
pub use words::{Assurance, PersonRow, Role, RoomRow, Standing};
