//! The waitlist over HTTP, one endpoint a file: whoever waits, members who let them in, and admins.

mod ask;
mod draw;
mod leave;
mod let_in;
mod list;
mod problems;
mod prove;
mod refuse;
mod show;
mod vouch;

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::{State, queries::Place};
use crate::{
    http::{Problem, Routes},
    notify::{EmailAddress, PhoneNumber},
    onboarding::Limits,
    platform::{
        ledger::{Ledger, ReadModel},
        store::throttle::Rate,
        terms::{ApplicationId, ContactPoint, Timestamp},
        vault::Vault,
    },
    policy,
};

/// Registers the routes. They need `Data<Waitlist>` among the application's data.
pub fn routes(config: &mut Routes) {
    config
        .service(ask::ask)
        .service(show::show)
        .service(leave::leave)
        .service(prove::prove)
        .service(let_in::let_in)
        .service(vouch::vouch)
        .service(list::list)
        .service(draw::draw)
        .service(refuse::refuse);
}

/// What the routes here work with.
#[derive(Clone)]
pub struct Waitlist {
    /// Where it is written.
    pub ledger: Ledger,
    /// Whose token a write's answer carries.
    pub read_model: ReadModel,
    /// Seals what is said.
    pub vault: Vault,
    /// What the community demands.
    pub policy: Arc<policy::Current>,
    /// How often whoever asks may try.
    pub limits: Limits,
    /// How often a member may name somebody.
    pub pace: Rate,
}

/// The one contact that a body names.
fn contact(email: Option<&str>, phone: Option<&str>) -> Result<ContactPoint, Problem> {
    match (email, phone) {
        (Some(email), None) => match EmailAddress::parse(email) {
            Ok(address) => Ok(address.into()),
            Err(error) => Err(Problem::value("/email", error.to_string())),
        },
        (None, Some(phone)) => match PhoneNumber::parse(phone) {
            Ok(phone) => Ok(phone.into()),
            Err(error) => Err(Problem::value("/phone", error.to_string())),
        },
        (Some(_), Some(_)) => Err(Problem::value(
            "/phone",
            "Give an e-mail address or a phone number, not both.",
        )),
        (None, None) => Err(Problem::value("/email", "Give an e-mail address or a phone number.")),
    }
}

/// Where somebody stands.
#[derive(Serialize, ToSchema)]
struct PlaceView {
    /// The application.
    application: ApplicationId,
    /// `unproved` until the contact is proved, then `waiting`, and in the end `let_in` (an invite is on its way to it) or
    /// `refused`.
    state: State,
    /// Their place, counted from 1; null where they do not wait.
    place: Option<i64>,
    /// How many wait.
    size: i64,
    /// Since when they wait.
    waits_since: Option<Timestamp>,
    /// Until when the contact must be proved.
    expires_at: Option<Timestamp>,
}

impl From<Place> for PlaceView {
    fn from(found: Place) -> Self {
        let application = found.application;
        Self {
            application: application.id,
            state: application.state,
            place: found.place,
            size: found.size,
            waits_since: application.waits_since,
            expires_at: (application.state == State::Unproved).then_some(application.expires_at),
        }
    }
}
