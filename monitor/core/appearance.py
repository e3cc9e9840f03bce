"""The appearance of an account on its platform: its name, its verified entity, its standing.

A change counts only when it was seen on two occasions: platforms answer “no such account” for their own reasons,
and a page that is read wrongly reads wrongly once. A rename is the same source with another name.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from monitor.core.account import Labelled
from monitor.core.observation import SECOND_READING, Profile, Standing, Timeline


class Aspect(Labelled):
    """A part of an account's appearance that may change."""

    NAME = "name", "名称"
    ENTITY = "entity", "认证主体"
    STANDING = "standing", "账号状态"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appearance:
    """The appearance at one time; None for parts that are not shown."""

    name: str | None = None
    entity: str | None = None
    standing: Standing = Standing.ACTIVE
    """ACTIVE also for an account without posts: that is no matter of standing."""

    def now(self, seen: Timeline) -> Appearance:
        """Return the appearance of a timeline; what it does not show is taken to be as before."""
        profile = seen.profile or Profile()
        return Appearance(
            name=profile.name or self.name,
            entity=profile.entity or self.entity,
            standing=Standing.ACTIVE if seen.standing.is_present else seen.standing,
        )

    def text(self, aspect: Aspect) -> str:
        """Return one aspect in words; empty where it is not known."""
        match aspect:
            case Aspect.NAME:
                return self.name or ""
            case Aspect.ENTITY:
                return self.entity or ""
            case Aspect.STANDING:
                return self.standing.label


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """An account's appearance at one source: what is certain, and what was seen once."""

    certain: Appearance
    doubtful: Appearance | None = None
    since: datetime | None = None
    """When the doubtful one was first seen."""

    def again(self, at: datetime) -> Portrait:
        """Return it after one more look that saw the same: what was doubtful is certain after an hour."""
        if self.doubtful is None or self.since is None or at - self.since < SECOND_READING:
            return self
        return Portrait(certain=self.doubtful)

    def after(self, seen: Timeline, at: datetime) -> Portrait:
        """Return it after a look that saw this."""
        shown = self.certain.now(seen)
        if shown == self.doubtful:
            return self.again(at)
        known = replace(self.certain, name=self.certain.name or shown.name, entity=self.certain.entity or shown.entity)
        return Portrait(certain=known) if shown == known else Portrait(certain=known, doubtful=shown, since=at)


STRANGER = Portrait(certain=Appearance())
"""The appearance of an account before the first look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppearanceChange:
    """One aspect of an account that is not as it was; `at` is when that became certain."""

    account: str
    aspect: Aspect
    before: str
    after: str
    at: datetime

    @property
    def said(self) -> str:
        """The change as a sentence without its subject."""
        return f"{self.aspect.label}由“{self.before}”变为“{self.after}”"


def changes(account: str, before: Portrait, after: Portrait, at: datetime) -> tuple[AppearanceChange, ...]:
    """Return what has become certain; what was not known before is no change."""
    return tuple(
        AppearanceChange(account=account, aspect=aspect, before=was, after=became, at=at)
        for aspect in Aspect
        if (was := before.certain.text(aspect)) and (became := after.certain.text(aspect)) != was
    )
