//! The table of who may call what. What is not in it is refused before any handler runs.

mod pages;
mod tree;

use std::{sync::LazyLock, time::Duration};

use actix_web::http::Method;

pub use pages::PAGES;
use tree::Tree;

use crate::platform::terms::Role;

/// One operation of the HTTP interface.
#[derive(Debug)]
pub struct Operation {
    /// The `operationId` of the API description; also the label of its metrics.
    pub id: &'static str,
    /// The method. HEAD is served wherever GET is.
    pub verb: Verb,
    /// The path, its variable segments in braces.
    pub path: &'static str,
    /// Who may call it.
    pub access: Access,
    /// Whether whoever calls it must have signed in less than [`RECENT`] ago: what a stolen token or a session
    /// that was left open is not enough for.
    pub wants_recent: bool,
}

/// How long a sign-in is recent.
pub const RECENT: Duration = Duration::from_secs(15 * 60);

impl Operation {
    /// The same for those who have signed in a moment ago.
    const fn recently(self) -> Self {
        Self {
            wants_recent: true,
            ..self
        }
    }
}

/// The methods that are used here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the words of RFC 9110 §9.3")]
pub enum Verb {
    Get,
    Post,
    Put,
    Delete,
}

/// Who may call an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody, as often as they like: cheap and the same for all.
    Public,
    /// Anybody, throttled by address: whatever could be used to guess or to wear us out.
    PublicThrottled,
    /// Who holds a flow token as bearer. The gate demands one and throttles by address;
    /// onboarding checks it.
    Flow,
    /// Who holds the token of an application to be let in as bearer. The gate demands one and throttles by address;
    /// the waitlist checks it.
    Applicant,
    /// Who holds an appeal token as bearer: somebody who is sanctioned and may not sign in. The gate demands one and
    /// throttles by address; moderation checks it.
    Appellant,
    /// Members in one of these roles, by access token.
    Roles(&'static [Role]),
    /// A service, by its client id and secret. Failures are throttled by address.
    Service,
    /// A room server, by its signature of what it sends. The gate demands one, and throttles failures by address; the
    /// handler checks it.
    RoomServer,
    /// Anybody who looks at a page. What the page asks of the API passes the gate by itself.
    Page,
}

const MEMBERS: Access = Access::Roles(&[Role::Owner, Role::Admin, Role::Auditor, Role::Reviewer, Role::Member]);
const READERS: Access = Access::Roles(&[Role::Owner, Role::Admin, Role::Auditor]);
const REVIEWERS: Access = Access::Roles(&[Role::Owner, Role::Admin, Role::Reviewer]);
const STAFF: Access = Access::Roles(&[Role::Owner, Role::Admin, Role::Auditor, Role::Reviewer]);
const ADMINS: Access = Access::Roles(&[Role::Owner, Role::Admin]);
const OVERSEERS: Access = Access::Roles(&[Role::Owner, Role::Auditor]);
const OWNERS: Access = Access::Roles(&[Role::Owner]);

const fn get(id: &'static str, path: &'static str, access: Access) -> Operation {
    Operation {
        id,
        verb: Verb::Get,
        path,
        access,
        wants_recent: false,
    }
}
const fn post(id: &'static str, path: &'static str, access: Access) -> Operation {
    Operation {
        id,
        verb: Verb::Post,
        path,
        access,
        wants_recent: false,
    }
}
const fn put(id: &'static str, path: &'static str, access: Access) -> Operation {
    Operation {
        id,
        verb: Verb::Put,
        path,
        access,
        wants_recent: false,
    }
}
const fn delete(id: &'static str, path: &'static str, access: Access) -> Operation {
    Operation {
        id,
        verb: Verb::Delete,
        path,
        access,
        wants_recent: false,
    }
}

/// Every operation of the API.
pub static OPERATIONS: &[Operation] = &[
    get("home", "/", Access::Public),
    get("livez", "/livez", Access::Public),
    get("readyz", "/readyz", Access::Public),
    get("metrics", "/metrics", Access::Public),
    get("openapi", "/openapi.json", Access::Public),
    get("preview_invite", "/v1/invites/{code}", Access::PublicThrottled),
    post("decline_invite", "/v1/invites/{code}/decline", Access::PublicThrottled),
    post(
        "disown_inviter",
        "/v1/invites/{code}/unknown-inviter",
        Access::PublicThrottled,
    ),
    post("report_invite", "/v1/invites/{code}/report", Access::PublicThrottled),
    post("start_onboarding", "/v1/onboarding", Access::PublicThrottled),
    get("show_onboarding", "/v1/onboarding/{flow}", Access::Flow),
    delete("abandon_onboarding", "/v1/onboarding/{flow}", Access::Flow),
    post("give_contact", "/v1/onboarding/{flow}/contact", Access::Flow),
    post("prove_contact", "/v1/onboarding/{flow}/contact/proof", Access::Flow),
    post("give_identity", "/v1/onboarding/{flow}/identity", Access::Flow),
    post("give_password", "/v1/onboarding/{flow}/password", Access::Flow),
    post("ask_waitlist", "/v1/waitlist", Access::PublicThrottled),
    get("show_place", "/v1/waitlist/me", Access::Applicant),
    delete("leave_waitlist", "/v1/waitlist/me", Access::Applicant),
    post("prove_place", "/v1/waitlist/me/proof", Access::Applicant),
    post("let_in", "/v1/me/waitlist/let-in", MEMBERS),
    post("vouch_applicant", "/v1/me/waitlist/vouch", MEMBERS),
    get("list_waitlist", "/v1/admin/waitlist", READERS),
    post("draw_waitlist", "/v1/admin/waitlist/draws", ADMINS),
    post(
        "refuse_application",
        "/v1/admin/waitlist/applications/{application}/refuse",
        ADMINS,
    ),
    post("sign_in", "/v1/sessions", Access::PublicThrottled),
    post("forgot_password", "/v1/password/forgot", Access::PublicThrottled),
    post("reset_password", "/v1/password/reset", Access::PublicThrottled),
    put("change_password", "/v1/me/password", MEMBERS),
    post("change_address", "/v1/me/address", MEMBERS),
    post("prove_address", "/v1/me/address/proof", MEMBERS),
    get("show_my_data", "/v1/me/data", MEMBERS),
    get("list_looks_at_me", "/v1/me/data/looks", MEMBERS),
    put("change_handle", "/v1/me/handle", MEMBERS),
    put("change_language", "/v1/me/language", MEMBERS),
    post("undo_address", "/v1/address/undo", Access::PublicThrottled),
    post("send_sign_in_code", "/v1/sessions/codes", Access::PublicThrottled),
    delete("sign_out", "/v1/sessions/current", MEMBERS),
    get("list_my_sessions", "/v1/me/sessions", MEMBERS),
    delete("end_my_other_sessions", "/v1/me/sessions", MEMBERS),
    delete("end_my_session", "/v1/me/sessions/{id}", MEMBERS),
    get("show_me", "/v1/me", MEMBERS),
    delete("leave", "/v1/me", MEMBERS).recently(),
    get("list_my_invitees", "/v1/me/invitees", MEMBERS),
    get("list_my_vouches", "/v1/me/vouches", MEMBERS),
    put("give_vouch", "/v1/me/vouches/{id}", MEMBERS),
    delete("take_vouch_back", "/v1/me/vouches/{id}", MEMBERS),
    get("list_my_invites", "/v1/me/invites", MEMBERS),
    post("create_invite", "/v1/me/invites", MEMBERS),
    get("show_my_invite", "/v1/me/invites/{id}", MEMBERS),
    get("show_invite_qr", "/v1/me/invites/{id}/qr", MEMBERS),
    delete("revoke_invite", "/v1/me/invites/{id}", MEMBERS),
    post("restore_invite", "/v1/me/invites/{id}/restore", MEMBERS),
    post("extend_invite", "/v1/me/invites/{id}/extend", MEMBERS),
    post("resend_invite", "/v1/me/invites/{id}/resend", MEMBERS),
    post("pass_invite_on", "/v1/me/invites/{id}/pass-on", MEMBERS),
    post("create_ticket", "/v1/rooms/{room}/tickets", MEMBERS),
    delete("end_ticket", "/v1/rooms/{room}/tickets/{ticket}", MEMBERS),
    get("list_my_rooms", "/v1/rooms", MEMBERS),
    get("show_my_room", "/v1/rooms/{room}", MEMBERS),
    get("list_in_room", "/v1/rooms/{room}/participants", MEMBERS),
    post("act_in_room", "/v1/rooms/{room}/acts", MEMBERS),
    put("raise_hand", "/v1/rooms/{room}/hand", MEMBERS),
    delete("lower_hand", "/v1/rooms/{room}/hand", MEMBERS),
    post("filter_in_room", "/v1/filters/rooms/{room}/acts", Access::Service),
    post("report_in_room", "/v1/filters/rooms/{room}/reports", Access::Service),
    post(
        "report_of_room_server",
        "/v1/room-servers/{id}/events",
        Access::RoomServer,
    ),
    post("oauth_token", "/oauth/token", Access::PublicThrottled),
    post("oauth_introspect", "/oauth/introspect", Access::Service),
    post("oauth_revoke", "/oauth/revoke", Access::PublicThrottled),
    get("jwks", "/.well-known/jwks.json", Access::Public),
    get(
        "oauth_metadata",
        "/.well-known/oauth-authorization-server",
        Access::Public,
    ),
    get("list_people", "/v1/admin/people", READERS),
    post("search_people", "/v1/admin/people/search", READERS),
    get("show_person", "/v1/admin/people/{id}", READERS),
    get("show_chain", "/v1/admin/people/{id}/chain", READERS),
    get("list_children", "/v1/admin/people/{id}/children", READERS),
    get("list_branch", "/v1/admin/people/{id}/branch", READERS),
    get("show_branch_figures", "/v1/admin/people/{id}/branch/figures", READERS),
    get("show_tree", "/v1/admin/people/{id}/tree", READERS),
    get("list_vouches", "/v1/admin/people/{id}/vouches", READERS),
    get("list_former_inviters", "/v1/admin/people/{id}/former-inviters", READERS),
    get("show_account", "/v1/admin/people/{id}/account", READERS),
    post("end_sessions", "/v1/admin/people/{id}/sessions/end", ADMINS),
    post("show_name", "/v1/admin/people/{id}/name", ADMINS).recently(),
    get("list_looks", "/v1/admin/people/{id}/looks", OVERSEERS),
    put("reparent", "/v1/admin/people/{id}/inviter", ADMINS),
    put("change_role", "/v1/admin/people/{id}/role", OWNERS).recently(),
    put("lower_assurance", "/v1/admin/people/{id}/assurance", ADMINS),
    get("show_invite_quota", "/v1/admin/people/{id}/invite-quota", READERS),
    post("change_invite_quota", "/v1/admin/people/{id}/invite-quota", ADMINS),
    get("list_sanctions", "/v1/admin/people/{id}/sanctions", READERS),
    get("list_invites", "/v1/admin/invites", READERS),
    get("show_invite_figures", "/v1/admin/invites/figures", READERS),
    post("revoke_invites", "/v1/admin/invites/revoke", ADMINS),
    post("revoke_any_invite", "/v1/admin/invites/{id}/revoke", ADMINS),
    post("restore_any_invite", "/v1/admin/invites/{id}/restore", ADMINS),
    get("list_sanctions_to_appeal", "/v1/appeals", Access::Appellant),
    post("appeal", "/v1/appeals", Access::Appellant),
    get("list_my_sanctions", "/v1/me/sanctions", MEMBERS),
    get("list_sanctioned_invitees", "/v1/me/sanctioned-invitees", MEMBERS),
    post("appeal_signed_in", "/v1/me/appeals", MEMBERS),
    get("list_appeals", "/v1/admin/appeals", ADMINS),
    post("claim_appeal", "/v1/admin/appeals/{id}/claim", ADMINS),
    post("decide_appeal", "/v1/admin/appeals/{id}/decision", ADMINS),
    post("report_person", "/v1/reports", MEMBERS),
    get("list_reports", "/v1/admin/reports", READERS),
    get("show_reports", "/v1/admin/reports/{id}", READERS),
    post("close_reports", "/v1/admin/reports/{id}/close", ADMINS),
    post("create_action", "/v1/admin/actions", ADMINS),
    get("list_actions", "/v1/admin/actions", READERS),
    get("show_action", "/v1/admin/actions/{id}", READERS),
    get("preview_action", "/v1/admin/actions/{id}/people", READERS),
    post("propose_action", "/v1/admin/actions/{id}/propose", ADMINS),
    post("approve_action", "/v1/admin/actions/{id}/approve", ADMINS).recently(),
    post("withdraw_action", "/v1/admin/actions/{id}/withdraw", ADMINS),
    post("undo_action", "/v1/admin/actions/{id}/undo", ADMINS).recently(),
    post("sanction_people", "/v1/admin/sanctions", ADMINS),
    post("sanction_person", "/v1/admin/people/{id}/sanctions", ADMINS),
    post(
        "lift_sanction",
        "/v1/admin/people/{id}/sanctions/{sanction}/lift",
        ADMINS,
    ),
    get("show_paths", "/v1/admin/paths", READERS),
    get("export_graph", "/v1/admin/graph/export", READERS).recently(),
    get("list_leads", "/v1/admin/leads", READERS),
    get("show_lead", "/v1/admin/leads/{id}", READERS),
    post("dismiss_lead", "/v1/admin/leads/{id}/dismiss", ADMINS),
    get("list_cases", "/v1/admin/cases", REVIEWERS),
    get("show_case_figures", "/v1/admin/cases/figures", STAFF),
    get("show_case", "/v1/admin/cases/{id}", REVIEWERS),
    post("claim_case", "/v1/admin/cases/{id}/claim", REVIEWERS).recently(),
    post("decide_case", "/v1/admin/cases/{id}/decision", REVIEWERS),
    post("release_case", "/v1/admin/cases/{id}/release", REVIEWERS),
    get("list_refusals", "/v1/admin/refusals", ADMINS),
    post("lift_refusal", "/v1/admin/refusals/{id}/lift", ADMINS),
    get("show_policy", "/v1/admin/policy", READERS),
    post("simulate_policy", "/v1/admin/policy/simulate", READERS),
    put("replace_policy", "/v1/admin/policy", ADMINS).recently(),
    get("list_room_servers", "/v1/admin/room-servers", READERS),
    post("register_room_server", "/v1/admin/room-servers", ADMINS).recently(),
    put("replace_room_server", "/v1/admin/room-servers/{id}", ADMINS).recently(),
    delete("remove_room_server", "/v1/admin/room-servers/{id}", ADMINS).recently(),
    get("list_rooms", "/v1/admin/rooms", READERS),
    post("create_room", "/v1/admin/rooms", ADMINS),
    get("show_room", "/v1/admin/rooms/{room}", READERS),
    get("list_participants", "/v1/admin/rooms/{room}/participants", READERS),
    put("replace_room", "/v1/admin/rooms/{room}", ADMINS),
    put("put_server_of_room", "/v1/admin/rooms/{room}/servers/{server}", ADMINS),
    delete(
        "delete_server_of_room",
        "/v1/admin/rooms/{room}/servers/{server}",
        ADMINS,
    ),
    get("list_places", "/v1/admin/rooms/{room}/places", READERS),
    put("give_place", "/v1/admin/rooms/{room}/places/{person}", ADMINS),
    delete("take_place", "/v1/admin/rooms/{room}/places/{person}", ADMINS),
    get("list_room_history", "/v1/admin/rooms/{room}/history", READERS),
    get("list_room_acts", "/v1/admin/rooms/{room}/acts", READERS),
    get("list_room_acts_about", "/v1/admin/people/{id}/room-acts", READERS),
    get("list_ledger", "/v1/admin/ledger", READERS),
    get("export_ledger", "/v1/admin/ledger/export", READERS),
    get("prove_ledger", "/v1/admin/ledger/proof", READERS),
    get("list_services", "/v1/admin/services", OWNERS),
    post("add_service", "/v1/admin/services", OWNERS).recently(),
    post("rotate_service", "/v1/admin/services/{id}/rotate", OWNERS).recently(),
    delete("retire_service", "/v1/admin/services/{id}", OWNERS).recently(),
    get("stream_ledger", "/v1/admin/stream", READERS),
    post("bulk_invite", "/v1/admin/invites/bulk", ADMINS),
    get("list_jobs", "/v1/admin/jobs", READERS),
    get("show_job", "/v1/admin/jobs/{id}", READERS),
    get("list_job_outcomes", "/v1/admin/jobs/{id}/outcomes", READERS),
    get("export_job_outcomes", "/v1/admin/jobs/{id}/report.csv", READERS),
    post("cancel_job", "/v1/admin/jobs/{id}/cancel", ADMINS),
    get("show_health", "/v1/admin/health", READERS),
    get("show_health_history", "/v1/admin/health/history", READERS),
    get("list_dead_letters", "/v1/admin/letters", READERS),
    post("retry_dead_letter", "/v1/admin/letters/{id}/retry", ADMINS),
    get("list_subscribers", "/v1/admin/subscribers", READERS),
    get(
        "list_subscriber_failures",
        "/v1/admin/subscribers/{subscriber}/failures",
        READERS,
    ),
    post(
        "retry_subscriber_failure",
        "/v1/admin/subscribers/{subscriber}/failures/{number}/retry",
        ADMINS,
    ),
    get("show_stop", "/v1/mail/stop/{token}", Access::PublicThrottled),
    post("stop_letters", "/v1/mail/stop/{token}", Access::PublicThrottled),
    post("text_status", "/v1/texts/{message}/status", Access::PublicThrottled),
];

/// Where a request leads.
#[derive(Debug)]
pub enum Route {
    /// To this operation, which stands at this [`place`].
    Found(usize, &'static Operation),
    /// The path exists with other methods, listed as the header Allow wants them.
    WrongMethod(String),
    /// There is no such path.
    Nothing,
}

/// How many operations there are, with the pages.
pub fn count() -> usize {
    OPERATIONS.len() + PAGES.len()
}

/// The operation at a place: those of the API come first, then the pages.
pub fn place(place: usize) -> &'static Operation {
    OPERATIONS
        .get(place)
        .unwrap_or_else(|| &PAGES[place - OPERATIONS.len()])
}

/// Where the operation with this very pattern stands.
pub(super) fn place_of(verb: Verb, pattern: &str) -> Option<usize> {
    let found = TREE.find(pattern)?.operations[verb as usize]?;
    (place(found).path == pattern).then_some(found)
}

/// The operation that serves `method` on `path`, where there is one. `path` is a path as the router
/// sees it (percent-decoded but for `%`, `/` and `+`); a pattern of the table matches itself.
pub fn operation(method: &Method, path: &str) -> Option<&'static Operation> {
    match route(method, path) {
        Route::Found(_, operation) => Some(operation),
        Route::WrongMethod(_) | Route::Nothing => None,
    }
}

/// Where `method` on `path` leads; no allocation where the operation is found.
pub fn route(method: &Method, path: &str) -> Route {
    let Some(node) = TREE.find(path) else {
        return Route::Nothing;
    };
    match Verb::of(method).and_then(|verb| node.operations[verb as usize]) {
        Some(found) => Route::Found(found, place(found)),
        None => Route::WrongMethod(node.allow()),
    }
}

impl Verb {
    pub(super) const ALL: [Self; 4] = [Self::Get, Self::Post, Self::Put, Self::Delete];

    fn of(method: &Method) -> Option<Self> {
        match *method {
            Method::GET | Method::HEAD => Some(Self::Get),
            Method::POST => Some(Self::Post),
            Method::PUT => Some(Self::Put),
            Method::DELETE => Some(Self::Delete),
            _ => None,
        }
    }
    /// The word as it stands in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }
}

static TREE: LazyLock<Tree> = LazyLock::new(|| Tree::build(OPERATIONS.iter().chain(PAGES)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found_by_its_own_pattern_and_no_other_way() {
        for wanted in OPERATIONS.iter().chain(PAGES) {
            let method = Method::from_bytes(wanted.verb.as_str().as_bytes()).unwrap();
            let found = operation(&method, wanted.path).unwrap();
            assert!(std::ptr::eq(found, wanted), "{} is hidden by {}", wanted.id, found.id);
            assert!(operation(&Method::PATCH, wanted.path).is_none());
            for spoiled in [
                format!("{}/", wanted.path),
                format!("/{}", wanted.path),
                format!("{}x/y", wanted.path),
                wanted.path[1..].to_owned(),
                wanted.path.to_uppercase(),
            ] {
                // The root has no letters, and below the console any two words are a view and what it shows.
                if spoiled == wanted.path || spoiled.starts_with("/console/") {
                    continue;
                }
                let found = operation(&method, &spoiled);
                assert!(found.is_none(), "{spoiled} leads to {found:?}");
            }
        }
        assert!(operation(&Method::HEAD, "/v1/me").is_some_and(|found| found.id == "show_me"));
    }

    #[test]
    fn ids_are_unique_and_words_beside_variables_are_known() {
        let mut ids: Vec<_> = OPERATIONS.iter().chain(PAGES).map(|operation| operation.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count());
        const WORDS: [&str; 14] = [
            "search", "figures", "revoke", "bulk", "start", "contact", "proof", "identity", "password", "leave",
            "decline", "text", "assets", "",
        ];
        for node in &TREE.0 {
            let words: Vec<_> = node.words.iter().map(|(word, _)| *word).collect();
            // No id is one of these words.
            assert!(
                node.variable.is_none() || words.iter().all(|word| WORDS.contains(word)),
                "a word and a variable: {words:?}"
            );
        }
    }

    #[test]
    fn empty_and_decoded_segments_do_not_stand_for_a_variable() {
        assert!(operation(&Method::GET, "/v1/invites/").is_none());
        assert!(operation(&Method::GET, "/v1/onboarding//contact").is_none());
        assert!(operation(&Method::GET, "").is_none());
        assert!(matches!(route(&Method::POST, "/v1/me"), Route::WrongMethod(allow) if allow == "GET, HEAD, DELETE"));
    }

    /// What a role that only reads, or a member, may change: nothing of the community's.
    #[test]
    fn only_admins_change_what_is_not_their_own() {
        for operation in OPERATIONS {
            let Access::Roles(roles) = operation.access else {
                continue;
            };
            assert!(!roles.contains(&Role::Service), "{}", operation.id);
            assert!(roles.contains(&Role::Owner), "{}", operation.id);
            if operation.path.starts_with("/v1/admin") {
                assert!(!roles.contains(&Role::Member), "{}", operation.id);
                // These are questions: POST keeps what is looked for out of the URL, and takes a document.
                let asks = ["/search", "/simulate"].iter().any(|end| operation.path.ends_with(end));
                if operation.verb != Verb::Get && !asks {
                    assert!(!roles.contains(&Role::Auditor), "{}", operation.id);
                }
            }
        }
    }
}
