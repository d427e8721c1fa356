mod actions;
mod appeals;
mod cases;
mod cases_apart;
mod cases_http;
pub mod community;
mod export;
pub mod leads;
mod graph;
mod graph_past;
mod ledger;
mod people;
mod sanctions;
mod scene;
mod standings;
mod search;
mod tree;

pub use actions::branch;
