//! Statements with a fixed text, prepared once for each connection: those that the query builder has no words
//! for, and those that are run so often that its building of their text counts.
//!
//! Diesel prepares `sql_query` afresh each time, since its text could be another one each time: on
//! PostgreSQL a second round trip, on SQLite a parse. The text of a [`Fixed`] is a constant.

use std::marker::PhantomData;

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    pg::Pg,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Nullable, Text, Untyped},
};

use super::{Backend, Conn, ConnBackend, guards::altered};

/// One statement and what is bound to its placeholders. Its columns are read by their names, or, where `T` says
/// their types, by their places.
pub struct Fixed<'a, S, T = Untyped> {
    sql: S,
    binds: Vec<Bind<'a>>,
    /// Whether it ends with the id of the row that it made.
    returning: bool,
    columns: PhantomData<T>,
}

/// By what a connection knows a prepared statement again: the type of the closure, which no other has.
pub struct FixedId<S>(PhantomData<S>);

/// A bound value.
pub enum Bind<'a> {
    /// A number or a time.
    BigInt(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Binary(&'a [u8]),
    /// A number that may be missing.
    MaybeBigInt(Option<i64>),
    /// A text that may be missing.
    MaybeText(Option<&'a str>),
    /// Bytes that may be missing.
    MaybeBinary(Option<&'a [u8]>),
}

/// A variant for each type that can be bound.
macro_rules! bound {
    ($what:ident { $($name:ident: $value:ty),* $(,)? }) => {$(
        impl<'a> From<$value> for $what<'a> {
            fn from(value: $value) -> Self {
                Self::$name(value)
            }
        }
    )*};
}
bound! { Bind {
    BigInt: i64,
    Text: &'a str,
    Binary: &'a [u8],
    MaybeBigInt: Option<i64>,
    MaybeText: Option<&'a str>,
    MaybeBinary: Option<&'a [u8]>,
}}

/// A statement with a `?` for each value, and no other `?` in it: `fixed(|| "SELECT …")`. The closure does
/// nothing but name it; it is there for its type, so that the text need not be read to find what was prepared.
pub const fn fixed<S: Fn() -> &'static str + 'static>(sql: S) -> Fixed<'static, S> {
    const { assert!(size_of::<S>() == 0, "one closure, one text") };
    Fixed {
        sql,
        binds: Vec::new(),
        returning: false,
        columns: PhantomData,
    }
}

impl<'a, S: Fn() -> &'static str + 'static, T> Fixed<'a, S, T> {
    /// Binds the next `?`.
    pub fn bind<'b>(self, value: impl Into<Bind<'b>>) -> Fixed<'b, S, T>
    where
        'a: 'b,
    {
        let mut binds: Vec<Bind<'b>> = self.binds;
        binds.push(value.into());
        Fixed {
            sql: self.sql,
            binds,
            returning: self.returning,
            columns: PhantomData,
        }
    }
}

impl<'a, S: Fn() -> &'static str + 'static> Fixed<'a, S> {
    /// Says of which types its columns are, as `table::SqlType` does of a whole table's.
    pub fn typed<T>(self) -> Fixed<'a, S, T> {
        Fixed {
            sql: self.sql,
            binds: self.binds,
            returning: self.returning,
            columns: PhantomData,
        }
    }

    /// Runs an INSERT of one row, and says which `id` the row got.
    ///
    /// SQLite makes a table of its own for what a statement returns, and keeps the pages that it changes
    /// apart: that costs more than the row. It knows the id of the last row anyhow.
    pub fn insert(mut self, conn: &mut Conn) -> QueryResult<i64> {
        match conn.backend() {
            Backend::Sqlite => {
                self.execute(conn)?;
                // Raw for the row invite-sqlite.
                let last = fixed(|| "SELECT last_insert_rowid()").typed::<BigInt>();
                last.get_result(conn)
            }
            Backend::Postgres => {
                self.returning = true;
                self.typed::<BigInt>().get_result(conn)
            }
        }
    }
}

impl<S: Fn() -> &'static str, T> QueryFragment<ConnBackend> for Fixed<'_, S, T> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, ConnBackend>) -> QueryResult<()> {
        let sql = altered((self.sql)());
        let mut pieces = sql.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (piece, bind) in pieces.zip(&self.binds) {
            match bind {
                Bind::BigInt(value) => out.push_bind_param::<BigInt, _>(value)?,
                Bind::Text(value) => out.push_bind_param::<Text, _>(*value)?,
                Bind::Binary(value) => out.push_bind_param::<Binary, _>(*value)?,
                Bind::MaybeBigInt(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                Bind::MaybeText(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                Bind::MaybeBinary(value) => out.push_bind_param::<Nullable<Binary>, _>(value)?,
            }
            out.push_sql(piece);
        }
        if self.returning {
            out.push_sql(" RETURNING id");
        }
        Ok(())
    }
}

impl<S: 'static, T> QueryId for Fixed<'_, S, T> {
    type QueryId = FixedId<S>;
    // Where a test can alter it, it is known again by its text.
    const HAS_STATIC_QUERY_ID: bool = cfg!(not(feature = "switches"));
}

impl<S, T> Query for Fixed<'_, S, T> {
    type SqlType = T;
}

impl<S, T> RunQueryDsl<Conn> for Fixed<'_, S, T> {}

/// The same for PostgreSQL alone, where a `?` can stand for a whole column: `unnest(?, ?)` makes rows
/// of columns, so that many rows take one round trip. All columns of one `unnest` are of one length.
pub struct PgFixed<'a> {
    sql: &'static str,
    binds: Vec<Column<'a>>,
}

/// A bound column, or one value.
pub enum Column<'a> {
    /// One number or time.
    One(i64),
    /// One text.
    OneText(&'a str),
    /// Numbers or times.
    BigInt(Vec<i64>),
    /// The same, where some are missing.
    MaybeBigInt(Vec<Option<i64>>),
    /// Texts.
    Text(Vec<&'a str>),
    /// Bytes.
    Binary(Vec<&'a [u8]>),
    /// The same, where some are missing.
    MaybeBinary(Vec<Option<&'a [u8]>>),
}

bound! { Column {
    One: i64,
    OneText: &'a str,
    BigInt: Vec<i64>,
    MaybeBigInt: Vec<Option<i64>>,
    Text: Vec<&'a str>,
    Binary: Vec<&'a [u8]>,
    MaybeBinary: Vec<Option<&'a [u8]>>,
}}

/// A statement with a `?` for each column or value, and no other `?` in it.
pub const fn pg_fixed(sql: &'static str) -> PgFixed<'static> {
    PgFixed { sql, binds: Vec::new() }
}

impl<'a> PgFixed<'a> {
    /// Binds the next `?`.
    pub fn bind<'b>(self, column: impl Into<Column<'b>>) -> PgFixed<'b>
    where
        'a: 'b,
    {
        let mut binds: Vec<Column<'b>> = self.binds;
        binds.push(column.into());
        PgFixed { sql: self.sql, binds }
    }
}

impl QueryFragment<Pg> for PgFixed<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let sql = altered(self.sql);
        let mut pieces = sql.split('?');
        out.push_sql(pieces.next().unwrap_or_default());
        for (piece, bind) in pieces.zip(&self.binds) {
            match bind {
                Column::One(value) => out.push_bind_param::<BigInt, _>(value)?,
                Column::OneText(value) => out.push_bind_param::<Text, _>(*value)?,
                Column::BigInt(column) => out.push_bind_param::<Array<BigInt>, _>(column)?,
                Column::MaybeBigInt(column) => out.push_bind_param::<Array<Nullable<BigInt>>, _>(column)?,
                Column::Text(column) => out.push_bind_param::<Array<Text>, _>(column)?,
                Column::Binary(column) => out.push_bind_param::<Array<Binary>, _>(column)?,
                Column::MaybeBinary(column) => out.push_bind_param::<Array<Nullable<Binary>>, _>(column)?,
            }
            out.push_sql(piece);
        }
        Ok(())
    }
}

impl QueryId for PgFixed<'_> {
    type QueryId = ();
    // It is known again by its text.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for PgFixed<'_> {
    type SqlType = Untyped;
}

impl RunQueryDsl<PgConnection> for PgFixed<'_> {}
