//! What holds in every database of the service, whatever happened to it: asked past the service, in
//! one snapshot.

use std::collections::{BTreeMap, BTreeSet};

use vouchsafe::{
    invites,
    moderation::SanctionKind,
    platform::{
        ledger::{Event, entries, events, verify},
        store::{Backend, Conn},
        terms::{Id, SanctionId, Standing, kinds},
    },
};

use super::db::{Database, ensure, figures, run};

/// What there may be none of.
const NONE: &[(&str, &str)] = &[
    (
        "member who is neither founded nor let in",
        "FROM people p WHERE NOT EXISTS (SELECT 1 FROM edges e WHERE e.kind = 'invite' AND e.to_person = p.id) \
         AND NOT EXISTS (SELECT 1 FROM former_edges e WHERE e.kind = 'invite' AND e.to_person = p.id) \
         AND NOT EXISTS (SELECT 1 FROM events e WHERE e.kind = 'person_founded' AND e.subject = p.id)",
    ),
    (
        "invite whose uses are not its edges",
        "FROM invites i WHERE i.uses <> (SELECT count(*) FROM (SELECT to_person FROM edges \
         WHERE kind = 'invite' AND invite_id = i.id UNION SELECT to_person FROM former_edges \
         WHERE kind = 'invite' AND invite_id = i.id) AS came)",
    ),
    (
        "edge by another's invite",
        "FROM edges e JOIN invites i ON i.id = e.invite_id WHERE e.from_person <> i.inviter \
         AND NOT EXISTS (SELECT 1 FROM former_edges f WHERE f.kind = 'invite' AND f.to_person = e.to_person)",
    ),
    (
        "member who is let in by way of themself",
        "FROM edges e WHERE e.kind = 'invite' AND EXISTS (WITH RECURSIVE above (person) AS (SELECT e.from_person UNION \
         SELECT f.from_person FROM edges f JOIN above ON f.to_person = above.person WHERE f.kind = 'invite') \
         SELECT 1 FROM above WHERE person = e.to_person)",
    ),
    (
        "invite whose held uses are not its holds",
        "FROM invites i WHERE i.held <> (SELECT count(*) FROM holds h WHERE h.invite_id = i.id)",
    ),
    (
        "invite that is overdrawn",
        "FROM invites WHERE uses < 0 OR held < 0 OR uses + held > max_uses",
    ),
    (
        "hold without a living flow of its invite",
        "FROM holds h WHERE NOT EXISTS (SELECT 1 FROM flows f WHERE f.uid = h.flow AND f.invite_id = h.invite_id \
         AND f.proved_at IS NOT NULL AND f.ended_at IS NULL)",
    ),
    (
        "flow that made a member by halves",
        "FROM flows f WHERE f.person IS NOT NULL AND (f.ended_at IS NULL OR NOT EXISTS (SELECT 1 FROM edges e \
         WHERE e.kind = 'invite' AND e.to_person = f.person AND e.invite_id = f.invite_id) AND NOT EXISTS \
         (SELECT 1 FROM former_edges e WHERE e.kind = 'invite' AND e.to_person = f.person \
         AND e.invite_id = f.invite_id))",
    ),
    (
        "member by a flow without a contact",
        "FROM flows f WHERE f.person IS NOT NULL AND NOT EXISTS (SELECT 1 FROM contacts c WHERE c.person = f.person) \
         AND NOT EXISTS (SELECT 1 FROM departures d WHERE d.person = f.person)",
    ),
    (
        "member by a flow without a password",
        "FROM flows f WHERE f.person IS NOT NULL \
         AND NOT EXISTS (SELECT 1 FROM credentials c WHERE c.person = f.person) \
         AND NOT EXISTS (SELECT 1 FROM departures d WHERE d.person = f.person)",
    ),
    (
        "member who has left, and of whom something is left",
        "FROM people p WHERE (p.standing = 'left') <> EXISTS (SELECT 1 FROM departures d WHERE d.person = p.id) \
         OR p.standing = 'left' AND (p.handle IS NOT NULL \
         OR EXISTS (SELECT 1 FROM subjects s WHERE s.id = p.subject_id AND s.wrapped_key IS NOT NULL) \
         OR EXISTS (SELECT 1 FROM credentials c WHERE c.person = p.id) \
         OR EXISTS (SELECT 1 FROM sign_in_codes c WHERE c.person = p.id) \
         OR EXISTS (SELECT 1 FROM text_codes c WHERE c.person = p.id) \
         OR EXISTS (SELECT 1 FROM password_links c WHERE c.person = p.id) \
         OR EXISTS (SELECT 1 FROM contacts c WHERE c.person = p.id AND length(c.sealed) > 0))",
    ),
    (
        "case that waits, of a flow that is over",
        "FROM cases c JOIN flows f ON f.uid = c.flow WHERE c.state = 'open' AND f.ended_at IS NOT NULL",
    ),
    (
        "place kept for a flow that is over",
        "FROM identity_slots s JOIN flows f ON f.subject_id = s.subject_id \
         WHERE s.claimed_until IS NOT NULL AND f.ended_at IS NOT NULL",
    ),
    (
        "living session of somebody who is out",
        "FROM sessions s JOIN people p ON p.id = s.person \
         WHERE s.ended_at IS NULL AND p.standing IN ('suspended', 'banned', 'left')",
    ),
    (
        "seat of somebody who is out, or voice of somebody who only listens",
        "FROM tickets t JOIN people p ON p.id = t.person WHERE t.ended_at IS NULL \
         AND (p.standing IN ('suspended', 'banned', 'left') OR p.standing = 'quarantined' AND t.part = 'speaker')",
    ),
    (
        "seat on a server that does not hold the room",
        "FROM tickets t WHERE t.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM rooms_on_servers o \
         WHERE o.room_id = t.room_id AND o.server_id = t.server_id AND o.withdrawn_at IS NULL)",
    ),
    (
        "member who does not stand by the gravest sanction in force",
        "FROM people p WHERE p.standing <> 'left' AND p.standing <> coalesce((SELECT \
         CASE max(CASE s.kind WHEN 'ban' THEN 4 WHEN 'suspend' THEN 3 WHEN 'quarantine' THEN 2 WHEN 'freeze' THEN 1 END) \
         WHEN 4 THEN 'banned' WHEN 3 THEN 'suspended' WHEN 2 THEN 'quarantined' WHEN 1 THEN 'frozen' END \
         FROM sanctions s WHERE s.person = p.id AND s.lifted_at IS NULL), 'active')",
    ),
];

/// How many members there are, where every invariant holds; else the first that does not, in words. Everything must be sequenced:
/// see [`sound_soon`].
pub fn sound(db: &Database) -> Result<i64, String> {
    let conn = &mut db.connect();
    run(
        conn,
        match db.target().backend() {
            Backend::Sqlite => "BEGIN",
            Backend::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ",
        },
    );
    for (what, rows) in NONE {
        let found = figures(conn, &format!("SELECT count(*) AS n {rows}"))[0];
        ensure(found == 0, format!("{found} × {what}"))?;
    }
    if db.target().backend() == Backend::Sqlite {
        let damage = "SELECT count(*) AS n FROM pragma_integrity_check WHERE integrity_check <> 'ok'";
        ensure(figures(conn, damage) == [0], "the file is damaged")?;
        let dangling = "SELECT count(*) AS n FROM pragma_foreign_key_check";
        ensure(figures(conn, dangling) == [0], "rows refer to what is not there")?;
    }
    let verified = verify(conn, |_| ()).map_err(|error| error.to_string())?;
    ensure(
        verified.findings.is_empty(),
        format!("the chain: {:?}", verified.findings),
    )?;
    ensure(
        verified.waiting == 0,
        format!("{} events wait for their place", verified.waiting),
    )?;
    as_told(conn)?;
    Ok(figures(conn, "SELECT count(*) AS n FROM people")[0])
}

/// The same of a service that runs and is asked nothing: what was just written may still wait for
/// its place, on PostgreSQL for as long as any transaction of the server runs.
pub async fn sound_soon(db: &Database) -> Result<i64, String> {
    let begun = std::time::Instant::now();
    loop {
        match tokio::task::block_in_place(|| sound(db)) {
            Err(what) if what.ends_with("wait for their place") && begun.elapsed().as_secs() < 20 => {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            outcome => return outcome,
        }
    }
}

/// What the ledger tells, event by event, is what the tables hold.
fn as_told(conn: &mut Conn) -> Result<(), String> {
    type InviteId = Id<kinds::Invite>;
    let mut members = BTreeSet::new();
    let mut sanctions = Sanctions::default();
    let mut invites: BTreeMap<InviteId, (i64, BTreeSet<Id<kinds::Flow>>)> = BTreeMap::new();
    let mut pos = 0;
    loop {
        let page = entries(conn, pos, 1000).map_err(|error| error.to_string())?;
        let Some(last) = page.last() else { break };
        pos = last.pos;
        for entry in page {
            let at = entry.pos;
            let told = format!("{:?}", entry.envelope.event);
            let truth = match entry.envelope.event {
                Event::PersonFounded(events::PersonFounded { person, .. }) => members.insert(person.0),
                Event::InviteIssued(events::InviteIssued { invite, .. }) => {
                    invites.insert(invite, Default::default()).is_none()
                }
                Event::InviteHeld(events::InviteHeld { invite, flow, .. }) => {
                    invites.get_mut(&invite).is_some_and(|(_, held)| held.insert(flow))
                }
                Event::InviteReleased(events::InviteReleased { invite, flow, .. }) => {
                    invites.get_mut(&invite).is_some_and(|(_, held)| held.remove(&flow))
                }
                Event::InviteVoided(events::InviteVoided { invite, accepted }) => {
                    invite != accepted && [invite, accepted].iter().all(|one| invites.contains_key(one))
                }
                Event::MemberAdmitted(events::MemberAdmitted {
                    person,
                    invite,
                    flow,
                    inviter,
                    ..
                }) => {
                    let sound = sanctions.standing(inviter.0) == Standing::Active && members.insert(person.0);
                    let used = invites.get_mut(&invite).is_some_and(|(uses, held)| {
                        *uses += 1;
                        flow.is_none_or(|flow| held.remove(&flow))
                    });
                    sound && used
                }
                Event::PersonBanned(event) => {
                    sanctions.imposed(event.person.0, event.sanction, SanctionKind::Ban, Standing::Banned)
                }
                Event::PersonSanctioned(event) => {
                    sanctions.imposed(event.person.0, event.sanction, event.kind, event.standing)
                }
                Event::PersonLeft(event) => sanctions.left(event.person.0),
                Event::BanLifted(event) => {
                    let after = event.standing.unwrap_or(Standing::Active);
                    sanctions.lifted(event.person.0, event.sanction, after)
                }
                Event::SanctionLifted(event) => sanctions.lifted(event.person.0, event.sanction, event.standing),
                _ => true,
            };
            ensure(truth, format!("the ledger contradicts itself at {at}: {told}"))?;
        }
    }
    let rows: BTreeSet<i64> = figures(conn, "SELECT id AS n FROM people").into_iter().collect();
    ensure(rows == members, "the ledger tells of other members")?;
    for standing in [
        Standing::Frozen,
        Standing::Quarantined,
        Standing::Suspended,
        Standing::Banned,
        Standing::Left,
    ] {
        let rows = figures(
            conn,
            &format!("SELECT id AS n FROM people WHERE standing = '{standing}' ORDER BY id"),
        );
        let told = sanctions
            .people()
            .into_iter()
            .filter(|&person| sanctions.standing(person) == standing);
        ensure(
            rows == told.collect::<Vec<_>>(),
            format!("the ledger tells of others who are {standing}"),
        )?;
    }
    let issued = figures(conn, "SELECT count(*) AS n FROM invites")[0];
    ensure(issued == invites.len() as i64, "the ledger tells of other invites")?;
    for (id, (uses, held)) in invites {
        let row = invites::by_id(conn, id).map_err(|error| error.to_string())?;
        let figures = row.map(|row| (row.uses, row.held));
        ensure(
            figures == Some((uses, held.len() as i64)),
            format!(
                "the ledger tells of {uses} uses and {} holds, not {figures:?}",
                held.len()
            ),
        )?;
    }
    Ok(())
}

/// The sanctions in force, as the ledger has told so far, by person; and who has left.
#[derive(Default)]
struct Sanctions(BTreeMap<i64, BTreeMap<SanctionId, SanctionKind>>, BTreeSet<i64>);

impl Sanctions {
    fn people(&self) -> BTreeSet<i64> {
        self.0.keys().chain(&self.1).copied().collect()
    }

    /// Nobody leaves twice.
    fn left(&mut self, person: i64) -> bool {
        self.1.insert(person)
    }

    fn standing(&self, person: i64) -> Standing {
        if self.1.contains(&person) {
            return Standing::Left;
        }
        let gravest = self.0.get(&person).and_then(|kinds| kinds.values().max());
        match gravest {
            None => Standing::Active,
            Some(SanctionKind::Freeze) => Standing::Frozen,
            Some(SanctionKind::Quarantine) => Standing::Quarantined,
            Some(SanctionKind::Suspend) => Standing::Suspended,
            Some(SanctionKind::Ban) => Standing::Banned,
        }
    }

    /// Whether it can be so: nothing of this kind was in force, and they stand as is said.
    fn imposed(&mut self, person: i64, id: SanctionId, kind: SanctionKind, after: Standing) -> bool {
        let own = self.0.entry(person).or_default();
        let new = !own.values().any(|one| *one == kind) && own.insert(id, kind).is_none();
        new && self.standing(person) == after
    }

    fn lifted(&mut self, person: i64, id: SanctionId, after: Standing) -> bool {
        let was = self.0.entry(person).or_default().remove(&id).is_some();
        was && self.standing(person) == after
    }
}
