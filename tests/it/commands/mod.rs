mod admin;
mod demo;
mod import;
mod invite;
mod jobs;
mod sanctions;
mod synth;
mod tour;
