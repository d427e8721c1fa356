"""Every kind of problem (RFC 9457) as an exception.

Made of schemas/openapi.json by `make clients`. Not to be changed by hand.
"""

from typing import Final, Literal

from ._problem import Problem

__all__ = ["KINDS", "Problem", "AccountLocked", "ActionState", "ActionUnknown", "AddressTaken", "AlreadyLetIn", "AppealExists", "AppealState", "AppealUnknown", "ApplicationOver", "ApplicationUnknown", "AssuranceNotHigher", "AssuranceTooLow", "BodyTooLarge", "CaseClaimed", "CaseDecided", "CaseLapsed", "ClaimsExhausted", "ContactMismatch", "CountryNotAccepted", "CredentialsWrong", "CrossSite", "CursorInvalid", "DocumentBound", "DocumentInvalid", "DocumentTaken", "FileInvalid", "FlowEnded", "FlowUnknown", "Forbidden", "HandleTooSoon", "HoldExpired", "IdempotencyKeyReused", "Internal", "InvalidField", "InvalidValue", "InviteClosed", "InviteExhausted", "InviteExpired", "InviteNotOpen", "InviteState", "InviteUnknown", "InviteUsed", "InviterInBranch", "JobDone", "LastOwner", "LeadNotOpen", "LinkOver", "MalformedJson", "MethodNotAllowed", "NameInvalid", "NamesExhausted", "NotCaughtUp", "NotEligibleToInvite", "NotFound", "NotInRoom", "NotTheirModerator", "NothingToAsk", "NothingToShow", "ParticipantUnknown", "PasswordRefused", "PasswordWrong", "PersonLimitReached", "PhoneKept", "PolicyInvalid", "PositionUnknown", "PreconditionFailed", "PreconditionRequired", "ProofLocked", "ProofStale", "ProofWrong", "PutOutOfRoom", "QuotaExhausted", "ReauthenticationRequired", "RefreshReused", "RefreshUnknown", "RefusalUnknown", "RegistrationRefused", "ReportsUnknown", "ReviewConflict", "ReviewNeeded", "RoomCannotHide", "RoomClosed", "RoomExists", "RoomForOthers", "RoomFull", "RoomLastServer", "RoomServerInUse", "RoomServerNotCleared", "RoomServerUnavailable", "RoomServerUnknown", "RoomServersFull", "RoomUnknown", "SanctionExists", "SanctionUnknown", "SecondAdminNeeded", "SessionEnded", "SpokeAsListener", "StepOutOfOrder", "TextLimitReached", "TicketEnded", "TicketUnknown", "Timeout", "TooManyRequests", "Unauthenticated", "Unavailable", "UnknownField", "UnsupportedMediaType", "VouchRefused", "WaitlistClosed", "WaitlistFull"]


class MalformedJson(Problem):
    """The body is not valid JSON.

    The body ends too early or is not JSON.

    What to do: Send one JSON object, encoded as UTF-8.
    """

    type: Literal["urn:vouchsafe:problem:malformed-json"]
    status: Literal[400]


class InvalidField(Problem):
    """A field is missing or not of the expected form.

    A member of the body, a part of the path or a parameter is missing or is not of the form that is asked
    for; `field` names it where that is known.

    What to do: Correct the field that is named and send the request again.
    """

    type: Literal["urn:vouchsafe:problem:invalid-field"]
    status: Literal[400]


class UnknownField(Problem):
    """A field is not known here.

    The body or the query has a member that the operation does not know.

    What to do: Remove the field that is named; the API description lists the known ones.
    """

    type: Literal["urn:vouchsafe:problem:unknown-field"]
    status: Literal[400]


class InvalidValue(Problem):
    """A value is not accepted.

    A value has the form that the API description gives, and is refused for what it says: it cannot be, or the
    policy speaks against it; `field` names it.

    What to do: Correct the field that is named, as the detail says.
    """

    type: Literal["urn:vouchsafe:problem:invalid-value"]
    status: Literal[422]


class BodyTooLarge(Problem):
    """The body is too large.

    The body is longer than the operator allows.

    What to do: Send a smaller body.
    """

    type: Literal["urn:vouchsafe:problem:body-too-large"]
    status: Literal[413]


class FileInvalid(Problem):
    """The file cannot be taken.

    A row of the file, or its header, is not of the form that is asked for; `rows` names them. Nothing of the
    file was taken.

    What to do: Correct the rows that are named and send the file again.
    """

    type: Literal["urn:vouchsafe:problem:file-invalid"]
    status: Literal[422]


class UnsupportedMediaType(Problem):
    """The content type is not supported.

    The body has another content type than the operation reads.

    What to do: Send the body in the content type that the API description names.
    """

    type: Literal["urn:vouchsafe:problem:unsupported-media-type"]
    status: Literal[415]


class NotFound(Problem):
    """Nothing is found here.

    There is no such path, or no such thing that the caller may know of.

    What to do: Check the path and the id in it.
    """

    type: Literal["urn:vouchsafe:problem:not-found"]
    status: Literal[404]


class MethodNotAllowed(Problem):
    """The method is not allowed here.

    The path exists, but not with this method; `Allow` lists the methods that do.

    What to do: Use one of the methods that the Allow header lists.
    """

    type: Literal["urn:vouchsafe:problem:method-not-allowed"]
    status: Literal[405]


class Unauthenticated(Problem):
    """Nobody is signed in.

    The operation wants a token or a service's credentials, and none that holds was given.

    What to do: Sign in, and send the access token as a bearer token in the Authorization header.
    """

    type: Literal["urn:vouchsafe:problem:unauthenticated"]
    status: Literal[401]


class Forbidden(Problem):
    """This is not allowed.

    The caller is known, and their role may not do this.

    What to do: Ask somebody whose role allows it.
    """

    type: Literal["urn:vouchsafe:problem:forbidden"]
    status: Literal[403]


class CrossSite(Problem):
    """The request does not come from a page of this service.

    The request shows a browser's session, and did not come from one of our own pages, or does not show the
    page's token.

    What to do: Send it from a page of this service, with the page's token in X-Form-Token; or use an access
    token.
    """

    type: Literal["urn:vouchsafe:problem:cross-site"]
    status: Literal[403]


class TooManyRequests(Problem):
    """Too many requests.

    Too many requests came from this address in a short time.

    What to do: Wait for the seconds given in Retry-After, then try again.
    """

    type: Literal["urn:vouchsafe:problem:too-many-requests"]
    status: Literal[429]


class Unavailable(Problem):
    """The service is not available for a moment.

    The database or another part that is needed did not answer in time; a change may have been made or not.

    What to do: Wait for the seconds given in Retry-After, then send the same request again, with the same
    Idempotency-Key where it had one.
    """

    type: Literal["urn:vouchsafe:problem:unavailable"]
    status: Literal[503]


class NotCaughtUp(Problem):
    """This replica has not caught up yet.

    This replica has not yet seen the position that Vouchsafe-At-Least demands.

    What to do: Wait for the seconds given in Retry-After, then try again.
    """

    type: Literal["urn:vouchsafe:problem:not-caught-up"]
    status: Literal[503]


class PreconditionRequired(Problem):
    """A precondition is required.

    The operation changes a versioned document and the request has no If-Match.

    What to do: Read the document, and send its ETag in If-Match.
    """

    type: Literal["urn:vouchsafe:problem:precondition-required"]
    status: Literal[428]


class PreconditionFailed(Problem):
    """The document has changed meanwhile.

    The document has changed since the version that If-Match names.

    What to do: Read the document again, and decide anew.
    """

    type: Literal["urn:vouchsafe:problem:precondition-failed"]
    status: Literal[412]


class IdempotencyKeyReused(Problem):
    """The idempotency key belongs to another request.

    The Idempotency-Key was used before with another request.

    What to do: Use a fresh key for each new request, and the same key only to repeat one.
    """

    type: Literal["urn:vouchsafe:problem:idempotency-key-reused"]
    status: Literal[422]


class Internal(Problem):
    """Something went wrong inside.

    Something went wrong inside; the cause is in the log under the request id.

    What to do: Try again later; if it stays, tell the operator the request id.
    """

    type: Literal["urn:vouchsafe:problem:internal"]
    status: Literal[500]


class Timeout(Problem):
    """The request took too long.

    The request was not done in time; a change may have been made or not.

    What to do: Send the same request again, with the same Idempotency-Key where it had one.
    """

    type: Literal["urn:vouchsafe:problem:timeout"]
    status: Literal[503]


class InviterInBranch(Problem):
    """The inviter is in the person's own branch.

    The inviter whom a person is to be given is that person, or came in by way of them.

    What to do: Name somebody who did not come in by way of this person.
    """

    type: Literal["urn:vouchsafe:problem:inviter-in-branch"]
    status: Literal[409]


class VouchRefused(Problem):
    """The vouch cannot be given.

    A member vouches for as many as anybody may, for themself, or for somebody whose vouch they took back a
    while ago; the detail says which.

    What to do: Read the detail.
    """

    type: Literal["urn:vouchsafe:problem:vouch-refused"]
    status: Literal[409]


class JobDone(Problem):
    """The job is done.

    The job has done its last step; what it did is not taken back.

    What to do: There is nothing left to cancel.
    """

    type: Literal["urn:vouchsafe:problem:job-done"]
    status: Literal[409]


class InviteUnknown(Problem):
    """There is no such invite.

    No invite has this code.

    What to do: Check the code, or ask whoever invited you for a new invite.
    """

    type: Literal["urn:vouchsafe:problem:invite-unknown"]
    status: Literal[404]


class InviteUsed(Problem):
    """The invite has been used.

    The invite has been used as often as it may be.

    What to do: Sign in if it was you; otherwise ask for a new invite.
    """

    type: Literal["urn:vouchsafe:problem:invite-used"]
    status: Literal[410]


class InviteExpired(Problem):
    """The invite has expired.

    The invite's time is over.

    What to do: Ask whoever invited you for a new invite.
    """

    type: Literal["urn:vouchsafe:problem:invite-expired"]
    status: Literal[410]


class InviteClosed(Problem):
    """The invite cannot be used now.

    The inviter or an admin took the invite back, or whoever it was sent to came in by another, declined it or
    passed it on, or its inviter is not in good standing, or its room is closed: which of them, nobody is told
    who holds the code.

    What to do: Ask whoever invited you, or another member, for a new invite.
    """

    type: Literal["urn:vouchsafe:problem:invite-closed"]
    status: Literal[410]


class InviteNotOpen(Problem):
    """The invite is not open yet.

    The invite can be used from a later time on, which the detail and the invite's preview name.

    What to do: Come again when it opens.
    """

    type: Literal["urn:vouchsafe:problem:invite-not-open"]
    status: Literal[409]


class InviteState(Problem):
    """The invite is not in a state for this.

    The invite is not in a state for this; the detail says why.

    What to do: Read the list of your invites to see how it stands.
    """

    type: Literal["urn:vouchsafe:problem:invite-state"]
    status: Literal[409]


class LeadNotOpen(Problem):
    """The lead is not open.

    The lead was dismissed already, or is no longer found.

    What to do: Read the lead to see how it stands.
    """

    type: Literal["urn:vouchsafe:problem:lead-not-open"]
    status: Literal[409]


class InviteExhausted(Problem):
    """All uses of the invite are taken for now.

    All uses of the invite are held by people who are coming in at this moment; one may become free again.

    What to do: Try again later, or ask for a new invite.
    """

    type: Literal["urn:vouchsafe:problem:invite-exhausted"]
    status: Literal[409]


class ContactMismatch(Problem):
    """The invite is for another address.

    The invite was sent to another address than the one that is to be proved.

    What to do: Use the address that the invite was sent to.
    """

    type: Literal["urn:vouchsafe:problem:contact-mismatch"]
    status: Literal[422]


class ProofWrong(Problem):
    """The code is not right.

    The code that was given does not prove the address.

    What to do: Check the newest message, and type its code again.
    """

    type: Literal["urn:vouchsafe:problem:proof-wrong"]
    status: Literal[422]


class ProofStale(Problem):
    """The code is no longer valid.

    The code was right once, but its time is over, newer ones were sent, or too many wrong ones were tried. It
    is not counted as a wrong one.

    What to do: Ask for a new code.
    """

    type: Literal["urn:vouchsafe:problem:proof-stale"]
    status: Literal[410]


class ProofLocked(Problem):
    """Too many wrong codes.

    Too many wrong codes were tried.

    What to do: Wait for the seconds given in Retry-After, then ask for a new code.
    """

    type: Literal["urn:vouchsafe:problem:proof-locked"]
    status: Literal[429]


class TextLimitReached(Problem):
    """Too many text messages.

    As many text messages were sent as may be: to this number, on account of whoever invites, to people who
    wait, to this country, or in a day.

    What to do: Wait for the seconds given in Retry-After, then try again.
    """

    type: Literal["urn:vouchsafe:problem:text-limit-reached"]
    status: Literal[429]


class CountryNotAccepted(Problem):
    """This country is not accepted.

    The community takes no phone numbers of this country, or no documents of it, whoever has them.

    What to do: Use a number or a document of another country; the preview of an invite says which are
    accepted.
    """

    type: Literal["urn:vouchsafe:problem:country-not-accepted"]
    status: Literal[403]


class StepOutOfOrder(Problem):
    """It is not the time for this step.

    The step cannot be taken yet, or has been taken already.

    What to do: Read the flow, and take the step that it names as next.
    """

    type: Literal["urn:vouchsafe:problem:step-out-of-order"]
    status: Literal[409]


class HoldExpired(Problem):
    """The place is no longer held.

    The use that was held for the newcomer has been given back.

    What to do: Open the invite again and start anew.
    """

    type: Literal["urn:vouchsafe:problem:hold-expired"]
    status: Literal[410]


class FlowUnknown(Problem):
    """There is no such registration.

    No flow has this id, or the flow token does not belong to it.

    What to do: Open the invite again and start anew.
    """

    type: Literal["urn:vouchsafe:problem:flow-unknown"]
    status: Literal[404]


class FlowEnded(Problem):
    """The registration has ended.

    The newcomer's way has ended: they are a member, were refused, or gave up.

    What to do: Sign in if you are a member; otherwise open the invite again, or ask for a new one.
    """

    type: Literal["urn:vouchsafe:problem:flow-ended"]
    status: Literal[410]


class DocumentInvalid(Problem):
    """The document is not valid.

    The document's number is no number of that kind of document, or the document is not accepted.

    What to do: Check the kind and the number of the document.
    """

    type: Literal["urn:vouchsafe:problem:document-invalid"]
    status: Literal[422]


class ReviewNeeded(Problem):
    """A reviewer looks first.

    A reviewer must look at the name and the document before the last step can be taken. It says nothing of
    why.

    What to do: Wait for the letter, and take this step again.
    """

    type: Literal["urn:vouchsafe:problem:review-needed"]
    status: Literal[409]


class RegistrationRefused(Problem):
    """The registration is refused.

    A reviewer has refused the person for good, or they were sent back as often as the policy allows.

    What to do: If you think that this is a mistake, ask an admin of the community: one can lift it.
    """

    type: Literal["urn:vouchsafe:problem:registration-refused"]
    status: Literal[409]


class NameInvalid(Problem):
    """The name is not valid.

    The name is empty, too long, or has characters that no name has.

    What to do: Give the name as it stands in the document.
    """

    type: Literal["urn:vouchsafe:problem:name-invalid"]
    status: Literal[422]


class PersonLimitReached(Problem):
    """This person has an account already.

    The address that was proved is a member's already.

    What to do: Sign in with the account that exists, or ask an admin.
    """

    type: Literal["urn:vouchsafe:problem:person-limit-reached"]
    status: Literal[409]


class PasswordRefused(Problem):
    """The password is not accepted.

    The password is too short, too long, or among the commonest.

    What to do: Choose a longer password that is not in common use.
    """

    type: Literal["urn:vouchsafe:problem:password-refused"]
    status: Literal[422]


class LinkOver(Problem):
    """The link is good no longer.

    The link in a letter was used, is over, was replaced by a newer one, or is none of ours.

    What to do: Ask for a new letter, and open the link in the newest one.
    """

    type: Literal["urn:vouchsafe:problem:link-over"]
    status: Literal[410]


class HandleTooSoon(Problem):
    """The handle was changed a while ago.

    The handle was changed in the last 30 days; the detail says from when on it can be changed.

    What to do: Wait until the time that the detail names.
    """

    type: Literal["urn:vouchsafe:problem:handle-too-soon"]
    status: Literal[409]


class AddressTaken(Problem):
    """The address is another account's.

    The address that was proved is another account's, or is kept for whoever had it a while ago.

    What to do: Give another address.
    """

    type: Literal["urn:vouchsafe:problem:address-taken"]
    status: Literal[409]


class PhoneKept(Problem):
    """A phone number is not changed here.

    A member who signs in with a phone number keeps it: it is not changed here.

    What to do: Ask an admin.
    """

    type: Literal["urn:vouchsafe:problem:phone-kept"]
    status: Literal[409]


class PasswordWrong(Problem):
    """The current password is not right.

    A member who is signed in gave another password than theirs, or none where one is needed.

    What to do: Give the password that you sign in with.
    """

    type: Literal["urn:vouchsafe:problem:password-wrong"]
    status: Literal[422]


class CredentialsWrong(Problem):
    """The sign-in data are not right.

    The account and the password do not belong together, or there is no such account.

    What to do: Check the address and the password.
    """

    type: Literal["urn:vouchsafe:problem:credentials-wrong"]
    status: Literal[401]


class AccountLocked(Problem):
    """Too many failed sign-ins.

    Too many wrong passwords were tried for this account.

    What to do: Wait for the seconds given in Retry-After, then try again.
    """

    type: Literal["urn:vouchsafe:problem:account-locked"]
    status: Literal[429]


class SessionEnded(Problem):
    """The session has ended.

    The session behind the token was ended, by its holder or by a sanction.

    What to do: Sign in again.
    """

    type: Literal["urn:vouchsafe:problem:session-ended"]
    status: Literal[401]


class ReauthenticationRequired(Problem):
    """A recent sign-in is required.

    The operation changes roles, the policy or keys, or shows a name, and whoever asks has signed in 15
    minutes ago or earlier.

    What to do: Sign in again (POST /v1/sessions), and send the same request with the new access token within
    15 minutes.
    """

    type: Literal["urn:vouchsafe:problem:reauthentication-required"]
    status: Literal[401]


class RefreshReused(Problem):
    """The refresh token has been used before.

    The refresh token had been used before; all tokens of its session are dead.

    What to do: Sign in again; if it was not you who used it, change the password.
    """

    type: Literal["urn:vouchsafe:problem:refresh-reused"]
    status: Literal[400]


class RefreshUnknown(Problem):
    """The refresh token is not valid.

    The refresh token is unknown, has expired or was revoked.

    What to do: Sign in again.
    """

    type: Literal["urn:vouchsafe:problem:refresh-unknown"]
    status: Literal[400]


class CaseDecided(Problem):
    """The case has been decided.

    Somebody has decided the case already.

    What to do: Read the case to see the decision.
    """

    type: Literal["urn:vouchsafe:problem:case-decided"]
    status: Literal[409]


class CaseLapsed(Problem):
    """Nobody waits for the decision any more.

    The newcomer's way has ended, or they have waited for as long as the policy lets a case wait.

    What to do: Take another case.
    """

    type: Literal["urn:vouchsafe:problem:case-lapsed"]
    status: Literal[410]


class ReviewConflict(Problem):
    """You are too close to this newcomer to decide.

    The caller, their inviter or somebody whom they let in has let the newcomer in.

    What to do: Leave it to somebody else whose role reviews. Where the only owner is the only reviewer, the
    policy can allow it (review.sole_owner).
    """

    type: Literal["urn:vouchsafe:problem:review-conflict"]
    status: Literal[409]


class ClaimsExhausted(Problem):
    """You have as many cases as you may have at once.

    The reviewer has as many cases as the policy lets one have at once.

    What to do: Decide one of your cases, or give one back.
    """

    type: Literal["urn:vouchsafe:problem:claims-exhausted"]
    status: Literal[409]


class NamesExhausted(Problem):
    """You were shown as many names as you may see in a day.

    The reviewer was shown as many names as the policy shows to one in 24 hours. The owners are told.

    What to do: Wait for the seconds given in Retry-After; an owner can change the policy.
    """

    type: Literal["urn:vouchsafe:problem:names-exhausted"]
    status: Literal[429]


class DocumentTaken(Problem):
    """The document is another member's already.

    As many members as the policy allows stand behind the document of the case already.

    What to do: Send the newcomer back, or refuse them; or see whether the account that has it is theirs.
    """

    type: Literal["urn:vouchsafe:problem:document-taken"]
    status: Literal[409]


class DocumentBound(Problem):
    """A final refusal binds the document.

    A final refusal binds the document of the case.

    What to do: Ask an admin to lift the refusal, or decide otherwise.
    """

    type: Literal["urn:vouchsafe:problem:document-bound"]
    status: Literal[409]


class RefusalUnknown(Problem):
    """There is no such final refusal in force.

    No final refusal that is in force has this id.

    What to do: Read the list of refusals to see those that are.
    """

    type: Literal["urn:vouchsafe:problem:refusal-unknown"]
    status: Literal[404]


class CaseClaimed(Problem):
    """Another reviewer has the case.

    Another reviewer works on the case.

    What to do: Take another case, or wait until the claim ends.
    """

    type: Literal["urn:vouchsafe:problem:case-claimed"]
    status: Literal[409]


class WaitlistClosed(Problem):
    """The waitlist is closed.

    The policy has no waitlist, or has closed it.

    What to do: Ask a member for an invite, or come back later.
    """

    type: Literal["urn:vouchsafe:problem:waitlist-closed"]
    status: Literal[409]


class WaitlistFull(Problem):
    """The waitlist is full.

    As many wait as the policy allows.

    What to do: Come back later, or ask a member for an invite.
    """

    type: Literal["urn:vouchsafe:problem:waitlist-full"]
    status: Literal[409]


class ApplicationUnknown(Problem):
    """There is no such application.

    The token opens no application, or nobody has this id: it was given up, or its owner has come in.

    What to do: Ask anew.
    """

    type: Literal["urn:vouchsafe:problem:application-unknown"]
    status: Literal[404]


class ApplicationOver(Problem):
    """The application is over.

    They were let in or refused already, or did not prove the address in time.

    What to do: Read the application to see how it ended; ask anew if it was not proved in time.
    """

    type: Literal["urn:vouchsafe:problem:application-over"]
    status: Literal[410]


class AlreadyLetIn(Problem):
    """Somebody has let this person in already.

    Somebody else has let this person in, and their invite is open.

    What to do: Nothing is left to do: they have an invite. If it ends unused, you can let them in.
    """

    type: Literal["urn:vouchsafe:problem:already-let-in"]
    status: Literal[409]


class QuotaExhausted(Problem):
    """No invites are left.

    The inviter has no invites left.

    What to do: Revoke an open invite, or wait until one is over; your own record says what counts.
    """

    type: Literal["urn:vouchsafe:problem:quota-exhausted"]
    status: Literal[409]


class NotEligibleToInvite(Problem):
    """You may not invite yet.

    The policy does not let this member invite yet.

    What to do: Read your own record to see what the policy asks for.
    """

    type: Literal["urn:vouchsafe:problem:not-eligible-to-invite"]
    status: Literal[403]


class SanctionExists(Problem):
    """The person is under this sanction already.

    The person is under such a sanction already.

    What to do: Lift the sanction in force first, or leave it.
    """

    type: Literal["urn:vouchsafe:problem:sanction-exists"]
    status: Literal[409]


class SanctionUnknown(Problem):
    """There is no such sanction in force.

    The person has no such sanction in force.

    What to do: Read the person to see the sanctions in force.
    """

    type: Literal["urn:vouchsafe:problem:sanction-unknown"]
    status: Literal[404]


class ActionUnknown(Problem):
    """There is no such action.

    There is no action with this id.

    What to do: Read the list of actions.
    """

    type: Literal["urn:vouchsafe:problem:action-unknown"]
    status: Literal[404]


class ActionState(Problem):
    """The action is not in a state for this.

    The action is approved, withdrawn or over already, or not approved yet, or on nobody; the detail says
    which.

    What to do: Read the action to see where it stands.
    """

    type: Literal["urn:vouchsafe:problem:action-state"]
    status: Literal[409]


class SecondAdminNeeded(Problem):
    """Another admin must approve this.

    The action is on so many people that a second admin approves it: not who drafted it, nor whoever came in
    by way of them.

    What to do: Propose it, and have it approved by an admin who did not come in by way of whoever drafted it.
    """

    type: Literal["urn:vouchsafe:problem:second-admin-needed"]
    status: Literal[403]


class AppealUnknown(Problem):
    """There is no such appeal.

    There is no appeal with this id.

    What to do: Read the list of appeals.
    """

    type: Literal["urn:vouchsafe:problem:appeal-unknown"]
    status: Literal[404]


class AppealExists(Problem):
    """You have appealed against this already.

    The member has appealed against this sanction before.

    What to do: Wait for the decision; your sanctions show how the appeal stands.
    """

    type: Literal["urn:vouchsafe:problem:appeal-exists"]
    status: Literal[409]


class AppealState(Problem):
    """The appeal is not in a state for this.

    The appeal is decided, claimed by somebody else, or was not claimed by whoever decides.

    What to do: Claim it first, or leave it to whoever has claimed it.
    """

    type: Literal["urn:vouchsafe:problem:appeal-state"]
    status: Literal[409]


class ReportsUnknown(Problem):
    """No report is open on this person.

    No report is open on the person.

    What to do: Read the list of reports.
    """

    type: Literal["urn:vouchsafe:problem:reports-unknown"]
    status: Literal[404]


class LastOwner(Problem):
    """The last owner cannot go.

    The change would leave the community without an owner.

    What to do: Make somebody else an owner first.
    """

    type: Literal["urn:vouchsafe:problem:last-owner"]
    status: Literal[409]


class PolicyInvalid(Problem):
    """The policy is not valid.

    The policy document contradicts itself or has a value out of range.

    What to do: Correct what the detail names and send the document again.
    """

    type: Literal["urn:vouchsafe:problem:policy-invalid"]
    status: Literal[422]


class AssuranceNotHigher(Problem):
    """The assurance is not higher than that.

    The person's assurance is not higher than what it is to be lowered to.

    What to do: Read the person to see their assurance; it rises by a review alone.
    """

    type: Literal["urn:vouchsafe:problem:assurance-not-higher"]
    status: Literal[409]


class RoomUnknown(Problem):
    """There is no such room.

    No room has this id.

    What to do: Check the room's id.
    """

    type: Literal["urn:vouchsafe:problem:room-unknown"]
    status: Literal[404]


class RoomExists(Problem):
    """The room exists already.

    A room of this id is there already, open or closed.

    What to do: Choose another id, or change the room that is there.
    """

    type: Literal["urn:vouchsafe:problem:room-exists"]
    status: Literal[409]


class RoomLastServer(Problem):
    """The room is held on no other server.

    The room is held on no other server.

    What to do: Put the room on another server first, or close it.
    """

    type: Literal["urn:vouchsafe:problem:room-last-server"]
    status: Literal[409]


class RoomServersFull(Problem):
    """The room is held on 16 servers.

    The room is held on as many servers as a room may be.

    What to do: Take it off one of them first.
    """

    type: Literal["urn:vouchsafe:problem:room-servers-full"]
    status: Literal[409]


class RoomClosed(Problem):
    """The room is closed.

    The room is closed.

    What to do: Wait until it is opened; those who run it know when.
    """

    type: Literal["urn:vouchsafe:problem:room-closed"]
    status: Literal[409]


class RoomFull(Problem):
    """The room is full.

    All seats of the room are taken.

    What to do: Wait for the seconds given in Retry-After, then try again: seats become free as people leave.
    """

    type: Literal["urn:vouchsafe:problem:room-full"]
    status: Literal[409]


class AssuranceTooLow(Problem):
    """The room asks for more than is known of you.

    The room, or the policy for every room, asks for more than is known of the member.

    What to do: Have more of who you are confirmed; the detail names what is asked for.
    """

    type: Literal["urn:vouchsafe:problem:assurance-too-low"]
    status: Literal[403]


class RoomForOthers(Problem):
    """The room is for others.

    The room is for others: for guests, or for those in a role, a branch or an age that the member is not.

    What to do: Ask whoever runs the room to invite you; the detail names what is asked for.
    """

    type: Literal["urn:vouchsafe:problem:room-for-others"]
    status: Literal[403]


class PutOutOfRoom(Problem):
    """You were put out of the room.

    A moderator or a filter put the member out of the room.

    What to do: Wait for the seconds given in Retry-After, then ask for a ticket again.
    """

    type: Literal["urn:vouchsafe:problem:put-out-of-room"]
    status: Literal[403]


class RoomCannotHide(Problem):
    """The room's server hides nobody, and shows no names.

    The member's place in the room is hidden, or they want to be shown by a name, and the room's server can do
    neither.

    What to do: Hold the room on a server of a kind that does; or give another place, and ask to be shown by
    nothing.
    """

    type: Literal["urn:vouchsafe:problem:room-cannot-hide"]
    status: Literal[409]


class NothingToShow(Problem):
    """You have nothing to be shown by.

    The member wants to be shown by a handle or a verified name, and has none.

    What to do: Choose a handle, or have your name verified; or ask to be shown by nothing.
    """

    type: Literal["urn:vouchsafe:problem:nothing-to-show"]
    status: Literal[409]


class NotTheirModerator(Problem):
    """You may not do this in the room.

    The caller does not moderate the room; or whom they would act on stands as high as they do.

    What to do: Ask a moderator of the room, or an admin where it is about a moderator.
    """

    type: Literal["urn:vouchsafe:problem:not-their-moderator"]
    status: Literal[403]


class ParticipantUnknown(Problem):
    """Nobody was in the room under this ticket.

    Nobody is, or was, in the room under this ticket.

    What to do: Take the ticket from the list of those who are in the room.
    """

    type: Literal["urn:vouchsafe:problem:participant-unknown"]
    status: Literal[404]


class NotInRoom(Problem):
    """You are not in the room.

    The member is not in the room.

    What to do: Take a ticket to the room first.
    """

    type: Literal["urn:vouchsafe:problem:not-in-room"]
    status: Literal[409]


class NothingToAsk(Problem):
    """You need not ask to speak.

    The member may speak already, or listens unseen.

    What to do: Nothing is to be done: you may speak already, or you are there to listen unseen.
    """

    type: Literal["urn:vouchsafe:problem:nothing-to-ask"]
    status: Literal[409]


class SpokeAsListener(Problem):
    """You spoke where you may only listen.

    The member spoke in the room more than once where they may only listen, and was put out.

    What to do: Wait for the seconds given in Retry-After, then ask for a ticket again; join muted, and stay
    so.
    """

    type: Literal["urn:vouchsafe:problem:spoke-as-listener"]
    status: Literal[403]


class RoomServerUnavailable(Problem):
    """The room's server does not answer.

    The room's server does not answer, or has not taken the ticket in yet.

    What to do: Wait for the seconds given in Retry-After, then ask for a ticket again.
    """

    type: Literal["urn:vouchsafe:problem:room-server-unavailable"]
    status: Literal[503]


class RoomServerUnknown(Problem):
    """There is no such room server.

    No room server has this id.

    What to do: Check the id; the list of room servers has those that are registered.
    """

    type: Literal["urn:vouchsafe:problem:room-server-unknown"]
    status: Literal[404]


class RoomServerInUse(Problem):
    """Open rooms stand on the room server.

    Open rooms stand on the room server.

    What to do: Close its rooms, or take them off it, first.
    """

    type: Literal["urn:vouchsafe:problem:room-server-in-use"]
    status: Literal[409]


class RoomServerNotCleared(Problem):
    """The closing of its rooms has not reached the room server.

    The rooms of the room server are closed, and the server does not know that yet: there may still be people
    in them.

    What to do: Wait for the seconds given in Retry-After, then try again. Where the server is gone for good,
    repeat it with abandon=true: whatever is left there stays.
    """

    type: Literal["urn:vouchsafe:problem:room-server-not-cleared"]
    status: Literal[409]


class TicketUnknown(Problem):
    """There is no such ticket.

    The member has no such ticket for the room, or it has ended.

    What to do: Nothing is left to give back; ask for a new ticket to enter.
    """

    type: Literal["urn:vouchsafe:problem:ticket-unknown"]
    status: Literal[404]


class TicketEnded(Problem):
    """The ticket has ended.

    The request is a repetition, and the ticket that was its answer has ended.

    What to do: Ask for a new ticket with a fresh Idempotency-Key.
    """

    type: Literal["urn:vouchsafe:problem:ticket-ended"]
    status: Literal[410]


class PositionUnknown(Problem):
    """The position is not known.

    The token in Vouchsafe-At-Least was not made by this community.

    What to do: Send the Vouchsafe-Position of an earlier answer, unchanged.
    """

    type: Literal["urn:vouchsafe:problem:position-unknown"]
    status: Literal[400]


class CursorInvalid(Problem):
    """The cursor is not valid.

    The cursor was not made by this operation, or by a version of it that is gone.

    What to do: Start again without a cursor.
    """

    type: Literal["urn:vouchsafe:problem:cursor-invalid"]
    status: Literal[400]


KINDS: Final[dict[str, type[Problem]]] = {
    "urn:vouchsafe:problem:malformed-json": MalformedJson,
    "urn:vouchsafe:problem:invalid-field": InvalidField,
    "urn:vouchsafe:problem:unknown-field": UnknownField,
    "urn:vouchsafe:problem:invalid-value": InvalidValue,
    "urn:vouchsafe:problem:body-too-large": BodyTooLarge,
    "urn:vouchsafe:problem:file-invalid": FileInvalid,
    "urn:vouchsafe:problem:unsupported-media-type": UnsupportedMediaType,
    "urn:vouchsafe:problem:not-found": NotFound,
    "urn:vouchsafe:problem:method-not-allowed": MethodNotAllowed,
    "urn:vouchsafe:problem:unauthenticated": Unauthenticated,
    "urn:vouchsafe:problem:forbidden": Forbidden,
    "urn:vouchsafe:problem:cross-site": CrossSite,
    "urn:vouchsafe:problem:too-many-requests": TooManyRequests,
    "urn:vouchsafe:problem:unavailable": Unavailable,
    "urn:vouchsafe:problem:not-caught-up": NotCaughtUp,
    "urn:vouchsafe:problem:precondition-required": PreconditionRequired,
    "urn:vouchsafe:problem:precondition-failed": PreconditionFailed,
    "urn:vouchsafe:problem:idempotency-key-reused": IdempotencyKeyReused,
    "urn:vouchsafe:problem:internal": Internal,
    "urn:vouchsafe:problem:timeout": Timeout,
    "urn:vouchsafe:problem:inviter-in-branch": InviterInBranch,
    "urn:vouchsafe:problem:vouch-refused": VouchRefused,
    "urn:vouchsafe:problem:job-done": JobDone,
    "urn:vouchsafe:problem:invite-unknown": InviteUnknown,
    "urn:vouchsafe:problem:invite-used": InviteUsed,
    "urn:vouchsafe:problem:invite-expired": InviteExpired,
    "urn:vouchsafe:problem:invite-closed": InviteClosed,
    "urn:vouchsafe:problem:invite-not-open": InviteNotOpen,
    "urn:vouchsafe:problem:invite-state": InviteState,
    "urn:vouchsafe:problem:lead-not-open": LeadNotOpen,
    "urn:vouchsafe:problem:invite-exhausted": InviteExhausted,
    "urn:vouchsafe:problem:contact-mismatch": ContactMismatch,
    "urn:vouchsafe:problem:proof-wrong": ProofWrong,
    "urn:vouchsafe:problem:proof-stale": ProofStale,
    "urn:vouchsafe:problem:proof-locked": ProofLocked,
    "urn:vouchsafe:problem:text-limit-reached": TextLimitReached,
    "urn:vouchsafe:problem:country-not-accepted": CountryNotAccepted,
    "urn:vouchsafe:problem:step-out-of-order": StepOutOfOrder,
    "urn:vouchsafe:problem:hold-expired": HoldExpired,
    "urn:vouchsafe:problem:flow-unknown": FlowUnknown,
    "urn:vouchsafe:problem:flow-ended": FlowEnded,
    "urn:vouchsafe:problem:document-invalid": DocumentInvalid,
    "urn:vouchsafe:problem:review-needed": ReviewNeeded,
    "urn:vouchsafe:problem:registration-refused": RegistrationRefused,
    "urn:vouchsafe:problem:name-invalid": NameInvalid,
    "urn:vouchsafe:problem:person-limit-reached": PersonLimitReached,
    "urn:vouchsafe:problem:password-refused": PasswordRefused,
    "urn:vouchsafe:problem:link-over": LinkOver,
    "urn:vouchsafe:problem:handle-too-soon": HandleTooSoon,
    "urn:vouchsafe:problem:address-taken": AddressTaken,
    "urn:vouchsafe:problem:phone-kept": PhoneKept,
    "urn:vouchsafe:problem:password-wrong": PasswordWrong,
    "urn:vouchsafe:problem:credentials-wrong": CredentialsWrong,
    "urn:vouchsafe:problem:account-locked": AccountLocked,
    "urn:vouchsafe:problem:session-ended": SessionEnded,
    "urn:vouchsafe:problem:reauthentication-required": ReauthenticationRequired,
    "urn:vouchsafe:problem:refresh-reused": RefreshReused,
    "urn:vouchsafe:problem:refresh-unknown": RefreshUnknown,
    "urn:vouchsafe:problem:case-decided": CaseDecided,
    "urn:vouchsafe:problem:case-lapsed": CaseLapsed,
    "urn:vouchsafe:problem:review-conflict": ReviewConflict,
    "urn:vouchsafe:problem:claims-exhausted": ClaimsExhausted,
    "urn:vouchsafe:problem:names-exhausted": NamesExhausted,
    "urn:vouchsafe:problem:document-taken": DocumentTaken,
    "urn:vouchsafe:problem:document-bound": DocumentBound,
    "urn:vouchsafe:problem:refusal-unknown": RefusalUnknown,
    "urn:vouchsafe:problem:case-claimed": CaseClaimed,
    "urn:vouchsafe:problem:waitlist-closed": WaitlistClosed,
    "urn:vouchsafe:problem:waitlist-full": WaitlistFull,
    "urn:vouchsafe:problem:application-unknown": ApplicationUnknown,
    "urn:vouchsafe:problem:application-over": ApplicationOver,
    "urn:vouchsafe:problem:already-let-in": AlreadyLetIn,
    "urn:vouchsafe:problem:quota-exhausted": QuotaExhausted,
    "urn:vouchsafe:problem:not-eligible-to-invite": NotEligibleToInvite,
    "urn:vouchsafe:problem:sanction-exists": SanctionExists,
    "urn:vouchsafe:problem:sanction-unknown": SanctionUnknown,
    "urn:vouchsafe:problem:action-unknown": ActionUnknown,
    "urn:vouchsafe:problem:action-state": ActionState,
    "urn:vouchsafe:problem:second-admin-needed": SecondAdminNeeded,
    "urn:vouchsafe:problem:appeal-unknown": AppealUnknown,
    "urn:vouchsafe:problem:appeal-exists": AppealExists,
    "urn:vouchsafe:problem:appeal-state": AppealState,
    "urn:vouchsafe:problem:reports-unknown": ReportsUnknown,
    "urn:vouchsafe:problem:last-owner": LastOwner,
    "urn:vouchsafe:problem:policy-invalid": PolicyInvalid,
    "urn:vouchsafe:problem:assurance-not-higher": AssuranceNotHigher,
    "urn:vouchsafe:problem:room-unknown": RoomUnknown,
    "urn:vouchsafe:problem:room-exists": RoomExists,
    "urn:vouchsafe:problem:room-last-server": RoomLastServer,
    "urn:vouchsafe:problem:room-servers-full": RoomServersFull,
    "urn:vouchsafe:problem:room-closed": RoomClosed,
    "urn:vouchsafe:problem:room-full": RoomFull,
    "urn:vouchsafe:problem:assurance-too-low": AssuranceTooLow,
    "urn:vouchsafe:problem:room-for-others": RoomForOthers,
    "urn:vouchsafe:problem:put-out-of-room": PutOutOfRoom,
    "urn:vouchsafe:problem:room-cannot-hide": RoomCannotHide,
    "urn:vouchsafe:problem:nothing-to-show": NothingToShow,
    "urn:vouchsafe:problem:not-their-moderator": NotTheirModerator,
    "urn:vouchsafe:problem:participant-unknown": ParticipantUnknown,
    "urn:vouchsafe:problem:not-in-room": NotInRoom,
    "urn:vouchsafe:problem:nothing-to-ask": NothingToAsk,
    "urn:vouchsafe:problem:spoke-as-listener": SpokeAsListener,
    "urn:vouchsafe:problem:room-server-unavailable": RoomServerUnavailable,
    "urn:vouchsafe:problem:room-server-unknown": RoomServerUnknown,
    "urn:vouchsafe:problem:room-server-in-use": RoomServerInUse,
    "urn:vouchsafe:problem:room-server-not-cleared": RoomServerNotCleared,
    "urn:vouchsafe:problem:ticket-unknown": TicketUnknown,
    "urn:vouchsafe:problem:ticket-ended": TicketEnded,
    "urn:vouchsafe:problem:position-unknown": PositionUnknown,
    "urn:vouchsafe:problem:cursor-invalid": CursorInvalid,
}
"""Each exception by the `type` of its problem."""
