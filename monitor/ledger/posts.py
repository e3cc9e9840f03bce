"""Publication records (发布记录): what accounts published, listed by hand or by another system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.core.account import Account
from monitor.core.calendar import beijing
from monitor.core.observation import Post
from monitor.core.reference import AccountIndex
from monitor.ledger import cells, naming
from monitor.ledger.book import TableFile
from monitor.ledger.fault import Accepted
from monitor.ledger.sheet import Layout, SheetReading, SheetRow

LAYOUT = Layout(
    columns=(*naming.COLUMNS, "发布时间", "标题", "链接"),
    needs=tuple(need | {"发布时间"} for need in naming.NEEDS),
    own=frozenset({"链接"}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedPosts(Accepted):
    """The posts in a file: per account id, newest first, every post once."""

    by_account: Mapping[str, tuple[Post, ...]]

    @property
    def named(self) -> frozenset[str]:
        """The accounts that the file names: with `--complete`, these are looked at by hand."""
        return frozenset(self.by_account)


def read_posts(path: TableFile, accounts: Iterable[Account], *, not_after: datetime | None = None) -> ImportedPosts:
    """Return the posts of a file; raises LedgerError with every reason to refuse it.

    A post later than `not_after` is refused: a slip in the year would keep an account fresh for long.
    """
    reading = SheetReading(path, LAYOUT)
    directory = AccountIndex(accounts)
    found: dict[str, dict[str, Post]] = {}
    for row in reading.rows():
        account = naming.find(reading, row, directory)
        post = _post(reading, row, not_after)
        if account and post:
            found.setdefault(account.id, {})[post.key] = post
    if not found:
        reading.warn("文件中没有可导入的发布记录，请核对是否选错文件或表头位置")
    hints = reading.finish()
    return ImportedPosts(by_account={id_: _newest_first(posts.values()) for id_, posts in found.items()}, hints=hints)


def _post(reading: SheetReading, row: SheetRow, not_after: datetime | None) -> Post | None:
    published = reading.require(row, "发布时间", cells.moment)
    title = reading.take(row, "标题", cells.text) or ""
    url = reading.take(row, "链接", cells.address)
    if published is None:
        return None
    if not_after is not None and published.at > not_after:
        reading.blame(row, f"发布时间{beijing(published.at):%Y-%m-%d %H:%M}晚于现在，请改为已经发布的时间", "发布时间")
        return None
    return Post(published_at=published.at, precision=published.precision, title=title, url=url)


def _newest_first(posts: Iterable[Post]) -> tuple[Post, ...]:
    return tuple(sorted(posts, key=lambda post: post.published_at, reverse=True))
