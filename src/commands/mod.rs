//! What the command line can do, one file a command.

pub mod audit;
pub mod check;
pub mod import;
