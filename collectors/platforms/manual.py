"""Looks by hand: a file of posts that a person saw, with the columns 发布时间, 标题, 链接.

Key: anything; nothing is ever polled (the account's looks come by `xuncha import posts`). Reads CSV
and TSV in UTF-8 or GBK, as spreadsheets save them. Such a list shows what was published, and nothing
about what was not: it covers some.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from collectors import dates, html
from collectors.answers import judge_status
from monitor.core.account import Account, Platform, Source
from monitor.core.collector import Fetch, Page, Session
from monitor.core.observation import Covers, LookFailedError, Post, Reason, Timeline, timeline

_TIME, _TITLE, _LINK = "发布时间", "标题", "链接"


class Manual:
    """The source for accounts that people read by hand."""

    name = "manual"
    version = 1
    platforms = frozenset[Platform]()

    def key_of(self, account: Account) -> str | None:
        """Return None: nothing to poll."""
        return None

    async def collect(self, source: Source, fetch: Fetch, session: Session) -> Timeline:
        """Raise LookFailedError: this account is read by hand."""
        raise LookFailedError(Reason.GRANT, "read by hand")

    def parse(self, page: Page) -> Timeline:
        """Return the posts of a file."""
        judge_status(page)
        posts = tuple(_posts(page))
        return timeline(posts, covers=Covers.SOME)


COLLECTOR = Manual()


def _posts(page: Page) -> Iterator[Post]:
    """Yield the posts row by row; raises LookFailedError where a row's time cannot be read."""
    text = html.decode(page).lstrip("\ufeff")
    head = text.partition("\n")[0]
    try:
        lines = list(csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head else ","))
    except csv.Error as error:
        raise LookFailedError(Reason.UNREADABLE, "no CSV") from error
    if _TIME not in {name.strip() for name in head.replace("\t", ",").replace('"', "").split(",")}:
        raise LookFailedError(Reason.UNREADABLE, f"no column {_TIME}")
    for number, line in enumerate(lines, start=2):
        row = {name.strip(): value.strip() for name, value in line.items() if name and isinstance(value, str)}
        if not any(row.values()):
            continue
        stamp = dates.read(row.get(_TIME, ""), page.at)
        if stamp is None:
            raise LookFailedError(Reason.UNREADABLE, f"row {number}: no time")
        yield Post(
            published_at=stamp.moment,
            precision=stamp.precision,
            title=html.plain(row.get(_TITLE, "")),
            url=html.link("", row.get(_LINK)),
        )
