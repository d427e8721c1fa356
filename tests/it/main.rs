//! Every test that meets the service from outside: one binary, its folders mirror the URLs.

mod structure;
mod support;
