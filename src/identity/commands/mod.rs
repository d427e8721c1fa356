//! Every change of identities, cases and refusals, each in the transaction of its caller.

mod refusal;
mod review;
mod submission;

pub use refusal::lift;
pub use review::{claim, decide, give_back};
pub use submission::{ask_reviewer, confirm, release, submit};
