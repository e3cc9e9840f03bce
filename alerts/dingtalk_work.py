"""DingTalk work notices (工作通知): an office's own application reaches one person by their userid.

GET {base}/gettoken?appkey=…&appsecret=… gives an access token for two hours; POST
{base}/topapi/message/corpconversation/asyncsend_v2?access_token=… takes {agent_id, userid_list, msg} and answers
errcode 0 with a task_id when the message is taken, which is not yet received; POST …/getsendresult says for whom it
could not be. The msg has at most 2,048 bytes. The same words to the same person on the same day are taken and not
shown: a message carries its number, so only a repeat is the same. 500 a day and person, 1,500 a minute.
Source: open-doc.dingtalk.com/microapp/serverapi2/pgoxpy and the list of codes of getsendresult, read 2026-11; the
codes of a worn-out token and 90001 to 90018 (too many calls) are from memory. No real application has been asked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from alerts import grammar
from alerts.busy import LONG_PAUSE, PAUSE
from alerts.deadline import Deadline
from alerts.dialect import Dialect, fields
from alerts.grammar import BadChannelError
from alerts.http_post import Endpoint, Reply
from alerts.text import fitted
from alerts.work_notice import WorkNotice
from monitor.core.message import Attempt, Message, Outcome

PUBLIC = "https://oapi.dingtalk.com"
TOKEN_PATH = "/gettoken"  # noqa: S105 - an address
SEND_PATH = "/topapi/message/corpconversation/asyncsend_v2"
RESULT_PATH = "/topapi/message/corpconversation/getsendresult"
LONGEST = 2_048
"""Bytes of `msg` as JSON."""
LONGEST_BODY = 1_700
"""Bytes of a message's body: the rest is for its subject and for what JSON escapes."""
PER_MINUTE = 60
"""Our own choice, far below what DingTalk allows."""
LONGEST_LIFE = 7_200
"""Seconds for which a token is believed to be good."""
EARLY = timedelta(minutes=5)
"""How long before its end a token is no longer used."""

DIALECT = Dialect(
    who="钉钉",
    codes=("errcode",),
    words=("sub_msg", "errmsg"),
    busy=dict.fromkeys((-1, 500100, 143103, 143104, 1430003), PAUSE) | dict.fromkeys(range(90001, 90019), LONG_PAUSE),
    nobody=frozenset({33012, 40031, 60121}),
    wrapper=88,
)
_WORN_OUT = frozenset({"40001", "40014", "42001"})
"""Codes that mean: ask for another token."""
_NOBODY, _TOO_MUCH, _FAILED = "invalid_user_id_list", "forbidden_user_id_list", "failed_user_id_list"
"""The fields of people who are not there, who got too much or the same words today, and of all other failures."""


@dataclass(slots=True, kw_only=True, eq=False)
class DingTalkWork(WorkNotice):
    """One application of an office in DingTalk."""

    per_minute: int = PER_MINUTE
    longest: int = LONGEST_BODY
    _token: tuple[str, datetime] | None = field(default=None, repr=False)
    """The access token, and until when it is used."""

    def hand_over(self, message: Message, address: str, line: Deadline) -> Attempt:
        """Get a token if there is none, send, and ask whether it could reach the person."""
        body = compose(message, self.id, address)
        if body is None:
            return Attempt(outcome=Outcome.PERMANENT, detail="标题过长，超出钉钉的限制，未发送")
        attempt = self._send(body, address, line)
        if attempt.code in _WORN_OUT:
            self._token = None
            attempt = self._send(body, address, line)
        return attempt

    def _send(self, body: bytes, address: str, line: Deadline) -> Attempt:
        token = self._access()
        if isinstance(token, Attempt):
            return token
        reply = self.endpoint.at(SEND_PATH).post({"access_token": token}, body, line, self.limit)
        if not isinstance(reply, Reply):
            return reply
        taken = self._verdict(reply)
        task = fields(reply.content).get("task_id")
        return self._reached(task, address, token, line) or taken if taken.outcome is Outcome.SENT and task else taken

    def _access(self) -> str | Attempt:
        """Return a token that is good, or why there is none."""
        now = self.clock()
        if self._token and now < self._token[1]:
            return self._token[0]
        reply = self.endpoint.at(TOKEN_PATH).get({"appkey": self.key, "appsecret": self.secret}, self.limit)
        if not isinstance(reply, Reply):
            return reply
        answer, verdict = fields(reply.content), self._verdict(reply)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if verdict.outcome is Outcome.UNANSWERED or (verdict.outcome is Outcome.SENT and not isinstance(token, str)):
            return Attempt(outcome=Outcome.TEMPORARY, code=verdict.code, detail="未能取得钉钉的访问令牌，消息未发出")
        if verdict.outcome is not Outcome.SENT or not isinstance(token, str):
            return verdict
        lasts = timedelta(seconds=seconds) if type(seconds) is int and 0 < seconds <= LONGEST_LIFE else timedelta()
        self._token = token, now + lasts - EARLY
        return token

    def _reached(self, task: object, address: str, token: str, line: Deadline) -> Attempt | None:
        """Return that the message could not reach the person; None where it could, or that is not known yet."""
        asked = _json({"agent_id": self.id, "task_id": task})
        reply = self.endpoint.at(RESULT_PATH).post({"access_token": token}, asked, line, self.limit)
        if not isinstance(reply, Reply):
            return None
        result = fields(reply.content).get("send_result")
        if not isinstance(result, Mapping):
            return None
        where = next((name for name in (_NOBODY, _TOO_MUCH, _FAILED) if address in _ids(result.get(name))), None)
        if where == _NOBODY:
            detail = "钉钉已受理，但不能送达此人，请核对台账中的钉钉ID"
            return Attempt(outcome=Outcome.PERMANENT, code=where, detail=detail, is_about_address=True)
        if where == _TOO_MUCH:  # this person's limit: others may be sent to
            return Attempt(outcome=Outcome.TEMPORARY, code=where, detail="钉钉已受理，但此人今日消息过多，未送达")
        return Attempt(outcome=Outcome.PERMANENT, code=where, detail="钉钉已受理，但未能送达此人") if where else None

    def _verdict(self, reply: Reply) -> Attempt:
        token = self._token[0] if self._token else None
        return DIALECT.verdict(reply, self.clock(), (self.key, self.secret, token))


def open_work(
    name: str, url: str, *, clock: Callable[[], datetime], base_url: str | None = None, proxy: str | None = None
) -> DingTalkWork:
    """Return the application that `dingtalkwork://AppKey:AppSecret@AgentId` names; raises BadChannelError."""
    parts = grammar.app(url)
    if parts is None or not parts.id.isascii() or not parts.id.isdigit():
        raise BadChannelError("应为 dingtalkwork://AppKey:AppSecret@AgentId，AgentId 为数字")
    return DingTalkWork(
        name=name,
        key=parts.key,
        secret=parts.secret,
        id=parts.id,
        endpoint=Endpoint.under(base_url or PUBLIC, SEND_PATH).through(proxy),
        clock=clock,
    )


def compose(message: Message, agent: str, address: str) -> bytes | None:
    """Return the JSON body, its text shortened to fit; None if the subject alone is too long."""
    room = LONGEST - len(_json(_msg(message.subject, "")))
    if room <= 0:
        return None
    msg = _msg(message.subject, fitted(message.body, room))
    return _json({"agent_id": agent, "userid_list": address, "msg": msg})


def _msg(title: str, text: str) -> dict[str, object]:
    return {"msgtype": "markdown", "markdown": {"title": title, "text": text}}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def _ids(found: object) -> list[object]:
    return found if isinstance(found, list) else []
