//! Invites over HTTP: what a code opens, and a member's own.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use actix_web::{delete, get, post, web::Data};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    Closed, Code, Invite, InviteState, IssueError, NewInvite, To, code_of, issue_together, records, revoke, rules,
};
use crate::{
    http::{
        Caller, Cursors, IdempotencyKey, Json, Page, Paging, Problem, ProblemKind, Query, Segments, WriteResponse,
        whole_or_null,
    },
    notify::{EmailAddress, Locale},
    people,
    platform::{
        idempotency::{self, Asker, Key},
        ledger::{
            Actor, Committed, GroupCommit, Ledger, ReadModel, Tx,
            events::{InviteKind, Undeliverable},
            in_rounds,
        },
        store::{Conn, StoreError, throttle::Rate},
        terms::{Id, InviteId, LinkTemplate, PersonId, PersonRow, Timestamp},
        vault::{Blind, Vault},
    },
    policy::{self, InviteDenied, Step, demands},
};

/// Registers the routes.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(preview).service(create).service(list).service(withdraw);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Invites {
    /// Where invites are written.
    pub ledger: Ledger,
    /// Whose token a write's answer carries.
    pub read_model: ReadModel,
    /// Derives codes and opens one's own invites' addresses.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<policy::Current>,
    /// Where a code is opened.
    pub link: LinkTemplate,
    /// How many a member may issue, whatever becomes of them; and how many they may take back.
    pub pace: Rate,
}

/// Where invites that are asked for in the same moment are issued together.
#[derive(Clone)]
pub struct BatchIssuer(GroupCommit<Asked, Answer>);

/// What came of one of them.
type Answer = Result<InviteView, IssueError>;

impl BatchIssuer {
    /// A desk over what the routes work with.
    pub fn new(invites: Invites) -> Self {
        let ledger = invites.ledger.clone();
        let together = GroupCommit::new(ledger, move |tx, asked: &[Asked]| invites.issue_together(tx, asked));
        Self(together.apart_on_sqlite())
    }
}

/// An invite that somebody asks for.
struct Asked {
    inviter: PersonRow,
    new: NewInvite,
    key: Key,
}

/// Who invites.
#[derive(Serialize, ToSchema)]
struct InviterView {
    /// Their public id.
    id: PersonId,
    /// The handle that they chose, where they chose one.
    handle: Option<String>,
}

/// What a code opens. Looking consumes nothing.
#[derive(Serialize, ToSchema)]
struct PreviewView {
    /// To what.
    community: String,
    /// Who invites.
    inviter: InviterView,
    /// How it reaches people: `email` is for whoever proves the address that it was sent to.
    kind: String,
    /// The address that it was sent to, masked; none for a link.
    address_hint: Option<String>,
    /// Until when it can be used.
    expires_at: Timestamp,
    /// What will be asked, in order.
    asks: Vec<Step>,
    /// Which documents are accepted where a real name is asked for.
    documents: Vec<String>,
}

impl From<Closed> for Problem {
    fn from(closed: Closed) -> Self {
        match closed {
            // One answer, so that nobody learns from a code what its inviter's standing is, or a reviewer's decision.
            Closed::Revoked | Closed::Suspended | Closed::Bound => ProblemKind::InviteClosed,
            Closed::Expired => ProblemKind::InviteExpired,
            Closed::Used => ProblemKind::InviteUsed,
            Closed::Held => ProblemKind::InviteExhausted,
        }
        .into()
    }
}

/// See what an invite is: who invites to what, what will be asked, until when. Opening it any
/// number of times consumes nothing.
#[utoipa::path(operation_id = "preview_invite", tag = "invites",
    params(("code" = String, Path, description = "The invite's code, or the link that holds it; case, dashes and spaces are forgiven.")),
    responses((status = 200, body = PreviewView)))]
#[get("/v1/invites/{code}")]
async fn preview(code: Segments<String>, invites: Data<Invites>) -> Result<Json<PreviewView>, Problem> {
    let code = Code::parse(&code.0).ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    let policy = invites.policy.get()?;
    let (now, vault) = (invites.ledger.now(), invites.vault.clone());
    let found = invites
        .ledger
        .store()
        .read(move |conn| {
            let Some(invite) = super::by_code(conn, &vault, &code)? else {
                return Ok(None);
            };
            let Some(inviter) = people::member(conn, invite.inviter)? else {
                return Ok(None);
            };
            let in_vain = records::expired_holds(conn, invite.row, now)?;
            let hint = super::address(conn, &vault, &invite)
                .ok()
                .flatten()
                .map(|address| address.masked());
            Ok::<_, StoreError>(Some((invite, inviter, in_vain, hint)))
        })
        .await?;
    let (invite, inviter, in_vain, address_hint) = found.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    rules::leads_on(&invite, inviter.standing, in_vain, now)?;
    Ok(Json(PreviewView {
        community: policy.policy.community.name.to_string(),
        inviter: InviterView {
            id: inviter.id,
            handle: inviter.handle,
        },
        kind: kind(&invite).into(),
        address_hint,
        expires_at: invite.expires_at,
        asks: demands(&policy.policy).collect(),
        documents: policy.policy.join.documents.clone(),
    }))
}

const fn kind(invite: &Invite) -> &'static str {
    match invite.kind {
        InviteKind::Email => "email",
        InviteKind::Link => "link",
    }
}

/// An invite to give: to one e-mail address, or an open link.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewInviteBody {
    /// Who is invited. Only whoever proves control of this address can use the invite. Without it
    /// the invite is an open link.
    #[serde(default)]
    #[schema(format = Email)]
    email: Option<String>,
    /// How many may come in by an open link: 1 where nothing is said. Not with `email`.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    max_uses: Option<u32>,
    /// The language of the mail, a BCP 47 tag: `en`, `zh-Hans`, or whatever leads to one of them.
    #[serde(default)]
    #[schema(pattern = "^[A-Za-z]{2,3}([_-][A-Za-z0-9]{1,8})*([.@].*)?$", max_length = 35)]
    locale: Option<String>,
    /// For how many hours it holds; the policy's lifetime where nothing is said.
    #[serde(default, deserialize_with = "whole_or_null")]
    #[schema(minimum = 1, maximum = 4_294_967_295_u32)]
    lifetime_hours: Option<u32>,
}

/// One of one's own invites.
#[derive(Serialize, ToSchema)]
struct InviteView {
    /// Its id.
    id: InviteId,
    /// `email` or `link`.
    kind: String,
    /// Where it stands.
    state: InviteState,
    /// Why its mail reached nobody, where that is so: `refused` (the address does not take it), `unreachable` (it was
    /// tried for a day and more) or `limited` (too many mails were sent for you in the last 24 hours).
    undeliverable: Option<Undeliverable>,
    /// The address, for the member who entered it.
    email: Option<String>,
    /// The code of a link. An addressed invite's code goes by mail alone.
    #[schema(value_type = Option<String>)]
    code: Option<String>,
    /// Where a link's code is opened.
    url: Option<String>,
    /// How many may come in by it.
    max_uses: i64,
    /// How many have.
    uses: i64,
    /// How many are on their way in.
    held: i64,
    /// Since when.
    created_at: Timestamp,
    /// Until when.
    expires_at: Timestamp,
}

/// What is counted of a member.
const ISSUED: &[u8] = b"invites-issued/";
const TAKEN_BACK: &[u8] = b"invites-taken-back/";

impl Invites {
    /// Whoever was refused a moment ago is refused without a transaction.
    fn not_exhausted(&self, what: &[u8], member: PersonRow) -> Result<(), Problem> {
        let throttles = self.ledger.store().throttles();
        if throttles.is_quiet() {
            return Ok(());
        }
        match throttles.refuses(&[self.bucket(what, member)], self.ledger.now()) {
            Some(seconds) => Err(Problem::from(ProblemKind::TooManyRequests).retry_after(seconds)),
            None => Ok(()),
        }
    }

    /// An invite as its own inviter sees it, read from its row.
    fn read(&self, conn: &mut Conn, invite: &Invite) -> Result<InviteView, StoreError> {
        let in_vain = match invite.held {
            0 => 0,
            _ => records::expired_holds(conn, invite.row, self.ledger.now())?,
        };
        let email = super::address(conn, &self.vault, invite).ok().flatten();
        Ok(self.view(invite, email.as_ref(), in_vain))
    }

    /// Issues what many ask for at once, in one transaction; what came of each, in their order. Of two with the same
    /// key the second one comes after the first, and is answered as it was.
    fn issue_together(&self, tx: &mut Tx<'_>, asked: &[Asked]) -> Result<Vec<Answer>, StoreError> {
        let name = |one: &Asked| one.key.name().map(<[u8]>::to_vec);
        in_rounds(asked, name, |round| self.issue_round(tx, round))
    }

    fn issue_round(&self, tx: &mut Tx<'_>, asked: &[&Asked]) -> Result<Vec<Answer>, StoreError> {
        let policy = self.policy.get()?;
        let keys: Vec<_> = asked.iter().map(|one| (&one.key, one.new.id)).collect();
        let first = |tx: &mut Tx<'_>, places: &[usize]| {
            let new: Vec<&Asked> = places.iter().filter_map(|&place| asked.get(place).copied()).collect();
            let wanted: Vec<_> = new.iter().map(|one| (one.inviter, &one.new)).collect();
            let count = |tx: &mut Tx<'_>, inviters: &[PersonRow]| self.count(tx, inviters);
            let issued = issue_together(tx, &self.vault, &policy.policy, &wanted, count)?;
            let view = |(issued, one): (Result<Invite, IssueError>, &&Asked)| {
                issued.map(|invite| self.view(&invite, one.new.to.address(), 0))
            };
            Ok(issued.into_iter().zip(&new).map(view).collect())
        };
        idempotency::once_each(tx, &keys, first, |tx, id| match records::by_id(tx.conn, id)? {
            Some(invite) => Ok(Ok(self.read(tx.conn, &invite)?)),
            None => Ok(Err(IssueError::NoMember)),
        })
    }

    fn bucket(&self, what: &[u8], member: PersonRow) -> Vec<u8> {
        let key = [what, &member.0.to_be_bytes()].concat();
        self.vault.blind(Blind::Throttle, &key)
    }

    /// Counts an invite for each of these, in one statement for each member; how many seconds those have to wait who
    /// have issued too many.
    fn count(&self, tx: &mut Tx<'_>, inviters: &[PersonRow]) -> Result<Vec<Result<(), u32>>, StoreError> {
        let mut members: BTreeMap<i64, u32> = BTreeMap::new();
        for inviter in inviters {
            *members.entry(inviter.0).or_default() += 1;
        }
        let mut admitted: BTreeMap<i64, (u32, u32)> = BTreeMap::new();
        // In the order of their rows: two of these at once never wait for each other.
        for (member, many) in members {
            let bucket = self.bucket(ISSUED, PersonRow(member));
            let outcome = tx.throttles.admit_many(tx.conn, &bucket, self.pace, many, tx.now)?;
            admitted.insert(member, outcome);
        }
        let mut outcomes = Vec::with_capacity(inviters.len());
        for inviter in inviters {
            let (left, wait) = admitted.entry(inviter.0).or_default();
            outcomes.push(match left.checked_sub(1) {
                Some(fewer) => {
                    *left = fewer;
                    Ok(())
                }
                None => Err(*wait),
            });
        }
        Ok(outcomes)
    }

    /// The same where its address is at hand. `in_vain` of its held uses are over.
    fn view(&self, invite: &Invite, email: Option<&EmailAddress>, in_vain: i64) -> InviteView {
        let now = self.ledger.now();
        let code = match invite.kind {
            InviteKind::Link => code_of(&self.vault, invite.key_version, invite.id),
            InviteKind::Email => None,
        };
        InviteView {
            id: invite.id,
            kind: kind(invite).into(),
            state: rules::state(invite, in_vain, now),
            undeliverable: invite.undeliverable,
            email: email.map(EmailAddress::shown),
            url: code
                .as_ref()
                .map(|code| self.link.to(&code.expose()).expose().to_owned()),
            code: code.map(|code| code.expose().to_string()),
            max_uses: invite.max_uses,
            uses: invite.uses,
            held: invite.held,
            created_at: invite.created_at,
            expires_at: invite.expires_at,
        }
    }
}

fn refused(error: IssueError) -> Problem {
    match error {
        IssueError::Denied(denied @ InviteDenied::Quota { .. }) => Problem::from(ProblemKind::QuotaExhausted)
            .with_detail(format!("{denied}. Revoke an open invite, or wait until one is over.")),
        IssueError::Denied(denied @ InviteDenied::Uses { .. }) => Problem::value("/max_uses", denied.to_string()),
        IssueError::Denied(denied) => Problem::from(ProblemKind::NotEligibleToInvite).with_detail(denied.to_string()),
        IssueError::Lifetime(denied) => Problem::value("/lifetime_hours", denied.to_string()),
        IssueError::NoMember => ProblemKind::SessionEnded.into(),
        IssueError::TooMany(seconds) => Problem::from(ProblemKind::TooManyRequests).retry_after(seconds),
        IssueError::KeyReused(reused) => reused.into(),
        IssueError::Store(cause) => Problem::from(cause),
    }
}

/// Invite somebody. An addressed invite is mailed; an open link's code stands in the answer.
#[utoipa::path(operation_id = "create_invite", tag = "invites", request_body = NewInviteBody,
    params(IdempotencyKey),
    responses((status = 201, body = InviteView)))]
#[post("/v1/me/invites")]
async fn create(
    caller: Caller,
    body: Json<NewInviteBody>,
    key: IdempotencyKey,
    invites: Data<Invites>,
    issuer: Data<BatchIssuer>,
) -> Result<WriteResponse<InviteView>, Problem> {
    let key = key.bind(Asker::Member(caller.id), "create_invite", &body.0)?;
    let NewInviteBody {
        email,
        max_uses,
        locale,
        lifetime_hours,
    } = body.0;
    let to = match (email, max_uses) {
        (Some(_), Some(_)) => {
            return Err(Problem::value(
                "/max_uses",
                "An invite to an address is for one person; leave max_uses out.",
            ));
        }
        (Some(email), None) => {
            To::Address(EmailAddress::parse(&email).map_err(|error| Problem::value("/email", error.to_string()))?)
        }
        (None, uses) => To::Holder {
            uses: uses.unwrap_or(1),
        },
    };
    let policy = invites.policy.get()?;
    let locale = match locale {
        Some(tag) => Locale::parse(&tag).map_err(|error| Problem::field("/locale", error.to_string()))?,
        None => Locale::from_tag(&policy.policy.community.locale),
    };
    let new = NewInvite {
        id: Id::new(invites.ledger.now(), invites.ledger.rng()),
        to,
        locale,
        lifetime: lifetime_hours.map(|hours| Duration::from_secs(u64::from(hours) * 3600)),
    };
    invites.not_exhausted(ISSUED, caller.person)?;
    let asked = Asked {
        inviter: caller.person,
        new,
        key,
    };
    let Committed { value, position } = issuer.0.write(asked).await?;
    let view = value.map_err(refused)?;
    Ok(WriteResponse::created(view, invites.read_model.token(position)))
}

/// One's own invites, newest first.
#[utoipa::path(operation_id = "list_my_invites", tag = "invites", params(Paging),
    responses((status = 200, body = Page<InviteView>)))]
#[get("/v1/me/invites")]
async fn list(
    caller: Caller,
    query: Query<Paging>,
    cursors: Cursors,
    invites: Data<Invites>,
) -> Result<Json<Page<InviteView>>, Problem> {
    let before = cursors.read::<(i64,)>(query.0.cursor.as_deref())?.map(|(row,)| row);
    let (inviter, limit, issuer) = (caller.person, query.0.limit, Invites::clone(&invites));
    let rows = invites
        .ledger
        .store()
        .read(move |conn| {
            let mut rows = Vec::new();
            for invite in records::of_inviter(conn, inviter, before, limit.and_one())? {
                rows.push((invite.row, issuer.read(conn, &invite)?));
            }
            Ok::<_, StoreError>(rows)
        })
        .await?;
    Ok(Json(Page::of(
        rows,
        limit,
        &cursors,
        |(row, _)| (*row,),
        |(_, view)| view,
    )))
}

/// Take one of one's own invites back. Whoever is on their way in by it cannot finish.
#[utoipa::path(operation_id = "revoke_invite", tag = "invites",
    params(("id" = InviteId, Path, description = "The invite.")),
    responses((status = 204, description = "It is taken back, or was already.")))]
#[delete("/v1/me/invites/{id}")]
async fn withdraw(
    caller: Caller,
    id: Segments<InviteId>,
    invites: Data<Invites>,
) -> Result<WriteResponse<()>, Problem> {
    let (inviter, id) = (caller.person, id.0);
    invites.not_exhausted(TAKEN_BACK, inviter)?;
    let (bucket, pace) = (invites.bucket(TAKEN_BACK, inviter), invites.pace);
    let written = invites
        .ledger
        .write(Actor::Person(inviter), move |tx| {
            tx.throttles.admit(tx.conn, &bucket, pace, tx.now)?;
            if revoke(tx, inviter, id)? {
                return Ok(Some(()));
            }
            let own = records::by_id(tx.conn, id)?.filter(|invite| invite.inviter == inviter);
            Ok::<_, IssueError>(own.map(|_| ()))
        })
        .await
        .map_err(refused)?;
    written.value.ok_or_else(|| Problem::new(ProblemKind::InviteUnknown))?;
    Ok(WriteResponse::nothing(invites.read_model.token(written.position)))
}
