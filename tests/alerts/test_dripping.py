"""A far side that drips holds nobody up: at the limit the connection is closed, in whatever phase it is."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
import trustme

from alerts.channels import Opened, open_channel
from alerts.deadline import AT_ONCE, Deadline, Threads, talk
from monitor.core.message import Attempt, Outcome
from tests.alerts.builders import clock, message
from tests.alerts.dripping import HTTP_PHASES, SMTP_PHASES, Dripping, DrippingMail, DrippingRobot, deaf

LIMIT = timedelta(milliseconds=300)
AT_MOST = 1.5
"""Seconds: the limit, and what a busy machine adds."""
TO_HIM = message(address="a@b.cn")


@pytest.fixture(scope="module")
def certificate() -> trustme.LeafCert:
    return trustme.CA().issue_cert("127.0.0.1")


@pytest.fixture(autouse=True)
def no_thread_is_left_behind() -> Iterator[None]:
    yield
    for thread in conversations():
        assert thread.daemon
        thread.join(AT_MOST)
        assert not thread.is_alive()


def conversations() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "conversation"]


def mail_to(port: int, *, secure: bool) -> Opened:
    options = "&mode=starttls&verify=no" if secure else ""
    url = f"mailto://office:secret@127.0.0.1:{port}?from=office@example.invalid{options}"
    return open_channel("邮件", url, clock=clock)


async def tried(channel: Opened, far: Dripping) -> Attempt:
    """Try once; the time is up at the limit, and the far side sees that nobody is there any more."""
    channel.limit = LIMIT
    loop = asyncio.get_running_loop()
    began = loop.time()
    attempt = await channel.send(TO_HIM)
    assert loop.time() - began < AT_MOST
    assert await asyncio.to_thread(far.hung_up.wait, AT_MOST), "the connection is still open"
    return attempt


@pytest.mark.parametrize("phase", SMTP_PHASES)
async def test_a_mail_server_that_drips_is_left_at_the_limit(phase: str, certificate: trustme.LeafCert) -> None:
    with DrippingMail(phase, certificate) as far:
        attempt = await tried(mail_to(far.port, secure=True), far)
    is_over = phase == "after data"
    assert attempt.outcome is (Outcome.UNANSWERED if is_over else Outcome.TEMPORARY)
    assert bool(far.heard) == is_over, "what is surely not delivered was not said"


async def test_a_mail_that_was_taken_counts_however_long_the_goodbye_takes() -> None:
    with DrippingMail("quit") as far:
        attempt = await tried(mail_to(far.port, secure=False), far)
    assert (attempt.outcome, len(far.heard)) == (Outcome.SENT, 1)


async def test_a_reply_without_end_is_not_kept_in_memory() -> None:
    class Endless(DrippingMail):
        def talk(self, connection: socket.socket) -> None:
            line = b"220-" + b"x" * 500 + b"\r\n"
            while True:
                connection.sendall(line * 100)

    with Endless() as far:
        channel = mail_to(far.port, secure=False)
        assert (await channel.send(TO_HIM)).outcome is Outcome.TEMPORARY


@pytest.mark.parametrize("phase", HTTP_PHASES)
async def test_a_robot_that_drips_is_left_at_the_limit_and_may_have_heard(phase: str) -> None:
    with DrippingRobot(phase) as far:
        channel = open_channel("群", "dingtalk://token", clock=clock, base_url=f"http://127.0.0.1:{far.port}")
        attempt = await tried(channel, far)
    assert attempt.outcome is Outcome.UNANSWERED


@pytest.mark.parametrize("phase", HTTP_PHASES)
async def test_a_work_notice_whose_token_drips_was_surely_not_sent(phase: str) -> None:
    with DrippingRobot(phase) as far:
        base_url = f"http://127.0.0.1:{far.port}"
        channel = open_channel("通知", "dingtalkwork://key:secret@1", clock=clock, base_url=base_url)
        attempt = await tried(channel, far)
    assert attempt.outcome is Outcome.TEMPORARY


@pytest.mark.parametrize("phase", HTTP_PHASES)
async def test_a_service_of_apprise_that_drips_is_left_at_the_limit(phase: str) -> None:
    with DrippingRobot(phase) as far:
        attempt = await tried(open_channel("其他", f"json://127.0.0.1:{far.port}/", clock=clock), far)
    assert attempt.outcome in {Outcome.UNANSWERED, Outcome.SENT}


async def test_who_does_not_even_take_the_connection_was_surely_told_nothing() -> None:
    with deaf() as port:
        channel = mail_to(port, secure=False)
        channel.limit = LIMIT
        began = asyncio.get_running_loop().time()
        attempt = await channel.send(TO_HIM)
    assert asyncio.get_running_loop().time() - began < AT_MOST
    assert attempt.outcome is Outcome.TEMPORARY


async def test_conversations_that_nothing_ends_take_so_many_threads_of_their_channel_and_none_of_another() -> None:
    go, threads = threading.Event(), Threads()

    def stuck(line: Deadline) -> Attempt:
        go.wait()
        return Attempt(outcome=Outcome.SENT)

    def fine(line: Deadline) -> Attempt:
        return Attempt(outcome=Outcome.SENT)

    for _ in range(AT_ONCE):
        assert (await talk(stuck, timedelta(milliseconds=20), threads)).outcome is Outcome.TEMPORARY
    refused = await talk(fine, LIMIT, threads)
    assert (refused.outcome, refused.detail) == (Outcome.TEMPORARY, "此前的连接尚未结束，消息未发出")
    assert refused.retry_after
    assert (await talk(fine, LIMIT, Threads())).outcome is Outcome.SENT
    go.set()
    for thread in conversations():
        await asyncio.to_thread(thread.join)
    assert (await talk(fine, LIMIT, threads)).outcome is Outcome.SENT


async def test_who_stood_still_for_longer_than_the_limit_says_nothing_when_it_wakes() -> None:
    line = Deadline(timedelta())
    with pytest.raises(ConnectionAbortedError):
        line.hold()
    assert not line.cut()
