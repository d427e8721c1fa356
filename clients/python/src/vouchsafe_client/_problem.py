"""What every kind of problem has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from .types import BadRow


class VouchsafeError(Exception):
    """Whatever the client raises."""


class ConnectionLost(VouchsafeError):
    """No answer came. What was asked may have been done, unless it was only a question."""


class OAuthRefused(VouchsafeError):
    """A refusal of an OAuth operation (RFC 6749 §5.2)."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.status = status
        self.error = str(body.get("error", ""))
        self.error_description = str(body.get("error_description", ""))
        super().__init__(f"{self.error}: {self.error_description}")


class Problem(VouchsafeError):
    """A refusal (RFC 9457). Each kind that this version knows is a class of its own in `vouchsafe_client.problems`;
    a kind that a later service knows, and what something in between answered (`about:blank`), is this one."""

    type: str
    """What a program looks at."""
    title: str
    """What is wrong, the same for every occurrence."""
    status: int
    """The HTTP status code."""
    detail: str
    """What to do about it."""
    field: str | None
    """The field at fault: a JSON pointer into the body, or a parameter's name."""
    rows: list[BadRow]
    """The rows at fault, where the body is a file."""
    retry_after: int | None
    """Seconds after which a repetition is worth while."""
    request_id: str | None
    """The request's id in the service's log."""
    appeal_token: str | None
    """What an appeal is made with: of a sign-in that was right, and was refused because of a sanction."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        self.type = str(body.get("type", "about:blank"))
        self.title = str(body.get("title", ""))
        # A subclass narrows it to the one status of its kind.
        self.status = status
        self.detail = str(body.get("detail", ""))
        self.field = body.get("field")
        self.rows = cast("list[BadRow]", body.get("rows", []))
        self.retry_after = body.get("retry_after")
        self.request_id = body.get("request_id")
        self.appeal_token = body.get("appeal_token")
        super().__init__(f"{self.title}. {self.detail} ({self.type})")
