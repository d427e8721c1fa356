// Made of schemas/openapi.json by `make clients`. Not to be changed by hand.

/** Each kind of problem and its status. */
export interface ProblemStatus {
  /** The body is not valid JSON. The body ends too early or is not JSON. What to do: Send one JSON object, encoded as UTF-8. */
  "urn:vouchsafe:problem:malformed-json": 400;
  /** A field is missing or not of the expected form. A member of the body, a part of the path or a parameter is missing or is not of the form that is asked for; `field` names it where that is known. What to do: Correct the field that is named and send the request again. */
  "urn:vouchsafe:problem:invalid-field": 400;
  /** A field is not known here. The body or the query has a member that the operation does not know. What to do: Remove the field that is named; the API description lists the known ones. */
  "urn:vouchsafe:problem:unknown-field": 400;
  /** A value is not accepted. A value has the form that the API description gives, and is refused for what it says: it cannot be, or the policy speaks against it; `field` names it. What to do: Correct the field that is named, as the detail says. */
  "urn:vouchsafe:problem:invalid-value": 422;
  /** The body is too large. The body is longer than the operator allows. What to do: Send a smaller body. */
  "urn:vouchsafe:problem:body-too-large": 413;
  /** The file cannot be taken. A row of the file, or its header, is not of the form that is asked for; `rows` names them. Nothing of the file was taken. What to do: Correct the rows that are named and send the file again. */
  "urn:vouchsafe:problem:file-invalid": 422;
  /** The content type is not supported. The body has another content type than the operation reads. What to do: Send the body in the content type that the API description names. */
  "urn:vouchsafe:problem:unsupported-media-type": 415;
  /** Nothing is found here. There is no such path, or no such thing that the caller may know of. What to do: Check the path and the id in it. */
  "urn:vouchsafe:problem:not-found": 404;
  /** The method is not allowed here. The path exists, but not with this method; `Allow` lists the methods that do. What to do: Use one of the methods that the Allow header lists. */
  "urn:vouchsafe:problem:method-not-allowed": 405;
  /** Nobody is signed in. The operation wants a token or a service's credentials, and none that holds was given. What to do: Sign in, and send the access token as a bearer token in the Authorization header. */
  "urn:vouchsafe:problem:unauthenticated": 401;
  /** This is not allowed. The caller is known, and their role may not do this. What to do: Ask somebody whose role allows it. */
  "urn:vouchsafe:problem:forbidden": 403;
  /** The request does not come from a page of this service. The request shows a browser's session, and did not come from one of our own pages, or does not show the page's token. What to do: Send it from a page of this service, with the page's token in X-Form-Token; or use an access token. */
  "urn:vouchsafe:problem:cross-site": 403;
  /** Too many requests. Too many requests came from this address in a short time. What to do: Wait for the seconds given in Retry-After, then try again. */
  "urn:vouchsafe:problem:too-many-requests": 429;
  /** The service is not available for a moment. The database or another part that is needed did not answer in time; a change may have been made or not. What to do: Wait for the seconds given in Retry-After, then send the same request again, with the same Idempotency-Key where it had one. */
  "urn:vouchsafe:problem:unavailable": 503;
  /** This replica has not caught up yet. This replica has not yet seen the position that Vouchsafe-At-Least demands. What to do: Wait for the seconds given in Retry-After, then try again. */
  "urn:vouchsafe:problem:not-caught-up": 503;
  /** A precondition is required. The operation changes a versioned document and the request has no If-Match. What to do: Read the document, and send its ETag in If-Match. */
  "urn:vouchsafe:problem:precondition-required": 428;
  /** The document has changed meanwhile. The document has changed since the version that If-Match names. What to do: Read the document again, and decide anew. */
  "urn:vouchsafe:problem:precondition-failed": 412;
  /** The idempotency key belongs to another request. The Idempotency-Key was used before with another request. What to do: Use a fresh key for each new request, and the same key only to repeat one. */
  "urn:vouchsafe:problem:idempotency-key-reused": 422;
  /** Something went wrong inside. Something went wrong inside; the cause is in the log under the request id. What to do: Try again later; if it stays, tell the operator the request id. */
  "urn:vouchsafe:problem:internal": 500;
  /** The request took too long. The request was not done in time; a change may have been made or not. What to do: Send the same request again, with the same Idempotency-Key where it had one. */
  "urn:vouchsafe:problem:timeout": 503;
  /** The inviter is in the person's own branch. The inviter whom a person is to be given is that person, or came in by way of them. What to do: Name somebody who did not come in by way of this person. */
  "urn:vouchsafe:problem:inviter-in-branch": 409;
  /** The vouch cannot be given. A member vouches for as many as anybody may, for themself, or for somebody whose vouch they took back a while ago; the detail says which. What to do: Read the detail. */
  "urn:vouchsafe:problem:vouch-refused": 409;
  /** The job is done. The job has done its last step; what it did is not taken back. What to do: There is nothing left to cancel. */
  "urn:vouchsafe:problem:job-done": 409;
  /** There is no such invite. No invite has this code. What to do: Check the code, or ask whoever invited you for a new invite. */
  "urn:vouchsafe:problem:invite-unknown": 404;
  /** The invite has been used. The invite has been used as often as it may be. What to do: Sign in if it was you; otherwise ask for a new invite. */
  "urn:vouchsafe:problem:invite-used": 410;
  /** The invite has expired. The invite's time is over. What to do: Ask whoever invited you for a new invite. */
  "urn:vouchsafe:problem:invite-expired": 410;
  /** The invite cannot be used now. The inviter or an admin took the invite back, or whoever it was sent to came in by another, declined it or passed it on, or its inviter is not in good standing, or its room is closed: which of them, nobody is told who holds the code. What to do: Ask whoever invited you, or another member, for a new invite. */
  "urn:vouchsafe:problem:invite-closed": 410;
  /** The invite is not open yet. The invite can be used from a later time on, which the detail and the invite's preview name. What to do: Come again when it opens. */
  "urn:vouchsafe:problem:invite-not-open": 409;
  /** The invite is not in a state for this. The invite is not in a state for this; the detail says why. What to do: Read the list of your invites to see how it stands. */
  "urn:vouchsafe:problem:invite-state": 409;
  /** The lead is not open. The lead was dismissed already, or is no longer found. What to do: Read the lead to see how it stands. */
  "urn:vouchsafe:problem:lead-not-open": 409;
  /** All uses of the invite are taken for now. All uses of the invite are held by people who are coming in at this moment; one may become free again. What to do: Try again later, or ask for a new invite. */
  "urn:vouchsafe:problem:invite-exhausted": 409;
  /** The invite is for another address. The invite was sent to another address than the one that is to be proved. What to do: Use the address that the invite was sent to. */
  "urn:vouchsafe:problem:contact-mismatch": 422;
  /** The code is not right. The code that was given does not prove the address. What to do: Check the newest message, and type its code again. */
  "urn:vouchsafe:problem:proof-wrong": 422;
  /** The code is no longer valid. The code was right once, but its time is over, newer ones were sent, or too many wrong ones were tried. It is not counted as a wrong one. What to do: Ask for a new code. */
  "urn:vouchsafe:problem:proof-stale": 410;
  /** Too many wrong codes. Too many wrong codes were tried. What to do: Wait for the seconds given in Retry-After, then ask for a new code. */
  "urn:vouchsafe:problem:proof-locked": 429;
  /** Too many text messages. As many text messages were sent as may be: to this number, on account of whoever invites, to people who wait, to this country, or in a day. What to do: Wait for the seconds given in Retry-After, then try again. */
  "urn:vouchsafe:problem:text-limit-reached": 429;
  /** This country is not accepted. The community takes no phone numbers of this country, or no documents of it, whoever has them. What to do: Use a number or a document of another country; the preview of an invite says which are accepted. */
  "urn:vouchsafe:problem:country-not-accepted": 403;
  /** It is not the time for this step. The step cannot be taken yet, or has been taken already. What to do: Read the flow, and take the step that it names as next. */
  "urn:vouchsafe:problem:step-out-of-order": 409;
  /** The place is no longer held. The use that was held for the newcomer has been given back. What to do: Open the invite again and start anew. */
  "urn:vouchsafe:problem:hold-expired": 410;
  /** There is no such registration. No flow has this id, or the flow token does not belong to it. What to do: Open the invite again and start anew. */
  "urn:vouchsafe:problem:flow-unknown": 404;
  /** The registration has ended. The newcomer's way has ended: they are a member, were refused, or gave up. What to do: Sign in if you are a member; otherwise open the invite again, or ask for a new one. */
  "urn:vouchsafe:problem:flow-ended": 410;
  /** The document is not valid. The document's number is no number of that kind of document, or the document is not accepted. What to do: Check the kind and the number of the document. */
  "urn:vouchsafe:problem:document-invalid": 422;
  /** A reviewer looks first. A reviewer must look at the name and the document before the last step can be taken. It says nothing of why. What to do: Wait for the letter, and take this step again. */
  "urn:vouchsafe:problem:review-needed": 409;
  /** The registration is refused. A reviewer has refused the person for good, or they were sent back as often as the policy allows. What to do: If you think that this is a mistake, ask an admin of the community: one can lift it. */
  "urn:vouchsafe:problem:registration-refused": 409;
  /** The name is not valid. The name is empty, too long, or has characters that no name has. What to do: Give the name as it stands in the document. */
  "urn:vouchsafe:problem:name-invalid": 422;
  /** This person has an account already. The address that was proved is a member's already. What to do: Sign in with the account that exists, or ask an admin. */
  "urn:vouchsafe:problem:person-limit-reached": 409;
  /** The password is not accepted. The password is too short, too long, or among the commonest. What to do: Choose a longer password that is not in common use. */
  "urn:vouchsafe:problem:password-refused": 422;
  /** The link is good no longer. The link in a letter was used, is over, was replaced by a newer one, or is none of ours. What to do: Ask for a new letter, and open the link in the newest one. */
  "urn:vouchsafe:problem:link-over": 410;
  /** The handle was changed a while ago. The handle was changed in the last 30 days; the detail says from when on it can be changed. What to do: Wait until the time that the detail names. */
  "urn:vouchsafe:problem:handle-too-soon": 409;
  /** The address is another account's. The address that was proved is another account's, or is kept for whoever had it a while ago. What to do: Give another address. */
  "urn:vouchsafe:problem:address-taken": 409;
  /** A phone number is not changed here. A member who signs in with a phone number keeps it: it is not changed here. What to do: Ask an admin. */
  "urn:vouchsafe:problem:phone-kept": 409;
  /** The current password is not right. A member who is signed in gave another password than theirs, or none where one is needed. What to do: Give the password that you sign in with. */
  "urn:vouchsafe:problem:password-wrong": 422;
  /** The sign-in data are not right. The account and the password do not belong together, or there is no such account. What to do: Check the address and the password. */
  "urn:vouchsafe:problem:credentials-wrong": 401;
  /** Too many failed sign-ins. Too many wrong passwords were tried for this account. What to do: Wait for the seconds given in Retry-After, then try again. */
  "urn:vouchsafe:problem:account-locked": 429;
  /** The session has ended. The session behind the token was ended, by its holder or by a sanction. What to do: Sign in again. */
  "urn:vouchsafe:problem:session-ended": 401;
  /** A recent sign-in is required. The operation changes roles, the policy or keys, or shows a name, and whoever asks has signed in 15 minutes ago or earlier. What to do: Sign in again (POST /v1/sessions), and send the same request with the new access token within 15 minutes. */
  "urn:vouchsafe:problem:reauthentication-required": 401;
  /** The refresh token has been used before. The refresh token had been used before; all tokens of its session are dead. What to do: Sign in again; if it was not you who used it, change the password. */
  "urn:vouchsafe:problem:refresh-reused": 400;
  /** The refresh token is not valid. The refresh token is unknown, has expired or was revoked. What to do: Sign in again. */
  "urn:vouchsafe:problem:refresh-unknown": 400;
  /** The case has been decided. Somebody has decided the case already. What to do: Read the case to see the decision. */
  "urn:vouchsafe:problem:case-decided": 409;
  /** Nobody waits for the decision any more. The newcomer's way has ended, or they have waited for as long as the policy lets a case wait. What to do: Take another case. */
  "urn:vouchsafe:problem:case-lapsed": 410;
  /** You are too close to this newcomer to decide. The caller, their inviter or somebody whom they let in has let the newcomer in. What to do: Leave it to somebody else whose role reviews. Where the only owner is the only reviewer, the policy can allow it (review.sole_owner). */
  "urn:vouchsafe:problem:review-conflict": 409;
  /** You have as many cases as you may have at once. The reviewer has as many cases as the policy lets one have at once. What to do: Decide one of your cases, or give one back. */
  "urn:vouchsafe:problem:claims-exhausted": 409;
  /** You were shown as many names as you may see in a day. The reviewer was shown as many names as the policy shows to one in 24 hours. The owners are told. What to do: Wait for the seconds given in Retry-After; an owner can change the policy. */
  "urn:vouchsafe:problem:names-exhausted": 429;
  /** The document is another member's already. As many members as the policy allows stand behind the document of the case already. What to do: Send the newcomer back, or refuse them; or see whether the account that has it is theirs. */
  "urn:vouchsafe:problem:document-taken": 409;
  /** A final refusal binds the document. A final refusal binds the document of the case. What to do: Ask an admin to lift the refusal, or decide otherwise. */
  "urn:vouchsafe:problem:document-bound": 409;
  /** There is no such final refusal in force. No final refusal that is in force has this id. What to do: Read the list of refusals to see those that are. */
  "urn:vouchsafe:problem:refusal-unknown": 404;
  /** Another reviewer has the case. Another reviewer works on the case. What to do: Take another case, or wait until the claim ends. */
  "urn:vouchsafe:problem:case-claimed": 409;
  /** The waitlist is closed. The policy has no waitlist, or has closed it. What to do: Ask a member for an invite, or come back later. */
  "urn:vouchsafe:problem:waitlist-closed": 409;
  /** The waitlist is full. As many wait as the policy allows. What to do: Come back later, or ask a member for an invite. */
  "urn:vouchsafe:problem:waitlist-full": 409;
  /** There is no such application. The token opens no application, or nobody has this id: it was given up, or its owner has come in. What to do: Ask anew. */
  "urn:vouchsafe:problem:application-unknown": 404;
  /** The application is over. They were let in or refused already, or did not prove the address in time. What to do: Read the application to see how it ended; ask anew if it was not proved in time. */
  "urn:vouchsafe:problem:application-over": 410;
  /** Somebody has let this person in already. Somebody else has let this person in, and their invite is open. What to do: Nothing is left to do: they have an invite. If it ends unused, you can let them in. */
  "urn:vouchsafe:problem:already-let-in": 409;
  /** No invites are left. The inviter has no invites left. What to do: Revoke an open invite, or wait until one is over; your own record says what counts. */
  "urn:vouchsafe:problem:quota-exhausted": 409;
  /** You may not invite yet. The policy does not let this member invite yet. What to do: Read your own record to see what the policy asks for. */
  "urn:vouchsafe:problem:not-eligible-to-invite": 403;
  /** The person is under this sanction already. The person is under such a sanction already. What to do: Lift the sanction in force first, or leave it. */
  "urn:vouchsafe:problem:sanction-exists": 409;
  /** There is no such sanction in force. The person has no such sanction in force. What to do: Read the person to see the sanctions in force. */
  "urn:vouchsafe:problem:sanction-unknown": 404;
  /** There is no such action. There is no action with this id. What to do: Read the list of actions. */
  "urn:vouchsafe:problem:action-unknown": 404;
  /** The action is not in a state for this. The action is approved, withdrawn or over already, or not approved yet, or on nobody; the detail says which. What to do: Read the action to see where it stands. */
  "urn:vouchsafe:problem:action-state": 409;
  /** Another admin must approve this. The action is on so many people that a second admin approves it: not who drafted it, nor whoever came in by way of them. What to do: Propose it, and have it approved by an admin who did not come in by way of whoever drafted it. */
  "urn:vouchsafe:problem:second-admin-needed": 403;
  /** There is no such appeal. There is no appeal with this id. What to do: Read the list of appeals. */
  "urn:vouchsafe:problem:appeal-unknown": 404;
  /** You have appealed against this already. The member has appealed against this sanction before. What to do: Wait for the decision; your sanctions show how the appeal stands. */
  "urn:vouchsafe:problem:appeal-exists": 409;
  /** The appeal is not in a state for this. The appeal is decided, claimed by somebody else, or was not claimed by whoever decides. What to do: Claim it first, or leave it to whoever has claimed it. */
  "urn:vouchsafe:problem:appeal-state": 409;
  /** No report is open on this person. No report is open on the person. What to do: Read the list of reports. */
  "urn:vouchsafe:problem:reports-unknown": 404;
  /** The last owner cannot go. The change would leave the community without an owner. What to do: Make somebody else an owner first. */
  "urn:vouchsafe:problem:last-owner": 409;
  /** The policy is not valid. The policy document contradicts itself or has a value out of range. What to do: Correct what the detail names and send the document again. */
  "urn:vouchsafe:problem:policy-invalid": 422;
  /** The assurance is not higher than that. The person's assurance is not higher than what it is to be lowered to. What to do: Read the person to see their assurance; it rises by a review alone. */
  "urn:vouchsafe:problem:assurance-not-higher": 409;
  /** There is no such room. No room has this id. What to do: Check the room's id. */
  "urn:vouchsafe:problem:room-unknown": 404;
  /** The room exists already. A room of this id is there already, open or closed. What to do: Choose another id, or change the room that is there. */
  "urn:vouchsafe:problem:room-exists": 409;
  /** The room is held on no other server. The room is held on no other server. What to do: Put the room on another server first, or close it. */
  "urn:vouchsafe:problem:room-last-server": 409;
  /** The room is held on 16 servers. The room is held on as many servers as a room may be. What to do: Take it off one of them first. */
  "urn:vouchsafe:problem:room-servers-full": 409;
  /** The room is closed. The room is closed. What to do: Wait until it is opened; those who run it know when. */
  "urn:vouchsafe:problem:room-closed": 409;
  /** The room is full. All seats of the room are taken. What to do: Wait for the seconds given in Retry-After, then try again: seats become free as people leave. */
  "urn:vouchsafe:problem:room-full": 409;
  /** The room asks for more than is known of you. The room, or the policy for every room, asks for more than is known of the member. What to do: Have more of who you are confirmed; the detail names what is asked for. */
  "urn:vouchsafe:problem:assurance-too-low": 403;
  /** The room is for others. The room is for others: for guests, or for those in a role, a branch or an age that the member is not. What to do: Ask whoever runs the room to invite you; the detail names what is asked for. */
  "urn:vouchsafe:problem:room-for-others": 403;
  /** You were put out of the room. A moderator or a filter put the member out of the room. What to do: Wait for the seconds given in Retry-After, then ask for a ticket again. */
  "urn:vouchsafe:problem:put-out-of-room": 403;
  /** The room's server hides nobody, and shows no names. The member's place in the room is hidden, or they want to be shown by a name, and the room's server can do neither. What to do: Hold the room on a server of a kind that does; or give another place, and ask to be shown by nothing. */
  "urn:vouchsafe:problem:room-cannot-hide": 409;
  /** You have nothing to be shown by. The member wants to be shown by a handle or a verified name, and has none. What to do: Choose a handle, or have your name verified; or ask to be shown by nothing. */
  "urn:vouchsafe:problem:nothing-to-show": 409;
  /** You may not do this in the room. The caller does not moderate the room; or whom they would act on stands as high as they do. What to do: Ask a moderator of the room, or an admin where it is about a moderator. */
  "urn:vouchsafe:problem:not-their-moderator": 403;
  /** Nobody was in the room under this ticket. Nobody is, or was, in the room under this ticket. What to do: Take the ticket from the list of those who are in the room. */
  "urn:vouchsafe:problem:participant-unknown": 404;
  /** You are not in the room. The member is not in the room. What to do: Take a ticket to the room first. */
  "urn:vouchsafe:problem:not-in-room": 409;
  /** You need not ask to speak. The member may speak already, or listens unseen. What to do: Nothing is to be done: you may speak already, or you are there to listen unseen. */
  "urn:vouchsafe:problem:nothing-to-ask": 409;
  /** You spoke where you may only listen. The member spoke in the room more than once where they may only listen, and was put out. What to do: Wait for the seconds given in Retry-After, then ask for a ticket again; join muted, and stay so. */
  "urn:vouchsafe:problem:spoke-as-listener": 403;
  /** The room's server does not answer. The room's server does not answer, or has not taken the ticket in yet. What to do: Wait for the seconds given in Retry-After, then ask for a ticket again. */
  "urn:vouchsafe:problem:room-server-unavailable": 503;
  /** There is no such room server. No room server has this id. What to do: Check the id; the list of room servers has those that are registered. */
  "urn:vouchsafe:problem:room-server-unknown": 404;
  /** Open rooms stand on the room server. Open rooms stand on the room server. What to do: Close its rooms, or take them off it, first. */
  "urn:vouchsafe:problem:room-server-in-use": 409;
  /** The closing of its rooms has not reached the room server. The rooms of the room server are closed, and the server does not know that yet: there may still be people in them. What to do: Wait for the seconds given in Retry-After, then try again. Where the server is gone for good, repeat it with abandon=true: whatever is left there stays. */
  "urn:vouchsafe:problem:room-server-not-cleared": 409;
  /** There is no such ticket. The member has no such ticket for the room, or it has ended. What to do: Nothing is left to give back; ask for a new ticket to enter. */
  "urn:vouchsafe:problem:ticket-unknown": 404;
  /** The ticket has ended. The request is a repetition, and the ticket that was its answer has ended. What to do: Ask for a new ticket with a fresh Idempotency-Key. */
  "urn:vouchsafe:problem:ticket-ended": 410;
  /** The position is not known. The token in Vouchsafe-At-Least was not made by this community. What to do: Send the Vouchsafe-Position of an earlier answer, unchanged. */
  "urn:vouchsafe:problem:position-unknown": 400;
  /** The cursor is not valid. The cursor was not made by this operation, or by a version of it that is gone. What to do: Start again without a cursor. */
  "urn:vouchsafe:problem:cursor-invalid": 400;
}

/** By what the caller of an operation is known. */
export type Access = "access" | "appellant" | "applicant" | "flow" | "room_server" | "service";

/** What the client must know of an operation. */
export interface Facts {
  /** By what its caller is known; missing where anybody may call it. */
  readonly access?: Access;
  /** Whether it takes an Idempotency-Key, so that repeating it does no harm. */
  readonly keyed?: true;
}

/** The facts of each operation that has any, by method and path. */
export const operations: Readonly<Record<string, Facts>> = {
  "POST /oauth/introspect": { access: "service" },
  "GET /v1/admin/actions": { access: "access" },
  "POST /v1/admin/actions": { access: "access", keyed: true },
  "GET /v1/admin/actions/{id}": { access: "access" },
  "POST /v1/admin/actions/{id}/approve": { access: "access" },
  "GET /v1/admin/actions/{id}/people": { access: "access" },
  "POST /v1/admin/actions/{id}/propose": { access: "access" },
  "POST /v1/admin/actions/{id}/undo": { access: "access" },
  "POST /v1/admin/actions/{id}/withdraw": { access: "access" },
  "GET /v1/admin/appeals": { access: "access" },
  "POST /v1/admin/appeals/{id}/claim": { access: "access" },
  "POST /v1/admin/appeals/{id}/decision": { access: "access" },
  "GET /v1/admin/cases": { access: "access" },
  "GET /v1/admin/cases/figures": { access: "access" },
  "GET /v1/admin/cases/{id}": { access: "access" },
  "POST /v1/admin/cases/{id}/claim": { access: "access", keyed: true },
  "POST /v1/admin/cases/{id}/decision": { access: "access" },
  "POST /v1/admin/cases/{id}/release": { access: "access" },
  "GET /v1/admin/graph/export": { access: "access" },
  "GET /v1/admin/health": { access: "access" },
  "GET /v1/admin/health/history": { access: "access" },
  "GET /v1/admin/invites": { access: "access" },
  "POST /v1/admin/invites/bulk": { access: "access", keyed: true },
  "GET /v1/admin/invites/figures": { access: "access" },
  "POST /v1/admin/invites/revoke": { access: "access", keyed: true },
  "POST /v1/admin/invites/{id}/restore": { access: "access" },
  "POST /v1/admin/invites/{id}/revoke": { access: "access" },
  "GET /v1/admin/jobs": { access: "access" },
  "GET /v1/admin/jobs/{id}": { access: "access" },
  "POST /v1/admin/jobs/{id}/cancel": { access: "access" },
  "GET /v1/admin/jobs/{id}/outcomes": { access: "access" },
  "GET /v1/admin/jobs/{id}/report.csv": { access: "access" },
  "GET /v1/admin/leads": { access: "access" },
  "GET /v1/admin/leads/{id}": { access: "access" },
  "POST /v1/admin/leads/{id}/dismiss": { access: "access" },
  "GET /v1/admin/ledger": { access: "access" },
  "GET /v1/admin/ledger/export": { access: "access" },
  "GET /v1/admin/ledger/proof": { access: "access" },
  "GET /v1/admin/letters": { access: "access" },
  "POST /v1/admin/letters/{id}/retry": { access: "access" },
  "GET /v1/admin/paths": { access: "access" },
  "GET /v1/admin/people": { access: "access" },
  "POST /v1/admin/people/search": { access: "access" },
  "GET /v1/admin/people/{id}": { access: "access" },
  "GET /v1/admin/people/{id}/account": { access: "access" },
  "PUT /v1/admin/people/{id}/assurance": { access: "access" },
  "GET /v1/admin/people/{id}/branch": { access: "access" },
  "GET /v1/admin/people/{id}/branch/figures": { access: "access" },
  "GET /v1/admin/people/{id}/chain": { access: "access" },
  "GET /v1/admin/people/{id}/children": { access: "access" },
  "GET /v1/admin/people/{id}/former-inviters": { access: "access" },
  "GET /v1/admin/people/{id}/invite-quota": { access: "access" },
  "POST /v1/admin/people/{id}/invite-quota": { access: "access", keyed: true },
  "PUT /v1/admin/people/{id}/inviter": { access: "access" },
  "GET /v1/admin/people/{id}/looks": { access: "access" },
  "POST /v1/admin/people/{id}/name": { access: "access" },
  "PUT /v1/admin/people/{id}/role": { access: "access" },
  "GET /v1/admin/people/{id}/room-acts": { access: "access" },
  "GET /v1/admin/people/{id}/sanctions": { access: "access" },
  "POST /v1/admin/people/{id}/sanctions": { access: "access", keyed: true },
  "POST /v1/admin/people/{id}/sanctions/{sanction}/lift": { access: "access" },
  "POST /v1/admin/people/{id}/sessions/end": { access: "access" },
  "GET /v1/admin/people/{id}/tree": { access: "access" },
  "GET /v1/admin/people/{id}/vouches": { access: "access" },
  "GET /v1/admin/policy": { access: "access" },
  "PUT /v1/admin/policy": { access: "access" },
  "POST /v1/admin/policy/simulate": { access: "access" },
  "GET /v1/admin/refusals": { access: "access" },
  "POST /v1/admin/refusals/{id}/lift": { access: "access" },
  "GET /v1/admin/reports": { access: "access" },
  "GET /v1/admin/reports/{id}": { access: "access" },
  "POST /v1/admin/reports/{id}/close": { access: "access" },
  "GET /v1/admin/room-servers": { access: "access" },
  "POST /v1/admin/room-servers": { access: "access", keyed: true },
  "DELETE /v1/admin/room-servers/{id}": { access: "access" },
  "PUT /v1/admin/room-servers/{id}": { access: "access" },
  "GET /v1/admin/rooms": { access: "access" },
  "POST /v1/admin/rooms": { access: "access", keyed: true },
  "GET /v1/admin/rooms/{room}": { access: "access" },
  "PUT /v1/admin/rooms/{room}": { access: "access" },
  "GET /v1/admin/rooms/{room}/acts": { access: "access" },
  "GET /v1/admin/rooms/{room}/history": { access: "access" },
  "GET /v1/admin/rooms/{room}/participants": { access: "access" },
  "GET /v1/admin/rooms/{room}/places": { access: "access" },
  "DELETE /v1/admin/rooms/{room}/places/{person}": { access: "access" },
  "PUT /v1/admin/rooms/{room}/places/{person}": { access: "access" },
  "DELETE /v1/admin/rooms/{room}/servers/{server}": { access: "access" },
  "PUT /v1/admin/rooms/{room}/servers/{server}": { access: "access" },
  "POST /v1/admin/sanctions": { access: "access", keyed: true },
  "GET /v1/admin/services": { access: "access" },
  "POST /v1/admin/services": { access: "access" },
  "DELETE /v1/admin/services/{id}": { access: "access" },
  "POST /v1/admin/services/{id}/rotate": { access: "access" },
  "GET /v1/admin/stream": { access: "access" },
  "GET /v1/admin/subscribers": { access: "access" },
  "GET /v1/admin/subscribers/{subscriber}/failures": { access: "access" },
  "POST /v1/admin/subscribers/{subscriber}/failures/{number}/retry": { access: "access" },
  "GET /v1/admin/waitlist": { access: "access" },
  "POST /v1/admin/waitlist/applications/{application}/refuse": { access: "access" },
  "POST /v1/admin/waitlist/draws": { access: "access", keyed: true },
  "GET /v1/appeals": { access: "appellant" },
  "POST /v1/appeals": { access: "appellant" },
  "POST /v1/filters/rooms/{room}/acts": { access: "service", keyed: true },
  "POST /v1/filters/rooms/{room}/reports": { access: "service" },
  "DELETE /v1/me": { access: "access" },
  "GET /v1/me": { access: "access" },
  "POST /v1/me/address": { access: "access" },
  "POST /v1/me/address/proof": { access: "access" },
  "POST /v1/me/appeals": { access: "access" },
  "GET /v1/me/data": { access: "access" },
  "GET /v1/me/data/looks": { access: "access" },
  "PUT /v1/me/handle": { access: "access" },
  "GET /v1/me/invitees": { access: "access" },
  "GET /v1/me/invites": { access: "access" },
  "POST /v1/me/invites": { access: "access", keyed: true },
  "DELETE /v1/me/invites/{id}": { access: "access" },
  "GET /v1/me/invites/{id}": { access: "access" },
  "POST /v1/me/invites/{id}/extend": { access: "access" },
  "POST /v1/me/invites/{id}/pass-on": { access: "access", keyed: true },
  "GET /v1/me/invites/{id}/qr": { access: "access" },
  "POST /v1/me/invites/{id}/resend": { access: "access" },
  "POST /v1/me/invites/{id}/restore": { access: "access" },
  "PUT /v1/me/language": { access: "access" },
  "PUT /v1/me/password": { access: "access" },
  "GET /v1/me/sanctioned-invitees": { access: "access" },
  "GET /v1/me/sanctions": { access: "access" },
  "DELETE /v1/me/sessions": { access: "access" },
  "GET /v1/me/sessions": { access: "access" },
  "DELETE /v1/me/sessions/{id}": { access: "access" },
  "GET /v1/me/vouches": { access: "access" },
  "DELETE /v1/me/vouches/{id}": { access: "access" },
  "PUT /v1/me/vouches/{id}": { access: "access" },
  "POST /v1/me/waitlist/let-in": { access: "access", keyed: true },
  "POST /v1/me/waitlist/vouch": { access: "access" },
  "DELETE /v1/onboarding/{flow}": { access: "flow" },
  "GET /v1/onboarding/{flow}": { access: "flow" },
  "POST /v1/onboarding/{flow}/contact": { access: "flow" },
  "POST /v1/onboarding/{flow}/contact/proof": { access: "flow" },
  "POST /v1/onboarding/{flow}/identity": { access: "flow", keyed: true },
  "POST /v1/onboarding/{flow}/password": { access: "flow", keyed: true },
  "POST /v1/reports": { access: "access" },
  "POST /v1/room-servers/{id}/events": { access: "room_server" },
  "GET /v1/rooms": { access: "access" },
  "GET /v1/rooms/{room}": { access: "access" },
  "POST /v1/rooms/{room}/acts": { access: "access", keyed: true },
  "DELETE /v1/rooms/{room}/hand": { access: "access" },
  "PUT /v1/rooms/{room}/hand": { access: "access" },
  "GET /v1/rooms/{room}/participants": { access: "access" },
  "POST /v1/rooms/{room}/tickets": { access: "access", keyed: true },
  "DELETE /v1/rooms/{room}/tickets/{ticket}": { access: "access" },
  "DELETE /v1/sessions/current": { access: "access" },
  "DELETE /v1/waitlist/me": { access: "applicant" },
  "GET /v1/waitlist/me": { access: "applicant" },
  "POST /v1/waitlist/me/proof": { access: "applicant" },
};
