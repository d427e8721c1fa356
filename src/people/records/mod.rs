//! The rows of members, their contacts and edges.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
    dsl::sql,
    insert_into, sql_query,
    sql_types::{BigInt, Text},
    update,
};

use super::{Handle, MemberSnapshot, Newcomer};
use crate::platform::{
    store::{
        Backend, Conn, fixed, locked, one_changed,
        schema::{edges, people},
    },
    terms::{Assurance, Id, PersonRow, Role, Standing, Timestamp, kinds},
    vault::Subject,
};

mod contacts;
pub(in crate::people) mod departures;
mod handles;
mod locks;
mod marks;
mod search;
mod staff;
pub(in crate::people) mod ties;

pub use contacts::{by_contact, contact_holder, kept_contacts, own_contact, restore_contact};
pub(super) use contacts::{insert_contact, keep_contact};
pub use handles::{by_handle, set_handle};
pub(super) use handles::{forget_handles, former_handles_of, keep_handle, note_change, set_locale};
pub use locks::{await_standing, lock, lock_many, lock_own, lock_standing};
pub(super) use marks::marks;
pub use marks::{MarkRow, clear_marks, mark, unmark};
pub use search::{After, Found, MOST_LOOKED, Wanted, find, last_row};
pub use staff::{count_active, count_owners, lock_founders, lock_reviewer};
pub use ties::{Acquainted, FormerInviter, Own, acquainted, count_own, former_inviters, is_above, lock_inviters};

pub(in crate::people) const INVITE: &str = "invite";
pub(super) const VOUCH: &str = "vouch";

/// A member as they stand in the store. The fields are in the order of the table's columns.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct Member {
    /// Their row.
    #[diesel(column_name = id)]
    pub row: PersonRow,
    /// Their public id.
    #[diesel(column_name = uid)]
    pub id: Id<kinds::Person>,
    /// Whose data key seals what identifies them.
    #[diesel(column_name = subject_id)]
    pub subject: Option<Subject>,
    /// The handle of their own choice.
    pub handle: Option<String>,
    /// Their role.
    pub role: Role,
    /// Where they stand.
    pub standing: Standing,
    /// How surely we know who they are.
    pub assurance: Assurance,
    /// The language for mails to them.
    pub locale: String,
    /// Since when.
    pub joined_at: Timestamp,
}

pub(super) fn insert(
    conn: &mut Conn,
    id: Id<kinds::Person>,
    newcomer: &Newcomer,
    now: Timestamp,
) -> QueryResult<Member> {
    // Raw for the row redeem.
    let row = fixed(|| {
        "INSERT INTO people (uid, subject_id, handle, role, standing, assurance, locale, joined_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    })
    .bind(id.as_bytes().as_slice())
    .bind(newcomer.subject.map(|subject| subject.0))
    .bind(newcomer.handle.as_deref())
    .bind(newcomer.role.as_str())
    .bind(Standing::Active.as_str())
    .bind(newcomer.assurance.as_str())
    .bind(newcomer.locale.as_str())
    .bind(now.micros())
    .insert(conn)?;
    let newcomer = newcomer.clone();
    Ok(Member {
        row: PersonRow(row),
        id,
        subject: newcomer.subject,
        handle: newcomer.handle,
        role: newcomer.role,
        standing: Standing::Active,
        assurance: newcomer.assurance,
        locale: newcomer.locale,
        joined_at: now,
    })
}

/// A member by row, who stands by their mark where that is graver. Asked before nearly everything that is written, so
/// prepared once.
pub fn member(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<Member>> {
    // Raw for the row invite-sqlite.
    let member = fixed(|| {
        "SELECT id, uid, subject_id, handle, role, COALESCE((SELECT marks.standing FROM marks \
         WHERE marks.block = people.id / 1024 AND substr(marks.who, CAST(people.id % 1024 + 1 AS INTEGER), 1) = '1' \
         AND marks.rank > CASE people.standing WHEN 'active' THEN 0 WHEN 'frozen' THEN 1 WHEN 'quarantined' THEN 2 \
         WHEN 'suspended' THEN 3 ELSE 4 END ORDER BY marks.rank DESC LIMIT 1), standing), assurance, locale, joined_at \
         FROM people WHERE id = ?"
    });
    member
        .typed::<people::SqlType>()
        .bind(row.0)
        .get_result(conn)
        .optional()
}

/// These members by row; unknown rows are left out. Where they are `held`, nobody else holds them or
/// changes their role or standing before the transaction ends. Rows are locked in one order, so two of
/// these never wait for each other.
pub fn members_by_row(conn: &mut Conn, rows: &[PersonRow], held: bool) -> QueryResult<HashMap<PersonRow, Member>> {
    let mut found = HashMap::with_capacity(rows.len());
    match conn {
        // There is one writer, and a statement costs next to nothing.
        Conn::Sqlite(_) => {
            for &row in rows {
                if !found.contains_key(&row)
                    && let Some(member) = member(conn, row)?
                {
                    found.insert(row, member);
                }
            }
        }
        Conn::Postgres(pg) => {
            let query = people::table
                .filter(people::id.eq_any(rows.iter().map(|row| row.0).collect::<Vec<_>>()))
                .order(people::id.asc())
                .select(Member::as_select());
            let members: Vec<Member> = match held {
                true => locked(Backend::Postgres, "inviters whose places are counted", query).load(pg)?,
                false => query.load(pg)?,
            };
            found.extend(members.into_iter().map(|member| (member.row, member)));
            for (row, standing) in marks::marked(conn, rows)? {
                if let Some(member) = found.get_mut(&row) {
                    member.standing = member.standing.max(standing);
                }
            }
        }
    }
    Ok(found)
}

/// A member by public id.
pub fn member_by_id(conn: &mut Conn, id: Id<kinds::Person>) -> QueryResult<Option<Member>> {
    people::table
        .filter(people::uid.eq(id))
        .select(Member::as_select())
        .first(conn)
        .optional()
}

/// What a member is called outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name {
    /// Their public id.
    pub id: Id<kinds::Person>,
    /// The handle of their own choice.
    pub handle: Option<Handle>,
}

/// What these members are called; unknown rows are left out.
pub fn names(conn: &mut Conn, rows: &[PersonRow]) -> QueryResult<HashMap<PersonRow, Name>> {
    // SQLite binds each row by itself and has an end to that.
    const MOST: usize = 1000;
    let mut names = HashMap::with_capacity(rows.len());
    for part in rows.chunks(MOST) {
        let part: Vec<i64> = part.iter().map(|row| row.0).collect();
        let columns = people::table.select((people::id, people::uid, people::handle));
        let found: Vec<(PersonRow, Id<kinds::Person>, Option<String>)> = match part[..] {
            // The one that a moment brings, most often: a statement that is prepared already.
            [row] => columns.filter(people::id.eq(row)).load(conn)?,
            _ => columns.filter(people::id.eq_any(part)).load(conn)?,
        };
        names.extend(found.into_iter().map(|(row, id, handle)| {
            let handle = handle.as_deref().and_then(Handle::new);
            (row, Name { id, handle })
        }));
    }
    Ok(names)
}

/// Gives a member who has none a subject of their own; false where they have one.
pub fn set_subject(conn: &mut Conn, row: PersonRow, subject: Subject) -> QueryResult<bool> {
    update(people::table.find(row).filter(people::subject_id.is_null()))
        .set(people::subject_id.eq(subject.0))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Members after `after` in the order of their rows.
pub fn members(
    conn: &mut Conn,
    after: PersonRow,
    role: Option<Role>,
    standing: Option<Standing>,
    limit: i64,
) -> QueryResult<Vec<Member>> {
    let mut query = people::table
        .filter(people::id.gt(after))
        .order(people::id.asc())
        .limit(limit)
        .select(Member::as_select())
        .into_boxed();
    if let Some(role) = role {
        query = query.filter(people::role.eq(role));
    }
    if let Some(standing) = standing {
        query = query.filter(people::standing.eq(standing));
    }
    query.load(conn)
}

/// Changes a role from what it was read as; false where it is no longer that.
pub fn change_role(conn: &mut Conn, row: PersonRow, before: Role, after: Role) -> QueryResult<bool> {
    update(people::table.find(row).filter(people::role.eq(before)))
        .set(people::role.eq(after))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Changes a standing from what it was read as; false where it is no longer that.
pub fn set_standing(conn: &mut Conn, row: PersonRow, before: Standing, after: Standing) -> QueryResult<bool> {
    update(people::table.find(row).filter(people::standing.eq(before)))
        .set(people::standing.eq(after))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Changes the standing of these from what it was read as; how many of them had it.
pub fn set_standings(conn: &mut Conn, rows: &[PersonRow], before: Standing, after: Standing) -> QueryResult<usize> {
    let those = people::table
        .filter(people::id.eq_any(rows))
        .filter(people::standing.eq(before));
    update(those).set(people::standing.eq(after)).execute(conn)
}

/// Keeps a member's standing as it is until the transaction ends; false where nobody may sign in with it.
pub fn keep_active(conn: &mut Conn, row: PersonRow) -> QueryResult<bool> {
    // Raw: a test finds the condition by the statement's text, and takes it away.
    fixed(|| {
        "UPDATE people SET standing = standing WHERE id = ? AND standing IN ('active', 'frozen', 'quarantined') \
         AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.block = people.id / 1024 AND marks.rank > 2 \
         AND substr(marks.who, CAST(people.id % 1024 + 1 AS INTEGER), 1) = '1')"
    })
    .bind(row.0)
    .execute(conn)
    .map(|rows| one_changed("whoever signs in is in good standing", rows))
}

/// Changes what is held to be known of a member, and keeps what it was; false where `before` is not so.
pub fn set_assurance(
    conn: &mut Conn,
    row: PersonRow,
    before: Assurance,
    after: Assurance,
    now: Timestamp,
) -> QueryResult<bool> {
    let changed = update(people::table.find(row).filter(people::assurance.eq(before)))
        .set(people::assurance.eq(after))
        .execute(conn)?;
    if changed == 1 {
        ties::note_assurance(conn, row, before, after, now)?;
    }
    Ok(changed == 1)
}

/// The seats of these members, as they stand until the transaction ends: whoever wants to sanction one
/// of them waits (see [`lock_standing`]).
pub fn lock_members(conn: &mut Conn, rows: &[PersonRow]) -> QueryResult<HashMap<PersonRow, MemberSnapshot>> {
    if let Some(conn) = conn.to_lock("the standing of whoever is given a seat") {
        let mut sorted: Vec<i64> = rows.iter().map(|row| row.0).collect();
        sorted.sort_unstable();
        // Raw: advisory locks, many at once.
        sql_query("SELECT pg_advisory_xact_lock_shared(hashtextextended('standing', row)) FROM UNNEST($1) AS row")
            .bind::<diesel::sql_types::Array<BigInt>, _>(sorted)
            .execute(conn)?;
    }
    snapshots(conn, rows)
}

/// How these members stand now; unknown rows are left out. Nobody is held.
pub fn snapshots(conn: &mut Conn, rows: &[PersonRow]) -> QueryResult<HashMap<PersonRow, MemberSnapshot>> {
    let found: Vec<StoredSnapshot> = people::table
        .filter(people::id.eq_any(rows))
        .select(StoredSnapshot::as_select())
        .load(conn)?;
    let mut members: HashMap<_, _> = found.into_iter().map(<(PersonRow, MemberSnapshot)>::from).collect();
    for (row, standing) in marks::marked(conn, rows)? {
        if let Some(member) = members.get_mut(&row) {
            member.standing = member.standing.max(standing);
        }
    }
    Ok(members)
}

/// What a member's snapshot is made of.
#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct StoredSnapshot {
    id: PersonRow,
    uid: Id<kinds::Person>,
    role: Role,
    standing: Standing,
    assurance: Assurance,
}

impl From<StoredSnapshot> for (PersonRow, MemberSnapshot) {
    fn from(row: StoredSnapshot) -> Self {
        let snapshot = MemberSnapshot {
            id: row.uid,
            role: row.role,
            standing: row.standing,
            assurance: row.assurance,
        };
        (row.id, snapshot)
    }
}

/// Somebody's row, seat and handle.
pub(super) type Seated = (PersonRow, MemberSnapshot, Option<String>);

/// What the in-memory roster holds, in the order of rows, a page at a time.
pub(super) fn seats(conn: &mut Conn, after: PersonRow, limit: i64) -> QueryResult<Vec<Seated>> {
    people::table
        .filter(people::id.gt(after))
        .order(people::id.asc())
        .limit(limit)
        .select((StoredSnapshot::as_select(), people::handle))
        .load_iter::<(StoredSnapshot, Option<String>), diesel::connection::DefaultLoadingMode>(conn)?
        .map(|found| {
            let (stored, handle) = found?;
            let (row, snapshot) = stored.into();
            Ok((row, snapshot, handle))
        })
        .collect()
}

/// An edge that is written.
#[derive(Insertable)]
#[diesel(table_name = edges)]
struct NewEdge<'a> {
    kind: &'a str,
    from_person: PersonRow,
    to_person: PersonRow,
    invite_id: Option<i64>,
    at: Timestamp,
}

pub(super) fn insert_edge(
    conn: &mut Conn,
    kind: &str,
    from: PersonRow,
    to: PersonRow,
    invite_row: Option<i64>,
    at: Timestamp,
) -> QueryResult<()> {
    insert_into(edges::table)
        .values(NewEdge {
            kind,
            from_person: from,
            to_person: to,
            invite_id: invite_row,
            at,
        })
        .execute(conn)
        .map(|_| ())
}

pub(super) fn has_edge(conn: &mut Conn, kind: &str, from: PersonRow, to: PersonRow) -> QueryResult<bool> {
    edges::table
        .filter(edges::kind.eq(kind))
        .filter(edges::from_person.eq(from))
        .filter(edges::to_person.eq(to))
        .select(edges::id)
        .first::<i64>(conn)
        .optional()
        .map(|found| found.is_some())
}

/// Who let a member in.
pub fn inviter_of(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<Member>> {
    let inviter: Option<PersonRow> = edges::table
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'invite'")))
        .filter(edges::to_person.eq(row))
        .select(edges::from_person)
        .first(conn)
        .optional()?;
    match inviter {
        Some(inviter) => member(conn, inviter),
        None => Ok(None),
    }
}

/// The row of the invite that a member came in by, whoever is their inviter now; none for one who came as a root.
pub fn invite_of(conn: &mut Conn, row: PersonRow) -> QueryResult<Option<i64>> {
    let edge: Option<Option<i64>> = edges::table
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'invite'")))
        .filter(edges::to_person.eq(row))
        .select(edges::invite_id)
        .first(conn)
        .optional()?;
    match edge {
        Some(invite) => Ok(invite),
        None => ties::former_invite_of(conn, row),
    }
}

/// Those whom a member let in and who are under a sanction, after this row, in the order of their rows.
pub fn sanctioned_invitees(
    conn: &mut Conn,
    inviter: PersonRow,
    after: PersonRow,
    limit: i64,
) -> QueryResult<Vec<Member>> {
    let sanctions: Vec<Standing> = Standing::ALL.iter().copied().filter(|one| one.is_sanction()).collect();
    people::table
        .inner_join(edges::table.on(edges::to_person.eq(people::id)))
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'invite'")))
        .filter(edges::from_person.eq(inviter))
        .filter(people::standing.eq_any(sanctions))
        .filter(people::id.gt(after))
        .order(people::id)
        .limit(limit)
        .select(Member::as_select())
        .load(conn)
}
