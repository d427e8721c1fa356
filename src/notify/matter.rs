//! What a letter is about, as whoever posted it knows: asked before it leaves, told when it does not arrive.

use uuid::Uuid;

use super::Letter;
use crate::platform::{
    ledger::Tx,
    store::{Conn, StoreError},
    terms::Timestamp,
};

/// A letter in the outbox, as its capability knows it.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The word that it was posted under.
    pub kind: &'a str,
    /// The public id of what it is about.
    pub about: Uuid,
    /// The public ids of what it is about besides: see [`super::take_in`].
    pub also: &'a [Uuid],
    /// When it was posted.
    pub posted_at: Timestamp,
}

/// Whether a letter may leave.
#[derive(Debug, Clone)]
pub enum Stands {
    /// What it says is so.
    Yes,
    /// It is about several things: this leaves in its place, which tells of those that are so.
    As(Box<Letter>),
    /// It is no longer so: the letter is not sent, and nobody misses it.
    No,
    /// Its reader wants no more letters.
    Unwanted,
}

/// Why a letter does not reach its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Undelivered {
    /// The reader's server refuses it; or the reader wants none, which nobody else is told.
    Refused,
    /// It was tried for a day and more.
    GivenUp,
}

/// What a capability knows of the letters that it posts.
pub trait Matter: Send + Sync + 'static {
    /// The words that it posts letters under.
    fn kinds(&self) -> &'static [&'static str];

    /// Whether the letter may leave: asked just before it does.
    ///
    /// # Errors
    /// [`StoreError`]: then it is asked again.
    fn stands(&self, conn: &mut Conn, letter: &Subject<'_>, now: Timestamp) -> Result<Stands, StoreError>;

    /// The letter will not arrive, unless an operator has it tried again.
    ///
    /// # Errors
    /// [`StoreError`]
    fn undelivered(&self, _: &mut Tx<'_>, _: &Subject<'_>, _: Undelivered) -> Result<(), StoreError> {
        Ok(())
    }

    /// The letter has left.
    ///
    /// # Errors
    /// [`StoreError`]
    fn sent(&self, _: &mut Tx<'_>, _: &Subject<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    /// The letter has left after all: it had been given up.
    ///
    /// # Errors
    /// [`StoreError`]
    fn delivered(&self, _: &mut Tx<'_>, _: &Subject<'_>) -> Result<(), StoreError> {
        Ok(())
    }
}
