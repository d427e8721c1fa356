"""What the client must know of an operation."""

from dataclasses import dataclass

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API description."""

    id: str
    method: str
    path: str
    access: str = ""
    """By what its caller is known; empty where anybody may call it."""
    keyed: bool = False
    """Whether it takes an Idempotency-Key, so that repeating it does no harm."""
    sends: str = ""
    answers: str = ""
