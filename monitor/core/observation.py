"""The result of a look: a timeline or a download, or the reason why nothing could be seen. Never both, never neither.

Not having seen is never evidence: a `Reason` says something about us, not about
the unit. Only a timeline with `covers=ALL` can show that nothing newer exists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import accumulate, pairwise

from monitor.core.account import Labelled, Source
from monitor.core.calendar import beijing
from monitor.core.download import AppFault, Download

POLLED_FRESHNESS = timedelta(hours=24)
"""How long a look at a polled source stands for its account."""
HAND_FRESHNESS = timedelta(days=7)
"""The same for a look by hand."""
DELAYED_FRESHNESS = timedelta(hours=48)
"""The same for a list that is whole up to an earlier moment, counted from that one: it comes once a day."""
JUST_READ = timedelta(hours=1)
"""How old a reading may be on which a case is opened or goes up."""
SECOND_READING = timedelta(hours=1)
"""How far apart two looks must lie to count as separate occasions."""
NEW_ROW = timedelta(days=14)
"""How far before the earlier look a new row's day may lie, where its year is guessed: lists are filled in late.

A post older than two weeks shows no account as fresh anyway."""
LONGEST_GUESS = timedelta(days=300)
"""After a longer time without a look, a day without a year may be of the year before."""
_EVER, _NEVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
MANUAL = "manual"
"""The collector under which looks by hand are kept."""


class Reason(Labelled):
    """Why a look saw nothing: the closed list that labels metrics."""

    DNS = "dns", "域名无法解析"
    CONNECT = "connect", "无法连接"
    TLS = "tls", "安全证书有误"
    TIMEOUT = "timeout", "超时"
    HTTP_ERROR = "http_error", "网站返回错误"
    REFUSED = "refused", "平台拒绝访问"
    RATE_LIMITED = "rate_limited", "平台限制访问"
    LOGIN_WALL = "login_wall", "平台要求登录"
    CAPTCHA = "captcha", "平台要求验证"
    GRANT = "grant", "授权缺失或过期"
    GUARD_BLOCKED = "guard_blocked", "地址不允许访问"
    TOO_LARGE = "too_large", "内容过大"
    TRUNCATED = "truncated", "内容不完整"
    UNREADABLE = "unreadable", "页面无法识别"


class LookFailedError(Exception):
    """A look that saw nothing. `detail` is for the operator's log: one line, no secret, no markup.

    One in Chinese is a sentence for people: what the owner of a grant has to do (`advice_in`).
    """

    def __init__(
        self, reason: Reason, detail: str = "", *, retry_after: timedelta | None = None, fault: AppFault | None = None
    ) -> None:
        """Carry the reason, how long the far side asked us to stay away, and what is wrong with it if that is a fact.

        The fault (a certificate, a name that does not exist) is for collectors that look at links of apps.
        """
        super().__init__(f"{reason.value}: {detail}" if detail else reason.value)
        self.reason = reason
        self.detail = detail
        self.retry_after = retry_after
        self.fault = fault


def advice_in(detail: str) -> str:
    """Return a detail that is a sentence for people, in Chinese; empty for one that is for the log.

    One that begins with Chinese is a collector's own: what a platform wrote stands behind English words.
    """
    return detail if "\u4e00" <= detail[:1] <= "\u9fff" else ""


class Precision(Enum):
    """How exactly a publication time is known."""

    SECOND = "second"
    MINUTE = "minute"
    DAY = "day"
    AT_LEAST = "at_least"
    """A lower bound, taken from an id: the post may have appeared later."""


class Covers(Enum):
    """True if a timeline shows the account's newest posts for certain, or only some of its posts."""

    ALL = "all"
    SOME = "some"


class Standing(Labelled):
    """The account's standing on its platform."""

    ACTIVE = "active", "正常"
    EMPTY = "empty", "尚无内容"
    CANCELLED = "cancelled", "已注销"
    BANNED = "banned", "已封禁"
    FROZEN = "frozen", "已冻结"
    MIGRATED = "migrated", "已迁移"
    NOT_FOUND = "not_found", "不存在"

    @property
    def is_present(self) -> bool:
        """True if the account is there to be judged by its posts."""
        return self is Standing.ACTIVE or self is Standing.EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One publicly visible item of an account, forwards included."""

    published_at: datetime
    """UTC; with day precision, the first moment of the day in Beijing."""
    precision: Precision = Precision.SECOND
    title: str = ""
    url: str | None = None
    is_pinned: bool = False
    is_year_guessed: bool = False
    """True if the page shows no year and the most recent one was taken: the post may be years older."""

    @property
    def key(self) -> str:
        """The key that makes two sightings the same post: its link, else its time and title."""
        if self.url:
            return self.url
        # at New Year the guess is another, and the post is not
        written = beijing(self.published_at).strftime("--%m-%dT%H:%M:%S") if self.is_year_guessed else None
        return f"{written or self.published_at.isoformat()} {self.title}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The account as the platform shows it; every field may be missing."""

    name: str | None = None
    entity: str | None = None
    """The entity that the platform verified (认证主体), in its words."""
    id: str | None = None
    followers: int | None = None
    posts: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The posts one look saw, newest first; may be empty (then `standing` says why)."""

    posts: tuple[Post, ...] = ()
    covers: Covers = Covers.ALL
    standing: Standing = Standing.ACTIVE
    profile: Profile | None = None
    whole_from: datetime | None = None
    """How far back the list has no hole, where that is not as far as its oldest unpinned post."""
    places: tuple[int, ...] = ()
    """Where each post stands on the page, counted from its newest end; only where a year was guessed."""
    whole_until: datetime | None = None
    """Up to which moment the list has no hole, where that is not the look: an owner's figures come a day late."""

    @property
    def reach(self) -> datetime | None:
        """How far back the list has no hole; None without an unpinned post."""
        if self.whole_from is not None:
            return self.whole_from
        return min((post.published_at for post in self.posts if not post.is_pinned), default=None)

    @property
    def newest(self) -> Post | None:
        """The post with the greatest time, wherever it stands in the list."""
        return max(self.posts, key=lambda post: post.published_at, default=None)


def timeline(
    posts: Iterable[Post],
    *,
    covers: Covers = Covers.ALL,
    profile: Profile | None = None,
    standing: Standing | None = None,
) -> Timeline:
    """Return a timeline of the posts, given in the order of the page; without posts the account is EMPTY.

    An old post at the top, pinned without saying so, must not make a list of the newest posts look as
    if it reached back that far: a post that stands out of the list's order says nothing of its reach.
    """
    listed = tuple(posts)
    turns = sorted(range(len(listed)), key=lambda place: listed[place].published_at, reverse=True)
    ordered = tuple(listed[place] for place in turns)
    if standing is None:
        standing = Standing.ACTIVE if ordered else Standing.EMPTY
    return Timeline(
        posts=ordered,
        covers=covers,
        standing=standing,
        profile=profile,
        whole_from=_whole_from(listed),
        places=_places(listed, turns) if any(post.is_year_guessed for post in listed) else (),
    )


def _places(listed: Sequence[Post], turns: Sequence[int]) -> tuple[int, ...]:
    """Return the places of posts in the order of `turns`, counted from the newest end of their list.

    Guessed years make an old list rise where it falls; so it begins with its oldest only where it never falls.
    """
    rises, falls = _slopes([post.published_at for post in listed if not post.is_pinned])
    is_oldest_first = rises > 0 and falls == 0
    return tuple(len(listed) - 1 - turn for turn in turns) if is_oldest_first else tuple(turns)


def _slopes(moments: Sequence[datetime]) -> tuple[int, int]:
    """Return how often a list goes on with a newer post, and how often with an older one."""
    pairs = tuple(pairwise(moments))
    return sum(later > earlier for earlier, later in pairs), sum(later < earlier for earlier, later in pairs)


def _whole_from(listed: Sequence[Post]) -> datetime | None:
    """Return how far back a list has no hole, where some of its posts stand out of its order; else None."""
    unpinned = [post.published_at for post in listed if not post.is_pinned]
    rises, falls = _slopes(unpinned)
    from_old_end = unpinned if rises > falls else unpinned[::-1]
    newest_so_far = accumulate(from_old_end, max)
    in_order = [moment for moment, newest in zip(from_old_end, newest_so_far, strict=True) if moment == newest]
    return min(in_order) if len(in_order) < len(unpinned) else None


POSTS_MOST = 300
"""The number of posts of one look that are kept: more than any account publishes between two looks."""
_TITLE_MOST, _NAME_MOST, _ADDRESS_MOST = 200, 200, 2_000
"""Characters of what a far side wrote; every reader has limits of its own, and none may forget one."""


_EARLIEST, _LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def within_bounds(seen: Seen) -> Seen:
    """Return what was seen, no larger than anything honest is: the newest posts of a list, which then covers some."""
    if isinstance(seen, Download):
        return replace(
            seen,
            package=_cut(seen.package),
            version=_cut(seen.version),
            shop=_cut(seen.shop),
            released_at=_in_time(seen.released_at),
            certificate_until=_in_time(seen.certificate_until),
        )
    about = seen.profile
    return replace(
        _of_newest(seen),
        profile=about and replace(about, name=_cut(about.name), entity=_cut(about.entity), id=_cut(about.id)),
    )


def _of_newest(seen: Timeline) -> Timeline:
    kept = [n for n, post in enumerate(seen.posts) if _EARLIEST <= post.published_at <= _LATEST][:POSTS_MOST]
    posts = tuple(_short(seen.posts[n]) for n in kept)
    if len(posts) == len(seen.posts):
        return replace(seen, posts=posts)
    oldest = min((post.published_at for post in posts), default=_LATEST)
    return replace(
        seen,
        posts=posts,
        covers=Covers.SOME,
        whole_from=None if seen.whole_from is None else max(seen.whole_from, oldest),
        places=tuple(seen.places[n] for n in kept) if seen.places else (),
    )


def _short(post: Post) -> Post:
    is_long = len(post.title) > _TITLE_MOST or len(post.url or "") > _ADDRESS_MOST
    if not is_long:
        return post
    return replace(post, title=post.title[:_TITLE_MOST], url=post.url if len(post.url or "") <= _ADDRESS_MOST else None)


def _in_time(moment: datetime | None) -> datetime | None:
    """Return a moment that a far side wrote, brought into the time of which can be reckoned: 9999 is no year."""
    return moment and min(max(moment, _EARLIEST), _LATEST)


def _cut(name: str | None) -> str | None:
    return name[:_NAME_MOST] if name else name


def gone(standing: Standing, profile: Profile | None = None) -> Timeline:
    """Return what a look saw of an account that the platform no longer shows: it covers nothing."""
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)


def of_part(seen: Seen) -> Seen:
    """Return what a look may say whose answer came without its end: what it saw counts, that there is no more does not.

    Raises LookFailedError TRUNCATED where it saw the fault of a link, which what is missing may have cured.
    """
    if isinstance(seen, Timeline):
        return replace(seen, covers=Covers.SOME)
    if seen.fault is not None:
        raise LookFailedError(Reason.TRUNCATED, "an answer without its end")
    return seen


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The far side, or the bytes themselves, say that nothing changed since this source last showed something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Blind:
    """A look that saw nothing, as a value."""

    reason: Reason
    detail: str = ""
    retry_after: timedelta | None = None


Seen = Timeline | Download
"""The thing to be seen: an account's posts, or the target of an app's link."""
Sight = Seen | Unchanged | Blind
"""How a look ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """The values that let the next look of the same request be skipped: the server's own words, and the body's."""

    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    fingerprint: str | None = None
    """The mark of what was read of it: other bytes with the same are read the same."""
    reader: str = ""
    """Which reader, in which version, made the timeline they stand for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One look at one source, finished."""

    source: Source
    at: datetime
    sight: Sight
    validators: Validators | None = None
    raw: bytes | None = None
    """The bytes seen, kept as evidence only where a verdict or a standing changes."""
    seconds: float = 0.0
    claim: str | None = None
    """The claim under which it was made: worth nothing once somebody else has the source. None: nobody claimed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """Consecutive looks at one source that saw the same, as one interval.

    An interval grows only while looks follow each other within the source's freshness, so at
    every moment inside it a look lies at most that far back.
    """

    id: int
    source: str
    collector: str
    seen: Seen | Reason
    first_seen: datetime
    last_confirmed: datetime
    read_at: datetime | None = None
    """When the page itself was last read; since then the far side only said that nothing had changed.

    None: at every confirmation."""

    @property
    def shown_at(self) -> datetime:
        """When the far side last showed this itself: what it says of its own sameness proves nothing."""
        return self.last_confirmed if self.read_at is None else min(self.read_at, self.last_confirmed)

    @property
    def is_polled(self) -> bool:
        """True if the monitor looks there by itself."""
        return self.collector != MANUAL

    @property
    def is_delayed(self) -> bool:
        """True if it shows the account as it stood at a moment before the look."""
        return isinstance(self.seen, Timeline) and self.seen.whole_until is not None

    @property
    def shown_until(self) -> datetime:
        """Up to which moment it shows what there was: its last reading, or what its list says of itself."""
        until = self.seen.whole_until if isinstance(self.seen, Timeline) else None
        return min(self.shown_at, until) if until is not None else self.shown_at

    @property
    def freshness(self) -> timedelta:
        """How long after the moment up to which it shows everything it still stands for the account."""
        if self.is_delayed:
            return DELAYED_FRESHNESS
        return POLLED_FRESHNESS if self.is_polled else HAND_FRESHNESS


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post together with what was learnt about it over time; every moment is one of *knowing*."""

    post: Post
    source: str
    """The source that showed it first; only that source's lists can show that it is gone."""
    observation: int
    """The observation it was first seen in: the evidence."""
    first_seen: datetime
    linked_at: datetime | None = None
    """When a covering list first showed it together with an older post: nothing lies between the two."""
    missing_since: datetime | None = None
    withdrawn_at: datetime | None = None
    """When a second covering list no longer showed it although it reached past it."""
    counts_from: datetime | None = None
    """From which time on it counts although its year was guessed, its row being new since a look. None: never."""

    @property
    def is_evidence(self) -> bool:
        """True if it shows when the account was updated: a guessed year alone does not."""
        if not self.post.is_year_guessed:
            return True
        return self.counts_from is not None and self.post.published_at >= self.counts_from

    def is_as_of(self, moment: datetime) -> bool:
        """True if all that is known of it was known at that moment; it had been seen then."""
        return (
            (self.linked_at is None or self.linked_at <= moment)
            and (self.missing_since is None or self.missing_since <= moment)
            and (self.withdrawn_at is None or self.withdrawn_at <= moment)
        )

    def as_of(self, moment: datetime) -> KnownPost | None:
        """Return what was known of it at that moment; None before it was first seen."""
        if self.first_seen > moment:
            return None
        return replace(
            self,
            linked_at=_by(self.linked_at, moment),
            missing_since=_by(self.missing_since, moment),
            withdrawn_at=_by(self.withdrawn_at, moment),
        )


def _by(learnt: datetime | None, moment: datetime) -> datetime | None:
    return learnt if learnt is not None and learnt <= moment else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The changes that one more timeline makes to the known posts of an account: the rows to write."""

    added: tuple[KnownPost, ...] = ()
    changed: tuple[KnownPost, ...] = ()


def merge(known: Mapping[str, KnownPost], observation: Observation, at: datetime) -> Merged:
    """Return the posts that an observation's timeline, read at `at`, adds to the known ones, and those it changes.

    `known` is by post key. A post is missing when a covering list of the source that showed it
    reaches further back and does not show it; it is withdrawn when a list at least
    SECOND_READING later misses it again. Lists given by hand never withdraw anything, and a list
    that is whole up to an earlier moment says nothing of what came after that.
    """
    if not isinstance(observation.seen, Timeline):
        return Merged()
    covering = observation.seen.covers is Covers.ALL and observation.seen.standing.is_present
    shown = {post.key: post for post in observation.seen.posts}
    reach = observation.seen.reach
    added: list[KnownPost] = []
    changed: list[KnownPost] = []
    for key, post in shown.items():
        linked_at = at if covering and reach is not None and post.published_at > reach else None
        before = known.get(key)
        if before is None:
            added.append(
                KnownPost(
                    post=post,
                    source=observation.source,
                    observation=observation.id,
                    first_seen=at,
                    linked_at=linked_at,
                )
            )
        elif (after := _seen_again(before, post, linked_at)) != before:
            changed.append(after)
    if covering and observation.is_polled:
        since, until = reach or _EVER, observation.seen.whole_until or _NEVER
        for key, before in known.items():
            ours = before.source == observation.source and since < before.post.published_at < until
            if ours and key not in shown and (after := _missed(before, at)) != before:
                changed.append(after)
    return Merged(added=tuple(added), changed=tuple(changed))


def _seen_again(before: KnownPost, post: Post, linked_at: datetime | None) -> KnownPost:
    """Return the post with a more exact time if there is one; an edit never makes it newer."""
    if post.is_year_guessed:  # that the guess is a better one by now, is only known of a row that was new
        later = replace(before, post=post)
        sharper = before.post.is_year_guessed and later.is_evidence and not before.is_evidence
    else:
        vague = before.post.precision in {Precision.DAY, Precision.AT_LEAST}
        sharper = before.post.is_year_guessed or (vague and post.precision is not before.post.precision)
    return replace(
        before,
        post=post if sharper else before.post,
        linked_at=before.linked_at or linked_at,
        missing_since=None,
        withdrawn_at=None,
    )


def _missed(before: KnownPost, at: datetime) -> KnownPost:
    if before.missing_since is None:
        return replace(before, missing_since=at)
    if before.withdrawn_at is None and at - before.missing_since >= SECOND_READING:
        return replace(before, withdrawn_at=at)
    return before
