"""微信公众号 through its owner's own appid and secret (interfaces as documented and met by clients in 2026).

Key: the name of a grant in the settings; its id is the AppID, its secret the AppSecret. Our address must stand
in the account's list of allowed ones (IP白名单). Needs `stable_token`, which leaves other holders' tokens alone.

Two interfaces are asked. `datacube/getarticletotaldetail` gives everything that was published on a day, sent to all
followers (群发) or not, one article a row, with an id (`msgid`, the message and the place in it) and since 2026-03
often its title and address. It is asked for one day at a time, not before 2025-11-01, and knows a day from 8 o'clock
of the next one on; `is_delay` says that the day is not settled. A settled day is remembered. `freepublish/batchget`
gives the publications that no follower was notified of, today's too, with the time of their last change, which may be
an edit. The two are joined by the article's id: a row of a day has the publication's day, and a publication without a
row is taken as new only if it was not there at an earlier look; after a longer time without a look its last change may
be an edit, and only the earlier look bounds it. A publication that is said to be deleted is none, in its day either.

So the list is whole up to the end of the last settled day, once it is shown for this account that the days leave
nothing out that hardly anybody reads (older figures did): an article known from the publications stands in its day.
Until then, and for today, it covers some; and so it does again once an article that was seen to be new is missing in
its settled day. Where no day is to be had at all the refusal is told, for it says what the owner has to do.
Neither interface tells a banned account for certain (`wechat_codes`).

An answer of a third-party platform's `api_get_authorizer_info` is read too, for it alone gives the account's
standing as a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Literal

from collectors import dates, html, json_body, wechat, wechat_codes
from collectors.answers import json_object
from collectors.grants import StaleTokenError, Token, granted, with_token
from collectors.json_body import Fields
from monitor.core.account import Account, Platform, Source
from monitor.core.calendar import ONE_DAY, beijing, beijing_date, start_of_day
from monitor.core.collector import Continuation, Fetch, Grant, Page, Request, Session
from monitor.core.observation import (
    Covers,
    LookFailedError,
    Post,
    Precision,
    Profile,
    Reason,
    Standing,
    Timeline,
    gone,
    timeline,
)

_API = "https://api.weixin.qq.com"
_LONGEST_TOKEN = 2_000
_AT_ONCE = 20
_DAYS = 16
"""The number of days before today that are asked for: as far back as the two-week rule goes, and two more."""
_FIRST_DAY = date(2025, 11, 1)
"""No figures are given of days before."""
_READY = 8
"""From this hour on the day before is known."""
_KEPT = timedelta(days=60)
"""How long a settled day and a publication's first sight are remembered: longer than they are asked for."""
_ID = re.compile(r"([0-9]{1,20})(?:_([0-9]{1,2}))?")
"""The id of an article: the message, and the place in it."""
_MEMORY, _SHOWN, _LEAVES_OUT = "published", "shows all", "leaves out"
"""Under what names it is kept which publications were seen, that days leave nothing out, and that they do."""
_REMEMBERED = 500
"""The number of publications that are remembered, those made last."""
_SOON = timedelta(days=1)
"""How long after an earlier look the last change of a new publication is taken for its publication."""
_FUTILE = 3
"""The number of missing days in a row after which no other is asked for."""
_FOR_GOOD = frozenset({Reason.GRANT, Reason.REFUSED, Reason.RATE_LIMITED})
"""How a day is refused that no other day will be given after."""
_STANDINGS = {
    1: Standing.ACTIVE,
    14: Standing.CANCELLED,
    16: Standing.BANNED,
    18: Standing.ACTIVE,  # warned, and still there
    19: Standing.FROZEN,
}


@dataclass(frozen=True, slots=True)
class WechatOfficial:
    """An owner's interface; `base` is where another server stands in for WeChat's."""

    base: str = _API

    name = "wechat-official"
    version = 2
    platforms = frozenset[Platform]()
    is_granted: Literal[True] = True

    def key_of(self, account: Account) -> str | None:
        """Return None: a grant is named in the roster, never guessed."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return what was published on the last days, and today as far as it is shown."""
        base = granted(session).base_url or self.base

        async def renew(grant: Grant) -> Token:
            return await _new_token(base, grant, fetch)

        async def look(token: str) -> Timeline:
            return await _Ask(base, token, fetch, session).whole()

        return await with_token(session, renew, look)

    def parse(self, page: Page) -> Timeline:
        """Return what any one answer says by itself."""
        return read(page)


COLLECTOR = WechatOfficial()


def at(base_url: str) -> WechatOfficial:
    """Return the collector for a server that answers in the place of WeChat's."""
    return WechatOfficial(base_url.rstrip("/"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicationDay:
    """The publications of a day, and whether they are settled."""

    day: date
    posts: Mapping[str, Post]
    """By the article's id."""
    is_settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Memory:
    """The publications seen at earlier looks."""

    at: datetime
    """The last of these looks."""
    ids: frozenset[str]
    is_complete: bool
    """True if that look was shown every publication there was."""
    new: Mapping[str, datetime]
    """Those that were seen to be new, with the time that was taken for their publication."""

    def is_new(self, number: str, latest: int, *, is_complete: bool) -> bool:
        """True if a publication was not there before: all are known, or its message was made after all that are."""
        return number not in self.ids and ((is_complete and self.is_complete) or _message(number) > latest)

    def when(self, post: Post) -> Post:
        """Return a new publication with the time that is known of it."""
        if post.published_at - self.at <= _SOON:
            return post
        return replace(post, published_at=self.at, precision=Precision.AT_LEAST)


@dataclass(frozen=True, slots=True)
class _Ask:
    """The requests with one access token."""

    base: str
    token: str = field(repr=False)
    fetch: Fetch
    session: Session

    async def whole(self) -> Timeline:
        """Return the publications and the days together, whole up to the end of the last settled day where shown.

        Raises LookFailedError where neither shows anything and the days are refused.
        """
        page = await self._answer("/cgi-bin/freepublish/batchget", {"offset": 0, "count": _AT_ONCE, "no_content": 1})
        await self.fetch.read(read, page)  # refuses what cannot be read
        listed = await self.fetch.read(batch, page)
        published = tuple(_listed(row) for row in listed.rows if row[1])
        deleted = frozenset(row[0] for row in listed.rows if not row[1])
        days, refused = await self._days(page.at)
        told = {number: post for day in days for number, post in day.posts.items()}
        memory = self._memory()
        new = self._new_ones(page.at, published, told, memory, is_complete=listed.is_so("is_complete"))
        if refused and not days and not new:
            raise refused
        shown = [post for number, post in told.items() if number not in deleted]
        seen = replace(timeline([*shown, *new], covers=Covers.SOME), standing=Standing.ACTIVE)
        settled = _settled(days)
        if not self._shows_all(published, told, memory, settled):
            return seen
        # without a post the list still says that there is none in its days, and nothing of those before
        whole_from = seen.whole_from if seen.posts else start_of_day(settled[-1].day)
        return replace(seen, covers=Covers.ALL, whole_until=_end(settled), whole_from=whole_from)

    async def _days(self, at: datetime) -> tuple[list[PublicationDay], LookFailedError | None]:
        """Return the days before today of which something is told, the latest first, up to the first that fails.

        With them the failure that ended it, None where none did.
        """
        today = beijing_date(at)
        first = ONE_DAY if beijing(at).hour >= _READY else 2 * ONE_DAY
        found: list[PublicationDay] = []
        refused: LookFailedError | None = None
        for number in range(_DAYS):
            day = today - first - number * ONE_DAY
            if day < _FIRST_DAY:
                break
            told = None
            try:
                told = await self._day(day)
            except LookFailedError as failed:  # the others have been seen all the same
                refused = failed
            if told is not None:
                found.append(told)
            elif found or (refused and refused.reason in _FOR_GOOD) or number + 1 >= _FUTILE:
                break
        return found, refused

    async def _day(self, day: date) -> PublicationDay | None:
        """Return what was published on a day, None while there are no figures; of a settled one it is asked once."""
        kept = self.session.get(f"day {day}")
        if kept is not None:
            return PublicationDay(day=day, posts=_kept_posts(day, kept), is_settled=True)
        asked = {"begin_date": day.isoformat(), "end_date": day.isoformat()}
        page = await self._answer("/datacube/getarticletotaldetail", asked)
        if (await self.fetch.read(code_of, page)).numbers.get("errcode") == wechat_codes.NOT_READY:
            return None
        await self.fetch.read(read, page)
        told = await self.fetch.read(partial(day_of, day=day.isoformat()), page)
        kept = json.dumps([[number, title, url or None] for number, title, url in told.rows], ensure_ascii=False)
        if told.is_so("is_settled"):
            self.session.put(f"day {day}", kept, _KEPT)
        return PublicationDay(day=day, posts=_kept_posts(day, kept), is_settled=told.is_so("is_settled"))

    def _memory(self) -> _Memory | None:
        """Return what was kept of earlier looks; None before the first, and where it is lost."""
        kept = self.session.get(_MEMORY)
        if kept is None:
            return None
        said = json.loads(kept)
        return _Memory(
            at=datetime.fromisoformat(said["at"]),
            ids=frozenset(said["ids"]),
            is_complete=said["is_complete"],
            new={number: datetime.fromisoformat(moment) for number, moment in said["new"].items()},
        )

    def _new_ones(
        self,
        at: datetime,
        published: Sequence[tuple[str, Post]],
        told: Mapping[str, Post],
        memory: _Memory | None,
        *,
        is_complete: bool,
    ) -> list[Post]:
        """Return the publications that no day has and that were not there at an earlier look; remember all."""
        known = memory.ids if memory else frozenset[str]()
        latest = max((_message(number) for number in (*known, *told)), default=0)
        new = {
            number: memory.when(post)
            for number, post in published
            if memory and number not in told and memory.is_new(number, latest, is_complete=is_complete)
        }
        ids = sorted({*known, *(number for number, _ in published)}, key=_message)[-_REMEMBERED:]
        moments = {**(memory.new if memory else {}), **{number: post.published_at for number, post in new.items()}}
        kept = {
            "at": at.isoformat(),
            "ids": ids,
            "is_complete": is_complete,
            "new": {number: moment.isoformat() for number, moment in moments.items() if number in ids},
        }
        self.session.put(_MEMORY, json.dumps(kept), _KEPT)
        return list(new.values())

    def _shows_all(
        self,
        published: Sequence[tuple[str, Post]],
        told: Mapping[str, Post],
        memory: _Memory | None,
        settled: Sequence[PublicationDay],
    ) -> bool:
        """True if the settled days reach far enough and leave nothing out.

        That is shown by a publication that stands in its day, now or at an earlier look. It is disproved by one that
        was seen to be new, is still there, and does not; and it is in doubt while one that was made after all that is
        told, and not changed since the last settled day, does not.
        """
        if any(number in told for number, _ in published):
            self.session.put(_SHOWN, "yes", _KEPT)
        if len(settled) < _DAYS - 2:
            return False
        missing = [(number, post) for number, post in published if number not in told]
        for number, _ in missing:
            if memory and number in memory.new and _is_within(settled, memory.new[number]):
                self.session.put(_LEAVES_OUT, number, _KEPT)
        latest = max(map(_message, told), default=None)
        is_in_doubt = latest is not None and any(
            _message(number) > latest and _is_within(settled, post.published_at) for number, post in missing
        )
        is_shown = self.session.get(_SHOWN) is not None and self.session.get(_LEAVES_OUT) is None
        return is_shown and not is_in_doubt

    async def _answer(self, path: str, asked: Mapping[str, object]) -> Page:
        url = f"{self.base}{path}?access_token={self.token}"
        page = await self.fetch(Request(url=url, method="POST", json=asked))
        if wechat_codes.is_stale((await self.fetch.read(code_of, page)).numbers.get("errcode")):
            raise StaleTokenError
        return page


async def _new_token(base: str, grant: Grant, fetch: Fetch) -> Token:
    asked = {"grant_type": "client_credential", "appid": grant.id, "secret": grant.secret}
    page = await fetch(Request(url=f"{base}/cgi-bin/stable_token", method="POST", json=asked, is_secret=True))
    given = await fetch.read(token_of, page)
    return Token(value=given.texts["token"], lasts=timedelta(seconds=given.numbers["seconds"]))


def token_of(page: Page) -> Continuation:
    """Return the access token that an answer gives, and for how many seconds; raises LookFailedError for none."""
    answer = json_object(page)
    value, seconds = json_body.words(answer.get("access_token")), json_body.count(answer.get("expires_in"))
    if value and seconds and len(value) <= _LONGEST_TOKEN:
        return Continuation(texts={"token": value}, numbers={"seconds": min(seconds, 7200)})
    raise wechat_codes.refusal(answer.get("errcode"))


def code_of(page: Page) -> Continuation:
    """Return the error code of an answer; nothing where it has none. Raises LookFailedError for no JSON object."""
    code = json_object(page).get("errcode")
    return Continuation(numbers={"errcode": code} if type(code) is int else {})


def batch(page: Page) -> Continuation:
    """Return what `batchget` lists: id, time, precision, title and address of each, and the bare id of deleted ones.

    With them whether that is every publication there is. Raises LookFailedError (UNREADABLE).
    """
    rows = [
        (number, post.published_at.isoformat(), post.precision.value, post.title, post.url or "")
        for number, post in publications(page)
    ]
    rows += [(number, "", "", "", "") for number in sorted(deleted_ones(page))]
    return Continuation(rows=tuple(rows), numbers={"is_complete": int(_is_complete(page))})


def _listed(row: tuple[str, ...]) -> tuple[str, Post]:
    number, moment, precision, title, url = row
    published_at = datetime.fromisoformat(moment)
    return number, Post(published_at=published_at, precision=Precision(precision), title=title, url=url or None)


def read(page: Page) -> Timeline:
    """Return what any one answer says by itself; a module-level function, so that it can travel."""
    answer = json_object(page)
    if answer.get("errcode"):
        raise wechat_codes.refusal(answer["errcode"])
    if "authorizer_info" in answer:
        return _about(json_body.fields(answer["authorizer_info"]))
    if isinstance(answer.get("item"), list) and json_body.count(answer.get("total_count")) is not None:
        return _some(post for _, post in publications(page))
    if isinstance(answer.get("list"), list):
        return _some(post for _, post in _rows(page))
    raise LookFailedError(Reason.UNREADABLE, "no answer of WeChat's that is known")


def _some(posts: Iterable[Post]) -> Timeline:
    return replace(timeline(posts, covers=Covers.SOME), standing=Standing.ACTIVE)


def publications(page: Page) -> tuple[tuple[str, Post], ...]:
    """Return what `batchget` lists, each with its article's id; with its address where that names none.

    The time is that of the last change: the publication's, or later. Raises LookFailedError (UNREADABLE).
    """
    answer = json_object(page)
    items = json_body.rows(answer.get("item"))
    if not items and json_body.count(answer.get("total_count")):
        raise LookFailedError(Reason.UNREADABLE, "publications are counted, and none is listed")
    found: list[tuple[str, Post]] = []
    for item in items:
        stamp = dates.epoch(item.get("update_time"), page.at)
        if stamp is None:
            raise LookFailedError(Reason.UNREADABLE, "a publication without a time")
        for number, url, article in _articles(item):
            if article.get("is_deleted") is not True:
                title = html.plain(json_body.words(article.get("title")))
                post = Post(published_at=stamp.moment, precision=stamp.precision, title=title, url=url)
                found.append((number, post))
    return tuple(found)


def deleted_ones(page: Page) -> frozenset[str]:
    """Return the ids of the articles that `batchget` says are deleted."""
    items = json_body.rows(json_object(page).get("item"))
    return frozenset(
        number for item in items for number, _, article in _articles(item) if article.get("is_deleted") is True
    )


def _articles(item: Fields) -> Iterator[tuple[str, str | None, Fields]]:
    """Yield the articles of a publication, each with its id, or its address where that has none, and its address."""
    for article in json_body.rows(json_body.dig(item, "content", "news_item")):
        url = wechat.permalink(f"https://{wechat.HOST}/", json_body.words(article.get("url")))
        yield wechat.message_id(url or "") or url or "", url, article


def day_of(page: Page, day: str) -> Continuation:
    """Return what an answer about one day says: id, title and address of each article, and whether that is settled.

    `day` is in ISO 8601. Raises LookFailedError (UNREADABLE) for rows of another day.
    """
    posts = dict(_rows(page))
    if any(beijing_date(post.published_at).isoformat() != day for post in posts.values()):
        raise LookFailedError(Reason.UNREADABLE, f"asked about {day}, told about another day")
    rows = tuple((number, post.title, post.url or "") for number, post in posts.items())
    return Continuation(rows=rows, numbers={"is_settled": int(json_object(page).get("is_delay") is False)})


def _rows(page: Page) -> tuple[tuple[str, Post], ...]:
    """Return the rows of `getarticletotaldetail`: each an article with the day of its publication."""
    found: list[tuple[str, Post]] = []
    rows = json_object(page).get("list")
    for row in rows if isinstance(rows, list) else ():
        number, stamp = (
            json_body.words(json_body.dig(row, "msgid")),
            dates.read(json_body.words(json_body.dig(row, "ref_date")), page.at),
        )
        if stamp is None or not _ID.fullmatch(number):
            raise LookFailedError(Reason.UNREADABLE, "an article without its day or its id")
        url = wechat.permalink(f"https://{wechat.HOST}/", json_body.words(json_body.dig(row, "content_url"))) or None
        title = html.plain(json_body.words(json_body.dig(row, "title")))
        found.append((number, _post(start_of_day(beijing_date(stamp.moment)), number, title, url)))
    return tuple(found)


def _post(start: datetime, number: str, title: str, url: str | None) -> Post:
    """Return an article of a day; one without a title or an address is told apart by its id."""
    return Post(published_at=start, precision=Precision.DAY, title=title or f"文章{number}", url=url)


def _kept_posts(day: date, kept: str) -> dict[str, Post]:
    return {number: _post(start_of_day(day), number, title, url) for number, title, url in json.loads(kept)}


def _settled(days: Sequence[PublicationDay]) -> Sequence[PublicationDay]:
    """Return the days, the latest first, behind all that are not settled."""
    unsettled = [place for place, day in enumerate(days) if not day.is_settled]
    return days[unsettled[-1] + 1 :] if unsettled else days


def _is_within(settled: Sequence[PublicationDay], moment: datetime) -> bool:
    return settled[-1].day <= beijing_date(moment) <= settled[0].day


def _end(settled: Sequence[PublicationDay]) -> datetime:
    return start_of_day(settled[0].day + ONE_DAY)


def _is_complete(page: Page) -> bool:
    """True if the answer lists every publication there is."""
    total = json_body.count(json_object(page).get("total_count"))
    return total is not None and total <= _AT_ONCE


def _message(number: str) -> int:
    """Return the number of an article's message, which grows with every one that is made; 0 for no id."""
    match = _ID.fullmatch(number)
    return int(match[1]) if match else 0


def _about(info: Fields) -> Timeline:
    """Return what a third-party platform is told of an account that trusts it."""
    name, id_ = html.plain(json_body.words(info.get("nick_name"))), json_body.words(info.get("user_name"))
    status = info.get("account_status", 1)
    standing = _STANDINGS.get(status) if isinstance(status, int) else None
    if standing is None or not id_:
        raise LookFailedError(Reason.UNREADABLE, f"account_status {status!r:.20}")
    profile = Profile(name=name or None, id=id_)
    if not standing.is_present:
        return gone(standing, profile)
    return Timeline(covers=Covers.SOME, standing=standing, profile=profile)
