//! Every metric of the service, in one list: its name, what it is and what it tells.
//!
//! Names follow the conventions of Prometheus: base units, `_total` for counters. The help texts of `/metrics` and
//! the dashboard in `deploy/grafana.json` are made from this list; a test sees that no metric is left out.

/// How a metric's value moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MetricKind {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Durations in seconds, counted by buckets.
    Seconds,
}

/// One metric.
#[derive(Debug, Clone, Copy)]
pub struct Metric {
    /// As it stands in `/metrics`.
    pub name: &'static str,
    /// How its value moves.
    pub kind: MetricKind,
    /// What it tells, in one sentence: the `HELP` line.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($(#[doc = $help:literal])+ $constant:ident = $kind:ident $name:literal;)*) => {
        $($(#[doc = $help])+ pub const $constant: &str = $name;)*

        /// Every metric there is.
        pub const METRICS: &[Metric] = &[$(Metric {
            name: $name,
            kind: MetricKind::$kind,
            help: concat!($($help),+).trim_ascii(),
        }),*];
    };
}

metrics! {
    /// Seconds from a request's arrival to its answer's head, by OpenAPI operation and class of status.
    REQUEST_SECONDS = Seconds "vouchsafe_http_request_seconds";
    /// Reports by browsers that a page wanted to load or run what it may not. Anybody can send one.
    CSP_REPORTS = Counter "vouchsafe_csp_reports_total";
    /// The ledger position that this replica's memory has reached.
    FEED_POSITION = Gauge "vouchsafe_feed_position";
    /// Seconds since the feed was last asked with success; above 5 the replica is not ready.
    FEED_QUIET_SECONDS = Gauge "vouchsafe_feed_quiet_seconds";
    /// Age in seconds of the oldest event that has no position yet.
    FEED_HELD_BACK_SECONDS = Gauge "vouchsafe_feed_held_back_seconds";
    /// Events between a subscriber and the end of the feed, 0 where it wants none of them, by subscriber.
    FOLLOWER_BEHIND = Gauge "vouchsafe_subscriber_behind_events";
    /// Seconds for which the oldest event that a subscriber wants has waited for it, by subscriber.
    FOLLOWER_WAITING_SECONDS = Gauge "vouchsafe_subscriber_waiting_seconds";
    /// Events that a subscriber could not carry out and put aside, by subscriber.
    FOLLOWER_FAILURES = Gauge "vouchsafe_subscriber_failures";
    /// How often this replica loaded its memory anew because an event could not be read or taken in.
    MEMORY_RELOADS_TOTAL = Counter "vouchsafe_memory_reloads_total";
    /// Event streams that are open on this replica.
    STREAMS_OPEN = Gauge "vouchsafe_streams_open";
    /// Real-name cases that wait for a reviewer.
    CASES_OPEN = Gauge "vouchsafe_cases_open";
    /// Age in seconds of the oldest real-name case that waits.
    CASES_OLDEST_SECONDS = Gauge "vouchsafe_cases_oldest_seconds";
    /// Leads that nobody has dismissed, by kind.
    LEADS_OPEN = Gauge "vouchsafe_leads_open";
    /// Seconds that computing leads took this replica the last time.
    LEADS_SECONDS = Gauge "vouchsafe_leads_seconds";
    /// Letters to be tried, now or later.
    MAIL_WAITING = Gauge "vouchsafe_mail_waiting";
    /// Letters that were given up.
    MAIL_DEAD = Gauge "vouchsafe_mail_dead";
    /// Letters that wait because the mail server refuses us, not their readers: an operator has to mend that.
    MAIL_REFUSED = Gauge "vouchsafe_mail_refused";
    /// Letters delivered by this replica.
    MAIL_SENT_TOTAL = Counter "vouchsafe_mail_sent_total";
    /// Attempts of this replica to deliver a letter that failed, by outcome.
    MAIL_FAILED_TOTAL = Counter "vouchsafe_mail_failed_total";
    /// Text messages to be tried, now or later.
    TEXTS_WAITING = Gauge "vouchsafe_texts_waiting";
    /// Text messages that were given up.
    TEXTS_DEAD = Gauge "vouchsafe_texts_dead";
    /// Text messages that wait because the gateway refuses us, not their readers: an operator has to mend that.
    TEXTS_REFUSED = Gauge "vouchsafe_texts_refused";
    /// Text messages that a gateway took from this replica.
    TEXTS_SENT_TOTAL = Counter "vouchsafe_texts_sent_total";
    /// Attempts of this replica to send a text message that failed, by outcome.
    TEXTS_FAILED_TOTAL = Counter "vouchsafe_texts_failed_total";
    /// Text messages that were not sent because there were as many as there may be, by limit.
    TEXTS_LIMITED_TOTAL = Counter "vouchsafe_texts_limited_total";
    /// 1 where a room server does not do what this replica tells it, 0 where it does.
    ROOM_SERVERS_FAILING = Gauge "vouchsafe_room_server_failing";
    /// Participants whom this replica put out of a room because their id belongs to no valid ticket.
    ROOM_INTRUDERS_TOTAL = Counter "vouchsafe_room_intruders_total";
}
