//! The rows of keys that were used.

use diesel::{
    ExpressionMethods, OptionalExtension, QueryDsl, QueryResult, QueryableByName, RunQueryDsl, delete,
    sql_types::BigInt,
};

use crate::platform::{
    store::{Conn, fixed, pg_fixed, schema::idempotency},
    terms::Timestamp,
};

/// Claims a key that is free or forgotten (older than `forgotten`). Where another transaction is
/// just claiming it, PostgreSQL waits for that one's end.
pub(super) fn claim(conn: &mut Conn, new: &NewClaim<'_>, now: Timestamp, forgotten: Timestamp) -> QueryResult<bool> {
    // Raw: ON CONFLICT with a WHERE of its own.
    fixed(|| {
        "INSERT INTO idempotency (key, request, resource, at) VALUES (?, ?, ?, ?) \
         ON CONFLICT (key) DO UPDATE \
         SET request = excluded.request, resource = excluded.resource, at = excluded.at \
         WHERE idempotency.at < ?"
    })
    .bind(new.key)
    .bind(new.request)
    .bind(new.resource)
    .bind(now.micros())
    .bind(forgotten.micros())
    .execute(conn)
    .map(|rows| rows == 1)
}

/// A key to be claimed with others, and for what.
pub(super) struct NewClaim<'a> {
    pub(super) key: &'a [u8],
    pub(super) request: &'a [u8],
    pub(super) resource: &'a [u8],
}

/// Claims many keys as [`claim`] does, no two of them the same; whether each was free. They are
/// claimed in one order, so two of these never wait for each other.
pub(super) fn claim_all(
    conn: &mut Conn,
    claims: &[NewClaim<'_>],
    now: Timestamp,
    forgotten: Timestamp,
) -> QueryResult<Vec<bool>> {
    #[derive(QueryableByName)]
    struct Claimed {
        #[diesel(sql_type = BigInt)]
        turn: i64,
    }
    match conn {
        Conn::Postgres(pg) if claims.len() > 1 => {
            let mut order: Vec<usize> = (0..claims.len()).collect();
            order.sort_by_key(|&at| claims.get(at).map(|claim| claim.key));
            let sorted: Vec<&NewClaim<'_>> = order.iter().filter_map(|&at| claims.get(at)).collect();
            // Raw for the row invite-postgres.
            let claimed: Vec<Claimed> = pg_fixed(
                "WITH fresh AS MATERIALIZED ( \
                     SELECT key, request, resource, turn FROM unnest(?, ?, ?) \
                     WITH ORDINALITY AS fresh (key, request, resource, turn) ORDER BY turn \
                 ), claimed AS ( \
                     INSERT INTO idempotency (key, request, resource, at) \
                     SELECT key, request, resource, ? FROM fresh \
                     ON CONFLICT (key) DO UPDATE \
                     SET request = excluded.request, resource = excluded.resource, at = excluded.at \
                     WHERE idempotency.at < ? RETURNING key \
                 ) SELECT turn FROM claimed JOIN fresh USING (key)",
            )
            .bind(sorted.iter().map(|claim| claim.key).collect::<Vec<_>>())
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
        conn => claims.iter().map(|new| claim(conn, new, now, forgotten)).collect(),
    }
}

/// Gives up a key that was claimed for `resource` in the running transaction.
pub(super) fn unclaim(conn: &mut Conn, key: &[u8], resource: &[u8]) -> QueryResult<()> {
    delete(idempotency::table.find(key).filter(idempotency::resource.eq(resource)))
        .execute(conn)
        .map(|_| ())
}

/// What a key was used for, where that is not forgotten: the request's hash and the resource's id.
pub(super) fn claimed(conn: &mut Conn, key: &[u8], forgotten: Timestamp) -> QueryResult<Option<(Vec<u8>, Vec<u8>)>> {
    idempotency::table
        .find(key)
        .filter(idempotency::at.ge(forgotten))
        .select((idempotency::request, idempotency::resource))
        .first(conn)
        .optional()
}

/// Forgets the keys from before `forgotten`. Nothing depends on it but the size of the table.
pub fn forget(conn: &mut Conn, forgotten: Timestamp) -> QueryResult<usize> {
    delete(idempotency::table.filter(idempotency::at.lt(forgotten))).execute(conn)
}
