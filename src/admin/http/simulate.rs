//! `POST /v1/admin/policy/simulate`

use std::sync::Arc;

use actix_web::{
    post,
    web::{Data, block},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Audit;
use crate::{
    admin::{
        Memory,
        simulate::{self, FallsBelow, PolicyDifference},
    },
    http::{Json, Problem, Routes, problems},
    invites::{self, Beyond},
    platform::{
        store::{Conn, StoreError},
        terms::Assurance,
    },
    policy::{Current, http::mistaken},
    rooms::{self, Asks},
};

pub(super) fn routes(config: &mut Routes) {
    config.service(simulate_policy);
}

/// A policy to be tried.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PolicyToTry {
    /// A TOML document.
    document: String,
}

/// What a policy would mean.
#[derive(Debug, Serialize, ToSchema)]
struct PolicySimulated {
    /// The version of the policy that holds, with which it is compared.
    version: i64,
    /// What it would change, by key.
    changes: Vec<PolicyDifference>,
    /// Members in good standing who would no longer meet a demand, demand by demand. Who they are is as this replica's memory has it.
    below: Vec<FallsBelow>,
    /// What would change of the rooms that are open, by what they ask for themselves.
    rooms: Vec<RoomsAskMore>,
    /// Open invites beyond what new ones could be. They stay as they are.
    invites: InvitesBeyond,
    /// Countries that the policies name whose phone numbers are taken now and would not be. How many have such numbers is not
    /// known without opening them.
    phone_countries_refused: Vec<String>,
    /// The same of countries' documents.
    document_countries_refused: Vec<String>,
}

/// Open rooms that would ask for more.
#[derive(Debug, Serialize, ToSchema)]
struct RoomsAskMore {
    /// `rooms.enter` or `rooms.speak`.
    demand: &'static str,
    /// What they ask for, with what the policy asks for.
    from: Assurance,
    /// What they would ask for.
    to: Assurance,
    /// How many rooms.
    rooms: u64,
    /// How many members in good standing are known well enough now and would not be.
    people: u64,
}

/// Open invites beyond what new ones could be.
#[derive(Debug, Serialize, ToSchema)]
struct InvitesBeyond {
    /// How many of the newest invites were looked at: 20 000 at most.
    looked_at: u64,
    /// Open links with more uses than one may have.
    more_uses: u64,
    /// Open invites that end later than one given now could.
    live_longer: u64,
}

problems!(SimulatePolicyProblems: PolicyInvalid);

/// What a policy would mean for those who are here, if it were put in the place of the one that holds. Nothing is changed. A document that
/// could not be put in its place is refused as by `replace_policy`.
#[utoipa::path(operation_id = "simulate_policy", tag = "policy", request_body = PolicyToTry,
    responses((status = 200, body = PolicySimulated), SimulatePolicyProblems))]
#[post("/v1/admin/policy/simulate")]
async fn simulate_policy(
    body: Json<PolicyToTry>,
    audit: Data<Audit>,
    current: Data<Current>,
) -> Result<Json<PolicySimulated>, Problem> {
    let to = current.read(&body.0.document).map_err(|mistakes| mistaken(&mistakes))?;
    let held = current.get()?;
    let now = audit.ledger.now();
    let changes = simulate::differences(&held.policy, &to).map_err(Problem::internal)?;
    let (graph, roster) = (Arc::clone(&audit.graph), Arc::clone(&audit.roster));
    let (before, after) = (Arc::clone(&held), to.clone());
    let weighed = block(move || {
        let memory = Memory {
            graph: &graph,
            roster: &roster,
            as_of: None,
        };
        simulate::weigh(memory, &before.policy, &after, now)
    });
    let weighed = weighed.await.map_err(Problem::internal)?;
    let limits = to.clone();
    let read = audit.ledger.store().read(move |conn: &mut Conn| {
        let beyond = invites::beyond(conn, &limits, now)?;
        Ok::<_, StoreError>((beyond, rooms::queries::asks(conn)?))
    });
    let (
        Beyond {
            looked_at,
            more_uses,
            live_longer,
        },
        asks,
    ) = read.await?;
    let people = |from: Assurance, to: Assurance| {
        let between = weighed
            .members
            .iter()
            .filter(|(assurance, _)| (from..to).contains(assurance));
        between.map(|(_, count)| count).sum()
    };
    let mut more = Vec::new();
    for Asks { enter, speak, rooms } in asks {
        let of = |policy: &crate::policy::Policy| {
            let enters = policy.rooms.enter.max(enter);
            (enters, policy.rooms.speak.max(speak).max(enters))
        };
        let (old, new) = (of(&held.policy), of(&to));
        for (demand, from, to) in [("rooms.enter", old.0, new.0), ("rooms.speak", old.1, new.1)] {
            if from < to {
                let people = people(from, to);
                more.push(RoomsAskMore {
                    demand,
                    from,
                    to,
                    rooms,
                    people,
                });
            }
        }
    }
    let refused =
        |of: fn(&crate::policy::Policy) -> (&[String], &[String])| simulate::newly_refused(of(&held.policy), of(&to));
    Ok(Json(PolicySimulated {
        version: held.version,
        changes,
        below: weighed.below,
        rooms: more,
        invites: InvitesBeyond {
            looked_at,
            more_uses,
            live_longer,
        },
        phone_countries_refused: refused(|policy| (&policy.phones.countries, &policy.phones.blocked_countries)),
        document_countries_refused: refused(|policy| {
            (&policy.documents.countries, &policy.documents.blocked_countries)
        }),
    }))
}
