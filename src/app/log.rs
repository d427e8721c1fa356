//! The log's lines as JSON, one object a line.
//!
//! Each request writes one, so a line is put together in one pass: the JSON of `tracing-subscriber`
//! reads what it has written of a span and writes it anew, when something is added to the span and with
//! each line.
//!
//! A line has `timestamp`, `level`, the event's own fields, `target`, and, within a request, `span` with
//! the request's fields and `name`.

use std::fmt;

use tracing::{
    Event, Subscriber,
    field::{Field, Visit},
    span::Record,
};
use tracing_subscriber::{
    EnvFilter,
    field::RecordFields,
    fmt::{
        FmtContext, FormatEvent, FormatFields, FormattedFields, MakeWriter,
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    registry::LookupSpan,
};

/// A subscriber that writes JSON lines of what `filter` lets through.
pub fn json<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(writer)
        .fmt_fields(Members)
        .event_format(Line)
        .finish()
}

/// A span's fields as the members of an object, without its braces.
struct Members;

impl<'a> FormatFields<'a> for Members {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'a>, fields: R) -> fmt::Result {
        let mut members = Writing::new(writer);
        fields.record(&mut members);
        members.outcome
    }

    fn add_fields(&self, current: &'a mut FormattedFields<Self>, fields: &Record<'_>) -> fmt::Result {
        let begun = !current.fields.is_empty();
        let mut members = Writing::new(current.as_writer());
        members.begun = begun;
        fields.record(&mut members);
        members.outcome
    }
}

/// One event, as a line.
struct Line;

impl<S> FormatEvent<S, Members> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, Members>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let of = event.metadata();
        writer.write_str("{\"timestamp\":\"")?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, "\",\"level\":\"{}\"", of.level())?;
        let mut members = Writing::new(writer.by_ref());
        members.begun = true;
        event.record(&mut members);
        members.outcome?;
        let target = members.target.take();
        writer.write_str(",\"target\":")?;
        text(&mut writer, target.as_deref().unwrap_or(of.target()))?;
        if let Some(span) = context.lookup_current() {
            writer.write_str(",\"span\":{\"name\":")?;
            text(&mut writer, span.name())?;
            if let Some(fields) = span.extensions().get::<FormattedFields<Members>>()
                && !fields.is_empty()
            {
                write!(writer, ",{fields}")?;
            }
            writer.write_char('}')?;
        }
        writer.write_str("}\n")
    }
}

/// Writes fields as members of an object, each after a comma but the first.
struct Writing<'a> {
    writer: Writer<'a>,
    begun: bool,
    /// The target of what came by way of the crate `log`, which has it in a field.
    target: Option<String>,
    outcome: fmt::Result,
}

impl<'a> Writing<'a> {
    const fn new(writer: Writer<'a>) -> Self {
        Self {
            writer,
            begun: false,
            target: None,
            outcome: Ok(()),
        }
    }

    fn member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'a>) -> fmt::Result) {
        if self.outcome.is_err() || field.name().starts_with("log.") {
            return;
        }
        self.outcome = self.try_member(field, value);
    }

    fn try_member(&mut self, field: &Field, value: impl FnOnce(&mut Writer<'a>) -> fmt::Result) -> fmt::Result {
        if self.begun {
            self.writer.write_char(',')?;
        }
        self.begun = true;
        let name = field.name();
        text(&mut self.writer, name.strip_prefix("r#").unwrap_or(name))?;
        self.writer.write_char(':')?;
        value(&mut self.writer)
    }
}

impl Visit for Writing<'_> {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field, |writer| write!(writer, "{value}"));
    }
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field, |writer| match value.is_finite() {
            true => write!(writer, "{value}"),
            false => writer.write_str("null"),
        });
    }
    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field, |writer| write!(writer, "{value}"));
    }
    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "log.target" {
            self.target = Some(value.to_owned());
        }
        self.member(field, |writer| text(writer, value));
    }
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field, |writer| text(writer, &format!("{value:?}")));
    }
}

/// A JSON string (RFC 8259 §7).
fn text(writer: &mut Writer<'_>, value: &str) -> fmt::Result {
    let is_plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if value.bytes().all(is_plain) {
        writer.write_char('"')?;
        writer.write_str(value)?;
        writer.write_char('"')
    } else {
        let escaped = serde_json::to_string(value).map_err(|_| fmt::Error)?;
        writer.write_str(&escaped)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Kept {
        type Writer = Self;
        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn a_line_is_an_object_with_its_fields_and_its_span_s() {
        let kept = Kept::default();
        // With a single dispatcher, tracing asks the thread that comes first to a call site, and other
        // tests have none: a second one makes it ask both.
        let _second = tracing::Dispatch::new(tracing_subscriber::registry());
        let _guard = tracing::subscriber::set_default(json(EnvFilter::new("info"), kept.clone()));
        tracing::warn!(count = -3_i64, ratio = 0.5, r#type = "a", "a \"quoted\"\nmessage");
        tracing::debug!("not let through");
        let empty = tracing::info_span!("empty", late = tracing::field::Empty);
        empty.in_scope(|| tracing::info!(cause = %"disk\tfull", nothing = f64::NAN, "within"));
        empty.record("late", 7_u64);
        let span = tracing::info_span!(parent: &empty, "request", id = "x\"y", some = Some(true), status = tracing::field::Empty);
        span.record("status", 200_u16);
        span.in_scope(|| tracing::info!("answered"));
        empty.in_scope(|| tracing::info!(again = ?Some(1), "after"));
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| {
                let mut line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                let time = line.as_object_mut().unwrap().remove("timestamp").unwrap();
                time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
                assert_eq!(line.as_object_mut().unwrap().remove("target").unwrap(), module_path!());
                line
            })
            .collect();
        assert_eq!(
            lines,
            [
                json!({"level": "WARN", "message": "a \"quoted\"\nmessage", "count": -3, "ratio": 0.5, "type": "a"}),
                json!({"level": "INFO", "message": "within", "cause": "disk\tfull", "nothing": null,
                    "span": {"name": "empty"}}),
                json!({"level": "INFO", "message": "answered",
                    "span": {"name": "request", "id": "x\"y", "some": true, "status": 200}}),
                json!({"level": "INFO", "message": "after", "again": "Some(1)", "span": {"name": "empty", "late": 7}}),
            ]
        );
    }
}
