"""The light of an account: how it stands towards its updates, in one word and one sign."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from monitor.core.account import Account, Labelled
from monitor.core.calendar import beijing_date, start_of_day
from monitor.core.finding import State, Support


class Light(Labelled):
    """How an account stands, in the order of urgency; the value is the query parameter and the style's name."""

    RED = "red", "超期"
    AMBER = "amber", "临近超期"
    GREY = "grey", "未能核查"
    NEVER = "never", "尚未核查"
    GREEN = "green", "正常"
    EXEMPT = "exempt", "已豁免"
    NONE = "none", "不要求更新"

    @property
    def symbol(self) -> str:
        """The sign that stands beside the word, for those who do not see the colour."""
        return _SYMBOLS[self]

    @property
    def place(self) -> int:
        """Its place in the order of urgency."""
        return _PLACES[self]


_SYMBOLS = {
    Light.RED: "■",
    Light.AMBER: "▲",
    Light.GREY: "？",
    Light.NEVER: "○",
    Light.GREEN: "●",
    Light.EXEMPT: "◆",
    Light.NONE: "－",
}
_PLACES = {light: place for place, light in enumerate(Light)}


class AccountTask(Enum):
    """A trouble that only the operator can end; the value is the query parameter, the order that of lists."""

    UNSEEN = "unseen"
    HAND = "hand"
    GONE = "gone"
    CLAIMS = "claims"
    MUTED = "muted"
    PEOPLE = "people"


ASK_HAND_FROM = 8
"""From this many days on, accounts that nothing sure can be said of are worth the operator's time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighted:
    """The state of an account beside its findings: what was seen of it, and when."""

    account: Account
    newest_post_at: datetime | None
    """The newest visible post."""
    is_looked_at: bool
    """True if anybody has ever looked, whatever was seen."""
    is_seen: bool
    """True if a look has ever shown it."""
    is_gone: bool
    """True if a platform shows it as closed, banned or not there."""

    @property
    def silent_since(self) -> datetime | None:
        """When the time without updates began: the newest post, or the opening of an account that a look has shown.

        Never looked at is not silence.
        """
        return silent_since(self.newest_post_at, self.account.opened_on, is_seen=self.is_seen)


def silent_since(newest_post_at: datetime | None, opened_on: date | None, *, is_seen: bool) -> datetime | None:
    """Return the newest post's moment, else the opening's where a look has shown the account."""
    if newest_post_at is not None:
        return newest_post_at
    return start_of_day(opened_on) if opened_on and is_seen else None


def light_of(seen: Sighted, updates: State | None) -> Light:
    """Return the light: what the two-week rule says, None before it said anything; of whom nothing was seen, that."""
    if updates is None:
        return _unknown(seen) if seen.account.is_judged else Light.NONE
    match updates:
        case State.OK:
            return Light.GREEN
        case State.WARNING | State.SUSPECTED | State.NEEDS_REVIEW:
            return Light.AMBER
        case State.VIOLATED:
            return Light.RED
        case State.UNKNOWN:
            return _unknown(seen)
        case State.EXEMPTED:
            return Light.EXEMPT
        case State.NOT_APPLICABLE:
            return Light.NONE


def _unknown(seen: Sighted) -> Light:
    """Return the light of an account of which nothing can be said: whether anybody has tried makes the difference."""
    return Light.GREY if seen.is_looked_at or seen.newest_post_at is not None else Light.NEVER


def task_of(seen: Sighted, updates: State | None, support: Support | None) -> tuple[AccountTask, date] | None:
    """Return what the operator has to do so that the account can be told of again, and from which day on.

    One that the platform no longer shows is that and nothing else. One that waits for its first look, or to be judged
    for the first time, is none of those that could not be seen; nor is one of a platform that is suspended. `support`
    is what stands behind the two-week rule's word.
    """
    if seen.is_gone:
        return AccountTask.GONE, date.min
    if updates is None or support is Support.HELD:
        return None
    light, since = light_of(seen, updates), seen.silent_since
    begun = date.min if since is None else beijing_date(since) + timedelta(days=ASK_HAND_FROM)
    if support is Support.ASKED:
        return None if light is Light.NONE else (AccountTask.HAND, begun)
    if not seen.is_looked_at:
        return None
    if light is Light.GREY:
        return AccountTask.UNSEEN, date.min
    is_blind = support is Support.BLIND and light is not Light.NONE
    return (AccountTask.UNSEEN, begun) if is_blind else None
