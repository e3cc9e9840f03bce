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


def way_back(text: str) -> tuple[str, str]:
    ((address, called),) = re.findall(r'<p class="back"><a href="([^"]+)">. ([^<]+)</a></p>', text)
    return address, called


@pytest.mark.parametrize("result", [Result.LISTED, Result.NOT_LISTED])
def test_a_case_of_a_late_unit_offers_to_say_whether_it_is_named(at: Visit, empty: Store, result: Result) -> None:
    with empty.begin() as tx:
        number = opens(tx, OVERDUE.id, State.WARNING, "SUP-02", evidence=("case:1",))
    (link,) = re.findall(rf'href="([^"]+)">{result.label}</a>', at.page(f"/cases/{number}"))
    address = unescape(link)
    form_page = at.page(address)
    assert f'value="{OVERDUE.id}"' in form_page
    assert way_back(form_page) == ("/", "今天"), "the line of today led here"
    cells = {name: text for name, (text,) in parse_qs(urlsplit(address).query).items() if name.startswith("cell:")}
    form = f"/records/new?kind={RecordKind.LISTING.value}"
    (digest,) = re.findall(r'name="shown" value="([0-9a-f]+)"', at.press(form, **cells).text)
    answered = at.press(form, shown=digest, **cells)
    assert (answered.status_code, answered.headers["location"]) == (303, "/cases?wait=office&act=overdue")
    assert f"已登记“通报意见”：示例交通（微博），{result.label}。" in at.page(answered.headers["location"])
    with empty.read() as tx:
        (kept,) = [record for record in records(tx) if record.kind is RecordKind.LISTING]
    assert (kept.name, kept.result) == (OVERDUE.id, result)


def test_the_case_that_is_late_and_the_account_offer_it_too(at: Visit, empty: Store) -> None:
    with empty.begin() as tx:
        late = opens(tx, OVERDUE.id, State.WARNING, "NAME-01")
        opens(tx, OVERDUE.id, State.WARNING, "SUP-02", evidence=(f"case:{late}",))
    assert "不列入通报" in at.page(f"/cases/{late}")
    links = re.findall(r'href="(/records/new[^"]+)">不列入通报</a>', at.page(f"/accounts/{OVERDUE.id}"))
    assert len(links) == 1
    address = unescape(links[0])
    assert way_back(at.page(address)) == (f"/accounts/{OVERDUE.id}", "示例交通（微博）")
    query = parse_qs(urlsplit(address).query)
    cells = {name: text for name, (text,) in query.items() if name.startswith("cell:")} | {"back": query["back"][0]}
    form = f"/records/new?kind={RecordKind.LISTING.value}"
    shown = at.press(form, **cells).text
    assert f'name="back" value="/accounts/{OVERDUE.id}"' in shown
    (digest,) = re.findall(r'name="shown" value="([0-9a-f]+)"', shown)
    assert at.press(form, shown=digest, **cells).headers["location"] == f"/accounts/{OVERDUE.id}"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/accounts/none-such", "/users"])
def test_a_way_back_that_is_no_account_of_ours_is_that_of_the_kind(at: Visit, back: str) -> None:
    text = at.page(f"/records/new?kind={RecordKind.LISTING.value}&back={back}")
    assert way_back(text) == ("/", "今天")
    assert 'name="back"' not in text


def test_no_other_case_asks_that(at: Visit, empty: Store) -> None:
    with empty.begin() as tx:
        number = opens(tx, OVERDUE.id, State.WARNING, "NAME-01")
    assert "不列入通报" not in at.page(f"/cases/{number}")
