//! What can go wrong below a capability, and what a command's error means for its transaction.

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the database gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It is away, full, too slow, takes no writes, or its answer was lost: a write may or may not have happened.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Another transaction was in the way (a deadlock, a lock that was not free in time): nothing was written, and
    /// the connection is sound. The same again may succeed.
    #[error("another transaction was in the way: {0}")]
    Hindered(String),
    /// It answered with what our own code should not have led to: a violated constraint, a value that it does not
    /// take.
    #[error("the database refused a statement of ours: {0}")]
    Internal(String),
    /// It is no database that we can work with; says what is to be mended.
    #[error("{0}")]
    Unfit(String),
    /// The schema is not the one that this version wants.
    #[error("the schema of the database: {0}")]
    Schema(String),
}

impl StoreError {
    /// Whether it is the database's own: it says nothing of what was to be done, which may succeed another time.
    pub const fn is_of_the_database(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Hindered(_) | Self::Unfit(_))
    }

    /// The same for another caller whom it befell.
    pub(crate) fn again(&self) -> Self {
        match self {
            Self::Unavailable(why) => Self::Unavailable(why.clone()),
            Self::Hindered(why) => Self::Hindered(why.clone()),
            Self::Internal(why) => Self::Internal(why.clone()),
            Self::Unfit(why) => Self::Unfit(why.clone()),
            Self::Schema(why) => Self::Schema(why.clone()),
        }
    }
}

/// What the two databases say when they cannot serve anybody just now. Neither tells its code through diesel, so
/// these are their own words: SQLite speaks English alone, and of PostgreSQL's sessions we ask for it (see
/// `connection`). Whatever is not in here has been refused for what it is: SQLSTATE's classes 22 and 23 above all,
/// which a caller may have brought about, and which say nothing of the database's health.
const OUTAGES: &[&str] = &[
    // SQLite (https://sqlite.org/rescode.html).
    "database or disk is full",
    "disk I/O error",
    "out of memory",
    "database is locked",
    "database table is locked",
    "database schema is locked",
    "attempt to write a readonly database",
    "unable to open database file",
    "database disk image is malformed",
    "file is not a database",
    "locking protocol",
    "interrupted",
    // PostgreSQL: classes 53, 57P, 58 and XX (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    "could not extend file",
    "could not write",
    "could not read",
    "could not open",
    "could not access",
    "could not fsync",
    "could not resize shared memory",
    "no space left on device",
    "out of shared memory",
    "too many clients",
    "remaining connection slots",
    "terminating connection",
    "the database system is",
    "during recovery",
    "invalid page in block",
    "server closed the connection",
    "connection to server",
    "no connection to the server",
    "ssl error",
    "ssl connection",
];

/// What PostgreSQL says of a statement that another transaction was in the way of: 40P01, 55P03, 57014.
const HINDRANCES: &[&str] = &[
    "deadlock detected",
    "canceling statement due to",
    "could not obtain lock",
    "could not serialize access",
];

fn says(message: &str, words: &[&str]) -> bool {
    let message = message.to_ascii_lowercase();
    words.iter().any(|known| message.contains(&known.to_ascii_lowercase()))
}

impl From<DieselError> for StoreError {
    fn from(error: DieselError) -> Self {
        let DieselError::DatabaseError(kind, info) = &error else {
            return match error {
                DieselError::BrokenTransactionManager | DieselError::RollbackErrorOnCommit { .. } => {
                    Self::Unavailable(error.to_string())
                }
                _ => Self::Internal(error.to_string()),
            };
        };
        match kind {
            DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand
            | DatabaseErrorKind::ReadOnlyTransaction => Self::Unavailable(format!("{kind:?}: {}", info.message())),
            DatabaseErrorKind::SerializationFailure => Self::Hindered(info.message().to_owned()),
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
            _ if says(info.message(), OUTAGES) => Self::Unavailable(info.message().to_owned()),
            _ if says(info.message(), HINDRANCES) => Self::Hindered(info.message().to_owned()),
            // The message of a value that is not taken may quote it (`invalid input syntax for type …: "…"`).
            _ => Self::Internal(unquoted(info.message())),
        }
    }
}

/// A message up to where it begins to quote.
fn unquoted(message: &str) -> String {
    let end = message.find(['"', ':', '\'']).unwrap_or(message.len());
    message[..end].trim_end().to_owned()
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
                $crate::platform::store::StoreError::from(error).into()
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
            Self::Hindered(_) | Self::Internal(_) | Self::Unfit(_) | Self::Schema(_) => Disposition::RollBack,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(kind: DatabaseErrorKind, message: &str) -> StoreError {
        DieselError::DatabaseError(kind, Box::new(message.to_owned())).into()
    }

    #[test]
    fn a_refused_value_is_no_outage() {
        for message in [
            "invalid byte sequence for encoding \"UTF8\": 0x00",
            "character with byte sequence 0xe5 0xbc 0xa0 in encoding \"UTF8\" has no equivalent in encoding \"LATIN1\"",
            "bigint out of range",
            "value too long for type character varying(10)",
            "integer out of range",
            "division by zero",
            "string or blob too big",
            "datatype mismatch",
            "integer overflow",
            "index row size 2800 exceeds btree version 4 maximum 2704 for index \"x\"",
        ] {
            let told = told(DatabaseErrorKind::Unknown, message);
            assert!(matches!(told, StoreError::Internal(_)), "{message}: {told:?}");
            assert_eq!(told.disposition(), Disposition::RollBack);
        }
        let quoted = told(
            DatabaseErrorKind::Unknown,
            "invalid input syntax for type bigint: \"canary\"",
        );
        assert!(!quoted.to_string().contains("canary"), "{quoted}");
    }

    #[test]
    fn what_befalls_everybody_is_one() {
        for message in [
            "database or disk is full",
            "disk I/O error",
            "attempt to write a readonly database",
            "could not extend file \"base/1/2\": No space left on device",
            "terminating connection due to administrator command",
            "cannot assign TransactionIds during recovery",
        ] {
            let told = told(DatabaseErrorKind::Unknown, message);
            assert!(matches!(told, StoreError::Unavailable(_)), "{message}: {told:?}");
        }
        for kind in [
            DatabaseErrorKind::ClosedConnection,
            DatabaseErrorKind::ReadOnlyTransaction,
        ] {
            assert_eq!(told(kind, "x").disposition(), Disposition::Abandon);
        }
        for message in ["deadlock detected", "canceling statement due to lock timeout"] {
            let told = told(DatabaseErrorKind::Unknown, message);
            assert!(matches!(told, StoreError::Hindered(_)), "{message}: {told:?}");
            assert_eq!(told.disposition(), Disposition::RollBack);
        }
    }
}
