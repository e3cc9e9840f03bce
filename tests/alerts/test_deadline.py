import asyncio
import socket
import threading
from datetime import timedelta

import pytest

from alerts.deadline import Deadline, LineCutError, talk
from monitor.core.message import Attempt, Outcome
from tests.alerts.builders import SOON

SENT = Attempt(outcome=Outcome.SENT)


async def test_what_comes_in_time_counts() -> None:
    assert await talk(lambda _: SENT, timedelta(seconds=5)) == SENT


async def test_who_comes_too_late_to_speak_never_speaks() -> None:
    go, ended = threading.Event(), threading.Event()
    late: list[Exception] = []

    def conversation(line: Deadline) -> Attempt:
        go.wait()
        with socket.socket() as connection:
            try:
                line.hold(connection)
            except LineCutError as error:
                late.append(error)
        ended.set()
        return SENT

    attempt = await talk(conversation, SOON)
    go.set()
    await asyncio.to_thread(ended.wait)
    assert attempt.outcome is Outcome.TEMPORARY
    assert len(late) == 1


async def test_who_was_cut_off_in_mid_sentence_says_so_itself() -> None:
    near, far = socket.socketpair()

    def conversation(line: Deadline) -> Attempt:
        line.hold(near)
        return Attempt(outcome=Outcome.UNANSWERED, detail=repr(near.recv(1)))

    with near, far:
        attempt = await talk(conversation, SOON)
    assert attempt == Attempt(outcome=Outcome.UNANSWERED, detail="b''")


async def test_a_cancelled_wait_cuts_the_line() -> None:
    near, far = socket.socketpair()
    held, ended = threading.Event(), threading.Event()

    def conversation(line: Deadline) -> Attempt:
        line.hold(near)
        held.set()
        near.recv(1)
        ended.set()
        return SENT

    with near, far:
        waiting = asyncio.create_task(talk(conversation, timedelta(minutes=1)))
        await asyncio.to_thread(held.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(ended.wait)
