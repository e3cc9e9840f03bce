"""When to look next: rarely after a fresh post, more often as a deadline nears, never in step.

Every moment is a fixed part of its interval later or earlier by the source's own hash, so that
one platform's accounts do not all fall on the same second, and a restart changes nothing.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from hashlib import blake2b

from monitor.core.calendar import ONE_DAY, at_beijing, beijing_date, days_between

BELIEVED = timedelta(hours=12)
"""How long after a reading a far side is believed that nothing has changed since.

Half a day, so that whatever the interval between looks a page is read again before a look grows stale (24 h)."""
FIRST_RETRY = timedelta(minutes=10)
LONGEST = timedelta(hours=20)
"""No interval is longer, so that a look stays fresh (24 h) until the next one."""
NEAR = 9
"""From this many days without an update, each morning begins with a look."""
MORNING = time(6, 0)
MORNING_LENGTH = timedelta(hours=2, minutes=30)
"""The morning looks are spread over this long and end before messages may leave."""


SECOND_LOOK = timedelta(minutes=65)
"""After so long a second look is another occasion."""
SECOND_LOOK_LENGTH = timedelta(minutes=20)


def share(source_id: str) -> float:
    """Return the source's own fixed fraction in [0, 1)."""
    return int.from_bytes(blake2b(source_id.encode(), digest_size=4).digest()) / 2**32


def interval(every: timedelta, days: int | None) -> timedelta:
    """Return the pause between looks at an account whose newest known post is `days` old."""
    match days:
        case None:
            pause = every
        case _ if days < NEAR - 2:
            pause = every * 2
        case _ if NEAR <= days <= 21:  # noqa: PLR2004 - after the last step of the ladder nothing new is at stake
            pause = every / 2
        case _:
            pause = every
    return min(pause, LONGEST)


def next_look(source_id: str, every: timedelta, newest: datetime | None, now: datetime) -> datetime:
    """Return when to look again after a look that saw something."""
    days = None if newest is None else days_between(newest, now)
    pause = interval(every, days)
    then = now + pause * (0.8 + 0.2 * share(source_id))
    if days is None or days < NEAR:
        return then
    return min(then, next_morning(source_id, now))


def is_believed(read_at: datetime | None, newest: datetime | None, now: datetime) -> bool:
    """True if a far side may say that nothing has changed since its page was last read, instead of showing it.

    Half a day long; and where an update is nearly due, not from one day to the messages of the next morning.
    """
    if read_at is None or now - read_at >= BELIEVED:
        return False
    morning = at_beijing(beijing_date(now), MORNING)
    is_near = newest is None or days_between(newest, now) >= NEAR
    return not is_near or now < morning or read_at >= morning


def second_look(source_id: str, now: datetime) -> datetime:
    """Return when to look again after a look that saw what needs a second occasion to be believed."""
    return now + SECOND_LOOK + SECOND_LOOK_LENGTH * share(source_id)


def end_of_morning(day: date) -> datetime:
    """Return when the morning looks of a day are over, and its messages leave."""
    return at_beijing(day, MORNING) + MORNING_LENGTH


def next_morning(source_id: str, now: datetime) -> datetime:
    """Return the source's own moment in the next morning before messages leave."""
    day = beijing_date(now)
    moment = at_beijing(day, MORNING) + MORNING_LENGTH * share(source_id)
    return moment if moment > now else at_beijing(day + ONE_DAY, MORNING) + MORNING_LENGTH * share(source_id)


def retry_at(source_id: str, every: timedelta, failures: int, asked: timedelta | None, now: datetime) -> datetime:
    """Return when to look again after `failures` looks in a row that saw nothing.

    10, 20, 40 … minutes up to the platform's interval; never sooner than the far side asked.
    """
    pause = min(FIRST_RETRY * (1 << min(failures - 1, 8)), every, LONGEST)
    spread = pause * (0.9 + 0.2 * share(source_id))
    return now + max(spread, asked or timedelta())


def first_look(source_id: str, every: timedelta, now: datetime) -> datetime:
    """Return when a new source is looked at first: soon, but not all at once."""
    return now + min(every, timedelta(minutes=2)) * share(source_id)
