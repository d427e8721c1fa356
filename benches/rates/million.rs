//! A community of a million people, put into the tables by the shortest way: the members and the
//! invites that let them in, without the years of events. The same each time.

use std::fmt::Write as _;

use uuid::Uuid;
use vouchsafe::platform::{
    store::{Backend, Conn},
    terms::{PersonId, PersonRow},
};

use crate::support::db::{Database, run};

/// How many people.
pub const PEOPLE: usize = 1_000_000;
/// Nobody is further from the root than this.
const DEEPEST: u8 = 20;
/// Rows of one INSERT.
const TOGETHER: usize = 500;
/// 2024-01-01, in milliseconds: when the first one joined. Another joins every minute.
const FIRST: u64 = 1_704_067_200_000;
const BETWEEN: u64 = 60_000;

/// The community in its database.
pub struct Million {
    pub db: Database,
    /// Whose place in the list is their row less one.
    pub people: Vec<Member>,
}

/// What a bench asks about.
pub struct Member {
    pub id: PersonId,
    /// How many stand below them.
    pub below: u32,
}

/// Everybody's row is one more than their place.
pub fn row_of(place: usize) -> PersonRow {
    PersonRow(place as i64 + 1)
}

/// Numbers as good as random ones (`SplitMix64`), the same each time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl Million {
    /// Makes it: some seconds.
    pub fn make() -> Self {
        let db = Database::fresh(Backend::Sqlite);
        let mut numbers = Numbers(2026);
        let inviters = inviters(&mut numbers);
        let mut below = vec![0_u32; PEOPLE];
        for (place, inviter) in inviters.iter().enumerate().rev() {
            if let Some(inviter) = inviter {
                below[*inviter] += below[place] + 1;
            }
        }
        let people: Vec<Member> = below
            .into_iter()
            .enumerate()
            .map(|(place, below)| {
                let (high, low) = (numbers.next().to_be_bytes(), numbers.next().to_be_bytes());
                let random = [
                    high[0], high[1], low[0], low[1], low[2], low[3], low[4], low[5], low[6], low[7],
                ];
                let id = uuid::Builder::from_unix_timestamp_millis(joined(place), &random).into_uuid();
                Member {
                    id: PersonId::from_uuid(id),
                    below,
                }
            })
            .collect();
        let mut conn = db.connect();
        run(&mut conn, "PRAGMA synchronous = OFF; BEGIN");
        for start in (0..PEOPLE).step_by(TOGETHER) {
            insert(&mut conn, &people, &inviters, start);
        }
        run(&mut conn, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
        drop(conn);
        Self { db, people }
    }
}

/// When somebody joined, in milliseconds.
const fn joined(place: usize) -> u64 {
    FIRST + place as u64 * BETWEEN
}

/// Who let each one in: those who came early more often, so that few let in many and most nobody.
fn inviters(numbers: &mut Numbers) -> Vec<Option<usize>> {
    let mut depths = vec![0_u8; PEOPLE];
    let mut inviters = vec![None; PEOPLE];
    for place in 1..PEOPLE {
        let share = numbers.share();
        let mut inviter = (share * share.sqrt() * place as f64) as usize;
        while depths[inviter] >= DEEPEST {
            inviter = inviters[inviter].unwrap_or(0);
        }
        depths[place] = depths[inviter] + 1;
        inviters[place] = Some(inviter);
    }
    inviters
}

fn insert(conn: &mut Conn, people: &[Member], inviters: &[Option<usize>], start: usize) {
    let mut members = String::from(
        "INSERT INTO people (id, uid, subject_id, handle, role, standing, assurance, locale, joined_at) VALUES ",
    );
    let mut edges = String::new();
    for (place, member) in people.iter().enumerate().skip(start).take(TOGETHER) {
        let (row, at) = (row_of(place).0, joined(place) * 1000);
        let role = if place == 0 { "owner" } else { "member" };
        let standing = if place % 200 == 199 { "banned" } else { "active" };
        let id = Uuid::simple(member.id.uuid());
        let comma = if place == start { "" } else { "," };
        write!(
            members,
            "{comma}({row},X'{id}',NULL,'member_{row}','{role}','{standing}','verified','en',{at})"
        )
        .expect("to write into a string");
        if let Some(inviter) = inviters[place] {
            let comma = if edges.is_empty() { "" } else { "," };
            write!(edges, "{comma}('invite',{},{row},NULL,{at})", row_of(inviter).0).expect("to write into a string");
        }
    }
    run(conn, &members);
    run(
        conn,
        &format!("INSERT INTO edges (kind, from_person, to_person, invite_id, at) VALUES {edges}"),
    );
}
