//! A long piece of work in many transactions, which goes on where it was.
//!
//! How far it has come is moved in the transaction that does the work. So work that was cut off
//! anywhere goes on there, two who do the same share it, and what is done is not done again.

mod records;

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use futures_util::FutureExt;

use crate::{
    ledger::{Actor, Ledger, Tx},
    store::{CommandError, Conn, Disposition, Guard, StoreError},
    terms::PersonRow,
};

/// How often in a row the database may fail to answer before the work stops.
const PATIENCE: u32 = 5;

/// What is to be done: the same steps whenever it is asked.
pub(super) trait Errand: Send + Sync + 'static {
    /// Steps that share a transaction: enough that commits cost little, few enough that a service
    /// beside it does not wait.
    const CHUNK: usize;
    /// Why it cannot go on.
    type Error: CommandError;

    /// By what it is known again.
    fn digest(&self) -> [u8; 32];
    /// What its people are called in it, each once.
    fn names(&self) -> &[String];
    /// How many steps there are: one at least.
    fn steps(&self) -> usize;
    /// In the transaction that begins it.
    fn begin(&self, tx: &mut Tx<'_>) -> Result<(), Self::Error>;
    /// Does one step.
    fn step(&self, tx: &mut Tx<'_>, people: &mut Cast<'_>, place: usize) -> Result<(), Self::Error>;
    /// In the transaction of the last step; what it came to, to be kept.
    fn end(&self, tx: &mut Tx<'_>) -> Result<String, Self::Error>;
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Everything is done.
    Done,
    /// It had been done before: nothing new was written.
    DoneBefore,
    /// It was stopped after so many steps, and goes on there when it is run again.
    Stopped(u64),
}

/// How far it has come.
struct At {
    row: i64,
    /// Steps that are done.
    done: usize,
    /// Whom everybody has become so far, in the order of their names.
    people: Vec<Option<PersonRow>>,
}

/// The people of an errand, by their place among its names.
pub(super) struct Cast<'a> {
    row: i64,
    names: &'a [String],
    people: &'a mut [Option<PersonRow>],
}

impl Cast<'_> {
    /// Whom somebody has become.
    pub(super) fn member(&self, name: usize) -> Result<PersonRow, StoreError> {
        let person = self.people.get(name).copied().flatten();
        person.ok_or_else(|| StoreError::Internal("somebody acts before they are a member".into()))
    }

    /// Notes whom somebody has become.
    pub(super) fn became(&mut self, tx: &mut Tx<'_>, name: usize, person: PersonRow) -> Result<(), StoreError> {
        self.people[name] = Some(person);
        Ok(records::insert_person(tx.conn, self.row, &self.names[name], person)?)
    }
}

/// Does what is left of an errand. Ends early, between two transactions, once `stop` is ready;
/// `progress` is told how many steps are done after each.
///
/// # Errors
/// The errand's, or the database's once it has failed to answer several times in a row.
pub(super) async fn run<E: Errand>(
    ledger: &Ledger,
    errand: Arc<E>,
    stop: impl Future<Output = ()>,
    mut progress: impl FnMut(u64),
) -> Result<Ended, E::Error> {
    let steps = errand.steps();
    let mut stop = pin!(stop.fuse());
    let (mut failures, mut new) = (0, false);
    loop {
        // What is written decides where to go on: another may have moved it, and a commit whose
        // answer was lost may have happened.
        let outcome = async {
            let mut at = load(ledger, &errand).await?;
            while at.done < steps {
                if stop.as_mut().now_or_never().is_some() {
                    return Ok(Some(Ended::Stopped(at.done as u64)));
                }
                // After a failure it may be that so many steps take too long.
                let to = steps.min(at.done + (E::CHUNK >> (2 * failures)).max(1));
                let part = Arc::clone(&errand);
                let written = ledger
                    .write(Actor::Operator, move |tx| chunk(&*part, tx, at, to))
                    .await?;
                let Some(next) = written.value else { return Ok(None) };
                at = next;
                (failures, new) = (0, true);
                progress(at.done as u64);
            }
            Ok(Some(if new { Ended::Done } else { Ended::DoneBefore }))
        };
        match outcome.await {
            Ok(Some(ended)) => return Ok(ended),
            Ok(None) => {}
            Err(error) => {
                let error: E::Error = error;
                if error.disposition() != Disposition::Abandon || failures >= PATIENCE {
                    return Err(error);
                }
                tokio::time::sleep(Duration::from_millis(100 << failures)).await;
                failures += 1;
            }
        }
    }
}

/// Whether the errand with this digest has begun.
pub(super) fn begun(conn: &mut Conn, digest: &[u8]) -> Result<bool, StoreError> {
    Ok(records::find(conn, digest)?.is_some())
}

/// Where an errand stands; where it has not begun, it begins.
async fn load<E: Errand>(ledger: &Ledger, errand: &Arc<E>) -> Result<At, E::Error> {
    loop {
        let part = Arc::clone(errand);
        if let Some(at) = ledger.store().snapshot(move |conn| read(&*part, conn)).await? {
            return Ok(at);
        }
        let part = Arc::clone(errand);
        let begun = ledger.write(Actor::Operator, move |tx| {
            if records::begin(tx.conn, &part.digest())? {
                part.begin(tx)?;
            }
            Ok::<_, E::Error>(())
        });
        begun.await?;
    }
}

fn read<E: Errand>(errand: &E, conn: &mut Conn) -> Result<Option<At>, StoreError> {
    let Some((row, done)) = records::find(conn, &errand.digest())? else {
        return Ok(None);
    };
    let known: HashMap<String, PersonRow> = records::people(conn, row)?.into_iter().collect();
    Ok(Some(At {
        row,
        done: usize::try_from(done).unwrap_or(0),
        people: errand.names().iter().map(|name| known.get(name).copied()).collect(),
    }))
}

/// Does the steps from where `at` stands up to `to`; none where another has done some of them.
fn chunk<E: Errand>(errand: &E, tx: &mut Tx<'_>, mut at: At, to: usize) -> Result<Option<At>, E::Error> {
    // First of all: of two who stand at the same step, one goes on.
    if !records::advance(tx.conn, at.row, at.done as i64, to as i64)? && tx.guards.on(Guard::ErrandShared) {
        return Ok(None);
    }
    let mut people = Cast {
        row: at.row,
        names: errand.names(),
        people: &mut at.people,
    };
    for place in at.done..to {
        errand.step(tx, &mut people, place)?;
    }
    at.done = to;
    if to == errand.steps() {
        let report = errand.end(tx)?;
        records::finish(tx.conn, at.row, &report)?;
    }
    Ok(Some(at))
}
