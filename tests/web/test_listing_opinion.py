"""The case that asks whether an account is named in a bulletin offers exactly that."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from monitor.core.finding import State
from monitor.core.record import RecordKind, Result
from monitor.store import Store
from monitor.store.records import records
from tests.queries.test_tasks import opens
from tests.web.county import OVERDUE, Surroundings, fill
from tests.web.uploading import Visit


@pytest.fixture
def at(empty: Store, around: Surroundings, tmp_path: Path) -> Visit:
    fill(empty)
    return Visit.of(empty, around, tmp_path / "uploads")


@pytest.mark.parametrize("result", [Result.LISTED, Result.NOT_LISTED])
def test_a_case_of_a_late_unit_offers_to_say_whether_it_is_named(at: Visit, empty: Store, result: Result) -> None:
    with empty.begin() as tx:
        number = opens(tx, OVERDUE.id, State.WARNING, "SUP-02", evidence=("case:1",))
    (link,) = re.findall(rf'href="([^"]+)">{result.label}</a>', at.page(f"/cases/{number}"))
    address = unescape(link)
    assert f'value="{OVERDUE.id}"' in at.page(address)
    cells = {name: text for name, (text,) in parse_qs(urlsplit(address).query).items() if name.startswith("cell:")}
    form = f"/records/new?kind={RecordKind.LISTING.value}"
    (digest,) = re.findall(r'name="shown" value="([0-9a-f]+)"', at.press(form, **cells).text)
    answered = at.press(form, shown=digest, **cells)
    assert (answered.status_code, answered.headers["location"]) == (303, "/cases?wait=office&act=overdue")
    with empty.read() as tx:
        (kept,) = [record for record in records(tx) if record.kind is RecordKind.LISTING]
    assert (kept.name, kept.result) == (OVERDUE.id, result)


def test_no_other_case_asks_that(at: Visit, empty: Store) -> None:
    with empty.begin() as tx:
        number = opens(tx, OVERDUE.id, State.WARNING, "NAME-01")
    assert "不列入通报" not in at.page(f"/cases/{number}")
