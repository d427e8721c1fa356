mod cases;
mod cases_apart;
mod cases_http;
pub mod community;
mod graph;
mod ledger;
mod people;
mod sanctions;
mod scene;
