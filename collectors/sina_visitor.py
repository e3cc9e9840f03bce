"""How 微博 lets a visitor in: the cookies that each of its two faces gives to anybody, without a browser.

m.weibo.cn takes those of visitor.passport.weibo.cn, weibo.com those of passport.weibo.com; neither takes the other's.
One POST to `genvisitor2` with an empty ticket grants them (public code of 2026-08 to 2026-10); the step before it,
`genvisitor`, wants a fingerprint of a browser, which is not made here. Since 2025-11 nobody sees anything without them.
All cookies are kept, not SUB and SUBP alone. Refused ones are renewed once; so are those with which an answer came that
means empty, hidden or cancelled alike, for that is also how a visitor is kept out softly.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from collectors import agents, answers, html, json_body
from collectors.cookies import LONGEST
from monitor.core.collector import Continuation, Fetch, Page, Request, Session
from monitor.core.observation import LookFailedError, Reason, Timeline

_KEPT = timedelta(hours=1)
"""How long cookies are kept; public clients keep them for five minutes to an hour."""
_LONGEST = 20_000
"""Characters of the passport's answer that are looked at."""

Look = Callable[[Mapping[str, str], bool], Awaitable[Timeline]]
"""Looks with these cookies; whether they were got anew for this very look. Raises StaleVisitorError."""


class StaleVisitorError(Exception):
    """The visitor cookies are no longer taken, or may not be."""


@dataclass(frozen=True, slots=True)
class Face:
    """One of the two: the host that grants its cookies, the page a visitor comes from, and how they are kept."""

    passport: str
    referer: str
    kept_as: str


MOBILE = Face("visitor.passport.weibo.cn", "https://m.weibo.cn/", "visitor")
DESKTOP = Face("passport.weibo.com", "https://weibo.com/", "desktop_visitor")


async def as_visitor(face: Face, passport: str, session: Session, fetch: Fetch, look: Look) -> Timeline:
    """Return what `look` sees with the visitor cookies; with new ones where it says that the old ones are stale.

    `passport` is the address at which the face's passport is reached.
    """
    try:
        return await look(await _cookies(face, passport, session, fetch), False)  # noqa: FBT003 - a port of two words
    except StaleVisitorError:
        session.drop(face.kept_as)
    try:
        return await look(await _cookies(face, passport, session, fetch), True)  # noqa: FBT003 - as above
    except StaleVisitorError as error:
        session.drop(face.kept_as)
        raise LookFailedError(Reason.LOGIN_WALL, "fresh visitor cookies are refused too") from error


async def _cookies(face: Face, passport: str, session: Session, fetch: Fetch) -> dict[str, str]:
    """Return the cookies of a visitor, from the session or from the passport."""
    kept = session.get(face.kept_as)
    if kept:
        return {name: json_body.words(value) for name, value in json_body.fields(json.loads(kept)).items()}
    request = Request(
        url=f"{passport}/visitor/genvisitor2",
        method="POST",
        headers={"User-Agent": agents.PHONE, "Referer": face.referer},
        form={"cb": "visitor_gray_callback", "tid": "", "from": "weibo"},
    )
    page = await fetch(request)
    granted = await fetch.read(passport_of, page)
    cookies = {**answers.cookies_of(page), **granted.texts}
    session.put(face.kept_as, json.dumps(cookies), _KEPT)
    return cookies


def passport_of(page: Page) -> Continuation:
    """Return the pair of cookies that the passport grants in its body; raises LookFailedError where it grants none."""
    answers.judge_status(page)
    said = html.decode(page)[:_LONGEST]
    begins, ends = said.find("({"), said.rfind("})")  # a call of a function with one object
    answer = json_body.load(replace(page, body=said[begins + 1 : ends + 1].encode())) if 0 <= begins < ends else None
    sub, subp = (json_body.words(json_body.dig(answer, "data", name)) for name in ("sub", "subp"))
    if not (sub and subp):
        raise LookFailedError(Reason.LOGIN_WALL, "the passport grants no visitor cookies")
    return Continuation(texts={"SUB": sub[:LONGEST], "SUBP": subp[:LONGEST]})
