//! `vouchsafe graph`: who let whom in and who vouches for whom, asked of the store itself, now or as of a past time.

use std::io::Write;

use clap::Subcommand;
use serde::Serialize;

use super::audit::{AuditError, ask, called, table};
use crate::{
    admin::{Direction, VouchSeen},
    graph::BranchFigures,
    platform::{store::Store, terms::Timestamp},
};

/// A question.
#[derive(Debug, Subcommand)]
pub enum Question {
    /// Who let this person in, up to the root.
    Chain {
        /// A person's id or handle.
        person: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// Whom this person let in.
    Children {
        /// A person's id or handle.
        person: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// Everybody below this person.
    Branch {
        /// A person's id or handle.
        person: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// Everybody below this person, in numbers.
    Figures {
        /// A person's id or handle.
        person: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// How two people are connected.
    Path {
        /// One's id or handle.
        from: String,
        /// The other's.
        to: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// The nearest by way of whom both came in.
    Common {
        /// One's id or handle.
        one: String,
        /// The other's.
        other: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
    /// Who vouches for this person, and for whom they vouch; also what was taken back.
    Vouches {
        /// A person's id or handle.
        person: String,
        /// As of when, and how it is told.
        #[command(flatten)]
        how: How,
    },
}

/// As of when, and how it is told.
#[derive(Debug, Clone, Copy, clap::Args)]
pub struct How {
    /// As of this time (RFC 3339), to the second; else now.
    #[arg(long, value_name = "TIME", value_parser = time)]
    as_of: Option<Timestamp>,
    /// As JSON, as the HTTP interface tells it.
    #[arg(long)]
    json: bool,
}

fn time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| "not a time of RFC 3339, such as 2026-11-27T12:00:00Z".into())
}

/// Answers a question.
///
/// # Errors
/// [`AuditError`].
pub async fn answer(store: &Store, question: Question, out: &mut impl Write) -> Result<(), AuditError> {
    match question {
        Question::Chain { person, how } => {
            let people = ask(store, how.as_of, [&person], |memory, [id]| memory.chain(id)).await?;
            told(out, how, &people, |out| table(out, &people))
        }
        Question::Children { person, how } => {
            let asked = ask(store, how.as_of, [&person], |memory, [id]| {
                memory.children(id, None, usize::MAX)
            });
            let people = asked.await?;
            told(out, how, &people, |out| table(out, &people))
        }
        Question::Branch { person, how } => {
            let asked = ask(store, how.as_of, [&person], |memory, [id]| {
                memory.branch(id, None, usize::MAX)
            });
            let people = asked.await?;
            told(out, how, &people, |out| table(out, &people))
        }
        Question::Figures { person, how } => {
            let figures = ask(store, how.as_of, [&person], |memory, [id]| memory.figures(id)).await?;
            let lines = lines(&figures);
            let object: serde_json::Map<_, _> = lines
                .iter()
                .map(|(name, n)| ((*name).to_owned(), (*n).into()))
                .collect();
            told(out, how, &object, |out| {
                lines
                    .iter()
                    .try_for_each(|(name, n)| writeln!(out, "{:<17} {n}", name.replace('_', " ")))
            })
        }
        Question::Path { from, to, how } => {
            let asked = ask(store, how.as_of, [&from, &to], |memory, [from, to]| {
                memory.path(from, to)
            });
            let people = asked.await?.map(|path| path.people).unwrap_or_default();
            told(out, how, &people, |out| match people.is_empty() {
                true => writeln!(out, "they came in by different roots"),
                false => table(out, &people),
            })
        }
        Question::Common { one, other, how } => {
            let asked = ask(store, how.as_of, [&one, &other], |memory, [one, other]| {
                memory.path(one, other)
            });
            let common = asked.await?.and_then(|path| path.people.into_iter().nth(path.turn));
            told(out, how, &common, |out| match &common {
                Some(node) => writeln!(out, "{}", called(node)),
                None => writeln!(out, "they came in by different roots"),
            })
        }
        Question::Vouches { person, how } => {
            let both = ask(store, how.as_of, [&person], |memory, [id]| {
                let of = |direction| memory.vouches(id, direction, true, None, usize::MAX);
                Ok((of(Direction::Received)?, of(Direction::Given)?))
            });
            let (received, given) = both.await?;
            let object = serde_json::json!({ "received": received, "given": given });
            told(out, how, &object, |out| {
                vouches(out, "received from", &received)?;
                vouches(out, "given to", &given)
            })
        }
    }
}

/// Tells an answer as JSON or in the other way.
fn told<W: Write>(
    out: &mut W,
    how: How,
    answer: &impl Serialize,
    plainly: impl FnOnce(&mut W) -> std::io::Result<()>,
) -> Result<(), AuditError> {
    if how.json {
        let text = serde_json::to_string_pretty(answer).map_err(std::io::Error::other)?;
        writeln!(out, "{text}")?;
    } else {
        plainly(out)?;
    }
    Ok(())
}

const fn lines(figures: &BranchFigures) -> [(&'static str, u32); 7] {
    [
        ("people", figures.people),
        ("depth", figures.depth),
        ("active", figures.active),
        ("verified", figures.verified),
        ("sanctioned", figures.sanctioned),
        ("left", figures.left),
        ("joined_last_week", figures.joined_last_week),
    ]
}

fn vouches(out: &mut impl Write, head: &str, list: &[VouchSeen]) -> std::io::Result<()> {
    for vouch in list {
        let other = vouch
            .handle
            .as_deref()
            .map_or_else(|| vouch.id.to_string(), str::to_owned);
        let until = vouch
            .until
            .map_or_else(String::new, |until| format!(", taken back {}", to_second(until)));
        writeln!(out, "{head} {other} since {}{until}", to_second(vouch.since))?;
    }
    writeln!(out, "{} {head} others", list.len())
}

/// What is finer helps nobody here.
fn to_second(time: Timestamp) -> String {
    time.to_string().get(..19).unwrap_or_default().to_owned()
}
