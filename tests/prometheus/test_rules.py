"""The rules are what promtool takes them for, say what they should, and name nothing that there is not."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.prometheus.words import faults
from tests.services import require_promtool

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "config" / "prometheus"
SEVERITIES = {"critical", "warning"}


def promtool(*words: object) -> str:
    """Return what promtool said; it found nothing wrong."""
    said = subprocess.run(
        [require_promtool(), *map(str, words)], capture_output=True, encoding="utf-8", check=False, timeout=120
    )
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stdout + said.stderr


def written(path: Path) -> Any:  # noqa: ANN401 - whatever stands there
    return YAML(typ="safe").load(path)


def alerts() -> list[dict[str, Any]]:
    return [rule for group in written(PROMETHEUS / "rules.yaml")["groups"] for rule in group["rules"]]


def test_promtool_takes_the_settings_and_the_rules_they_name() -> None:
    said = promtool("check", "config", PROMETHEUS / "prometheus.yaml")
    assert f"{len(alerts())} rules found" in said


def test_promtool_finds_nothing_to_remark_about_the_rules() -> None:
    assert "SUCCESS" in promtool("check", "rules", "--lint=all", "--lint-fatal", PROMETHEUS / "rules.yaml")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["rules.yaml", "calendar.yaml"])
def test_alerts_fire_when_they_should_and_only_then(name: str) -> None:
    promtool("test", "rules", Path(__file__).with_name(name))


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_every_alert_is_tried(alert: dict[str, Any]) -> None:
    trials = "".join(Path(__file__).with_name(name).read_text("utf-8") for name in ("rules.yaml", "calendar.yaml"))
    assert re.search(rf'alertname(="|: ){alert["alert"]}\b', trials)


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_every_alert_says_in_chinese_what_is_wrong_and_what_to_do(alert: dict[str, Any]) -> None:
    assert alert["labels"]["severity"] in SEVERITIES
    assert set(alert["annotations"]) == {"summary", "description"}
    assert all(re.search("[\u4e00-\u9fff]", words) for words in alert["annotations"].values())
    assert alert["annotations"]["description"].endswith("。")
    assert alert["alert"] in (ROOT / "docs" / "operating.md").read_text("utf-8")


@pytest.mark.parametrize("alert", alerts(), ids=lambda alert: str(alert["alert"]))
def test_every_alert_asks_for_what_there_is(alert: dict[str, Any]) -> None:
    assert faults(alert["expr"]) == []
