//! Pages for people: sign-in, the own account, and a newcomer's way in, which need no script; and the console, which is one.
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
mod shell;
mod signin;
mod theme;
mod undo;
mod visit;

use std::sync::Arc;

use actix_web::web::{self, ServiceConfig};

pub use api::Api;

use crate::{
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
pub fn routes(config: &mut ServiceConfig) {
    config
        .route("/assets/{name}", web::get().to(assets::asset))
        .route("/csp-report", web::post().to(headers::report))
        .route("/language", web::post().to(shell::language))
        .route("/signin", web::get().to(signin::show))
        .route("/signin", web::post().to(signin::send))
        .route("/signin/text", web::get().to(signin::show_text))
        .route("/signin/text", web::post().to(signin::send_text))
        .route("/signin/{code}", web::get().to(signin::link))
        .route("/appeal", web::get().to(appeal::show))
        .route("/appeal", web::post().to(appeal::send))
        .route("/signout", web::post().to(signin::sign_out))
        .route("/account", web::get().to(account::show))
        .route("/account/profile", web::get().to(account::profile))
        .route("/account/profile", web::post().to(account::change_profile))
        .route("/account/password", web::get().to(account::password))
        .route("/account/password", web::post().to(account::change_password))
        .route("/account/address", web::get().to(account::address))
        .route("/account/address", web::post().to(account::change_address))
        .route("/account/sessions", web::get().to(account::sessions))
        .route("/account/sessions", web::post().to(account::end_session))
        .route("/account/data", web::get().to(account::data))
        .route("/account/leave", web::get().to(account::ask_leave))
        .route("/account/leave", web::post().to(account::leave))
        .route("/password/forgot", web::get().to(forgotten::show))
        .route("/password/forgot", web::post().to(forgotten::send))
        .route("/password/reset", web::get().to(forgotten::show_reset))
        .route("/password/reset", web::post().to(forgotten::reset))
        .route("/password/reset/{token}", web::get().to(forgotten::link))
        .route("/address/undo", web::get().to(undo::show))
        .route("/address/undo", web::post().to(undo::send))
        .route("/address/undo/{token}", web::get().to(undo::link))
        .route("/join", web::get().to(join::show))
        .route("/join", web::post().to(join::enter))
        .route("/join/start", web::post().to(join::start))
        .route("/join/contact", web::post().to(join::contact))
        .route("/join/proof", web::post().to(join::proof))
        .route("/join/identity", web::post().to(join::identity))
        .route("/join/password", web::post().to(join::password))
        .route("/join/leave", web::post().to(join::leave))
        .route("/join/decline", web::get().to(join::ask_decline))
        .route("/join/decline", web::post().to(join::decline))
        .route("/join/{code}", web::get().to(join::link))
        .route("/console", web::get().to(console::lead))
        .route("/console/", web::get().to(console::show))
        .route("/console/assets/{name}", web::get().to(console::file))
        .route("/console/{view}", web::get().to(console::show))
        .route("/console/{view}/{id}", web::get().to(console::show))
        .route("/invites", web::get().to(invites::show))
        .route("/invites", web::post().to(invites::give))
        .route("/invites/{id}", web::post().to(invites::act))
        .route("/invites/{id}/share", web::get().to(invites::share))
        .route("/invites/{id}/picture", web::get().to(invites::picture));
}
