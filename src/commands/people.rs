//! `vouchsafe people`: who is here, asked of the store.

use std::io::{self, BufRead, Write};

use super::table::{seconds, table, time};
use crate::{
    app::Core,
    leaving::{self, LeaveError, LeaveReason},
    people::{self, HandleError, Member, Wanted},
    platform::{
        ledger::{Actor, Ledger},
        store::{Store, StoreError},
        terms::{ContactError, ContactPoint, PersonId, Role, Standing, quoted},
        vault::Vault,
    },
};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum People {
    /// Lists the members who fit everything that is said, in the order of joining; by handle where the beginning of one is
    /// said.
    Find(Sought),
    /// Removes a member: what says who they were is forgotten and cannot be brought back; whom they let in stays.
    Erase {
        /// A person's id or handle.
        person: String,
        /// Why, as a code that the ledger records: request, legal, mistake, other.
        #[arg(long)]
        reason: LeaveReason,
    },
}

/// Who is looked for.
#[derive(Debug, Default, clap::Args)]
pub struct Sought {
    /// Whose handle begins so.
    #[arg(long, value_name = "BEGINNING")]
    pub handle: Option<String>,
    /// Who has this id.
    #[arg(long)]
    pub id: Option<PersonId>,
    /// Who has proved this e-mail address or phone number, whole; `-` reads it from the standard input, so that it stays
    /// out of the shell's history.
    #[arg(long)]
    pub contact: Option<String>,
    /// Who is of this role.
    #[arg(long)]
    pub role: Option<Role>,
    /// Who stands so.
    #[arg(long)]
    pub standing: Option<Standing>,
    /// Who joined then or later, such as 2027-03-01 or 2027-03-01T18:00:00Z.
    #[arg(long, value_name = "TIME")]
    pub joined_from: Option<String>,
    /// Who joined earlier.
    #[arg(long, value_name = "TIME")]
    pub joined_before: Option<String>,
    /// How many are listed at most.
    #[arg(long, default_value_t = 100)]
    pub limit: usize,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// The beginning of the handle is none.
    #[error("--handle: it begins with 1 to 30 of the characters a-z, 0-9 and _")]
    Handle(#[from] HandleError),
    /// The contact is none.
    #[error("--contact: {0}")]
    Contact(#[from] ContactError),
    /// A time is none.
    #[error("{0}: give a date such as 2027-03-01, or a time such as 2027-03-01T18:00:00Z")]
    Time(&'static str),
    /// Nobody has this id or handle.
    #[error("nobody has the id or handle {}", quoted(.0))]
    PersonUnknown(String),
    /// The reason is none of somebody else's.
    #[error("--reason: `own` is said by whoever leaves; say request, legal, mistake or other")]
    Own,
    /// They are not removed.
    #[error(transparent)]
    Leave(#[from] LeaveError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The terminal.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Does it.
///
/// # Errors
/// [`PeopleError`]
pub async fn run(core: &Core, what: People, out: &mut impl Write) -> Result<(), PeopleError> {
    match what {
        People::Find(sought) => find(core.ledger.store(), &core.vault, sought, &mut io::stdin().lock(), out).await,
        People::Erase { person, reason } => erase(&core.ledger, &core.vault, person, reason, out).await,
    }
}

/// Removes a member.
///
/// # Errors
/// [`PeopleError`]
pub async fn erase(
    ledger: &Ledger,
    vault: &Vault,
    person: String,
    reason: LeaveReason,
    out: &mut impl Write,
) -> Result<(), PeopleError> {
    if reason == LeaveReason::Own {
        return Err(PeopleError::Own);
    }
    let name = person.clone();
    let id = ledger.store().read(move |conn| super::audit::id(conn, &name)).await?;
    let id = id.ok_or(PeopleError::PersonUnknown(person))?;
    let vault = vault.clone();
    ledger
        .write(Actor::Operator, move |tx| leaving::remove(tx, &vault, id, reason))
        .await?;
    writeln!(out, "{id} is forgotten; a row without a name stays in the graph")?;
    Ok(())
}

/// Prints whoever is looked for. `input` is read where the contact comes from there.
///
/// # Errors
/// [`PeopleError`]
pub async fn find(
    store: &Store,
    vault: &Vault,
    sought: Sought,
    input: &mut impl BufRead,
    out: &mut impl Write,
) -> Result<(), PeopleError> {
    let limit = sought.limit;
    let wanted = wanted(vault, sought, input)?;
    let read = store.read(move |conn| {
        let (mut members, mut after) = (Vec::new(), None);
        loop {
            let left = limit.saturating_sub(members.len());
            let found = people::find(conn, &wanted, after, left)?;
            members.extend(found.members);
            after = found.next;
            if after.is_none() || members.len() >= limit {
                return Ok::<_, StoreError>((members, after.is_some()));
            }
        }
    });
    let (members, more) = read.await?;
    let rows: Vec<_> = members.iter().map(row).collect();
    let heads = ["handle", "role", "standing", "assurance", "joined (UTC)", "id"];
    table(out, heads, &rows)?;
    let people = if rows.len() == 1 { "person" } else { "people" };
    let more = if more { "; there are more, see --limit" } else { "" };
    writeln!(out, "\n{} {people}{more}", rows.len())?;
    Ok(())
}

fn wanted(vault: &Vault, sought: Sought, input: &mut impl BufRead) -> Result<Wanted, PeopleError> {
    let contact = match sought.contact.as_deref() {
        Some("-") => {
            let mut line = String::new();
            input.read_line(&mut line)?;
            Some(line)
        }
        given => given.map(str::to_owned),
    };
    let contact = contact.map(|text| ContactPoint::parse(&text)).transpose()?;
    let moment = |text: Option<String>, name| match text {
        Some(text) => time(&text).map(Some).ok_or(PeopleError::Time(name)),
        None => Ok(None),
    };
    Ok(Wanted {
        handle: sought.handle.as_deref().map(people::handle_prefix).transpose()?,
        id: sought.id,
        contact: contact.map(|contact| vault.blind_contact(&contact)),
        role: sought.role,
        standing: sought.standing,
        joined_from: moment(sought.joined_from, "--joined-from")?,
        joined_before: moment(sought.joined_before, "--joined-before")?,
    })
}

fn row(member: &Member) -> [String; 6] {
    [
        member.handle.clone().unwrap_or_else(|| "-".to_owned()),
        member.role.to_string(),
        member.standing.to_string(),
        member.assurance.to_string(),
        seconds(member.joined_at),
        member.id.to_string(),
    ]
}
