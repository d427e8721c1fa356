//! Real names: what a person says they are called, and the document that bears it.
//!
//! Both are parsed, not validated: a [`FullName`] or a [`Document`] that exists has passed every
//! check that needs no registry and no reviewer. That proves its form, never that it is theirs.
//! Neither is ever in `Debug`, and no error repeats what was entered.

mod country;
mod documents;
mod names;

pub use country::{Country, CountryError};
pub use documents::{Document, DocumentError, DocumentKind, age_at};
pub use names::{FullName, NameError};
