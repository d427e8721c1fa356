//! What members see of their own account and change of it, and what a stranger tries there first.

mod sessions;
