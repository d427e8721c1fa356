//! The subjects' wrapped data keys.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, QueryDsl, QueryResult, QueryableByName, RunQueryDsl,
    backend::Backend,
    deserialize::{self, FromSql, FromSqlRow},
    expression::AsExpression,
    result::Error,
    serialize::{self, Output, ToSql},
    sql_types::{BigInt, Binary},
    update,
};

use crate::platform::store::{Conn, fixed, pg_fixed, schema::subjects};

/// Whose data key: a row of `subjects`. A newcomer has one before they are a member, and an
/// invited address has one of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct Subject(pub i64);

impl<DB: Backend> ToSql<BigInt, DB> for Subject
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.0, out)
    }
}
impl<DB: Backend> FromSql<BigInt, DB> for Subject
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(i64::from_sql(bytes)?))
    }
}

pub(super) fn insert(conn: &mut Conn, version: i64, wrapped: &[u8]) -> QueryResult<i64> {
    // Raw for the row invite-sqlite.
    fixed(|| "INSERT INTO subjects (key_version, wrapped_key) VALUES (?, ?)")
        .bind(version)
        .bind(wrapped)
        .insert(conn)
}

/// Several at once; their rows in the order of `wrapped`.
pub(super) fn insert_all(conn: &mut Conn, version: i64, wrapped: &[Vec<u8>]) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = Binary)]
        wrapped_key: Vec<u8>,
    }
    match conn {
        Conn::Postgres(pg) if wrapped.len() > 1 => {
            // Raw for the row invite-postgres.
            let inserted: Vec<Inserted> = pg_fixed(
                "INSERT INTO subjects (key_version, wrapped_key) SELECT ?, key FROM unnest(?) AS key \
                 RETURNING id, wrapped_key",
            )
            .bind(version)
            .bind(wrapped.iter().map(Vec::as_slice).collect::<Vec<_>>())
            .load(pg)?;
            // No two keys are wrapped alike, each with a nonce of its own.
            let rows: HashMap<_, _> = inserted
                .iter()
                .map(|row| (row.wrapped_key.as_slice(), row.id))
                .collect();
            let row = |key: &Vec<u8>| rows.get(key.as_slice()).copied().ok_or(Error::NotFound);
            wrapped.iter().map(row).collect()
        }
        conn => wrapped.iter().map(|key| insert(conn, version, key)).collect(),
    }
}

pub(super) fn wrapped(conn: &mut Conn, subject: Subject) -> QueryResult<(i64, Option<Vec<u8>>)> {
    subjects::table
        .find(subject.0)
        .select((subjects::key_version, subjects::wrapped_key))
        .first(conn)
}

pub(super) fn erase(conn: &mut Conn, subject: Subject) -> QueryResult<()> {
    update(subjects::table.find(subject.0))
        .set(subjects::wrapped_key.eq(None::<Vec<u8>>))
        .execute(conn)
        .map(|_| ())
}
