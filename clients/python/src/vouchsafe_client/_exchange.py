"""One request and what becomes of it, without any waiting of its own: the steps are the same for those who wait and
for those who await."""

from __future__ import annotations

import json
import random
import time
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import httpx

from . import problems
from ._operation import FORM, JSON, Operation
from ._problem import ConnectionLost, OAuthRefused, Problem
from ._session import Kept, Session, Store

POSITION = "Vouchsafe-Position"
AT_LEAST = "Vouchsafe-At-Least"
KEY = "Idempotency-Key"
DEVICE = "Vouchsafe-Device"

REFRESH = Operation("oauth_token", "POST", "/oauth/token", sends=FORM, answers=JSON)
# The very same refresh may be repeated for ten seconds.
REFRESH_REPEATED = 9.0
REFRESH_TIMEOUT = 4.0


@dataclass(slots=True)
class Send:
    """Send this, and come back with the answer."""

    request: httpx.Request


@dataclass(slots=True)
class Wait:
    """Wait so many seconds."""

    seconds: float


@dataclass(slots=True)
class Alone:
    """Take these steps while nobody else takes such."""

    steps: Steps


Steps = Generator[Send | Wait | Alone, httpx.Response, None]
Exchanging = Generator[Send | Wait | Alone, httpx.Response, httpx.Response]


class Exchanges:
    """What the requests of one caller share."""

    def __init__(
        self, base_url: str, store: Store, *, repeats: int, longest_wait: float, timeout: float
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.store = store
        self.repeats = repeats
        self.longest_wait = longest_wait
        self.timeout = timeout
        # Of the write that was answered last.
        self.position: str | None = None

    def request(
        self,
        operation: Operation,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
        timeout: float | None = None,
    ) -> httpx.Request:
        """The request, as yet nobody's."""
        place = operation.path
        for name, value in (path or {}).items():
            place = place.replace(f"{{{name}}}", quote(str(value), safe=""))
        asked = {name: _text(value) for name, value in (query or {}).items() if value is not None}
        said = {name: value for name, value in (headers or {}).items() if value is not None}
        if operation.keyed:
            said.setdefault(KEY, str(uuid.uuid4()))
        content: bytes | None = None
        if operation.sends:
            said["Content-Type"] = operation.sends
            if operation.sends == JSON:
                content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
            elif operation.sends == FORM:
                assert isinstance(body, Mapping)
                content = str(httpx.QueryParams(body)).encode()
            else:
                assert isinstance(body, bytes)
                content = body
        return httpx.Request(
            operation.method,
            self.base_url + place,
            params=asked or None,
            headers=said,
            content=content,
            extensions={"timeout": httpx.Timeout(timeout or self.timeout).as_dict()},
        )

    def exchange(self, operation: Operation, request: httpx.Request, bearer: str | None) -> Exchanging:
        """Sends it until it is answered for good; what is refused raises."""
        by_member = operation.access == "access" and bearer is None
        reads = operation.method == "GET"
        repeatable = reads or operation.keyed or operation.id == REFRESH.id
        if operation.method in ("PUT", "DELETE"):
            repeatable = "If-Match" not in request.headers
        begun, repeated, renewed = time.monotonic(), 0, False
        if bearer is not None and operation.access:
            request.headers["Authorization"] = f"Bearer {bearer}"
        while True:
            session = self.store.load().session if by_member else None
            if session is not None and not session.is_fresh:
                yield Alone(self._renew(session))
                session = self.store.load().session
            if session is not None:
                request.headers["Authorization"] = f"Bearer {session.access_token}"
            elif by_member:
                request.headers.pop("Authorization", None)
            position = self.position
            if reads and position is not None:
                request.headers[AT_LEAST] = position
            else:
                request.headers.pop(AT_LEAST, None)
            may = repeated < self.repeats
            if operation.id == REFRESH.id:
                may = may and time.monotonic() - begun < REFRESH_REPEATED - REFRESH_TIMEOUT
            try:
                response = yield Send(request)
            except httpx.TransportError as lost:
                # Where no connection came about, nothing was done.
                if not may or not (repeatable or isinstance(lost, httpx.ConnectError | httpx.ConnectTimeout)):
                    raise ConnectionLost(f"{operation.method} {operation.path}: {lost}") from lost
                repeated += 1
                yield Wait(_pause(repeated))
                continue
            if POSITION in response.headers:
                self.position = response.headers[POSITION]
            if response.is_success:
                return response
            problem = refusal(operation, response)
            match problem:
                case problems.Unauthenticated() if session is not None and not renewed:
                    renewed = True
                    yield Alone(self._renew(session))
                    continue
                case problems.SessionEnded() if session is not None:
                    self._forget(session)
                    raise problem
                case problems.PositionUnknown() if reads and position is not None:
                    # The database was put back to an earlier time.
                    if self.position == position:
                        self.position = None
                    continue
                # Neither was looked at any further.
                case problems.TooManyRequests() | problems.NotCaughtUp() if may:
                    pass
                case OAuthRefused() if may and response.status_code == 429:
                    pass
                case _ if may and repeatable and response.status_code in (502, 503, 504):
                    pass
                case _:
                    raise problem
            repeated += 1
            seconds = _retry_after(response)
            if seconds is not None and seconds > self.longest_wait:
                raise problem
            yield Wait(_pause(repeated) if seconds is None else seconds)

    def _renew(self, seen: Session) -> Steps:
        """A new access token, unless another has come by one since. Where there is none to be had, the session is
        forgotten, and the request that wanted it is refused by the service."""
        kept = self.store.load()
        session = kept.session
        if session is None or session.refresh_token != seen.refresh_token:
            return
        form = {"grant_type": "refresh_token", "refresh_token": session.refresh_token}
        request = self.request(REFRESH, body=form, timeout=REFRESH_TIMEOUT)
        try:
            response = yield from self.exchange(REFRESH, request, None)
        except OAuthRefused as refused:
            if refused.error != "invalid_grant":
                raise
            self._forget(session)
            return
        self.take(response.json())

    def take(self, granted: Any) -> None:
        """Keeps a session."""
        self.store.save(Kept(Session.of(granted), granted["device_token"]))

    def _forget(self, session: Session) -> None:
        kept = self.store.load()
        if kept.session is not None and kept.session.refresh_token == session.refresh_token:
            self.forget()

    def forget(self) -> None:
        """Forgets the session, and keeps what shows the device."""
        self.store.save(Kept(None, self.store.load().device))


def refusal(operation: Operation, response: httpx.Response) -> Problem | OAuthRefused:
    """What a refusal says. What is none of the service's, such as a proxy's page, is a problem without a kind."""
    try:
        body = response.json()
    except ValueError:
        body = None
    media = response.headers.get("Content-Type", "").partition(";")[0].strip()
    if isinstance(body, dict):
        if media == "application/problem+json":
            return problems.KINDS.get(str(body.get("type")), Problem)(response.status_code, body)
        if operation.path.startswith("/oauth/") and "error" in body:
            return OAuthRefused(response.status_code, body)
    words = {"title": response.reason_phrase or "Refused", "detail": "What answered is not the service itself."}
    return Problem(response.status_code, words)


def _retry_after(response: httpx.Response) -> float | None:
    said = response.headers.get("Retry-After")
    if said is None:
        return None
    if said.isdecimal():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


def _pause(repeated: int) -> float:
    """Longer each time, and by chance, so that not all come back at once."""
    return float(min(8.0, 0.25 * 2**repeated) * random.uniform(0.5, 1.0))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
