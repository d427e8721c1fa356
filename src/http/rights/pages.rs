//! The pages for people, which stand in no API description: each asks the API for what it shows and does.

use super::{Access, Operation, Verb};

const fn shows(id: &'static str, path: &'static str) -> Operation {
    Operation {
        id,
        verb: Verb::Get,
        path,
        access: Access::Page,
        wants_recent: false,
    }
}

const fn takes(id: &'static str, path: &'static str) -> Operation {
    Operation {
        id,
        verb: Verb::Post,
        path,
        access: Access::Page,
        wants_recent: false,
    }
}

/// Every page, and every form that a page sends.
pub static PAGES: &[Operation] = &[
    shows("page_asset", "/assets/{name}"),
    takes("page_csp_report", "/csp-report"),
    takes("page_language", "/language"),
    shows("page_sign_in", "/signin"),
    shows("page_sign_in_text", "/signin/text"),
    takes("page_sign_in_text_send", "/signin/text"),
    shows("page_sign_in_link", "/signin/{code}"),
    takes("page_sign_in_send", "/signin"),
    takes("page_sign_out", "/signout"),
    shows("page_appeal", "/appeal"),
    takes("page_appeal_send", "/appeal"),
    shows("page_account", "/account"),
    shows("page_profile", "/account/profile"),
    takes("page_profile_send", "/account/profile"),
    shows("page_password", "/account/password"),
    takes("page_password_send", "/account/password"),
    shows("page_address", "/account/address"),
    takes("page_address_send", "/account/address"),
    shows("page_sessions", "/account/sessions"),
    takes("page_sessions_end", "/account/sessions"),
    shows("page_data", "/account/data"),
    shows("page_leave", "/account/leave"),
    takes("page_leave_send", "/account/leave"),
    shows("page_forgotten", "/password/forgot"),
    takes("page_forgotten_send", "/password/forgot"),
    shows("page_reset", "/password/reset"),
    takes("page_reset_send", "/password/reset"),
    shows("page_reset_link", "/password/reset/{token}"),
    shows("page_undo", "/address/undo"),
    takes("page_undo_send", "/address/undo"),
    shows("page_undo_link", "/address/undo/{token}"),
    shows("page_join", "/join"),
    takes("page_join_code", "/join"),
    takes("page_join_start", "/join/start"),
    takes("page_join_contact", "/join/contact"),
    takes("page_join_proof", "/join/proof"),
    takes("page_join_identity", "/join/identity"),
    takes("page_join_password", "/join/password"),
    takes("page_join_leave", "/join/leave"),
    shows("page_join_decline", "/join/decline"),
    takes("page_join_decline_send", "/join/decline"),
    shows("page_join_link", "/join/{code}"),
    shows("page_console_lead", "/console"),
    shows("page_console", "/console/"),
    shows("page_console_asset", "/console/assets/{name}"),
    shows("page_console_view", "/console/{view}"),
    shows("page_console_item", "/console/{view}/{id}"),
    shows("page_invites", "/invites"),
    takes("page_invites_give", "/invites"),
    takes("page_invites_act", "/invites/{id}"),
    shows("page_invites_share", "/invites/{id}/share"),
    shows("page_invites_picture", "/invites/{id}/picture"),
    shows("page_rooms", "/rooms"),
    shows("page_room", "/rooms/{room}"),
    takes("page_room_act", "/rooms/{room}"),
];
