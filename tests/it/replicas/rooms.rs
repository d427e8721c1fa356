//! Rooms on a real Janus, enforced by one of two processes: what is asked of the other reaches Janus all the
//! same, and whoever enforces may stop, die or fall asleep.

use std::time::{Duration, Instant};

use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::{
    app::SUBSCRIBERS,
    platform::{
        store::{StoreError, schema::tickets},
        terms::SystemRng,
        vault::Vault,
    },
    rooms,
};

use super::{Somebody, World, friend, until};
use crate::support::{
    db::Setup,
    janus::JanusServer,
    peer::Peer,
    replica::Replica,
    service::{Answer, Client, text},
    turnstile::Turnstile,
};

/// What a ban must reach Janus within.
const SOON: Duration = Duration::from_secs(1);
/// How far the enforcer has come.
const CURSOR: &str = "SELECT pos AS n FROM cursors WHERE name LIKE 'room-server/%'";
/// The leases that are in force.
const HELD: &str = "SELECT count(*) AS n FROM leases WHERE until > extract(epoch FROM now()) * 1000000";

/// How many there are with one room server: each subscriber's, and its enforcer's.
const LEASES: i64 = SUBSCRIBERS as i64 + 1;

/// Somebody's ticket: under which id, and by which token.
#[derive(Clone)]
struct Seat {
    id: String,
    token: String,
}

/// A Janus with a room on it, and who may be there.
struct Stage {
    world: World,
    janus: JanusServer,
    secret: String,
}

/// Makes a Janus and a room on it known to a running service.
pub async fn open(world: &World, client: &Client, janus: &JanusServer, room: &str) {
    let post = async |path, body| client.post(&world.owner, path, body).await.expect(201);
    let server = post("/v1/admin/room-servers", janus.registration()).await["id"].take();
    post("/v1/admin/rooms", json!({ "id": room, "servers": [server] })).await;
}

/// What manages a room on its Janus.
pub async fn secret(world: &World, room: &'static str) -> String {
    let vault = Vault::open(&world.home.config.vault.keyring_file, false, &SystemRng).unwrap();
    let ledger = world.db.ledger(Setup::default());
    let secret = ledger.store().read(move |conn| {
        let held = rooms::queries::held(conn, &room.parse().expect("an id"))?;
        let room = held.first().expect("the room");
        Ok::<_, StoreError>(room.secret(&vault)?.expose_secret().to_owned())
    });
    secret.await.unwrap()
}

/// The tokens of all tickets that have not ended.
pub async fn tokens(world: &World) -> Vec<String> {
    let vault = Vault::open(&world.home.config.vault.keyring_file, false, &SystemRng).unwrap();
    let ledger = world.db.ledger(Setup::default());
    let tokens = ledger.store().read(move |conn| {
        let open = tickets::table.filter(tickets::ended_at.is_null()).select(tickets::uid);
        let mut tokens = Vec::new();
        for id in open.load(conn)? {
            let issued = rooms::queries::issued(conn, id)?.expect("the ticket");
            tokens.push(issued.ticket.token(&vault)?.expose_secret().to_owned());
        }
        tokens.sort();
        Ok::<_, StoreError>(tokens)
    });
    tokens.await.unwrap()
}

impl Stage {
    /// With members of these names, and two replicas, of which the first enforces.
    async fn new<const N: usize>(names: [&str; N]) -> (Self, [Somebody; N], Vec<Replica>) {
        let (world, members) = World::new(names).await;
        let janus = block_in_place(JanusServer::start);
        let first = world.plan("a").start().await;
        open(&world, &first, &janus, "stage").await;
        until("the first has all leases", async || {
            block_in_place(|| world.db.figures(HELD)) == [LEASES]
        })
        .await;
        let second = world.plan("b").start().await;
        let secret = secret(&world, "stage").await;
        (Self { world, janus, secret }, members, vec![first, second])
    }

    /// The tokens on Janus's list.
    fn list(&self) -> Vec<String> {
        block_in_place(|| self.janus.list("stage", &self.secret)).expect("the room to be there")
    }

    /// The ids of those who are there.
    fn present(&self) -> Vec<String> {
        block_in_place(|| self.janus.participants("stage"))
    }

    /// Asks for a ticket; with the same key, for the same one.
    async fn ask(&self, at: &Client, who: &Somebody, key: &str) -> Answer {
        let request = at.request(Method::POST, "/v1/rooms/stage/tickets");
        at.send(
            request
                .bearer_auth(&who.token)
                .header("Idempotency-Key", format!("a-ticket-for-{key:->8}")),
        )
        .await
    }

    /// A ticket, once Janus takes it in.
    async fn seat(&self, at: &Client, who: &Somebody, key: &str) -> Seat {
        let begun = Instant::now();
        loop {
            let answer = self.ask(at, who, key).await;
            if answer.status == 201 || begun.elapsed() > Duration::from_secs(60) {
                return Seat::of(&answer.expect(201));
            }
            answer.refused(503, "room-server-unavailable");
        }
    }

    /// Waits until the enforcer has written down that it has come to the end of the feed.
    async fn followed(&self) {
        until("the enforcer is at the end of the feed", async || {
            block_in_place(|| {
                let of = |sql| self.world.db.figures(sql)[0];
                let places = of("SELECT coalesce(max(pos), 0) AS n FROM ledger");
                of("SELECT count(*) AS n FROM events") == places && of(CURSOR) >= places
            })
        })
        .await;
    }

    /// Exactly these have good tickets, are on the list and are there.
    async fn holds(&self, seats: &[&Seat]) {
        let sorted = |of: fn(&Seat) -> &String| {
            let mut all: Vec<String> = seats.iter().map(|seat| of(seat).clone()).collect();
            all.sort();
            all
        };
        let (tokens, ids) = (sorted(|seat| &seat.token), sorted(|seat| &seat.id));
        until("the room holds whom it should", async || {
            self.list() == tokens && self.present() == ids
        })
        .await;
        let good = "SELECT count(*) AS n FROM tickets WHERE ended_at IS NULL";
        assert_eq!(block_in_place(|| self.world.db.figures(good)), [seats.len() as i64]);
    }
}

impl Seat {
    fn of(ticket: &Value) -> Self {
        let entry = &ticket["janus"];
        Self {
            id: text(&entry["id"]),
            token: text(&entry["token"]),
        }
    }

    /// Goes there as a real peer.
    async fn taken(&self, janus: &JanusServer) -> Peer {
        Peer::enter(janus, "stage", &self.id, &self.token).await
    }
}

/// Whichever of the two enforces: a ticket is on the list when it is answered, and a ban takes it off, puts its
/// holder out and lets them not come back, within a second of its answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_and_a_ban_at_either_replica_reach_janus() {
    let (stage, members, replicas) = Stage::new(["mallory", "malcolm", "malvina", "alice"]).await;
    let [enforcing, other] = &replicas[..] else {
        unreachable!("there are two")
    };
    let [banned @ .., alice] = &members;
    let stays = stage.seat(other, alice, "alice").await;
    let staying = stays.taken(&stage.janus).await;
    for ((n, who), (asked, told)) in
        banned
            .iter()
            .enumerate()
            .zip([(other, other), (other, enforcing), (enforcing, other)])
    {
        let seat = Seat::of(&stage.ask(asked, who, "once").await.expect(201));
        assert!(stage.list().contains(&seat.token), "an answered ticket is on the list");
        let peer = seat.taken(&stage.janus).await;
        stage.world.ban(told, &who.member).await;
        let begun = Instant::now();
        loop {
            let refused = peer.join("stage", &seat.id, &seat.token).await == Err(489);
            if refused && !stage.list().contains(&seat.token) && !stage.present().contains(&seat.id) {
                break;
            }
            assert!(begun.elapsed() < SOON, "after {SOON:?} they are still there");
            sleep(Duration::from_millis(20)).await;
        }
        println!("ban {n} by {}: out {:?} after its answer", told.base, begun.elapsed());
        stage.holds(&[&stays]).await;
    }
    staying.receives(20).await;
}

/// A lease is for most of a minute here. Whoever stops gives its leases up, and the other goes on at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_stops_hands_its_leases_over() {
    let (stage, members, mut replicas) = Stage::new(["alice", "mallory", "malcolm"]).await;
    let [alice, banned @ ..] = &members;
    let db = &stage.world.db;
    db.run(
        "CREATE FUNCTION longer() RETURNS trigger LANGUAGE plpgsql AS \
         $$ BEGIN NEW.until := NEW.until + 50000000; RETURN NEW; END $$; \
         CREATE TRIGGER longer BEFORE INSERT OR UPDATE ON leases FOR EACH ROW WHEN (NEW.until > 0) \
         EXECUTE FUNCTION longer()",
    );
    let long = format!("{HELD} + 30000000");
    until("all leases are long", async || {
        block_in_place(|| db.figures(&long)) == [LEASES]
    })
    .await;
    let stays = stage.seat(&replicas[1], alice, "alice").await;
    let staying = stays.taken(&stage.janus).await;
    for (round, who) in banned.iter().enumerate() {
        let seat = stage.seat(&replicas[1], who, "once").await;
        let peer = seat.taken(&stage.janus).await;
        let holders = "SELECT max(fence) AS n FROM leases";
        let fence = block_in_place(|| db.figures(holders))[0];
        let stops = replicas.remove(0);
        let plan = stops.plan();
        stops.signal("TERM");
        assert!(stops.ended().await.success());
        let goes_on = &replicas[0];
        stage.world.ban(goes_on, &who.member).await;
        peer.is_told_of_its_kick().await;
        stage.holds(&[&stays]).await;
        assert_eq!(peer.join("stage", &seat.id, &seat.token).await, Err(489));
        let invite = friend(round);
        goes_on
            .post(&stage.world.owner, "/v1/me/invites", invite)
            .await
            .expect(201);
        let written = "SELECT count(*) AS n FROM outbox WHERE kind = 'invite'";
        until("the letter is written", async || {
            block_in_place(|| db.figures(written)) == [round as i64 + 1]
        })
        .await;
        assert!(block_in_place(|| db.figures(holders))[0] > fence, "another holds them");
        replicas.push(plan.start().await);
    }
    staying.receives(20).await;
    // Where nobody is left, nobody holds anything.
    for replica in replicas {
        replica.signal("TERM");
        assert!(replica.ended().await.success());
    }
    assert_eq!(block_in_place(|| db.figures(HELD)), [0]);
}

/// Whoever enforces is killed or frozen when Janus has done what it was told, before that is written down. The
/// other does it again: that puts nobody out who is good, and loses no ticket.
async fn done_twice(frozen: bool) {
    let (stage, [alice, bob, mallory], mut replicas) = Stage::new(["alice", "bob", "mallory"]).await;
    let (stays, leaves) = (
        stage.seat(&replicas[1], &alice, "alice").await,
        stage.seat(&replicas[1], &mallory, "mallory").await,
    );
    let (staying, leaving) = (stays.taken(&stage.janus).await, leaves.taken(&stage.janus).await);
    let cursor = "UPDATE ON cursors FOR EACH ROW WHEN (NEW.name LIKE 'room-server/%')";
    let mut turnstile = Turnstile::before(&stage.world.db, cursor);

    // A ticket.
    stage.followed().await;
    turnstile.close();
    let asks = stage.ask(&replicas[1], &bob, "bob");
    let (answer, ()) = tokio::join!(asks, async {
        assert_eq!(turnstile.holds().await, replicas[0].name());
        assert_eq!(stage.list().len(), 3, "Janus knows it, the books do not");
        let before = block_in_place(|| stage.world.db.figures(CURSOR));
        if frozen {
            replicas[0].freeze().await;
        } else {
            replicas[0].signal("KILL");
        }
        turnstile.open();
        println!("interrupted behind {before:?}");
    });
    // The asker was answered, or may ask again for the same.
    if answer.status != 201 {
        answer.refused(503, "room-server-unavailable");
    }
    let comes = stage.seat(&replicas[1], &bob, "bob").await;
    stage.followed().await;
    let coming = comes.taken(&stage.janus).await;
    stage.holds(&[&stays, &leaves, &comes]).await;
    back(&mut replicas, frozen).await;
    stage.holds(&[&stays, &leaves, &comes]).await;

    // A ban, at the one that was killed or frozen; the other enforces now.
    stage.followed().await;
    turnstile.close();
    let bans = stage.world.ban(&replicas[1], &mallory.member);
    tokio::join!(bans, async {
        assert_eq!(turnstile.holds().await, replicas[0].name());
        assert!(
            !stage.list().contains(&leaves.token),
            "Janus knows it, the books do not"
        );
        until("they are out", async || !stage.present().contains(&leaves.id)).await;
        if frozen {
            replicas[0].freeze().await;
        } else {
            replicas[0].signal("KILL");
        }
        turnstile.open();
    });
    stage.followed().await;
    stage.holds(&[&stays, &comes]).await;
    back(&mut replicas, frozen).await;
    stage.holds(&[&stays, &comes]).await;
    assert_eq!(leaving.join("stage", &leaves.id, &leaves.token).await, Err(489));
    // Nobody good was put out: a peer that was would not have come back by itself.
    for (peer, seat) in [(&staying, &stays), (&coming, &comes)] {
        peer.receives(20).await;
        assert!(stage.present().contains(&seat.id), "{peer}");
    }
}

/// Brings the first one back, as the second.
async fn back(replicas: &mut Vec<Replica>, frozen: bool) {
    let first = replicas.remove(0);
    if frozen {
        first.signal("CONT");
        until("it finds that another enforces", async || {
            first.log().contains("another replica enforces on a room server")
        })
        .await;
        replicas.push(first);
    } else {
        let plan = first.plan();
        assert!(!first.ended().await.success());
        replicas.push(plan.start().await);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_enforcer_is_followed_by_the_other_and_nothing_is_lost() {
    done_twice(false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frozen_enforcer_wakes_fenced_off_and_nothing_is_lost() {
    done_twice(true).await;
}
