//! Every operation of the description with everybody's credentials: who is let in is exactly whom
//! the table of rights admits. What the table does not know, nobody may call.

use reqwest::Method;
use serde_json::json;
use vouchsafe::{
    app,
    http::{
        openapi,
        rights::{Access, OPERATIONS, Verb},
    },
    platform::{store::Backend, terms::Role},
};

use super::{Operation, Scene, identity, new_service, nobody, resident_id};
use crate::support::{
    db::Database,
    service::{Answer, text},
};

/// With what somebody comes.
enum Credentials {
    Nothing,
    Bearer(String),
    Basic((String, String)),
}

/// Who comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Member(Role),
    Service,
    /// The newcomer whose flow is asked about: half a member.
    Newcomer,
    /// A newcomer with another flow.
    OtherNewcomer,
    Banned,
    SignedOut,
    /// A token whose time is over.
    Expired,
    Forger,
    /// A service's id with another secret.
    FalseService,
}

/// What they meet.
#[derive(Debug, PartialEq, Eq)]
enum Met {
    LetIn,
    Unauthenticated,
    Forbidden,
    NoSuchFlow,
}

fn expected(access: Access, who: Who) -> Met {
    let admitted = |admitted| if admitted { Met::LetIn } else { Met::Unauthenticated };
    match access {
        Access::Public | Access::PublicThrottled | Access::Page => Met::LetIn,
        // Nobody here has an appeal token, or signs as a room server does.
        Access::Appellant | Access::RoomServer => Met::Unauthenticated,
        Access::Applicant => match who {
            Who::Nobody | Who::Service | Who::FalseService => Met::Unauthenticated,
            _ => Met::NoSuchFlow,
        },
        Access::Flow => match who {
            Who::Newcomer => Met::LetIn,
            Who::Nobody | Who::Service | Who::FalseService => Met::Unauthenticated,
            _ => Met::NoSuchFlow,
        },
        Access::Roles(roles) => match who {
            Who::Member(role) if roles.contains(&role) => Met::LetIn,
            Who::Member(_) => Met::Forbidden,
            _ => Met::Unauthenticated,
        },
        Access::Service => admitted(who == Who::Service),
    }
}

/// What an answer came to. Refusals for other reasons (no such person, not the state for it, a rule
/// of the community) come from behind the gate: whoever hears them was let in.
fn met(answer: &Answer) -> Met {
    let slug = answer.body["type"]
        .as_str()
        .and_then(|urn| urn.strip_prefix("urn:vouchsafe:problem:"));
    match (answer.status.as_u16(), slug) {
        (401, Some("unauthenticated" | "session-ended")) => Met::Unauthenticated,
        (401, None) if answer.body["error"] == "invalid_client" => Met::Unauthenticated,
        (403, Some("forbidden")) => Met::Forbidden,
        (404, Some("flow-unknown" | "application-unknown")) => Met::NoSuchFlow,
        // The credentials of the body, not those of the caller; and what the policy lets a member do.
        (401, Some("credentials-wrong"))
        | (403, Some("not-eligible-to-invite" | "assurance-too-low" | "not-their-moderator" | "room-for-others")) => {
            Met::LetIn
        }
        (401 | 403, _) => panic!("{answer:?}"),
        _ => Met::LetIn,
    }
}

/// What the variables of a path stand for.
struct Ids {
    code: String,
    flow: String,
    invite: String,
    person: String,
    case: String,
    refusal: String,
    sanction: String,
    server: String,
    room: String,
    job: String,
    lead: String,
    action: String,
    appeal: String,
    session: String,
}

impl Ids {
    fn fill(&self, path: &str) -> String {
        let id = match path {
            path if path.starts_with("/v1/me/invites") || path.starts_with("/v1/admin/invites") => &self.invite,
            path if path.starts_with("/v1/admin/cases") => &self.case,
            path if path.contains("/room-servers/") => &self.server,
            path if path.starts_with("/v1/admin/jobs") => &self.job,
            path if path.starts_with("/v1/admin/actions") => &self.action,
            path if path.starts_with("/v1/admin/appeals") => &self.appeal,
            path if path.starts_with("/v1/admin/refusals") => &self.refusal,
            path if path.starts_with("/v1/admin/leads") => &self.lead,
            path if path.starts_with("/v1/me/sessions") => &self.session,
            _ => &self.person,
        };
        let path = path.replace("{code}", &self.code).replace("{flow}", &self.flow);
        let path = path.replace("{id}", id).replace("{sanction}", &self.sanction);
        let path = path.replace("{application}", &nobody("application"));
        let path = path
            .replace("{room}", &self.room)
            .replace("{server}", &self.server)
            .replace("{ticket}", &nobody("ticket"))
            .replace("{person}", &self.person)
            .replace("{token}", "nobody-s")
            .replace("{message}", "nobody-s")
            .replace("{subscriber}", "invite-mails")
            .replace("{number}", "1");
        assert!(!path.contains('{'), "a variable that this test does not know: {path}");
        path
    }

    /// Ids of the right form that nothing has.
    fn of_nothing() -> Self {
        Self {
            code: "ABCDE-FGHJK-MNPQR-STUVW".into(),
            lead: nobody("lead"),
            flow: nobody("flow"),
            invite: nobody("invite"),
            person: nobody("person"),
            case: nobody("case"),
            refusal: nobody("refusal"),
            sanction: nobody("sanction"),
            server: nobody("server"),
            room: "nowhere".into(),
            job: nobody("job"),
            action: nobody("action"),
            appeal: nobody("appeal"),
            session: nobody("session"),
        }
    }
}

#[test]
fn the_table_and_the_description_are_one() {
    let differences = openapi::differences(&openapi::describe(app::offer));
    assert!(differences.is_empty(), "{differences:#?}");
    let described = Operation::all();
    for operation in &described {
        let known = OPERATIONS.iter().find(|known| known.id == operation.id);
        let known = known.unwrap_or_else(|| panic!("{} is not in the table", operation.id));
        assert_eq!(
            (known.verb.as_str(), known.path),
            (operation.verb.as_str(), operation.path.as_str())
        );
        let open = matches!(known.access, Access::Public | Access::PublicThrottled);
        assert_eq!(
            operation.secured, !open,
            "{}: what the description says of credentials",
            known.id
        );
    }
    for known in OPERATIONS {
        let found = described.iter().any(|operation| operation.id == known.id);
        assert!(found, "{} is not described", known.id);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_at_every_operation() {
    let db = Database::fresh(Backend::Sqlite);
    let scene = Scene::new(&db, "reviewed").await;
    let service = &scene.service;

    let (expiring, _) = scene.member("expiring", Role::Owner).await;
    let expired = service.token(expiring.row).await;
    scene.clock.advance(std::time::Duration::from_secs(15 * 60));
    let owner_token = service.token(scene.owner.row).await;

    let mut people = vec![(Who::Nobody, Credentials::Nothing)];
    let mut members = Vec::new();
    for role in [Role::Owner, Role::Admin, Role::Auditor, Role::Reviewer, Role::Member] {
        let (member, token) = scene.member(&format!("the-{role}"), role).await;
        people.push((Who::Member(role), Credentials::Bearer(token)));
        members.push(member);
    }
    assert_eq!(members.len() + 1, Role::ALL.len(), "every role but the service's");
    let credentials = new_service(service).await;
    people.push((
        Who::FalseService,
        Credentials::Basic((credentials.0.clone(), "x".repeat(43))),
    ));
    people.push((Who::Service, Credentials::Basic(credentials)));
    people.push((Who::Expired, Credentials::Bearer(expired)));
    people.push((Who::Forger, Credentials::Bearer("eyJhbGciOiJub25lIn0.e30.".into())));

    let (_, signed_out) = scene.member("gone", Role::Owner).await;
    service
        .call(Method::DELETE, &signed_out, "/v1/sessions/current", None)
        .await
        .expect(204);
    people.push((Who::SignedOut, Credentials::Bearer(signed_out)));
    let (banned, banned_token) = scene.member("banned", Role::Owner).await;
    let ban = json!({ "kind": "ban", "reason": "spam", "note": "advertisements" });
    let ban_path = |id: &str| format!("/v1/admin/people/{id}/sanctions");
    service
        .post(&owner_token, &ban_path(&banned.id.to_string()), ban.clone())
        .await
        .expect(201);
    people.push((Who::Banned, Credentials::Bearer(banned_token)));

    // Something of each kind: an open invite, two flows, a case, a member with a sanction.
    let link = json!({ "max_uses": 9 });
    let invite = service.post(&owner_token, "/v1/me/invites", link).await.expect(201);
    let code = text(&invite["code"]);
    let (flow, flow_token) = scene.proved(&code, "newcomer").await;
    scene
        .step(&flow, &flow_token, "identity", identity("张伟", &resident_id(2)))
        .await
        .expect(200);
    let (_, other_token) = scene.proved(&code, "other").await;
    let cases = service.get(&owner_token, "/v1/admin/cases").await.expect(200);
    let (target, _) = scene.member("target", Role::Member).await;
    let sanction = service
        .post(&owner_token, &ban_path(&target.id.to_string()), ban)
        .await
        .expect(201);
    people.push((Who::OtherNewcomer, Credentials::Bearer(other_token)));
    // Their own flow ends on the way, and stays theirs.
    people.push((Who::Newcomer, Credentials::Bearer(flow_token)));
    let ids = Ids {
        code,
        flow,
        invite: text(&invite["id"]),
        person: target.id.to_string(),
        case: text(&cases["items"][0]["id"]),
        refusal: nobody("refusal"),
        sanction: text(&sanction["id"]),
        server: scene.room(&owner_token, "stage").await,
        room: "stage".into(),
        job: scene.job().await,
        lead: crate::admin::leads::lead_row(&db, scene.owner.row),
        action: scene.action(&target).await,
        appeal: nobody("appeal"),
        session: nobody("session"),
    };
    let nothing = Ids::of_nothing();

    let operations = Operation::all();
    let (mut wrong, mut leavers) = (Vec::new(), 0);
    for operation in &operations {
        let access = OPERATIONS
            .iter()
            .find(|known| known.id == operation.id)
            .map(|known| known.access);
        let access = access.unwrap_or_else(|| panic!("{} is not in the table", operation.id));
        for (who, credentials) in &people {
            for ids in [&ids, &nothing] {
                let mut verbs = vec![operation.verb.clone()];
                if operation.verb == Method::GET {
                    verbs.push(Method::HEAD);
                }
                for verb in verbs {
                    let path = ids.fill(&operation.path);
                    let mut request = match verb {
                        Method::HEAD => service.request(Method::HEAD, &path),
                        _ => operation.request(service, &path),
                    };
                    request = match (credentials, who) {
                        // Signing out ends the session: with one of its own.
                        (Credentials::Bearer(_), Who::Member(role)) if operation.id == "sign_out" => {
                            let place = Role::ALL.iter().position(|one| one == role).expect("a role");
                            request.bearer_auth(service.token(members[place].row).await)
                        }
                        // Whoever leaves is gone: somebody of the same role does.
                        (Credentials::Bearer(_), Who::Member(role)) if operation.id == "leave" => {
                            leavers += 1;
                            let (_, token) = scene.member(&format!("leaver{leavers}"), *role).await;
                            request.bearer_auth(token)
                        }
                        (Credentials::Bearer(token), _) => request.bearer_auth(token),
                        (Credentials::Basic((id, secret)), _) => request.basic_auth(id, Some(secret)),
                        (Credentials::Nothing, _) => request,
                    };
                    let answer = service.send(request).await;
                    let mut wanted = expected(access, *who);
                    if access == Access::Flow && *who == Who::Newcomer && std::ptr::eq(ids, &nothing) {
                        wanted = Met::NoSuchFlow;
                    }
                    let no_server = answer.body["type"] == "urn:vouchsafe:problem:room-server-unavailable";
                    assert!(
                        answer.status.as_u16() < 500 || no_server,
                        "{} {who:?}: {answer:?}",
                        operation.id
                    );
                    if verb == Method::HEAD {
                        let status = match wanted {
                            Met::LetIn => None,
                            Met::Unauthenticated => Some(401),
                            Met::Forbidden => Some(403),
                            Met::NoSuchFlow => Some(404),
                        };
                        // Whom a room is for, and who moderates it, the room says.
                        let by_room =
                            matches!(operation.id.as_str(), "list_in_room" | "show_my_room") && answer.status == 403;
                        let same = status.map_or(by_room || !matches!(answer.status.as_u16(), 401 | 403), |status| {
                            answer.status == status
                        });
                        assert!(same, "HEAD {} {who:?}: {}", operation.id, answer.status);
                        continue;
                    }
                    let came = met(&answer);
                    if came != wanted {
                        wrong.push(format!(
                            "{} as {who:?}: {came:?} for {wanted:?}: {}",
                            operation.id, answer.body
                        ));
                    }
                    if came == Met::Unauthenticated {
                        assert!(
                            answer.header("www-authenticate").is_some(),
                            "{}: no challenge",
                            operation.id
                        );
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    // What nobody described, nobody may do.
    let (_, owner) = scene.member("walker", Role::Owner).await;
    for path in ["/v1/admin", "/v1/admin/people/", "/v1/users", "/admin", "//", "//v1/me"] {
        service.get(&owner, path).await.refused(404, "not-found");
    }
    for operation in &operations {
        for verb in ["PATCH", "PUT", "DELETE", "POST", "GET", "OPTIONS", "TRACE", "PROPFIND"] {
            let known = |known: &vouchsafe::http::rights::Operation| {
                known.path == operation.path && known.verb.as_str() == verb
            };
            if OPERATIONS.iter().any(known) {
                continue;
            }
            let path = nothing.fill(&operation.path);
            let answer = service.call(verb.parse().expect("a method"), &owner, &path, None).await;
            // The oldest probes of proxies come without a body to read a problem from.
            assert!(matches!(answer.status.as_u16(), 404 | 405), "{verb} {path}: {answer:?}");
            if answer.status == 405 {
                answer.refused(405, "method-not-allowed");
                let allowed = answer.header("allow").expect("Allow").to_owned();
                let here = OPERATIONS.iter().filter(|known| known.path == operation.path);
                for known in here {
                    assert!(allowed.contains(known.verb.as_str()), "{path}: {allowed}");
                    assert_eq!(allowed.contains("HEAD"), allowed.contains(Verb::Get.as_str()));
                }
            }
        }
    }
    scene.service.stop().await;
}
