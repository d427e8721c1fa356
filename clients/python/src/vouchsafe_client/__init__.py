"""The client of Vouchsafe, made of its API description."""

from . import problems, types
from ._problem import ConnectionLost, OAuthRefused, Problem, VouchsafeError
from ._session import Kept, Memory, Session, Store
from .client import AsyncClient, Client

__all__ = [
    "AsyncClient",
    "Client",
    "ConnectionLost",
    "Kept",
    "Memory",
    "OAuthRefused",
    "Problem",
    "Session",
    "Store",
    "VouchsafeError",
    "problems",
    "types",
]
