//! Requests counted and timed, by operation and class of status: few series, whatever is asked.

use std::{sync::OnceLock, time::Duration};

use actix_web::http::StatusCode;
use metrics::{Histogram, histogram};

use super::rights;
use crate::platform::terms::metrics::REQUEST_SECONDS;

const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// One handle for each operation and class, looked up once: the recorder's registry is not on the
/// path of a request. Made after the recorder is installed.
pub(super) struct Meters(Vec<[OnceLock<Histogram>; 5]>);

impl Meters {
    pub(super) fn new() -> Self {
        // The last row is for paths that lead nowhere.
        Self((0..=rights::count()).map(|_| Default::default()).collect())
    }

    pub(super) fn record(&self, place: Option<usize>, status: StatusCode, taken: Duration) {
        let class = usize::from(status.as_u16() / 100).clamp(1, 5) - 1;
        let cell = self.0.get(place.unwrap_or_else(rights::count)).map(|row| &row[class]);
        if let Some(cell) = cell {
            cell.get_or_init(|| {
                let operation = place.map_or("none", |place| rights::place(place).id);
                histogram!(REQUEST_SECONDS, "operation" => operation, "status" => CLASSES[class])
            })
            .record(taken.as_secs_f64());
        }
    }
}
