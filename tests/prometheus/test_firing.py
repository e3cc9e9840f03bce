"""Every alert fires once on a real Prometheus that asks a service in all kinds of trouble.

How long a trouble must last is promtool's to test (rules.yaml beside this file); here minutes are seconds.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path

import pytest

from tests.prometheus.test_rules import alerts
from tests.prometheus.test_scraping import SHIPPED, Watch, eventually, prometheus

pytestmark = pytest.mark.slow

ROSTER_LOST_AT = 6
"""At which scrape the roster is gone."""
LEADER_LOST_AT = 30
"""At which scrape nobody is the leader any more."""
IN_TROUBLE = """\
xuncha_store_writable 0
xuncha_pass_last_success_timestamp_seconds{pass="deliver"} 0
xuncha_pass_duration_seconds_count{pass="evaluate"} 3
xuncha_cases_without_next_step 2
xuncha_build_info{version="1",python="3.12.1",database="sqlite"} 1
xuncha_build_info{version="2",python="3.12.1",database="sqlite"} 1
xuncha_loop_lag_seconds 9
xuncha_database_disk_free_bytes 1000000
xuncha_database_wal_size_bytes 2000000000
xuncha_outbox_oldest_age_seconds 9000
xuncha_monitor_online 0
xuncha_platform_suspended{platform="weibo"} 1
xuncha_platform_last_seen_timestamp_seconds{platform="weibo"} 0
xuncha_looks_due_oldest_age_seconds 9000
xuncha_calendar_year_loaded{year="2026"} 0
"""
"""What does not change from one scrape to the next."""


def said(number: int) -> str:
    """Return what the service says of itself at a scrape."""
    return IN_TROUBLE + (
        f"xuncha_leader {number < LEADER_LOST_AT:d}\n"
        f"xuncha_roster_accounts {40 if number < ROSTER_LOST_AT else 0}\n"
        f"xuncha_database_size_bytes {10**9 + 10**6 * number}\n"
        f'xuncha_clock_steps_total{{direction="back"}} {number}\n'
        f'xuncha_bugs_total{{pass="digest"}} {number}\n'
        f'xuncha_deliveries_total{{channel="g",outcome="permanent"}} {number}\n'
        f'xuncha_outbox_messages{{state="failed"}} {number}\n'
        f'xuncha_looks_total{{platform="weibo",outcome="timeout"}} {number}\n'
    )


def quickened(rules: str) -> str:
    """Return rules for which a second is as long as an hour, and every month the last."""
    rules = re.sub(r"for: \d+[mh]", "for: 1s", rules)
    rules = re.sub(r"\[\d+[mhd]\]", "[30s]", rules)
    rules = re.sub(r"offset \d+[mhd]", "offset 30s", rules)
    return re.sub(r"(month\(.*\)) == 12", r"\1 > 0", rules)


@contextmanager
def in_trouble() -> Iterator[int]:
    """Serve the metrics of a service in trouble; the value is its port."""
    scrapes = count()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = said(next(scrapes)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        serving = threading.Thread(target=server.serve_forever, daemon=True)
        serving.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            serving.join()


def test_every_alert_fires_once_on_a_real_prometheus(tmp_path: Path) -> None:
    wanted = {alert["alert"] for alert in alerts()}
    fired: set[str] = set()

    def all_have(names: set[str]) -> bool:
        now = watch.ask("query", query='ALERTS{alertstate="firing"}')["result"]
        fired.update(series["metric"]["alertname"] for series in now)
        return names <= fired

    rules = quickened((SHIPPED / "rules.yaml").read_text("utf-8"))
    with ExitStack() as undo:
        service = ExitStack()
        undo.enter_context(service)
        port = service.enter_context(in_trouble())
        watch = Watch(county=port, prometheus=undo.enter_context(prometheus(tmp_path, port, rules)))
        assert eventually(lambda: all_have(wanted - {"XunchaDown"}), 120.0), wanted - fired
        fired.discard("XunchaDown")  # before the first scrape there was no service
        service.close()
        assert eventually(lambda: all_have(wanted)), wanted - fired
