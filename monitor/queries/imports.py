"""The imports page as values: which files came in, and which of their rows nobody answers to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from monitor.core.bulletin import MissingRounds
from monitor.core.calendar import beijing_date
from monitor.core.index import WEEK
from monitor.core.paper import PaperKind
from monitor.core.record import Record
from monitor.core.subject import Subject
from monitor.store import Tx
from monitor.store.imports import Import, find, imports, latest
from monitor.store.papers import UnmatchedRow, latest_days, missing_rounds, strays
from monitor.store.rereading import Rereading, changed, unstated, whom

__all__ = ["Import", "KindLine", "read_files", "read_import", "read_imports"]

LISTED = 50
STRAYS_LISTED = 200


OLD_LIST = 35
"""Days after which a filed list is to be replaced by a newer one: it is renewed every month."""
_OLD_INDEX = 2 * WEEK.days
"""Days after the end of a week, by which the next week's index is there."""
KINDS = ("roster", "filed-list", "bulletins", "work-orders", "index", "posts", "looks", "decisions", "records")
"""The kinds of files in the order of the page; `looks` are posts that are all that accounts had published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindLine:
    """One kind of file: when the last one came, and what is missing."""

    kind: str
    last: Import | None
    gaps: tuple[str, ...]
    """In Chinese; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportsPage:
    """Everything on the page, the latest first."""

    kinds: tuple[KindLine, ...]
    files: tuple[Import, ...]
    strays: Sequence[UnmatchedRow]
    """At most STRAYS_LISTED."""
    strays_in_all: int
    holes: tuple[MissingRounds, ...]
    """Rounds that are missing between known ones."""
    unstated: Sequence[Record]
    """Records that say nothing that rules understand; at most STRAYS_LISTED."""
    unstated_in_all: int
    changed: Sequence[Rereading]
    """Verdicts that are others since records are read by their results; at most STRAYS_LISTED."""
    changed_in_all: int
    whom: Mapping[Subject, str]
    """What people call the accounts among them."""


def read_import(tx: Tx, number: int) -> Import | None:
    """Return one import, or None."""
    return find(tx, number)


def read_files(tx: Tx, *, limit: int, before: int | None) -> tuple[Import, ...]:
    """Return files that came in, the latest first: those before a number."""
    return imports(tx, limit=limit, before=before)


def _kinds(tx: Tx, now: datetime, rows: int, unsaid: int) -> Iterator[KindLine]:
    """Yield the kinds; `rows` is how many rows nobody answers to, `unsaid` how many records say no result."""
    last, today = latest(tx), beijing_date(now)
    gaps = {
        "bulletins": [f"缺{str(hole).removeprefix('通报')}" for hole in missing_rounds(tx)],
        "filed-list": list(_old_lists(tx, today)),
        "index": list(_old_index(tx, today)),
        "records": [f"{unsaid}条未写明结果"] if unsaid else [],
        "roster": [f"{rows}行导入数据没有对应的账号"] if rows else [],
    }
    for kind in KINDS:
        came = last.get("posts" if kind == "looks" else kind)
        yield KindLine(kind=kind, last=came, gaps=tuple(gaps.get(kind, ())))


def _old_lists(tx: Tx, today: date) -> Iterator[str]:
    days = latest_days(tx, PaperKind.FILED_LIST)
    for area, day in days.items():
        if (age := (today - day).days) > OLD_LIST:
            of_area = f"{area}的清单" if area and len(days) > 1 else ""
            yield f"{of_area}已{age}天"


def _old_index(tx: Tx, today: date) -> Iterator[str]:
    for begins in latest_days(tx, PaperKind.WEEK).values():
        if (age := (today - begins - WEEK).days) > _OLD_INDEX:
            yield f"最近一周已过去{age}天"


def read_imports(tx: Tx, now: datetime) -> ImportsPage:
    """Return the page."""
    waiting, silent, others = strays(tx), unstated(tx), changed(tx)
    return ImportsPage(
        kinds=tuple(_kinds(tx, now, len(waiting), len(silent))),
        files=imports(tx, limit=LISTED),
        strays=waiting[:STRAYS_LISTED],
        strays_in_all=len(waiting),
        holes=missing_rounds(tx),
        unstated=silent[:STRAYS_LISTED],
        unstated_in_all=len(silent),
        changed=others[:STRAYS_LISTED],
        changed_in_all=len(others),
        whom=whom(tx, others[:STRAYS_LISTED]),
    )
