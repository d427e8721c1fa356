//! People: their accounts, contact points, credentials, sessions and standing.

pub mod passwords;
