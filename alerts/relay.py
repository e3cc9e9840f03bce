"""Everything else that Apprise can reach: webhooks, and a hundred services more.

Apprise 2.2.0 knows the HTTP status only (read in its source, 2026-11): a service that refuses with HTTP 200 and an
error code of its own counts as SENT here; those that matter have a strict module. Nobody is called by name, since
Apprise has no common way to do it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus

from apprise import Apprise, AppriseResult, NotifyFormat
from apprise.plugins.base import NotifyBase

from alerts import grammar
from alerts.busy import PAUSE
from alerts.deadline import Deadline, Threads, talk
from alerts.grammar import BadChannelError
from alerts.http_post import by_status
from alerts.text import has_controls, mark
from monitor.core.message import Attempt, Message, Outcome

STRICT = frozenset({"dingtalk", "feishu", "mailto", "mailtos", "wecombot"})
"""Apprise's schemas that have a module of their own here and must never go through its sender."""
PER_MINUTE = 18
"""Most services take more."""
LIMIT = timedelta(seconds=20)


@dataclass(slots=True, kw_only=True, eq=False)
class Relay:
    """One service that Apprise knows; who reads it is fixed by its URL."""

    name: str
    service: NotifyBase = field(repr=False)
    bucket: str
    per_minute: int = PER_MINUTE
    limit: timedelta = LIMIT
    """The time a whole try may take."""
    threads: Threads = field(default_factory=Threads, repr=False)

    @property
    def longest(self) -> int:
        """The characters that Apprise allows, taken for bytes."""
        return int(self.service.body_maxlen)

    @property
    def is_group(self) -> bool:
        """True: the readers are those that the URL names, a group as far as we know."""
        return True

    def address_of(self, contact: object) -> None:
        """Return None: the URL names the readers."""

    async def send(self, message: Message) -> Attempt:
        """Try once; SENT when Apprise says that the service took it."""
        if has_controls(message.subject + message.body):
            return Attempt(outcome=Outcome.PERMANENT, detail="消息含控制字符，未发送")
        return await talk(lambda line: self._hand_over(message, line), self.limit, self.threads)

    def _hand_over(self, message: Message, line: Deadline) -> Attempt:
        line.hold()  # nobody tells when Apprise has connected
        apprise = Apprise()
        apprise.add(self.service)
        result = apprise.notify(
            body=message.body,
            title="" if message.body.startswith("#") else message.subject,
            body_format=NotifyFormat.MARKDOWN,
        )
        return verdict(result)


def open_relay(name: str, url: str) -> Relay:
    """Return the relay for a URL that has no module of its own; raises BadChannelError."""
    if grammar.schema(url) in STRICT:
        raise BadChannelError("此类渠道不经 Apprise 发送")
    service = grammar.plugin(url)
    if service is None:
        raise BadChannelError("Apprise 不认识这个地址，或地址不完整")
    service.socket_connect_timeout = service.socket_read_timeout = LIMIT.total_seconds() / 2
    return Relay(name=name, service=service, bucket=mark(url.strip()))


def verdict(result: AppriseResult) -> Attempt:
    """Return what Apprise's result means. Its log lines are read for the HTTP status and never passed on."""
    if result:
        return Attempt(outcome=Outcome.SENT)
    statuses = tuple(_statuses(result))
    if not statuses:
        return Attempt(outcome=Outcome.UNANSWERED, code=result.status.name.lower(), detail="未得到对方答复")
    outcome = by_status(statuses[-1])
    if outcome is Outcome.SENT:
        outcome = Outcome.UNANSWERED
    pause = PAUSE if statuses[-1] in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE} else None
    return Attempt(outcome=outcome, code=f"HTTP {statuses[-1]}", detail="对方未接收", retry_after=pause)


def _statuses(result: AppriseResult) -> Iterator[int]:
    for service in result.results:
        for entry in service.logs():
            yield from (int(status) for status in grammar.STATUS.findall(entry.message))
