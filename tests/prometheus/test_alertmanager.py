"""An alert of a real Prometheus goes over a real Alertmanager, as shipped, to what makes DingTalk's message of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.cli.office import free_port
from tests.prometheus.test_firing import quickened
from tests.prometheus.test_rules import alerts
from tests.prometheus.test_scraping import SHIPPED, eventually, prometheus, ready
from tests.services import require_alertmanager

pytestmark = pytest.mark.slow

BRIDGE = "http://dingtalk:8060"
"""Where the shipped settings send alerts."""


@contextmanager
def alertmanager(folder: Path, bridge: str) -> Iterator[int]:
    """Run Alertmanager with the shipped settings, but for the bridge's host and the waiting; the value is its port."""
    shipped = (SHIPPED.parent / "alertmanager" / "alertmanager.yaml").read_text("utf-8")
    assert BRIDGE in shipped
    settings = folder / "alertmanager.yaml"
    settings.write_text(
        shipped.replace(BRIDGE, bridge)
        .replace("group_wait: 30s", "group_wait: 1s")
        .replace("group_interval: 5m", "group_interval: 1s"),
        encoding="utf-8",
    )
    words = (
        f"--config.file={settings}",
        f"--storage.path={folder / 'alertmanager'}",
        "--cluster.listen-address=",
    )
    with ready(require_alertmanager(), folder / "alertmanager.log", *words) as port:
        yield port


def test_a_service_that_does_not_run_is_told_over_dingtalk(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/dingtalk/ops/send", method="POST").respond_with_json({"status": "OK"})
    rules = quickened((SHIPPED / "rules.yaml").read_text("utf-8"))
    with (
        alertmanager(tmp_path, httpserver.url_for("").rstrip("/")) as manager,
        prometheus(tmp_path, free_port(), rules, manager),
    ):
        assert eventually(lambda: bool(httpserver.log), 60.0)
    told = httpserver.log[0][0].get_json()
    assert {alert["labels"]["alertname"] for alert in told["alerts"]} == {"XunchaDown"}
    (down,) = [alert for alert in alerts() if alert["alert"] == "XunchaDown"]
    assert told["commonAnnotations"]["summary"] == down["annotations"]["summary"]
