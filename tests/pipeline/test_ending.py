"""What the operator's digest says of deregistrations that are under way."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.core.account import Role
from monitor.core.case import Ladder, StepKind
from monitor.core.finding import Finding, State, Strength
from monitor.core.notice import Notice
from monitor.pipeline.digest import DigestContext, sections_of
from monitor.store.overview import OverviewRow
from tests.core.build import BOOK, EVERY_DAY, account, beijing_time

MOMENT = DigestContext(today=date(2026, 5, 20), ladder=Ladder.of(BOOK), calendar=EVERY_DAY)
DUE, LACKING = "注销办理，即将到期或已逾期", "注销办理，申请前的手续不全"


def row(id_: str, state: State, because: str) -> OverviewRow:
    """Return an account with a word of DRG-01."""
    said = Finding(
        rule="DRG-01", account=id_, state=state, strength=Strength.IN_PRINCIPLE, clause="条款", because=because
    )
    return OverviewRow(
        account=account(id=id_, name=f"示例{id_}"),
        newest_post_at=None,
        newest_post_title="",
        newest_post_url=None,
        sources=(),
        findings=(said,),
        open_cases=0,
    )


@pytest.mark.parametrize(
    ("state", "heading"),
    [(State.NEEDS_REVIEW, DUE), (State.WARNING, LACKING), (State.OK, None), (State.NOT_APPLICABLE, None)],
)
def test_the_digest_tells_what_is_due_apart_from_what_an_application_lacked(state: State, heading: str | None) -> None:
    sections = sections_of([row("A01", state, "未登记备案。")], (), MOMENT)
    named = {section.heading for section in sections if any("示例A01" in line for line in section.lines)}
    assert named == ({heading} if heading else set())


def test_what_is_a_task_of_today_is_said_there() -> None:
    asked = Notice(
        id=1,
        case=1,
        account="A01",
        rule="DRG-01",
        kind=StepKind.TASK,
        number=0,
        role=Role.OPERATOR,
        person="操作员",
        at=beijing_time("2026-05-20 08:00"),
    )
    rows = [row("A01", State.WARNING, "未登记备案。"), row("A02", State.WARNING, "未登记公告。")]
    [lacking] = [section for section in sections_of(rows, (asked,), MOMENT) if section.heading == LACKING]
    assert [line for line in lacking.lines if "示例A02" in line] == list(lacking.lines)
