//! Who let whom in and who vouches for whom, now and before.

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, QueryableByName,
    RunQueryDsl, delete,
    dsl::sql,
    insert_into, sql_query,
    sql_types::{BigInt, Text},
    update,
};

use super::{INVITE, VOUCH};
use crate::platform::{
    ledger::events::ReparentReason,
    store::{
        Conn, fixed,
        schema::{assurance_changes, edges, former_edges, people},
    },
    terms::{Assurance, Id, PersonRow, Timestamp, kinds},
};

/// An edge that stands no more.
#[derive(Insertable)]
#[diesel(table_name = former_edges)]
struct NewFormer<'a> {
    kind: &'a str,
    from_person: Option<PersonRow>,
    to_person: PersonRow,
    invite_id: Option<i64>,
    at: Timestamp,
    until: Timestamp,
    ended_by: Option<PersonRow>,
    reason: Option<ReparentReason>,
    note_sealed: Option<&'a [u8]>,
}

/// Since when somebody vouches for another; none where they do not.
pub(in crate::people) fn vouched_since(
    conn: &mut Conn,
    from: PersonRow,
    to: PersonRow,
) -> QueryResult<Option<Timestamp>> {
    edges::table
        .filter(edges::kind.eq(VOUCH))
        .filter(edges::from_person.eq(from))
        .filter(edges::to_person.eq(to))
        .select(edges::at)
        .first(conn)
        .optional()
}

/// When somebody last took a vouch for another back.
pub(in crate::people) fn taken_back_at(
    conn: &mut Conn,
    from: PersonRow,
    to: PersonRow,
) -> QueryResult<Option<Timestamp>> {
    former_edges::table
        .filter(former_edges::from_person.eq(from))
        .filter(former_edges::to_person.eq(to))
        .filter(former_edges::kind.eq(VOUCH))
        .order(former_edges::id.desc())
        .select(former_edges::until)
        .first(conn)
        .optional()
}

/// How many somebody let in, vouches for, and is vouched for by.
pub fn count_own(conn: &mut Conn, person: PersonRow) -> QueryResult<[i64; 3]> {
    let given = |kind: &'static str| {
        edges::table
            .filter(edges::from_person.eq(person))
            .filter(edges::kind.eq(kind))
            .count()
    };
    let received = edges::table
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'vouch'")))
        .filter(edges::to_person.eq(person))
        .count();
    Ok([
        given(INVITE).get_result(conn)?,
        given(VOUCH).get_result(conn)?,
        received.get_result(conn)?,
    ])
}

/// How many somebody vouches for.
pub(in crate::people) fn count_given(conn: &mut Conn, from: PersonRow) -> QueryResult<i64> {
    edges::table
        .filter(edges::from_person.eq(from))
        .filter(edges::kind.eq(VOUCH))
        .count()
        .get_result(conn)
}

/// Ends a vouch, and keeps from when to when it stood; false where none stood.
pub(in crate::people) fn end_vouch(
    conn: &mut Conn,
    from: PersonRow,
    to: PersonRow,
    now: Timestamp,
) -> QueryResult<bool> {
    let Some(at) = vouched_since(conn, from, to)? else {
        return Ok(false);
    };
    let ended = delete(edges::table)
        .filter(edges::kind.eq(VOUCH))
        .filter(edges::from_person.eq(from))
        .filter(edges::to_person.eq(to))
        .execute(conn)?;
    // Of two who take it back at once the second finds nothing.
    if ended == 0 {
        return Ok(false);
    }
    let former = NewFormer {
        kind: VOUCH,
        from_person: Some(from),
        to_person: to,
        invite_id: None,
        at,
        until: now,
        ended_by: Some(from),
        reason: None,
        note_sealed: None,
    };
    insert_into(former_edges::table).values(former).execute(conn)?;
    Ok(true)
}

/// Those who give somebody another inviter come one at a time, until the transaction ends. To be called before anything
/// is written: then the transaction has no id yet, and the feed has it after those that it waited for.
pub fn lock_inviters(conn: &mut Conn) -> QueryResult<()> {
    match conn.to_lock("who let whom in, while it is changed") {
        None => Ok(()),
        // Raw: an advisory lock.
        Some(conn) => sql_query("SELECT pg_advisory_xact_lock(hashtextextended('inviters', 0))")
            .execute(conn)
            .map(|_| ()),
    }
}

/// Whether `person` is `below`, or stands above them.
pub fn is_above(conn: &mut Conn, person: PersonRow, below: PersonRow) -> QueryResult<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        found: i64,
    }
    // Raw: a recursive query. `UNION` takes nobody in twice, so that it ends.
    let found: Found = fixed(|| {
        "WITH RECURSIVE above (person) AS (SELECT CAST(? AS BIGINT) UNION SELECT edges.from_person FROM edges \
         JOIN above ON edges.to_person = above.person WHERE edges.kind = 'invite') \
         SELECT COUNT(*) AS found FROM above WHERE person = ?"
    })
    .bind(below.0)
    .bind(person.0)
    .get_result(conn)?;
    Ok(found.found > 0)
}

/// What is kept of an inviter whom somebody had.
pub(in crate::people) struct Ended<'a> {
    pub(in crate::people) by: Option<PersonRow>,
    pub(in crate::people) reason: ReparentReason,
    pub(in crate::people) note_sealed: &'a [u8],
    pub(in crate::people) now: Timestamp,
}

/// Gives somebody another inviter, or none. The former edge is kept; `since` is from when on somebody who is a root
/// was one. False where they have another inviter than `before`.
pub(in crate::people) fn move_edge(
    conn: &mut Conn,
    person: PersonRow,
    before: Option<PersonRow>,
    after: Option<PersonRow>,
    since: Timestamp,
    ended: &Ended<'_>,
) -> QueryResult<bool> {
    let edge: Option<(i64, PersonRow, Option<i64>, Timestamp)> = edges::table
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'invite'")))
        .filter(edges::to_person.eq(person))
        .select((edges::id, edges::from_person, edges::invite_id, edges::at))
        .first(conn)
        .optional()?;
    if edge.map(|(_, from, ..)| from) != before {
        return Ok(false);
    }
    let (invite_id, at) = match edge {
        Some((_, _, invite_id, at)) => (invite_id, at),
        None => (None, since),
    };
    let former = NewFormer {
        kind: INVITE,
        from_person: before,
        to_person: person,
        invite_id,
        at,
        until: ended.now,
        ended_by: ended.by,
        reason: Some(ended.reason),
        note_sealed: Some(ended.note_sealed),
    };
    insert_into(former_edges::table).values(former).execute(conn)?;
    match (edge, after) {
        (None, None) => Ok(true),
        (None, Some(after)) => {
            let invite = former_invite_of(conn, person)?;
            super::insert_edge(conn, INVITE, after, person, invite, ended.now).map(|()| true)
        }
        (Some((id, ..)), Some(after)) => {
            // What they came in by stays with them.
            let moved = (edges::from_person.eq(after), edges::at.eq(ended.now));
            let changed = update(edges::table.find(id)).set(moved).execute(conn)?;
            Ok(changed == 1)
        }
        (Some((id, ..)), None) => Ok(delete(edges::table.find(id)).execute(conn)? == 1),
    }
}

/// The row of the invite by which somebody had come in who was given another inviter since.
pub(super) fn former_invite_of(conn: &mut Conn, person: PersonRow) -> QueryResult<Option<i64>> {
    former_edges::table
        .filter(former_edges::to_person.eq(person))
        .filter(former_edges::kind.eq(INVITE))
        .filter(former_edges::invite_id.is_not_null())
        .order(former_edges::id.asc())
        .select(former_edges::invite_id)
        .first(conn)
        .optional()
        .map(Option::flatten)
}

/// An inviter whom somebody had before, or none.
#[derive(Debug, Clone, Queryable)]
pub struct FormerInviter {
    /// Who; none where the person was a root.
    pub inviter: Option<PersonRow>,
    /// From when on.
    pub since: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Who gave the person another; none where the operator did.
    pub ended_by: Option<PersonRow>,
    /// Why, as a code.
    pub reason: Option<ReparentReason>,
    pub(in crate::people) note_sealed: Option<Vec<u8>>,
}

/// The inviters whom somebody had before, oldest first.
pub fn former_inviters(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<FormerInviter>> {
    former_edges::table
        .filter(former_edges::to_person.eq(person))
        .filter(former_edges::kind.eq(INVITE))
        .order(former_edges::id.asc())
        .select((
            former_edges::from_person,
            former_edges::at,
            former_edges::until,
            former_edges::ended_by,
            former_edges::reason,
            former_edges::note_sealed,
        ))
        .load(conn)
}

/// Notes that what is held to be known of somebody changed.
pub(super) fn note_assurance(
    conn: &mut Conn,
    person: PersonRow,
    former: Assurance,
    assurance: Assurance,
    at: Timestamp,
) -> QueryResult<()> {
    insert_into(assurance_changes::table)
        .values((
            assurance_changes::person.eq(person),
            assurance_changes::at.eq(at),
            assurance_changes::former.eq(former),
            assurance_changes::assurance.eq(assurance),
        ))
        .execute(conn)
        .map(|_| ())
}

/// Somebody at the other end of one's own edge.
#[derive(Debug, Clone, Queryable)]
pub struct Acquainted {
    /// Their row, by which the list is ordered.
    pub row: PersonRow,
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// The handle of their own choice.
    pub handle: Option<String>,
    /// Since when.
    pub since: Timestamp,
}

/// Which of one's own edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Own {
    /// To those whom one let in.
    Invitees,
    /// To those for whom one vouches.
    Given,
    /// From those who vouch for one.
    Received,
}

/// Up to `limit` of those at the other end of one's own edges, after the row `after`.
pub fn acquainted(
    conn: &mut Conn,
    person: PersonRow,
    which: Own,
    after: PersonRow,
    limit: i64,
) -> QueryResult<Vec<Acquainted>> {
    let columns = (people::id, people::uid, people::handle, edges::at);
    match which {
        Own::Received => edges::table
            .inner_join(people::table.on(people::id.eq(edges::from_person)))
            // Raw: the partial index is found by its own words, and not by a bound value.
            .filter(edges::kind.eq(sql::<Text>("'vouch'")))
            .filter(edges::to_person.eq(person))
            .filter(edges::from_person.gt(after))
            .order(edges::from_person.asc())
            .limit(limit)
            .select(columns)
            .load(conn),
        Own::Given | Own::Invitees => edges::table
            .inner_join(people::table.on(people::id.eq(edges::to_person)))
            .filter(edges::kind.eq(if which == Own::Given { VOUCH } else { INVITE }))
            .filter(edges::from_person.eq(person))
            .filter(edges::to_person.gt(after))
            .order(edges::to_person.asc())
            .limit(limit)
            .select(columns)
            .load(conn),
    }
}
