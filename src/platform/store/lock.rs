//! Locks that are held until the transaction ends, and conditions that a statement brings with it.
//!
//! Each is named in words. The name is for the tests, which take it away and must then fail: see
//! [`guards`](super::guards). A release makes nothing of it.

use std::marker::PhantomData;

use diesel::{
    PgConnection, QueryResult, RunQueryDsl,
    backend::Backend as Dialect,
    query_builder::{AstPass, Query, QueryFragment, QueryId},
};

use super::{Backend, Conn, guards};

/// A query whose rows are locked.
pub struct Locked<Q> {
    query: Q,
    lock: &'static str,
}

/// By what a connection knows a prepared statement again.
pub struct LockedId<Q>(PhantomData<Q>);

/// `query`, whose rows nobody else locks or changes until the transaction ends; what only refers to them goes on
/// meanwhile (`FOR NO KEY UPDATE`). `what` names them. SQLite has one writer, and locks nothing.
pub fn locked<Q>(backend: Backend, what: &'static str, query: Q) -> Locked<Q> {
    let lock = match backend {
        Backend::Postgres if !guards::passes(what) => " FOR NO KEY UPDATE",
        Backend::Postgres | Backend::Sqlite => "",
    };
    Locked { query, lock }
}

impl<D: Dialect, Q: QueryFragment<D>> QueryFragment<D> for Locked<Q> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, D>) -> QueryResult<()> {
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(self.lock);
        Ok(())
    }
}

impl<Q: QueryId> QueryId for Locked<Q> {
    type QueryId = LockedId<Q::QueryId>;
    // Where a test can take the lock away, it is known again by its text.
    const HAS_STATIC_QUERY_ID: bool = cfg!(not(feature = "switches")) && Q::HAS_STATIC_QUERY_ID;
}

impl<Q: Query> Query for Locked<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Locked<Q> {}

impl Conn {
    /// The connection on which to lock `what` by a statement of PostgreSQL. None on SQLite, which has one writer.
    pub fn to_lock(&mut self, what: &'static str) -> Option<&mut PgConnection> {
        match self {
            Self::Postgres(conn) if !guards::passes(what) => Some(conn),
            Self::Postgres(_) | Self::Sqlite(_) => None,
        }
    }
}

/// Whether a statement that changes at most one row has changed it: `what` says in which case it does.
pub fn one_changed(what: &'static str, rows: usize) -> bool {
    rows == 1 || guards::passes(what)
}
