//! A branch of many people, made by the commands that let people in.

use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Binary},
};
use vouchsafe::{
    people::{self, Admission, Newcomer},
    platform::{
        ledger::{Actor, Tx},
        store::StoreError,
        terms::{Assurance, Id, PersonId, PersonRow, Role},
    },
};

use super::service::Service;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// So many people below `root`, three each; their rows and ids.
pub async fn branch(service: &Service, root: PersonRow, count: usize) -> Vec<(PersonRow, PersonId)> {
    let mut people: Vec<(PersonRow, PersonId)> = Vec::new();
    while people.len() < count {
        let (known, to) = (people.clone(), count.min(people.len() + 500));
        let written = service.app.core.ledger.write(Actor::Operator, move |tx: &mut Tx<'_>| {
            let mut known = known;
            let invite = Id::new(tx.now, tx.rng);
            let row: Row = sql_query(
                "INSERT INTO invites (uid, inviter, kind, code_hash, key_version, locale, max_uses, uses, created_at, \
                 expires_at) VALUES ($1, $2, 'link', $3, 1, 'en', 500, 500, 0, 1) RETURNING id",
            )
            .bind::<Binary, _>(invite.as_bytes().as_slice())
            .bind::<BigInt, _>(root.0)
            .bind::<Binary, _>(invite.as_bytes().as_slice())
            .get_result(tx.conn)?;
            while known.len() < to {
                let inviter = match known.len() {
                    0..3 => root,
                    place => known[place / 3 - 1].0,
                };
                let newcomer = Newcomer {
                    subject: None,
                    handle: Some(format!("branch_{}", known.len())),
                    role: Role::Member,
                    assurance: Assurance::Contact,
                    locale: "en".into(),
                };
                let by = Admission {
                    inviter,
                    invite_row: row.id,
                    invite,
                    flow: None,
                };
                let member = people::admit(tx, &newcomer, &by)?;
                known.push((member.row, member.id));
            }
            Ok::<_, StoreError>(known)
        });
        let written = written.await.unwrap();
        service.app.core.read_model.settle(written.position).await;
        people = written.value;
    }
    people
}
