//! The rows of marks: where many people stand before each has a row that says so.

use std::collections::{BTreeMap, HashMap};

use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, delete, insert_into, update,
};

use crate::{
    people::marks::{BLOCK, blocks},
    platform::{
        store::{Conn, schema::marks},
        terms::{ActionId, PersonRow, Standing},
    },
};

/// A row of marks as it is stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = marks)]
pub struct MarkRow {
    /// Which action marked them.
    pub action: ActionId,
    /// The rows of these people divided by the size of a block.
    pub block: i64,
    /// Where it puts them.
    pub standing: Standing,
    /// How grave that is: the place of the word in its list.
    pub rank: i64,
    /// A character for each person of the block: `1` where they are marked.
    pub who: String,
}

/// Marks these people as standing so, from the commit on.
pub fn mark(conn: &mut Conn, action: ActionId, standing: Standing, people: &[PersonRow]) -> QueryResult<()> {
    for (block, who) in blocks(people) {
        let row = MarkRow {
            action,
            block,
            standing,
            rank: standing as i64,
            who,
        };
        insert_into(marks::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Takes all marks of an action away.
pub fn unmark(conn: &mut Conn, action: ActionId) -> QueryResult<()> {
    delete(marks::table.filter(marks::action.eq(action)))
        .execute(conn)
        .map(|_| ())
}

/// Takes the marks of an action from these people, who have rows of their own now. Nobody else changes its marks
/// meanwhile.
pub fn clear_marks(conn: &mut Conn, action: ActionId, people: &[PersonRow]) -> QueryResult<()> {
    let mut gone: BTreeMap<i64, Vec<usize>> = BTreeMap::new();
    for person in people {
        let within = person.0.rem_euclid(BLOCK) as usize;
        gone.entry(person.0.div_euclid(BLOCK)).or_default().push(within);
    }
    for (block, places) in gone {
        let row = marks::table.find((block, action));
        let who: Option<String> = row.select(marks::who).first(conn).optional()?;
        let Some(who) = who else { continue };
        let mut who = who.into_bytes();
        for place in places {
            if let Some(mark) = who.get_mut(place) {
                *mark = b'0';
            }
        }
        update(row)
            .set(marks::who.eq(String::from_utf8(who).unwrap_or_default()))
            .execute(conn)?;
    }
    Ok(())
}

/// The marks of one action, or of all.
pub(in crate::people) fn marks(conn: &mut Conn, action: Option<ActionId>) -> QueryResult<Vec<MarkRow>> {
    let rows = marks::table.select(MarkRow::as_select());
    match action {
        Some(action) => rows.filter(marks::action.eq(action)).load(conn),
        None => rows.load(conn),
    }
}

/// Where these people stand by marks alone; who has none is left out.
pub(super) fn marked(conn: &mut Conn, people: &[PersonRow]) -> QueryResult<HashMap<PersonRow, Standing>> {
    let mut of: Vec<i64> = people.iter().map(|person| person.0.div_euclid(BLOCK)).collect();
    of.sort_unstable();
    of.dedup();
    let rows: Vec<MarkRow> = marks::table
        .filter(marks::block.eq_any(of))
        .select(MarkRow::as_select())
        .load(conn)?;
    let mut found = HashMap::new();
    for row in rows {
        for &person in people {
            let within = person.0.rem_euclid(BLOCK) as usize;
            if person.0.div_euclid(BLOCK) == row.block && row.who.as_bytes().get(within) == Some(&b'1') {
                let known = found.entry(person).or_insert(row.standing);
                *known = row.standing.max(*known);
            }
        }
    }
    Ok(found)
}
