//! Every kind of refusal that this service knows, in one list.
//!
//! `docs/problems.md` is written from it; a test holds the two together.

use actix_web::http::StatusCode;

macro_rules! kinds {
    ($($(#[doc = $when:literal])+ $name:ident = $status:literal $slug:literal, $title:literal, $advice:literal;)*) => {
        /// A kind of refusal; its doc comment says when it is answered.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemKind { $($(#[doc = $when])+ $name),* }

        impl ProblemKind {
            /// Every kind, in the order of the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The last part of [`ProblemKind::urn`], stable for ever.
            pub const fn slug(self) -> &'static str {
                match self { $(Self::$name => $slug),* }
            }
            /// The `type` member (RFC 9457 §3.1.1).
            pub const fn urn(self) -> &'static str {
                match self { $(Self::$name => concat!("urn:vouchsafe:problem:", $slug)),* }
            }
            /// The `title` member: what is wrong, the same for every occurrence.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title),* }
            }
            /// What to do about it: the `detail` member where an occurrence has none of its own.
            pub const fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice),* }
            }
            /// When it is answered.
            pub const fn when(self) -> &'static str {
                match self { $(Self::$name => concat!($($when),+)),* }
            }
            const fn code(self) -> u16 {
                match self { $(Self::$name => $status),* }
            }
        }
    };
}

kinds! {
    /// The body ends too early or is not JSON.
    MalformedJson = 400 "malformed-json", "The body is not valid JSON", "Send one JSON object, encoded as UTF-8.";
    /// A member of the body, a part of the path or a parameter is missing or is not of the form that is asked for; `field` names it where that is known.
    InvalidField = 400 "invalid-field", "A field is missing or not of the expected form", "Correct the field that is named and send the request again.";
    /// The body or the query has a member that the operation does not know.
    UnknownField = 400 "unknown-field", "A field is not known here", "Remove the field that is named; the API description lists the known ones.";
    /// A value has the form that the API description gives, and is refused for what it says: it cannot be, or the policy speaks against it; `field` names it.
    InvalidValue = 422 "invalid-value", "A value is not accepted", "Correct the field that is named, as the detail says.";
    /// The body is longer than the operator allows.
    BodyTooLarge = 413 "body-too-large", "The body is too large", "Send a smaller body.";
    /// A row of the file, or its header, is not of the form that is asked for; `rows` names them. Nothing of the file was taken.
    FileInvalid = 422 "file-invalid", "The file cannot be taken", "Correct the rows that are named and send the file again.";
    /// The body has another content type than the operation reads.
    UnsupportedMediaType = 415 "unsupported-media-type", "The content type is not supported", "Send the body in the content type that the API description names.";
    /// There is no such path, or no such thing that the caller may know of.
    NotFound = 404 "not-found", "Nothing is found here", "Check the path and the id in it.";
    /// The path exists, but not with this method; `Allow` lists the methods that do.
    MethodNotAllowed = 405 "method-not-allowed", "The method is not allowed here", "Use one of the methods that the Allow header lists.";
    /// The operation wants a token or a service's credentials, and none that holds was given.
    Unauthenticated = 401 "unauthenticated", "Nobody is signed in", "Sign in, and send the access token as a bearer token in the Authorization header.";
    /// The caller is known, and their role may not do this.
    Forbidden = 403 "forbidden", "This is not allowed", "Ask somebody whose role allows it.";
    /// The request shows a browser's session, and did not come from one of our own pages, or does not show the page's token.
    CrossSite = 403 "cross-site", "The request does not come from a page of this service", "Send it from a page of this service, with the page's token in X-Form-Token; or use an access token.";
    /// Too many requests came from this address in a short time.
    TooManyRequests = 429 "too-many-requests", "Too many requests", "Wait for the seconds given in Retry-After, then try again.";
    /// The database or another part that is needed did not answer in time; a change may have been made or not.
    Unavailable = 503 "unavailable", "The service is not available for a moment", "Wait for the seconds given in Retry-After, then send the same request again, with the same Idempotency-Key where it had one.";
    /// This replica has not yet seen the position that Vouchsafe-At-Least demands.
    NotCaughtUp = 503 "not-caught-up", "This replica has not caught up yet", "Wait for the seconds given in Retry-After, then try again.";
    /// The operation changes a versioned document and the request has no If-Match.
    PreconditionRequired = 428 "precondition-required", "A precondition is required", "Read the document, and send its ETag in If-Match.";
    /// The document has changed since the version that If-Match names.
    PreconditionFailed = 412 "precondition-failed", "The document has changed meanwhile", "Read the document again, and decide anew.";
    /// The Idempotency-Key was used before with another request.
    IdempotencyKeyReused = 422 "idempotency-key-reused", "The idempotency key belongs to another request", "Use a fresh key for each new request, and the same key only to repeat one.";
    /// Something went wrong inside; the cause is in the log under the request id.
    Internal = 500 "internal", "Something went wrong inside", "Try again later; if it stays, tell the operator the request id.";
    /// The request was not done in time; a change may have been made or not.
    Timeout = 503 "timeout", "The request took too long", "Send the same request again, with the same Idempotency-Key where it had one.";

    /// The inviter whom a person is to be given is that person, or came in by way of them.
    InviterInBranch = 409 "inviter-in-branch", "The inviter is in the person's own branch", "Name somebody who did not come in by way of this person.";
    /// A member vouches for as many as anybody may, for themself, or for somebody whose vouch they took back a while ago; the detail says which.
    VouchRefused = 409 "vouch-refused", "The vouch cannot be given", "Read the detail.";
    /// The job has done its last step; what it did is not taken back.
    JobDone = 409 "job-done", "The job is done", "There is nothing left to cancel.";

    /// No invite has this code.
    InviteUnknown = 404 "invite-unknown", "There is no such invite", "Check the code, or ask whoever invited you for a new invite.";
    /// The invite has been used as often as it may be.
    InviteUsed = 410 "invite-used", "The invite has been used", "Sign in if it was you; otherwise ask for a new invite.";
    /// The invite's time is over.
    InviteExpired = 410 "invite-expired", "The invite has expired", "Ask whoever invited you for a new invite.";
    /// The inviter or an admin took the invite back, or whoever it was sent to came in by another, declined it or passed it on, or its inviter is not in good standing, or its room is closed: which of them, nobody is told who holds the code.
    InviteClosed = 410 "invite-closed", "The invite cannot be used now", "Ask whoever invited you, or another member, for a new invite.";
    /// The invite can be used from a later time on, which the detail and the invite's preview name.
    InviteNotOpen = 409 "invite-not-open", "The invite is not open yet", "Come again when it opens.";
    /// The invite is not in a state for this; the detail says why.
    InviteState = 409 "invite-state", "The invite is not in a state for this", "Read the list of your invites to see how it stands.";
    /// The lead was dismissed already, or is no longer found.
    LeadNotOpen = 409 "lead-not-open", "The lead is not open", "Read the lead to see how it stands.";
    /// All uses of the invite are held by people who are coming in at this moment; one may become free again.
    InviteExhausted = 409 "invite-exhausted", "All uses of the invite are taken for now", "Try again later, or ask for a new invite.";
    /// The invite was sent to another address than the one that is to be proved.
    ContactMismatch = 422 "contact-mismatch", "The invite is for another address", "Use the address that the invite was sent to.";
    /// The code that was given does not prove the address.
    ProofWrong = 422 "proof-wrong", "The code is not right", "Check the newest message, and type its code again.";
    /// The code was right once, but its time is over, newer ones were sent, or too many wrong ones were tried. It is not counted as a wrong one.
    ProofStale = 410 "proof-stale", "The code is no longer valid", "Ask for a new code.";
    /// Too many wrong codes were tried.
    ProofLocked = 429 "proof-locked", "Too many wrong codes", "Wait for the seconds given in Retry-After, then ask for a new code.";
    /// As many text messages were sent as may be: to this number, on account of whoever invites, to people who wait, to this country, or in a day.
    TextLimitReached = 429 "text-limit-reached", "Too many text messages", "Wait for the seconds given in Retry-After, then try again.";
    /// The community takes no phone numbers of this country, or no documents of it, whoever has them.
    CountryNotAccepted = 403 "country-not-accepted", "This country is not accepted", "Use a number or a document of another country; the preview of an invite says which are accepted.";
    /// The step cannot be taken yet, or has been taken already.
    StepOutOfOrder = 409 "step-out-of-order", "It is not the time for this step", "Read the flow, and take the step that it names as next.";
    /// The use that was held for the newcomer has been given back.
    HoldExpired = 410 "hold-expired", "The place is no longer held", "Open the invite again and start anew.";
    /// No flow has this id, or the flow token does not belong to it.
    FlowUnknown = 404 "flow-unknown", "There is no such registration", "Open the invite again and start anew.";
    /// The newcomer's way has ended: they are a member, were refused, or gave up.
    FlowEnded = 410 "flow-ended", "The registration has ended", "Sign in if you are a member; otherwise open the invite again, or ask for a new one.";
    /// The document's number is no number of that kind of document, or the document is not accepted.
    DocumentInvalid = 422 "document-invalid", "The document is not valid", "Check the kind and the number of the document.";
    /// A reviewer must look at the name and the document before the last step can be taken. It says nothing of why.
    ReviewNeeded = 409 "review-needed", "A reviewer looks first", "Wait for the letter, and take this step again.";
    /// A reviewer has refused the person for good, or they were sent back as often as the policy allows.
    RegistrationRefused = 409 "registration-refused", "The registration is refused", "If you think that this is a mistake, ask an admin of the community: one can lift it.";
    /// The name is empty, too long, or has characters that no name has.
    NameInvalid = 422 "name-invalid", "The name is not valid", "Give the name as it stands in the document.";
    /// The address that was proved is a member's already.
    PersonLimitReached = 409 "person-limit-reached", "This person has an account already", "Sign in with the account that exists, or ask an admin.";
    /// The password is too short, too long, or among the commonest.
    PasswordRefused = 422 "password-refused", "The password is not accepted", "Choose a longer password that is not in common use.";
    /// The link in a letter was used, is over, was replaced by a newer one, or is none of ours.
    LinkOver = 410 "link-over", "The link is good no longer", "Ask for a new letter, and open the link in the newest one.";
    /// The handle was changed in the last 30 days; the detail says from when on it can be changed.
    HandleTooSoon = 409 "handle-too-soon", "The handle was changed a while ago", "Wait until the time that the detail names.";
    /// The address that was proved is another account's, or is kept for whoever had it a while ago.
    AddressTaken = 409 "address-taken", "The address is another account's", "Give another address.";
    /// A member who signs in with a phone number keeps it: it is not changed here.
    PhoneKept = 409 "phone-kept", "A phone number is not changed here", "Ask an admin.";
    /// A member who is signed in gave another password than theirs, or none where one is needed.
    PasswordWrong = 422 "password-wrong", "The current password is not right", "Give the password that you sign in with.";
    /// The account and the password do not belong together, or there is no such account.
    CredentialsWrong = 401 "credentials-wrong", "The sign-in data are not right", "Check the address and the password.";
    /// Too many wrong passwords were tried for this account.
    AccountLocked = 429 "account-locked", "Too many failed sign-ins", "Wait for the seconds given in Retry-After, then try again.";
    /// The session behind the token was ended, by its holder or by a sanction.
    SessionEnded = 401 "session-ended", "The session has ended", "Sign in again.";
    /// The operation changes roles, the policy or keys, or shows a name, and whoever asks has signed in 15 minutes ago or earlier.
    ReauthenticationRequired = 401 "reauthentication-required", "A recent sign-in is required", "Sign in again (POST /v1/sessions), and send the same request with the new access token within 15 minutes.";
    /// The refresh token had been used before; all tokens of its session are dead.
    RefreshReused = 400 "refresh-reused", "The refresh token has been used before", "Sign in again; if it was not you who used it, change the password.";
    /// The refresh token is unknown, has expired or was revoked.
    RefreshUnknown = 400 "refresh-unknown", "The refresh token is not valid", "Sign in again.";
    /// Somebody has decided the case already.
    CaseDecided = 409 "case-decided", "The case has been decided", "Read the case to see the decision.";
    /// The newcomer's way has ended, or they have waited for as long as the policy lets a case wait.
    CaseLapsed = 410 "case-lapsed", "Nobody waits for the decision any more", "Take another case.";
    /// The caller, their inviter or somebody whom they let in has let the newcomer in.
    ReviewConflict = 409 "review-conflict", "You are too close to this newcomer to decide", "Leave it to somebody else whose role reviews. Where the only owner is the only reviewer, the policy can allow it (review.sole_owner).";
    /// The reviewer has as many cases as the policy lets one have at once.
    ClaimsExhausted = 409 "claims-exhausted", "You have as many cases as you may have at once", "Decide one of your cases, or give one back.";
    /// The reviewer was shown as many names as the policy shows to one in 24 hours. The owners are told.
    NamesExhausted = 429 "names-exhausted", "You were shown as many names as you may see in a day", "Wait for the seconds given in Retry-After; an owner can change the policy.";
    /// As many members as the policy allows stand behind the document of the case already.
    DocumentTaken = 409 "document-taken", "The document is another member's already", "Send the newcomer back, or refuse them; or see whether the account that has it is theirs.";
    /// A final refusal binds the document of the case.
    DocumentBound = 409 "document-bound", "A final refusal binds the document", "Ask an admin to lift the refusal, or decide otherwise.";
    /// No final refusal that is in force has this id.
    RefusalUnknown = 404 "refusal-unknown", "There is no such final refusal in force", "Read the list of refusals to see those that are.";
    /// Another reviewer works on the case.
    CaseClaimed = 409 "case-claimed", "Another reviewer has the case", "Take another case, or wait until the claim ends.";
    /// The policy has no waitlist, or has closed it.
    WaitlistClosed = 409 "waitlist-closed", "The waitlist is closed", "Ask a member for an invite, or come back later.";
    /// As many wait as the policy allows.
    WaitlistFull = 409 "waitlist-full", "The waitlist is full", "Come back later, or ask a member for an invite.";
    /// The token opens no application, or nobody has this id: it was given up, or its owner has come in.
    ApplicationUnknown = 404 "application-unknown", "There is no such application", "Ask anew.";
    /// They were let in or refused already, or did not prove the address in time.
    ApplicationOver = 410 "application-over", "The application is over", "Read the application to see how it ended; ask anew if it was not proved in time.";
    /// Somebody else has let this person in, and their invite is open.
    AlreadyLetIn = 409 "already-let-in", "Somebody has let this person in already", "Nothing is left to do: they have an invite. If it ends unused, you can let them in.";
    /// The inviter has no invites left.
    QuotaExhausted = 409 "quota-exhausted", "No invites are left", "Revoke an open invite, or wait until one is over; your own record says what counts.";
    /// The policy does not let this member invite yet.
    NotEligibleToInvite = 403 "not-eligible-to-invite", "You may not invite yet", "Read your own record to see what the policy asks for.";
    /// The person is under such a sanction already.
    SanctionExists = 409 "sanction-exists", "The person is under this sanction already", "Lift the sanction in force first, or leave it.";
    /// The person has no such sanction in force.
    SanctionUnknown = 404 "sanction-unknown", "There is no such sanction in force", "Read the person to see the sanctions in force.";
    /// There is no action with this id.
    ActionUnknown = 404 "action-unknown", "There is no such action", "Read the list of actions.";
    /// The action is approved, withdrawn or over already, or not approved yet, or on nobody; the detail says which.
    ActionState = 409 "action-state", "The action is not in a state for this", "Read the action to see where it stands.";
    /// The action is on so many people that a second admin approves it: not who drafted it, nor whoever came in by way of them.
    SecondAdminNeeded = 403 "second-admin-needed", "Another admin must approve this", "Propose it, and have it approved by an admin who did not come in by way of whoever drafted it.";
    /// There is no appeal with this id.
    AppealUnknown = 404 "appeal-unknown", "There is no such appeal", "Read the list of appeals.";
    /// The member has appealed against this sanction before.
    AppealExists = 409 "appeal-exists", "You have appealed against this already", "Wait for the decision; your sanctions show how the appeal stands.";
    /// The appeal is decided, claimed by somebody else, or was not claimed by whoever decides.
    AppealState = 409 "appeal-state", "The appeal is not in a state for this", "Claim it first, or leave it to whoever has claimed it.";
    /// No report is open on the person.
    ReportsUnknown = 404 "reports-unknown", "No report is open on this person", "Read the list of reports.";
    /// The change would leave the community without an owner.
    LastOwner = 409 "last-owner", "The last owner cannot go", "Make somebody else an owner first.";
    /// The policy document contradicts itself or has a value out of range.
    PolicyInvalid = 422 "policy-invalid", "The policy is not valid", "Correct what the detail names and send the document again.";
    /// The person's assurance is not higher than what it is to be lowered to.
    AssuranceNotHigher = 409 "assurance-not-higher", "The assurance is not higher than that", "Read the person to see their assurance; it rises by a review alone.";
    /// No room has this id.
    RoomUnknown = 404 "room-unknown", "There is no such room", "Check the room's id.";
    /// A room of this id is there already, open or closed.
    RoomExists = 409 "room-exists", "The room exists already", "Choose another id, or change the room that is there.";
    /// The room is held on no other server.
    RoomLastServer = 409 "room-last-server", "The room is held on no other server", "Put the room on another server first, or close it.";
    /// The room is held on as many servers as a room may be.
    RoomServersFull = 409 "room-servers-full", "The room is held on 16 servers", "Take it off one of them first.";
    /// The room is closed.
    RoomClosed = 409 "room-closed", "The room is closed", "Wait until it is opened; those who run it know when.";
    /// All seats of the room are taken.
    RoomFull = 409 "room-full", "The room is full", "Wait for the seconds given in Retry-After, then try again: seats become free as people leave.";
    /// The room, or the policy for every room, asks for more than is known of the member.
    AssuranceTooLow = 403 "assurance-too-low", "The room asks for more than is known of you", "Have more of who you are confirmed; the detail names what is asked for.";
    /// The room is for others: for guests, or for those in a role, a branch or an age that the member is not.
    RoomForOthers = 403 "room-for-others", "The room is for others", "Ask whoever runs the room to invite you; the detail names what is asked for.";
    /// A moderator or a filter put the member out of the room.
    PutOutOfRoom = 403 "put-out-of-room", "You were put out of the room", "Wait for the seconds given in Retry-After, then ask for a ticket again.";
    /// The member's place in the room is hidden, or they want to be shown by a name, and the room's server can do neither.
    RoomCannotHide = 409 "room-cannot-hide", "The room's server hides nobody, and shows no names", "Hold the room on a server of a kind that does; or give another place, and ask to be shown by nothing.";
    /// The member wants to be shown by a handle or a verified name, and has none.
    NothingToShow = 409 "nothing-to-show", "You have nothing to be shown by", "Choose a handle, or have your name verified; or ask to be shown by nothing.";
    /// The caller does not moderate the room; or whom they would act on stands as high as they do.
    NotTheirModerator = 403 "not-their-moderator", "You may not do this in the room", "Ask a moderator of the room, or an admin where it is about a moderator.";
    /// Nobody is, or was, in the room under this ticket.
    ParticipantUnknown = 404 "participant-unknown", "Nobody was in the room under this ticket", "Take the ticket from the list of those who are in the room.";
    /// The member is not in the room.
    NotInRoom = 409 "not-in-room", "You are not in the room", "Take a ticket to the room first.";
    /// The member may speak already, or listens unseen.
    NothingToAsk = 409 "nothing-to-ask", "You need not ask to speak", "Nothing is to be done: you may speak already, or you are there to listen unseen.";
    /// The member spoke in the room more than once where they may only listen, and was put out.
    SpokeAsListener = 403 "spoke-as-listener", "You spoke where you may only listen", "Wait for the seconds given in Retry-After, then ask for a ticket again; join muted, and stay so.";
    /// The room's server does not answer, or has not taken the ticket in yet.
    RoomServerUnavailable = 503 "room-server-unavailable", "The room's server does not answer", "Wait for the seconds given in Retry-After, then ask for a ticket again.";
    /// No room server has this id.
    RoomServerUnknown = 404 "room-server-unknown", "There is no such room server", "Check the id; the list of room servers has those that are registered.";
    /// Open rooms stand on the room server.
    RoomServerInUse = 409 "room-server-in-use", "Open rooms stand on the room server", "Close its rooms, or take them off it, first.";
    /// The rooms of the room server are closed, and the server does not know that yet: there may still be people in them.
    RoomServerNotCleared = 409 "room-server-not-cleared", "The closing of its rooms has not reached the room server", "Wait for the seconds given in Retry-After, then try again. Where the server is gone for good, repeat it with abandon=true: whatever is left there stays.";
    /// The member has no such ticket for the room, or it has ended.
    TicketUnknown = 404 "ticket-unknown", "There is no such ticket", "Nothing is left to give back; ask for a new ticket to enter.";
    /// The request is a repetition, and the ticket that was its answer has ended.
    TicketEnded = 410 "ticket-ended", "The ticket has ended", "Ask for a new ticket with a fresh Idempotency-Key.";
    /// The token in Vouchsafe-At-Least was not made by this community.
    PositionUnknown = 400 "position-unknown", "The position is not known", "Send the Vouchsafe-Position of an earlier answer, unchanged.";
    /// The cursor was not made by this operation, or by a version of it that is gone.
    CursorInvalid = 400 "cursor-invalid", "The cursor is not valid", "Start again without a cursor.";
}

impl ProblemKind {
    /// The HTTP status that goes with it.
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.code()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Seconds after which a repetition is worth while, where the kind alone tells.
    pub(super) const fn retry_after(self) -> Option<u32> {
        match self {
            Self::Unavailable | Self::NotCaughtUp | Self::Timeout | Self::TooManyRequests => Some(1),
            Self::RoomServerUnavailable | Self::RoomServerNotCleared => Some(2),
            Self::RoomFull => Some(10),
            _ => None,
        }
    }

    /// The challenge that a 401 must carry (RFC 9110 §15.5.2; RFC 6750 §3).
    pub(super) fn challenge(self) -> Option<&'static str> {
        match self {
            Self::SessionEnded => Some(r#"Bearer error="invalid_token""#),
            // RFC 9470 §3.
            Self::ReauthenticationRequired => Some(r#"Bearer error="insufficient_user_authentication", max_age="900""#),
            kind if kind.code() == 401 => Some("Bearer"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fmt::Write as _};

    use super::*;

    fn document() -> String {
        let mut text = String::from(
            "# Problems\n\n\
             Every refusal is a problem (RFC 9457, `application/problem+json`). A program looks at `type`, which is\n\
             `urn:vouchsafe:problem:` and one of the names below; `title` is the same for every occurrence, `detail` says\n\
             what to do, `field` names the field at fault (a JSON pointer into the body, or a parameter's name),\n\
             `retry_after` gives seconds as the header Retry-After does, and `request_id` finds the request in the log.\n\
             No refusal repeats a value that was sent, and none tells an internal cause.\n\n\
             The OAuth endpoints (`/oauth/…`) answer as RFC 6749 §5.2 wants, `{\"error\", \"error_description\"}`.\n\n\
             This file is written from the list in `src/http/kinds.rs`; a test holds the two together\n\
             (`WRITE=1 cargo test kinds` writes it anew).\n",
        );
        for kind in ProblemKind::ALL {
            let _ = write!(
                text,
                "\n## {}\n\nStatus {}. {}.\n\n- When:{}\n- What to do: {}\n",
                kind.slug(),
                kind.status().as_u16(),
                kind.title(),
                kind.when(),
                kind.advice(),
            );
        }
        text
    }

    #[test]
    fn the_documentation_has_every_kind_as_it_is() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/problems.md");
        if std::env::var_os("WRITE").is_some() {
            std::fs::write(path, document()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap();
        assert_eq!(
            written,
            document(),
            "docs/problems.md is not what the list says; WRITE=1 writes it anew"
        );
    }

    #[test]
    fn kinds_are_told_apart_by_name_and_are_errors() {
        let slugs: HashSet<_> = ProblemKind::ALL.iter().map(|kind| kind.slug()).collect();
        assert_eq!(slugs.len(), ProblemKind::ALL.len());
        for kind in ProblemKind::ALL {
            assert!(
                kind.status().is_client_error() || kind.status().is_server_error(),
                "{kind:?}"
            );
            assert_eq!(kind.urn().strip_prefix("urn:vouchsafe:problem:"), Some(kind.slug()));
            // RFC 9110 §15.5.2: a 401 always carries a challenge.
            assert_eq!(
                kind.challenge().is_some(),
                kind.status() == StatusCode::UNAUTHORIZED,
                "{kind:?}"
            );
            assert!(
                kind.title().is_ascii() && kind.advice().is_ascii(),
                "RFC 6749 §5.2 allows ASCII only: {kind:?}"
            );
        }
    }
}
