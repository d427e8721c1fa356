//! Diesel's errors as the import's.

use super::ImportError;
use crate::platform::store::StoreError;

impl From<diesel::result::Error> for ImportError {
    fn from(error: diesel::result::Error) -> Self {
        Self::Store(StoreError::from(error))
    }
}
