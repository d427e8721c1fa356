//! Seats, rooms and servers that several want at once, as commands: no room server is asked.

use std::sync::Arc;

use tokio::task::JoinSet;
use vouchsafe::{
    moderation::{ReasonCode, SanctionKind, commands as moderation},
    people::Member,
    platform::{
        idempotency::Key,
        ledger::{
            Actor, Ledger,
            events::{RoomAccess, Speakers, Who},
        },
        store::{Guard, Guards},
        terms::{Assurance, Id, Reason, Role, RoomServerId},
        vault::Vault,
    },
    policy::{self, Current},
    rooms::{
        Ask, Denied, Issued, Kinds, NewRoom, NewServer, ParticipantRole, Room, RoomChange, RoomError, RoomTerms,
        commands,
    },
};

use crate::{
    admin::community::Community,
    support::{
        db::{Database, ensure, on_both},
        invariants::sound_soon,
        turnstile::{in_turn, needs_apart},
    },
};

/// A community with one room on one server, which nobody governs.
#[derive(Clone)]
struct House {
    ledger: Ledger,
    vault: Vault,
    policy: Arc<Current>,
    server: RoomServerId,
}

fn terms(capacity: u32) -> RoomTerms {
    RoomTerms {
        enter: Assurance::Contact,
        speak: Assurance::Contact,
        capacity,
        access: RoomAccess::Members,
        speakers: Speakers::Everybody,
        who: Who::default(),
    }
}

fn at(admin_url: &str) -> NewServer {
    let settings = [("client_url", "ws://127.0.0.1:1"), ("admin_url", admin_url)];
    let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
    NewServer {
        kind: Kinds::default().get("janus").expect("the kind"),
        settings: settings.into_iter().map(owned).collect(),
        secrets: [("admin_secret", "a secret")].into(),
    }
}

async fn register(community: &Community) -> RoomServerId {
    let vault = community.vault.clone();
    let server = community.ledger.write(Actor::Operator, move |tx| {
        let id = Id::new(tx.now, tx.rng);
        commands::register_server(tx, &vault, &Key::none(), id, &at("http://127.0.0.1:1/admin"))
    });
    server.await.unwrap().value.id
}

impl House {
    async fn of(community: &Community, capacity: u32) -> Self {
        let (ledger, vault) = (community.ledger.clone(), community.vault.clone());
        let policy = Arc::new(Current::new(&["cn_resident_id", "passport"]));
        let document = policy::preset("open-circle").unwrap();
        let changed = ledger.write(Actor::Operator, move |tx| policy::change(tx, document, 0));
        changed.await.unwrap();
        let server = register(community).await;
        let house = Self {
            ledger,
            vault,
            policy,
            server,
        };
        house.create("stage", capacity).await.unwrap();
        house
    }

    async fn create(&self, name: &str, capacity: u32) -> Result<Room, RoomError> {
        self.create_on(self.server, name, capacity).await
    }

    async fn create_on(&self, server: RoomServerId, name: &str, capacity: u32) -> Result<Room, RoomError> {
        self.create_on_all(vec![server], name, capacity).await
    }

    async fn create_on_all(&self, servers: Vec<RoomServerId>, name: &str, capacity: u32) -> Result<Room, RoomError> {
        let (vault, name) = (self.vault.clone(), name.parse().expect("a room's id"));
        let created = self.ledger.write(Actor::Operator, move |tx| {
            let terms = terms(capacity);
            commands::create_room(
                tx,
                &vault,
                &Key::none(),
                &NewRoom {
                    name,
                    servers: servers.clone(),
                    terms,
                },
            )
        });
        created.await.map(|written| written.value)
    }

    /// Puts the stage on another server as well.
    async fn spread(&self, server: RoomServerId) {
        let spread = self.ledger.write(Actor::Operator, move |tx| {
            commands::spread_room(tx, &"stage".parse().expect("an id"), server)
        });
        spread.await.expect("another server");
    }

    /// Takes it off one.
    async fn withdraw(&self, server: RoomServerId) -> Result<Room, RoomError> {
        let withdrawn = self.ledger.write(Actor::Operator, move |tx| {
            commands::withdraw_room(tx, &"stage".parse().expect("an id"), server)
        });
        withdrawn.await.map(|written| written.value)
    }

    async fn set_open(&self, open: bool) -> Result<Room, RoomError> {
        let (policy, vault) = (Arc::clone(&self.policy), self.vault.clone());
        let changed = self.ledger.write(Actor::Operator, move |tx| {
            let change = RoomChange {
                enter: Assurance::Contact,
                speak: Assurance::Contact,
                capacity: 1,
                open,
                access: None,
                speakers: None,
                who: None,
            };
            commands::change_room(tx, &vault, &policy, &"stage".parse().expect("an id"), &change)
        });
        changed.await.map(|written| written.value)
    }

    async fn remove_server(&self) -> Result<(), RoomError> {
        let server = self.server;
        let removed = self
            .ledger
            .write(Actor::Operator, move |tx| commands::remove_server(tx, server, true));
        removed.await.map(|written| written.value)
    }

    async fn move_server(&self) -> Result<(), RoomError> {
        let (vault, server) = (self.vault.clone(), self.server);
        let moved = self.ledger.write(Actor::Operator, move |tx| {
            commands::replace_server(tx, &vault, server, &at("http://127.0.0.1:2/admin"), true).map(|_| ())
        });
        moved.await.map(|written| written.value)
    }

    async fn ask(&self, member: &Member) -> Result<Issued, Denied> {
        let (vault, policy, person) = (self.vault.clone(), Arc::clone(&self.policy), member.row);
        let issued = self.ledger.write(Actor::Person(person), move |tx| {
            let ask = Ask {
                id: Id::new(tx.now, tx.rng),
                person,
                room: "stage".parse().expect("a room's id"),
                key: Key::none(),
                shows: None,
            };
            commands::issue(tx, &vault, &policy, &Kinds::default(), super::generous(), &[ask])
        });
        super::denied(issued.await.unwrap().value.remove(0))
    }
}

on_both! {
    /// Thirty want one of five seats at once, each by themself.
    async fn a_room_has_as_many_seats_as_it_has(db: &Database) {
        let community = Community::new(db).await;
        let house = House::of(&community, 5).await;
        let mut asks = JoinSet::new();
        for n in 0..30 {
            let (house, member) = (house.clone(), community.found(&format!("member{n}"), Role::Member).await);
            asks.spawn(async move { house.ask(&member).await });
        }
        let answers = asks.join_all().await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 5);
        let full = answers.iter().filter(|answer| matches!(answer, Err(Denied::Full(5))));
        assert_eq!(full.count(), 25, "{answers:?}");
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM tickets WHERE ended_at IS NULL"), [5]);
    }

    /// Whoever is quarantined listens, on the ticket that they have and on the next.
    async fn the_quarantined_only_listen(db: &Database) {
        let community = Community::new(db).await;
        let house = House::of(&community, 1).await;
        let owner = community.found("owner", Role::Owner).await;
        let member = community.found("member", Role::Member).await;
        let seat = house.ask(&member).await.unwrap();
        assert_eq!(seat.ticket.part, ParticipantRole::Speaker);
        let (vault, target, note) = (community.vault.clone(), member.id, Reason::parse("advertisements").unwrap());
        let quarantine = community.ledger.write(Actor::Person(owner.row), move |tx| {
            let new = moderation::NewSanction {
                id: Id::new(tx.now, tx.rng),
                kind: SanctionKind::Quarantine,
                until: None,
                reason: ReasonCode::Spam,
                note: &note,
            };
            moderation::sanction(tx, &vault, &Key::none(), target, &new)
        });
        quarantine.await.unwrap();
        assert_eq!(db.figures("SELECT COUNT(*) AS n FROM tickets WHERE ended_at IS NULL AND part = 'listener'"), [1]);
        assert_eq!(house.ask(&member).await.unwrap().ticket.part, ParticipantRole::Listener);
        sound_soon(db).await.unwrap();
    }

    /// A name is one room's, on however many servers it is wanted at once.
    async fn a_name_is_one_rooms(db: &Database) {
        let community = Community::new(db).await;
        let house = House::of(&community, 1).await;
        let servers = [house.server, register(&community).await];
        for round in 0..10 {
            let name = format!("room{round}");
            let (one, other) = tokio::join!(
                house.create_on(servers[0], &name, 1),
                house.create_on(servers[1], &name, 1)
            );
            let (made, refused) = if one.is_ok() { (one, other) } else { (other, one) };
            assert!(made.is_ok() && matches!(refused, Err(RoomError::Exists)), "{made:?} {refused:?}");
        }
    }
}

/// Two want the last seat.
async fn one_seat(db: &Database, guards: Guards) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    let house = House::of(&community, 1).await;
    let one = community.found("one", Role::Member).await;
    let other = community.found("other", Role::Member).await;
    let (first, second) = in_turn(db, "tickets", house.ask(&one), house.ask(&other)).await;
    ensure(first.is_ok(), format!("the first: {first:?}"))?;
    ensure(
        matches!(second, Err(Denied::Full(1))),
        format!("the second: {second:?}"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_run_out_because_the_room_is_held() {
    needs_apart(Guard::RoomHeld, one_seat).await;
}

/// Two want the last seat, of a room with a second server that is free.
async fn one_seat_on_two(db: &Database, guards: Guards) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    let house = House::of(&community, 2).await;
    house.spread(register(&community).await).await;
    let here = community.found("here", Role::Member).await;
    house.ask(&here).await.unwrap();
    let one = community.found("one", Role::Member).await;
    let other = community.found("other", Role::Member).await;
    let (first, second) = in_turn(db, "tickets", house.ask(&one), house.ask(&other)).await;
    ensure(first.is_ok(), format!("the first: {first:?}"))?;
    ensure(
        matches!(second, Err(Denied::Full(2))),
        format!("the second: {second:?}"),
    )?;
    let taken = db.figures("SELECT count(*) AS n FROM tickets GROUP BY server_id ORDER BY server_id");
    ensure(taken == [1, 1], format!("on the servers: {taken:?}"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seats_run_out_on_all_servers_together() {
    needs_apart(Guard::RoomHeld, one_seat_on_two).await;
}

/// Somebody's seat is all but written when the room is taken off its server.
async fn no_seat_there(db: &Database, guards: Guards) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    let house = House::of(&community, 9).await;
    house.spread(register(&community).await).await;
    let member = community.found("member", Role::Member).await;
    let (seat, gone) = in_turn(db, "tickets", house.ask(&member), house.withdraw(house.server)).await;
    gone.map_err(|error| error.to_string())?;
    ensure(seat.is_ok(), "no seat was on its way")?;
    ensure(
        db.figures("SELECT count(*) AS n FROM tickets WHERE ended_at IS NULL") == [0],
        "a seat is left on a server that does not hold the room",
    )?;
    sound_soon(db).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_seat_is_given_where_the_room_is_no_more() {
    needs_apart(Guard::RoomHeld, no_seat_there).await;
}

/// Somebody whose seat is all but written is banned at that moment.
async fn no_seat(db: &Database, guards: Guards) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    let house = House::of(&community, 1).await;
    let by = community.found("owner", Role::Owner).await.row;
    let member = community.found("member", Role::Member).await;
    let (vault, target) = (community.vault.clone(), member.id);
    let note = Reason::parse("advertisements").unwrap();
    let ban = community.ledger.write(Actor::Person(by), move |tx| {
        let new = moderation::NewSanction {
            id: Id::new(tx.now, tx.rng),
            kind: SanctionKind::Ban,
            until: None,
            reason: ReasonCode::Spam,
            note: &note,
        };
        moderation::sanction(tx, &vault, &Key::none(), target, &new)
    });
    let (seat, ban) = in_turn(db, "tickets", house.ask(&member), ban).await;
    ban.map_err(|error| error.to_string())?;
    ensure(seat.is_ok(), "no seat was on its way")?;
    sound_soon(db).await.map(|_| ())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ban_waits_for_the_seat_that_is_being_written() {
    needs_apart(Guard::SeatedHeld, no_seat).await;
}

/// A room is made, or opened again, on a server that is taken away or moved at that moment.
async fn one_of_both(db: &Database, guards: Guards, anew: bool, away: bool) -> Result<(), String> {
    let community = Community::guarded(db, guards).await;
    let house = House::of(&community, 1).await;
    house.set_open(false).await.unwrap();
    let open = async {
        match anew {
            true => house.create("another", 1).await,
            false => house.set_open(true).await,
        }
    };
    let close = async {
        match away {
            true => house.remove_server().await,
            false => house.move_server().await,
        }
    };
    let (opened, closed) = in_turn(db, "rooms", open, close).await;
    ensure(opened.is_ok(), format!("{opened:?}"))?;
    ensure(
        matches!(closed, Err(RoomError::ServerInUse)),
        format!("anew: {anew}, away: {away}: {closed:?}"),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_server_goes_from_under_a_room() {
    for (anew, away) in [(true, true), (true, false), (false, true), (false, false)] {
        let check = async |db: &Database, guards| one_of_both(db, guards, anew, away).await;
        needs_apart(Guard::ServerHeld, check).await;
    }
}
