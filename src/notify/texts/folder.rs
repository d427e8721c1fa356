//! Into a directory, one file a message: for trying things out.

use std::{
    fs::DirBuilder,
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use futures_util::future::BoxFuture;

use super::{TextMessage, TextTransport, words::words};
use crate::{
    notify::{Cause, DeliveryError, LetterId, Reason, Stage, transport::write_private},
    platform::terms::Timestamp,
};

/// A directory that messages are written into.
pub(super) struct Folder(PathBuf);

impl Folder {
    /// The directory is made for its owner alone (mode 0700) where it is not there.
    pub(super) fn new(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        Ok(Self(path.to_owned()))
    }
}

impl TextTransport for Folder {
    fn send<'a>(
        &'a self,
        text: &'a TextMessage,
        id: LetterId,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<(), DeliveryError>> {
        let content = format!(
            "To: {}\nTemplate: {}\nLanguage: {}\n\n{}\n",
            text.to.kept(),
            text.said.template(),
            text.locale.tag(),
            words(text)
        );
        let (folder, name) = (self.0.clone(), id.uuid().hyphenated().to_string());
        Box::pin(async move {
            let write = move || write_private(&folder, &name, "txt", content.as_bytes());
            let written = tokio::task::spawn_blocking(write).await;
            let written = written.unwrap_or_else(|_| Err(io::ErrorKind::Other.into()));
            written.map_err(|error| {
                DeliveryError::Temporary(Reason {
                    stage: Stage::File,
                    cause: Cause::Io(error.kind()),
                })
            })
        })
    }
}
