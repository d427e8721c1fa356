//! What a client is told where a password was not taken or not checked.

use super::passwords::{ChoiceError, HasherError};
use crate::http::{Problem, ProblemKind};

impl From<HasherError> for Problem {
    fn from(error: HasherError) -> Self {
        match error {
            HasherError::Busy => ProblemKind::Unavailable.into(),
            HasherError::Hash(error) => Self::unavailable(error),
        }
    }
}

impl From<ChoiceError> for Problem {
    fn from(error: ChoiceError) -> Self {
        match error {
            ChoiceError::Refused(refusal) => Self::new(ProblemKind::PasswordRefused).with_detail(refusal.to_string()),
            ChoiceError::Hasher(error) => error.into(),
        }
    }
}
