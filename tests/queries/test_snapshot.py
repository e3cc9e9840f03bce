"""What a scrape says is filled in by somebody: what nobody gives or counts says 0 for ever."""

from __future__ import annotations

import ast
import inspect
from dataclasses import fields
from pathlib import Path

import pytest

from monitor.metrics import Metrics, Snapshot
from monitor.queries import snapshot

ROOT = Path(__file__).parents[2] / "monitor"
UNREAD = {"is_read"}
"""What says that nothing was read."""


def _given() -> dict[str, ast.expr]:
    [call] = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(snapshot.read_snapshot)))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Snapshot"
    ]
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


def test_every_field_of_a_snapshot_is_read_from_somewhere() -> None:
    given = _given()
    assert {field.name for field in fields(Snapshot)} - UNREAD == given.keys()
    assert [name for name, value in given.items() if isinstance(value, ast.Constant)] == []


COUNTING = sorted(
    name for name, value in vars(Metrics).items() if inspect.isfunction(value) and not name.startswith("_")
)


@pytest.mark.parametrize("name", COUNTING)
def test_every_counter_is_counted_by_somebody(name: str) -> None:
    others = (path.read_text("utf-8") for path in sorted(ROOT.rglob("*.py")) if path.name != "metrics.py")
    assert any(f".{name}" in source for source in others)
