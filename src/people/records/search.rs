//! Who is looked for: by handle, role, standing and time of joining.
//!
//! One index leads, and whoever it leads to is compared with the rest that is asked. Where few of many fit, a page ends
//! after [`MOST_LOOKED`] of them, with what it found and where the next one starts: no question costs more than that.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, QueryDsl, QueryResult, RunQueryDsl, SelectableHelper,
    dsl::{max, sql},
    sql_types::Bool,
};
use serde::{Deserialize, Serialize};

use super::{Member, by_contact, member, member_by_id};
use crate::platform::{
    store::{Conn, schema::people},
    terms::{PersonId, PersonRow, Role, Standing, Timestamp},
};

/// How many members a page looks at, at most.
pub const MOST_LOOKED: usize = 10_000;

/// How many are read at once.
const SLICE: i64 = 1000;

/// Who is looked for: whoever fits everything that is said.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The beginning of their handle, as [`crate::people::handle_prefix`] lets it through.
    pub handle: Option<String>,
    /// Their public id.
    pub id: Option<PersonId>,
    /// The blind index of a contact that they have proved.
    pub contact: Option<Vec<u8>>,
    /// Their role.
    pub role: Option<Role>,
    /// Where they stand.
    pub standing: Option<Standing>,
    /// Joined then or later.
    pub joined_from: Option<Timestamp>,
    /// Joined earlier.
    pub joined_before: Option<Timestamp>,
}

/// After whom a page starts. Neither a handle nor a time of joining ever changes, so a list is the same at its next page,
/// but for those who came or who fit no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// After this handle, in a list by handle.
    Handle(String),
    /// After whoever joined then under this row, in a list by joining.
    Joined(i64, PersonRow),
}

/// One page.
#[derive(Debug)]
pub struct Found {
    /// Who fits.
    pub members: Vec<Member>,
    /// Where the next page starts; none where this is the last. A page may be short, or empty, and still have a next one.
    pub next: Option<After>,
}

/// Up to `limit` of those who are looked for: by handle where the beginning of one is given, else in the order of
/// joining. An `after` must be one that [`Wanted::continues`].
pub fn find(conn: &mut Conn, wanted: &Wanted, after: Option<After>, limit: usize) -> QueryResult<Found> {
    if wanted.contact.is_some() || wanted.id.is_some() {
        return only(conn, wanted);
    }
    let mut found = Found {
        members: Vec::new(),
        next: None,
    };
    let (mut last, mut looked) = (after, 0);
    loop {
        let slice = slice(conn, wanted, last.as_ref())?;
        let read = slice.len();
        for member in slice {
            if looked == MOST_LOOKED {
                found.next = last;
                return Ok(found);
            }
            looked += 1;
            if wanted.fits(&member) {
                if found.members.len() == limit {
                    found.next = found.members.last().map(|member| wanted.key(member));
                    return Ok(found);
                }
                last = Some(wanted.key(&member));
                found.members.push(member);
            } else {
                last = Some(wanted.key(&member));
            }
        }
        if (read as i64) < SLICE {
            return Ok(found);
        }
    }
}

/// The last row that anybody has; 0 where there is nobody.
pub fn last_row(conn: &mut Conn) -> QueryResult<PersonRow> {
    let last: Option<PersonRow> = people::table.select(max(people::id)).get_result(conn)?;
    Ok(last.unwrap_or(PersonRow(0)))
}

/// Whoever has the id or the contact that is said, if the rest fits.
fn only(conn: &mut Conn, wanted: &Wanted) -> QueryResult<Found> {
    let found = match (&wanted.contact, wanted.id) {
        (Some(blind), _) => match by_contact(conn, blind)? {
            Some(row) => member(conn, row)?,
            None => None,
        },
        (None, Some(id)) => member_by_id(conn, id)?,
        (None, None) => None,
    };
    Ok(Found {
        members: found.into_iter().filter(|member| wanted.fits(member)).collect(),
        next: None,
    })
}

impl Wanted {
    /// Whether `after` is a place in the list that is asked for.
    pub fn continues(&self, after: &After) -> bool {
        match after {
            After::Handle(last) => self.handle.as_ref().is_some_and(|prefix| last.starts_with(prefix)),
            After::Joined(..) => self.handle.is_none(),
        }
    }

    /// Whether a member is one of those who are looked for, but for the contact.
    fn fits(&self, member: &Member) -> bool {
        let handle = member.handle.as_deref().unwrap_or_default();
        self.handle.as_deref().is_none_or(|prefix| handle.starts_with(prefix))
            && self.id.is_none_or(|id| member.id == id)
            && self.role.is_none_or(|role| member.role == role)
            && self.standing.is_none_or(|standing| member.standing == standing)
            && self.joined_from.is_none_or(|from| member.joined_at >= from)
            && self.joined_before.is_none_or(|before| member.joined_at < before)
    }

    /// Where a member stands in the list.
    fn key(&self, member: &Member) -> After {
        match (&self.handle, &member.handle) {
            (Some(_), Some(handle)) => After::Handle(handle.clone()),
            _ => After::Joined(member.joined_at.micros(), member.row),
        }
    }
}

/// The next members that one index leads to: that of the rarer role or standing, where one is said.
fn slice(conn: &mut Conn, wanted: &Wanted, after: Option<&After>) -> QueryResult<Vec<Member>> {
    let mut query = people::table.select(Member::as_select()).limit(SLICE).into_boxed();
    match (wanted.role, wanted.standing) {
        (Some(role), _) if role != Role::Member => {
            // Raw: the partial index is found by its own words, and not by a bound value.
            query = query
                .filter(sql::<Bool>("role <> 'member'"))
                .filter(people::role.eq(role));
        }
        (_, Some(standing)) if standing != Standing::Active => {
            // Raw: the same.
            query = query.filter(sql::<Bool>("standing <> 'active'"));
            query = query.filter(people::standing.eq(standing));
        }
        _ => {}
    }
    if let Some(prefix) = &wanted.handle {
        query = match after {
            Some(After::Handle(last)) => query.filter(people::handle.gt(last.clone())),
            _ => query.filter(people::handle.ge(prefix.clone())),
        };
        // What comes after every character that a handle may have.
        let end = format!("{prefix}{{");
        query = query.filter(people::handle.lt(end)).order(people::handle.asc());
    } else {
        if let Some(&After::Joined(at, row)) = after {
            let at = Timestamp::from_micros(at);
            query = query.filter(people::joined_at.ge(at));
            query = query.filter(people::joined_at.gt(at).or(people::id.gt(row)));
        } else if let Some(from) = wanted.joined_from {
            query = query.filter(people::joined_at.ge(from));
        }
        if let Some(before) = wanted.joined_before {
            query = query.filter(people::joined_at.lt(before));
        }
        query = query.order((people::joined_at.asc(), people::id.asc()));
    }
    query.load(conn)
}
