//! What whoever moderates a room sees of it: who asks to speak, and who is in.

use serde::Deserialize;

use super::{Page, Room, SHOWN, called, from_cursor, words::Words};
use crate::pages::{api::Refused, join::day, shell::encoded, visit::Visit};

/// A room as its moderators see it.
pub(super) struct Kept {
    /// Whether it has a stage.
    pub(super) stage: bool,
    /// Who asks to speak, whoever has asked longest first.
    pub(super) hands: Vec<Hand>,
    /// Who is in.
    pub(super) people: Vec<Person>,
    /// Where the next page of them begins.
    pub(super) next: Option<String>,
}

/// Somebody who asks to speak.
pub(super) struct Hand {
    pub(super) ticket: String,
    pub(super) name: String,
    pub(super) hand: String,
}

/// Somebody who is in.
pub(super) struct Person {
    pub(super) ticket: String,
    pub(super) name: String,
    pub(super) part: &'static str,
    pub(super) moderates: bool,
    /// Whether it is whoever is at the page.
    pub(super) own: bool,
    pub(super) since: String,
    pub(super) muted_until: Option<String>,
    /// What can be done about them besides.
    pub(super) to_stage: bool,
    pub(super) off_stage: bool,
}

#[derive(Deserialize)]
struct Participant {
    participant: String,
    handle: Option<String>,
    part: String,
    place: Option<String>,
    since: jiff::Timestamp,
    hand_raised_at: Option<jiff::Timestamp>,
    muted_until: Option<jiff::Timestamp>,
}

impl Kept {
    pub(super) async fn of(visit: &Visit, words: &'static Words, room: &Room) -> Result<Self, Refused> {
        let path = format!("/v1/rooms/{}/participants", encoded(&room.id));
        let hands: Page<Participant> = visit.get(&format!("{path}?hands=true&limit={SHOWN}")).await?;
        let people: Page<Participant> = visit.get(&from_cursor(visit, &path)).await?;
        let stage = room.speakers == "stage";
        let now = visit.site.clock.now();
        let own = room.you.ticket.as_deref();
        let asks = hands.items.into_iter().filter_map(|one| {
            Some(Hand {
                name: called(words, one.handle.as_deref()),
                hand: day(visit.locale, one.hand_raised_at?),
                ticket: one.participant,
            })
        });
        let person = |one: Participant| {
            let muted = one.muted_until.filter(|until| until.as_microsecond() > now.micros());
            let moderates = one.place.as_deref() == Some("moderator");
            let listens = one.part == "listener";
            Person {
                name: called(words, one.handle.as_deref()),
                part: words.part(&one.part),
                moderates,
                own: own == Some(one.participant.as_str()),
                since: day(visit.locale, one.since),
                to_stage: listens && stage && muted.is_none(),
                off_stage: stage && one.place.as_deref() == Some("speaker") && !listens,
                muted_until: muted.map(|until| day(visit.locale, until)),
                ticket: one.participant,
            }
        };
        Ok(Self {
            stage,
            hands: asks.collect(),
            people: people.items.into_iter().map(person).collect(),
            next: people.next.map(|next| encoded(&next)),
        })
    }
}
