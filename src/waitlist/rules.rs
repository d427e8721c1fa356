//! Whom an admin's choice lets in. Pure: who waits and the seed go in.

use std::cmp::Reverse;

use data_encoding::HEXLOWER;

use crate::platform::{terms::ApplicationId, vault::sha256};

/// Somebody who waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// The application.
    pub id: ApplicationId,
    /// The order in which they came.
    pub turn: i64,
    /// How many members in good standing vouch for them.
    pub vouches: u64,
}

/// The lot of an application: SHA-256 over the seed in hexadecimal, a colon, and the application's id, in hexadecimal.
/// `printf '%s:%s' SEED application_… | sha256sum` says the same.
pub fn lot(seed: &str, id: ApplicationId) -> String {
    HEXLOWER.encode(&sha256(format!("{seed}:{id}").as_bytes()))
}

/// Those with the lowest lots, lowest first. In whatever order they are given, the same ones are drawn.
pub fn by_chance(seed: &str, waiting: &[Waiting], many: usize) -> Vec<ApplicationId> {
    first(waiting, many, |one| lot(seed, one.id))
}

/// Those who came first.
pub fn by_order(waiting: &[Waiting], many: usize) -> Vec<ApplicationId> {
    first(waiting, many, |one| one.turn)
}

/// Those for whom most members vouch, and of as many those who came first; nobody for whom none does.
pub fn by_referral(waiting: &[Waiting], many: usize) -> Vec<ApplicationId> {
    let known: Vec<Waiting> = waiting.iter().copied().filter(|one| one.vouches > 0).collect();
    first(&known, many, |one| (Reverse(one.vouches), one.turn))
}

fn first<K: Ord>(waiting: &[Waiting], many: usize, key: impl Fn(&Waiting) -> K) -> Vec<ApplicationId> {
    let mut sorted = waiting.to_vec();
    sorted.sort_by_cached_key(key);
    sorted.iter().take(many).map(|one| one.id).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::platform::terms::{Id, SeededRng, Timestamp};

    fn some(many: usize, seed: u64) -> Vec<Waiting> {
        let rng = SeededRng::new(seed);
        let one = |turn: usize| Waiting {
            id: Id::new(Timestamp::from_seconds(1_795_000_000), &rng),
            turn: turn as i64,
            vouches: (turn % 3) as u64,
        };
        (0..many).map(one).collect()
    }

    #[test]
    fn a_lot_is_what_the_shell_says_too() {
        let id = "application_01h455vb4pex5vsknk084sn02q".parse().unwrap();
        // printf '%s:%s' 00ff application_01h455vb4pex5vsknk084sn02q | sha256sum
        assert_eq!(
            lot("00ff", id),
            "7d3ff014eb68adf2d5530d9ac0c432930b748e9d3d8d3b4adc71446ec0f700e8"
        );
    }

    #[test]
    fn order_and_vouches_decide() {
        let waiting = some(7, 1);
        let turns = |ids: Vec<ApplicationId>| {
            let turn = |id| waiting.iter().find(|one| one.id == id).unwrap().turn;
            ids.into_iter().map(turn).collect::<Vec<_>>()
        };
        assert_eq!(turns(by_order(&waiting, 3)), [0, 1, 2]);
        assert_eq!(
            turns(by_referral(&waiting, 9)),
            [2, 5, 1, 4],
            "two vouch, two vouch, one, one"
        );
        assert_eq!(turns(by_referral(&waiting, 1)), [2]);
        assert_eq!(by_order(&waiting, 0), []);
        assert_eq!(by_chance("seed", &[], 3), []);
    }

    /// Each of ten is drawn about as often as the others: 300 of 1 000 draws of three, give or take six deviations.
    #[test]
    fn chance_favours_nobody() {
        let waiting = some(10, 2);
        let mut drawn = vec![0_u32; 10];
        for seed in 0..1000 {
            for id in by_chance(&format!("{seed:064x}"), &waiting, 3) {
                drawn[waiting.iter().position(|one| one.id == id).unwrap()] += 1;
            }
        }
        assert!(drawn.iter().all(|often| (213..=387).contains(often)), "{drawn:?}");
    }

    proptest! {
        #[test]
        fn a_draw_is_the_same_whenever_it_is_made(size in 0_usize..40, many in 0_usize..50, seed: u64, other: u64) {
            let waiting = some(size, seed);
            let drawn = by_chance(&format!("{other:064x}"), &waiting, many);
            let mut turned = waiting.clone();
            turned.reverse();
            prop_assert_eq!(&by_chance(&format!("{other:064x}"), &turned, many), &drawn);
            prop_assert_eq!(drawn.len(), size.min(many));
            prop_assert_eq!(drawn.iter().map(ToString::to_string).collect::<BTreeSet<_>>().len(), drawn.len());
        }
    }
}
