"""Reports in the making: whoever asks is not kept waiting, nor is anybody else; what came of it is said."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor.actions.refused import RefusedError
from monitor.core.period import Period
from monitor.core.report import ReportKind
from monitor.pipeline import reckoning
from monitor.store import Store
from monitor.web.report_works import ReportWorks, Tell
from tests.bench.province import MANY
from tests.bench.served import opened, provinces
from tests.web.conftest import client_of
from tests.web.county import BENCH, NOW, Surroundings, fill


@pytest.fixture
def office(empty: Store, around: Surroundings) -> TestClient:
    fill(empty)
    return client_of(empty, around)


async def test_a_report_that_is_made_soon_is_answered_with_its_number() -> None:
    works = ReportWorks()

    async def work(_: Tell) -> int:
        return 7

    assert await works.make("周报", work) == 7
    assert works.last is not None
    assert (works.last.number, works.last.is_over) == (7, True)


async def test_one_that_takes_long_says_how_far_it_is_and_another_is_refused_meanwhile() -> None:
    works, go_on = ReportWorks(patience=0.0), asyncio.Event()

    async def work(tell: Tell) -> int:
        tell(200, 250)
        tell(250, 250)
        tell(100, 250)
        await go_on.wait()
        return 8

    assert await works.make("周报（2026年第21周）", work) is None
    await asyncio.sleep(0)
    assert works.last is not None
    assert (works.last.moments, works.last.accounts, works.last.is_over) == (1, 100, False)
    with pytest.raises(RefusedError, match="正在生成周报（2026年第21周），完成后再生成其他报表"):
        await works.make("月度通报", work)
    go_on.set()
    await works.rest()
    assert works.last.number == 8
    assert await ReportWorks().make("月度通报", work) == 8


async def test_what_goes_wrong_after_nobody_waits_any_more_is_said_and_the_next_may_begin() -> None:
    works, go_on = ReportWorks(patience=0.0), asyncio.Event()

    async def refused(_: Tell) -> int:
        await go_on.wait()
        raise RefusedError("台账中没有可统计的账号，没有生成报表。")

    assert await works.make("周报", refused) is None
    go_on.set()
    await works.rest()
    assert works.last is not None
    assert works.last.problem.startswith("台账中没有可统计的账号")

    async def broken(_: Tell) -> int:
        raise ValueError

    with pytest.raises(ValueError, match=r"^$"):
        await ReportWorks().make("周报", broken)


def test_a_reckoning_tells_of_every_moment_that_it_judges(empty: Store) -> None:
    fill(empty)
    told: list[tuple[int, int]] = []
    with empty.read() as tx:
        later = NOW + timedelta(hours=1)
        reckoning.reckon(tx, BENCH, Period.of("2026-05"), now=later, tell=lambda *one: told.append(one))
    assert sum(read >= of for read, of in told) == reckoning.JUDGED


def _seconds(client: TestClient) -> float:
    """Return how long the page of today takes."""
    at = time.monotonic()
    assert client.get("/").status_code == 200
    return time.monotonic() - at


@pytest.mark.slow
def test_while_a_province_is_reckoned_the_page_of_today_opens_in_a_second() -> None:
    with provinces(MANY) as province, opened(province) as (_, client):
        csrf = client.get("/reports").text.partition('name="csrf" value="')[2].partition('"')[0]
        calm = max(_seconds(client) for _ in range(10))  # a machine with more to do is slower at everything
        form = {"kind": ReportKind.MONTHLY.value, "period": "2026-05", "csrf": csrf}
        asking = threading.Thread(target=client.post, args=("/reports",), kwargs={"data": form})
        began = time.monotonic()
        asking.start()
        waits, seen = list[float](), set[str]()
        while "已生成" not in seen and time.monotonic() - began < 900:
            waits.append(_seconds(client))
            part = client.get("/reports/making").text
            seen |= {word for word in ("正在生成", "已生成") if word in part}
        asking.join()
    assert seen == {"正在生成", "已生成"}
    usual = sorted(waits)[len(waits) * 95 // 100]
    assert usual < max(1.0, 4 * calm), (len(waits), usual, max(waits), calm, time.monotonic() - began)


def test_the_page_says_what_came_of_the_last_one(office: TestClient) -> None:
    csrf = office.get("/reports").text.partition('name="csrf" value="')[2].partition('"')[0]
    assert 'id="making"' not in office.get("/reports").text
    office.post("/reports", data={"kind": "monthly", "period": "2026-05", "csrf": csrf})
    page = office.get("/reports").text
    assert '已生成<a href="/reports/1">月度通报（2026年5月）</a>' in page
    assert 'hx-trigger="every 2s"' not in page
    assert office.get("/reports/making").status_code == 200
