//! What somebody with the database's password can do to the ledger, and what is noticed.

use aws_lc_rs::digest;
use tokio::task::JoinSet;
use vouchsafe::platform::{
    ledger::{Actor, Finding, entries, verify},
    store::{Conn, StoreError},
    terms::{PersonRow, SeededRng},
};

use super::{eventually, feed, numbered};
use crate::support::db::{Database, Setup, on_both, run};

/// Events in the ledger.
const LENGTH: i64 = 40;

/// A sequenced ledger whose events differ in all that can be tampered with; nothing runs any more.
async fn ledger(db: &Database) {
    let ledger = db.ledger(Setup::default());
    let mut tasks = JoinSet::new();
    tasks.spawn(ledger.clone().keep_sequencing());
    for n in 1..=LENGTH {
        let written = ledger.write(Actor::Person(PersonRow(100 + n)), move |tx| {
            tx.record(numbered(n));
            Ok::<_, StoreError>(())
        });
        written.await.unwrap();
    }
    eventually("all are sequenced", async || feed(&ledger).await.len() as i64 == LENGTH).await;
    tasks.shutdown().await;
    ledger.close().await;
}

/// The chain as its documentation has it, written a second time.
fn chain(bodies: &[String]) -> Vec<Vec<u8>> {
    let mut hashes = vec![vec![0; 32]];
    for (pos, body) in (1_u64..).zip(bodies) {
        let whole = [
            b"vouchsafe/ledger/1",
            &hashes[pos as usize - 1][..],
            &pos.to_be_bytes(),
            body.as_bytes(),
        ]
        .concat();
        hashes.push(digest::digest(&digest::SHA256, &whole).as_ref().to_vec());
    }
    hashes.split_off(1)
}

fn bodies(conn: &mut Conn) -> Vec<String> {
    let all = entries(conn, 0, 1000).unwrap();
    all.iter()
        .map(|entry| serde_json::to_string(&entry.envelope).unwrap())
        .collect()
}

fn bytes(conn: &Conn, value: &[u8]) -> String {
    let hex = data_encoding::HEXLOWER.encode(value);
    match conn {
        Conn::Sqlite(_) => format!("x'{hex}'"),
        Conn::Postgres(_) => format!("'\\x{hex}'::bytea"),
    }
}

/// Gives everything from `pos` on the hash that follows from what stands there now.
fn rehash(conn: &mut Conn, pos: usize) {
    let bodies = bodies(conn);
    for (place, hash) in (1..).zip(chain(&bodies)).skip(pos - 1) {
        let hash = bytes(conn, &hash);
        run(conn, &format!("UPDATE ledger SET hash = {hash} WHERE pos = {place}"));
    }
}

/// Does one thing to the ledger that is not append, at random places; says what.
fn tamper(conn: &mut Conn, kind: u64, rng: &SeededRng) -> String {
    let pos = 1 + rng.below(LENGTH as u64) as i64;
    let other = 1 + (pos - 1 + 1 + rng.below(LENGTH as u64 - 1) as i64) % LENGTH;
    let event = |pos: i64| format!("id = (SELECT event_id FROM ledger WHERE pos = {pos})");
    let here = event(pos);
    let noise = bytes(conn, &rng.below(u64::MAX).to_be_bytes().repeat(4));
    let sql = match kind {
        // Columns of the event.
        0 => format!("UPDATE events SET body = replace(body, '\"to\":', '\"to\":1') WHERE {here}"),
        1 => format!("UPDATE events SET body = body || ' ' WHERE {here}"),
        2 => format!("UPDATE events SET body = '{{}}' WHERE {here}"),
        3 => format!("UPDATE events SET at = at + 1 WHERE {here}"),
        4 => format!("UPDATE events SET kind = 'reported' WHERE {here}"),
        5 => format!("UPDATE events SET actor = {other} WHERE {here}"),
        6 => format!("UPDATE events SET actor = NULL WHERE {here}"),
        7 => format!("UPDATE events SET subject = -subject WHERE {here}"),
        8 => format!("UPDATE events SET subject = NULL WHERE {here}"),
        // Deletions.
        9 => format!("DELETE FROM events WHERE {here}"),
        10 => format!("DELETE FROM ledger WHERE pos = {pos}"),
        11 => format!("DELETE FROM events WHERE {here}; DELETE FROM ledger WHERE pos = {pos}"),
        12 => format!("DELETE FROM ledger WHERE pos >= {pos}"),
        // Order.
        13 => format!(
            "UPDATE ledger SET pos = -1 WHERE pos = {pos}; UPDATE ledger SET pos = {pos} WHERE pos = {other}; \
             UPDATE ledger SET pos = {other} WHERE pos = -1"
        ),
        14 => format!("UPDATE ledger SET pos = {} WHERE pos = {pos}", LENGTH + 1),
        15 => format!(
            "UPDATE ledger SET pos = -pos; UPDATE ledger SET pos = 1 - pos WHERE pos <= -{pos}; UPDATE ledger SET pos = -pos WHERE pos < 0"
        ),
        // The chain itself.
        16 => format!("UPDATE ledger SET hash = {noise} WHERE pos = {pos}"),
        17 => format!("UPDATE sequencer SET last_hash = {noise}"),
        18 => format!("UPDATE sequencer SET last_pos = {}", pos - 1),
        // A forged event at the end.
        19 => format!(
            "INSERT INTO ledger (pos, event_id, hash) VALUES ({}, -1, {noise}); UPDATE events SET id = -1 WHERE {here}",
            LENGTH + 1
        ),
        // Rewritten from one place on, with hashes that follow: the sequencer's row is kept aside.
        20 => {
            run(
                conn,
                &format!(
                    "UPDATE events SET subject = {other}0, body = replace(replace(body, '\"subject\":{pos},', '\"subject\":{other}0,'), '\"to\":{pos}}}', '\"to\":{other}0}}') WHERE {here}"
                ),
            );
            rehash(conn, pos as usize);
            return format!("{kind}: a rewrite from {pos} on");
        }
        _ => unreachable!("there are 21 kinds"),
    };
    run(conn, &sql);
    format!("{kind}: {sql}")
}

on_both! {
    async fn every_tampering_is_found(db: &Database) {
        ledger(db).await;
        let mut conn = db.connect();
        let clean = verify(&mut conn, |_| ()).unwrap();
        assert_eq!((clean.sound, clean.waiting, &clean.findings), (LENGTH, 0, &Vec::<Finding>::new()));
        let bodies = bodies(&mut conn);
        assert_eq!(clean.head, data_encoding::HEXLOWER.encode(chain(&bodies).last().unwrap()));

        let rng = SeededRng::new(200);
        for round in 0..210 {
            run(&mut conn, "BEGIN");
            let what = tamper(&mut conn, round % 21, &rng);
            let found = verify(&mut conn, |_| ()).unwrap();
            assert!(!found.findings.is_empty(), "not found: {what}");
            run(&mut conn, "ROLLBACK");
        }
        assert_eq!(verify(&mut conn, |_| ()).unwrap().findings, []);
    }

    /// Who rewrites everything, the sequencer's row included, leaves a sound chain: it is another
    /// one, and only a head that was kept elsewhere says so.
    async fn a_whole_rewrite_or_a_clean_cut_shows_only_against_a_head_kept_elsewhere(db: &Database) {
        ledger(db).await;
        let mut conn = db.connect();
        let head = verify(&mut conn, |_| ()).unwrap().head;
        for cut in [false, true] {
            run(&mut conn, "BEGIN");
            if cut {
                run(&mut conn, "DELETE FROM events WHERE id IN (SELECT event_id FROM ledger WHERE pos > 30); \
                                DELETE FROM ledger WHERE pos > 30");
            } else {
                run(&mut conn, "UPDATE events SET body = replace(body, '\"to\":7}', '\"to\":8}'), subject = 8 WHERE subject = 7");
                run(&mut conn, "UPDATE events SET body = replace(body, '\"subject\":7,', '\"subject\":8,')");
                rehash(&mut conn, 1);
            }
            run(&mut conn, "UPDATE sequencer SET last_pos = (SELECT max(pos) FROM ledger), \
                            last_hash = (SELECT hash FROM ledger ORDER BY pos DESC LIMIT 1)");
            let found = verify(&mut conn, |_| ()).unwrap();
            assert_eq!(found.findings, []);
            assert_ne!(found.head, head, "the head tells");
            run(&mut conn, "ROLLBACK");
        }
        assert_eq!(verify(&mut conn, |_| ()).unwrap().head, head);
    }
}
