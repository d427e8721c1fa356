mod admin;
mod demo;
mod import;
mod jobs;
mod sanctions;
mod tour;
