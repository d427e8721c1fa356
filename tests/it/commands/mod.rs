mod admin;
mod demo;
mod import;
