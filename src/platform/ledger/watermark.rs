//! A position that only grows, and whoever waits for it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

/// How far something has come. Thousands may wait for it at once, each for a position of their own: each
/// step wakes those whose position is reached and nobody else.
#[derive(Default)]
pub struct Watermark {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    reached: i64,
    /// By position.
    waiting: BTreeMap<i64, Vec<oneshot::Sender<()>>>,
}

impl Watermark {
    /// A mark that stands at `reached`.
    pub const fn new(reached: i64) -> Self {
        Self {
            state: Mutex::new(State {
                reached,
                waiting: BTreeMap::new(),
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far it has come.
    pub fn reached(&self) -> i64 {
        self.state().reached
    }

    /// It has come as far as `position`; nothing where it is further.
    pub fn reach(&self, position: i64) {
        let reached = {
            let mut state = self.state();
            if position <= state.reached {
                return;
            }
            state.reached = position;
            let later = position.checked_add(1).map(|next| state.waiting.split_off(&next));
            std::mem::replace(&mut state.waiting, later.unwrap_or_default())
        };
        for waiting in reached.into_values().flatten() {
            // One who has gone away needs no word.
            let _ = waiting.send(());
        }
    }

    /// Returns when it has come as far as `position`. May be dropped at any time.
    pub async fn wait(&self, position: i64) {
        let word = {
            let mut state = self.state();
            if state.reached >= position {
                return;
            }
            let (word, heard) = oneshot::channel();
            let waiting = state.waiting.entry(position).or_default();
            // Before the list grows: whoever has given up makes room for the next one.
            if waiting.len() == waiting.capacity() {
                waiting.retain(|word: &oneshot::Sender<()>| !word.is_closed());
            }
            waiting.push(word);
            heard
        };
        // The mark outlives this borrow of it, so word comes.
        let _ = word.await;
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn each_is_woken_at_their_position_and_not_before() {
        let watermark = Arc::new(Watermark::new(3));
        watermark.wait(3).await;
        let waits = [4, 4, 6].map(|position| {
            let watermark = Arc::clone(&watermark);
            tokio::spawn(async move {
                watermark.wait(position).await;
                assert!(watermark.reached() >= position);
                position
            })
        });
        while watermark.state().waiting.values().flatten().count() < 3 {
            tokio::task::yield_now().await;
        }
        watermark.reach(2);
        assert_eq!(watermark.reached(), 3);
        watermark.reach(5);
        let [one, other, last] = waits;
        assert_eq!((one.await.unwrap(), other.await.unwrap()), (4, 4));
        assert!(!last.is_finished());
        watermark.reach(i64::MAX);
        assert_eq!(last.await.unwrap(), 6);
        assert!(watermark.state().waiting.is_empty());
    }

    #[tokio::test]
    async fn whoever_gives_up_leaves_nothing_that_grows() {
        let watermark = Watermark::new(0);
        for _ in 0..100 {
            let waited = timeout(Duration::ZERO, watermark.wait(9)).await;
            assert!(waited.is_err());
        }
        assert!(watermark.state().waiting.values().flatten().count() < 10);
    }
}
