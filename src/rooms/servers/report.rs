//! What a room server reports of itself, by a request to this service.

/// What came in the name of a room server, before it is believed.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// The header Authorization.
    pub authorization: &'a str,
    /// The body, as it came.
    pub body: &'a [u8],
}

/// Somebody of whom a room server reports something. What it reports is not believed: it is where to look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// The room's id.
    pub room: String,
    /// The id under which they joined.
    pub id: String,
    /// Whether they are in; otherwise it is asked whether they may come in.
    pub is_in: bool,
}

/// The request is not signed by the room server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the request is not signed by the room server")]
pub struct Unsigned;
