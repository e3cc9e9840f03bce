"""知乎 through its API, as far as it answers without a signature (as public code and reports of 2024 to 2026 have it).

Key: the token in the address of the account's page (zhihu.com/org/… or /people/…). Asks for the newest
articles, answers and pins, which is where an office publishes. Most of the time the answer is a refusal:
10003 where a signature (x-zse-96) is missed, which is not made here, 40352 for a puzzle, 40353 for a log-in, 40362
for a visit that looks odd to it, or a page that has nothing but a script's challenge (`zse-ck`, 2026). So no
account gets this by default; it must be declared, and a bridge or a look by hand serves better.

It shows some of an account's posts: it proves an update and never the lack of one. 310001 (该帐号已停用) says that the
page is closed and not whether for good. `updated` is an edit, and no time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from collectors import dates, html, json_body
from collectors.answers import json_object
from collectors.json_body import Fields
from collectors.listing import listing
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, KeyForm, Page, Request, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Standing, Timeline, gone, timeline

_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,80}")
_KINDS = ("articles", "answers", "pins")
_STOPPED = "310001"
_REFUSALS = {
    "10003": Reason.REFUSED,
    "40352": Reason.CAPTCHA,
    "40353": Reason.LOGIN_WALL,
    "40362": Reason.REFUSED,
}
_CHALLENGE = re.compile(rb"zse[-_]ck")
"""The marks of a page that stands in place of an answer until a script has solved its puzzle."""
_HEAD_BYTES = 4_096
_PUBLISHED = ("created", "created_time")
"""Where the kinds of posts have their time."""


@dataclass(frozen=True, slots=True)
class Zhihu:
    """An account's newest posts; `base` is where they are asked for."""

    base: str = "https://www.zhihu.com"

    name = "zhihu"
    version = 2
    platforms = frozenset[Platform]()
    key_form = KeyForm(_TOKEN.fullmatch, "主页地址最后的一串，只有字母、数字、- 和 _")

    def key_of(self, account: Account) -> str | None:
        """Return None: it is declared, never guessed."""
        return None

    def is_partial(self, key: str) -> bool:
        """Return True: a visitor is never shown for certain what is newest."""
        return True

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Return the newest articles, answers and pins, up to where they are refused."""
        if not _TOKEN.fullmatch(source.key):
            raise LookFailedError(Reason.UNREADABLE, "the key is no token of an account's page")
        posts: list[Post] = []
        for kind in _KINDS:
            url = f"{self.base}/api/v4/members/{source.key}/{kind}?offset=0&limit=20&sort_by=created"
            headers = {"Referer": f"https://www.zhihu.com/people/{source.key}"}
            try:
                seen = await fetch.read(read, await fetch(Request(url=url, headers=headers)))
            except LookFailedError:
                if not posts:
                    raise
                break
            if not seen.standing.is_present:
                return seen
            posts += seen.posts
        return _some(timeline(posts))

    def parse(self, page: Page) -> Timeline:
        """Return what one of the lists says."""
        return read(page)


COLLECTOR = Zhihu()


def at(base_url: str) -> Zhihu:
    """Return the collector for a server that answers in the platform's place."""
    return Zhihu(base_url.rstrip("/"))


def read(page: Page) -> Timeline:
    """Return what one answer says, refusals included; a module-level function, so that it can travel."""
    code = _error(page)
    if code == _STOPPED:
        return gone(Standing.FROZEN)
    if code in _REFUSALS:
        raise LookFailedError(_REFUSALS[code], f"error {code}")
    if not json_body.looks_like_json(page) and _CHALLENGE.search(page.body[:_HEAD_BYTES]):
        raise LookFailedError(Reason.CAPTCHA, "a script's challenge stands in place of the answer")
    answer = json_object(page)
    rows = answer.get("data")
    if not isinstance(rows, list) or "paging" not in answer:
        raise LookFailedError(Reason.UNREADABLE, f"error {code:.12}" if code else "no list")
    return _some(listing(rows, lambda row: _post(page, row)))


def _some(seen: Timeline) -> Timeline:
    return replace(seen, covers=Covers.SOME, standing=Standing.ACTIVE)


def _error(page: Page) -> str:
    """Return the code of an error, which comes with a status of its own; nothing for another answer."""
    if not json_body.looks_like_json(page) or len(page.body) > 4096:
        return ""
    return json_body.words(json_body.dig(json_body.load(page), "error", "code"))


def _post(page: Page, row: Fields) -> Post | None:
    stamp = next((stamp for name in _PUBLISHED if (stamp := dates.epoch(row.get(name), page.at))), None)
    if stamp is None:
        return None
    title = json_body.words(row.get("title")) or json_body.words(json_body.dig(row, "question", "title"))
    return Post(
        published_at=stamp.moment,
        precision=stamp.precision,
        title=html.plain(title or json_body.words(row.get("excerpt_title")) or json_body.words(row.get("excerpt"))),
        url=_url(row),
    )


def _url(row: Fields) -> str | None:
    number, question = json_body.words(row.get("id")), json_body.words(json_body.dig(row, "question", "id"))
    if not (number.isdecimal() and len(number) <= 20):
        return None
    match row.get("type"):
        case "article":
            return f"https://zhuanlan.zhihu.com/p/{number}"
        case "pin":
            return f"https://www.zhihu.com/pin/{number}"
        case "answer" if question.isdecimal() and len(question) <= 20:
            return f"https://www.zhihu.com/question/{question}/answer/{number}"
        case _:
            return None
