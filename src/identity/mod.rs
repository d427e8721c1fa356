//! Real names: what a person says they are called, the document that bears it, and the reviewers
//! who look at both.
//!
//! Both are parsed, not validated: a [`FullName`] or a [`Document`] that exists has passed every
//! check that needs no registry and no reviewer. That proves its form, never that it is theirs.
//! Neither is ever in `Debug`, and no error repeats what was entered.
//!
//! [`submit`] seals both under the newcomer's own key and takes one of the places that a person has
//! here, found by a blind index over the document; [`confirm`] makes that place theirs for good and
//! [`release`] gives it back. Where the policy wants a person's eye, a case waits: nobody sees what
//! it is about but who claims it, with a reason that is kept, for [`LEASE`]; and only they decide.

pub mod api;
mod country;
mod documents;
mod names;
mod records;
mod review;
mod rules;
mod submission;

pub use country::{Country, CountryError};
pub use documents::{Document, DocumentError, DocumentKind, age_at};
pub use names::{FullName, NameError};
pub use records::{Case, case, cases};
pub use review::{CaseError, Claimed, LEASE, Reason, ReasonError, claim, claimed, decide, measure};
pub use rules::{CaseState, Reached};
pub use submission::{Demands, SubmitError, Submitted, confirm, reached, release, submit};
