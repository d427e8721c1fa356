"""Every operation as a method.

Made of schemas/openapi.json by `make clients`. Not to be changed by hand.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, Literal

from . import types as t
from ._operation import Operation


_ABANDON_ONBOARDING = Operation("abandon_onboarding", "DELETE", "/v1/onboarding/{flow}", access="flow")
_ACT_IN_ROOM = Operation("act_in_room", "POST", "/v1/rooms/{room}/acts", access="access", keyed=True, sends="application/json")
_ADD_SERVICE = Operation("add_service", "POST", "/v1/admin/services", access="access", sends="application/json", answers="application/json")
_APPEAL = Operation("appeal", "POST", "/v1/appeals", access="appellant", sends="application/json", answers="application/json")
_APPEAL_SIGNED_IN = Operation("appeal_signed_in", "POST", "/v1/me/appeals", access="access", sends="application/json", answers="application/json")
_APPROVE_ACTION = Operation("approve_action", "POST", "/v1/admin/actions/{id}/approve", access="access", answers="application/json")
_ASK_WAITLIST = Operation("ask_waitlist", "POST", "/v1/waitlist", sends="application/json", answers="application/json")
_BULK_INVITE = Operation("bulk_invite", "POST", "/v1/admin/invites/bulk", access="access", keyed=True, sends="text/csv", answers="application/json")
_CANCEL_JOB = Operation("cancel_job", "POST", "/v1/admin/jobs/{id}/cancel", access="access", answers="application/json")
_CHANGE_ADDRESS = Operation("change_address", "POST", "/v1/me/address", access="access", sends="application/json", answers="application/json")
_CHANGE_HANDLE = Operation("change_handle", "PUT", "/v1/me/handle", access="access", sends="application/json")
_CHANGE_INVITE_QUOTA = Operation("change_invite_quota", "POST", "/v1/admin/people/{id}/invite-quota", access="access", keyed=True, sends="application/json", answers="application/json")
_CHANGE_LANGUAGE = Operation("change_language", "PUT", "/v1/me/language", access="access", sends="application/json")
_CHANGE_PASSWORD = Operation("change_password", "PUT", "/v1/me/password", access="access", sends="application/json")
_CHANGE_ROLE = Operation("change_role", "PUT", "/v1/admin/people/{id}/role", access="access", sends="application/json", answers="application/json")
_CLAIM_APPEAL = Operation("claim_appeal", "POST", "/v1/admin/appeals/{id}/claim", access="access", answers="application/json")
_CLAIM_CASE = Operation("claim_case", "POST", "/v1/admin/cases/{id}/claim", access="access", keyed=True, sends="application/json", answers="application/json")
_CLOSE_REPORTS = Operation("close_reports", "POST", "/v1/admin/reports/{id}/close", access="access", sends="application/json", answers="application/json")
_CREATE_ACTION = Operation("create_action", "POST", "/v1/admin/actions", access="access", keyed=True, sends="application/json", answers="application/json")
_CREATE_INVITE = Operation("create_invite", "POST", "/v1/me/invites", access="access", keyed=True, sends="application/json", answers="application/json")
_CREATE_ROOM = Operation("create_room", "POST", "/v1/admin/rooms", access="access", keyed=True, sends="application/json", answers="application/json")
_CREATE_TICKET = Operation("create_ticket", "POST", "/v1/rooms/{room}/tickets", access="access", keyed=True, answers="application/json")
_DECIDE_APPEAL = Operation("decide_appeal", "POST", "/v1/admin/appeals/{id}/decision", access="access", sends="application/json", answers="application/json")
_DECIDE_CASE = Operation("decide_case", "POST", "/v1/admin/cases/{id}/decision", access="access", sends="application/json", answers="application/json")
_DECLINE_INVITE = Operation("decline_invite", "POST", "/v1/invites/{code}/decline")
_DELETE_SERVER_OF_ROOM = Operation("delete_server_of_room", "DELETE", "/v1/admin/rooms/{room}/servers/{server}", access="access", answers="application/json")
_DISMISS_LEAD = Operation("dismiss_lead", "POST", "/v1/admin/leads/{id}/dismiss", access="access", sends="application/json", answers="application/json")
_DISOWN_INVITER = Operation("disown_inviter", "POST", "/v1/invites/{code}/unknown-inviter")
_DRAW_WAITLIST = Operation("draw_waitlist", "POST", "/v1/admin/waitlist/draws", access="access", keyed=True, sends="application/json", answers="application/json")
_END_MY_OTHER_SESSIONS = Operation("end_my_other_sessions", "DELETE", "/v1/me/sessions", access="access")
_END_MY_SESSION = Operation("end_my_session", "DELETE", "/v1/me/sessions/{id}", access="access")
_END_SESSIONS = Operation("end_sessions", "POST", "/v1/admin/people/{id}/sessions/end", access="access", sends="application/json", answers="application/json")
_END_TICKET = Operation("end_ticket", "DELETE", "/v1/rooms/{room}/tickets/{ticket}", access="access")
_EXPORT_GRAPH = Operation("export_graph", "GET", "/v1/admin/graph/export", access="access", answers="application/graphml+xml")
_EXPORT_JOB_OUTCOMES = Operation("export_job_outcomes", "GET", "/v1/admin/jobs/{id}/report.csv", access="access", answers="text/csv")
_EXPORT_LEDGER = Operation("export_ledger", "GET", "/v1/admin/ledger/export", access="access", answers="application/jsonl")
_EXTEND_INVITE = Operation("extend_invite", "POST", "/v1/me/invites/{id}/extend", access="access", sends="application/json", answers="application/json")
_FILTER_IN_ROOM = Operation("filter_in_room", "POST", "/v1/filters/rooms/{room}/acts", access="service", keyed=True, sends="application/json")
_FORGOT_PASSWORD = Operation("forgot_password", "POST", "/v1/password/forgot", sends="application/json")
_GIVE_CONTACT = Operation("give_contact", "POST", "/v1/onboarding/{flow}/contact", access="flow", sends="application/json", answers="application/json")
_GIVE_IDENTITY = Operation("give_identity", "POST", "/v1/onboarding/{flow}/identity", access="flow", keyed=True, sends="application/json", answers="application/json")
_GIVE_PASSWORD = Operation("give_password", "POST", "/v1/onboarding/{flow}/password", access="flow", keyed=True, sends="application/json", answers="application/json")
_GIVE_PLACE = Operation("give_place", "PUT", "/v1/admin/rooms/{room}/places/{person}", access="access", sends="application/json", answers="application/json")
_GIVE_VOUCH = Operation("give_vouch", "PUT", "/v1/me/vouches/{id}", access="access", answers="application/json")
_HOME = Operation("home", "GET", "/", answers="text/html")
_JWKS = Operation("jwks", "GET", "/.well-known/jwks.json", answers="application/jwk-set+json")
_LEAVE = Operation("leave", "DELETE", "/v1/me", access="access")
_LEAVE_WAITLIST = Operation("leave_waitlist", "DELETE", "/v1/waitlist/me", access="applicant")
_LET_IN = Operation("let_in", "POST", "/v1/me/waitlist/let-in", access="access", keyed=True, sends="application/json", answers="application/json")
_LIFT_REFUSAL = Operation("lift_refusal", "POST", "/v1/admin/refusals/{id}/lift", access="access", sends="application/json", answers="application/json")
_LIFT_SANCTION = Operation("lift_sanction", "POST", "/v1/admin/people/{id}/sanctions/{sanction}/lift", access="access", sends="application/json", answers="application/json")
_LIST_ACTIONS = Operation("list_actions", "GET", "/v1/admin/actions", access="access", answers="application/json")
_LIST_APPEALS = Operation("list_appeals", "GET", "/v1/admin/appeals", access="access", answers="application/json")
_LIST_BRANCH = Operation("list_branch", "GET", "/v1/admin/people/{id}/branch", access="access", answers="application/json")
_LIST_CASES = Operation("list_cases", "GET", "/v1/admin/cases", access="access", answers="application/json")
_LIST_CHILDREN = Operation("list_children", "GET", "/v1/admin/people/{id}/children", access="access", answers="application/json")
_LIST_DEAD_LETTERS = Operation("list_dead_letters", "GET", "/v1/admin/letters", access="access", answers="application/json")
_LIST_FORMER_INVITERS = Operation("list_former_inviters", "GET", "/v1/admin/people/{id}/former-inviters", access="access", answers="application/json")
_LIST_IN_ROOM = Operation("list_in_room", "GET", "/v1/rooms/{room}/participants", access="access", answers="application/json")
_LIST_INVITES = Operation("list_invites", "GET", "/v1/admin/invites", access="access", answers="application/json")
_LIST_JOB_OUTCOMES = Operation("list_job_outcomes", "GET", "/v1/admin/jobs/{id}/outcomes", access="access", answers="application/json")
_LIST_JOBS = Operation("list_jobs", "GET", "/v1/admin/jobs", access="access", answers="application/json")
_LIST_LEADS = Operation("list_leads", "GET", "/v1/admin/leads", access="access", answers="application/json")
_LIST_LEDGER = Operation("list_ledger", "GET", "/v1/admin/ledger", access="access", answers="application/json")
_LIST_LOOKS = Operation("list_looks", "GET", "/v1/admin/people/{id}/looks", access="access", answers="application/json")
_LIST_LOOKS_AT_ME = Operation("list_looks_at_me", "GET", "/v1/me/data/looks", access="access", answers="application/json")
_LIST_MY_INVITEES = Operation("list_my_invitees", "GET", "/v1/me/invitees", access="access", answers="application/json")
_LIST_MY_INVITES = Operation("list_my_invites", "GET", "/v1/me/invites", access="access", answers="application/json")
_LIST_MY_ROOMS = Operation("list_my_rooms", "GET", "/v1/rooms", access="access", answers="application/json")
_LIST_MY_SANCTIONS = Operation("list_my_sanctions", "GET", "/v1/me/sanctions", access="access", answers="application/json")
_LIST_MY_SESSIONS = Operation("list_my_sessions", "GET", "/v1/me/sessions", access="access", answers="application/json")
_LIST_MY_VOUCHES = Operation("list_my_vouches", "GET", "/v1/me/vouches", access="access", answers="application/json")
_LIST_PARTICIPANTS = Operation("list_participants", "GET", "/v1/admin/rooms/{room}/participants", access="access", answers="application/json")
_LIST_PEOPLE = Operation("list_people", "GET", "/v1/admin/people", access="access", answers="application/json")
_LIST_PLACES = Operation("list_places", "GET", "/v1/admin/rooms/{room}/places", access="access", answers="application/json")
_LIST_REFUSALS = Operation("list_refusals", "GET", "/v1/admin/refusals", access="access", answers="application/json")
_LIST_REPORTS = Operation("list_reports", "GET", "/v1/admin/reports", access="access", answers="application/json")
_LIST_ROOM_ACTS = Operation("list_room_acts", "GET", "/v1/admin/rooms/{room}/acts", access="access", answers="application/json")
_LIST_ROOM_ACTS_ABOUT = Operation("list_room_acts_about", "GET", "/v1/admin/people/{id}/room-acts", access="access", answers="application/json")
_LIST_ROOM_HISTORY = Operation("list_room_history", "GET", "/v1/admin/rooms/{room}/history", access="access", answers="application/json")
_LIST_ROOM_SERVERS = Operation("list_room_servers", "GET", "/v1/admin/room-servers", access="access", answers="application/json")
_LIST_ROOMS = Operation("list_rooms", "GET", "/v1/admin/rooms", access="access", answers="application/json")
_LIST_SANCTIONED_INVITEES = Operation("list_sanctioned_invitees", "GET", "/v1/me/sanctioned-invitees", access="access", answers="application/json")
_LIST_SANCTIONS = Operation("list_sanctions", "GET", "/v1/admin/people/{id}/sanctions", access="access", answers="application/json")
_LIST_SANCTIONS_TO_APPEAL = Operation("list_sanctions_to_appeal", "GET", "/v1/appeals", access="appellant", answers="application/json")
_LIST_SERVICES = Operation("list_services", "GET", "/v1/admin/services", access="access", answers="application/json")
_LIST_SUBSCRIBER_FAILURES = Operation("list_subscriber_failures", "GET", "/v1/admin/subscribers/{subscriber}/failures", access="access", answers="application/json")
_LIST_SUBSCRIBERS = Operation("list_subscribers", "GET", "/v1/admin/subscribers", access="access", answers="application/json")
_LIST_VOUCHES = Operation("list_vouches", "GET", "/v1/admin/people/{id}/vouches", access="access", answers="application/json")
_LIST_WAITLIST = Operation("list_waitlist", "GET", "/v1/admin/waitlist", access="access", answers="application/json")
_LIVEZ = Operation("livez", "GET", "/livez", answers="application/json")
_LOWER_ASSURANCE = Operation("lower_assurance", "PUT", "/v1/admin/people/{id}/assurance", access="access", sends="application/json", answers="application/json")
_LOWER_HAND = Operation("lower_hand", "DELETE", "/v1/rooms/{room}/hand", access="access")
_METRICS = Operation("metrics", "GET", "/metrics", answers="text/plain; version=0.0.4")
_OAUTH_INTROSPECT = Operation("oauth_introspect", "POST", "/oauth/introspect", access="service", sends="application/x-www-form-urlencoded", answers="application/json")
_OAUTH_METADATA = Operation("oauth_metadata", "GET", "/.well-known/oauth-authorization-server", answers="application/json")
_OAUTH_REVOKE = Operation("oauth_revoke", "POST", "/oauth/revoke", sends="application/x-www-form-urlencoded")
_OAUTH_TOKEN = Operation("oauth_token", "POST", "/oauth/token", sends="application/x-www-form-urlencoded", answers="application/json")
_OPENAPI = Operation("openapi", "GET", "/openapi.json", answers="application/json")
_PASS_INVITE_ON = Operation("pass_invite_on", "POST", "/v1/me/invites/{id}/pass-on", access="access", keyed=True, sends="application/json", answers="application/json")
_PREVIEW_ACTION = Operation("preview_action", "GET", "/v1/admin/actions/{id}/people", access="access", answers="application/json")
_PREVIEW_INVITE = Operation("preview_invite", "GET", "/v1/invites/{code}", answers="application/json")
_PROPOSE_ACTION = Operation("propose_action", "POST", "/v1/admin/actions/{id}/propose", access="access", answers="application/json")
_PROVE_ADDRESS = Operation("prove_address", "POST", "/v1/me/address/proof", access="access", sends="application/json")
_PROVE_CONTACT = Operation("prove_contact", "POST", "/v1/onboarding/{flow}/contact/proof", access="flow", sends="application/json", answers="application/json")
_PROVE_LEDGER = Operation("prove_ledger", "GET", "/v1/admin/ledger/proof", access="access", answers="application/json")
_PROVE_PLACE = Operation("prove_place", "POST", "/v1/waitlist/me/proof", access="applicant", sends="application/json", answers="application/json")
_PUT_SERVER_OF_ROOM = Operation("put_server_of_room", "PUT", "/v1/admin/rooms/{room}/servers/{server}", access="access", answers="application/json")
_RAISE_HAND = Operation("raise_hand", "PUT", "/v1/rooms/{room}/hand", access="access")
_READYZ = Operation("readyz", "GET", "/readyz", answers="application/json")
_REFUSE_APPLICATION = Operation("refuse_application", "POST", "/v1/admin/waitlist/applications/{application}/refuse", access="access", sends="application/json", answers="application/json")
_REGISTER_ROOM_SERVER = Operation("register_room_server", "POST", "/v1/admin/room-servers", access="access", keyed=True, sends="application/json", answers="application/json")
_RELEASE_CASE = Operation("release_case", "POST", "/v1/admin/cases/{id}/release", access="access", sends="application/json")
_REMOVE_ROOM_SERVER = Operation("remove_room_server", "DELETE", "/v1/admin/room-servers/{id}", access="access")
_REPARENT = Operation("reparent", "PUT", "/v1/admin/people/{id}/inviter", access="access", sends="application/json", answers="application/json")
_REPLACE_POLICY = Operation("replace_policy", "PUT", "/v1/admin/policy", access="access", sends="application/json", answers="application/json")
_REPLACE_ROOM = Operation("replace_room", "PUT", "/v1/admin/rooms/{room}", access="access", sends="application/json", answers="application/json")
_REPLACE_ROOM_SERVER = Operation("replace_room_server", "PUT", "/v1/admin/room-servers/{id}", access="access", sends="application/json", answers="application/json")
_REPORT_IN_ROOM = Operation("report_in_room", "POST", "/v1/filters/rooms/{room}/reports", access="service", sends="application/json")
_REPORT_INVITE = Operation("report_invite", "POST", "/v1/invites/{code}/report")
_REPORT_OF_ROOM_SERVER = Operation("report_of_room_server", "POST", "/v1/room-servers/{id}/events", access="room_server", sends="application/webhook+json", answers="application/json")
_REPORT_PERSON = Operation("report_person", "POST", "/v1/reports", access="access", sends="application/json")
_RESEND_INVITE = Operation("resend_invite", "POST", "/v1/me/invites/{id}/resend", access="access", answers="application/json")
_RESET_PASSWORD = Operation("reset_password", "POST", "/v1/password/reset", sends="application/json")
_RESTORE_ANY_INVITE = Operation("restore_any_invite", "POST", "/v1/admin/invites/{id}/restore", access="access")
_RESTORE_INVITE = Operation("restore_invite", "POST", "/v1/me/invites/{id}/restore", access="access", answers="application/json")
_RETIRE_SERVICE = Operation("retire_service", "DELETE", "/v1/admin/services/{id}", access="access")
_RETRY_DEAD_LETTER = Operation("retry_dead_letter", "POST", "/v1/admin/letters/{id}/retry", access="access")
_RETRY_SUBSCRIBER_FAILURE = Operation("retry_subscriber_failure", "POST", "/v1/admin/subscribers/{subscriber}/failures/{number}/retry", access="access")
_REVOKE_ANY_INVITE = Operation("revoke_any_invite", "POST", "/v1/admin/invites/{id}/revoke", access="access", sends="application/json")
_REVOKE_INVITE = Operation("revoke_invite", "DELETE", "/v1/me/invites/{id}", access="access")
_REVOKE_INVITES = Operation("revoke_invites", "POST", "/v1/admin/invites/revoke", access="access", keyed=True, sends="application/json", answers="application/json")
_ROTATE_SERVICE = Operation("rotate_service", "POST", "/v1/admin/services/{id}/rotate", access="access", answers="application/json")
_SANCTION_PEOPLE = Operation("sanction_people", "POST", "/v1/admin/sanctions", access="access", keyed=True, sends="application/json", answers="application/json")
_SANCTION_PERSON = Operation("sanction_person", "POST", "/v1/admin/people/{id}/sanctions", access="access", keyed=True, sends="application/json", answers="application/json")
_SEARCH_PEOPLE = Operation("search_people", "POST", "/v1/admin/people/search", access="access", sends="application/json", answers="application/json")
_SEND_SIGN_IN_CODE = Operation("send_sign_in_code", "POST", "/v1/sessions/codes", sends="application/json")
_SHOW_ACCOUNT = Operation("show_account", "GET", "/v1/admin/people/{id}/account", access="access", answers="application/json")
_SHOW_ACTION = Operation("show_action", "GET", "/v1/admin/actions/{id}", access="access", answers="application/json")
_SHOW_BRANCH_FIGURES = Operation("show_branch_figures", "GET", "/v1/admin/people/{id}/branch/figures", access="access", answers="application/json")
_SHOW_CASE = Operation("show_case", "GET", "/v1/admin/cases/{id}", access="access", answers="application/json")
_SHOW_CASE_FIGURES = Operation("show_case_figures", "GET", "/v1/admin/cases/figures", access="access", answers="application/json")
_SHOW_CHAIN = Operation("show_chain", "GET", "/v1/admin/people/{id}/chain", access="access", answers="application/json")
_SHOW_HEALTH = Operation("show_health", "GET", "/v1/admin/health", access="access", answers="application/json")
_SHOW_HEALTH_HISTORY = Operation("show_health_history", "GET", "/v1/admin/health/history", access="access", answers="application/json")
_SHOW_INVITE_FIGURES = Operation("show_invite_figures", "GET", "/v1/admin/invites/figures", access="access", answers="application/json")
_SHOW_INVITE_QR = Operation("show_invite_qr", "GET", "/v1/me/invites/{id}/qr", access="access", answers="image/svg+xml")
_SHOW_INVITE_QUOTA = Operation("show_invite_quota", "GET", "/v1/admin/people/{id}/invite-quota", access="access", answers="application/json")
_SHOW_JOB = Operation("show_job", "GET", "/v1/admin/jobs/{id}", access="access", answers="application/json")
_SHOW_LEAD = Operation("show_lead", "GET", "/v1/admin/leads/{id}", access="access", answers="application/json")
_SHOW_ME = Operation("show_me", "GET", "/v1/me", access="access", answers="application/json")
_SHOW_MY_DATA = Operation("show_my_data", "GET", "/v1/me/data", access="access", answers="application/json")
_SHOW_MY_INVITE = Operation("show_my_invite", "GET", "/v1/me/invites/{id}", access="access", answers="application/json")
_SHOW_MY_ROOM = Operation("show_my_room", "GET", "/v1/rooms/{room}", access="access", answers="application/json")
_SHOW_NAME = Operation("show_name", "POST", "/v1/admin/people/{id}/name", access="access", sends="application/json", answers="application/json")
_SHOW_ONBOARDING = Operation("show_onboarding", "GET", "/v1/onboarding/{flow}", access="flow", answers="application/json")
_SHOW_PATHS = Operation("show_paths", "GET", "/v1/admin/paths", access="access", answers="application/json")
_SHOW_PERSON = Operation("show_person", "GET", "/v1/admin/people/{id}", access="access", answers="application/json")
_SHOW_PLACE = Operation("show_place", "GET", "/v1/waitlist/me", access="applicant", answers="application/json")
_SHOW_POLICY = Operation("show_policy", "GET", "/v1/admin/policy", access="access", answers="application/json")
_SHOW_REPORTS = Operation("show_reports", "GET", "/v1/admin/reports/{id}", access="access", answers="application/json")
_SHOW_ROOM = Operation("show_room", "GET", "/v1/admin/rooms/{room}", access="access", answers="application/json")
_SHOW_STOP = Operation("show_stop", "GET", "/v1/mail/stop/{token}", answers="text/html")
_SHOW_TREE = Operation("show_tree", "GET", "/v1/admin/people/{id}/tree", access="access", answers="application/json")
_SIGN_IN = Operation("sign_in", "POST", "/v1/sessions", sends="application/json", answers="application/json")
_SIGN_OUT = Operation("sign_out", "DELETE", "/v1/sessions/current", access="access")
_SIMULATE_POLICY = Operation("simulate_policy", "POST", "/v1/admin/policy/simulate", access="access", sends="application/json", answers="application/json")
_START_ONBOARDING = Operation("start_onboarding", "POST", "/v1/onboarding", sends="application/json", answers="application/json")
_STOP_LETTERS = Operation("stop_letters", "POST", "/v1/mail/stop/{token}", answers="text/html")
_TAKE_PLACE = Operation("take_place", "DELETE", "/v1/admin/rooms/{room}/places/{person}", access="access")
_TAKE_VOUCH_BACK = Operation("take_vouch_back", "DELETE", "/v1/me/vouches/{id}", access="access")
_TEXT_STATUS = Operation("text_status", "POST", "/v1/texts/{message}/status", sends="application/x-www-form-urlencoded")
_UNDO_ACTION = Operation("undo_action", "POST", "/v1/admin/actions/{id}/undo", access="access", sends="application/json", answers="application/json")
_UNDO_ADDRESS = Operation("undo_address", "POST", "/v1/address/undo", sends="application/json")
_VOUCH_APPLICANT = Operation("vouch_applicant", "POST", "/v1/me/waitlist/vouch", access="access", sends="application/json")
_WITHDRAW_ACTION = Operation("withdraw_action", "POST", "/v1/admin/actions/{id}/withdraw", access="access", answers="application/json")


class Operations(ABC):
    """Every operation."""

    @abstractmethod
    def _call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
    ) -> Any: ...

    def abandon_onboarding(self, flow: t.FlowId) -> None:
        """End a registration. A reserved use of the invite is free again.

        Raises: FlowUnknown, Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        self._call(_ABANDON_ONBOARDING, path={"flow": flow})

    def act_in_room(self, room: str, body: t.ActBody, *, idempotency_key: str | None = None) -> None:
        """Do something about somebody in a room that one moderates: warn, mute, put out, ask to the stage or
        from it; unmute, or let in again. It is about the member, whatever ticket they take next. Whoever
        stands as high cannot be acted on; anybody may leave the stage themself. Whoever is muted, or was put
        out, moderates no more until it is over.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, IdempotencyKeyReused, Internal, InvalidField, InvalidValue,
        MalformedJson, NotCaughtUp, NotFound, NotTheirModerator, ParticipantUnknown, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_ACT_IN_ROOM, path={"room": room}, headers={"Idempotency-Key": idempotency_key}, body=body)

    def add_service(self, body: t.NewService) -> t.ServiceSecretView:
        """Add a service, which may then ask whether a token holds. Its secret is in this answer and in no other.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ServiceSecretView = self._call(_ADD_SERVICE, body=body)
        return answer

    def appeal(self, body: t.NewAppeal) -> t.AppealMade:
        """Appeals against a sanction, once. Somebody else than who decided it decides. The bearer token is the
        `appeal_token` of a refused sign-in.

        Raises: AppealExists, BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SanctionUnknown, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealMade = self._call(_APPEAL, body=body)
        return answer

    def appeal_signed_in(self, body: t.NewAppeal) -> t.AppealMade:
        """The same by a member who is signed in: whose inviting is frozen, or who is quarantined.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AppealExists, BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SanctionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealMade = self._call(_APPEAL_SIGNED_IN, body=body)
        return answer

    def approve_action(self, id: t.ActionId) -> t.ActionShown:
        """Approves an action: whom it is on is fixed, and from this answer on they stand as the sanction says,
        on this replica at once and on every other as soon as it has read so. A job writes the sanction of
        each. Above as many people as the policy says, somebody else than who drafted it approves, who did not
        come in by way of them.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, InvalidValue, NotCaughtUp,
        NotFound, PositionUnknown, ReauthenticationRequired, SecondAdminNeeded, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = self._call(_APPROVE_ACTION, path={"id": id})
        return answer

    def ask_waitlist(self, body: t.ApplicationBody) -> t.AskedView:
        """Ask to be let in, without an invite, by an address or, where the policy takes phones, by a number. The
        answer is the same whether it is known or not. They wait once they have proved it by the code that is
        sent to it, within ten minutes; for another code they ask again.

        Raises: BodyTooLarge, CountryNotAccepted, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, TextLimitReached, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType, WaitlistClosed, WaitlistFull.
        """
        answer: t.AskedView = self._call(_ASK_WAITLIST, body=body)
        return answer

    def bulk_invite(self, body: bytes, *, idempotency_key: str | None = None) -> t.BulkAccepted:
        """Invite everybody in a file, by a job.

        The file is CSV (RFC 4180) in UTF-8, up to 100 000 rows and 16 MiB. Its header names `email` or
        `phone` or both, and may name `locale`, `lifetime_hours`, `message` and `campaign`; a row has an
        address or a number. It is checked whole first: where a row is wrong, nobody is invited, and the
        refusal names the rows. The job begins within two seconds. Whether the policy lets you invite is
        decided when it is a row's turn; a refusal is the outcome of that row, and the job goes on.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, FileInvalid, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnsupportedMediaType.
        """
        answer: t.BulkAccepted = self._call(_BULK_INVITE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def cancel_job(self, id: t.JobId) -> t.JobShown:
        """Cancels a job: no further step of it begins. What it has done stays done. Whoever runs it again lets
        it go on.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, JobDone, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.JobShown = self._call(_CANCEL_JOB, path={"id": id})
        return answer

    def change_address(self, body: t.ChangeAddressBody) -> t.AddressAskedView:
        """Have a code sent to the address that one wants in the place of one's own. An address that another
        account has gets a letter that says so, and the answer is the same. A former code is good no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AccountLocked, BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PasswordWrong, PhoneKept, PositionUnknown, ReauthenticationRequired, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AddressAskedView = self._call(_CHANGE_ADDRESS, body=body)
        return answer

    def change_handle(self, body: t.HandleBody) -> None:
        """Change one's own handle, once in 30 days. The former one is nobody else's for 90 days, so that nobody
        is taken for whoever had it.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, HandleTooSoon, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_CHANGE_HANDLE, body=body)

    def change_invite_quota(self, id: t.PersonId, body: t.QuotaChange, *, idempotency_key: str | None = None) -> t.QuotaGrantView:
        """Gives a person places to invite with, or takes some. Nobody gives any to themself. What is taken
        beyond what is left is counted against what comes back later.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.QuotaGrantView = self._call(_CHANGE_INVITE_QUOTA, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def change_language(self, body: t.LanguageBody) -> None:
        """Choose the language of letters and messages to oneself.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_CHANGE_LANGUAGE, body=body)

    def change_password(self, body: t.ChangePasswordBody) -> None:
        """Change one's own password, or choose a first one. Every other session ends, a link to a new password
        is good no longer, and a letter says that the password was changed. Wrong ones are counted, as at a
        sign-in.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AccountLocked, BodyTooLarge, CrossSite, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PasswordRefused, PasswordWrong, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_CHANGE_PASSWORD, body=body)

    def change_role(self, id: t.PersonId, body: t.NewRole) -> t.RoleGiven:
        """Changes a person's role. Giving the role that they already have changes nothing. An owner may step
        down while there is another owner.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, LastOwner, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoleGiven = self._call(_CHANGE_ROLE, path={"id": id}, body=body)
        return answer

    def claim_appeal(self, id: t.AppealId) -> t.AppealShown:
        """Claims an appeal and shows what it says: nobody else decides it for half an hour. Whoever decided the
        sanction may not claim it.

        Roles: owner, admin.

        Raises: AppealState, AppealUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.AppealShown = self._call(_CLAIM_APPEAL, path={"id": id})
        return answer

    def claim_case(self, id: t.CaseId, body: t.NewClaim, *, idempotency_key: str | None = None) -> t.ClaimView:
        """Claim a case for 15 minutes, and see whom it is about.

        No reviewer is shown a case of a newcomer whom they, their inviter or somebody whom they invited has
        invited. That you looked is recorded in the ledger. The policy limits how many cases a reviewer has
        claimed at once, and how many names they are shown in 24 hours; the owners are told about a reviewer
        who asks for more. Claiming a case again extends the claim. A repeated request with the same
        idempotency key is shown the same while the claim lasts.

        Roles: owner, admin, reviewer. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, ClaimsExhausted, CrossSite, Forbidden,
        IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson, NamesExhausted,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, ReviewConflict, SessionEnded,
        StepOutOfOrder, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ClaimView = self._call(_CLAIM_CASE, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def close_reports(self, id: t.PersonId, body: t.Closing) -> t.Closed:
        """Closes every report that is open on a person, who may have left. What is reported of them later is
        open again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, ReportsUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.Closed = self._call(_CLOSE_REPORTS, path={"id": id}, body=body)
        return answer

    def create_action(self, body: t.NewAction, *, idempotency_key: str | None = None) -> t.ActionShown:
        """Drafts an action on many people. Nothing happens to anybody: look at whom it would be on, then approve
        it, or propose it to another admin. It may be approved for seven days.

        Roles: owner, admin.

        Raises: ActionUnknown, BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ActionShown = self._call(_CREATE_ACTION, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def create_invite(self, body: t.NewInviteBody, *, idempotency_key: str | None = None) -> t.InviteView:
        """Invite somebody. An addressed invite is mailed, or sent by text message; an open link's code stands in
        the answer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CountryNotAccepted, CrossSite, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown, QuotaExhausted,
        ReauthenticationRequired, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.InviteView = self._call(_CREATE_INVITE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def create_room(self, body: t.NewRoomBody, *, idempotency_key: str | None = None) -> t.RoomView:
        """Create a room; it is open. Its servers have it within a second.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, RoomExists, RoomServerUnknown, RoomUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoomView = self._call(_CREATE_ROOM, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def create_ticket(self, room: str, *, shows: Literal["handle", "name"] | None = None, idempotency_key: str | None = None) -> t.TicketView:
        """Take a ticket to a room. Where the room's server keeps a list, the ticket is on it before this is
        answered. A member has one ticket to a room: another one takes the place of the former, whose
        participant is put out.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AssuranceTooLow, CrossSite, IdempotencyKeyReused, Internal, InvalidField, NotCaughtUp,
        NotFound, NothingToShow, PositionUnknown, PutOutOfRoom, RoomCannotHide, RoomClosed, RoomForOthers,
        RoomFull, RoomServerUnavailable, RoomUnknown, SessionEnded, SpokeAsListener, TicketEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.TicketView = self._call(_CREATE_TICKET, path={"room": room}, query={"shows": shows}, headers={"Idempotency-Key": idempotency_key})
        return answer

    def decide_appeal(self, id: t.AppealId, body: t.AppealDecision) -> t.AppealShown:
        """Decides an appeal that one has claimed. Overturned, the sanction is lifted.

        Roles: owner, admin.

        Raises: AppealState, AppealUnknown, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealShown = self._call(_DECIDE_APPEAL, path={"id": id}, body=body)
        return answer

    def decide_case(self, id: t.CaseId, body: t.NewDecision) -> t.DecisionView:
        """Decide a case that you have claimed. A case is decided once.

        A newcomer who may go on has `join.hold_days` from now on. A final refusal binds the use of the
        invite, the address and the document until an admin lifts it.

        Roles: owner, admin, reviewer.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, CrossSite, DocumentBound, DocumentTaken,
        Forbidden, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound,
        PositionUnknown, ReviewConflict, SessionEnded, StepOutOfOrder, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.DecisionView = self._call(_DECIDE_CASE, path={"id": id}, body=body)
        return answer

    def decline_invite(self, code: str) -> None:
        """Say that you do not want an invite to your address. It ends, and its inviter sees that it was
        declined. An open link stays: it is nobody's alone. Saying it again changes nothing.

        Raises: Internal, InviteExpired, InviteUnknown, InviteUsed, NotCaughtUp, NotFound, PositionUnknown,
        Timeout, TooManyRequests, Unavailable.
        """
        self._call(_DECLINE_INVITE, path={"code": code})

    def delete_server_of_room(self, room: str, server: t.ServerId) -> t.RoomView:
        """Take a room off one of its servers. Whoever is in it there is put out, and their tickets end; asked
        for another one, they get it on a server that is left. A room is closed, and not taken off its last
        server.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomLastServer,
        RoomServerUnknown, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = self._call(_DELETE_SERVER_OF_ROOM, path={"room": room, "server": server})
        return answer

    def dismiss_lead(self, id: t.LeadId, body: t.DismissBody) -> t.LeadView:
        """Says why nothing follows from a lead that is open. It stays dismissed until clearly more speaks for
        it: half as much again as now, and two people or invites more at least.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, LeadNotOpen,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.LeadView = self._call(_DISMISS_LEAD, path={"id": id}, body=body)
        return answer

    def disown_inviter(self, code: str) -> None:
        """Say that you do not know whoever invites you. Admins are shown how often that was said of an invite,
        never who said it. An invite to your address ends, and its inviter sees no more than that it was
        declined. Saying it again changes nothing.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unavailable.
        """
        self._call(_DISOWN_INVITER, path={"code": code})

    def draw_waitlist(self, body: t.DrawBody, *, idempotency_key: str | None = None) -> t.DrawView:
        """Let in so many of those who wait, each by an invite of one's own, which is mailed. By chance, the
        lowest lots win: the lot of an application is the SHA-256 of the seed, a colon and the application's
        id. So everybody can draw it again from the ledger.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown, QuotaExhausted,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.DrawView = self._call(_DRAW_WAITLIST, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def end_my_other_sessions(self) -> None:
        """End all of one's own sessions but the one that asks.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        self._call(_END_MY_OTHER_SESSIONS)

    def end_my_session(self, id: t.SessionId) -> None:
        """End one of one's own sessions: its tokens hold no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        self._call(_END_MY_SESSION, path={"id": id})

    def end_sessions(self, id: t.PersonId, body: t.EndSessions) -> t.SessionsEnded:
        """Ends every session of a member: their tokens hold no longer, and they sign in anew. Nothing else
        changes. An owner does it to anybody else, an admin to whoever stands below an admin; one's own are
        under `/v1/me/sessions`.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.SessionsEnded = self._call(_END_SESSIONS, path={"id": id}, body=body)
        return answer

    def end_ticket(self, room: str, ticket: t.TicketId) -> None:
        """Give one's own ticket back: the participant is put out, and the seat is free.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, TicketUnknown,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        self._call(_END_TICKET, path={"room": room, "ticket": ticket})

    def export_graph(self, *, format: Literal["graphml", "dot", "csv", "csv_people", "jsonl"], branch: t.PersonId | None = None, as_of: t.Timestamp | None = None) -> bytes:
        """The graph as a file: people by public id, with handle, time of joining, standing and assurance, and
        who let whom in or vouches for whom, as of one second: now, or a past one. Nobody's name or contact is
        in it. It is made while it is read. A file that breaks off is not whole: `jsonl` ends with a line that
        says how much there was. That it was asked for is an event in the ledger.

        Roles: owner, admin, auditor. Whoever calls it has signed in less than 15 minutes ago.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = self._call(_EXPORT_GRAPH, query={"format": format, "branch": branch, "as_of": as_of})
        return answer

    def export_job_outcomes(self, id: t.JobId) -> bytes:
        """What became of every item of a job, as a CSV file with the columns `item`, `outcome` and `person`.
        Where a cell would begin a formula in a spreadsheet, it has an apostrophe before it.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: bytes = self._call(_EXPORT_JOB_OUTCOMES, path={"id": id})
        return answer

    def export_ledger(self, *, from_: int | None = None, before: int | None = None, actor: t.PersonId | None = None, subject: t.PersonId | None = None, type: Literal["person_founded", "member_admitted", "vouched", "vouch_taken_back", "reparented", "person_left", "reported", "filter_reported", "role_changed", "invite_issued", "invite_revoked", "invite_voided", "invite_restored", "invite_extended", "invite_resent", "invite_passed_on", "invite_answered", "invite_undeliverable", "invite_delivered", "invite_held", "hold_prolonged", "invite_released", "invite_quota_changed", "application_made", "application_proof_failed", "applicant_waits", "applicant_left", "applicant_let_in", "applicant_vouched", "application_refused", "waitlist_drawn", "onboarding_started", "proof_requested", "proof_failed", "contact_proved", "identity_given", "case_opened", "case_claimed", "case_decided", "claim_released", "names_withheld", "name_shown", "refusal_bound", "refusal_lifted", "case_withdrawn", "person_banned", "ban_lifted", "person_sanctioned", "sanction_lifted", "action_proposed", "action_withdrawn", "action_approved", "action_applied", "action_undoing", "action_undone", "appeal_made", "appeal_claimed", "appeal_decided", "reports_closed", "assurance_lowered", "lead_dismissed", "graph_exported", "room_server_registered", "room_server_changed", "room_server_removed", "room_created", "room_changed", "room_spread", "room_withdrawn", "ticket_issued", "room_place_changed", "room_acted", "hand_moved", "ticket_changed", "ticket_ended", "sign_in_code_made", "session_started", "session_refreshed", "session_ended", "sessions_ended", "password_forgotten", "password_link_made", "password_changed", "address_asked", "address_changed", "address_restored", "handle_changed", "language_changed", "policy_changed", "service_added", "filter_allowed", "service_secret_changed", "service_removed", "signing_key_made", "job_cancelled", "job_resumed", "import_started", "import_finished"] | None = None) -> bytes:
        """The ledger as a file of JSON Lines, the oldest first: each line an item as `list_ledger` has it. It is
        made while it is read, up to what had happened when it was asked for. A file that breaks off is not
        whole: the last line says how many there are and up to which number.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = self._call(_EXPORT_LEDGER, query={"from": from_, "before": before, "actor": actor, "subject": subject, "type": type})
        return answer

    def extend_invite(self, id: t.InviteId, body: t.ExtendBody) -> t.InviteView:
        """Let an invite hold for longer, at most as far from now as the policy lets an invite live. It must not
        have ended.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, InviteState, InviteUnknown,
        MalformedJson, NotCaughtUp, NotEligibleToInvite, NotFound, PositionUnknown, QuotaExhausted,
        SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.InviteView = self._call(_EXTEND_INVITE, path={"id": id}, body=body)
        return answer

    def filter_in_room(self, room: str, body: t.ActBody, *, idempotency_key: str | None = None) -> None:
        """The same for a filter: a service that an owner has let act in rooms. It warns, mutes and puts out
        whoever does not moderate.

        Raises: BodyTooLarge, IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, NotTheirModerator, ParticipantUnknown, PositionUnknown, RoomUnknown, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_FILTER_IN_ROOM, path={"room": room}, headers={"Idempotency-Key": idempotency_key}, body=body)

    def forgot_password(self, body: t.ForgotPasswordBody) -> None:
        """Have a letter sent with a link to a new password. The link is good once, for 15 minutes, and until
        another one is asked for; a few letters go to one address in an hour.

        The answer is the same whether or not the address is a member's, and so is the work that is done
        before it.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_FORGOT_PASSWORD, body=body)

    def give_contact(self, flow: t.FlowId, body: t.ContactBody) -> t.FlowView:
        """Give the contact to be proved. A one-time code is sent to it, by mail or by text message. Giving it
        again sends a new code; the two codes before it stay valid for their time, if they were sent to the
        same address.

        Raises: BodyTooLarge, ContactMismatch, CountryNotAccepted, FlowEnded, FlowUnknown, HoldExpired,
        Internal, InvalidField, InvalidValue, InviteClosed, InviteExhausted, InviteExpired, InviteUsed,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, StepOutOfOrder, TextLimitReached, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = self._call(_GIVE_CONTACT, path={"flow": flow}, body=body)
        return answer

    def give_identity(self, flow: t.FlowId, body: t.IdentityBody, *, idempotency_key: str | None = None) -> t.FlowView:
        """Give your real name and document. They are sealed at once. Where the policy demands a review, a
        reviewer is asked. The answer does not tell whether another person has given the same document.

        Raises: BodyTooLarge, CountryNotAccepted, DocumentInvalid, FlowEnded, FlowUnknown, HoldExpired,
        IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson, NameInvalid, NotCaughtUp,
        NotFound, PositionUnknown, RegistrationRefused, StepOutOfOrder, Timeout, TooManyRequests,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = self._call(_GIVE_IDENTITY, path={"flow": flow}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def give_password(self, flow: t.FlowId, body: t.PasswordBody, *, idempotency_key: str | None = None) -> t.AdmittedView:
        """Choose a password and become a member: the reserved use of the invite is redeemed. Where a reviewer
        has to look at the name and the document first, the answer is the problem `review-needed`; take the
        step again after the decision.

        Raises: AccountLocked, BodyTooLarge, FlowEnded, FlowUnknown, HoldExpired, IdempotencyKeyReused,
        Internal, InvalidField, InvalidValue, InviteClosed, MalformedJson, NotCaughtUp, NotFound,
        PasswordRefused, PersonLimitReached, PositionUnknown, ReviewNeeded, SessionEnded, StepOutOfOrder,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AdmittedView = self._call(_GIVE_PASSWORD, path={"flow": flow}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def give_place(self, room: str, person: t.PersonId, body: t.PlaceBody) -> t.PlacedView:
        """Give a member a place in a room. It takes effect on their seat at once; whether they were muted or put
        out stays.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, RoomCannotHide, RoomUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.PlacedView = self._call(_GIVE_PLACE, path={"room": room, "person": person}, body=body)
        return answer

    def give_vouch(self, id: t.PersonId) -> t.AcquaintedView:
        """Vouch for another member. Where one does already, nothing changes. Whoever is vouched for sees it, and
        admins do; how that member stands is not told.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, VouchRefused.
        """
        answer: t.AcquaintedView = self._call(_GIVE_VOUCH, path={"id": id})
        return answer

    def home(self) -> bytes:
        """What this is, and where to go: a page for people.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = self._call(_HOME)
        return answer

    def jwks(self) -> bytes:
        """The public keys.

        A JWK set (RFC 7517). Fetch it again when a token names a key that is not in it.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = self._call(_JWKS)
        return answer

    def leave(self) -> None:
        """Leave the community.

        Everything that says who you are is forgotten and cannot be brought back: your handle, your address,
        your name and your password. Your sessions end, and your open invites are taken back. Whom you let in
        stays, and so does the place where you stood, without a name. It needs a sign-in of the last 15
        minutes.

        Roles: owner, admin, auditor, reviewer, member. Whoever calls it has signed in less than 15 minutes
        ago.

        Raises: CrossSite, Internal, LastOwner, NotCaughtUp, PositionUnknown, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        self._call(_LEAVE)

    def leave_waitlist(self) -> None:
        """Leave the waitlist. The place is given up, and what was said is erased.

        Raises: ApplicationOver, ApplicationUnknown, Internal, NotCaughtUp, PositionUnknown, Timeout,
        TooManyRequests, Unauthenticated, Unavailable.
        """
        self._call(_LEAVE_WAITLIST)

    def let_in(self, body: t.LetInBody, *, idempotency_key: str | None = None) -> t.LetInView:
        """Let in somebody who waits: by an invite of one's own to their contact, which takes one of one's
        places. Whoever does not wait is invited all the same, and the answer is the same: nobody learns by it
        who waits. Where somebody else has let them in and that invite is open, it says so, and takes no
        place.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AlreadyLetIn, BodyTooLarge, CountryNotAccepted, CrossSite, IdempotencyKeyReused, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown,
        QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.LetInView = self._call(_LET_IN, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def lift_refusal(self, id: t.RefusalId, body: t.NewLift) -> t.RefusalView:
        """Lift a final refusal: the use of the invite is free again, and the address and the document may be
        used again. The refused registration stays over; the newcomer opens the invite, or another one, again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, RefusalUnknown, ReviewConflict, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RefusalView = self._call(_LIFT_REFUSAL, path={"id": id}, body=body)
        return answer

    def lift_sanction(self, id: t.PersonId, sanction: t.SanctionId, body: t.Lift) -> t.SanctionShown:
        """Lifts a sanction that is in force. A person on whom no other is in force is in good standing again,
        and their open invites are valid again. Whoever was put out has to sign in again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SanctionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.SanctionShown = self._call(_LIFT_SANCTION, path={"id": id, "sanction": sanction}, body=body)
        return answer

    def list_actions(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActionShown]:
        """Actions on many people, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActionShown] = self._call(_LIST_ACTIONS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_appeals(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AppealShown]:
        """The appeals that wait for a decision, oldest first. What they say, whoever claims one sees.

        Roles: owner, admin.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AppealShown] = self._call(_LIST_APPEALS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_branch(self, id: t.PersonId, *, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Node]:
        """Everybody below the person, an inviter before their invitees. A page of a great branch costs no more
        than one of a small.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = self._call(_LIST_BRANCH, path={"id": id}, query={"as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    def list_cases(self, *, state: t.CaseState | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.CaseView]:
        """The cases in one state, oldest first.

        Roles: owner, admin, reviewer.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.CaseView] = self._call(_LIST_CASES, query={"state": state, "limit": limit, "cursor": cursor})
        return answer

    def list_children(self, id: t.PersonId, *, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Node]:
        """Whom the person let in, in the order of joining.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = self._call(_LIST_CHILDREN, path={"id": id}, query={"as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    def list_dead_letters(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.DeadLetterView]:
        """Letters and text messages that were given up, oldest first. To whom they were is not said.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.DeadLetterView] = self._call(_LIST_DEAD_LETTERS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_former_inviters(self, id: t.PersonId) -> t.Page[t.FormerInviterSeen]:
        """The inviters whom the person had before they were given another, oldest first: always one page.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.Page[t.FormerInviterSeen] = self._call(_LIST_FORMER_INVITERS, path={"id": id})
        return answer

    def list_in_room(self, room: str, *, hands: bool | None = None, cursor: str | None = None, limit: t.Limit | None = None) -> t.Page[t.ParticipantView]:
        """Who is in a room that one moderates: everybody who has a good ticket, hidden listeners too.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, NotFound, NotTheirModerator,
        PositionUnknown, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ParticipantView] = self._call(_LIST_IN_ROOM, path={"room": room}, query={"hands": hands, "cursor": cursor, "limit": limit})
        return answer

    def list_invites(self, *, state: Literal["open", "not_yet", "held", "used", "expired", "revoked", "declined", "passed_on", "suspended", "room_closed", "undeliverable", "refused"] | None = None, kind: Literal["email", "phone", "link"] | None = None, inviter: t.PersonId | None = None, campaign: str | None = None, uses_from: int | None = None, doubted: bool | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OverseenInviteView]:
        """Everybody's invites, newest first. Nobody's code or address is among them.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OverseenInviteView] = self._call(_LIST_INVITES, query={"state": state, "kind": kind, "inviter": inviter, "campaign": campaign, "uses_from": uses_from, "doubted": doubted, "limit": limit, "cursor": cursor})
        return answer

    def list_job_outcomes(self, id: t.JobId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OutcomeShown]:
        """What became of a job's items, by their names.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OutcomeShown] = self._call(_LIST_JOB_OUTCOMES, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_jobs(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.JobShown]:
        """Jobs, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.JobShown] = self._call(_LIST_JOBS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_leads(self, *, state: Literal["open", "dismissed", "past"] | None = None, kind: Literal["bad_rate", "accountability", "exposure", "velocity"] | None = None, person: t.PersonId | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LeadView]:
        """Who is worth a look by an abuse team, by kind, the strongest first. Leads are computed now and then,
        and shown as of then; nothing is done because of them.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LeadView] = self._call(_LIST_LEADS, query={"state": state, "kind": kind, "person": person, "limit": limit, "cursor": cursor})
        return answer

    def list_ledger(self, *, actor: t.PersonId | None = None, subject: t.PersonId | None = None, type: Literal["person_founded", "member_admitted", "vouched", "vouch_taken_back", "reparented", "person_left", "reported", "filter_reported", "role_changed", "invite_issued", "invite_revoked", "invite_voided", "invite_restored", "invite_extended", "invite_resent", "invite_passed_on", "invite_answered", "invite_undeliverable", "invite_delivered", "invite_held", "hold_prolonged", "invite_released", "invite_quota_changed", "application_made", "application_proof_failed", "applicant_waits", "applicant_left", "applicant_let_in", "applicant_vouched", "application_refused", "waitlist_drawn", "onboarding_started", "proof_requested", "proof_failed", "contact_proved", "identity_given", "case_opened", "case_claimed", "case_decided", "claim_released", "names_withheld", "name_shown", "refusal_bound", "refusal_lifted", "case_withdrawn", "person_banned", "ban_lifted", "person_sanctioned", "sanction_lifted", "action_proposed", "action_withdrawn", "action_approved", "action_applied", "action_undoing", "action_undone", "appeal_made", "appeal_claimed", "appeal_decided", "reports_closed", "assurance_lowered", "lead_dismissed", "graph_exported", "room_server_registered", "room_server_changed", "room_server_removed", "room_created", "room_changed", "room_spread", "room_withdrawn", "ticket_issued", "room_place_changed", "room_acted", "hand_moved", "ticket_changed", "ticket_ended", "sign_in_code_made", "session_started", "session_refreshed", "session_ended", "sessions_ended", "password_forgotten", "password_link_made", "password_changed", "address_asked", "address_changed", "address_restored", "handle_changed", "language_changed", "policy_changed", "service_added", "filter_allowed", "service_secret_changed", "service_removed", "signing_key_made", "job_cancelled", "job_resumed", "import_started", "import_finished"] | None = None, before: int | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Happened]:
        """What happened, newest first. Rows of the store stand nowhere in it: people have their public ids.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Happened] = self._call(_LIST_LEDGER, query={"actor": actor, "subject": subject, "type": type, "before": before, "limit": limit, "cursor": cursor})
        return answer

    def list_looks(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LookAtView]:
        """Who was shown a member's real name, newest first: reviewers and admins. Of somebody who was erased
        nothing is left.

        Roles: owner, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LookAtView] = self._call(_LIST_LOOKS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_looks_at_me(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LookView]:
        """Who looked at one's real name, and why; newest first. Nobody is shown it without a reason.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LookView] = self._call(_LIST_LOOKS_AT_ME, query={"limit": limit, "cursor": cursor})
        return answer

    def list_my_invitees(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AcquaintedView]:
        """Those whom one let in, in the order of joining: who they are called, and since when. Nothing is told
        of whom they let in, or of how they stand.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AcquaintedView] = self._call(_LIST_MY_INVITEES, query={"limit": limit, "cursor": cursor})
        return answer

    def list_my_invites(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.InviteView]:
        """One's own invites, newest first.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.InviteView] = self._call(_LIST_MY_INVITES, query={"limit": limit, "cursor": cursor})
        return answer

    def list_my_rooms(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomCard]:
        """The open rooms, by their ids: those for members, and those for guests where one has a place. Whether
        one is admitted, each room tells.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomCard] = self._call(_LIST_MY_ROOMS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_my_sanctions(self) -> t.OwnSanctionsShown:
        """One's own sanctions, and how the appeals against them stand.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.OwnSanctionsShown = self._call(_LIST_MY_SANCTIONS)
        return answer

    def list_my_sessions(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OwnSessionView]:
        """Where one is signed in, newest first: which device, from where, when last.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OwnSessionView] = self._call(_LIST_MY_SESSIONS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_my_vouches(self, *, direction: Literal["given", "received"] | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AcquaintedView]:
        """One's own vouches that stand, given or received.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AcquaintedView] = self._call(_LIST_MY_VOUCHES, query={"direction": direction, "limit": limit, "cursor": cursor})
        return answer

    def list_participants(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SeatView]:
        """Who has a seat in a room: a ticket that is good, the oldest first. Whoever has one may be in the room,
        and nobody else; whether they have entered, the room's server knows.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SeatView] = self._call(_LIST_PARTICIPANTS, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_people(self, *, handle: str | None = None, id: t.PersonId | None = None, role: t.Role | None = None, standing: t.Standing | None = None, joined_from: t.Timestamp | None = None, joined_before: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Person]:
        """The members, in the order of joining; where the beginning of a handle is given, by handle. Whoever is
        listed fits everything that is asked. Where few of many fit, a page may be short or empty and still
        have a `next`: a page looks at 10 000 members at most.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Person] = self._call(_LIST_PEOPLE, query={"handle": handle, "id": id, "role": role, "standing": standing, "joined_from": joined_from, "joined_before": joined_before, "limit": limit, "cursor": cursor})
        return answer

    def list_places(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomPlaceView]:
        """Those who have a place in a room, or were muted or put out there, in the order in which they joined
        the community.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomPlaceView] = self._call(_LIST_PLACES, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_refusals(self, *, lifted: bool | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RefusalView]:
        """Final refusals, newest first.

        Roles: owner, admin.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RefusalView] = self._call(_LIST_REFUSALS, query={"lifted": lifted, "limit": limit, "cursor": cursor})
        return answer

    def list_reports(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ReportedShown]:
        """The people on whom reports are open, whoever was first reported first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ReportedShown] = self._call(_LIST_REPORTS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_room_acts(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActView]:
        """What moderators and filters did in a room, the newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActView] = self._call(_LIST_ROOM_ACTS, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_room_acts_about(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActView]:
        """What moderators and filters did about one member in every room, the newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActView] = self._call(_LIST_ROOM_ACTS_ABOUT, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_room_history(self, room: str, *, person: t.PersonId | None = None, cursor: str | None = None, limit: t.Limit | None = None) -> t.Page[t.PastView]:
        """Who had a seat in a room, the newest ticket first, those that are good too. Whether somebody entered
        by one, the room's server knows.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.PastView] = self._call(_LIST_ROOM_HISTORY, path={"room": room}, query={"person": person, "cursor": cursor, "limit": limit})
        return answer

    def list_room_servers(self) -> t.ServersView:
        """The room servers, and their health.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.ServersView = self._call(_LIST_ROOM_SERVERS)
        return answer

    def list_rooms(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomView]:
        """Rooms in the order of their ids, the closed ones too.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomView] = self._call(_LIST_ROOMS, query={"limit": limit, "cursor": cursor})
        return answer

    def list_sanctioned_invitees(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SanctionedInvitee]:
        """Those whom one let in and who are under a sanction, in the order of joining. It does not say why, nor
        by whose word.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SanctionedInvitee] = self._call(_LIST_SANCTIONED_INVITEES, query={"limit": limit, "cursor": cursor})
        return answer

    def list_sanctions(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SanctionShown]:
        """A person's sanctions, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SanctionShown] = self._call(_LIST_SANCTIONS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_sanctions_to_appeal(self) -> t.OwnSanctionsShown:
        """The sanctions of whoever may not sign in, and how their appeals stand. The bearer token is the
        `appeal_token` of a refused sign-in.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests, Unauthenticated,
        Unavailable.
        """
        answer: t.OwnSanctionsShown = self._call(_LIST_SANCTIONS_TO_APPEAL)
        return answer

    def list_services(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ServiceView]:
        """Services, the newest first, those that were retired too. No secret is ever listed.

        Roles: owner.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ServiceView] = self._call(_LIST_SERVICES, query={"limit": limit, "cursor": cursor})
        return answer

    def list_subscriber_failures(self, subscriber: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.FailureView]:
        """The events that a subscriber could not carry out, in their order. Each is tried again by itself, less
        and less often, for some hours.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.FailureView] = self._call(_LIST_SUBSCRIBER_FAILURES, path={"subscriber": subscriber}, query={"limit": limit, "cursor": cursor})
        return answer

    def list_subscribers(self) -> t.SubscribersView:
        """How far everything that follows from events has come.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.SubscribersView = self._call(_LIST_SUBSCRIBERS)
        return answer

    def list_vouches(self, id: t.PersonId, *, direction: Literal["received", "given"] | None = None, taken_back: bool | None = None, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.VouchSeen]:
        """Who vouches for the person, or for whom they vouch, by the other's time of joining. What was taken
        back tells when.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.VouchSeen] = self._call(_LIST_VOUCHES, path={"id": id}, query={"direction": direction, "taken_back": taken_back, "as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    def list_waitlist(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ApplicantView]:
        """Those who wait, in their order.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ApplicantView] = self._call(_LIST_WAITLIST, query={"limit": limit, "cursor": cursor})
        return answer

    def livez(self) -> t.Liveness:
        """Is the process alive?

        Yes, whatever the database does; restart the process when no answer comes.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.Liveness = self._call(_LIVEZ)
        return answer

    def lower_assurance(self, id: t.PersonId, body: t.Lowered) -> t.AssuranceLeft:
        """Lowers a person's assurance: for example, their document turned out to be another person's. Where a
        room asks for more, they lose their seat. Only a review raises it again.

        Roles: owner, admin.

        Raises: AssuranceNotHigher, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AssuranceLeft = self._call(_LOWER_ASSURANCE, path={"id": id}, body=body)
        return answer

    def lower_hand(self, room: str) -> None:
        """Ask no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomUnknown, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        self._call(_LOWER_HAND, path={"room": room})

    def metrics(self) -> bytes:
        """Metrics in the Prometheus text format.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = self._call(_METRICS)
        return answer

    def oauth_introspect(self, body: t.PresentedForm) -> t.Introspection:
        """Ask what a token is now that was shown to this service.

        A service is told about tokens for it, and about nothing else. It may show its secret in the form
        (`client_id`, `client_secret`) in the place of the header Authorization.
        """
        answer: t.Introspection = self._call(_OAUTH_INTROSPECT, body=body)
        return answer

    def oauth_metadata(self) -> t.Metadata:
        """Where everything is.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.Metadata = self._call(_OAUTH_METADATA)
        return answer

    def oauth_revoke(self, body: t.RevokedForm) -> None:
        """Revoke a token.

        Ends its session, and with it every token of the session. Whoever holds it may do so. A token that is
        none of ours is as good as revoked: 200. One for a service ends nothing, for whoever was shown it has
        no power over its holder.
        """
        self._call(_OAUTH_REVOKE, body=body)

    def oauth_token(self, body: t.TokenForm) -> t.Granted:
        """Refresh, and get an access token for this API or for a registered service.

        A refresh token is good once. Using one a second time ends its session: whoever has a copy of it may
        not have come by it honestly. Only the very same request may be repeated for ten seconds, by a client
        that got no answer.
        """
        answer: t.Granted = self._call(_OAUTH_TOKEN, body=body)
        return answer

    def openapi(self) -> Any:
        """This description.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: Any = self._call(_OPENAPI)
        return answer

    def pass_invite_on(self, id: t.InviteId, body: t.PassOnBody, *, idempotency_key: str | None = None) -> t.InviteView:
        """Pass an invite to an address on to another one, once. Another invite takes its place, with a code of
        its own and the same end; the first letter leads nowhere any more. Whoever comes in by it was invited
        by you.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, IdempotencyKeyReused, Internal, InvalidField, InvalidValue,
        InviteState, InviteUnknown, MalformedJson, NotCaughtUp, NotEligibleToInvite, NotFound,
        PositionUnknown, QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.InviteView = self._call(_PASS_INVITE_ON, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def preview_action(self, id: t.ActionId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ChosenShown]:
        """Whom an action would be on if it were approved now, and who is left out and why, in the order of
        joining. Of one that was approved, the outcomes of its job tell.

        Roles: owner, admin, auditor.

        Raises: ActionState, ActionUnknown, CursorInvalid, Forbidden, Internal, InvalidField, InvalidValue,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField.
        """
        answer: t.Page[t.ChosenShown] = self._call(_PREVIEW_ACTION, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def preview_invite(self, code: str) -> t.PreviewView:
        """See what an invite is: who invites to what, what will be asked, until when. Opening it any number of
        times consumes nothing.

        Raises: CountryNotAccepted, Internal, InviteClosed, InviteExhausted, InviteExpired, InviteUnknown,
        InviteUsed, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: t.PreviewView = self._call(_PREVIEW_INVITE, path={"code": code})
        return answer

    def propose_action(self, id: t.ActionId) -> t.ActionShown:
        """Proposes a draft to the other admins: it shows as proposed in the list. Whoever drafted it may still
        approve it where so few people need no second admin.

        Roles: owner, admin.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = self._call(_PROPOSE_ACTION, path={"id": id})
        return answer

    def prove_address(self, body: t.AddressProofBody) -> None:
        """Prove the new address: from then on it is one's own, to sign in with and to be written to. The former
        one gets a letter with a link that undoes it within 72 hours, and is kept for as long.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AddressTaken, BodyTooLarge, CrossSite, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PositionUnknown, ProofLocked, ProofStale, ProofWrong, SessionEnded, Timeout, TooManyRequests,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_PROVE_ADDRESS, body=body)

    def prove_contact(self, flow: t.FlowId, body: t.ProofBody) -> t.FlowView:
        """Prove the address. From then on one use of the invite is reserved. A newcomer who proved the same
        address before goes on with their earlier flow: use the flow's id in the answer.

        Raises: BodyTooLarge, FlowEnded, FlowUnknown, HoldExpired, Internal, InvalidField, InviteClosed,
        InviteExhausted, InviteExpired, InviteUsed, MalformedJson, NotCaughtUp, NotFound, PersonLimitReached,
        PositionUnknown, ProofLocked, ProofStale, ProofWrong, RegistrationRefused, StepOutOfOrder, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = self._call(_PROVE_CONTACT, path={"flow": flow}, body=body)
        return answer

    def prove_ledger(self, *, position: int) -> t.LedgerProof:
        """A place of the ledger's chain, and what its hash is computed from: so that somebody outside can check
        what they were shown. The whole chain is checked by `vouchsafe audit verify`.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.LedgerProof = self._call(_PROVE_LEDGER, query={"position": position})
        return answer

    def prove_place(self, body: t.WaitlistProofBody) -> t.PlaceView:
        """Prove the contact. From then on they wait. Whose contact waits already keeps the place that it has:
        the answer is the earlier application, which this token opens from then on.

        Raises: ApplicationOver, ApplicationUnknown, BodyTooLarge, Internal, InvalidField, MalformedJson,
        NotCaughtUp, PersonLimitReached, PositionUnknown, ProofLocked, ProofStale, ProofWrong,
        RegistrationRefused, StepOutOfOrder, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType, WaitlistClosed, WaitlistFull.
        """
        answer: t.PlaceView = self._call(_PROVE_PLACE, body=body)
        return answer

    def put_server_of_room(self, room: str, server: t.ServerId) -> t.RoomView:
        """Put a room on one more server; where it is there already, nothing changes. The next tickets are for
        the server with the fewest, and whoever is in the room stays where they are.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomServerUnknown,
        RoomServersFull, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = self._call(_PUT_SERVER_OF_ROOM, path={"room": room, "server": server})
        return answer

    def raise_hand(self, room: str) -> None:
        """Ask to speak in a room where one listens. Its moderators see it.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, NotInRoom, NothingToAsk, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        self._call(_RAISE_HAND, path={"room": room})

    def readyz(self) -> t.ReadinessReport:
        """Can this replica take requests?

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.ReadinessReport = self._call(_READYZ)
        return answer

    def refuse_application(self, application: t.ApplicationId, body: t.RefuseBody) -> t.RefusedView:
        """Refuse somebody who waits. What they said is erased, and they are told only that they were refused.
        The same address may ask again; admins then see that it was refused, when and why.

        Roles: owner, admin.

        Raises: ApplicationOver, ApplicationUnknown, BodyTooLarge, CrossSite, Forbidden, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RefusedView = self._call(_REFUSE_APPLICATION, path={"application": application}, body=body)
        return answer

    def register_room_server(self, body: t.NewServerBody, *, idempotency_key: str | None = None) -> t.ServerView:
        """Register a room server. It is asked from now on whether it answers; `health` says so within seconds.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, ReauthenticationRequired,
        RoomServerUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.ServerView = self._call(_REGISTER_ROOM_SERVER, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def release_case(self, id: t.CaseId, body: t.NewRelease) -> None:
        """End your claim on a case without a decision. Owners and admins may end any reviewer's claim.

        Roles: owner, admin, reviewer.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, CrossSite, Forbidden, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        StepOutOfOrder, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_RELEASE_CASE, path={"id": id}, body=body)

    def remove_room_server(self, id: t.ServerId, *, abandon: bool | None = None) -> None:
        """Remove a room server. Its rooms must be closed, and gone from it.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, RoomServerInUse, RoomServerNotCleared, RoomServerUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        self._call(_REMOVE_ROOM_SERVER, path={"id": id}, query={"abandon": abandon})

    def reparent(self, id: t.PersonId, body: t.NewInviter) -> t.InviterGiven:
        """Gives a person another inviter, or none; their branch goes along. Giving the one that they already
        have changes nothing. The former one is kept with the time that it stood, and stays what questions
        about that time, and whatever the former inviter answers for, go by.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, InviterInBranch,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.InviterGiven = self._call(_REPARENT, path={"id": id}, body=body)
        return answer

    def replace_policy(self, body: t.NewPolicy, *, if_match: str) -> t.PolicyView:
        """Put another policy in its place. It holds from the answer on, on every replica within a second.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PolicyInvalid, PositionUnknown, PreconditionFailed, PreconditionRequired, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.PolicyView = self._call(_REPLACE_POLICY, headers={"If-Match": if_match}, body=body)
        return answer

    def replace_room(self, room: str, body: t.RoomBody) -> t.RoomView:
        """Change the terms of a room, close it or open it. Whoever is in it and no longer satisfies the terms is
        put out; whoever may no longer speak is muted.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, RoomServerUnknown, RoomUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoomView = self._call(_REPLACE_ROOM, path={"room": room}, body=body)
        return answer

    def replace_room_server(self, id: t.ServerId, body: t.NewServerBody, *, abandon: bool | None = None) -> t.ServerView:
        """Replace the settings of a room server, all of them. Before it is managed at another place (another
        `admin_url`), its rooms must be closed and gone from it: nobody would put out those who are in them at
        the old place.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, RoomServerInUse,
        RoomServerNotCleared, RoomServerUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.ServerView = self._call(_REPLACE_ROOM_SERVER, path={"id": id}, query={"abandon": abandon}, body=body)
        return answer

    def report_in_room(self, room: str, body: t.ReportInRoom) -> None:
        """Reports somebody in a room to the admins, as a filter: a service that an owner has let act in rooms.
        One report of the same filter on the same person is open at a time: again changes nothing.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound,
        NotTheirModerator, ParticipantUnknown, PositionUnknown, Timeout, TooManyRequests, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_REPORT_IN_ROOM, path={"room": room}, body=body)

    def report_invite(self, code: str) -> None:
        """Report an invite: unwanted, or abusive. Admins are shown how often an invite was reported, never by
        whom. An invite to your address ends, and its inviter sees no more than that it was declined. Saying
        it again changes nothing.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unavailable.
        """
        self._call(_REPORT_INVITE, path={"code": code})

    def report_of_room_server(self, id: t.ServerId, body: t.ReportBody) -> t.ReportAnswer:
        """A room server says what happens in its rooms, or asks whether somebody may come in: whoever was let in
        without a good ticket is put out at once. Only what the server has signed is read, and it is only
        taken as word of where to look: said twice, late or in another order, it is as if said once.

        Raises: BodyTooLarge, Internal, InvalidField, MalformedJson, NotCaughtUp, NotFound, PositionUnknown,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnsupportedMediaType.
        """
        answer: t.ReportAnswer = self._call(_REPORT_OF_ROOM_SERVER, path={"id": id}, body=body)
        return answer

    def report_person(self, body: t.NewReport) -> None:
        """Reports a member to the admins. They never learn by whom. One report of the same member on the same
        person is open at a time: again changes nothing. A member makes 20 a day at most.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        self._call(_REPORT_PERSON, body=body)

    def resend_invite(self, id: t.InviteId) -> t.InviteView:
        """Send the letter of an invite again, with the same code: three times at once, and then once a day.
        Where others send to the same address too, three letters a day go there in all; you are not told
        whether yours was one of them.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InviteState, InviteUnknown, NotCaughtUp, NotEligibleToInvite, NotFound,
        PositionUnknown, QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        answer: t.InviteView = self._call(_RESEND_INVITE, path={"id": id})
        return answer

    def reset_password(self, body: t.ResetPasswordBody) -> None:
        """Choose a new password by the link in a letter. Every session of the account ends, and a letter says
        that the password was changed. A password that is refused leaves the link good.

        Raises: BodyTooLarge, Internal, InvalidField, LinkOver, MalformedJson, NotCaughtUp, PasswordRefused,
        PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_RESET_PASSWORD, body=body)

    def restore_any_invite(self, id: t.InviteId) -> None:
        """Let an invite stand again that an admin took back, if its time is not over.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, InviteState, InviteUnknown, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        self._call(_RESTORE_ANY_INVITE, path={"id": id})

    def restore_invite(self, id: t.InviteId) -> t.InviteView:
        """Let an invite stand again that you took back. Its time must not be over, and it takes its places
        again. Restoring one that stands changes nothing.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InvalidValue, InviteState, InviteUnknown, NotCaughtUp,
        NotEligibleToInvite, NotFound, PositionUnknown, QuotaExhausted, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable.
        """
        answer: t.InviteView = self._call(_RESTORE_INVITE, path={"id": id})
        return answer

    def retire_service(self, id: t.ServiceId) -> None:
        """Retire a service: it may no longer ask whether a token holds, and no token is given for it.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        self._call(_RETIRE_SERVICE, path={"id": id})

    def retry_dead_letter(self, id: str) -> None:
        """Have a letter or text message that was given up tried again at once, with all its attempts before it:
        after what was wrong was mended.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        self._call(_RETRY_DEAD_LETTER, path={"id": id})

    def retry_subscriber_failure(self, subscriber: str, number: int) -> None:
        """Have an event that was put aside tried again at once, after what was wrong was mended.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        self._call(_RETRY_SUBSCRIBER_FAILURE, path={"subscriber": subscriber, "number": number})

    def revoke_any_invite(self, id: t.InviteId, body: t.RevokeBody) -> None:
        """Take anybody's invite back. Whoever is on the way in by it cannot finish; whoever came in by it stays.
        Its inviter cannot restore it.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InviteUnknown, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        self._call(_REVOKE_ANY_INVITE, path={"id": id}, body=body)

    def revoke_invite(self, id: t.InviteId) -> None:
        """Take one of one's own invites back. Whoever is on their way in by it cannot finish.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        self._call(_REVOKE_INVITE, path={"id": id})

    def revoke_invites(self, body: t.RevokeCampaignBody, *, idempotency_key: str | None = None) -> t.RevocationAccepted:
        """Takes back every invite of a campaign that stands, by a job that begins within two seconds: up to 100
        000, the oldest first. Whoever gave them keeps their standing and their other invites.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RevocationAccepted = self._call(_REVOKE_INVITES, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def rotate_service(self, id: t.ServiceId) -> t.ServiceSecretView:
        """Give a service another secret: the one that it has holds no longer. The new one is in this answer and
        in no other.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ServiceSecretView = self._call(_ROTATE_SERVICE, path={"id": id})
        return answer

    def sanction_people(self, body: t.NewSanctions, *, idempotency_key: str | None = None) -> t.JobAccepted:
        """Imposes a sanction on many people, by a job. It begins within two seconds. Whether you may sanction
        each person is decided when it is that person's turn; a refusal is the outcome of that person, and the
        job goes on.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.JobAccepted = self._call(_SANCTION_PEOPLE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def sanction_person(self, id: t.PersonId, body: t.NewSanction, *, idempotency_key: str | None = None) -> t.SanctionShown:
        """Imposes a sanction. Several may be in force on a person, one of a kind. Each makes the person's open
        invites void; a quarantine makes them a listener in rooms; a suspension and a ban end their sessions
        and seats. All of it holds on this replica when the request is answered.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, LastOwner, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SanctionExists,
        SanctionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.SanctionShown = self._call(_SANCTION_PERSON, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    def search_people(self, body: t.Search) -> t.Page[t.Person]:
        """Whoever has proved control of a contact, if the rest that is asked fits too: one person or none.
        Contacts are kept sealed, so that only the whole of one is ever found, and none ever stands in a URL.

        Roles: owner, admin, auditor.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.Page[t.Person] = self._call(_SEARCH_PEOPLE, body=body)
        return answer

    def send_sign_in_code(self, body: t.SendCodeBody) -> None:
        """Have a code sent by text message, to sign in with at `POST /v1/sessions`. It is good once, for ten
        minutes; asked for again, the same one is sent as long as it is good for five.

        The answer is the same whether or not the number is a member's, and so is what is counted.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, TextLimitReached, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_SEND_SIGN_IN_CODE, body=body)

    def show_account(self, id: t.PersonId) -> t.PersonAccount:
        """How somebody signs in: their contact, masked, and their sessions.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.PersonAccount = self._call(_SHOW_ACCOUNT, path={"id": id})
        return answer

    def show_action(self, id: t.ActionId) -> t.ActionInFull:
        """One action on many people.

        Roles: owner, admin, auditor.

        Raises: ActionUnknown, Forbidden, Internal, InvalidValue, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionInFull = self._call(_SHOW_ACTION, path={"id": id})
        return answer

    def show_branch_figures(self, id: t.PersonId, *, as_of: t.Timestamp | None = None) -> t.BranchInNumbers:
        """Everybody below the person, in numbers. As of now they are kept, and cost the same for any branch; as
        of a past time they are counted anew.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.BranchInNumbers = self._call(_SHOW_BRANCH_FIGURES, path={"id": id}, query={"as_of": as_of})
        return answer

    def show_case(self, id: t.CaseId) -> t.CaseView:
        """One case, without the person whom it is about.

        Roles: owner, admin, reviewer.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.CaseView = self._call(_SHOW_CASE, path={"id": id})
        return answer

    def show_case_figures(self) -> t.CaseFiguresView:
        """The reviewers' queue in figures: what waits, and how the last 30 days went.

        Roles: owner, admin, auditor, reviewer.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.CaseFiguresView = self._call(_SHOW_CASE_FIGURES)
        return answer

    def show_chain(self, id: t.PersonId, *, as_of: t.Timestamp | None = None) -> t.Page[t.Node]:
        """The person, whoever let them in, and so on up to the root: always one page.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = self._call(_SHOW_CHAIN, path={"id": id}, query={"as_of": as_of})
        return answer

    def show_health(self) -> t.HealthView:
        """How this replica does, and what waits. What is in the database is the same for all replicas.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.HealthView = self._call(_SHOW_HEALTH)
        return answer

    def show_health_history(self, *, minutes: int | None = None) -> t.HealthHistory:
        """How this replica did, a sample each minute: kept in memory for a day, and gone when it stops.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.HealthHistory = self._call(_SHOW_HEALTH_HISTORY, query={"minutes": minutes})
        return answer

    def show_invite_figures(self, *, by: Literal["campaign", "inviter"], limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.FiguresView]:
        """What came of invites, by campaign or by member: how many were given, how many ways in were begun, who
        came in, and who of those is in good standing after 30 days.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.FiguresView] = self._call(_SHOW_INVITE_FIGURES, query={"by": by, "limit": limit, "cursor": cursor})
        return answer

    def show_invite_qr(self, id: t.InviteId, *, format: Literal["svg", "png"] | None = None) -> bytes:
        """One's own open link as a QR code, for whoever stands beside you. An invite to an address has none: its
        code goes by mail alone.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, InvalidField, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = self._call(_SHOW_INVITE_QR, path={"id": id}, query={"format": format})
        return answer

    def show_invite_quota(self, id: t.PersonId) -> t.InviteQuotaView:
        """The places that a person has to give, and what admins have given and taken.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.InviteQuotaView = self._call(_SHOW_INVITE_QUOTA, path={"id": id})
        return answer

    def show_job(self, id: t.JobId) -> t.JobShown:
        """One job.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.JobShown = self._call(_SHOW_JOB, path={"id": id})
        return answer

    def show_lead(self, id: t.LeadId) -> t.LeadView:
        """One lead.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.LeadView = self._call(_SHOW_LEAD, path={"id": id})
        return answer

    def show_me(self) -> t.MeView:
        """One's own record.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MeView = self._call(_SHOW_ME)
        return answer

    def show_my_data(self) -> t.MyDataView:
        """Everything that is held about oneself.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MyDataView = self._call(_SHOW_MY_DATA)
        return answer

    def show_my_invite(self, id: t.InviteId) -> t.InviteView:
        """One of one's own invites, as in the list.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.InviteView = self._call(_SHOW_MY_INVITE, path={"id": id})
        return answer

    def show_my_room(self, room: str) -> t.MyRoomView:
        """A room, and what one is there. A room for guests is shown to those who are.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, RoomForOthers, RoomUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MyRoomView = self._call(_SHOW_MY_ROOM, path={"room": room})
        return answer

    def show_name(self, id: t.PersonId, body: t.NewLook) -> t.VerifiedName:
        """See a member's verified name, for a reason. That you looked is recorded in the ledger, and the member
        finds it with your reason in `list_looks_at_me`. It counts towards the names that the policy lets one
        person see in 24 hours (`review.names_per_day`). Where no reviewer has verified a name of theirs,
        there is none to see: 404.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NamesExhausted, NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.VerifiedName = self._call(_SHOW_NAME, path={"id": id}, body=body)
        return answer

    def show_onboarding(self, flow: t.FlowId) -> t.FlowView:
        """The progress of a registration: its state, and the next step.

        Raises: FlowUnknown, Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        answer: t.FlowView = self._call(_SHOW_ONBOARDING, path={"flow": flow})
        return answer

    def show_paths(self, *, from_: t.PersonId, to: t.PersonId, as_of: t.Timestamp | None = None) -> t.Connection:
        """How two people are connected by invites.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Connection = self._call(_SHOW_PATHS, query={"from": from_, "to": to, "as_of": as_of})
        return answer

    def show_person(self, id: t.PersonId) -> t.PersonInFull:
        """One member: role, standing, and place in the graph.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.PersonInFull = self._call(_SHOW_PERSON, path={"id": id})
        return answer

    def show_place(self) -> t.PlaceView:
        """One's own place, and how many wait.

        Raises: ApplicationUnknown, Internal, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        answer: t.PlaceView = self._call(_SHOW_PLACE)
        return answer

    def show_policy(self) -> t.PolicyView:
        """The policy that holds now, with its version as ETag.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.PolicyView = self._call(_SHOW_POLICY)
        return answer

    def show_reports(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ReportShown]:
        """The reports that are open on one person, oldest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ReportShown] = self._call(_SHOW_REPORTS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    def show_room(self, room: str) -> t.RoomView:
        """A room.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = self._call(_SHOW_ROOM, path={"room": room})
        return answer

    def show_stop(self, token: str) -> bytes:
        """A page that asks whether further letters are to end. Opening it changes nothing.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: bytes = self._call(_SHOW_STOP, path={"token": token})
        return answer

    def show_tree(self, id: t.PersonId, *, depth: int | None = None, limit: int | None = None, as_of: t.Timestamp | None = None) -> t.TreeDrawn:
        """The branch below the person, level by level, for a drawing. It costs what it answers, however great
        the branch is; as of a past time, a look at every invitee of those in the answer.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.TreeDrawn = self._call(_SHOW_TREE, path={"id": id}, query={"depth": depth, "limit": limit, "as_of": as_of})
        return answer

    def sign_in(self, body: t.Credentials, *, vouchsafe_device: str | None = None) -> t.Granted:
        """Sign in.

        An unknown contact, a wrong password and a wrong code get the same answer, after the same work. An
        `Idempotency-Key` is not looked at here: whoever got no answer signs in again.

        Raises: AccountLocked, BodyTooLarge, CredentialsWrong, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.Granted = self._call(_SIGN_IN, headers={"Vouchsafe-Device": vouchsafe_device}, body=body)
        return answer

    def sign_out(self) -> None:
        """Sign out.

        Ends the session behind the access token: it and the refresh token hold no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        self._call(_SIGN_OUT)

    def simulate_policy(self, body: t.PolicyToTry) -> t.PolicySimulated:
        """What a policy would mean for those who are here, if it were put in the place of the one that holds.
        Nothing is changed. A document that could not be put in its place is refused as by `replace_policy`.

        Roles: owner, admin, auditor.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PolicyInvalid, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.PolicySimulated = self._call(_SIMULATE_POLICY, body=body)
        return answer

    def start_onboarding(self, body: t.BeginBody) -> t.BegunView:
        """Start a registration with an invite. No use of the invite is taken or reserved.

        A client that got no answer starts again. An `Idempotency-Key` is ignored here: at this point nothing
        tells one newcomer from another, and the answer holds the token of the flow.

        Raises: BodyTooLarge, FlowUnknown, Internal, InvalidField, InviteClosed, InviteExhausted,
        InviteExpired, InviteNotOpen, InviteUnknown, InviteUsed, MalformedJson, NotCaughtUp, PositionUnknown,
        Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.BegunView = self._call(_START_ONBOARDING, body=body)
        return answer

    def stop_letters(self, token: str) -> bytes:
        """End all further letters to the address that the link was sent to (RFC 8058). The body is not looked
        at: the token says it all.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: bytes = self._call(_STOP_LETTERS, path={"token": token})
        return answer

    def take_place(self, room: str, person: t.PersonId) -> None:
        """Take a member's place in a room, with what a moderator or a filter decided about them there: they are
        muted, or kept out, no longer. What holds them back is lifted by whoever stands higher alone.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, NotTheirModerator, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        self._call(_TAKE_PLACE, path={"room": room, "person": person})

    def take_vouch_back(self, id: t.PersonId) -> None:
        """Vouch for a member no more. Where one does not, nothing changes. That one did, from when to when, is
        kept for admins; one can vouch for them again after a day.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, VouchRefused.
        """
        self._call(_TAKE_VOUCH_BACK, path={"id": id})

    def text_status(self, message: str, body: t.StatusForm, *, x_twilio_signature: str) -> None:
        """Twilio says what became of a text message: only what Twilio has signed is believed. Said twice, it is
        as if said once.

        Raises: BodyTooLarge, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp, NotFound,
        PositionUnknown, Timeout, TooManyRequests, Unavailable, UnsupportedMediaType.
        """
        self._call(_TEXT_STATUS, path={"message": message}, headers={"X-Twilio-Signature": x_twilio_signature}, body=body)

    def undo_action(self, id: t.ActionId, body: t.Undo) -> t.ActionShown:
        """Undoes a whole action, also while it is being applied: what of it is not yet applied never is, and a
        job lifts each of its sanctions that is still in force. What was decided by hand since stays: a
        sanction of it that was lifted, and one that was imposed besides. To undo it for one person, lift
        their sanction.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: ActionState, ActionUnknown, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ActionShown = self._call(_UNDO_ACTION, path={"id": id}, body=body)
        return answer

    def undo_address(self, body: t.UndoAddressBody) -> None:
        """Undo a change of address, by the link in the letter to the former one: that is the account's again,
        every session ends, and the password is good no longer. A link to a new one is sent to the address.

        Raises: BodyTooLarge, Internal, InvalidField, LinkOver, MalformedJson, NotCaughtUp, PositionUnknown,
        SessionEnded, Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        self._call(_UNDO_ADDRESS, body=body)

    def vouch_applicant(self, body: t.VouchBody) -> None:
        """Say that one knows somebody who waits, without letting them in. Admins see it, and can let in by it.
        Whether anybody with this contact waits is not told.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        self._call(_VOUCH_APPLICANT, body=body)

    def withdraw_action(self, id: t.ActionId) -> t.ActionShown:
        """Withdraws an action that is not approved.

        Roles: owner, admin.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = self._call(_WITHDRAW_ACTION, path={"id": id})
        return answer


class AsyncOperations(ABC):
    """Every operation, to be awaited."""

    @abstractmethod
    async def _call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
    ) -> Any: ...

    async def abandon_onboarding(self, flow: t.FlowId) -> None:
        """End a registration. A reserved use of the invite is free again.

        Raises: FlowUnknown, Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        await self._call(_ABANDON_ONBOARDING, path={"flow": flow})

    async def act_in_room(self, room: str, body: t.ActBody, *, idempotency_key: str | None = None) -> None:
        """Do something about somebody in a room that one moderates: warn, mute, put out, ask to the stage or
        from it; unmute, or let in again. It is about the member, whatever ticket they take next. Whoever
        stands as high cannot be acted on; anybody may leave the stage themself. Whoever is muted, or was put
        out, moderates no more until it is over.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, IdempotencyKeyReused, Internal, InvalidField, InvalidValue,
        MalformedJson, NotCaughtUp, NotFound, NotTheirModerator, ParticipantUnknown, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_ACT_IN_ROOM, path={"room": room}, headers={"Idempotency-Key": idempotency_key}, body=body)

    async def add_service(self, body: t.NewService) -> t.ServiceSecretView:
        """Add a service, which may then ask whether a token holds. Its secret is in this answer and in no other.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ServiceSecretView = await self._call(_ADD_SERVICE, body=body)
        return answer

    async def appeal(self, body: t.NewAppeal) -> t.AppealMade:
        """Appeals against a sanction, once. Somebody else than who decided it decides. The bearer token is the
        `appeal_token` of a refused sign-in.

        Raises: AppealExists, BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SanctionUnknown, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealMade = await self._call(_APPEAL, body=body)
        return answer

    async def appeal_signed_in(self, body: t.NewAppeal) -> t.AppealMade:
        """The same by a member who is signed in: whose inviting is frozen, or who is quarantined.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AppealExists, BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SanctionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealMade = await self._call(_APPEAL_SIGNED_IN, body=body)
        return answer

    async def approve_action(self, id: t.ActionId) -> t.ActionShown:
        """Approves an action: whom it is on is fixed, and from this answer on they stand as the sanction says,
        on this replica at once and on every other as soon as it has read so. A job writes the sanction of
        each. Above as many people as the policy says, somebody else than who drafted it approves, who did not
        come in by way of them.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, InvalidValue, NotCaughtUp,
        NotFound, PositionUnknown, ReauthenticationRequired, SecondAdminNeeded, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = await self._call(_APPROVE_ACTION, path={"id": id})
        return answer

    async def ask_waitlist(self, body: t.ApplicationBody) -> t.AskedView:
        """Ask to be let in, without an invite, by an address or, where the policy takes phones, by a number. The
        answer is the same whether it is known or not. They wait once they have proved it by the code that is
        sent to it, within ten minutes; for another code they ask again.

        Raises: BodyTooLarge, CountryNotAccepted, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, TextLimitReached, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType, WaitlistClosed, WaitlistFull.
        """
        answer: t.AskedView = await self._call(_ASK_WAITLIST, body=body)
        return answer

    async def bulk_invite(self, body: bytes, *, idempotency_key: str | None = None) -> t.BulkAccepted:
        """Invite everybody in a file, by a job.

        The file is CSV (RFC 4180) in UTF-8, up to 100 000 rows and 16 MiB. Its header names `email` or
        `phone` or both, and may name `locale`, `lifetime_hours`, `message` and `campaign`; a row has an
        address or a number. It is checked whole first: where a row is wrong, nobody is invited, and the
        refusal names the rows. The job begins within two seconds. Whether the policy lets you invite is
        decided when it is a row's turn; a refusal is the outcome of that row, and the job goes on.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, FileInvalid, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnsupportedMediaType.
        """
        answer: t.BulkAccepted = await self._call(_BULK_INVITE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def cancel_job(self, id: t.JobId) -> t.JobShown:
        """Cancels a job: no further step of it begins. What it has done stays done. Whoever runs it again lets
        it go on.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, JobDone, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.JobShown = await self._call(_CANCEL_JOB, path={"id": id})
        return answer

    async def change_address(self, body: t.ChangeAddressBody) -> t.AddressAskedView:
        """Have a code sent to the address that one wants in the place of one's own. An address that another
        account has gets a letter that says so, and the answer is the same. A former code is good no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AccountLocked, BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PasswordWrong, PhoneKept, PositionUnknown, ReauthenticationRequired, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AddressAskedView = await self._call(_CHANGE_ADDRESS, body=body)
        return answer

    async def change_handle(self, body: t.HandleBody) -> None:
        """Change one's own handle, once in 30 days. The former one is nobody else's for 90 days, so that nobody
        is taken for whoever had it.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, HandleTooSoon, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_CHANGE_HANDLE, body=body)

    async def change_invite_quota(self, id: t.PersonId, body: t.QuotaChange, *, idempotency_key: str | None = None) -> t.QuotaGrantView:
        """Gives a person places to invite with, or takes some. Nobody gives any to themself. What is taken
        beyond what is left is counted against what comes back later.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.QuotaGrantView = await self._call(_CHANGE_INVITE_QUOTA, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def change_language(self, body: t.LanguageBody) -> None:
        """Choose the language of letters and messages to oneself.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_CHANGE_LANGUAGE, body=body)

    async def change_password(self, body: t.ChangePasswordBody) -> None:
        """Change one's own password, or choose a first one. Every other session ends, a link to a new password
        is good no longer, and a letter says that the password was changed. Wrong ones are counted, as at a
        sign-in.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AccountLocked, BodyTooLarge, CrossSite, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PasswordRefused, PasswordWrong, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_CHANGE_PASSWORD, body=body)

    async def change_role(self, id: t.PersonId, body: t.NewRole) -> t.RoleGiven:
        """Changes a person's role. Giving the role that they already have changes nothing. An owner may step
        down while there is another owner.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, LastOwner, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoleGiven = await self._call(_CHANGE_ROLE, path={"id": id}, body=body)
        return answer

    async def claim_appeal(self, id: t.AppealId) -> t.AppealShown:
        """Claims an appeal and shows what it says: nobody else decides it for half an hour. Whoever decided the
        sanction may not claim it.

        Roles: owner, admin.

        Raises: AppealState, AppealUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.AppealShown = await self._call(_CLAIM_APPEAL, path={"id": id})
        return answer

    async def claim_case(self, id: t.CaseId, body: t.NewClaim, *, idempotency_key: str | None = None) -> t.ClaimView:
        """Claim a case for 15 minutes, and see whom it is about.

        No reviewer is shown a case of a newcomer whom they, their inviter or somebody whom they invited has
        invited. That you looked is recorded in the ledger. The policy limits how many cases a reviewer has
        claimed at once, and how many names they are shown in 24 hours; the owners are told about a reviewer
        who asks for more. Claiming a case again extends the claim. A repeated request with the same
        idempotency key is shown the same while the claim lasts.

        Roles: owner, admin, reviewer. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, ClaimsExhausted, CrossSite, Forbidden,
        IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson, NamesExhausted,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, ReviewConflict, SessionEnded,
        StepOutOfOrder, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ClaimView = await self._call(_CLAIM_CASE, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def close_reports(self, id: t.PersonId, body: t.Closing) -> t.Closed:
        """Closes every report that is open on a person, who may have left. What is reported of them later is
        open again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, ReportsUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.Closed = await self._call(_CLOSE_REPORTS, path={"id": id}, body=body)
        return answer

    async def create_action(self, body: t.NewAction, *, idempotency_key: str | None = None) -> t.ActionShown:
        """Drafts an action on many people. Nothing happens to anybody: look at whom it would be on, then approve
        it, or propose it to another admin. It may be approved for seven days.

        Roles: owner, admin.

        Raises: ActionUnknown, BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ActionShown = await self._call(_CREATE_ACTION, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def create_invite(self, body: t.NewInviteBody, *, idempotency_key: str | None = None) -> t.InviteView:
        """Invite somebody. An addressed invite is mailed, or sent by text message; an open link's code stands in
        the answer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CountryNotAccepted, CrossSite, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown, QuotaExhausted,
        ReauthenticationRequired, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.InviteView = await self._call(_CREATE_INVITE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def create_room(self, body: t.NewRoomBody, *, idempotency_key: str | None = None) -> t.RoomView:
        """Create a room; it is open. Its servers have it within a second.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, RoomExists, RoomServerUnknown, RoomUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoomView = await self._call(_CREATE_ROOM, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def create_ticket(self, room: str, *, shows: Literal["handle", "name"] | None = None, idempotency_key: str | None = None) -> t.TicketView:
        """Take a ticket to a room. Where the room's server keeps a list, the ticket is on it before this is
        answered. A member has one ticket to a room: another one takes the place of the former, whose
        participant is put out.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AssuranceTooLow, CrossSite, IdempotencyKeyReused, Internal, InvalidField, NotCaughtUp,
        NotFound, NothingToShow, PositionUnknown, PutOutOfRoom, RoomCannotHide, RoomClosed, RoomForOthers,
        RoomFull, RoomServerUnavailable, RoomUnknown, SessionEnded, SpokeAsListener, TicketEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.TicketView = await self._call(_CREATE_TICKET, path={"room": room}, query={"shows": shows}, headers={"Idempotency-Key": idempotency_key})
        return answer

    async def decide_appeal(self, id: t.AppealId, body: t.AppealDecision) -> t.AppealShown:
        """Decides an appeal that one has claimed. Overturned, the sanction is lifted.

        Roles: owner, admin.

        Raises: AppealState, AppealUnknown, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AppealShown = await self._call(_DECIDE_APPEAL, path={"id": id}, body=body)
        return answer

    async def decide_case(self, id: t.CaseId, body: t.NewDecision) -> t.DecisionView:
        """Decide a case that you have claimed. A case is decided once.

        A newcomer who may go on has `join.hold_days` from now on. A final refusal binds the use of the
        invite, the address and the document until an admin lifts it.

        Roles: owner, admin, reviewer.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, CrossSite, DocumentBound, DocumentTaken,
        Forbidden, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound,
        PositionUnknown, ReviewConflict, SessionEnded, StepOutOfOrder, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.DecisionView = await self._call(_DECIDE_CASE, path={"id": id}, body=body)
        return answer

    async def decline_invite(self, code: str) -> None:
        """Say that you do not want an invite to your address. It ends, and its inviter sees that it was
        declined. An open link stays: it is nobody's alone. Saying it again changes nothing.

        Raises: Internal, InviteExpired, InviteUnknown, InviteUsed, NotCaughtUp, NotFound, PositionUnknown,
        Timeout, TooManyRequests, Unavailable.
        """
        await self._call(_DECLINE_INVITE, path={"code": code})

    async def delete_server_of_room(self, room: str, server: t.ServerId) -> t.RoomView:
        """Take a room off one of its servers. Whoever is in it there is put out, and their tickets end; asked
        for another one, they get it on a server that is left. A room is closed, and not taken off its last
        server.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomLastServer,
        RoomServerUnknown, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = await self._call(_DELETE_SERVER_OF_ROOM, path={"room": room, "server": server})
        return answer

    async def dismiss_lead(self, id: t.LeadId, body: t.DismissBody) -> t.LeadView:
        """Says why nothing follows from a lead that is open. It stays dismissed until clearly more speaks for
        it: half as much again as now, and two people or invites more at least.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, LeadNotOpen,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.LeadView = await self._call(_DISMISS_LEAD, path={"id": id}, body=body)
        return answer

    async def disown_inviter(self, code: str) -> None:
        """Say that you do not know whoever invites you. Admins are shown how often that was said of an invite,
        never who said it. An invite to your address ends, and its inviter sees no more than that it was
        declined. Saying it again changes nothing.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unavailable.
        """
        await self._call(_DISOWN_INVITER, path={"code": code})

    async def draw_waitlist(self, body: t.DrawBody, *, idempotency_key: str | None = None) -> t.DrawView:
        """Let in so many of those who wait, each by an invite of one's own, which is mailed. By chance, the
        lowest lots win: the lot of an application is the SHA-256 of the seed, a colon and the application's
        id. So everybody can draw it again from the ledger.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown, QuotaExhausted,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.DrawView = await self._call(_DRAW_WAITLIST, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def end_my_other_sessions(self) -> None:
        """End all of one's own sessions but the one that asks.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        await self._call(_END_MY_OTHER_SESSIONS)

    async def end_my_session(self, id: t.SessionId) -> None:
        """End one of one's own sessions: its tokens hold no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        await self._call(_END_MY_SESSION, path={"id": id})

    async def end_sessions(self, id: t.PersonId, body: t.EndSessions) -> t.SessionsEnded:
        """Ends every session of a member: their tokens hold no longer, and they sign in anew. Nothing else
        changes. An owner does it to anybody else, an admin to whoever stands below an admin; one's own are
        under `/v1/me/sessions`.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.SessionsEnded = await self._call(_END_SESSIONS, path={"id": id}, body=body)
        return answer

    async def end_ticket(self, room: str, ticket: t.TicketId) -> None:
        """Give one's own ticket back: the participant is put out, and the seat is free.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, TicketUnknown,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        await self._call(_END_TICKET, path={"room": room, "ticket": ticket})

    async def export_graph(self, *, format: Literal["graphml", "dot", "csv", "csv_people", "jsonl"], branch: t.PersonId | None = None, as_of: t.Timestamp | None = None) -> bytes:
        """The graph as a file: people by public id, with handle, time of joining, standing and assurance, and
        who let whom in or vouches for whom, as of one second: now, or a past one. Nobody's name or contact is
        in it. It is made while it is read. A file that breaks off is not whole: `jsonl` ends with a line that
        says how much there was. That it was asked for is an event in the ledger.

        Roles: owner, admin, auditor. Whoever calls it has signed in less than 15 minutes ago.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = await self._call(_EXPORT_GRAPH, query={"format": format, "branch": branch, "as_of": as_of})
        return answer

    async def export_job_outcomes(self, id: t.JobId) -> bytes:
        """What became of every item of a job, as a CSV file with the columns `item`, `outcome` and `person`.
        Where a cell would begin a formula in a spreadsheet, it has an apostrophe before it.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: bytes = await self._call(_EXPORT_JOB_OUTCOMES, path={"id": id})
        return answer

    async def export_ledger(self, *, from_: int | None = None, before: int | None = None, actor: t.PersonId | None = None, subject: t.PersonId | None = None, type: Literal["person_founded", "member_admitted", "vouched", "vouch_taken_back", "reparented", "person_left", "reported", "filter_reported", "role_changed", "invite_issued", "invite_revoked", "invite_voided", "invite_restored", "invite_extended", "invite_resent", "invite_passed_on", "invite_answered", "invite_undeliverable", "invite_delivered", "invite_held", "hold_prolonged", "invite_released", "invite_quota_changed", "application_made", "application_proof_failed", "applicant_waits", "applicant_left", "applicant_let_in", "applicant_vouched", "application_refused", "waitlist_drawn", "onboarding_started", "proof_requested", "proof_failed", "contact_proved", "identity_given", "case_opened", "case_claimed", "case_decided", "claim_released", "names_withheld", "name_shown", "refusal_bound", "refusal_lifted", "case_withdrawn", "person_banned", "ban_lifted", "person_sanctioned", "sanction_lifted", "action_proposed", "action_withdrawn", "action_approved", "action_applied", "action_undoing", "action_undone", "appeal_made", "appeal_claimed", "appeal_decided", "reports_closed", "assurance_lowered", "lead_dismissed", "graph_exported", "room_server_registered", "room_server_changed", "room_server_removed", "room_created", "room_changed", "room_spread", "room_withdrawn", "ticket_issued", "room_place_changed", "room_acted", "hand_moved", "ticket_changed", "ticket_ended", "sign_in_code_made", "session_started", "session_refreshed", "session_ended", "sessions_ended", "password_forgotten", "password_link_made", "password_changed", "address_asked", "address_changed", "address_restored", "handle_changed", "language_changed", "policy_changed", "service_added", "filter_allowed", "service_secret_changed", "service_removed", "signing_key_made", "job_cancelled", "job_resumed", "import_started", "import_finished"] | None = None) -> bytes:
        """The ledger as a file of JSON Lines, the oldest first: each line an item as `list_ledger` has it. It is
        made while it is read, up to what had happened when it was asked for. A file that breaks off is not
        whole: the last line says how many there are and up to which number.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = await self._call(_EXPORT_LEDGER, query={"from": from_, "before": before, "actor": actor, "subject": subject, "type": type})
        return answer

    async def extend_invite(self, id: t.InviteId, body: t.ExtendBody) -> t.InviteView:
        """Let an invite hold for longer, at most as far from now as the policy lets an invite live. It must not
        have ended.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, InviteState, InviteUnknown,
        MalformedJson, NotCaughtUp, NotEligibleToInvite, NotFound, PositionUnknown, QuotaExhausted,
        SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.InviteView = await self._call(_EXTEND_INVITE, path={"id": id}, body=body)
        return answer

    async def filter_in_room(self, room: str, body: t.ActBody, *, idempotency_key: str | None = None) -> None:
        """The same for a filter: a service that an owner has let act in rooms. It warns, mutes and puts out
        whoever does not moderate.

        Raises: BodyTooLarge, IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, NotTheirModerator, ParticipantUnknown, PositionUnknown, RoomUnknown, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_FILTER_IN_ROOM, path={"room": room}, headers={"Idempotency-Key": idempotency_key}, body=body)

    async def forgot_password(self, body: t.ForgotPasswordBody) -> None:
        """Have a letter sent with a link to a new password. The link is good once, for 15 minutes, and until
        another one is asked for; a few letters go to one address in an hour.

        The answer is the same whether or not the address is a member's, and so is the work that is done
        before it.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_FORGOT_PASSWORD, body=body)

    async def give_contact(self, flow: t.FlowId, body: t.ContactBody) -> t.FlowView:
        """Give the contact to be proved. A one-time code is sent to it, by mail or by text message. Giving it
        again sends a new code; the two codes before it stay valid for their time, if they were sent to the
        same address.

        Raises: BodyTooLarge, ContactMismatch, CountryNotAccepted, FlowEnded, FlowUnknown, HoldExpired,
        Internal, InvalidField, InvalidValue, InviteClosed, InviteExhausted, InviteExpired, InviteUsed,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, StepOutOfOrder, TextLimitReached, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = await self._call(_GIVE_CONTACT, path={"flow": flow}, body=body)
        return answer

    async def give_identity(self, flow: t.FlowId, body: t.IdentityBody, *, idempotency_key: str | None = None) -> t.FlowView:
        """Give your real name and document. They are sealed at once. Where the policy demands a review, a
        reviewer is asked. The answer does not tell whether another person has given the same document.

        Raises: BodyTooLarge, CountryNotAccepted, DocumentInvalid, FlowEnded, FlowUnknown, HoldExpired,
        IdempotencyKeyReused, Internal, InvalidField, InvalidValue, MalformedJson, NameInvalid, NotCaughtUp,
        NotFound, PositionUnknown, RegistrationRefused, StepOutOfOrder, Timeout, TooManyRequests,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = await self._call(_GIVE_IDENTITY, path={"flow": flow}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def give_password(self, flow: t.FlowId, body: t.PasswordBody, *, idempotency_key: str | None = None) -> t.AdmittedView:
        """Choose a password and become a member: the reserved use of the invite is redeemed. Where a reviewer
        has to look at the name and the document first, the answer is the problem `review-needed`; take the
        step again after the decision.

        Raises: AccountLocked, BodyTooLarge, FlowEnded, FlowUnknown, HoldExpired, IdempotencyKeyReused,
        Internal, InvalidField, InvalidValue, InviteClosed, MalformedJson, NotCaughtUp, NotFound,
        PasswordRefused, PersonLimitReached, PositionUnknown, ReviewNeeded, SessionEnded, StepOutOfOrder,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.AdmittedView = await self._call(_GIVE_PASSWORD, path={"flow": flow}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def give_place(self, room: str, person: t.PersonId, body: t.PlaceBody) -> t.PlacedView:
        """Give a member a place in a room. It takes effect on their seat at once; whether they were muted or put
        out stays.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, RoomCannotHide, RoomUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.PlacedView = await self._call(_GIVE_PLACE, path={"room": room, "person": person}, body=body)
        return answer

    async def give_vouch(self, id: t.PersonId) -> t.AcquaintedView:
        """Vouch for another member. Where one does already, nothing changes. Whoever is vouched for sees it, and
        admins do; how that member stands is not told.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, VouchRefused.
        """
        answer: t.AcquaintedView = await self._call(_GIVE_VOUCH, path={"id": id})
        return answer

    async def home(self) -> bytes:
        """What this is, and where to go: a page for people.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = await self._call(_HOME)
        return answer

    async def jwks(self) -> bytes:
        """The public keys.

        A JWK set (RFC 7517). Fetch it again when a token names a key that is not in it.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = await self._call(_JWKS)
        return answer

    async def leave(self) -> None:
        """Leave the community.

        Everything that says who you are is forgotten and cannot be brought back: your handle, your address,
        your name and your password. Your sessions end, and your open invites are taken back. Whom you let in
        stays, and so does the place where you stood, without a name. It needs a sign-in of the last 15
        minutes.

        Roles: owner, admin, auditor, reviewer, member. Whoever calls it has signed in less than 15 minutes
        ago.

        Raises: CrossSite, Internal, LastOwner, NotCaughtUp, PositionUnknown, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        await self._call(_LEAVE)

    async def leave_waitlist(self) -> None:
        """Leave the waitlist. The place is given up, and what was said is erased.

        Raises: ApplicationOver, ApplicationUnknown, Internal, NotCaughtUp, PositionUnknown, Timeout,
        TooManyRequests, Unauthenticated, Unavailable.
        """
        await self._call(_LEAVE_WAITLIST)

    async def let_in(self, body: t.LetInBody, *, idempotency_key: str | None = None) -> t.LetInView:
        """Let in somebody who waits: by an invite of one's own to their contact, which takes one of one's
        places. Whoever does not wait is invited all the same, and the answer is the same: nobody learns by it
        who waits. Where somebody else has let them in and that invite is open, it says so, and takes no
        place.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AlreadyLetIn, BodyTooLarge, CountryNotAccepted, CrossSite, IdempotencyKeyReused, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotEligibleToInvite, PositionUnknown,
        QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.LetInView = await self._call(_LET_IN, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def lift_refusal(self, id: t.RefusalId, body: t.NewLift) -> t.RefusalView:
        """Lift a final refusal: the use of the invite is free again, and the address and the document may be
        used again. The refused registration stays over; the newcomer opens the invite, or another one, again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, RefusalUnknown, ReviewConflict, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RefusalView = await self._call(_LIFT_REFUSAL, path={"id": id}, body=body)
        return answer

    async def lift_sanction(self, id: t.PersonId, sanction: t.SanctionId, body: t.Lift) -> t.SanctionShown:
        """Lifts a sanction that is in force. A person on whom no other is in force is in good standing again,
        and their open invites are valid again. Whoever was put out has to sign in again.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SanctionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.SanctionShown = await self._call(_LIFT_SANCTION, path={"id": id, "sanction": sanction}, body=body)
        return answer

    async def list_actions(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActionShown]:
        """Actions on many people, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActionShown] = await self._call(_LIST_ACTIONS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_appeals(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AppealShown]:
        """The appeals that wait for a decision, oldest first. What they say, whoever claims one sees.

        Roles: owner, admin.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AppealShown] = await self._call(_LIST_APPEALS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_branch(self, id: t.PersonId, *, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Node]:
        """Everybody below the person, an inviter before their invitees. A page of a great branch costs no more
        than one of a small.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = await self._call(_LIST_BRANCH, path={"id": id}, query={"as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    async def list_cases(self, *, state: t.CaseState | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.CaseView]:
        """The cases in one state, oldest first.

        Roles: owner, admin, reviewer.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.CaseView] = await self._call(_LIST_CASES, query={"state": state, "limit": limit, "cursor": cursor})
        return answer

    async def list_children(self, id: t.PersonId, *, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Node]:
        """Whom the person let in, in the order of joining.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = await self._call(_LIST_CHILDREN, path={"id": id}, query={"as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    async def list_dead_letters(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.DeadLetterView]:
        """Letters and text messages that were given up, oldest first. To whom they were is not said.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.DeadLetterView] = await self._call(_LIST_DEAD_LETTERS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_former_inviters(self, id: t.PersonId) -> t.Page[t.FormerInviterSeen]:
        """The inviters whom the person had before they were given another, oldest first: always one page.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.Page[t.FormerInviterSeen] = await self._call(_LIST_FORMER_INVITERS, path={"id": id})
        return answer

    async def list_in_room(self, room: str, *, hands: bool | None = None, cursor: str | None = None, limit: t.Limit | None = None) -> t.Page[t.ParticipantView]:
        """Who is in a room that one moderates: everybody who has a good ticket, hidden listeners too.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, NotFound, NotTheirModerator,
        PositionUnknown, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ParticipantView] = await self._call(_LIST_IN_ROOM, path={"room": room}, query={"hands": hands, "cursor": cursor, "limit": limit})
        return answer

    async def list_invites(self, *, state: Literal["open", "not_yet", "held", "used", "expired", "revoked", "declined", "passed_on", "suspended", "room_closed", "undeliverable", "refused"] | None = None, kind: Literal["email", "phone", "link"] | None = None, inviter: t.PersonId | None = None, campaign: str | None = None, uses_from: int | None = None, doubted: bool | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OverseenInviteView]:
        """Everybody's invites, newest first. Nobody's code or address is among them.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OverseenInviteView] = await self._call(_LIST_INVITES, query={"state": state, "kind": kind, "inviter": inviter, "campaign": campaign, "uses_from": uses_from, "doubted": doubted, "limit": limit, "cursor": cursor})
        return answer

    async def list_job_outcomes(self, id: t.JobId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OutcomeShown]:
        """What became of a job's items, by their names.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OutcomeShown] = await self._call(_LIST_JOB_OUTCOMES, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_jobs(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.JobShown]:
        """Jobs, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.JobShown] = await self._call(_LIST_JOBS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_leads(self, *, state: Literal["open", "dismissed", "past"] | None = None, kind: Literal["bad_rate", "accountability", "exposure", "velocity"] | None = None, person: t.PersonId | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LeadView]:
        """Who is worth a look by an abuse team, by kind, the strongest first. Leads are computed now and then,
        and shown as of then; nothing is done because of them.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LeadView] = await self._call(_LIST_LEADS, query={"state": state, "kind": kind, "person": person, "limit": limit, "cursor": cursor})
        return answer

    async def list_ledger(self, *, actor: t.PersonId | None = None, subject: t.PersonId | None = None, type: Literal["person_founded", "member_admitted", "vouched", "vouch_taken_back", "reparented", "person_left", "reported", "filter_reported", "role_changed", "invite_issued", "invite_revoked", "invite_voided", "invite_restored", "invite_extended", "invite_resent", "invite_passed_on", "invite_answered", "invite_undeliverable", "invite_delivered", "invite_held", "hold_prolonged", "invite_released", "invite_quota_changed", "application_made", "application_proof_failed", "applicant_waits", "applicant_left", "applicant_let_in", "applicant_vouched", "application_refused", "waitlist_drawn", "onboarding_started", "proof_requested", "proof_failed", "contact_proved", "identity_given", "case_opened", "case_claimed", "case_decided", "claim_released", "names_withheld", "name_shown", "refusal_bound", "refusal_lifted", "case_withdrawn", "person_banned", "ban_lifted", "person_sanctioned", "sanction_lifted", "action_proposed", "action_withdrawn", "action_approved", "action_applied", "action_undoing", "action_undone", "appeal_made", "appeal_claimed", "appeal_decided", "reports_closed", "assurance_lowered", "lead_dismissed", "graph_exported", "room_server_registered", "room_server_changed", "room_server_removed", "room_created", "room_changed", "room_spread", "room_withdrawn", "ticket_issued", "room_place_changed", "room_acted", "hand_moved", "ticket_changed", "ticket_ended", "sign_in_code_made", "session_started", "session_refreshed", "session_ended", "sessions_ended", "password_forgotten", "password_link_made", "password_changed", "address_asked", "address_changed", "address_restored", "handle_changed", "language_changed", "policy_changed", "service_added", "filter_allowed", "service_secret_changed", "service_removed", "signing_key_made", "job_cancelled", "job_resumed", "import_started", "import_finished"] | None = None, before: int | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Happened]:
        """What happened, newest first. Rows of the store stand nowhere in it: people have their public ids.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Happened] = await self._call(_LIST_LEDGER, query={"actor": actor, "subject": subject, "type": type, "before": before, "limit": limit, "cursor": cursor})
        return answer

    async def list_looks(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LookAtView]:
        """Who was shown a member's real name, newest first: reviewers and admins. Of somebody who was erased
        nothing is left.

        Roles: owner, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LookAtView] = await self._call(_LIST_LOOKS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_looks_at_me(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.LookView]:
        """Who looked at one's real name, and why; newest first. Nobody is shown it without a reason.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.LookView] = await self._call(_LIST_LOOKS_AT_ME, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_my_invitees(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AcquaintedView]:
        """Those whom one let in, in the order of joining: who they are called, and since when. Nothing is told
        of whom they let in, or of how they stand.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AcquaintedView] = await self._call(_LIST_MY_INVITEES, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_my_invites(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.InviteView]:
        """One's own invites, newest first.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.InviteView] = await self._call(_LIST_MY_INVITES, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_my_rooms(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomCard]:
        """The open rooms, by their ids: those for members, and those for guests where one has a place. Whether
        one is admitted, each room tells.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomCard] = await self._call(_LIST_MY_ROOMS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_my_sanctions(self) -> t.OwnSanctionsShown:
        """One's own sanctions, and how the appeals against them stand.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.OwnSanctionsShown = await self._call(_LIST_MY_SANCTIONS)
        return answer

    async def list_my_sessions(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.OwnSessionView]:
        """Where one is signed in, newest first: which device, from where, when last.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.OwnSessionView] = await self._call(_LIST_MY_SESSIONS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_my_vouches(self, *, direction: Literal["given", "received"] | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.AcquaintedView]:
        """One's own vouches that stand, given or received.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.AcquaintedView] = await self._call(_LIST_MY_VOUCHES, query={"direction": direction, "limit": limit, "cursor": cursor})
        return answer

    async def list_participants(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SeatView]:
        """Who has a seat in a room: a ticket that is good, the oldest first. Whoever has one may be in the room,
        and nobody else; whether they have entered, the room's server knows.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SeatView] = await self._call(_LIST_PARTICIPANTS, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_people(self, *, handle: str | None = None, id: t.PersonId | None = None, role: t.Role | None = None, standing: t.Standing | None = None, joined_from: t.Timestamp | None = None, joined_before: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.Person]:
        """The members, in the order of joining; where the beginning of a handle is given, by handle. Whoever is
        listed fits everything that is asked. Where few of many fit, a page may be short or empty and still
        have a `next`: a page looks at 10 000 members at most.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Person] = await self._call(_LIST_PEOPLE, query={"handle": handle, "id": id, "role": role, "standing": standing, "joined_from": joined_from, "joined_before": joined_before, "limit": limit, "cursor": cursor})
        return answer

    async def list_places(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomPlaceView]:
        """Those who have a place in a room, or were muted or put out there, in the order in which they joined
        the community.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomPlaceView] = await self._call(_LIST_PLACES, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_refusals(self, *, lifted: bool | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RefusalView]:
        """Final refusals, newest first.

        Roles: owner, admin.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RefusalView] = await self._call(_LIST_REFUSALS, query={"lifted": lifted, "limit": limit, "cursor": cursor})
        return answer

    async def list_reports(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ReportedShown]:
        """The people on whom reports are open, whoever was first reported first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ReportedShown] = await self._call(_LIST_REPORTS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_room_acts(self, room: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActView]:
        """What moderators and filters did in a room, the newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActView] = await self._call(_LIST_ROOM_ACTS, path={"room": room}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_room_acts_about(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ActView]:
        """What moderators and filters did about one member in every room, the newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ActView] = await self._call(_LIST_ROOM_ACTS_ABOUT, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_room_history(self, room: str, *, person: t.PersonId | None = None, cursor: str | None = None, limit: t.Limit | None = None) -> t.Page[t.PastView]:
        """Who had a seat in a room, the newest ticket first, those that are good too. Whether somebody entered
        by one, the room's server knows.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.PastView] = await self._call(_LIST_ROOM_HISTORY, path={"room": room}, query={"person": person, "cursor": cursor, "limit": limit})
        return answer

    async def list_room_servers(self) -> t.ServersView:
        """The room servers, and their health.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.ServersView = await self._call(_LIST_ROOM_SERVERS)
        return answer

    async def list_rooms(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.RoomView]:
        """Rooms in the order of their ids, the closed ones too.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.RoomView] = await self._call(_LIST_ROOMS, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_sanctioned_invitees(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SanctionedInvitee]:
        """Those whom one let in and who are under a sanction, in the order of joining. It does not say why, nor
        by whose word.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CursorInvalid, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SanctionedInvitee] = await self._call(_LIST_SANCTIONED_INVITEES, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_sanctions(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.SanctionShown]:
        """A person's sanctions, newest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.SanctionShown] = await self._call(_LIST_SANCTIONS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_sanctions_to_appeal(self) -> t.OwnSanctionsShown:
        """The sanctions of whoever may not sign in, and how their appeals stand. The bearer token is the
        `appeal_token` of a refused sign-in.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests, Unauthenticated,
        Unavailable.
        """
        answer: t.OwnSanctionsShown = await self._call(_LIST_SANCTIONS_TO_APPEAL)
        return answer

    async def list_services(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ServiceView]:
        """Services, the newest first, those that were retired too. No secret is ever listed.

        Roles: owner.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ServiceView] = await self._call(_LIST_SERVICES, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_subscriber_failures(self, subscriber: str, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.FailureView]:
        """The events that a subscriber could not carry out, in their order. Each is tried again by itself, less
        and less often, for some hours.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.FailureView] = await self._call(_LIST_SUBSCRIBER_FAILURES, path={"subscriber": subscriber}, query={"limit": limit, "cursor": cursor})
        return answer

    async def list_subscribers(self) -> t.SubscribersView:
        """How far everything that follows from events has come.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.SubscribersView = await self._call(_LIST_SUBSCRIBERS)
        return answer

    async def list_vouches(self, id: t.PersonId, *, direction: Literal["received", "given"] | None = None, taken_back: bool | None = None, as_of: t.Timestamp | None = None, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.VouchSeen]:
        """Who vouches for the person, or for whom they vouch, by the other's time of joining. What was taken
        back tells when.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.VouchSeen] = await self._call(_LIST_VOUCHES, path={"id": id}, query={"direction": direction, "taken_back": taken_back, "as_of": as_of, "limit": limit, "cursor": cursor})
        return answer

    async def list_waitlist(self, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ApplicantView]:
        """Those who wait, in their order.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ApplicantView] = await self._call(_LIST_WAITLIST, query={"limit": limit, "cursor": cursor})
        return answer

    async def livez(self) -> t.Liveness:
        """Is the process alive?

        Yes, whatever the database does; restart the process when no answer comes.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.Liveness = await self._call(_LIVEZ)
        return answer

    async def lower_assurance(self, id: t.PersonId, body: t.Lowered) -> t.AssuranceLeft:
        """Lowers a person's assurance: for example, their document turned out to be another person's. Where a
        room asks for more, they lose their seat. Only a review raises it again.

        Roles: owner, admin.

        Raises: AssuranceNotHigher, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.AssuranceLeft = await self._call(_LOWER_ASSURANCE, path={"id": id}, body=body)
        return answer

    async def lower_hand(self, room: str) -> None:
        """Ask no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomUnknown, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        await self._call(_LOWER_HAND, path={"room": room})

    async def metrics(self) -> bytes:
        """Metrics in the Prometheus text format.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: bytes = await self._call(_METRICS)
        return answer

    async def oauth_introspect(self, body: t.PresentedForm) -> t.Introspection:
        """Ask what a token is now that was shown to this service.

        A service is told about tokens for it, and about nothing else. It may show its secret in the form
        (`client_id`, `client_secret`) in the place of the header Authorization.
        """
        answer: t.Introspection = await self._call(_OAUTH_INTROSPECT, body=body)
        return answer

    async def oauth_metadata(self) -> t.Metadata:
        """Where everything is.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.Metadata = await self._call(_OAUTH_METADATA)
        return answer

    async def oauth_revoke(self, body: t.RevokedForm) -> None:
        """Revoke a token.

        Ends its session, and with it every token of the session. Whoever holds it may do so. A token that is
        none of ours is as good as revoked: 200. One for a service ends nothing, for whoever was shown it has
        no power over its holder.
        """
        await self._call(_OAUTH_REVOKE, body=body)

    async def oauth_token(self, body: t.TokenForm) -> t.Granted:
        """Refresh, and get an access token for this API or for a registered service.

        A refresh token is good once. Using one a second time ends its session: whoever has a copy of it may
        not have come by it honestly. Only the very same request may be repeated for ten seconds, by a client
        that got no answer.
        """
        answer: t.Granted = await self._call(_OAUTH_TOKEN, body=body)
        return answer

    async def openapi(self) -> Any:
        """This description.

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: Any = await self._call(_OPENAPI)
        return answer

    async def pass_invite_on(self, id: t.InviteId, body: t.PassOnBody, *, idempotency_key: str | None = None) -> t.InviteView:
        """Pass an invite to an address on to another one, once. Another invite takes its place, with a code of
        its own and the same end; the first letter leads nowhere any more. Whoever comes in by it was invited
        by you.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, IdempotencyKeyReused, Internal, InvalidField, InvalidValue,
        InviteState, InviteUnknown, MalformedJson, NotCaughtUp, NotEligibleToInvite, NotFound,
        PositionUnknown, QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.InviteView = await self._call(_PASS_INVITE_ON, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def preview_action(self, id: t.ActionId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ChosenShown]:
        """Whom an action would be on if it were approved now, and who is left out and why, in the order of
        joining. Of one that was approved, the outcomes of its job tell.

        Roles: owner, admin, auditor.

        Raises: ActionState, ActionUnknown, CursorInvalid, Forbidden, Internal, InvalidField, InvalidValue,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField.
        """
        answer: t.Page[t.ChosenShown] = await self._call(_PREVIEW_ACTION, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def preview_invite(self, code: str) -> t.PreviewView:
        """See what an invite is: who invites to what, what will be asked, until when. Opening it any number of
        times consumes nothing.

        Raises: CountryNotAccepted, Internal, InviteClosed, InviteExhausted, InviteExpired, InviteUnknown,
        InviteUsed, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: t.PreviewView = await self._call(_PREVIEW_INVITE, path={"code": code})
        return answer

    async def propose_action(self, id: t.ActionId) -> t.ActionShown:
        """Proposes a draft to the other admins: it shows as proposed in the list. Whoever drafted it may still
        approve it where so few people need no second admin.

        Roles: owner, admin.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = await self._call(_PROPOSE_ACTION, path={"id": id})
        return answer

    async def prove_address(self, body: t.AddressProofBody) -> None:
        """Prove the new address: from then on it is one's own, to sign in with and to be written to. The former
        one gets a letter with a link that undoes it within 72 hours, and is kept for as long.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: AddressTaken, BodyTooLarge, CrossSite, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PositionUnknown, ProofLocked, ProofStale, ProofWrong, SessionEnded, Timeout, TooManyRequests,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_PROVE_ADDRESS, body=body)

    async def prove_contact(self, flow: t.FlowId, body: t.ProofBody) -> t.FlowView:
        """Prove the address. From then on one use of the invite is reserved. A newcomer who proved the same
        address before goes on with their earlier flow: use the flow's id in the answer.

        Raises: BodyTooLarge, FlowEnded, FlowUnknown, HoldExpired, Internal, InvalidField, InviteClosed,
        InviteExhausted, InviteExpired, InviteUsed, MalformedJson, NotCaughtUp, NotFound, PersonLimitReached,
        PositionUnknown, ProofLocked, ProofStale, ProofWrong, RegistrationRefused, StepOutOfOrder, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.FlowView = await self._call(_PROVE_CONTACT, path={"flow": flow}, body=body)
        return answer

    async def prove_ledger(self, *, position: int) -> t.LedgerProof:
        """A place of the ledger's chain, and what its hash is computed from: so that somebody outside can check
        what they were shown. The whole chain is checked by `vouchsafe audit verify`.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.LedgerProof = await self._call(_PROVE_LEDGER, query={"position": position})
        return answer

    async def prove_place(self, body: t.WaitlistProofBody) -> t.PlaceView:
        """Prove the contact. From then on they wait. Whose contact waits already keeps the place that it has:
        the answer is the earlier application, which this token opens from then on.

        Raises: ApplicationOver, ApplicationUnknown, BodyTooLarge, Internal, InvalidField, MalformedJson,
        NotCaughtUp, PersonLimitReached, PositionUnknown, ProofLocked, ProofStale, ProofWrong,
        RegistrationRefused, StepOutOfOrder, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType, WaitlistClosed, WaitlistFull.
        """
        answer: t.PlaceView = await self._call(_PROVE_PLACE, body=body)
        return answer

    async def put_server_of_room(self, room: str, server: t.ServerId) -> t.RoomView:
        """Put a room on one more server; where it is there already, nothing changes. The next tickets are for
        the server with the fewest, and whoever is in the room stays where they are.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomServerUnknown,
        RoomServersFull, RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = await self._call(_PUT_SERVER_OF_ROOM, path={"room": room, "server": server})
        return answer

    async def raise_hand(self, room: str) -> None:
        """Ask to speak in a room where one listens. Its moderators see it.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, NotInRoom, NothingToAsk, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        await self._call(_RAISE_HAND, path={"room": room})

    async def readyz(self) -> t.ReadinessReport:
        """Can this replica take requests?

        Raises: Internal, NotCaughtUp, PositionUnknown, Timeout, Unavailable.
        """
        answer: t.ReadinessReport = await self._call(_READYZ)
        return answer

    async def refuse_application(self, application: t.ApplicationId, body: t.RefuseBody) -> t.RefusedView:
        """Refuse somebody who waits. What they said is erased, and they are told only that they were refused.
        The same address may ask again; admins then see that it was refused, when and why.

        Roles: owner, admin.

        Raises: ApplicationOver, ApplicationUnknown, BodyTooLarge, CrossSite, Forbidden, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RefusedView = await self._call(_REFUSE_APPLICATION, path={"application": application}, body=body)
        return answer

    async def register_room_server(self, body: t.NewServerBody, *, idempotency_key: str | None = None) -> t.ServerView:
        """Register a room server. It is asked from now on whether it answers; `health` says so within seconds.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, ReauthenticationRequired,
        RoomServerUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.ServerView = await self._call(_REGISTER_ROOM_SERVER, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def release_case(self, id: t.CaseId, body: t.NewRelease) -> None:
        """End your claim on a case without a decision. Owners and admins may end any reviewer's claim.

        Roles: owner, admin, reviewer.

        Raises: BodyTooLarge, CaseClaimed, CaseDecided, CaseLapsed, CrossSite, Forbidden, Internal,
        InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        StepOutOfOrder, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_RELEASE_CASE, path={"id": id}, body=body)

    async def remove_room_server(self, id: t.ServerId, *, abandon: bool | None = None) -> None:
        """Remove a room server. Its rooms must be closed, and gone from it.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, RoomServerInUse, RoomServerNotCleared, RoomServerUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        await self._call(_REMOVE_ROOM_SERVER, path={"id": id}, query={"abandon": abandon})

    async def reparent(self, id: t.PersonId, body: t.NewInviter) -> t.InviterGiven:
        """Gives a person another inviter, or none; their branch goes along. Giving the one that they already
        have changes nothing. The former one is kept with the time that it stood, and stays what questions
        about that time, and whatever the former inviter answers for, go by.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, InviterInBranch,
        MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.InviterGiven = await self._call(_REPARENT, path={"id": id}, body=body)
        return answer

    async def replace_policy(self, body: t.NewPolicy, *, if_match: str) -> t.PolicyView:
        """Put another policy in its place. It holds from the answer on, on every replica within a second.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PolicyInvalid, PositionUnknown, PreconditionFailed, PreconditionRequired, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.PolicyView = await self._call(_REPLACE_POLICY, headers={"If-Match": if_match}, body=body)
        return answer

    async def replace_room(self, room: str, body: t.RoomBody) -> t.RoomView:
        """Change the terms of a room, close it or open it. Whoever is in it and no longer satisfies the terms is
        put out; whoever may no longer speak is muted.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, RoomServerUnknown, RoomUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RoomView = await self._call(_REPLACE_ROOM, path={"room": room}, body=body)
        return answer

    async def replace_room_server(self, id: t.ServerId, body: t.NewServerBody, *, abandon: bool | None = None) -> t.ServerView:
        """Replace the settings of a room server, all of them. Before it is managed at another place (another
        `admin_url`), its rooms must be closed and gone from it: nobody would put out those who are in them at
        the old place.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, RoomServerInUse,
        RoomServerNotCleared, RoomServerUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.ServerView = await self._call(_REPLACE_ROOM_SERVER, path={"id": id}, query={"abandon": abandon}, body=body)
        return answer

    async def report_in_room(self, room: str, body: t.ReportInRoom) -> None:
        """Reports somebody in a room to the admins, as a filter: a service that an owner has let act in rooms.
        One report of the same filter on the same person is open at a time: again changes nothing.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp, NotFound,
        NotTheirModerator, ParticipantUnknown, PositionUnknown, Timeout, TooManyRequests, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_REPORT_IN_ROOM, path={"room": room}, body=body)

    async def report_invite(self, code: str) -> None:
        """Report an invite: unwanted, or abusive. Admins are shown how often an invite was reported, never by
        whom. An invite to your address ends, and its inviter sees no more than that it was declined. Saying
        it again changes nothing.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unavailable.
        """
        await self._call(_REPORT_INVITE, path={"code": code})

    async def report_of_room_server(self, id: t.ServerId, body: t.ReportBody) -> t.ReportAnswer:
        """A room server says what happens in its rooms, or asks whether somebody may come in: whoever was let in
        without a good ticket is put out at once. Only what the server has signed is read, and it is only
        taken as word of where to look: said twice, late or in another order, it is as if said once.

        Raises: BodyTooLarge, Internal, InvalidField, MalformedJson, NotCaughtUp, NotFound, PositionUnknown,
        Timeout, TooManyRequests, Unauthenticated, Unavailable, UnsupportedMediaType.
        """
        answer: t.ReportAnswer = await self._call(_REPORT_OF_ROOM_SERVER, path={"id": id}, body=body)
        return answer

    async def report_person(self, body: t.NewReport) -> None:
        """Reports a member to the admins. They never learn by whom. One report of the same member on the same
        person is open at a time: again changes nothing. A member makes 20 a day at most.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        NotFound, PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        await self._call(_REPORT_PERSON, body=body)

    async def resend_invite(self, id: t.InviteId) -> t.InviteView:
        """Send the letter of an invite again, with the same code: three times at once, and then once a day.
        Where others send to the same address too, three letters a day go there in all; you are not told
        whether yours was one of them.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InviteState, InviteUnknown, NotCaughtUp, NotEligibleToInvite, NotFound,
        PositionUnknown, QuotaExhausted, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        answer: t.InviteView = await self._call(_RESEND_INVITE, path={"id": id})
        return answer

    async def reset_password(self, body: t.ResetPasswordBody) -> None:
        """Choose a new password by the link in a letter. Every session of the account ends, and a letter says
        that the password was changed. A password that is refused leaves the link good.

        Raises: BodyTooLarge, Internal, InvalidField, LinkOver, MalformedJson, NotCaughtUp, PasswordRefused,
        PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_RESET_PASSWORD, body=body)

    async def restore_any_invite(self, id: t.InviteId) -> None:
        """Let an invite stand again that an admin took back, if its time is not over.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, InviteState, InviteUnknown, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        await self._call(_RESTORE_ANY_INVITE, path={"id": id})

    async def restore_invite(self, id: t.InviteId) -> t.InviteView:
        """Let an invite stand again that you took back. Its time must not be over, and it takes its places
        again. Restoring one that stands changes nothing.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InvalidValue, InviteState, InviteUnknown, NotCaughtUp,
        NotEligibleToInvite, NotFound, PositionUnknown, QuotaExhausted, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable.
        """
        answer: t.InviteView = await self._call(_RESTORE_INVITE, path={"id": id})
        return answer

    async def retire_service(self, id: t.ServiceId) -> None:
        """Retire a service: it may no longer ask whether a token holds, and no token is given for it.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        await self._call(_RETIRE_SERVICE, path={"id": id})

    async def retry_dead_letter(self, id: str) -> None:
        """Have a letter or text message that was given up tried again at once, with all its attempts before it:
        after what was wrong was mended.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        await self._call(_RETRY_DEAD_LETTER, path={"id": id})

    async def retry_subscriber_failure(self, subscriber: str, number: int) -> None:
        """Have an event that was put aside tried again at once, after what was wrong was mended.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        await self._call(_RETRY_SUBSCRIBER_FAILURE, path={"subscriber": subscriber, "number": number})

    async def revoke_any_invite(self, id: t.InviteId, body: t.RevokeBody) -> None:
        """Take anybody's invite back. Whoever is on the way in by it cannot finish; whoever came in by it stays.
        Its inviter cannot restore it.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InviteUnknown, MalformedJson,
        NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        await self._call(_REVOKE_ANY_INVITE, path={"id": id}, body=body)

    async def revoke_invite(self, id: t.InviteId) -> None:
        """Take one of one's own invites back. Whoever is on their way in by it cannot finish.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, TooManyRequests, Unauthenticated, Unavailable.
        """
        await self._call(_REVOKE_INVITE, path={"id": id})

    async def revoke_invites(self, body: t.RevokeCampaignBody, *, idempotency_key: str | None = None) -> t.RevocationAccepted:
        """Takes back every invite of a campaign that stands, by a job that begins within two seconds: up to 100
        000, the oldest first. Whoever gave them keeps their standing and their other invites.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.RevocationAccepted = await self._call(_REVOKE_INVITES, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def rotate_service(self, id: t.ServiceId) -> t.ServiceSecretView:
        """Give a service another secret: the one that it has holds no longer. The new one is in this answer and
        in no other.

        Roles: owner. Whoever calls it has signed in less than 15 minutes ago.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown,
        ReauthenticationRequired, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ServiceSecretView = await self._call(_ROTATE_SERVICE, path={"id": id})
        return answer

    async def sanction_people(self, body: t.NewSanctions, *, idempotency_key: str | None = None) -> t.JobAccepted:
        """Imposes a sanction on many people, by a job. It begins within two seconds. Whether you may sanction
        each person is decided when it is that person's turn; a refusal is the outcome of that person, and the
        job goes on.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.JobAccepted = await self._call(_SANCTION_PEOPLE, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def sanction_person(self, id: t.PersonId, body: t.NewSanction, *, idempotency_key: str | None = None) -> t.SanctionShown:
        """Imposes a sanction. Several may be in force on a person, one of a kind. Each makes the person's open
        invites void; a quarantine makes them a listener in rooms; a suspension and a ban end their sessions
        and seats. All of it holds on this replica when the request is answered.

        Roles: owner, admin.

        Raises: BodyTooLarge, CrossSite, Forbidden, IdempotencyKeyReused, Internal, InvalidField,
        InvalidValue, LastOwner, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, SanctionExists,
        SanctionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.SanctionShown = await self._call(_SANCTION_PERSON, path={"id": id}, headers={"Idempotency-Key": idempotency_key}, body=body)
        return answer

    async def search_people(self, body: t.Search) -> t.Page[t.Person]:
        """Whoever has proved control of a contact, if the rest that is asked fits too: one person or none.
        Contacts are kept sealed, so that only the whole of one is ever found, and none ever stands in a URL.

        Roles: owner, admin, auditor.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.Page[t.Person] = await self._call(_SEARCH_PEOPLE, body=body)
        return answer

    async def send_sign_in_code(self, body: t.SendCodeBody) -> None:
        """Have a code sent by text message, to sign in with at `POST /v1/sessions`. It is good once, for ten
        minutes; asked for again, the same one is sent as long as it is good for five.

        The answer is the same whether or not the number is a member's, and so is what is counted.

        Raises: BodyTooLarge, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, TextLimitReached, Timeout, TooManyRequests, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_SEND_SIGN_IN_CODE, body=body)

    async def show_account(self, id: t.PersonId) -> t.PersonAccount:
        """How somebody signs in: their contact, masked, and their sessions.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.PersonAccount = await self._call(_SHOW_ACCOUNT, path={"id": id})
        return answer

    async def show_action(self, id: t.ActionId) -> t.ActionInFull:
        """One action on many people.

        Roles: owner, admin, auditor.

        Raises: ActionUnknown, Forbidden, Internal, InvalidValue, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionInFull = await self._call(_SHOW_ACTION, path={"id": id})
        return answer

    async def show_branch_figures(self, id: t.PersonId, *, as_of: t.Timestamp | None = None) -> t.BranchInNumbers:
        """Everybody below the person, in numbers. As of now they are kept, and cost the same for any branch; as
        of a past time they are counted anew.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.BranchInNumbers = await self._call(_SHOW_BRANCH_FIGURES, path={"id": id}, query={"as_of": as_of})
        return answer

    async def show_case(self, id: t.CaseId) -> t.CaseView:
        """One case, without the person whom it is about.

        Roles: owner, admin, reviewer.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.CaseView = await self._call(_SHOW_CASE, path={"id": id})
        return answer

    async def show_case_figures(self) -> t.CaseFiguresView:
        """The reviewers' queue in figures: what waits, and how the last 30 days went.

        Roles: owner, admin, auditor, reviewer.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.CaseFiguresView = await self._call(_SHOW_CASE_FIGURES)
        return answer

    async def show_chain(self, id: t.PersonId, *, as_of: t.Timestamp | None = None) -> t.Page[t.Node]:
        """The person, whoever let them in, and so on up to the root: always one page.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.Node] = await self._call(_SHOW_CHAIN, path={"id": id}, query={"as_of": as_of})
        return answer

    async def show_health(self) -> t.HealthView:
        """How this replica does, and what waits. What is in the database is the same for all replicas.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.HealthView = await self._call(_SHOW_HEALTH)
        return answer

    async def show_health_history(self, *, minutes: int | None = None) -> t.HealthHistory:
        """How this replica did, a sample each minute: kept in memory for a day, and gone when it stops.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.HealthHistory = await self._call(_SHOW_HEALTH_HISTORY, query={"minutes": minutes})
        return answer

    async def show_invite_figures(self, *, by: Literal["campaign", "inviter"], limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.FiguresView]:
        """What came of invites, by campaign or by member: how many were given, how many ways in were begun, who
        came in, and who of those is in good standing after 30 days.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.FiguresView] = await self._call(_SHOW_INVITE_FIGURES, query={"by": by, "limit": limit, "cursor": cursor})
        return answer

    async def show_invite_qr(self, id: t.InviteId, *, format: Literal["svg", "png"] | None = None) -> bytes:
        """One's own open link as a QR code, for whoever stands beside you. An invite to an address has none: its
        code goes by mail alone.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, InvalidField, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: bytes = await self._call(_SHOW_INVITE_QR, path={"id": id}, query={"format": format})
        return answer

    async def show_invite_quota(self, id: t.PersonId) -> t.InviteQuotaView:
        """The places that a person has to give, and what admins have given and taken.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.InviteQuotaView = await self._call(_SHOW_INVITE_QUOTA, path={"id": id})
        return answer

    async def show_job(self, id: t.JobId) -> t.JobShown:
        """One job.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.JobShown = await self._call(_SHOW_JOB, path={"id": id})
        return answer

    async def show_lead(self, id: t.LeadId) -> t.LeadView:
        """One lead.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.LeadView = await self._call(_SHOW_LEAD, path={"id": id})
        return answer

    async def show_me(self) -> t.MeView:
        """One's own record.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MeView = await self._call(_SHOW_ME)
        return answer

    async def show_my_data(self) -> t.MyDataView:
        """Everything that is held about oneself.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MyDataView = await self._call(_SHOW_MY_DATA)
        return answer

    async def show_my_invite(self, id: t.InviteId) -> t.InviteView:
        """One of one's own invites, as in the list.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, InviteUnknown, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.InviteView = await self._call(_SHOW_MY_INVITE, path={"id": id})
        return answer

    async def show_my_room(self, room: str) -> t.MyRoomView:
        """A room, and what one is there. A room for guests is shown to those who are.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, RoomForOthers, RoomUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.MyRoomView = await self._call(_SHOW_MY_ROOM, path={"room": room})
        return answer

    async def show_name(self, id: t.PersonId, body: t.NewLook) -> t.VerifiedName:
        """See a member's verified name, for a reason. That you looked is recorded in the ledger, and the member
        finds it with your reason in `list_looks_at_me`. It counts towards the names that the policy lets one
        person see in 24 hours (`review.names_per_day`). Where no reviewer has verified a name of theirs,
        there is none to see: 404.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, InvalidValue, MalformedJson,
        NamesExhausted, NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.VerifiedName = await self._call(_SHOW_NAME, path={"id": id}, body=body)
        return answer

    async def show_onboarding(self, flow: t.FlowId) -> t.FlowView:
        """The progress of a registration: its state, and the next step.

        Raises: FlowUnknown, Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        answer: t.FlowView = await self._call(_SHOW_ONBOARDING, path={"flow": flow})
        return answer

    async def show_paths(self, *, from_: t.PersonId, to: t.PersonId, as_of: t.Timestamp | None = None) -> t.Connection:
        """How two people are connected by invites.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Connection = await self._call(_SHOW_PATHS, query={"from": from_, "to": to, "as_of": as_of})
        return answer

    async def show_person(self, id: t.PersonId) -> t.PersonInFull:
        """One member: role, standing, and place in the graph.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        Unauthenticated, Unavailable.
        """
        answer: t.PersonInFull = await self._call(_SHOW_PERSON, path={"id": id})
        return answer

    async def show_place(self) -> t.PlaceView:
        """One's own place, and how many wait.

        Raises: ApplicationUnknown, Internal, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests,
        Unauthenticated, Unavailable.
        """
        answer: t.PlaceView = await self._call(_SHOW_PLACE)
        return answer

    async def show_policy(self) -> t.PolicyView:
        """The policy that holds now, with its version as ETag.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        answer: t.PolicyView = await self._call(_SHOW_POLICY)
        return answer

    async def show_reports(self, id: t.PersonId, *, limit: t.Limit | None = None, cursor: str | None = None) -> t.Page[t.ReportShown]:
        """The reports that are open on one person, oldest first.

        Roles: owner, admin, auditor.

        Raises: CursorInvalid, Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.Page[t.ReportShown] = await self._call(_SHOW_REPORTS, path={"id": id}, query={"limit": limit, "cursor": cursor})
        return answer

    async def show_room(self, room: str) -> t.RoomView:
        """A room.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, NotCaughtUp, NotFound, PositionUnknown, RoomUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable.
        """
        answer: t.RoomView = await self._call(_SHOW_ROOM, path={"room": room})
        return answer

    async def show_stop(self, token: str) -> bytes:
        """A page that asks whether further letters are to end. Opening it changes nothing.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: bytes = await self._call(_SHOW_STOP, path={"token": token})
        return answer

    async def show_tree(self, id: t.PersonId, *, depth: int | None = None, limit: int | None = None, as_of: t.Timestamp | None = None) -> t.TreeDrawn:
        """The branch below the person, level by level, for a drawing. It costs what it answers, however great
        the branch is; as of a past time, a look at every invitee of those in the answer.

        Roles: owner, admin, auditor.

        Raises: Forbidden, Internal, InvalidField, NotCaughtUp, NotFound, PositionUnknown, SessionEnded,
        Timeout, Unauthenticated, Unavailable, UnknownField.
        """
        answer: t.TreeDrawn = await self._call(_SHOW_TREE, path={"id": id}, query={"depth": depth, "limit": limit, "as_of": as_of})
        return answer

    async def sign_in(self, body: t.Credentials, *, vouchsafe_device: str | None = None) -> t.Granted:
        """Sign in.

        An unknown contact, a wrong password and a wrong code get the same answer, after the same work. An
        `Idempotency-Key` is not looked at here: whoever got no answer signs in again.

        Raises: AccountLocked, BodyTooLarge, CredentialsWrong, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, PositionUnknown, Timeout, TooManyRequests, Unavailable,
        UnknownField, UnsupportedMediaType.
        """
        answer: t.Granted = await self._call(_SIGN_IN, headers={"Vouchsafe-Device": vouchsafe_device}, body=body)
        return answer

    async def sign_out(self) -> None:
        """Sign out.

        Ends the session behind the access token: it and the refresh token hold no longer.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, PositionUnknown, SessionEnded, Timeout, Unauthenticated,
        Unavailable.
        """
        await self._call(_SIGN_OUT)

    async def simulate_policy(self, body: t.PolicyToTry) -> t.PolicySimulated:
        """What a policy would mean for those who are here, if it were put in the place of the one that holds.
        Nothing is changed. A document that could not be put in its place is refused as by `replace_policy`.

        Roles: owner, admin, auditor.

        Raises: BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp,
        PolicyInvalid, PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        answer: t.PolicySimulated = await self._call(_SIMULATE_POLICY, body=body)
        return answer

    async def start_onboarding(self, body: t.BeginBody) -> t.BegunView:
        """Start a registration with an invite. No use of the invite is taken or reserved.

        A client that got no answer starts again. An `Idempotency-Key` is ignored here: at this point nothing
        tells one newcomer from another, and the answer holds the token of the flow.

        Raises: BodyTooLarge, FlowUnknown, Internal, InvalidField, InviteClosed, InviteExhausted,
        InviteExpired, InviteNotOpen, InviteUnknown, InviteUsed, MalformedJson, NotCaughtUp, PositionUnknown,
        Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.BegunView = await self._call(_START_ONBOARDING, body=body)
        return answer

    async def stop_letters(self, token: str) -> bytes:
        """End all further letters to the address that the link was sent to (RFC 8058). The body is not looked
        at: the token says it all.

        Raises: Internal, NotCaughtUp, NotFound, PositionUnknown, Timeout, TooManyRequests, Unavailable.
        """
        answer: bytes = await self._call(_STOP_LETTERS, path={"token": token})
        return answer

    async def take_place(self, room: str, person: t.PersonId) -> None:
        """Take a member's place in a room, with what a moderator or a filter decided about them there: they are
        muted, or kept out, no longer. What holds them back is lifted by whoever stands higher alone.

        Roles: owner, admin.

        Raises: CrossSite, Forbidden, Internal, NotCaughtUp, NotFound, NotTheirModerator, PositionUnknown,
        RoomUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        await self._call(_TAKE_PLACE, path={"room": room, "person": person})

    async def take_vouch_back(self, id: t.PersonId) -> None:
        """Vouch for a member no more. Where one does not, nothing changes. That one did, from when to when, is
        kept for admins; one can vouch for them again after a day.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: CrossSite, Internal, NotCaughtUp, NotFound, PositionUnknown, SessionEnded, Timeout,
        TooManyRequests, Unauthenticated, Unavailable, VouchRefused.
        """
        await self._call(_TAKE_VOUCH_BACK, path={"id": id})

    async def text_status(self, message: str, body: t.StatusForm, *, x_twilio_signature: str) -> None:
        """Twilio says what became of a text message: only what Twilio has signed is believed. Said twice, it is
        as if said once.

        Raises: BodyTooLarge, Forbidden, Internal, InvalidField, MalformedJson, NotCaughtUp, NotFound,
        PositionUnknown, Timeout, TooManyRequests, Unavailable, UnsupportedMediaType.
        """
        await self._call(_TEXT_STATUS, path={"message": message}, headers={"X-Twilio-Signature": x_twilio_signature}, body=body)

    async def undo_action(self, id: t.ActionId, body: t.Undo) -> t.ActionShown:
        """Undoes a whole action, also while it is being applied: what of it is not yet applied never is, and a
        job lifts each of its sanctions that is still in force. What was decided by hand since stays: a
        sanction of it that was lifted, and one that was imposed besides. To undo it for one person, lift
        their sanction.

        Roles: owner, admin. Whoever calls it has signed in less than 15 minutes ago.

        Raises: ActionState, ActionUnknown, BodyTooLarge, CrossSite, Forbidden, Internal, InvalidField,
        InvalidValue, MalformedJson, NotCaughtUp, NotFound, PositionUnknown, ReauthenticationRequired,
        SessionEnded, Timeout, Unauthenticated, Unavailable, UnknownField, UnsupportedMediaType.
        """
        answer: t.ActionShown = await self._call(_UNDO_ACTION, path={"id": id}, body=body)
        return answer

    async def undo_address(self, body: t.UndoAddressBody) -> None:
        """Undo a change of address, by the link in the letter to the former one: that is the account's again,
        every session ends, and the password is good no longer. A link to a new one is sent to the address.

        Raises: BodyTooLarge, Internal, InvalidField, LinkOver, MalformedJson, NotCaughtUp, PositionUnknown,
        SessionEnded, Timeout, TooManyRequests, Unavailable, UnknownField, UnsupportedMediaType.
        """
        await self._call(_UNDO_ADDRESS, body=body)

    async def vouch_applicant(self, body: t.VouchBody) -> None:
        """Say that one knows somebody who waits, without letting them in. Admins see it, and can let in by it.
        Whether anybody with this contact waits is not told.

        Roles: owner, admin, auditor, reviewer, member.

        Raises: BodyTooLarge, CrossSite, Internal, InvalidField, InvalidValue, MalformedJson, NotCaughtUp,
        PositionUnknown, SessionEnded, Timeout, TooManyRequests, Unauthenticated, Unavailable, UnknownField,
        UnsupportedMediaType.
        """
        await self._call(_VOUCH_APPLICANT, body=body)

    async def withdraw_action(self, id: t.ActionId) -> t.ActionShown:
        """Withdraws an action that is not approved.

        Roles: owner, admin.

        Raises: ActionState, ActionUnknown, CrossSite, Forbidden, Internal, NotCaughtUp, NotFound,
        PositionUnknown, SessionEnded, Timeout, Unauthenticated, Unavailable.
        """
        answer: t.ActionShown = await self._call(_WITHDRAW_ACTION, path={"id": id})
        return answer
