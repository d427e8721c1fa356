//! The ledger as a file, and what a place of its chain is computed from.

use actix_web::{
    HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::stream;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Audit;
use crate::{
    admin::{self, LedgerPart},
    http::{Json, Problem, ProblemKind, Query, Routes, problems},
    platform::{
        ledger::{EventKind, Linked},
        store::{Conn, StoreError},
        terms::PersonId,
    },
};

pub(super) fn routes(config: &mut Routes) {
    config.service(export_ledger).service(prove_ledger);
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// From the event of this number on.
    #[param(minimum = 1)]
    from: Option<i64>,
    /// Only what came before the event of this number.
    #[param(minimum = 1)]
    before: Option<i64>,
    /// Only what this member did.
    actor: Option<PersonId>,
    /// Only what is about this member.
    subject: Option<PersonId>,
    /// Only events of this type.
    #[serde(rename = "type")]
    #[param(inline)]
    kind: Option<EventKind>,
}

/// The ledger as a file of JSON Lines, the oldest first: each line an item as `list_ledger` has it. It is made while it is read, up to what
/// had happened when it was asked for. A file that breaks off is not whole: the last line says how many there are and up to which number.
#[utoipa::path(operation_id = "export_ledger", tag = "ledger", params(Wanted),
    responses((status = 200, description = "The file.", body = String, content_type = "application/jsonl")))]
#[get("/v1/admin/ledger/export")]
async fn export_ledger(wanted: Query<Wanted>, audit: Data<Audit>) -> Result<HttpResponse, Problem> {
    let Wanted {
        from,
        before,
        actor,
        subject,
        kind,
    } = wanted.0;
    let from = from.unwrap_or(1);
    if from < 1 || before.is_some_and(|before| before < 1) {
        let field = if from < 1 { "from" } else { "before" };
        return Err(Problem::field(field, "Send the number of an event."));
    }
    let head = audit.ledger.head().borrow().pos;
    let last = before.map_or(head, |before| head.min(before - 1));
    let part = LedgerPart {
        actor,
        subject,
        kind: kind.map(|kind| kind.as_str()),
        after: from - 1,
        last,
    };
    let state = Some((audit.ledger.store().clone(), part, 0_u64));
    let pieces = stream::unfold(state, |state| async {
        let (store, part, mut lines) = state?;
        let mut bytes = Vec::new();
        if part.after >= part.last {
            let end = serde_json::json!({ "events": lines, "last": part.last });
            bytes.extend_from_slice(end.to_string().as_bytes());
            bytes.push(b'\n');
            return Some((Ok(Bytes::from(bytes)), None));
        }
        let read = store.read(move |conn: &mut Conn| admin::ledger_part(conn, part)).await;
        let (events, part) = match read {
            Ok(read) => read,
            // The connection is broken off, so that nobody takes the file for whole.
            Err(error) => return Some((Err(Problem::from(error)), None)),
        };
        for event in events {
            match serde_json::to_writer(&mut bytes, &event) {
                Ok(()) => bytes.push(b'\n'),
                Err(error) => return Some((Err(Problem::internal(error)), None)),
            }
            lines += 1;
        }
        Some((Ok(Bytes::from(bytes)), Some((store, part, lines))))
    });
    Ok(HttpResponse::Ok()
        .content_type("application/jsonl")
        .insert_header(("Content-Disposition", "attachment; filename=\"ledger.jsonl\""))
        .streaming(pieces))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Place {
    /// The number of an event.
    #[param(minimum = 1)]
    position: i64,
}

/// A place of the chain, and what its hash is computed from: SHA-256 over `vouchsafe/ledger/1`, the hash before, the position
/// as eight bytes in network order, and the body.
#[derive(Debug, Serialize, ToSchema)]
struct LedgerProof {
    /// The position.
    position: i64,
    /// The hash at it, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash: String,
    /// The hash at the position before; of the first one 32 zero bytes.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    hash_before: String,
    /// The event as it is stored, to the letter. People stand in it by their rows.
    body: String,
}

problems!(ProveLedgerProblems: NotFound);

/// A place of the ledger's chain, and what its hash is computed from: so that somebody outside can check what they were shown. The whole chain
/// is checked by `vouchsafe audit verify`.
#[utoipa::path(operation_id = "prove_ledger", tag = "ledger", params(Place),
    responses((status = 200, body = LedgerProof), ProveLedgerProblems))]
#[get("/v1/admin/ledger/proof")]
async fn prove_ledger(place: Query<Place>, audit: Data<Audit>) -> Result<Json<LedgerProof>, Problem> {
    let position = place.0.position;
    if position < 1 {
        return Err(Problem::field("position", "Send the number of an event."));
    }
    let read = audit
        .ledger
        .store()
        .read(move |conn| Ok::<_, StoreError>(crate::platform::ledger::linked(conn, position)?));
    let Linked {
        hash,
        hash_before,
        body,
    } = read
        .await?
        .ok_or_else(|| Problem::new(ProblemKind::NotFound).at("position"))?;
    let hex = |hash: &[u8]| data_encoding::HEXLOWER.encode(hash);
    Ok(Json(LedgerProof {
        position,
        hash: hex(&hash),
        hash_before: hex(&hash_before),
        body,
    }))
}
