"""What is sent and answered, as it stands in JSON.

Made of schemas/openapi.json by `make clients`. Not to be changed by hand.
"""

from __future__ import annotations

from typing import Any, Generic, Literal, NotRequired, TypeAlias, TypedDict, TypeVar

_Item = TypeVar("_Item")


class Page(TypedDict, Generic[_Item]):
    """One page of a list."""

    items: list[_Item]
    """The items, in the list's order."""
    next: NotRequired[str | None]
    """Where the next page starts: send it as `cursor`. Missing on the last page."""


class AcquaintedView(TypedDict):
    """Somebody next to the reader in the graph."""

    handle: NotRequired[str | None]
    """Their handle, where they chose one."""
    id: PersonId
    """Their public id."""
    since: Timestamp
    """Since when the reader let them in, or one vouches for the other."""


class ActBody(TypedDict):
    """What to do about somebody in a room."""

    act: Act
    """What."""
    minutes: NotRequired[int]
    """For how many minutes they are muted, or stay out; 60 where nothing is said."""
    participant: TicketId
    """The ticket under which they are, or were, in the room: the participant's id."""
    reason: NotRequired[ReasonCode | None]


class ActView(TypedDict):
    """What a moderator or a filter did about somebody in a room."""

    act: Act
    """What."""
    at: Timestamp
    """When."""
    by: NotRequired[RoomPerson | None]
    filter: NotRequired[FilterView | None]
    participant: TicketId
    """Under which ticket they were there."""
    person: RoomPerson
    """About whom."""
    reason: ReasonCode
    """Why."""
    room: str
    """In which room: its id."""
    until: NotRequired[Timestamp | None]


class ActionShown(TypedDict):
    """An action on many people."""

    applied_at: NotRequired[Timestamp | None]
    approved_at: NotRequired[Timestamp | None]
    approved_by: NotRequired[PersonId | None]
    drafted_at: Timestamp
    """When."""
    drafted_by: NotRequired[PersonId | None]
    expires_at: Timestamp
    """Until when it may be approved."""
    id: ActionId
    """Its public id."""
    job: NotRequired[JobId | None]
    kind: SanctionKind
    """What it does to each."""
    note: NotRequired[str | None]
    """Why, in words. Owners and admins see it."""
    people: NotRequired[int | None]
    """On how many people it is, since it was approved."""
    reason: ReasonCode
    """Why, as a code."""
    selection: Selection
    """On whom."""
    state: ActionState
    """Where it stands."""
    undo_at: NotRequired[Timestamp | None]
    undo_job: NotRequired[JobId | None]
    undo_note: NotRequired[str | None]
    """Why, in words. Owners and admins see it."""
    undone_at: NotRequired[Timestamp | None]
    until: NotRequired[Timestamp | None]


class ActionInFull(ActionShown):
    """An action, and on how many people it would be."""

    figures: NotRequired[FiguresShown | None]


class AddressAskedView(TypedDict):
    """A code is on its way."""

    expires_at: Timestamp
    """Until when it is good."""


class AddressProofBody(TypedDict):
    """A one-time code."""

    code: str
    """The six digits that were sent to the new address."""


class FlowView(TypedDict):
    """The progress of a newcomer."""

    asks: list[Step]
    """All steps that are demanded, in order."""
    contact: ContactKind
    """What the step `contact` takes."""
    contact_hint: NotRequired[str | None]
    """The address or the number that a code was sent to, masked."""
    documents: list[str]
    """The kinds of document that are accepted where a real name is demanded."""
    expires_at: Timestamp
    """Until when the use of the invite is reserved or, before the contact is proved, the flow is open."""
    flow: FlowId
    """The flow. It may be an earlier one of the same newcomer: go on with the id given here."""
    next: NotRequired[Step | None]
    person: NotRequired[PersonId | None]
    state: FlowState
    """How far they have come."""


class AdmittedView(FlowView):
    """A new member, signed in."""

    session: Granted
    """Their first session."""


class AgoraEntry(TypedDict):
    """How a client joins a channel of Agora's."""

    app_id: str
    """The app."""
    channel: str
    """The channel."""
    token: str
    """The token."""
    uid: int
    """The user's number. Whoever joins as another is refused by Agora."""


class AppealDecision(TypedDict):
    """How an appeal is decided."""

    reason: str
    """Why, in words. Whoever appeals reads them; they are kept sealed."""
    verdict: AppealVerdict
    """How."""


class AppealMade(TypedDict):
    """An appeal that was made."""

    id: AppealId
    """Its public id."""


class AppealShown(TypedDict):
    """An appeal as admins see it."""

    claimed_by: NotRequired[PersonId | None]
    claimed_until: NotRequired[Timestamp | None]
    decided_at: NotRequired[Timestamp | None]
    id: AppealId
    """Its public id."""
    made_at: Timestamp
    """When it was made."""
    person: NotRequired[PersonId | None]
    sanction: SanctionId
    """What it is against."""
    text: NotRequired[str | None]
    """What they say. Whoever has claimed it sees it."""
    verdict: NotRequired[AppealVerdict | None]


class ApplicantView(TypedDict):
    """Somebody who waits."""

    about: NotRequired[str | None]
    """What they say of themself. Owners and admins see it."""
    email_hint: NotRequired[str | None]
    """The address, masked. Owners and admins see it; none of whoever is reached by phone."""
    id: ApplicationId
    """The application."""
    phone_hint: NotRequired[str | None]
    """The phone number, masked. Owners and admins see it; none of whoever is reached by mail."""
    refused_before: list[RefusedBeforeView]
    """That the same address was refused before."""
    vouched_by: list[PersonId]
    """The members who say that they know them."""
    waits_since: NotRequired[Timestamp | None]


class ApplicationBody(TypedDict):
    """Somebody who asks to be let in."""

    about: NotRequired[str | None]
    """What they want to say of themself to the admins, as plain text."""
    email: NotRequired[str | None]
    """The e-mail address by which they are reached. A one-time code is mailed to it."""
    locale: NotRequired[str | None]
    """The language for mails and text messages, a BCP 47 tag; the community's where nothing is said."""
    phone: NotRequired[str | None]
    """The phone number with its country's code by which they are reached, in the place of an address. A one-time
    code is sent to it by text message.
    """


class PlaceView(TypedDict):
    """Where somebody stands."""

    application: ApplicationId
    """The application."""
    expires_at: NotRequired[Timestamp | None]
    place: NotRequired[int | None]
    """Their place, counted from 1; null where they do not wait."""
    size: int
    """How many wait."""
    state: State
    """`unproved` until the contact is proved, then `waiting`, and in the end `let_in` (an invite is on its way
    to it) or `refused`.
    """
    waits_since: NotRequired[Timestamp | None]


class AskedView(PlaceView):
    """An application that was just made."""

    token: str
    """The bearer token for all that follows: `Authorization: Bearer vsw_…`."""


class AssuranceLeft(TypedDict):
    """A person's assurance."""

    assurance: Assurance
    """Their assurance now."""
    id: PersonId
    """The person."""


class BacklogView(TypedDict):
    """How much is not delivered."""

    dead: int
    """Given up."""
    refused: int
    """Of those that wait: because whoever takes them from us refuses us."""
    waiting: int
    """To be tried, now or later."""


class BadRow(TypedDict):
    """A row of a file that cannot be taken."""

    column: NotRequired[str | None]
    """The column; missing where the row as a whole is wrong."""
    detail: str
    """What is wrong with it."""
    row: int
    """Which row, as a spreadsheet counts them: the header is row 1. Blank lines are not counted."""


class BeginBody(TypedDict):
    """The invite with which a newcomer registers."""

    code: str
    """The invite's code, or the link that holds it; case, dashes and spaces do not matter."""
    locale: NotRequired[str | None]
    """The language for mails, a BCP 47 tag. The default is the invite's."""
    via: NotRequired[Via | None]


class BegunView(FlowView):
    """A flow that was just started."""

    flow_token: str
    """The bearer token for each step of the flow: `Authorization: Bearer vsf_…`."""


class BranchInNumbers(TypedDict):
    """Everybody below a person, in numbers."""

    figures: NotRequired[Figures | None]


class BulkAccepted(TypedDict):
    """A job that was asked for."""

    job: JobId
    """The job: `GET /v1/admin/jobs/{id}` tells how far it is, `/outcomes` and `/report.csv` what became of each
    row.
    """
    rows: int
    """How many rows there are."""


class CameByView(TypedDict):
    """What somebody came in by. It stays when they are erased."""

    campaign: NotRequired[str | None]
    """What it is counted under."""
    channel: str
    """How its code reached them: `mail` or `text`; or `link` or `qr` where their app said so, `link` where it
    said nothing.
    """
    group: NotRequired[str | None]
    """What was noted of whoever comes by it."""
    invite: InviteId
    """The invite."""
    kind: InviteKind
    """How it reaches people."""
    passed_on_by: NotRequired[Inviter | None]
    passed_on_from: NotRequired[InviteId | None]
    room: NotRequired[str | None]
    """The id of the room that they came for."""


class CaseFiguresView(TypedDict):
    """The reviewers' queue in figures."""

    approved: int
    """Of these, how many were approved."""
    claimed: int
    """Of these, those that a reviewer has claimed now."""
    decided: int
    """Cases that were decided in the last 30 days; of more than 20 000 the newest count."""
    median_seconds: NotRequired[int | None]
    """How long half of these took at most, from when they were opened, in seconds; missing where there were
    none.
    """
    oldest_opened_at: NotRequired[Timestamp | None]
    open: int
    """Cases that wait for a decision."""
    p95_seconds: NotRequired[int | None]
    """How long 95 of 100 took at most."""
    refused: int
    """How many were refused."""
    retry: int
    """How many are to be given again."""
    reviewers: NotRequired[list[ReviewerFigures] | None]
    """The same by whoever decided. Owners and auditors see it."""


class CaseView(TypedDict):
    """A case, without the person whom it is about."""

    age_seconds: int
    """How long it has waited, or waited until it was decided or withdrawn, in whole seconds."""
    claimed: bool
    """Whether a reviewer has claimed it now."""
    claimed_until: NotRequired[Timestamp | None]
    decided_at: NotRequired[Timestamp | None]
    decided_by: NotRequired[PersonId | None]
    flow: FlowId
    """The newcomer's onboarding flow."""
    id: CaseId
    """Its id."""
    opened_at: Timestamp
    """When it was opened."""
    state: CaseState
    """Its state."""
    waits_until: NotRequired[Timestamp | None]
    yours: bool
    """Whether that reviewer is you."""


class ChangeAddressBody(TypedDict):
    """Another address, and what proves that it is its member who wants it."""

    contact: str
    """The new e-mail address."""
    password: NotRequired[str | None]
    """One's password. It may be left out within 15 minutes of a sign-in."""


class ChangePasswordBody(TypedDict):
    """The current password and a new one."""

    current: NotRequired[str | None]
    """The current password. Left out by a member who has none yet, and has signed in less than 15 minutes ago."""
    password: str
    """The new one: at least 15 characters; common ones are refused (NIST SP 800-63B-4)."""


class Check(TypedDict):
    """One thing that must hold before requests are taken."""

    detail: str
    """What was seen, for an operator: a lag, a version. Anybody may read it."""
    name: str
    """Its name: `database`, `feed`, `keys`."""
    ready: bool
    """Whether it holds."""


class ChosenShown(TypedDict):
    """Somebody who is selected."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""
    left_out: NotRequired[LeftOut | None]
    standing: Standing
    """Where they stand now."""


class ClaimView(TypedDict):
    """What you are shown. The ledger records that you were."""

    case: CaseView
    """The case. Your claim lasts until `claimed_until`."""
    document: DocumentView
    """The document that should bear it."""
    known: KnownView
    """What else is known about the document. The newcomer is told nothing about it."""
    name: NameView
    """The name that the newcomer gave."""


class Closed(TypedDict):
    """How many were closed."""

    closed: int
    """How many."""


class Closing(TypedDict):
    """How reports are closed."""

    outcome: ReportOutcome
    """What they came to."""


class CodeCredentials(TypedDict):
    """A one-time code alone."""

    one_time_code: str
    """The code, as the command line makes them."""


class Community(TypedDict):
    """Who the community is."""

    colour: NotRequired[str | None]
    """The colour of its pages: `#` and six hexadecimal digits. A shade of it is taken where it could not be
    read. Default a blue of our own.
    """
    locale: NotRequired[str]
    """The language of mails whose invite names none: a language tag (RFC 5646) such as `en` or `zh-Hans`.
    Default `en`.
    """
    name: Line
    """Its name, as it stands in invites: 1 to 100 characters in one line."""


class ConditionsBody(TypedDict):
    """What somebody must be. All of it is asked."""

    age_below: NotRequired[int | None]
    """Younger than so many years."""
    age_from: NotRequired[int | None]
    """At least so many years old. An age is known by the number of an identity document alone."""
    branch: NotRequired[PersonId | None]
    roles: NotRequired[list[Role]]
    """One of these roles; any where there is none."""


class Connection(TypedDict):
    """How two people are connected."""

    common_inviter: NotRequired[PersonId | None]
    path: list[Node]
    """From the one up to the nearest common inviter and down to the other, both included; empty where they came
    in by different roots.
    """


class ContactBody(TypedDict):
    """The contact to be proved: an e-mail address or a phone number, as `contact` in the flow names them."""

    email: NotRequired[str | None]
    """An e-mail address. With an addressed invite it must be the invited address, and may be left out."""
    phone: NotRequired[str | None]
    """A phone number with its country's code, such as `+86 138 1234 5678`. With an invite to a phone it must be
    the invited number, and may be left out.
    """


class DeadLetterView(TypedDict):
    """A letter or text message that was given up. To whom it was is not said."""

    attempts: int
    """How often it was tried since it was posted or last retried."""
    created_at: Timestamp
    """When it was posted."""
    id: str
    """Its id."""
    kind: str
    """What it is about: the word that it was posted under."""
    last_error: str
    """Why it was given up: a step and codes, never a server's words. `erased` where its reader was forgotten;
    then nothing is left to retry.
    """


class DecisionView(TypedDict):
    """The decision that was recorded."""

    id: CaseId
    """The case."""
    verdict: Verdict
    """The recorded verdict. A newcomer who was sent back as often as the policy allows is refused instead."""


class DismissBody(TypedDict):
    """Why nothing follows."""

    reason: str
    """Why, in words. They are kept sealed."""


class DocumentBody(TypedDict):
    """An identity document."""

    country: str
    """The country that issued it: ISO 3166-1, alpha-2 or alpha-3, or the code printed in the passport."""
    kind: DocumentKind
    """The kind of document."""
    number: str
    """Its number."""


class DocumentView(TypedDict):
    """A document."""

    country: Country
    """Who issued it."""
    kind: DocumentKind
    """What it is."""
    number: str
    """Its number, normalised."""


class Documents(TypedDict):
    """Which countries' documents are taken, where documents are."""

    blocked_countries: NotRequired[list[str]]
    """Countries whose documents are not taken. Default none."""
    countries: NotRequired[list[str]]
    """Countries (ISO 3166-1, or a code that stands in passports) whose documents alone are taken. Default none:
    those of all countries are.
    """


class DrawBody(TypedDict):
    """How many to let in, and how they are chosen."""

    count: int
    """How many, at most."""
    way: Way
    """`order`: who has waited longest. `chance`: a seeded draw. `referral`: for whom most members in good
    standing vouch.
    """


class DrawView(TypedDict):
    """What it came to."""

    at: Timestamp
    """When."""
    id: DrawId
    """Its id. The ledger's event `waitlist_drawn` with this id has who waited and who was chosen."""
    let_in: int
    """How many were let in."""
    seed: NotRequired[str | None]
    """The seed, where chance decided: 256 random bits in hexadecimal."""
    waiting: int
    """How many waited."""
    way: Way
    """How they were chosen."""


class EndSessions(TypedDict):
    """Why somebody's sessions are ended."""

    reason: SessionsEndReason
    """Why, as a code that the ledger records."""


class ExtendBody(TypedDict):
    """For how much longer an invite holds."""

    lifetime_hours: NotRequired[int | None]
    """For how many hours from now on; the policy's lifetime where nothing is said."""


class FailureView(TypedDict):
    """An event that a subscriber could not carry out."""

    at: Timestamp
    """When it was put aside."""
    attempts: int
    """How often it was tried."""
    next_attempt_at: NotRequired[Timestamp | None]
    number: int
    """The event's number in the ledger."""
    reason: str
    """Why: for an operator."""
    type: str
    """The event's type."""


FallsBelow = TypedDict(
    "FallsBelow",
    {
        "demand": "str",
        "from": "Any",
        "people": "int",
        "sample": "list[FallsBelowPerson]",
        "to": "Any",
    },
)
"""Members who meet a demand now and would not then."""


class FallsBelowPerson(TypedDict):
    """Somebody who would not meet a demand."""

    assurance: Assurance
    """How surely we know who they are."""
    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""


class Figures(TypedDict):
    """A branch in numbers, without the one whose branch it is."""

    active: int
    """How many of them are in good standing."""
    depth: int
    """The most steps below; 0 for an empty branch."""
    joined_last_week: int
    """How many of them joined within the last seven days."""
    left: int
    """How many of them have left."""
    people: int
    """How many people, those who left included."""
    sanctioned: int
    """How many of them are under a sanction."""
    verified: int
    """How many of them have the assurance `verified`, however they stand."""


class FiguresShown(TypedDict):
    """How many people a selection has, and how many of them are left out for what."""

    left: int
    """Who is left out because they have left."""
    named: int
    """Who is left out by name."""
    needs_second_admin: bool
    """Whether so many need a second admin."""
    oneself: int
    """Whether whoever drafted it is selected and left out: 0 or 1."""
    people: int
    """On how many of them the action is."""
    sanctioned: int
    """Who is left out because they are under this sanction or a graver one."""
    selected: int
    """How many are selected."""
    staff: int
    """Who is left out because they have a role."""


class FiguresView(TypedDict):
    """What came of the invites of one campaign, or of one member."""

    begun: int
    """Ways in that were begun by them; one person may have begun several."""
    campaign: NotRequired[str | None]
    """The campaign, where campaigns are counted."""
    in_good_standing_after_30_days: int
    """Those of the latter who are in good standing now."""
    inviter: NotRequired[GiverView | None]
    joined: int
    """People who came in by them."""
    joined_30_days_ago: int
    """Those of them who came in 30 days ago or earlier."""
    sent: int
    """Invites that were given."""


class FilterView(TypedDict):
    """A filter."""

    id: ServiceId
    """The service's id."""
    name: str
    """Its name."""


class ForgotPasswordBody(TypedDict):
    """Whose password it is."""

    contact: str
    """The e-mail address of the account."""


class FormerInviterSeen(TypedDict):
    """An inviter whom somebody had before."""

    ended_by: NotRequired[PersonId | None]
    inviter: NotRequired[PersonId | None]
    note: NotRequired[str | None]
    """Why, in words. Owners and admins see it, until the person is erased."""
    reason: NotRequired[ReparentReason | None]
    since: Timestamp
    """From when on."""
    until: Timestamp
    """Until when."""


class GiverView(TypedDict):
    """Who gave an invite."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""


class Granted(TypedDict):
    """What a session buys, as it is sent (RFC 6749 §5.1, and two members more). It has no `Debug`."""

    access_token: str
    """The access token (RFC 9068), to be sent as a bearer token."""
    device_token: str
    """Shows at the next sign-in, in the header `Vouchsafe-Device`, that this device has signed in before: then
    wrong passwords from anywhere else do not lock it out. It opens nothing, and is worth keeping after a
    sign-out.
    """
    expires_in: int
    """How long the access token holds, in seconds."""
    person: TokenHolder
    """Whose they are."""
    refresh_token: str
    """The refresh token, good once, at `/oauth/token`."""
    scope: NotRequired[str | None]
    """What the service may learn for which the access token is; only where it is for one."""
    session: SessionView
    """The session that both belong to."""
    token_type: str
    """Always `Bearer`."""


class HandleBody(TypedDict):
    """Another handle."""

    handle: str
    """3 to 30 of the characters a-z, 0-9 and _. Never a real name."""


class Happened(TypedDict):
    """Something that happened."""

    actor: HappenedActor
    """Who did it."""
    at: Timestamp
    """When, as the writer's clock had it; order is by number."""
    details: dict[str, Any]
    """What the event says beside: it depends on the type. Of an event that this version cannot read, why."""
    number: int
    """Its place in the order of everything, from 1, without gaps."""
    subject: NotRequired[PersonId | None]
    type: str
    """What happened."""
    v: int
    """The version of the event's shape."""


class HappenedActor1(TypedDict):
    """A member."""

    person: PersonId | None


class HealthHistory(TypedDict):
    """The samples of a replica."""

    items: list[HealthSample]
    """One a minute, the oldest first; since it was started, and for a day."""


class HealthSample(TypedDict):
    """How this replica did for a minute."""

    at: Timestamp
    """When the minute ended."""
    failed_share: float
    """The share of them that was answered by 5xx, 0 to 1."""
    feed_behind: int
    """How many events memory is behind the feed."""
    letters_waiting: NotRequired[int | None]
    """Letters and text messages that wait; null where the database did not answer."""
    p50_ms: NotRequired[float | None]
    """Milliseconds that half of the requests took at most, to a fifth; null where there were none."""
    p99_ms: NotRequired[float | None]
    """Milliseconds that 99 of 100 requests took at most, to a fifth."""
    requests_per_second: float
    """Requests answered in a second, on average."""
    resident_bytes: NotRequired[int | None]
    """Bytes of memory that the process has; null where the system does not say."""
    streams: int
    """Event streams that are open."""


class HealthView(TypedDict):
    """How this replica does, and what is the same for all."""

    database: str
    """The kind of database: `sqlite` or `postgres`."""
    feed_behind: int
    """How many events its memory is behind."""
    jobs_open: int
    """Jobs that are neither done nor cancelled."""
    letters: BacklogView
    """Letters that are not delivered."""
    position: int
    """The last position of the feed, as far as it knows."""
    resident_bytes: NotRequired[int | None]
    """Bytes of memory that the process has; null where the system does not say."""
    room_servers: list[RoomServerHealth]
    """The room servers, oldest first."""
    signing_keys: list[SigningKeyView]
    """The keys that sign tokens, oldest first."""
    streams: int
    """Event streams that are open on it."""
    subscribers: list[SubscriberHealth]
    """Whoever follows the ledger."""
    texts: BacklogView
    """Text messages that are not delivered."""
    uptime_seconds: int
    """For how many seconds it runs."""
    version: str
    """Its version."""


class IdentityBody(TypedDict):
    """A real name and a document."""

    document: DocumentBody
    """The document."""
    full_name: str
    """The full name as printed in the document, in any script."""


class Introspection1(TypedDict):
    """It does not hold for this service: unknown, expired, revoked, for another audience, or its holder
    sanctioned.
    """

    active: bool
    """False."""


class Introspection2(TypedDict):
    """An access token for this service."""

    active: bool
    """True."""
    assurance: NotRequired[Assurance | None]
    aud: str
    """For whom it is: this service."""
    client_id: str
    """For which client."""
    exp: int
    """The first second in which it no longer holds."""
    iat: int
    """When it was issued, in seconds."""
    iss: str
    """Who issued it."""
    jti: str
    """Its own name."""
    roles: NotRequired[list[Role] | None]
    """Their role now, where the scope names it."""
    scope: str
    """What the service may learn."""
    sid: str
    """The session, as the token has it."""
    sub: PersonId
    """Whose."""
    token_type: str
    """Always `Bearer`."""


class Invite(TypedDict):
    """Who may invite whom, how many, for how long."""

    assurance: NotRequired[Assurance]
    """How surely the community must know who an inviter is. Default `contact`."""
    earn_after_days: NotRequired[int]
    """How long an invitee must have been a member, in days, before they earn their inviter places. Default 30."""
    earn_at_most: NotRequired[int]
    """Places that one member may earn at most. Default 20."""
    earn_places: NotRequired[int]
    """Places that a member earns by each invitee in good standing who has been a member for `earn_after_days`.
    Default 0.
    """
    labels_by: NotRequired[list[Role]]
    """Roles that may put a campaign or a group on an invite, by which admins sort. Default owner and admin."""
    lifetime_days: NotRequired[int]
    """How long an invite lives at most, in days. Default 14."""
    max_uses: NotRequired[int]
    """Uses that one open link may have at most. Default 100."""
    min_membership_hours: NotRequired[int]
    """How long somebody must have been a member before inviting, in hours. Default 0."""
    open_links_by: NotRequired[list[Role]]
    """Roles that may give out open links: not addressed to anybody, for one use or many. Default owner and
    admin.
    """
    quota_per_member: NotRequired[int]
    """Places that one member may give, used and still open together. Default 20."""
    quotas: NotRequired[list[MorePlaces]]
    """More places for a role, an assurance, or both: a list such as `[{ role = "reviewer", places = 40 }]`. Of
    all that fit, the greatest counts. Default none.
    """
    roles_by: NotRequired[list[Role]]
    """Roles that may invite somebody to a role: an owner to any but owner and service, an admin to auditor and
    reviewer. Default owner.
    """
    take_places: NotRequired[int]
    """Places that each invitee who is under a sanction takes from their inviter, until it is lifted. Default 0."""
    unlimited_roles: NotRequired[list[Role]]
    """Roles without a quota, and without the wait that `min_membership_hours` asks for. Default owner and admin."""


class InviteQuotaView(TypedDict):
    """The places of a person."""

    grants: list[QuotaGrantView]
    """What admins have given and taken, newest first: the last 100."""
    places: Places
    """What is left, and why."""


class InviteView(TypedDict):
    """One of one's own invites."""

    campaign: NotRequired[str | None]
    """What it is counted under."""
    code: NotRequired[str | None]
    """The code of a link. An addressed invite's code goes by mail alone."""
    created_at: Timestamp
    """Since when."""
    delivery: NotRequired[Delivery | None]
    email: NotRequired[str | None]
    """The address, for the member who entered it."""
    expires_at: Timestamp
    """Until when."""
    group: NotRequired[str | None]
    """What is noted of whoever comes by it."""
    held: int
    """How many are on their way in."""
    id: InviteId
    """Its id."""
    kind: InviteKind
    """How it reaches whoever it is for."""
    max_uses: int
    """How many may come in by it."""
    message: NotRequired[str | None]
    """Your words to whoever comes."""
    opens_at: NotRequired[Timestamp | None]
    phone: NotRequired[str | None]
    """The phone number, for the member who entered it."""
    role: Role
    """What whoever comes by it becomes."""
    room: NotRequired[str | None]
    """The id of the room that it is for. While the room is closed, nobody comes in by it."""
    state: InviteState
    """Where it stands."""
    undeliverable: NotRequired[Undeliverable | None]
    url: NotRequired[str | None]
    """Where a link's code is opened."""
    uses: int
    """How many have."""
    was_passed_on: bool
    """Whether it took the place of one that was passed on."""


class Inviter(TypedDict):
    """Who let somebody in."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""


class InviterGiven(TypedDict):
    """Who counts as having let somebody in."""

    id: PersonId
    """The person."""
    inviter: NotRequired[PersonId | None]


class InviterView(TypedDict):
    """Who invites."""

    handle: NotRequired[str | None]
    """The handle that they chose, where they chose one."""
    id: PersonId
    """Their public id."""


class InvitesBeyond(TypedDict):
    """Open invites beyond what new ones could be."""

    live_longer: int
    """Open invites that end later than one given now could."""
    looked_at: int
    """How many of the newest invites were looked at: 20 000 at most."""
    more_uses: int
    """Open links with more uses than one may have."""


class JanusEntry(TypedDict):
    """How a client joins a room of a Janus, with its plugin AudioBridge or VideoRoom."""

    core_token: NotRequired[str | None]
    """The root `token` of every request to Janus; null where Janus asks for none. Whoever joins under the id of
    one ticket, on a connection that was attached with the core token of another, is put out.
    """
    id: TicketId
    """`id` in the body of `join`. Whoever joins under another id is put out."""
    room: str
    """`room` in the body of `join`."""
    token: str
    """`token` in the body of `join`; in VideoRoom of every `join`, as a publisher and as a subscriber."""
    url: str
    """Where Janus is."""


class JitsiEntry(TypedDict):
    """How a client joins a room of a Jitsi Meet."""

    jwt: str
    """The token: `jwt` of its IFrame API."""
    room: str
    """The room, in small letters as Jitsi has it: `roomName` of its IFrame API."""
    url: str
    """Where it is."""


class JobAccepted(TypedDict):
    """A job that was asked for."""

    job: JobId
    """The job: `GET /v1/admin/jobs/{id}` tells how far it is, and `/outcomes` what became of each person."""


class JobShown(TypedDict):
    """A job: work that outlives a request."""

    cancelled_at: NotRequired[Timestamp | None]
    created_at: Timestamp
    """When it began."""
    created_by: NotRequired[PersonId | None]
    done: int
    """How many of them are done."""
    id: JobId
    """Its public id."""
    kind: str
    """What kind of work it is: `import`, `sample_community`, `sanctions`, `invites`."""
    moved_at: Timestamp
    """When it last came on. An open job that has not for minutes waits for somebody to run it again."""
    report: NotRequired[dict[str, Any] | None]
    """What it came to; missing before its end. Its members depend on the kind."""
    state: JobState
    """Where it stands."""
    steps: int
    """How many steps there are."""


class Join(TypedDict):
    """What it takes to become a member."""

    accounts_per_person: NotRequired[int]
    """How many accounts one person may have. Default 1."""
    assurance: Assurance
    """How surely the community must know who a member is: `contact`, `checked` or `verified`."""
    contact: NotRequired[ContactKind]
    """By what a newcomer is reached: `email`, `phone` or `either`. Default `email`."""
    documents: NotRequired[list[str]]
    """The documents that are accepted. Default none, which only `assurance = "contact"` can do with."""
    hold_days: NotRequired[int]
    """How long an invite's use is held for somebody who is on the way in, in days. Default 14."""
    reserved_handles: NotRequired[list[str]]
    """Handles that nobody may choose, in any look-alike spelling: those that speak for the community. Its name
    is reserved besides. Default `admin`, `support`, `security`, `moderator` and their like.
    """


class KeptView(TypedDict):
    """What is kept for its owner until then."""

    kept_until: Timestamp
    """Until when it is nobody else's."""
    was: str
    """What it was."""


class KnownView(TypedDict):
    """What is known about a document, beside who gave it."""

    members: int
    """How many members were admitted with it. Where they are as many as the policy allows, the case cannot be
    approved.
    """
    others: int
    """How many others have given it, at any time, without being admitted with it."""
    refused: bool
    """Whether a final refusal binds it. Then an admin has to lift the refusal before the case can be approved."""
    sent_back: int
    """How often newcomers with this document, this address or this invite were asked to give theirs again. These
    count as if they had been this newcomer.
    """


class LanguageBody(TypedDict):
    """A language."""

    locale: str
    """A BCP 47 tag of a language that is spoken here: `en`, `zh-Hans`."""


class LastOut(TypedDict):
    """Somebody was put out of a room after their ticket had ended."""

    at: Timestamp
    """When the server had done it."""
    took_ms: int
    """How many milliseconds after the end of their ticket that was: of the one that took longest, where they
    were several.
    """


class LeadPerson(TypedDict):
    """Whom a lead is about."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""
    standing: Standing
    """Where they stand."""


class LeadView(TypedDict):
    """Who is worth a look, and why. Nothing follows from it by itself."""

    dismissed_at: NotRequired[Timestamp | None]
    dismissed_by: NotRequired[PersonId | None]
    explanation: str
    """What was found, in words."""
    figures: dict[str, float]
    """The figures that it was found by; which ones there are depends on the kind."""
    first_seen_at: Timestamp
    """When it was found first."""
    id: LeadId
    """Its id."""
    kind: LeadKind
    """What it goes by."""
    last_seen_at: Timestamp
    """When it was found last."""
    person: LeadPerson
    """About whom."""
    reason: NotRequired[str | None]
    """Why, in words, for admins."""
    since: NotRequired[Timestamp | None]
    state: LeadState
    """`open`, `dismissed`, or `past` where it is no longer found."""
    strength: float
    """By what leads of a kind are ordered: more is stronger. Between kinds it says nothing."""


class LedgerProof(TypedDict):
    """A place of the chain, and what its hash is computed from: SHA-256 over `vouchsafe/ledger/1`, the hash
    before, the position as eight bytes in network order, and the body.
    """

    body: str
    """The event as it is stored, to the letter. People stand in it by their rows."""
    hash: str
    """The hash at it, in hexadecimal."""
    hash_before: str
    """The hash at the position before; of the first one 32 zero bytes."""
    position: int
    """The position."""


class LetInBody(TypedDict):
    """Whom a member lets in."""

    email: NotRequired[str | None]
    """The exact address of somebody whom they know."""
    phone: NotRequired[str | None]
    """Their exact phone number with its country's code, in the place of an address."""


class LetInView(TypedDict):
    """The invite that is on its way."""

    expires_at: Timestamp
    """Until when it holds."""
    invite: InviteId
    """The invite, one of the member's own."""


class Lift(TypedDict):
    """Why a sanction is lifted."""

    note: str
    """Why, in words. They are kept sealed."""


class Liveness(TypedDict):
    """That the process answers."""

    alive: bool
    """Always true: a process that is not alive does not answer."""


class LookAtView(TypedDict):
    """That somebody was shown a member's real name."""

    at: Timestamp
    """When."""
    by: NotRequired[PersonId | None]
    reason: NotRequired[str | None]
    """Why, in the words that they gave before they were shown it. Owners see it; auditors read what is not
    sealed.
    """
    role: NotRequired[Role | None]


class LookView(TypedDict):
    """That somebody was shown one's real name and document."""

    at: Timestamp
    """When."""
    reason: str
    """Why, in the words that they gave before they were shown it."""
    role: NotRequired[Role | None]


class Lowered(TypedDict):
    """The assurance that a person is lowered to."""

    assurance: Assurance
    """The new assurance: lower than the one they have now."""
    reason: ReasonCode
    """Why, as a code that the ledger records."""


class MeView(TypedDict):
    """What a member sees of themself."""

    assurance: Assurance
    """How surely we know who they are."""
    contact: NotRequired[str | None]
    """Their e-mail address or phone number, which they have proved."""
    handle: NotRequired[str | None]
    """Their handle, where they chose one."""
    id: PersonId
    """Their public id: the `sub` of their tokens."""
    inviter: NotRequired[OwnInviterView | None]
    joined_at: Timestamp
    """Since when."""
    locale: str
    """The language of letters to them, as a BCP 47 tag."""
    may_give: list[InviteKind]
    """The kinds of invite that the policy lets them give now, whatever is left of their places: of none where
    they may not invite, or not yet.
    """
    places: Places
    """The places that they have to give by invites."""
    role: Role
    """Their role."""
    session: SessionId
    """The session that asks."""
    standing: Standing
    """Where they stand."""


class Metadata(TypedDict):
    """What this authorisation server can do (RFC 8414 §2)."""

    access_token_signing_alg_values_supported: list[str]
    """The algorithms of the published keys, and so of every access token that may hold; that of the newest key
    first. No standard names this member.
    """
    grant_types_supported: list[str]
    """The grants."""
    introspection_endpoint: str
    """Where a service asks what a token is now."""
    introspection_endpoint_auth_methods_supported: list[str]
    """By client id and secret, in the header or in the form."""
    issuer: str
    """The `iss` of every token."""
    jwks_uri: str
    """The public keys."""
    response_types_supported: list[str]
    """None: there is no authorisation endpoint."""
    revocation_endpoint: str
    """Where a token is given up."""
    revocation_endpoint_auth_methods_supported: list[str]
    """By holding the token."""
    scopes_supported: list[str]
    """What a service may learn, by the token that it is shown."""
    token_endpoint: str
    """Where refresh tokens are turned into new ones."""
    token_endpoint_auth_methods_supported: list[str]
    """Nobody has to authenticate there: the refresh token is enough."""


class Moderation(TypedDict):
    """Who decides about many people at once."""

    second_admin_above: NotRequired[int]
    """An action on more people than this is approved by a second admin: somebody else than who drafted it, who
    did not come in by way of them. Default 20.
    """


class ModeratorView(TypedDict):
    """Somebody who moderates."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""


class MorePlaces(TypedDict):
    """More places for a role, for an assurance, or for both together."""

    assurance: NotRequired[Assurance | None]
    places: int
    """How many places they may give. It counts where it is more than `quota_per_member`."""
    role: NotRequired[Role | None]


class MyDataView(TypedDict):
    """Everything that is held about oneself. What can be long is told in number, and listed elsewhere."""

    assurance: Assurance
    """How surely it is known who one is."""
    contact: NotRequired[str | None]
    """One's e-mail address or phone number. It is sealed; a keyed hash finds it."""
    former_contacts: list[KeptView]
    """Former addresses that one can have back."""
    former_handles: list[KeptView]
    """Former handles."""
    handle: NotRequired[str | None]
    """One's handle."""
    has_password: bool
    """Whether one has a password. Only a hash of it is held."""
    id: PersonId
    """One's public id."""
    invitees: int
    """Whom one let in: `GET /v1/me/invitees`."""
    inviter: NotRequired[PersonId | None]
    invites: int
    """Invites that one issued, whatever became of them: `GET /v1/me/invites`."""
    joined_at: Timestamp
    """Since when one is a member."""
    letters_stopped: bool
    """Whether one ended the letters that strangers can cause, by the link in one of them."""
    locale: str
    """The language of letters to one."""
    looks: int
    """How often somebody was shown it: who and why, at `GET /v1/me/data/looks`."""
    real_name: NotRequired[OwnNameView | None]
    reports: int
    """Reports that one made of others. What others reported of one is not told."""
    role: Role
    """One's role."""
    sanctions: int
    """Sanctions that one was ever under: `GET /v1/me/sanctions`."""
    sessions: int
    """Sessions that live, each with device and network: `GET /v1/me/sessions`."""
    standing: Standing
    """Where one stands."""
    vouches_given: int
    """For whom one vouches: `GET /v1/me/vouches?direction=given`."""
    vouches_received: int
    """Who vouches for one: `GET /v1/me/vouches?direction=received`."""


class MyRoomView(TypedDict):
    """A room as a member sees it."""

    access: RoomAccess
    """Whom it is for."""
    capacity: int
    """How many seats there are."""
    filters: list[str]
    """The names of the services that may warn, mute and put out here."""
    id: str
    """Its id."""
    moderators: list[ModeratorView]
    """Those whose place it is to moderate, 50 at most; owners and admins of the community do besides."""
    speakers: Speakers
    """Who speaks, of those who may."""
    taken: int
    """How many of them are taken."""
    you: YouView
    """What the member is there."""


class NameView(TypedDict):
    """A full name."""

    entered: str
    """As it was entered."""
    normalised: str
    """As it is compared."""


class NewAction(TypedDict):
    """An action that is to be drafted."""

    kind: SanctionKind
    """What it does to each."""
    note: str
    """Why, in words. They are kept sealed."""
    reason: ReasonCode
    """Why, as a code that the ledger records."""
    selection: Selection
    """On whom."""
    until: NotRequired[Timestamp | None]


class NewAppeal(TypedDict):
    """An appeal that is to be made."""

    sanction: SanctionId
    """The sanction: one of one's own that is in force."""
    text: str
    """What is to be said to whoever decides. It is kept sealed."""


class NewClaim(TypedDict):
    """Why you want to see the case."""

    reason: str
    """In your own words. They are kept sealed, and the ledger records a commitment to them."""


class NewDecision(TypedDict):
    """Your decision."""

    reason: str
    """Why, in your own words. They are kept sealed, and the ledger records a commitment to them."""
    verdict: Verdict
    """The verdict."""


class NewInviteBody(TypedDict):
    """An invite to give: to one e-mail address, to one phone number, or an open link."""

    campaign: NotRequired[str | None]
    """What the invite is counted under. The policy says who may give one (`invite.labels_by`)."""
    email: NotRequired[str | None]
    """Who is invited. Only whoever proves control of this address can use the invite. Without it and `phone` the
    invite is an open link.
    """
    group: NotRequired[str | None]
    """What is noted of whoever comes, for admins; the same may give one."""
    lifetime_hours: NotRequired[int | None]
    """For how many hours it holds; the policy's lifetime where nothing is said."""
    locale: NotRequired[str | None]
    """The language of the mail, a BCP 47 tag: `en`, `zh-Hans`, or whatever leads to one of them."""
    max_uses: NotRequired[int | None]
    """How many may come in by an open link: 1 where nothing is said. Not with `email` or `phone`."""
    message: NotRequired[str | None]
    """Your words to whoever comes: plain text without links, also without those in disguise. They stand in the
    mail and where the code is opened.
    """
    opens_at: NotRequired[Timestamp | None]
    phone: NotRequired[str | None]
    """Who is invited, by a phone number with its country's code. The invite goes there by text message. Not with
    `email`.
    """
    role: NotRequired[Role | None]
    room: NotRequired[str | None]
    """The id of an open room that the invite is for. While the room is closed, nobody comes in by it."""


class NewInviter(TypedDict):
    """Under whom somebody is put."""

    inviter: NotRequired[PersonId | None]
    note: str
    """Why, in words. They are kept sealed."""
    reason: ReparentReason
    """Why, as a code that the ledger records."""
    root: NotRequired[bool]
    """That from now on nobody counts as having let them in: true, in the place of `inviter`."""


class NewLift(TypedDict):
    """Why a refusal is lifted."""

    reason: str
    """In your own words. They are kept sealed, and the ledger records a commitment to them."""


class NewLook(TypedDict):
    """Why you want to see the name."""

    reason: str
    """In your own words. The member is shown them. They are kept sealed, and the ledger records a commitment to
    them.
    """


class NewPolicy(TypedDict):
    """A policy to put in its place."""

    document: str
    """A TOML document."""


class NewRelease(TypedDict):
    """Why a claim is ended."""

    reason: str
    """In your own words. They are kept sealed, and the ledger records a commitment to them."""


class NewReport(TypedDict):
    """A report of a member."""

    note: NotRequired[str | None]
    """Why, in words. They are kept sealed; admins read them."""
    person: PersonId
    """Whom."""
    reason: ReasonCode
    """Why, as a code."""


class NewRole(TypedDict):
    """The role that a person is given."""

    reason: RoleReason
    """Why, as a code that the ledger records."""
    role: Literal["owner", "admin", "auditor", "reviewer", "member"]


class NewRoomBody(TypedDict):
    """A room to create."""

    access: NotRequired[RoomAccess]
    """Whom it is for; `members` where nothing is said."""
    capacity: NotRequired[int]
    """How many seats there are; 8000 where no number is given."""
    enter: NotRequired[Assurance]
    """The assurance that a member needs to enter; `contact` where none is given."""
    id: str
    """Its id: 1 to 64 of A-Z, a-z, 0-9, `_` and `-`."""
    servers: list[ServerId]
    """The room servers that hold it, none twice. Its seats are spread over them."""
    speak: NotRequired[Assurance]
    """The assurance that a member needs to speak; `contact` where none is given."""
    speakers: NotRequired[Speakers]
    """Who speaks, of those who may; `everybody` where nothing is said."""
    who: NotRequired[WhoBody]
    """Whom it asks for besides; nobody in particular where nothing is said."""


class NewSanction(TypedDict):
    """A sanction that is to be imposed."""

    kind: SanctionKind
    """What it does."""
    note: str
    """Why, in words. They are kept sealed."""
    reason: ReasonCode
    """Why, as a code that the ledger records."""
    until: NotRequired[Timestamp | None]


class NewSanctions(TypedDict):
    """A sanction that is to be imposed on many people."""

    kind: SanctionKind
    """What it does."""
    note: str
    """Why, in words. They are kept sealed."""
    people: list[PersonId]
    """On whom: 1 to 1000, each once."""
    reason: ReasonCode
    """Why, as a code that the ledger records."""
    until: NotRequired[Timestamp | None]


class NewServerBody1(TypedDict):
    """Part of another."""

    admin_key: NotRequired[str | None]
    """`admin_key` in `janus.plugin.audiobridge.jcfg`, where it is set."""
    admin_secret: str
    """`admin_secret` in `janus.jcfg`."""
    admin_url: str
    """Where Janus is managed: the `https` URL of the admin API, such as `https://rooms.example.org:7889/admin`;
    `http` where its host is the machine that this service runs on. The operator configures which addresses
    this service may ask.
    """
    client_url: str
    """Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org/janus`; `http` or `ws`
    where its host is this machine.
    """
    kind: NotRequired[Literal["janus"]]
    """The kind of the server; `janus` where none is given."""
    token_secret: NotRequired[str | None]
    """`token_auth_secret` in `janus.jcfg`, where it is set: then every ticket has a core token."""


class NewServerBody2(TypedDict):
    """Part of another."""

    admin_key: NotRequired[str | None]
    """`admin_key` in `janus.plugin.videoroom.jcfg`, where it is set."""
    admin_secret: str
    """`admin_secret` in `janus.jcfg`."""
    admin_url: str
    """Where Janus is managed: the `https` URL of the admin API, such as `https://rooms.example.org:7889/admin`;
    `http` where its host is the machine that this service runs on. The operator configures which addresses
    this service may ask.
    """
    client_url: str
    """Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org/janus`; `http` or `ws`
    where its host is this machine.
    """
    kind: Literal["janus_videoroom"]
    """The kind of the server; `janus` where none is given."""
    token_secret: str
    """`token_auth_secret` in `janus.jcfg`."""


class NewServerBody3(TypedDict):
    """Part of another."""

    api_key: str
    """The name of a key under `keys` in a LiveKit's configuration: one that nobody else has."""
    api_secret: str
    """The secret of `api_key`. It signs tickets, our calls and the webhooks that come back."""
    api_url: str
    """Where a LiveKit is managed: the `https` URL of its API, without `/twirp`; `http` where its host is the
    machine that this service runs on. The operator configures which addresses this service may ask.
    """
    client_url: str
    """Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org`; `http` or `ws` where
    its host is this machine.
    """
    kind: Literal["livekit"]
    """The kind of the server; `janus` where none is given."""


class NewServerBody4(TypedDict):
    """Part of another."""

    app_id: str
    """`app_id` in a Prosody's configuration."""
    app_secret: str
    """`app_secret` there. It signs tickets, our calls and what the module asks."""
    client_url: str
    """Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org`; `http` or `ws` where
    its host is this machine.
    """
    domain: str
    """The domain that the tokens are for: the virtual host of a Prosody."""
    kind: Literal["jitsi"]
    """The kind of the server; `janus` where none is given."""
    module_url: str
    """Where our module in a Prosody answers: an `https` URL that ends in `/vouchsafe`; `http` where its host is
    the machine that this service runs on.
    """


class NewServerBody5(TypedDict):
    """Part of another."""

    kind: Literal["coturn"]
    """The kind of the server; `janus` where none is given."""
    minutes: NotRequired[str | None]
    """For how many minutes credentials are good, 1 to 1440; 10 where nothing is said."""
    static_auth_secret: str
    """`static-auth-secret` in `turnserver.conf`."""
    uris: str
    """Where clients connect: TURN URIs (RFC 7065) with a space between them, such as
    `turn:turn.example.org:3478?transport=udp turns:turn.example.org:5349`.
    """


class NewServerBody6(TypedDict):
    """Part of another."""

    api_url: str
    """Where Agora is asked: `https://api.agora.io` or `https://api.sd-rtn.com`."""
    app_certificate: str
    """The app's certificate, 32 hexadecimal digits: it signs tickets."""
    app_id: str
    """The app's id: 32 hexadecimal digits."""
    customer_id: str
    """The id of a customer for Agora's RESTful API."""
    customer_secret: str
    """The customer's secret."""
    kind: Literal["agora"]
    """The kind of the server; `janus` where none is given."""


class NewServerBody7(TypedDict):
    """Part of another."""

    api_url: str
    """Where Tencent Cloud is asked: `https://trtc.tencentcloudapi.com`, or that of a region."""
    kind: Literal["trtc"]
    """The kind of the server; `janus` where none is given."""
    region: str
    """The region that is asked, such as `ap-guangzhou`."""
    sdk_app_id: str
    """The app's number (SDKAppID)."""
    sdk_secret_key: str
    """The app's secret key: it signs tickets."""
    secret_id: str
    """The SecretId of an account that may remove users."""
    secret_key: str
    """Its SecretKey: it signs our calls."""


class NewService(TypedDict):
    """A service to add."""

    filter: NotRequired[bool]
    """Whether it may act in rooms, as a filter: warn, mute, put out, report. Not, where nothing is said."""
    name: str
    """Its name."""
    resource: NotRequired[str | None]
    """By what tokens are asked for it: an absolute URI without a fragment. One of ours where nothing is said."""


class Node(TypedDict):
    """Somebody in the graph."""

    depth: int
    """Steps up to the root: 0 for a root."""
    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""
    joined_at: Timestamp
    """Since when they are a member, in whole seconds."""
    standing: Standing
    """Where they stand."""


class OAuthProblem(TypedDict):
    """The body of an OAuth refusal (RFC 6749 §5.2)."""

    error: str
    """The code."""
    error_description: str
    """What to do about it."""


class OpenSanction(TypedDict):
    """A sanction that is in force."""

    id: SanctionId
    """Its public id."""
    imposed_at: Timestamp
    """Since when."""
    kind: SanctionKind
    """What it does."""
    reason: str
    """Why, as a code."""
    until: NotRequired[Timestamp | None]


class OutcomeShown(TypedDict):
    """What became of one item of a job."""

    item: str
    """What the job calls the item: a name or a row of its file."""
    outcome: str
    """What became of it, as a word."""
    person: NotRequired[PersonId | None]


class OverseenInviteView(TypedDict):
    """Somebody's invite, as admins see it."""

    campaign: NotRequired[str | None]
    """What it is counted under."""
    created_at: Timestamp
    """Since when."""
    delivery: NotRequired[Delivery | None]
    ended_by: NotRequired[Ending | None]
    expires_at: Timestamp
    """Until when."""
    group: NotRequired[str | None]
    """What is noted of whoever comes by it."""
    held: int
    """How many are on their way in."""
    id: InviteId
    """Its id."""
    inviter: NotRequired[GiverView | None]
    kind: InviteKind
    """How it reaches whoever it is for."""
    max_uses: int
    """How many may come in by it."""
    opens_at: NotRequired[Timestamp | None]
    reports: int
    """How often whoever had its code reported it."""
    role: Role
    """What whoever comes by it becomes."""
    room: NotRequired[str | None]
    """The id of the room that it is for."""
    state: InviteState
    """Where it stands."""
    unknown_answers: int
    """How often whoever had its code said that they do not know the inviter."""
    uses: int
    """How many have."""
    was_passed_on: bool
    """Whether it took the place of one that was passed on."""


class OwnAppealShown(TypedDict):
    """How an appeal stands, as whoever made it sees it."""

    decided_at: NotRequired[Timestamp | None]
    id: AppealId
    """Its public id."""
    made_at: Timestamp
    """When it was made."""
    reason: NotRequired[str | None]
    """Why it was decided so, in words; absent before."""
    verdict: NotRequired[AppealVerdict | None]


class OwnInviterView(TypedDict):
    """Who let the reader in."""

    handle: NotRequired[str | None]
    """Their handle, where they chose one."""
    id: PersonId
    """Their public id."""


class OwnNameView(TypedDict):
    """A real name that is held."""

    country: str
    """The country of the document (ISO 3166-1, two letters)."""
    document: DocumentKind
    """The kind of the document that it was given with. Its number is held too, sealed, and shown to the reviewer
    of the case alone.
    """
    given_at: Timestamp
    """When they were given."""
    name: NotRequired[str | None]
    """The name as one gave it. Absent where one has signed in 15 minutes ago or earlier: sign in again to see
    it.
    """


class OwnSanctionShown(TypedDict):
    """A sanction as the person sees it whom it is on."""

    appeal: NotRequired[OwnAppealShown | None]
    id: SanctionId
    """Its public id."""
    imposed_at: Timestamp
    """Since when."""
    kind: SanctionKind
    """What it does."""
    lifted_at: NotRequired[Timestamp | None]
    reason: ReasonCode
    """Why, as a code."""
    until: NotRequired[Timestamp | None]


class OwnSanctionsShown(TypedDict):
    """The sanctions of whoever asks."""

    items: list[OwnSanctionShown]
    """Newest first: the last 50."""


class OwnSessionView(TypedDict):
    """A session of one's own."""

    current: bool
    """Whether it is the session that asks."""
    device: NotRequired[str | None]
    """What the client said that it was at the sign-in (its User-Agent), in one line of 200 characters at most:
    text that anybody may have written. Absent where it said nothing, or the session is older than this is
    kept.
    """
    expires_at: Timestamp
    """When it ends at the latest, however often it is refreshed."""
    id: SessionId
    """Its id."""
    last_used_at: Timestamp
    """When it was used last: refreshed, or by a browser, to ten minutes."""
    network: NotRequired[str | None]
    """The network that the sign-in came from: /24 of an IPv4 address, /48 of an IPv6 address."""
    started_at: Timestamp
    """When one signed in."""


class ParticipantView(TypedDict):
    """Somebody in a room, as its moderators see them."""

    hand_raised_at: NotRequired[Timestamp | None]
    handle: NotRequired[str | None]
    """The handle of their own choice."""
    muted_until: NotRequired[Timestamp | None]
    part: ParticipantRole
    """As what they are there."""
    participant: TicketId
    """Their ticket: the participant's id on the room's server, and in what is done about them."""
    place: NotRequired[Place | None]
    since: Timestamp
    """Since when they have a seat."""


class PassOnBody(TypedDict):
    """To whom an invite is passed on."""

    email: str
    """The other address."""


class PasswordBody(TypedDict):
    """A password and a handle."""

    handle: NotRequired[str | None]
    """A handle, shown to admins and to those whom the member invites. Never a real name."""
    password: str
    """At least 15 characters; common ones are refused (NIST SP 800-63B-4)."""


class PasswordCredentials(TypedDict):
    """An account's contact and its password."""

    contact: str
    """The e-mail address or the phone number of the account."""
    password: str
    """Its password."""


class PastView(TypedDict):
    """A ticket to a room, of now or of before."""

    part: ParticipantRole
    """As what they were there last."""
    person: RoomPerson
    """Whose."""
    since: Timestamp
    """Since when it was good."""
    ticket: TicketId
    """Which."""
    until: Timestamp
    """Until when it was, or will be."""
    why: NotRequired[TicketEnd | None]


class PendingInvite(TypedDict):
    """An invite by which somebody may come in still."""

    expires_at: Timestamp
    """Until when."""
    id: InviteId
    """Its public id."""
    kind: InviteKind
    """How it reaches people."""
    places: int
    """How many may come by it still."""


class Person(TypedDict):
    """A member in a list."""

    assurance: Assurance
    """How surely we know who they are."""
    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""
    joined_at: Timestamp
    """Since when they are a member."""
    role: Role
    """Their role."""
    standing: Standing
    """Where they stand."""


class PersonAccount(TypedDict):
    """How somebody signs in."""

    email_hint: NotRequired[str | None]
    """Their address, masked. Owners and admins see it; missing where there is none."""
    has_password: bool
    """Whether they have a password."""
    last_sign_in_at: NotRequired[Timestamp | None]
    phone_hint: NotRequired[str | None]
    """Their phone number, masked, likewise."""
    sessions: list[PersonSession]
    """Their sessions that live, newest first, up to 100. On what device and from where is for them alone."""


class PersonInFull(Person):
    """A member, and their place in the graph."""

    branch: NotRequired[Figures | None]
    came_by: NotRequired[CameByView | None]
    depth: int
    """Steps up to the root: 0 for a root."""
    invitees: int
    """How many they let in themself."""
    inviter: NotRequired[Inviter | None]
    pending_invites: list[PendingInvite]
    """Their invites by which somebody may come in still, newest first, up to 50."""
    sanctions: list[OpenSanction]
    """The sanctions that are in force, gravest first."""


class PersonSession(TypedDict):
    """A session of somebody's."""

    expires_at: Timestamp
    """When it ends at the latest."""
    id: SessionId
    """Its id, as the ledger has it."""
    last_used_at: Timestamp
    """When it was used last: refreshed, or by a browser, to ten minutes."""
    started_at: Timestamp
    """When they signed in."""


class Phones(TypedDict):
    """Whose phone numbers are taken, where phones are."""

    blocked_countries: NotRequired[list[str]]
    """Countries whose numbers are not taken. Default none."""
    countries: NotRequired[list[str]]
    """Countries (ISO 3166-1, two letters) whose numbers alone are taken. Default none: those of all countries
    are.
    """
    premium: NotRequired[bool]
    """Whether numbers are taken for which whoever writes to them pays more: premium rate, shared cost. Default
    false.
    """
    satellite: NotRequired[bool]
    """Whether numbers of networks above all countries are taken: satellites and their like. Default false."""


class PlaceBody(TypedDict):
    """A place to give."""

    place: Place
    """Which."""


class PlacedView(TypedDict):
    """What somebody is in a room."""

    barred_until: NotRequired[Timestamp | None]
    muted_until: NotRequired[Timestamp | None]
    place: NotRequired[Place | None]


class Places(TypedDict):
    """The places in the community that a member has to give: what is left, and why."""

    earned: NotRequired[int | None]
    """How many their invitees in good standing have earned them."""
    given: NotRequired[int | None]
    """How many the policy gives them."""
    granted: NotRequired[int | None]
    """How many admins have given them, less those that admins have taken."""
    left: NotRequired[int | None]
    """How many are left: `quota` less `used` and `open`, and never below 0."""
    open: int
    """How many are held, or in invites that are open. They come back when the invite is over."""
    quota: NotRequired[int | None]
    """How many they may give in all: `given`, `earned` and `granted` together, less `taken`, and never below 0.
    Null, as each of these, where their role has no limit.
    """
    taken: NotRequired[int | None]
    """How many their invitees under a sanction take."""
    used: int
    """How many are used. They never come back."""


class Policy(TypedDict):
    """What a community demands of whom."""

    community: Community
    """Who the community is."""
    documents: NotRequired[Documents]
    """Which countries' documents are taken, where documents are."""
    invite: NotRequired[Invite]
    """Who may invite whom, how many, for how long."""
    join: Join
    """What it takes to become a member."""
    moderation: NotRequired[Moderation]
    """Who decides about many people at once."""
    phones: NotRequired[Phones]
    """Whose phone numbers are taken, where phones are."""
    review: NotRequired[Review]
    """Who decides real-name cases."""
    rooms: NotRequired[RoomsPolicy]
    """What every room asks for at least."""
    waitlist: NotRequired[WaitlistPolicy]
    """Who waits to be let in without an invite."""


PolicyDifference = TypedDict(
    "PolicyDifference",
    {
        "from": "Any",
        "path": "str",
        "to": "Any",
    },
)
"""A value of the policy that would be another."""


class PolicySimulated(TypedDict):
    """What a policy would mean."""

    below: list[FallsBelow]
    """Members in good standing who would no longer meet a demand, demand by demand. Who they are is as this
    replica's memory has it.
    """
    changes: list[PolicyDifference]
    """What it would change, by key."""
    document_countries_refused: list[str]
    """The same of countries' documents."""
    invites: InvitesBeyond
    """Open invites beyond what new ones could be. They stay as they are."""
    phone_countries_refused: list[str]
    """Countries that the policies name whose phone numbers are taken now and would not be. How many have such
    numbers is not known without opening them.
    """
    rooms: list[RoomsAskMore]
    """What would change of the rooms that are open, by what they ask for themselves."""
    version: int
    """The version of the policy that holds, with which it is compared."""


class PolicyToTry(TypedDict):
    """A policy to be tried."""

    document: str
    """A TOML document."""


class PolicyView(TypedDict):
    """The policy that holds now."""

    document: str
    """The TOML document as it was written."""
    policy: Policy
    """What it says."""
    version: int
    """Counted from 1; also the ETag."""


class PresentedForm(TypedDict):
    """What introspection reads."""

    token: str
    """A token that was shown to the service."""
    token_type_hint: NotRequired[str]
    """Not needed, and not looked at."""


class PreviewView(TypedDict):
    """What a code opens. Looking consumes nothing."""

    address_hint: NotRequired[str | None]
    """The address or the number that it was sent to, masked; none for a link."""
    asks: list[Step]
    """What will be asked, in order."""
    blocked_document_countries: list[Country]
    """The countries whose documents are not taken."""
    blocked_phone_countries: list[str]
    """The countries whose phone numbers are not taken."""
    community: str
    """To what."""
    contact: ContactKind
    """What has to be proved to come in by it."""
    document_countries: list[Country]
    """The countries whose documents alone are taken; empty where there is no such list."""
    documents: list[str]
    """Which documents are accepted where a real name is asked for."""
    expires_at: Timestamp
    """Until when it can be used."""
    inviter: InviterView
    """Who invites."""
    kind: InviteKind
    """How it reaches people: `email` and `phone` are for whoever proves the address or the number that it was
    sent to.
    """
    message: NotRequired[str | None]
    """The inviter's words: plain text, to be escaped wherever it is shown."""
    opens_at: NotRequired[Timestamp | None]
    phone_countries: list[str]
    """The countries whose phone numbers alone are taken, by two letters each (ISO 3166-1); empty where there is
    no such list.
    """
    role: Role
    """What one becomes."""
    room: NotRequired[str | None]
    """The id of the room that one comes for."""


class Problem(TypedDict):
    """The body of every refusal, `application/problem+json`."""

    appeal_token: NotRequired[str | None]
    """What an appeal is made with for a quarter of an hour, as bearer token of `/v1/appeals`: of a sign-in that
    was right, and was refused because of a sanction.
    """
    detail: str
    """What to do about it."""
    field: NotRequired[str | None]
    """The field at fault: a JSON pointer (RFC 6901) into the body, or a parameter's name."""
    request_id: NotRequired[str | None]
    """The request's id in the log."""
    retry_after: NotRequired[int | None]
    """Seconds after which a repetition is worth while; also in the header Retry-After."""
    rows: NotRequired[list[BadRow]]
    """The rows at fault, where the body is a file: the first 100 at most."""
    status: int
    """The HTTP status code."""
    title: str
    """What is wrong, the same for every occurrence."""
    type: ProblemType


class ProofBody(TypedDict):
    """A one-time code."""

    code: str
    """The six digits that were mailed."""


class QuotaChange(TypedDict):
    """Places to give a person, or to take from them."""

    places: int
    """How many they are given; below 0, how many are taken. Not 0."""
    reason: str
    """Why, in words. They are kept sealed."""


class QuotaGrantView(TypedDict):
    """Places that an admin has given a member or taken."""

    at: Timestamp
    """When."""
    by: NotRequired[PersonId | None]
    id: GrantId
    """Its id."""
    places: int
    """How many were given; below 0, taken."""
    reason: NotRequired[str | None]
    """Why, in words. Owners and admins see it, until the person is erased."""


class ReadinessReport(TypedDict):
    """Whether requests are taken, and why not."""

    checks: list[Check]
    """Each check by name."""
    ready: bool
    """Whether every check holds."""


class RefusalView(TypedDict):
    """A reviewer's final refusal, without the person whom it is about."""

    at: Timestamp
    """When it was refused. From then on it binds the use of the invite, the address and the document."""
    case: CaseId
    """The case that was refused."""
    id: RefusalId
    """Its id."""
    lift_reason: NotRequired[str | None]
    """Why it was lifted."""
    lifted_at: NotRequired[Timestamp | None]
    lifted_by: NotRequired[PersonId | None]
    reason: NotRequired[str | None]
    """Why, in the reviewer's words; null once the newcomer is erased."""
    refused_by: NotRequired[PersonId | None]


class RefuseBody(TypedDict):
    """Why somebody is refused."""

    reason: str
    """Why, in words. They are kept sealed, and shown to admins where the same address asks again."""


class RefusedBeforeView(TypedDict):
    """A refusal of the same address."""

    at: NotRequired[Timestamp | None]
    reason: NotRequired[str | None]
    """Why. Owners and admins see it."""


class RefusedView(TypedDict):
    """An application that was refused."""

    decided_at: NotRequired[Timestamp | None]
    id: ApplicationId
    """Which."""
    state: State
    """`refused`."""


class ReportAnswer(TypedDict):
    """What a room server is told."""

    admitted: bool
    """Whether everybody of whom the report speaks may be in that room."""


class ReportInRoom(TypedDict):
    """A filter's report of somebody in a room."""

    note: NotRequired[str | None]
    """Why, in words: what was said, for example. They are kept sealed; admins read them."""
    participant: TicketId
    """The ticket under which they are, or were, in the room: the participant's id."""
    reason: ReasonCode
    """Why, as a code."""


class ReportShown(TypedDict):
    """A report that is open."""

    at: Timestamp
    """When."""
    by: NotRequired[PersonId | None]
    filter: NotRequired[str | None]
    """The name of the filter that reports."""
    id: ReportId
    """Its public id."""
    note: NotRequired[str | None]
    """Why, in words. Owners and admins see it, until the person is erased."""
    reason: ReasonCode
    """Why, as a code."""


class ReportedShown(TypedDict):
    """Somebody on whom reports are open."""

    last_at: Timestamp
    """When the last was made."""
    open: int
    """How many reports are open."""
    person: NotRequired[PersonId | None]


class ResetPasswordBody(TypedDict):
    """What the link holds, and the new password."""

    password: str
    """At least 15 characters; common ones are refused (NIST SP 800-63B-4)."""
    token: str
    """The last segment of the link in the letter."""


class Review(TypedDict):
    """Who decides real-name cases."""

    claims: NotRequired[int]
    """Cases that one reviewer may have claimed at once. Default 3."""
    names_per_day: NotRequired[int]
    """Names that one reviewer is shown in 24 hours. The owners are told of whoever wants more. Default 100."""
    resubmissions: NotRequired[int]
    """How often a newcomer may hand in again after being sent back, by whichever ways in. Default 3."""
    reviewers: NotRequired[list[Role]]
    """Roles that see and decide cases. Default reviewer, admin and owner."""
    sole_owner: NotRequired[bool]
    """Whether an owner who is the only reviewer in good standing may decide about those whom they, their inviter
    or their invitees let in. Default false: then somebody else must have a role that reviews.
    """
    wait_days: NotRequired[int]
    """How long a case waits at most, in days. So long the newcomer keeps their place, and then the case leaves
    the queue. Default 365.
    """


class ReviewerFigures(TypedDict):
    """What a reviewer decided."""

    approved: int
    """How many of them they approved."""
    decided: int
    """How many cases."""
    reviewer: PersonId
    """Who."""


class RevocationAccepted(TypedDict):
    """A job that was asked for."""

    job: JobId
    """The job: `GET /v1/admin/jobs/{id}` tells how far it is, and `/outcomes` what became of each invite."""


class RevokeBody(TypedDict):
    """Why an invite is taken back."""

    reason: RevokeReason
    """Why, as a code that the ledger records."""


class RevokeCampaignBody(TypedDict):
    """Which invites are taken back, and why."""

    campaign: str
    """What the invites are counted under."""
    reason: RevokeReason
    """Why, as a code that the ledger records."""


class RevokedForm(TypedDict):
    """What revocation reads."""

    token: str
    """A refresh token, or an access token for this API."""
    token_type_hint: NotRequired[str]
    """Not needed, and not looked at."""


class RoleGiven(TypedDict):
    """A person's role."""

    id: PersonId
    """The person."""
    role: Role
    """Their role now."""


class RoomBody(TypedDict):
    """What a room is to ask for."""

    access: NotRequired[RoomAccess | None]
    capacity: int
    """How many seats there are. Where more are taken, nobody is put out, and nobody is let in."""
    enter: Assurance
    """The assurance that a member needs to enter."""
    open: bool
    """Whether it is open. Closing it ends all its tickets."""
    speak: Assurance
    """The assurance that a member needs to speak."""
    speakers: NotRequired[Speakers | None]
    who: NotRequired[WhoBody | None]


class RoomCard(TypedDict):
    """An open room that is for the member."""

    access: RoomAccess
    """Whom it is for."""
    capacity: int
    """How many seats there are."""
    id: str
    """Its id."""
    speakers: Speakers
    """Who speaks, of those who may."""


class RoomJoin(TypedDict):
    """How a client joins a room on a server whose kind has no form of its own."""

    id: TicketId
    """The participant's id: the ticket's."""
    room: str
    """The room, as its server calls it."""
    token: str
    """What the client shows to be let in."""
    url: str
    """Where the client connects."""


class RoomPerson(TypedDict):
    """Somebody of the community."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""


class RoomPlaceView(PlacedView):
    """Somebody who has a place in a room, or was muted or put out there."""

    person: RoomPerson
    """Who."""


class RoomServerHealth(TypedDict):
    """How a room server does."""

    failure: NotRequired[str | None]
    """Why it fails."""
    id: ServerId
    """Its id."""
    kind: str
    """Its kind."""
    last_out: NotRequired[LastOut | None]
    since: NotRequired[Timestamp | None]
    well: NotRequired[bool | None]
    """Whether it does what it is asked to; null where nobody has asked it yet."""


class RoomServerView(TypedDict):
    """A server that holds a room."""

    failure: NotRequired[str | None]
    """Why it rejects this room. Until it accepts the room again, no ticket is given out for the room there."""
    server: ServerId
    """Its id."""
    taken: int
    """How many of the room's seats are taken on it."""


class RoomView(TypedDict):
    """A room."""

    access: RoomAccess
    """Whom it is for."""
    capacity: int
    """How many seats there are."""
    created_at: Timestamp
    """When it was created."""
    enter: Assurance
    """The assurance that a member needs to enter; the policy may ask for more."""
    id: str
    """Its id, here and on its servers."""
    open: bool
    """Whether it is open."""
    private_since: NotRequired[Timestamp | None]
    servers: list[RoomServerView]
    """The servers that hold it, the oldest first. A ticket is for one of them: for the one with the fewest."""
    speak: Assurance
    """The assurance that a member needs to speak; the policy may ask for more."""
    speakers: Speakers
    """Who speaks, of those who may."""
    taken: int
    """How many of them are taken."""
    who: WhoBody
    """Whom it asks for besides."""


RoomsAskMore = TypedDict(
    "RoomsAskMore",
    {
        "demand": "str",
        "from": "Assurance",
        "people": "int",
        "rooms": "int",
        "to": "Assurance",
    },
)
"""Open rooms that would ask for more."""


class RoomsPolicy(TypedDict):
    """What every room asks for at least. A room may ask for more."""

    enter: NotRequired[Assurance]
    """How surely the community must know who enters a room. Default `contact`."""
    speak: NotRequired[Assurance]
    """How surely it must know who speaks; whoever does not reach it listens. Default `contact`."""
    ticket_minutes: NotRequired[int]
    """How long a seat lasts at most, in minutes: then the member takes another. Default 240."""


class SanctionShown(TypedDict):
    """A sanction, in force or lifted."""

    action: NotRequired[ActionId | None]
    id: SanctionId
    """Its public id."""
    imposed_at: Timestamp
    """Since when."""
    imposed_by: NotRequired[PersonId | None]
    kind: SanctionKind
    """What it does."""
    lift_note: NotRequired[str | None]
    """Why it was lifted, in words. Owners and admins see it, until the person is erased."""
    lifted_at: NotRequired[Timestamp | None]
    lifted_by: NotRequired[PersonId | None]
    note: NotRequired[str | None]
    """Why, in words. Owners and admins see it, until the person is erased."""
    reason: ReasonCode
    """Why, as a code."""
    until: NotRequired[Timestamp | None]


class SanctionedInvitee(TypedDict):
    """Somebody whom one let in and who is under a sanction."""

    handle: NotRequired[str | None]
    """Their handle, where they chose one."""
    id: PersonId
    """Their public id."""
    standing: Standing
    """Where they stand."""


class Search(TypedDict):
    """What is looked for."""

    contact: str
    """An e-mail address or a phone number with its country's code, whole."""
    handle: NotRequired[str | None]
    """The same person only if their handle begins so."""
    id: NotRequired[PersonId | None]
    joined_before: NotRequired[Timestamp | None]
    joined_from: NotRequired[Timestamp | None]
    role: NotRequired[Role | None]
    standing: NotRequired[Standing | None]


class SeatPerson(TypedDict):
    """Who has a seat."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""


class SeatView(TypedDict):
    """Somebody who has a seat."""

    expires_at: Timestamp
    """Until when it is good."""
    part: ParticipantRole
    """As what they are there."""
    person: SeatPerson
    """Who."""
    since: Timestamp
    """Since when they have the ticket."""
    speaks: bool
    """Whether they may speak; whoever may not listens."""
    ticket: TicketId
    """Their ticket, which is the participant's id on the room's server."""


class Selection(TypedDict):
    """Whom an action is on: either `people`, or everybody of a branch, of those who joined since a time, or of
    both.
    """

    branch: NotRequired[PersonId | None]
    joined_since: NotRequired[Timestamp | None]
    people: NotRequired[list[PersonId]]
    """These people, and nobody else: 1 to 1000."""
    without: NotRequired[list[PersonId]]
    """Not these people, at most 1000. Whoever is below them is not left out by it."""


class SendCodeBody(TypedDict):
    """Whom the code is sent to."""

    phone: str
    """The phone number of the account, with its country's code."""


class ServerView(TypedDict):
    """A room server: what is the same for each kind, and the kind's own settings but the secrets."""

    admin_url: NotRequired[str]
    """Where Janus is managed: the `https` URL of the admin API, such as `https://rooms.example.org:7889/admin`;
    `http` where its host is the machine that this service runs on. The operator configures which addresses
    this service may ask.
    """
    api_key: NotRequired[str]
    """The name of a key under `keys` in a LiveKit's configuration: one that nobody else has."""
    api_url: NotRequired[str]
    """LiveKit: Where a LiveKit is managed: the `https` URL of its API, without `/twirp`; `http` where its host
    is the machine that this service runs on. The operator configures which addresses this service may ask.
    Agora: Where Agora is asked: `https://api.agora.io` or `https://api.sd-rtn.com`. Tencent RTC: Where
    Tencent Cloud is asked: `https://trtc.tencentcloudapi.com`, or that of a region.
    """
    app_id: NotRequired[str]
    """Jitsi: `app_id` in a Prosody's configuration. Agora: The app's id: 32 hexadecimal digits."""
    capabilities: list[Capability]
    """What it is able to do."""
    client_url: NotRequired[str]
    """Janus: Where clients connect: an `https` or `wss` URL, such as `https://rooms.example.org/janus`; `http`
    or `ws` where its host is this machine. Janus VideoRoom: Where clients connect: an `https` or `wss` URL,
    such as `https://rooms.example.org/janus`; `http` or `ws` where its host is this machine. LiveKit: Where
    clients connect: an `https` or `wss` URL, such as `https://rooms.example.org`; `http` or `ws` where its
    host is this machine. Jitsi: Where clients connect: an `https` or `wss` URL, such as
    `https://rooms.example.org`; `http` or `ws` where its host is this machine.
    """
    created_at: Timestamp
    """Since when it is registered."""
    customer_id: NotRequired[str]
    """The id of a customer for Agora's RESTful API."""
    domain: NotRequired[str]
    """The domain that the tokens are for: the virtual host of a Prosody."""
    failing_rooms: list[str]
    """The rooms that it rejects, while it accepts the others. Each room says why."""
    failure: NotRequired[str | None]
    """Why it fails."""
    health: HealthWord
    """Its health."""
    health_since: NotRequired[Timestamp | None]
    id: ServerId
    """Its id."""
    kind: str
    """Its kind."""
    last_out: NotRequired[LastOut | None]
    minutes: NotRequired[str]
    """For how many minutes credentials are good, 1 to 1440; 10 where nothing is said."""
    module_url: NotRequired[str]
    """Where our module in a Prosody answers: an `https` URL that ends in `/vouchsafe`; `http` where its host is
    the machine that this service runs on.
    """
    region: NotRequired[str]
    """The region that is asked, such as `ap-guangzhou`."""
    sdk_app_id: NotRequired[str]
    """The app's number (SDKAppID)."""
    secret_id: NotRequired[str]
    """The SecretId of an account that may remove users."""
    uris: NotRequired[str]
    """Where clients connect: TURN URIs (RFC 7065) with a space between them, such as
    `turn:turn.example.org:3478?transport=udp turns:turn.example.org:5349`.
    """


class ServersView(TypedDict):
    """The room servers."""

    items: list[ServerView]
    """All of them, the oldest first."""


class ServiceSecretView(TypedDict):
    """A service's secret, shown this once."""

    id: ServiceId
    """Its id, which is its client id too."""
    resource: str
    """By what tokens are asked for it."""
    secret: str
    """Its secret. Nobody is shown it again."""


class ServiceView(TypedDict):
    """A service."""

    created_at: Timestamp
    """Since when."""
    filter: bool
    """Whether it may act in rooms, as a filter."""
    id: ServiceId
    """Its id, which is its client id too."""
    name: str
    """Its name."""
    resource: str
    """By what tokens are asked for it."""
    retired_at: NotRequired[Timestamp | None]


class SessionView(TypedDict):
    """A session: the family of its refresh tokens."""

    expires_at: Timestamp
    """When it ends at the latest, however often it is refreshed."""
    id: SessionId
    """Its id."""


class SessionsEnded(TypedDict):
    """How many sessions were ended."""

    ended: int
    """How many."""


class SigningKeyView(TypedDict):
    """A key that signs tokens, or did."""

    kid: str
    """Its id, as in the key set."""
    made_at: Timestamp
    """When it was made."""
    signs: bool
    """Whether this replica signs by it; tokens of every key are verified."""


class StatusForm(TypedDict):
    """What Twilio posts."""

    MessageStatus: str
    """What became of the message."""


class StreamEvent(TypedDict):
    """An event of the stream, by its fields."""

    data: str
    """As JSON: of `happened` an item of `list_ledger`."""
    event: StreamEventKind
    """What it tells."""
    id: str
    """The position up to which everything is told."""
    retry: NotRequired[int | None]
    """After how many milliseconds to connect again."""


class SubscriberHealth(TypedDict):
    """How far a subscriber has come."""

    behind: int
    """How many events it is behind; 0 where it wants none of them."""
    failures: int
    """How many events it could not carry out."""
    name: str
    """Its name."""
    waiting_since: NotRequired[Timestamp | None]


class SubscriberView(TypedDict):
    """A subscriber of the ledger: it does what must happen because something happened."""

    behind: int
    """How many events lie between it and the ledger's end; 0 where it wants none of them."""
    failures: int
    """How many events it could not carry out and has put aside."""
    name: str
    """Its name."""
    waiting_since: NotRequired[Timestamp | None]


class SubscribersView(TypedDict):
    """All subscribers."""

    items: list[SubscriberView]
    """Each of them."""


class TextCodeCredentials(TypedDict):
    """A phone number and the code that was sent to it."""

    contact: str
    """The phone number of the account, with its country's code."""
    text_code: str
    """The six digits that were sent to it."""


class TicketView(TypedDict):
    """A ticket to a room. The member's client joins with it; it is for nobody else."""

    agora: NotRequired[AgoraEntry]
    coturn: NotRequired[TurnEntry]
    expires_at: Timestamp
    """Until when the ticket is good. Then its member is put out; a new ticket takes the place of this one."""
    id: TicketId
    """Its id, which is also the participant's."""
    janus: NotRequired[JanusEntry]
    janus_videoroom: NotRequired[JanusEntry]
    jitsi: NotRequired[JitsiEntry]
    join: NotRequired[RoomJoin | None]
    kind: str
    """The kind of the room's server. A kind with a form of its own has it in the member of that name; for every
    other kind it is in `join`.
    """
    part: ParticipantRole
    """What the member may do. A listener joins muted; whoever speaks all the same is muted, and put out the
    second time.
    """
    room: str
    """The room."""
    trtc: NotRequired[TrtcEntry]


class TokenForm(TypedDict):
    """What `/oauth/token` reads."""

    client_id: NotRequired[ClientId]
    """For which client; may be left out."""
    grant_type: GrantType
    """How the token is asked for."""
    refresh_token: str
    """The refresh token, which is spent by this."""
    resource: NotRequired[str]
    """The resource of the registered service that the access token is to be for (RFC 8707). Left out, it is for
    this API.
    """
    scope: NotRequired[str]
    """What the service may learn of the member, beside who they are: `assurance`, `roles`, or both with a space
    between them. Left out, `assurance`.
    """


class TokenHolder(TypedDict):
    """A member."""

    id: PersonId
    """Their public id: the `sub` of the token."""


class TreeDrawn(TypedDict):
    """A branch, level by level."""

    nodes: list[TreeNode]
    """Whoever it is about, then their invitees, then theirs: an inviter before their invitees, the invitees in
    the order of joining. Whoever has more `invitees` than name them as `parent` has more than is shown.
    """
    whole: bool
    """Whether everybody is in it down to `depth`; false where `limit` left somebody out. Of the level that is
    not whole each inviter has the same share.
    """


class TreeNode(TypedDict):
    """Somebody in a branch that is drawn."""

    assurance: NotRequired[Assurance | None]
    below: NotRequired[int | None]
    """How many are below them, those who left included. Missing as of a past time; and of fewer than five owners
    and auditors alone see it.
    """
    depth: int
    """Steps up to the root: 0 for a root."""
    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Their public id."""
    invitees: int
    """How many they let in themself."""
    joined_at: Timestamp
    """Since when they are a member, in whole seconds."""
    lead: NotRequired[LeadKind | None]
    parent: NotRequired[int | None]
    """The place of their inviter in `nodes`; null for the first."""
    role: NotRequired[Role | None]
    standing: Standing
    """Where they stand."""


class TrtcEntry(TypedDict):
    """How a client enters a room of Tencent RTC."""

    private_map_key: str
    """`privateMapKey`: where the app asks for one, it opens this room alone, and a listener cannot send."""
    sdk_app_id: int
    """`sdkAppId`."""
    str_room_id: str
    """`strRoomId`."""
    user_id: str
    """`userId`."""
    user_sig: str
    """`userSig`."""


class TurnEntry(TypedDict):
    """Credentials for a TURN server: an item of `iceServers` (W3C WebRTC), as it is."""

    credential: str
    """Their password."""
    good_until: Timestamp
    """Until when a client may begin to be relayed. Then ask for another ticket."""
    urls: list[str]
    """Where the server is."""
    username: str
    """The user's name."""


class Undo(TypedDict):
    """Why an action is undone."""

    note: str
    """Why, in words. They are kept sealed."""


class UndoAddressBody(TypedDict):
    """What the link holds."""

    token: str
    """The last segment of the link in the letter."""


class VerifiedName(TypedDict):
    """A verified name. The ledger records that you were shown it."""

    country: Country
    """Who issued the document that bears it."""
    given_at: Timestamp
    """When they were given."""
    kind: DocumentKind
    """What the document is."""
    name: str
    """The name, as it was entered."""


class VouchBody(TypedDict):
    """For whom a member vouches."""

    email: NotRequired[str | None]
    """The exact address of somebody whom they know."""
    phone: NotRequired[str | None]
    """Their exact phone number with its country's code, in the place of an address."""


class VouchSeen(TypedDict):
    """A vouch, seen from one end."""

    handle: NotRequired[str | None]
    """The handle of their own choice."""
    id: PersonId
    """Who is at the other end."""
    since: Timestamp
    """Since when, in whole seconds."""
    until: NotRequired[Timestamp | None]


class WaitlistPolicy(TypedDict):
    """Who waits to be let in without an invite."""

    most: NotRequired[int]
    """How many wait at most. Default 1000."""
    open: NotRequired[bool]
    """Whether anybody may ask. Whoever waits already stays. Default false."""


class WaitlistProofBody(TypedDict):
    """A one-time code."""

    code: str
    """The six digits that were sent."""


class WarningView(TypedDict):
    """A warning."""

    at: Timestamp
    """When."""
    reason: ReasonCode
    """Why."""


class WhoBody(TypedDict):
    """Of whom a room asks more than of others. What is left out is asked of nobody."""

    enters: NotRequired[ConditionsBody]
    """Of those who enter. Whoever has a place in the room answers for nothing but their age."""
    moderates: NotRequired[ConditionsBody]
    """Who moderates besides owners, admins and those whose place it is: whoever satisfies this."""
    speaks: NotRequired[ConditionsBody]
    """Of those who speak; the others listen."""


class YouView(TypedDict):
    """What a member is in a room."""

    expires_at: NotRequired[Timestamp | None]
    hand_raised_at: NotRequired[Timestamp | None]
    lacks: NotRequired[Lack | None]
    moderates: bool
    """Whether they moderate there."""
    muted_until: NotRequired[Timestamp | None]
    part: NotRequired[ParticipantRole | None]
    refused: NotRequired[str | None]
    """Why they get no ticket now: the slug of the problem that asking for one would be answered with."""
    since: NotRequired[Timestamp | None]
    ticket: NotRequired[TicketId | None]
    wait: NotRequired[int | None]
    """For how many seconds more."""
    warnings: list[WarningView]
    """When they were warned in the last 24 hours, and why; the newest first."""


Act: TypeAlias = Literal["warn", "mute", "put_out", "to_stage", "off_stage", "unmute", "let_in"]
"""What a moderator or a filter does about somebody in a room."""

ActionState: TypeAlias = Literal["draft", "proposed", "approved", "applying", "applied", "undoing", "undone", "withdrawn", "expired"]
"""Where an action on many stands."""

AppealVerdict: TypeAlias = Literal["upheld", "overturned"]
"""How an appeal was decided."""

Assurance: TypeAlias = Literal["none", "contact", "checked", "verified"]
"""How surely we know who somebody is, lowest first. `Checked` is about NIST SP 800-63A IAL1, `Verified` about
IAL2; the levels above have their place in later work.
"""

Capability: TypeAlias = Literal["list", "signed", "removal", "observation", "bulk", "muting", "connections", "hiding", "naming"]
"""What a kind of room server is able to do."""

CaseState: TypeAlias = Literal["open", "approved", "retry", "refused", "withdrawn"]
"""Where a case stands."""

ClientId: TypeAlias = Literal["vouchsafe"]
"""The only client there is."""

ContactKind: TypeAlias = Literal["email", "phone", "either"]
"""By what a person is reached."""

Credentials: TypeAlias = PasswordCredentials | TextCodeCredentials | CodeCredentials
"""By what somebody signs in: a contact and a password, a phone number and the code that was sent to it, or a
one-time code.
"""

Delivery: TypeAlias = Literal["pending", "sent", "undeliverable"]
"""What became of an invite's letter."""

DocumentKind: TypeAlias = Literal["cn_resident_id", "passport"]
"""What kind of document it is."""

Ending: TypeAlias = Literal["inviter", "admin", "void", "declined", "passed_on"]
"""Who ended an invite before its time, and how."""

FlowState: TypeAlias = Literal["in_progress", "member", "refused", "ended", "lapsed"]
"""How far a newcomer has come."""

GrantType: TypeAlias = Literal["refresh_token"]
"""The only grant that is served."""

HappenedActor: TypeAlias = HappenedActor1 | Literal["newcomer"] | Literal["operator"] | Literal["system"]
"""Who did it."""

HealthWord: TypeAlias = Literal["unknown", "well", "failing", "not_asked"]
"""The health of a room server."""

Introspection: TypeAlias = Introspection1 | Introspection2
"""What a token is now (RFC 7662 §2.2). Of one that does not hold, or is for somebody else, `active` is all that
is said.
"""

InviteKind: TypeAlias = Literal["email", "phone", "link"]
"""How an invite reaches people."""

InviteState: TypeAlias = Literal["open", "not_yet", "held", "used", "expired", "revoked", "declined", "passed_on", "suspended", "room_closed", "undeliverable", "refused"]
"""Where an invite stands."""

JobState: TypeAlias = Literal["open", "cancelled", "done"]
"""Where a job stands."""

Lack: TypeAlias = Literal["invitation", "role", "branch", "known_age", "age"]
"""What a room asks for that somebody lacks."""

LeadKind: TypeAlias = Literal["bad_rate", "accountability", "exposure", "velocity"]
"""What a lead goes by."""

LeadState: TypeAlias = Literal["open", "dismissed", "past"]
"""Where a lead stands."""

LeftOut: TypeAlias = Literal["staff", "oneself", "sanctioned", "left", "named"]
"""Why somebody is left out of an action."""

NewServerBody: TypeAlias = NewServerBody1 | NewServerBody2 | NewServerBody3 | NewServerBody4 | NewServerBody5 | NewServerBody6 | NewServerBody7
"""A room server to register, or what one is to become: its kind, and what the kind asks for."""

ParticipantRole: TypeAlias = Literal["speaker", "listener", "hidden"]
"""What somebody may do in a room."""

Place: TypeAlias = Literal["guest", "speaker", "moderator", "hidden"]
"""What somebody is in one room."""

ProblemType: TypeAlias = Literal["urn:vouchsafe:problem:malformed-json", "urn:vouchsafe:problem:invalid-field", "urn:vouchsafe:problem:unknown-field", "urn:vouchsafe:problem:invalid-value", "urn:vouchsafe:problem:body-too-large", "urn:vouchsafe:problem:file-invalid", "urn:vouchsafe:problem:unsupported-media-type", "urn:vouchsafe:problem:not-found", "urn:vouchsafe:problem:method-not-allowed", "urn:vouchsafe:problem:unauthenticated", "urn:vouchsafe:problem:forbidden", "urn:vouchsafe:problem:cross-site", "urn:vouchsafe:problem:too-many-requests", "urn:vouchsafe:problem:unavailable", "urn:vouchsafe:problem:not-caught-up", "urn:vouchsafe:problem:precondition-required", "urn:vouchsafe:problem:precondition-failed", "urn:vouchsafe:problem:idempotency-key-reused", "urn:vouchsafe:problem:internal", "urn:vouchsafe:problem:timeout", "urn:vouchsafe:problem:inviter-in-branch", "urn:vouchsafe:problem:vouch-refused", "urn:vouchsafe:problem:job-done", "urn:vouchsafe:problem:invite-unknown", "urn:vouchsafe:problem:invite-used", "urn:vouchsafe:problem:invite-expired", "urn:vouchsafe:problem:invite-closed", "urn:vouchsafe:problem:invite-not-open", "urn:vouchsafe:problem:invite-state", "urn:vouchsafe:problem:lead-not-open", "urn:vouchsafe:problem:invite-exhausted", "urn:vouchsafe:problem:contact-mismatch", "urn:vouchsafe:problem:proof-wrong", "urn:vouchsafe:problem:proof-stale", "urn:vouchsafe:problem:proof-locked", "urn:vouchsafe:problem:text-limit-reached", "urn:vouchsafe:problem:country-not-accepted", "urn:vouchsafe:problem:step-out-of-order", "urn:vouchsafe:problem:hold-expired", "urn:vouchsafe:problem:flow-unknown", "urn:vouchsafe:problem:flow-ended", "urn:vouchsafe:problem:document-invalid", "urn:vouchsafe:problem:review-needed", "urn:vouchsafe:problem:registration-refused", "urn:vouchsafe:problem:name-invalid", "urn:vouchsafe:problem:person-limit-reached", "urn:vouchsafe:problem:password-refused", "urn:vouchsafe:problem:link-over", "urn:vouchsafe:problem:handle-too-soon", "urn:vouchsafe:problem:address-taken", "urn:vouchsafe:problem:phone-kept", "urn:vouchsafe:problem:password-wrong", "urn:vouchsafe:problem:credentials-wrong", "urn:vouchsafe:problem:account-locked", "urn:vouchsafe:problem:session-ended", "urn:vouchsafe:problem:reauthentication-required", "urn:vouchsafe:problem:refresh-reused", "urn:vouchsafe:problem:refresh-unknown", "urn:vouchsafe:problem:case-decided", "urn:vouchsafe:problem:case-lapsed", "urn:vouchsafe:problem:review-conflict", "urn:vouchsafe:problem:claims-exhausted", "urn:vouchsafe:problem:names-exhausted", "urn:vouchsafe:problem:document-taken", "urn:vouchsafe:problem:document-bound", "urn:vouchsafe:problem:refusal-unknown", "urn:vouchsafe:problem:case-claimed", "urn:vouchsafe:problem:waitlist-closed", "urn:vouchsafe:problem:waitlist-full", "urn:vouchsafe:problem:application-unknown", "urn:vouchsafe:problem:application-over", "urn:vouchsafe:problem:already-let-in", "urn:vouchsafe:problem:quota-exhausted", "urn:vouchsafe:problem:not-eligible-to-invite", "urn:vouchsafe:problem:sanction-exists", "urn:vouchsafe:problem:sanction-unknown", "urn:vouchsafe:problem:action-unknown", "urn:vouchsafe:problem:action-state", "urn:vouchsafe:problem:second-admin-needed", "urn:vouchsafe:problem:appeal-unknown", "urn:vouchsafe:problem:appeal-exists", "urn:vouchsafe:problem:appeal-state", "urn:vouchsafe:problem:reports-unknown", "urn:vouchsafe:problem:last-owner", "urn:vouchsafe:problem:policy-invalid", "urn:vouchsafe:problem:assurance-not-higher", "urn:vouchsafe:problem:room-unknown", "urn:vouchsafe:problem:room-exists", "urn:vouchsafe:problem:room-last-server", "urn:vouchsafe:problem:room-servers-full", "urn:vouchsafe:problem:room-closed", "urn:vouchsafe:problem:room-full", "urn:vouchsafe:problem:assurance-too-low", "urn:vouchsafe:problem:room-for-others", "urn:vouchsafe:problem:put-out-of-room", "urn:vouchsafe:problem:room-cannot-hide", "urn:vouchsafe:problem:nothing-to-show", "urn:vouchsafe:problem:not-their-moderator", "urn:vouchsafe:problem:participant-unknown", "urn:vouchsafe:problem:not-in-room", "urn:vouchsafe:problem:nothing-to-ask", "urn:vouchsafe:problem:spoke-as-listener", "urn:vouchsafe:problem:room-server-unavailable", "urn:vouchsafe:problem:room-server-unknown", "urn:vouchsafe:problem:room-server-in-use", "urn:vouchsafe:problem:room-server-not-cleared", "urn:vouchsafe:problem:ticket-unknown", "urn:vouchsafe:problem:ticket-ended", "urn:vouchsafe:problem:position-unknown", "urn:vouchsafe:problem:cursor-invalid"]
"""`urn:vouchsafe:problem:` and the kind's name: what a program looks at. Later versions may know more."""

ReasonCode: TypeAlias = Literal["spam", "abuse", "false_identity", "ban_evasion", "security", "request", "other"]
"""Why somebody is sanctioned, as a code that the ledger may hold."""

ReparentReason: TypeAlias = Literal["mistake", "request", "inviter_gone", "security", "other"]
"""Why somebody is given another inviter, as a code that the ledger may hold."""

ReportBody: TypeAlias = dict[str, Any]
"""What a room server reports, in its own form."""

ReportOutcome: TypeAlias = Literal["unfounded", "no_action", "spoken_to", "sanctioned"]
"""What reports of a member came to."""

RevokeReason: TypeAlias = Literal["leaked", "abuse", "mistake", "other"]
"""Why an admin takes an invite back."""

Role: TypeAlias = Literal["owner", "admin", "auditor", "reviewer", "member", "service"]
"""What somebody may do here; the table of rights (`web/rights.rs`) says what each may call."""

RoleReason: TypeAlias = Literal["duty", "request", "invited", "misuse", "security", "other"]
"""Why somebody's role changes, as a code that the ledger may hold."""

RoomAccess: TypeAlias = Literal["members", "guests"]
"""Whom a room is for."""

SanctionKind: TypeAlias = Literal["freeze", "quarantine", "suspend", "ban"]
"""What a sanction does, gravest last. Each may have an end."""

SessionsEndReason: TypeAlias = Literal["lost_device", "suspicion", "request", "other"]
"""Why an admin ended every session of a member."""

Speakers: TypeAlias = Literal["everybody", "stage"]
"""Who speaks in a room, of those who may."""

Standing: TypeAlias = Literal["active", "frozen", "quarantined", "suspended", "banned", "left"]
"""Where a member stands now, gravest last: by the gravest of the sanctions that are in force on them. A refused
newcomer is never a member and has none.
"""

State: TypeAlias = Literal["unproved", "waiting", "let_in", "refused"]
"""Where an application stands."""

Step: TypeAlias = Literal["contact", "identity", "review", "credentials"]
"""A rung of the ladder that a newcomer climbs, lowest first."""

StreamEventKind: TypeAlias = Literal["position", "happened", "gap"]
"""What an event of the stream tells."""

TicketEnd: TypeAlias = Literal["left", "replaced", "sanctioned", "assurance", "spoke", "put_out", "not_admitted", "closed", "moved"]
"""Why a seat in a room ended before its time."""

Undeliverable: TypeAlias = Literal["refused", "unreachable", "limited"]
"""Why the letter or the text message of an invite reached nobody."""

Verdict: TypeAlias = Literal["approved", "retry", "refused"]
"""A review's end."""

Via: TypeAlias = Literal["link", "qr"]
"""By what a newcomer came to an invite's code."""

Way: TypeAlias = Literal["order", "chance", "referral"]
"""How an admin chooses whom to let in."""

ActionId: TypeAlias = str

AppealId: TypeAlias = str

ApplicationId: TypeAlias = str

CaseId: TypeAlias = str

Country: TypeAlias = Literal["AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD", "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA", "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE", "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA", "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK", "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP", "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT", "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS", "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ", "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS", "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST", "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW", "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "XK", "YE", "YT", "ZA", "ZM", "ZW", "EUE", "UNA", "UNK", "UNO", "XBA", "XCC", "XCE", "XCO", "XDC", "XEC", "XES", "XIM", "XMP", "XOM", "XPO", "XXA", "XXB", "XXC", "XXX"]
"""ISO 3166-1 alpha-2, or the code that stands in the documents of whoever is no country"""

DrawId: TypeAlias = str

FlowId: TypeAlias = str

GrantId: TypeAlias = str

InviteId: TypeAlias = str

JobId: TypeAlias = str

LeadId: TypeAlias = str

Limit: TypeAlias = int

Line: TypeAlias = str

PersonId: TypeAlias = str

RefusalId: TypeAlias = str

ReportId: TypeAlias = str

SanctionId: TypeAlias = str

ServerId: TypeAlias = str

ServiceId: TypeAlias = str

SessionId: TypeAlias = str

TicketId: TypeAlias = str

Timestamp: TypeAlias = str
