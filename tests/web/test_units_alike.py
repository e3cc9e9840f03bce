"""Units of two areas that have one name: no list mixes them, and whoever types the name alone is asked which."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from monitor.core.account import Platform
from monitor.core.phrases import Names
from monitor.store import Store
from monitor.web import create_app
from tests.store.build import account, enrol
from tests.web.county import Surroundings

UNIT = "教育局"
LISTS = ("/accounts", "/looks?due=0", "/cases", "/messages?state=sent")


@pytest.fixture
def two(empty: Store) -> TestClient:
    for id_, area in (("A01", "甲县"), ("B01", "乙县")):
        channels = Platform.WEIXIN_CHANNELS
        enrol(empty, account(id_, name=f"{area}教育发布", unit=UNIT, area=area, platform=channels, method="人工"))
    view = Surroundings().view(empty)
    several = replace(view, office=replace(view.office, names=Names(with_area=True)))
    return TestClient(create_app(several), base_url="http://127.0.0.1:8080", client=("127.0.0.1", 50000))


@pytest.mark.parametrize("where", LISTS)
def test_a_name_that_two_units_have_is_asked_for_by_its_area(two: TestClient, where: str) -> None:
    address = f"{where}{'&' if '?' in where else '?'}unit={UNIT}"
    answer = two.get(address)
    assert (answer.status_code, "2个地区有“教育局”，请写明是哪个地区的" in answer.text) == (400, True)
    assert two.get(f"{address}&area=甲县").status_code == 200
    assert two.get(f"{address}（甲县）").status_code == 200


@pytest.mark.parametrize("where", LISTS[:2])
def test_the_choice_of_a_unit_lists_its_accounts_alone(two: TestClient, where: str) -> None:
    page = two.get(where).text
    for area, other in (("甲县", "乙县"), ("乙县", "甲县")):
        called = f"{UNIT}（{area}）"
        assert f">{called}</option>" in page
        chosen = two.get(f"{where}{'&' if '?' in where else '?'}unit={quote(called)}").text
        assert f"{area}教育发布" in chosen
        assert f"{other}教育发布" not in chosen
        assert f" selected>{called}</option>" in chosen
