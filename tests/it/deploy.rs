//! What operators put around the service is true: its metrics are told, and the dashboard shows each of them.

use std::{
    collections::BTreeSet,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};
use vouchsafe::platform::{
    store::Backend,
    terms::metrics::{CASES_OPEN, FEED_POSITION, METRICS, Metric, MetricKind, REQUEST_SECONDS},
};

use crate::{
    http::{Scene, schemas::held},
    support::db::Database,
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file with this ending below a folder.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|is| is == ending) {
            found.push(path);
        }
    }
}

/// The names of metrics that stand between quotes in a text.
fn quoted(text: &str) -> BTreeSet<&str> {
    let parts = text.split('"').filter(|part| part.starts_with("vouchsafe_"));
    parts
        .filter(|part| part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'))
        .collect()
}

#[test]
fn every_metric_stands_in_the_list_and_in_the_guide() {
    let mut sources = Vec::new();
    files(&root().join("src"), "rs", &mut sources);
    let list = root().join("src/platform/terms/metrics.rs");
    assert!(sources.contains(&list));
    sources.retain(|source| *source != list && !source.components().any(|part| part.as_os_str() == "tests"));
    for source in sources {
        let text = fs::read_to_string(&source).unwrap();
        // What follows is a test's.
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        let named = quoted(code);
        assert!(
            named.is_empty(),
            "{}: {named:?} belong into src/platform/terms/metrics.rs",
            source.display()
        );
    }
    let guide = fs::read_to_string(root().join("docs/operators-guide.md")).unwrap();
    for Metric { name, help, .. } in METRICS {
        assert!(
            guide.contains(&format!("| `{name}` |")),
            "{name} is not told in docs/operators-guide.md"
        );
        assert!(help.ends_with('.') && help.len() > 20, "{name}: {help}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn promtool_has_nothing_to_say() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "open-circle").await;
    // Each part tells its own within seconds.
    let mut text = String::new();
    for _ in 0..200 {
        let answer = reqwest::get(format!("{}/metrics", scene.service.base)).await.unwrap();
        text = answer.text().await.unwrap();
        if [REQUEST_SECONDS, FEED_POSITION, CASES_OPEN]
            .iter()
            .all(|name| text.contains(&format!("# HELP {name} ")))
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(
        text.contains("# HELP vouchsafe_http_request_seconds Seconds from a request's arrival"),
        "{text}"
    );
    assert!(text.contains("# HELP vouchsafe_cases_open Real-name cases"), "{text}");
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        assert!(
            METRICS.iter().any(|metric| metric.name == name),
            "{name} is not in the list"
        );
    }
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("promtool, which `make test` installs");
    promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let said = promtool.wait_with_output().unwrap();
    let words = [said.stdout, said.stderr]
        .map(|bytes| String::from_utf8(bytes).unwrap())
        .concat();
    assert!(said.status.success() && words.trim().is_empty(), "{words}");
    scene.service.stop().await;
}

/// What a panel asks Prometheus.
fn asked(metric: &Metric) -> (String, &'static str) {
    let name = metric.name;
    match metric.kind {
        MetricKind::Counter => (format!("sum by (job) (rate({name}[5m]))"), "ops"),
        MetricKind::Gauge if name.ends_with("_seconds") => (name.to_owned(), "s"),
        MetricKind::Gauge => (name.to_owned(), "short"),
        MetricKind::Seconds => (
            format!("histogram_quantile(0.99, sum by (le, operation) (rate({name}_bucket[5m])))"),
            "s",
        ),
    }
}

#[test]
fn the_dashboard_shows_every_metric() {
    let panels: Vec<Value> = METRICS
        .iter()
        .enumerate()
        .map(|(place, metric)| {
            let (expr, unit) = asked(metric);
            json!({
                "id": place + 1,
                "type": "timeseries",
                "title": metric.name.trim_start_matches("vouchsafe_").replace('_', " "),
                "description": metric.help,
                "datasource": { "type": "prometheus", "uid": "${datasource}" },
                "gridPos": { "h": 8, "w": 8, "x": (place % 3) * 8, "y": (place / 3) * 8 },
                "fieldConfig": { "defaults": { "unit": unit, "min": 0 }, "overrides": [] },
                "targets": [{ "refId": "A", "expr": expr }]
            })
        })
        .collect();
    let dashboard = json!({
        "title": "Vouchsafe",
        "uid": "vouchsafe",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": { "from": "now-6h", "to": "now" },
        "templating": { "list": [{
            "name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"
        }] },
        "panels": panels
    });
    held("deploy/grafana.json", &format!("{dashboard:#}\n"));
}
