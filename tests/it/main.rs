//! The service as its users meet it: one binary, a folder for each part.

mod mail;
mod structure;
mod support;
