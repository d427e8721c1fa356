"""The first chapter of `story_invites`, by the Python client as it is built.

usage: story.py URL
What no client can do it asks of whoever runs it: a line of JSON out, a line of JSON in (`play.rs`).
"""

import asyncio
import dataclasses
import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from vouchsafe_client import AsyncClient, Client, Kept, Memory, Problem, problems
from vouchsafe_client.types import InviteView

PASSWORD = "seven quiet herons wade"
FULL = "+8613812345699"
MINUTE = 60
DAY = 24 * 60 * MINUTE
BASE = sys.argv[1]

_Refusal = TypeVar("_Refusal", bound=Problem)


def ask(**asked: object) -> Any:
    print(json.dumps(asked), flush=True)
    return json.loads(sys.stdin.readline())


def code_of(what: str, to: str) -> str:
    return str(ask(ask=what, to=to)["code"])


def address(name: str) -> str:
    return f"{name}@vouch.example.org"


def refused(kind: type[_Refusal], work: Callable[[], object]) -> _Refusal:
    try:
        answer = work()
    except kind as problem:
        return problem
    raise AssertionError(f"not refused by {kind.__name__}: {answer}")


def member(name: str, store: Memory | None = None) -> Client:
    client = Client(BASE, store=store)
    client.sign_in_as({"contact": address(name), "password": PASSWORD})
    return client


def come_in(code: str, to: str) -> Client:
    """Comes in by an invite; the client of the new member."""
    client = Client(BASE)
    preview = client.preview_invite(code)
    assert preview["asks"] == ["contact", "credentials"], preview
    assert preview["kind"] == ("email" if "@" in to else "phone"), preview

    begun = client.start_onboarding({"code": code})
    newcomer, flow = client.with_token(begun["flow_token"]), begun["flow"]
    refused(problems.StepOutOfOrder, lambda: newcomer.give_password(flow, {"password": PASSWORD}))
    newcomer.give_contact(flow, {})
    proof = code_of("proof", to)
    wrong = "000001" if proof == "000000" else "000000"
    refused(problems.ProofWrong, lambda: newcomer.prove_contact(flow, {"code": wrong}))
    newcomer.prove_contact(flow, {"code": proof})
    refused(problems.PasswordRefused, lambda: newcomer.give_password(flow, {"password": "short"}))
    admitted = newcomer.give_password(flow, {"password": PASSWORD})
    client.take(admitted["session"])
    assert client.show_me()["id"] == admitted.get("person")
    return client


def story() -> None:
    # Wrong first: an exception with its status and what to do.
    stranger = Client(BASE)
    wrong = refused(
        problems.CredentialsWrong,
        lambda: stranger.sign_in_as({"contact": address("owner"), "password": "seven loud herons wade"}),
    )
    assert wrong.status == 401 and wrong.type == "urn:vouchsafe:problem:credentials-wrong"
    refused(problems.Unauthenticated, stranger.show_me)
    owner, store = member("owner"), Memory()
    ada, bob = member("ada", store), member("bob")

    # Two places each, given to phones. The answer to the first is lost, and it is asked for again: it is one invite.
    ask(ask="lose", request="POST /v1/me/invites ")
    given: list[InviteView] = []
    for place, client in enumerate([ada, bob]):
        for n in range(2):
            given.append(client.create_invite({"phone": f"+86138123456{place}{n}"}))
        over = refused(problems.QuotaExhausted, lambda: client.create_invite({"phone": FULL}))
        assert over.status == 409
        # Page by page, newest first, and no earlier than what was just written.
        before = ask(ask="seen")
        listed = [invite["id"] for invite in client.each(client.list_my_invites, limit=1)]
        assert listed[::-1] == [invite["id"] for invite in given[2 * place :]]
        assert ask(ask="seen")["at_least"] == before["at_least"] + 2
    assert ask(ask="seen")["invites"] == 4

    came = []
    for invite in given[:3]:
        phone = invite.get("phone") or ""
        came.append(come_in(code_of("invite", phone), phone))

    # Passed on, it is another's, by another code. A key of one's own is kept, and is for one request.
    fourth, key = given[3], "0123456789abcdef"
    former = code_of("invite", fourth.get("phone") or "")
    passed = bob.pass_invite_on(fourth["id"], {"email": address("grace")}, idempotency_key=key)
    again = bob.pass_invite_on(fourth["id"], {"email": address("grace")}, idempotency_key=key)
    assert again["id"] == passed["id"]
    refused(
        problems.IdempotencyKeyReused,
        lambda: bob.pass_invite_on(fourth["id"], {"email": address("iris")}, idempotency_key=key),
    )
    closed = refused(problems.InviteClosed, lambda: stranger.preview_invite(former))
    assert closed.status == 410
    refused(problems.QuotaExhausted, lambda: bob.create_invite({"email": address("iris")}))
    grace = come_in(code_of("invite", address("grace")), address("grace"))
    came_by = owner.show_person(grace.show_me()["id"]).get("came_by")
    assert came_by is not None and came_by.get("passed_on_from") == fourth["id"]

    # Refreshed once, however many want it: when the service says so, and before the token ends.
    first = ask(ask="seen")
    ask(ask="advance", seconds=15 * MINUTE)
    with ThreadPoolExecutor(4) as threads:
        for waiting in [threads.submit(ada.show_me) for _ in range(4)]:
            waiting.result()
    second = ask(ask="seen")
    assert second["refreshes"] == first["refreshes"] + 1
    assert second["asked_to_refresh"] == first["asked_to_refresh"] + 1
    session = store.load().session
    assert session is not None
    store.save(Kept(dataclasses.replace(session, ends_at=time.time()), store.load().device))
    with ThreadPoolExecutor(4) as threads:
        for waiting in [threads.submit(ada.show_me) for _ in range(4)]:
            waiting.result()
    third = ask(ask="seen")
    assert third["refreshes"] == first["refreshes"] + 2
    assert third["asked_to_refresh"] == first["asked_to_refresh"] + 2
    # The answer to a refresh is lost: the very same is sent again, and the session lives.
    ask(ask="advance", seconds=15 * MINUTE)
    ask(ask="lose", request="POST /oauth/token")
    ada.show_me()
    ada.show_me()
    asyncio.run(awaited())

    # A load balancer asks to wait for a second.
    ask(ask="busy", request="GET /v1/me ")
    asked = time.monotonic()
    ada.show_me()
    assert time.monotonic() - asked >= 1
    hasty = Client(BASE, longest_wait=0.5)
    ask(ask="busy", request="GET /livez")
    turned_away = refused(Problem, hasty.livez)
    assert (turned_away.status, turned_away.type) == (503, "about:blank")

    # One of those whom Ada let in is banned: their session has ended, and they may appeal.
    banned = came[1]
    banned_id = banned.show_me()["id"]
    owner.sanction_person(banned_id, {"kind": "ban", "reason": "spam", "note": "two hundred advertisements"})
    refused(problems.SessionEnded, banned.show_me)
    assert banned.session is None
    out = refused(
        problems.Forbidden,
        lambda: banned.sign_in_as({"contact": given[1].get("phone") or "", "password": PASSWORD}),
    )
    assert out.appeal_token is not None
    appeal = stranger.with_token(out.appeal_token).list_sanctions_to_appeal()
    assert len(appeal["items"]) == 1

    # The other alone earns her a place, once thirty days have passed; by then her session is over.
    ask(ask="advance", seconds=30 * DAY)
    refused(problems.Unauthenticated, ada.show_me)
    assert ada.session is None
    assert store.load().device is not None, "the device is remembered"
    ada.sign_in_as({"contact": address("ada"), "password": PASSWORD})
    places = ada.show_me()["places"]
    figures = [places["given"], places["earned"], places["used"], places["open"], places.get("left")]
    assert figures == [2, 1, 2, 0, 1], figures
    ada.create_invite({"phone": FULL})
    refused(problems.QuotaExhausted, lambda: ada.create_invite({"email": address("iris")}))

    malformed = refused(problems.InvalidValue, lambda: ada.create_invite({"email": "no address"}))
    assert malformed.field == "/email"
    ada.leave()
    assert ada.session is None
    refused(problems.Unauthenticated, ada.show_me)


async def awaited() -> None:
    """The same, to be awaited: pages, problems, and one refresh for many."""
    async with AsyncClient(BASE) as bob:
        await bob.sign_in_as({"contact": address("bob"), "password": PASSWORD})
        listed = [invite["id"] async for invite in bob.each(bob.list_my_invites, limit=1)]
        assert len(set(listed)) == len(listed) == 3, listed
        try:
            await bob.create_invite({"phone": FULL})
            raise AssertionError("not refused")
        except problems.QuotaExhausted:
            pass
        before = ask(ask="seen")
        ask(ask="advance", seconds=15 * MINUTE)
        await asyncio.gather(*(bob.show_me() for _ in range(4)))
        assert ask(ask="seen")["asked_to_refresh"] == before["asked_to_refresh"] + 1


story()
