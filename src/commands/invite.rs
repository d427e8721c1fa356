//! `vouchsafe invite`: invites of a member, by whoever has a shell on the server.

use std::{
    fs,
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use crate::{
    invites::{
        self, BatchIssuer, ChangeError, Extras, Invite, IssueError, Message, MessageError, NewInvite, NoLabel, Request,
        To,
        bulk::{self, BadFile},
    },
    notify::Locale,
    people::{self, Member},
    platform::{
        idempotency::Key,
        jobs::SubmitError,
        ledger::{Actor, Ledger, events::InviteKind},
        store::StoreError,
        terms::{
            BadRow, ContactError, ContactPoint, Id, InviteId, Link, LinkTemplate, PersonId, PersonRow, Role, Timestamp,
        },
        vault::Vault,
    },
    policy::Current,
};

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub enum InviteError {
    /// Nobody is called so.
    #[error("nobody has the id or handle `{0}`; `vouchsafe graph chain` takes the same")]
    PersonUnknown(String),
    /// The member has no such invite.
    #[error("{0} is no invite of theirs; `vouchsafe invite list` has those that are")]
    Unknown(InviteId),
    /// Its code goes by mail alone.
    #[error("{0} is an invite to an address: its code goes by mail alone, so that it has no link to show")]
    Addressed(InviteId),
    /// The contact is none.
    #[error("--to: {0}")]
    Contact(#[from] ContactError),
    /// The message is none.
    #[error("--message: {0}")]
    Message(#[from] MessageError),
    /// The campaign or the group is none.
    #[error("--campaign, --group: {0}")]
    Label(#[from] NoLabel),
    /// The time is none.
    #[error("--opens: give a time such as 2027-03-01T18:00:00Z")]
    Time,
    /// The address is none.
    #[error("--email: {0}")]
    Address(#[from] crate::platform::terms::AddressError),
    /// It was not issued.
    #[error("it was not issued: {0}")]
    Issue(#[from] IssueError),
    /// It was not changed.
    #[error("it was not changed: {0}")]
    Change(#[from] ChangeError),
    /// No invite of the campaign stands.
    #[error("no invite that stands is counted under this")]
    NoneStands,
    /// The link is too long to be drawn.
    #[error(transparent)]
    TooLong(#[from] invites::TooLong),
    /// The file was not written, or cannot be read.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// Rows of the file cannot be taken.
    #[error("nobody is invited, because of {} bad rows:\n{}", .0.bad, lines(.0))]
    BadFile(BadFile),
    /// The job was not asked for.
    #[error("it was not asked for: {0}")]
    Bulk(#[from] SubmitError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is told cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

fn lines(bad: &BadFile) -> String {
    let line = |bad: &BadRow| match bad.column {
        Some(column) => format!("row {}, {column}: {}", bad.row, bad.detail),
        None => format!("row {}: {}", bad.row, bad.detail),
    };
    bad.rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// What the commands work with.
pub struct Invites<'a> {
    /// Where invites are written.
    pub ledger: &'a Ledger,
    /// Derives codes.
    pub vault: &'a Vault,
    /// What the community demands.
    pub policy: &'a Current,
    /// Issues and revokes, no faster than a member may.
    pub issuer: &'a BatchIssuer,
    /// Where a code is opened.
    pub link: &'a LinkTemplate,
}

/// What is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// To whom; an open link where nothing is said.
    pub to: Option<String>,
    /// How many may come in by an open link.
    pub uses: u32,
    /// For how many hours it holds; the policy's lifetime where nothing is said.
    pub hours: Option<u32>,
    /// What it has besides.
    pub besides: Besides,
}

/// What an invite has besides, as it is typed.
#[derive(Debug, Default, clap::Args)]
pub struct Besides {
    /// From when on it can be used, such as 2027-03-01T18:00:00Z; at once where nothing is said.
    #[arg(long, value_name = "TIME")]
    pub opens: Option<String>,
    /// Words to whoever comes: plain text without links.
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,
    /// What it is counted under.
    #[arg(long)]
    pub campaign: Option<String>,
    /// What is noted of whoever comes.
    #[arg(long)]
    pub group: Option<String>,
    /// The id of an open room that it is for.
    #[arg(long)]
    pub room: Option<String>,
    /// What whoever comes becomes; a member where nothing is said.
    #[arg(long)]
    pub role: Option<Role>,
}

impl Besides {
    fn extras(self) -> Result<Extras, InviteError> {
        let opens = self.opens.map(|text| Timestamp::parse(&text).ok_or(InviteError::Time));
        Ok(Extras {
            message: self.message.map(|text| Message::parse(&text)).transpose()?,
            opens_at: opens.transpose()?,
            campaign: self.campaign.map(|text| text.parse()).transpose()?,
            group: self.group.map(|text| text.parse()).transpose()?,
            room: self.room,
            role: self.role,
        })
    }
}

impl Invites<'_> {
    /// Issues an invite of a member, as `POST /v1/me/invites` does, and prints its link or where its letter goes.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn new_invite(&self, by: &str, wanted: Wanted, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        let to = match &wanted.to {
            Some(contact) => ContactPoint::parse(contact)?.into(),
            None => To::Holder { uses: wanted.uses },
        };
        let request = Request {
            inviter,
            new: NewInvite {
                id: Id::new(self.ledger.now(), self.ledger.rng()),
                to,
                locale: Locale::from_tag(&self.policy.get()?.policy.community.locale),
                lifetime: wanted.hours.map(|hours| Duration::from_secs(u64::from(hours) * 3600)),
                extras: wanted.besides.extras()?,
            },
            key: Key::none(),
        };
        let issued = self.issuer.issue(request).await?.value.invite;
        match self.link_of(&issued) {
            Some(link) => writeln!(out, "{} {}", issued.id, link.expose())?,
            None => writeln!(out, "{}; its letter or text message is on its way", issued.id)?,
        }
        Ok(())
    }

    /// Prints a member's invites, newest first, one a line: id, kind, state, uses, until when, and the link of a link.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn list(&self, by: &str, out: &mut impl Write) -> Result<(), InviteError> {
        const AT_ONCE: i64 = 500;
        let inviter = self.member(by).await?;
        let mut before = None;
        loop {
            let (vault, now) = (self.vault.clone(), self.ledger.now());
            let read = self
                .ledger
                .store()
                .read(move |conn| invites::of_inviter(conn, &vault, inviter, before, AT_ONCE, now));
            let page = read.await?;
            for shown in &page {
                let invite = &shown.invite;
                let state = invites::state(invite, shown.expired_reservations, now);
                let kind = invite.kind.as_str();
                let (uses, most, until) = (invite.uses, invite.max_uses, invite.expires_at);
                write!(out, "{} {kind} {state} {uses}/{most} {until}", invite.id)?;
                match self.link_of(invite) {
                    Some(link) => writeln!(out, " {}", link.expose())?,
                    None => writeln!(out)?,
                }
            }
            match page.last() {
                Some(last) if page.len() == AT_ONCE as usize => before = Some(last.invite.row),
                _ => return Ok(()),
            }
        }
    }

    /// Takes a member's invite back.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn revoke(&self, by: &str, id: InviteId, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        if !self.issuer.revoke(inviter, id).await?.value {
            return Err(InviteError::Unknown(id));
        }
        writeln!(out, "{id} is revoked")?;
        Ok(())
    }

    /// Asks for a job that invites everybody in a file, as `POST /v1/admin/invites/bulk` does. A service does it.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn bulk(&self, by: &str, file: &Path, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member_id(by).await?;
        let most = bulk::MOST_BYTES as u64;
        let unread = |error: io::Error| InviteError::File(file.to_owned(), error);
        let mut bytes = Vec::new();
        let opened = fs::File::open(file).map_err(unread)?;
        opened.take(most + 1).read_to_end(&mut bytes).map_err(unread)?;
        if bytes.len() as u64 > most {
            let long = io::Error::new(
                io::ErrorKind::FileTooLarge,
                format!("a file has up to {most} bytes; split it"),
            );
            return Err(unread(long));
        }
        let rows = bulk::read(&bytes).map_err(InviteError::BadFile)?;
        let many = rows.len();
        let (vault, id) = (self.vault.clone(), Id::new(self.ledger.now(), self.ledger.rng()));
        let asked = self.ledger.write(Actor::Operator, move |tx| {
            bulk::invite_many(tx, &vault, &Key::none(), id, inviter, &rows)
        });
        let job = asked.await?.value;
        writeln!(out, "{job}: {many} rows are queued; a running service takes them up")?;
        Ok(())
    }

    /// Lets an invite stand again that was taken back.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn restore(&self, by: &str, id: InviteId, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        self.issuer.restore(inviter, id).await?;
        writeln!(out, "{id} stands again")?;
        Ok(())
    }

    /// Moves the end of an invite to a later time: so many hours from now, or the policy's lifetime.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn extend(
        &self,
        by: &str,
        id: InviteId,
        hours: Option<u32>,
        out: &mut impl Write,
    ) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        let lifetime = hours.map(|hours| Duration::from_secs(u64::from(hours) * 3600));
        let invite = self.issuer.extend(inviter, id, lifetime).await?.value.invite;
        writeln!(out, "{id} holds until {}", invite.expires_at)?;
        Ok(())
    }

    /// Has the letter of an invite sent again.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn resend(&self, by: &str, id: InviteId, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        self.issuer.resend(inviter, id).await?;
        writeln!(out, "{id}; its letter is on its way")?;
        Ok(())
    }

    /// Passes an invite on to another address.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn pass_on(&self, by: &str, id: InviteId, email: &str, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        let passed = self
            .issuer
            .pass_on(
                inviter,
                id,
                crate::platform::terms::EmailAddress::parse(email)?,
                Key::none(),
            )
            .await?;
        writeln!(out, "{}; its letter is on its way", passed.value.invite.id)?;
        Ok(())
    }

    /// Draws a link as a QR code: PNG where the file's name ends so, SVG otherwise.
    ///
    /// # Errors
    /// [`InviteError`]
    pub async fn qr(&self, by: &str, id: InviteId, file: &Path, out: &mut impl Write) -> Result<(), InviteError> {
        let inviter = self.member(by).await?;
        let read = self.ledger.store().read(move |conn| invites::own(conn, inviter, id));
        let invite = read.await?.ok_or(InviteError::Unknown(id))?;
        let link = self.link_of(&invite).ok_or(InviteError::Addressed(id))?;
        let is_png = file
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("png"));
        let image = match is_png {
            true => invites::png(&link)?,
            false => invites::svg(&link)?.into_bytes(),
        };
        fs::write(file, image).map_err(|error| InviteError::File(file.to_owned(), error))?;
        writeln!(out, "{}", file.display())?;
        Ok(())
    }

    fn link_of(&self, invite: &Invite) -> Option<Link> {
        let is_link = invite.kind == InviteKind::Link;
        let code = invites::code_of(self.vault, invite.key_version, invite.id).filter(|_| is_link)?;
        Some(self.link.to(&code.expose()))
    }

    async fn member(&self, name: &str) -> Result<PersonRow, InviteError> {
        Ok(self.found(name).await?.row)
    }

    async fn member_id(&self, name: &str) -> Result<PersonId, InviteError> {
        Ok(self.found(name).await?.id)
    }

    async fn found(&self, name: &str) -> Result<Member, InviteError> {
        let asked = name.to_owned();
        let found = self.ledger.store().read(move |conn| {
            let id = super::audit::id(conn, &asked)?;
            match id {
                Some(id) => Ok(people::member_by_id(conn, id)?),
                None => Ok::<_, StoreError>(None),
            }
        });
        found.await?.ok_or_else(|| InviteError::PersonUnknown(name.to_owned()))
    }
}
