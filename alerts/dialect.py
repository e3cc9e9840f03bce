"""How a far side says yes and no: an HTTP status, and inside it a code of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from alerts.busy import PAUSE, decoded, says_later
from alerts.http_post import Reply, by_status
from alerts.text import shown
from monitor.core.message import Attempt, Outcome

LONGEST_PAUSE = timedelta(hours=6)
"""The most that a Retry-After header is believed."""
_BUSY_STATUSES = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_INNER = re.compile(r"subcode=([0-9]{1,9})\b")
_LOOKED_AT = 2_000
"""Characters of an answer's words that are looked at."""
_BAD_REQUEST = re.compile(r"bad request|invalid|param|format|参数|格式", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The words of one kind of far side.

    Only its code 0 is a yes; a code that neither is listed nor comes with words of being busy needs a person.
    """

    who: str
    """The name for people."""
    codes: tuple[str, ...]
    """The fields that may hold the code, the first that does counts."""
    words: tuple[str, ...]
    """The same for what it says besides."""
    busy: Mapping[int, timedelta]
    """The codes that mean that it takes nothing just now, and for how long. Others may say so in words (`busy`)."""
    doubtful: frozenset[int] = frozenset()
    """Those of them that also mean a bad request, where the words say that."""
    nobody: frozenset[int] = frozenset()
    """The codes that mean that there is no such person."""
    wrapper: int | None = None
    """The code that only says that what is wrong stands beside it, as a code of its own."""

    def verdict(self, reply: Reply, now: datetime, secrets: Iterable[str | None] = ()) -> Attempt:
        """Return what a reply means; `secrets` are kept out of what the operator sees."""
        refused = unserved(reply, now, self.who)
        if refused and refused.outcome is Outcome.TEMPORARY:
            return refused
        answer = fields(reply.content)
        code = self.code_of(answer)
        if code is not None:
            said = next((str(answer[name]) for name in self.words if name in answer), "")
            return self.by_code(_inner(answer) or code if code == self.wrapper else code, shown(said, secrets))
        if says_later(decoded(reply.content)):
            return busy(f"HTTP {reply.status}", "对方称暂不能处理")
        return refused or unread(reply, self.who)

    def code_of(self, answer: Mapping[str, object]) -> int | None:
        """Return the code of an answer; false == 0, and is no yes."""
        found = (answer[name] for name in self.codes if name in answer)
        return next((code for code in found if type(code) is int), None)

    def by_code(self, code: int, said: str) -> Attempt:
        """Return what one of its codes means."""
        if code == 0:
            return Attempt(outcome=Outcome.SENT, code="0", detail=said)
        is_bad_request = code in self.doubtful and _BAD_REQUEST.search(said) is not None
        if code not in self.nobody and ((code in self.busy and not is_bad_request) or says_later(said)):
            return busy(str(code), said, self.busy.get(code, PAUSE))
        return Attempt(outcome=Outcome.PERMANENT, code=str(code), detail=said, is_about_address=code in self.nobody)


def _inner(answer: Mapping[str, object]) -> int | None:
    """Return the code that stands beside another, as a field or in the words; None for none."""
    found = _INNER.search(f"subcode={answer.get('sub_code')} {answer.get('errmsg')}", 0, _LOOKED_AT)
    return int(found[1]) if found else None


def busy(code: str, said: str, pause: timedelta = PAUSE) -> Attempt:
    """Return what it means that a far side takes nothing just now."""
    return Attempt(outcome=Outcome.TEMPORARY, code=code, detail=said, retry_after=pause)


def unserved(reply: Reply, now: datetime, who: str) -> Attempt | None:
    """Return what the HTTP status alone says against delivery; None for a status that says nothing against it."""
    outcome = by_status(reply.status)
    if outcome is Outcome.SENT:
        return None
    if outcome is Outcome.PERMANENT:
        return Attempt(outcome=outcome, code=f"HTTP {reply.status}", detail="请求被拒绝")
    detail = f"{who}服务暂不可用，或网络把请求转到了别处"
    pause = _pause(reply.retry_after, now)
    if pause is None and reply.status in _BUSY_STATUSES:
        pause = PAUSE
    return Attempt(outcome=outcome, code=f"HTTP {reply.status}", detail=detail, retry_after=pause)


def unread(reply: Reply, who: str) -> Attempt:
    """Return what it means that an answer is not in the far side's form: perhaps it was not the far side."""
    return Attempt(outcome=Outcome.UNANSWERED, code=f"HTTP {reply.status}", detail=f"答复不是{who}的格式")


def fields(content: bytes | str) -> dict[str, object]:
    """Return the fields of a JSON answer; none for anything else."""
    try:
        answer = json.loads(decoded(content) if isinstance(content, bytes) else content)
    except (ValueError, RecursionError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _pause(retry_after: str | None, now: datetime) -> timedelta | None:
    """Return a Retry-After header, seconds or a date, as a time to wait."""
    if not retry_after:
        return None
    if retry_after.isascii() and retry_after.isdigit():
        return min(timedelta(seconds=int(retry_after[:9])), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return min(max(until - now, timedelta()), LONGEST_PAUSE) if until.tzinfo else None
