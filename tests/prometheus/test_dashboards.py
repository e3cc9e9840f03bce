"""What the dashboards ask is PromQL, and says the same of a county however many services tell of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from monitor.core.case import StepKind
from monitor.core.finding import State
from monitor.core.message import MessageState
from monitor.metrics import SERIES_CAP
from tests.grafana.panels import Query, queries
from tests.prometheus.test_rules import promtool

EVERYTHING = {"platform": ".*", "unit": ".*", "__rate_interval": "5m"}
TOTAL, OVERDUE, NEAR = 5700, 2600, 300
"""More accounts than have series of their own, and more in trouble than do."""
INSTANCES = ("first", "standby")


def test_promtool_reads_every_query(tmp_path: Path) -> None:
    rules = [
        {"record": f"asked:query:{number}", "expr": query.filled(EVERYTHING)} for number, query in enumerate(queries())
    ]
    file = tmp_path / "asked.yaml"
    YAML(typ="safe").dump({"groups": [{"name": "dashboards", "rules": rules}]}, file)
    assert f"{len(rules)} rules found" in promtool("check", "rules", file)


def series(name: str, value: float, labels: Mapping[str, object]) -> list[dict[str, str]]:
    """Return a series as each of the services tells it: both read one database."""
    written = "".join(f', {key}="{said}"' for key, said in labels.items())
    return [
        {"series": f'xuncha_{name}{{job="xuncha", instance="{instance}"{written}}}', "values": f"{value}x10"}
        for instance in INSTANCES
    ]


def county() -> list[dict[str, str]]:
    """Return what a county of 5,700 accounts shows: only those in trouble have series, and not all of them."""
    found = [
        *series("roster_accounts", TOTAL, {}),
        *series("series_truncated", OVERDUE + NEAR - SERIES_CAP, {}),
        *series("cases_without_next_step", 0, {}),
        *series("pages_info", 1, {"address": "http://127.0.0.1:8080"}),
        *series("open_cases", 40, {"step": StepKind.REMIND.value}),
        *series("open_cases", 2, {"step": StepKind.TASK.value}),
        *series("outbox_messages", 7, {"state": MessageState.HELD.value}),
        *series("findings", 3, {"rule": "APP-01", "state": State.VIOLATED.value}),
        *series("findings", 1, {"rule": "APP-01", "state": State.SUSPECTED.value}),
    ]
    counted = {State.VIOLATED: OVERDUE, State.WARNING: NEAR, State.OK: TOTAL - OVERDUE - NEAR}
    for state, count in counted.items():
        found += series("findings", count, {"rule": "UPD-01", "state": state.value})
    for number in range(20):
        account = {"account": f"A{number}"}
        found += series("account_info", 1, account | {"name": f"n{number}", "unit": "u", "platform": "weibo"})
        found += series("finding_state", 1, account | {"rule": "UPD-01", "state": State.VIOLATED.value})
        found += series("days_since_update", 20, account)
    return found


def shown(panel: str) -> str:
    """Return the query of a panel of the office's dashboard."""
    (query,) = (query for query in queries() if query.file == "county.json" and query.panel == panel)
    return query.filled(EVERYTHING)


TOTALS = {
    "全县账号": TOTAL,
    "全县已超期": OVERDUE,
    "全县临近超期": NEAR,
    "全县未能核查": 0,
    "全县客户端异常": 4,
    "未办结事项": 42,
    "没有下一步的事项": 0,
    "未单独列出": OVERDUE + NEAR - SERIES_CAP,
    "账号": 20,
    "已超期": 20,
}


def test_totals_are_right_beyond_the_cap_and_beside_a_standby(tmp_path: Path) -> None:
    asked = [
        {"expr": f"sum({shown(panel)})", "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": value}]}
        for panel, value in TOTALS.items()
    ]
    file = tmp_path / "totals.yaml"
    tests = {"tests": [{"interval": "1m", "input_series": county(), "promql_expr_test": asked}]}
    YAML(typ="safe").dump(tests, file)
    assert "SUCCESS" in promtool("test", "rules", file)


@pytest.mark.parametrize("query", [query for query in queries() if query.file == "county.json"], ids=str)
def test_no_panel_of_the_office_has_an_account_or_a_step_twice(query: Query, tmp_path: Path) -> None:
    twice = f"count(count without (instance, job) ({query.filled(EVERYTHING)}) > 1) or vector(0)"
    asked = [{"expr": twice, "eval_time": "5m", "exp_samples": [{"labels": "{}", "value": 0}]}]
    file = tmp_path / "twice.yaml"
    YAML(typ="safe").dump({"tests": [{"interval": "1m", "input_series": county(), "promql_expr_test": asked}]}, file)
    assert "SUCCESS" in promtool("test", "rules", file)
