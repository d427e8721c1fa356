//! Builds the parts, hands them to each other, starts and drains them.

mod background;
mod core;
mod cors;
mod gate;
pub mod log;
mod serve;
mod sockets;
mod watch;

pub use background::SUBSCRIBERS;
pub use core::{Core, DOCUMENTS, Parts, StartError, rehearse};
pub use serve::{App, Offer, description, offer};
