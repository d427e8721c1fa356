//! What the tests stand on: real servers, started for one test and gone with it.

pub mod branch;
pub mod browser;
pub mod cloud;
pub mod coturn;
pub mod db;
pub mod described;
pub mod gateway;
pub mod invariants;
pub mod janus;
pub mod livekit;
pub mod participant;
pub mod peer;
pub mod postgres;
pub mod prosody;
pub mod proxy;
pub mod replica;
pub mod screen;
pub mod service;
pub mod smtp;
pub mod tools;
pub mod turnstile;
