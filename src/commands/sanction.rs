//! `vouchsafe sanction`: sanctions by whoever has a shell on the server.

use std::{io::Write, sync::Arc};

use super::admin::{AdminError, named};
use crate::{
    app::Core,
    graph::LiveGraph,
    moderation::{
        self, ActionError, ReasonCode, SanctionError, SanctionKind, Selection,
        commands::{NewAction, NewSanction},
        queries::{self, Figures},
        selection,
    },
    people::{self, Roster},
    platform::{
        idempotency::Key,
        ledger::{Actor, Ledger},
        store::Conn,
        terms::{ActionId, Id, Reason, Timestamp},
        vault::Vault,
    },
    policy::Current,
};

/// What `vouchsafe sanction` can do.
#[derive(Debug, clap::Subcommand)]
pub enum SanctionCommand {
    /// Sanctions a member.
    Person {
        /// A person's id or handle.
        person: String,
        /// How.
        #[command(flatten)]
        wanted: Wanted,
    },
    /// Drafts an action on a branch, and says on how many people it would be.
    Branch {
        /// Whom.
        #[command(flatten)]
        whom: Whom,
        /// How.
        #[command(flatten)]
        wanted: Wanted,
    },
    /// Approves an action; a running service carries it out.
    Approve {
        /// The action's id.
        action: ActionId,
    },
    /// Has an action undone by a running service.
    Undo {
        /// The action's id.
        action: ActionId,
        /// Why, in words, which are kept sealed.
        #[arg(long)]
        note: String,
    },
    /// Lifts a sanction that is in force on a member.
    Lift {
        /// A person's id or handle.
        person: String,
        /// What it does.
        #[arg(long)]
        kind: SanctionKind,
        /// Why, in words, which are kept sealed.
        #[arg(long)]
        note: String,
    },
}

/// Does what was asked.
///
/// # Errors
/// [`AdminError`].
pub async fn run(core: &Core, what: SanctionCommand, out: &mut impl Write) -> Result<(), AdminError> {
    let (ledger, vault) = (&core.ledger, &core.vault);
    let actions = Actions {
        ledger,
        vault,
        policy: &core.policy,
        graph: &core.graph,
        roster: &core.roster,
    };
    match what {
        SanctionCommand::Person { person, wanted } => impose(ledger, vault, &person, &wanted, out).await,
        SanctionCommand::Lift { person, kind, note } => lift(ledger, vault, &person, kind, &note, out).await,
        SanctionCommand::Branch { whom, wanted } => actions.draft(&whom, &wanted, out).await,
        SanctionCommand::Approve { action } => actions.approve(action, out).await,
        SanctionCommand::Undo { action, note } => actions.undo(action, &note, out).await,
    }
}

/// A sanction that is wanted.
#[derive(Debug, clap::Args)]
pub struct Wanted {
    /// What it does: freeze (no inviting), quarantine (and only listening in rooms), suspend (out until the end), ban.
    #[arg(long)]
    pub kind: SanctionKind,
    /// When it ends by itself, such as 2027-03-01T18:00:00Z; a suspension needs it.
    #[arg(long)]
    pub until: Option<String>,
    /// Why, as a code that the ledger records: spam, abuse, false_identity, ban_evasion, security, request, other.
    #[arg(long)]
    pub reason: ReasonCode,
    /// Why, in words, which are kept sealed.
    #[arg(long)]
    pub note: String,
}

impl Wanted {
    /// When it is to end.
    pub(super) fn end(&self) -> Result<Option<Timestamp>, AdminError> {
        let read = |text: &String| Timestamp::parse(text).ok_or(AdminError::Time);
        self.until.as_ref().map(read).transpose()
    }
}

/// Sanctions a member by their id or handle, as [`moderation::commands::sanction`] does for whoever asks over HTTP.
///
/// # Errors
/// [`AdminError`].
pub async fn impose(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    wanted: &Wanted,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let (kind, reason, until) = (wanted.kind, wanted.reason, wanted.end()?);
    let (target, note) = (named(ledger, person).await?, Reason::parse(&wanted.note)?);
    let (vault, id) = (vault.clone(), Id::new(ledger.now(), ledger.rng()));
    let imposed = ledger.write(Actor::Operator, move |tx| {
        let new = NewSanction {
            id,
            kind,
            until,
            reason,
            note: &note,
        };
        moderation::commands::sanction(tx, &vault, &Key::none(), target, &new)
    });
    let sanction = imposed.await?.value;
    let standing = moderation::standing_of(kind);
    match until {
        Some(until) => writeln!(out, "{target} is {standing} until {until}: {}", sanction.id)?,
        None => writeln!(out, "{target} is {standing}: {}", sanction.id)?,
    }
    Ok(())
}

/// Lifts the sanction of a kind that is in force on a member, who is called by their id or handle.
///
/// # Errors
/// [`AdminError`].
pub async fn lift(
    ledger: &Ledger,
    vault: &Vault,
    person: &str,
    kind: SanctionKind,
    note: &str,
    out: &mut impl Write,
) -> Result<(), AdminError> {
    let (target, note) = (named(ledger, person).await?, Reason::parse(note)?);
    let vault = vault.clone();
    let lifted = ledger.write(Actor::Operator, move |tx| {
        let member = people::member_by_id(tx.conn, target)?.ok_or(SanctionError::PersonUnknown)?;
        let in_force = moderation::in_force(tx.conn, member.row)?;
        let sanction = in_force.into_iter().find(|sanction| sanction.kind == kind);
        let sanction = sanction.ok_or(SanctionError::Unknown)?;
        moderation::commands::lift(tx, &vault, target, sanction.id, &note)?;
        let member = people::member_by_id(tx.conn, target)?.ok_or(SanctionError::PersonUnknown)?;
        Ok::<_, SanctionError>(member.standing)
    });
    let standing = lifted.await?.value;
    if standing.is_good() {
        writeln!(
            out,
            "{target} is in good standing again; they sign in again where they were put out"
        )?;
    } else {
        writeln!(out, "the {kind} is lifted; {target} is {standing}")?;
    }
    Ok(())
}

/// Whom a branch action is on.
#[derive(Debug, clap::Args)]
pub struct Whom {
    /// A person's id or handle: they and everybody below them.
    pub person: String,
    /// Only those who joined then or later, such as 2027-03-01T18:00:00Z.
    #[arg(long)]
    pub since: Option<String>,
    /// Not this person, by their id or handle; may be said again.
    #[arg(long)]
    pub without: Vec<String>,
}

/// The parts that an action on many needs.
pub struct Actions<'a> {
    /// Where it is written.
    pub ledger: &'a Ledger,
    /// Seals its notes.
    pub vault: &'a Vault,
    /// What the community demands.
    pub policy: &'a Arc<Current>,
    /// Who let whom in.
    pub graph: &'a LiveGraph,
    /// Everybody's standing.
    pub roster: &'a Roster,
}

impl Actions<'_> {
    /// Drafts an action on a branch, and says on how many it would be.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn draft(&self, whom: &Whom, wanted: &Wanted, out: &mut impl Write) -> Result<(), AdminError> {
        let read = |text: &String| Timestamp::parse(text).ok_or(AdminError::Time);
        let mut without = Vec::with_capacity(whom.without.len());
        for person in &whom.without {
            without.push(named(self.ledger, person).await?);
        }
        let selection = Selection {
            branch: Some(named(self.ledger, &whom.person).await?),
            joined_since: whom.since.as_ref().map(read).transpose()?,
            people: Vec::new(),
            without,
        };
        let (kind, reason, until) = (wanted.kind, wanted.reason, wanted.end()?);
        let note = Reason::parse(&wanted.note)?;
        let chosen = selection::choose(self.graph, self.roster, &selection, kind, None).map_err(ActionError::from)?;
        let (vault, id) = (self.vault.clone(), Id::new(self.ledger.now(), self.ledger.rng()));
        let drafted = self.ledger.write(Actor::Operator, move |tx| {
            let new = NewAction {
                id,
                kind,
                until,
                reason,
                note: &note,
                selection: &selection,
            };
            moderation::commands::draft(tx, &vault, &Key::none(), &new).map(|_| ())
        });
        drafted.await?;
        let Figures {
            selected,
            people,
            staff,
            sanctioned,
            left,
            named,
            ..
        } = Figures::of(&chosen);
        writeln!(
            out,
            "{id} is drafted: on {people} of {selected} people\nleft out: {staff} with a role, {sanctioned} under such a \
             sanction, {left} who have left, {named} by name"
        )?;
        Ok(())
    }

    /// Approves an action. A running service carries it out.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn approve(&self, id: ActionId, out: &mut impl Write) -> Result<(), AdminError> {
        let now = self.ledger.now();
        let read = move |conn: &mut Conn| queries::action(conn, None, id, now);
        let action = self.ledger.store().read(read).await?.ok_or(ActionError::Unknown)?;
        let (kind, by) = (action.action.kind, action.action.drafted_by);
        let chosen = selection::choose(self.graph, self.roster, &action.selection, kind, by);
        let chosen = chosen.map_err(ActionError::from)?;
        let (vault, policy) = (self.vault.clone(), Arc::clone(self.policy));
        let approved = self.ledger.write(Actor::Operator, move |tx| {
            moderation::commands::approve(tx, &vault, &policy, id, &chosen)
        });
        let people = approved.await?.value.people.unwrap_or(0);
        writeln!(
            out,
            "{id} is approved: {people} people are {}",
            moderation::standing_of(kind)
        )?;
        Ok(())
    }

    /// Has an action undone by a running service.
    ///
    /// # Errors
    /// [`AdminError`].
    pub async fn undo(&self, id: ActionId, note: &str, out: &mut impl Write) -> Result<(), AdminError> {
        let (note, vault) = (Reason::parse(note)?, self.vault.clone());
        let undone = self.ledger.write(Actor::Operator, move |tx| {
            moderation::commands::undo(tx, &vault, id, &note).map(|_| ())
        });
        undone.await?;
        writeln!(out, "{id} is being undone")?;
        Ok(())
    }
}
