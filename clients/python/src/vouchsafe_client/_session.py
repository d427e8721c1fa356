"""What is kept of who is signed in."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from .types import Granted

# It is refreshed so many seconds before its end, that it does not end on its way.
EARLY = 15.0


@dataclass(frozen=True, slots=True)
class Session:
    """A session's tokens. Whoever has them is the member: keep them as a password is kept."""

    access_token: str
    refresh_token: str
    ends_at: float
    """When the access token ends, by this machine's clock (seconds since 1970)."""
    person: str
    """Whose it is."""

    @classmethod
    def of(cls, granted: Granted) -> Session:
        """The session that a sign-in, a refresh or an onboarding gave."""
        return cls(
            access_token=granted["access_token"],
            refresh_token=granted["refresh_token"],
            ends_at=time.time() + granted["expires_in"],
            person=granted["person"]["id"],
        )

    @property
    def is_fresh(self) -> bool:
        """Whether the access token holds a while longer, as far as this machine's clock tells."""
        return time.time() < self.ends_at - EARLY

    def __repr__(self) -> str:
        return f"Session(person={self.person!r})"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a store keeps."""

    session: Session | None = None
    device: str | None = None
    """Shows at the next sign-in that this device has signed in before. It outlives the session."""

    def __repr__(self) -> str:
        return f"Kept(session={self.session!r})"


class Store(Protocol):
    """Where it is kept. One that several processes share goes with a `lock` that they share."""

    def load(self) -> Kept: ...
    def save(self, kept: Kept) -> None: ...


class Memory:
    """In memory, as long as the process lives."""

    def __init__(self) -> None:
        self._kept = Kept()

    def load(self) -> Kept:
        return self._kept

    def save(self, kept: Kept) -> None:
        self._kept = kept
