//! The rows of what all routes share.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, RunQueryDsl, delete,
    sql_types::BigInt,
};

use crate::{
    store::{Conn, Guard, Guards, fixed, pg_fixed, schema::idempotency},
    terms::Timestamp,
};

/// The primary key of a remembered idempotency key.
pub(super) struct Key<'a> {
    pub(super) caller: &'a [u8],
    pub(super) route: &'a str,
    pub(super) key: &'a str,
}

impl<'a> Key<'a> {
    /// What makes it this key and no other.
    pub(super) const fn parts(&self) -> (&'a [u8], &'a str, &'a str) {
        (self.caller, self.route, self.key)
    }
}

/// Claims a key that is free or forgotten (older than `forgotten`). Where another transaction is
/// just claiming it, PostgreSQL waits for that one's end.
pub(super) fn claim_key(
    conn: &mut Conn,
    row: &Key<'_>,
    request: &[u8],
    resource: &[u8],
    now: Timestamp,
    forgotten: Timestamp,
) -> QueryResult<bool> {
    fixed(|| {
        "INSERT INTO idempotency (caller, route, key, request, resource, at) VALUES (?, ?, ?, ?, ?, ?) \
         ON CONFLICT (caller, route, key) DO UPDATE \
         SET request = excluded.request, resource = excluded.resource, at = excluded.at \
         WHERE idempotency.at < ?"
    })
    .bind(row.caller)
    .bind(row.route)
    .bind(row.key)
    .bind(request)
    .bind(resource)
    .bind(now.micros())
    .bind(forgotten.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// A key to be claimed with others, and for what.
pub(super) struct Claim<'a> {
    pub(super) row: Key<'a>,
    pub(super) request: &'a [u8],
    pub(super) resource: &'a [u8],
}

/// Claims many keys as [`claim_key`] does, no two of them the same; whether each was free. They are
/// claimed in one order, so two of these never wait for each other.
pub(super) fn claim_keys(
    conn: &mut Conn,
    guards: &Guards,
    claims: &[Claim<'_>],
    now: Timestamp,
    forgotten: Timestamp,
) -> QueryResult<Vec<bool>> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = BigInt)]
        turn: i64,
    }
    if !guards.on(Guard::KeyOnce) {
        let late = |claim| claim_key_unguarded(conn, claim, now, forgotten);
        return claims.iter().map(late).collect();
    }
    match conn {
        Conn::Postgres(pg) if claims.len() > 1 => {
            let mut order: Vec<usize> = (0..claims.len()).collect();
            order.sort_by_key(|&at| claims.get(at).map(|claim| claim.row.parts()));
            let sorted: Vec<&Claim<'_>> = order.iter().filter_map(|&at| claims.get(at)).collect();
            let claimed: Vec<Claimed> = pg_fixed(
                "WITH fresh AS MATERIALIZED ( \
                     SELECT caller, route, key, request, resource, turn FROM unnest(?, ?, ?, ?, ?) \
                     WITH ORDINALITY AS fresh (caller, route, key, request, resource, turn) ORDER BY turn \
                 ), claimed AS ( \
                     INSERT INTO idempotency (caller, route, key, request, resource, at) \
                     SELECT caller, route, key, request, resource, ? FROM fresh \
                     ON CONFLICT (caller, route, key) DO UPDATE \
                     SET request = excluded.request, resource = excluded.resource, at = excluded.at \
                     WHERE idempotency.at < ? RETURNING caller, route, key \
                 ) SELECT turn FROM claimed JOIN fresh USING (caller, route, key)",
            )
            .bind(sorted.iter().map(|claim| claim.row.caller).collect::<Vec<_>>())
            .bind(sorted.iter().map(|claim| claim.row.route).collect::<Vec<_>>())
            .bind(sorted.iter().map(|claim| claim.row.key).collect::<Vec<_>>())
            .bind(sorted.iter().map(|claim| claim.request).collect::<Vec<_>>())
            .bind(sorted.iter().map(|claim| claim.resource).collect::<Vec<_>>())
            .bind(now.micros())
            .bind(forgotten.micros())
            .load(pg)?;
            let mut free = vec![false; claims.len()];
            for Claimed { turn } in claimed {
                let place = usize::try_from(turn - 1).ok().and_then(|turn| order.get(turn));
                if let Some(free) = place.and_then(|&place| free.get_mut(place)) {
                    *free = true;
                }
            }
            Ok(free)
        }
        conn => claims
            .iter()
            .map(|claim| claim_key(conn, &claim.row, claim.request, claim.resource, now, forgotten))
            .collect(),
    }
}

/// [`claim_key`] without its guard, for a test to see fail: it looks first, and writes then.
fn claim_key_unguarded(conn: &mut Conn, claim: &Claim<'_>, now: Timestamp, forgotten: Timestamp) -> QueryResult<bool> {
    let Key { caller, route, key } = claim.row;
    let remembered = idempotency::table
        .find((caller, route, key))
        .filter(idempotency::at.ge(forgotten));
    if remembered.count().get_result::<i64>(conn)? > 0 {
        return Ok(false);
    }
    // All that was known may be forgotten: the statement with its guard writes over it.
    claim_key(
        conn,
        &claim.row,
        claim.request,
        claim.resource,
        now,
        Timestamp::from_micros(i64::MAX),
    )
}

/// Gives up a key that was claimed for `resource` in the running transaction.
pub(super) fn unclaim_key(conn: &mut Conn, row: &Key<'_>, resource: &[u8]) -> QueryResult<()> {
    delete(
        idempotency::table
            .find((row.caller, row.route, row.key))
            .filter(idempotency::resource.eq(resource)),
    )
    .execute(conn)
    .map(|_| ())
}

/// What a key was used for, where that is not forgotten: the request's hash and the resource's id.
pub(super) fn claimed(conn: &mut Conn, row: &Key<'_>, forgotten: Timestamp) -> QueryResult<Option<(Vec<u8>, Vec<u8>)>> {
    idempotency::table
        .find((row.caller, row.route, row.key))
        .filter(idempotency::at.ge(forgotten))
        .select((idempotency::request, idempotency::resource))
        .first(conn)
        .optional()
}

/// Forgets the keys from before `forgotten`. Nothing depends on it but the size of the table.
pub fn forget_keys(conn: &mut Conn, forgotten: Timestamp) -> QueryResult<usize> {
    delete(idempotency::table.filter(idempotency::at.lt(forgotten))).execute(conn)
}
