"""周报: one page, whatever the county's size; what does not stand on it stands in its lists, and it says so."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.core.account import Platform
from monitor.core.figures import BlockedBy, FigureGroup
from monitor.core.finding import Proposal, Strength
from monitor.core.observation import Reason
from monitor.core.pass_rate import PassRate
from monitor.core.period import Period, PeriodKind
from monitor.core.reckoning import Reckoning
from monitor.core.rules.sup_02 import Settling
from monitor.documents import Document, Paragraph
from monitor.documents.document import Table, Value
from monitor.documents.weekly import weekly
from monitor.documents.writing import content_of
from monitor.pipeline.reckoning import reckon
from tests.documents.counties import large
from tests.documents.word.build import HOSTILE
from tests.documents.word.office_program import pages_of, printed


@pytest.fixture(scope="module")
def reckoning(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reckoning]:
    """Return the week of 250 accounts of which half are overdue or soon will be."""
    with large(tmp_path_factory.mktemp("large")) as county, county.parts.store.read() as tx:
        week = Period.containing(PeriodKind.WEEK, county.now.date())
        yield reckon(tx, county.parts.rules_in_force, week, now=county.now)


def table_of(document: Document) -> list[tuple[Value, ...]]:
    (table,) = (block for block in document.body if isinstance(block, Table))
    return [tuple(row) for row in table.rows]


def listed(document: Document, title: str) -> list[tuple[Value, ...]]:
    return [tuple(row) for one in document.attachments if one.title == title for row in one.table.rows]


def test_the_page_has_the_gravest_and_says_how_many_others_the_list_has(reckoning: Reckoning) -> None:
    document = weekly(reckoning, "示例县")
    shown, everybody = table_of(document), listed(document, "超期与临近超期")
    assert len(everybody) > 100
    assert 5 <= len(shown) < len(everybody)
    assert [row[1:] for row in everybody[: len(shown)]] == shown
    graves = [(row[6] != "超期", -int(str(row[5]))) for row in everybody]
    assert graves == sorted(graves)
    said = "".join(block.text for block in document.body if isinstance(block, Paragraph))
    assert f"其余{len(everybody) - len(shown)}个见附表（Excel）“超期与临近超期”。" in said


def test_every_case_that_the_page_counts_stands_in_the_list(reckoning: Reckoning) -> None:
    document = weekly(reckoning, "示例县")
    rows = listed(document, "事项")
    assert len(rows) == len(reckoning.material.cases)
    said = "".join(block.text for block in document.body if isinstance(block, Paragraph))
    assert f"新列入{sum(case.is_opened for case in reckoning.material.cases)}项（" in said
    assert "全部见附表（Excel）“事项”" in said


def test_where_all_find_room_nothing_is_said_of_a_list(reckoning: Reckoning) -> None:
    few = replace(reckoning, material=replace(reckoning.material, accounts=reckoning.material.accounts[:20], cases=()))
    document = weekly(few, "示例县")
    assert len(table_of(document)) == len(listed(document, "超期与临近超期"))
    assert "附表" not in "".join(block.text for block in document.body if isinstance(block, Paragraph))


def test_only_those_are_told_to_wait_for_the_review_of_whom_something_is_still_to_be_decided(
    reckoning: Reckoning,
) -> None:
    def told(*progress: Settling) -> str:
        some = [one for one in reckoning.material.accounts if one.problems][: len(progress)]
        accounts = tuple(
            replace(
                account,
                problems=(
                    replace(
                        account.problems[0],
                        progress=how.label,
                        title="单次超过20天未更新",
                        strength=Strength.IN_PRINCIPLE,
                        proposals=(Proposal.CONSOLIDATE,),
                    ),
                ),
            )
            for account, how in zip(some, progress, strict=True)
        )
        week = replace(reckoning, material=replace(reckoning.material, accounts=accounts))
        return "".join(block.text for block in weekly(week, "示例县").body if isinstance(block, Paragraph))

    assert "待联合研判的账号2个：单次超过20天未更新2个" in told(
        Settling.REVIEW, Settling.RECOVERED, Settling.LATE, Settling.ENDING
    )
    assert "没有待研判的问题。" in told(Settling.RECOVERED, Settling.ENDING)


def worst(reckoning: Reckoning, name: str) -> Reckoning:
    """Return a week in which everything that the page tells is as long as it can be."""
    rate = PassRate(checked=240, failed=58)
    figures = replace(
        reckoning.figures,
        platforms=tuple(FigureGroup(name=platform.label, accounts=62, rate=rate) for platform in Platform),
        blocked=tuple(BlockedBy(reason=reason, accounts=10) for reason in Reason),
    )
    accounts = tuple(replace(one, name=name, unit=name * 2) for one in reckoning.material.accounts)
    cases = tuple(
        replace(one, whom=name, is_overdue=True, closed_on=one.opened_on, is_opened=True)
        for one in reckoning.material.cases
    )
    return replace(reckoning, figures=figures, material=replace(reckoning.material, accounts=accounts, cases=cases))


@pytest.mark.slow
def test_the_week_is_one_page_whatever_the_county_is_like(reckoning: Reckoning, tmp_path: Path) -> None:
    weeks = {f"worst-{number}": worst(reckoning, name) for number, name in enumerate(HOSTILE)}
    for name, week in ({"large": reckoning} | weeks).items():
        (tmp_path / f"{name}.docx").write_bytes(content_of(f"{name}.docx", weekly(week, "示例县人民政府办公室")))
    printed(tmp_path, "pdf")
    assert {path.stem: pages_of(path) for path in tmp_path.glob("*.pdf")} == dict.fromkeys(("large", *weeks), 1)
