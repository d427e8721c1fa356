//! Recomputes the hash chain.

use super::{Envelope, records, sequencer::link};
use crate::platform::store::{Conn, StoreError};

/// What a whole recomputation found.
#[derive(Debug, Default)]
pub struct Verified {
    /// Events whose place and content hold.
    pub sound: i64,
    /// Events that are committed and wait for their position.
    pub waiting: i64,
    /// The last hash, in hex: compare it with one that was kept elsewhere.
    pub head: String,
    /// What does not hold, first things first, at most 100.
    pub findings: Vec<Finding>,
}

/// One thing that does not hold.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub pos: i64,
    /// What.
    pub what: &'static str,
}

/// Walks the whole ledger, `progress` told after each page. Beside writers it must stand in one
/// [`crate::platform::store::Store::snapshot`]: the end of the chain is compared with the sequencer's row.
pub fn verify(conn: &mut Conn, mut progress: impl FnMut(i64)) -> Result<Verified, StoreError> {
    let mut verified = Verified::default();
    let (mut pos, mut hash) = (0, vec![0_u8; 32]);
    let mut find = |pos, what| {
        if verified.findings.len() < 100 {
            verified.findings.push(Finding { pos, what });
        }
    };
    let mut sound = 0;
    loop {
        let rows = records::stored(conn, pos, 2000)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let mut holds = true;
            let mut check = |truth: bool, what| {
                if !truth {
                    holds = false;
                    find(row.pos, what);
                }
            };
            check(row.pos == pos + 1, "positions before it are missing");
            check(
                row.hash == link(&hash, row.pos, &row.body),
                "its hash does not follow from its content",
            );
            match serde_json::from_str::<Envelope>(&row.body) {
                Ok(envelope) => check(
                    envelope.at.micros() == row.at
                        && envelope.event.kind() == row.kind
                        && envelope.actor.person().map(|row| row.0) == row.actor
                        && envelope.subject.map(|row| row.0) == row.subject,
                    "the columns it is searched by do not say what it says",
                ),
                Err(_) => check(false, "it cannot be read"),
            }
            sound += i64::from(holds);
            // Go on from what is stored: one altered event is one finding, not all that follow.
            (pos, hash) = (row.pos, row.hash);
        }
        progress(pos);
    }
    let state = records::state(conn)?;
    if state.last_pos != pos || state.last_hash != hash {
        find(state.last_pos, "the chain does not end where the sequencer stopped");
    }
    verified.sound = sound;
    verified.waiting = records::count_unsequenced(conn)?;
    verified.head = data_encoding::HEXLOWER.encode(&hash);
    Ok(verified)
}
