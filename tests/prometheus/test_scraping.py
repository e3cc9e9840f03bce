"""A real Prometheus watches the sample county: the metrics are well formed, the rules and every panel work."""

from __future__ import annotations

import json
import math
import subprocess
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.cli.office import Office, free_port
from tests.cli.test_running import LONG, ask, is_ready, pause, until
from tests.grafana.panels import Query, queries
from tests.services import require_prometheus, require_promtool

SHIPPED = Path(__file__).parents[2] / "config" / "prometheus"
PATIENCE = 180.0
"""Seconds within which every panel has something to show: some looks follow each other after two minutes."""
EVERYTHING = {"platform": ".*", "unit": ".*", "__rate_interval": "5m"}
SOME = {"platform": "(weibo|toutiao)", "unit": ".*", "__rate_interval": "5m"}

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The two of them, by their ports."""

    county: int
    prometheus: int

    def ask(self, path: str, **words: object) -> Any:  # noqa: ANN401 - whatever Prometheus knows
        """Return what Prometheus answers."""
        status, text = ask(self.prometheus, f"/api/v1/{path}?{urllib.parse.urlencode(words)}")
        assert status == 200, text
        return json.loads(text)["data"]

    def values(self, query: str, *, is_range: bool) -> list[float]:
        """Return every value that a panel would show; no number is no value."""
        if is_range:
            end = float(self.ask("query", query="time()")["result"][1])
            result = self.ask("query_range", query=query, start=end - 60, end=end, step=5)["result"]
            points = [point for series in result for point in series["values"]]
        else:
            points = [series["value"] for series in self.ask("query", query=query)["result"]]
        numbers = (float(value) for _, value in points)
        return [number for number in numbers if not math.isnan(number)]


def eventually(true: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """True if something becomes true in time."""
    ends = time.monotonic() + patience
    while not true():
        if time.monotonic() > ends:
            return False
        pause(0.5)
    return True


@contextmanager
def ready(program: str, log: Path, *words: str) -> Iterator[int]:
    """Run one of Prometheus' servers until it says that it is ready; the value is its port."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program, *words, f"--web.listen-address=127.0.0.1:{port}"],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
        try:
            assert eventually(lambda: ask(port, "/-/ready")[0] == 200, 60.0), log
            yield port
        finally:
            process.terminate()
            process.wait()


@contextmanager
def prometheus(folder: Path, target: int, rules: str | None = None, alertmanager: int | None = None) -> Iterator[int]:
    """Run Prometheus with the shipped settings, but for the target and a quicker pace; the value is its port.

    Other rules stand in for the shipped ones where they are given; alerts go to the Alertmanager at that port, or
    nowhere.
    """
    program = require_prometheus()
    yaml = YAML(typ="safe")
    settings = yaml.load(SHIPPED / "prometheus.yaml")
    settings["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    settings["scrape_configs"][0]["static_configs"][0]["targets"] = [f"127.0.0.1:{target}"]
    managers = [f"127.0.0.1:{alertmanager}"] if alertmanager else []
    settings["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = managers
    yaml.dump(settings, folder / "prometheus.yaml")
    (folder / "rules.yaml").write_text(rules or (SHIPPED / "rules.yaml").read_text("utf-8"), encoding="utf-8")
    words = (
        f"--config.file={folder / 'prometheus.yaml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        "--rules.alert.resend-delay=1s",
    )
    with ready(program, folder / "prometheus.log", *words) as port:
        yield port


@pytest.fixture(scope="module")
def watch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watch]:
    """Start both, and wait for the first scrapes."""
    office = Office.at(tmp_path_factory.mktemp("office"))
    county = free_port()
    office.settle(f"web:\n  bind: 127.0.0.1:{county}\n")
    with office.running("sample") as service:
        until(is_ready(county), service, LONG)
        with prometheus(tmp_path_factory.mktemp("prometheus"), county) as port:
            watch = Watch(county=county, prometheus=port)
            scraped = 'sum_over_time(up{job="xuncha"}[1m])'
            assert eventually(lambda: sum(watch.values(scraped, is_range=False)) >= 10)
            yield watch


def test_promtool_remarks_on_nothing_but_the_days_that_the_law_counts(watch: Watch) -> None:
    _, text = ask(watch.county, "/metrics")
    checked = subprocess.run(
        [require_promtool(), "check", "metrics"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    remarks = [line for line in (checked.stdout + checked.stderr).splitlines() if line.strip()]
    assert remarks == ['xuncha_days_since_update use base unit "seconds" instead of "days"']


def test_every_rule_is_evaluated_and_the_healthy_county_calls_nobody(watch: Watch) -> None:
    def rules() -> list[dict[str, Any]]:
        return [rule for group in watch.ask("rules")["groups"] for rule in group["rules"]]

    assert eventually(lambda: {rule["health"] for rule in rules()} == {"ok"}), rules()
    assert len(rules()) > 10
    critical = [rule["name"] for rule in rules() if rule["alerts"] and rule["labels"]["severity"] == "critical"]
    assert critical == []


@pytest.mark.parametrize("query", queries(), ids=str)
def test_every_panel_has_something_to_show(watch: Watch, query: Query) -> None:
    asked = query.filled(EVERYTHING)
    assert eventually(lambda: bool(watch.values(asked, is_range=query.is_range))), asked


@pytest.mark.parametrize("query", [query for query in queries() if "$platform" in query.expr], ids=str)
def test_panels_follow_the_variables(watch: Watch, query: Query) -> None:
    assert eventually(lambda: bool(watch.values(query.filled(SOME), is_range=query.is_range)))


def test_the_list_of_units_has_units(watch: Watch) -> None:
    units = watch.ask("label/unit/values", **{"match[]": 'xuncha_account_info{platform=~".*"}'})
    assert len(units) > 5


def test_fewer_platforms_are_fewer_accounts(watch: Watch) -> None:
    accounts = next(query for query in queries() if query.panel == "账号" and query.letter == "A")
    (everybody,) = watch.values(accounts.filled(EVERYTHING), is_range=False)
    (some,) = watch.values(accounts.filled(SOME), is_range=False)
    assert 0 < some < everybody
