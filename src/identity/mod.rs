//! Real names: what a person says they are called, the document that bears it, and the reviewers
//! who look at both.
//!
//! Both are parsed, not validated: a [`FullName`] or a [`Document`] that exists has passed every
//! check that needs no registry and no reviewer. That proves its form, never that it is theirs.
//! Neither is ever in `Debug`, and no error repeats what was entered.
//!
//! [`submit`] seals both under the newcomer's own key; [`confirm`] takes one of the places that a person has
//! here, found by a blind index over the document, with the last step. Where the policy wants a person's eye, or
//! no place is free, a case waits: nobody sees what it is about but who claims it, with a reason that is kept,
//! for [`LEASE`]; and only they decide. Nobody decides about those whom they, their inviter or their invitees let
//! in. An approval keeps a place; a final refusal binds invite, address and document until it is lifted.

pub mod http;
mod country;
mod documents;
mod follow;
mod letter;
mod names;
mod records;
mod refusal;
mod review;
mod rules;
mod submission;

pub use country::{Country, CountryError};
pub use documents::{Document, DocumentError, DocumentKind, age_at};
pub use follow::ReviewMails;
pub use names::{FullName, NameError};
pub use records::{Case, Refusal, binds_address, case, cases, lapsed, refusal, refusals};
pub use refusal::{LiftError, Words, lift, words};
pub use review::{CaseError, Claimed, Known, LEASE, claim, claimed, decide, give_back, measure};
pub use rules::{CaseState, Reached};
pub use submission::{Demands, SubmitError, Submitted, Way, ask_reviewer, confirm, reached, release, submit};
