"""What the sample county's office entered by hand: institutions, a training, an inspection, a deregistration, an order.

One unit lacks an institution, so that a unit's own trouble is to be seen as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from monitor.core.calendar import beijing_date
from monitor.core.forms import INSTITUTIONS
from monitor.core.paper import NewEntry, Paper, PaperKind
from monitor.core.record import NewRecord, RecordKind, Result
from monitor.core.reference import Reference
from monitor.core.subject import SubjectKind
from monitor.sample.units import AREA

_LATE = "应急预案"
_LACKS_IT = "示例县科学技术局"
_ISSUED = 200
_TRAINED = 20
_INSPECTED = 40
_LEAVES = "SL21"
_ASKED = "SL03"
_ORDERED, _ANSWERED_IN = 4, 5
_ENDING = ((31, Result.DECIDED_TO_END), (28, Result.END_FILED), (25, Result.ANNOUNCED))
"""Its public notice is over by now, and it is to be applied for at its platform."""


def records(units: Iterable[str], now: datetime) -> Iterator[NewRecord]:
    """Yield what was entered by `now`."""
    today = beijing_date(now)
    issued = today - timedelta(days=_ISSUED)
    for name in INSTITUTIONS:
        if name != _LATE:
            yield _of_area(RecordKind.INSTITUTION, issued, Result.ESTABLISHED, item=name)
    for unit in sorted(set(units) - {_LACKS_IT}):
        yield NewRecord(
            kind=RecordKind.INSTITUTION,
            subject=SubjectKind.UNIT,
            name=unit,
            area=AREA,
            on=issued,
            result=Result.ESTABLISHED,
            item=_LATE,
        )
    trained = today - timedelta(days=_TRAINED)
    yield _of_area(RecordKind.TRAINING, trained, Result.HELD, text="全县政务新媒体集中学习培训")
    inspected = today - timedelta(days=_INSPECTED)
    scope = "信息内容管理、安全管理、值班值守制度落实情况"
    yield _of_area(RecordKind.INSPECTION, inspected, Result.INSPECTED, text=scope)
    for before, result in _ENDING:
        on = today - timedelta(days=before)
        yield NewRecord(kind=RecordKind.DEREGISTRATION, subject=SubjectKind.ACCOUNT, name=_LEAVES, on=on, result=result)


def work_order(now: datetime) -> Paper:
    """Return the one order of the provincial platform that waits for its answer."""
    today = beijing_date(now)
    problem = "菜单“互动交流”打不开"
    entry = NewEntry(
        written=Reference(account=_ASKED), account=_ASKED, value=problem, day=today + timedelta(days=_ANSWERED_IN)
    )
    issued = today - timedelta(days=_ORDERED)
    return Paper(kind=PaperKind.ORDER, title=f"示例〔{issued.year}〕17号", on=issued, entries=(entry,))


def _of_area(kind: RecordKind, on: date, result: Result, *, item: str = "", text: str = "") -> NewRecord:
    return NewRecord(kind=kind, subject=SubjectKind.AREA, name=AREA, on=on, result=result, item=item, text=text)
