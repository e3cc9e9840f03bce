"""An answer of a platform: a whole page, one that never ends, or one that breaks off."""

from __future__ import annotations

import html
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import format_datetime
from enum import Enum
from hashlib import blake2b

from monitor.sample.script import Behaviour


class BodyEnding(Enum):
    """How the body of an answer ends."""

    WHOLE = "whole"
    STALLS = "stalls"
    """A byte now and then, never the last one."""
    CUT = "cut"
    """The line closes in the middle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleAnswer:
    """One answer; `body` is the whole body even where it is not sent to the end. Header names are in lower case."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ending: BodyEnding = BodyEnding.WHOLE


def page(markup: str, status: int = 200, encoding: str = "utf-8") -> SampleAnswer:
    """Return an HTML page."""
    named = "gbk" if encoding == "gb18030" else encoding
    return SampleAnswer(
        status=status,
        headers={"content-type": f"text/html; charset={named}"},
        body=markup.encode(encoding),
    )


def json_answer(value: object, status: int = 200) -> SampleAnswer:
    """Return a JSON body as PHP and Node write it: no spaces."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return SampleAnswer(status=status, headers={"content-type": "application/json; charset=utf-8"}, body=body)


def not_found() -> SampleAnswer:
    """Return the page of a place that does not exist."""
    return page("<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>", 404)


def revalidated(answer: SampleAnswer, headers: Mapping[str, str], changed_at: datetime | None) -> SampleAnswer:
    """Return the answer with ETag and Last-Modified, or 304 if the asker has it already (RFC 9110, 13.1)."""
    etag = f'"{blake2b(answer.body, digest_size=8).hexdigest()}"'
    validators = {"etag": etag}
    if changed_at is not None:
        validators["last-modified"] = format_datetime(changed_at.replace(microsecond=0), usegmt=True)
    asked = {name.lower(): value for name, value in headers.items()}
    if "if-none-match" in asked:
        is_same = etag in asked["if-none-match"]
    else:
        is_same = asked.get("if-modified-since") == validators.get("last-modified", "")
    if is_same:
        return SampleAnswer(status=304, headers=validators)
    return replace(answer, headers={**answer.headers, **validators})


def disturbed(answer: SampleAnswer, behaviour: Behaviour) -> SampleAnswer:
    """Return what comes of an answer of a website; one that only the platform's own words can tell is gone (410)."""
    match behaviour:
        case Behaviour.OK:
            return answer
        case Behaviour.TIMEOUT:
            return replace(answer, ending=BodyEnding.STALLS)
        case Behaviour.TRUNCATED:
            return replace(answer, ending=BodyEnding.CUT)
        case Behaviour.CAPTCHA:
            return page(_wall("安全验证", "请完成下方安全验证后继续访问"))
        case Behaviour.LOGIN_WALL:
            return page(_wall("用户登录", "请先登录后查看"))
        case Behaviour.RATE_LIMITED:
            return SampleAnswer(
                status=429, headers={"content-type": "text/plain", "retry-after": "600"}, body=b"Too Many Requests"
            )
        case Behaviour.HTTP_500:
            return broken()
        case Behaviour.CHANGED_SHAPE:
            return page(_wall("示例门户", "<div id=app></div><script src=/assets/index.js></script>"))
        case Behaviour.CANCELLED | Behaviour.BANNED | Behaviour.FROZEN:
            return SampleAnswer(status=410, headers={"content-type": "text/plain"}, body=b"Gone")


def broken() -> SampleAnswer:
    """Return what a gateway says when the server behind it is down."""
    title = "502 Bad Gateway"
    return page(f"<html><head><title>{title}</title></head><body><center><h1>{title}</h1></center></body></html>", 502)


def _wall(title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
        f"<body>{body}</body></html>"
    )
