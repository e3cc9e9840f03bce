"""Tell the operator once what became of old records when rules began to read them by their results."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from monitor.core.forms import FORMS
from monitor.core.phrases import escaped
from monitor.core.record import Record
from monitor.store import Tx, rereading, unsettled

LISTED = 40
"""The number of records that are named one by one; all of them stand on the page of imports."""
_WISH = "请信息技术人员导出（xuncha export records --unstated），填写“结果”后导入；写明以前不作判定"


def tell(tx: Tx, area: str, now: datetime, title: Callable[[str], str]) -> None:
    """Have the next digest tell once an area was judged anew, which records name no result and what changed."""
    if not rereading.settle(tx, area, now):
        return
    silent = rereading.unstated(tx)
    if silent:
        unsettled.ask(tx, "records", f"{len(silent)}条旧记录未写明结果，{_WISH}")
    for record in silent[:LISTED]:
        unsettled.ask(tx, f"record/{record.id}", _said(record))
    several = rereading.changed(tx, area)
    called = rereading.whom(tx, several)
    for entry in several:
        whom = escaped(called.get(entry.subject, entry.subject.name))
        said = f"{whom}{title(entry.rule)}：原为{entry.was.label}，记录改按结果判定后为{entry.became.label}"
        unsettled.ask(tx, f"verdict/{entry.subject.key}/{entry.rule}", said)


def _said(record: Record) -> str:
    choices = "、".join(result.label for result in FORMS[record.kind].results)
    what = f"{record.kind.label}“{' '.join(record.text.split())}”" if record.text else record.kind.label
    return f"{escaped(record.name)}{record.on}登记的{escaped(what, 100)}，请写明{choices}"
