"""What is known of each day of an account's last year: that something was posted, that nothing was, or neither.

A day that nobody saw is no day without posts. That nothing was posted on a day is known where a list showed the posts
before and after it as neighbours, or where a list that shows all was still shown when the day ended.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from monitor.core.calendar import ONE_DAY, beijing_date

WEEKS = 53
"""The weeks of a year's picture: this one, and 52 before it."""
Days = tuple[date, date]
"""The first and the last of days that follow each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatedPost:
    """What a post says of its day."""

    at: datetime
    is_linked: bool
    """True if a list showed it beside the post before it, and its time is exact: nothing lies between."""
    is_exact: bool
    is_visible: bool
    """False once it was taken down."""
    is_evidence: bool
    """False if its year was guessed: then it neither shows nor rules out anything."""

    @property
    def on(self) -> date:
        """Its day in Beijing."""
        return beijing_date(self.at)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenSpan:
    """A time in which a source, again and again, showed all that there was."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentSpan:
    """Days without a post, known to be so: after the day `since`, and before the next post or up to what was seen."""

    since: date
    until: date
    is_over: bool

    @property
    def days(self) -> int:
        """How long it lasts, as days are counted for the rules."""
        return (self.until - self.since).days


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountYear:
    """The days from a Monday a year ago to today."""

    first: date
    today: date
    posted: Mapping[date, int]
    """How many posts on which of the days."""
    silent: frozenset[date]
    """Days of which it is known that nothing was posted on them."""
    unseen: frozenset[date]
    """Days of which nobody knows."""
    silences: tuple[SilentSpan, ...]
    """Those that reach into the year, oldest first."""

    def longer_than(self, limit: int) -> tuple[SilentSpan, ...]:
        """Return the silences of more than so many days."""
        return tuple(silence for silence in self.silences if silence.days > limit)

    @property
    def longest(self) -> SilentSpan | None:
        """The longest silence, the latest of several; None where there is none of two days or more."""
        return max(self.silences, key=lambda silence: (silence.days, silence.since), default=None)


def first_day(today: date) -> date:
    """Return the Monday with which the year's picture begins."""
    return today - timedelta(days=today.weekday(), weeks=WEEKS - 1)


def year_of(
    posts: Sequence[DatedPost], seen: Iterable[SeenSpan], today: date, *, opened: date | None, is_sure: bool
) -> AccountYear:
    """Return the year, given all posts since it began and the one before, and the times in which all was seen.

    `opened` is the day of the opening if a look has shown the account; `is_sure` is whether a look has just shown that
    nothing newer than the newest visible post exists.
    """
    kept = _that_count(posts)
    begins = kept[-1].on if kept else opened
    known = [*_between_linked(kept), *_while_seen(kept, seen, today)]
    if is_sure and begins is not None:
        known.append((begins, today))
    shown = _Shown(_joined(known), frozenset(post.on for post in posts if not post.is_evidence))
    first, posted = first_day(today), Counter(post.on for post in kept)
    drawn = [day for day in _days(first, today) if opened is None or day >= opened or day in posted]
    silent = frozenset(day for day in drawn if day not in posted and shown.holds(day, day))
    return AccountYear(
        first=first,
        today=today,
        posted={day: posted[day] for day in drawn if day in posted},
        silent=silent,
        unseen=frozenset(drawn) - silent - posted.keys(),
        silences=tuple(entry for entry in _silences(posted, shown, today, opened) if entry.until >= first),
    )


def _that_count(posts: Iterable[DatedPost]) -> Sequence[DatedPost]:
    """Return the posts that end a silence, oldest first: those that were taken down did, but for the newest ones.

    So the rules have it: what is open begins with the newest post that can be seen.
    """
    evidence = sorted((post for post in posts if post.is_evidence), key=lambda post: post.at)
    visible = [post.at for post in evidence if post.is_visible]
    return [post for post in evidence if visible and post.at <= visible[-1]]


def _between_linked(kept: Sequence[DatedPost]) -> Iterator[Days]:
    for before, after in pairwise(kept):
        if after.is_linked and before.is_exact and after.is_exact:
            yield before.on, after.on


def _while_seen(kept: Sequence[DatedPost], seen: Iterable[SeenSpan], today: date) -> Iterator[Days]:
    """Yield the days that ended while all was shown, from the post on that was the newest one then.

    Without such a post they begin with the look: a list without posts proves no silence by itself.
    """
    moments = [post.at for post in kept]
    for span in seen:
        place = bisect_right(moments, span.since)
        first = kept[place - 1].on if place else beijing_date(span.since)
        last = beijing_date(span.until)
        yield first, today if last >= today else last - ONE_DAY


def _joined(known: Iterable[Days]) -> Sequence[Days]:
    """Return stretches of days as few that do not touch, in their order; those without a day are left out."""
    joined: list[Days] = []
    for first, last in sorted(stretch for stretch in known if stretch[0] <= stretch[1]):
        if joined and first.toordinal() <= joined[-1][1].toordinal() + 1:
            joined[-1] = joined[-1][0], max(joined[-1][1], last)
        else:
            joined.append((first, last))
    return joined


class _Shown:
    """The days of which all posts are known."""

    def __init__(self, stretches: Sequence[Days], doubted: frozenset[date]) -> None:
        """Take stretches that do not touch, in their order, and single days that are not to be relied on."""
        self._stretches = stretches
        self._firsts = [first for first, _ in stretches]
        self._doubted = sorted(doubted)

    def holds(self, first: date, last: date) -> bool:
        """True if all of these days are among them."""
        doubts = bisect_right(self._doubted, last) - bisect_left(self._doubted, first)
        return not doubts and self.up_to(first) >= last

    def up_to(self, day: date) -> date:
        """Return the last day of the stretch in which a day lies; the day before it if that is not known."""
        place = bisect_right(self._firsts, day)
        last = self._stretches[place - 1][1] if place else date.min
        return last if last >= day else day - ONE_DAY


def _silences(posted: Collection[date], shown: _Shown, today: date, opened: date | None) -> Iterator[SilentSpan]:
    days = sorted(day for day in posted if day <= today)
    for before, after in pairwise(days):
        if (after - before).days > 1 and shown.holds(before + ONE_DAY, after - ONE_DAY):
            yield SilentSpan(since=before, until=after, is_over=True)
    start = days[-1] if days else opened
    if start is not None and start < today:
        until = min(shown.up_to(start + ONE_DAY), today)
        if until > start and shown.holds(start + ONE_DAY, until):
            yield SilentSpan(since=start, until=until, is_over=False)


def _days(first: date, last: date) -> Iterator[date]:
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        yield date.fromordinal(ordinal)
