//! Where invites are asked for: those that are asked for in the same moment are issued in one transaction.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{AnswerError, ChangeError, Code, Invite, IssueError, NewInvite, Shown, commands, queries, records};
use crate::{
    notify::EmailAddress,
    platform::{
        idempotency::{self, Key},
        ledger::{Actor, Committed, GroupCommit, Ledger, Tx, events, in_rounds},
        store::{StoreError, throttle::Rate},
        terms::{Id, InviteId, PersonRow},
        vault::{Blind, Vault},
    },
    policy::{Current, Policy},
};

/// What is counted of a member.
const ISSUED: &[u8] = b"invites-issued/";
const TAKEN_BACK: &[u8] = b"invites-taken-back/";

/// An invite that somebody asks for.
#[derive(Debug)]
pub struct Request {
    /// Who.
    pub inviter: PersonRow,
    /// What they ask for.
    pub new: NewInvite,
    /// The key under which they may repeat the request.
    pub key: Key,
}

type Answer = Result<Shown, IssueError>;

/// Issues invites and takes them back, no faster than a member may. Clones share the queue.
#[derive(Clone)]
pub struct BatchIssuer {
    limits: Arc<Limits>,
    queue: GroupCommit<Request, Answer>,
}

struct Limits {
    ledger: Ledger,
    vault: Vault,
    policy: Arc<Current>,
    /// How many a member may issue, whatever becomes of them; and how many they may take back.
    pace: Rate,
}

impl BatchIssuer {
    /// Opens the queue. `pace` is how many a member may issue, whatever becomes of them, and how many they may take
    /// back.
    pub fn new(ledger: Ledger, vault: Vault, policy: Arc<Current>, pace: Rate) -> Self {
        let limits = Arc::new(Limits {
            ledger: ledger.clone(),
            vault,
            policy,
            pace,
        });
        let work = Arc::clone(&limits);
        let queue = GroupCommit::new(ledger, move |tx, requests: &[Request]| {
            // Of two with the same key the second one comes after the first, and is answered as it was.
            let name = |request: &Request| request.key.name().map(<[u8]>::to_vec);
            in_rounds(requests, name, |round| work.issue(tx, round))
        });
        Self {
            limits,
            queue: queue.apart_on_sqlite(),
        }
    }

    /// Issues an invite.
    ///
    /// # Errors
    /// [`IssueError`]
    pub async fn issue(&self, request: Request) -> Result<Committed<Shown>, IssueError> {
        self.limits.refuse_fast(ISSUED, request.inviter)?;
        let Committed { value, position } = self.queue.write(request).await?;
        Ok(Committed {
            value: value?,
            position,
        })
    }

    /// Takes an invite of one's own back; false where it is none of theirs.
    ///
    /// # Errors
    /// [`IssueError::TooMany`], [`IssueError::Store`]
    pub async fn revoke(&self, inviter: PersonRow, id: InviteId) -> Result<Committed<bool>, IssueError> {
        self.limits.refuse_fast(TAKEN_BACK, inviter)?;
        let (bucket, pace) = (self.limits.bucket(TAKEN_BACK, inviter), self.limits.pace);
        let write = self.limits.ledger.write(Actor::Person(inviter), move |tx| {
            tx.throttles.admit(tx.conn, &bucket, pace, tx.now)?;
            let known = commands::revoke(tx, inviter, id)?
                || records::by_id(tx.conn, id)?.is_some_and(|invite| invite.inviter == inviter);
            Ok::<_, IssueError>(known)
        });
        write.await
    }
}

/// What may become of an invite of one's own.
type Change = Box<dyn FnOnce(&mut Tx<'_>, &Limits, &Policy) -> Result<Invite, ChangeError> + Send>;

impl BatchIssuer {
    /// Lets an invite stand again that its inviter took back.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub async fn restore(&self, inviter: PersonRow, id: InviteId) -> Result<Committed<Shown>, ChangeError> {
        let change: Change = Box::new(move |tx, _, policy| {
            commands::restore(tx, policy, inviter, id)?;
            records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown)
        });
        self.change(TAKEN_BACK, inviter, change).await
    }

    /// Moves the end of an invite to a later time; the policy's lifetime from now where nothing is said.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub async fn extend(
        &self,
        inviter: PersonRow,
        id: InviteId,
        lifetime: Option<Duration>,
    ) -> Result<Committed<Shown>, ChangeError> {
        let change: Change = Box::new(move |tx, _, policy| {
            commands::extend(tx, policy, inviter, id, lifetime)?;
            records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown)
        });
        self.change(TAKEN_BACK, inviter, change).await
    }

    /// Has the letter of an invite written again.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub async fn resend(&self, inviter: PersonRow, id: InviteId) -> Result<Committed<Shown>, ChangeError> {
        let change: Change = Box::new(move |tx, limits, policy| {
            commands::resend(tx, &limits.vault, policy, inviter, id)?;
            records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown)
        });
        self.change(ISSUED, inviter, change).await
    }

    /// Passes an invite on to another address; the invite that takes its place.
    ///
    /// # Errors
    /// [`ChangeError`]
    pub async fn pass_on(
        &self,
        inviter: PersonRow,
        id: InviteId,
        to: EmailAddress,
        key: Key,
    ) -> Result<Committed<Shown>, ChangeError> {
        let ledger = &self.limits.ledger;
        let next: InviteId = Id::new(ledger.now(), ledger.rng());
        let change: Change = Box::new(move |tx, limits, policy| {
            let first = |tx: &mut Tx<'_>| commands::pass_on(tx, &limits.vault, policy, inviter, id, next, to);
            let again = |tx: &mut Tx<'_>, id| records::by_id(tx.conn, id)?.ok_or(ChangeError::Unknown);
            idempotency::once(tx, &key, next, first, again)
        });
        self.change(ISSUED, inviter, change).await
    }

    async fn change(
        &self,
        what: &'static [u8],
        inviter: PersonRow,
        change: Change,
    ) -> Result<Committed<Shown>, ChangeError> {
        self.limits.refuse_fast(what, inviter)?;
        let limits = Arc::clone(&self.limits);
        let write = self.limits.ledger.write(Actor::Person(inviter), move |tx| {
            let policy = limits.policy.get()?;
            let bucket = limits.bucket(what, inviter);
            tx.throttles.admit(tx.conn, &bucket, limits.pace, tx.now)?;
            let invite = change(tx, &limits, &policy.policy)?;
            Ok::<_, ChangeError>(queries::shown(tx.conn, &limits.vault, invite, tx.now)?)
        });
        write.await
    }

    /// Takes the answer of whoever has a code; `from` is where it comes from.
    ///
    /// # Errors
    /// [`AnswerError`]
    pub async fn answer(
        &self,
        code: Code,
        answer: events::Answer,
        from: Vec<u8>,
    ) -> Result<Committed<()>, AnswerError> {
        let limits = Arc::clone(&self.limits);
        let write = self.limits.ledger.write(Actor::Newcomer, move |tx| {
            commands::answer(tx, &limits.vault, &code, answer, &from)
        });
        write.await
    }
}

impl Limits {
    /// Whoever was refused a moment ago is refused without a transaction.
    fn refuse_fast(&self, what: &[u8], member: PersonRow) -> Result<(), IssueError> {
        let throttles = self.ledger.store().throttles();
        if throttles.is_quiet() {
            return Ok(());
        }
        match throttles.refuses(&[self.bucket(what, member)], self.ledger.now()) {
            Some(seconds) => Err(IssueError::TooMany(seconds)),
            None => Ok(()),
        }
    }

    /// Issues what many ask for in one transaction, no two of them under the same key; what came of each.
    fn issue(&self, tx: &mut Tx<'_>, requests: &[&Request]) -> Result<Vec<Answer>, StoreError> {
        let policy = self.policy.get()?;
        let keys: Vec<_> = requests.iter().map(|one| (&one.key, one.new.id)).collect();
        let first = |tx: &mut Tx<'_>, places: &[usize]| {
            let new: Vec<&Request> = places
                .iter()
                .filter_map(|&place| requests.get(place).copied())
                .collect();
            let wanted: Vec<_> = new.iter().map(|one| (one.inviter, &one.new)).collect();
            let count = |tx: &mut Tx<'_>, inviters: &[PersonRow]| self.count(tx, inviters);
            let issued = commands::issue_together(tx, &self.vault, &policy.policy, &wanted, count)?;
            let shown = |(issued, one): (Result<Invite, IssueError>, &&Request)| {
                issued.map(|invite| Shown {
                    invite,
                    address: one.new.to.contact(),
                    expired_reservations: 0,
                    message: one.new.extras.message.clone(),
                })
            };
            Ok(issued.into_iter().zip(&new).map(shown).collect())
        };
        idempotency::once_each(tx, &keys, first, |tx, id| match records::by_id(tx.conn, id)? {
            Some(invite) => Ok(Ok(queries::shown(tx.conn, &self.vault, invite, tx.now)?)),
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
}
