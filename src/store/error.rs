//! What can go wrong below a capability, and what a command's error means for its transaction.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away, full, too slow, or its answer was lost: a write may or may not have happened.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// It answered with what our own code should not have led to.
    #[error("the database refused a statement of ours: {0}")]
    Internal(String),
    /// The schema is not the one that this version wants.
    #[error("the schema of the database: {0}")]
    Schema(String),
}

impl StoreError {
    /// The same for another caller whom it befell.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Internal(why) => Self::Internal(why.clone()),
            Self::Schema(why) => Self::Schema(why.clone()),
        }
    }
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        match &error {
            DieselError::DatabaseError(kind, info) => match kind {
                DatabaseErrorKind::UniqueViolation
                | DatabaseErrorKind::ForeignKeyViolation
                | DatabaseErrorKind::NotNullViolation
                | DatabaseErrorKind::CheckViolation
                | DatabaseErrorKind::RestrictViolation
                | DatabaseErrorKind::ExclusionViolation => {
                    // The message of a violated constraint may quote the row: its name is enough.
                    Self::Internal(format!(
                        "{kind:?} of {}",
                        info.constraint_name().unwrap_or("a constraint")
                    ))
                }
                _ => Self::Unavailable(format!("{kind:?}: {}", info.message())),
            },
            DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Internal(error.to_string()),
        }
    }
}

impl From<diesel::ConnectionError> for StoreError {
    fn from(error: diesel::ConnectionError) -> Self {
        Self::Unavailable(error.to_string())
    }
}

/// What becomes of a transaction whose command did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disposition {
    /// A refusal that must be remembered (a failed proof, a reused refresh token): commit.
    Keep,
    /// A refusal that leaves no trace: roll back.
    RollBack,
    /// The database itself failed: nothing that shares the transaction may be believed.
    Abandon,
}

/// An error of a command: it knows what becomes of its transaction.
pub trait CommandError: From<StoreError> + From<DieselError> + Send + 'static {
    /// Commit, roll back, or give up on the connection.
    fn disposition(&self) -> Disposition;
}

/// Lets `?` turn a query's error into a capability's own, which says so by `From<StoreError>`.
macro_rules! from_query {
    ($($error:ty),* $(,)?) => {$(
        impl From<diesel::result::Error> for $error {
            fn from(error: diesel::result::Error) -> Self {
                $crate::store::StoreError::from(error).into()
            }
        }
    )*};
}
pub(crate) use from_query;

impl CommandError for StoreError {
    fn disposition(&self) -> Disposition {
        match self {
            Self::Unavailable(_) => Disposition::Abandon,
            // A violated constraint undoes its statement alone, on both databases' savepoints.
            Self::Internal(_) | Self::Schema(_) => Disposition::RollBack,
        }
    }
}
