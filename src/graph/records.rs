//! What the graph is built from: everybody's row, the edges, and what changed. Each table is read once from its
//! start to its end, by figures alone: a row costs no allocation.

use std::collections::BTreeMap;

use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, connection::DefaultLoadingMode, dsl::sql, sql_types::BigInt,
};

use super::load::{Given, Loading};
use crate::platform::{
    ledger::events::SanctionKind,
    store::{
        Conn, StoreError,
        schema::{assurance_changes, departures, edges, former_edges, people, sanctions},
    },
    terms::{Assurance, PersonRow, Standing, Timestamp},
};

/// How many rows are read at once: PostgreSQL gives all of them together.
const PAGE: i64 = 100_000;

/// Tells everything that the store has.
pub(super) fn load(conn: &mut Conn, into: &mut Loading) -> Result<(), StoreError> {
    members(conn, into)?;
    let mut vouches = Vec::new();
    edges(conn, into, &mut vouches)?;
    into.join();
    vouches.into_iter().for_each(|given| into.vouched(given));
    former_edges(conn, into)?;
    let left = departures(conn)?;
    standings(conn, into, &left)?;
    for (&person, &at) in &left {
        into.stood(person, Standing::Left, at);
    }
    assurances(conn, into)?;
    Ok(())
}

/// Reads a table page by page; `page` says which row it came to.
fn by_pages(mut page: impl FnMut(i64) -> QueryResult<Option<i64>>) -> QueryResult<()> {
    let mut last = 0;
    while let Some(reached) = page(last)? {
        last = reached;
    }
    Ok(())
}

fn members(conn: &mut Conn, into: &mut Loading) -> Result<(), StoreError> {
    // A word is read as its place among all words, for a text would be allocated for each row.
    let standing = format!(
        "CASE standing {} ELSE -1 END",
        places(Standing::ALL.iter().map(|word| word.as_str()))
    );
    let verified = format!("CASE assurance WHEN '{}' THEN 1 ELSE 0 END", Assurance::Verified);
    let mut unknown = 0_i64;
    by_pages(|after| {
        let mut last = None;
        let rows = people::table
            .filter(people::id.gt(after))
            .order(people::id.asc())
            .limit(PAGE)
            .select((
                people::id,
                people::joined_at,
                // Raw: a word is read as a figure.
                sql::<BigInt>(&cast(&standing)),
                sql::<BigInt>(&cast(&verified)),
            ))
            .load_iter::<(PersonRow, Timestamp, i64, i64), DefaultLoadingMode>(conn)?;
        for row in rows {
            let (person, joined_at, standing, verified) = row?;
            let known = usize::try_from(standing)
                .ok()
                .and_then(|place| Standing::ALL.get(place));
            match known {
                Some(&standing) => into.person(person, joined_at, standing, verified == 1),
                None => unknown += 1,
            }
            last = Some(person.0);
        }
        Ok(last)
    })?;
    match unknown {
        0 => Ok(()),
        _ => Err(StoreError::Internal(format!(
            "{unknown} members stand in a way that is not known here"
        ))),
    }
}

/// Invites go to the tree at once; vouches wait until it is whole.
fn edges(conn: &mut Conn, into: &mut Loading, vouches: &mut Vec<Given>) -> QueryResult<()> {
    let vouch = cast("CASE kind WHEN 'vouch' THEN 1 ELSE 0 END");
    by_pages(|after| {
        let mut last = None;
        let rows = edges::table
            .filter(edges::id.gt(after))
            .order(edges::id.asc())
            .limit(PAGE)
            .select((
                edges::id,
                // Raw: a word is read as a figure.
                sql::<BigInt>(&vouch),
                edges::from_person,
                edges::to_person,
                edges::at,
            ))
            .load_iter::<(i64, i64, PersonRow, PersonRow, Timestamp), DefaultLoadingMode>(conn)?;
        for row in rows {
            let (id, vouch, from, to, since) = row?;
            match vouch {
                0 => into.invited(to, from),
                _ => vouches.push(Given {
                    from,
                    to,
                    since,
                    until: None,
                }),
            }
            last = Some(id);
        }
        Ok(last)
    })
}

/// Inviters whom somebody had, and vouches that were taken back.
fn former_edges(conn: &mut Conn, into: &mut Loading) -> QueryResult<()> {
    type Former = (i64, i64, Option<PersonRow>, PersonRow, Timestamp, Timestamp);
    let vouch = cast("CASE kind WHEN 'vouch' THEN 1 ELSE 0 END");
    by_pages(|after| {
        let mut last = None;
        let rows = former_edges::table
            .filter(former_edges::id.gt(after))
            .order(former_edges::id.asc())
            .limit(PAGE)
            .select((
                former_edges::id,
                // Raw: a word is read as a figure.
                sql::<BigInt>(&vouch),
                former_edges::from_person,
                former_edges::to_person,
                former_edges::at,
                former_edges::until,
            ))
            .load_iter::<Former, DefaultLoadingMode>(conn)?;
        for row in rows {
            let (id, vouch, from, to, since, until) = row?;
            match (vouch, from) {
                (1, Some(from)) => into.vouched(Given {
                    from,
                    to,
                    since,
                    until: Some(until),
                }),
                _ => into.moved(to, from, until),
            }
            last = Some(id);
        }
        Ok(last)
    })
}

/// The few whose assurance ever changed.
fn assurances(conn: &mut Conn, into: &mut Loading) -> QueryResult<()> {
    let verified = |column| {
        cast(&format!(
            "CASE {column} WHEN '{}' THEN 1 ELSE 0 END",
            Assurance::Verified
        ))
    };
    let (was, is) = (verified("former"), verified("assurance"));
    by_pages(|after| {
        let mut last = None;
        let rows = assurance_changes::table
            .filter(assurance_changes::id.gt(after))
            .order(assurance_changes::id.asc())
            .limit(PAGE)
            .select((
                assurance_changes::id,
                assurance_changes::person,
                assurance_changes::at,
                // Raw: a word is read as a figure.
                sql::<BigInt>(&was),
                sql::<BigInt>(&is),
            ))
            .load_iter::<(i64, PersonRow, Timestamp, i64, i64), DefaultLoadingMode>(conn)?;
        for row in rows {
            let (id, person, at, was, is) = row?;
            into.rated(person, was == 1, is == 1, at);
            last = Some(id);
        }
        Ok(last)
    })
}

/// A sanction: on whom, which kind it is by its place among all, and from when to when.
type Sanction = (PersonRow, i64, Timestamp, Option<Timestamp>);

/// When those left who are gone.
fn departures(conn: &mut Conn) -> QueryResult<BTreeMap<PersonRow, Timestamp>> {
    let mut all = BTreeMap::new();
    by_pages(|after| {
        let rows: Vec<(PersonRow, Timestamp)> = departures::table
            .filter(departures::person.gt(after))
            .order(departures::person.asc())
            .limit(PAGE)
            .select((departures::person, departures::at))
            .load(conn)?;
        let last = rows.last().map(|(person, _)| person.0);
        all.extend(rows);
        Ok(last)
    })?;
    Ok(all)
}

/// The few who were ever sanctioned: where the gravest in force put them, each time that it changed. Whoever has left stays
/// so, whatever ends afterwards.
fn standings(conn: &mut Conn, into: &mut Loading, left: &BTreeMap<PersonRow, Timestamp>) -> QueryResult<()> {
    let kind = cast(&format!(
        "CASE kind {} ELSE -1 END",
        places(SanctionKind::ALL.iter().map(|word| word.as_str()))
    ));
    let mut all: Vec<Sanction> = Vec::new();
    by_pages(|after| {
        let mut last = None;
        let rows = sanctions::table
            .filter(sanctions::id.gt(after))
            .order(sanctions::id.asc())
            .limit(PAGE)
            .select((
                sanctions::id,
                sanctions::person,
                // Raw: a word is read as a figure.
                sql::<BigInt>(&kind),
                sanctions::imposed_at,
                sanctions::lifted_at,
            ))
            .load_iter::<(i64, PersonRow, i64, Timestamp, Option<Timestamp>), DefaultLoadingMode>(conn)?;
        for row in rows {
            let (id, person, kind, imposed_at, lifted_at) = row?;
            all.push((person, kind, imposed_at, lifted_at));
            last = Some(id);
        }
        Ok(last)
    })?;
    all.sort_by_key(|&(person, ..)| person);
    for sanctions in all.chunk_by(|one, other| one.0 == other.0) {
        let mut times: Vec<_> = sanctions
            .iter()
            .flat_map(|&(_, _, from, until)| [Some(from), until])
            .flatten()
            .collect();
        times.sort_unstable();
        times.dedup();
        for at in times {
            let in_force = |&&(_, _, from, until): &&Sanction| from <= at && until.is_none_or(|until| at < until);
            let kinds = sanctions
                .iter()
                .filter(in_force)
                .map(|&(_, kind, ..)| standing_of(kind));
            let person = sanctions[0].0;
            let standing = match left.get(&person) {
                Some(left) if *left <= at => Standing::Left,
                _ => kinds.max().unwrap_or(Standing::Active),
            };
            into.stood(person, standing, at);
        }
    }
    Ok(())
}

/// Where a sanction of a kind puts somebody. Kinds and standings are in one order, gravest last, which tests here and in
/// moderation hold.
fn standing_of(kind: i64) -> Standing {
    let kind = usize::try_from(kind)
        .ok()
        .and_then(|place| SanctionKind::ALL.get(place));
    match kind {
        Some(SanctionKind::Freeze) => Standing::Frozen,
        Some(SanctionKind::Quarantine) => Standing::Quarantined,
        Some(SanctionKind::Suspend) => Standing::Suspended,
        // A kind that is not known here is taken for the gravest.
        Some(SanctionKind::Ban) | None => Standing::Banned,
    }
}

/// `WHEN 'word' THEN place` for each.
fn places<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let places: Vec<_> = words
        .zip(0..)
        .map(|(word, place)| format!("WHEN '{word}' THEN {place}"))
        .collect();
    places.join(" ")
}

/// As eight bytes on both databases.
fn cast(text: &str) -> String {
    format!("CAST({text} AS BIGINT)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_graver_kind_puts_somebody_into_a_graver_standing() {
        let standings: Vec<_> = (0..4).map(standing_of).collect();
        let all: Vec<_> = Standing::ALL
            .iter()
            .copied()
            .filter(|standing| standing.is_sanction())
            .collect();
        assert_eq!(standings, all);
        assert_eq!((standing_of(-1), standing_of(4)), (Standing::Banned, Standing::Banned));
    }
}
