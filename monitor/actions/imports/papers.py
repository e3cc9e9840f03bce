"""Import papers: a filed list, rounds of bulletins, work orders, or weeks of the index; what comes again corrects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.actions.actor import Actor
from monitor.actions.imports.kept import begin, finish
from monitor.core.paper import AreaThen, Paper
from monitor.core.reference import AccountIndex
from monitor.store import Tx, papers, roster
from monitor.store.papers import PaperChange


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperAccounts:
    """The accounts that a paper may mean, and the area that each of them was in on a day."""

    whom: AccountIndex
    area_then: AreaThen


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPapersCommand:
    """Papers of one kind that somebody wants to have known."""

    kind: str
    """`filed-list`, `bulletins`, `orders` or `index`."""
    file: str
    papers: Sequence[Paper]
    as_of: datetime
    with_areas: bool = False
    """True if the office has several areas, so that which they are about has to be said."""


def paper_accounts(tx: Tx) -> PaperAccounts:
    """Return whom papers may mean."""
    return PaperAccounts(whom=papers.directory(tx), area_then=roster.areas_then(tx))


def summary_of(given: Sequence[Paper], changes: Sequence[PaperChange]) -> str:
    """Return how many papers are new, changed and the same, in words."""
    added = sum(change.before is None for change in changes)
    return f"新增{added}，修改{len(changes) - added}，不变{len(given) - len(changes)}"


def unmatched_in(given: Sequence[Paper]) -> int:
    """Return how many rows nobody answers to."""
    return sum(len(paper.unmatched) for paper in given)


def import_papers(tx: Tx, command: ImportPapersCommand, *, actor: Actor, now: datetime) -> tuple[PaperChange, ...]:
    """Keep papers, and return which of them are new or others than before."""
    number = begin(tx, command.kind, command.file, command.as_of, actor=actor, now=now)
    changes = papers.save_papers(tx, command.papers, file=command.file, known_at=now, import_id=number)
    papers.match_again(tx, now)
    areas = "、".join(sorted({paper.area for paper in command.papers if paper.area})) if command.with_areas else ""
    summary = summary_of(command.papers, changes)
    detail = f"{areas}：{summary}" if areas else summary
    more = f"，待匹配{unmatched_in(command.papers)}行"
    finish(tx, command.kind, command.file, number, detail, actor=actor, now=now, more=more)
    return changes
