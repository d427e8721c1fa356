//! The rows of invites.

use std::collections::HashMap;

use diesel::{
    ExpressionMethods, OptionalExtension, PgConnection, QueryDsl, QueryResult, Queryable, QueryableByName, RunQueryDsl,
    Selectable, SelectableHelper,
    result::Error,
    sql_types::{BigInt, Binary},
};

use super::{Ending, Label};
use crate::platform::{
    ledger::events::{InviteKind, Undeliverable},
    store::{Conn, fixed, pg_fixed, schema::invites},
    terms::{Id, PersonRow, Role, Timestamp, kinds},
    vault::Subject,
};

mod extras;
mod grants;
mod holds;
mod letters;
mod life;
mod oversee;
mod places;

pub use extras::ForRoom;
pub(super) use grants::{GrantRow, grant_by_id, grants_of, insert_grant};
pub(super) use holds::{
    bind, end_expired_holds, end_hold, end_standing_hold, expired_holds, give_back, insert_hold, prolong, take_use,
    use_up,
};
pub use holds::{held_by, held_to, held_until};
pub use oversee::{Figures, Sought, kinds_of};
pub(super) use oversee::{beyond, by_campaign, by_inviter, sought, standing_of};
pub(super) use places::{close_expired, refundable, tallies};

pub(super) use extras::{Extra, rooms_named, set_extras};
pub(super) use letters::{ToBeTold, set_delivered, set_sent, set_undeliverable, to_addresses, to_be_told};
pub(super) use life::{Which, count_report, count_unknown, end, extend, restore, revoke, revoke_all, revoke_by_admin};

/// An invite as it stands.
#[derive(Debug, Clone)]
pub struct Invite {
    /// Its row.
    pub row: i64,
    /// Its public id.
    pub id: Id<kinds::Invite>,
    /// Who gave it.
    pub inviter: PersonRow,
    /// How it reaches people.
    pub kind: InviteKind,
    /// Which master key its code comes from.
    pub key_version: i64,
    /// Whose key seals the address, and the sealed address; none for a link.
    pub address: Option<(Subject, Vec<u8>)>,
    /// The blind index of the address.
    pub address_blind: Option<Vec<u8>>,
    /// The language of its mail, a BCP 47 tag.
    pub locale: String,
    /// How many may come in by it.
    pub max_uses: i64,
    /// How many have.
    pub uses: i64,
    /// How many are on their way in.
    pub held: i64,
    /// How many are kept from everybody by a final refusal.
    pub bound: i64,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When its places went back to its inviter for good, its time being over.
    pub closed_at: Option<Timestamp>,
    /// Who ended it; none where it stands, and where an earlier version ended it.
    pub revoked_for: Option<Ending>,
    /// Why its letter reached nobody.
    pub undeliverable: Option<Undeliverable>,
    /// When its letter first left.
    pub sent_at: Option<Timestamp>,
    /// From when on it can be used, where that is not at once.
    pub opens_at: Option<Timestamp>,
    /// What it is counted under.
    pub campaign: Option<Label>,
    /// What is noted of whoever comes by it.
    pub group: Option<Label>,
    /// The room that they come for.
    pub room: Option<ForRoom>,
    /// What they become, where that is more than a member.
    pub role: Option<Role>,
    /// Whose key seals the inviter's words, and the sealed words.
    pub message: Option<(Subject, Vec<u8>)>,
    /// The row of the invite that was passed on by this one.
    pub passed_from: Option<i64>,
    /// How often whoever had its code said that they do not know the inviter.
    pub unknown_answers: i64,
    /// How often whoever had its code reported it.
    pub reports: i64,
}

/// An invite as it is stored.
#[derive(Queryable, Selectable)]
#[diesel(table_name = invites)]
struct StoredInvite {
    id: i64,
    uid: Id<kinds::Invite>,
    inviter: PersonRow,
    kind: String,
    key_version: i64,
    subject_id: Option<Subject>,
    address_sealed: Option<Vec<u8>>,
    address_blind: Option<Vec<u8>>,
    locale: String,
    max_uses: i64,
    uses: i64,
    held: i64,
    bound: i64,
    created_at: Timestamp,
    expires_at: Timestamp,
    revoked_at: Option<Timestamp>,
    undeliverable: Option<String>,
    closed_at: Option<Timestamp>,
    opens_at: Option<Timestamp>,
    campaign: Option<String>,
    group_label: Option<String>,
    room_id: Option<i64>,
    as_role: Option<Role>,
    message_sealed: Option<Vec<u8>>,
    revoked_for: Option<Ending>,
    sent_at: Option<Timestamp>,
    passed_from: Option<i64>,
    unknown_answers: i64,
    reports: i64,
}

impl From<StoredInvite> for Invite {
    fn from(row: StoredInvite) -> Self {
        Self {
            row: row.id,
            id: row.uid,
            inviter: row.inviter,
            kind: kind_of(&row.kind),
            key_version: row.key_version,
            address: row.subject_id.zip(row.address_sealed),
            address_blind: row.address_blind,
            locale: row.locale,
            max_uses: row.max_uses,
            uses: row.uses,
            held: row.held,
            bound: row.bound,
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            closed_at: row.closed_at,
            revoked_for: row.revoked_for,
            undeliverable: row.undeliverable.as_deref().and_then(letters::reason),
            sent_at: row.sent_at,
            opens_at: row.opens_at,
            campaign: row.campaign.map(Label::stored),
            group: row.group_label.map(Label::stored),
            // Filled in by whoever reads the room.
            room: row.room_id.map(ForRoom::unread),
            role: row.as_role,
            message: row.subject_id.zip(row.message_sealed),
            passed_from: row.passed_from,
            unknown_answers: row.unknown_answers,
            reports: row.reports,
        }
    }
}

const EMAIL: &str = "email";
const PHONE: &str = "phone";
pub(super) const LINK: &str = "link";

fn kind_of(word: &str) -> InviteKind {
    match word {
        EMAIL => InviteKind::Email,
        PHONE => InviteKind::Phone,
        _ => InviteKind::Link,
    }
}

const fn word(kind: InviteKind) -> &'static str {
    match kind {
        InviteKind::Email => EMAIL,
        InviteKind::Phone => PHONE,
        InviteKind::Link => LINK,
    }
}

/// The sealed address of a new invite.
pub(super) struct Address {
    pub(super) subject: Subject,
    pub(super) sealed: Vec<u8>,
    pub(super) blind: Vec<u8>,
}

pub(super) struct New<'a> {
    pub(super) id: Id<kinds::Invite>,
    pub(super) inviter: PersonRow,
    pub(super) kind: InviteKind,
    pub(super) code_hash: Vec<u8>,
    pub(super) key_version: i64,
    pub(super) address: Option<Address>,
    pub(super) locale: &'a str,
    pub(super) max_uses: u32,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
}

impl New<'_> {
    /// What it is once it is written.
    fn stands_at(self, row: i64) -> Invite {
        let (address, address_blind) = self
            .address
            .map(|Address { subject, sealed, blind }| ((subject, sealed), blind))
            .unzip();
        Invite {
            row,
            id: self.id,
            inviter: self.inviter,
            kind: self.kind,
            key_version: self.key_version,
            address,
            address_blind,
            locale: self.locale.to_owned(),
            max_uses: self.max_uses.into(),
            uses: 0,
            held: 0,
            bound: 0,
            created_at: self.created_at,
            expires_at: self.expires_at,
            revoked_at: None,
            closed_at: None,
            revoked_for: None,
            undeliverable: None,
            sent_at: None,
            opens_at: None,
            campaign: None,
            group: None,
            room: None,
            role: None,
            message: None,
            passed_from: None,
            unknown_answers: 0,
            reports: 0,
        }
    }
}

/// Writes new invites, and says how they stand, in their order.
pub(super) fn insert_all(conn: &mut Conn, new: Vec<New<'_>>) -> QueryResult<Vec<Invite>> {
    let rows = match conn {
        Conn::Postgres(pg) if new.len() > 1 => insert_together(pg, &new)?,
        conn => new.iter().map(|new| insert(conn, new)).collect::<QueryResult<_>>()?,
    };
    Ok(rows.into_iter().zip(new).map(|(row, new)| new.stands_at(row)).collect())
}

fn insert(conn: &mut Conn, new: &New<'_>) -> QueryResult<i64> {
    let address = new.address.as_ref();
    // Raw for the row invite-sqlite.
    fixed(|| {
        "INSERT INTO invites (uid, inviter, kind, code_hash, key_version, subject_id, address_sealed, address_blind, \
         locale, max_uses, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    })
    .bind(new.id.as_bytes().as_slice())
    .bind(new.inviter.0)
    .bind(word(new.kind))
    .bind(new.code_hash.as_slice())
    .bind(new.key_version)
    .bind(address.map(|address| address.subject.0))
    .bind(address.map(|address| address.sealed.as_slice()))
    .bind(address.map(|address| address.blind.as_slice()))
    .bind(new.locale)
    .bind(i64::from(new.max_uses))
    .bind(new.created_at.micros())
    .bind(new.expires_at.micros())
    .insert(conn)
}

/// The same for many, in one round trip.
fn insert_together(pg: &mut PgConnection, new: &[New<'_>]) -> QueryResult<Vec<i64>> {
    #[derive(QueryableByName)]
    struct Inserted {
        #[diesel(sql_type = BigInt)]
        id: i64,
        #[diesel(sql_type = Binary)]
        uid: Id<kinds::Invite>,
    }
    fn column<'a, T>(new: &'a [New<'_>], of: impl Fn(&'a New<'_>) -> T) -> Vec<T> {
        new.iter().map(of).collect()
    }
    // Raw for the row invite-postgres.
    let inserted: Vec<Inserted> = pg_fixed(
        "INSERT INTO invites (uid, inviter, kind, code_hash, key_version, subject_id, address_sealed, address_blind, \
         locale, max_uses, created_at, expires_at) SELECT * FROM unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
         RETURNING id, uid",
    )
    .bind(column(new, |new| new.id.as_bytes().as_slice()))
    .bind(column(new, |new| new.inviter.0))
    .bind(column(new, |new| word(new.kind)))
    .bind(column(new, |new| new.code_hash.as_slice()))
    .bind(column(new, |new| new.key_version))
    .bind(column(new, |new| new.address.as_ref().map(|address| address.subject.0)))
    .bind(column(new, |new| {
        new.address.as_ref().map(|address| address.sealed.as_slice())
    }))
    .bind(column(new, |new| {
        new.address.as_ref().map(|address| address.blind.as_slice())
    }))
    .bind(column(new, |new| new.locale))
    .bind(column(new, |new| i64::from(new.max_uses)))
    .bind(column(new, |new| new.created_at.micros()))
    .bind(column(new, |new| new.expires_at.micros()))
    .load(pg)?;
    let rows: HashMap<&[u8; 16], i64> = inserted.iter().map(|row| (row.uid.as_bytes(), row.id)).collect();
    let row = |new: &New<'_>| rows.get(new.id.as_bytes()).copied().ok_or(Error::NotFound);
    new.iter().map(row).collect()
}

/// An invite by what is stored of its code.
pub(super) fn by_code_hash(conn: &mut Conn, hash: &[u8]) -> QueryResult<Option<Invite>> {
    invites::table
        .filter(invites::code_hash.eq(hash))
        .select(StoredInvite::as_select())
        .first(conn)
        .optional()?
        .map(|row: StoredInvite| extras::read(conn, row))
        .transpose()
}

/// An invite by its public id.
pub fn by_id(conn: &mut Conn, id: Id<kinds::Invite>) -> QueryResult<Option<Invite>> {
    invites::table
        .filter(invites::uid.eq(id))
        .select(StoredInvite::as_select())
        .first(conn)
        .optional()?
        .map(|row: StoredInvite| extras::read(conn, row))
        .transpose()
}

/// An invite by its row.
pub fn by_row(conn: &mut Conn, row: i64) -> QueryResult<Invite> {
    invites::table
        .find(row)
        .select(StoredInvite::as_select())
        .first(conn)
        .and_then(|row: StoredInvite| extras::read(conn, row))
}

/// Somebody's invites before `before`, newest first.
pub fn of_inviter(conn: &mut Conn, inviter: PersonRow, before: Option<i64>, limit: i64) -> QueryResult<Vec<Invite>> {
    let rows: Vec<StoredInvite> = invites::table
        .filter(invites::inviter.eq(inviter))
        .filter(invites::id.lt(before.unwrap_or(i64::MAX)))
        .order(invites::id.desc())
        .limit(limit)
        .select(StoredInvite::as_select())
        .load(conn)?;
    rows.into_iter().map(|row| extras::read(conn, row)).collect()
}

/// How many invites a member has issued, whatever became of them.
pub fn count_issued(conn: &mut Conn, inviter: PersonRow) -> QueryResult<i64> {
    invites::table
        .filter(invites::inviter.eq(inviter))
        .count()
        .get_result(conn)
}

/// Takes back the open invites to an address, by its blind index; which.
pub(super) fn revoke_to(conn: &mut Conn, blind: &[u8], now: Timestamp) -> QueryResult<Vec<Id<kinds::Invite>>> {
    // Raw for the row redeem.
    fixed(|| {
        "UPDATE invites SET revoked_at = ?, revoked_for = 'void' \
         WHERE address_blind = ? AND revoked_at IS NULL AND uses < max_uses AND expires_at > ? RETURNING uid"
    })
    .typed::<Binary>()
    .bind(now.micros())
    .bind(blind)
    .bind(now.micros())
    .load(conn)
}
