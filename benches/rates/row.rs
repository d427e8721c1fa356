//! The table.

use std::{fs::File, io::Write};

use serde_json::{Value, json};

use crate::client::Run;

/// A line of the table.
pub struct Row {
    pub name: &'static str,
    /// The service's figure.
    pub ours: f64,
    pub unit: &'static str,
    /// What it is held against, in the same unit.
    pub peer: f64,
    pub peer_name: &'static str,
    /// Of the ratio, ours by the peer's.
    pub goal: Goal,
    /// The run that `ours` is the rate of.
    pub run: Option<Run>,
}

/// What a ratio is to be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// More is better.
    AtLeast(f64),
    /// Less is better: the peer is what is allowed.
    AtMost(f64),
}

impl Goal {
    /// Its words and its figure.
    const fn parts(self) -> (&'static str, &'static str, f64) {
        match self {
            Self::AtLeast(figure) => ("at least", "≥", figure),
            Self::AtMost(figure) => ("at most", "≤", figure),
        }
    }

    fn is_met(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(figure) => ratio >= figure,
            Self::AtMost(figure) => ratio <= figure,
        }
    }
}

impl Row {
    /// A row of so many answers a second.
    pub fn of_rate(
        name: &'static str,
        unit: &'static str,
        (run, peer): (Run, f64),
        peer_name: &'static str,
        at_least: f64,
    ) -> Self {
        Self {
            name,
            ours: run.rate,
            unit,
            peer,
            peer_name,
            goal: Goal::AtLeast(at_least),
            run: Some(run),
        }
    }

    /// A row of something of which so much is allowed.
    pub const fn of_cost(name: &'static str, ours: f64, unit: &'static str, allowed: f64) -> Self {
        Self {
            name,
            ours,
            unit,
            peer: allowed,
            peer_name: "allowed",
            goal: Goal::AtMost(1.0),
            run: None,
        }
    }

    fn ratio(&self) -> f64 {
        self.ours / self.peer
    }

    fn json(&self) -> Value {
        let rounded = |figure: f64| (figure * 1000.0).round() / 1000.0;
        let (goal_is, _, goal) = self.goal.parts();
        let mut row = json!({
            "name": self.name,
            "ours": rounded(self.ours),
            "unit": self.unit,
            "peer": rounded(self.peer),
            "peer_name": self.peer_name,
            "ratio": rounded(self.ratio()),
            "goal": goal,
            "goal_is": goal_is,
            "met": self.goal.is_met(self.ratio()),
        });
        if let Some(run) = &self.run {
            row["answers"] = run.answers.into();
            row["p50_ms"] = rounded(run.p50.as_secs_f64() * 1000.0).into();
            row["p99_ms"] = rounded(run.p99.as_secs_f64() * 1000.0).into();
        }
        row
    }
}

/// The mean of what `peer` says before `ours` and after it.
pub fn between(peer: impl Fn() -> f64, ours: impl FnOnce() -> Run) -> (Run, f64) {
    let before = peer();
    let run = ours();
    let after = peer();
    eprintln!(
        "  {} answers; the peer before and after: {before:.0}, {after:.0}",
        run.answers
    );
    (run, (before + after) / 2.0)
}

/// Prints the table, and writes it into the target directory as `bench.json`.
pub fn print(rows: &[Row]) {
    println!(
        "{:<18} {:>9} {:<12} {:>9} {:<38} {:>6} {:>7} {:>8} {:>8}",
        "row", "ours", "unit", "peer", "of", "ratio", "goal", "p50 ms", "p99 ms"
    );
    for row in rows {
        let (_, sign, goal) = row.goal.parts();
        let millis = |time: std::time::Duration| format!("{:.2}", time.as_secs_f64() * 1000.0);
        println!(
            "{:<18} {:>9.1} {:<12} {:>9.1} {:<38} {:>6.2} {:>7} {:>8} {:>8}",
            row.name,
            row.ours,
            row.unit,
            row.peer,
            row.peer_name,
            row.ratio(),
            format!("{sign} {goal:.2}"),
            row.run.map_or_else(String::new, |run| millis(run.p50)),
            row.run.map_or_else(String::new, |run| millis(run.p99)),
        );
    }
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), std::path::PathBuf::from);
    let rows: Vec<Value> = rows.iter().map(Row::json).collect();
    let text = serde_json::to_string_pretty(&rows).expect("JSON");
    File::create(folder.join("bench.json"))
        .and_then(|mut file| writeln!(file, "{text}"))
        .expect("to write bench.json");
}
