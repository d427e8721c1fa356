//! What admins see of everybody's invites.

use std::collections::HashMap;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryResult, Queryable,
    QueryableByName, RunQueryDsl, SelectableHelper,
    dsl::sql,
    sql_types::{BigInt, Text},
};

use super::{StoredInvite, extras, kind_of, word};
use crate::{
    invites::{Invite, InviteState},
    platform::{
        ledger::events::InviteKind,
        store::{
            Conn, fixed,
            schema::{edges, invites},
        },
        terms::{Id, PersonRow, Timestamp, kinds},
    },
};

/// How the invite reached each of these members by which they came in.
pub fn kinds_of(conn: &mut Conn, people: &[PersonRow]) -> QueryResult<HashMap<PersonRow, InviteKind>> {
    let found: Vec<(PersonRow, String)> = edges::table
        .inner_join(invites::table.on(invites::id.nullable().eq(edges::invite_id)))
        // Raw: the partial index is found by its own words, and not by a bound value.
        .filter(edges::kind.eq(sql::<Text>("'invite'")))
        .filter(edges::to_person.eq_any(people))
        .select((edges::to_person, invites::kind))
        .load(conn)?;
    Ok(found
        .into_iter()
        .map(|(person, kind)| (person, kind_of(&kind)))
        .collect())
}

/// Which invites are looked for.
#[derive(Debug, Clone, Default)]
pub struct Sought {
    /// Only those that stand so.
    pub state: Option<InviteState>,
    /// Only those of this kind.
    pub kind: Option<InviteKind>,
    /// Only those of this member.
    pub inviter: Option<PersonRow>,
    /// Only those that are counted under this.
    pub campaign: Option<String>,
    /// Only those by which at least so many came in.
    pub uses_from: Option<i64>,
    /// Only those that somebody doubted, or only the others.
    pub doubted: Option<bool>,
}

/// Invites that are looked for, before the row `before`, newest first, each with how it stands.
pub(in crate::invites) fn sought(
    conn: &mut Conn,
    sought: &Sought,
    before: Option<i64>,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<(Invite, InviteState)>> {
    // Raw: a CASE with subqueries. `rules::state` says the same, and a test holds the two together.
    let state = || {
        sql::<Text>(
            "(CASE WHEN invites.revoked_for IN ('declined', 'passed_on') THEN invites.revoked_for \
             WHEN invites.revoked_at IS NOT NULL THEN 'revoked' \
             WHEN invites.uses >= invites.max_uses THEN 'used' \
             WHEN invites.closed_at IS NOT NULL OR invites.expires_at <= ",
        )
        .bind::<BigInt, _>(now)
        .sql(
            " THEN 'expired' \
             WHEN NOT EXISTS (SELECT 1 FROM people WHERE people.id = invites.inviter \
             AND people.standing = 'active') THEN 'suspended' \
             WHEN invites.room_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM rooms WHERE rooms.id = invites.room_id \
             AND rooms.closed_at IS NULL AND (rooms.private_since IS NULL OR rooms.private_since < invites.created_at)) \
             THEN 'room_closed' \
             WHEN invites.opens_at > ",
        )
        .bind::<BigInt, _>(now)
        .sql(
            " THEN 'not_yet' \
             WHEN invites.uses + invites.bound >= invites.max_uses THEN 'refused' \
             WHEN invites.uses + invites.held + invites.bound - (SELECT COUNT(*) FROM holds \
             WHERE holds.invite_id = invites.id AND holds.until <= ",
        )
        .bind::<BigInt, _>(now)
        .sql(
            ") >= invites.max_uses THEN 'held' \
             WHEN invites.undeliverable IS NOT NULL THEN 'undeliverable' ELSE 'open' END)",
        )
    };
    let mut query = invites::table
        .filter(invites::id.lt(before.unwrap_or(i64::MAX)))
        .order(invites::id.desc())
        .limit(limit)
        .select((StoredInvite::as_select(), state()))
        .into_boxed();
    if let Some(wanted) = sought.state {
        query = query.filter(state().eq(wanted.as_str()));
    }
    if let Some(kind) = sought.kind {
        query = query.filter(invites::kind.eq(word(kind)));
    }
    if let Some(inviter) = sought.inviter {
        query = query.filter(invites::inviter.eq(inviter));
    }
    if let Some(campaign) = &sought.campaign {
        query = query.filter(invites::campaign.eq(campaign));
    }
    if let Some(uses) = sought.uses_from {
        query = query.filter(invites::uses.ge(uses));
    }
    match sought.doubted {
        Some(true) => query = query.filter(invites::reports.gt(0).or(invites::unknown_answers.gt(0))),
        Some(false) => query = query.filter(invites::reports.eq(0).and(invites::unknown_answers.eq(0))),
        None => {}
    }
    let rows: Vec<(StoredInvite, InviteState)> = query.load(conn)?;
    rows.into_iter()
        .map(|(row, state)| Ok((extras::read(conn, row)?, state)))
        .collect()
}

/// Invites that are counted under a campaign and can still let anybody in, the oldest first, after the row `after`.
pub(in crate::invites) fn standing_of(
    conn: &mut Conn,
    campaign: &str,
    limit: i64,
    now: Timestamp,
) -> QueryResult<Vec<Id<kinds::Invite>>> {
    invites::table
        .filter(invites::campaign.eq(campaign))
        .filter(invites::revoked_at.is_null())
        .filter(invites::uses.lt(invites::max_uses))
        .filter(invites::expires_at.gt(now).or(invites::held.gt(0)))
        .order(invites::id.asc())
        .limit(limit)
        .select(invites::uid)
        .load(conn)
}

/// Of the `most` newest invites: how many there are, how many of them are open with more uses than `uses`, and how many are open
/// longer than until `latest`.
pub(in crate::invites) fn beyond(
    conn: &mut Conn,
    uses: u32,
    latest: Timestamp,
    most: i64,
    now: Timestamp,
) -> QueryResult<[i64; 3]> {
    #[derive(QueryableByName)]
    struct Counted {
        #[diesel(sql_type = BigInt)]
        looked_at: i64,
        #[diesel(sql_type = BigInt)]
        more_uses: i64,
        #[diesel(sql_type = BigInt)]
        live_longer: i64,
    }
    // Raw: sums over a query with an end.
    let counted: Counted = fixed(|| {
        "SELECT CAST(COUNT(*) AS BIGINT) AS looked_at, \
         CAST(COALESCE(SUM(CASE WHEN open = 1 AND max_uses > ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS more_uses, \
         CAST(COALESCE(SUM(CASE WHEN open = 1 AND expires_at > ? THEN 1 ELSE 0 END), 0) AS BIGINT) AS live_longer \
         FROM (SELECT max_uses, expires_at, CASE WHEN revoked_at IS NULL AND closed_at IS NULL AND uses < max_uses \
         AND expires_at > ? THEN 1 ELSE 0 END AS open FROM invites ORDER BY id DESC LIMIT ?) AS newest"
    })
    .bind(i64::from(uses))
    .bind(latest.micros())
    .bind(now.micros())
    .bind(most)
    .get_result(conn)?;
    Ok([counted.looked_at, counted.more_uses, counted.live_longer])
}

/// What came of the invites of one campaign or of one member.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, QueryableByName)]
pub struct Figures {
    /// The campaign; empty where members are counted.
    #[diesel(sql_type = Text)]
    pub campaign: String,
    /// The member; 0 where campaigns are counted.
    #[diesel(sql_type = BigInt)]
    pub inviter: PersonRow,
    /// Invites that were given.
    #[diesel(sql_type = BigInt)]
    pub sent: i64,
    /// Ways in that were begun.
    #[diesel(sql_type = BigInt)]
    pub begun: i64,
    /// People who came in.
    #[diesel(sql_type = BigInt)]
    pub joined: i64,
    /// Those of them who came in 30 days ago or earlier.
    #[diesel(sql_type = BigInt)]
    pub matured: i64,
    /// Those of the latter who are in good standing.
    #[diesel(sql_type = BigInt)]
    pub staying: i64,
}

macro_rules! figures {
    ($columns:literal, $filter:literal, $group:literal) => {
        concat!(
            "SELECT ",
            $columns,
            ", CAST(COUNT(*) AS BIGINT) AS sent, \
             CAST(SUM((SELECT COUNT(*) FROM flows WHERE flows.invite_id = invites.id)) AS BIGINT) AS begun, \
             CAST(SUM(invites.uses) AS BIGINT) AS joined, \
             CAST(SUM((SELECT COUNT(*) FROM flows JOIN people ON people.id = flows.person \
             WHERE flows.invite_id = invites.id AND people.joined_at <= ?)) AS BIGINT) AS matured, \
             CAST(SUM((SELECT COUNT(*) FROM flows JOIN people ON people.id = flows.person \
             WHERE flows.invite_id = invites.id AND people.joined_at <= ? AND people.standing = 'active')) AS BIGINT) \
             AS staying FROM invites WHERE ",
            $filter,
            " GROUP BY ",
            $group,
            " ORDER BY ",
            $group,
            " LIMIT ?"
        )
    };
}

/// Figures of each campaign after the one called `after`, in the order of their names.
pub(in crate::invites) fn by_campaign(
    conn: &mut Conn,
    after: &str,
    limit: i64,
    matured: Timestamp,
) -> QueryResult<Vec<Figures>> {
    // Raw: sums over subqueries.
    fixed(|| {
        figures!(
            "invites.campaign AS campaign, CAST(0 AS BIGINT) AS inviter",
            "invites.campaign IS NOT NULL AND invites.campaign > ?",
            "invites.campaign"
        )
    })
    .bind(matured.micros())
    .bind(matured.micros())
    .bind(after)
    .bind(limit)
    .load(conn)
}

/// Figures of each member who has invited, after the row `after`, in the order of joining.
pub(in crate::invites) fn by_inviter(
    conn: &mut Conn,
    after: PersonRow,
    limit: i64,
    matured: Timestamp,
) -> QueryResult<Vec<Figures>> {
    // Raw: sums over subqueries.
    fixed(|| {
        figures!(
            "'' AS campaign, invites.inviter AS inviter",
            "invites.inviter IN (SELECT DISTINCT one.inviter FROM invites AS one WHERE one.inviter > ? \
             ORDER BY one.inviter LIMIT ?)",
            "invites.inviter"
        )
    })
    .bind(matured.micros())
    .bind(matured.micros())
    .bind(after.0)
    .bind(limit)
    .bind(limit)
    .load(conn)
}
