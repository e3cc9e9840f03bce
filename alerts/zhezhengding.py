r"""Work notices in 浙政钉, the government's own DingTalk: another platform, with other hosts, keys and limits.

POST {base}/message/workNotification, a form of receiverIds, tenantId, bizMsgId and msg (JSON). Every request is
signed: the Base64 of HMAC-SHA256(secret, "POST\n{time}\n{nonce}\n{path}\n{fields}"), the fields as `name=value`
joined by `&` in the order of their names, not URL-encoded. The msg has at most 2,048 bytes; the same application
takes the same words for the same person once a day, and 100 messages a day and person; bizMsgId tells a repeat.
Yes is `success` true, outside and inside `content`.
Source: published descriptions of the interface and senders that use it, read 2026-11; the form of refusals is known
from a few of them only, so every refusal but of being busy needs a person. No real platform has been asked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import blake2b
from urllib.parse import urlencode

from alerts import grammar
from alerts.busy import decoded, says_later
from alerts.deadline import Deadline
from alerts.dialect import busy, fields, unread, unserved
from alerts.grammar import BadChannelError
from alerts.http_post import FORM, Endpoint, Reply
from alerts.text import fitted, shown
from alerts.work_notice import WorkNotice
from monitor.core.message import Attempt, Message, Outcome

WHO = "浙政钉"
PUBLIC = "https://openplatform.dg-work.cn"
PATH = "/message/workNotification"
LONGEST = 2_048
"""Bytes of `msg` as JSON."""
LONGEST_BODY = 1_700
"""Bytes of a message's body: the rest is for its subject and for what JSON escapes."""
PER_MINUTE = 60
"""Our own choice."""

_BEIJING = timezone(timedelta(hours=8))
_NOBODY = re.compile(r"(?:接收人|接收者|用户|人员|账号)(?:ID)?(?:不存在|无效|错误)|invalid receiver", re.IGNORECASE)


@dataclass(slots=True, kw_only=True, eq=False)
class ZheZhengDing(WorkNotice):
    """One application of an office in 浙政钉."""

    per_minute: int = PER_MINUTE
    longest: int = LONGEST_BODY

    def hand_over(self, message: Message, address: str, line: Deadline) -> Attempt:
        """Sign and send."""
        said = form(message, self.id, address)
        if said is None:
            return Attempt(outcome=Outcome.PERMANENT, detail="标题过长，超出浙政钉的限制，未发送")
        now = self.clock()
        headers = FORM | signed(said, key=self.key, secret=self.secret, path=self.endpoint.path, now=now)
        reply = self.endpoint.post({}, urlencode(said).encode(), line, self.limit, headers)
        return verdict(reply, now, (self.key, self.secret)) if isinstance(reply, Reply) else reply


def open_work(
    name: str, url: str, *, clock: Callable[[], datetime], base_url: str | None = None, proxy: str | None = None
) -> ZheZhengDing:
    """Return the application that `zhezhengding://AppKey:AppSecret@tenantId` names; raises BadChannelError."""
    parts = grammar.app(url)
    if parts is None:
        raise BadChannelError("应为 zhezhengding://AppKey:AppSecret@租户ID")
    return ZheZhengDing(
        name=name,
        key=parts.key,
        secret=parts.secret,
        id=parts.id,
        endpoint=Endpoint.under(base_url or PUBLIC, PATH).through(proxy),
        clock=clock,
    )


def form(message: Message, tenant: str, address: str) -> dict[str, str] | None:
    """Return the fields, in the order of their names, the text shortened to fit; None if the subject is too long."""
    room = LONGEST - len(_msg(message.subject, "").encode())
    if room <= 0:
        return None
    msg = _msg(message.subject, fitted(message.body, room))
    return {"bizMsgId": message.id, "msg": msg, "receiverIds": address, "tenantId": tenant}


def signed(said: Mapping[str, str], *, key: str, secret: str, path: str, now: datetime) -> dict[str, str]:
    """Return the headers that sign the fields; the nonce is the message's own in this millisecond."""
    local = now.astimezone(_BEIJING)
    when = f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03}+08:00"
    own = int.from_bytes(blake2b(said["bizMsgId"].encode(), digest_size=4).digest()) % 10_000
    nonce = f"{round(now.timestamp() * 1000)}{own:04}"
    words = "&".join(f"{name}={said[name]}" for name in sorted(said))
    digest = hmac.digest(secret.encode(), f"POST\n{when}\n{nonce}\n{path}\n{words}".encode(), hashlib.sha256)
    return {
        "X-Hmac-Auth-Timestamp": when,
        "X-Hmac-Auth-Version": "1.0",
        "X-Hmac-Auth-Nonce": nonce,
        "X-Hmac-Auth-Signature": base64.b64encode(digest).decode(),
        "apiKey": key,
    }


def verdict(reply: Reply, now: datetime, secrets: tuple[str | None, ...] = ()) -> Attempt:
    """Return what the platform's reply means; `secrets` are kept out of what the operator sees."""
    refused = unserved(reply, now, WHO)
    if refused and refused.outcome is Outcome.TEMPORARY:
        return refused
    answer = fields(reply.content)
    inner = answer.get("content")
    inside = fields(inner) if isinstance(inner, str) else inner if isinstance(inner, dict) else {}
    if not isinstance(answer.get("success"), bool):
        is_busy = says_later(decoded(reply.content))
        return busy(f"HTTP {reply.status}", "对方称暂不能处理") if is_busy else refused or unread(reply, WHO)
    said = inside if answer["success"] else answer
    code = str(next((said[name] for name in ("responseCode", "bizErrorCode", "errorCode", "Code") if name in said), ""))
    words = str(next((said[name] for name in ("responseMessage", "errorMsg", "Message") if name in said), ""))
    code, words = shown(code, secrets)[:40], shown(words, secrets)
    if answer["success"] is True and inside.get("success", True) is True:
        return Attempt(outcome=Outcome.SENT, code=code or "0", detail=words)
    is_nobody = _NOBODY.search(words) is not None
    if says_later(f"{code} {words}") and not is_nobody:
        return busy(code, words)
    return Attempt(outcome=Outcome.PERMANENT, code=code, detail=words, is_about_address=is_nobody)


def _msg(title: str, text: str) -> str:
    said = {"msgtype": "markdown", "markdown": {"title": title, "text": text}}
    return json.dumps(said, ensure_ascii=False)
