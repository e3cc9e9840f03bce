"""A script: when one invented account published what, and how its platform behaved meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from monitor.core.account import Account


class Behaviour(Enum):
    """How a platform answers when it is asked for an account."""

    OK = "ok"
    TIMEOUT = "timeout"
    CAPTCHA = "captcha"
    LOGIN_WALL = "login_wall"
    RATE_LIMITED = "rate_limited"
    CHANGED_SHAPE = "changed_shape"
    HTTP_500 = "http_500"
    TRUNCATED = "truncated"
    CANCELLED = "cancelled"
    BANNED = "banned"
    FROZEN = "frozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedPost:
    """One post: published once, and to be seen from then on unless it says otherwise."""

    published_at: datetime
    title: str
    is_pinned: bool = False
    visible_from: datetime | None = None
    """For a post that only shows some time after the moment it bears."""
    deleted_at: datetime | None = None

    @property
    def appears_at(self) -> datetime:
        """The moment from which it is to be seen."""
        return self.visible_from or self.published_at

    def is_visible(self, at: datetime) -> bool:
        """True if a visitor sees it in the account's list at this moment."""
        return self.appears_at <= at and self.is_open(at)

    def is_open(self, at: datetime) -> bool:
        """True if whoever has its link can open it at this moment, also before the list shows it."""
        return self.published_at <= at and (self.deleted_at is None or at < self.deleted_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disruption:
    """A time in which a platform did not answer as it should; the end is outside it, None is still going on."""

    begins: datetime
    ends: datetime | None
    behaviour: Behaviour

    def covers(self, at: datetime) -> bool:
        """True if the moment lies inside."""
        return self.begins <= at and (self.ends is None or at < self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeiboPlace:
    """An account on Weibo."""

    uid: str


class FeedKind(Enum):
    """How a feed is written."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPlace:
    """A feed of the unit's own site, which mirrors an account."""

    host: str
    path: str
    kind: FeedKind


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlace:
    """A column of a government website: a list of dated links, each to an article."""

    host: str
    path: str
    encoding: str = "utf-8"
    shows_minutes: bool = False
    """True if articles bear a time of day; the list shows dates in any case."""


Place = WeiboPlace | FeedPlace | SitePlace


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One account of the county and everything that happens around it."""

    account: Account
    place: Place | None = None
    """Where its posts can be looked at; None where only people can."""
    posts: tuple[ScriptedPost, ...] = ()
    """Oldest first; those of the days to come included."""
    episodes: tuple[Disruption, ...] = ()
    looks_by_hand: tuple[datetime, ...] = ()
    """When the operator recorded everything the account showed (`xuncha import posts --complete`)."""

    def visible(self, at: datetime) -> tuple[ScriptedPost, ...]:
        """Return what a visitor sees at this moment, newest first."""
        return tuple(reversed([post for post in self.posts if post.is_visible(at)]))

    def newest(self, at: datetime) -> ScriptedPost | None:
        """Return the visible post with the greatest time, or None."""
        return max(self.visible(at), key=lambda post: post.published_at, default=None)

    def unlisted(self, at: datetime) -> ScriptedPost | None:
        """Return the newest post that is only to be opened by its link at this moment, or None."""
        unlisted = (post for post in self.posts if post.is_open(at) and not post.is_visible(at))
        return max(unlisted, key=lambda post: post.published_at, default=None)

    def behaviour(self, at: datetime) -> Behaviour:
        """Return how the platform answers at this moment; of several episodes the first one counts."""
        return next((episode.behaviour for episode in self.episodes if episode.covers(at)), Behaviour.OK)

    def changed_at(self, at: datetime) -> datetime | None:
        """Return the last moment, up to now, at which what is visible changed; None before the first post."""
        return max((moment for moment in self._changes() if moment <= at), default=None)

    def _changes(self) -> Iterator[datetime]:
        for post in self.posts:
            yield post.appears_at
            if post.deleted_at is not None:
                yield post.deleted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class County:
    """The whole sample as it is told at one moment; the days after it are scripted too."""

    now: datetime
    base_url: str
    """Under which address the places are served: a place's address is `<base_url>/<host><path>`."""
    scripts: tuple[Script, ...]

    @property
    def accounts(self) -> tuple[Account, ...]:
        """The roster, in its order."""
        return tuple(script.account for script in self.scripts)

    def script(self, account: str) -> Script:
        """Return the script of an account id; raises KeyError for an unknown one."""
        for script in self.scripts:
            if script.account.id == account:
                return script
        raise KeyError(account)
