//! The rows of sanctions.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, QueryableByName,
    RunQueryDsl, Selectable, SelectableHelper, insert_into, sql_query,
    sql_types::{BigInt, Binary},
    update,
};

pub(super) mod actions;
pub(super) mod appeals;
pub(super) mod reports;

use super::{ReasonCode, Sanction, SanctionKind};
use crate::platform::{
    store::{
        Conn, columns_of,
        schema::{people, sanctions},
    },
    terms::{ActionId, PersonId, PersonRow, SanctionId, Timestamp},
};

/// A sanction as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sanctions)]
struct StoredSanction {
    uid: SanctionId,
    person: PersonRow,
    kind: SanctionKind,
    reason: ReasonCode,
    note_sealed: Option<Vec<u8>>,
    imposed_at: Timestamp,
    imposed_by: Option<PersonRow>,
    lifted_at: Option<Timestamp>,
    lifted_by: Option<PersonRow>,
    lift_note_sealed: Option<Vec<u8>>,
    ends_at: Option<Timestamp>,
    action: Option<ActionId>,
}

impl From<StoredSanction> for Sanction {
    fn from(row: StoredSanction) -> Self {
        Self {
            id: row.uid,
            person: row.person,
            kind: row.kind,
            reason: row.reason,
            note_sealed: row.note_sealed,
            imposed_at: row.imposed_at,
            imposed_by: row.imposed_by,
            until: row.ends_at,
            action: row.action,
            lifted_at: row.lifted_at,
            lifted_by: row.lifted_by,
            lift_note_sealed: row.lift_note_sealed,
        }
    }
}

/// A sanction that is written.
#[derive(Insertable)]
#[diesel(table_name = sanctions)]
struct NewSanction<'a> {
    uid: SanctionId,
    person: PersonRow,
    kind: SanctionKind,
    reason: ReasonCode,
    note_sealed: Option<&'a [u8]>,
    imposed_at: Timestamp,
    imposed_by: Option<PersonRow>,
    ends_at: Option<Timestamp>,
    action: Option<ActionId>,
}

pub(super) fn insert(conn: &mut Conn, sanction: &Sanction) -> QueryResult<()> {
    insert_into(sanctions::table)
        .values(NewSanction {
            uid: sanction.id,
            person: sanction.person,
            kind: sanction.kind,
            reason: sanction.reason,
            note_sealed: sanction.note_sealed.as_deref(),
            imposed_at: sanction.imposed_at,
            imposed_by: sanction.imposed_by,
            ends_at: sanction.until,
            action: sanction.action,
        })
        .execute(conn)
        .map(|_| ())
}

/// Lifts a sanction that is in force; none where this person has no such sanction in force.
pub(super) fn lift(
    conn: &mut Conn,
    id: SanctionId,
    person: PersonRow,
    by: Option<PersonRow>,
    note_sealed: Option<&[u8]>,
    now: Timestamp,
) -> QueryResult<Option<Sanction>> {
    update(
        sanctions::table
            .filter(sanctions::uid.eq(id))
            .filter(sanctions::person.eq(person))
            .filter(sanctions::lifted_at.is_null()),
    )
    .set((
        sanctions::lifted_at.eq(now),
        sanctions::lifted_by.eq(by),
        sanctions::lift_note_sealed.eq(note_sealed),
    ))
    .returning(columns_of::<StoredSanction>())
    .get_result::<StoredSanction>(conn)
    .optional()
    .map(|row| row.map(Sanction::from))
}

pub(super) fn by_id(conn: &mut Conn, id: SanctionId) -> QueryResult<Option<Sanction>> {
    sanctions::table
        .filter(sanctions::uid.eq(id))
        .select(StoredSanction::as_select())
        .first(conn)
        .optional()
        .map(|row| row.map(Sanction::from))
}

/// The sanctions that are in force on a person, gravest first.
pub fn in_force(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<Sanction>> {
    let rows: Vec<StoredSanction> = sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::lifted_at.is_null())
        .select(StoredSanction::as_select())
        .load(conn)?;
    let mut found: Vec<Sanction> = rows.into_iter().map(Sanction::from).collect();
    found.sort_by_key(|sanction| std::cmp::Reverse(sanction.kind));
    Ok(found)
}

/// Of which kinds the sanctions are that are in force on a person.
pub(super) fn kinds_in_force(conn: &mut Conn, person: PersonRow) -> QueryResult<Vec<SanctionKind>> {
    sanctions::table
        .filter(sanctions::person.eq(person))
        .filter(sanctions::lifted_at.is_null())
        .select(sanctions::kind)
        .load(conn)
}

/// The same of many.
pub(super) fn kinds_of(conn: &mut Conn, people: &[PersonRow]) -> QueryResult<HashMap<PersonRow, Vec<SanctionKind>>> {
    let found: Vec<(PersonRow, SanctionKind)> = sanctions::table
        .filter(sanctions::person.eq_any(people))
        .filter(sanctions::lifted_at.is_null())
        .select((sanctions::person, sanctions::kind))
        .load(conn)?;
    let mut kinds: HashMap<PersonRow, Vec<SanctionKind>> = HashMap::new();
    for (person, kind) in found {
        kinds.entry(person).or_default().push(kind);
    }
    Ok(kinds)
}

/// A sanction that an action imposed, and on whom.
#[derive(Debug, Clone, Queryable, serde::Serialize, serde::Deserialize)]
pub(super) struct Imposed {
    pub(super) sanction: SanctionId,
    pub(super) row: PersonRow,
    pub(super) person: PersonId,
}

/// The sanctions of an action that are in force, by the rows of those whom they are on.
pub(super) fn imposed(conn: &mut Conn, action: ActionId) -> QueryResult<Vec<Imposed>> {
    sanctions::table
        .inner_join(people::table.on(people::id.eq(sanctions::person)))
        .filter(sanctions::action.eq(action))
        .filter(sanctions::lifted_at.is_null())
        .order(sanctions::person)
        .select((sanctions::uid, sanctions::person, people::uid))
        .load(conn)
}

/// The sanctions in force whose time is over, the longest over first: each with whom it is on.
pub(super) fn over(conn: &mut Conn, now: Timestamp, limit: i64) -> QueryResult<Vec<(SanctionId, PersonRow)>> {
    sanctions::table
        .filter(sanctions::lifted_at.is_null())
        .filter(sanctions::ends_at.le(now))
        .order((sanctions::ends_at, sanctions::id))
        .limit(limit)
        .select((sanctions::uid, sanctions::person))
        .load(conn)
}

/// How many sanctions a person was ever under.
pub(super) fn count_on(conn: &mut Conn, person: PersonRow) -> QueryResult<i64> {
    sanctions::table
        .filter(sanctions::person.eq(person))
        .count()
        .get_result(conn)
}

/// A person's sanctions, newest first, from the start or before `before`.
pub(super) fn of_person(
    conn: &mut Conn,
    person: PersonRow,
    before: Option<SanctionId>,
    limit: i64,
) -> QueryResult<Vec<Sanction>> {
    let mut query = sanctions::table
        .filter(sanctions::person.eq(person))
        .order(sanctions::id.desc())
        .limit(limit)
        .select(StoredSanction::as_select())
        .into_boxed();
    if let Some(before) = before {
        let row: Option<i64> = sanctions::table
            .filter(sanctions::uid.eq(before))
            .select(sanctions::id)
            .first(conn)
            .optional()?;
        query = query.filter(sanctions::id.lt(row.unwrap_or(0)));
    }
    let rows: Vec<StoredSanction> = query.load(conn)?;
    Ok(rows.into_iter().map(Sanction::from).collect())
}

/// Who let in those whom an action sanctioned, and is not among them: up to `limit`, by their rows.
pub(super) fn inviters_of(conn: &mut Conn, action: ActionId, limit: i64) -> QueryResult<Vec<PersonRow>> {
    #[derive(QueryableByName)]
    struct Inviter {
        #[diesel(sql_type = BigInt)]
        person: PersonRow,
    }
    // Raw: the partial index of edges is found by its own words, and not by a bound value.
    let found: Vec<Inviter> = sql_query(
        "SELECT DISTINCT edges.from_person AS person FROM sanctions JOIN edges ON edges.to_person = sanctions.person \
         AND edges.kind = 'invite' WHERE sanctions.action = $1 AND NOT EXISTS (SELECT 1 FROM sanctions AS own \
         WHERE own.action = $1 AND own.person = edges.from_person) ORDER BY person LIMIT $2",
    )
    .bind::<Binary, _>(action)
    .bind::<BigInt, _>(limit)
    .load(conn)?;
    Ok(found.into_iter().map(|inviter| inviter.person).collect())
}
