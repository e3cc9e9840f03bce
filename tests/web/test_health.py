import signal
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from monitor import metrics
from monitor.core.observation import Reason
from monitor.metrics import CONTENT_TYPE, Metrics
from monitor.queries import snapshot
from monitor.queries.snapshot import Condition
from monitor.store import Store
from monitor.web import WebServer
from monitor.web.ops.scrape import scraper
from monitor.web.page_context import PassStatus
from monitor.web.serving import listening
from tests.test_metrics import samples
from tests.web.conftest import client_of
from tests.web.county import ACCOUNTS, CALENDAR, NOW, OVERDUE, Clock, Surroundings


def test_alive_is_alive(client: TestClient) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_ready_without_problems(client: TestClient) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "starting": False, "standing_by": False, "problems": []},
    )


def test_a_start_is_said_and_is_no_trouble(county: Store) -> None:
    passes = [PassStatus(name="判定", last_success=None)]
    client = client_of(county, Surroundings(is_starting=True, passes=passes))
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"ready": True, "starting": True, "standing_by": False, "problems": []},
    )
    for page in ("/", "/system"):
        assert "服务刚启动，正在补做采集和判定" in client.get(page).text
    assert "逾时" not in client.get("/system").text
    troubled = client_of(county, Surroundings(is_starting=True, problems=["数据库被锁定。"]))
    assert troubled.get("/readyz").json()["problems"] == ["数据库被锁定。"]


def test_not_ready_says_why(county: Store) -> None:
    client = client_of(county, Surroundings(problems=["最近一小时没有一次成功的核查。"]))
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "starting": False,
        "standing_by": False,
        "problems": ["最近一小时没有一次成功的核查。"],
    }
    assert "最近一小时没有一次成功的核查。" in client.get("/system").text


def test_a_late_pass_is_seen_on_the_system_page(county: Store) -> None:
    around = Surroundings(passes=[PassStatus(name="判定", last_success=NOW - timedelta(hours=9), is_late=True)])
    page = client_of(county, around).get("/system").text
    assert "逾时未完成" in page
    assert "监测工作正常" not in page


def test_the_system_page_says_which_looks_fail_and_why(client: TestClient) -> None:
    page = client.get("/system").text
    assert Reason.LOGIN_WALL.label in page
    assert "2027年安排尚未录入" in page
    assert "监测工作正常" in page


def test_metrics_tell_the_state_of_the_store(client: TestClient) -> None:
    answer = client.get("/metrics")
    assert answer.headers["content-type"] == CONTENT_TYPE
    text = answer.content
    assert samples(text, "xuncha_days_since_update")[OVERDUE.id,] == 16
    assert (OVERDUE.id, "UPD-01", "violated") in samples(text, "xuncha_finding_state")
    assert samples(text, "xuncha_findings")["UPD-01", "violated"] == 1
    assert sum(samples(text, "xuncha_accounts").values()) == len(ACCOUNTS)
    assert samples(text, "xuncha_outbox_messages")["failed",] == 1
    assert samples(text, "xuncha_open_cases")["warn",] == 1
    assert samples(text, "xuncha_calendar_year_loaded") == {("2026",): 1, ("2027",): 0}


def test_every_account_has_its_series_where_that_is_asked_for(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (snapshot, metrics):
        monkeypatch.setattr(module, "SERIES_CAP", 2)
    few, every = client.get("/metrics").content, client.get("/metrics/accounts").content
    assert len(samples(few, "xuncha_account_info")) == 2
    assert {labels[0] for labels in samples(every, "xuncha_account_info")} == {account.id for account in ACCOUNTS}
    assert samples(every, "xuncha_days_since_update")[OVERDUE.id,] == 16
    assert b"xuncha_outbox" not in every


async def test_a_scrape_is_kept_for_five_seconds(county: Store) -> None:
    clock = Clock()
    stands = Condition(cases_without_next_step=0)
    scraped = scraper(county, Metrics(clock), CALENDAR, clock, lambda: stands)
    first = await scraped()
    stands = Condition(cases_without_next_step=2)
    assert await scraped() is first
    clock.now += timedelta(seconds=5)
    later = await scraped()
    assert samples(later, "xuncha_cases_without_next_step") == {(): 2}


def test_a_port_that_is_taken_is_refused() -> None:
    with listening("127.0.0.1", 0) as taken, pytest.raises(OSError, match="in use"):
        listening("127.0.0.1", taken.getsockname()[1])


def test_the_server_leaves_signals_to_the_daemon(client: TestClient) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with WebServer(client.app).capture_signals():  # type: ignore[arg-type]  # it is the application
        assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("accepted", ["gzip", "deflate, GZIP;q=0.5", "br, gzip ; q=1"])
def test_metrics_come_compressed_to_whom_asks_so(client: TestClient, accepted: str) -> None:
    for address in ("/metrics", "/metrics/accounts"):
        answer = client.get(address, headers={"accept-encoding": accepted})
        assert answer.headers["content-encoding"] == "gzip"
        assert b"xuncha_account_info" in answer.content


@pytest.mark.parametrize("accepted", ["identity", "", "gzip;q=0", "gzipped", "x-gzip-like"])
def test_metrics_come_plain_to_anybody_else(client: TestClient, accepted: str) -> None:
    answer = client.get("/metrics", headers={"accept-encoding": accepted})
    assert "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"
