//! Memory kept beside the store: taken where it is this community's and this history's, and else not at all.

use std::{fs, os::unix::fs::PermissionsExt as _, path::PathBuf};

use serde_json::json;
use vouchsafe::{
    graph::VouchesOf,
    invites::{self, Extras, NewInvite, To},
    notify::Locale,
    people::{self, Admission, Member, Newcomer},
    platform::{
        ledger::Actor,
        store::StoreError,
        terms::{Assurance, Id, PersonId, PersonRow, Role, kinds},
    },
};

use crate::support::{
    db::{Database, on_both},
    service::{Home, Service},
};

/// Somewhere to start from, with its file.
struct World {
    home: Home,
    folder: tempfile::TempDir,
}

impl World {
    fn new(db: &Database) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut home = Home::new(db, "open-circle");
        home.config.store.checkpoint_file = Some(folder.path().join("memory"));
        Self { home, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("memory")
    }

    /// Starts; the position of the checkpoint that was taken, and all that memory says.
    async fn start(&self) -> (Service, i64, Vec<String>) {
        let service = self.home.start().await;
        let (kept, said) = (service.app.core.read_model.kept().await, lines(&service));
        (service, kept, said)
    }

    /// What memory says where it is loaded from the store.
    async fn loaded(&mut self) -> Vec<String> {
        let file = self.home.config.store.checkpoint_file.take();
        let every = std::mem::take(&mut self.home.config.store.checkpoint_minutes);
        let (service, kept, said) = self.start().await;
        assert_eq!(kept, 0);
        service.stop().await;
        self.home.config.store.checkpoint_file = file;
        self.home.config.store.checkpoint_minutes = every;
        said
    }

    /// Starts, and demands that nothing was taken and that memory says this.
    async fn starts_without(&self, said: &[String], why: &str) {
        let (service, kept, now) = self.start().await;
        assert_eq!(kept, 0, "{why}");
        same(&now, said, why);
        service.stop().await;
    }
}

/// All that graph and roster say of everybody.
fn lines(service: &Service) -> Vec<String> {
    let (graph, roster) = (&service.app.core.graph, &service.app.core.roster);
    let rows = (0..300).map(PersonRow).filter(|&row| graph.contains(row, None));
    let line = |row| {
        let seat = roster.snapshot(row).unwrap();
        assert_eq!(roster.row(seat.id), Some(row));
        let joined = graph.chain(row, None)[0].joined_at;
        format!(
            "{seat:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            roster.names([row])[0].unwrap().handle.as_deref(),
            graph.chain(row, None),
            graph.figures(row, None),
            graph.branch(row, None, 1000, None),
            graph.chain(row, Some(joined)),
            graph.read(|graph| graph.vouches(row, VouchesOf::Ever)),
        )
    };
    rows.map(line).collect()
}

/// Demands the same lines, and shows the first that is another.
#[track_caller]
fn same(one: &[String], other: &[String], why: &str) {
    let differs = one.iter().zip(other).find(|(one, other)| one != other);
    assert_eq!((one.len(), differs), (other.len(), None), "{why}");
}

async fn ban(service: &Service, token: &str, person: PersonId) {
    let body = json!({ "kind": "ban", "reason": "spam", "note": "advertised to everybody" });
    let path = format!("/v1/admin/people/{person}/sanctions");
    service.post(token, &path, body).await.expect(201);
}

async fn vouch(service: &Service, from: PersonRow, to: PersonRow) {
    let written = service.app.core.ledger.write(Actor::Person(from), move |tx| {
        people::vouch(tx, from, to).map(|_| ())?;
        Ok::<_, StoreError>(())
    });
    let written = written.await.unwrap();
    service.app.core.read_model.settle(written.position).await;
}

/// So many more below somebody, two each.
async fn branch(service: &Service, root: PersonRow, count: usize) -> Vec<(PersonRow, PersonId)> {
    let vault = service.app.core.vault.clone();
    let policy = service.app.core.policy.get().unwrap();
    let written = service.app.core.ledger.write(Actor::Operator, move |tx| {
        let mut people: Vec<(PersonRow, PersonId)> = Vec::new();
        let new = NewInvite {
            id: Id::new(tx.now, tx.rng),
            to: To::Holder { uses: 1 },
            locale: Locale::En,
            lifetime: None,
            extras: Extras::default(),
        };
        let owner = people::members(tx.conn, PersonRow(0), Some(Role::Owner), None, 1)?[0].row;
        let invite = invites::issue(tx, &vault, &policy.policy, owner, &new).unwrap();
        while people.len() < count {
            let inviter = match people.len() {
                0..2 => root,
                place => people[place / 2 - 1].0,
            };
            let handle = format!(
                "somebody_{:x}",
                Id::<kinds::Person>::new(tx.now, tx.rng).uuid().as_u128() as u64
            );
            let newcomer = Newcomer {
                subject: None,
                handle: Some(handle),
                role: Role::Member,
                assurance: Assurance::Contact,
                locale: "en".into(),
            };
            let by = Admission {
                inviter,
                invite_row: invite.row,
                invite: invite.id,
                flow: None,
            };
            let member = people::admit(tx, &newcomer, &by)?;
            people.push((member.row, member.id));
        }
        Ok::<_, StoreError>(people)
    });
    let written = written.await.unwrap();
    service.app.core.read_model.settle(written.position).await;
    written.value
}

/// An owner with a small branch, of whom one is banned and two vouch.
async fn community(service: &Service) -> (Member, Vec<(PersonRow, PersonId)>) {
    let owner = service.found("owner@example.org", Role::Owner, None).await;
    let people = branch(service, owner.row, 40).await;
    let token = service.token(owner.row).await;
    ban(service, &token, people[7].1).await;
    vouch(service, people[1].0, people[2].0).await;
    vouch(service, people[2].0, people[9].0).await;
    (owner, people)
}

on_both! {
    /// It is written at a clean stop, for the service alone, and the next start says the same. What has happened
    /// since comes from the feed.
    async fn a_restart_takes_it_and_what_came_since(db: &Database) {
        let mut world = World::new(db);
        let (service, kept, _) = world.start().await;
        assert_eq!(kept, 0, "there is none yet");
        let (owner, people) = community(&service).await;
        let said = lines(&service);
        assert_eq!(said.len(), 41);
        service.stop().await;
        assert_eq!(fs::metadata(world.file()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(world.folder.path()).unwrap().count(), 1, "nothing is left beside it");

        let (service, kept, now) = world.start().await;
        assert!(kept > 40, "{kept}");
        same(&now, &said, "after a restart");
        let early = fs::read(world.file()).unwrap();
        // More of everything, and a second one in between.
        let token = service.token(owner.row).await;
        branch(&service, people[4].0, 5).await;
        ban(&service, &token, people[20].1).await;
        let between = service.app.core.read_model.keep().await.unwrap().unwrap();
        assert!(between > kept);
        assert_eq!(service.app.core.read_model.keep().await.unwrap(), None, "nothing has happened since");
        vouch(&service, people[20].0, people[1].0).await;
        let said = lines(&service);
        // As if the process had been killed here: the file is the one of before.
        let middle = fs::read(world.file()).unwrap();
        service.stop().await;
        for (bytes, at) in [(middle, between), (early, kept)] {
            fs::write(world.file(), bytes).unwrap();
            let (service, kept, now) = world.start().await;
            assert_eq!(kept, at);
            same(&now, &said, "after an older one");
            service.stop().await;
        }
        same(&world.loaded().await, &said, "loaded from the store");
    }

    /// Whatever else lies in its place is not taken, and the service starts all the same.
    async fn what_is_bent_is_not_taken(db: &Database) {
        let world = World::new(db);
        let (service, ..) = world.start().await;
        community(&service).await;
        let said = lines(&service);
        service.stop().await;
        let sound = fs::read(world.file()).unwrap();
        // In the head, at the start of the parts, anywhere in them, and in the last byte.
        let places = [3, 20, 40, 130, 4096 + 1, 4096 + 100, sound.len() / 3, sound.len() / 2, sound.len() - 1];
        for place in places {
            let mut bent = sound.clone();
            bent[place] ^= 1;
            fs::write(world.file(), &bent).unwrap();
            world.starts_without(&said, &format!("a bit at {place} of {}", sound.len())).await;
        }
        for length in [0, 100, 4096, sound.len() / 2, sound.len() - 1] {
            fs::write(world.file(), &sound[..length]).unwrap();
            world.starts_without(&said, &format!("{length} of {}", sound.len())).await;
        }
        fs::write(world.file(), [&sound[..], b"more"].concat()).unwrap();
        let (service, kept, _) = world.start().await;
        assert!(kept > 0, "what stands behind the last part is no part of it");
        service.stop().await;
        fs::remove_file(world.file()).unwrap();
        fs::create_dir(world.file()).unwrap();
        world.starts_without(&said, "a folder").await;
    }

    /// Neither another community's file is taken, nor one from after the backup to which the store was put back.
    async fn what_is_of_another_history_is_not_taken(db: &Database) {
        let mut world = World::new(db);
        let (service, ..) = world.start().await;
        let (_, people) = community(&service).await;
        let early = lines(&service);
        service.stop().await;
        let backup = db.copy();
        let (service, ..) = world.start().await;
        branch(&service, people[4].0, 5).await;
        service.stop().await;
        let late = fs::read(world.file()).unwrap();

        let url = |db: &Database| Home::new(db, "open-circle").config.store.url;
        world.home.config.store.url = url(&backup);
        world.starts_without(&early, "the ledger has not come so far").await;
        // It goes on otherwise, beyond the position of the file.
        let (service, ..) = world.start().await;
        branch(&service, people[6].0, 30).await;
        let said = lines(&service);
        service.stop().await;
        fs::write(world.file(), &late).unwrap();
        world.starts_without(&said, "something else happened at its position").await;
        assert_ne!(fs::read(world.file()).unwrap(), late, "a new one stands there");

        // The same keyring over another store.
        let other = Database::fresh(db.target().backend());
        world.home.config.store.url = url(&other);
        let (service, kept, now) = world.start().await;
        assert_eq!((kept, now.len()), (0, 0));
        service.stop().await;
        // Another store, and another keyring.
        let mut world = World::new(&Database::fresh(db.target().backend()));
        fs::write(world.file(), &late).unwrap();
        let said = world.loaded().await;
        world.starts_without(&said, "another key").await;
    }
}
