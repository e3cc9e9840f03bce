"""A clerk who types anything into the forms of decisions: one right sentence each, and nothing half-done."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from monitor.core.case import Closing
from monitor.store import Store, cases, tables
from monitor.store.audit import recent_audit
from tests.web.county import NOW
from tests.web.sessions import text_of, token_in
from tests.web.test_deciding import SITE, decided, numbers, office, rows, send

__all__ = ["numbers", "office"]

DAYS = (
    "0001-01-01",
    "9999-12-31",
    "2099-01-01",
    "1899-12-31",
    "2026-02-30",
    "0000-00-00",
    "明天",
    "-",
    "2026-5",
)
LONG = "很长" * 4000


def untouched(store: Store) -> tuple[object, ...]:
    with store.read() as tx:
        return rows(store, tables.decisions), rows(store, tables.decision_requests), recent_audit(tx)


def said(page: str) -> list[str]:
    """Return the sentences of a page's summary of what is wrong."""
    found = re.search(r'<div class="faults".*?</div>', page, re.DOTALL)
    assert found, text_of(page)[:400]
    return re.findall(r"<li>(.*?)</li>", found[0], re.DOTALL) or [found[0]]


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("field", ["deregistered-on", "consolidated-on", "exempted-until"])
def test_a_day_that_cannot_be_is_refused_in_one_sentence(
    empty: Store, office: TestClient, numbers: list[int], field: str, day: str
) -> None:
    ruling = field.partition("-")[0]
    before = untouched(empty)
    fields = {f"{ruling}-document": "〔2026〕1号", f"{ruling}-note": "研判", field: day}
    answer = decided(office, numbers[0], ruling, **fields)
    assert answer.status_code == 422, (answer.status_code, text_of(answer.text)[:300])
    assert len(said(answer.text)) == 1
    assert f'value="{day}"' in answer.text, "what was typed stays"
    assert untouched(empty) == before


@pytest.mark.parametrize("field", ["note", "document", "into"])
def test_a_text_without_end_is_refused_at_its_field(
    empty: Store, office: TestClient, numbers: list[int], field: str
) -> None:
    fields = {"consolidated-document": "〔2026〕1号", "consolidated-note": "研判"} | {f"consolidated-{field}": LONG}
    before = untouched(empty)
    answer = decided(office, numbers[0], "consolidated", **fields)
    assert (answer.status_code, len(said(answer.text))) == (422, 1)
    assert "不能超过500个字，请缩短后重新提交。" in text_of(answer.text)
    assert untouched(empty) == before


def test_a_form_that_is_sent_twice_is_done_once(empty: Store, office: TestClient, numbers: list[int]) -> None:
    page = office.get(f"/cases/{numbers[0]}").text
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    given = {"csrf": token_in(page), "seen": seen[1] if seen else "", "next": "", "ruling": "retained"}
    given |= {"retained-note": "研判"}
    first, second = (
        office.post(f"/cases/{numbers[0]}/decisions", data=given, headers=SITE, follow_redirects=False)
        for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert "您的决定没有登记" in text_of(second.text)
    assert len(rows(empty, tables.decisions)) == 1


def test_cases_that_have_ended_meanwhile_are_left_out_and_named(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    query = "&".join(f"ruling-{number}=retained" for number in numbers[:3])
    page = f"/cases/decide?back=review&{query}"
    picks = re.findall(r'name="pick" value="([^"]+)"', office.get(page).text)
    with empty.begin() as tx:
        cases.end(tx, [numbers[1]], Closing.DECIDED, at=NOW)
    answer = send(office, page, "/cases/decide", pick=picks, note="研判", back="review")
    assert answer.status_code == 303
    shown = text_of(office.get(answer.headers["location"]).text)
    assert "已登记2项决定" in shown
    assert f"事项{numbers[1]}没有登记" in shown
    assert len(rows(empty, tables.decisions)) == 2


def test_more_than_can_be_done_at_once_is_refused_as_a_whole(
    empty: Store, office: TestClient, numbers: list[int]
) -> None:
    before = untouched(empty)
    picks = [f"{number}/retained/x" for number in range(1, 250)]
    answer = send(office, f"/cases/{numbers[0]}", "/cases/decide", pick=picks, note="研判")
    assert answer.status_code == 422, text_of(answer.text)[:300]
    assert "一次最多办理200项，请分次办理。" in text_of(answer.text)
    assert untouched(empty) == before


@pytest.mark.parametrize(
    "pick", ["", "1", "x/retained/", "0/retained/a", "1/none/a", "99999999999/retained/a", "1/retained"]
)
def test_a_broken_pick_is_refused(empty: Store, office: TestClient, numbers: list[int], pick: str) -> None:
    before = untouched(empty)
    answer = send(office, f"/cases/{numbers[0]}", "/cases/decide", pick=[pick], note="研判")
    assert answer.status_code in {400, 409, 422}, answer.status_code
    assert untouched(empty) == before
