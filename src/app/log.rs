//! The log's lines as JSON, one object a line.
//!
//! A line has `timestamp`, `level`, the event's own fields, `target`, and, within a request, `span` with
//! the request's fields and `name`.

use tracing::Subscriber;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};

/// A subscriber that writes JSON lines of what `filter` lets through.
pub fn json<W>(filter: EnvFilter, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_env_filter(filter)
        .with_writer(writer)
        .finish()
}

#[cfg(test)]
mod tests {
    use std::{
        io::Write,
        sync::{Arc, Mutex},
    };

    use serde_json::{Value, json};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_is_an_object_with_its_request() {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = json(EnvFilter::new("info"), move || writer.clone());
        tracing::subscriber::with_default(subscriber, || {
            let span = tracing::info_span!("request", request_id = "a-1", status = tracing::field::Empty);
            let _entered = span.enter();
            span.record("status", 404_u16);
            tracing::info!(micros = 7_u64, "answered \"so\"\n");
            tracing::debug!("not let through");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        let mut line: Value = serde_json::from_str(text.strip_suffix('\n').unwrap()).unwrap();
        assert!(line["timestamp"].take().as_str().unwrap().ends_with('Z'));
        assert_eq!(
            line,
            json!({
                "timestamp": null,
                "level": "INFO",
                "message": "answered \"so\"\n",
                "micros": 7,
                "target": "vouchsafe::app::log::tests",
                "span": { "name": "request", "request_id": "a-1", "status": 404 },
            })
        );
    }
}
