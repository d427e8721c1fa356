//! `vouchsafe demo`: a service with a sample community of some two thousand people.
//!
//! What happened in it is planned first ([`plan`]), from a seed; then it is done by the commands that
//! the routes call, each at its time within the last eighteen months and on behalf of whoever did it.
//! Keys and secrets are as random as everywhere. Nobody is meant: names are put together, addresses
//! are at example.org, and the numbers of documents are those of nobody alive.

mod names;
mod plan;
mod steps;

use std::{fmt::Display, io, sync::Arc, time::Duration};

use data_encoding::BASE64URL_NOPAD;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use secrecy::ExposeSecret;
use zeroize::Zeroizing;

use super::{admin, serve};
use crate::{
    app::{App, Core, DOCUMENTS, StartError},
    credentials::{HasherError, passwords::hash::Phc},
    identity::{Country, Document, DocumentKind},
    people,
    platform::{
        config::Config,
        jobs::{self, Cast, Ended, Job},
        ledger::{Projection, Tx},
        store::{CommandError, Conn, Disposition, StoreError},
        terms::{PersonId, PersonRow, SeededRng, Timestamp},
        vault::{Blind, Vault, sha256},
    },
    policy::{self, Policy},
};
use plan::{Deed, Plan, SPAN, Who, plan};

/// The owner's address.
pub const OWNER: &str = "owner@example.org";
/// The address of the owner who founded it with them: what is done to many needs two, neither of whom the other let in.
pub const SECOND: &str = "second@example.org";
/// The handle of that one; nobody else in the plan has it.
const SECOND_HANDLE: &str = "second_owner";
/// The seed of everything that is not a secret.
const SEED: u64 = 2026;
/// By what the sample community is known again.
const NAME: &[u8] = b"vouchsafe: the sample community, 2";
const MINUTE: Duration = Duration::from_secs(60);

/// Why there is no sample community.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The database holds another community.
    #[error("the database holds another community already: a sample community is not put beside it")]
    NotEmpty,
    /// The service.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The password that nobody knows.
    #[error(transparent)]
    Hasher(#[from] HasherError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is told cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What the sample community has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Summary {
    /// Whether it was there before.
    pub before: bool,
    /// Its owner.
    pub owner: PersonRow,
    /// Who founded it with them, and approves what they propose.
    pub second: PersonRow,
    /// Its members, the banned among them.
    pub members: usize,
    /// Members who are banned.
    pub banned: usize,
    /// Newcomers who wait for a reviewer.
    pub pending: usize,
    /// Newcomers whom a reviewer refused.
    pub refused: usize,
}

/// Makes the sample community where there is none, serves it, and prints where to look and how to
/// sign in as its owner; until SIGINT or SIGTERM.
///
/// # Errors
/// [`DemoError`].
pub async fn run(config: Config, out: &mut impl io::Write) -> Result<(), DemoError> {
    let (url, mailbox) = (config.http.public_url.clone(), config.mail.mailbox_dir.clone());
    let core = Core::open(config, crate::app::Parts::default()).await?;
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("a sample community {bar:40} {percent} %") {
        bar.set_style(style);
    }
    let populated = populate(&core, |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    })
    .await;
    bar.finish_and_clear();
    let summary = populated?;
    let code = admin::sign_in_code(&core.ledger, &core.vault, summary.owner).await?;
    let of_second = admin::sign_in_code(&core.ledger, &core.vault, summary.second).await?;
    let app = App::around(core).await?;
    let base = url.as_str().trim_end_matches('/');
    let Summary {
        members,
        banned,
        pending,
        ..
    } = summary;
    writeln!(
        out,
        "\nA sample community of {members} people, {banned} of them banned; {pending} newcomers wait for a reviewer.\n\n  \
         what there is   {base}/openapi.json\n  mail            {}\n\nIts owner is {OWNER}.",
        mailbox.display()
    )?;
    admin::tell_code(&url, &code, out)?;
    writeln!(
        out,
        "\nThen look around at {base}/console/. What is done to many needs a second owner or admin: in a private window, open\n\n  \
         {base}/signin/{}",
        of_second.expose_secret()
    )?;
    writeln!(out)?;
    Ok(serve::until_told(app, out).await?)
}

/// Makes the sample community, or goes on with making it; `progress` is told how much of how much is
/// done. Where it is there, nothing is written.
///
/// # Errors
/// [`DemoError`].
pub async fn populate(core: &Core, mut progress: impl FnMut(u64, u64)) -> Result<Summary, DemoError> {
    let vault = core.vault.clone();
    let found = core.ledger.store().read(move |conn| beginning(conn, &vault)).await?;
    let base = match found {
        Beginning::Nobody => core.ledger.now().before(SPAN),
        Beginning::Here(since) => since,
        Beginning::Others => return Err(DemoError::NotEmpty),
    };
    let mut unknown = Zeroizing::new([0; 32]);
    core.ledger.rng().fill(&mut *unknown);
    let password = core.hasher.hash(BASE64URL_NOPAD.encode(&*unknown).into()).await?;
    let plan = plan(&SeededRng::new(SEED));
    let work = Arc::new(Work {
        handles: plan.people.iter().map(|person| person.handle.clone()).collect(),
        plan,
        base,
        vault: core.vault.clone(),
        growing: read(&core.policy, &document("checked"))?,
        reviewing: read(&core.policy, &document("verified"))?,
        password,
    });
    let all = work.steps() as u64;
    let never = std::future::pending();
    let ended = jobs::run(&core.ledger, Arc::clone(&work), never, |done| progress(done, all)).await?;
    let vault = core.vault.clone();
    let read = move |conn: &mut Conn| {
        Ok::<_, StoreError>((by_address(conn, &vault, OWNER)?, by_address(conn, &vault, SECOND)?))
    };
    let (owner, second) = core.ledger.store().read(read).await?;
    // Who is worth a look is there from the beginning. Memory is still reading what was written.
    while !core.read_model.has_seen_own() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    core.leads_every(Duration::ZERO).compute().await?;
    let count = |wanted: fn(&Deed) -> bool| work.plan.count(wanted);
    Ok(Summary {
        before: ended == Ended::DoneBefore,
        owner: owner.ok_or_else(|| StoreError::Internal("the sample community has no owner".into()))?,
        second: second.ok_or_else(|| StoreError::Internal("the sample community has no second owner".into()))?,
        members: 2 + count(|deed| matches!(deed, Deed::Join { .. })),
        banned: count(|deed| matches!(deed, Deed::Ban { .. })),
        pending: count(|deed| matches!(deed, Deed::Apply { refused_by: None, .. })),
        refused: count(|deed| {
            matches!(
                deed,
                Deed::Apply {
                    refused_by: Some(_),
                    ..
                }
            )
        }),
    })
}

/// Whom the database holds.
enum Beginning {
    /// Nobody.
    Nobody,
    /// The sample community, whose first moment this was.
    Here(Timestamp),
    /// A community of others.
    Others,
}

fn beginning(conn: &mut Conn, vault: &Vault) -> Result<Beginning, StoreError> {
    let somebody = people::members(conn, PersonRow(0), None, None, 1)?;
    let Some(first) = somebody.first() else {
        return Ok(Beginning::Nobody);
    };
    let ours = jobs::begun(conn, &sha256(NAME))? && by_address(conn, vault, OWNER)? == Some(first.row);
    Ok(if ours {
        Beginning::Here(first.joined_at)
    } else {
        Beginning::Others
    })
}

fn by_address(conn: &mut Conn, vault: &Vault, address: &str) -> Result<Option<PersonRow>, StoreError> {
    let blind = vault.blind(Blind::Contact, address.as_bytes());
    Ok(people::by_contact(conn, &blind)?)
}

/// The community's rules: whom it lets in is said by `assurance`.
fn document(assurance: &str) -> String {
    format!(
        "# The rules of the sample community.\n\n[community]\nname = \"Riverside Commons\"\nlocale = \"en\"\n\n\
         [join]\nassurance = \"{assurance}\"\ndocuments = [\"cn_resident_id\", \"passport\"]\n\n\
         [invite]\nassurance = \"checked\"\nquota_per_member = 100\n\
         open_links_by = [\"owner\", \"admin\", \"reviewer\", \"member\"]\n"
    )
}

fn read(current: &policy::Current, document: &str) -> Result<Policy, StoreError> {
    current.read(document).map_err(|mistakes| {
        let all: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
        StoreError::Internal(all.join("; "))
    })
}

/// What is to be done.
struct Work {
    plan: Plan,
    handles: Vec<String>,
    /// The community's first moment.
    base: Timestamp,
    vault: Vault,
    /// The rules under which the community grew.
    growing: Policy,
    /// The rules now.
    reviewing: Policy,
    /// Everybody's; nobody knows it.
    password: Phc,
}

impl Job for Work {
    const KIND: &'static str = "sample_community";
    const CHUNK: usize = 40;
    type Error = StoreError;

    fn digest(&self) -> [u8; 32] {
        sha256(NAME)
    }

    fn names(&self) -> &[String] {
        &self.handles
    }

    fn steps(&self) -> usize {
        self.plan.moments.len()
    }

    fn begin(&self, _: &mut Tx<'_>) -> Result<(), StoreError> {
        Ok(())
    }

    fn step(&self, tx: &mut Tx<'_>, people: &mut Cast<'_>, place: usize) -> Result<(), StoreError> {
        let (at, deed) = &self.plan.moments[place];
        self.play(tx, people, self.base.after(*at), deed)
    }

    fn end(&self, _: &mut Tx<'_>) -> Result<String, StoreError> {
        Ok("{}".into())
    }
}

/// A refusal here is a mistake of the plan. What the database did stays what it was.
fn planned<T, E: CommandError + Display>(outcome: Result<T, E>) -> Result<T, StoreError> {
    outcome.map_err(|error| match error.disposition() {
        Disposition::Abandon => StoreError::Unavailable(error.to_string()),
        Disposition::Keep | Disposition::RollBack => StoreError::Internal(format!("the sample community: {error}")),
    })
}

/// The same, for what is read and has nothing to undo.
fn sound<T, E: Display>(outcome: Result<T, E>) -> Result<T, StoreError> {
    outcome.map_err(|error| StoreError::Internal(format!("the sample community: {error}")))
}

/// The public id of a member of the sample community.
fn member_id(tx: &mut Tx<'_>, row: PersonRow) -> Result<PersonId, StoreError> {
    people::member(tx.conn, row)?
        .map(|member| member.id)
        .ok_or_else(|| StoreError::Internal("a member of the sample community is missing".into()))
}

/// Puts a document in force.
fn change(tx: &mut Tx<'_>, document: &str) -> Result<(), StoreError> {
    let current = policy::Current::new(DOCUMENTS);
    current.load(tx.conn)?;
    let from = current.get()?.version;
    planned(policy::change(tx, document, from))?;
    Ok(())
}

/// A document that nobody alive has: born before 1910, with the order number 000, which is not given
/// out. Its form and check character hold (GB 11643-1999).
fn number(who: Who, now: Timestamp) -> Result<Document, StoreError> {
    let (year, day) = (1897 + who / 336, who % 336);
    let digits = format!("110105{year}{:02}{:02}000", 1 + day / 28, 1 + day % 28);
    let document = "0123456789X".chars().find_map(|check| {
        let number = format!("{digits}{check}");
        Document::parse(Country::CN, DocumentKind::CnResidentId, &number, now.date()).ok()
    });
    document.ok_or_else(|| StoreError::Internal("a document of the sample community has no form".into()))
}
