//! What an orchestrator and a monitoring system ask: alive, ready, how much.

use actix_web::{HttpResponse, Responder, get, http::StatusCode, web};
use futures_util::future::BoxFuture;
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use serde::Serialize;

use super::Routes;
use crate::platform::terms::metrics::{METRICS, MetricKind, REQUEST_SECONDS};

/// One thing that must hold before requests are taken.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Check {
    /// Its name: `database`, `feed`, `keys`.
    pub name: &'static str,
    /// Whether it holds.
    pub ready: bool,
    /// What was seen, for an operator: a lag, a version. Anybody may read it.
    pub detail: String,
}

/// Says whether this replica can take requests. `app.rs` fills it in.
pub trait Readiness: Send + Sync + 'static {
    /// Looks at everything that is needed; answers within a second even where the database hangs.
    fn checks(&self) -> BoxFuture<'_, Vec<Check>>;
}

/// That the process answers.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Liveness {
    /// Always true: a process that is not alive does not answer.
    alive: bool,
}

/// Whether requests are taken, and why not.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct ReadinessReport {
    /// Whether every check holds.
    ready: bool,
    /// Each check by name.
    checks: Vec<Check>,
}

/// Installs the recorder behind the `metrics` macros, once in a process and before any [`super::Gate`] is
/// made. Call [`PrometheusHandle::run_upkeep`] every few seconds: samples pile up until then.
pub fn install_metrics() -> Result<PrometheusHandle, BuildError> {
    const SECONDS: [f64; 12] = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0,
    ];
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Full(REQUEST_SECONDS.to_owned()), &SECONDS)?
        .install_recorder()?;
    for metric in METRICS {
        match metric.kind {
            MetricKind::Counter => metrics::describe_counter!(metric.name, metric.help),
            MetricKind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
            MetricKind::Seconds => metrics::describe_histogram!(metric.name, metric.help),
        }
    }
    Ok(recorder)
}

/// Registers `/livez`, `/readyz` and `/metrics`. They want `Data<dyn Readiness>` and
/// `Data<PrometheusHandle>` among the application's data.
pub fn routes(config: &mut Routes) {
    config.service(livez).service(readyz).service(render_metrics);
}

/// Is the process alive?
///
/// Yes, whatever the database does; restart the process when no answer comes.
#[utoipa::path(operation_id = "livez", tag = "health", responses((status = 200, body = Liveness)))]
#[get("/livez")]
async fn livez() -> impl Responder {
    web::Json(Liveness { alive: true })
}

/// Can this replica take requests?
#[utoipa::path(
    operation_id = "readyz",
    tag = "health",
    responses(
        (status = 200, description = "It can.", body = ReadinessReport),
        (status = 503, description = "It cannot; the checks say why.", body = ReadinessReport)
    )
)]
#[get("/readyz")]
async fn readyz(readiness: web::Data<dyn Readiness>) -> impl Responder {
    let checks = readiness.checks().await;
    let ready = checks.iter().all(|check| check.ready);
    let status = if ready {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    HttpResponse::build(status).json(ReadinessReport { ready, checks })
}

/// Metrics in the Prometheus text format.
#[utoipa::path(
    operation_id = "metrics",
    tag = "health",
    responses((status = 200, description = "One sample a line.", body = String,
        content_type = "text/plain; version=0.0.4"))
)]
#[get("/metrics")]
async fn render_metrics(metrics: web::Data<PrometheusHandle>) -> impl Responder {
    HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .body(metrics.render())
}
