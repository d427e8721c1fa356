mod cases;
mod cases_http;
mod community;
mod graph;
mod ledger;
mod people;
mod sanctions;
