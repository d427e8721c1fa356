"""The clients: one for those who wait, one for those who await."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from types import TracebackType
from typing import Any, ParamSpec, Self, TypeVar, cast

import httpx

from . import types as t
from ._exchange import DEVICE, Alone, Exchanges, Exchanging, Send, Steps, Wait
from ._operation import JSON, Operation
from ._session import Memory, Session, Store
from .operations import AsyncOperations, Operations

_P = ParamSpec("_P")
_Item = TypeVar("_Item")


class _Common:
    """What both have."""

    _exchanges: Exchanges

    @property
    def session(self) -> Session | None:
        """Who is signed in."""
        return self._exchanges.store.load().session

    def take(self, granted: t.Granted) -> None:
        """Goes on as whoever this is: the session of a finished onboarding, or of a sign-in of one's own."""
        self._exchanges.take(granted)

    def _device(self) -> str | None:
        return self._exchanges.store.load().device


def _read(operation: Operation, response: httpx.Response) -> Any:
    if not operation.answers:
        return None
    return response.json() if operation.answers == JSON else response.content


class Client(_Common, Operations):
    """A client of one service, for one caller. Threads may share it."""

    def __init__(
        self,
        base_url: str,
        *,
        store: Store | None = None,
        lock: AbstractContextManager[Any] | None = None,
        repeats: int = 4,
        longest_wait: float = 30.0,
        timeout: float = 30.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """`store` keeps the session; `lock` is held while tokens are refreshed: give one that all processes share
        which share the store. A request is repeated `repeats` times at most, where that is safe; a refusal that
        asks to wait for more than `longest_wait` seconds is raised at once."""
        self._exchanges = Exchanges(
            base_url, store or Memory(), repeats=repeats, longest_wait=longest_wait, timeout=timeout
        )
        self._http = httpx.Client(transport=transport)
        self._lock = lock or threading.Lock()
        self._bearer: str | None = None
        self._owns = True

    def with_token(self, token: str) -> Client:
        """The same client for somebody else: whoever is on their way in (`flow_token`), waits (`token`) or appeals
        (`appeal_token`)."""
        other = Client.__new__(Client)
        other.__dict__.update(self.__dict__)
        other._bearer, other._owns = token, False
        return other

    def sign_in_as(self, credentials: t.Credentials) -> t.Granted:
        """Signs in, and goes on as that member."""
        granted = self.sign_in(credentials, vouchsafe_device=self._device())
        self.take(granted)
        return granted

    def leave(self) -> None:
        """Signs out, and forgets the session."""
        try:
            if self.session is not None:
                self.sign_out()
        finally:
            self._exchanges.forget()

    def each(self, page: Callable[_P, t.Page[_Item]], *args: _P.args, **kwargs: _P.kwargs) -> Iterator[_Item]:
        """All items of a list, page by page: `client.each(client.list_my_invites)`."""
        next_page = cast("Callable[..., t.Page[_Item]]", page)
        given: dict[str, Any] = dict(kwargs)
        while True:
            answer = next_page(*args, **given)
            yield from answer["items"]
            given["cursor"] = answer.get("next")
            if given["cursor"] is None:
                return

    def _call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
    ) -> Any:
        request = self._exchanges.request(operation, path, query, headers, body)
        response = self._drive(self._exchanges.exchange(operation, request, self._bearer))
        assert response is not None
        return _read(operation, response)

    def _drive(self, steps: Exchanging | Steps) -> httpx.Response | None:
        try:
            step = next(steps)
            while True:
                answer: Any = None
                match step:
                    case Send(request):
                        try:
                            answer = self._http.send(request)
                        except httpx.TransportError as lost:
                            step = steps.throw(lost)
                            continue
                    case Wait(seconds):
                        time.sleep(seconds)
                    case Alone(inner):
                        with self._lock:
                            self._drive(inner)
                step = steps.send(answer)
        except StopIteration as done:
            return cast("httpx.Response | None", done.value)

    def close(self) -> None:
        """Closes the connections."""
        if self._owns:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()


class AsyncClient(_Common, AsyncOperations):
    """The same, to be awaited. Tasks of one loop may share it."""

    def __init__(
        self,
        base_url: str,
        *,
        store: Store | None = None,
        lock: AbstractAsyncContextManager[Any] | None = None,
        repeats: int = 4,
        longest_wait: float = 30.0,
        timeout: float = 30.0,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """As of `Client`."""
        self._exchanges = Exchanges(
            base_url, store or Memory(), repeats=repeats, longest_wait=longest_wait, timeout=timeout
        )
        self._http = httpx.AsyncClient(transport=transport)
        self._lock = lock or asyncio.Lock()
        self._bearer: str | None = None
        self._owns = True

    def with_token(self, token: str) -> AsyncClient:
        """As of `Client`."""
        other = AsyncClient.__new__(AsyncClient)
        other.__dict__.update(self.__dict__)
        other._bearer, other._owns = token, False
        return other

    async def sign_in_as(self, credentials: t.Credentials) -> t.Granted:
        """Signs in, and goes on as that member."""
        granted = await self.sign_in(credentials, vouchsafe_device=self._device())
        self.take(granted)
        return granted

    async def leave(self) -> None:
        """Signs out, and forgets the session."""
        try:
            if self.session is not None:
                await self.sign_out()
        finally:
            self._exchanges.forget()

    async def each(
        self, page: Callable[_P, Awaitable[t.Page[_Item]]], *args: _P.args, **kwargs: _P.kwargs
    ) -> AsyncIterator[_Item]:
        """All items of a list, page by page."""
        next_page = cast("Callable[..., Awaitable[t.Page[_Item]]]", page)
        given: dict[str, Any] = dict(kwargs)
        while True:
            answer = await next_page(*args, **given)
            for item in answer["items"]:
                yield item
            given["cursor"] = answer.get("next")
            if given["cursor"] is None:
                return

    async def _call(
        self,
        operation: Operation,
        *,
        path: Mapping[str, object] | None = None,
        query: Mapping[str, object] | None = None,
        headers: Mapping[str, str | None] | None = None,
        body: object = None,
    ) -> Any:
        request = self._exchanges.request(operation, path, query, headers, body)
        response = await self._drive(self._exchanges.exchange(operation, request, self._bearer))
        assert response is not None
        return _read(operation, response)

    async def _drive(self, steps: Exchanging | Steps) -> httpx.Response | None:
        try:
            step = next(steps)
            while True:
                answer: Any = None
                match step:
                    case Send(request):
                        try:
                            answer = await self._http.send(request)
                        except httpx.TransportError as lost:
                            step = steps.throw(lost)
                            continue
                    case Wait(seconds):
                        await asyncio.sleep(seconds)
                    case Alone(inner):
                        async with self._lock:
                            await self._drive(inner)
                step = steps.send(answer)
        except StopIteration as done:
            return cast("httpx.Response | None", done.value)

    async def close(self) -> None:
        """Closes the connections."""
        if self._owns:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        await self.close()
