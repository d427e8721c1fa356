//! Who has left.

use diesel::{ExpressionMethods, Insertable, QueryDsl, QueryResult, RunQueryDsl, delete, insert_into, update};

use crate::platform::{
    ledger::events::LeaveReason,
    store::{
        Conn,
        schema::{contacts, departures, former_handles, handle_changes, people},
    },
    terms::{PersonRow, Standing, Timestamp},
};

/// Somebody who has left.
#[derive(Insertable)]
#[diesel(table_name = departures)]
pub(in crate::people) struct Departure {
    pub(in crate::people) person: PersonRow,
    pub(in crate::people) at: Timestamp,
    pub(in crate::people) removed_by: Option<PersonRow>,
    pub(in crate::people) reason: LeaveReason,
    pub(in crate::people) stood: Standing,
}

/// Makes a tombstone of a member's row; false where they stand no longer as the row of them that was read says.
pub(in crate::people) fn depart(conn: &mut Conn, before: Standing, departure: &Departure) -> QueryResult<bool> {
    let standing = people::standing.eq(before);
    let gone = update(people::table.find(departure.person).filter(standing))
        .set((people::standing.eq(Standing::Left), people::handle.eq(None::<String>)))
        .execute(conn)?;
    if gone == 1 {
        // A handle is a name of theirs, too.
        delete(former_handles::table.filter(former_handles::person.eq(departure.person))).execute(conn)?;
        delete(handle_changes::table.find(departure.person)).execute(conn)?;
        insert_into(departures::table).values(departure).execute(conn)?;
    }
    Ok(gone == 1)
}

/// Forgets the contacts of somebody. Where they are `kept`, what they are found again by stays, and nothing else.
pub(in crate::people) fn forget_contacts(conn: &mut Conn, person: PersonRow, kept: bool) -> QueryResult<()> {
    let own = contacts::table.filter(contacts::person.eq(person));
    match kept {
        true => update(own).set(contacts::sealed.eq(Vec::<u8>::new())).execute(conn),
        false => delete(own).execute(conn),
    }
    .map(|_| ())
}
