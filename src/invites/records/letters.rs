//! The rows of invites as their letters see them: what a letter says, and what became of it.

use diesel::{
    ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult, Queryable, RunQueryDsl, Selectable,
    SelectableHelper, update,
};

use crate::platform::{
    ledger::events::Undeliverable,
    store::{
        Conn,
        schema::{invites, people, subjects},
    },
    terms::{Id, PersonRow, Role, Standing, Timestamp, kinds},
    vault::Subject,
};

const REASONS: [(Undeliverable, &str); 3] = [
    (Undeliverable::Refused, "refused"),
    (Undeliverable::Unreachable, "unreachable"),
    (Undeliverable::Limited, "limited"),
];

pub(super) fn reason(word: &str) -> Option<Undeliverable> {
    let found = REASONS.iter().find(|(_, known)| *known == word);
    found.map(|(reason, _)| *reason)
}

/// Notes that an invite's letter reached nobody; false where that is noted already, or it is no longer there to be
/// used.
pub(in crate::invites) fn set_undeliverable(
    conn: &mut Conn,
    id: Id<kinds::Invite>,
    why: Undeliverable,
) -> QueryResult<bool> {
    let word = REASONS.iter().find(|(known, _)| *known == why).map(|(_, word)| *word);
    update(invites::table.filter(invites::uid.eq(id)))
        .filter(invites::undeliverable.is_null())
        .set(invites::undeliverable.eq(word))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// Notes when an invite's letter first left.
pub(in crate::invites) fn set_sent(conn: &mut Conn, id: Id<kinds::Invite>, now: Timestamp) -> QueryResult<()> {
    update(invites::table.filter(invites::uid.eq(id)))
        .filter(invites::sent_at.is_null())
        .set(invites::sent_at.eq(now))
        .execute(conn)
        .map(|_| ())
}

/// Notes that its letter has left after all; false where it had not failed.
pub(in crate::invites) fn set_delivered(conn: &mut Conn, id: Id<kinds::Invite>) -> QueryResult<bool> {
    update(invites::table.filter(invites::uid.eq(id)))
        .filter(invites::undeliverable.is_not_null())
        .set(invites::undeliverable.eq(None::<String>))
        .execute(conn)
        .map(|rows| rows == 1)
}

/// What an addressed invite's mail is made of.
pub(in crate::invites) struct ToBeTold {
    pub(in crate::invites) id: Id<kinds::Invite>,
    pub(in crate::invites) key_version: i64,
    /// The address, sealed, and whose key seals it.
    pub(in crate::invites) sealed: Vec<u8>,
    /// The blind index of the address.
    pub(in crate::invites) blind: Vec<u8>,
    pub(in crate::invites) subject: Subject,
    /// The version of the key that wraps the subject's, and the wrapped key.
    pub(in crate::invites) wrapping: i64,
    pub(in crate::invites) wrapped: Option<Vec<u8>>,
    pub(in crate::invites) locale: String,
    pub(in crate::invites) expires_at: Timestamp,
    pub(in crate::invites) opens_at: Option<Timestamp>,
    /// The inviter's words, sealed under the same key.
    pub(in crate::invites) message: Option<Vec<u8>>,
    /// The handle of whoever invites.
    pub(in crate::invites) handle: Option<String>,
    /// Who invites, and as what.
    pub(in crate::invites) inviter: PersonRow,
    pub(in crate::invites) role: Role,
}

/// What the mails of these invites are made of; those to no address are left out, and those that cannot be used
/// any more.
pub(in crate::invites) fn to_be_told(
    conn: &mut Conn,
    ids: &[Id<kinds::Invite>],
    now: Timestamp,
) -> QueryResult<Vec<ToBeTold>> {
    let rows: Vec<(AddressedInvite, WrappedKey, InvitingMember)> = invites::table
        .inner_join(subjects::table.on(subjects::id.nullable().eq(invites::subject_id)))
        .inner_join(people::table.on(people::id.eq(invites::inviter)))
        .filter(invites::uid.eq_any(ids))
        .filter(invites::revoked_at.is_null())
        .filter(invites::expires_at.gt(now))
        .filter(people::standing.eq(Standing::Active))
        .order(invites::id)
        .select((
            AddressedInvite::as_select(),
            WrappedKey::as_select(),
            InvitingMember::as_select(),
        ))
        .load(conn)?;
    let told = |(invite, key, inviter): (AddressedInvite, WrappedKey, InvitingMember)| {
        Some(ToBeTold {
            id: invite.uid,
            key_version: invite.key_version,
            sealed: invite.address_sealed?,
            blind: invite.address_blind?,
            subject: key.id,
            wrapping: key.key_version,
            wrapped: key.wrapped_key,
            locale: invite.locale,
            expires_at: invite.expires_at,
            opens_at: invite.opens_at,
            message: invite.message_sealed,
            handle: inviter.handle,
            inviter: inviter.id,
            role: inviter.role,
        })
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

/// As many invites of some addresses are looked at, the newest.
const LOOKED_AT: i64 = 1000;

/// Invites to these addresses (their blind indexes) whose time is not over and that were not taken back, the newest
/// first: each with its address.
pub(in crate::invites) fn to_addresses(
    conn: &mut Conn,
    blinds: &[&[u8]],
    now: Timestamp,
) -> QueryResult<Vec<(Vec<u8>, Id<kinds::Invite>)>> {
    let rows: Vec<(Option<Vec<u8>>, Id<kinds::Invite>)> = invites::table
        .filter(invites::address_blind.eq_any(blinds.to_vec()))
        .filter(invites::revoked_at.is_null())
        .filter(invites::expires_at.gt(now))
        .order(invites::id.desc())
        .limit(LOOKED_AT)
        .select((invites::address_blind, invites::uid))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(blind, id)| Some((blind?, id))).collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = invites)]
struct AddressedInvite {
    uid: Id<kinds::Invite>,
    key_version: i64,
    address_sealed: Option<Vec<u8>>,
    address_blind: Option<Vec<u8>>,
    locale: String,
    expires_at: Timestamp,
    opens_at: Option<Timestamp>,
    message_sealed: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = subjects)]
struct WrappedKey {
    id: Subject,
    key_version: i64,
    wrapped_key: Option<Vec<u8>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct InvitingMember {
    id: PersonRow,
    handle: Option<String>,
    role: Role,
}
