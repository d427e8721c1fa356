//! `vouchsafe synth`: a community of any size that never was, for measuring and trying out.
//!
//! What happened in it is told in the order of time ([`plan`]), the same for the same seed, and put into the tables by
//! the shortest way: members with handles, invites, edges, vouches, bans, and an event of each in the chain, as if all
//! that had happened here. Nobody has a contact, a name or a password, and no invite's code is known to anybody:
//! `vouchsafe admin owner` makes somebody who can sign in.
//!
//! On SQLite it grows in a file of its own, which gets its name when it is whole; on PostgreSQL in one transaction. So a
//! run that was cut off leaves nothing that could be taken for a community.

mod plan;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::{ExposeSecret as _, SecretString};

pub use plan::Totals;
use plan::{Deed, Growth, SPAN, handle};

use crate::{
    app::{Core, Parts, StartError},
    invites, moderation,
    people::{self, load::Members},
    platform::{
        config::Config,
        ledger::{
            self, Actor, Event,
            events::{self, InviteKind, ReasonCode},
            load::History,
        },
        store::{Backend, StoreError, Target, load::Loading},
        terms::{Assurance, PersonRow, Role, SanctionId, Timestamp},
    },
};

/// Why there is no synthetic community.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// The SQLite file is there.
    #[error("{} is there already: a synthetic community gets a database of its own. Name another by --set store.url=sqlite://FILE, or remove it", .0.display())]
    Exists(PathBuf),
    /// The PostgreSQL database holds somebody.
    #[error("the database holds somebody already: a synthetic community gets a database of its own")]
    NotEmpty,
    /// The file.
    #[error("{}: {why}", file.display())]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// The service.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The thread that grows it.
    #[error("the community's growth broke off: {0}")]
    Broken(String),
}

/// Before now, so that nothing happens in the future.
const AGO: Duration = Duration::from_secs(86_400);

/// Fills the database with so many people.
///
/// # Errors
/// [`SynthError`]; nothing is there then.
pub async fn run(mut config: Config, people: u32, seed: u64, out: &mut impl io::Write) -> Result<Totals, SynthError> {
    let begun = Instant::now();
    let mut target: Target = config.store.url.expose_secret().parse()?;
    let named = match &target {
        Target::Sqlite(file) => Some(Growing::beside(file)?),
        Target::Postgres(_) => None,
    };
    if let Some(growing) = &named {
        config.store.url = SecretString::from(format!("sqlite://{}", growing.file.display()));
        target = config.store.url.expose_secret().parse()?;
    }
    // The schema, and the policy as the first event.
    let core = Core::open(config, Parts::default()).await?;
    let (now, followers) = (core.ledger.now(), core.followers()?);
    let somebody = core
        .ledger
        .store()
        .read(|conn| Ok::<_, StoreError>(people::members(conn, PersonRow(0), None, None, 1)?));
    let somebody = somebody.await;
    sequenced(&core).await?;
    core.close().await;
    if !somebody?.is_empty() {
        return Err(SynthError::NotEmpty);
    }
    let filled = tokio::task::spawn_blocking(move || fill(&target, people, seed, now, &followers));
    let totals = filled.await.map_err(|error| SynthError::Broken(error.to_string()))??;
    if let Some(growing) = named {
        growing.done()?;
    }
    writeln!(
        out,
        "{} people, {} invites, {} vouches, {} reports, {} bans; the deepest stands {} below the owner; made in {:.0?}",
        totals.people,
        totals.invites,
        totals.vouches,
        totals.reports,
        totals.bans,
        totals.depth,
        begun.elapsed()
    )?;
    Ok(totals)
}

/// Waits until the first events have their positions: on PostgreSQL, whoever else uses the cluster may hold them back.
async fn sequenced(core: &Core) -> Result<(), StoreError> {
    let store = core.ledger.store();
    while store
        .read(|conn| Ok::<_, StoreError>(ledger::oldest_waiting(conn)?.is_some()))
        .await?
    {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// A file in which a community grows, and the name that it gets.
struct Growing {
    file: PathBuf,
    name: PathBuf,
}

impl Growing {
    /// Beside `name`, where nothing is. What an earlier run left is removed.
    fn beside(name: &Path) -> Result<Self, SynthError> {
        let with = |ending: &str| {
            let mut file = name.as_os_str().to_owned();
            file.push(ending);
            PathBuf::from(file)
        };
        if name.exists() {
            return Err(SynthError::Exists(name.to_owned()));
        }
        for ending in [".synth", ".synth-wal", ".synth-shm", ".synth-journal"] {
            let file = with(ending);
            match fs::remove_file(&file) {
                Err(why) if why.kind() != io::ErrorKind::NotFound => {
                    return Err(SynthError::File { file, why });
                }
                _ => {}
            }
        }
        Ok(Self {
            file: with(".synth"),
            name: name.to_owned(),
        })
    }

    /// Gives it its name, once all of it is on the disk.
    fn done(self) -> Result<(), SynthError> {
        let all = fs::File::open(&self.file).and_then(|file| file.sync_all());
        let named = all.and_then(|()| match self.name.exists() {
            true => Err(io::ErrorKind::AlreadyExists.into()),
            false => fs::rename(&self.file, &self.name),
        });
        named.map_err(|why| SynthError::File { file: self.name, why })
    }
}

/// What goes from the thread that tells the history to the one that writes it.
enum Part {
    Sql(String),
    /// So many people are there.
    People(u64),
}

/// So many statements may wait: enough to keep both threads busy.
const WAITING: usize = 64;

fn fill(
    target: &Target,
    people: u32,
    seed: u64,
    now: Timestamp,
    followers: &[&'static str],
) -> Result<Totals, SynthError> {
    let tables: Vec<_> = [
        &invites::load::TABLES[..],
        &people::load::TABLES,
        &moderation::load::TABLES,
        &ledger::load::TABLES,
    ]
    .concat();
    let mut loading = Loading::begin(target, &tables)?;
    let history = History::after(loading.conn())?;
    let backend = target.backend();
    let (parts, written) = sync_channel(WAITING);
    let bar = bar(
        u64::from(people),
        "{bar:40} {human_pos} of {human_len} people, {eta} left",
    );
    let totals = std::thread::scope(|scope| {
        // The writer is done when the teller drops its end.
        let teller = scope.spawn(move || tell(backend, people, seed, now, history, followers, &parts));
        let outcome = write(&mut loading, &written, &bar);
        // Where the writer broke off, the teller finds nobody who listens.
        drop(written);
        let told = teller.join().map_err(|_| SynthError::Broken("it panicked".into()))?;
        outcome.and(told)
    })?;
    bar.finish_and_clear();
    let bar = self::bar(loading.left() as u64, "{bar:40} {pos} of {len} indexes, {eta} left");
    loading.finish(|done| bar.set_position(done as u64))?;
    bar.finish_and_clear();
    Ok(totals)
}

fn bar(length: u64, template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}

fn write(loading: &mut Loading, parts: &Receiver<Part>, bar: &ProgressBar) -> Result<(), SynthError> {
    for part in parts {
        match part {
            Part::Sql(sql) => loading.run(&sql)?,
            Part::People(count) => bar.set_position(count),
        }
    }
    Ok(())
}

/// Tells all that happens as statements.
fn tell(
    backend: Backend,
    people: u32,
    seed: u64,
    now: Timestamp,
    history: History,
    followers: &[&'static str],
    parts: &SyncSender<Part>,
) -> Result<Totals, SynthError> {
    let mut growth = Growth::new(seed, people, now.before(SPAN).before(AGO));
    let mut tables = Tables::new(backend, history, now);
    let mut heard = true;
    let mut out = |sql| heard &= parts.send(Part::Sql(sql)).is_ok();
    let mut failed = None;
    let mut steps = 0_u64;
    while growth.step(&mut |at, deed| {
        if let Err(error) = tables.write(at, deed, &mut out) {
            failed = Some(error);
        }
    }) {
        steps += 1;
        if steps.is_multiple_of(1000) && (failed.is_some() || parts.send(Part::People(growth.totals().people)).is_err())
        {
            break;
        }
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    let totals = growth.totals();
    tables.finish(growth, followers, &mut out);
    if heard {
        Ok(totals)
    } else {
        Err(SynthError::Broken("nobody writes it".into()))
    }
}

/// The tables of a community that grows.
struct Tables {
    backend: Backend,
    now: Timestamp,
    history: History,
    members: Members,
    invites: invites::load::Invites,
    sanctions: moderation::load::Sanctions,
    /// Bans in force: which, and since when.
    banned: BTreeMap<PersonRow, (SanctionId, Timestamp)>,
    last: (PersonRow, i64),
}

/// Who puts people out.
const OWNER: PersonRow = PersonRow(1);
/// What commits to a note: here to none.
const NO_NOTE: &str = "0000000000000000000000000000000000000000000000000000000000000000";

impl Tables {
    fn new(backend: Backend, history: History, now: Timestamp) -> Self {
        Self {
            backend,
            now,
            history,
            members: Members::new(backend),
            invites: invites::load::Invites::new(backend),
            sanctions: moderation::load::Sanctions::new(backend),
            banned: BTreeMap::new(),
            last: (PersonRow(0), 0),
        }
    }

    fn write(&mut self, at: Timestamp, deed: Deed, out: &mut impl FnMut(String)) -> Result<(), StoreError> {
        let assurance = Assurance::Verified;
        let (actor, event) = match deed {
            Deed::Found { person, id } => {
                self.member(person, id, Role::Owner, at, out);
                let role = Role::Owner;
                (
                    Actor::Operator,
                    Event::PersonFounded(events::PersonFounded {
                        person,
                        id,
                        assurance,
                        role,
                    }),
                )
            }
            Deed::Invite { by, invite, unused } => {
                if unused {
                    self.invite(by, invite, false, out);
                }
                let issued = events::InviteIssued {
                    invite: invite.id,
                    inviter: by,
                    kind: InviteKind::Link,
                    max_uses: 1,
                    expires_at: invite.expires_at(),
                    opens_at: None,
                    room: None,
                    role: None,
                };
                (Actor::Person(by), Event::InviteIssued(issued))
            }
            Deed::Join { person, id, by, invite } => {
                self.invite(by, invite, true, out);
                self.member(person, id, Role::Member, at, out);
                self.members.invited(person, by, invite.row, at, out);
                let admitted = events::MemberAdmitted {
                    person,
                    id,
                    inviter: by,
                    invite: invite.id,
                    flow: None,
                    assurance,
                };
                (Actor::Newcomer, Event::MemberAdmitted(admitted))
            }
            Deed::Lapse { by, invite } => {
                self.invite(by, invite, false, out);
                return Ok(());
            }
            Deed::Vouch { from, to } => {
                self.members.vouched(from, to, at, out);
                (Actor::Person(from), Event::Vouched(events::Vouched { from, to }))
            }
            Deed::Report { from, on } => (Actor::Person(from), Event::Reported(events::Reported { from, on })),
            Deed::Ban { person, sanction } => {
                self.banned.insert(person, (sanction, at));
                let banned = events::PersonBanned {
                    sanction,
                    person,
                    reason: ReasonCode::Abuse,
                    note: NO_NOTE.into(),
                    until: None,
                };
                (Actor::Person(OWNER), Event::PersonBanned(banned))
            }
            Deed::Lift { person } => {
                let Some((sanction, since)) = self.banned.remove(&person) else {
                    return Ok(());
                };
                self.sanction(person, sanction, since, Some(at), out);
                let lifted = events::BanLifted {
                    sanction,
                    person,
                    note: NO_NOTE.into(),
                    standing: None,
                };
                (Actor::Person(OWNER), Event::BanLifted(lifted))
            }
        };
        self.history.append(at, actor, event, out)
    }

    fn member(
        &mut self,
        row: PersonRow,
        id: crate::platform::terms::PersonId,
        role: Role,
        joined_at: Timestamp,
        out: &mut impl FnMut(String),
    ) {
        self.last.0 = row;
        let member = people::load::Loaded {
            row,
            id,
            handle: &handle(row),
            role,
            assurance: Assurance::Verified,
            joined_at,
        };
        self.members.member(&member, out);
    }

    fn invite(&mut self, inviter: PersonRow, invite: plan::Given, taken: bool, out: &mut impl FnMut(String)) {
        self.last.1 = self.last.1.max(invite.row);
        let expires_at = invite.expires_at();
        let invite = invites::load::Loaded {
            row: invite.row,
            id: invite.id,
            inviter,
            at: invite.at,
            expires_at,
            taken,
            expired: !taken && expires_at <= self.now,
        };
        self.invites.put(&invite, out);
    }

    fn sanction(
        &mut self,
        person: PersonRow,
        id: SanctionId,
        at: Timestamp,
        lifted_at: Option<Timestamp>,
        out: &mut impl FnMut(String),
    ) {
        let ban = moderation::load::Loaded {
            id,
            person,
            reason: ReasonCode::Abuse,
            by: OWNER,
            at,
            lifted_at,
        };
        self.sanctions.put(&ban, out);
    }

    /// What is known only at the end: open invites, and who is out.
    fn finish(mut self, growth: Growth, followers: &[&str], out: &mut impl FnMut(String)) {
        let mut open: Vec<_> = growth.open().collect();
        open.sort_by_key(|(_, invite)| invite.row);
        for (by, invite) in open {
            self.invite(by, invite, false, out);
        }
        let banned = std::mem::take(&mut self.banned);
        for (&person, &(sanction, at)) in &banned {
            self.sanction(person, sanction, at, None, out);
        }
        let (person, invite) = self.last;
        self.invites.finish(invite, out);
        self.members.finish(self.backend, person, banned.keys().copied(), out);
        self.sanctions.finish(out);
        self.history.finish(followers, out);
    }
}
