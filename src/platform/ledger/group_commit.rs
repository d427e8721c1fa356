//! Requests of one kind that come in the same moment, written in one transaction.
//!
//! A statement costs PostgreSQL several times what a row in it costs, and a commit more than that. So
//! whoever comes while a transaction is under way waits for it and shares the next one with all who
//! wait: where there is no crowd nobody waits, and the larger the crowd the less each of them costs.
//! Nobody is told before the commit, as in [`Ledger::write`].

use std::{
    collections::HashSet,
    hash::Hash,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{sync::oneshot, time::timeout};

use super::{Actor, Committed, Ledger, Tx};
use crate::platform::store::{Backend, StoreError, Undo};

/// Transactions of one kind that are under way at the same time: while one waits for the disk, the
/// next one does its work.
const UNDER_WAY: usize = 2;
/// Requests that share a transaction, at most.
const MOST: usize = 512;

/// Answers each request, in their order. It says of each by itself what came of it and leaves no row of
/// one that it refuses; its own error is the database's, and undoes the whole transaction.
type Work<R, A> = dyn Fn(&mut Tx<'_>, &[R]) -> Result<Vec<A>, StoreError> + Send + Sync;

/// Writes requests of one kind, together where they come together. Clones share the queue.
pub struct GroupCommit<R, A> {
    inner: Arc<Inner<R, A>>,
    alone: bool,
}

impl<R, A> Clone for GroupCommit<R, A> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            alone: self.alone,
        }
    }
}

struct Inner<R, A> {
    ledger: Ledger,
    work: Box<Work<R, A>>,
    queue: Mutex<Queue<R, A>>,
}

struct Queue<R, A> {
    waiting: Vec<Waiting<R, A>>,
    under_way: usize,
}

struct Waiting<R, A> {
    request: R,
    answer: oneshot::Sender<Result<Committed<A>, StoreError>>,
}

impl<R, A> GroupCommit<R, A>
where
    R: Send + Sync + 'static,
    A: Send + 'static,
{
    /// A queue in front of `work`.
    pub fn new(
        ledger: Ledger,
        work: impl Fn(&mut Tx<'_>, &[R]) -> Result<Vec<A>, StoreError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            inner: Arc::new(Inner {
                ledger,
                work: Box::new(work),
                queue: Mutex::new(Queue {
                    waiting: Vec::new(),
                    under_way: 0,
                }),
            }),
            alone: false,
        }
    }

    /// Lets each request be a command of its own on SQLite. There the writer shares the commit anyhow; and
    /// where the requests of a transaction share no statement, a long command only costs more, since each
    /// statement is kept apart from what the command has changed before it.
    #[must_use]
    pub fn apart_on_sqlite(mut self) -> Self {
        self.alone = self.inner.ledger.store().backend() == Backend::Sqlite;
        self
    }

    /// Writes one request; its answer after the commit.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] where the outcome is not known, as in [`Ledger::write`].
    pub async fn write(&self, request: R) -> Result<Committed<A>, StoreError> {
        if self.alone {
            // By the contract of its work a request has nothing to undo.
            let request = Arc::from([request]);
            let written = match self.inner.write(Undo::WithItsBatch, &request, 0..1).await {
                // Somebody in the batch was refused by the database all the same: who it was shows by itself.
                Err(StoreError::Hindered(_)) => self.inner.write(Undo::Itself, &request, 0..1).await,
                written => written,
            };
            return written?.only();
        }
        let (answer, answered) = oneshot::channel();
        let turn = {
            let mut queue = self.inner.queue();
            queue.waiting.push(Waiting { request, answer });
            let free = queue.under_way < UNDER_WAY;
            queue.under_way += usize::from(free);
            free.then(|| Turn {
                inner: Arc::clone(&self.inner),
                counted: true,
            })
        };
        if let Some(turn) = turn {
            // Not in this caller's own future, which ends where the caller goes away.
            tokio::spawn(turn.work_off());
        }
        let patience = self.inner.ledger.store().patience();
        match timeout(patience, answered).await {
            Ok(Ok(told)) => told,
            Ok(Err(_)) => Err(StoreError::Unavailable("the service is stopping".into())),
            Err(_) => Err(StoreError::Unavailable(format!("no commit within {patience:?}"))),
        }
    }
}

impl<R, A> Inner<R, A>
where
    R: Send + Sync + 'static,
    A: Send + 'static,
{
    async fn write(
        self: &Arc<Self>,
        undo: Undo,
        requests: &Arc<[R]>,
        part: Range<usize>,
    ) -> Result<Committed<Vec<A>>, StoreError> {
        let (inner, requests) = (Arc::clone(self), Arc::clone(requests));
        self.ledger
            .write_as(undo, Actor::System, move |tx| {
                let part = requests.get(part).unwrap_or_default();
                let answers = (inner.work)(tx, part)?;
                if answers.len() == part.len() {
                    Ok(answers)
                } else {
                    Err(unanswered())
                }
            })
            .await
    }
}

impl<A> Committed<Vec<A>> {
    /// The one answer to the one request.
    fn only(self) -> Result<Committed<A>, StoreError> {
        let value = self.value.into_iter().next().ok_or_else(unanswered)?;
        Ok(Committed {
            value,
            position: self.position,
        })
    }
}

impl<R, A> Inner<R, A> {
    fn queue(&self) -> MutexGuard<'_, Queue<R, A>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have a transaction under way; given back however it ends.
struct Turn<R, A> {
    inner: Arc<Inner<R, A>>,
    counted: bool,
}

impl<R, A> Drop for Turn<R, A> {
    fn drop(&mut self) {
        if self.counted {
            self.inner.queue().under_way -= 1;
        }
    }
}

impl<R, A> Turn<R, A>
where
    R: Send + Sync + 'static,
    A: Send + 'static,
{
    /// Writes what waits until nothing does.
    async fn work_off(mut self) {
        while let Some((requests, answers)) = self.next() {
            let all = requests.len();
            match self.inner.write(Undo::Itself, &requests, 0..all).await {
                Ok(Committed { value, position }) => {
                    for (value, answer) in value.into_iter().zip(answers) {
                        // A caller that has gone away needs no answer.
                        let _ = answer.send(Ok(Committed { value, position }));
                    }
                }
                // One of them met a refusal of the database, and all were rolled back: which one, each
                // by itself can say. Only where the database is away would all of them hear the same again.
                Err(StoreError::Internal(_) | StoreError::Hindered(_)) if all > 1 => {
                    for (at, answer) in answers.into_iter().enumerate() {
                        if answer.is_closed() {
                            continue;
                        }
                        let written = self.inner.write(Undo::Itself, &requests, at..at + 1).await;
                        let _ = answer.send(written.and_then(Committed::only));
                    }
                }
                Err(error) => {
                    for answer in answers {
                        let _ = answer.send(Err(error.again()));
                    }
                }
            }
        }
    }

    /// The next requests, and where their answers go; none where nobody waits, and the turn is over.
    #[allow(clippy::type_complexity, reason = "two columns of one list")]
    fn next(&mut self) -> Option<(Arc<[R]>, Vec<oneshot::Sender<Result<Committed<A>, StoreError>>>)> {
        let mut queue = self.inner.queue();
        // Whoever was already told 503 must not find it done afterwards.
        queue.waiting.retain(|waiting| !waiting.answer.is_closed());
        let taken = queue.waiting.len().min(MOST);
        if taken == 0 {
            queue.under_way -= 1;
            drop(queue);
            self.counted = false;
            return None;
        }
        let taken = queue.waiting.drain(..taken).map(|one| (one.request, one.answer));
        let (requests, answers): (Vec<_>, Vec<_>) = taken.unzip();
        Some((requests.into(), answers))
    }
}

/// Serves requests that share a transaction in rounds, in none of which two have the same `name`: the second one
/// comes after the first. Those without a name are all in the first round. The answers in the order of the requests.
///
/// # Errors
/// Those of `serve`.
pub fn in_rounds<R, K: Eq + Hash, A>(
    requests: &[R],
    name: impl Fn(&R) -> Option<K>,
    mut serve: impl FnMut(&[&R]) -> Result<Vec<A>, StoreError>,
) -> Result<Vec<A>, StoreError> {
    let mut answers = Vec::with_capacity(requests.len());
    let mut open: Vec<(usize, &R)> = requests.iter().enumerate().collect();
    while !open.is_empty() {
        let mut names = HashSet::new();
        let (round, rest): (Vec<_>, Vec<_>) = open
            .into_iter()
            .partition(|(_, request)| name(request).is_none_or(|name| names.insert(name)));
        let served = serve(&round.iter().map(|(_, request)| *request).collect::<Vec<_>>())?;
        answers.extend(round.into_iter().map(|(at, _)| at).zip(served));
        open = rest;
    }
    answers.sort_by_key(|(at, _)| *at);
    Ok(answers.into_iter().map(|(_, answer)| answer).collect())
}

fn unanswered() -> StoreError {
    StoreError::Internal("a request was left without an answer".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_a_round_have_the_same_name() {
        let requests = ["1a", "2a", "1a", "1b", "1a", "", ""];
        let mut rounds = Vec::new();
        let answers = in_rounds(
            &requests,
            |request| (!request.is_empty()).then_some(*request),
            |round| {
                rounds.push(round.len());
                Ok(round
                    .iter()
                    .map(|request| format!("{request} {}", rounds.len()))
                    .collect())
            },
        );
        assert_eq!(rounds, [5, 1, 1]);
        assert_eq!(answers.unwrap(), ["1a 1", "2a 1", "1a 2", "1b 1", "1a 3", " 1", " 1"]);
    }
}
