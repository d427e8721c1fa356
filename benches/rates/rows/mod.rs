//! The rows, by what they measure.

pub mod graph;
pub mod introspect;
pub mod invite;
pub mod process;
pub mod redeem;
pub mod rooms;
