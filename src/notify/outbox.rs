//! Letters that wait: written in the transaction that they follow from, kept sealed until they are
//! delivered or given up.

use uuid::Uuid;
use zeroize::Zeroizing;

use serde::Serialize;

use super::{
    Channel, Letter, TextMessage,
    records::{self, Backlog, DeadLetter, LetterId},
};
use crate::platform::{
    ledger::Tx,
    store::{Conn, StoreError},
    vault::{DataKey, Field},
};

/// Posts a letter, sealed under its reader's data key and due at once. It leaves if and only if the
/// transaction commits.
///
/// `kind` is a short word for operators (`invite`, `contact-code`); it says nothing of the reader. `about` is the
/// public id of what the letter is about: whoever knows letters of this kind ([`super::Matter`]) is asked about it
/// before the letter leaves.
///
/// # Errors
/// [`StoreError`] where the row cannot be written.
pub fn post(
    tx: &mut Tx<'_>,
    key: &DataKey,
    kind: &'static str,
    about: Uuid,
    letter: &Letter,
) -> Result<(), StoreError> {
    let posted = seal(tx, key, about, letter)?;
    Ok(records::insert_all(tx.conn, Channel::Mail, kind, &[posted], tx.now)?)
}

/// Posts a text message, as [`post`] does a letter. What it costs is counted by whoever posts it
/// ([`super::TextLimits`]).
///
/// # Errors
/// [`StoreError`] where the row cannot be written.
pub fn post_text(
    tx: &mut Tx<'_>,
    key: &DataKey,
    kind: &'static str,
    about: Uuid,
    text: &TextMessage,
) -> Result<(), StoreError> {
    let posted = seal(tx, key, about, text)?;
    Ok(records::insert_all(tx.conn, Channel::Text, kind, &[posted], tx.now)?)
}

/// Posts several text messages of one kind, each sealed under its own reader's data key.
///
/// # Errors
/// [`StoreError`] where the rows cannot be written.
pub fn post_texts(
    tx: &mut Tx<'_>,
    kind: &'static str,
    texts: &[(DataKey, Uuid, TextMessage)],
) -> Result<(), StoreError> {
    let posted = texts.iter().map(|(key, about, text)| seal(tx, key, *about, text));
    let posted = posted.collect::<Result<Vec<_>, _>>()?;
    Ok(records::insert_all(tx.conn, Channel::Text, kind, &posted, tx.now)?)
}

/// Notes that a gateway has not delivered a text message that it had taken; what was posted under which kind, about
/// what and when. None where no such message waits for that news: it was told before, or there is none.
///
/// # Errors
/// [`StoreError`] where the row cannot be written.
pub fn undelivered_text(
    tx: &mut Tx<'_>,
    id: LetterId,
) -> Result<Option<(String, Option<Uuid>, crate::platform::terms::Timestamp)>, StoreError> {
    Ok(records::undelivered(
        tx.conn,
        id,
        Channel::Text,
        "the gateway did not deliver it",
    )?)
}

/// Posts several letters of one kind, each sealed under its own reader's data key.
///
/// # Errors
/// [`StoreError`] where the rows cannot be written.
pub fn post_all(tx: &mut Tx<'_>, kind: &'static str, letters: &[(DataKey, Uuid, Letter)]) -> Result<(), StoreError> {
    let posted = letters.iter().map(|(key, about, letter)| seal(tx, key, *about, letter));
    let posted = posted.collect::<Result<Vec<_>, _>>()?;
    Ok(records::insert_all(tx.conn, Channel::Mail, kind, &posted, tx.now)?)
}

/// As many things one letter is about at most.
const MOST_TOGETHER: i64 = 10;

/// Makes a letter that waits, about `about`, be about `also` too; its [`super::Matter`] writes it anew when it leaves. It
/// becomes another letter by that, with a `Message-ID` of its own: what an attempt may have delivered is not it. False
/// where no such letter waits, somebody is delivering it, or it is about ten things already: then `also` needs a letter
/// of its own.
///
/// # Errors
/// [`StoreError`] where a row cannot be written.
pub fn take_in(tx: &mut Tx<'_>, kind: &str, about: Uuid, also: Uuid) -> Result<bool, StoreError> {
    let Some(row) = records::waiting(tx.conn, Channel::Mail, kind, about)? else {
        return Ok(false);
    };
    if records::also(tx.conn, row)?.len() as i64 + 1 >= MOST_TOGETHER
        || !records::rename(tx.conn, row, LetterId::new(tx.now, tx.rng))?
    {
        return Ok(false);
    }
    records::add_subject(tx.conn, row, also)?;
    Ok(true)
}

/// What is sealed of a letter.
pub(super) fn written(letter: &impl Serialize) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(letter).map_err(|error| StoreError::Internal(format!("a letter: {error}")))
}

fn seal(tx: &Tx<'_>, key: &DataKey, about: Uuid, letter: &impl Serialize) -> Result<records::New, StoreError> {
    let plain = written(letter)?;
    Ok(records::New {
        id: LetterId::new(tx.now, tx.rng),
        subject: key.subject(),
        about,
        sealed: key.seal(Field::Letter, &Zeroizing::new(plain), tx.rng)?,
    })
}

/// The letters that were given up, in the order in which they were posted; at most `limit`, from
/// after the letter `after`.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub fn dead(conn: &mut Conn, after: Option<LetterId>, limit: i64) -> Result<Vec<DeadLetter>, StoreError> {
    Ok(records::dead(conn, after, limit)?)
}

/// Makes a dead letter due at once, with all its attempts before it. False where no dead letter has
/// this id, or its reader was forgotten.
///
/// # Errors
/// [`StoreError`] where the row cannot be written.
pub fn retry(tx: &mut Tx<'_>, id: LetterId) -> Result<bool, StoreError> {
    Ok(records::revive(tx.conn, id, tx.now)?)
}

/// Makes all dead letters due at once, with all their attempts before them: after the mail server was mended. How
/// many they are.
///
/// # Errors
/// [`StoreError`] where the rows cannot be written.
pub fn retry_all(tx: &mut Tx<'_>) -> Result<usize, StoreError> {
    Ok(records::revive_all(tx.conn, tx.now)?)
}

/// How many letters or text messages wait, and how many were given up.
///
/// # Errors
/// [`StoreError`] where the database does not answer.
pub fn backlog(conn: &mut Conn, channel: Channel) -> Result<Backlog, StoreError> {
    Ok(records::backlog(conn, channel)?)
}
