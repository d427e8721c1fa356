//! What two kinds pack their tickets with.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

use crate::platform::store::StoreError;

/// These bytes as zlib packs them (RFC 1950).
pub(super) fn packed(bytes: &[u8]) -> Result<Vec<u8>, StoreError> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let done = encoder.write_all(bytes).and_then(|()| encoder.finish());
    done.map_err(|error| StoreError::Internal(error.to_string()))
}
