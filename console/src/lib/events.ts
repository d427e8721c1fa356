// What each type of event says, as people read it. A type that stands nowhere here is shown by its own word.
import { plain, title } from "./words";

/** The types, in the groups in which they are chosen from. */
export const EVENTS: Record<string, Record<string, string>> = {
  Members: {
    person_founded: "Became a root of the community",
    member_admitted: "Became a member",
    role_changed: "Was given another role",
    vouched: "Vouched for a member",
    vouch_taken_back: "Took a vouch back",
    reparented: "Was given another inviter",
    assurance_lowered: "Assurance was lowered",
    person_left: "Left",
  },
  "Names and reviews": {
    case_opened: "A name waits for review",
    case_claimed: "Looked at a name and document for a review",
    case_decided: "Decided a review",
    claim_released: "A claimed review was given back",
    case_withdrawn: "A review ended, for the newcomer's way in did",
    names_withheld: "Wanted to see more names than a day allows",
    name_shown: "Looked at a member's name",
    refusal_bound: "A final refusal was put on record",
    refusal_lifted: "Lifted a final refusal",
  },
  Sanctions: {
    person_banned: "Was banned",
    ban_lifted: "A ban was lifted",
    person_sanctioned: "Was put under a sanction",
    sanction_lifted: "A sanction was lifted",
    action_proposed: "An action on many waits for a second admin",
    action_withdrawn: "Withdrew an action",
    action_approved: "Approved an action",
    action_applied: "An action has taken effect on everybody",
    action_undoing: "Began to undo an action",
    action_undone: "An action is undone",
    reported: "Reported a member",
    filter_reported: "A filter reported",
    reports_closed: "Closed the reports on a member",
    appeal_made: "Appealed",
    appeal_claimed: "Took an appeal",
    appeal_decided: "Decided an appeal",
    lead_dismissed: "Dismissed a lead",
  },
  Invites: {
    invite_issued: "Made an invite",
    invite_delivered: "An invite was delivered after all",
    invite_undeliverable: "An invite reached nobody",
    invite_resent: "An invite was sent again",
    invite_extended: "An invite lasts longer",
    invite_passed_on: "An invite was passed on to another address",
    invite_answered: "Whoever got an invite answered it",
    invite_held: "A place is held for a newcomer",
    hold_prolonged: "A place is held for longer",
    invite_released: "A held place was given back",
    invite_revoked: "An invite was taken back",
    invite_restored: "An invite that was taken back holds again",
    invite_voided: "An invite is void, for the same address came in by another",
    invite_quota_changed: "Was given places to invite, or lost some",
  },
  "Ways in": {
    onboarding_started: "Began to join",
    proof_requested: "Asked for a code for their contact",
    proof_failed: "Gave a wrong code",
    contact_proved: "Proved their contact",
    identity_given: "Gave a name and document",
    application_made: "Asked to be let in without an invite",
    application_proof_failed: "An applicant gave a wrong code",
    applicant_waits: "An applicant is on the waitlist",
    applicant_left: "An applicant left the waitlist",
    applicant_let_in: "An applicant was sent an invite",
    applicant_vouched: "Spoke for an applicant",
    application_refused: "Refused an applicant",
    waitlist_drawn: "Drew from the waitlist",
  },
  Accounts: {
    sign_in_code_made: "A one-time sign-in was made",
    session_started: "Signed in",
    session_refreshed: "A session went on",
    session_ended: "A session ended",
    sessions_ended: "All sessions of a member were ended",
    password_forgotten: "Somebody said they forgot a password",
    password_link_made: "A link to a new password was sent",
    password_changed: "Changed a password",
    address_asked: "Asked to change an address",
    address_changed: "Changed an address",
    address_restored: "A change of address was undone",
    handle_changed: "Changed a handle",
    language_changed: "Changed the language of letters",
  },
  Rooms: {
    room_server_registered: "Registered a room server",
    room_server_changed: "Changed a room server",
    room_server_removed: "Removed a room server",
    room_created: "Made a room",
    room_changed: "Changed a room",
    room_spread: "Put a room on another server",
    room_withdrawn: "Took a room off a server",
    ticket_issued: "Took a seat in a room",
    ticket_ended: "A seat ended",
    ticket_changed: "May speak in a room, or only listen",
    room_place_changed: "A place in a room changed",
    room_acted: "Moderated a room",
    hand_moved: "Asked to speak, or no longer",
  },
  Service: {
    policy_changed: "Changed the policy",
    service_added: "Added a service",
    filter_allowed: "Let a service act in rooms",
    service_secret_changed: "Gave a service a new secret",
    service_removed: "Removed a service",
    signing_key_made: "A signing key was made",
    graph_exported: "Exported the graph",
    ledger_exported: "Exported the ledger",
    job_cancelled: "Cancelled a job",
    job_resumed: "Let a job go on",
    import_started: "An import began",
    import_finished: "An import ended",
  },
};

const WORDS: Record<string, string> = Object.assign({}, ...Object.values(EVENTS));

/** What an event of this type says. */
export const eventWords = (type: string): string => WORDS[type] ?? title(type);

type Details = Record<string, unknown>;
const said = (value: unknown) => (typeof value === "string" ? plain(value) : typeof value === "number" ? String(value) : undefined);

/** The one thing of an event's details that says most, for a line of a list. */
export function eventGist(type: string, details: Details): string | undefined {
  const one = (name: string) => said(details[name]);
  if (type === "role_changed" || type === "assurance_lowered") return `${one("before") ?? "?"} → ${one("after") ?? "?"}`;
  if (type === "policy_changed") return `version ${one("version") ?? "?"}`;
  if (type === "invite_quota_changed") return typeof details.places === "number" ? `${details.places > 0 ? "+" : ""}${details.places}` : undefined;
  if (type === "action_approved") return [one("kind"), details.people === undefined ? undefined : `${one("people")} people`].filter(Boolean).join(", ") || undefined;
  if (type === "case_decided") return one("verdict");
  if (type === "appeal_decided") return details.upheld === undefined ? undefined : details.upheld ? "upheld" : "overturned";
  if (["room_changed", "room_spread", "room_withdrawn"].includes(type) || type === "room_created" || type === "ticket_issued" || type === "ticket_ended") return [typeof details.room === "string" ? details.room : undefined, one("why")].filter(Boolean).join(", ") || undefined;
  if (type === "room_acted") return [one("act"), one("reason")].filter(Boolean).join(", ");
  if (type === "room_place_changed") return one("place") ?? "none";
  return one("kind") ?? one("why") ?? (type === "person_banned" || type === "reparented" ? one("reason") : undefined) ?? one("answer") ?? one("outcome") ?? one("format") ?? one("role");
}
