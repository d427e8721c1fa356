//! Two processes on one PostgreSQL, as they run in production: what is said at one is true at the other,
//! what must be done once is done once, and what goes away comes back without a wrong word in between.

mod actions;
mod bans;
mod bulk;
mod jobs;
mod leases;
mod mail;
mod memory;
mod outage;
mod positions;
mod rolling;
mod rooms;
mod sequencer;
mod streams;
mod throttles;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use diesel::{PgConnection, connection::SimpleConnection};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tokio::{task::block_in_place, time::sleep};
use vouchsafe::{
    people::Member,
    platform::{
        ledger::Ledger,
        store::{Conn, Target},
        terms::Role,
    },
};

use crate::{
    http::new_service,
    support::{
        db::Database,
        postgres::PrivateCluster,
        replica::Plan,
        service::{Answer, Client, Home, Service},
    },
};

/// What several processes share: the database, the keyring, the community.
struct World {
    cluster: Arc<PrivateCluster>,
    db: Database,
    home: Home,
    owner: String,
    /// The owner's token for that service.
    owner_hall: String,
    /// A service that may introspect.
    door: (String, String),
}

/// An admin, who may give out links, and their access token.
struct Somebody {
    member: Member,
    token: String,
    /// Their token for the service that introspects.
    hall: String,
}

impl World {
    /// A cluster and a community of their own, with members of these names.
    async fn new<const N: usize>(names: [&str; N]) -> (Self, [Somebody; N]) {
        Self::with(names, |home| home).await
    }

    /// The same with another home.
    async fn with<const N: usize>(names: [&str; N], furnish: impl FnOnce(Home) -> Home) -> (Self, [Somebody; N]) {
        let cluster = Arc::new(block_in_place(PrivateCluster::start));
        let db = Database::at(&cluster.database("template1"));
        block_in_place(|| Ledger::migrate(&db.target())).unwrap();
        let home = furnish(Home::new(&db, "open-circle"));
        let service = home.start().await;
        let owner = somebody(&service, "owner", Role::Owner).await;
        let door = new_service(&service).await;
        let mut members = Vec::new();
        for name in names {
            members.push(somebody(&service, name, Role::Admin).await);
        }
        service.stop().await;
        let world = Self {
            cluster,
            db,
            home,
            owner: owner.token,
            owner_hall: owner.hall,
            door,
        };
        let members = members.try_into().map_err(|_| "as many as there are names");
        (world, members.unwrap_or_else(|what| panic!("{what}")))
    }

    /// The database's URL, over TCP.
    fn url(&self) -> String {
        match self.db.target() {
            Target::Postgres(url) => url.expose_secret().to_owned(),
            Target::Sqlite(_) => unreachable!("replicas are on PostgreSQL"),
        }
    }

    /// How a replica is started.
    fn plan(&self, name: &str) -> Plan {
        Plan::new(&self.home, name, &self.url())
    }

    async fn introspect(&self, client: &Client, token: &str) -> Answer {
        client.send(self.introspection(client, token)).await
    }

    fn introspection(&self, client: &Client, token: &str) -> reqwest::RequestBuilder {
        let (id, secret) = &self.door;
        let request = client.request(Method::POST, "/oauth/introspect");
        request.basic_auth(id, Some(secret)).form(&[("token", token)])
    }

    /// The owner bans somebody.
    async fn ban(&self, client: &Client, whom: &Member) {
        let body = json!({ "kind": "ban", "reason": "spam", "note": "two hundred advertisements" });
        let path = format!("/v1/admin/people/{}/sanctions", whom.id);
        client.post(&self.owner, &path, body).await.expect(201);
    }
}

async fn somebody(service: &Service, name: &str, role: Role) -> Somebody {
    let member = service
        .found(&format!("{name}@vouch.example.org"), role, Some(PASSWORD))
        .await;
    let tokens = service.session(member.row).await;
    Somebody {
        member,
        token: tokens.access,
        hall: tokens.hall,
    }
}

const PASSWORD: &str = "nine loud kestrels hover";

/// The body of an invite by mail.
fn friend(n: usize) -> Value {
    json!({ "email": format!("friend-{n}@vouch.example.org") })
}

/// The body of a link.
fn link() -> Value {
    json!({ "max_uses": 3, "lifetime_hours": 1 })
}

/// Waits until something holds, for at most a minute.
async fn until(what: &str, truth: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !truth().await {
        assert!(begun.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        sleep(Duration::from_millis(10)).await;
    }
}

/// A transaction that somebody left open, with an id: it holds the feed back.
fn open_transaction(world: &World) -> PgConnection {
    let Conn::Postgres(mut conn) = world.db.connect() else {
        unreachable!("replicas are on PostgreSQL")
    };
    conn.batch_execute("BEGIN; SELECT pg_current_xact_id()").unwrap();
    conn
}
