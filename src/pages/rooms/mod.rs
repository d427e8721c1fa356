//! Rooms, for whoever is a member: which are open to them, what they are in one, and what they may do there. Whoever
//! moderates one sees who is in it, and acts. Nobody takes a ticket here: that is for the app that plays the sound.

mod act;
mod kept;
mod words;

use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use serde::Deserialize;

pub(super) use act::act;

use super::{
    api::Refused,
    join::day,
    problems::Told,
    shell::{Shell, encoded},
    visit::Visit,
};
use kept::Kept;
use words::{Words, words};

/// How many rooms, or people in one, a page shows.
const SHOWN: u32 = 50;

#[derive(Template)]
#[template(path = "pages/rooms/list.html")]
struct ListPage {
    shell: Shell,
    words: &'static Words,
    rooms: Vec<Card>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct Card {
    id: String,
    access: String,
    speakers: String,
    capacity: u32,
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
    next: Option<String>,
}

/// A path with where its page begins, as the browser asks.
fn from_cursor(visit: &Visit, path: &str) -> String {
    let cursor = visit.query("cursor").map(|cursor| encoded(&cursor));
    format!(
        "{path}?limit={SHOWN}{}",
        cursor.map_or_else(String::new, |cursor| format!("&cursor={cursor}"))
    )
}

/// The rooms that are open to whoever asks.
pub(super) async fn list(visit: Visit) -> HttpResponse {
    let page = listed(&visit).await;
    visit.answer(page)
}

async fn listed(visit: &Visit) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let page: Page<Card> = visit.get(&from_cursor(visit, "/v1/rooms")).await?;
    let page = ListPage {
        words,
        rooms: page.items,
        next: page.next.map(|next| encoded(&next)),
        shell: visit.shell(words.title),
    };
    Ok(visit.show(StatusCode::OK, &page))
}

#[derive(Template)]
#[template(path = "pages/rooms/room.html")]
struct RoomPage {
    shell: Shell,
    words: &'static Words,
    told: Option<Told>,
    done: Option<&'static str>,
    room: Room,
    /// Why they may not enter, and what to do now.
    why: Option<Told>,
    /// What they may.
    may: &'static str,
    may_speak: bool,
    /// What comes next.
    how: Option<&'static str>,
    muted_until: Option<String>,
    warnings: Vec<(String, &'static str)>,
    seat: Option<Seat>,
    moderators: Vec<String>,
    /// What its moderators see of it.
    kept: Option<Kept>,
}

/// The seat of whoever is at the page.
struct Seat {
    ticket: String,
    since: String,
    until: String,
    hand: Option<String>,
    may_ask: bool,
    on_stage: bool,
}

#[derive(Deserialize)]
struct Room {
    id: String,
    access: String,
    speakers: String,
    capacity: u32,
    taken: i64,
    you: You,
    moderators: Vec<Named>,
    filters: Vec<String>,
}

#[derive(Deserialize)]
struct Named {
    handle: Option<String>,
}

#[derive(Deserialize)]
struct You {
    part: Option<String>,
    moderates: bool,
    refused: Option<String>,
    lacks: Option<String>,
    wait: Option<u32>,
    ticket: Option<String>,
    since: Option<jiff::Timestamp>,
    expires_at: Option<jiff::Timestamp>,
    hand_raised_at: Option<jiff::Timestamp>,
    muted_until: Option<jiff::Timestamp>,
    warnings: Vec<Warning>,
}

#[derive(Deserialize)]
struct Warning {
    at: jiff::Timestamp,
    reason: String,
}

/// What somebody is called, without a name of their own too.
fn called(words: &Words, handle: Option<&str>) -> String {
    handle.map_or_else(|| words.no_name.to_owned(), |handle| format!("@{handle}"))
}

impl You {
    /// Whether they speak from a stage that they may leave.
    fn is_on_stage(&self, room: &Room) -> bool {
        room.speakers == "stage" && !self.moderates && self.is("speaker")
    }

    fn is(&self, part: &str) -> bool {
        self.part.as_deref() == Some(part)
    }

    /// Why they may not enter, and what to do now.
    fn why(&self, visit: &Visit, words: &Words) -> Option<Told> {
        let mut refused = Refused::of(self.refused.as_deref()?, StatusCode::FORBIDDEN);
        refused.retry_after = self.wait;
        let mut told = visit.told(&refused);
        if let Some(text) = self.lacks.as_deref().and_then(|lack| words.lack(lack)) {
            text.clone_into(&mut told.text);
        }
        Some(told)
    }

    /// What they may, and what comes next.
    fn may(&self, room: &Room, words: &Words) -> (&'static str, Option<&'static str>) {
        match self.part.as_deref() {
            Some("speaker") => {
                let on_stage = self.ticket.is_some() && self.is_on_stage(room);
                (words.may_speak, on_stage.then_some(words.how_on_stage))
            }
            Some("hidden") => (words.may_listen_unseen, None),
            _ if self.ticket.is_none() => (words.may_listen, Some(words.how_to_come_in)),
            _ if self.hand_raised_at.is_some() => (words.may_listen, Some(words.how_asked)),
            _ => (words.may_listen, Some(words.how_to_ask)),
        }
    }

    fn seat(&self, visit: &Visit, room: &Room) -> Option<Seat> {
        let at = |time: Option<jiff::Timestamp>| time.map(|at| day(visit.locale, at));
        Some(Seat {
            ticket: self.ticket.clone()?,
            since: at(self.since)?,
            until: at(self.expires_at)?,
            hand: at(self.hand_raised_at),
            may_ask: self.is("listener") && self.hand_raised_at.is_none(),
            on_stage: self.is_on_stage(room),
        })
    }
}

/// One room.
pub(super) async fn show(visit: Visit) -> HttpResponse {
    let page = shown(&visit, None).await;
    visit.answer(page)
}

/// One room, with what was refused there.
async fn shown(visit: &Visit, refused: Option<&Refused>) -> Result<HttpResponse, Refused> {
    let words = words(visit.locale);
    let id = encoded(visit.segment("room"));
    let room: Room = visit.get(&format!("/v1/rooms/{id}")).await?;
    let you = &room.you;
    let kept = match you.moderates {
        true => Some(Kept::of(visit, words, &room).await?),
        false => None,
    };
    let (may, how) = you.may(&room, words);
    let warned = you.warnings.iter();
    let page = RoomPage {
        words,
        told: refused.map(|refused| visit.told(refused)),
        done: visit
            .query("done")
            .filter(|_| refused.is_none())
            .and_then(|done| words.done(&done)),
        why: you.why(visit, words),
        may,
        may_speak: you.is("speaker"),
        how,
        muted_until: you.muted_until.map(|until| day(visit.locale, until)),
        warnings: warned
            .map(|warning| (day(visit.locale, warning.at), words.reason(&warning.reason)))
            .collect(),
        seat: you.seat(visit, &room),
        moderators: room
            .moderators
            .iter()
            .map(|one| called(words, one.handle.as_deref()))
            .collect(),
        kept,
        shell: visit.shell(room.id.clone()),
        room,
    };
    Ok(visit.show(refused.map_or(StatusCode::OK, Refused::status), &page))
}
