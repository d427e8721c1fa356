//! On which of a room's servers a seat is. Pure.

/// How one of a room's servers fares, as far as the room is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does what it is asked to.
    Well,
    /// Nobody has asked it yet.
    Unknown,
    /// It fails, or rejects the room.
    Failing,
}

/// One of a room's servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Its row.
    pub server: i64,
    /// How it fares.
    pub state: State,
    /// How many good tickets of the room are for it.
    pub taken: i64,
}

/// The servers of a room while its seats are given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread(Vec<Place>);

impl Spread {
    /// Over these servers.
    pub const fn new(places: Vec<Place>) -> Self {
        Self(places)
    }

    /// Where the next seat is: whoever has a ticket stays where they were, unless that server fails; everybody else goes
    /// where the fewest are. A server that nobody has asked yet comes after those that are well. None where all fail.
    pub fn choose(&self, former: Option<i64>) -> Option<i64> {
        let stays = |place: &&Place| Some(place.server) == former && place.state != State::Failing;
        if let Some(place) = self.0.iter().find(stays) {
            return Some(place.server);
        }
        let of = |state| self.0.iter().filter(move |place| place.state == state);
        let least = |place: &&Place| (place.taken, place.server);
        let found = of(State::Well).min_by_key(least);
        found
            .or_else(|| of(State::Unknown).min_by_key(least))
            .map(|place| place.server)
    }

    /// The same over these servers alone.
    pub fn only(&self, servers: &[i64]) -> Self {
        let places = self.0.iter().filter(|place| servers.contains(&place.server));
        Self(places.copied().collect())
    }

    /// Whether whoever has a seat there would get one elsewhere.
    pub fn is_left_for_another(&self, server: i64) -> bool {
        self.choose(Some(server)).is_some_and(|chosen| chosen != server)
    }

    /// A seat is taken on this server, and a good one given up on another.
    pub fn take(&mut self, server: i64, given_up: Option<i64>) {
        for place in &mut self.0 {
            place.taken += i64::from(place.server == server) - i64::from(Some(place.server) == given_up);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(places: &[(State, i64)]) -> Spread {
        let place = |(server, &(state, taken)): (usize, &(State, i64))| Place {
            server: server as i64 + 1,
            state,
            taken,
        };
        Spread::new(places.iter().enumerate().map(place).collect())
    }

    #[test]
    fn a_seat_is_where_the_fewest_are() {
        use State::{Failing, Unknown, Well};
        for (places, former, chosen) in [
            (&[(Well, 0), (Well, 0)][..], None, Some(1)),
            (&[(Well, 1), (Well, 0)], None, Some(2)),
            (&[(Well, 5), (Failing, 0)], None, Some(1)),
            (&[(Well, 5), (Unknown, 0)], None, Some(1)),
            (&[(Failing, 0), (Unknown, 5)], None, Some(2)),
            (&[(Failing, 0), (Failing, 0)], None, None),
            (&[], None, None),
            // Whoever was on one stays there.
            (&[(Well, 0), (Well, 9)], Some(2), Some(2)),
            (&[(Well, 0), (Unknown, 9)], Some(2), Some(2)),
            (&[(Well, 0), (Failing, 9)], Some(2), Some(1)),
            (&[(Well, 3), (Well, 2)], Some(7), Some(2)),
        ] {
            assert_eq!(spread(places).choose(former), chosen, "{places:?} {former:?}");
        }
    }

    #[test]
    fn many_are_spread_evenly() {
        let mut spread = spread(&[(State::Well, 0), (State::Well, 0), (State::Well, 0)]);
        for _ in 0..8_000 {
            let server = spread.choose(None).unwrap();
            spread.take(server, None);
        }
        let taken: Vec<i64> = spread.0.iter().map(|place| place.taken).collect();
        assert_eq!(taken, [2667, 2667, 2666]);
        // From one to another.
        spread.take(3, Some(1));
        assert_eq!((spread.0[0].taken, spread.0[2].taken), (2666, 2667));
    }

    #[test]
    fn a_server_that_fails_is_left() {
        use State::{Failing, Well};
        assert!(spread(&[(Failing, 3), (Well, 9)]).is_left_for_another(1));
        assert!(!spread(&[(Well, 3), (Well, 1)]).is_left_for_another(1));
        assert!(!spread(&[(Failing, 3), (Failing, 1)]).is_left_for_another(1));
    }
}
