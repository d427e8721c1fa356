//! The pages, as a browser without a screen meets them: what they do, and what nobody can do by them.

mod attacks;
mod rooms;
mod seen;
mod table;
mod way_in;
