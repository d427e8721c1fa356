//! What happens, while it happens, as server-sent events (WHATWG HTML, "Server-sent events").

use std::{fmt::Write as _, sync::Arc, time::Duration};

use actix_web::{
    HttpRequest, HttpResponse, get,
    web::{Bytes, Data},
};
use futures_util::stream;
use serde::Deserialize;
use tokio::{
    sync::{broadcast::error::RecvError, mpsc},
    time::{Instant, Interval, MissedTickBehavior, interval},
};

use crate::{
    admin::stream::{Full, Listener, Start, Stream, Told},
    http::{Caller, Problem, ProblemKind, Query, Routes, problems},
    platform::{ledger::Event, terms::words},
};

/// How often it is looked whether the reader may read on.
const LOOK: Duration = Duration::from_millis(500);
/// Of how many looks each is a heartbeat: every 15 seconds.
const HEARTBEAT: u32 = 30;
/// How many pieces wait for a reader, and for how long the next one does.
const WAITING: usize = 32;
const TOO_SLOW: Duration = Duration::from_secs(10);
/// How long a stream lasts at most: whoever reads on shows again who they are.
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// After how many seconds another attempt is worth while where there are too many.
const AGAIN: u32 = 3;

pub(super) fn routes(config: &mut Routes) {
    config.service(stream_ledger);
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct Wanted {
    /// Go on after the event of this number. `Last-Event-ID` goes before it.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Only events of these types, separated by commas.
    #[param(pattern = "^[a-z_]+(,[a-z_]+)*$", max_length = 4000)]
    types: Option<String>,
}

words! {
    /// What an event of the stream tells.
    StreamEventKind {
        /// Where the stream is.
        Position = "position",
        /// Something happened.
        Happened = "happened",
        /// Something is not told.
        Gap = "gap",
    }
}

/// An event of the stream, by its fields.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it is written as text, and described here")]
struct StreamEvent {
    /// What it tells.
    event: StreamEventKind,
    /// The position up to which everything is told.
    #[schema(pattern = "^[0-9]+$")]
    id: String,
    /// As JSON: of `happened` an item of `list_ledger`.
    data: String,
    /// After how many milliseconds to connect again.
    retry: Option<u32>,
}

problems!(StreamLedgerProblems: InvalidField, InvalidValue, TooManyRequests);

/// What happens, while it happens: server-sent events.
///
/// First comes an event `position`, whose `data` is `{"position": NUMBER}`: where the stream begins. Then each thing that
/// happens is an event `happened`, whose `id` is its number and whose `data` is the same as in `list_ledger`. Whoever sends the last id
/// back as `Last-Event-ID` goes on there, on any replica. Where that is more than 10 000 events ago, an event `gap`
/// (`{"after": NUMBER, "position": NUMBER}`) says that what lies between is not told. Every 15 seconds comes a comment, or another `position` where
/// events were passed over that were not asked for.
///
/// A stream ends when its session ends, when the person is banned or their role changes, when the service stops, when its reader is too slow, and after
/// 15 minutes: connect again. A person may have 6 open on a replica.
#[utoipa::path(
    operation_id = "stream_ledger",
    tag = "ledger",
    params(
        Wanted,
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]{0,18}$",
            description = "The id of the last event that was read.")
    ),
    responses(
        (status = 200, description = "Events, as long as it lasts.", body = StreamEvent,
            content_type = "text/event-stream"),
        StreamLedgerProblems
    )
)]
#[get("/v1/admin/stream")]
async fn stream_ledger(
    wanted: Query<Wanted>,
    request: HttpRequest,
    caller: Caller,
    stream: Data<Stream>,
) -> Result<HttpResponse, Problem> {
    let kinds = wanted.0.types.as_deref().map(kinds).transpose()?;
    let last = request.headers().get("last-event-id");
    let after = match last {
        None => wanted.0.after,
        // What an EventSource sends that was told nothing yet.
        Some(last) if last.is_empty() => wanted.0.after,
        Some(last) => Some(number(last.to_str().unwrap_or_default()).ok_or_else(|| {
            Problem::field(
                "Last-Event-ID",
                "Send the id of the last event that was read, unchanged.",
            )
        })?),
    };
    if after.is_some_and(|after| after < 0) {
        return Err(Problem::field("after", "Send the number of an event, or 0."));
    }
    let stream = stream.into_inner();
    let listener = stream
        .listen(caller.person)
        .map_err(|Full| Problem::new(ProblemKind::TooManyRequests).retry_after(AGAIN))?;
    let start = listener.start(after).await?;
    let (pieces, read) = mpsc::channel(WAITING);
    let teller = Teller {
        probed: stream.probes(),
        stream,
        caller,
        kinds,
        pieces,
        looks: 0,
        begun: Instant::now(),
        look: looks(),
        passed: 0,
        shown: 0,
    };
    tokio::spawn(teller.tell(listener, after, start));
    let pieces = stream::unfold(read, |mut read| async {
        let piece = read.recv().await?;
        Some((Ok::<_, Problem>(piece), read))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // nginx would keep what it could send.
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(pieces))
}

/// A number that we gave out; digits alone.
fn number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Types of events, separated by commas.
fn kinds(text: &str) -> Result<Vec<&'static str>, Problem> {
    let known = |kind: &str| Event::KINDS.iter().find(|known| **known == kind).copied();
    text.split(',').map(known).collect::<Option<_>>().ok_or_else(|| {
        Problem::value(
            "types",
            "Name types of events as list_ledger knows them, separated by commas.",
        )
    })
}

fn looks() -> Interval {
    let mut look = interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    look
}

/// The stream has come to its end.
struct Ended;

/// Tells one reader.
struct Teller {
    stream: Arc<Stream>,
    caller: Caller,
    kinds: Option<Vec<&'static str>>,
    pieces: mpsc::Sender<Bytes>,
    look: Interval,
    looks: u32,
    probed: u32,
    begun: Instant,
    /// Up to where everything is told or was not asked for, and up to where the reader knows that.
    passed: i64,
    shown: i64,
}

impl Teller {
    async fn tell(mut self, mut listener: Listener, after: Option<i64>, start: Start) {
        // However it ends, the reader finds the stream ended.
        let Err(Ended) = self.tell_all(&mut listener, after, start).await else {
            return;
        };
    }

    async fn tell_all(&mut self, listener: &mut Listener, after: Option<i64>, start: Start) -> Result<(), Ended> {
        let (Start::After(from) | Start::Gap(from)) = start;
        self.passed = from;
        self.say_position("retry: 2000\n").await?;
        if let (Start::Gap(position), Some(after)) = (start, after) {
            let gap = format!("id: {position}\nevent: gap\ndata: {{\"after\":{after},\"position\":{position}}}\n\n");
            self.send(gap).await?;
        }
        while self.passed < listener.head {
            if !self.stream.goes_on(self.caller.session, self.caller.role).await {
                return Err(Ended);
            }
            let events = self.stream.read(self.passed).await.map_err(|_| Ended)?;
            if events.is_empty() {
                return Err(Ended);
            }
            for event in events {
                self.say(&event).await?;
            }
        }
        loop {
            let pieces = self.pieces.clone();
            tokio::select! {
                told = listener.told.recv() => match told {
                    Ok(event) => self.say(&event).await?,
                    Err(RecvError::Lagged(_) | RecvError::Closed) => return Err(Ended),
                },
                _ = self.look.tick() => self.look_up().await?,
                () = pieces.closed() => return Err(Ended),
            }
        }
    }

    /// Whether the reader may read on; and the heartbeat.
    async fn look_up(&mut self) -> Result<(), Ended> {
        let goes_on = self.stream.goes_on(self.caller.session, self.caller.role).await;
        if !goes_on || self.begun.elapsed() >= LONGEST {
            return Err(Ended);
        }
        self.looks += 1;
        let probe = self.probed != self.stream.probes();
        if probe {
            self.probed = self.probed.wrapping_add(1);
        }
        match self.looks.is_multiple_of(HEARTBEAT) {
            true if self.passed > self.shown => self.say_position("").await,
            beat if beat || probe => self.send(":\n\n".to_owned()).await,
            _ => Ok(()),
        }
    }

    async fn say_position(&mut self, before: &str) -> Result<(), Ended> {
        self.shown = self.passed;
        let position = self.passed;
        self.send(format!(
            "{before}id: {position}\nevent: position\ndata: {{\"position\":{position}}}\n\n"
        ))
        .await
    }

    /// Tells an event, where it is wanted and was not told.
    async fn say(&mut self, event: &Told) -> Result<(), Ended> {
        if event.number <= self.passed {
            return Ok(());
        }
        self.passed = event.number;
        if self
            .kinds
            .as_ref()
            .is_some_and(|kinds| !kinds.contains(&event.kind.as_str()))
        {
            return Ok(());
        }
        self.shown = event.number;
        let mut piece = String::with_capacity(event.json.len() + 48);
        // JSON has no line breaks outside its strings, and in these they are escaped.
        let _ = write!(piece, "id: {}\nevent: happened\ndata: {}\n\n", event.number, event.json);
        self.send(piece).await
    }

    /// Sends a piece. A reader who does not take it in time is too slow; one who may not read on waits in vain.
    async fn send(&mut self, piece: String) -> Result<(), Ended> {
        let begun = Instant::now();
        let pieces = self.pieces.clone();
        loop {
            tokio::select! {
                biased;
                place = pieces.reserve() => {
                    place.map_err(|_| Ended)?.send(Bytes::from(piece));
                    return Ok(());
                }
                _ = self.look.tick() => {
                    if begun.elapsed() >= TOO_SLOW {
                        return Err(Ended);
                    }
                    if !self.stream.goes_on(self.caller.session, self.caller.role).await {
                        return Err(Ended);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_types_are_read_as_they_were_given() {
        assert_eq!((number("0"), number("17")), (Some(0), Some(17)));
        for refused in ["", "-1", "+1", "1 ", "1.0", "x", "9223372036854775808"] {
            assert_eq!(number(refused), None, "{refused}");
        }
        assert_eq!(kinds("vouched,person_banned").unwrap(), ["vouched", "person_banned"]);
        for refused in ["", "vouched,", ",", "vouched person_banned", "nothing"] {
            assert!(kinds(refused).is_err(), "{refused}");
        }
    }
}
