"""A look by hand: what a person saw who opened an account and read its newest day, or why that cannot be so.

A complete one proves what it shows and that nothing newer was there. One that knows of a single post only adds it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.observation import Post, Precision
from monitor.core.phrases import dated
from monitor.core.typed_day import Misread, Sign, typed_day


@dataclass(frozen=True, slots=True, kw_only=True)
class HandLook:
    """What a person saw."""

    post: Post | None
    """The newest post; None where there was none at all."""
    is_complete: bool
    """True if they saw the whole list, so that there is nothing newer."""

    def told(self, today: date) -> str:
        """Return it as people say it: 12月1日，完整列表."""
        newest = dated(beijing_date(self.post.published_at), today) if self.post else "未见发布"
        return f"{newest}，{'完整列表' if self.is_complete else '只登记这一条'}"


def hand_look(
    written: str, *, newest: Post | None, opened_on: date | None, today: date, is_complete: bool
) -> HandLook | Misread:
    """Return what was seen on `today`, as it was typed; `newest` is the newest post known of the account."""
    typed = typed_day(written, today)
    if isinstance(typed, Misread):
        return typed
    if isinstance(typed, Sign):
        return _without_new_day(typed, newest, today, is_complete=is_complete)
    known = beijing_date(newest.published_at) if newest else None
    if opened_on is not None and typed < opened_on:
        return Misread(
            f"{dated(typed, today)}早于开设日期{dated(opened_on, today)}，请核对；开设日期有误的请先更正台账"
        )
    if newest and known and typed < known:
        return Misread(
            f"{dated(typed, today)}早于已知最新的{dated(known, today)}；没有更新的请填 =，"
            f"此前登记有误的请在已登记的那一行改正"
        )
    if newest and known == typed:
        return _known_already(newest, typed, today, is_complete=is_complete)
    return HandLook(post=_of_day(typed), is_complete=is_complete)


def _without_new_day(sign: Sign, newest: Post | None, today: date, *, is_complete: bool) -> HandLook | Misread:
    if not is_complete:
        return Misread(f"“{sign.value}”要核查过完整列表才能登记；只登记一条的请填它的日期")
    if sign is Sign.NEVER_PUBLISHED and newest is not None:
        known = dated(beijing_date(newest.published_at), today)
        return Misread(f"已知{known}有发布，不能登记为没有发布过；没有更新的请填 =")
    if sign is Sign.NOTHING_NEWER and newest is None:
        return Misread("还没有已知的发布，请填最新发布日期；没有发布过的请填 -")
    return HandLook(post=newest, is_complete=True)


def _known_already(newest: Post, day: date, today: date, *, is_complete: bool) -> HandLook | Misread:
    """Return a look that shows the newest post again; a person's day is more exact than a bound from below."""
    if newest.precision is Precision.AT_LEAST:
        day_of = _of_day(day)
        seen = replace(newest, published_at=day_of.published_at, precision=day_of.precision)
        return HandLook(post=seen, is_complete=is_complete)
    if is_complete:
        return HandLook(post=newest, is_complete=True)
    return Misread(f"已知最新就是{dated(day, today)}，不必再登记；核查过完整列表的请不勾“只登记这一条”")


def _of_day(day: date) -> Post:
    return Post(published_at=start_of_day(day), precision=Precision.DAY)
