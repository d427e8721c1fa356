//! The kinds of leads, one file a kind. Lockstep rings, bad-rank and SybilRank have their place here.

mod accountability;
mod bad_rate;
mod exposure;
mod velocity;

use std::collections::BTreeMap;

use super::{LeadKind, snapshot::Snapshot};

pub use accountability::Accountability;
pub use bad_rate::BadRate;
pub use exposure::Exposure;
pub use velocity::Velocity;

/// A kind of lead: a pure function of a snapshot.
pub trait Kind: Send + Sync {
    /// Its name.
    fn kind(&self) -> LeadKind;
    /// What it finds, the strongest first.
    fn find(&self, snapshot: &Snapshot) -> Vec<Finding>;
}

/// Every kind, with the settings that the service uses.
pub fn all() -> Vec<Box<dyn Kind>> {
    vec![
        Box::new(BadRate::default()),
        Box::new(Accountability::default()),
        Box::new(Exposure::default()),
        Box::new(Velocity::default()),
    ]
}

/// What was found about one person.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Their row.
    pub person: u32,
    /// By what findings of a kind are ordered: more is stronger. Between kinds it says nothing.
    pub strength: f64,
    /// How many people or invites speak for it: by what its growth is measured.
    pub evidence: u32,
    /// From when on, in seconds since 1970, where the kind has such a time.
    pub since: Option<u32>,
    /// The figures, by name.
    pub figures: BTreeMap<&'static str, f64>,
    /// What was found, in words.
    pub words: String,
}

/// The strongest first; among the equal, the lower row, so that the order is the same every time.
fn strongest_first(mut found: Vec<Finding>) -> Vec<Finding> {
    found.sort_by(|one, other| {
        let strength = other.strength.total_cmp(&one.strength);
        strength.then(one.person.cmp(&other.person))
    });
    found
}

fn percent(rate: f64) -> String {
    format!("{:.1} %", rate * 100.0)
}
