//! Pages for people: sign-in, the own account, a newcomer's way in, and rooms, which need no script; and the console, which is one.
//!
//! A page a folder: what it shows and takes (`mod.rs`), its words in each language (`words.rs`), and a template of the
//! same name. A page asks the public API for everything ([`Api`]), as any client would, and decides nothing by itself.
//! Every form passes [`Posted`]: it comes from our own pages and shows their token, or is not looked at.

mod account;
mod api;
mod appeal;
mod assets;
mod console;
mod forgotten;
mod headers;
mod invites;
mod join;
mod posted;
mod problems;
mod rooms;
mod shell;
mod signin;
mod theme;
mod undo;
mod visit;

use std::sync::Arc;

pub use api::Api;

use crate::{
    http::Routes,
    platform::{
        config::PublicUrl,
        terms::{Clock, Rng},
    },
    policy,
    tokens::Tokens,
};

/// What all pages work with.
#[derive(Clone)]
pub struct Site {
    /// What the community is called, and its colour.
    pub policy: Arc<policy::Current>,
    /// Writes and reads a browser's session.
    pub tokens: Tokens,
    /// Where random bytes come from.
    pub rng: Arc<dyn Rng>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where the pages are reached from outside.
    pub public_url: PublicUrl,
}

/// Registers every page. They need `Data<Site>` and `Rc<Api>` among the application's data; a test holds them
/// against [`crate::http::rights::PAGES`].
pub fn routes(config: &mut Routes) {
    config
        .shows("/assets/{name}", assets::asset)
        .takes("/csp-report", headers::report)
        .takes("/language", shell::language)
        .shows("/signin", signin::show)
        .takes("/signin", signin::send)
        .shows("/signin/text", signin::show_text)
        .takes("/signin/text", signin::send_text)
        .shows("/signin/{code}", signin::link)
        .shows("/appeal", appeal::show)
        .takes("/appeal", appeal::send)
        .takes("/signout", signin::sign_out)
        .shows("/account", account::show)
        .shows("/account/profile", account::profile)
        .takes("/account/profile", account::change_profile)
        .shows("/account/password", account::password)
        .takes("/account/password", account::change_password)
        .shows("/account/address", account::address)
        .takes("/account/address", account::change_address)
        .shows("/account/sessions", account::sessions)
        .takes("/account/sessions", account::end_session)
        .shows("/account/data", account::data)
        .shows("/account/leave", account::ask_leave)
        .takes("/account/leave", account::leave)
        .shows("/password/forgot", forgotten::show)
        .takes("/password/forgot", forgotten::send)
        .shows("/password/reset", forgotten::show_reset)
        .takes("/password/reset", forgotten::reset)
        .shows("/password/reset/{token}", forgotten::link)
        .shows("/address/undo", undo::show)
        .takes("/address/undo", undo::send)
        .shows("/address/undo/{token}", undo::link)
        .shows("/join", join::show)
        .takes("/join", join::enter)
        .takes("/join/start", join::start)
        .takes("/join/contact", join::contact)
        .takes("/join/proof", join::proof)
        .takes("/join/identity", join::identity)
        .takes("/join/password", join::password)
        .takes("/join/leave", join::leave)
        .shows("/join/decline", join::ask_decline)
        .takes("/join/decline", join::decline)
        .shows("/join/{code}", join::link)
        .shows("/console", console::lead)
        .shows("/console/", console::show)
        .shows("/console/assets/{name}", console::file)
        .shows("/console/{view}", console::show)
        .shows("/console/{view}/{id}", console::show)
        .shows("/invites", invites::show)
        .takes("/invites", invites::give)
        .takes("/invites/{id}", invites::act)
        .shows("/invites/{id}/share", invites::share)
        .shows("/invites/{id}/picture", invites::picture)
        .shows("/rooms", rooms::list)
        .shows("/rooms/{room}", rooms::show)
        .takes("/rooms/{room}", rooms::act);
}
