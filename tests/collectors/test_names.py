"""HostNames that nobody resolves hold up nobody who does not ask for them."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from collectors.http import Policy
from collectors.names import HostNames
from monitor.core.collector import Request
from monitor.core.observation import LookFailedError, Reason
from tests.collectors.conftest import OpenDoor

HERE = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", ("127.0.0.1", 80))


@pytest.fixture
def released(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Have names that begin with "dead" answered only at the end; the value is what was asked for."""
    over, asked = threading.Event(), list[str]()

    def look_up(host: str, *_: object) -> list[tuple[int, int, int, str, tuple[str, int]]]:
        asked.append(host)
        if host.startswith("dead"):
            over.wait()
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if host.startswith("no"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [HERE]

    monkeypatch.setattr("collectors.names.getaddrinfo", look_up)
    yield asked
    over.set()
    for thread in threading.enumerate():
        if thread.name == "name":
            thread.join(5)


async def test_dead_names_leave_the_threads_of_all_else_alone(released: list[str]) -> None:
    names = HostNames()
    waiting = [asyncio.ensure_future(names.look_up(f"dead{n}.example")) for n in range(40)]
    assert await asyncio.wait_for(asyncio.to_thread(lambda: "done"), 5) == "done"
    assert await asyncio.wait_for(names.look_up("alive.example"), 5) == [HERE]
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "name")
    assert len(released) == 41
    for task in waiting:
        task.cancel()


async def test_a_dead_name_has_one_thread_however_often_it_is_asked_for(released: list[str]) -> None:
    names = HostNames(at_once=2)
    for _ in range(9):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(names.look_up("dead.example"), 0.01)
    assert await asyncio.wait_for(names.look_up("alive.example"), 5) == [HERE]
    assert released == ["dead.example", "alive.example"]


async def test_there_are_only_so_many_threads_and_whoever_comes_later_waits(released: list[str]) -> None:
    names = HostNames(at_once=3)
    waiting = [asyncio.ensure_future(names.look_up(f"dead{n}.example")) for n in range(9)]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(names.look_up("alive.example"), 0.05)
    assert len(released) == 3
    for task in waiting:
        task.cancel()


async def test_an_answer_is_everybodys_and_kept_for_nobody(released: list[str]) -> None:
    names = HostNames()
    for _ in range(2):
        said = await asyncio.gather(*(names.look_up("no.example") for _ in range(3)), return_exceptions=True)
        assert all(isinstance(sequence, socket.gaierror) for sequence in said)
    assert released == ["no.example"] * 2


async def test_a_look_at_a_dead_name_ends_at_its_limit(released: list[str], door: OpenDoor) -> None:
    fetch = door(Policy(total=timedelta(seconds=0.3), connect=timedelta(seconds=0.2))).bind("x", reader="r")
    with pytest.raises(LookFailedError) as caught:
        await asyncio.wait_for(fetch(Request(url="http://dead.example/")), 5)
    assert caught.value.reason in {Reason.TIMEOUT, Reason.DNS, Reason.CONNECT}
    assert released == ["dead.example"]
